# ---
# topic: "8.2"
# title: When a dip is a decline
# tables: [opportunities, segments]
# tasks:
#   alarms:
#     points: 3
#     answer: {type: table, keys: [region, segment], columns: {decided: 0.5, won: 0.5, usual_wins: 0.05, z: 0.02}}
#   verdict:
#     points: 2
#     answer: {type: mapping}
#   patience:
#     points: 3
#     answer: {type: table, keys: [region, segment], columns: {months: "1%"}}
# ---
# %% [markdown]
# The watch sheet for the last quarter of 2025 is in, and more than one segment has been red in October, November and December. Ingrid Solheim has one team for one segment,
# from next Monday.
#
# `watched` holds the eighteen segments with `usual_win_rate` (January 2023 to August 2025) and `threshold_rate` (seven tenths of it), both fractions. `deals` holds every
# opportunity with its region, segment, `status` (`won`, `lost`, `open`), `created_on` and `closed_on`. `decided` holds those of them that are won or lost, with the month of
# `closed_on` as text, such as `"2025-10"`, and `won` (true or false).
# %% given
import numpy as np
import pandas as pd

from course.case import load

opportunities, segments = load("opportunities", "segments")
BY = ["region", "segment"]
LAST = ["2025-10", "2025-11", "2025-12"]
watched = segments[BY + ["usual_win_rate", "threshold_rate"]]
deals = opportunities[["opportunity_id", *BY, "status", "created_on", "closed_on"]]
decided = deals[deals["status"] != "open"].copy()
decided["won"] = decided["status"] == "won"
decided["month"] = decided["closed_on"].dt.strftime("%Y-%m")
watched
# %% [markdown] task="alarms"
# **Which segments have been below their threshold three months running, and what is missing?**
#
# A segment's alarm is on if its win rate (won / decided) was below its own `threshold_rate` in **each** of the three months in `LAST`. A month without a decision is
# not below. A segment that is missed here gets no team; one that is in by mistake may get it.
#
# The steps: count decided and won by region, segment and month; compare each month's rate with the threshold; keep the segments with three such months; add up their three months.
# `alarms` is a DataFrame with one row for each segment whose alarm is on, and the columns
#
# - `region`, `segment`
# - `decided`, `won`: deals in the three months
# - `usual_wins`: wins that the usual win rate would have brought from as many decisions (compared to within 0.05)
# - `z`: wins less usual wins, in standard errors of luck: (`won` - `usual_wins`) / sqrt(`usual_wins` x (1 - `usual_win_rate`)), compared to within 0.02
# %% answer="alarms"
### BEGIN SOLUTION
late = decided[decided["month"].isin(LAST)]
monthly = late.groupby([*BY, "month"])["won"].agg(decided="size", won="sum").reset_index().merge(watched, on=BY)
monthly["below"] = monthly["won"] / monthly["decided"] < monthly["threshold_rate"]
alarms = monthly.groupby(BY).agg(
    months=("below", "sum"), decided=("decided", "sum"), won=("won", "sum"), usual=("usual_win_rate", "first")
)
alarms = alarms[alarms["months"] == 3].reset_index()
alarms["usual_wins"] = alarms["decided"] * alarms["usual"]
alarms["z"] = (alarms["won"] - alarms["usual_wins"]) / np.sqrt(alarms["usual_wins"] * (1 - alarms["usual"]))
alarms = alarms[[*BY, "decided", "won", "usual_wins", "z"]]
### END SOLUTION
# %% check="alarms"
assert isinstance(alarms, pd.DataFrame), "alarms should be a DataFrame with one row for each segment whose alarm is on"
seen = alarms.reset_index()
missing = [c for c in ("region", "segment", "decided", "won", "usual_wins", "z") if c not in seen.columns]
assert not missing, f"alarms lacks the columns {missing}"
assert len(seen) > 1, "more than one segment has been red for three months"
assert (seen["won"] <= seen["decided"]).all(), "nobody wins more deals than are decided"
assert (seen["z"] < 0).all(), "a segment below its threshold has fewer wins than usual, so z is below zero"
# %% hidden="alarms"
expect(alarms)
assert alarms.reset_index()["decided"].min() < 20, "one of the alarms rests on a handful of deals"
# %% [markdown] hint="alarms"
# The rule speaks of months, so the rate has to be taken month by month before anything is added up. Each segment has a threshold of its own.
# %% [markdown] hint="alarms"
# Group `decided` by region, segment and month with `size` and `sum` of `won`, merge `watched` to it, and count for each segment in how many of the three months the rate lies below
# `threshold_rate`.
# %% [markdown] hint="alarms"
# Where that count is 3: sum `decided` and `won` over the months, multiply `decided` by `usual_win_rate` for the usual wins, and fill in the formula.
# %% [markdown] wrong="opened_month" task="alarms"
# This takes the deals opened in these months and counts those that are still open as not won. Most deals take longer than that to decide, so nearly every segment looks as if it had collapsed, and the one
# that has is hidden among them. Of which deals is the outcome known?
# %% wrong="opened_month" task="alarms"
fresh = deals.assign(won=deals["status"] == "won", month=deals["created_on"].dt.strftime("%Y-%m"))
fresh = fresh[fresh["month"].isin(LAST)]
monthly = fresh.groupby([*BY, "month"])["won"].agg(decided="size", won="sum").reset_index().merge(watched, on=BY)
monthly["below"] = monthly["won"] / monthly["decided"] < monthly["threshold_rate"]
alarms = monthly.groupby(BY).agg(
    months=("below", "sum"), decided=("decided", "sum"), won=("won", "sum"), usual=("usual_win_rate", "first")
)
alarms = alarms[alarms["months"] == 3].reset_index()
alarms["usual_wins"] = alarms["decided"] * alarms["usual"]
alarms["z"] = (alarms["won"] - alarms["usual_wins"]) / np.sqrt(alarms["usual_wins"] * (1 - alarms["usual"]))
# %% [markdown] wrong="any_month" task="alarms"
# This rings wherever a single month of the three was below. That happens by luck in most segments, so Ingrid would send out her team every month, each time elsewhere. In how many of the three
# months does the rule want the rate to be low?
# %% wrong="any_month" task="alarms"
late = decided[decided["month"].isin(LAST)]
monthly = late.groupby([*BY, "month"])["won"].agg(decided="size", won="sum").reset_index().merge(watched, on=BY)
monthly["below"] = monthly["won"] / monthly["decided"] < monthly["threshold_rate"]
alarms = monthly.groupby(BY).agg(
    months=("below", "sum"), decided=("decided", "sum"), won=("won", "sum"), usual=("usual_win_rate", "first")
)
alarms = alarms[alarms["months"] > 0].reset_index()
alarms["usual_wins"] = alarms["decided"] * alarms["usual"]
alarms["z"] = (alarms["won"] - alarms["usual_wins"]) / np.sqrt(alarms["usual_wins"] * (1 - alarms["usual"]))
# %% [markdown]
# A watch sheet knows two colours, and Ingrid reads green as sound. She asks for one of three words beside **each** of the eighteen rows, so that she knows where to send
# the team, where she may stop worrying, and about which rows nobody knows anything.
#
# `quarter` has the three months together, one row for each segment, red or green: `name` (such as `"DACH, small"`), `decided`, `won`, and `usual_wins` and `z` as above.
# %% given
quarter = decided[decided["month"].isin(LAST)].groupby(BY)["won"].agg(decided="size", won="sum").reset_index()
quarter = watched.merge(quarter, on=BY, how="left").fillna({"decided": 0, "won": 0}).astype({"decided": int, "won": int})
quarter["name"] = quarter["region"] + ", " + quarter["segment"]
quarter["usual_wins"] = quarter["decided"] * quarter["usual_win_rate"]
quarter["z"] = (quarter["won"] - quarter["usual_wins"]) / np.sqrt(quarter["usual_wins"] * (1 - quarter["usual_win_rate"]))
quarter = quarter[["name", "decided", "won", "usual_wins", "z"]]
quarter.head()
# %% [markdown] task="verdict"
# **What may be said of each row, and where does the team go?** Send the team to bad luck, and the other segment goes on losing while it is away. Call a row sound that
# has hardly a deal in it, and nobody looks there again.
#
# `verdict` is a dict with each `name` in `quarter` as a key and one of three texts as its value. The reading has the two limits; both are meant for a sheet of eighteen rows.
#
# - `"act"`: the alarm was on, and the gap is more than luck
# - `"within luck"`: enough deals to judge by, and no more wins missing than luck takes
# - `"cannot tell"`: too few deals for the rate to say anything, good or bad
# %% answer="verdict"
### BEGIN SOLUTION
red = set(alarms["region"] + ", " + alarms["segment"])
verdict = {}
for row in quarter.itertuples():
    if row.usual_wins < 7.5:
        verdict[row.name] = "cannot tell"
    elif row.name in red and row.z <= -2.8:
        verdict[row.name] = "act"
    else:
        verdict[row.name] = "within luck"
