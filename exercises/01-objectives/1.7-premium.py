# ---
# topic: "1.7"
# title: Premium prices at quarter end
# tables: [quotes, products]
# tasks:
#   spike:
#     points: 4
#     answer: {type: table, keys: [variant], columns: {rest_rate: 0.0005, last_rate: 0.0005, cost_eur: 1000}}
#   guardrail:
#     points: 4
#     answer: {type: table, keys: [max_discount], columns: {capped_orders: 0.1, net_eur: 200}}
# ---
# %% [markdown]
# Tomasz Wieczorek says that the last days of the quarters eat the margin of Series 7. Ingrid Solheim wants a guardrail
# for 2026 that she can announce in one sentence, Luca Ferrante none. The reading looked at 2023 and 2024; you judge by
# 2025. Series 7 has a premium variant (Precision) and a volume variant (Line).
#
# `quotes` has one row for each line of a quote. `days_to_end` is 0 when the customer decided on the last day of a quarter.
# %% given
import pandas as pd
from course.case import load
from course.plot import bar

quotes, products = load("quotes", "products")
quotes = quotes.merge(products[["product_id", "variant"]], on="product_id")
quotes = quotes[quotes["product_line"] == "series-7"].reset_index(drop=True)
quarter_end = quotes["decided_on"].dt.to_period("Q").dt.end_time.dt.normalize()
quotes["days_to_end"] = (quarter_end - quotes["decided_on"]).dt.days
quotes[["quote_id", "variant", "version", "status", "decided_on", "days_to_end", "discount_rate", "list_eur", "net_eur",
        "cost_eur"]].head()
