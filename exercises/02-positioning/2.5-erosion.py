# ---
# topic: "2.5"
# title: How long an advantage lasts
# tables: [opportunities, releases, competitor_moves]
# tasks:
#   lead:
#     points: 4
#     answer: {type: table, keys: [month], columns: {deals: 0.5, lead_rate: 0.002, se_rate: 0.002}}
#   erosion:
#     points: 4
#     answer: {type: mapping, tolerance: "3%"}
# ---
# %% [markdown]
# In February 2026 the next release of Series 7 Precision goes out, at a higher price than the one it replaces. Ingrid
# Solheim will let the surcharge stand for as long as the release wins **at least 10 points more often** than its predecessor
# does in the same months. Nobody knows yet how it will sell. What is known is how the releases before it fared.
#
# The reading looked at Insight Core. You take the other three releases together: two of Series 7 Precision and one of
# commissioning. In about half of the deals after a release the new version was offered, in the others still the old one.
#
# `deals` holds the decided deals of each release's product, from the release until the next one of the same product:
# `release`, `age` (full months since the release when the deal was decided, 0 to 17), `month` (the middle of the age's
# quarter: 1 for ages 0 to 2, 4 for ages 3 to 5, up to 16), `offered` (the new version was offered) and `won`.
# `before` holds the decided deals of the same products in the 12 months before each release, `others` the decided deals
# of all other products, with the `age` and `month` at which each release was then.
# %% given
import numpy as np
import pandas as pd

from course.case import load

opportunities, releases, moves = load("opportunities", "releases", "competitor_moves")
decided = opportunities[opportunities["status"] != "open"].copy()
decided["won"] = decided["status"] == "won"
releases = releases[releases["product_id"] != "P-810"]  # Insight Core is the reading's

parts, earlier, elsewhere = [], [], []
for one in releases.itertuples():
    later = releases.loc[(releases["product_id"] == one.product_id) & (releases["released_on"] > one.released_on), "released_on"]
    rows = decided.assign(release=one.release_id)
    rows["age"] = (rows["closed_on"].dt.year - one.released_on.year) * 12 + rows["closed_on"].dt.month - one.released_on.month
    rows["month"] = rows["age"] // 3 * 3 + 1
    rows["offered"] = rows["release_id"] == one.release_id
    same = rows["product_id"] == one.product_id
    watched = rows["age"].between(0, 17) & (rows["closed_on"] < (later.min() if len(later) else pd.Timestamp("2026-01-01")))
    columns = ["release", "age", "month", "offered", "won"]
    parts.append(rows.loc[same & watched, columns])
    earlier.append(rows.loc[same & rows["age"].between(-12, -1), ["release", "won"]])
    elsewhere.append(rows.loc[~same & watched, ["release", "age", "month", "won"]])
deals, before, others = (pd.concat(rows, ignore_index=True) for rows in (parts, earlier, elsewhere))
deals.head()
# %% [markdown]
# And this is what rivals were seen to launch in the three years. Hold it against the curve before you call one of them the cause.
# %% given
moves.loc[moves["kind"] == "product", ["moved_on", "competitor", "summary"]]
# %% [markdown] task="lead"
# **1. By how much does a release win more often than what it replaced, quarter by quarter after the launch?**
#
# 1. Within each `month` (1, 4, 7, 10, 13, 16; the three releases together) take the win rate of the deals in which the new
#    version was offered, and of those in which it was not.
# 2. The lead is the first less the second.
# 3. Its standard error is the root of the sum, over the two groups, of *rate × (1 − rate) / deals*.
#
# `lead` is a DataFrame with one row for each `month` and the columns
#
# - `month`: months since the release, middle of the quarter
# - `deals`: decided deals in that quarter, both groups together
# - `lead_rate`: the lead (a fraction: 0.25 is 25 points)
# - `se_rate`: its standard error (a fraction)
#
# Fractions count as right within 0.002.
# %% answer="lead"
### BEGIN SOLUTION
groups = deals.groupby(["month", "offered"])["won"].agg(["mean", "size"]).unstack()
rate, size = groups["mean"], groups["size"]
lead = pd.DataFrame({
    "deals": size.sum(axis=1),
    "lead_rate": rate[True] - rate[False],
    "se_rate": np.sqrt((rate * (1 - rate) / size).sum(axis=1)),
}).reset_index()
### END SOLUTION
# %% check="lead"
assert set(lead["month"]) == {1, 4, 7, 10, 13, 16}, "one row for each of the six quarters, named by their middle month"
assert lead["lead_rate"].between(-1, 1).all(), "the lead is a fraction: 0.25 is 25 points"
assert (lead["se_rate"] > 0.02).all(), "no quarter has deals enough for a standard error under 2 points"
# %% hidden="lead"
expect(lead)
by_month = lead.set_index("month")["lead_rate"]
assert by_month[1] > 0.12, "a release starts well ahead of what it replaced"
assert by_month[[13, 16]].mean() < 0.6 * by_month[1], "and a year later most of that is gone"
# %% after="lead"
from course.plot import band

