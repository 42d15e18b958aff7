# ---
# topic: "5.7"
# title: Which integrations to cut
# tables: [integrations, api_log]
# tasks:
#   decisions:
#     points: 6
#     answer: {type: table, keys: [tool_id], columns: {outside_records: "1%", silent_days: 0.5, spare_kinds: 0.5, action: null}}
#   watch:
#     points: 2
#     answer: {type: table, keys: [limit_percent], columns: {false_alarms: 0.5, rung: 0.5}}
# ---
# %% [markdown]
# Nine tools are connected to the CRM. `tools` says of each what it was allowed to read (`scope`), what its purpose needs (`needs`), who answers for it and how many records of each kind its
# contract expects on a working day. `log` has one row for each working day (`day`) of October to December 2025, tool (`tool_id`) and kind of object (`object`): `calls`, `records_read`, `records_written`, and `errors`, the
# calls that were answered with an error.
#
# `scope` and `needs` have been turned into sets of kinds, so that `"quotes" in scope` can be asked.
# %% given
import pandas as pd

from course.case import load

tools, log = load("integrations", "api_log")
for name in ("scope", "needs"):
    tools[name] = [set(text.split(", ")) for text in tools[name]]

tools
# %% given
log.sample(6, random_state=1).sort_values("day")
# %% [markdown] task="decisions"
# **1. Which tools lose access, which are mended, and which may stay as they are?**
#
# A tool has the action
#
# - `"cut"` if it has read records of a kind that its purpose does not need,
# - `"mend"` if for the last five working days of the log or longer it called every day and no record moved, read or written,
# - `"narrow"` if it may read more kinds than it needs,
# - `"leave"` otherwise.
#
# Where several apply, the one named first counts.
#
# `decisions` is a DataFrame with one row for each of the nine tools and the columns
#
# - `tool_id`
# - `outside_records`: records that it read in the three months of kinds that its purpose does not need (within 1%)
# - `silent_days`: working days without a break, up to the end of the log, on which it called and no record moved (0 if there are none)
# - `spare_kinds`: kinds of object that it may read and does not need (number)
# - `action`: text, as above
# %% answer="decisions"
### BEGIN SOLUTION
rows = []
for _, tool in tools.iterrows():
    mine = log[log["tool_id"] == tool["tool_id"]]
    outside = mine.loc[~mine["object"].isin(tool["needs"]), "records_read"].sum()
    days = mine.groupby("day")[["records_read", "records_written"]].sum().sum(axis=1)
    silent = int((days[::-1].cumsum() == 0).sum())
    spare = len(tool["scope"] - tool["needs"])
    action = "cut" if outside > 0 else "mend" if silent >= 5 else "narrow" if spare > 0 else "leave"
    rows.append({"tool_id": tool["tool_id"], "outside_records": outside, "silent_days": silent, "spare_kinds": spare, "action": action})
decisions = pd.DataFrame(rows)
### END SOLUTION
# %% check="decisions"
seen = decisions.reset_index() if "tool_id" not in decisions.columns else decisions
assert sorted(seen["tool_id"]) == sorted(tools["tool_id"]), "one row for each of the nine tools"
assert set(seen["action"]) <= {"cut", "mend", "narrow", "leave"}, 'an action is "cut", "mend", "narrow" or "leave"'
assert seen["silent_days"].between(0, log["day"].nunique()).all(), f"the log has {log['day'].nunique()} working days"
assert seen["spare_kinds"].between(0, 5).all(), "there are six kinds of object, and each tool needs at least one"
assert (seen["action"] == "leave").sum() >= 4, "most tools do what they should"
# %% hidden="decisions"
expect(decisions)
rows = decisions.set_index("tool_id") if "tool_id" in decisions.columns else decisions
assert (rows["action"] == "cut").sum() == 1 and (rows["action"] == "mend").sum() == 1, "one tool reads far too much, one has stopped"
dumb = rows.index[rows["action"] == "mend"][0]
assert log.loc[(log["tool_id"] == dumb) & (log["day"] >= "2025-12-01"), "errors"].sum() == 0, "it stopped without an error"
# %% after="decisions"
from course.plot import bar

both = decisions.merge(tools[["tool_id", "tool", "owner"]], on="tool_id")
for row in both[both["action"] != "leave"].itertuples():
    print(f"{row.action}: {row.tool}, answered for by {row.owner if isinstance(row.owner, str) else 'nobody'}")
