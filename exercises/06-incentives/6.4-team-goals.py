# ---
# topic: "6.4"
# title: Individual and team goals
# tables: [teams, referrals, opportunities, reps, attainment, quotas]
# tasks:
#   effect:
#     points: 4
#     answer: {type: table, keys: [band], columns: {passed_on_rate: 0.001, low_rate: 0.001, high_rate: 0.001, spread: 0.001}}
#   advice:
#     points: 4
#     answer: {type: mapping, tolerance: 0.002}
# ---
# %% [markdown]
# The reading counted what colleagues passed on to each other among existing customers. You take **new customers**, where a lead that nobody passes on is usually nobody's. For three years
# each manager has set the team's weight anew in January: the share of a person's variable pay that hangs on the team's result instead of their own.
#
# - `team_years`: one row for each manager and year: `team_share_rate` (that weight), `band` (the weight in four bands), `deals` (new-business opportunities opened by the team in the
#   year) and `passed_on` (how many of them a colleague had passed on)
# - `people`: one row for each person and year, for those who were there all year: `manager_id`, `year`, `band` and `attainment_rate`
#
# `wilson(k, n)` gives the lower and upper end of the 95% interval of a rate of `k` in `n`; it takes numbers or columns.
# %% given
import numpy as np
import pandas as pd

from course.case import load
from course.plot import bar, line

teams, referrals, opportunities, reps, attainment, quotas = load("teams", "referrals", "opportunities", "reps", "attainment", "quotas")
BANDS = ["under 15%", "15 to 30%", "30 to 45%", "over 45%"]


