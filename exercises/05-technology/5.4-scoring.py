# ---
# topic: "5.4"
# title: A lead score that is fair
# tables: [leads, lead_features]
# tasks:
#   calibration:
#     points: 3
#     answer: {type: table, keys: [fifth], columns: {leads: 1.5, promised_rate: 0.003, became_rate: 0.003}}
#   first:
#     points: 4
#     answer: {type: table, keys: [region], columns: {bought_share: 0.004, mended_share: 0.004}}
#   lift:
#     points: 2
#     answer: {type: mapping, tolerance: "1%"}
# ---
# %% [markdown]
# Daniel Reyes has bought a lead score. From Monday the **best fifth** of the new leads is to be rung within the hour. Before that, Mei
# Tanaka makes the score anew from Tessaly's own leads, so that everybody can see what it knows, and tries it on the leads of 2025.
#
# `leads` holds the requests since 2023 (downloads left out): `created_on`, `region`, `response_hours`, `response_quality` and `became`, whether the
# lead has become an opportunity. A lead takes up to three months to become one, and the data end with 2025. `X` holds what was known of each
# lead when it came in, one column a feature, in the order of `leads`:
# visits, price page, e-mail, job level, employees, source, region, and `region_history_rate`, the share of the region's leads of the year before
# that became opportunities.
#
# If it goes live as it is and is wrong, a region that was answered late is rung last for another year, and its leads seem to deserve it.
# %% given
import numpy as np
import pandas as pd

from course.case import load

leads, features = load("leads", "lead_features")
leads = leads[leads["source"] != "content download"].merge(features, on="lead_id")
leads["became"] = leads["opportunity_id"].notna()

X = pd.DataFrame({
    "log_visits": np.log1p(leads["visits"]),
    "price_page": leads["price_page"] * 1.0,
    "business_email": leads["business_email"] * 1.0,
    "job_level": leads["job_level"] * 1.0,
    "log_employees": np.log(leads["employees"]),
})
for column in ("source", "region"):
    for name in sorted(leads[column].unique())[1:]:
        X[f"{column}: {name}"] = (leads[column] == name) * 1.0
X["region_history_rate"] = leads["region_history_rate"]

list(X.columns)
# %% given
def score(columns, rows):
    """Each lead's chance of becoming an opportunity: a logistic regression on the leads where `rows` is True.

    columns: the names of the features to use. Returns a Series with a number from 0 to 1 for every lead.
    """
    A = np.column_stack([np.ones(len(X)), X[columns]])
    seen, y = A[rows], leads.loc[rows, "became"].to_numpy(float)
    weights = np.zeros(A.shape[1])
    ridge = np.diag([0.0] + [1.0] * len(columns))  # holds back weights that few leads support
    for _ in range(12):  # Newton steps
        p = 1 / (1 + np.exp(-seen @ weights))
        curve = (seen * (p * (1 - p))[:, None]).T @ seen + ridge
        weights = weights + np.linalg.solve(curve, seen.T @ (y - p) - ridge @ weights)
    return pd.Series(1 / (1 + np.exp(-A @ weights)), index=leads.index)


