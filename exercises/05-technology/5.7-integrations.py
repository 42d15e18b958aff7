# ---
# topic: "5.7"
# title: Which integrations to cut
# tables: [integrations, api_log]
# tasks:
#   decisions:
#     points: 6
#     answer: {type: table, keys: [tool_id], columns: {outside_records: "1%", silent_days: 0.5, spare_kinds: 0.5, action: null}}
# ---
# %% [markdown]
# Nine tools are connected to the CRM. `tools` says of each what it was allowed to read (`scope`), what its purpose needs (`needs`), who answers for it and how many records of each kind its
# contract expects on a working day. `log` has one row for each working day of October to December 2025, tool and kind of object: `calls`, `records_read`, `records_written`, and `errors`, the
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
# **Which tools lose access, which are mended, and which may stay as they are?**
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
