# ---
# topic: "4.5"
# title: Prices by region and currency
# tables: [exchange_rates, quotes, products, regions]
# tasks:
#   prices:
#     points: 3
#     answer: {type: table, keys: [case], columns: {new_rate: "0.05%"}}
#   backtest:
#     points: 3
#     answer: {type: table, keys: [currency], columns: {kept_eur: 1000, changes: 0.5}}
#   bounds:
#     points: 2
#     answer: {type: mapping, tolerance: 0.002}
# ---
# %% [markdown]
# Tessaly makes its lists in euros and turns them into pounds, kronor and dollars at a *list rate*. When the market's rate moves away from
# it, the same local price brings more or fewer euros. Ingrid Solheim wants a rule that reviews each list rate on the first day of a quarter, and
# that a regional lead can explain to a customer:
#
# - if the market's rate is within **2%** of the list rate, nothing changes;
# - if it is further away, the list rate moves to the market's rate;
# - but in no review by more than **3%** of itself, upwards or downwards.
#
# Rates are in local money for one euro: 1.07 dollars. `monthly` holds the market's rate of each month, `first_rate` the list rates of January
# 2023, `last_rate` those of December 2025. `sold` holds the accepted quotes outside the euro, with `list_rate` (at which the quote's list was made), `net_eur`,
# `cost_eur` and `quarter` (first day of the quarter in which it was quoted).
#
# A rule that is too slow gives margin away on every quote of the year; one that is too abrupt loses customers whom a small step would have
# kept.
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import line

rates, quotes, products, regions = load("exchange_rates", "quotes", "products", "regions")
rates = rates[rates["currency"] != "EUR"]
monthly = rates.pivot(index="month", columns="currency", values="local_per_eur")
listed = rates.pivot(index="month", columns="currency", values="list_local_per_eur")
first_rate, last_rate = listed.iloc[0], listed.iloc[-1]
CURRENCIES = list(monthly.columns)
QUARTERS = list(monthly.index[::3])

sold = quotes[(quotes["status"] == "accepted") & quotes["currency"].isin(CURRENCIES)]
sold = sold.merge(products[["product_id", "list_price_eur"]], on="product_id")
sold["list_rate"] = sold["list_price_local"] / sold["list_price_eur"]
sold["quarter"] = sold["quoted_on"].dt.to_period("Q").dt.to_timestamp()
sold = sold[["quote_line_id", "region", "currency", "quarter", "list_rate", "net_eur", "cost_eur"]]
drift = (monthly / listed).stack().rename("market rate for each 1.00 of list rate").reset_index()
line(drift, "month", "market rate for each 1.00 of list rate", colour="currency", title="How far the market has moved away from the list rates")
# %% given
regions[["region", "currency", "lead", "bookings_2025_eur"]]
# %% [markdown]
# `cases` holds pairs of rates on which the rule will be judged: some made up, and for each currency what stood in the books in December 2025.
# %% given
cases = pd.DataFrame(
    [("calm", 1.07, 1.08), ("calm, downwards", 0.88, 0.866), ("moved", 0.88, 0.903), ("moved, downwards", 11.2, 10.95),
     ("jumped", 1.07, 1.24), ("jumped, downwards", 11.2, 9.9)]
    + [(f"{currency} now", last_rate[currency], monthly[currency].iloc[-1]) for currency in CURRENCIES],
    columns=["case", "list_rate", "market_rate"],
)
cases
# %% [markdown] task="prices"
# **1. Write the rule.**
#
# Complete the function `reviewed`: from a list rate and the market's rate it returns the list rate after the review, by the three points above. As it stands,
# it returns the old one, as Tessaly has done with one of the currencies for three years.
#
# The last line applies it to `cases`. `prices` then has the columns `case` and `new_rate` (local money for one euro; right within 0.05%).
# %% answer="prices"
def reviewed(list_rate, market_rate):
    """The list rate after a review, in local money for one euro."""
    new_rate = list_rate
    ### BEGIN SOLUTION
    moved = market_rate / list_rate - 1
    if abs(moved) > 0.02:
        new_rate = list_rate * (1 + min(max(moved, -0.03), 0.03))
    ### END SOLUTION
    return new_rate


