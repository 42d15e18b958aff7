# ---
# topic: "1.2"
# title: Growth, share or profit
# tables: [business_units, bookings, market_size]
# tasks:
#   measures:
#     points: 4
#     answer:
#       type: table
#       keys: [business_unit]
#       columns: {own_growth_rate: 0.003, market_growth_rate: 0.003, share_change_rate: 0.003, margin_rate: 0.003}
#   objective:
#     points: 3
#     answer: {type: mapping}
# ---
# %% [markdown]
# Three of the four heads of business units want growth as the objective for 2026, the fourth wants share. Ingrid Solheim may
# give each unit one, and Tomasz Wieczorek wants to see the measures behind it.
#
# `facts` below has a row for each unit and year: `bookings_eur`, `cost_eur` (what the goods sold cost to make and deliver) and
# `market_eur`, what all customers spent in that unit's market (all regions, no forecasts). `fixed_cost_2025_eur` is what the unit cost
# in 2025 whatever it sold. `maturity` in the table below is the label that the company gives a unit, `leads_with` the objective that its head asks for.
# %% given
import pandas as pd

from course.case import load

business_units, bookings, market_size = load("business_units", "bookings", "market_size")

bookings["year"] = bookings["booked_on"].dt.year
own = bookings.groupby(["business_unit", "year"], as_index=False).agg(
    bookings_eur=("amount_eur", "sum"), cost_eur=("cost_eur", "sum")
)
market = market_size[~market_size["forecast"]].groupby(["business_unit", "year"], as_index=False)["market_eur"].sum()
facts = own.merge(market, on=["business_unit", "year"])
fixed_cost_2025_eur = business_units.set_index("business_unit")["fixed_cost_2025_eur"]

business_units[["business_unit", "maturity", "leads_with"]]
# %% given
from course.plot import line

line(
    facts.assign(year=facts["year"].astype(str), bookings_m=facts["bookings_eur"] / 1e6), "year", "bookings_m",
    colour="business_unit", title="What the heads of the units show: bookings in EUR million",
    alt="Bookings by business unit, 2023 to 2025, in millions of euros.",
)
# %% [markdown] task="measures"
# **Four measures of each unit**
#
# Make a DataFrame `measures` with one row for each `business_unit` and these columns, all fractions (0.12 for 12%):
#
# - `own_growth_rate`: compound yearly growth of the unit's bookings from 2023 to 2025 (two years apart)
# - `market_growth_rate`: the same for its market
# - `share_change_rate`: its market share of 2025 divided by that of 2023, less 1 (over both years together, not a year)
# - `margin_rate`: what is left of its bookings in 2025 after the cost of goods **and** the unit's fixed cost, as a fraction of
#   these bookings
#
# Steps: bring each of the three amounts into a table of units by years (given), take first and last year, and divide. A square root is
# `** (1 / 2)`.
# Each figure is compared to within 0.003.
# %% answer="measures"
booked = facts.pivot(index="business_unit", columns="year", values="bookings_eur")
cost = facts.pivot(index="business_unit", columns="year", values="cost_eur")
spent = facts.pivot(index="business_unit", columns="year", values="market_eur")

### BEGIN SOLUTION
share = booked / spent
measures = pd.DataFrame({
    "own_growth_rate": (booked[2025] / booked[2023]) ** (1 / 2) - 1,
    "market_growth_rate": (spent[2025] / spent[2023]) ** (1 / 2) - 1,
    "share_change_rate": share[2025] / share[2023] - 1,
    "margin_rate": (booked[2025] - cost[2025] - fixed_cost_2025_eur) / booked[2025],
}).reset_index()
### END SOLUTION
# %% check="measures"
by_unit = measures.reset_index().set_index("business_unit")
assert len(by_unit) == 4, f"There are four business units; measures has {len(by_unit)} rows."
wanted = ["own_growth_rate", "market_growth_rate", "share_change_rate", "margin_rate"]
lacking = [name for name in wanted if name not in by_unit]
assert not lacking, f"measures lacks {', '.join(lacking)}."
assert (by_unit[wanted].abs() < 1).all().all(), "All four are fractions, 0.12 for 12%, and none is as large as 1 here."
ahead = by_unit["own_growth_rate"] > by_unit["market_growth_rate"]
assert (ahead == (by_unit["share_change_rate"] > 0)).all(), (
    "A unit that grows faster than its market gains share, and the other way round; one of yours contradicts that."
)
# %% hidden="measures"
expect(measures)
analytics = measures.reset_index().set_index("business_unit").loc["Analytics"]
assert analytics["own_growth_rate"] > 0 > analytics["share_change_rate"]
# %% after="measures"
from course.plot import bar

