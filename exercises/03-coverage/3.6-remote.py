# ---
# topic: "3.6"
# title: Field or remote in thin regions
# tables: [activities, territories, opportunities, bookings]
# tasks:
#   bands:
#     points: 3
#     answer: {type: table, keys: [segment, band], columns: {field_eur: "1%", remote_eur: "1%"}}
#   break_even:
#     points: 2
#     answer: {type: mapping, tolerance: "1%"}
#   margin_for_error:
#     points: 3
#     answer: {type: table, keys: [deals], columns: {saving_eur: 5, allowed: 0.0005, lost: 0.001, half_width: 0.001, decision: null}}
# ---
# %% [markdown]
# The reading looked at the Nordics and Southern Europe. Ingrid Solheim wants a rule for the other four regions: in which territories is
# a customer served remotely, and which deals are excepted? Tomasz Wieczorek has the cost of every hour and expects a saving.
#
# `deals` has one row for each opportunity that was decided (won or lost) in the four regions: `segment`, `sales_model` (`field` or `remote`), `won`,
# `amount_eur`, the `density` of the customer's territory (accounts for each 1,000 km²) in four bands (`band`), and what was spent on it:
# `hours` of selling, `travel_hours`, and `cost_eur` for both.
#
# A rule drawn too wide loses deals to save journeys; one drawn too narrow goes on paying for roads that no deal needed.
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

activities, territories, opportunities, bookings = load("activities", "territories", "opportunities", "bookings")
DONE = ["Nordics", "Southern Europe"]
BANDS = ["under 0.6", "0.6 to 1.2", "1.2 to 3", "over 3"]

