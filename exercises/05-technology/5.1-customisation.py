# ---
# topic: "5.1"
# title: How far to customise the CRM
# tables: [crm_customisations, upgrades, process_steps]
# tasks:
#   balance:
#     points: 4
#     answer: {type: table, keys: [customisation_id], columns: {cost_eur: "1%", value_eur: "1%"}}
#   keep:
#     points: 3
#     answer: {type: set}
# ---
# %% [markdown]
# In April the CRM is upgraded. By Friday Tessaly has to say which of its thirty additions are carried over. Tomasz
# Wieczorek counts **five years** ahead, an hour of a salesperson at **€60** and **46 working weeks** a year.
#
# `catalogue` has one row for each addition: `build_eur` (what it cost to build, long paid), `upkeep_eur` (EUR a year, upgrades
# apart), `fit_score` (1 to 10, the mean of its users) and `hours` (hours that it saves in a year, over all steps that use it).
# `upgrades` is the log of the six upgrades of 2023, 2024 and 2025: what each cost for which addition.
#
# An addition kept in error comes back on the bill of every upgrade; one dropped in error has people typing by hand what it did for them.
# %% given
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
# %% [markdown] task="keep"
# **Which additions are carried over in April?**
#
# `keep` is a list of the `customisation_id` of each addition that is worth more than it costs over the five years of
# `balance`.
# %% answer="keep"
### BEGIN SOLUTION
keep = list(balance.loc[balance["value_eur"] > balance["cost_eur"], "customisation_id"])
### END SOLUTION
# %% check="keep"
strange = sorted(set(keep) - set(balance["customisation_id"]))
assert not strange, f'keep holds ids such as "CU-07"; these are none: {strange}'
assert 0 < len(keep) < 30, "some additions earn their keep, and not all of them do"
# %% hidden="keep"
expect(keep)
dearest = set(balance.nlargest(4, "cost_eur")["customisation_id"])
assert not dearest & set(keep), "the four dearest are not worth what they cost"
# %% after="keep"
gone = balance[~balance["customisation_id"].isin(keep)]
saved = (gone["cost_eur"] - gone["value_eur"]).sum()
print(f"{len(keep)} stay, {len(gone)} go: {', '.join(gone['name'])}. Five years without them save EUR {saved:,.0f}, hours typed by hand counted.")
# %% [markdown] hint="keep"
# You have two sums for each addition, over the same five years. One comparison is enough.
# %% [markdown] hint="keep"
# Pick the rows of `balance` in which `value_eur` is above `cost_eur`, and take their `customisation_id` as a list.
# %% [markdown] wrong="liked" task="keep"
# This keeps what its users score 5 or better. People score what they see on the screen and never the bill of an upgrade, so dear
# additions stay for being liked, and cheap ones that save hundreds of hours go for being ugly. What does a score of 7 cost?
# %% wrong="liked" task="keep"
keep = list(balance.loc[balance["fit_score"] >= 5, "customisation_id"])
# %% [markdown] wrong="built_dear" task="keep"
# This drops the four that were dearest to build. They are the ones that meetings remember, but their money is spent and upgrades
# hardly touch them, while the four that cost most from now on are carried over. Which costs begin again after April?
# %% wrong="built_dear" task="keep"
keep = list(catalogue.sort_values("build_eur")["customisation_id"].iloc[:-4])