EVERYTHING = list(X.columns)
# %% [markdown] task="calibration"
# **1. Does the score keep what it promises?**
#
# 1. Fit the score with `EVERYTHING` on the leads of **2023 and 2024**.
# 2. Try it on later leads: those created in 2025 that have had three months to become an opportunity, so from January to **30 September 2025**.
# 3. Sort these into five equal groups by their score (`pd.qcut(..., 5, labels=False) + 1` gives 1 for the lowest fifth, 5 for the best).
#
# `calibration` is a DataFrame with five rows and the columns
#
# - `fifth`: 1 to 5
# - `leads`: number of leads in it (within 1)
# - `promised_rate`: mean score (a fraction, within 0.003)
# - `became_rate`: share that became opportunities (a fraction, within 0.003)
#
# Keep the score of these leads in `bought` and the leads themselves in `trial`, for the next task.
# %% answer="calibration"
### BEGIN SOLUTION
past = leads["created_on"] < "2025-01-01"
later = (leads["created_on"] >= "2025-01-01") & (leads["created_on"] < "2025-10-01")
trial = leads[later]
bought = score(EVERYTHING, past)[later]
calibration = pd.DataFrame({
    "fifth": pd.qcut(bought, 5, labels=False) + 1, "promised_rate": bought, "became_rate": trial["became"], "leads": 1
}).groupby("fifth", as_index=False).agg({"leads": "sum", "promised_rate": "mean", "became_rate": "mean"})
### END SOLUTION
# %% check="calibration"
seen = calibration.reset_index() if "fifth" not in calibration.columns else calibration
assert set(seen["fifth"]) == {1, 2, 3, 4, 5}, "five groups, 1 for the lowest scores and 5 for the best"
assert seen["leads"].max() - seen["leads"].min() < 0.1 * seen["leads"].max(), "fifths hold about equally many leads"
assert seen.sort_values("fifth")["promised_rate"].is_monotonic_increasing, "the promised rate rises from fifth 1 to fifth 5"
# %% hidden="calibration"
expect(calibration)
mean = calibration[["promised_rate", "became_rate"]].mean()
assert mean["promised_rate"] > 1.05 * mean["became_rate"], "in a later year the score promises more than comes"
# %% after="calibration"
from course.plot import line

