# ---
# topic: "1.4"
# title: New customers or more from existing ones
# tables: [subscriptions, sales_costs, marketing_spend]
# tasks:
#   economics:
#     points: 5
#     answer: {type: table, keys: [motion, segment], columns: {cac_eur: "1%", churn_rate: 0.002, ltv_eur: "1%", payback_months: 0.2, ltv_to_cac: 0.03}}
#   years_to_pay:
#     points: 3
#     answer: {type: table, keys: [motion, segment], columns: {years: 0.1}}
# ---
# %% [markdown]
# Mei Tanaka did this sum a year ago on two years of history. Now there are three, and Ingrid Solheim has to say by
# Friday where the next euro of 2026 goes: into new customers for Tessaly Insight, or into more from those there are.
# The board counts over a horizon of **five years**.
#
# `won` holds one row for each Insight contract won from January 2023 to December 2025: its `motion` (`new` or
# `expansion`), its `segment`, `arr_eur` (what the customer pays a year), `gross_margin_rate` (the fraction left after
# hosting and support), `years` (how long we have watched it, up to the end of 2025) and `ended` (whether it ended in
# that time). `sales` and `marketing` hold what winning them cost over the same three years.
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

subscriptions, sales, marketing = load("subscriptions", "sales_costs", "marketing_spend")
sales = sales[sales["business_unit"] == "Analytics"]  # the unit that sells Insight
marketing = marketing[marketing["business_unit"] == "Analytics"]

LAST_DAY = pd.Timestamp("2025-12-31")
won = subscriptions[subscriptions["opportunity_id"].notna()].copy()
watched_until = won["ended_on"].fillna(LAST_DAY).clip(upper=LAST_DAY)
won["years"] = ((watched_until - won["started_on"]).dt.days / 365.25).clip(lower=0)
won["ended"] = won["ended_on"].notna()

BY = ["motion", "segment"]
HORIZON = 5  # years


def years_kept(churn_rate, horizon):
    """How many years of the horizon a customer stays on average; both in years, churn as a fraction a year."""
    return (1 - np.exp(-churn_rate * horizon)) / churn_rate


won[[*BY, "arr_eur", "gross_margin_rate", "years", "ended"]].head()
# %% [markdown] task="economics"
# **What does a contract cost and bring, by motion and segment?**
#
# Build a DataFrame `economics` with one row for each motion and segment (six rows) and the columns
#
# - `motion`, `segment`
# - `cac_eur`: what it cost to win one contract, selling and marketing (EUR)
# - `churn_rate`: contracts ended for each contract-year watched (a fraction a year)
# - `ltv_eur`: the margin that a contract brings within the horizon (EUR), by `years_kept` and `HORIZON`
# - `payback_months`: months of margin that cover `cac_eur`
# - `ltv_to_cac`: `ltv_eur` for each euro of `cac_eur`
#
# The steps: cost and number of contracts for each row; mean yearly margin of a contract; churn; then the last three.
# Money counts as right within 1%, months within 0.2, churn within 0.002, the ratio within 0.03.
# %% answer="economics"
### BEGIN SOLUTION
cost = sales.groupby(BY)["cost_eur"].sum() + marketing.groupby(BY)["spend_eur"].sum()
contracts = won.assign(margin_eur=won["arr_eur"] * won["gross_margin_rate"]).groupby(BY)
margin_eur = contracts["margin_eur"].mean()