bar(log.merge(tools, on="tool_id").groupby("tool", as_index=False)["records_read"].sum(), "tool", "records_read", title="Records read in three months, by tool")
# %% [markdown] hint="decisions"
# There are three lists for each tool: what it may read, what it needs, and what it did read. Which two of them must be compared for each of the columns?
# %% [markdown] hint="decisions"
# A tool that has stopped goes on calling, and its calls are answered. Add up what moved, read and written, for each of its days, and count days from the end until something moves.
# %% [markdown] hint="decisions"
# For one tool, `mine[~mine["object"].isin(needs)]` are its rows outside. With its total of each day in `days`, `(days[::-1].cumsum() == 0).sum()` counts the silent days at the end. `scope - needs` is a
# set of kinds.
# %% [markdown] wrong="within_scope" task="decisions"
# This looks for records that a tool was not allowed to read, and there are none: the gate works. But somebody once opened it to everything, so the tool that carries off every price list does so by
# permission and keeps its access. With what must the log be compared, if not with what was allowed?
# %% wrong="within_scope" task="decisions"
rows = []
for _, tool in tools.iterrows():
    mine = log[log["tool_id"] == tool["tool_id"]]
    outside = mine.loc[~mine["object"].isin(tool["scope"]), "records_read"].sum()
    days = mine.groupby("day")[["records_read", "records_written"]].sum().sum(axis=1)
    silent = int((days[::-1].cumsum() == 0).sum())
    spare = len(tool["scope"] - tool["needs"])
    action = "cut" if outside > 0 else "mend" if silent >= 5 else "narrow" if spare > 0 else "leave"
    rows.append({"tool_id": tool["tool_id"], "outside_records": outside, "silent_days": silent, "spare_kinds": spare, "action": action})
decisions = pd.DataFrame(rows)
# %% [markdown] wrong="over_contract" task="decisions"
# This counts what a tool read beyond its contract's figure, and cuts what lies far above it. That figure is for one kind of object; an honest tool with two kinds reads twice as much, and would be shut for
# doing its work. What was read that the purpose does not need?
# %% wrong="over_contract" task="decisions"
rows = []
for _, tool in tools.iterrows():
    mine = log[log["tool_id"] == tool["tool_id"]]
    outside = max(0, mine["records_read"].sum() - tool["records_a_day"] * mine["day"].nunique())
    days = mine.groupby("day")[["records_read", "records_written"]].sum().sum(axis=1)
    silent = int((days[::-1].cumsum() == 0).sum())
    spare = len(tool["scope"] - tool["needs"])
    busy = mine.groupby("day")["records_read"].sum()
    much = busy[busy > 0].mean() > 1.5 * tool["records_a_day"]
    action = "cut" if much else "mend" if silent >= 5 else "narrow" if spare > 0 else "leave"
    rows.append({"tool_id": tool["tool_id"], "outside_records": outside, "silent_days": silent, "spare_kinds": spare, "action": action})
decisions = pd.DataFrame(rows)
# %% [markdown] wrong="by_scope" task="decisions"
# This cuts every tool that may read more than it needs. Two have such a scope and only one has used it; the other stands still, or its owner did nothing but accept what was offered, and a working service is
# shut for a form. Who has really read something?
# %% wrong="by_scope" task="decisions"
rows = []
for _, tool in tools.iterrows():
    mine = log[log["tool_id"] == tool["tool_id"]]
    outside = mine.loc[~mine["object"].isin(tool["needs"]), "records_read"].sum()
    days = mine.groupby("day")[["records_read", "records_written"]].sum().sum(axis=1)
    silent = int((days[::-1].cumsum() == 0).sum())
    spare = len(tool["scope"] - tool["needs"])
    action = "cut" if spare > 0 else "mend" if silent >= 5 else "leave"
    rows.append({"tool_id": tool["tool_id"], "outside_records": outside, "silent_days": silent, "spare_kinds": spare, "action": action})
decisions = pd.DataFrame(rows)
# %% [markdown] wrong="by_errors" task="decisions"
# This looks for the broken tool where errors are. The tool with most errors works and is merely busy; the one that has moved nothing for weeks answers every call politely, and is left alone. What would
# you miss first, a message or the records?
# %% wrong="by_errors" task="decisions"
errors = log.groupby("tool_id")["errors"].sum()
rows = []
for _, tool in tools.iterrows():
    mine = log[log["tool_id"] == tool["tool_id"]]
    outside = mine.loc[~mine["object"].isin(tool["needs"]), "records_read"].sum()
    spare = len(tool["scope"] - tool["needs"])
    action = "cut" if outside > 0 else "mend" if tool["tool_id"] == errors.idxmax() else "narrow" if spare > 0 else "leave"
    rows.append({"tool_id": tool["tool_id"], "outside_records": outside, "silent_days": 0, "spare_kinds": spare, "action": action})
