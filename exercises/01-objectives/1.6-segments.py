# ---
# topic: "1.6"
# title: Targets that follow how each region buys
# tables: [accounts, bookings, regions]
# tasks:
#   curve:
#     points: 2
#     answer: {type: table, keys: [region, quarter], columns: {share: 0.0005}}
#   targets:
#     points: 3
#     answer: {type: table, keys: [region, segment, quarter], columns: {target_eur: "0.5%"}}
#   orders:
#     points: 3
#     answer: {type: table, keys: [region, segment], columns: {orders: "0.5%"}}
# ---
# %% [markdown]
# Ingrid Solheim's proposal gives every region its bookings of 2025 plus the same growth. The yearly totals are agreed
# and stay as they are. Open is how each total is divided: over the quarters of 2026, over the segments, and into how
# many orders. Claire Whitcombe has asked for a sheet on which each region's target follows the way its customers buy.
# %% given
from course.case import load
from course.plot import bar

accounts, bookings, regions = load("accounts", "bookings", "regions")
bookings["year"] = bookings["booked_on"].dt.year
bookings["quarter"] = "Q" + bookings["booked_on"].dt.quarter.astype(str)
print(f"{len(bookings):,} order lines of {bookings['opportunity_id'].nunique():,} orders, "
      f"{bookings['year'].min()} to {bookings['year'].max()}")
