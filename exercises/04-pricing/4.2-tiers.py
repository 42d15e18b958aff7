# ---
# topic: "4.2"
# title: Volume tiers without a cliff
# tables: [orders, products, price_tiers]
# tasks:
#   cliff:
#     points: 2
#     answer: {type: mapping, tolerance: 0.1}
#   judged:
#     points: 4
#     answer: {type: table, keys: [draft], columns: {dearer: 0.5, margin_change: 0.001, bill_of_100: 0.001}}
#   verdicts:
#     points: 2
#     answer: {type: table, keys: [draft], columns: {verdict: null, pay_more: 0.5}}
# ---
# %% [markdown]
# The frame contracts for Series 7 go out at the end of February with a schedule of volume discounts. Ingrid Solheim has five drafts on her
# desk and three conditions:
#
# 1. no quantity costs more than a larger one;
# 2. the margin is at least what Series 7 earned with repeat orders in 2025;
# 3. a customer who orders 100 devices at once pays no more than today.
#
# `placed` holds the repeat orders of Series 7 in 2025, placed in the web shop under a frame contract: `quantity` ordered, `returned` (sent back unused, at the price paid), `list_eur` (list
# price of one device, less a promotion if there was one), `unit_cost_eur`. `TODAY_EUR` is the margin that they left. `tiers` holds today's schedule.
#
# With a cliff left in, devices go out at the high rate and come back. With rates too generous, Series 7 earns less all year.
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import line

orders, products, price_tiers = load("orders", "products", "price_tiers")
placed = orders[orders["product_id"].isin(["P-710", "P-720"]) & (orders["ordered_on"].dt.year == 2025)]
placed = placed.merge(products[["product_id", "list_price_eur", "unit_cost_eur"]], on="product_id")
placed["list_eur"] = placed["list_price_eur"] * (1 - placed["promotion_rate"])
placed = placed[["order_id", "quantity", "returned", "list_eur", "unit_cost_eur", "net_eur"]]
kept = placed["quantity"] - placed["returned"]
TODAY_EUR = (kept * (placed["net_eur"] / placed["quantity"] - placed["unit_cost_eur"])).sum()

tiers = price_tiers[price_tiers["product_id"] == "P-710"][["min_quantity", "discount_rate"]]  # the same for both devices
print(f"margin of Series 7 repeat orders in 2025: EUR {TODAY_EUR:,.0f}")
tiers
# %% [markdown]
# A tier can hold for the **whole order**: whoever reaches it gets its rate on every device, as today. Or it can hold **by device**: each rate
# is given on the devices from its quantity on, and the devices before it keep theirs, as with bands of income tax.
#
# `bill(quantity, draft)` gives what an order costs, as a multiple of one device's list price: `bill(100, "today")` is 76. It takes one
# quantity or a whole column.
# %% given
DRAFTS = {
    "today": ("whole order", {1: 0.06, 20: 0.10, 50: 0.24, 200: 0.27}),
    "smaller step": ("whole order", {1: 0.06, 20: 0.10, 50: 0.18, 200: 0.21}),
    "many small steps": ("whole order", {1: 0.06, 20: 0.10, 30: 0.126, 40: 0.147, 50: 0.163, 75: 0.173, 100: 0.181, 150: 0.186, 200: 0.19}),
    "by device, same rates": ("by device", {1: 0.06, 20: 0.10, 50: 0.24, 200: 0.27}),
    "by device, earlier": ("by device", {1: 0.06, 12: 0.15, 30: 0.30, 150: 0.33}),
    "by device, steeper": ("by device", {1: 0.06, 20: 0.20, 50: 0.34, 200: 0.36}),
}


def bill(quantity, draft):
    """What an order of `quantity` devices costs under a draft, in list prices of one device."""
    kind, schedule = DRAFTS[draft]
    quantity, starts, rates = np.asarray(quantity, dtype=float), list(schedule), list(schedule.values())
    if kind == "whole order":
        return quantity * (1 - np.array(rates)[np.searchsorted(starts, quantity, side="right") - 1])
    ends = [start - 1 for start in starts[1:]] + [np.inf]
    return sum(np.clip(np.minimum(quantity, end) - (start - 1), 0, None) * (1 - rate) for start, end, rate in zip(starts, ends, rates))


