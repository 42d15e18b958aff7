# ---
# topic: "4.1"
# title: Which discounts need approval
# tables: [quotes, approvals, discount_policy, accounts]
# tasks:
#   leak:
#     points: 2
#     answer: {type: table, keys: [size], columns: {deals: 0.4, unseen_eur: "1%", each_eur: "1%"}}
#   matrix:
#     points: 3
#     answer: {type: table, keys: [size, tier], columns: {threshold: 0.001, requests: 0.4, kept_eur: "1%"}}
#   approver_load:
#     points: 3
#     answer: {type: table, keys: [approver], columns: {requests: 0.4, kept_eur: "1%"}}
# ---
# %% [markdown]
# Ingrid Solheim wants a sheet by the end of February that tells every seller which deals need whose approval. The reading looked at 2024; the sheet is
# made on 2025.
#
# `deals` holds what was sold in 2025, one row for each line of a signed quote, which is what the policy and the approvals go by:
#
# - `size`: `"small"` (list value below EUR 40,000), `"middle"`, `"large"` (above EUR 200,000); `tier` of the customer, `"A"` to `"C"`
# - `over`: the discount less the policy's *target*, the most that a negotiation should need (0.05 is 5 points over; negative where it is under)
# - `beyond_eur`: what was given beyond the target, in EUR (0 where the discount stays within it)
# - `approved`: whether somebody granted a request for it
# - `margin_rate`: what is left of the net price after the cost of the goods
# - `limit`: points over the target that a seller may give today without asking
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

quotes, approvals, policy, accounts = load("quotes", "approvals", "discount_policy", "accounts")
deals = quotes[(quotes["status"] == "accepted") & (quotes["quoted_on"] >= "2025-01-01")].sort_values("quantity")
deals = pd.merge_asof(deals, policy.sort_values("min_quantity"), by="product_id", left_on="quantity", right_on="min_quantity")
deals = deals.merge(accounts[["account_id", "tier"]], on="account_id")
granted = approvals.loc[approvals["decision"] == "granted", "quote_line_id"]

