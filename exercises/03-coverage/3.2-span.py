# ---
# topic: "3.2"
# title: How many people a manager leads
# tables: [reps, managers, territories, opportunities, quotas]
# tasks:
#   teams:
#     points: 3
#     answer: {type: table, keys: [manager_id], columns: {span: 0.1, complexity: 0.02, deal_eur: "1%", attainment: 0.002}}
#   limits:
#     points: 3
#     answer: {type: table, keys: [kind], columns: {limit: 0.1, within: 0.002, beyond: 0.002}}
#   plan:
#     points: 2
#     answer: {type: table, keys: [manager_id], columns: {over: 0.1, letter: null}}
# ---
# %% [markdown]
# Ingrid Solheim has to name a span for each of the twelve sales managers by the end of January. The reading looked at 2023
# and 2024; you have 2025 as well. Tomasz Wieczorek builds the plan of 2026 so that it adds up if each team reaches
# **90% of its quota**.
#
# `quotas` has one row for each person and quarter, with `quota_eur`. `won` has one row for each opportunity won from 2023 to
# 2025, with `rep_id` and `amount_eur`. `reps` names each person's `manager_id`; `left_on` is empty for those who are still
# here. `territories` names the `manager_id` in charge and a `complexity_score` from 1 to 10.
#
# A limit set too high lets a complex team miss its quota for another year; one set too low costs a manager's salary.
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

reps, managers, territories, opportunities, quotas = load("reps", "managers", "territories", "opportunities", "quotas")
won = opportunities.loc[opportunities["status"] == "won", ["opportunity_id", "rep_id", "amount_eur"]]
managers = managers[["manager_id", "name", "region"]]
NEEDED = 0.90  # of quota: what the plan of 2026 counts on
COMPLEX = 5  # a mean complexity_score above this makes a manager's territories complex

