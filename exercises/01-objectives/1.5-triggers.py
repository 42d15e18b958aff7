# ---
# topic: "1.5"
# title: A rule that would have caught the entrant
# tables: [bookings_monthly, pipeline, market_events]
# tasks:
#   signals:
#     points: 2
#     answer: {type: table, keys: [month], columns: {bookings_change: 0.005, win_rate: 0.002}}
#   rules:
#     points: 4
#     answer: {type: table, keys: [level, months], columns: {false_alarms_per_year: 0.01, months_to_fire: 0.01}}
#   trigger:
#     points: 2
#     answer: {type: mapping, tolerance: 0.01}
# ---
# %% [markdown]
# In spring 2025 Aldermoor Systems entered with a meter at two thirds of the price of Series 7 Line (product `P-720`). The
# objective for that line was never reopened. Ingrid Solheim wants a rule that would have done it in time, and Tomasz
# Wieczorek wants to know how often that rule would have cried wolf. You replay both years, 2024 and 2025.
#
# `pipeline` has a row for each month, region and product with the opportunities `created`, `won` and `lost` in that month;
# `bookings_monthly` has the bookings. `entry` is the first month with Aldermoor in the market.
# %% given
import numpy as np
import pandas as pd

from course.case import load

bookings, pipeline, events = load("bookings_monthly", "pipeline", "market_events")
LINE = "P-720"
entrant = events[events["title"].str.contains("Aldermoor")]
entry = entrant["effective_on"].min().to_period("M").to_timestamp()


def in_a_row(below, months):
    """True in each month that ends a stretch of at least `months` months in which `below` was true.

    `below` has months as its index, in order, and a column for each product.
    """
    return below.astype(int).rolling(months).sum() == months


