# ---
# topic: "6.6"
# title: Sandbagging and cherry-picking
# tables: [opportunities, forecasts, attainment, bookings, accounts]
# tasks:
#   held:
#     points: 3
#     answer: {type: table, keys: [rep_id], columns: {low_quarters: 0.1, quarters: 0.1, at_least_rate: 0.002}}
#   picks:
#     points: 5
#     answer: {type: table, keys: [rep_id], columns: {old_rate: 0.001, other_rate: 0.001, z: 0.02}}
# ---
# %% [markdown]
# The reading looked for people who hold back, in the forecasts of 2023 and 2024, and found a rule that accuses hardly anybody by chance. Ingrid Solheim now wants two lists for the yearly
# talks: people who **hold back** in 2024 and 2025, and people who **pick what is easy**. She will speak to everybody on them, so a name too many costs more than one too few.
#
# - `quarters`: one row for each person and quarter of 2024 and 2025 in which the person booked something: `commit_eur`, what was committed to on the tenth day, `booked_eur`, what was booked, and `low`, whether less
#   than 80% of what was booked had been committed to
# - `decided`: one row for each opportunity decided in three years: `rep_id`, `won`, and `of_old`, whether the account was a customer before 2023. Such customers buy again, and are the easy part of the work
#
# `at_least(k, n, z)` gives the lower end of the interval of a rate of `k` in `n`; it takes numbers or columns. The reading says which `z` belongs to how many people.
# %% given
import numpy as np
import pandas as pd

from course.case import load
from course.plot import bar

opportunities, forecasts, attainment, bookings, accounts = load("opportunities", "forecasts", "attainment", "bookings", "accounts")


def at_least(k, n, z):
    """Lower end of the Wilson interval of a rate of k in n."""
    p = k / n
    return (p + z**2 / (2 * n) - z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))) / (1 + z**2 / n)


bookings["quarter"] = bookings["booked_on"].dt.year.astype(str) + "Q" + bookings["booked_on"].dt.quarter.astype(str)
booked = bookings.groupby(["rep_id", "quarter"], as_index=False)["amount_eur"].sum().rename(columns={"amount_eur": "booked_eur"})
quarters = forecasts.merge(booked, on=["rep_id", "quarter"])
quarters = quarters[quarters["quarter"] >= "2024"][["rep_id", "quarter", "commit_eur", "booked_eur"]]
quarters["low"] = quarters["commit_eur"] < 0.8 * quarters["booked_eur"]