small = deals["list_eur"] < 40_000
deals["size"] = np.select([small, deals["list_eur"] <= 200_000], ["small", "middle"], "large")
deals["over"] = deals["discount_rate"] - deals["target_rate"]
deals["beyond_eur"] = deals["over"].clip(lower=0) * deals["list_eur"]
deals["approved"] = deals["quote_line_id"].isin(granted)
deals["margin_rate"] = 1 - deals["cost_eur"] / deals["net_eur"]
deals["limit"] = np.where(small, deals["small_limit_rate"], deals["limit_rate"]) - deals["target_rate"]
deals = deals[["quote_line_id", "size", "tier", "list_eur", "net_eur", "over", "beyond_eur", "approved", "margin_rate", "limit"]]
deals.head()
# %% [markdown] task="leak"
# **1. Where does margin go that nobody looks at?**
#
# The cell is almost finished. As it stands it adds up all that was given beyond the target, whoever said yes to it, and the size that executives look at comes out as expensive. Run it,
# read what **Check** says, and add the line that is missing: what somebody approved is not unseen.
#
# `leak` has one row for each `size`:
#
# - `deals`: how many deals were sold
# - `unseen_eur`: what was given beyond the target without a granted request, in EUR
# - `each_eur`: `unseen_eur` for each deal sold of that size
#
# Euros are compared to within 1%.
# %% answer="leak"
deals["unseen_eur"] = deals["beyond_eur"]
### BEGIN SOLUTION
deals["unseen_eur"] = deals["beyond_eur"].where(~deals["approved"], 0)
### END SOLUTION
leak = deals.groupby("size").agg(deals=("size", "size"), unseen_eur=("unseen_eur", "sum")).reset_index()
leak["each_eur"] = leak["unseen_eur"] / leak["deals"]
# %% check="leak"
assert isinstance(leak, pd.DataFrame), "leak should be a DataFrame with one row for each size"
assert {"size", "deals", "unseen_eur", "each_eur"} <= set(leak.reset_index().columns), "leak needs the columns size, deals, unseen_eur and each_eur"
assert len(leak) == 3, f"three sizes are three rows; leak has {len(leak)}"
assert leak["unseen_eur"].sum() < deals["beyond_eur"].sum(), "some of what was given had been approved; it should not be in unseen_eur"
# %% hidden="leak"
expect(leak)
unseen = leak.set_index("size")["unseen_eur"]
assert unseen["small"] > 1.2 * unseen["large"], "small deals leak more in total than those that executives look at"
# %% after="leak"
bar(leak, "size", "unseen_eur", title="Given beyond the target in 2025 and seen by nobody, in EUR")
# %% [markdown] hint="leak"
# Two columns of `deals` matter: what was given beyond the target, and whether somebody approved it. What should stand in `unseen_eur` for an approved deal?
# %% [markdown] hint="leak"
# `Series.where(condition, 0)` keeps a value where the condition holds and puts 0 elsewhere. The condition is that nobody approved; `~` turns true into false.
# %% [markdown] wrong="all_given" task="leak"
# This counts what was approved as well. Large deals then look as bad as they do in the quarterly review, and the next rule is written for deals that somebody reads already.
# Which of these discounts has nobody seen?
# %% wrong="all_given" task="leak"
leak = deals.assign(unseen_eur=deals["beyond_eur"]).groupby("size").agg(deals=("size", "size"), unseen_eur=("unseen_eur", "sum")).reset_index()
leak["each_eur"] = leak["unseen_eur"] / leak["deals"]
# %% [markdown] wrong="dropped" task="leak"
# This leaves out the deals that somebody approved altogether, so they are missing from the count as well. Each remaining deal then looks dearer than it is, the large ones most of all, of which many were approved. How many
# deals of a size were sold?
# %% wrong="dropped" task="leak"
rest = deals[~deals["approved"]].assign(unseen_eur=deals["beyond_eur"])
leak = rest.groupby("size").agg(deals=("size", "size"), unseen_eur=("unseen_eur", "sum")).reset_index()
leak["each_eur"] = leak["unseen_eur"] / leak["deals"]
# %% [markdown] wrong="broken_rules" task="leak"
# This counts only what broke today's limits. Most of the small deals' discount was allowed, which is why nobody saw it, and a sheet built on this would keep the limits as they
# are. Is the question who broke a rule, or where the rule lets margin go?
# %% wrong="broken_rules" task="leak"
broke = (deals["over"] > deals["limit"]) & ~deals["approved"]
leak = deals.assign(unseen_eur=deals["beyond_eur"].where(broke, 0)).groupby("size").agg(deals=("size", "size"), unseen_eur=("unseen_eur", "sum")).reset_index()
leak["each_eur"] = leak["unseen_eur"] / leak["deals"]
# %% [markdown]
# For each deal that is signed a request costs `COST` euros: the time of two people, and of those who ask for quotes that are lost all the same. Where somebody asks, `BACK` of what lies beyond the target comes back, and the rest is granted with a reason. Ingrid and Tomasz Wieczorek have agreed on
# both figures; nobody has measured the second. So a request pays from the number of points *t* over the target at which
#
# *BACK × t × list value = COST*.
#
# The sheet has a cell for each size and tier. `typical` holds the median list value of each cell's deals, row by row.
# %% given
COST, BACK = 150, 0.5