### END SOLUTION
# %% check="verdict"
given = dict(verdict)
assert set(given) == set(quarter["name"]), 'verdict needs each of the names in quarter as a key, such as "DACH, small"'
words = {"act", "within luck", "cannot tell"}
assert set(given.values()) <= words, f"the values are {sorted(words)}; found {sorted(set(map(str, given.values())))}"
least = quarter.loc[quarter["usual_wins"].idxmin()]
assert given[least["name"]] == "cannot tell", f"{least['name']} would usually have {least['usual_wins']:.1f} wins in a quarter; whatever its colour, what can its rate tell?"
# %% hidden="verdict"
expect(verdict)
red = set(alarms["region"] + ", " + alarms["segment"])
act = [name for name, word in verdict.items() if word == "act"]
assert len(act) == 1 and act[0] in red, "one decline is more than luck, so one team is enough"
assert any(verdict[name] == "cannot tell" for name in red), "and one red row rests on a handful of deals"
# %% after="verdict"
unknown = [name for name, word in verdict.items() if word == "cannot tell"]
team = [name for name, word in verdict.items() if word == "act"]
print(f"The team goes to {' and '.join(team)}.")
print(f"{len(unknown)} of {len(verdict)} rows can't be judged by a quarter, whatever their colour: {'; '.join(unknown)}.")
# %% [markdown] hint="verdict"
# A rate of nought from eleven decisions and a rate of five per cent from seventy: which of them would surprise you more? And what does a rate of 50% from six decisions tell you?
# %% [markdown] hint="verdict"
# The number of usual wins comes first, for red and green rows alike. Only where there are enough do you look at the alarm and at z.
# %% [markdown] hint="verdict"
# Go through `quarter.itertuples()`: below 7.5 `usual_wins` nothing can be told; else, a name that is among the alarms with a `z` of -2.8 or less is to be acted on.
# %% [markdown] wrong="every_alarm" task="verdict"
# This reads the sheet as it hangs: act on red, sleep well on green. With eighteen segments somebody always has three bad months, so the team is shared between a segment that is falling and one that was
# unlucky. How many wins would have been usual in each row, the green ones too?
# %% wrong="every_alarm" task="verdict"
red = set(alarms["region"] + ", " + alarms["segment"])
verdict = {name: "act" if name in red else "within luck" for name in quarter["name"]}
# %% [markdown] wrong="lowest_rate" task="verdict"
# This sends the team where the win rate is lowest. The lowest rates belong to those who decide few deals, because a handful can easily all be lost, and the segment that has stopped winning dozens waits. Which
# segment lacks most wins, measured in what luck can do?
# %% wrong="lowest_rate" task="verdict"
ranked = quarter.assign(rate=quarter["won"] / quarter["decided"]).sort_values(["rate", "decided"])
lowest = ranked["name"].iloc[0]
verdict = {}
for row in quarter.itertuples():
    if row.name == lowest:
        verdict[row.name] = "act"
    else:
        verdict[row.name] = "cannot tell" if row.usual_wins < 7.5 else "within luck"