decisions = pd.DataFrame(rows)
# %% [markdown]
# Each tool gets a watch on the records that it moves, read and written together. The reading set its limit by October, when all nine worked. A limit chosen on one month may fit that month's
# accidents, so Tomasz Wieczorek wants to see it on the two months that followed before anybody is woken by it.
# %% given
LIMITS = [30, 50, 70, 90]  # % of a tool's usual
# %% [markdown] task="watch"
# **2. Would the watch have rung when it should, and only then?**
#
# A watch rings for a tool on a day on which the tool moves **fewer** records than the limit, a share of its *usual*: the median of what it moves in a day, in a month in which it worked. Try the four `LIMITS` on
# November and December 2025.
#
# `watch` is a DataFrame with four rows and the columns
#
# - `limit_percent`: 30, 50, 70, 90
# - `false_alarms`: how often it would have rung for the tools that worked, each tool and day counted by itself
# - `rung`: on how many days it would have rung for the tool that has stopped
# %% answer="watch"
### BEGIN SOLUTION
moved = log.assign(moved=log["records_read"] + log["records_written"]).groupby(["tool_id", "day"], as_index=False)["moved"].sum()
usual = moved[moved["day"] < "2025-11-01"].groupby("tool_id")["moved"].median()
since = moved[moved["day"] >= "2025-11-01"]
share = since["moved"] / since["tool_id"].map(usual)
stopped = since["tool_id"].isin(decisions.loc[decisions["silent_days"] >= 5, "tool_id"])
watch = pd.DataFrame({"limit_percent": LIMITS})
watch["false_alarms"] = [(share[~stopped] < limit / 100).sum() for limit in LIMITS]
watch["rung"] = [(share[stopped] < limit / 100).sum() for limit in LIMITS]
### END SOLUTION
# %% check="watch"
assert isinstance(watch, pd.DataFrame), "watch should be a DataFrame with one row for each limit"
seen = watch.reset_index()
missing = [c for c in ["limit_percent", "false_alarms", "rung"] if c not in seen.columns]
assert not missing, f"watch lacks the columns {missing}"
assert sorted(seen["limit_percent"]) == LIMITS, "one row for each of the four limits"
assert seen.sort_values("limit_percent")["false_alarms"].is_monotonic_increasing, "a higher limit can't ring less often"
# %% hidden="watch"
expect(watch)
rows = watch.set_index("limit_percent")
assert rows.loc[50, "false_alarms"] < 5 and rows.loc[90, "false_alarms"] > 10 * rows.loc[50, "false_alarms"], "half the usual is quiet, nine tenths is not"
assert rows.loc[50, "rung"] == decisions["silent_days"].max(), "and it rings on each day of silence"
# %% after="watch"
for row in watch.itertuples():
    print(f"below {row.limit_percent}% of the usual: false alarms in two months {row.false_alarms}, days of silence noticed {row.rung}")
# %% [markdown] hint="watch"
# What is usual for a tool that stood still for two months of three? Take the month in which everything ran.
# %% [markdown] hint="watch"
# Add up what each tool moved on each day. Its median over October is its usual; divide the days of November and December by it, and count the shares below each limit.
# %% [markdown] hint="watch"
# `since["moved"] / since["tool_id"].map(usual)` gives the share. Count the rows of the tool with the action `"mend"` apart from all others.
# %% [markdown] wrong="usual_of_all" task="watch"
# This takes the usual number from the whole log. The tool that stopped has stood still on most of these days, so its usual is nothing at all and the watch never rings for it. In which month did everything
# run?
# %% wrong="usual_of_all" task="watch"
moved = log.assign(moved=log["records_read"] + log["records_written"]).groupby(["tool_id", "day"], as_index=False)["moved"].sum()
since = moved[moved["day"] >= "2025-11-01"]
share = since["moved"] / since["tool_id"].map(moved.groupby("tool_id")["moved"].median())
stopped = since["tool_id"].isin(decisions.loc[decisions["silent_days"] >= 5, "tool_id"])
watch = pd.DataFrame({"limit_percent": LIMITS})
watch["false_alarms"] = [(share[~stopped] < limit / 100).sum() for limit in LIMITS]
watch["rung"] = [(share[stopped] < limit / 100).sum() for limit in LIMITS]
# %% [markdown] wrong="calls" task="watch"
# This watches calls. A tool that has stopped goes on calling and is answered each time, so the watch sleeps through the silence and rings on days on which people merely took leave. What was it that no longer
# arrived?
# %% wrong="calls" task="watch"
moved = log.groupby(["tool_id", "day"], as_index=False)["calls"].sum()
usual = moved[moved["day"] < "2025-11-01"].groupby("tool_id")["calls"].median()
since = moved[moved["day"] >= "2025-11-01"]
share = since["calls"] / since["tool_id"].map(usual)
stopped = since["tool_id"].isin(decisions.loc[decisions["silent_days"] >= 5, "tool_id"])
watch = pd.DataFrame({"limit_percent": LIMITS})
watch["false_alarms"] = [(share[~stopped] < limit / 100).sum() for limit in LIMITS]
watch["rung"] = [(share[stopped] < limit / 100).sum() for limit in LIMITS]
# %% [markdown] wrong="all_alarms" task="watch"
# This counts every alarm as false, those for the tool that had stopped among them. Every limit then looks useless, and somebody turns the watch off where it was right. For which tool is an alarm good
# news?
# %% wrong="all_alarms" task="watch"
moved = log.assign(moved=log["records_read"] + log["records_written"]).groupby(["tool_id", "day"], as_index=False)["moved"].sum()
usual = moved[moved["day"] < "2025-11-01"].groupby("tool_id")["moved"].median()
since = moved[moved["day"] >= "2025-11-01"]
share = since["moved"] / since["tool_id"].map(usual)
stopped = since["tool_id"].isin(decisions.loc[decisions["silent_days"] >= 5, "tool_id"])
watch = pd.DataFrame({"limit_percent": LIMITS})
watch["false_alarms"] = [(share < limit / 100).sum() for limit in LIMITS]
watch["rung"] = [(share[stopped] < limit / 100).sum() for limit in LIMITS]