spent = activities.groupby(["opportunity_id", "territory_id"], as_index=False)[["hours", "travel_hours", "cost_eur"]].sum()
spent = spent.merge(territories[["territory_id", "density"]], on="territory_id")
decided = opportunities[opportunities["status"] != "open"]
decided = decided[["opportunity_id", "region", "segment", "sales_model", "status", "amount_eur"]].merge(spent, on="opportunity_id")
decided["won"] = decided["status"] == "won"
decided["band"] = pd.cut(decided["density"], [0, 0.6, 1.2, 3, np.inf], labels=BANDS).astype(str)
deals = decided[~decided["region"].isin(DONE)].reset_index(drop=True)
HOUR_EUR = 84  # what an hour costs, on the road or not
MARGIN = 1 - bookings["cost_eur"].sum() / bookings["amount_eur"].sum()
deals[["segment", "sales_model", "won", "amount_eur", "density", "band", "hours", "travel_hours", "cost_eur"]].head()
# %% [markdown] task="bands"
# **1. What does it cost to serve a customer for each deal won?**
#
# Build a DataFrame `bands` with one row for each `segment` ("small", "mid-market") and `band` (eight rows) and the columns
#
# - `segment`, `band`
# - `field_eur`: mean cost of a decided opportunity in the field, divided by the segment's win rate (EUR for each deal won)
# - `remote_eur`: the same for remote selling
#
# Take one win rate for each segment, over all densities and both models: a cell's own rests on a few dozen wins. Whether the models win
# differently is task 3. Money counts as right within 1%.
# %% answer="bands"
### BEGIN SOLUTION
ordinary = deals[deals["segment"] != "enterprise"]
rate = ordinary.groupby("segment")["won"].mean()
each = ordinary.groupby(["segment", "band", "sales_model"])["cost_eur"].mean().unstack()
bands = each.div(rate, axis=0, level="segment").reset_index()
bands = bands.rename(columns={"field": "field_eur", "remote": "remote_eur"})
### END SOLUTION
# %% check="bands"
assert isinstance(bands, pd.DataFrame), "bands should be a DataFrame with one row for each segment and band"
seen = bands.reset_index()
missing = [c for c in ["segment", "band", "field_eur", "remote_eur"] if c not in seen.columns]
assert not missing, f"bands lacks the columns {missing}"
assert len(seen) == 8 and set(seen["segment"]) == {"small", "mid-market"}, "two segments in four bands make eight rows"
assert seen["field_eur"].between(500, 50_000).all(), "field_eur is EUR for each deal won"
# %% hidden="bands"
expect(bands)
cells = bands.set_index(["segment", "band"])
assert (cells.xs("under 0.6", level="band")["field_eur"] > cells.xs("over 3", level="band")["field_eur"]).all(), "the road costs most where customers are far apart"
# %% after="bands"
shown = bands.assign(cell=bands["segment"] + ", " + bands["band"], saved=bands["field_eur"] - bands["remote_eur"])
bar(shown, "cell", "saved", title="EUR saved for each deal won by selling remotely")
# %% [markdown] hint="bands"
# Two opportunities in three are lost, and they cost hours too. Who pays for those?
# %% [markdown] hint="bands"
# Mean of `cost_eur` by segment, band and model over *all* decided opportunities; win rate by segment; divide. `.unstack()` puts the two models next to
# each other.
# %% [markdown] hint="bands"
# `each.div(rate, axis=0, level="segment")` divides a table with the index (segment, band) by a Series indexed by segment.
# %% [markdown] wrong="won_only" task="bands"
# This counts what was spent on the deals that were won. The lost ones vanish from the bill, so that every model looks two thirds cheaper than it is and
# nobody would travel less. Which opportunities has somebody driven to?
# %% wrong="won_only" task="bands"
ordinary = deals[(deals["segment"] != "enterprise") & deals["won"]]
each = ordinary.groupby(["segment", "band", "sales_model"])["cost_eur"].mean().unstack()
bands = each.reset_index().rename(columns={"field": "field_eur", "remote": "remote_eur"})
# %% [markdown] wrong="own_rates" task="bands"
# This divides each cell by its own win rate. With a few dozen wins a cell swings by a fifth through luck, and the map would send people home from
# the territories that had a good year. Over which deals is a win rate steady enough to divide by?
# %% wrong="own_rates" task="bands"
ordinary = deals[deals["segment"] != "enterprise"]
groups = ordinary.groupby(["segment", "band", "sales_model"])
bands = (groups["cost_eur"].sum() / groups["won"].sum()).unstack().reset_index()
bands = bands.rename(columns={"field": "field_eur", "remote": "remote_eur"})
# %% [markdown] wrong="no_travel" task="bands"
# This counts the hours of selling and leaves out the road. Remote people telephone longer, so the field looks cheaper everywhere and the thin
# territories keep their drivers. What else is paid for by the hour?
# %% wrong="no_travel" task="bands"
ordinary = deals[deals["segment"] != "enterprise"].assign(cost_eur=lambda t: t["hours"] * HOUR_EUR)
rate = ordinary.groupby("segment")["won"].mean()
each = ordinary.groupby(["segment", "band", "sales_model"])["cost_eur"].mean().unstack()
bands = each.div(rate, axis=0, level="segment").reset_index()
bands = bands.rename(columns={"field": "field_eur", "remote": "remote_eur"})
# %% [markdown]
# The way to a customer grows with the distance between customers, and that with 1/√density. So the mean cost of a field opportunity
# is a fixed part plus a travelling part over √density. `fit(rows)` finds the two by least squares for the field opportunities among `rows`. What a
# remote opportunity costs does not change with density.
# %% given
def fit(rows):
    """The fixed part and the travelling part, EUR: cost in the field = fixed + travelling / √density."""
    field = rows[rows["sales_model"] == "field"]
    travelling, fixed = np.polyfit(1 / np.sqrt(field["density"]), field["cost_eur"], 1)
    return fixed, travelling


# %% [markdown] task="break_even"
# **2. At which density do the two cost the same?**
#
# Answer: a dict (or Series) `break_even` with the keys `"small"` and `"mid-market"`: the density (accounts for each 1,000 km²) at which an opportunity of
# that segment costs as much in the field as remotely (tolerance 1%).
# %% answer="break_even"
### BEGIN SOLUTION
break_even = {}
for segment in ["small", "mid-market"]:
    rows = deals[deals["segment"] == segment]
    fixed, travelling = fit(rows)
    remote = rows.loc[rows["sales_model"] == "remote", "cost_eur"].mean()
    break_even[segment] = (travelling / (remote - fixed)) ** 2
