# ---
# topic: "8.3"
# title: Moving money between regions
# tables: [bookings, sales_costs, regions]
# tasks:
#   returns:
#     points: 3
#     answer: {type: table, keys: [region], columns: {average: 0.02, marginal: 0.05}}
#   verdict:
#     points: 2
#     answer: {type: mapping}
#   least_eur:
#     points: 2
#     answer: {type: number, tolerance: 3000}
# ---
# %% [markdown]
# Ingrid Solheim has no new money for selling in 2026, and Tomasz Wieczorek says that she needs none: let her move EUR 300,000 a year from where it earns least to where it
# earns most. Each of the six leads has sent a slide on which their own region earns most.
#
# `margin` and `cost` below hold a row for each region and a column for each year: the gross margin of what was booked (bookings less what the units cost to make), and what selling cost, both in EUR. `chance`
# holds for each region how far the **growth** of its margin from 2023 to 2025 might be off by the luck of single orders: one standard error, in EUR.
# %% given
import numpy as np
import pandas as pd

from course.case import load

bookings, costs, regions = load("bookings", "sales_costs", "regions")
bookings["year"] = bookings["booked_on"].dt.year
bookings["margin_eur"] = bookings["amount_eur"] - bookings["cost_eur"]
margin = bookings.groupby(["region", "year"])["margin_eur"].sum().unstack()
booked = bookings.groupby(["region", "year"])["amount_eur"].sum().unstack()
cost = costs.groupby(["region", costs["quarter"].str[:4].astype(int)])["cost_eur"].sum().unstack()

orders = bookings[bookings["year"] != 2024].groupby(["region", "opportunity_id"])["margin_eur"].sum()
chance = np.sqrt((orders**2).groupby("region").sum())

pd.concat({"margin, EUR m": margin / 1e6, "cost, EUR m": cost / 1e6}, axis=1).round(2)
# %% [markdown] task="returns"
# **What does a euro of selling bring, on average and at the margin?** Take one for the other, and the money goes where it has stopped earning.
#
# Build a DataFrame `returns` with one row for each region and the columns
#
# - `region`
# - `average`: margin of the three years for each euro of selling cost in them
# - `marginal`: margin that 2025 brought more than 2023, for each euro of selling cost that 2025 had more than 2023
#
# Both are euros of margin for a euro of cost. `average` counts as right within 0.02, `marginal` within 0.05.
# %% answer="returns"
### BEGIN SOLUTION
returns = pd.DataFrame({
    "average": margin.sum(axis=1) / cost.sum(axis=1),
    "marginal": (margin[2025] - margin[2023]) / (cost[2025] - cost[2023]),
}).reset_index()
### END SOLUTION
# %% check="returns"
assert isinstance(returns, pd.DataFrame), "returns should be a DataFrame with one row for each region"
seen = returns.reset_index()
missing = [c for c in ("region", "average", "marginal") if c not in seen.columns]
assert not missing, f"returns lacks the columns {missing}"
assert len(seen) == len(regions), f"there are {len(regions)} regions; returns has {len(seen)} rows"
assert seen["average"].between(0.3, 10).all(), "average is euros of margin for a euro of selling cost"
# %% hidden="returns"
expect(returns)
rows = returns.reset_index().set_index("region")
best = rows["average"].idxmax()
assert rows.loc[best, "marginal"] < 1 < rows.loc[best, "average"], "the best average region is past its margin"
# %% after="returns"
from course.plot import bar