economics = pd.DataFrame({"cac_eur": cost / contracts.size()})
economics["churn_rate"] = contracts["ended"].sum() / contracts["years"].sum()
economics["ltv_eur"] = margin_eur * years_kept(economics["churn_rate"], HORIZON)
economics["payback_months"] = economics["cac_eur"] / (margin_eur / 12)
economics["ltv_to_cac"] = economics["ltv_eur"] / economics["cac_eur"]
economics = economics.reset_index()
### END SOLUTION
# %% check="economics"
assert isinstance(economics, pd.DataFrame), "economics should be a DataFrame with one row for each motion and segment"
seen = economics.reset_index()
wanted = [*BY, "cac_eur", "churn_rate", "ltv_eur", "payback_months", "ltv_to_cac"]
missing = [c for c in wanted if c not in seen.columns]
assert not missing, f"economics lacks the columns {missing}"
assert len(seen) == 6, f"two motions and three segments make six rows; economics has {len(seen)}"
assert seen["churn_rate"].between(0, 1).all(), "churn_rate is a fraction a year: 0.2 for 20%"
assert (seen["ltv_eur"] < HORIZON * won["arr_eur"].max()).all(), "no contract brings more than five years of the largest one"
# %% hidden="economics"
expect(economics)
rows = economics.reset_index().set_index(["motion", "segment"])
small = rows.loc[("new", "small")]
assert small["payback_months"] > 12 / small["churn_rate"], "the average new small customer leaves before its cost is back"
assert (rows.drop(("new", "small"))["ltv_to_cac"] > 1).all(), "in every other row the cost comes back"
# %% after="economics"
shown = economics.assign(row=economics["motion"] + ", " + economics["segment"])
bar(shown, "row", "ltv_to_cac", title="Margin within five years for each euro of acquisition cost")
# %% [markdown] hint="economics"
# Each row of the answer is a business of its own: its own cost, its own contracts, its own leavers. What has to happen
# to each of the three tables before anything is divided?
# %% [markdown] hint="economics"
# Group `sales`, `marketing` and `won` by `BY` and sum or average within the groups. Two grouped sums with the same
# index can be added and divided directly. A customer's yearly margin is `arr_eur` times `gross_margin_rate`.
# %% [markdown] hint="economics"
# `groups = won.groupby(BY)`; then `groups["ended"].sum() / groups["years"].sum()` is churn a year, and
# `groups.size()` is the number of contracts by which cost is divided. End with `.reset_index()`.
# %% [markdown] wrong="blended" task="economics"
# This gives every segment the average of its motion. New business then looks like one steady investment and small
# accounts keep their budget, carried by the two segments that earn it. What do you see when each segment has to pay for
# its own contracts and bear its own leavers?
# %% wrong="blended" task="economics"
cost = sales.groupby("motion")["cost_eur"].sum() + marketing.groupby("motion")["spend_eur"].sum()
contracts = won.assign(margin_eur=won["arr_eur"] * won["gross_margin_rate"]).groupby("motion")
margin_eur = contracts["margin_eur"].mean()
economics = pd.DataFrame({"cac_eur": cost / contracts.size()})
economics["churn_rate"] = contracts["ended"].sum() / contracts["years"].sum()
economics["ltv_eur"] = margin_eur * years_kept(economics["churn_rate"], HORIZON)
economics["payback_months"] = economics["cac_eur"] / (margin_eur / 12)
economics["ltv_to_cac"] = economics["ltv_eur"] / economics["cac_eur"]
economics = won[BY].drop_duplicates().merge(economics.reset_index(), on="motion")
# %% [markdown] wrong="revenue" task="economics"
# This counts what customers pay, not what is left of it. Every row looks about a third better than it is and pays back
# months sooner, so Tomasz Wieczorek finds the gap in the first quarter's cash. Which euros of a subscription can repay
# a seller's salary?
# %% wrong="revenue" task="economics"
cost = sales.groupby(BY)["cost_eur"].sum() + marketing.groupby(BY)["spend_eur"].sum()
contracts = won.groupby(BY)
revenue_eur = contracts["arr_eur"].mean()
economics = pd.DataFrame({"cac_eur": cost / contracts.size()})
economics["churn_rate"] = contracts["ended"].sum() / contracts["years"].sum()
economics["ltv_eur"] = revenue_eur * years_kept(economics["churn_rate"], HORIZON)
economics["payback_months"] = economics["cac_eur"] / (revenue_eur / 12)
economics["ltv_to_cac"] = economics["ltv_eur"] / economics["cac_eur"]
economics = economics.reset_index()
# %% [markdown] wrong="endless" task="economics"
# This takes one year divided by churn as the lifetime, with no end. Enterprise contracts then earn for ten years and
# more, from a history of three, and large new customers seem worth almost any price. How much of that margin falls
# inside the five years that the board agreed to count?
# %% wrong="endless" task="economics"
cost = sales.groupby(BY)["cost_eur"].sum() + marketing.groupby(BY)["spend_eur"].sum()
contracts = won.assign(margin_eur=won["arr_eur"] * won["gross_margin_rate"]).groupby(BY)
margin_eur = contracts["margin_eur"].mean()
economics = pd.DataFrame({"cac_eur": cost / contracts.size()})
economics["churn_rate"] = contracts["ended"].sum() / contracts["years"].sum()
economics["ltv_eur"] = margin_eur / economics["churn_rate"]
economics["payback_months"] = economics["cac_eur"] / (margin_eur / 12)
economics["ltv_to_cac"] = economics["ltv_eur"] / economics["cac_eur"]
economics = economics.reset_index()
# %% [markdown] wrong="sales_only" task="economics"
# This leaves marketing out of the cost of winning. New business depends on marketing far more than expansion does, so
# the comparison tilts towards new customers, and Daniel Reyes's budget looks free. Who else was paid to win these
# contracts?
# %% wrong="sales_only" task="economics"
cost = sales.groupby(BY)["cost_eur"].sum()
contracts = won.assign(margin_eur=won["arr_eur"] * won["gross_margin_rate"]).groupby(BY)
margin_eur = contracts["margin_eur"].mean()
economics = pd.DataFrame({"cac_eur": cost / contracts.size()})
economics["churn_rate"] = contracts["ended"].sum() / contracts["years"].sum()
economics["ltv_eur"] = margin_eur * years_kept(economics["churn_rate"], HORIZON)
economics["payback_months"] = economics["cac_eur"] / (margin_eur / 12)
economics["ltv_to_cac"] = economics["ltv_eur"] / economics["cac_eur"]
economics = economics.reset_index()
# %% [markdown] wrong="leavers_share" task="economics"
# This divides the contracts that ended by all contracts won, whenever they began. A contract watched for three years
# and one signed last month then weigh the same, and the share is read as if it were a year's. How many years of watching
# stand behind the leavers of each row?
# %% wrong="leavers_share" task="economics"
cost = sales.groupby(BY)["cost_eur"].sum() + marketing.groupby(BY)["spend_eur"].sum()
contracts = won.assign(margin_eur=won["arr_eur"] * won["gross_margin_rate"]).groupby(BY)
margin_eur = contracts["margin_eur"].mean()
economics = pd.DataFrame({"cac_eur": cost / contracts.size()})
economics["churn_rate"] = contracts["ended"].mean()
economics["ltv_eur"] = margin_eur * years_kept(economics["churn_rate"], HORIZON)
economics["payback_months"] = economics["cac_eur"] / (margin_eur / 12)
economics["ltv_to_cac"] = economics["ltv_eur"] / economics["cac_eur"]
economics = economics.reset_index()
# %% [markdown]
# Daniel Reyes asks for patience: new customers need a longer horizon. Tomasz Wieczorek asks how long.
# %% [markdown] task="years_to_pay"
# **How far must the board look ahead before each row has earned its cost?**
#
# Build a DataFrame `years_to_pay` with the columns `motion`, `segment` and `years`: the shortest horizon, in whole
# years from 1 to 10, within which the margin of a contract covers its acquisition cost once leavers are counted. Put
# `np.inf` where none of the ten does. `economics` has what you need: within its five years, margin a year is `ltv_eur`
# divided by `years_kept(churn_rate, HORIZON)`.
# %% answer="years_to_pay"
### BEGIN SOLUTION
yearly_margin = economics["ltv_eur"] / years_kept(economics["churn_rate"], HORIZON)
years_to_pay = economics[BY].assign(years=np.inf)
for horizon in range(10, 0, -1):
    covered = yearly_margin * years_kept(economics["churn_rate"], horizon) >= economics["cac_eur"]
    years_to_pay["years"] = years_to_pay["years"].mask(covered, horizon)
