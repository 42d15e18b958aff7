# ---
# topic: "2.6"
# title: Claims that delivery can keep
# tables: [claims, milestones]
# tasks:
#   slippage:
#     points: 3
#     answer: {type: mapping, tolerance: "1%"}
#   safe:
#     points: 4
#     answer: {type: table, keys: [claim_id], columns: {early_days: 0.5, safe_on: null}}
# ---
# %% [markdown]
# Eight claims are live in the sales deck, and each rests on a milestone of product development. Amara Okafor has been told by a
# customer that one of them is not true yet. Before the deck is printed again, Ingrid Solheim wants two things: a rule that says how
# long after a planned date a claim is safe, and a list of the claims that ran ahead of what they promise.
#
# `milestones` has one row for each milestone, those behind the claims among them. `planned_on` is the day that was planned when the
# work began, `delivered_on` the day of delivery to customers, empty if that had not happened by **31 December 2025**. `claims` says
# which milestone each claim needs and since when it was used (`live_on`).
# %% given
import numpy as np
import pandas as pd

from course.case import load

claims, milestones = load("claims", "milestones")
TODAY = pd.Timestamp("2025-12-31")
milestones["slip_days"] = (milestones["delivered_on"] - milestones["planned_on"]).dt.days  # negative: early; missing: open
milestones.sort_values("planned_on").tail(12)
# %% [markdown] task="slippage"
# **1. How late are milestones?**
#
# A milestone that is still open has no slip yet, and it is more likely than others to end with a large one. So judge by milestones
# whose outcome could be known: those **planned by 30 June 2025**, half a year before the history ends. All of them have been
# delivered.
#
# `slippage` is a dict with four numbers, each right within 1%:
#
# - `"late_share"`: the share of these milestones that came after the planned day (a fraction)
# - `"median_days"`, `"p80_days"`, `"p90_days"`: the days after the planned date by which 50%, 80% and 90% of them were delivered
#   (days; a Series has a method `quantile` for it)
# %% answer="slippage"
### BEGIN SOLUTION
slips = milestones.loc[milestones["planned_on"] <= "2025-06-30", "slip_days"]
slippage = {
    "late_share": (slips > 0).mean(),
    "median_days": slips.quantile(0.5),
    "p80_days": slips.quantile(0.8),
    "p90_days": slips.quantile(0.9),
}
### END SOLUTION
# %% check="slippage"
assert set(slippage) == {"late_share", "median_days", "p80_days", "p90_days"}, "four numbers, named as in the task"
assert 0.5 < slippage["late_share"] < 1, "more than half of them are late, and some come early"
assert slippage["median_days"] < slippage["p80_days"] < slippage["p90_days"], "more confidence takes more days"
# %% hidden="slippage"
expect(slippage)
assert slippage["p90_days"] > 2 * slippage["median_days"], "the tail is far longer than the middle suggests"
# %% after="slippage"
from course.plot import line