print(f"Aldermoor is in the market from {entry:%B %Y} on.")
# %% [markdown] task="signals"
# **Two signals, one line.** For Series 7 Line, all regions together, build the DataFrame `signals` with a row for each of
# the twelve months of 2025 and the columns
#
# - `month`: the first day of the month, as in the tables;
# - `bookings_change`: bookings of the month against the same month of 2024, as a fraction (0.10 is ten per cent more);
# - `win_rate`: the share of the opportunities decided in the month that were won, as a fraction.
#
# Tolerances: 0.005 and 0.002.
# %% answer="signals"
### BEGIN SOLUTION
booked = bookings[bookings["product_id"] == LINE].groupby("month")["bookings_eur"].sum()
decided = pipeline[pipeline["product_id"] == LINE].groupby("month")[["won", "lost"]].sum()
signals = pd.DataFrame(
    {
        "bookings_change": booked / booked.shift(12) - 1,
        "win_rate": decided["won"] / (decided["won"] + decided["lost"]),
    }
).rename_axis("month")
signals = signals[signals.index.year == 2025].reset_index()
### END SOLUTION
# %% check="signals"
assert isinstance(signals, pd.DataFrame), "signals should be a DataFrame."
assert {"month", "bookings_change", "win_rate"} <= set(signals.columns), "The columns are month, bookings_change, win_rate."
assert len(signals) == 12, f"2025 has twelve months; signals has {len(signals)} rows."
assert signals["win_rate"].between(0, 1).all(), "A win rate lies between 0 and 1."
# %% hidden="signals"
expect(signals)
rates = signals.set_index(pd.to_datetime(signals["month"]))["win_rate"]
assert rates[rates.index >= entry].mean() < rates[rates.index < entry].mean(), "the entrant shows in the win rate"
# %% after="signals"
signals.assign(entrant=pd.to_datetime(signals["month"]) >= entry)
# %% [markdown] hint="signals"
# Sum over the regions first, then divide. Which opportunities have an outcome?
# %% [markdown] hint="signals"
# Group `LINE`'s rows by `month`. With all 36 months in order, the same month of the year before is twelve rows up.
# %% [markdown] hint="signals"
# `booked / booked.shift(12) - 1`, and `won / (won + lost)` on the monthly sums; keep 2025 at the very end.
# %% [markdown] wrong="month_before" task="signals"
# This compares each month with the month before it. The last month of a quarter is always strong and the next one weak, so
# the rule would reopen the objective every January, April, July and October. Which month has the same season?
# %% wrong="month_before" task="signals"
booked = bookings[bookings["product_id"] == LINE].groupby("month")["bookings_eur"].sum()
decided = pipeline[pipeline["product_id"] == LINE].groupby("month")[["won", "lost"]].sum()
signals = pd.DataFrame(
    {
        "bookings_change": booked / booked.shift(1) - 1,
        "win_rate": decided["won"] / (decided["won"] + decided["lost"]),
    }
).rename_axis("month")
signals = signals[signals.index.year == 2025].reset_index()
# %% [markdown] wrong="over_created" task="signals"
# This divides what was won by what was opened in the same month, but those are other opportunities: most of them are
# decided months later. A good month of prospecting then looks like an entrant, and the team that opens more is the one
# whose target is reopened. Which opportunities got their answer in this month?
# %% wrong="over_created" task="signals"
booked = bookings[bookings["product_id"] == LINE].groupby("month")["bookings_eur"].sum()
decided = pipeline[pipeline["product_id"] == LINE].groupby("month")[["won", "created"]].sum()
signals = pd.DataFrame(
    {"bookings_change": booked / booked.shift(12) - 1, "win_rate": decided["won"] / decided["created"]}
).rename_axis("month")
signals = signals[signals.index.year == 2025].reset_index()
# %% [markdown] wrong="average_of_regions" task="signals"
# This averages the regions' win rates, so a region that decided two opportunities counts as much as one that decided ten.
# One lost deal in the Nordics could then reopen the line for everybody. How many decisions stand behind each rate?
# %% wrong="average_of_regions" task="signals"
booked = bookings[bookings["product_id"] == LINE].groupby("month")["bookings_eur"].sum()
rows = pipeline[pipeline["product_id"] == LINE]
rates = (rows["won"] / (rows["won"] + rows["lost"])).groupby(rows["month"]).mean()
signals = pd.DataFrame({"bookings_change": booked / booked.shift(12) - 1, "win_rate": rates}).rename_axis("month")
signals = signals[signals.index.year == 2025].reset_index()
# %% [markdown]
# The next cell is given. `won_all` and `decided_all` hold the opportunities won and decided, months as rows and a column for each
# product, all regions together. `first_month` says when a rule finds Aldermoor.
# %% given
by_month = pipeline.groupby(["month", "product_id"])[["won", "lost"]].sum().unstack("product_id")
won_all, decided_all = by_month["won"], by_month["won"] + by_month["lost"]


def first_month(held):
    """The month, counted from `entry` as 1, in which `held` is first true for Series 7 Line; missing if it never is."""
    after = held.loc[held.index >= entry, LINE].to_numpy()
    return after.argmax() + 1 if after.any() else np.nan


decided_all.tail(3)
# %% [markdown] task="rules"
# **Replay twelve rules.** A rule has a `level` (0.1, 0.2 or 0.3) and a number of `months` (1 to 4). It watches the win rate
# of all eight products, each on its own, all regions together, from January 2024 to December 2025:
#
# 1. A product's base is its win rate over the whole of 2023.
# 2. A month is *below* when the product's win rate in it is under `base × (1 − level)`.
# 3. The rule fires in the first month in which `in_a_row(below, months)` is true, and fires again only after it was false in
#    between. Months before January 2024 don't count.
# 4. A false alarm is any firing except those of Series 7 Line in `entry` or later.
#
# Build the DataFrame `rules` with one row for each of the twelve rules and the columns `level`, `months`,
# `false_alarms_per_year` (all eight products together, divided by the two years) and `months_to_fire`: for Series 7 Line, how
# many months from `entry` on until `in_a_row` is true for the first time, where `entry` itself is month 1 (missing if never).
# Tolerance: 0.01 for both.
#
# The loop over the rules is there. Two pieces are missing: above it, `base` (a number for each product) and `rate` (months of 2024 and
# 2025 as rows, products as columns); within it, `false_alarms`, the number of false alarms of one rule in the two years.
# %% answer="rules"
### BEGIN SOLUTION
in_2023 = won_all.index.year == 2023
base = won_all[in_2023].sum() / decided_all[in_2023].sum()
rate = (won_all / decided_all)[~in_2023]
### END SOLUTION