shown = pd.DataFrame({"quantity": np.arange(20, 81)})
shown["list prices paid"] = bill(shown["quantity"], "today")
line(shown, "quantity", "list prices paid", title="Today: what an order costs, in list prices of one device")
# %% [markdown] task="cliff"
# **1. Where is the cliff, and what do those need who stand on its edge?**
#
# `cliff` is a dict with four numbers (tolerance 0.1):
#
# - `"pays_from"`: the smallest quantity that costs more today than 50 devices do
# - `"below"`: how many orders had a quantity from there up to 49
# - `"at"`: how many orders had a quantity of 50, 51 or 52
# - `"kept"`: of those at 50 to 52 from which something was sent back: how many devices the customer kept, on average
# %% answer="cliff"
### BEGIN SOLUTION
smaller = np.arange(1, 50)
pays_from = smaller[bill(smaller, "today") > bill(50, "today")].min()
at = placed[placed["quantity"].between(50, 52)]
sent_back = at[at["returned"] > 0]
cliff = {
    "pays_from": pays_from,
    "below": placed["quantity"].between(pays_from, 49).sum(),
    "at": len(at),
    "kept": (sent_back["quantity"] - sent_back["returned"]).mean(),
}
### END SOLUTION
# %% check="cliff"
assert isinstance(cliff, (dict, pd.Series)), "cliff should be a dict"
assert set(cliff.keys()) == {"pays_from", "below", "at", "kept"}, 'cliff needs the keys "pays_from", "below", "at" and "kept"'
assert 20 <= cliff["pays_from"] < 50, "the quantities that cost more than 50 devices lie in the tier below 50"
# %% hidden="cliff"
expect(cliff)
assert cliff["at"] > 2 * cliff["below"], "customers order around the cliff"
assert cliff["kept"] < cliff["pays_from"], "most of them need fewer devices than the cliff alone would explain"
# %% [markdown] hint="cliff"
# Think of the buyer with a need of 45 devices and both bills on the desk. For which needs does this buyer order 50?
# %% [markdown] hint="cliff"
# Compare `bill(q, "today")` with `bill(50, "today")` for each q from 1 to 49. For the counts, `Series.between` takes both ends with it.
# %% [markdown] wrong="against_list" task="cliff"
# This compares the discounted bill of 50 with smaller quantities at full list price. Nobody pays that: from 20 devices on customers have a discount
# already, so you would count buyers into the cliff who gain nothing there. Which bill does a buyer of 40 get today?
# %% wrong="against_list" task="cliff"
smaller = np.arange(1, 50)
pays_from = smaller[smaller > bill(50, "today")].min()
at = placed[placed["quantity"].between(50, 52)]
sent_back = at[at["returned"] > 0]
cliff = {
    "pays_from": pays_from,
    "below": placed["quantity"].between(pays_from, 49).sum(),
    "at": len(at),
    "kept": (sent_back["quantity"] - sent_back["returned"]).mean(),
}
# %% [markdown] wrong="all_at_fifty" task="cliff"
# This averages over every order at the edge, also those from which nothing came back. Some of these customers need 50 and some have a shelf full of
# spares; together they make the need look larger than it is, and the next schedule would be priced on stock. Who has told you what was needed?
# %% wrong="all_at_fifty" task="cliff"
smaller = np.arange(1, 50)
pays_from = smaller[bill(smaller, "today") > bill(50, "today")].min()
at = placed[placed["quantity"].between(50, 52)]
cliff = {
    "pays_from": pays_from,
    "below": placed["quantity"].between(pays_from, 49).sum(),
    "at": len(at),
    "kept": (at["quantity"] - at["returned"]).mean(),
}
# %% [markdown] task="judged"
# **2. How do the five drafts stand against the three conditions?**
#
# 1. *Quantities.* For each draft go through the quantities 1 to 300 and count those for which some larger one of them costs less.
# 2. *What customers need.* Without a cliff nobody orders to reach it. Take for each order what was kept. Be careful with orders of 50 to 52 from
#    which nothing came back: count each of them as `cliff["kept"]` devices.
# 3. *Margin.* Bill those needs under the draft, at `list_eur`, and take off what the devices cost. Count no order won or lost by the new price.
# 4. *The large order.* Compare the bill of 100 devices with today's.
#
# `judged` is a DataFrame with one row for each of the five drafts (without `"today"`) and the columns
#
# - `draft`
# - `dearer`: the number of quantities from step 1
# - `margin_change`: the margin from step 3 as a fraction above or below `TODAY_EUR` (0.02 is 2% more; tolerance 0.001)
# - `bill_of_100`: the bill of 100 devices as a fraction above or below today's (tolerance 0.001)
# %% answer="judged"
drafts = [draft for draft in DRAFTS if draft != "today"]

