# ---
# topic: "5.1"
# title: How far to customise the CRM
# tables: [crm_customisations, upgrades, process_steps]
# tasks:
#   balance:
#     points: 4
#     answer: {type: table, keys: [customisation_id], columns: {cost_eur: "1%", value_eur: "1%"}}
#   april:
#     points: 3
#     answer: {type: table, keys: [customisation_id], columns: {decision: null}}
# ---
# %% [markdown]
# In April the CRM is upgraded, and by 20 February Tessaly has to say which of its thirty additions are carried over. Tomasz
# Wieczorek counts **five years** ahead, an hour of a salesperson at **€60** and **46 working weeks** a year.
#
# `catalogue` has one row for each addition: `build_eur` (what it cost to build, long paid), `upkeep_eur` (EUR a year, upgrades
# apart), `fit_score` (1 to 10, the mean of its users) and `hours` (hours that it saves in a year, over all steps that use it).
# `upgrades` is the log of the six upgrades of 2023, 2024 and 2025: what each cost for which addition.
#
# An addition kept in error comes back on the bill of every upgrade; one dropped in error has people typing by hand what it did for them.
# %% given
import numpy as np
import pandas as pd

from course.case import load

customisations, upgrades, steps = load("crm_customisations", "upgrades", "process_steps")

YEARS = 5  # ahead
HOUR = 60  # EUR
WEEKS = 46  # a year

steps["hours"] = steps["weekly_uses"] * steps["minutes_saved"] / 60 * WEEKS
hours = steps.groupby("customisation_id", as_index=False)["hours"].sum()
catalogue = customisations[["customisation_id", "name", "build_eur", "upkeep_eur", "fit_score"]].merge(hours, how="left")

upgrades.head()
# %% given
from course.plot import bar

by_upgrade = upgrades.groupby("upgraded_on", as_index=False)["rework_eur"].sum()
by_upgrade["upgraded_on"] = by_upgrade["upgraded_on"].dt.strftime("%b %Y")
bar(by_upgrade, "upgraded_on", "rework_eur", title="Rework at each upgrade, all additions together, in EUR")
# %% [markdown] task="balance"
# **What does each addition cost in the next five years, and what is it worth?**
#
# The cell below is almost finished. It starts from the price at which an addition was bought, spread over five years. Run it as
# it is and read what **Check** says. Then put in what is missing: `yearly_eur`, what an addition will cost **in one of the years
# ahead**, upkeep and the rework of that year's upgrades. Take rework from the log and suppose that upgrades go on
# as in its three years. An addition without a row in an upgrade cost nothing there.
#
# `balance` is a DataFrame with one row for each addition and the columns
#
# - `customisation_id`
# - `cost_eur`: what it costs in the five years ahead (EUR)
# - `value_eur`: what the hours that it saves are worth in these five years (EUR)
#
# Figures count as right within 1%.
# %% answer="balance"
log = catalogue["customisation_id"].map(upgrades.groupby("customisation_id")["rework_eur"].sum()).fillna(0)
catalogue["yearly_eur"] = catalogue["build_eur"] / YEARS  # what was paid for it

### BEGIN SOLUTION
catalogue["yearly_eur"] = catalogue["upkeep_eur"] + log / 3
### END SOLUTION