bar(returns.sort_values("average"), "region", "average", title="Average margin for each euro of selling cost, 2023 to 2025")
# %% [markdown] hint="returns"
# The first ratio is about all the euros, the second about the last ones. What did the region have more of in 2025, and what did it bring more?
# %% [markdown] hint="returns"
# `margin.sum(axis=1)` adds up a region's years; `margin[2025] - margin[2023]` is what it gained. Do the same with `cost` and divide.
# %% [markdown] hint="returns"
# `pd.DataFrame({"average": …, "marginal": …}).reset_index()`, with the two divisions in place of the dots.
# %% [markdown] wrong="bookings" task="returns"
# This counts bookings. Regions that sell services and devices look as rich as those that sell software, and every region seems to earn its money back three times. What is left of a booking when the
# units are made and delivered?
# %% wrong="bookings" task="returns"
returns = pd.DataFrame({
    "average": booked.sum(axis=1) / cost.sum(axis=1),
    "marginal": (booked[2025] - booked[2023]) / (cost[2025] - cost[2023]),
}).reset_index()
# %% [markdown] wrong="latest_average" task="returns"
# This takes the average of 2025 for the return of the next euro. The best region then still looks well worth another person, because its old customers carry the new cost. What did the euros bring that were not
# there in 2023?
# %% wrong="latest_average" task="returns"
returns = pd.DataFrame({
    "average": margin.sum(axis=1) / cost.sum(axis=1), "marginal": margin[2025] / cost[2025],
}).reset_index()
# %% [markdown] wrong="one_year" task="returns"
# This takes the change of the last year alone. Costs moved by a few per cent in most regions, so one large order decides the sign, and next January the order of the regions is another. Over which years
# has the money moved most?
# %% wrong="one_year" task="returns"
returns = pd.DataFrame({
    "average": margin.sum(axis=1) / cost.sum(axis=1),
    "marginal": (margin[2025] - margin[2024]) / (cost[2025] - cost[2024]),
}).reset_index()
# %% [markdown] wrong="change_of_average" task="returns"
# This is how far the average has moved between 2023 and 2025, a difference of two averages. It says which way a region is going and not what a euro brings, so no budget can be set by it. What did
# margin gain in EUR, and what did that cost in EUR?
# %% wrong="change_of_average" task="returns"
returns = pd.DataFrame({
    "average": margin.sum(axis=1) / cost.sum(axis=1),
    "marginal": margin[2025] / cost[2025] - margin[2023] / cost[2023],
}).reset_index()
# %% [markdown] wrong="growth_by_growth" task="returns"
# This divides per cent by per cent. One per cent of a large margin is many euros and one per cent of a small cost few, so a region where a further euro loses money can still come out above one. How many
# euros were added, and how many did they bring?
# %% wrong="growth_by_growth" task="returns"
returns = pd.DataFrame({
    "average": margin.sum(axis=1) / cost.sum(axis=1),
    "marginal": (margin[2025] / margin[2023] - 1) / (cost[2025] / cost[2023] - 1),
}).reset_index()
# %% [markdown] wrong="net" task="returns"
# This takes the euro itself off again, as an accountant's return does. The rule below sets its line at one euro for a euro, so a region that earns its money back one and a half times would have to give.
# What comes in for each euro, before it is paid back?
# %% wrong="net" task="returns"
returns = pd.DataFrame({
    "average": margin.sum(axis=1) / cost.sum(axis=1) - 1,
    "marginal": (margin[2025] - margin[2023]) / (cost[2025] - cost[2023]) - 1,
}).reset_index()
# %% [markdown] task="verdict"
# **What happens to each region's money?**
#
# Where selling cost hardly moved, nobody has seen what a further euro does, whatever the fraction says. To close down a region on such a fraction costs its customers. The rule:
#
# - `"test"`: the cost of 2025 is within 15% of that of 2023. Try a small amount before you move a large one
# - `"take"`: the cost moved more, and a further euro brought less than one euro of margin
# - `"give"`: the cost moved more, and a further euro brought more than one
#
# `verdict` is a dict with each region as a key and one of the three words as its value.
# %% answer="verdict"
### BEGIN SOLUTION
marginal = returns.set_index("region")["marginal"]
tried = (cost[2025] / cost[2023] - 1).abs() > 0.15
verdict = {
    region: "test" if not tried[region] else "take" if marginal[region] < 1 else "give" for region in cost.index
}
### END SOLUTION
# %% check="verdict"
given = dict(verdict)
assert set(given) == set(cost.index), "verdict needs each of the regions as a key, and nothing else"
strange = sorted(set(map(str, given.values())) - {"test", "take", "give"})
assert not strange, f'the values are "test", "take" or "give"; these are not: {strange}'
# %% hidden="verdict"
expect(verdict)
assert verdict[returns.set_index("region")["average"].idxmax()] == "take", "the best average gives money up"
# %% [markdown] hint="verdict"
# Two questions in this order: has the money moved enough to have taught you something, and what did it teach?
# %% [markdown] hint="verdict"
# `cost[2025] / cost[2023] - 1` is the growth of each region's cost. Only where it is above 0.15 is `marginal` worth reading.
# %% [markdown] wrong="by_average" task="verdict"
# This gives where the average is high and takes where it is low. The region that has had too much already gets more, paid for by one that was just beginning to earn. What did the last euros bring in each?
# %% wrong="by_average" task="verdict"
ranked = returns.set_index("region")["average"]
verdict = {r: "give" if ranked[r] == ranked.max() else "take" if ranked[r] == ranked.min() else "test" for r in cost.index}
# %% [markdown] wrong="untested" task="verdict"
# This reads every region's fraction, also where cost moved by a few per cent. Dividing by next to nothing makes large numbers of either sign, and you would close down or build up regions on them. Where has the
# money moved enough?
# %% wrong="untested" task="verdict"
marginal = returns.set_index("region")["marginal"]
verdict = {region: "take" if marginal[region] < 1 else "give" for region in cost.index}
# %% [markdown] task="least_eur"
# **What does the move bring at least?**
#
# EUR 300,000 a year go from the region marked `"take"` to the one marked `"give"`. Taken at its word, that gains EUR 300,000 times the difference of their `marginal`. But both are estimates. A region's standard error of `marginal` is its
# `chance` divided by the growth of its cost from 2023 to 2025; that of a difference is the root of the sum of the two squares. What Tomasz Wieczorek books as a gain and then misses
# is taken out of the next budget.
#
# `least_eur` is one number: EUR 300,000 times (the difference less 1.96 standard errors of it), in EUR of margin a year, compared to within EUR 3,000. It may be below zero.
# %% answer="least_eur"
### BEGIN SOLUTION
giver = next(region for region, word in verdict.items() if word == "take")
taker = next(region for region, word in verdict.items() if word == "give")
marginal = returns.set_index("region")["marginal"]
error = chance / (cost[2025] - cost[2023])
difference = marginal[taker] - marginal[giver]
least_eur = 300_000 * (difference - 1.96 * np.sqrt(error[taker] ** 2 + error[giver] ** 2))
### END SOLUTION
# %% check="least_eur"
assert np.isscalar(least_eur), "least_eur is one number"
assert abs(least_eur) < 5_000_000, "least_eur is in EUR a year; the move is EUR 300,000"
# %% hidden="least_eur"
expect(least_eur)
# %% after="least_eur"
giver, taker = (next(region for region, word in verdict.items() if word == wanted) for wanted in ("take", "give"))
both = returns.set_index("region")["marginal"]
print(f"From {giver} to {taker}: {300_000 * (both[taker] - both[giver]):,.0f} EUR a year as estimated, at least {least_eur:,.0f} EUR.")
if least_eur > 0:
    print("Luck alone would hardly turn this move into a loss: Tomasz can book the lower figure, and nothing above it.")
