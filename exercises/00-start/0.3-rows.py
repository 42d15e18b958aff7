# ---
# topic: "0.3"
# title: Choose rows
# tables: [opportunities]
# tasks:
#   to_visit:
#     points: 2
#     answer: {type: set}
#   without_amount:
#     points: 2
#     answer: {type: number, tolerance: 0.4}
# ---
# %% [markdown]
# It is the first week of January 2026. Luca Ferrante leads Southern Europe and has two days on the road. `opportunities` has one
# row for each deal: its `region`, its `status` (`won`, `lost` or `open`) and its `amount_eur`.
# %% given
from course.case import load

opportunities = load("opportunities")

opportunities[["opportunity_id", "region", "segment", "status", "amount_eur"]].head()
# %% [markdown] task="to_visit"
# **Which deals should Luca visit?**
#
# Make a list `to_visit` of the `opportunity_id` of every deal that is **open**, in **Southern Europe**, and worth **more than
# 150,000 EUR**. The last lines of the cell make the list from `chosen`, which so far looks at the region only: narrow it down.
# %% answer="to_visit"
in_region = opportunities["region"] == "Southern Europe"
chosen = in_region

### BEGIN SOLUTION
is_open = opportunities["status"] == "open"
is_large = opportunities["amount_eur"] > 150_000
chosen = in_region & is_open & is_large
### END SOLUTION

to_visit = list(opportunities.loc[chosen, "opportunity_id"])
len(to_visit)
# %% check="to_visit"
known = set(opportunities["opportunity_id"])
assert set(to_visit) <= known, "to_visit should hold values of opportunity_id, such as O-00012"
assert len(to_visit) > 0, "to_visit is empty: is a text spelt as in the table?"
assert len(to_visit) < len(opportunities), "to_visit holds every deal of the company; it should be a short list"
# %% hidden="to_visit"
expect(to_visit)
rows = opportunities[opportunities["opportunity_id"].isin(list(to_visit))]
assert (rows["status"] == "open").all() and rows["amount_eur"].min() > 150_000
# %% [markdown] hint="to_visit"
# There are three conditions, and all must hold. Make a name for each; the first is there already. Which sign joins conditions that
# must all hold?
# %% [markdown] hint="to_visit"
# `is_open = opportunities["status"] == "..."`, and one more with `>`. Then `chosen = in_region & ... & ...`.
# %% [markdown] wrong="either" task="to_visit"
# This takes a deal when any of the three holds. Luca would get a list of thousands, most of them closed long ago or in other
# people's regions. Which sign asks for all three at once?
# %% wrong="either" task="to_visit"
is_open = opportunities["status"] == "open"
is_large = opportunities["amount_eur"] > 150_000
in_region = opportunities["region"] == "Southern Europe"
to_visit = list(opportunities.loc[in_region | is_open | is_large, "opportunity_id"])
# %% [markdown] wrong="closed_too" task="to_visit"
# This leaves out the status. Most of the list is won or lost already, and Luca would drive to customers who decided a year ago. Which
# deals can a visit still change?
# %% wrong="closed_too" task="to_visit"
in_region = opportunities["region"] == "Southern Europe"
is_large = opportunities["amount_eur"] > 150_000
to_visit = list(opportunities.loc[in_region & is_large, "opportunity_id"])
# %% [markdown] wrong="all_sizes" task="to_visit"
# This takes every open deal of the region, whatever it is worth. Two days are then spent on whoever comes first, and the large
# deals wait their turn. What is the third condition?
# %% wrong="all_sizes" task="to_visit"
in_region = opportunities["region"] == "Southern Europe"
is_open = opportunities["status"] == "open"
to_visit = list(opportunities.loc[in_region & is_open, "opportunity_id"])
# %% [markdown] task="without_amount"
# **How many deals could not get on such a list?**
#
# Claire Whitcombe, who leads UK & Ireland, doubts the amounts. Make a number `without_amount`: how many **open** deals of the two regions
# `UK & Ireland` and `Southern Europe`, taken together, have **no** `amount_eur`.
# %% answer="without_amount"
### BEGIN SOLUTION
is_open = opportunities["status"] == "open"
in_two = opportunities["region"].isin(["UK & Ireland", "Southern Europe"])
without_amount = (is_open & in_two & opportunities["amount_eur"].isna()).sum()
### END SOLUTION

without_amount
# %% check="without_amount"
assert not hasattr(without_amount, "columns"), "without_amount should be a number: count the rows with len(...) or add up the True with .sum()"
assert 0 <= without_amount < len(opportunities), "a number of deals is expected, not an amount"
# %% hidden="without_amount"
expect(without_amount)
assert without_amount > 0
# %% [markdown] hint="without_amount"
# Three conditions again. One is about a list of two regions, one about a cell that is empty.
# %% [markdown] hint="without_amount"
# `.isin(["...", "..."])` takes the regions, `.isna()` finds empty cells. Join them with `&` and add up the `True` by `.sum()`.
# %% [markdown] wrong="zero" task="without_amount"
# This looks for an amount of zero. An empty cell equals nothing, not even zero, so the answer is that all is well, and the gap in the
# forecast stays where it is. How do you ask whether a cell is empty?
# %% wrong="zero" task="without_amount"
is_open = opportunities["status"] == "open"
in_two = opportunities["region"].isin(["UK & Ireland", "Southern Europe"])
without_amount = (is_open & in_two & (opportunities["amount_eur"] == 0)).sum()
# %% [markdown] wrong="all_regions" task="without_amount"
# This counts the empty amounts of all six regions. Claire Whitcombe and Luca Ferrante would be asked to mend deals that are not
# theirs. Which rows is the question about?
# %% wrong="all_regions" task="without_amount"
without_amount = opportunities["amount_eur"].isna().sum()
# %% [markdown] wrong="one_region" task="without_amount"
# This counts one of the two regions. The other's missing amounts stay out of sight, and its lead thinks they are complete. Which test
# takes a list of regions?
# %% wrong="one_region" task="without_amount"
is_open = opportunities["status"] == "open"
in_one = opportunities["region"] == "UK & Ireland"
without_amount = (is_open & in_one & opportunities["amount_eur"].isna()).sum()