def wilson(k, n):
    """Lower and upper end of the 95% interval of a rate of k in n."""
    z, p = 1.96, k / n
    middle, half = (p + z**2 / (2 * n)) / (1 + z**2 / n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return middle - half, middle + half


teams["band"] = pd.cut(teams["team_share_rate"], [-0.01, 0.15, 0.30, 0.45, 1], labels=BANDS).astype(str)
opened = opportunities[opportunities["motion"] == "new"].merge(reps[["rep_id", "manager_id"]], on="rep_id")
opened["year"] = opened["created_on"].dt.year
opened["passed_on"] = opened["opportunity_id"].isin(referrals["opportunity_id"])
counted = opened.groupby(["manager_id", "year"], as_index=False).agg(deals=("passed_on", "size"), passed_on=("passed_on", "sum"))
team_years = teams.merge(counted, on=["manager_id", "year"])[["manager_id", "year", "team_share_rate", "band", "deals", "passed_on"]]

quotas["year"] = quotas["quarter"].str[:4].astype(int)
there = quotas.groupby(["rep_id", "year"], as_index=False).agg(quarters=("quarter", "size"), ramping=("ramping", "any"))
there = there[(there["quarters"] == 4) & ~there["ramping"]]
people = attainment.merge(there[["rep_id", "year"]], on=["rep_id", "year"]).merge(reps[["rep_id", "manager_id"]], on="rep_id")
people = people.merge(teams[["manager_id", "year", "band"]], on=["manager_id", "year"])[["rep_id", "manager_id", "year", "band", "attainment_rate"]]
team_years.head()
# %% [markdown] task="effect"
# **1. What goes with a heavier team goal: passing on, and the spread of attainment?** This table decides whether a third of everybody's variable pay changes hands.
#
# `effect` is a DataFrame with one row for each `band` (four rows) and the columns
#
# - `passed_on_rate`: of all deals of the band, the fraction that was passed on
# - `low_rate`, `high_rate`: the ends of its 95% interval, by `wilson`
# - `spread`: how far people's attainment lies from that of **their own team in that year**: the root of the mean squared distance from the team's mean (a fraction)
#
# The steps: sum deals and passed-on deals by band, then divide; subtract from each attainment the mean of its manager and year; square, average by band, take the root. All count as right within 0.001.
# %% answer="effect"
### BEGIN SOLUTION
sums = team_years.groupby("band")[["deals", "passed_on"]].sum()
effect = pd.DataFrame({"passed_on_rate": sums["passed_on"] / sums["deals"]})
effect["low_rate"], effect["high_rate"] = wilson(sums["passed_on"], sums["deals"])

team_mean = people.groupby(["manager_id", "year"])["attainment_rate"].transform("mean")
squared = (people["attainment_rate"] - team_mean) ** 2
effect["spread"] = np.sqrt(squared.groupby(people["band"]).mean())
effect = effect.reset_index()
### END SOLUTION
# %% check="effect"
assert isinstance(effect, pd.DataFrame), "effect should be a DataFrame with one row for each band"
seen = effect.reset_index()
missing = [c for c in ["band", "passed_on_rate", "low_rate", "high_rate", "spread"] if c not in seen.columns]
assert not missing, f"effect lacks the columns {missing}"
assert set(seen["band"]) == set(BANDS), f"the bands are {BANDS}"
assert (seen["low_rate"] < seen["passed_on_rate"]).all() and (seen["passed_on_rate"] < seen["high_rate"]).all(), "a rate lies inside its interval"
# %% hidden="effect"
expect(effect)
rate = effect.reset_index().set_index("band")["passed_on_rate"]
assert rate[["15 to 30%", "30 to 45%"]].max() > rate[["under 15%", "over 45%"]].max(), "most is passed on in between"
# %% after="effect"
bar(effect.set_index("band").loc[BANDS].reset_index(), "band", "passed_on_rate", title="New business passed on to a colleague, by the weight of the team goal", highlight=["15 to 30%", "30 to 45%"])
# %% [markdown] hint="effect"
# Two different questions: one is answered from `team_years`, one from `people`. For the first, a team with many deals says more than one with few.
# %% [markdown] hint="effect"
# `team_years.groupby("band")[["deals", "passed_on"]].sum()` has what the rate and the interval need. For the spread, `transform("mean")` writes each team's mean of the year beside its people.
# %% [markdown] hint="effect"
# `people.groupby(["manager_id", "year"])["attainment_rate"].transform("mean")`, subtracted and squared, can be grouped by `people["band"]`; then the mean and `np.sqrt`.
# %% [markdown] wrong="team_average" task="effect"
# This averages the rates of teams, so a team with a dozen deals counts as much as one with a hundred. One lucky small team then moves the band, and the weight of everybody's pay with it. Whose deals
# should count?
# %% wrong="team_average" task="effect"
sums = team_years.groupby("band")[["deals", "passed_on"]].sum()
rates = team_years["passed_on"] / team_years["deals"]
effect = pd.DataFrame({"passed_on_rate": rates.groupby(team_years["band"]).mean()})
effect["low_rate"], effect["high_rate"] = wilson(effect["passed_on_rate"] * sums["deals"], sums["deals"])
team_mean = people.groupby(["manager_id", "year"])["attainment_rate"].transform("mean")
squared = (people["attainment_rate"] - team_mean) ** 2
effect["spread"] = np.sqrt(squared.groupby(people["band"]).mean())
effect = effect.reset_index()
# %% [markdown] wrong="spread_of_all" task="effect"
# This measures how far people lie from the mean of their band. Good and bad teams then count as spread, which team goals neither make nor mend, and you would credit the weight with differences between
# territories. With whom is a person compared on Monday morning?
# %% wrong="spread_of_all" task="effect"
sums = team_years.groupby("band")[["deals", "passed_on"]].sum()
effect = pd.DataFrame({"passed_on_rate": sums["passed_on"] / sums["deals"]})
effect["low_rate"], effect["high_rate"] = wilson(sums["passed_on"], sums["deals"])
band_mean = people.groupby("band")["attainment_rate"].transform("mean")
effect["spread"] = np.sqrt(((people["attainment_rate"] - band_mean) ** 2).groupby(people["band"]).mean())
effect = effect.reset_index()
# %% [markdown]
# Bands show where to look; the plan needs a number. Claire Whitcombe asks for one weight for everybody, and what it would cost to be wrong.
# %% [markdown] task="advice"
# **2. Which weight, and what does it lose to go too far?** It goes into every contract for 2026.
#
# Fit a curve through the 36 team years: *rate = a + b × weight + c × weight²*, where the rate is `passed_on` divided by `deals` and each team year counts by its number of deals.
# `np.polyfit(x, y, 2, w=...)` does it; it wants **the square root** of the number of deals as `w` and returns c, b, a. The curve is highest at weight = −b ÷ (2c).
#
# `advice` is a dict of three fractions, each right within 0.002:
#
# - `weight`: the weight at which the curve is highest
# - `rate`: the fraction that the curve expects to be passed on at that weight
# - `lost`: by how much less the curve expects at a weight of 0.55, as points in a fraction (0.08 for 8 points)
# %% answer="advice"
### BEGIN SOLUTION
x, y = team_years["team_share_rate"], team_years["passed_on"] / team_years["deals"]
curve = np.polyfit(x, y, 2, w=np.sqrt(team_years["deals"]))
weight = -curve[1] / (2 * curve[0])
rate = np.polyval(curve, weight)
advice = {"weight": weight, "rate": rate, "lost": rate - np.polyval(curve, 0.55)}
### END SOLUTION
# %% check="advice"
assert set(dict(advice)) == {"weight", "rate", "lost"}, "advice has the keys weight, rate and lost"
assert 0 <= advice["weight"] <= 1, "weight is a fraction of variable pay: 0.4 for 40%"
assert 0 < advice["rate"] < 0.5, "rate is the fraction of deals passed on that the curve expects at that weight"
# %% hidden="advice"
expect(advice)
assert 0 < advice["weight"] < 0.5 and advice["lost"] > 0.02, "the best weight lies in between, and going on costs what it had brought"
# %% after="advice"
shown = pd.DataFrame({"weight": np.linspace(0, 0.6, 25)})
shown["rate"] = np.polyval(np.polyfit(team_years["team_share_rate"], team_years["passed_on"] / team_years["deals"], 2, w=np.sqrt(team_years["deals"])), shown["weight"])
line(shown, "weight", "rate", title="New business passed on, as the curve expects it at each weight of the team goal")
# %% [markdown] hint="advice"
# A straight line can only say more or less. What shape has a top, and what did the bands show?
# %% [markdown] hint="advice"
# `np.polyfit` with degree 2 gives three numbers, the one of the square first. `np.polyval(curve, 0.3)` reads the curve at a weight of 0.3.
# %% [markdown] hint="advice"
# `curve = np.polyfit(x, y, 2, w=np.sqrt(team_years["deals"]))`, then `-curve[1] / (2 * curve[0])`.
# %% [markdown] wrong="straight_line" task="advice"
# This draws a straight line and goes to its better end. A line through a hill says next to nothing, and its advice is all or nothing: no team goal at all, or one that leaves nobody a reason of their own. What did the
# two bands in the middle do?
# %% wrong="straight_line" task="advice"
x, y = team_years["team_share_rate"], team_years["passed_on"] / team_years["deals"]
curve = np.polyfit(x, y, 1, w=np.sqrt(team_years["deals"]))
weight = 0.0 if curve[0] < 0 else 0.6
rate = np.polyval(curve, weight)
advice = {"weight": weight, "rate": rate, "lost": rate - np.polyval(curve, 0.55)}
# %% [markdown] wrong="best_team" task="advice"
# This copies the team that passed on most in one year. The best of 36 is partly luck, and its rate is a promise that nobody else will keep. What do all 36 say
# together?
# %% wrong="best_team" task="advice"
x, y = team_years["team_share_rate"], team_years["passed_on"] / team_years["deals"]
curve = np.polyfit(x, y, 2, w=np.sqrt(team_years["deals"]))
best = y.idxmax()
advice = {"weight": x[best], "rate": y[best], "lost": y[best] - np.polyval(curve, 0.55)}
# %% [markdown] wrong="every_team_alike" task="advice"
# This lets each team year count alike, whatever its number of deals. A team of twelve deals passes on none or a quarter by chance, and such points pull the curve's ends. Which teams have shown most about
# their rate?
# %% wrong="every_team_alike" task="advice"
x, y = team_years["team_share_rate"], team_years["passed_on"] / team_years["deals"]
curve = np.polyfit(x, y, 2)
weight = -curve[1] / (2 * curve[0])
rate = np.polyval(curve, weight)
advice = {"weight": weight, "rate": rate, "lost": rate - np.polyval(curve, 0.55)}
# %% [markdown] wrong="what_is_left" task="advice"
# Under "lost" stands what the curve still expects at 0.55 and not what is given up by going there. Read as a loss, a small figure says that too much weight does little harm, and the heavy end looks safe. How far
# is it from the top down to that point?
# %% wrong="what_is_left" task="advice"
x, y = team_years["team_share_rate"], team_years["passed_on"] / team_years["deals"]
curve = np.polyfit(x, y, 2, w=np.sqrt(team_years["deals"]))
weight = -curve[1] / (2 * curve[0])
advice = {"weight": weight, "rate": np.polyval(curve, weight), "lost": np.polyval(curve, 0.55)}
# %% [markdown] wrong="part_of_top" task="advice"
# The loss is given as a part of the top. Two thirds lost sounds like more than half of all deals, and it is points of a small rate; nobody could multiply it by the deals of a team. How many deals in a hundred are passed
# on no more?
# %% wrong="part_of_top" task="advice"
x, y = team_years["team_share_rate"], team_years["passed_on"] / team_years["deals"]
curve = np.polyfit(x, y, 2, w=np.sqrt(team_years["deals"]))
weight = -curve[1] / (2 * curve[0])
rate = np.polyval(curve, weight)
advice = {"weight": weight, "rate": rate, "lost": 1 - np.polyval(curve, 0.55) / rate}
# %% [markdown] wrong="middle_of_band" task="advice"
# This reads the answer off the bands: the middle of the best one, and its distance to the last. The edges of the bands were somebody's choice, and with others the best weight would be another. What do the 36 points say without
# edges?
# %% wrong="middle_of_band" task="advice"
rates = effect.set_index("band")["passed_on_rate"]
best = rates.idxmax()
middle = dict(zip(BANDS, [0.075, 0.225, 0.375, 0.525]))
advice = {"weight": middle[best], "rate": rates[best], "lost": rates[best] - rates["over 45%"]}