### END SOLUTION
# %% check="break_even"
assert isinstance(break_even, (dict, pd.Series)), "break_even should be a dict or a Series"
assert set(break_even.keys()) == {"small", "mid-market"}, 'break_even needs the keys "small" and "mid-market"'
assert all(v > 0 for v in dict(break_even).values()), "a density is above zero"
# %% hidden="break_even"
expect(break_even)
assert all(territories["density"].min() < v < territories["density"].max() for v in dict(break_even).values()), "both kinds of territory exist"
# %% [markdown] hint="break_even"
# Field cost falls as density rises, remote cost stays. At one density they meet.
# %% [markdown] hint="break_even"
# Fixed part + travelling part ÷ √density = mean cost of a remote opportunity. Solve it for the density, for each segment.
# %% [markdown] wrong="blended" task="break_even"
# This takes all customers together and finds one density for both. Remote people get the small customers, who cost less in either model, so remote selling
# looks cheaper than it is and goes into territories that are too dense for it. What do you find inside a segment?
# %% wrong="blended" task="break_even"
fixed, travelling = fit(deals)
remote = deals.loc[deals["sales_model"] == "remote", "cost_eur"].mean()
break_even = dict.fromkeys(["small", "mid-market"], (travelling / (remote - fixed)) ** 2)
# %% [markdown] wrong="straight_line" task="break_even"
# This lays a straight line through cost and density. The few very dense territories then pull the line down, although nobody there drives any less
# from the second customer on, and the two meet far too late. How does the way between customers depend on how many there are?
# %% wrong="straight_line" task="break_even"
break_even = {}
for segment in ["small", "mid-market"]:
    rows = deals[deals["segment"] == segment]
    field = rows[rows["sales_model"] == "field"]
    slope, level = np.polyfit(field["density"], field["cost_eur"], 1)
    break_even[segment] = (rows.loc[rows["sales_model"] == "remote", "cost_eur"].mean() - level) / slope
# %% [markdown]
# A saving of a few hundred euros is soon lost again if remote people win less often. `groups` holds three groups of decided deals: small and mid-market
# customers of the four regions, and all deals over €190,000 of all six, because they are rare.
# %% given
groups = {
    "small": deals[deals["segment"] == "small"],
    "mid-market": deals[deals["segment"] == "mid-market"],
    "over 190k": decided[decided["amount_eur"] > 190_000],
}
THIN = 0.4  # accounts for each 1,000 km²: the thinnest territories
for name, rows in groups.items():
    print(name, rows.groupby("sales_model").size().to_dict())
# %% [markdown] task="margin_for_error"
# **3. How many points of win rate may remote selling lose before the saving is gone, and where is it tried or done?**
#
# Build a DataFrame `margin_for_error` with three rows and the columns
#
# - `deals`: the group's name, a key of `groups`
# - `saving_eur`: what a remote opportunity saves at the density `THIN`: field cost there, by `fit` of the group, less the group's mean remote cost (EUR)
# - `allowed`: the loss of win rate that eats this saving up, as a fraction: `saving_eur` over the margin of the group's mean deal (`MARGIN` is the
#   fraction of a euro booked that is left)
# - `lost`: win rate in the field less win rate remotely, in the group, as a fraction
# - `half_width`: half of the 95% interval of `lost`: 1.96 × √(p₁(1 − p₁)/n₁ + p₂(1 − p₂)/n₂)
# - `decision`: what you advise for the group in the thinnest territories, `"remote"`, `"trial"` or `"field"`, by step 6 of the reading. No trial
#   will hold more deals than these three years do, so take `half_width` for what a trial would leave open
#
# Savings count as right within €5, `allowed` within 0.0005, `lost` and `half_width` within 0.001. Part of `lost` may be knowledge of the industry and
# not the telephone.
# %% answer="margin_for_error"
### BEGIN SOLUTION
rows = []
for name, group in groups.items():
    fixed, travelling = fit(group)
    by_model = group.groupby("sales_model")
    rate, count, cost = by_model["won"].mean(), by_model.size(), by_model["cost_eur"].mean()
    saving = fixed + travelling / np.sqrt(THIN) - cost["remote"]
    rows.append(
        {
            "deals": name,
            "saving_eur": saving,
            "allowed": saving / (MARGIN * group["amount_eur"].mean()),
            "lost": rate["field"] - rate["remote"],
            "half_width": 1.96 * np.sqrt((rate * (1 - rate) / count).sum()),
        }
    )
