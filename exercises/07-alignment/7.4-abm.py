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
#     answer: {type: table, keys: [segment, mood], columns: {gap_rate: 0.002}}
#   plan:
#     points: 3
#     answer: {type: table, keys: [rank], columns: {account_id: null, stake_eur: "1%", contact_id: null, sponsor: null}}
# ---
# %% [markdown]
# Claire Whitcombe's list is done; now the four regions on the Continent, where Luca Ferrante speaks for the sellers. Daniel Reyes
# brings the interest scores. By Friday each account on the list needs the name of a person and the name of the executive who
# writes.
#
# - `interest`: the scored accounts of these four regions, with `intent_score` and `fit_score` (0 to 100) and `segment`; `keen`: those of them with at least
#   75 and at least 40, the floors that both departments have agreed on
# - `people`: everybody in the buying group of any deal since 2024, in **all** regions, one row for each person and deal. `status` is that of the deal (`won`, `lost`,
#   `open`), `influence` the person's part in it (`economic`, `technical`, `user`, `coach`). `mood` is `moved` if the person is said to see growth or trouble, `settled` if on
#   an even keel or overconfident. `met` is true if we have spoken with that person about that deal
# %% given
import numpy as np
import pandas as pd

from course.case import load
from course.plot import bar

accounts, engagement, opportunities, influences, contacts = load("accounts", "engagement", "opportunities", "influences", "contacts")
REGIONS = ["DACH", "France & Benelux", "Nordics", "Southern Europe"]

interest = engagement.merge(accounts[["account_id", "name", "region", "segment"]], on="account_id")
interest = interest[interest["region"].isin(REGIONS)].reset_index(drop=True)
# The floors that Daniel and Claire have agreed on.
keen = interest[(interest["intent_score"] >= 75) & (interest["fit_score"] >= 40)]
deals = opportunities.loc[opportunities["status"] == "open", ["opportunity_id", "account_id", "segment", "amount_eur"]].reset_index(drop=True)
people = influences.merge(opportunities[["opportunity_id", "account_id", "status"]], on="opportunity_id")
people = people.merge(contacts[["contact_id", "function"]], on="contact_id")
people = people.assign(met=people["contacted_on"].notna())
people["mood"] = np.where(people["mindset"].isin(["growth", "trouble"]), "moved", "settled")
people = people[["opportunity_id", "account_id", "segment", "status", "contact_id", "influence", "function", "mood", "met"]]