reps[["rep_id", "manager_id", "region", "hired_on", "left_on"]].head()
# %% [markdown] task="teams"
# **1. What does each team look like, and what has it reached?**
#
# Build a DataFrame `teams` with one row for each manager (twelve rows) and the columns
#
# - `manager_id`
# - `span`: people whom the manager leads today
# - `complexity`: mean `complexity_score` of the manager's territories (points)
# - `deal_eur`: median `amount_eur` of the deals that the manager's people won (EUR)
# - `attainment`: what the team won as a share of what was asked of it, 2023 to 2025, as a fraction
#
# The steps: give `won` and `quotas` each person's `manager_id`; add up and divide for each team; count today's people.
# Attainment counts as right within 0.002, complexity within 0.02, deal size within 1%.
# %% answer="teams"
### BEGIN SOLUTION
led = reps[["rep_id", "manager_id"]]
won_by_team = won.merge(led, on="rep_id").groupby("manager_id")["amount_eur"]
asked = quotas.merge(led, on="rep_id").groupby("manager_id")["quota_eur"].sum()
teams = pd.DataFrame(
    {
        "span": reps[reps["left_on"].isna()].groupby("manager_id").size(),
        "complexity": territories.groupby("manager_id")["complexity_score"].mean(),
        "deal_eur": won_by_team.median(),
        "attainment": won_by_team.sum() / asked,
    }
).reset_index()
### END SOLUTION
# %% check="teams"
assert isinstance(teams, pd.DataFrame), "teams should be a DataFrame with one row for each manager"
seen = teams.reset_index()
missing = [c for c in ["manager_id", "span", "complexity", "deal_eur", "attainment"] if c not in seen.columns]
assert not missing, f"teams lacks the columns {missing}"
assert len(seen) == len(managers), f"there are {len(managers)} managers; teams has {len(seen)} rows"
assert seen["attainment"].between(0.3, 2).all(), "attainment is a fraction: 0.95 for 95% of quota"
assert seen["complexity"].between(1, 10).all(), "complexity_score runs from 1 to 10"
# %% hidden="teams"
expect(teams)
found = teams.reset_index()
assert found["span"].sum() == reps["left_on"].isna().sum(), "everybody who is here has one manager"
# %% after="teams"
bar(teams.sort_values("span"), "manager_id", "attainment", title="Attainment of each team, smallest span first")
# %% [markdown] hint="teams"
# A plan adds up in euros. Which two sums of euros make a team's attainment?
# %% [markdown] hint="teams"
# `won.merge(reps[["rep_id", "manager_id"]], on="rep_id")` gives each deal its manager; the same works for `quotas`. People
# who have left won deals and had quotas too, so they stay in both sums.
# %% [markdown] hint="teams"
# Today's people are the rows of `reps` with an empty `left_on`: `reps[reps["left_on"].isna()].groupby("manager_id").size()`.
# Put the four Series in one `pd.DataFrame({...})` and end with `.reset_index()`.
# %% [markdown] wrong="mean_of_people" task="teams"
# This averages people's percentages. Somebody with a small quota then counts as much as somebody who carries the region, and a
# team can look sound while the euros that Tomasz planned are missing. Which sums does the plan add up?
# %% wrong="mean_of_people" task="teams"
led = reps[["rep_id", "manager_id"]]
won_by_team = won.merge(led, on="rep_id").groupby("manager_id")["amount_eur"]
each = won.groupby("rep_id")["amount_eur"].sum() / quotas.groupby("rep_id")["quota_eur"].sum()
each = each.dropna().rename("attainment").reset_index().merge(led, on="rep_id")
teams = pd.DataFrame(
    {
        "span": reps[reps["left_on"].isna()].groupby("manager_id").size(),
        "complexity": territories.groupby("manager_id")["complexity_score"].mean(),
        "deal_eur": won_by_team.median(),
        "attainment": each.groupby("manager_id")["attainment"].mean(),
    }
).reset_index()
# %% [markdown] wrong="with_leavers" task="teams"
# This counts everybody who ever reported to the manager, people who have left included. Teams with much coming and going then
# look large, and you would relieve managers who lead four. Who is in the team today?
# %% wrong="with_leavers" task="teams"
led = reps[["rep_id", "manager_id"]]
won_by_team = won.merge(led, on="rep_id").groupby("manager_id")["amount_eur"]
asked = quotas.merge(led, on="rep_id").groupby("manager_id")["quota_eur"].sum()
teams = pd.DataFrame(
    {
        "span": reps.groupby("manager_id").size(),
        "complexity": territories.groupby("manager_id")["complexity_score"].mean(),
        "deal_eur": won_by_team.median(),
        "attainment": won_by_team.sum() / asked,
    }
).reset_index()
# %% [markdown] wrong="only_present" task="teams"
# This leaves out what people won before they left, but keeps the quotas that they had. Teams that lost somebody look as if
# they had missed, and you would blame the span for a resignation. Whose deals belong over whose quotas?
# %% wrong="only_present" task="teams"
led = reps[["rep_id", "manager_id"]]
present = reps.loc[reps["left_on"].isna(), ["rep_id", "manager_id"]]
won_by_team = won.merge(present, on="rep_id").groupby("manager_id")["amount_eur"]
asked = quotas.merge(led, on="rep_id").groupby("manager_id")["quota_eur"].sum()
teams = pd.DataFrame(
    {
        "span": present.groupby("manager_id").size(),
        "complexity": territories.groupby("manager_id")["complexity_score"].mean(),
        "deal_eur": won_by_team.median(),
        "attainment": won_by_team.sum() / asked,
    }
).reset_index()
# %% [markdown]
# The next cells go on from the right table: each team with its `kind` (complex or simple territories), and `won_eur` and
# `quota_eur`, the two sums behind its attainment.
# %% given
people = reps[["rep_id", "manager_id"]]
groups = pd.DataFrame(
    {
        "span": reps[reps["left_on"].isna()].groupby("manager_id").size(),
        "complexity": territories.groupby("manager_id")["complexity_score"].mean(),
        "deal_eur": won.merge(people, on="rep_id").groupby("manager_id")["amount_eur"].median(),
        "won_eur": won.merge(people, on="rep_id").groupby("manager_id")["amount_eur"].sum(),
        "quota_eur": quotas.merge(people, on="rep_id").groupby("manager_id")["quota_eur"].sum(),
    }
).reset_index()
groups["kind"] = np.where(groups["complexity"] > COMPLEX, "complex", "simple")
groups.head()
# %% [markdown] task="limits"
# **2. Up to which span does each kind of team reach what the plan needs?**
#
# Build a DataFrame `limits` with one row for each `kind` ("complex", "simple") and the columns
#
# - `kind`
# - `limit`: the largest span at which the teams of that kind and span, taken together, reached at least `NEEDED`; the
#   smallest span that there is, if none did (people)
# - `within`: attainment of all teams of the kind up to the limit, taken together, as a fraction
# - `beyond`: attainment of all its teams past the limit, taken together; `np.nan` where there are none. Then the limit is not where teams
#   begin to miss, only the largest team that there is
#
# The steps: sum `won_eur` and `quota_eur` by kind and span and divide; find each kind's limit; sum again on either side
# of it. Attainment counts as right within 0.002.
# %% answer="limits"
### BEGIN SOLUTION
SUMS = ["won_eur", "quota_eur"]
rows = []
for kind, own in groups.groupby("kind"):
    sums = own.groupby("span")[SUMS].sum()
    reached = sums["won_eur"] / sums["quota_eur"]
    limit = reached[reached >= NEEDED].index.max() if reached.max() >= NEEDED else reached.index.min()
    inside, outside = own[own["span"] <= limit], own[own["span"] > limit]
    rows.append(
        {
            "kind": kind,
            "limit": limit,
            "within": inside["won_eur"].sum() / inside["quota_eur"].sum(),
            "beyond": outside["won_eur"].sum() / outside["quota_eur"].sum() if len(outside) else np.nan,
        }
    )