compared = measures.reset_index().melt("business_unit", ["own_growth_rate", "market_growth_rate"], "measure", "rate")
bar(compared, "business_unit", "rate", colour="measure", title="Growth of each unit beside that of its market")
# %% [markdown] hint="measures"
# From 2023 to 2025 there are two steps, not three. The rate that, applied twice, leads from the first amount to the last is a
# square root less 1.
# %% [markdown] hint="measures"
# Shares are one table divided by another: `booked / spent` has units as rows and years as columns. Its last column divided by its first
# says what became of the share.
# %% [markdown] hint="measures"
# `pd.DataFrame({"own_growth_rate": (booked[2025] / booked[2023]) ** (1 / 2) - 1, ...})`, and for the margin take both costs off
# the bookings of 2025 before you divide.
# %% [markdown] wrong="one_year" task="measures"
# This measures growth and share over 2025 alone. That year holds a rival's entry and the year before holds a new rule for utilities and
# pharma, so you would give a unit its objective for one event. Over which years did the units and their markets move?
# %% wrong="one_year" task="measures"
booked = facts.pivot(index="business_unit", columns="year", values="bookings_eur")
cost = facts.pivot(index="business_unit", columns="year", values="cost_eur")
spent = facts.pivot(index="business_unit", columns="year", values="market_eur")
share = booked / spent
measures = pd.DataFrame({
    "own_growth_rate": booked[2025] / booked[2024] - 1,
    "market_growth_rate": spent[2025] / spent[2024] - 1,
    "share_change_rate": share[2025] / share[2024] - 1,
    "margin_rate": (booked[2025] - cost[2025] - fixed_cost_2025_eur) / booked[2025],
}).reset_index()
# %% [markdown] wrong="gross_margin" task="measures"
# This is the gross margin: the unit's fixed cost is left out. Services then seems to keep about a fifth of what it books and looks worth
# growing, although people on its payroll use up most of that. What is left once they are paid?
# %% wrong="gross_margin" task="measures"
booked = facts.pivot(index="business_unit", columns="year", values="bookings_eur")
cost = facts.pivot(index="business_unit", columns="year", values="cost_eur")
spent = facts.pivot(index="business_unit", columns="year", values="market_eur")
share = booked / spent
measures = pd.DataFrame({
    "own_growth_rate": (booked[2025] / booked[2023]) ** (1 / 2) - 1,
    "market_growth_rate": (spent[2025] / spent[2023]) ** (1 / 2) - 1,
    "share_change_rate": share[2025] / share[2023] - 1,
    "margin_rate": (booked[2025] - cost[2025]) / booked[2025],
}).reset_index()
# %% [markdown] wrong="share_in_points" task="measures"
# This takes one share from the other and gets points of the market. A unit that had a small share can't lose many of them, so it
# passes under any limit while its customers go elsewhere. Which part of its own old share has a unit lost?
# %% wrong="share_in_points" task="measures"
booked = facts.pivot(index="business_unit", columns="year", values="bookings_eur")
cost = facts.pivot(index="business_unit", columns="year", values="cost_eur")
spent = facts.pivot(index="business_unit", columns="year", values="market_eur")
share = booked / spent
measures = pd.DataFrame({
    "own_growth_rate": (booked[2025] / booked[2023]) ** (1 / 2) - 1,
    "market_growth_rate": (spent[2025] / spent[2023]) ** (1 / 2) - 1,
    "share_change_rate": share[2025] - share[2023],
    "margin_rate": (booked[2025] - cost[2025] - fixed_cost_2025_eur) / booked[2025],
}).reset_index()
# %% [markdown] wrong="both_years" task="measures"
# This is the growth of both years together. A market that lost 15% in two years shrinks by less than the limit of 10% a year, and here its
# unit would be told to take profit. Which rate leads from the first amount to the last when it is applied twice?
# %% wrong="both_years" task="measures"
booked = facts.pivot(index="business_unit", columns="year", values="bookings_eur")
cost = facts.pivot(index="business_unit", columns="year", values="cost_eur")
spent = facts.pivot(index="business_unit", columns="year", values="market_eur")
share = booked / spent
measures = pd.DataFrame({
    "own_growth_rate": booked[2025] / booked[2023] - 1,
    "market_growth_rate": spent[2025] / spent[2023] - 1,
    "share_change_rate": share[2025] / share[2023] - 1,
    "margin_rate": (booked[2025] - cost[2025] - fixed_cost_2025_eur) / booked[2025],
}).reset_index()
# %% [markdown] wrong="halved" task="measures"
# This halves the growth of two years, as if the second year began where the first began. A market that doubles grows by 41% a year and would
# be shown with 50%, and one that shrinks would pass for a milder case than it is. Which rate leads from the first amount to the last when it is applied twice?
# %% wrong="halved" task="measures"
booked = facts.pivot(index="business_unit", columns="year", values="bookings_eur")
cost = facts.pivot(index="business_unit", columns="year", values="cost_eur")
spent = facts.pivot(index="business_unit", columns="year", values="market_eur")
share = booked / spent
measures = pd.DataFrame({
    "own_growth_rate": (booked[2025] / booked[2023] - 1) / 2,
    "market_growth_rate": (spent[2025] / spent[2023] - 1) / 2,
    "share_change_rate": share[2025] / share[2023] - 1,
    "margin_rate": (booked[2025] - cost[2025] - fixed_cost_2025_eur) / booked[2025],
}).reset_index()
# %% [markdown] wrong="three_steps" task="measures"
# This spreads the growth over three years. There are three in the data, but an amount grows only from one to the next, so a market that
# loses 12% a year would seem to stay within the limit of 10%. How many steps lead from 2023 to 2025?
# %% wrong="three_steps" task="measures"
booked = facts.pivot(index="business_unit", columns="year", values="bookings_eur")
cost = facts.pivot(index="business_unit", columns="year", values="cost_eur")
spent = facts.pivot(index="business_unit", columns="year", values="market_eur")
share = booked / spent
measures = pd.DataFrame({
    "own_growth_rate": (booked[2025] / booked[2023]) ** (1 / 3) - 1,
    "market_growth_rate": (spent[2025] / spent[2023]) ** (1 / 3) - 1,
    "share_change_rate": share[2025] / share[2023] - 1,
    "margin_rate": (booked[2025] - cost[2025] - fixed_cost_2025_eur) / booked[2025],
}).reset_index()
# %% [markdown] wrong="share_a_year" task="measures"
# This gives the change of share for one year, as the two growth rates do. The limit of a tenth is meant for both years together, so a unit that has
# lost 19% of its share would pass under it. How does the share of 2025 compare with that of 2023?
# %% wrong="share_a_year" task="measures"
booked = facts.pivot(index="business_unit", columns="year", values="bookings_eur")
cost = facts.pivot(index="business_unit", columns="year", values="cost_eur")
spent = facts.pivot(index="business_unit", columns="year", values="market_eur")
share = booked / spent
measures = pd.DataFrame({
    "own_growth_rate": (booked[2025] / booked[2023]) ** (1 / 2) - 1,
    "market_growth_rate": (spent[2025] / spent[2023]) ** (1 / 2) - 1,
    "share_change_rate": (share[2025] / share[2023]) ** (1 / 2) - 1,
    "margin_rate": (booked[2025] - cost[2025] - fixed_cost_2025_eur) / booked[2025],
}).reset_index()
# %% [markdown]
# Tomasz Wieczorek does not trust a rule that has met four units only. He has made up five more, each with a case that somebody will bring to him one day.
# %% given
made_up = pd.DataFrame(
    [("Ageing sensors", 0.02, -0.14, 0.41, 0.22), ("Field calibration", 0.21, 0.24, -0.05, 0.04), ("Leak detection", 0.19, 0.33, -0.20, 0.18),
     ("Gas analysers", -0.03, 0.01, -0.08, 0.16), ("Energy portal", 0.40, 0.62, -0.25, -0.05)],
    columns=["business_unit", "own_growth_rate", "market_growth_rate", "share_change_rate", "margin_rate"],
)
made_up
# %% [markdown] task="objective"
# **Which objective leads in each unit?**
#
# Ingrid and Tomasz have agreed on three questions, asked in this order. The first yes decides.
#
# 1. Does the market shrink by more than 10% a year? Then **profit** leads.
# 2. Does the unit keep less than 10% of its bookings after all of its costs? Then **profit** leads, until it keeps more.
# 3. Has it lost more than a tenth of its share since 2023? Then **share** leads.
#
# If there is no yes, **growth** leads.
#
# Write the function `leading(m)`. It gets the measures of one unit as a dict, so that `m["margin_rate"]` is its margin, and returns `"growth"`, `"share"` or
# `"profit"`. The last line applies it to the four units and to Tomasz's five: `objective` is then a dict from the name of the unit to its objective.
# %% answer="objective"
def leading(m):
    """The objective that leads in a unit with the measures m."""
    ### BEGIN SOLUTION
    if m["market_growth_rate"] < -0.10 or m["margin_rate"] < 0.10:
        return "profit"
    return "share" if m["share_change_rate"] < -0.10 else "growth"
    ### END SOLUTION