### BEGIN SOLUTION
needed = (placed["quantity"] - placed["returned"]).astype(float)
silent = placed["quantity"].between(50, 52) & (placed["returned"] == 0)
needed = needed.mask(silent, cliff["kept"])
rows = []
for draft in drafts:
    bills = bill(np.arange(1, 301), draft)
    cheapest_from_here = np.minimum.accumulate(bills[::-1])[::-1]
    margin = (placed["list_eur"] * bill(needed, draft) - needed * placed["unit_cost_eur"]).sum()
    rows.append({
        "draft": draft,
        "dearer": (bills > cheapest_from_here + 1e-9).sum(),
        "margin_change": margin / TODAY_EUR - 1,
        "bill_of_100": bill(100, draft) / bill(100, "today") - 1,
    })
judged = pd.DataFrame(rows)
### END SOLUTION
# %% check="judged"
assert isinstance(judged, pd.DataFrame), "judged should be a DataFrame with one row for each draft"
seen = judged.reset_index()
missing = [c for c in ["draft", "dearer", "margin_change", "bill_of_100"] if c not in seen.columns]
assert not missing, f"judged lacks the columns {missing}"
assert set(seen["draft"]) == set(DRAFTS) - {"today"}, "one row for each of the five drafts, today's schedule left out"
assert seen["margin_change"].abs().max() < 1, "margin_change is a fraction: 0.02 for 2% more"
assert (seen["dearer"] == 0).any() and (seen["dearer"] > 0).any(), "some drafts have quantities that cost more than a larger one, some have none"
# %% hidden="judged"
expect(judged)
found = judged.reset_index().set_index("draft")
passes = (found["dearer"] == 0) & (found["margin_change"] >= 0) & (found["bill_of_100"] <= 1e-9)
assert passes.sum() == 1, "one draft meets all three conditions"
# %% after="judged"
judged.round(3)
# %% [markdown] hint="judged"
# The orders of 2025 were placed under today's schedule, and that schedule told people what to order. Which part of an order would still be there
# under another one?
# %% [markdown] hint="judged"
# Build one column of needs: quantity less returned, and `cliff["kept"]` in the rows at 50 to 52 without a return (`Series.mask`). `bill(needed, draft)`
# takes the whole column and gives multiples of `list_eur`.
# %% [markdown] hint="judged"
# For `dearer`, run through the bills from the largest quantity down and remember the lowest so far:
# `np.minimum.accumulate(bills[::-1])[::-1]`. A quantity is dearer than a larger one where its bill lies above that (allow 1e-9 for rounding).
# %% [markdown] wrong="as_ordered" task="judged"
# This bills the orders as they were placed. Devices that came back, or that were ordered for the discount alone, earn margin in your sum and will not be
# ordered once the discount is gone; a draft that loses money looks sound. What will a customer order who needs 39?
# %% wrong="as_ordered" task="judged"
rows = []
for draft in [d for d in DRAFTS if d != "today"]:
    bills = bill(np.arange(1, 301), draft)
    margin = (placed["list_eur"] * bill(placed["quantity"], draft) - placed["quantity"] * placed["unit_cost_eur"]).sum()
    rows.append({
        "draft": draft,
        "dearer": (bills > np.minimum.accumulate(bills[::-1])[::-1] + 1e-9).sum(),
        "margin_change": margin / TODAY_EUR - 1,
        "bill_of_100": bill(100, draft) / bill(100, "today") - 1,
    })
