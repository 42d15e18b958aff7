# ---
# topic: "7.3"
# title: Sharing the demand budget
# tables: [opportunities, marketing_spend]
# tasks:
#   returns:
#     points: 4
#     answer: {type: table, keys: [channel], columns: {knee_eur: "1%", next_10k: 0.01, low_next: 0.01, high_next: 0.01}}
#   allocation:
#     points: 4
#     answer: {type: table, keys: [channel], columns: {budget_eur: 600, gain: 0.01}}
# ---
# %% [markdown]
# The reading shared the budget of 2025 by what was known at the end of 2024. A year has gone by and nothing was moved. Tomasz
# Wieczorek now asks for the budget of **2026**: the same money as in 2025, and each euro where it brings most. You have the **36
# months** of 2023 to 2025.
#
# `spend` holds what each of the four channels cost in each month, in EUR; `came` how many new-business opportunities each
# brought in it; `total` how many new-business opportunities there were in all, those that cost no marketing included.
# `today` is each channel's average month of 2025, and `N` the average number of new opportunities in a month of 2025.
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

KNEES = np.geomspace(5e3, 1e6, 200)  # EUR a month


def curves(spend_eur, share, weight):
    """Fit share = ceiling x (1 - exp(-spend / knee)) for every knee in KNEES: one row for each, with its weighted error.

    spend_eur, share, weight: one value for each month. A row whose error is at most 3.84 above the smallest can't be told
    from the best one at 95%.
    """
    s, y, w = (np.asarray(part, dtype=float) for part in (spend_eur, share, weight))
    flat = 1 - np.exp(-s[None] / KNEES[:, None])
    ceiling = (w * flat * y).sum(axis=1) / (w * flat**2).sum(axis=1)
    return pd.DataFrame({"knee_eur": KNEES, "ceiling": ceiling, "error": (w * (y - ceiling[:, None] * flat) ** 2).sum(axis=1)})


def brings(curve, spend_eur):
    """Opportunities that a channel brings in a usual month of 2025 at this spend, by one curve or a table of them."""
    return N * curve["ceiling"] * (1 - np.exp(-spend_eur / curve["knee_eur"]))


pd.DataFrame({"EUR a month in 2025": today.round(0), "opportunities in 36 months": came.sum(), "EUR each": (spend.sum() / came.sum()).round(0)})
# %% given
shown = spend[["trade event"]].assign(share=came["trade event"] / total).rename(columns={"trade event": "spend_eur"}).sort_values("spend_eur")
third = pd.qcut(shown["spend_eur"], 3, labels=["cheapest 12 months", "middle 12", "dearest 12"]).astype(str).rename("months")
bar(shown.groupby(third)["share"].mean().reset_index(), "months", "share", title="Trade events: their share of new opportunities, by what was spent on them")
# %% [markdown] task="returns"
# **1. What does the next €10,000 bring in each channel?** Whoever reads the average for it buys another stand that nobody new will visit.
#
# 1. For each channel take its `share` of each month's new opportunities: `came` ÷ `total`.
# 2. Weight the months by *total ÷ (p × (1 − p))*, where *p* is the channel's share over all 36 months: a month with many
#    opportunities tells a share more exactly than one with few, so it gets more say.
# 3. Fit with `curves`. The best curve is the row with the smallest error; those within 3.84 of it fit as well. Keep the best row
#    of each channel in a dict `best`, which the second task needs.
# 4. For each curve, what `brings` says at `today` plus 10,000, less what it says at `today`.
#
# `returns` is a DataFrame with one row for each channel and the columns
#
# - `channel`
# - `knee_eur`: the best curve's knee (EUR a month)
# - `next_10k`: opportunities a month that the next €10,000 add, by the best curve
# - `low_next`, `high_next`: the least and the most that any curve which fits as well says
#
# Opportunities count as right within 0.01.
# %% answer="returns"
### BEGIN SOLUTION
best, rows = {}, []
for channel in CHANNELS:
    p = came[channel].sum() / total.sum()
    fits = curves(spend[channel], came[channel] / total, total / (p * (1 - p)))
    best[channel] = fits.loc[fits["error"].idxmin()]
    fits["next_10k"] = brings(fits, today[channel] + 10_000) - brings(fits, today[channel])
    alike = fits.loc[fits["error"] <= fits["error"].min() + 3.84, "next_10k"]
    rows.append({
        "channel": channel,
        "knee_eur": best[channel]["knee_eur"],
        "next_10k": fits.loc[fits["error"].idxmin(), "next_10k"],
        "low_next": alike.min(),
        "high_next": alike.max(),
    })