prices = cases.assign(new_rate=[reviewed(own, market) for own, market in zip(cases["list_rate"], cases["market_rate"])])
# %% check="prices"
assert isinstance(prices, pd.DataFrame), "prices should be the DataFrame that the last line makes"
assert {"case", "new_rate"} <= set(prices.columns), "prices needs the columns case and new_rate"
shown = prices.set_index("case")["new_rate"]
assert shown.notna().all(), "the function should return a number in every case; does it return something on each way through?"
assert np.isclose(shown["calm"], 1.07), "within 2% nothing changes: the case calm stays at 1.07"
assert not np.isclose(shown["jumped"], 1.07), "a market that jumped should move the list rate"
# %% hidden="prices"
expect(prices)
both = prices.set_index("case")
step = both["new_rate"] / both["list_rate"] - 1
assert step.abs().max() < 0.0301, "no review moves a list rate by more than 3%"
# %% after="prices"
prices.assign(step=(prices["new_rate"] / prices["list_rate"] - 1).round(4))
# %% [markdown] hint="prices"
# How far is the market away, as a share of the list rate? The answer has a sign, and both bounds apply to it without the sign.
# %% [markdown] hint="prices"
# `moved = market_rate / list_rate - 1`. Only if `abs(moved)` is above 0.02 is there anything to do. Then cut `moved` off at 0.03 and at −0.03.
# %% [markdown] hint="prices"
# `min(max(moved, -0.03), 0.03)` cuts off at both ends; `list_rate * (1 + …)` is the new rate.
# %% [markdown] wrong="uncapped" task="prices"
# This moves to the market in one step, however far that is. The rule then raises a price list by a fifth overnight, and the regional lead learns of
# it from a customer. What did the third point promise?
# %% wrong="uncapped" task="prices"
def reviewed(list_rate, market_rate):
    return market_rate if abs(market_rate / list_rate - 1) > 0.02 else list_rate


prices = cases.assign(new_rate=[reviewed(own, market) for own, market in zip(cases["list_rate"], cases["market_rate"])])
# %% [markdown] wrong="upwards_only" task="prices"
# This follows the market when it raises prices and forgets it when it would lower them. Margin looks well for a year; then a customer with a calculator compares both lists,
# and the rule can't be defended any more. What does the rule say about the other direction?
# %% wrong="upwards_only" task="prices"
def reviewed(list_rate, market_rate):
    moved = market_rate / list_rate - 1
    return list_rate * (1 + min(moved, 0.03)) if moved > 0.02 else list_rate


prices = cases.assign(new_rate=[reviewed(own, market) for own, market in zip(cases["list_rate"], cases["market_rate"])])
# %% [markdown] wrong="excess_only" task="prices"
# This passes on only what lies beyond the 2%. The list then trails the market by 2% for good, and a slow slide costs that much margin in every quarter. To
# where does the list rate move once the market has left the calm zone?
# %% wrong="excess_only" task="prices"
def reviewed(list_rate, market_rate):
    moved = market_rate / list_rate - 1
    beyond = np.sign(moved) * max(abs(moved) - 0.02, 0)
    return list_rate * (1 + min(max(beyond, -0.03), 0.03))


prices = cases.assign(new_rate=[reviewed(own, market) for own, market in zip(cases["list_rate"], cases["market_rate"])])
# %% [markdown] wrong="local_units" task="prices"
# This caps the step at 0.03 units of local money. For the dollar that is near 3%; for the krona, at eleven to the euro, it is next to nothing, and its list would take
# years to follow. Of what is the cap a share?
# %% wrong="local_units" task="prices"
def reviewed(list_rate, market_rate):
    if abs(market_rate / list_rate - 1) <= 0.02:
        return list_rate
    return list_rate + min(max(market_rate - list_rate, -0.03), 0.03)


