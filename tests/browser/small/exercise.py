# ---
# topic: "1.4"
# title: A small exercise
# tables: [deals]
# tasks:
#   revenue:
#     points: 2
#     answer: {type: table, keys: [segment], columns: {revenue_eur: 1.0}}
#   best:
#     points: 1
#     answer: {type: text}
# ---
# %% [markdown]
# Ingrid wants to know **where the revenue is**.
# %% given
from course.case import load

deals = load("deals")
deals.head(3)
# %% [markdown] task="revenue"
# Sum up the won revenue for each segment. Put a DataFrame with the columns `segment` and `revenue_eur` into `revenue`.
# %% answer="revenue"
### BEGIN SOLUTION
won = deals[deals["won"]]
revenue = won.groupby("segment", as_index=False)["revenue_eur"].sum()
### END SOLUTION
# %% check="revenue"
assert len(revenue) == 3, "There are three segments, so `revenue` has three rows."
# %% hidden="revenue"
expect(revenue)
# %% after="revenue"
from course.plot import bar

bar(revenue, "segment", "revenue_eur", title="Enterprise pays for the rest")
# %% [markdown] hint="revenue"
# The column `won` says which deals count.
# %% [markdown] hint="revenue"
# Try `groupby`.
# %% [markdown] wrong="all" task="revenue"
# This sums up **all deals**, lost ones included.
# %% wrong="all" task="revenue"
revenue = deals.groupby("segment", as_index=False)["revenue_eur"].sum()
# %% [markdown] task="best"
# Name the segment with the most revenue in `best`.
# %% answer="best"
### BEGIN SOLUTION
best = revenue.sort_values("revenue_eur")["segment"].iloc[-1]
### END SOLUTION
# %% check="best"
assert isinstance(best, str), "`best` is the name of a segment."
# %% hidden="best"
expect(best)
# %% [markdown] wrong="largest" task="best"
# This is the segment with the most deals.
# %% wrong="largest" task="best"
best = deals["segment"].value_counts().index[0]