returns = pd.DataFrame(rows)
### END SOLUTION
# %% check="returns"
assert isinstance(returns, pd.DataFrame), "returns should be a DataFrame with one row for each channel"
seen = returns.reset_index()
missing = [c for c in ("channel", "knee_eur", "next_10k", "low_next", "high_next") if c not in seen.columns]
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
# Loop over the four channels. `fits = curves(spend[channel], came[channel] / total, weight)` is a table of curves; `brings(fits,
# ...)` works on all of them at once.
# %% [markdown] hint="returns"
# `fits["next_10k"] = brings(fits, today[channel] + 10_000) - brings(fits, today[channel])`; then the row of
# `fits["error"].idxmin()`, and the smallest and largest value among rows with `error <= fits["error"].min() + 3.84`.
# %% [markdown] wrong="average" task="returns"
# This is what €10,000 have brought on average. Trade events then still seem to bring an opportunity for each €10,000 or so, and
# another stand looks like a fair buy, when the last stands have brought next to nothing. Which euro is Tomasz about to spend?
# %% wrong="average" task="returns"
rows = []
for channel in CHANNELS:
    p = came[channel].sum() / total.sum()
    fits = curves(spend[channel], came[channel] / total, total / (p * (1 - p)))
    each = brings(fits, today[channel]) / today[channel] * 10_000
    alike = each[fits["error"] <= fits["error"].min() + 3.84]
    at = fits["error"].idxmin()
    rows.append({"channel": channel, "knee_eur": fits.loc[at, "knee_eur"], "next_10k": each[at], "low_next": alike.min(), "high_next": alike.max()})
returns = pd.DataFrame(rows)
# %% [markdown] wrong="raw_counts" task="returns"
# This fits the curves to the numbers of opportunities. New business shrank in the three years and has its season, so a
# month that happened to be early looks like money well spent. What do the shares leave out that the numbers keep?
# %% wrong="raw_counts" task="returns"
rows = []
for channel in CHANNELS:
    p = came[channel].sum() / total.sum()
    flatly = pd.Series(total.mean(), index=total.index)
    fits = curves(spend[channel], came[channel] / flatly, flatly / (p * (1 - p)))
    fits["next_10k"] = brings(fits, today[channel] + 10_000) - brings(fits, today[channel])
    at = fits["error"].idxmin()
    alike = fits.loc[fits["error"] <= fits["error"].min() + 3.84, "next_10k"]
    rows.append({"channel": channel, "knee_eur": fits.loc[at, "knee_eur"], "next_10k": fits.loc[at, "next_10k"], "low_next": alike.min(), "high_next": alike.max()})
returns = pd.DataFrame(rows)
# %% [markdown] wrong="per_month_of_three_years" task="returns"
# This asks at the average spend of three years. The money to be moved is the money of 2025, and on a curve that flattens the answer
# depends on where you stand. How much does each channel get today?
# %% wrong="per_month_of_three_years" task="returns"
rows = []
for channel in CHANNELS:
    p = came[channel].sum() / total.sum()
    fits = curves(spend[channel], came[channel] / total, total / (p * (1 - p)))
    usual = spend[channel].mean()
    fits["next_10k"] = brings(fits, usual + 10_000) - brings(fits, usual)
    at = fits["error"].idxmin()
    alike = fits.loc[fits["error"] <= fits["error"].min() + 3.84, "next_10k"]
    rows.append({"channel": channel, "knee_eur": fits.loc[at, "knee_eur"], "next_10k": fits.loc[at, "next_10k"], "low_next": alike.min(), "high_next": alike.max()})
returns = pd.DataFrame(rows)
# %% [markdown]
# Four curves, one sum of money. Amara Okafor, who has seen many extrapolations, adds a condition: no channel may get less or more
# in a month than it has had in some month. Count what the four channels bring; how much of it is new to Tessaly, and how much only
# comes by another door, is for a test in one region to say.
# %% given
budget = round(today.sum(), -3)
STEP = 500  # EUR
pd.DataFrame({"least": spend.min().round(0), "today": today.round(0), "most": spend.max().round(0)})
# %% [markdown] task="allocation"
# **2. How should the monthly budget of 2026 be shared?** A euro on the wrong channel is spent twelve times before anybody looks again.
#
# 1. `budget` is the sum of `today`, rounded to 1,000 EUR.
# 2. Give each channel the least that it has had in any of the 36 months.
# 3. Hand out the rest in steps of `STEP` (500 EUR), each to the channel in which that step brings most by its best curve, among
#    those that stay at or below the most they have had in any month. Stop when the next step would exceed the budget.
#
# `allocation` is a DataFrame with one row for each channel and the columns
#
# - `channel`
# - `budget_eur`: the monthly budget of 2026 (EUR), right within 600
# - `gain`: opportunities a month that this adds to what the channel brings at `today`, by its best curve (negative where it
#   loses), right within 0.01
# %% answer="allocation"
### BEGIN SOLUTION
plan = spend.min()
while plan.sum() + STEP <= budget:
    worth = {c: brings(best[c], plan[c] + STEP) - brings(best[c], plan[c]) for c in CHANNELS if plan[c] + STEP <= spend[c].max()}
    plan[max(worth, key=worth.get)] += STEP