prices = cases.assign(new_rate=[reviewed(own, market) for own, market in zip(cases["list_rate"], cases["market_rate"])])
# %% [markdown] task="backtest"
# **2. What would the rule have kept since January 2023, and how often would it have changed a list?**
#
# 1. For each currency begin in the first of `QUARTERS` with `first_rate`. On the first day of each later quarter call `reviewed` with the rate of the quarter before and the
#    market's rate that was known that day: the rate of the last full month.
# 2. Join the rule's rate to `sold` by `currency` and `quarter`. At the same discount a quote would have brought *net_eur × rule's rate ÷ list_rate*; what it
#    brings more than `net_eur` was kept by the rule.
#
# `backtest` is a DataFrame with one row for each `currency` and the columns
#
# - `currency`
# - `kept_eur`: what the rule would have kept over the three years, in EUR (negative if it would have brought less; right within 1,000). Do not round on the way.
# - `changes`: how often it would have changed the list rate
# %% answer="backtest"
### BEGIN SOLUTION
rows = []
for currency in CURRENCIES:
    rate = first_rate[currency]
    for quarter in QUARTERS:
        before = rate
        if quarter > QUARTERS[0]:
            rate = reviewed(rate, monthly.loc[quarter - pd.DateOffset(months=1), currency])
        rows.append({"currency": currency, "quarter": quarter, "rule_rate": rate, "changed": rate != before})
path = pd.DataFrame(rows)
joined = sold.merge(path, on=["currency", "quarter"])
kept = joined["net_eur"] * (joined["rule_rate"] / joined["list_rate"] - 1)
backtest = pd.DataFrame({
    "kept_eur": kept.groupby(joined["currency"]).sum(),
    "changes": path.groupby("currency")["changed"].sum(),
}).reset_index()
### END SOLUTION
# %% check="backtest"
assert isinstance(backtest, pd.DataFrame), "backtest should be a DataFrame with one row for each currency"
seen = backtest.reset_index()
missing = [c for c in ["currency", "kept_eur", "changes"] if c not in seen.columns]
assert not missing, f"backtest lacks the columns {missing}"
assert set(seen["currency"]) == set(CURRENCIES), f"one row for each of {', '.join(CURRENCIES)}"
assert seen["changes"].between(0, 11).all(), "twelve quarters have eleven reviews"
# %% hidden="backtest"
expect(backtest)
found = backtest.reset_index().set_index("currency")
slid = (monthly.iloc[-1] / last_rate).idxmax()
assert found["kept_eur"].idxmax() == slid, "the rule keeps most where the list was never made anew"
assert found.loc[slid, "kept_eur"] > 1.5 * found["kept_eur"].drop(slid).abs().max()
# %% after="backtest"
from course.plot import bar

bar(backtest, "currency", "kept_eur", title="What the rule would have kept in three years, in EUR")
# %% [markdown] hint="backtest"
# A rule that knows tomorrow's rate is not a rule that anybody can follow. What did the person know who sat down on the first of April?
# %% [markdown] hint="backtest"
# Two loops: currencies, and within them quarters, with `rate` carried from one quarter to the next. `quarter - pd.DateOffset(months=1)` is the last full month.
# %% [markdown] hint="backtest"
# Collect rows of currency, quarter and rule's rate in a DataFrame and use `sold.merge(path, on=["currency", "quarter"])`. A change is a quarter whose rate differs from
# the one before.
# %% [markdown] wrong="hindsight" task="backtest"
# This reviews with the rate of the month that has only begun. It looks better than any rule that can be followed, and next year's margin will fall short of the plan by the
# difference. Which month was over on the day of the review?
# %% wrong="hindsight" task="backtest"
rows = []
for currency in CURRENCIES:
    rate = first_rate[currency]
    for quarter in QUARTERS:
        before = rate
        if quarter > QUARTERS[0]:
            rate = reviewed(rate, monthly.loc[quarter, currency])
        rows.append({"currency": currency, "quarter": quarter, "rule_rate": rate, "changed": rate != before})