else:
    print("Luck alone could turn this move into a loss. Book nothing, move it in steps, and look again after two quarters.")
print("Both figures speak of the euros that were added last. Those that leave after them earned more, so the reading stopped where the two lines met.")
# %% [markdown] hint="least_eur"
# Three steps: the difference of two `marginal`, the standard error of each, and the two errors put together.
# %% [markdown] hint="least_eur"
# `chance / (cost[2025] - cost[2023])` gives each region's standard error. Square two of them, add, take the root, times 1.96, off the difference, times 300,000.
# %% [markdown] wrong="taken_at_its_word" task="least_eur"
# This is what the move gains if both returns are exactly what they seem. Tomasz writes it into the plan as a promise, and one order that comes a month later breaks it. How wide is each of the two estimates?
# %% wrong="taken_at_its_word" task="least_eur"
marginal = returns.set_index("region")["marginal"]
giver = next(region for region, word in verdict.items() if word == "take")
taker = next(region for region, word in verdict.items() if word == "give")
least_eur = 300_000 * (marginal[taker] - marginal[giver])
# %% [markdown] wrong="average_gap" task="least_eur"
# This takes the difference of the averages. It says that the move loses money, and nothing is moved: the region's old customers speak for its newest cost. Which euros are moved, all of them or the last?
# %% wrong="average_gap" task="least_eur"
ranked = returns.set_index("region")["average"]
giver = next(region for region, word in verdict.items() if word == "take")
taker = next(region for region, word in verdict.items() if word == "give")
least_eur = 300_000 * (ranked[taker] - ranked[giver])
# %% [markdown] wrong="both_worst" task="least_eur"
# This adds the two errors as they are, as if luck turned against both regions at once and in full. That is rarer than one time in forty, so the bound is too low and a good move looks like a
# gamble. How are the errors of two estimates put together that have nothing to do with each other?
# %% wrong="both_worst" task="least_eur"
marginal = returns.set_index("region")["marginal"]
giver = next(region for region, word in verdict.items() if word == "take")
taker = next(region for region, word in verdict.items() if word == "give")
error = chance / (cost[2025] - cost[2023])
least_eur = 300_000 * (marginal[taker] - marginal[giver] - 1.96 * (error[taker] + error[giver]))
# %% [markdown] wrong="one_error" task="least_eur"
# This takes off one standard error. In about one case in six the move brings less than that, which is too often for a figure that Tomasz calls the least. How many standard errors did the
# reading take?
# %% wrong="one_error" task="least_eur"
marginal = returns.set_index("region")["marginal"]
giver = next(region for region, word in verdict.items() if word == "take")
taker = next(region for region, word in verdict.items() if word == "give")
error = chance / (cost[2025] - cost[2023])
least_eur = 300_000 * (marginal[taker] - marginal[giver] - np.sqrt(error[taker] ** 2 + error[giver] ** 2))
# %% [markdown] wrong="taker_alone" task="least_eur"
# This knows the luck of the region that gets the money and takes the other's return for certain. Both were estimated from a few hundred orders, and the euros that leave might have earned more than they
# seem to. Whose error is missing?
# %% wrong="taker_alone" task="least_eur"
marginal = returns.set_index("region")["marginal"]
giver = next(region for region, word in verdict.items() if word == "take")
taker = next(region for region, word in verdict.items() if word == "give")
error = chance / (cost[2025] - cost[2023])
least_eur = 300_000 * (marginal[taker] - marginal[giver] - 1.96 * error[taker])
# %% [markdown]
# **Before you sign.** Open your own `plan` of 3.4 and find the row of the region that gives. Those customers have just got another owner. If the money is taken in people, some of them get a third within a year;
# taken in travel and pre-sales, nobody's owner changes. Write into your memo which it is.