rows = []
for level in (0.1, 0.2, 0.3):
    for months in (1, 2, 3, 4):
        held = in_a_row(rate < base * (1 - level), months)
        ### BEGIN SOLUTION
        fires = held & ~held.shift(1, fill_value=False)
        fires.loc[fires.index >= entry, LINE] = False
        false_alarms = fires.to_numpy().sum()
        ### END SOLUTION
        rows.append({
            "level": level,
            "months": months,
            "false_alarms_per_year": false_alarms / 2,
            "months_to_fire": first_month(held),
        })
rules = pd.DataFrame(rows)
# %% check="rules"
assert isinstance(rules, pd.DataFrame), "rules should be a DataFrame."
wanted = {"level", "months", "false_alarms_per_year", "months_to_fire"}
assert wanted <= set(rules.columns), f"The columns are {', '.join(sorted(wanted))}."
assert len(rules) == 12, f"Three levels times four numbers of months make twelve rules; rules has {len(rules)} rows."
loosest = rules[(rules["level"] < 0.15) & (rules["months"] == 1)]["false_alarms_per_year"]
assert loosest.iloc[0] == rules["false_alarms_per_year"].max(), "The loosest rule has the most false alarms."
# %% hidden="rules"
expect(rules)
alarms = rules.assign(level=rules["level"].round(1)).set_index(["level", "months"])["false_alarms_per_year"]
assert alarms[0.3, 2] < alarms[0.1, 1] / 5, "a second month and a wider level take most of the noise away"
# %% after="rules"
found = rules["months_to_fire"].map(lambda month: "never finds it" if pd.isna(month) else f"month {month:.0f}")
shown = rules.assign(rule=rules["false_alarms_per_year"].map("{:.1f} a year, ".format) + found)
print("In each cell: false alarms a year, then the month in which the rule finds Aldermoor")
shown.pivot(index="level", columns="months", values="rule").add_suffix(" in a row")
# %% [markdown] hint="rules"
# The base is one rate over a whole year: sums first, then the division. `won_all.index.year` is the year of each row.
# %% [markdown] hint="rules"
# A rule fires where `in_a_row` is true and was not true a month earlier. Before you count the false alarms, blank out the
# months of Series 7 Line in which the entrant was there.
# %% [markdown] hint="rules"
# `fires = held & ~held.shift(1, fill_value=False)`, then `fires.loc[fires.index >= entry, LINE] = ...`, and `fires.to_numpy().sum()` counts
# what is left in all columns.
# %% [markdown] wrong="months_counted" task="rules"
# This counts every month in which a rule holds, not every time it begins to hold. One slump of four months is then four
# meetings, and a usable rule is thrown out as too noisy. When would people be called together?
# %% wrong="months_counted" task="rules"
by_month = pipeline.groupby(["month", "product_id"])[["won", "lost"]].sum().unstack("product_id")
won, decided = by_month["won"], by_month["won"] + by_month["lost"]
base = won[won.index.year == 2023].sum() / decided[decided.index.year == 2023].sum()
rate = (won / decided)[won.index.year >= 2024]
rows = []
for level in (0.1, 0.2, 0.3):
    for months in (1, 2, 3, 4):
        held = in_a_row(rate < base * (1 - level), months)
        quiet = held.copy()
        quiet.loc[quiet.index >= entry, LINE] = False
        after = held.loc[held.index >= entry, LINE].to_numpy()
        to_fire = after.argmax() + 1 if after.any() else np.nan
        rows.append([level, months, quiet.to_numpy().sum() / 2, to_fire])