limits = pd.DataFrame(rows)
### END SOLUTION
# %% check="limits"
assert isinstance(limits, pd.DataFrame), "limits should be a DataFrame with one row for each kind of territory"
seen = limits.reset_index()
missing = [c for c in ["kind", "limit", "within", "beyond"] if c not in seen.columns]
assert not missing, f"limits lacks the columns {missing}"
assert set(seen["kind"]) == set(groups["kind"]), "one row for complex, one for simple"
assert seen["limit"].le(groups["span"].max()).all(), "no limit can be larger than the largest team that there is"
# %% hidden="limits"
expect(limits)
hard = limits.reset_index().set_index("kind").loc["complex"]
assert hard["beyond"] < NEEDED <= hard["within"], "complex teams past their limit miss what the plan needs, the others reach it"
# %% [markdown] hint="limits"
# Two managers may lead as many people and fare differently because of what those people sell into. Which teams can tell you
# about each other?
# %% [markdown] hint="limits"
# Group `groups` by `kind`, then by `span`. Within each pair, sum won and asked first and divide afterwards; then keep the
# spans that reach `NEEDED` and take the largest.
# %% [markdown] hint="limits"
# For one kind: `sums = own.groupby("span")[["won_eur", "quota_eur"]].sum()`, `reached = sums["won_eur"] / sums["quota_eur"]`,
# and the limit is the largest index of `reached[reached >= NEEDED]`.
# %% [markdown] wrong="one_limit" task="limits"
# This takes all teams together and finds one limit for the company. It mixes people who sell into simple territories with
# people who do not, so one side is broken up without need or the other is left alone. What do you see in each kind by itself?
# %% wrong="one_limit" task="limits"
sums = groups.groupby("span")[["won_eur", "quota_eur"]].sum()
reached = sums["won_eur"] / sums["quota_eur"]
limit = reached[reached >= NEEDED].index.max() if reached.max() >= NEEDED else reached.index.min()
inside, outside = groups[groups["span"] <= limit], groups[groups["span"] > limit]
limits = pd.DataFrame({"kind": sorted(groups["kind"].unique())})
limits["limit"] = limit
limits["within"] = inside["won_eur"].sum() / inside["quota_eur"].sum()
limits["beyond"] = outside["won_eur"].sum() / outside["quota_eur"].sum() if len(outside) else np.nan
# %% [markdown] wrong="by_deal_size" task="limits"
# This sorts the teams by the size of their deals instead of by their territories. Large deals are what everybody sees, but
# teams of both sorts land in each half, and the limit that you find belongs to neither. Which of the two columns
# separates teams that miss from teams that do not?
# %% wrong="by_deal_size" task="limits"
rows = []
large = groups["deal_eur"] > groups["deal_eur"].median()
for kind, own in groups.groupby(np.where(large, "complex", "simple")):
    sums = own.groupby("span")[["won_eur", "quota_eur"]].sum()
    reached = sums["won_eur"] / sums["quota_eur"]
    limit = reached[reached >= NEEDED].index.max() if reached.max() >= NEEDED else reached.index.min()
    inside, outside = own[own["span"] <= limit], own[own["span"] > limit]
    beyond = outside["won_eur"].sum() / outside["quota_eur"].sum() if len(outside) else np.nan
    within = inside["won_eur"].sum() / inside["quota_eur"].sum()
    rows.append({"kind": kind, "limit": limit, "within": within, "beyond": beyond})