decided = opportunities[opportunities["status"] != "open"].copy()
decided["won"] = decided["status"] == "won"
decided["of_old"] = decided["account_id"].map(accounts.set_index("account_id")["customer_since"]) < "2023-01-01"
decided = decided[["opportunity_id", "rep_id", "of_old", "won"]]
quarters.head()
# %% [markdown] task="held"
# **1. Who holds back?**
#
# Name a person when even the lower end of that person's rate of low quarters lies above the rate of everybody together. Take the z of the reading that fits the number of people
# who are looked at here.
#
# `held` is a DataFrame with one row for each person named (and no others) and the columns
#
# - `rep_id`
# - `low_quarters`, `quarters`: how many of the person's quarters were low, and how many there were
# - `at_least_rate`: the lower end of the interval with that z (a fraction, within 0.002)
#
# The steps: everybody's rate is all low quarters divided by all quarters; count both for each person; add the lower end; keep those above.
# %% answer="held"
### BEGIN SOLUTION
usual = quarters["low"].mean()
counted = quarters.groupby("rep_id")["low"].agg(low_quarters="sum", quarters="size").reset_index()
counted["at_least_rate"] = at_least(counted["low_quarters"], counted["quarters"], 3)
held = counted[counted["at_least_rate"] > usual]
### END SOLUTION
# %% check="held"
assert isinstance(held, pd.DataFrame), "held should be a DataFrame with one row for each person named"
seen = held.reset_index()
missing = [c for c in ["rep_id", "low_quarters", "quarters", "at_least_rate"] if c not in seen.columns]
assert not missing, f"held lacks the columns {missing}"
assert len(seen) >= 1, "somebody in the sales force does hold back"
assert seen["rep_id"].is_unique, "one row for each person"
assert (seen["low_quarters"] <= seen["quarters"]).all() and (seen["quarters"] <= 8).all(), "two years have eight quarters"
# %% hidden="held"
expect(held)
named = held.reset_index()
assert len(named) <= 8, "a rule that names more people than this is naming chance"
assert (named["low_quarters"] / named["quarters"] > 0.7).all(), "who is named does it nearly always"
# %% after="held"
years = held["rep_id"].map(attainment.groupby("rep_id")["attainment_rate"].mean())
print(f"A second trace: their mean attainment lies between {years.min():.0%} and {years.max():.0%} of quota.")
sums = quarters.groupby("rep_id")[["commit_eur", "booked_eur"]].sum()
shown = held.assign(commit_share=held["rep_id"].map(sums["commit_eur"] / sums["booked_eur"]))
bar(shown, "rep_id", "commit_share", title="What was committed to, as a share of what was booked, by those who hold back")
# %% [markdown] hint="held"
# Half of somebody's quarters may be low by luck, since more than a quarter of all quarters are. What could the person's true rate be at least?
# %% [markdown] hint="held"
# `quarters.groupby("rep_id")["low"].agg(...)` with `sum` and `size` gives the two counts; `at_least` takes the two columns and 3.
# %% [markdown] hint="held"
# `counted["at_least_rate"] = at_least(counted["low_quarters"], counted["quarters"], 3)`, then keep the rows above `quarters["low"].mean()`.
# %% [markdown] wrong="half" task="held"
# This names everybody with a low forecast in half of the quarters or more. With eight quarters each, several people get there by luck, and Ingrid Solheim would accuse them of a habit that they do not have. How high might such a rate be by
# chance alone?
# %% wrong="half" task="held"
counted = quarters.groupby("rep_id")["low"].agg(low_quarters="sum", quarters="size").reset_index()
counted["at_least_rate"] = at_least(counted["low_quarters"], counted["quarters"], 3)
held = counted[counted["low_quarters"] / counted["quarters"] >= 0.5]
# %% [markdown] wrong="one_person" task="held"
# This uses the interval for a single person who was chosen beforehand. Here some seventy people are looked at, so one or two may look guilty at that width by luck alone, and would be spoken to for it. How many people are
# on trial at once?
# %% wrong="one_person" task="held"
usual = quarters["low"].mean()
counted = quarters.groupby("rep_id")["low"].agg(low_quarters="sum", quarters="size").reset_index()
counted["at_least_rate"] = at_least(counted["low_quarters"], counted["quarters"], 1.96)
held = counted[counted["at_least_rate"] > usual]
# %% [markdown]
# The second list is harder. Old customers buy more readily, so **everybody** wins more there than elsewhere. Who picks shows it by a gap that is wider than everybody's, on enough deals of both kinds.
# %% [markdown] task="picks"
# **2. Who picks what is easy?**
#
# Look at people with **at least 10** decided opportunities of each kind, old customers and others. Name a person when that person's gap between the two win rates exceeds everybody's gap by more than **3 standard errors**.
#
# `picks` is a DataFrame with one row for each person named and the columns
#
# - `rep_id`
# - `old_rate`, `other_rate`: the person's win rate with old customers and with the others (fractions, within 0.001)
# - `z`: (the person's gap − everybody's gap) ÷ standard error, within 0.02
#
# Everybody's rates, P with old customers and Q with others, come from all rows of `decided`. The standard error of a person with n deals of the first kind and m of the second is √( P(1−P)/n + Q(1−Q)/m ).
# %% answer="picks"
### BEGIN SOLUTION
everybody = decided.groupby("of_old")["won"].mean()
P, Q = everybody[True], everybody[False]

