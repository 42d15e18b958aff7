# ---
# topic: "4.3"
# title: Did the promotion earn its keep
# tables: [promotions, orders, products]
# tasks:
#   effects:
#     points: 4
#     answer: {type: table, keys: [effect], columns: {orders: 0.5, expected: 0.3, change: 0.3}}
#   result:
#     points: 4
#     answer: {type: mapping, tolerance: "1%"}
# ---
# %% [markdown]
# For three months the Series 4 flow meter (`P-410`) was sold at a special price in three of the six regions. Daniel Reyes calls
# it the best promotion that Tessaly ever ran and has asked for the money to run it again. Tomasz Wieczorek has asked
# what it earned. The reading judged a smaller promotion; this one is yours, and it is the one on which money will be spent.
#
# `flow` holds one row for each web-shop order of the flow meter or of the new meter that it competes with (`P-720`), from
# nine months before the promotion until three months after it:
#
# - `product_id`, `region`, `promoted` (the order came from a region in which the promotion ran)
# - `period`: `before` (nine months), `during` (three months) or `after` (the three months that follow)
# - `margin_eur`: what the devices that were kept left after their cost, at the price that was paid
# - `given_eur`: what the promotion took off the price of the order; 0 outside of it
#
# `MONTHS` says how many months each period has, `ADVERTISING` what the promotion cost besides the lower price, in EUR.
#
# If the verdict is wrong, the advertising is spent a second time and the lower price goes once more to customers who would have paid the full
# one.
# %% given
import numpy as np
import pandas as pd
from course.case import load

promotions, orders, products = load("promotions", "orders", "products")
promotion = promotions[promotions["product_id"] == "P-410"]
first, last = promotion["starts_on"].min(), promotion["ends_on"].max()
ADVERTISING = promotion["cost_eur"].sum()
MONTHS = {"before": 9, "during": 3, "after": 3}

flow = orders[orders["product_id"].isin(["P-410", "P-720"])].merge(products[["product_id", "unit_cost_eur"]], on="product_id")
since = (flow["ordered_on"].dt.year - first.year) * 12 + flow["ordered_on"].dt.month - first.month
flow = flow.assign(period=np.select([since.between(-9, -1), since.between(0, 2), since.between(3, 5)], list(MONTHS), ""))
flow = flow[flow["period"] != ""]
flow["promoted"] = flow["region"].isin(promotion["region"])
kept = flow["quantity"] - flow["returned"]
paid = flow["net_eur"] * kept / flow["quantity"]
flow["margin_eur"] = paid - kept * flow["unit_cost_eur"]
flow["given_eur"] = paid / (1 - flow["promotion_rate"]) * flow["promotion_rate"]
flow = flow[["product_id", "region", "promoted", "period", "ordered_on", "margin_eur", "given_eur"]]
print(f"{first:%B %Y} to {last:%B %Y} in {', '.join(promotion['region'])}; {promotion['discount_rate'].iloc[0]:.0%} off; EUR {ADVERTISING:,.0f} spent")
flow.groupby(["product_id", "promoted", "period"]).size().unstack()
# %% given
# Where to look for each effect: which product, in which period. And what an order left before the promotion.
LOOK = {"during": ("P-410", "during"), "after": ("P-410", "after"), "new meter": ("P-720", "during")}
usual = flow[flow["promoted"] & (flow["period"] == "before")].groupby("product_id")["margin_eur"].mean()
# %% [markdown] task="effects"
# **1. How many orders did the promotion add, and how many did it take from later months and from the new meter?**
#
# Three places to look: the flow meter in the three months of the promotion, the flow meter in the three months after it, and
# the new meter in the three months of the promotion. For each:
#
# 1. Count the orders that came from the regions with the promotion.
# 2. Work out how many were to be expected there without it: their orders *a month* before the promotion, moved as the
#    *other* regions' orders a month moved from before to that period, times three months.
# 3. Subtract.
#
# `effects` is a DataFrame with one row for each `effect` and the columns
#
# - `effect`: `"during"`, `"after"` or `"new meter"`
# - `orders`: orders counted in the regions with the promotion
# - `expected`: orders expected there without it (tolerance 0.3)
# - `change`: `orders` less `expected` (tolerance 0.3)
# %% answer="effects"
### BEGIN SOLUTION
counts = flow.groupby(["product_id", "promoted", "period"]).size()
rows = []
for effect, (product, period) in LOOK.items():
    here, elsewhere = counts[product][True], counts[product][False]
    moved = (elsewhere[period] / MONTHS[period]) / (elsewhere["before"] / MONTHS["before"])
    expected = here["before"] / MONTHS["before"] * moved * MONTHS[period]
    rows.append({"effect": effect, "orders": here[period], "expected": expected, "change": here[period] - expected})