shown = lead.assign(low=lead["lead_rate"] - 1.96 * lead["se_rate"], high=lead["lead_rate"] + 1.96 * lead["se_rate"])
band(shown, "month", "lead_rate", "low", "high", title="Lead in win rate by months since the release, with its 95% interval")
# %% [markdown] hint="lead"
# The customer who was offered the old version in the same month faced the same rivals and the same season. That makes it
# the comparison.
# %% [markdown] hint="lead"
# Two columns make the groups: `month` and `offered`. For each group you need the mean of `won` and the number of deals; then
# bring `offered` from the rows into the columns.
# %% [markdown] hint="lead"
# `deals.groupby(["month", "offered"])["won"].agg(["mean", "size"]).unstack()` gives tables of rates and sizes with the
# columns `False` and `True`.
# %% [markdown] wrong="before_after" task="lead"
# This compares the release with what the product won in the year before it. Once the new version is out, the old one also
# sells worse, so the launch looks only about half as strong as it is, and you would price the next one too low.
# What did customers do who were shown the old version in the same months?
# %% wrong="before_after" task="lead"
new = deals[deals["offered"]].groupby("month")["won"].agg(["mean", "size"])
base, n = before["won"].mean(), len(before)
lead = pd.DataFrame({
    "deals": deals.groupby("month").size(),
    "lead_rate": new["mean"] - base,
    "se_rate": np.sqrt(new["mean"] * (1 - new["mean"]) / new["size"] + base * (1 - base) / n),
}).reset_index()
# %% [markdown] wrong="all_others" task="lead"
# This compares the release with everything else that Tessaly sold in those months. Services, software and devices win at
# rates of their own, so part of this lead belongs to the product and never wears off; it would carry a surcharge
# that the release no longer earns. What did the release replace?
# %% wrong="all_others" task="lead"
new = deals[deals["offered"]].groupby("month")["won"].agg(["mean", "size"])
old = others.groupby("month")["won"].agg(["mean", "size"])
lead = pd.DataFrame({
    "deals": deals.groupby("month").size(),
    "lead_rate": new["mean"] - old["mean"],
    "se_rate": np.sqrt(sum(g["mean"] * (1 - g["mean"]) / g["size"] for g in (new, old))),
}).reset_index()
# %% [markdown] task="erosion"
# **2. How fast does the lead wear off, and in which month has it shrunk to 10 points?**
#
# Describe the lead by a curve that starts at `start` and halves every `half` months: *start × 0.5^(month / half)*. Find the
# two numbers that fit the six leads of task 1 best:
#
# 1. Try every `half` from 1 to 40 months in steps of 0.05 (`halves` below).
# 2. For each, the best `start` is *sum(w × curve × lead) / sum(w × curve²)*, where *curve* is 0.5^(month / half) and the
#    weight *w* is 1 / standard error².
# 3. Keep the `half` for which *sum(w × (lead − start × curve)²)* is smallest.
# 4. Solve *start × 0.5^(t / half) = 0.10* for the month *t*.
#
# `erosion` is a dict with three numbers, each right within 3%:
#
# - `"start_rate"`: the lead on the first day (a fraction)
# - `"half_life_months"`: months in which it halves
# - `"holds_months"`: months after the release at which the lead is down to 10 points
# %% answer="erosion"
halves = np.arange(1, 40.01, 0.05)

### BEGIN SOLUTION
month, rate, weight = lead["month"], lead["lead_rate"], 1 / lead["se_rate"] ** 2