both = calibration.melt("fifth", ["promised_rate", "became_rate"], var_name="rate", value_name="share")
line(both, "fifth", "share", colour="rate", title="What the score promised, and what came, by fifth")
# %% [markdown] hint="calibration"
# On Monday the score will meet leads that nobody has seen. Which leads play that part here, and which of the latest have had no time to
# show what they become?
# %% [markdown] hint="calibration"
# `rows` of `score` is a column of True and False over all leads: True for those of 2023 and 2024. The result has a number for every lead; pick
# those of your trial period, cut them into fifths and group.
# %% [markdown] hint="calibration"
# `score(EVERYTHING, leads["created_on"] < "2025-01-01")` is the score. Put it beside `became` for the trial's leads, group by the fifth, and
# take the number and two means.
# %% [markdown] wrong="on_the_past" task="calibration"
# This judges the score on the leads from which it was made. It knows them, so promise and result agree almost to the point, and Tomasz plans orders that do not
# come. Which leads had the score never seen?
# %% wrong="on_the_past" task="calibration"
past = leads["created_on"] < "2025-01-01"
trial = leads[past]
bought = score(EVERYTHING, past)[past]
calibration = pd.DataFrame({
    "fifth": pd.qcut(bought, 5, labels=False) + 1, "promised_rate": bought, "became_rate": trial["became"], "leads": 1
}).groupby("fifth", as_index=False).agg({"leads": "sum", "promised_rate": "mean", "became_rate": "mean"})
# %% [markdown] wrong="unripe" task="calibration"
# This counts the leads of the last quarter as lost, though many have had no time to become anything. The score then looks worse than it is, and Daniel is
# told to throw it away for a fault of the calendar. How long does a lead take?
# %% wrong="unripe" task="calibration"
past = leads["created_on"] < "2025-01-01"
trial = leads[~past]
bought = score(EVERYTHING, past)[~past]
calibration = pd.DataFrame({
    "fifth": pd.qcut(bought, 5, labels=False) + 1, "promised_rate": bought, "became_rate": trial["became"], "leads": 1
}).groupby("fifth", as_index=False).agg({"leads": "sum", "promised_rate": "mean", "became_rate": "mean"})
# %% [markdown] wrong="at_random" task="calibration"
# This keeps every third lead back for the trial, from all years alike. Such leads share the weather of those from which the score was made, so it seems to keep its
# promise; the next year has weather of its own. From when are the leads that it will meet?
# %% wrong="at_random" task="calibration"
ripe = leads["created_on"] < "2025-10-01"
held = pd.Series(np.arange(len(leads)) % 3 == 0, index=leads.index)
trial = leads[ripe & held]
bought = score(EVERYTHING, ripe & ~held)[ripe & held]
calibration = pd.DataFrame({
    "fifth": pd.qcut(bought, 5, labels=False) + 1, "promised_rate": bought, "became_rate": trial["became"], "leads": 1
}).groupby("fifth", as_index=False).agg({"leads": "sum", "promised_rate": "mean", "became_rate": "mean"})
# %% [markdown]
# The score ranks well. Now the regional leads ask who will be rung. The table shows how each region was answered in the years from which the score
# learned: its median response in working hours, and what became of leads that were answered **well within four hours**.
# %% given
past_leads = leads[leads["created_on"] < "2025-01-01"]
alike = past_leads[(past_leads["response_hours"] <= 4) & (past_leads["response_quality"] == "good")]
pd.DataFrame({
    "median_hours": past_leads.groupby("region")["response_hours"].median(),
    "became_rate": past_leads.groupby("region")["became"].mean(),
    "answered_alike": alike.groupby("region").size(),
    "their_became_rate": alike.groupby("region")["became"].mean(),
}).round(2).reset_index()
# %% [markdown] task="first"
# **2. Who is rung first, by region, and how is that mended?**
#
# One region was answered late for years, so fewer of its leads became anything. The score has learned that as if it were a quality of the leads.
#
# 1. `bought`: of the leads of `trial`, the fifth with the highest score is rung first (score at or above its 80th percentile, one cut-off for all
#    regions).
# 2. Fit the score again on 2023 and 2024, without the features that tell **how a region was served**; keep all others. Apply the same cut-off rule to the
#    new score.
#
# `first` is a DataFrame with one row for each region and the columns
#
# - `region`
# - `bought_share`: share of the region's leads in the trial that are rung first by the score as bought (a fraction)
# - `mended_share`: the same by the score without those features
#
# Shares count as right within 0.004. Keep the new score of the trial's leads in `mended`.
# %% answer="first"
### BEGIN SOLUTION
columns = [name for name in EVERYTHING if not name.startswith("region")]
mended = score(columns, leads["created_on"] < "2025-01-01")[trial.index]
first = pd.DataFrame({
    "region": trial["region"],
    "bought_share": bought >= bought.quantile(0.8),
    "mended_share": mended >= mended.quantile(0.8),
}).groupby("region", as_index=False).mean()
### END SOLUTION
# %% check="first"
seen = first.reset_index() if "region" not in first.columns else first
assert len(seen) == 6, f"one row for each of the six regions; first has {len(seen)}"
weight = trial["region"].value_counts()
for name in ("bought_share", "mended_share"):
    share = (seen.set_index("region")[name] * weight).sum() / weight.sum()
    assert 0.19 < share < 0.21, f"over all regions together a fifth is rung first; {name} comes to {share:.0%}"
# %% hidden="first"
expect(first)
rows = first.set_index("region") if "region" in first.columns else first
passed_over = rows["bought_share"].idxmin()
assert rows.loc[passed_over, "mended_share"] > 1.8 * rows.loc[passed_over, "bought_share"], "without its past the region is seen"
# %% after="first"
from course.plot import bar