# %% [markdown] task="patience"
# **For whom are three months the right wait?** Too short a wait sends the team after luck; too long a one lets a large segment lose unseen. A row within luck is not sound
# either: it may be falling by less than a quarter can show.
#
# Suppose that a segment falls to **half** of its usual win rate. For how many months must its decisions be counted until such a fall reaches a `z` of -2.8?
#
# After k months with n decisions each, at the usual rate u, half of the usual wins are missing, u x n x k / 2, and one standard error is sqrt(u x (1 - u) x n x k). Set the first to
# 2.8 times the second and solve for k. Take for n the segment's decided deals of 2025, divided by 12.
#
# `patience` is a DataFrame with the columns `region`, `segment` and `months` (k, not rounded) and one row for each of the eighteen segments. Months count as right within 1%.
# %% answer="patience"
### BEGIN SOLUTION
year = decided[decided["closed_on"].dt.year == 2025]
pace = (year.groupby(BY).size() / 12).rename("pace").reset_index()
patience = watched.merge(pace, on=BY)
u = patience["usual_win_rate"]
patience["months"] = 4 * 2.8**2 * (1 - u) / (u * patience["pace"])
patience = patience[[*BY, "months"]]
### END SOLUTION
# %% check="patience"
assert isinstance(patience, pd.DataFrame), "patience should be a DataFrame with the columns region, segment and months"
seen = patience.reset_index()
assert {"region", "segment", "months"} <= set(seen.columns), "patience needs the columns region, segment and months"
assert len(seen) == len(watched), f"{len(watched)} segments are watched; patience has {len(seen)} rows"
assert (seen["months"] > 0).all(), "a wait is longer than nothing"
# %% hidden="patience"
expect(patience)
waits = patience.reset_index().set_index(["region", "segment"])["months"]
assert waits.max() > 6 and waits.min() < 4, "three months are too short for the small and long enough for the large"
# %% after="patience"
from course.plot import bar