balance = catalogue[["customisation_id", "name", "fit_score"]].copy()
balance["cost_eur"] = YEARS * catalogue["yearly_eur"]
balance["value_eur"] = YEARS * HOUR * catalogue["hours"]
# %% check="balance"
assert len(balance) == 30, f"there are 30 additions; balance has {len(balance)} rows"
assert (balance["cost_eur"] >= 0).all() and (balance["value_eur"] >= 0).all(), "neither cost nor value can be negative"
assert balance["cost_eur"].sum() > 4.9 * catalogue["upkeep_eur"].sum(), "five years of upkeep alone cost more than this"
# %% hidden="balance"
expect(balance)
top = balance["cost_eur"].nlargest(4).sum()
assert top > 0.6 * balance["cost_eur"].sum(), "four of the thirty cause most of the cost"
# %% after="balance"
top = balance.nlargest(8, "cost_eur")
bar(top, "name", "cost_eur", title="The eight dearest additions of the next five years, in EUR")
# %% [markdown] hint="balance"
# Which of an addition's costs can still be saved in April? What was paid to build it is not among them.
# %% [markdown] hint="balance"
# `log` holds the rework of each addition in all six upgrades together. How many years are that? `upkeep_eur` is a year's already.
# %% [markdown] hint="balance"
# One line sets `catalogue["yearly_eur"]` to `catalogue["upkeep_eur"]` plus `log` divided by the years that the log covers.
# %% [markdown] wrong="as_bought" task="balance"
# This judges an addition by what was paid to build it. The four that upgrades keep breaking were cheap to build, so they
# would all be carried over in April, and the money for the dear ones is gone either way. Which costs end if an addition goes?
# %% wrong="as_bought" task="balance"
catalogue["yearly_eur"] = catalogue["build_eur"] / YEARS
balance = catalogue[["customisation_id", "name", "fit_score"]].copy()
balance["cost_eur"] = YEARS * catalogue["yearly_eur"]
balance["value_eur"] = YEARS * HOUR * catalogue["hours"]
# %% [markdown] wrong="upkeep_only" task="balance"
# This counts upkeep and leaves out the upgrades, because rework is booked under the upgrade and not under the addition. Every
# one of them then looks cheap for the hours that it saves, and all the rework goes on. Who pays when an upgrade breaks one?
# %% wrong="upkeep_only" task="balance"
catalogue["yearly_eur"] = catalogue["upkeep_eur"]
balance = catalogue[["customisation_id", "name", "fit_score"]].copy()
balance["cost_eur"] = YEARS * catalogue["yearly_eur"]
balance["value_eur"] = YEARS * HOUR * catalogue["hours"]
# %% [markdown] wrong="whole_log" task="balance"
# This counts the rework of the whole log as that of a single year. Every addition looks up to three times as dear as it is, and
# useful ones that an upgrade merely brushes would be torn out in April. From when to when does the log run?
# %% wrong="whole_log" task="balance"
log = catalogue["customisation_id"].map(upgrades.groupby("customisation_id")["rework_eur"].sum()).fillna(0)
catalogue["yearly_eur"] = catalogue["upkeep_eur"] + log
balance = catalogue[["customisation_id", "name", "fit_score"]].copy()
balance["cost_eur"] = YEARS * catalogue["yearly_eur"]
balance["value_eur"] = YEARS * HOUR * catalogue["hours"]
# %% [markdown] wrong="build_too" task="balance"
# This adds a fifth of what was paid to build it to every year ahead. That money is gone whether the addition stays or not, so a
# dear one that works well and needs no rework would be thrown out for a bill that is long paid. What would you pay less in
# April if it went?
# %% wrong="build_too" task="balance"
log = catalogue["customisation_id"].map(upgrades.groupby("customisation_id")["rework_eur"].sum()).fillna(0)
catalogue["yearly_eur"] = catalogue["build_eur"] / YEARS + catalogue["upkeep_eur"] + log / 3
balance = catalogue[["customisation_id", "name", "fit_score"]].copy()
balance["cost_eur"] = YEARS * catalogue["yearly_eur"]
balance["value_eur"] = YEARS * HOUR * catalogue["hours"]
# %% [markdown]
# €60 is Tomasz's figure. Daniel Reyes says that an hour at the desk is worth **€25**, since most of it would not be spent with a customer; Ingrid Solheim says
# **€100**, what a salesperson brings in on a good day. Nobody has measured it.
# %% given
LOW, HIGH = 25, 100  # EUR an hour: the least and the most that anybody says
# %% [markdown] task="april"
# **Which decisions are settled, and which hang on a figure that nobody has measured?**
#
# `april` is a DataFrame with one row for each addition and the columns
#
# - `customisation_id`
# - `decision`: text. `"keep"` or `"drop"` where the sum says the same whatever an hour is worth between `LOW` and `HIGH`; `"ask"` where it does not, so that
#   its users have to be heard first
#
# An addition is kept if its hours are worth more than it costs, over the five years of `balance`. Take `cost_eur` from there, and mind at which price its
# `value_eur` was worked out.
# %% answer="april"
### BEGIN SOLUTION
saved_hours = balance["value_eur"] / HOUR
pays_at_low = saved_hours * LOW > balance["cost_eur"]
pays_at_high = saved_hours * HIGH > balance["cost_eur"]
april = balance[["customisation_id"]].copy()
april["decision"] = np.select([pays_at_low, ~pays_at_high], ["keep", "drop"], "ask")
### END SOLUTION
# %% check="april"
assert isinstance(april, pd.DataFrame), "april should be a DataFrame with one row for each addition"
seen = april.reset_index()
assert {"customisation_id", "decision"} <= set(seen.columns), "april needs the columns customisation_id and decision"
assert sorted(seen["customisation_id"]) == sorted(balance["customisation_id"]), "one row for each of the 30 additions"
assert set(seen["decision"]) <= {"keep", "drop", "ask"}, 'a decision is "keep", "drop" or "ask"'
assert (seen["decision"] == "keep").any(), "some additions earn their keep at any of these prices"
# %% hidden="april"
expect(april)
rows = april.set_index("customisation_id")["decision"]
assert (rows[balance.nlargest(4, "cost_eur")["customisation_id"]] == "drop").all(), "the four dearest go, whatever an hour is worth"
# %% after="april"
told = april.merge(balance, on="customisation_id")
for decision, rows in told.groupby("decision"):
    print(f"{decision}: {len(rows)} additions, EUR {rows['cost_eur'].sum():,.0f} in five years" + ("" if decision == "keep" else f" ({', '.join(rows['name'])})"))
