# ---
# topic: "7.2"
# title: How fast to follow up
# tables: [leads, opportunities]
# tasks:
#   curve:
#     points: 4
#     answer: {type: table, keys: [band, response_quality], columns: {leads: 0.5, became_rate: 0.0015}}
#   sla:
#     points: 4
#     answer: {type: mapping, tolerance: "1.5%"}
# ---
# %% [markdown]
# The reading drew the curve as it stood in June 2024. Since then sellers have been told to be quick. Claire Whitcombe and Daniel
# Reyes sign their agreement on Thursday, and they want it to rest on the **eighteen months since 1 July 2024**, up to the evening
# of 31 December 2025.
#
# `leads` holds one row for each lead that is not a download: `created_on`, `opened_on` (the day on which it became an
# opportunity; empty if it has not so far), `response_hours` (working hours until somebody answered; empty if nobody has),
# `band` (the same in five bands), `response_quality` (`good` or `poor`) and `waited_hours` (working hours from its arrival to
# `TODAY`).
# %% given
import numpy as np
import pandas as pd

from course.case import load
from course.plot import bar

everything, opportunities = load("leads", "opportunities")
TODAY = pd.Timestamp("2025-12-31")
BANDS = ["first hour", "1 to 4 hours", "4 to 24 hours", "24 to 72 hours", "later"]

leads = everything[(everything["source"] != "content download") & (everything["created_on"] >= "2024-07-01")]
opened = opportunities[["opportunity_id", "created_on"]].rename(columns={"created_on": "opened_on"})
leads = leads.merge(opened, on="opportunity_id", how="left")
came = leads["created_on"].to_numpy().astype("datetime64[D]")
leads["waited_hours"] = 8 * np.busday_count(came, np.datetime64("2025-12-31"))
later = leads["response_hours"] > leads["waited_hours"] + 8  # answered after today: not known yet
leads[["response_hours", "response_quality"]] = leads[["response_hours", "response_quality"]].mask(later)
band = pd.cut(leads["response_hours"], [0, 1, 4, 24, 72, np.inf], labels=BANDS)
leads["band"] = band.astype(object).where(band.notna(), None)
leads = leads[["lead_id", "created_on", "opened_on", "response_hours", "band", "response_quality", "waited_hours"]]


def within_70_days(became_days, watched_days):
    """The share of leads that become opportunities within 70 days of their arrival (Kaplan-Meier).

    became_days: days from a lead's arrival until it became an opportunity; empty if it has not
    watched_days: days from its arrival until we stopped watching

    Day by day it asks how many of the leads still waiting, and watched for so long, became opportunities on that day. A
    lead of last week thus counts for one week and is silent about the other nine.
    """
    waiting = 1.0
    for day in np.unique(became_days[became_days <= 70]):
        still_there = (watched_days >= day) & ~(became_days < day)
        waiting *= 1 - (became_days == day).sum() / still_there.sum()
    return 1 - waiting