shown = patience.assign(name=patience["region"] + ", " + patience["segment"]).sort_values("months")
bar(shown, "name", "months", title="Months until a fall to half of the usual win rate can be told from luck")
# %% [markdown] hint="patience"
# A segment that decides twice as many deals needs half the time. So the answer is a number of decisions, turned into months by each segment's own pace.
# %% [markdown] hint="patience"
# From u n k / 2 = 2.8 sqrt(u (1 - u) n k) follows, when both sides are squared, u n k = 4 x 2.8 squared x (1 - u).
# %% [markdown] hint="patience"
# Group the decided deals of 2025 by region and segment with `size`, divide by 12, merge with `watched`, and divide `4 * 2.8**2 * (1 - u)` by u times that pace.
# %% [markdown] wrong="one_look" task="patience"
# This asks for 1.96 standard errors, as one would for a single segment looked at once. With eighteen on the sheet that rings by luck in almost every second quarter, and Ingrid sends a team each time. How sure must one
# of eighteen be?
# %% wrong="one_look" task="patience"
year = decided[decided["closed_on"].dt.year == 2025]
pace = (year.groupby(BY).size() / 12).rename("pace").reset_index()
patience = watched.merge(pace, on=BY)
u = patience["usual_win_rate"]
patience["months"] = 4 * 1.96**2 * (1 - u) / (u * patience["pace"])
# %% [markdown] wrong="company_pace" task="patience"
# This gives every segment the company's average pace. All waits then come out much alike, so three months look a little short for everybody, and the segments that differ most are ruled by one calendar. How many
# deals does each of them decide in a month?
# %% wrong="company_pace" task="patience"
year = decided[decided["closed_on"].dt.year == 2025]
u = watched["usual_win_rate"]
patience = watched[BY].assign(months=4 * 2.8**2 * (1 - u) / (u * len(year) / 12 / len(watched)))