def fitted(half):
    curve = 0.5 ** (month / half)
    start = (weight * curve * rate).sum() / (weight * curve**2).sum()
    return (weight * (rate - start * curve) ** 2).sum(), start


half = min(halves, key=lambda h: fitted(h)[0])
start = fitted(half)[1]
erosion = {"start_rate": start, "half_life_months": half, "holds_months": half * np.log2(start / 0.10)}
### END SOLUTION
# %% check="erosion"
assert set(erosion) == {"start_rate", "half_life_months", "holds_months"}, "three numbers, named as in the task"
assert 0.1 < erosion["start_rate"] < 1, "the lead on the first day is a fraction above the 10 points asked for"
assert erosion["holds_months"] > 0, "a lead that starts above 10 points is down to 10 some time after the release"
# %% hidden="erosion"
expect(erosion)
assert erosion["half_life_months"] < 12, "half of the advantage is gone within a year"
assert abs(erosion["start_rate"] * 0.5 ** (erosion["holds_months"] / erosion["half_life_months"]) - 0.10) < 0.01
# %% after="erosion"
from course.plot import line

time = np.arange(0, 25)
curve = erosion["start_rate"] * 0.5 ** (time / erosion["half_life_months"])
line(
    pd.DataFrame({"months since the release": time, "lead": curve}), "months since the release", "lead",
    title=f"The lead is down to 10 points after {erosion['holds_months']:.1f} months",
)
# %% [markdown] hint="erosion"
# What you fit is the lead, and it may be worth less each month without ever falling by the same number of points twice.
# %% [markdown] hint="erosion"
# Write a function of `half` that returns the weighted error and the best `start`. Call it for each value in `halves` and keep the
# one with the smallest error. Step 4 needs a logarithm to base 2.
# %% [markdown] hint="erosion"
# `min(halves, key=...)` finds the best half-life; from *start × 0.5^(t / half) = 0.10* follows
# *t = half × log2(start / 0.10)*.
# %% [markdown] wrong="straight_line" task="erosion"
# This draws a straight line through the leads and reads off where half of it, and then all but 10 points, is gone. The line starts
# too low and stays up too long, so the surcharge would stand on for months in which the release has little left to show. Does
# the lead lose the same number of points in each quarter?
# %% wrong="straight_line" task="erosion"
slope, start = np.polyfit(lead["month"], lead["lead_rate"], 1, w=1 / lead["se_rate"])
erosion = {"start_rate": start, "half_life_months": -start / 2 / slope, "holds_months": (0.10 - start) / slope}
# %% [markdown] wrong="own_win_rate" task="erosion"
# This follows the release's own win rate and not its lead. Most of that rate is what the product wins without anything new,
# and that part does not wear off: the advantage seems to last for years, and the surcharge with it. Of
# which number should half be gone?
# %% wrong="own_win_rate" task="erosion"
halves = np.arange(1, 40.01, 0.05)
new = deals[deals["offered"]].groupby("month")["won"].agg(["mean", "size"])
month, rate = new.index.to_numpy(), new["mean"].to_numpy()
weight = (new["size"] / (new["mean"] * (1 - new["mean"]))).to_numpy()


def fitted(half):
    curve = 0.5 ** (month / half)
    start = (weight * curve * rate).sum() / (weight * curve**2).sum()
    return (weight * (rate - start * curve) ** 2).sum(), start


half = min(halves, key=lambda h: fitted(h)[0])
start = fitted(half)[1]
erosion = {"start_rate": start, "half_life_months": half, "holds_months": half * np.log2(start / 0.10)}
# %% [markdown] wrong="until_half" task="erosion"
# The price is taken back after one half-life. By then the lead has halved, which may be far above or below the 10 points that Ingrid asked for, so customers are let off too early or charged too long. From which lead down to which
# does the surcharge stand?
# %% wrong="until_half" task="erosion"
month, rate = lead["month"], lead["lead_rate"]
weight = 1 / lead["se_rate"] ** 2


def fitted(half):
    curve = 0.5 ** (month / half)
    start = (weight * curve * rate).sum() / (weight * curve**2).sum()
    return (weight * (rate - start * curve) ** 2).sum(), start


half = min(np.arange(1, 40.01, 0.05), key=lambda h: fitted(h)[0])
start = fitted(half)[1]
erosion = {"start_rate": start, "half_life_months": half, "holds_months": half}