margin_for_error = pd.DataFrame(rows)
allowed, lost, half = (margin_for_error[c] for c in ["allowed", "lost", "half_width"])
margin_for_error["decision"] = np.select([lost + half < allowed, (lost - half > allowed) | (half > allowed)], ["remote", "field"], "trial")
### END SOLUTION
# %% check="margin_for_error"
assert isinstance(margin_for_error, pd.DataFrame), "margin_for_error should be a DataFrame with one row for each group"
seen = margin_for_error.reset_index()
missing = [c for c in ["deals", "saving_eur", "allowed", "lost", "half_width", "decision"] if c not in seen.columns]
assert not missing, f"margin_for_error lacks the columns {missing}"
assert set(seen["deals"]) == set(groups), f"one row for each of {list(groups)}"
assert seen["allowed"].abs().lt(0.5).all() and seen["lost"].abs().lt(1).all(), "allowed and lost are fractions: 0.02 for 2 points"
assert set(seen["decision"]) <= {"remote", "trial", "field"}, 'a decision is "remote", "trial" or "field"'
# %% hidden="margin_for_error"
expect(margin_for_error)
found = margin_for_error.reset_index().set_index("deals")
assert found.loc["small", "allowed"] > found.loc["mid-market", "allowed"] > found.loc["over 190k", "allowed"], "the larger the deal, the less may be lost"
assert found.loc["over 190k", "lost"] + found.loc["over 190k", "half_width"] > found.loc["over 190k", "allowed"], "large deals carry no such risk"
assert found.loc["over 190k", "decision"] == "field", "so little may be lost on a large deal that no trial could show it"
# %% after="margin_for_error"
bar(margin_for_error, "deals", "allowed", title="Loss of win rate that eats the saving up (0.01 is one point)")
# %% [markdown] hint="margin_for_error"
# A point of win rate on a deal is worth a hundredth of that deal's margin. How many such hundredths does the saving pay for?
# %% [markdown] hint="margin_for_error"
# For each group: `fit(group)` gives the field's cost at `THIN`, `fixed + travelling / np.sqrt(THIN)`. Group by `sales_model` for win rates, counts
# and the mean remote cost.
# %% [markdown] hint="margin_for_error"
# `allowed` is `saving / (MARGIN * group["amount_eur"].mean())`. Collect one dict a group in a list and make a DataFrame of it.
# %% [markdown] hint="margin_for_error"
# For the decision, lay the interval from `lost - half_width` to `lost + half_width` beside `allowed`. Where `allowed` lies inside it, ask what a trial
# that found no loss at all would still leave open, and whether that is more than may be lost.
# %% [markdown] wrong="revenue" task="margin_for_error"
# This sets the saving against the price of a deal. What is lost with a deal is its margin, so the allowance comes out at half its size and you would
# keep people on the road for no gain. Which euros does Tessaly miss when a deal is lost?
# %% wrong="revenue" task="margin_for_error"
rows = []
for name, group in groups.items():
    fixed, travelling = fit(group)
    by_model = group.groupby("sales_model")
    rate, count, cost = by_model["won"].mean(), by_model.size(), by_model["cost_eur"].mean()
    saving = fixed + travelling / np.sqrt(THIN) - cost["remote"]
    half_width = 1.96 * np.sqrt((rate * (1 - rate) / count).sum())
    rows.append({"deals": name, "saving_eur": saving, "allowed": saving / group["amount_eur"].mean(), "lost": rate["field"] - rate["remote"], "half_width": half_width})
