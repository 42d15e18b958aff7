# ---
# topic: "0.4"
# title: Groups
# tables: [bookings]
# tasks:
#   by_region:
#     points: 2
#     answer: {type: table, keys: [region], columns: {deals: 0.4, booked_eur: "0.1%", margin_rate: 0.001}}
#   shares:
#     points: 2
#     answer: {type: table, keys: [year, region], columns: {share: 0.001}}
# ---
# %% [markdown]
# Tomasz Wieczorek wants to look into the prices of the region that earns the least on a euro. `this_year` holds the orders of 2025, one row
# each: `region`, `amount_eur` and `margin_eur` (what is left of the amount after the cost).
# %% given
import pandas as pd

from course.case import load

bookings = load("bookings")
bookings["year"] = bookings["booked_on"].dt.year
bookings["margin_eur"] = bookings["amount_eur"] - bookings["cost_eur"]

this_year = bookings[bookings["year"] == 2025].copy()
this_year[["booking_id", "region", "amount_eur", "margin_eur"]].head()
# %% [markdown] task="by_region"
# **What does each region earn on a euro?**
#
# Make a table `by_region` with one row for each region and the columns
#
# - `deals`: the number of orders
# - `booked_eur`: the sum of the amounts (EUR, within 0.1%)
# - `margin_rate`: what the region earned on its euros in 2025, as a fraction (within 0.001)
#
# `region` may be the index or a column. The beginning is there; run it first. Then add the third column.
# %% answer="by_region"
groups = this_year.groupby("region")
by_region = groups.agg(deals=("amount_eur", "size"), booked_eur=("amount_eur", "sum"))

### BEGIN SOLUTION
by_region["margin_rate"] = groups["margin_eur"].sum() / groups["amount_eur"].sum()
### END SOLUTION

by_region
# %% check="by_region"
assert isinstance(by_region, pd.DataFrame), "by_region should be a table"
seen = by_region.reset_index()
missing = [c for c in ("region", "deals", "booked_eur", "margin_rate") if c not in seen]
assert not missing, f"by_region lacks the columns {missing}"
assert len(seen) == 6, f"there are six regions; by_region has {len(seen)} rows"
assert seen["margin_rate"].notna().all(), "margin_rate has empty cells: do both sides of the division have the region at the left?"
# %% hidden="by_region"
expect(by_region)
seen = by_region.reset_index()
earned = (seen["margin_rate"] * seen["booked_eur"]).sum()
assert abs(earned / this_year["margin_eur"].sum() - 1) < 0.01, "the regions' margins add up to the company's"
# %% after="by_region"
from course.plot import bar

bar(by_region.reset_index(), "region", "margin_rate", title="What each region earned on a euro, 2025")
# %% [markdown] hint="by_region"
# Two sums for each region: the margin and the amount. The rate is the one over the other.
# %% [markdown] hint="by_region"
# `groups["..."].sum() / groups["..."].sum()`, written into `by_region["margin_rate"]`. Both have the region at the left, so they find each other.
# %% [markdown] wrong="average_of_rates" task="by_region"
# This averages the margin rates of the orders. A service visit then counts as much as a tender, every region looks poorer than it is, and Tomasz
# Wieczorek may go to the wrong one first. How many euros of margin did the region earn in all, and on how many euros?
# %% wrong="average_of_rates" task="by_region"
groups = this_year.assign(rate=this_year["margin_eur"] / this_year["amount_eur"]).groupby("region")
by_region = groups.agg(deals=("amount_eur", "size"), booked_eur=("amount_eur", "sum"), margin_rate=("rate", "mean"))
# %% [markdown] wrong="markup" task="by_region"
# This divides the margin by the cost. That is the mark-up, and it makes a region look able to give discounts that would eat
# the whole margin. What does a margin on a euro of sales stand over?
# %% wrong="markup" task="by_region"
groups = this_year.groupby("region")
by_region = groups.agg(deals=("amount_eur", "size"), booked_eur=("amount_eur", "sum"))
by_region["margin_rate"] = groups["margin_eur"].sum() / groups["cost_eur"].sum()
# %% [markdown] wrong="of_company" task="by_region"
# This divides by the amount of the whole company. Large regions then look profitable because they are large, and the smallest would be
# examined for its size. Whose euros did the region earn its margin on?
# %% wrong="of_company" task="by_region"
groups = this_year.groupby("region")
by_region = groups.agg(deals=("amount_eur", "size"), booked_eur=("amount_eur", "sum"))
by_region["margin_rate"] = groups["margin_eur"].sum() / this_year["amount_eur"].sum()
# %% [markdown] task="shares"
# **Which part of its year did each region bring?**
#
# The cell below makes `shares`: a row for each `year` (2023 to 2025) and `region`, with `booked_eur`. Add a column `share`: the region's
# fraction of **that year's** bookings, within 0.001. The six shares of a year add up to 1.
# %% answer="shares"
shares = bookings.groupby(["year", "region"], as_index=False).agg(booked_eur=("amount_eur", "sum"))

### BEGIN SOLUTION
shares["share"] = shares["booked_eur"] / shares.groupby("year")["booked_eur"].transform("sum")
### END SOLUTION

shares
# %% check="shares"
assert isinstance(shares, pd.DataFrame), "shares should stay a table: write shares[\"share\"] = ..., not shares = ..."
assert len(shares) == 18, f"three years of six regions are 18 rows; shares has {len(shares)}"
assert "share" in shares, "shares lacks the column share"
assert shares["share"].notna().all(), "share has empty cells: a total by group has to be written beside every row first"
# %% hidden="shares"
expect(shares)
assert (abs(shares.groupby("year")["share"].sum() - 1) < 0.01).all()
# %% [markdown] hint="shares"
# Each row needs its year's total beside it. What writes a group's sum back to all of its rows?
# %% [markdown] hint="shares"
# Divide `shares["booked_eur"]` by `shares.groupby("...")["booked_eur"].transform("...")`.
# %% [markdown] wrong="of_all_years" task="shares"
# This divides by the bookings of all three years together. All shares come out at about a third of what they are, and a region's target would
# be set from them. What should the six shares of one year add up to?
# %% wrong="of_all_years" task="shares"
shares = bookings.groupby(["year", "region"], as_index=False).agg(booked_eur=("amount_eur", "sum"))
shares["share"] = shares["booked_eur"] / shares["booked_eur"].sum()
# %% [markdown] wrong="of_region" task="shares"
# This is the year's share of the region's three years. It says when a region sold, not how large it is beside the others, and a region that
# shrinks could pass for the largest. Over which rows should the shares add up to 1?
# %% wrong="of_region" task="shares"
shares = bookings.groupby(["year", "region"], as_index=False).agg(booked_eur=("amount_eur", "sum"))
shares["share"] = shares["booked_eur"] / shares.groupby("region")["booked_eur"].transform("sum")
