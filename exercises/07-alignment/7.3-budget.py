# ---
# topic: "7.3"
# title: Sharing the demand budget
# tables: [opportunities, marketing_spend]
# tasks:
#   returns:
#     points: 4
#     answer: {type: table, keys: [channel], columns: {next_10k: 0.01, low_next: 0.01, high_next: 0.01}}
#   allocation:
#     points: 4
#     answer: {type: table, keys: [channel], columns: {budget_eur: 600, gain: 0.01}}
# ---
# %% [markdown]
# The reading shared the budget of 2025 by what was known at the end of 2024. A year has gone by and nothing was moved. Tomasz
# Wieczorek now asks for the budget of **2026**: the same money as in 2025, and each euro where it brings most. You have the **36
# months** of 2023 to 2025.
#
# The curves are fitted for you, as in the first three steps of the reading. What you need of the first cell is this:
#
# - `today`: what each channel cost in an average month of 2025 (EUR); `spend`: the same for each of the 36 months
# - `curves`: one row for each curve that the months allow, dozens for each channel, with `channel`, `knee_eur` and `ceiling`. `best` is
#   true for the one that fits best in its channel; the others can't be told from it
# - `brings(curve, spend_eur)`: how many new-business opportunities a channel brings in a usual month at this spend. It takes one curve or
#   all of `curves` at once, and one amount or an amount for each row
# %% given
import numpy as np
import pandas as pd

from course.case import load
from course.plot import bar

opportunities, marketing = load("opportunities", "marketing_spend")
CHANNELS = ["partner", "trade event", "web search", "webinar"]
fresh = opportunities[(opportunities["motion"] == "new") & (opportunities["created_on"] >= "2023-01-01")]
month = fresh["created_on"].dt.to_period("M").dt.to_timestamp().rename("month")
opened = fresh.groupby([month, "source"]).size().unstack(fill_value=0)
total, came = opened.sum(axis=1), opened[CHANNELS]
new = marketing[marketing["motion"] == "new"]
spend = new.groupby(["month", "channel"])["spend_eur"].sum().unstack()[CHANNELS]
today, N = spend.loc["2025-01-01":].mean(), total.loc["2025-01-01":].mean()


def curves_of(channel):
    """The curves share = ceiling x (1 - exp(-spend / knee)) that the months can't tell from the best one, at 95%."""
    knees = np.geomspace(5e3, 1e6, 200)  # EUR a month
    flat = 1 - np.exp(-spend[channel].to_numpy()[None] / knees[:, None])
    share = (came[channel] / total).to_numpy()
    p = came[channel].sum() / total.sum()
    weight = (total / (p * (1 - p))).to_numpy()  # a month with many opportunities tells a share more exactly
    ceiling = (weight * flat * share).sum(axis=1) / (weight * flat**2).sum(axis=1)
    error = (weight * (share - ceiling[:, None] * flat) ** 2).sum(axis=1)
    fits = pd.DataFrame({"channel": channel, "knee_eur": knees, "ceiling": ceiling, "best": error == error.min()})
    return fits[error <= error.min() + 3.84]


def brings(curve, spend_eur):
    """Opportunities that a channel brings in a usual month of 2025 at this spend, by one curve or a table of them."""
    return N * curve["ceiling"] * (1 - np.exp(-spend_eur / curve["knee_eur"]))