limits = pd.DataFrame(rows)
# %% [markdown] task="plan"
# **3. Which letter does each manager get?**
#
# A limit can be two things: the size from which on teams were seen to miss, or just the largest that anybody has tried. Ingrid has
# four letters, and wants none to say more than the teams have shown:
#
# - `"relieve"`: You lead more people than teams like yours have carried.
# - `"full"`: You lead as many as they have carried. Larger ones were tried, and missed.
# - `"untried"`: You lead as many as they have carried. Nobody has tried more, so we do not know.
# - `"room"`: You lead fewer than they have carried.
#
# "Teams like yours" are those of the same kind. Build a DataFrame `plan` with one row for each manager and the columns
#
# - `manager_id`
# - `over`: people beyond the limit whom the manager leads today; 0 where there are none (people)
# - `letter`: text, one of the four. Not every letter need be sent
#
# Use `groups` and `limits`.
# %% answer="plan"
### BEGIN SOLUTION
plan = groups[["manager_id", "kind", "span"]].merge(limits[["kind", "limit", "beyond"]], on="kind")
plan["over"] = (plan["span"] - plan["limit"]).clip(lower=0)
at_limit = np.where(plan["beyond"].isna(), "untried", "full")
plan["letter"] = np.select([plan["span"] > plan["limit"], plan["span"] < plan["limit"]], ["relieve", "room"], at_limit)
### END SOLUTION
# %% check="plan"
assert isinstance(plan, pd.DataFrame), "plan should be a DataFrame with one row for each manager"
seen = plan.reset_index()
assert {"manager_id", "over", "letter"} <= set(seen.columns), "plan needs the columns manager_id, over and letter"
assert len(seen) == len(managers), f"there are {len(managers)} managers; plan has {len(seen)} rows"
assert (seen["over"] >= 0).all(), "nobody leads fewer than zero people too many: write 0"
assert set(seen["letter"]) <= {"relieve", "full", "untried", "room"}, 'a letter is "relieve", "full", "untried" or "room"'
assert ((seen["letter"] == "relieve") == (seen["over"] > 0)).all(), '"relieve" goes to those who lead people beyond the limit, and to nobody else'
# %% hidden="plan"
expect(plan)
rows = plan.reset_index()[["manager_id", "letter"]].merge(groups, on="manager_id")
hard = set(rows.loc[rows["kind"] == "complex", "letter"])
assert "relieve" in hard and "untried" not in hard, "some complex team is past the limit, so larger ones were tried"
for kind, own in rows.groupby("kind"):
    missed = (own["span"] > own.loc[own["letter"].isin(["full", "untried"]), "span"].max()).any()
    assert ("untried" in set(own["letter"])) != missed, f"of larger {kind} teams something is known, or nothing is"
# %% after="plan"
letters = plan[["manager_id", "over", "letter"]].merge(managers, on="manager_id")
for letter, who in letters.groupby("letter"):
    print(f"{letter}: " + ", ".join(who["name"] + who["over"].map(lambda n: f" ({n:.0f} too many)" if n else "")))
# %% [markdown] hint="plan"
# Each manager is measured by the teams of the same kind of territory. For those who stand exactly at the limit, ask what the next larger
# team of that kind has done.
# %% [markdown] hint="plan"
# Merge `groups` with `limits` on `kind`. The column `beyond` says whether there is a larger team: where it is empty, nobody has tried.
# %% [markdown] hint="plan"
# `np.select([past, below], ["relieve", "room"], at_limit)` picks a letter row by row, where `at_limit` is
# `np.where(plan["beyond"].isna(), "untried", "full")`.
# %% [markdown] wrong="even_split" task="plan"
# This gives both managers of a region the same number of people. It looks fair and moves people into territories where a
# manager can carry fewer, so one team misses for the other's sake. What does the number depend on, apart from the neighbour?
# %% wrong="even_split" task="plan"
plan = groups[["manager_id", "span"]].merge(managers[["manager_id", "region"]], on="manager_id")
fair = plan.groupby("region")["span"].transform("mean")
plan["over"] = (plan["span"] - fair).clip(lower=0)
plan["letter"] = np.select([plan["span"] > fair, plan["span"] < fair], ["relieve", "room"], "full")
# %% [markdown] wrong="no_ceiling" task="plan"
# This lets every team in simple territories grow, whatever its size, as if only complexity could be too much for a manager. Tomasz Wieczorek
# would put twelve people under one on the strength of teams that are smaller. Which team shows what one more person does?
# %% wrong="no_ceiling" task="plan"
plan = groups[["manager_id", "kind", "span"]].merge(limits[["kind", "limit", "beyond"]], on="kind")
simple = plan["kind"] == "simple"
plan["over"] = (plan["span"] - plan["limit"]).clip(lower=0).mask(simple, 0)
at_limit = np.where(plan["beyond"].isna(), "untried", "full")
plan["letter"] = np.select([simple | (plan["span"] < plan["limit"]), plan["span"] > plan["limit"]], ["room", "relieve"], at_limit)
# %% [markdown] wrong="within_is_room" task="plan"
# This tells everybody who is not past a limit that there is room. A manager who stands at the limit takes one more, and becomes the first that
# nobody has tried, or the next that misses. What is known of a team with one person more?
# %% wrong="within_is_room" task="plan"
plan = groups[["manager_id", "kind", "span"]].merge(limits[["kind", "limit"]], on="kind")
plan["over"] = (plan["span"] - plan["limit"]).clip(lower=0)
plan["letter"] = np.where(plan["over"] > 0, "relieve", "room")