path = pd.DataFrame(rows)
joined = sold.merge(path, on=["currency", "quarter"])
kept = joined["net_eur"] * (joined["rule_rate"] / joined["list_rate"] - 1)
backtest = pd.DataFrame({
    "kept_eur": kept.groupby(joined["currency"]).sum(),
    "changes": path.groupby("currency")["changed"].sum(),
}).reset_index()
# %% [markdown] wrong="from_the_book" task="backtest"
# This reviews the list rate that stood in the books each quarter and not the rule's own. The rule then forgets what it decided and moves the sliding currency by 3% from the same old rate, again
# and again. From which rate does the second review start?
# %% wrong="from_the_book" task="backtest"
rows = []
for currency in CURRENCIES:
    rate = first_rate[currency]
    for quarter in QUARTERS:
        before = rate
        if quarter > QUARTERS[0]:
            rate = reviewed(listed.loc[quarter, currency], monthly.loc[quarter - pd.DateOffset(months=1), currency])
        rows.append({"currency": currency, "quarter": quarter, "rule_rate": rate, "changed": rate != before})
path = pd.DataFrame(rows)
joined = sold.merge(path, on=["currency", "quarter"])
kept = joined["net_eur"] * (joined["rule_rate"] / joined["list_rate"] - 1)
backtest = pd.DataFrame({
    "kept_eur": kept.groupby(joined["currency"]).sum(),
    "changes": path.groupby("currency")["changed"].sum(),
}).reset_index()
# %% [markdown] wrong="turned_round" task="backtest"
# This turns the fraction round: a higher list rate then lowers what a quote brings, and the rule seems to burn money where it keeps most. If a dollar list is made
# at 1.20 instead of 1.07, does the customer pay more dollars or fewer?
# %% wrong="turned_round" task="backtest"
rows = []
for currency in CURRENCIES:
    rate = first_rate[currency]
    for quarter in QUARTERS:
        before = rate
        if quarter > QUARTERS[0]:
            rate = reviewed(rate, monthly.loc[quarter - pd.DateOffset(months=1), currency])
        rows.append({"currency": currency, "quarter": quarter, "rule_rate": rate, "changed": rate != before})
path = pd.DataFrame(rows)
joined = sold.merge(path, on=["currency", "quarter"])
kept = joined["net_eur"] * (joined["list_rate"] / joined["rule_rate"] - 1)
backtest = pd.DataFrame({
    "kept_eur": kept.groupby(joined["currency"]).sum(),
    "changes": path.groupby("currency")["changed"].sum(),
}).reset_index()
# %% [markdown]
# The rule begins on 1 April 2026, from the list rates as they stand. `SLID` is the currency whose list rate lies furthest behind the market. Its regional lead asks how long the
# rises go on, and how many customers may leave before Tessaly would have done better to keep the old list.
# %% given
SLID = (monthly.iloc[-1] / last_rate).idxmax()
year = sold[(sold["currency"] == SLID) & (sold["quarter"] >= "2025-01-01")]
print(f"{SLID}: the list rate is {last_rate[SLID]:.4f}, the market's {monthly[SLID].iloc[-1]:.4f}")
# %% [markdown] task="bounds"
# **3. How many rises are to come, and how much custom may they cost?**
#
# `bounds` is a dict with two numbers:
#
# - `"reviews"`: the number of reviews in which the list rate of `SLID` moves until the rule leaves it alone, if the market stays at its rate of December 2025
# - `"may_leave"`: the share of the orders in `year` that could have been lost at the market's own list rate (the mean of `monthly` over 2025, for all of the year) before the rest
#   brought less margin than all orders did at the old list. All orders count as equally likely to go (a fraction; tolerance 0.002).
# %% answer="bounds"
### BEGIN SOLUTION
rate, market, reviews = last_rate[SLID], monthly[SLID].iloc[-1], 0
while reviewed(rate, market) != rate:
    rate, reviews = reviewed(rate, market), reviews + 1