curves = pd.concat([curves_of(channel) for channel in CHANNELS], ignore_index=True)
pd.DataFrame({"EUR a month in 2025": today.round(0), "opportunities in 36 months": came.sum(), "EUR each": (spend.sum() / came.sum()).round(0)})
# %% given
shown = spend[["trade event"]].assign(share=came["trade event"] / total).rename(columns={"trade event": "spend_eur"}).sort_values("spend_eur")
third = pd.qcut(shown["spend_eur"], 3, labels=["cheapest 12 months", "middle 12", "dearest 12"]).astype(str).rename("months")
bar(shown.groupby(third)["share"].mean().reset_index(), "months", "share", title="Trade events: their share of new opportunities, by what was spent on them")
# %% [markdown] task="returns"
# **1. What does the next €10,000 bring in each channel?** Whoever reads the average for it buys another stand that nobody new will visit.
#
# 1. Ask each curve for the next €10,000 a month, on top of what its channel gets at `today`: how many opportunities more?
# 2. By channel, take the answer of the best curve, and the least and the most that any curve says.
#
# `returns` is a DataFrame with one row for each channel and the columns
#
# - `channel`
# - `next_10k`: opportunities a month that the next €10,000 add, by the best curve
# - `low_next`, `high_next`: the least and the most that any row of `curves` says for this channel
#
# Opportunities count as right within 0.01.
# %% answer="returns"
### BEGIN SOLUTION
now = curves["channel"].map(today)
curves["next_10k"] = brings(curves, now + 10_000) - brings(curves, now)
returns = curves.groupby("channel")["next_10k"].agg(low_next="min", high_next="max")
returns["next_10k"] = curves[curves["best"]].set_index("channel")["next_10k"]
returns = returns.reset_index()
### END SOLUTION
# %% check="returns"
assert isinstance(returns, pd.DataFrame), "returns should be a DataFrame with one row for each channel"
seen = returns.reset_index()
missing = [c for c in ("channel", "next_10k", "low_next", "high_next") if c not in seen.columns]
assert not missing, f"returns lacks the columns {missing}"
assert set(seen["channel"]) == set(CHANNELS), f"one row for each of {CHANNELS}"
assert ((seen["low_next"] <= seen["next_10k"] + 1e-9) & (seen["next_10k"] <= seen["high_next"] + 1e-9)).all(), "the best curve lies inside its range"
# %% hidden="returns"
expect(returns)
rows = returns.reset_index().set_index("channel")
assert rows["next_10k"].idxmin() == "trade event" and rows.loc["trade event", "next_10k"] < 0.4, "trade events are saturated"
# %% after="returns"
bar(returns, "channel", "next_10k", title="Opportunities a month that the next €10,000 add")
# %% [markdown] hint="returns"
# An average remembers the first euro. Which two points of a curve do you compare to learn about the next one?
# %% [markdown] hint="returns"
# `curves["channel"].map(today)` puts today's spend beside each curve, and `brings(curves, ...)` works on all of them at once. The difference of
# two such columns is a column to keep in `curves`.
# %% [markdown] hint="returns"
# With the difference in `curves["next_10k"]`: `groupby("channel")["next_10k"].agg(low_next="min", high_next="max")` gives the range, and the rows of
# `curves[curves["best"]]` the best answer.
# %% [markdown] wrong="average" task="returns"
# This is what €10,000 bring on average. Trade events then still seem to bring an opportunity for each €10,000 or so, and
# another stand looks like a fair buy, when the last stands have brought next to nothing. Which euro is Tomasz about to spend?
# %% wrong="average" task="returns"
now = curves["channel"].map(today)
each = curves.assign(next_10k=brings(curves, now) / now * 10_000)
returns = each.groupby("channel")["next_10k"].agg(low_next="min", high_next="max")
returns["next_10k"] = each[each["best"]].set_index("channel")["next_10k"]
returns = returns.reset_index()
# %% [markdown] wrong="first_euro" task="returns"
# This is what the first €10,000 of a month bring. Every curve is steepest there, and nobody at Tessaly is about to spend a first euro: each channel
# has had tens of thousands a month before it. Where on its curve does a channel stand when the money is added?
# %% wrong="first_euro" task="returns"
each = curves.assign(next_10k=brings(curves, 10_000))
returns = each.groupby("channel")["next_10k"].agg(low_next="min", high_next="max")
returns["next_10k"] = each[each["best"]].set_index("channel")["next_10k"]
returns = returns.reset_index()
# %% [markdown] wrong="per_month_of_three_years" task="returns"
# This asks at the average spend of three years. The money to be moved is the money of 2025, and on a curve that flattens the answer
# depends on where you stand. How much does each channel get today?
# %% wrong="per_month_of_three_years" task="returns"
usual = curves["channel"].map(spend.mean())
each = curves.assign(next_10k=brings(curves, usual + 10_000) - brings(curves, usual))
returns = each.groupby("channel")["next_10k"].agg(low_next="min", high_next="max")
returns["next_10k"] = each[each["best"]].set_index("channel")["next_10k"]
returns = returns.reset_index()
# %% [markdown]
# Four curves, one sum of money. Amara Okafor, who has seen many extrapolations, adds a condition: no channel may get less or more
# in a month than it has had in some month. Count what the four channels bring; how much of it is new to Tessaly, and how much only
# comes by another door, is for a test in one region to say.
#
# `best` has each channel's best curve: `brings(best.loc["webinar"], 20_000)` is what webinars bring for 20,000 EUR a month. `least` and `most`
# are what each channel has had in its cheapest and its dearest month (EUR).
# %% given
best = curves[curves["best"]].set_index("channel")
least, most = spend.min(), spend.max()
budget = round(today.sum(), -3)
STEP = 500  # EUR
pd.DataFrame({"least": least.round(0), "today": today.round(0), "most": most.round(0)})
# %% [markdown] task="allocation"
# **2. How should the monthly budget of 2026 be shared?** A euro on the wrong channel is spent twelve times before anybody looks again.
#
# Most of the cell is there. Each channel begins with the least that it has ever had. The rest of `budget` is handed out in steps of 500 EUR, and before each
# step `next_step` is asked who gets it. As it is handed out, it names whoever brought most opportunities in three years, as Daniel Reyes
# would. Write the rule that you would sign, within Amara's condition: `plan` says what each channel has been given up to now (EUR a month).
#
# The lines below it make `allocation`, a DataFrame with one row for each channel and the columns
#
# - `channel`
# - `budget_eur`: the monthly budget of 2026 (EUR), right within 600
# - `gain`: opportunities a month that this adds to what the channel brings at `today`, by its best curve (negative where it
#   loses), right within 0.01
# %% answer="allocation"
def next_step(plan):
    """The channel that gets the next 500 EUR, when each has plan[channel] so far."""
    choice = came.sum().idxmax()
    ### BEGIN SOLUTION
    worth = {c: brings(best.loc[c], plan[c] + STEP) - brings(best.loc[c], plan[c]) for c in CHANNELS if plan[c] + STEP <= most[c]}
    choice = max(worth, key=worth.get)
    ### END SOLUTION
    return choice


