# ---
# topic: "5.6"
# title: The few metrics a role needs
# tables: [kpi_history, dashboard_usage]
# tasks:
#   groups:
#     points: 3
#     answer: {type: table, keys: [kpi], columns: {group: null}}
#   boards:
#     points: 4
#     answer: {type: table, keys: [role, kpi], columns: {decisions: 0.5}}
# ---
# %% [markdown]
# Eighteen figures stand on every dashboard, from the salesperson's to Ingrid Solheim's. Mei Tanaka may keep what each role decides by, and wants no figure twice.
#
# `history` has one row for each month of 2023 to 2025 and one column for each measure (KPI). `usage` has one row for each role and measure: `weekly_views` is how often the role's
# people look at it in a week, `decisions_named` how often it was given as a reason in the minutes of 2025.
#
# Two measures are **near copies** if their correlation over the 36 months is at least **0.9 in size**, upwards or downwards.
# %% given
import pandas as pd

from course.case import load

kpis, usage = load("kpi_history", "dashboard_usage")
SAME = 0.9  # correlation, in size
OFTEN = 6  # times named in a year
history = kpis.pivot(index="month", columns="kpi", values="value")

history.round(1).head()
# %% [markdown] task="groups"
# **1. Which measures say the same?**
#
# 1. Take the correlation of each two measures. What matters is its size: a measure that falls whenever another rises tells as much as one that rises with it.
# 2. Put near copies into one group. If A is a near copy of B, and B of C, all three are one group.
# 3. Name each group after that of its measures which comes first in the alphabet. A measure without a copy is a group of its own.
#
# `groups` is a DataFrame with 18 rows and the columns
#
# - `kpi`
# - `group`: the name of its group, text
# %% answer="groups"
### BEGIN SOLUTION
close = history.corr().abs() >= SAME
group = {name: name for name in history.columns}
changed = True
while changed:  # hand the first name on to every copy, and to the copies of copies
    new = {name: min(group[other] for other in close.columns[close[name]]) for name in close.columns}
    changed, group = new != group, new
groups = pd.DataFrame({"kpi": list(group), "group": list(group.values())})
### END SOLUTION
# %% check="groups"
seen = groups.reset_index() if "kpi" not in groups.columns else groups
assert sorted(seen["kpi"]) == sorted(history.columns), "one row for each of the 18 measures"
assert set(seen["group"]) <= set(history.columns), "a group is named after one of its measures"
own = seen.set_index("kpi")["group"]
assert all(own[name] == name for name in set(own)), "the measure that gives the group its name belongs to it"
# %% hidden="groups"
expect(groups)
own = (groups.reset_index() if "kpi" not in groups.columns else groups).set_index("kpi")["group"]
assert own["average discount"] == own["price realisation"], "a copy may run the other way"
assert own["bookings"] == own["order intake"] and own.nunique() < 13, "of eighteen measures far fewer say something of their own"
# %% after="groups"
print(f"{groups['group'].nunique()} groups of {len(groups)} measures:")
for name, members in groups.groupby("group")["kpi"]:
    print("  " + ", ".join(members))
# %% [markdown] hint="groups"
# `history.corr()` gives the correlation of each two columns. When does a falling measure tell you the same as a rising one?
# %% [markdown] hint="groups"
# Make a table of True and False from the size of the correlations. Begin with every measure in a group of its own, then give each the first name in the alphabet among the groups of its
# copies, and repeat until nothing changes.
# %% [markdown] hint="groups"
# `close = history.corr().abs() >= SAME`; `close.columns[close[name]]` are the copies of `name`, itself included. `min` of texts is the first in the alphabet.
# %% [markdown] wrong="signed" task="groups"
# This finds measures that rise together and overlooks those that fall when another rises. Average discount and price realisation then stand side by side on
# every page, one red whenever the other is, and look like two reasons. What does a correlation of nearly −1 tell?
# %% wrong="signed" task="groups"
close = history.corr() >= SAME
group = {name: name for name in history.columns}
changed = True
while changed:
    new = {name: min(group[other] for other in close.columns[close[name]]) for name in close.columns}
    changed, group = new != group, new
groups = pd.DataFrame({"kpi": list(group), "group": list(group.values())})
# %% [markdown] wrong="with_bookings" task="groups"
# This compares each measure with bookings alone. What moves with bookings is found; all other copies stay, and four figures of the pipeline go on looking like four
# opinions. With which measures can a measure be a copy?
# %% wrong="with_bookings" task="groups"
copies = list(history.columns[history.corr()["bookings"].abs() >= SAME])
groups = pd.DataFrame({"kpi": list(history.columns), "group": [min(copies) if name in copies else name for name in history.columns]})
# %% [markdown] wrong="related" task="groups"
# This calls measures copies from a correlation of 0.6 on, in size. They are related, and often one rises while the other falls; throwing one away loses months in which it would have
# told something new. At which size did Mei set the limit?
# %% wrong="related" task="groups"
close = history.corr().abs() >= 0.6
group = {name: name for name in history.columns}
changed = True
while changed:
    new = {name: min(group[other] for other in close.columns[close[name]]) for name in close.columns}
    changed, group = new != group, new