effects = pd.DataFrame(rows)
### END SOLUTION
# %% check="effects"
assert isinstance(effects, pd.DataFrame), "effects should be a DataFrame with one row for each effect"
seen = effects.reset_index()
missing = [c for c in ["effect", "orders", "expected", "change"] if c not in seen.columns]
assert not missing, f"effects lacks the columns {missing}"
assert set(seen["effect"]) == set(LOOK), f"one row for each of {', '.join(LOOK)}"
assert np.allclose(seen["orders"] - seen["expected"], seen["change"]), "change is orders less expected"
assert seen["orders"].sum() < len(flow[flow["promoted"]]), "orders counts one period of one product in the promoted regions"
# %% hidden="effects"
expect(effects)
change = effects.reset_index().set_index("effect")["change"]
assert change["during"] > 0 > change["after"], "part of what came in the promotion was missing afterwards"
assert -change["after"] > 0.25 * change["during"]
# %% after="effects"
from course.plot import bar

bar(effects, "effect", "change", title="Orders more or fewer than expected, in the regions with the promotion")
# %% [markdown] hint="effects"
# What would these regions have ordered if nobody had promoted anything? You can't see it. What you can see is how the same product
# moved over the same months where nobody promoted it.
# %% [markdown] hint="effects"
# Count by product, promoted or not, and period. Divide each count by the months of its period before you compare: nine months
# of orders are no match for three.
# %% [markdown] hint="effects"
# With `here` and `elsewhere` as the two sets of counts of one product: `moved` is elsewhere's orders a month in the period,
# divided by elsewhere's orders a month before. Expected is `here["before"] / 9 * moved * 3`.
# %% [markdown] wrong="before_after" task="effects"
# This expects the regions to go on as they were in the nine months before. The old meter loses ground every month and the new one
# gains, with or without a promotion, and whatever else moved in that time is booked to it. How did the product move where
# there was no promotion?
# %% wrong="before_after" task="effects"
counts = flow.groupby(["product_id", "promoted", "period"]).size()
rows = []
for effect, (product, period) in LOOK.items():
    here = counts[product][True]
    expected = here["before"] / MONTHS["before"] * MONTHS[period]
    rows.append({"effect": effect, "orders": here[period], "expected": expected, "change": here[period] - expected})
effects = pd.DataFrame(rows)
# %% [markdown] wrong="other_regions" task="effects"
# This takes the other regions' orders as what was to be expected here. The two groups of regions were never of the same size, so the
# difference holds that as well, and choosing larger regions would make any promotion a success. By how much did the two differ
# before?
# %% wrong="other_regions" task="effects"
counts = flow.groupby(["product_id", "promoted", "period"]).size()
rows = []
for effect, (product, period) in LOOK.items():
    here, elsewhere = counts[product][True], counts[product][False]
    rows.append({"effect": effect, "orders": here[period], "expected": elsewhere[period], "change": here[period] - elsewhere[period]})
effects = pd.DataFrame(rows)
# %% [markdown]
# Now the money. An order that came anyway is worth nothing to the promotion, and it was sold for less.
# %% [markdown] task="result"
# **2. What did the promotion earn?**
#
# `result` is a dict with five amounts in EUR, each right within 1%; what cost money has a minus:
#
# - `"lasting"`: the orders that were still there when the months after had been settled (`during` and `after` together), times
#   `usual["P-410"]`, the mean `margin_eur` of a flow-meter order in the promoted regions `before`
# - `"given"`: all that the promotion took off prices: the sum of `given_eur` over every flow-meter order of the promotion
# - `"new_meter"`: the change in orders of the new meter, times `usual["P-720"]`
# - `"advertising"`: what was spent on it
# - `"total"`: the sum of the four
# %% answer="result"
change = effects.set_index("effect")["change"]