known = milestones.loc[milestones["planned_on"] <= "2025-06-30", "slip_days"]
days = np.arange(0, 121, 5)
line(
    pd.DataFrame({"days after the planned date": days, "share delivered": [(known <= d).mean() for d in days]}),
    "days after the planned date", "share delivered", title="How the share of delivered milestones grows after the planned date",
)
# %% [markdown] hint="slippage"
# Which milestones had time enough to show how late they would be? Choose by the day for which they were planned, never by
# whether they were delivered.
# %% [markdown] hint="slippage"
# `slip_days` of the chosen rows is all you need: one comparison with 0 for the share, three quantiles for the days.
# %% [markdown] hint="slippage"
# `slips = milestones.loc[milestones["planned_on"] <= "2025-06-30", "slip_days"]`, then `slips.quantile(0.8)` and so on.
# %% [markdown] wrong="delivered_so_far" task="slippage"
# This takes every milestone that has been delivered so far. Of those planned for the last months only the quick ones are in, the slow
# ones are still open, so the rule is made from the wrong half of them. Which milestones had time enough to come late?
# %% wrong="delivered_so_far" task="slippage"
slips = milestones["slip_days"].dropna()
slippage = {
    "late_share": (slips > 0).mean(),
    "median_days": slips.quantile(0.5),
    "p80_days": slips.quantile(0.8),
    "p90_days": slips.quantile(0.9),
}
# %% [markdown] wrong="bell_curve" task="slippage"
# This takes the mean and the standard deviation and reads the rest from a bell curve. Slippage is no bell: it cannot be very early
# and it can be very late, so the middle comes out too late and nobody trusts the rule. By which day had half of these milestones in fact been
# delivered?
# %% wrong="bell_curve" task="slippage"
slips = milestones.loc[milestones["planned_on"] <= "2025-06-30", "slip_days"]
slippage = {
    "late_share": (slips > 0).mean(),
    "median_days": slips.mean(),
    "p80_days": slips.mean() + 0.8416 * slips.std(),
    "p90_days": slips.mean() + 1.2816 * slips.std(),
}
# %% [markdown] task="safe"
# **2. Which claims ran ahead of their delivery, and what would have been a safe date?**
#
# `safe` is a DataFrame with one row for each of the eight claims and the columns
#
# - `claim_id`
# - `early_days`: for how many days the claim was used before its milestone was delivered; 0 if it was used afterwards only. A
#   claim whose milestone is still open counts up to `TODAY`
# - `safe_on`: the earliest safe date, as it could have been known when the milestone was planned: the planned date plus your
#   `p90_days`, rounded up to whole days (a date)
# %% answer="safe"
### BEGIN SOLUTION
safe = claims.merge(milestones, on="milestone_id")
true_on = safe["delivered_on"].fillna(TODAY)
safe["early_days"] = (true_on - safe["live_on"]).dt.days.clip(lower=0)
safe["safe_on"] = safe["planned_on"] + pd.Timedelta(days=int(np.ceil(slippage["p90_days"])))
safe = safe[["claim_id", "claim", "planned_on", "live_on", "early_days", "safe_on"]]
### END SOLUTION
# %% check="safe"
assert len(safe) == 8, f"one row for each of the eight claims; found {len(safe)}"
assert (safe["early_days"] >= 0).all(), "a claim that waited for its delivery has 0 early days"
assert pd.api.types.is_datetime64_any_dtype(safe["safe_on"]), "safe_on is a date: add a pd.Timedelta to planned_on"
# %% hidden="safe"
expect(safe)
assert (safe["early_days"] > 0).sum() == 2, "two live claims precede their delivery"
both = safe.merge(claims[["claim_id", "live_on", "milestone_id"]], on="claim_id", suffixes=("", "_claimed"))
both = both.merge(milestones[["milestone_id", "planned_on"]], on="milestone_id", suffixes=("", "_plan"))
column = "live_on_claimed" if "live_on_claimed" in both else "live_on"
assert (both.loc[both["early_days"] > 0, column] < both.loc[both["early_days"] > 0, "safe_on"]).all()
# %% after="safe"
from course.plot import bar

bar(safe, "claim_id", "early_days", title="Days for which each claim was used before it was true")
# %% [markdown] hint="safe"
# A claim is true from the day of delivery. What was planned says nothing about that; it says when one could have expected it.
# %% [markdown] hint="safe"
# Merge `claims` with `milestones`. A missing `delivered_on` stands for "not before today", so give it `TODAY` before you
# subtract. Negative differences mean that the claim waited.
# %% [markdown] hint="safe"
# `(delivered_on.fillna(TODAY) - live_on).dt.days.clip(lower=0)` for the days; `planned_on + pd.Timedelta(days=...)` for the
# date.
# %% [markdown] wrong="by_plan" task="safe"
# This compares each claim with the date that was planned, and by the plan every claim is safe. Customers would go on hearing
# what nobody can show them. When did the milestones arrive?
# %% wrong="by_plan" task="safe"
safe = claims.merge(milestones, on="milestone_id")
safe["early_days"] = (safe["planned_on"] - safe["live_on"]).dt.days.clip(lower=0)
safe["safe_on"] = safe["planned_on"]
# %% [markdown] wrong="average_slip" task="safe"
# This adds the average slip to the planned date. The average is made of many small delays and a few long ones, so that far more than one
# claim in ten would still be false on that day. How many of the past milestones had been delivered by their average?
# %% wrong="average_slip" task="safe"
safe = claims.merge(milestones, on="milestone_id")
safe["early_days"] = (safe["delivered_on"].fillna(TODAY) - safe["live_on"]).dt.days.clip(lower=0)
mean = milestones.loc[milestones["planned_on"] <= "2025-06-30", "slip_days"].mean()
safe["safe_on"] = safe["planned_on"] + pd.Timedelta(days=int(np.ceil(mean)))