plan = least.copy()
while plan.sum() + STEP <= budget:
    plan[next_step(plan)] += STEP
gain = [brings(best.loc[c], plan[c]) - brings(best.loc[c], today[c]) for c in CHANNELS]
allocation = pd.DataFrame({"channel": CHANNELS, "budget_eur": plan[CHANNELS].to_numpy(), "gain": gain})
# %% check="allocation"
assert isinstance(allocation, pd.DataFrame), "allocation should be a DataFrame with one row for each channel"
seen = allocation.reset_index()
missing = [c for c in ("channel", "budget_eur", "gain") if c not in seen.columns]
assert not missing, f"allocation lacks the columns {missing}"
assert set(seen["channel"]) == set(CHANNELS), f"one row for each of {CHANNELS}"
assert abs(seen["budget_eur"].sum() - budget) <= 1000, f"the four add up to the budget of {budget:,.0f} EUR a month; these are {seen['budget_eur'].sum():,.0f}"
beyond = [r.channel for r in seen.itertuples() if not least[r.channel] - 1 <= r.budget_eur <= most[r.channel] + 1]
assert not beyond, f"no channel gets less or more than in some month so far; outside of that: {beyond}"
# %% hidden="allocation"
expect(allocation)
rows = allocation.reset_index().set_index("channel")
assert rows.loc["trade event", "budget_eur"] < 0.75 * today["trade event"], "the saturated channel gives"
assert rows["gain"].sum() > 0, "and the new shares beat today's"
# %% after="allocation"
rows = allocation.set_index("channel")
print(f"Trade events give up EUR {today['trade event'] - rows.loc['trade event', 'budget_eur']:,.0f} a month and lose {-rows.loc['trade event', 'gain']:.1f} opportunities by it.")
print(f"If all that the curves promise is new to Tessaly, the four bring {rows['gain'].sum():.1f} a month more; in one region you can find out.")
bar(allocation, "channel", "gain", title="Opportunities a month gained or lost by the new shares")
# %% [markdown] hint="allocation"
# Think of a queue of small banknotes. Each asks the same question again, because the answer changes as a channel fills up: where
# do I bring most?
# %% [markdown] hint="allocation"
# For each channel that may still take a step, compute what it brings at `plan[c] + STEP`, less what it brings at `plan[c]`, by its best curve.
# %% [markdown] hint="allocation"
# A dict `worth` of these differences, over the channels with `plan[c] + STEP <= most[c]`; then `choice = max(worth, key=worth.get)`.
# %% [markdown] wrong="by_contribution" task="allocation"
# This shares the money as the opportunities were shared. A channel that is full keeps what it has, because it was filled long ago,
# and those with room get only what they brought when they were small. Does a channel's part of the past say what its next euro
# brings?
# %% wrong="by_contribution" task="allocation"
plan = came.sum() / came.sum().sum() * budget
gain = [brings(best.loc[c], plan[c]) - brings(best.loc[c], today[c]) for c in CHANNELS]
allocation = pd.DataFrame({"channel": CHANNELS, "budget_eur": plan[CHANNELS].to_numpy(), "gain": gain})
# %% [markdown] wrong="in_proportion" task="allocation"
# This takes trade events down to their least and shares the rest as the other three share it today. It beats today's budget, and it
# gives a channel that is nearly full as large a rise as one that has room. In which of the three does the next step bring most?
# %% wrong="in_proportion" task="allocation"
rest = today.drop("trade event")
plan = rest / rest.sum() * (budget - spend["trade event"].min())
plan["trade event"] = spend["trade event"].min()
gain = [brings(best.loc[c], plan[c]) - brings(best.loc[c], today[c]) for c in CHANNELS]
allocation = pd.DataFrame({"channel": CHANNELS, "budget_eur": plan[CHANNELS].to_numpy(), "gain": gain})
# %% [markdown] wrong="most_so_far" task="allocation"
# Each step goes to the channel that brought most in three years, which is trade events. They are full, so they take nearly the whole budget and bring hardly
# anything for it. Which channel would bring most with this step, and not with all before it?
# %% wrong="most_so_far" task="allocation"
plan = least.copy()
while plan.sum() + STEP <= budget:
    room = [c for c in CHANNELS if plan[c] + STEP <= most[c]]
    plan[came[room].sum().idxmax()] += STEP
gain = [brings(best.loc[c], plan[c]) - brings(best.loc[c], today[c]) for c in CHANNELS]
allocation = pd.DataFrame({"channel": CHANNELS, "budget_eur": plan[CHANNELS].to_numpy(), "gain": gain})
# %% [markdown] wrong="beyond_the_data" task="allocation"
# This follows the curves to where no month has been. Trade events would get almost nothing, on the word of a curve that has never seen
# them get so little, and Daniel could rightly say that you made it up. Which spends has anybody tried?
# %% wrong="beyond_the_data" task="allocation"
plan = least * 0
while plan.sum() + STEP <= budget:
    worth = {c: brings(best.loc[c], plan[c] + STEP) - brings(best.loc[c], plan[c]) for c in CHANNELS}
    plan[max(worth, key=worth.get)] += STEP
gain = [brings(best.loc[c], plan[c]) - brings(best.loc[c], today[c]) for c in CHANNELS]
allocation = pd.DataFrame({"channel": CHANNELS, "budget_eur": plan[CHANNELS].to_numpy(), "gain": gain})
