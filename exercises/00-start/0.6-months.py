# ---
# topic: "0.6"
# title: Months and shares
# tables: [opportunities, bookings]
# tasks:
#   win_rates:
#     points: 3
#     answer: {type: table, keys: [quarter], columns: {win_rate: 0.002}}
#   best_months:
#     points: 2
#     answer: {type: set}
# ---
# %% [markdown]
# Ingrid Solheim wants one line for the board: how the win rate moved through 2025, and which months carried the company. This is your last step before
# module 1.
#
# `opportunities` has `created_on`, `closed_on` (empty while a deal is open) and `status`: `won`, `lost` or `open`.
# %% given
import pandas as pd

from course.case import load

opportunities, bookings = load("opportunities", "bookings")

opportunities[["opportunity_id", "created_on", "closed_on", "status"]].tail()
# %% [markdown] task="win_rates"
# **How did the win rate move through 2025?**
#
# Make a table `win_rates` with one row for each quarter of 2025 and the columns
#
# - `quarter`: text, `2025Q1` to `2025Q4`, the quarter in which a deal was **closed**
# - `win_rate`: won deals as a fraction of those closed in that quarter, won or lost (within 0.002)
#
# The first two lines are there. What is left: group by quarter, count the won ones, count all, divide.
# %% answer="win_rates"
closed = opportunities[opportunities["closed_on"].dt.year == 2025].copy()
closed["quarter"] = closed["closed_on"].dt.to_period("Q").astype(str)

### BEGIN SOLUTION
closed["won"] = closed["status"] == "won"
win_rates = closed.groupby("quarter", as_index=False).agg(won=("won", "sum"), decided=("won", "size"))
win_rates["win_rate"] = win_rates["won"] / win_rates["decided"]
### END SOLUTION

win_rates
# %% check="win_rates"
assert isinstance(win_rates, (pd.DataFrame, pd.Series)), "win_rates should be a table"
seen = win_rates.reset_index()
if isinstance(win_rates, pd.DataFrame):
    assert {"quarter", "win_rate"} <= set(seen.columns), "win_rates needs the columns quarter and win_rate"
assert len(seen) == 4, f"a year has four quarters; win_rates has {len(seen)} rows"
assert set(seen["quarter"]) == {"2025Q1", "2025Q2", "2025Q3", "2025Q4"}, "quarters are written as 2025Q1"
# %% hidden="win_rates"
expect(win_rates)
assert (win_rates.reset_index().iloc[:, -1] < 1).all()
# %% after="win_rates"
from course.plot import bar

shown = win_rates.reset_index()
shown["win_rate"] = shown.iloc[:, -1] if "win_rate" not in shown else shown["win_rate"]
bar(shown, "quarter", "win_rate", title="Won, of the deals closed in the quarter")
# %% [markdown] hint="win_rates"
# Make a column that is true for won deals. True counts as 1, so its sum in a group is the number won.
# %% [markdown] hint="win_rates"
# `closed["won"] = closed["status"] == "..."`; then `closed.groupby("quarter", as_index=False).agg(won=("won", "sum"), decided=("won", "size"))`, and a division.
# %% [markdown] wrong="of_created" task="win_rates"
# This goes by the quarter in which deals were created, and divides by all of them. The newest deals are mostly open, so the rate seems to collapse towards
# December, and somebody will stop a campaign for it. Which deals have an outcome in the quarter?
# %% wrong="of_created" task="win_rates"
created = opportunities[opportunities["created_on"].dt.year == 2025].copy()
created["quarter"] = created["created_on"].dt.to_period("Q").astype(str)
created["won"] = created["status"] == "won"
win_rates = created.groupby("quarter", as_index=False).agg(win_rate=("won", "mean"))
# %% [markdown] wrong="of_lost" task="win_rates"
# This divides the won by the lost. One won and one lost would make 1, and the board would hear of a rate far above the real one.
# How many deals were decided for each that was won?
# %% wrong="of_lost" task="win_rates"
closed = opportunities[opportunities["closed_on"].dt.year == 2025].copy()
closed["quarter"] = closed["closed_on"].dt.to_period("Q").astype(str)
closed["won"] = closed["status"] == "won"
win_rates = closed.groupby("quarter", as_index=False).agg(won=("won", "sum"), decided=("won", "size"))
win_rates["win_rate"] = win_rates["won"] / (win_rates["decided"] - win_rates["won"])
# %% [markdown] wrong="share_of_wins" task="win_rates"
# This says which part of the year's wins fell into each quarter. A busy quarter then looks like a good one, even if it lost more deals than
# any other. What stands below the line of a win rate?
# %% wrong="share_of_wins" task="win_rates"
closed = opportunities[opportunities["closed_on"].dt.year == 2025].copy()
closed["quarter"] = closed["closed_on"].dt.to_period("Q").astype(str)
closed["won"] = closed["status"] == "won"
win_rates = closed.groupby("quarter", as_index=False).agg(won=("won", "sum"))
win_rates["win_rate"] = win_rates["won"] / win_rates["won"].sum()
# %% [markdown] task="best_months"
# **Which three months carried most?**
#
# Make a list `best_months` of the three months from January 2023 to December 2025 with the most **euros** booked, as text such as `"2025-12"`. The column
# `month` is made for you.
# %% answer="best_months"
bookings["month"] = bookings["booked_on"].dt.to_period("M").astype(str)

### BEGIN SOLUTION
by_month = bookings.groupby("month", as_index=False).agg(booked_eur=("amount_eur", "sum"))
best_months = list(by_month.sort_values("booked_eur", ascending=False).head(3)["month"])
### END SOLUTION

best_months
# %% check="best_months"
assert not isinstance(best_months, str), "best_months should be a list of three months"
assert len(set(best_months)) == 3, f"three months are asked for; best_months has {len(set(best_months))}"
assert set(best_months) <= set(bookings["month"]), 'months are written like "2025-12", as in the column month'
# %% hidden="best_months"
expect(best_months)
assert len(set(best_months)) == 3
# %% [markdown] hint="best_months"
# First the sum of each month, then the largest on top, then the first three.
# %% [markdown] hint="best_months"
# `by_month = bookings.groupby("month", as_index=False).agg(...)`; then `.sort_values("...", ascending=False).head(3)`, and the column `month` of that as a list.
# %% [markdown] wrong="weakest" task="best_months"
# These are the three weakest months. Sorting begins with the smallest unless you say otherwise, and Amara Okafor would add shifts in exactly the
# months that need none. Which end of the order do you want?
# %% wrong="weakest" task="best_months"
bookings["month"] = bookings["booked_on"].dt.to_period("M").astype(str)
by_month = bookings.groupby("month", as_index=False).agg(booked_eur=("amount_eur", "sum"))
best_months = list(by_month.sort_values("booked_eur").head(3)["month"])
# %% [markdown] wrong="latest" task="best_months"
# These are the last three months of the table, in the order of the calendar. The list of a group is sorted by name, not by size, so the answer is the same whatever
# was booked. What have you told pandas to sort by?
# %% wrong="latest" task="best_months"
bookings["month"] = bookings["booked_on"].dt.to_period("M").astype(str)
by_month = bookings.groupby("month", as_index=False).agg(booked_eur=("amount_eur", "sum"))
best_months = list(by_month.tail(3)["month"])
