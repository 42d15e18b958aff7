# ---
# topic: "7.4"
# title: An account list with names on it
# tables: [accounts, engagement, opportunities, influences, contacts]
# tasks:
#   unmet:
#     points: 3
#     answer: {type: set}
#   gap:
#     points: 2
#     answer: {type: mapping, tolerance: "1%"}
#   plan:
#     points: 3
#     answer: {type: table, keys: [rank], columns: {account_id: null, stake_eur: "1%", contact_id: null, sponsor: null}}
# ---
# %% [markdown]
# Claire Whitcombe's list is done; now the four regions on the Continent, where Luca Ferrante speaks for the sellers. Daniel Reyes
# brings the interest scores. By Friday each account on the list needs the name of a person and the name of the executive who
# writes.
#
# `interest` holds the scored accounts of these four regions: `intent_score` and `fit_score` (0 to 100), `segment`. `deals` holds
# the open deals of all accounts: `amount_eur` (empty where no amount is known yet) and `segment`. `people` holds everybody in the
# buying group of any deal since 2024, decided or open (`status`), in **all** regions: `influence`, `mindset`, `function`,
# `contact_id`, and `met` (whether we have spoken with that person about that deal).
# %% given
import numpy as np
import pandas as pd

from course.case import load
from course.plot import bar

accounts, engagement, opportunities, influences, contacts = load("accounts", "engagement", "opportunities", "influences", "contacts")
REGIONS = ["DACH", "France & Benelux", "Nordics", "Southern Europe"]

interest = engagement.merge(accounts[["account_id", "name", "region", "segment"]], on="account_id")
interest = interest[interest["region"].isin(REGIONS)].reset_index(drop=True)
deals = opportunities.loc[opportunities["status"] == "open", ["opportunity_id", "account_id", "segment", "amount_eur"]].reset_index(drop=True)
people = influences.merge(opportunities[["opportunity_id", "account_id", "status"]], on="opportunity_id")
people = people.merge(contacts[["contact_id", "function"]], on="contact_id")
people = people.assign(met=people["contacted_on"].notna())
people = people[["opportunity_id", "account_id", "segment", "status", "contact_id", "influence", "function", "mindset", "met"]]