groups = pd.DataFrame({"kpi": list(group), "group": list(group.values())})
# %% [markdown] task="boards"
# **2. What stands on which dashboard?**
#
# 1. Each group gets **one name for everybody**: that of its measures which was named most often in 2025, all roles together. If two were named equally often, take the first in the alphabet.
# 2. A role keeps a group if it named the measures of that group, together, **at least 6 times** in the year.
#
# `boards` is a DataFrame with one row for each role and each group that it keeps, and the columns
#
# - `role`
# - `kpi`: the one name of the group
# - `decisions`: how often the role named measures of the group in 2025
# %% answer="boards"
### BEGIN SOLUTION
used = usage.merge(groups, on="kpi")
total = used.groupby(["group", "kpi"], as_index=False)["decisions_named"].sum()
total = total.sort_values(["decisions_named", "kpi"], ascending=[False, True])
one_name = total.drop_duplicates("group").set_index("group")["kpi"]

boards = used.groupby(["role", "group"], as_index=False)["decisions_named"].sum()
boards = boards[boards["decisions_named"] >= OFTEN]
boards = pd.DataFrame({"role": boards["role"], "kpi": boards["group"].map(one_name), "decisions": boards["decisions_named"]})
### END SOLUTION
# %% check="boards"
seen = boards.reset_index() if "role" not in boards.columns else boards
assert set(seen["role"]) == set(usage["role"]), "each of the four roles keeps something"
assert not seen.duplicated(["role", "kpi"]).any(), "no figure twice on a page"
assert (seen["decisions"] >= OFTEN).all(), "a role keeps what it named at least 6 times in the year"
# %% hidden="boards"
expect(boards)
own = groups.set_index("kpi")["group"]
assert boards["kpi"].nunique() == boards["kpi"].map(own).nunique(), "one group, one name"
assert len(boards) <= 20, "four pages of eighteen figures become four pages of a few"
# %% after="boards"
for role, page in boards.groupby("role"):
    print(f"{role}: {', '.join(page.sort_values('decisions', ascending=False)['kpi'])}")
print(f"{len(usage)} figures on four pages become {len(boards)}.")
# %% [markdown] hint="boards"
# There are two questions. Which group does a role decide by? And under which name does the company speak of it?
# %% [markdown] hint="boards"
# Put the group beside each row of `usage`. Add up decisions by role and group for the first question, by group and measure for the second.
# %% [markdown] hint="boards"
# `sort_values(["decisions_named", "kpi"], ascending=[False, True]).drop_duplicates("group")` leaves the measure most often named of each group. `map` puts it in the place of the
# group's name.
# %% [markdown] wrong="by_views" task="boards"
# This keeps for each role the four figures that are looked at most. People look at what stands large at the top, whether they decide by it or not, and twice the same figure under two names if
# both are there. Which table tells what a decision was made by?
# %% wrong="by_views" task="boards"
top = usage.sort_values(["weekly_views", "kpi"], ascending=[False, True]).groupby("role").head(4)
boards = pd.DataFrame({"role": top["role"], "kpi": top["kpi"], "decisions": top["decisions_named"]})
# %% [markdown] wrong="own_names" task="boards"
# This leaves every role its own favourite of a group. Each page is short, and on Monday one says bookings, another order intake, and twenty minutes go by until somebody finds that they mean
# the same. How many names does a group get?
# %% wrong="own_names" task="boards"
used = usage.merge(groups, on="kpi")
kept = used.groupby(["role", "group"], as_index=False)["decisions_named"].sum()
kept = kept[kept["decisions_named"] >= OFTEN]
best = used.sort_values(["decisions_named", "kpi"], ascending=[False, True]).drop_duplicates(["role", "group"])[["role", "group", "kpi"]]
boards = kept.merge(best, on=["role", "group"]).rename(columns={"decisions_named": "decisions"})[["role", "kpi", "decisions"]]
# %% [markdown] wrong="one_by_one" task="boards"
# This asks of each measure by itself whether it was named 6 times, and forgets the times at which the same thing was meant by another name. A role that says bookings four times and order intake four times
# loses the figure by which it decides. What is counted together once copies are one group?
# %% wrong="one_by_one" task="boards"
used = usage.merge(groups, on="kpi")
total = used.groupby(["group", "kpi"], as_index=False)["decisions_named"].sum().sort_values(["decisions_named", "kpi"], ascending=[False, True])
one_name = total.drop_duplicates("group").set_index("group")["kpi"]
often = used[used["decisions_named"] >= OFTEN].groupby(["role", "group"], as_index=False)["decisions_named"].sum()
boards = pd.DataFrame({"role": often["role"], "kpi": often["group"].map(one_name), "decisions": often["decisions_named"]})
# %% [markdown] wrong="same_page" task="boards"
# This gives all four roles the same page, with every group that anybody decides by. It is one page to build, and a salesperson gets figures that nobody in that role has ever given as a reason. Whose
# decisions count for whose page?
# %% wrong="same_page" task="boards"
used = usage.merge(groups, on="kpi")
total = used.groupby(["group", "kpi"], as_index=False)["decisions_named"].sum().sort_values(["decisions_named", "kpi"], ascending=[False, True])
one_name = total.drop_duplicates("group").set_index("group")["kpi"]
wanted = used.groupby(["role", "group"])["decisions_named"].sum()
wanted = set(wanted[wanted >= OFTEN].reset_index()["group"])
page = used[used["group"].isin(wanted)].groupby(["role", "group"], as_index=False)["decisions_named"].sum()
boards = pd.DataFrame({"role": page["role"], "kpi": page["group"].map(one_name), "decisions": page["decisions_named"]})