both = first.melt("region", ["bought_share", "mended_share"], var_name="score", value_name="share")
bar(both, "region", "share", colour="score", title="Share of each region's leads that is rung first")
# %% [markdown] hint="first"
# Which columns of `X` are the same for every lead of a region in a year? They know nothing of the lead itself.
# %% [markdown] hint="first"
# There are two kinds of them: the region by its name, and a number that stands for it. Leave out both, fit on the same leads as before, and take the new
# score's own 80th percentile.
# %% [markdown] hint="first"
# All their names begin with `region`: `[name for name in EVERYTHING if not name.startswith("region")]`. Then compare each score with its own `.quantile(0.8)`
# and take means by region.
# %% [markdown] wrong="names_only" task="first"
# This leaves out the region's name and keeps `region_history_rate`, a number that stands for it. The region is passed over as before, only nobody can see by the
# list of features why. What else is the same for all leads of a region?
# %% wrong="names_only" task="first"
columns = [name for name in EVERYTHING if not name.startswith("region:")]
mended = score(columns, leads["created_on"] < "2025-01-01")[trial.index]
first = pd.DataFrame({
    "region": trial["region"],
    "bought_share": bought >= bought.quantile(0.8),
    "mended_share": mended >= mended.quantile(0.8),
}).groupby("region", as_index=False).mean()
# %% [markdown] wrong="history_only" task="first"
# This leaves out the history and keeps the region's name, from which the score learns the same thing again. Late answers of two years stay in the weight of that
# name, and the region's leads wait on. Which features tell where a lead comes from?
# %% wrong="history_only" task="first"
columns = [name for name in EVERYTHING if name != "region_history_rate"]
mended = score(columns, leads["created_on"] < "2025-01-01")[trial.index]
first = pd.DataFrame({
    "region": trial["region"],
    "bought_share": bought >= bought.quantile(0.8),
    "mended_share": mended >= mended.quantile(0.8),
}).groupby("region", as_index=False).mean()
# %% [markdown] wrong="own_fifths" task="first"
# This gives each region its own fifth under the old score. Shares are equal by decree, also where leads do differ, and the score itself goes on learning from late answers; the
# next fit needs the decree again. What would have to leave the score?
# %% wrong="own_fifths" task="first"
cut = bought.groupby(trial["region"]).transform(lambda s: s.quantile(0.8))
mended = bought / cut
first = pd.DataFrame({
    "region": trial["region"],
    "bought_share": bought >= bought.quantile(0.8),
    "mended_share": bought >= cut,
}).groupby("region", as_index=False).mean()
# %% [markdown] task="lift"
# **3. What does the mending cost?**
#
# The lift of a score is the share of opportunities among the leads that it puts first (its best fifth, as in task 2), divided by the share among all
# leads of the trial. `lift` is a dict with two numbers, each right within 1%:
#
# - `"bought"`: the lift of `bought`
# - `"mended"`: the lift of `mended`
# %% answer="lift"
### BEGIN SOLUTION
lift = {
    name: trial.loc[values >= values.quantile(0.8), "became"].mean() / trial["became"].mean()
    for name, values in (("bought", bought), ("mended", mended))
}
### END SOLUTION
# %% check="lift"
assert set(lift) == {"bought", "mended"}, 'a dict with the keys "bought" and "mended"'
assert all(0 < value < 5 for value in lift.values()), "a fifth of the leads can't hold more than all opportunities: a lift is at most 5"
# %% hidden="lift"
expect(lift)
assert lift["mended"] > 1.2, "the mended score still finds good leads"
# %% after="lift"
print(f"Lift {lift['bought']:.2f} as bought, {lift['mended']:.2f} mended.")
# %% [markdown] hint="lift"
# A lift compares two shares of the same thing: opportunities among the leads put first, and among all of the trial.
# %% [markdown] hint="lift"
# `trial.loc[bought >= bought.quantile(0.8), "became"].mean()` is the first of the two for the score as bought.
# %% [markdown] wrong="share_found" task="lift"
# This is the share of all opportunities that lie in the best fifth. It is a fine figure, but a blind draw of a fifth would reach 20% of it too, and beside a
# lift from another firm it looks like a failure. With which leads do you compare the best fifth?
# %% wrong="share_found" task="lift"
lift = {
    name: trial.loc[values >= values.quantile(0.8), "became"].sum() / trial["became"].sum()
    for name, values in (("bought", bought), ("mended", mended))
}
# %% [markdown] wrong="against_the_rest" task="lift"
# This compares the best fifth with the other four, from which the good leads have been taken. The score looks better than it is, and more so the better it is. What would
# sellers get who rang any lead at all?
# %% wrong="against_the_rest" task="lift"
lift = {
    name: trial.loc[values >= values.quantile(0.8), "became"].mean() / trial.loc[values < values.quantile(0.8), "became"].mean()
    for name, values in (("bought", bought), ("mended", mended))
}