# %% [markdown] task="spike"
# **1. What did the last ten days of its quarters cost Tessaly in 2025, in the premium and in the volume variant?**
#
# Answer: a DataFrame `spike` with one row for each `variant` ("premium", "volume") and the columns
#
# - `rest_rate`: the discount that customers got on all other days of the quarters, as a fraction of list value
#   (tolerance 0.0005);
# - `last_rate`: the same for the last ten days (`days_to_end` 0 to 9);
# - `cost_eur`: the margin given up in the last ten days compared with having kept to the discount of the other days
#   (EUR; tolerance 1,000).
#
# A quote belongs to 2025 by the day on which the customer decided.
# %% answer="spike"
### BEGIN SOLUTION
taken = quotes[(quotes["status"] == "accepted") & (quotes["decided_on"].dt.year == 2025)].copy()
taken["off_eur"] = taken["list_eur"] - taken["net_eur"]
last = taken["days_to_end"] <= 9
late = taken[last].groupby("variant")[["list_eur", "off_eur"]].sum()
rest = taken[~last].groupby("variant")[["list_eur", "off_eur"]].sum()
spike = (rest["off_eur"] / rest["list_eur"]).to_frame("rest_rate")
spike["last_rate"] = late["off_eur"] / late["list_eur"]
spike["cost_eur"] = (spike["last_rate"] - spike["rest_rate"]) * late["list_eur"]
spike = spike.reset_index()
### END SOLUTION
# %% check="spike"
assert set(spike["variant"]) == {"premium", "volume"}, "One row for premium, one for volume."
assert spike[["rest_rate", "last_rate"]].stack().between(0, 0.5).all(), "Discounts are fractions: 0.12 is 12%."
# %% hidden="spike"
expect(spike)
found = spike.set_index("variant")
points = found["last_rate"] - found["rest_rate"]
assert points["premium"] > points["volume"], "the spike sits in the premium variant"
assert found["cost_eur"]["premium"] > 2 * found["cost_eur"]["volume"], "and so does its cost"
# %% after="spike"
shown = spike.melt("variant", ["rest_rate", "last_rate"], "days", "discount")
shown["days"] = shown["days"].map({"rest_rate": "other days", "last_rate": "last ten days"})
bar(shown, "variant", "discount", colour="days", title="Discount off list in 2025, by variant and time of the quarter")
# %% [markdown] hint="spike"
# Margin is given up on orders, not on offers. Which quotes became orders?
# %% [markdown] hint="spike"
# Some discount is normal for each variant. The cost is what comes on top of it, on the list value ordered in those days.
# %% [markdown] hint="spike"
# For each variant: (discount of the last ten days − discount of the other days) × list value accepted in the last ten
# days, where a discount is the sum of `list_eur - net_eur` divided by the sum of `list_eur`.
# %% [markdown] wrong="all_quotes" task="spike"
# This counts every quote that was decided, the rejected ones included. Nobody paid those prices, so the cost comes out
# far too high and the guardrail is promised margin that was never there. Which of these quotes became orders?
# %% wrong="all_quotes" task="spike"
taken = quotes[quotes["decided_on"].dt.year == 2025].copy()
taken["off_eur"] = taken["list_eur"] - taken["net_eur"]
last = taken["days_to_end"] <= 9
late = taken[last].groupby("variant")[["list_eur", "off_eur"]].sum()
rest = taken[~last].groupby("variant")[["list_eur", "off_eur"]].sum()
spike = (rest["off_eur"] / rest["list_eur"]).to_frame("rest_rate")
spike["last_rate"] = late["off_eur"] / late["list_eur"]
spike["cost_eur"] = (spike["last_rate"] - spike["rest_rate"]) * late["list_eur"]
spike = spike.reset_index()
# %% [markdown] wrong="unweighted" task="spike"
# This averages the rates of the order lines, so an order of a few thousand euros counts as much as one of half a million.
# The cost is then worked out from a discount that the money did not get. How much was given up in all, on how much of list?
# %% wrong="unweighted" task="spike"
year = quotes[(quotes["status"] == "accepted") & (quotes["decided_on"].dt.year == 2025)]
last = year["days_to_end"] < 10
at_end = year[last].groupby("variant")
rest_rate = year[~last].groupby("variant")["discount_rate"].mean()
last_rate = at_end["discount_rate"].mean()
spike = pd.DataFrame({
    "rest_rate": rest_rate, "last_rate": last_rate, "cost_eur": (last_rate - rest_rate) * at_end["list_eur"].sum()
}).reset_index()
# %% [markdown] wrong="whole_discount" task="spike"
# This books the whole discount of the last ten days as lost. The volume variant, which is sold at a discount on every
# day of the year, then seems to leak too, and a guardrail would be put on deals where nothing has changed. What would
# these orders have got on any other day?
# %% wrong="whole_discount" task="spike"
taken = quotes[(quotes["status"] == "accepted") & (quotes["decided_on"].dt.year == 2025)].copy()
taken["off_eur"] = taken["list_eur"] - taken["net_eur"]
last = taken["days_to_end"] <= 9
late = taken[last].groupby("variant")[["list_eur", "off_eur"]].sum()
rest = taken[~last].groupby("variant")[["list_eur", "off_eur"]].sum()
spike = (rest["off_eur"] / rest["list_eur"]).to_frame("rest_rate")
spike["last_rate"] = late["off_eur"] / late["list_eur"]
spike["cost_eur"] = late["off_eur"]
spike = spike.reset_index()
# %% [markdown] wrong="last_month" task="spike"
# This takes the last month of each quarter for its end. Its first weeks are ordinary ones, so the spike looks milder
# than it is, and a guardrail for the whole month would bind sellers on days on which they do no harm. Which days are the
# last ten?
# %% wrong="last_month" task="spike"
taken = quotes[(quotes["status"] == "accepted") & (quotes["decided_on"].dt.year == 2025)].copy()
taken["off_eur"] = taken["list_eur"] - taken["net_eur"]
last = taken["decided_on"].dt.month % 3 == 0
late = taken[last].groupby("variant")[["list_eur", "off_eur"]].sum()
rest = taken[~last].groupby("variant")[["list_eur", "off_eur"]].sum()
spike = (rest["off_eur"] / rest["list_eur"]).to_frame("rest_rate")
spike["last_rate"] = late["off_eur"] / late["list_eur"]
spike["cost_eur"] = (spike["last_rate"] - spike["rest_rate"]) * late["list_eur"]
spike = spike.reset_index()
# %% [markdown] task="guardrail"
# **2. Which guardrail would have held in 2025?** Suppose that no premium order in the last ten days of a quarter may get
# more than `max_discount`. An order that got more is offered `max_discount` instead. Luca expects to lose two such orders
# in a hundred for each point refused: one that got 0.20 and is offered 0.15 walks away with probability 0.10. An order
# that walks away is not built.
#
# Answer: a DataFrame `guardrail` with one row for each `max_discount` in 0.08, 0.12, 0.16, 0.20, 0.24 and the columns
#
# - `capped_orders`: how many order lines got more than that;
# - `net_eur`: by how much the guardrail would have changed the margin of 2025, in expectation (EUR, negative where it
#   costs margin; tolerance 200).
# %% answer="guardrail"
### BEGIN SOLUTION
taken = quotes[(quotes["status"] == "accepted") & (quotes["decided_on"].dt.year == 2025)]
late = taken[(taken["variant"] == "premium") & (taken["days_to_end"] <= 9)]
rows = []
for limit in (0.08, 0.12, 0.16, 0.20, 0.24):
    capped = late[late["discount_rate"] > limit]
    walks = (2 * (capped["discount_rate"] - limit)).clip(upper=1)
    before = capped["net_eur"] - capped["cost_eur"]
    after = capped["list_eur"] * (1 - limit) - capped["cost_eur"]
    rows.append({"max_discount": limit, "capped_orders": len(capped), "net_eur": ((1 - walks) * after - before).sum()})