fair = monthly.loc["2025", SLID].mean()
margin_before = (year["net_eur"] - year["cost_eur"]).sum()
margin_after = (year["net_eur"] * fair / year["list_rate"] - year["cost_eur"]).sum()
bounds = {"reviews": reviews, "may_leave": 1 - margin_before / margin_after}
### END SOLUTION
# %% check="bounds"
assert isinstance(bounds, (dict, pd.Series)), "bounds should be a dict"
assert set(bounds.keys()) == {"reviews", "may_leave"}, 'bounds needs the keys "reviews" and "may_leave"'
assert 0 < bounds["may_leave"] < 1, "may_leave is a fraction of the orders: 0.1 for 10%"
# %% hidden="bounds"
expect(bounds)
assert bounds["reviews"] >= 4, "a slide of three years is not made good within one"
# %% [markdown] hint="bounds"
# Call the rule with its own answer until the answer no longer changes. For the second number think of the break-even loss of topic 1.7: what is lost with an order is its margin.
# %% [markdown] hint="bounds"
# A `while` loop carries the rate and a count. For the share you need two margins: at the old list, and at the market's. A lost order takes its margin and saves its cost.
# %% [markdown] hint="bounds"
# If the new margin is `after` and the old one `before`, a share x may leave with `after * (1 - x) == before`.
# %% [markdown] wrong="by_revenue" task="bounds"
# This compares what was billed. An order that goes takes its price along, but it leaves its cost behind, so more of them may go than revenue says, and the region would be spared
# a rise that it can bear. What does Tessaly lose with an order?
# %% wrong="by_revenue" task="bounds"
rate, market, reviews = last_rate[SLID], monthly[SLID].iloc[-1], 0
while reviewed(rate, market) != rate:
    rate, reviews = reviewed(rate, market), reviews + 1
fair = monthly.loc["2025", SLID].mean()
bounds = {"reviews": reviews, "may_leave": 1 - year["net_eur"].sum() / (year["net_eur"] * fair / year["list_rate"]).sum()}
# %% [markdown] wrong="gain_over_old" task="bounds"
# This sets the gain against the old margin. It says by how much margin rises if nobody leaves; those who do leave take the *new* margin with them, so fewer may go than
# this says. Of which margin is the share to be taken?
# %% wrong="gain_over_old" task="bounds"
rate, market, reviews = last_rate[SLID], monthly[SLID].iloc[-1], 0
while reviewed(rate, market) != rate:
    rate, reviews = reviewed(rate, market), reviews + 1
fair = monthly.loc["2025", SLID].mean()
margin_before = (year["net_eur"] - year["cost_eur"]).sum()
bounds = {"reviews": reviews, "may_leave": (year["net_eur"] * fair / year["list_rate"] - year["cost_eur"]).sum() / margin_before - 1}
# %% [markdown] wrong="one_division" task="bounds"
# This divides the whole distance by 3%. Each step is 3% of a rate that has grown by the step before, and the rule stops within 2% of the market, so it stops sooner than the division says. What does
# the rule itself do, called again and again?
# %% wrong="one_division" task="bounds"
fair = monthly.loc["2025", SLID].mean()
margin_before = (year["net_eur"] - year["cost_eur"]).sum()
margin_after = (year["net_eur"] * fair / year["list_rate"] - year["cost_eur"]).sum()
bounds = {"reviews": (monthly[SLID].iloc[-1] / last_rate[SLID] - 1) / 0.03, "may_leave": 1 - margin_before / margin_after}