### END SOLUTION
# %% check="years_to_pay"
assert isinstance(years_to_pay, pd.DataFrame), "years_to_pay should be a DataFrame"
seen = years_to_pay.reset_index()
assert {"motion", "segment", "years"} <= set(seen.columns), "years_to_pay needs the columns motion, segment and years"
assert len(seen) == 6, f"two motions and three segments make six rows; years_to_pay has {len(seen)}"
assert seen["years"].notna().all(), "write np.inf, not an empty value, where no horizon is long enough"
assert (seen["years"] >= 1).all(), "the shortest horizon to try is one year"
# %% hidden="years_to_pay"
expect(years_to_pay)
years = years_to_pay.reset_index().set_index(["motion", "segment"])["years"]
assert np.isinf(years.loc[("new", "small")]), "no horizon pays for a new small customer"
# %% [markdown] hint="years_to_pay"
# Payback in months takes for granted that the customer is still there. Of 100 customers who start, fewer and fewer pay
# as the years pass: does the sum of what they pay ever reach what all 100 cost?
# %% [markdown] hint="years_to_pay"
# For one horizon, `yearly_margin * years_kept(churn_rate, horizon)` is what a contract brings in that time. Compare it
# with `cac_eur` for horizons from 1 to 10 and keep the first that is enough.
# %% [markdown] hint="years_to_pay"
# Begin with a column `years` full of `np.inf`. Go through the horizons from 10 down to 1 and overwrite `years` where
# the margin is at least `cac_eur`: `years.mask(covered, horizon)`.
# %% [markdown] wrong="nobody_leaves" task="years_to_pay"
# This turns payback months into years as if every customer stayed until the cost is back. New small business would then
# be paid off after a few years and the board would wait for it, when most of those customers have long gone. How many of
# 100 are still paying in the year in which you call it even?
# %% wrong="nobody_leaves" task="years_to_pay"
years_to_pay = economics[BY].assign(years=np.ceil(economics["payback_months"] / 12))
# %% [markdown] wrong="three_times" task="years_to_pay"
# This waits until a contract has brought three times its cost. That is the bar for calling a business good, not for
# having the money back, and Tomasz would turn down rows that return their cost in two years. What was the question: even,
# or three to one?
# %% wrong="three_times" task="years_to_pay"
yearly_margin = economics["ltv_eur"] / years_kept(economics["churn_rate"], HORIZON)
years_to_pay = economics[BY].assign(years=np.inf)
for horizon in range(10, 0, -1):
    covered = yearly_margin * years_kept(economics["churn_rate"], horizon) >= 3 * economics["cac_eur"]
    years_to_pay["years"] = years_to_pay["years"].mask(covered, horizon)