guardrail = pd.DataFrame(rows)
### END SOLUTION
# %% check="guardrail"
assert len(guardrail) == 5, f"One row for each of the five limits; found {len(guardrail)}."
assert guardrail.sort_values("max_discount")["capped_orders"].is_monotonic_decreasing, (
    "A higher limit can't catch more orders than a lower one."
)
# %% hidden="guardrail"
expect(guardrail)
net = guardrail.set_index("max_discount")["net_eur"]
assert net.max() > 0, "at Luca's rate some guardrail still pays"
assert net.idxmax() > net.index.min(), "and it is not the tightest one"
# %% after="guardrail"
bar(guardrail, "max_discount", "net_eur", title="What each guardrail would have done to the margin of 2025")
# %% [markdown] hint="guardrail"
# Two things happen to an order above the limit: if it signs, it brings more; if it walks, it brings nothing.
# %% [markdown] hint="guardrail"
# Margin is net price less cost. For each order above the limit compare the margin it brought with the margin at the
# limit times the probability that it still signs.
# %% [markdown] hint="guardrail"
# With `walks = 2 * (discount_rate - limit)` an order's change is
# `(1 - walks) * (list_eur * (1 - limit) - cost_eur) - (net_eur - cost_eur)`. Begin with `rows = []`, end each turn of the loop with
# `rows.append({"max_discount": limit, ...})`, and `pd.DataFrame(rows)` is the table.
# %% [markdown] wrong="nobody_walks" task="guardrail"
# This lets every order sign at the guardrail. The tightest limit then looks best, and the first quarter with it brings
# the lost orders that Luca has warned of. What happens to the margin of an order that walks away?
# %% wrong="nobody_walks" task="guardrail"
taken = quotes[(quotes["status"] == "accepted") & (quotes["decided_on"].dt.year == 2025)]
late = taken[(taken["variant"] == "premium") & (taken["days_to_end"] <= 9)]
rows = []
for limit in (0.08, 0.12, 0.16, 0.20, 0.24):
    capped = late[late["discount_rate"] > limit]
    gain = (capped["list_eur"] * (capped["discount_rate"] - limit)).sum()
    rows.append({"max_discount": limit, "capped_orders": len(capped), "net_eur": gain})
guardrail = pd.DataFrame(rows)
# %% [markdown] wrong="bookings_lost" task="guardrail"
# This weighs bookings, not margin: an order that walks away costs its full price here, although nobody has to build it.
# Every guardrail then loses, and the discounts stay as they are. What does Tessaly keep of an order's price?
# %% wrong="bookings_lost" task="guardrail"
taken = quotes[(quotes["status"] == "accepted") & (quotes["decided_on"].dt.year == 2025)]
late = taken[(taken["variant"] == "premium") & (taken["days_to_end"] <= 9)]
rows = []
for limit in (0.08, 0.12, 0.16, 0.20, 0.24):
    capped = late[late["discount_rate"] > limit]
    walks = (2 * (capped["discount_rate"] - limit)).clip(upper=1)
    change = (1 - walks) * capped["list_eur"] * (1 - limit) - capped["net_eur"]
    rows.append({"max_discount": limit, "capped_orders": len(capped), "net_eur": change.sum()})
guardrail = pd.DataFrame(rows)
# %% [markdown] wrong="all_days" task="guardrail"
# This caps the premium orders of every day. It judges a rule that nobody has proposed, and lets it refuse the moderate
# discounts of ordinary days, which do win orders. On which days would this guardrail be in force?
# %% wrong="all_days" task="guardrail"
taken = quotes[(quotes["status"] == "accepted") & (quotes["decided_on"].dt.year == 2025)]
late = taken[taken["variant"] == "premium"]
rows = []
for limit in (0.08, 0.12, 0.16, 0.20, 0.24):
    capped = late[late["discount_rate"] > limit]
    walks = (2 * (capped["discount_rate"] - limit)).clip(upper=1)
    before = capped["net_eur"] - capped["cost_eur"]
    after = capped["list_eur"] * (1 - limit) - capped["cost_eur"]
    rows.append({"max_discount": limit, "capped_orders": len(capped), "net_eur": ((1 - walks) * after - before).sum()})
guardrail = pd.DataFrame(rows)