regions[["region", "lead", "accounts", "bookings_2025_eur", "target_2026_eur"]]
# %% [markdown] task="curve"
# **1. When does each region buy?** One year of one region holds a hundred orders or so, and a single large one can shift
# a quarter. Use all three years together: sum each region's bookings by quarter of the year, and divide by the region's
# sum over all quarters.
#
# Answer: a DataFrame `curve`, one row for each region and quarter, with the columns `region`, `quarter` ("Q1" to "Q4")
# and `share` (fraction of the region's bookings; tolerance 0.0005).
# %% answer="curve"
### BEGIN SOLUTION
curve = bookings.groupby(["region", "quarter"], as_index=False)["amount_eur"].sum()
curve["share"] = curve["amount_eur"] / curve.groupby("region")["amount_eur"].transform("sum")
### END SOLUTION
# %% check="curve"
count = len(regions)
assert len(curve) == 4 * count, f"One row for each of {count} regions and 4 quarters is {4 * count} rows; found {len(curve)}."
totals = curve.groupby("region")["share"].sum()
assert ((totals - 1).abs() < 0.001).all(), "The four shares of a region add up to 1."
# %% hidden="curve"
expect(curve)
assert curve.groupby("region")["share"].max().min() > 0.3, "every region has a quarter that stands out"
# %% after="curve"
peak = curve.sort_values("share").groupby("region", as_index=False).tail(1).sort_values("quarter")
peak["label"] = peak["region"] + ", " + peak["quarter"]
bar(peak, "label", "share", title="Each region's strongest quarter, as a share of its year")
# %% [markdown] hint="curve"
# The question is when *this* region's money comes, so the four shares of each region add up to 1.
# %% [markdown] hint="curve"
# Group by region and quarter first. Then each row needs the sum of its own region beside it.
# %% [markdown] hint="curve"
# `curve.groupby("region")["amount_eur"].transform("sum")` gives every row its region's total.
# %% [markdown] wrong="company" task="curve"
# This gives every region the company's curve. The peaks of six regions cancel out in it, so a region that buys in one
# quarter is told to sell evenly and looks late for half of the year. What do the quarters of one region look like alone?
# %% wrong="company" task="curve"
whole = bookings.groupby("quarter")["amount_eur"].sum()
whole = whole / whole.sum()
curve = bookings.groupby(["region", "quarter"], as_index=False)["amount_eur"].sum()
curve["share"] = curve["quarter"].map(whole)
# %% [markdown] wrong="last_year" task="curve"
# This takes the curve of 2025 alone. One large order in that year then becomes a target in the same quarter of 2026,
# and the region is short of it when nobody repeats it. How many years do you have to tell a habit from an accident?
# %% wrong="last_year" task="curve"
recent = bookings[bookings["year"] == 2025]
curve = recent.groupby(["region", "quarter"], as_index=False)["amount_eur"].sum()
curve["share"] = curve["amount_eur"] / curve.groupby("region")["amount_eur"].transform("sum")
# %% [markdown] task="targets"
# **2. What must each segment bring in each quarter?** Divide every region's `target_2026_eur` over its segments as its
# bookings of the three years were divided, and each segment's part over the quarters by the region's curve. (The
# segments of a region share its curve: alone they have too few orders a quarter.) Every region's total stays unchanged.
#
# Answer: a DataFrame `targets`, one row for each region, segment and quarter, with the columns `region`, `segment`,
# `quarter` and `target_eur` (EUR; tolerance 0.5%).
# %% answer="targets"
### BEGIN SOLUTION
mix = bookings.groupby(["region", "segment"], as_index=False)["amount_eur"].sum()
mix["part"] = mix["amount_eur"] / mix.groupby("region")["amount_eur"].transform("sum")
targets = mix[["region", "segment", "part"]].merge(curve[["region", "quarter", "share"]], on="region")
targets = targets.merge(regions[["region", "target_2026_eur"]], on="region")
targets["target_eur"] = targets["target_2026_eur"] * targets["part"] * targets["share"]
### END SOLUTION
# %% check="targets"
count = 4 * bookings.groupby(["region", "segment"]).ngroups
assert len(targets) == count, f"Each segment of each region has 4 quarters: {count} rows; found {len(targets)}."
asked = regions.set_index("region")["target_2026_eur"]
off = (targets.groupby("region")["target_eur"].sum() / asked - 1).abs()
assert off.max() < 0.001, f"The total of {off.idxmax()} has changed; it is agreed."
# %% hidden="targets"
expect(targets)
assert abs(targets["target_eur"].sum() / regions["target_2026_eur"].sum() - 1) < 1e-6, "the company's total is unchanged"
# %% [markdown] hint="targets"
# A target is the region's total times two shares: the segment's and the quarter's.
# %% [markdown] hint="targets"
# The segment's share comes from money booked. Bring the two tables of shares together by region; each region then has
# 12 rows.
# %% [markdown] hint="targets"
# `mix.merge(curve[["region", "quarter", "share"]], on="region")` pairs every segment of a region with its four quarters.
# %% [markdown] wrong="by_accounts" task="targets"
# This divides each region's target by where its accounts are. Most accounts are small and few euros are, so the small
# segment would be asked for several times what it has ever bought while enterprise sellers rest. What does a segment's
# part of the bookings say?
# %% wrong="by_accounts" task="targets"
mix = accounts.groupby(["region", "segment"], as_index=False).size()
mix["part"] = mix["size"] / mix.groupby("region")["size"].transform("sum")
targets = mix[["region", "segment", "part"]].merge(curve[["region", "quarter", "share"]], on="region")
targets = targets.merge(regions[["region", "target_2026_eur"]], on="region")
targets["target_eur"] = targets["target_2026_eur"] * targets["part"] * targets["share"]
# %% [markdown] wrong="even" task="targets"
# This asks each segment for a quarter of its year in every quarter. The totals hold, but three quarters out of four
# demand money that the region's customers have not budgeted yet. Which table says when they have?
# %% wrong="even" task="targets"
mix = bookings.groupby(["region", "segment"], as_index=False)["amount_eur"].sum()
mix["part"] = mix["amount_eur"] / mix.groupby("region")["amount_eur"].transform("sum")
targets = mix[["region", "segment", "part"]].merge(curve[["region", "quarter"]], on="region")
targets = targets.merge(regions[["region", "target_2026_eur"]], on="region")
targets["target_eur"] = targets["target_2026_eur"] * targets["part"] / 4
# %% [markdown] task="orders"
# **3. How many orders is that?** Money is what finance counts; orders are what a team can work on. For each region and
# segment divide the target of 2026 by the value of an average order there, over the three years. An order is an
# opportunity that was won.
#
# Answer: a DataFrame `orders`, one row for each region and segment, with the columns `region`, `segment` and `orders`
# (orders in 2026, not rounded; tolerance 0.5%).
# %% answer="orders"
### BEGIN SOLUTION
size = bookings.groupby(["region", "segment"], as_index=False).agg(
    booked=("amount_eur", "sum"), count=("opportunity_id", "nunique")
)
size["order_eur"] = size["booked"] / size["count"]
orders = targets.groupby(["region", "segment"], as_index=False)["target_eur"].sum().merge(size)
orders["orders"] = orders["target_eur"] / orders["order_eur"]
### END SOLUTION
# %% check="orders"
count = bookings.groupby(["region", "segment"]).ngroups
assert len(orders) == count, f"One row for each segment of each region is {count} rows; found {len(orders)}."
assert orders["orders"].between(1, 1000).all(), "Each region and segment needs between 1 and 1,000 orders a year."
# %% hidden="orders"
expect(orders)
each = orders.groupby("region")["orders"].sum() / regions.set_index("region")["target_2026_eur"]
assert each.max() > 1.5 * each.min(), "a million of target takes far more orders in one region than in another"
# %% after="orders"
each = orders.groupby("region", as_index=False)["orders"].sum().merge(regions)
each["orders_per_million"] = each["orders"] / each["target_2026_eur"] * 1e6
bar(each.sort_values("orders_per_million"), "region", "orders_per_million",
    title="Orders that a region needs for a million of target")