# %% [markdown] hint="april"
# A decision is settled if it comes out the same at both ends. Work out what each addition is worth at €25 an hour and at €100.
# %% [markdown] hint="april"
# `balance["value_eur"] / HOUR` is the number of hours that an addition saves in five years. Times `LOW` it is the least that they are worth, times `HIGH` the most.
# %% [markdown] hint="april"
# Compare both with `cost_eur`. `np.select([pays_at_low, ~pays_at_high], ["keep", "drop"], "ask")` gives the word, row by row.
# %% [markdown] wrong="one_price" task="april"
# This decides all thirty at €60 and calls every one settled. An addition that loses a few euros at that price stands beside one that loses hundreds of thousands at any, and the
# meeting argues about the first. Which decisions would Daniel's price turn over, and which would Ingrid's?
# %% wrong="one_price" task="april"
april = balance[["customisation_id"]].copy()
april["decision"] = np.where(balance["value_eur"] > balance["cost_eur"], "keep", "drop")
# %% [markdown] wrong="liked" task="april"
# This keeps what its users score 5 or better. People score what they see on the screen and never the bill of an upgrade, so dear
# additions stay for being liked, and cheap ones that save hundreds of hours go for being ugly. What does a score of 7 cost?
# %% wrong="liked" task="april"
april = balance[["customisation_id"]].copy()
april["decision"] = np.where(balance["fit_score"] >= 5, "keep", "drop")
# %% [markdown] wrong="built_dear" task="april"
# This drops the four that were dearest to build. They are the ones that meetings remember, but their money is spent and upgrades
# hardly touch them, while the four that cost most from now on are carried over. Which costs begin again after April?
# %% wrong="built_dear" task="april"
april = balance[["customisation_id"]].copy()
april["decision"] = np.where(catalogue["build_eur"].rank() > len(catalogue) - 4, "drop", "keep")