own = decided.groupby(["rep_id", "of_old"])["won"].agg(["mean", "size"]).unstack(fill_value=0)
table = pd.DataFrame({"old_rate": own[("mean", True)], "other_rate": own[("mean", False)]})
n, m = own[("size", True)], own[("size", False)]
table["z"] = (table["old_rate"] - table["other_rate"] - (P - Q)) / np.sqrt(P * (1 - P) / n + Q * (1 - Q) / m)
picks = table[(n >= 10) & (m >= 10) & (table["z"] > 3)].reset_index()
### END SOLUTION
# %% check="picks"
assert isinstance(picks, pd.DataFrame), "picks should be a DataFrame with one row for each person named"
seen = picks.reset_index()
missing = [c for c in ["rep_id", "old_rate", "other_rate", "z"] if c not in seen.columns]
assert not missing, f"picks lacks the columns {missing}"
assert len(seen) >= 1, "somebody does pick"
assert (seen["old_rate"] > seen["other_rate"]).all(), "who picks what is easy wins more with old customers than with others"
# %% hidden="picks"
expect(picks)
named = picks.reset_index()
assert len(named) <= 8, "a list of more people than this holds some whom chance has put there"
assert named["z"].min() > 3, "each of them lies beyond what luck does in a list of dozens"
# %% after="picks"
shown = picks.melt("rep_id", ["old_rate", "other_rate"], "deals", "win_rate")
shown["deals"] = shown["deals"].map({"old_rate": "old customers", "other_rate": "others"})
bar(shown, "rep_id", "win_rate", colour="deals", title="Win rates of those who pick: old customers and others")
# %% [markdown] hint="picks"
# A gap between easy and hard deals is normal. What is everybody's? And how far can a gap wander by luck, for somebody with few deals of one kind?
# %% [markdown] hint="picks"
# `decided.groupby(["rep_id", "of_old"])["won"].agg(["mean", "size"]).unstack()` has rates and counts of both kinds beside each other, such as `own[("mean", True)]`.
# %% [markdown] hint="picks"
# `z = (old_rate - other_rate - (P - Q)) / np.sqrt(P * (1 - P) / n + Q * (1 - Q) / m)`; keep rows with `n >= 10`, `m >= 10` and `z > 3`.
# %% [markdown] wrong="against_nothing" task="picks"
# This measures each gap against none at all. Everybody wins more with old customers, so the whole list moves up, and whoever has many of them is accused of what the customers do. What gap does
# the whole sales force have?
# %% wrong="against_nothing" task="picks"
everybody = decided.groupby("of_old")["won"].mean()
P, Q = everybody[True], everybody[False]
own = decided.groupby(["rep_id", "of_old"])["won"].agg(["mean", "size"]).unstack(fill_value=0)
table = pd.DataFrame({"old_rate": own[("mean", True)], "other_rate": own[("mean", False)]})
n, m = own[("size", True)], own[("size", False)]
table["z"] = (table["old_rate"] - table["other_rate"]) / np.sqrt(P * (1 - P) / n + Q * (1 - Q) / m)
picks = table[(n >= 10) & (m >= 10) & (table["z"] > 3)].reset_index()
# %% [markdown] wrong="lowest_rest" task="picks"
# This names the four who win least of what is not easy. Some of them have hard territories and win little of everything, and they would be told that they pick. With what does a person's rate on hard deals have
# to be compared?
# %% wrong="lowest_rest" task="picks"
everybody = decided.groupby("of_old")["won"].mean()
P, Q = everybody[True], everybody[False]
own = decided.groupby(["rep_id", "of_old"])["won"].agg(["mean", "size"]).unstack(fill_value=0)
table = pd.DataFrame({"old_rate": own[("mean", True)], "other_rate": own[("mean", False)]})
n, m = own[("size", True)], own[("size", False)]
table["z"] = (Q - table["other_rate"]) / np.sqrt(Q * (1 - Q) / m)
picks = table[(n >= 10) & (m >= 10)].nlargest(4, "z").reset_index()