judged = pd.DataFrame(rows)
# %% [markdown] wrong="returns_only" task="judged"
# This takes off what came back and believes every other order of 50 to 52. For each customer who sent devices back there is another who left them on the
# shelf, and these too will order less when nothing is to be gained. How many orders would you expect at 50 to 52 if you look at 53 to 61?
# %% wrong="returns_only" task="judged"
needed = placed["quantity"] - placed["returned"]
rows = []
for draft in [d for d in DRAFTS if d != "today"]:
    bills = bill(np.arange(1, 301), draft)
    margin = (placed["list_eur"] * bill(needed, draft) - needed * placed["unit_cost_eur"]).sum()
    rows.append({
        "draft": draft,
        "dearer": (bills > np.minimum.accumulate(bills[::-1])[::-1] + 1e-9).sum(),
        "margin_change": margin / TODAY_EUR - 1,
        "bill_of_100": bill(100, draft) / bill(100, "today") - 1,
    })
judged = pd.DataFrame(rows)
# %% [markdown] wrong="next_quantity" task="judged"
# This compares each quantity with the next one only. A cliff then counts as a single quantity, 49, while a buyer who needs 45 can see the bill of 50 as
# well; a wide cliff looks like a slip of the pen. With which larger quantities does a buyer compare?
# %% wrong="next_quantity" task="judged"
needed = (placed["quantity"] - placed["returned"]).astype(float)
needed = needed.mask(placed["quantity"].between(50, 52) & (placed["returned"] == 0), cliff["kept"])
rows = []
for draft in [d for d in DRAFTS if d != "today"]:
    bills = bill(np.arange(1, 301), draft)
    margin = (placed["list_eur"] * bill(needed, draft) - needed * placed["unit_cost_eur"]).sum()
    rows.append({
        "draft": draft,
        "dearer": (bills[:-1] > bills[1:] + 1e-9).sum(),
        "margin_change": margin / TODAY_EUR - 1,
        "bill_of_100": bill(100, draft) / bill(100, "today") - 1,
    })