units = pd.concat([measures.reset_index(), made_up]).set_index("business_unit").to_dict("index")
objective = {unit: leading(m) for unit, m in units.items()}
# %% check="objective"
assert set(business_units["business_unit"]) | set(made_up["business_unit"]) == set(objective), "One entry for each of the four units and the five made-up ones."
strange = [unit for unit, leads in dict(objective).items() if leads not in ("growth", "share", "profit")]
assert not strange, f'leading returns {objective[strange[0]]!r} for {strange[0]}; an objective is "growth", "share" or "profit".'
# %% hidden="objective"
expect(objective)
assert objective["Analytics"] != "growth"
assert objective["Energy portal"] == "profit", "what a unit keeps is asked before its share"
# %% [markdown] hint="objective"
# The order of the questions matters: a unit in a shrinking market is never asked for its share.
# %% [markdown] hint="objective"
# `if`, `elif` and `else`, each with a `return`. "Lost more than a tenth" means a `share_change_rate` below -0.10.
# %% [markdown] wrong="by_revenue" task="objective"
# This gives growth to each unit whose bookings rose and profit to the rest. A unit that is carried along by a faster
# market then counts as the growth story while others take its place, and nobody asks for it back until the market slows.
# What do the unit's customers spend, and what does it keep?
# %% wrong="by_revenue" task="objective"
units = pd.concat([measures.reset_index(), made_up]).set_index("business_unit").to_dict("index")
leading = lambda m: "growth" if m["own_growth_rate"] > 0 else "profit"
objective = {unit: leading(m) for unit, m in units.items()}
# %% [markdown] wrong="share_first" task="objective"
# This looks at share alone: share for each unit that lost some, growth for each that gained. You would fight for customers in a market
# that is going away, or add sales that leave nothing after cost. Which two questions come before share?
# %% wrong="share_first" task="objective"
units = pd.concat([measures.reset_index(), made_up]).set_index("business_unit").to_dict("index")
leading = lambda m: "share" if m["share_change_rate"] < 0 else "growth"
objective = {unit: leading(m) for unit, m in units.items()}
# %% [markdown] wrong="share_before_margin" task="objective"
# This asks for share before it asks what the unit keeps. The Energy portal would be sent to win back customers on each of whom it loses money, and the better it did the more
# that would cost. Which question has to be answered before anybody buys share?
# %% wrong="share_before_margin" task="objective"
units = pd.concat([measures.reset_index(), made_up]).set_index("business_unit").to_dict("index")
leading = lambda m: (
    "profit" if m["market_growth_rate"] < -0.10 else "share" if m["share_change_rate"] < -0.10 else "profit" if m["margin_rate"] < 0.10 else "growth"
)
objective = {unit: leading(m) for unit, m in units.items()}
# %% [markdown] wrong="own_for_market" task="objective"
# This asks whether the unit's own bookings shrink. Those of Ageing sensors still rise a little, because it wins share in a market that loses 14% a
# year; it would be told to grow where soon nobody buys. Whose shrinking does the first question ask about?
# %% wrong="own_for_market" task="objective"
units = pd.concat([measures.reset_index(), made_up]).set_index("business_unit").to_dict("index")
leading = lambda m: (
    "profit" if m["own_growth_rate"] < -0.10 or m["margin_rate"] < 0.10 else "share" if m["share_change_rate"] < -0.10 else "growth"
)
objective = {unit: leading(m) for unit, m in units.items()}
# %% [markdown] wrong="any_loss" task="objective"
# This takes any loss of share for a yes. Gas analysers has lost 8% of its share, less than the limit that was agreed, and would be sent to win back a
# difference that may be the panel's. How much has to be lost before share leads?
# %% wrong="any_loss" task="objective"
units = pd.concat([measures.reset_index(), made_up]).set_index("business_unit").to_dict("index")
leading = lambda m: (
    "profit" if m["market_growth_rate"] < -0.10 or m["margin_rate"] < 0.10 else "share" if m["share_change_rate"] < 0 else "growth"
)
objective = {unit: leading(m) for unit, m in units.items()}
# %% [markdown] wrong="losses_only" task="objective"
# This lets profit lead only where a unit loses money. Field calibration keeps 4% of what it books and would be told to grow, which adds work and hardly
# any money. How much has a unit to keep before the second question is answered with no?
# %% wrong="losses_only" task="objective"
units = pd.concat([measures.reset_index(), made_up]).set_index("business_unit").to_dict("index")
leading = lambda m: (
    "profit" if m["market_growth_rate"] < -0.10 or m["margin_rate"] < 0 else "share" if m["share_change_rate"] < -0.10 else "growth"
)
objective = {unit: leading(m) for unit, m in units.items()}
# %% [markdown] wrong="per_cent" task="objective"
# This compares fractions with limits in per cent. Every margin is then below 10, so profit leads in each unit, also in those that earn well. How is a
# tenth written in these measures?
# %% wrong="per_cent" task="objective"
units = pd.concat([measures.reset_index(), made_up]).set_index("business_unit").to_dict("index")
leading = lambda m: (
    "profit" if m["market_growth_rate"] < -10 or m["margin_rate"] < 10 else "share" if m["share_change_rate"] < -10 else "growth"
)
objective = {unit: leading(m) for unit, m in units.items()}