margin_for_error = pd.DataFrame(rows)
allowed, lost, half = (margin_for_error[c] for c in ["allowed", "lost", "half_width"])
margin_for_error["decision"] = np.select([lost + half < allowed, (lost - half > allowed) | (half > allowed)], ["remote", "field"], "trial")
# %% [markdown] wrong="all_densities" task="margin_for_error"
# This takes the saving of the average territory. Dense territories hide in it what the thin ones would save, and remote selling is turned down
# where it is worth most. For which territories is the rule to be made?
# %% wrong="all_densities" task="margin_for_error"
rows = []
for name, group in groups.items():
    by_model = group.groupby("sales_model")
    rate, count, cost = by_model["won"].mean(), by_model.size(), by_model["cost_eur"].mean()
    saving = cost["field"] - cost["remote"]
    half_width = 1.96 * np.sqrt((rate * (1 - rate) / count).sum())
    rows.append({"deals": name, "saving_eur": saving, "allowed": saving / (MARGIN * group["amount_eur"].mean()), "lost": rate["field"] - rate["remote"], "half_width": half_width})
margin_for_error = pd.DataFrame(rows)
allowed, lost, half = (margin_for_error[c] for c in ["allowed", "lost", "half_width"])
margin_for_error["decision"] = np.select([lost + half < allowed, (lost - half > allowed) | (half > allowed)], ["remote", "field"], "trial")
# %% [markdown] wrong="relative" task="margin_for_error"
# This gives the loss as a share of the field's win rate. A tenth fewer wins sounds like ten points and is about three, so the comparison with what is
# allowed fails and small customers keep their visits. In which unit is the allowance?
# %% wrong="relative" task="margin_for_error"
rows = []
for name, group in groups.items():
    fixed, travelling = fit(group)
    by_model = group.groupby("sales_model")
    rate, count, cost = by_model["won"].mean(), by_model.size(), by_model["cost_eur"].mean()
    saving = fixed + travelling / np.sqrt(THIN) - cost["remote"]
    half_width = 1.96 * np.sqrt((rate * (1 - rate) / count).sum())
    rows.append({"deals": name, "saving_eur": saving, "allowed": saving / (MARGIN * group["amount_eur"].mean()), "lost": 1 - rate["remote"] / rate["field"], "half_width": half_width})
margin_for_error = pd.DataFrame(rows)
allowed, lost, half = (margin_for_error[c] for c in ["allowed", "lost", "half_width"])
margin_for_error["decision"] = np.select([lost + half < allowed, (lost - half > allowed) | (half > allowed)], ["remote", "field"], "trial")
# %% [markdown] wrong="saving_decides" task="margin_for_error"
# The sums are right, and the decision goes by the saving alone: wherever the road costs more than the calls, people stay at home. On deals over €190,000 a loss
# of half a point eats that saving up, and nobody has shown that so little is lost. What did you work out `allowed` for?
# %% wrong="saving_decides" task="margin_for_error"
rows = []
for name, group in groups.items():
    fixed, travelling = fit(group)
    by_model = group.groupby("sales_model")
    rate, count, cost = by_model["won"].mean(), by_model.size(), by_model["cost_eur"].mean()
    saving = fixed + travelling / np.sqrt(THIN) - cost["remote"]
    half_width = 1.96 * np.sqrt((rate * (1 - rate) / count).sum())
    rows.append({"deals": name, "saving_eur": saving, "allowed": saving / (MARGIN * group["amount_eur"].mean()), "lost": rate["field"] - rate["remote"], "half_width": half_width})
margin_for_error = pd.DataFrame(rows)
margin_for_error["decision"] = np.where(margin_for_error["saving_eur"] > 0, "remote", "field")
# %% [markdown] wrong="try_everything" task="margin_for_error"
# The sums are right, and everything is put on trial. That sounds careful; but a trial with the large deals would have to tell apart fractions of a point, which a few hundred
# deals can't, and pays for its silence with lost deals. For which group could a trial give an answer?
# %% wrong="try_everything" task="margin_for_error"
rows = []
for name, group in groups.items():
    fixed, travelling = fit(group)
    by_model = group.groupby("sales_model")
    rate, count, cost = by_model["won"].mean(), by_model.size(), by_model["cost_eur"].mean()
    saving = fixed + travelling / np.sqrt(THIN) - cost["remote"]
    half_width = 1.96 * np.sqrt((rate * (1 - rate) / count).sum())
    rows.append({"deals": name, "saving_eur": saving, "allowed": saving / (MARGIN * group["amount_eur"].mean()), "lost": rate["field"] - rate["remote"], "half_width": half_width})
margin_for_error = pd.DataFrame(rows)
margin_for_error["decision"] = "trial"