interest.nlargest(10, "intent_score")[["account_id", "name", "segment", "intent_score", "fit_score"]]
# %% [markdown] task="unmet"
# **1. Which accounts read about us, fit, have a deal open, and no word with anybody who pays?**
#
# `unmet` is a list of `account_id`: the accounts of `interest`
#
# 1. with an `intent_score` of at least 75 and a `fit_score` of at least 40,
# 2. with at least one open deal whose buying group is known (that is, with rows of status `open` in `people`),
# 3. of whose open deals there is **none** in which we have met the economic influence.
# %% answer="unmet"
### BEGIN SOLUTION
keen = interest[(interest["intent_score"] >= 75) & (interest["fit_score"] >= 40)]
payers = people[(people["status"] == "open") & (people["influence"] == "economic")]
anyone = payers.groupby("account_id")["met"].any()
unmet = list(anyone.index[~anyone & anyone.index.isin(keen["account_id"])])
### END SOLUTION
# %% check="unmet"
strange = sorted(set(unmet) - set(interest["account_id"]))
assert not strange, f"not among the scored accounts of the four regions: {strange[:5]}"
with_deal = set(people.loc[people["status"] == "open", "account_id"])
assert set(unmet) <= with_deal, "an account without an open deal has nobody who could be met about it"
assert 3 <= len(set(unmet)) <= 60, f"a list for executives has a dozen or two of names; this one has {len(set(unmet))}"
# %% hidden="unmet"
expect(unmet)
top = interest.nlargest(20, "intent_score")["account_id"]
assert len(set(top) - set(unmet)) >= 8, "the score alone does not find them"
# %% [markdown] hint="unmet"
# An account may have three open deals and three people who pay. What must be true of all three for the account to be on the list?
# %% [markdown] hint="unmet"
# Take the open rows with influence `economic`, group them by account and ask whether `met` is true for any of them.
# %% [markdown] hint="unmet"
# `anyone = payers.groupby("account_id")["met"].any()`; those where it is false, and which are among the keen accounts, are the
# list.
# %% [markdown] wrong="somewhere_unmet" task="unmet"
# This lists an account as soon as the payer of one of its deals has not been met, also where the payer of another deal has. An
# executive would write to a firm whose payer talks with our seller every week, and both would look unprepared. Of how many
# of an account's open deals must it be true?
# %% wrong="somewhere_unmet" task="unmet"
keen = interest[(interest["intent_score"] >= 75) & (interest["fit_score"] >= 40)]
blank = people[(people["status"] == "open") & (people["influence"] == "economic") & ~people["met"]]
unmet = sorted(set(blank["account_id"]) & set(keen["account_id"]))
# %% [markdown] wrong="met_in_other_deals" task="unmet"
# This lists accounts in which the payer of some deal was missed, decided deals included. Most of those are over, and a letter about a
# deal that was lost last spring opens an old wound. Which deals can still be won?
# %% wrong="met_in_other_deals" task="unmet"
keen = interest[(interest["intent_score"] >= 75) & (interest["fit_score"] >= 40)]
blank = people[(people["influence"] == "economic") & ~people["met"]]
unmet = sorted(set(blank["account_id"]) & set(keen["account_id"]) & set(people.loc[people["status"] == "open", "account_id"]))
# %% [markdown]
# Luca asks what a meeting is worth before anybody writes over his people's heads.
# %% [markdown] task="gap"
# **2. How much more often are deals won whose payer was met?**
#
# `gap` is a dict with two numbers, `"enterprise"` and `"mid-market"`: the win rate of decided deals in which the **economic**
# influence was met, less the win rate of those in which it was not (fractions; each right within 1% of its size). All regions
# count, so that the numbers are large enough.
# %% answer="gap"
### BEGIN SOLUTION
decided = people[(people["influence"] == "economic") & (people["status"] != "open")]
rate = (decided["status"] == "won").groupby([decided["segment"], decided["met"]]).mean().unstack()
gap = (rate[True] - rate[False]).to_dict()
### END SOLUTION
# %% check="gap"
assert set(gap) == {"enterprise", "mid-market"}, "one number for each of the two segments"
assert all(0 < g < 1 for g in gap.values()), "a gap is a fraction: 0.25 is 25 points"
# %% hidden="gap"
expect(gap)
assert min(gap.values()) > 0.1
# %% [markdown] hint="gap"
# Each deal has one economic influence. Which deals have an outcome, and which two groups of them do you compare?
# %% [markdown] hint="gap"
# Filter `people` to economic and not open; take the mean of `status == "won"` by segment and `met`; subtract.
# %% [markdown] wrong="everybody_met" task="gap"
# This compares deals in which everybody was met with all the others. The payer's letter is then credited with the user's and the
# coach's meetings as well, and every stake on the list comes out too high. Whose meeting does the list promise?
# %% wrong="everybody_met" task="gap"
decided = people[people["status"] != "open"]
whole = decided.groupby(["opportunity_id", "segment"]).agg(met=("met", "all"), status=("status", "first")).reset_index()
rate = (whole["status"] == "won").groupby([whole["segment"], whole["met"]]).mean().unstack()
gap = (rate[True] - rate[False]).to_dict()
# %% [markdown] wrong="open_as_lost" task="gap"
# This counts open deals as lost. They pull both rates down, the higher one more, so a meeting looks less useful than it is. Which
# deals have an outcome?
# %% wrong="open_as_lost" task="gap"
decided = people[people["influence"] == "economic"]
rate = (decided["status"] == "won").groupby([decided["segment"], decided["met"]]).mean().unstack()
gap = (rate[True] - rate[False]).to_dict()
# %% [markdown]
# Now the list itself. Eight letters can be written well in a month. `SPONSOR` says who is the counterpart of whom; `usual` is what an
# open deal of each segment is worth in the middle.
# %% given
SPONSOR = {"finance": "Tomasz Wieczorek", "general management": "Ingrid Solheim"}  # everybody else: Amara Okafor
usual = deals.groupby("segment")["amount_eur"].median()
usual
# %% [markdown] task="plan"
# **3. Which eight letters go first, to whom, and from whom?**
#
# 1. An open deal's value is its `amount_eur`; where that is empty, the segment's `usual`.
# 2. An account's stake is the value of all its open deals times its segment's `gap`.
# 3. The person is the economic influence of its open deal with the largest value. At equal values take the deal with the lower
#    `opportunity_id`.
# 4. First wave: the person's `mindset` in that deal is `growth` or `trouble`. Second wave: the others.
# 5. Order by wave, then by stake, largest first; at equal stakes by `account_id`. Keep eight.
#
# `plan` is a DataFrame with eight rows and the columns
#
# - `rank`: 1 to 8
# - `account_id`
# - `stake_eur`: right within 1%
# - `contact_id`: the person
# - `sponsor`: who writes, by the person's `function`
# %% answer="plan"
### BEGIN SOLUTION
valued = deals.assign(value=deals["amount_eur"].fillna(deals["segment"].map(usual)))
valued = valued[valued["account_id"].isin(unmet)].sort_values(["value", "opportunity_id"], ascending=[False, True])
largest = valued.drop_duplicates("account_id")
payers = people[people["influence"] == "economic"][["opportunity_id", "contact_id", "function", "mindset"]]
plan = largest[["account_id", "segment", "opportunity_id"]].merge(payers, on="opportunity_id")
plan["stake_eur"] = plan["account_id"].map(valued.groupby("account_id")["value"].sum()) * plan["segment"].map(gap)
plan["wave"] = np.where(plan["mindset"].isin(["growth", "trouble"]), 1, 2)
plan["sponsor"] = plan["function"].map(SPONSOR).fillna("Amara Okafor")
plan = plan.sort_values(["wave", "stake_eur", "account_id"], ascending=[True, False, True]).head(8)
plan["rank"] = range(1, len(plan) + 1)
plan = plan[["rank", "account_id", "stake_eur", "contact_id", "sponsor"]]
### END SOLUTION
# %% check="plan"
assert isinstance(plan, pd.DataFrame), "plan should be a DataFrame with eight rows"
seen = plan.reset_index(drop=True)
missing = [c for c in ("rank", "account_id", "stake_eur", "contact_id", "sponsor") if c not in seen.columns]
assert not missing, f"plan lacks the columns {missing}"
assert sorted(seen["rank"]) == list(range(1, 9)), "rank runs from 1 to 8"
assert set(seen["sponsor"]) <= {*SPONSOR.values(), "Amara Okafor"}, "three people write: Tomasz Wieczorek, Ingrid Solheim, Amara Okafor"
assert seen["stake_eur"].notna().all() and (seen["stake_eur"] > 0).all(), "an account with an open deal has something at stake"
# %% hidden="plan"
expect(plan)
assert set(plan["account_id"]) <= set(unmet), "only accounts whose payer nobody has met"
# %% after="plan"
bar(plan.merge(interest[["account_id", "name"]], on="account_id"), "name", "stake_eur", title="The eight letters that go first: stake in EUR")
# %% [markdown] hint="plan"
# Work in three small tables: the deals with a value, the largest of each account, the person in it. Only then sort.
# %% [markdown] hint="plan"
# `deals["amount_eur"].fillna(deals["segment"].map(usual))` fills the gaps; sorting by value and `drop_duplicates("account_id")` keeps
# the largest deal; `merge` on `opportunity_id` brings the person.
# %% [markdown] hint="plan"
# `sort_values(["wave", "stake_eur", "account_id"], ascending=[True, False, True]).head(8)`, with `wave` 1 for growth and trouble and
# 2 for the others.
# %% [markdown] wrong="by_interest" task="plan"
# This takes the eight highest interest scores of your list. Nobody has ever held the score against an outcome, and the letters would go
# to whoever reads most, among them people who say that they need nothing. What do you know about these accounts besides
# how much they read?
# %% wrong="by_interest" task="plan"
valued = deals.assign(value=deals["amount_eur"].fillna(deals["segment"].map(usual)))
valued = valued[valued["account_id"].isin(unmet)].sort_values(["value", "opportunity_id"], ascending=[False, True])
payers = people[people["influence"] == "economic"][["opportunity_id", "contact_id", "function", "mindset"]]
plan = valued.drop_duplicates("account_id")[["account_id", "segment", "opportunity_id"]].merge(payers, on="opportunity_id")
plan["stake_eur"] = plan["account_id"].map(valued.groupby("account_id")["value"].sum()) * plan["segment"].map(gap)
plan["sponsor"] = plan["function"].map(SPONSOR).fillna("Amara Okafor")
plan["score"] = plan["account_id"].map(interest.set_index("account_id")["intent_score"])
plan = plan.sort_values(["score", "account_id"], ascending=[False, True]).head(8)
plan["rank"] = range(1, len(plan) + 1)
# %% [markdown] wrong="to_the_coach" task="plan"
# This writes to the coach, whom we know and who answers. The coach of these deals is mostly on our side already, and what is missing is a word
# with the person who signs. Who has not been met?
# %% wrong="to_the_coach" task="plan"
valued = deals.assign(value=deals["amount_eur"].fillna(deals["segment"].map(usual)))
valued = valued[valued["account_id"].isin(unmet)].sort_values(["value", "opportunity_id"], ascending=[False, True])
coaches = people[people["influence"] == "coach"].drop_duplicates("opportunity_id")[["opportunity_id", "contact_id", "function", "mindset"]]
plan = valued.drop_duplicates("account_id")[["account_id", "segment", "opportunity_id"]].merge(coaches, on="opportunity_id", how="left")
plan["stake_eur"] = plan["account_id"].map(valued.groupby("account_id")["value"].sum()) * plan["segment"].map(gap)
plan["wave"] = np.where(plan["mindset"].isin(["growth", "trouble"]), 1, 2)
plan["sponsor"] = plan["function"].map(SPONSOR).fillna("Amara Okafor")
plan = plan.sort_values(["wave", "stake_eur", "account_id"], ascending=[True, False, True]).head(8)
plan["rank"] = range(1, len(plan) + 1)