interest.nlargest(10, "intent_score")[["account_id", "name", "segment", "intent_score", "fit_score"]]
# %% [markdown] task="unmet"
# **1. Which accounts read about us, fit, have a deal open, and no word with anybody who pays?** Each account too many costs an executive's letter, written where somebody is already talking.
#
# `unmet` is a list of `account_id`: the accounts of `keen`
#
# 1. with at least one open deal whose buying group is known (that is, with rows of status `open` in `people`),
# 2. of whose open deals there is **none** in which we have met the economic influence.
# %% answer="unmet"
### BEGIN SOLUTION
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
blank = people[(people["status"] == "open") & (people["influence"] == "economic") & ~people["met"]]
unmet = sorted(set(blank["account_id"]) & set(keen["account_id"]))
# %% [markdown] wrong="met_in_other_deals" task="unmet"
# This lists accounts in which the payer of some deal was missed, decided deals included. Most of those are over, and a letter about a
# deal that was lost last spring opens an old wound. Which deals can still be won?
# %% wrong="met_in_other_deals" task="unmet"
blank = people[(people["influence"] == "economic") & ~people["met"]]
unmet = sorted(set(blank["account_id"]) & set(keen["account_id"]) & set(people.loc[people["status"] == "open", "account_id"]))
# %% [markdown]
# Luca asks what a meeting is worth before anybody writes over his people's heads.
# %% [markdown] task="gap"
# **2. How much more often are deals won whose payer was met, with payers who are moved and with those who are settled?** These four figures put the list in its order.
#
# `gap` is a DataFrame with one row for each segment (`enterprise`, `mid-market`) and mood (`moved`, `settled`), four rows, and
# the columns
#
# - `segment`, `mood`: of the deal's **economic** influence
# - `gap_rate`: the win rate of decided deals in which that person was met, less the win rate of those in which not (a fraction;
#   right within 0.002)
#
# All regions count, so that the numbers are large enough. The steps: keep the rows of `people` that bear on it; take the share won by segment, mood and
# `met`; subtract.
# %% answer="gap"
### BEGIN SOLUTION
decided = people[(people["influence"] == "economic") & (people["status"] != "open")]
decided = decided.assign(won=decided["status"] == "won")
rate = decided.pivot_table(index=["segment", "mood"], columns="met", values="won")
gap = (rate[True] - rate[False]).rename("gap_rate").reset_index()
### END SOLUTION
# %% check="gap"
assert isinstance(gap, pd.DataFrame), "gap should be a DataFrame with one row for each segment and mood"
seen = gap.reset_index()
missing = [c for c in ("segment", "mood", "gap_rate") if c not in seen.columns]
assert not missing, f"gap lacks the columns {missing}"
assert len(seen) == 4, f"two segments and two moods make four rows; gap has {len(seen)}"
assert seen["gap_rate"].between(-1, 1).all(), "a gap is a fraction: 0.25 is 25 points"
# %% hidden="gap"
expect(gap)
by_mood = gap.groupby("mood")["gap_rate"].mean()
assert by_mood["moved"] > by_mood["settled"] > 0, "a meeting goes with more where the payer sees a reason to change"
# %% [markdown] hint="gap"
# Each deal has one economic influence. Which deals have an outcome, and which two groups of them do you compare in each of the
# four rows?
# %% [markdown] hint="gap"
# Filter `people` to economic and not open; take the mean of `status == "won"` by segment, mood and `met`; subtract.
# %% [markdown] hint="gap"
# With a column `won`, `pivot_table(index=["segment", "mood"], columns="met", values="won")` puts the two rates side by side, in columns named `True` and `False`.
# %% [markdown] wrong="everybody_met" task="gap"
# This compares deals in which everybody was met with all the others. The payer's letter is then credited with the user's and the
# coach's meetings as well, and every stake on the list comes out too high. Whose meeting does the list promise?
# %% wrong="everybody_met" task="gap"
decided = people[people["status"] != "open"]
whole = decided.groupby(["opportunity_id", "segment"]).agg(met=("met", "all"), status=("status", "first")).reset_index()
moods = people[people["influence"] == "economic"].set_index("opportunity_id")["mood"]
whole["mood"] = whole["opportunity_id"].map(moods)
rate = (whole["status"] == "won").groupby([whole["segment"], whole["mood"], whole["met"]]).mean().unstack()
gap = (rate[True] - rate[False]).rename("gap_rate").reset_index()
# %% [markdown] wrong="open_as_lost" task="gap"
# This counts open deals as lost. They pull both rates down, the higher one more, so a meeting looks less useful than it is. Which
# deals have an outcome?
# %% wrong="open_as_lost" task="gap"
decided = people[people["influence"] == "economic"]
rate = (decided["status"] == "won").groupby([decided["segment"], decided["mood"], decided["met"]]).mean().unstack()
gap = (rate[True] - rate[False]).rename("gap_rate").reset_index()
# %% [markdown] wrong="one_mood" task="gap"
# This gives both moods the same number. A letter to somebody who sees nothing to change would be counted like one to somebody in
# trouble, and the largest firms would come first whatever their payer thinks. Where does having met the payer go with more?
# %% wrong="one_mood" task="gap"
decided = people[(people["influence"] == "economic") & (people["status"] != "open")]
rate = (decided["status"] == "won").groupby([decided["segment"], decided["met"]]).mean().unstack()
gap = decided[["segment", "mood"]].drop_duplicates()
gap = gap.assign(gap_rate=gap["segment"].map(rate[True] - rate[False]))
# %% [markdown]
# Now the list itself. Eight letters can be written well in a month. `largest` holds the buying group of each account's **largest** open deal, a row for each
# influence: `account_id`, `segment`, `influence`, `contact_id`, `function` and `mood` as above, `sponsor` (who from Tessaly is this person's counterpart),
# and `open_eur`, the value of **all** open deals of the account (a deal without an amount counts as the median open deal of its segment).
# %% given
SPONSOR = {"finance": "Tomasz Wieczorek", "general management": "Ingrid Solheim"}  # everybody else: Amara Okafor
usual = deals.groupby("segment")["amount_eur"].median()
valued = deals.assign(value=deals["amount_eur"].fillna(deals["segment"].map(usual)))
open_eur = valued.groupby("account_id")["value"].sum()
valued = valued.sort_values(["value", "opportunity_id"], ascending=[False, True]).drop_duplicates("account_id")
largest = valued[["opportunity_id"]].merge(people.drop(columns=["status", "met"]), on="opportunity_id")
largest["sponsor"] = largest["function"].map(SPONSOR).fillna("Amara Okafor")
largest["open_eur"] = largest["account_id"].map(open_eur)
largest.head()
# %% [markdown] task="plan"
# **3. Which eight letters go first, to whom, and from whom?** An account in ninth place waits for a month.
#
# 1. Of each account in `unmet`, take the person in `largest` to whom the letter goes.
# 2. An account's stake is its `open_eur` times the `gap_rate` of its segment and of that person's `mood`.
# 3. Order by stake, largest first; at equal stakes by `account_id`. Keep eight.
#
# `plan` is a DataFrame with eight rows and the columns
#
# - `rank`: 1 to 8
# - `account_id`
# - `stake_eur`: right within 1%
# - `contact_id`: the person
# - `sponsor`: who writes
# %% answer="plan"
### BEGIN SOLUTION
payers = largest[(largest["influence"] == "economic") & largest["account_id"].isin(unmet)]
plan = payers.merge(gap, on=["segment", "mood"])
plan["stake_eur"] = plan["open_eur"] * plan["gap_rate"]
plan = plan.sort_values(["stake_eur", "account_id"], ascending=[False, True]).head(8)
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
# The list was made of accounts in which one person has not been met. Who was that, and which row of `largest` is it?
# %% [markdown] hint="plan"
# Filter `largest` by `influence` and by `isin(unmet)`; a merge with `gap` on `segment` and `mood` brings the gap to each account's person.
# %% [markdown] hint="plan"
# Multiply `open_eur` by `gap_rate`, then `sort_values(["stake_eur", "account_id"], ascending=[False, True]).head(8)`, and number the rows with
# `range(1, 9)`.
# %% [markdown] wrong="by_interest" task="plan"
# This takes the eight highest interest scores of your list. Nobody has ever held the score against an outcome, and the letters would go
# to whoever reads most, among them people who see nothing to change. What do you know about these accounts besides
# how much they read?
# %% wrong="by_interest" task="plan"
payers = largest[(largest["influence"] == "economic") & largest["account_id"].isin(unmet)]
plan = payers.merge(gap, on=["segment", "mood"])
plan["stake_eur"] = plan["open_eur"] * plan["gap_rate"]
plan["score"] = plan["account_id"].map(interest.set_index("account_id")["intent_score"])
plan = plan.sort_values(["score", "account_id"], ascending=[False, True]).head(8)
plan["rank"] = range(1, len(plan) + 1)
# %% [markdown] wrong="to_the_coach" task="plan"
# This writes to the coach, whom we know and who answers. The coach of these deals is mostly on our side already, and what is missing is a word
# with the person who signs. Who has not been met?
# %% wrong="to_the_coach" task="plan"
coaches = largest[(largest["influence"] == "coach") & largest["account_id"].isin(unmet)].drop_duplicates("account_id")
plan = coaches.merge(gap, on=["segment", "mood"])
plan["stake_eur"] = plan["open_eur"] * plan["gap_rate"]
plan = plan.sort_values(["stake_eur", "account_id"], ascending=[False, True]).head(8)
plan["rank"] = range(1, len(plan) + 1)
# %% [markdown] wrong="by_size" task="plan"
# This ranks by what the accounts have open and leaves out what a meeting goes with. A large firm whose payer is content comes before a smaller one whose payer is in
# trouble, and of the two the letter would move the second. What do the four figures of the second task say?
# %% wrong="by_size" task="plan"
payers = largest[(largest["influence"] == "economic") & largest["account_id"].isin(unmet)]
plan = payers.merge(gap, on=["segment", "mood"])
plan["stake_eur"] = plan["open_eur"]
plan = plan.sort_values(["stake_eur", "account_id"], ascending=[False, True]).head(8)
plan["rank"] = range(1, len(plan) + 1)