typical = deals.groupby(["size", "tier"])["list_eur"].transform("median")
deals.groupby(["size", "tier"])["list_eur"].median().unstack().round(0)
# %% [markdown] task="matrix"
# **2. From how many points over the target must somebody be asked, in each cell?**
#
# As it stands, the cell uses today's limits. Add the line that sets `deals["threshold"]` to *t* for the cell's `typical` list value, rounded **up** to whole points (0.031 becomes 0.04).
#
# `matrix` has one row for each `size` and `tier`:
#
# - `threshold`: points over the target, as a fraction (0.04 for 4 points)
# - `requests`: the deals of 2025 that lie over it, approved or not: each will be a request
# - `kept_eur`: `BACK` of what the deals among them that nobody saw gave beyond the target, in EUR (compared to within 1%)
# %% answer="matrix"
deals["threshold"] = deals["limit"]
### BEGIN SOLUTION
deals["threshold"] = np.ceil(100 * COST / (BACK * typical)) / 100
### END SOLUTION
deals["asks"] = deals["over"] > deals["threshold"] + 1e-9
deals["kept_eur"] = BACK * deals["beyond_eur"].where(deals["asks"] & ~deals["approved"], 0)
matrix = deals.groupby(["size", "tier"]).agg(threshold=("threshold", "median"), requests=("asks", "sum"), kept_eur=("kept_eur", "sum")).reset_index()
# %% check="matrix"
assert isinstance(matrix, pd.DataFrame), "matrix should be a DataFrame with one row for each size and tier"
seen = matrix.reset_index()
missing = [c for c in ["size", "tier", "threshold", "requests", "kept_eur"] if c not in seen.columns]
assert not missing, f"matrix lacks the columns {missing}"
cells = deals.groupby(["size", "tier"]).ngroups
assert len(seen) == cells, f"one row for each of the {cells} cells that have deals; matrix has {len(seen)}"
assert (seen["threshold"] < 0.2).all(), "threshold is a fraction: 0.04 for 4 points over the target"
assert (seen["threshold"] > 0).all(), "at a threshold of 0 every deal over the target is asked about, whether it pays or not: round up"
assert np.allclose(seen["threshold"] * 100, (seen["threshold"] * 100).round()), "thresholds are whole points"
# %% hidden="matrix"
expect(matrix)
found = matrix.reset_index().groupby("size").agg({"threshold": "max", "kept_eur": "sum"})
assert found.loc["small", "threshold"] > found.loc["large", "threshold"], "a small deal has to be further over before asking pays"
assert found.loc["small", "threshold"] < 0.13, "and still much nearer than today's limit"
assert found.loc["small", "kept_eur"] > 50_000, "and brings margin back from deals that nobody reads today"
# %% after="matrix"
matrix.pivot(index="size", columns="tier", values="threshold").loc[["small", "middle", "large"]]
# %% [markdown] hint="matrix"
# At the threshold a request just earns what it costs. Solve the equation above for t.
# %% [markdown] hint="matrix"
# t is `COST` divided by two things multiplied. Look at a cell with EUR 10,000 and a cell with EUR 100,000: which of them should have the higher t?
# %% [markdown] hint="matrix"
# For whole points, multiply by 100, take `np.ceil`, and divide by 100 again.
# %% [markdown] wrong="todays_limits" task="matrix"
# This keeps today's limits. In a small deal a seller may go 13 points over the target without asking, so the requests come from deals that were read anyway, and hardly any margin comes back.
# At how many points does a request begin to pay?
# %% wrong="todays_limits" task="matrix"
named = deals.assign(threshold=deals["limit"].round(3))
named["asks"] = named["over"] > named["threshold"] + 1e-9
named["kept_eur"] = BACK * named["beyond_eur"].where(named["asks"] & ~named["approved"], 0)
matrix = named.groupby(["size", "tier"]).agg(threshold=("threshold", "median"), requests=("asks", "sum"), kept_eur=("kept_eur", "sum")).reset_index()
# %% [markdown] wrong="all_comes_back" task="matrix"
# This takes for granted that all of the excess comes back when somebody asks. Half of it is granted, so thresholds come out half as high as they should, and small teams write requests that cost more than they bring. What
# does one request bring?
# %% wrong="all_comes_back" task="matrix"
named = deals.assign(threshold=np.ceil(100 * COST / typical) / 100)
named["asks"] = named["over"] > named["threshold"] + 1e-9
named["kept_eur"] = BACK * named["beyond_eur"].where(named["asks"] & ~named["approved"], 0)
matrix = named.groupby(["size", "tier"]).agg(threshold=("threshold", "median"), requests=("asks", "sum"), kept_eur=("kept_eur", "sum")).reset_index()
# %% [markdown] wrong="one_for_all" task="matrix"
# This sets one threshold for all cells, from the median deal of the company. It looks fair and is easy to remember; the small cells then ask too often and the large ones give thousands of euros before anybody has to
# be asked. Whose list value belongs into a cell's threshold?
# %% wrong="one_for_all" task="matrix"
named = deals.assign(threshold=np.ceil(100 * COST / (BACK * deals["list_eur"].median())) / 100)
named["asks"] = named["over"] > named["threshold"] + 1e-9
named["kept_eur"] = BACK * named["beyond_eur"].where(named["asks"] & ~named["approved"], 0)
matrix = named.groupby(["size", "tier"]).agg(threshold=("threshold", "median"), requests=("asks", "sum"), kept_eur=("kept_eur", "sum")).reset_index()
# %% [markdown]
# Points over the target say nothing of a product that leaves a tenth of its price at best. So margin is the third entry of the sheet: a deal that leaves **less than 10%** goes to Tomasz Wieczorek, at whatever
# discount and from whichever cell, even where it stays under the threshold.
#
# The others go to the team's manager, the regional lead or Ingrid Solheim, by size, and one step higher for a customer of tier A, whose price comes back with every later order.
# %% given
FLOOR = 0.10
STEPS = ["team manager", "regional lead", "Ingrid Solheim"]