# %% [markdown] hint="orders"
# Look at one order with two lines: `bookings[bookings["opportunity_id"].duplicated(keep=False)].head()`.
# %% [markdown] hint="orders"
# The average that multiplies back to the total is money divided by the number of orders.
# %% [markdown] hint="orders"
# In `agg`, `count=("opportunity_id", "nunique")` counts each order once.
# %% [markdown] wrong="lines" task="orders"
# This divides by lines of orders, and a bundle has two. The average comes out too small, so the sheet asks for more
# orders than the target takes, and most of all where bundles are common. Which column says that two lines are one order?
# %% wrong="lines" task="orders"
size = bookings.groupby(["region", "segment"], as_index=False).agg(order_eur=("amount_eur", "mean"))
orders = targets.groupby(["region", "segment"], as_index=False)["target_eur"].sum().merge(size)
orders["orders"] = orders["target_eur"] / orders["order_eur"]
# %% [markdown] wrong="median" task="orders"
# This uses the median order. It is a fair picture of a typical deal, but a few large orders bring much of the money, so
# this count would overshoot the target and call for sellers whom nobody needs. Which average times the number of orders
# gives the total?
# %% wrong="median" task="orders"
value = bookings.groupby(["region", "segment", "opportunity_id"], as_index=False)["amount_eur"].sum()
size = value.groupby(["region", "segment"], as_index=False).agg(order_eur=("amount_eur", "median"))
orders = targets.groupby(["region", "segment"], as_index=False)["target_eur"].sum().merge(size)
orders["orders"] = orders["target_eur"] / orders["order_eur"]
# %% [markdown] wrong="one_size" task="orders"
# This takes the company's average order of a segment in every region. Two regions with the same target then seem to need
# the same team, though one has to win about twice as many deals as the other. Does an enterprise order have the same
# value everywhere?
# %% wrong="one_size" task="orders"
size = bookings.groupby("segment", as_index=False).agg(
    booked=("amount_eur", "sum"), count=("opportunity_id", "nunique")
)
size["order_eur"] = size["booked"] / size["count"]
orders = targets.groupby(["region", "segment"], as_index=False)["target_eur"].sum().merge(size, on="segment")
orders["orders"] = orders["target_eur"] / orders["order_eur"]