gain = [brings(best[c], plan[c]) - brings(best[c], today[c]) for c in CHANNELS]
allocation = pd.DataFrame({"channel": CHANNELS, "budget_eur": plan[CHANNELS].to_numpy(), "gain": gain})
### END SOLUTION
# %% check="allocation"
assert isinstance(allocation, pd.DataFrame), "allocation should be a DataFrame with one row for each channel"
seen = allocation.reset_index()
missing = [c for c in ("channel", "budget_eur", "gain") if c not in seen.columns]
assert not missing, f"allocation lacks the columns {missing}"
assert set(seen["channel"]) == set(CHANNELS), f"one row for each of {CHANNELS}"
assert abs(seen["budget_eur"].sum() - budget) <= 1000, f"the four add up to the budget of {budget:,.0f} EUR a month; these are {seen['budget_eur'].sum():,.0f}"
# %% hidden="allocation"
expect(allocation)
rows = allocation.reset_index().set_index("channel")
assert rows.loc["trade event", "budget_eur"] < 0.75 * today["trade event"], "the saturated channel gives"
assert rows["gain"].sum() > 0, "and the new shares beat today's"
# %% after="allocation"
bar(allocation, "channel", "gain", title="Opportunities a month gained or lost by the new shares")
# %% [markdown] hint="allocation"
# Think of a queue of small banknotes. Each asks the same question again, because the answer changes as a channel fills up: where
# do I bring most?
# %% [markdown] hint="allocation"
# A `while` loop: for each channel that may still take a step, compute `brings(..., plan + STEP) - brings(..., plan)`, and give
# the step to the largest. You need the best curve of each channel from the first task.
# %% [markdown] hint="allocation"
# `plan = spend.min()`, then `while plan.sum() + STEP <= budget:` with a dict `worth` over the channels for which `plan[c] + STEP
# <= spend[c].max()`; `plan[max(worth, key=worth.get)] += STEP`.
# %% [markdown] wrong="by_contribution" task="allocation"
# This shares the money as the opportunities were shared. A channel that is full keeps what it has, because it was filled long ago,
# and those with room get only what they brought when they were small. Does a channel's part of the past say what its next euro
# brings?
# %% wrong="by_contribution" task="allocation"
fitted = {}
for c in CHANNELS:
    p = came[c].sum() / total.sum()
    table = curves(spend[c], came[c] / total, total / (p * (1 - p)))
    fitted[c] = table.loc[table["error"].idxmin()]
plan = came.sum() / came.sum().sum() * budget
gain = [brings(fitted[c], plan[c]) - brings(fitted[c], today[c]) for c in CHANNELS]
allocation = pd.DataFrame({"channel": CHANNELS, "budget_eur": plan[CHANNELS].to_numpy(), "gain": gain})
# %% [markdown] wrong="in_proportion" task="allocation"
# This takes trade events down to their least and shares the rest as the other three share it today. It beats today's budget, and it
# gives a channel that is nearly full as large a rise as one that has room. In which of the three does the next step bring most?
# %% wrong="in_proportion" task="allocation"
fitted = {}
for c in CHANNELS:
    p = came[c].sum() / total.sum()
    table = curves(spend[c], came[c] / total, total / (p * (1 - p)))
    fitted[c] = table.loc[table["error"].idxmin()]
rest = today.drop("trade event")
plan = rest / rest.sum() * (budget - spend["trade event"].min())
plan["trade event"] = spend["trade event"].min()
gain = [brings(fitted[c], plan[c]) - brings(fitted[c], today[c]) for c in CHANNELS]
allocation = pd.DataFrame({"channel": CHANNELS, "budget_eur": plan[CHANNELS].to_numpy(), "gain": gain})
# %% [markdown] wrong="beyond_the_data" task="allocation"
# This follows the curves to where no month has been. Trade events would get almost nothing, on the word of a curve that has never seen
# them get so little, and Daniel could rightly say that you made it up. Which spends has anybody tried?
# %% wrong="beyond_the_data" task="allocation"
fitted = {}
for c in CHANNELS:
    p = came[c].sum() / total.sum()
    table = curves(spend[c], came[c] / total, total / (p * (1 - p)))
    fitted[c] = table.loc[table["error"].idxmin()]
plan = spend.min() * 0
while plan.sum() + STEP <= budget:
    worth = {c: brings(fitted[c], plan[c] + STEP) - brings(fitted[c], plan[c]) for c in CHANNELS}
    plan[max(worth, key=worth.get)] += STEP
gain = [brings(fitted[c], plan[c]) - brings(fitted[c], today[c]) for c in CHANNELS]
allocation = pd.DataFrame({"channel": CHANNELS, "budget_eur": plan[CHANNELS].to_numpy(), "gain": gain})