step = deals["size"].map({"small": 0, "middle": 1, "large": 2}) + (deals["tier"] == "A")
deals["approver"] = np.array(STEPS)[step.clip(upper=2).to_numpy()]
# %% [markdown] task="approver_load"
# **3. How many requests does each approver get in a year, and what do they keep?**
#
# As it stands, nobody's margin is looked at. Add what is missing: in rows below `FLOOR`, `deals["approver"]` is `"Tomasz Wieczorek"` and `deals["asks"]` is true.
#
# `approver_load` has one row for each `approver` with `requests` and `kept_eur` as in `matrix`.
# %% answer="approver_load"
deals["asks"] = deals["over"] > deals["threshold"] + 1e-9
### BEGIN SOLUTION
thin = deals["margin_rate"] < FLOOR
deals["approver"] = deals["approver"].mask(thin, "Tomasz Wieczorek")
deals["asks"] = deals["asks"] | thin
### END SOLUTION
asked = deals[deals["asks"]]
approver_load = (
    asked.assign(kept_eur=BACK * asked["beyond_eur"].where(~asked["approved"], 0))
    .groupby("approver").agg(requests=("asks", "size"), kept_eur=("kept_eur", "sum")).reset_index()
)
# %% check="approver_load"
assert isinstance(approver_load, pd.DataFrame), "approver_load should be a DataFrame with one row for each approver"
assert {"approver", "requests", "kept_eur"} <= set(approver_load.reset_index().columns), "approver_load needs the columns approver, requests and kept_eur"
assert "Tomasz Wieczorek" in set(approver_load["approver"]), "deals that leave less than 10% go to Tomasz Wieczorek"
assert deals.loc[deals["margin_rate"] < FLOOR, "asks"].all(), "a deal that leaves less than 10% is asked about even where it stays under its threshold"
assert approver_load["requests"].sum() >= matrix["requests"].sum(), "the margin rule adds requests to those of the matrix; it takes none away"
# %% hidden="approver_load"
expect(approver_load)
by = approver_load.reset_index().set_index("approver")
assert by["requests"].idxmax() == "team manager" and by.loc["Ingrid Solheim", "requests"] < 0.2 * by["requests"].sum(), "few of them land on her desk"
# %% after="approver_load"
print(f"requests granted in 2025 under today's limits: {int(deals['approved'].sum())}; requests under the new sheet: {int(approver_load['requests'].sum())}")
approver_load
# %% [markdown] hint="approver_load"
# First find the thin deals: which column holds what is left of the price, as a fraction? Two columns of those rows change.
# %% [markdown] hint="approver_load"
# `Series.mask(condition, value)` puts a value where the condition holds. For `asks`, two conditions joined by `|` mean that either is enough.
# %% [markdown] wrong="share_of_list" task="approver_load"
# This takes what is left as a share of the list price, which nobody paid. Deals that leave 11 or 12% of the money that came in land on Tomasz Wieczorek's desk too, and the rule loses its friends in
# the first week. Of which price is `margin_rate` a share?
# %% wrong="share_of_list" task="approver_load"
thin = (deals["net_eur"] * deals["margin_rate"]) / deals["list_eur"] < FLOOR
asked = deals[(deals["over"] > deals["threshold"] + 1e-9) | thin]
asked = asked.assign(approver=asked["approver"].mask(thin[asked.index], "Tomasz Wieczorek"))
approver_load = (
    asked.assign(kept_eur=BACK * asked["beyond_eur"].where(~asked["approved"], 0))
    .groupby("approver").agg(requests=("asks", "size"), kept_eur=("kept_eur", "sum")).reset_index()
)
# %% [markdown] wrong="below_cost" task="approver_load"
# This looks only at deals that were sold below cost. A deal that leaves 3% does not pay for the seller's visit either, and most of the thin ones stay with somebody who looks at
# points. Where did Tomasz put the floor?
# %% wrong="below_cost" task="approver_load"
thin = deals["margin_rate"] < 0
asked = deals[(deals["over"] > deals["threshold"] + 1e-9) | thin]
asked = asked.assign(approver=asked["approver"].mask(thin[asked.index], "Tomasz Wieczorek"))
approver_load = (
    asked.assign(kept_eur=BACK * asked["beyond_eur"].where(~asked["approved"], 0))
    .groupby("approver").agg(requests=("asks", "size"), kept_eur=("kept_eur", "sum")).reset_index()
)