judged = pd.DataFrame(rows)
# %% [markdown] task="verdicts"
# **3. Which draft goes out, what is wrong with each of the others, and whom have the three conditions forgotten?**
#
# Luca Ferrante and Tomasz Wieczorek each have a draft that they like better. They get the reason in one word, and Ingrid wants to know whom she has to ring
# before the letters do.
#
# `verdicts` is a DataFrame with one row for each of the five drafts and the columns
#
# - `verdict`: text. `"goes out"` for a draft that meets all three conditions; for any other the first condition that it fails, in their order: `"quantities"`, `"margin"` or
#   `"large order"`
# - `pay_more`: customers who ordered 53 or more devices at a time did nothing odd. Of their orders of 2025, how many would have cost more under the draft than today
# %% answer="verdicts"
### BEGIN SOLUTION
failed = [judged["dearer"] > 0, judged["margin_change"] < 0, judged["bill_of_100"] > 1e-9]
verdicts = judged[["draft"]].assign(verdict=np.select(failed, ["quantities", "margin", "large order"], "goes out"))
honest = placed.loc[placed["quantity"] >= 53, "quantity"]
verdicts["pay_more"] = [(bill(honest, draft) > bill(honest, "today") + 1e-9).sum() for draft in verdicts["draft"]]
### END SOLUTION
# %% check="verdicts"
assert isinstance(verdicts, pd.DataFrame), "verdicts should be a DataFrame with one row for each draft"
seen = verdicts.reset_index()
assert {"draft", "verdict", "pay_more"} <= set(seen.columns), "verdicts needs the columns draft, verdict and pay_more"
assert set(seen["draft"]) == set(drafts), "one row for each of the five drafts, today's schedule left out"
assert set(seen["verdict"]) <= {"quantities", "margin", "large order", "goes out"}, 'a verdict is "quantities", "margin", "large order" or "goes out"'
assert seen["pay_more"].between(0, (placed["quantity"] >= 53).sum()).all(), f"there were {(placed['quantity'] >= 53).sum()} orders of 53 or more devices"
# %% hidden="verdicts"
expect(verdicts)
found = verdicts.reset_index().set_index("draft")
out = found[found["verdict"] == "goes out"]
assert len(out) == 1, "one draft goes out"
assert out["pay_more"].iloc[0] > 0, "even this one has customers who did nothing odd and pay more"
# %% after="verdicts"
out = verdicts[verdicts["verdict"] == "goes out"].iloc[0]
print(f"{out['draft']}: goes out. {out['pay_more']} of {(placed['quantity'] >= 53).sum()} orders of 53 or more would have cost more than today.")
asked = np.array([53, 60, 75, 90, 100, 150, 200])
pd.DataFrame({"devices": asked, "change of the bill": (bill(asked, out["draft"]) / bill(asked, "today") - 1).round(3)})
# %% [markdown] hint="verdicts"
# Strike out the drafts one condition at a time, in the order in which they stand. A draft that wins on one and fails another is struck out.
# %% [markdown] hint="verdicts"
# The three columns of `judged` are the three conditions; `np.select` takes a list of tests and a list of words, and the first test that holds gives the word.
# The third condition speaks of one customer, with 100 devices. What do those with 60 pay?
# %% [markdown] hint="verdicts"
# With `honest = placed.loc[placed["quantity"] >= 53, "quantity"]`, `bill(honest, draft) > bill(honest, "today")` is true for each order that gets dearer (allow 1e-9 for
# rounding).
# %% [markdown] wrong="most_margin" task="verdicts"
# This lets the draft out that earns most, on paper. It does so by charging the customer who orders 100 a tenth more than today, and the sum takes for granted that
# this customer stays. Which of the three conditions was written for that customer?
# %% wrong="most_margin" task="verdicts"
honest = placed.loc[placed["quantity"] >= 53, "quantity"]
best = judged["margin_change"] == judged["margin_change"].max()
verdicts = judged[["draft"]].assign(verdict=np.select([judged["dearer"] > 0, best], ["quantities", "goes out"], "margin"))
verdicts["pay_more"] = [(bill(honest, draft) > bill(honest, "today") + 1e-9).sum() for draft in verdicts["draft"]]
# %% [markdown] wrong="most_generous" task="verdicts"
# This lets out what has no cliff and makes no large order dearer, and asks no more. One of those drafts gives the higher rates so early that it earns less than today, billed on what customers
# need; devices that gather dust made it look as if it paid. What is the sign of its margin?
# %% wrong="most_generous" task="verdicts"
honest = placed.loc[placed["quantity"] >= 53, "quantity"]
verdicts = judged[["draft"]].assign(verdict=np.select([judged["dearer"] > 0, judged["bill_of_100"] > 1e-9], ["quantities", "large order"], "goes out"))
verdicts["pay_more"] = [(bill(honest, draft) > bill(honest, "today") + 1e-9).sum() for draft in verdicts["draft"]]
# %% [markdown] wrong="least_change" task="verdicts"
# This lets out whatever has no cliff and earns enough, the draft that looks most like today's among them. With whole-order tiers the steps must be tiny to have no cliff, so the
# rates never get far, and the customer with 100 devices pays several per cent more. What does a committed customer gain by it?
# %% wrong="least_change" task="verdicts"
honest = placed.loc[placed["quantity"] >= 53, "quantity"]
verdicts = judged[["draft"]].assign(verdict=np.select([judged["dearer"] > 0, judged["margin_change"] < 0], ["quantities", "margin"], "goes out"))
verdicts["pay_more"] = [(bill(honest, draft) > bill(honest, "today") + 1e-9).sum() for draft in verdicts["draft"]]
# %% [markdown] wrong="edge_counted" task="verdicts"
# The verdicts are right. The count takes every order from 50 devices on, and most of those at 50 to 52 needed fewer; without the cliff they will order less, and nobody
# owes them a call. From which quantity on did customers order what they need?
# %% wrong="edge_counted" task="verdicts"
large = placed.loc[placed["quantity"] >= 50, "quantity"]
failed = [judged["dearer"] > 0, judged["margin_change"] < 0, judged["bill_of_100"] > 1e-9]
verdicts = judged[["draft"]].assign(verdict=np.select(failed, ["quantities", "margin", "large order"], "goes out"))
verdicts["pay_more"] = [(bill(large, draft) > bill(large, "today") + 1e-9).sum() for draft in verdicts["draft"]]