### BEGIN SOLUTION
result = {
    "lasting": (change["during"] + change["after"]) * usual["P-410"],
    "given": -flow["given_eur"].sum(),
    "new_meter": change["new meter"] * usual["P-720"],
    "advertising": -ADVERTISING,
}
result["total"] = sum(result.values())
### END SOLUTION
# %% check="result"
assert isinstance(result, (dict, pd.Series)), "result should be a dict"
wanted = ["lasting", "given", "new_meter", "advertising", "total"]
assert set(result.keys()) == set(wanted), f"result needs the keys {wanted}"
assert result["given"] < 0 and result["advertising"] < 0, "what cost money has a minus"
assert np.isclose(sum(result[key] for key in wanted[:4]), result["total"]), "total is the sum of the four others"
# %% hidden="result"
expect(result)
assert result["total"] < 0, "it cost more than it left behind"
assert -result["given"] > result["lasting"], "the lower price alone cost more than the lasting orders brought"
# %% after="result"
from course.plot import bar

shown = pd.DataFrame({"part": list(result), "thousand EUR": [value / 1000 for value in result.values()]})
bar(shown, "part", "thousand EUR", highlight="total", title=f"What the promotion earned: EUR {result['total']:,.0f}")
# %% [markdown] hint="result"
# Go through the customers one by one: who ordered because of the promotion, who would have ordered next month, who would have ordered
# anyway, who would have taken the newer device? Each of them got the lower price or cost a better one.
# %% [markdown] hint="result"
# The discount was given on every order of the promotion, and `given_eur` is 0 outside of it. So you need no count for `"given"`, only a sum
# and a minus.
# %% [markdown] hint="result"
# `"lasting"` is `(change["during"] + change["after"]) * usual["P-410"]`; `change["after"]` is negative already.
# %% [markdown] wrong="uplift_alone" task="result"
# This stops when the promotion stops. The orders of the following months that had only been brought forward are counted as new ones, and Daniel
# Reyes gets the money for a second round. How many of the extra orders were missing later?
# %% wrong="uplift_alone" task="result"
change = effects.set_index("effect")["change"]
result = {
    "lasting": change["during"] * usual["P-410"],
    "given": -flow["given_eur"].sum(),
    "new_meter": change["new meter"] * usual["P-720"],
    "advertising": -ADVERTISING,
}
result["total"] = sum(result.values())
# %% [markdown] wrong="discount_on_extra" task="result"
# This charges the discount to the extra orders only. Most of those who ordered in these months would have come at the usual price, and they were
# not asked: the promotion looks far cheaper than what left the till. Whose invoices carried the lower price?
# %% wrong="discount_on_extra" task="result"
change = effects.set_index("effect")["change"]
count = ((flow["product_id"] == "P-410") & flow["promoted"] & (flow["period"] == "during")).sum()
result = {
    "lasting": (change["during"] + change["after"]) * usual["P-410"],
    "given": -flow["given_eur"].sum() / count * change["during"],
    "new_meter": change["new meter"] * usual["P-720"],
    "advertising": -ADVERTISING,
}
result["total"] = sum(result.values())
# %% [markdown] wrong="discount_twice" task="result"
# This values the lasting orders at the margin of the promotion, which the discount has lowered already, and then takes the discount off once
# more. The promotion looks worse than it was, and the next one, which may be sound, is not run. At which margin are the orders worth
# counting when the price cut has a line of its own?
# %% wrong="discount_twice" task="result"
change = effects.set_index("effect")["change"]
running = flow[(flow["product_id"] == "P-410") & flow["promoted"] & (flow["period"] == "during")]
result = {
    "lasting": (change["during"] + change["after"]) * running["margin_eur"].mean(),
    "given": -flow["given_eur"].sum(),
    "new_meter": change["new meter"] * usual["P-720"],
    "advertising": -ADVERTISING,
}
result["total"] = sum(result.values())