leads.tail()
# %% [markdown] task="curve"
# **1. How often does a lead become an opportunity, by how soon and how well it was answered?** The deadline is read off this curve; if the newest leads bend it, the wrong hour is signed.
#
# 1. For each lead work out `became_days` (days from `created_on` to `opened_on`; empty if it has not become an opportunity) and
#    `watched_days` (days from `created_on` to `TODAY`, for every lead).
# 2. Take the leads that were answered.
# 3. For each `band` and `response_quality`, hand the two columns to `within_70_days`.
#
# `curve` is a DataFrame with one row for each band and quality (ten rows) and the columns
#
# - `band`, `response_quality`
# - `leads`: how many leads
# - `became_rate`: the share of them that become opportunities within 70 days (a fraction)
#
# Rates count as right within 0.0015.
# %% answer="curve"
### BEGIN SOLUTION
leads["became_days"] = (leads["opened_on"] - leads["created_on"]).dt.days
leads["watched_days"] = (TODAY - leads["created_on"]).dt.days
answered = leads[leads["band"].notna()]
curve = pd.DataFrame([
    {
        "band": band,
        "response_quality": quality,
        "leads": len(rows),
        "became_rate": within_70_days(rows["became_days"], rows["watched_days"]),
    }
    for (band, quality), rows in answered.groupby(["band", "response_quality"])
])
### END SOLUTION
# %% check="curve"
assert isinstance(curve, pd.DataFrame), "curve should be a DataFrame with one row for each band and quality"
seen = curve.reset_index()
missing = [c for c in ("band", "response_quality", "leads", "became_rate") if c not in seen.columns]
assert not missing, f"curve lacks the columns {missing}"
assert len(seen) == 10, f"five bands and two qualities make ten rows; curve has {len(seen)}"
assert seen["became_rate"].between(0, 1).all(), "a rate is a fraction between 0 and 1"
# %% hidden="curve"
expect(curve)
rate = curve.reset_index().set_index(["response_quality", "band"])["became_rate"]
assert rate["good"]["first hour"] > 3 * rate["good"]["later"], "it falls steeply"
assert rate["poor"]["first hour"] < rate["good"]["1 to 4 hours"] / 2, "a quick answer that is poor does not help"
# %% after="curve"
shown = curve[curve["response_quality"] == "good"].set_index("band").loc[BANDS].reset_index()
bar(shown, "band", "became_rate", title="Answered well: share that becomes an opportunity within 70 days")
# %% [markdown] hint="curve"
# A lead of 20 December has been watched for eleven days. What do you know of it, and what don't you know yet?
# %% [markdown] hint="curve"
# `(leads["opened_on"] - leads["created_on"]).dt.days` is empty where it should be. The second column has a value for every lead:
# nobody stops being watched because of an opportunity, the function sees to that.
# %% [markdown] hint="curve"
# Group the answered leads by `["band", "response_quality"]`; for each group's `rows`, make a dict with the two names, `len(rows)`
# and `within_70_days(rows["became_days"], rows["watched_days"])`.
# %% [markdown] wrong="so_far" task="curve"
# This divides the opportunities so far by all leads. The leads of November and December count as failures although
# the calendar has simply not got to them, so every answer looks worse than it is, and most of all the newest ones. For how long
# has each of them been watched?
# %% wrong="so_far" task="curve"
leads["became_days"] = (leads["opened_on"] - leads["created_on"]).dt.days
leads["watched_days"] = (TODAY - leads["created_on"]).dt.days
answered = leads[leads["band"].notna()]
curve = answered.groupby(["band", "response_quality"])["became_days"].agg(["size", "count"]).reset_index()
curve = curve.assign(leads=curve["size"], became_rate=curve["count"] / curve["size"])
# %% [markdown] wrong="settled_only" task="curve"
# This throws out every lead younger than 70 days. It is honest, and it gives away what the newest leads have shown so far, which
# is where a change in how they are answered would be seen first. How can a lead count for the days on which it was watched, and
# for no more?
# %% wrong="settled_only" task="curve"
leads["became_days"] = (leads["opened_on"] - leads["created_on"]).dt.days
leads["watched_days"] = (TODAY - leads["created_on"]).dt.days
answered = leads[leads["band"].notna() & (leads["watched_days"] >= 70)]
curve = answered.groupby(["band", "response_quality"])["became_days"].agg(["size", "count"]).reset_index()
curve = curve.assign(leads=curve["size"], became_rate=curve["count"] / curve["size"])
# %% [markdown] wrong="speed_only" task="curve"
# This gives both qualities of a band the same rate. Half of the quickest answers are poor, so speed seems worth less than it
# is, and the agreement would ask for speed without saying what an answer is. How do the two qualities differ in the first hour?
# %% wrong="speed_only" task="curve"
leads["became_days"] = (leads["opened_on"] - leads["created_on"]).dt.days
leads["watched_days"] = (TODAY - leads["created_on"]).dt.days
answered = leads[leads["band"].notna()]
pooled = {band: within_70_days(rows["became_days"], rows["watched_days"]) for band, rows in answered.groupby("band")}
curve = answered.groupby(["band", "response_quality"]).size().rename("leads").reset_index()
curve["became_rate"] = curve["band"].map(pooled)
# %% [markdown]
# Daniel wants one hour, because studies say so. Claire fears that her people would copy and paste. They settle on a rule: the
# deadline is the end of **the last band in which a good answer still brings at least 55% of what it brings in the first hour**.
# %% [markdown] task="sla"
# **2. Which agreement does the curve imply, and how far is Tessaly from it?** A deadline that hurry can meet is met by poor answers, and the report calls that success.
#
# `sla` is a dict with four numbers, each right within 1.5%:
#
# - `"deadline_hours"`: 1, 4, 24 or 72, by the rule above
# - `"met_rate"`: the share of leads that got a **good** answer by that deadline. Leave out only the leads of which it can't be
#   known yet: unanswered, and waiting for less than the deadline.
# - `"poor_rate"`: the share of poor ones among the answers of the first hour
# - `"break_even_rate"`: the share of poor ones at which the first hour would be worth no more than good answers in the band from
#   1 to 4 hours. With *g* and *q* the first hour's rates for good and poor answers, as in the reading, and *h* that of good ones from 1 to 4 hours, it is
#   *(g − h) / (g − q)*.
# %% answer="sla"
### BEGIN SOLUTION
rate = curve.set_index(["response_quality", "band"])["became_rate"]
good = rate["good"][BANDS]
deadline = [1, 4, 24, 72, np.inf][int(np.flatnonzero(good >= 0.55 * good["first hour"])[-1])]
known = leads[leads["response_hours"].notna() | (leads["waited_hours"] >= deadline)]
met = (known["response_hours"] <= deadline) & (known["response_quality"] == "good")
hurried = leads.loc[leads["band"] == "first hour", "response_quality"]
sla = {
    "deadline_hours": deadline,
    "met_rate": met.mean(),
    "poor_rate": (hurried == "poor").mean(),
    "break_even_rate": (good["first hour"] - good["1 to 4 hours"]) / (good["first hour"] - rate["poor"]["first hour"]),
}
### END SOLUTION
# %% check="sla"
assert set(sla) == {"deadline_hours", "met_rate", "poor_rate", "break_even_rate"}, "four numbers, named as in the task"
assert sla["deadline_hours"] in (1, 4, 24, 72), "the deadline is the end of one of the first four bands, in working hours"
assert all(0 < sla[k] < 1 for k in ("met_rate", "poor_rate", "break_even_rate")), "three of the four are fractions between 0 and 1"
# %% hidden="sla"
expect(sla)
assert sla["deadline_hours"] == 4
assert sla["met_rate"] < 0.3, "four leads in five got less"
# %% [markdown] hint="sla"
# Three questions in a row: how long, how often today, and what hurry would do. The first is read off the curve; for the second,
# ask of each lead whether the promise was kept, broken, or still open.
# %% [markdown] hint="sla"
# Order the good rates by `BANDS` and keep those that are at least 55% of the first. A lead that nobody ever answered has had its
# promise broken, unless it came in only hours ago.
# %% [markdown] hint="sla"
# `known = leads[leads["response_hours"].notna() | (leads["waited_hours"] >= deadline)]`, then the mean of
# `(known["response_hours"] <= deadline) & (known["response_quality"] == "good")`.
# %% [markdown] wrong="any_answer" task="sla"
# This counts every answer in time as a promise kept, the poor ones too. The report would look far better and the leads would not, and
# the way to reach 100% would be to answer faster and worse. What did the curve say of a quick answer that is poor?
# %% wrong="any_answer" task="sla"
rate = curve.set_index(["response_quality", "band"])["became_rate"]
good = rate["good"][BANDS]
deadline = [1, 4, 24, 72, np.inf][int(np.flatnonzero(good >= 0.55 * good["first hour"])[-1])]
known = leads[leads["response_hours"].notna() | (leads["waited_hours"] >= deadline)]
hurried = leads.loc[leads["band"] == "first hour", "response_quality"]
sla = {
    "deadline_hours": deadline,
    "met_rate": (known["response_hours"] <= deadline).mean(),
    "poor_rate": (hurried == "poor").mean(),
    "break_even_rate": (good["first hour"] - good["1 to 4 hours"]) / (good["first hour"] - rate["poor"]["first hour"]),
}
# %% [markdown] wrong="answered_only" task="sla"
# This measures the agreement on the leads that somebody answered. Whoever ignores the hard ones then meets it better, and the worst
# service of all, none, appears in no report. What is known of a lead that came in months ago and has no answer?
# %% wrong="answered_only" task="sla"
rate = curve.set_index(["response_quality", "band"])["became_rate"]
good = rate["good"][BANDS]
deadline = [1, 4, 24, 72, np.inf][int(np.flatnonzero(good >= 0.55 * good["first hour"])[-1])]
known = leads[leads["response_hours"].notna()]
met = (known["response_hours"] <= deadline) & (known["response_quality"] == "good")
hurried = leads.loc[leads["band"] == "first hour", "response_quality"]
sla = {
    "deadline_hours": deadline,
    "met_rate": met.mean(),
    "poor_rate": (hurried == "poor").mean(),
    "break_even_rate": (good["first hour"] - good["1 to 4 hours"]) / (good["first hour"] - rate["poor"]["first hour"]),
}
# %% [markdown] wrong="best_band" task="sla"
# This takes the band with the highest rate as the deadline. The first hour is the best, for those who can answer well in it; about
# half of what is answered so fast today is poor, and a promise of one hour would make it more. What did the two ask
# of the last band?
# %% wrong="best_band" task="sla"
rate = curve.set_index(["response_quality", "band"])["became_rate"]
good = rate["good"][BANDS]
deadline = 1
known = leads[leads["response_hours"].notna() | (leads["waited_hours"] >= deadline)]
met = (known["response_hours"] <= deadline) & (known["response_quality"] == "good")
hurried = leads.loc[leads["band"] == "first hour", "response_quality"]
sla = {
    "deadline_hours": deadline,
    "met_rate": met.mean(),
    "poor_rate": (hurried == "poor").mean(),
    "break_even_rate": (good["first hour"] - good["1 to 4 hours"]) / (good["first hour"] - rate["poor"]["first hour"]),
}