rules = pd.DataFrame(rows, columns=["level", "months", "false_alarms_per_year", "months_to_fire"])
# %% [markdown] wrong="entrant_counted" task="rules"
# This counts the alarms that Aldermoor set off among the false ones. A rule is then punished for doing its job, and the one
# that sleeps through an entry looks best. Which alarms had a cause?
# %% wrong="entrant_counted" task="rules"
by_month = pipeline.groupby(["month", "product_id"])[["won", "lost"]].sum().unstack("product_id")
won, decided = by_month["won"], by_month["won"] + by_month["lost"]
base = won[won.index.year == 2023].sum() / decided[decided.index.year == 2023].sum()
rate = (won / decided)[won.index.year >= 2024]
rows = []
for level in (0.1, 0.2, 0.3):
    for months in (1, 2, 3, 4):
        held = in_a_row(rate < base * (1 - level), months)
        fires = held & ~held.shift(1, fill_value=False)
        after = held.loc[held.index >= entry, LINE].to_numpy()
        to_fire = after.argmax() + 1 if after.any() else np.nan
        rows.append([level, months, fires.to_numpy().sum() / 2, to_fire])
rules = pd.DataFrame(rows, columns=["level", "months", "false_alarms_per_year", "months_to_fire"])
# %% [markdown] wrong="bookings_watched" task="rules"
# This watches bookings against the same month of the year before. Bookings swing with a single large order, so the objectives
# would be reopened many times a year, and people stop answering. Which signal does an entrant touch first?
# %% wrong="bookings_watched" task="rules"
booked = bookings.pivot_table(index="month", columns="product_id", values="bookings_eur", aggfunc="sum")
change = (booked / booked.shift(12))[booked.index.year >= 2024]
rows = []
for level in (0.1, 0.2, 0.3):
    for months in (1, 2, 3, 4):
        held = in_a_row(change < 1 - level, months)
        fires = held & ~held.shift(1, fill_value=False)
        quiet = fires.copy()
        quiet.loc[quiet.index >= entry, LINE] = False
        after = held.loc[held.index >= entry, LINE].to_numpy()
        to_fire = after.argmax() + 1 if after.any() else np.nan
        rows.append([level, months, quiet.to_numpy().sum() / 2, to_fire])
rules = pd.DataFrame(rows, columns=["level", "months", "false_alarms_per_year", "months_to_fire"])
# %% [markdown] task="trigger"
# **Choose one.** Ingrid Solheim allows one false alarm a year for the whole company, no more. Of the rules in `rules` that keep
# to it, choose the one that fires soonest on Series 7 Line; of equals, the one with fewer false alarms; if they are still
# equal, the one with the higher level. Give it as the dict `trigger` with the keys `"level"` and `"months"`.
# %% answer="trigger"
### BEGIN SOLUTION
allowed = rules[rules["false_alarms_per_year"] <= 1]
best = allowed.sort_values(
    ["months_to_fire", "false_alarms_per_year", "level"], ascending=[True, True, False]
).iloc[0]
trigger = {"level": float(best["level"]), "months": int(best["months"])}
### END SOLUTION
# %% check="trigger"
assert isinstance(trigger, dict), "trigger should be a dict."
assert set(trigger) == {"level", "months"}, "Its keys are level and months."
assert trigger["months"] in (1, 2, 3, 4), "months is a whole number from 1 to 4."
# %% hidden="trigger"
expect(trigger)
# %% [markdown] hint="trigger"
# First throw out what Ingrid does not allow; only then look for speed.
# %% [markdown] hint="trigger"
# Sort what is left by three columns: `months_to_fire` and `false_alarms_per_year` rising, `level` falling.
# %% [markdown] wrong="quickest" task="trigger"
# This is the rule that fires soonest, whatever it costs in false alarms. By summer nobody would come to the meeting that it
# calls, and the real entrant would be discussed by an empty room. How many false alarms a year does it bring?
# %% wrong="quickest" task="trigger"
trigger = {"level": 0.1, "months": 1}
# %% [markdown] wrong="quietest" task="trigger"
# This is the strictest rule of all. It leaves room in the false alarms that Ingrid allows, and pays for it with months in
# which Series 7 Line sells against a target that is out of reach. How soon does each rule within her limit fire?
# %% wrong="quietest" task="trigger"
trigger = {"level": 0.3, "months": 4}
