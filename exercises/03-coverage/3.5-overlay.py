# ---
# topic: "3.5"
# title: An overlay without channel conflict
# tables: [accounts, subscriptions, deal_registrations]
# tasks:
#   protected:
#     points: 3
#     answer: {type: set}
#   worth:
#     points: 3
#     answer: {type: table, keys: [segment, regulated], columns: {take_rate: 0.001, expected_eur: "1%"}}
#   targets:
#     points: 2
#     answer: {type: table, keys: [account_id], columns: {wait_days: 0.4, expected_eur: "1%"}}
# ---
# %% [markdown]
# The reading made a list for the west: UK & Ireland, France & Benelux and North America. Ingrid Solheim wants one for the other three regions before
# it starts on **5 January 2026**: two people, who can work 20 accounts each in the year.
#
# `white` has one row for each customer in the three regions without a running Insight contract: `account_id`, `segment`, `regulated`,
# `annual_spend_eur` (an estimate, sometimes missing). `registrations` is what partners registered: an account, a
# `product_line` (`insight`, `series-7` or `services`), a `status`, and `expires_on`. An **accepted** registration protects its account for its
# product line up to and including `expires_on`.
#
# A promise broken in January can cost a partner's whole business; a list in the wrong order costs two people's calls for a year.
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

accounts, subscriptions, registrations = load("accounts", "subscriptions", "deal_registrations")
START = pd.Timestamp("2026-01-05")
DONE = ["UK & Ireland", "France & Benelux", "North America"]
GROUP = ["segment", "regulated"]

customers = accounts[accounts["customer_since"].notna() & ~accounts["region"].isin(DONE)]
customers = customers[["account_id", "name", "region", *GROUP, "annual_spend_eur", "customer_since"]]
running = subscriptions[subscriptions["ended_on"].isna()]
white = customers[~customers["account_id"].isin(running["account_id"])].reset_index(drop=True)
registrations[["partner_id", "account_id", "product_line", "registered_on", "expires_on", "status"]].tail()
# %% [markdown] task="protected"
# **1. Whom may the overlay not call on 5 January?**
#
# Answer: a set `protected` of `account_id`: the accounts in `white` to which a partner's registration for Insight gives protection on
# `START`.
# %% answer="protected"
### BEGIN SOLUTION
holds = registrations[
    (registrations["status"] == "accepted")
    & (registrations["product_line"] == "insight")
    & (registrations["registered_on"] <= START)
    & (registrations["expires_on"] >= START)
]
protected = set(white["account_id"]) & set(holds["account_id"])
### END SOLUTION
# %% check="protected"
assert isinstance(protected, (set, list, pd.Series, np.ndarray)), "protected should be a set of account_id"
assert set(protected) <= set(white["account_id"]), "every entry is the account_id of a row in white"
assert 0 < len(set(protected)) < len(white) / 2, "some of the accounts are protected, most are not"
# %% hidden="protected"
expect(protected)
assert len(set(protected)) < white["account_id"].isin(registrations["account_id"]).sum(), "most registrations protect nothing now"
# %% [markdown] hint="protected"
# A registration is a promise about one product, until one day, once Tessaly has said yes to it. Which three columns say so?
# %% [markdown] hint="protected"
# Filter `registrations` by `status`, by `product_line` and by `expires_on` against `START`; then take those accounts that are in `white`.
# %% [markdown] hint="protected"
# `set(white["account_id"]) & set(holds["account_id"])`, where `holds` are the registrations that pass all three filters.
# %% [markdown] wrong="ever_registered" task="protected"
# This crosses off every account that a partner has ever registered, for whatever product and with whatever reply. It looks polite and gives away
# most of what the overlay could work, to partners who were refused or whose time is over. What does a registration have to be to promise anything today?
# %% wrong="ever_registered" task="protected"
protected = set(white["account_id"]) & set(registrations["account_id"])
# %% [markdown] wrong="run_out" task="protected"
# This takes every accepted registration for Insight, also those that ran out a year ago. Those accounts would be closed to the overlay for
# good because a partner once asked. Up to which day does the promise go?
# %% wrong="run_out" task="protected"
asked = registrations[(registrations["status"] == "accepted") & (registrations["product_line"] == "insight")]
protected = set(white["account_id"]) & set(asked["account_id"])
# %% [markdown] wrong="any_line" task="protected"
# This takes all accepted registrations that still run, for devices and services too. A partner who sells a customer a meter has not been promised
# the analytics, and the overlay would stay away for no one's sake. For what is this list?
# %% wrong="any_line" task="protected"
holds = registrations[(registrations["status"] == "accepted") & (registrations["expires_on"] >= START)]
protected = set(white["account_id"]) & set(holds["account_id"])
# %% [markdown]
# What is an account worth to the overlay? `watched` has one row for each customer of the three regions and each year from 2023 to 2025 in which
# the customer had no Insight contract on 1 January; `took` says whether one began in that year. `contracts` are the Insight
# contracts won from these customers, with `arr_eur` (what the customer pays a year) and `gross_margin_rate`.
# `customers` has `subscribes`, whether a contract runs today.
# %% given
rows = []
for year in (2023, 2024, 2025):
    first, end = pd.Timestamp(f"{year}-01-01"), pd.Timestamp(f"{year + 1}-01-01")
    had = subscriptions[(subscriptions["started_on"] < first) & ~(subscriptions["ended_on"] < first)]
    began = subscriptions[(subscriptions["started_on"] >= first) & (subscriptions["started_on"] < end)]
    without = customers[(customers["customer_since"] < first) & ~customers["account_id"].isin(had["account_id"])]
    rows.append(without[["account_id", *GROUP]].assign(year=year, took=without["account_id"].isin(began["account_id"])))
watched = pd.concat(rows, ignore_index=True)

contracts = subscriptions[subscriptions["opportunity_id"].notna()].drop(columns="segment").merge(customers[["account_id", *GROUP]], on="account_id")
customers = customers.assign(subscribes=customers["account_id"].isin(running["account_id"]))
watched.head()
# %% [markdown] task="worth"
# **2. What may be expected of one account in a year?**
#
# Build a DataFrame `worth` with one row for each `segment` and `regulated` (six rows) and the columns
#
# - `segment`, `regulated`
# - `take_rate`: of the customers without Insight on 1 January, the fraction who took it within the year
# - `expected_eur`: `take_rate` times the mean yearly margin of a contract won in that group (EUR)
#
# The steps: take rate by group from `watched`; margin of each contract, its mean by group; multiply. Take rates count as right within
# 0.001, money within 1%.
# %% answer="worth"
### BEGIN SOLUTION
take_rate = watched.groupby(GROUP)["took"].mean()
margin_eur = contracts["arr_eur"] * contracts["gross_margin_rate"]
worth = pd.DataFrame({"take_rate": take_rate})
worth["expected_eur"] = take_rate * margin_eur.groupby([contracts["segment"], contracts["regulated"]]).mean()
worth = worth.reset_index()
### END SOLUTION
# %% check="worth"
assert isinstance(worth, pd.DataFrame), "worth should be a DataFrame with one row for each segment and regulated"
seen = worth.reset_index()
missing = [c for c in [*GROUP, "take_rate", "expected_eur"] if c not in seen.columns]
assert not missing, f"worth lacks the columns {missing}"
assert len(seen) == 6, f"three segments, regulated or not, make six rows; worth has {len(seen)}"
assert seen["take_rate"].between(0, 1).all(), "take_rate is a fraction: 0.25 for 25%"
assert seen["expected_eur"].between(1, 500_000).all(), "expected_eur is a yearly margin for one account, in EUR"
# %% hidden="worth"
expect(worth)
found = worth.reset_index().set_index(GROUP)["expected_eur"]
assert found.loc["enterprise"].min() > found.loc["small"].max(), "any enterprise account is worth more than any small one"
assert found[("mid-market", True)] > found[("mid-market", False)], "regulated customers are worth more"
# %% after="worth"
shown = worth.assign(group=worth["segment"] + np.where(worth["regulated"], ", regulated", ", other"))
bar(shown.sort_values("expected_eur"), "group", "expected_eur", title="Margin to be expected of one account in a year, EUR")
# %% [markdown] hint="worth"
# The overlay will work customers who have not bought yet. Which table tells how often such a customer buys in a year?
# %% [markdown] hint="worth"
# `watched.groupby(GROUP)["took"].mean()` is the take rate. A contract's margin is `arr_eur` times `gross_margin_rate`; take its mean in the same
# groups of `contracts`.
# %% [markdown] hint="worth"
# Put the margin in a column of `contracts` and group by `GROUP`; two Series with the same index can be multiplied. End with `.reset_index()`.
# %% [markdown] wrong="penetration" task="worth"
# This takes the share of customers who subscribe today. It was built up over years, and those on the list are the ones who said no so far, so the
# plan expects in one year what took many. How often did a customer without Insight take it within twelve months?
# %% wrong="penetration" task="worth"
take_rate = customers.groupby(GROUP)["subscribes"].mean()
margin_eur = contracts["arr_eur"] * contracts["gross_margin_rate"]
worth = pd.DataFrame({"take_rate": take_rate})
worth["expected_eur"] = take_rate * margin_eur.groupby([contracts["segment"], contracts["regulated"]]).mean()
worth = worth.reset_index()
# %% [markdown] wrong="revenue" task="worth"
# This counts what customers pay. Part of it goes into hosting and support, and Tomasz Wieczorek would hire the overlay on money that is not
# there. Which euros of a contract can pay for a call?
# %% wrong="revenue" task="worth"
worth = pd.DataFrame({"take_rate": watched.groupby(GROUP)["took"].mean()})
worth["expected_eur"] = worth["take_rate"] * contracts.groupby(GROUP)["arr_eur"].mean()
worth = worth.reset_index()
# %% [markdown] wrong="by_segment" task="worth"
# This gives all customers of a segment the same expectation. A regulated mid-market customer then ranks with the others of the segment, and the
# overlay spends its year on customers who seldom buy. What differs inside a segment?
# %% wrong="by_segment" task="worth"
margin_eur = contracts["arr_eur"] * contracts["gross_margin_rate"]
both = pd.DataFrame({"take_rate": watched.groupby("segment")["took"].mean()})
both["expected_eur"] = both["take_rate"] * margin_eur.groupby(contracts["segment"]).mean()
worth = watched[GROUP].drop_duplicates().merge(both.reset_index(), on="segment")
# %% [markdown] task="targets"
# **3. Which 40 accounts does the overlay work in 2026, and from when?**
#
# Protection ends. An account that is protected until 10 March can be worked from the day after, and what may be expected of it
# shrinks with the days that are left.
#
# Build a DataFrame `targets` with 40 rows and the columns
#
# - `account_id`
# - `wait_days`: days from `START` to the first day on which the overlay may call; 0 if that is `START` (days)
# - `expected_eur`: the group's `expected_eur` from `worth`, times the fraction of the `DAYS` that are left after waiting (EUR)
#
# Choose the 40 accounts in `white` with the highest `expected_eur`. Where two are alike, the larger `annual_spend_eur` goes first (a missing one
# counts as 0), then the smaller `account_id`. Days count as right to the day, money within 1%.
# %% answer="targets"
DAYS = (pd.Timestamp("2026-12-31") - START).days + 1  # from START to the end of the year
### BEGIN SOLUTION
last_day = registrations[
    (registrations["status"] == "accepted")
    & (registrations["product_line"] == "insight")
    & (registrations["expires_on"] >= START)
].groupby("account_id")["expires_on"].max()
targets = white.merge(worth[[*GROUP, "expected_eur"]], on=GROUP)
targets["wait_days"] = ((targets["account_id"].map(last_day) - START).dt.days + 1).fillna(0)
targets["expected_eur"] = targets["expected_eur"] * (1 - targets["wait_days"] / DAYS)
targets["annual_spend_eur"] = targets["annual_spend_eur"].fillna(0)
targets = targets.sort_values(["expected_eur", "annual_spend_eur", "account_id"], ascending=[False, False, True]).head(40)
### END SOLUTION
# %% check="targets"
assert isinstance(targets, pd.DataFrame), "targets should be a DataFrame with one row for each account"
seen = targets.reset_index()
missing = [c for c in ["account_id", "wait_days", "expected_eur"] if c not in seen.columns]
assert not missing, f"targets lacks the columns {missing}"
assert len(seen) == 40, f"two people work 20 accounts each; targets has {len(seen)} rows"
assert set(seen["account_id"]) <= set(white["account_id"]), "every target is a customer without Insight, from white"
assert seen["wait_days"].between(0, DAYS).all(), "wait_days is a number of days within 2026; 0 where the overlay may begin at once"
# %% hidden="targets"
expect(targets)
found = targets.reset_index()
assert (found["wait_days"] > 0).sum() > 0, "some protected accounts are worth waiting for"
assert (found.loc[found["account_id"].isin(protected), "wait_days"] > 0).all(), "nobody calls while a partner is protected"
# %% after="targets"
shown = targets.assign(quarter="Q" + (((START + pd.to_timedelta(targets["wait_days"], unit="D")).dt.month + 2) // 3).astype(str))
bar(shown.groupby("quarter", as_index=False)["expected_eur"].sum(), "quarter", "expected_eur", title="Expected margin by the quarter in which work may begin, EUR")
# %% [markdown] hint="targets"
# A protected account is not lost, only late. What does a wait of 90 days take away from a year's expectation?
# %% [markdown] hint="targets"
# Find each account's last protected day and map it onto `white`; the overlay may call one day later. Merge `worth` on `GROUP` and multiply by
# `1 - wait_days / DAYS`.
# %% [markdown] hint="targets"
# `wait_days` is `(white["account_id"].map(last_day) - START).dt.days + 1`, with 0 where there is no protection. Sort by the three columns, each in its
# direction, and take `.head(40)`.
# %% [markdown] wrong="as_if_free" task="targets"
# This ranks the accounts as if nobody had been promised anything. The overlay calls on them in January, and the partners who registered
# them read their agreement. From which day may each of them be called?
# %% wrong="as_if_free" task="targets"
DAYS = (pd.Timestamp("2026-12-31") - START).days + 1
targets = white.merge(worth[[*GROUP, "expected_eur"]], on=GROUP).assign(wait_days=0)
targets["annual_spend_eur"] = targets["annual_spend_eur"].fillna(0)
targets = targets.sort_values(["expected_eur", "annual_spend_eur", "account_id"], ascending=[False, False, True]).head(40)
# %% [markdown] wrong="crossed_off" task="targets"
# This crosses protected accounts off for the whole year. Their protection ends in spring or summer, and their places on the list go to accounts of
# which less is to be expected even from January on. What is left of an account's year when its protection ends?
# %% wrong="crossed_off" task="targets"
DAYS = (pd.Timestamp("2026-12-31") - START).days + 1
targets = white[~white["account_id"].isin(protected)].merge(worth[[*GROUP, "expected_eur"]], on=GROUP).assign(wait_days=0)
targets["annual_spend_eur"] = targets["annual_spend_eur"].fillna(0)
targets = targets.sort_values(["expected_eur", "annual_spend_eur", "account_id"], ascending=[False, False, True]).head(40)
# %% [markdown] wrong="richest" task="targets"
# This takes the 40 accounts that spend most. Spending is estimated for everything they measure, and whether somebody buys Insight hangs on other
# things, so regulated customers who would have bought are left for richer ones who will not. What was the list to be ordered by?
# %% wrong="richest" task="targets"
DAYS = (pd.Timestamp("2026-12-31") - START).days + 1
last_day = registrations[
    (registrations["status"] == "accepted")
    & (registrations["product_line"] == "insight")
    & (registrations["expires_on"] >= START)
].groupby("account_id")["expires_on"].max()
targets = white.merge(worth[[*GROUP, "expected_eur"]], on=GROUP)
targets["wait_days"] = ((targets["account_id"].map(last_day) - START).dt.days + 1).fillna(0)
targets["expected_eur"] = targets["expected_eur"] * (1 - targets["wait_days"] / DAYS)
targets["annual_spend_eur"] = targets["annual_spend_eur"].fillna(0)
targets = targets.sort_values(["annual_spend_eur", "account_id"], ascending=[False, True]).head(40)
