# ---
# topic: "3.4"
# title: Territories after an acquisition
# tables: [territories, accounts, acquired_accounts]
# tasks:
#   shared:
#     points: 3
#     answer: {type: set}
#   uncovered:
#     points: 2
#     answer: {type: mapping, tolerance: 0.4}
#   plan:
#     points: 3
#     answer: {type: table, keys: [region], columns: {moved: 0.4, disturbed: 0.4}}
# ---
# %% [markdown]
# The reading put DACH in order. Ingrid Solheim wants the other five regions by the end of the month: every firm with one
# owner, nobody with more than 1.2 times the region's mean workload, and as few customers as possible who lose the person they know.
#
# `theirs` is Norvane's list: `norvane_id`, `name`, `country`, `account_id` (the same firm in our books, *where somebody found
# it*) and `norvane_rep` (empty if that person left). `accounts` is ours; `rep_id` says who works the account's territory and is empty where
# nobody does. `key` is the name without capitals, accents, stops and legal form.
#
# A wrong plan costs customers the person they know without need, or sends two people from one company to the same buyer.
# %% given
import re
import unicodedata

import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

DONE = "DACH"
territories, accounts, theirs = load("territories", "accounts", "acquired_accounts")
accounts = accounts[accounts["region"] != DONE].reset_index(drop=True)
theirs = theirs[theirs["region"] != DONE].reset_index(drop=True)
LEGAL = set("gmbh ag ltd plc inc llc corp dac sas sa nv ab as aps asa oy oyj spa srl sl lda co kg n v b s p a r l".split())


def key(name):
    """The name of a firm without what clerks write differently."""
    text = unicodedata.normalize("NFKD", name.lower().replace("ø", "o").replace("ß", "ss"))
    words = re.findall("[a-z]+", "".join(sign for sign in text if not unicodedata.combining(sign)))
    return " ".join(word for word in words if word not in LEGAL)


accounts = accounts.merge(territories[["territory_id", "rep_id"]], on="territory_id", how="left")
accounts["key"], theirs["key"] = accounts["name"].map(key), theirs["name"].map(key)
theirs[["norvane_id", "name", "key", "country", "region", "account_id", "norvane_rep"]].head()
# %% [markdown] task="shared"
# **1. Which of Norvane's accounts are ours as well?**
#
# Answer: a set `shared` of `norvane_id`: the accounts on Norvane's list that stand in our books too, found by somebody or not.
# A firm of the same `key` in another `country` is another firm.
# %% answer="shared"
### BEGIN SOLUTION
ours = set(zip(accounts["key"], accounts["country"]))
same = pd.Series([pair in ours for pair in zip(theirs["key"], theirs["country"])], index=theirs.index)
shared = set(theirs.loc[same | theirs["account_id"].notna(), "norvane_id"])
### END SOLUTION
# %% check="shared"
assert isinstance(shared, (set, list)), "shared should be a set of norvane_id"
assert set(shared) <= set(theirs["norvane_id"]), "every entry is a norvane_id such as NV-0004"
assert len(set(shared)) < len(theirs), "some of Norvane's accounts are not ours"
# %% hidden="shared"
expect(shared)
marked = set(theirs.loc[theirs["account_id"].notna(), "norvane_id"])
assert marked < set(shared), "more are shared than somebody has marked"
# %% [markdown] hint="shared"
# What somebody marked is a beginning. What would two clerks write alike about the same firm, and what would tell apart two firms of one name?
# %% [markdown] hint="shared"
# Make a set of pairs (`key`, `country`) from `accounts` and look up each pair of `theirs` in it. Add what is marked.
# %% [markdown] hint="shared"
# `ours = set(zip(accounts["key"], accounts["country"]))`; then test `(row.key, row.country) in ours` for each row of `theirs`.
# %% [markdown] wrong="marked_only" task="shared"
# This takes the accounts that somebody has marked. The rest go out as new accounts to new owners, and two people from one company
# ring the same buyer in the same week. How would you notice a firm that both companies know under other spellings?
# %% wrong="marked_only" task="shared"
shared = set(theirs.loc[theirs["account_id"].notna(), "norvane_id"])
# %% [markdown] wrong="as_written" task="shared"
# This looks for names that are written alike, capitals aside. A missing accent or legal form is then another firm, and that customer gets
# two owners. Which column is made for comparing?
# %% wrong="as_written" task="shared"
ours = set(zip(accounts["name"].str.lower(), accounts["country"]))
same = pd.Series([pair in ours for pair in zip(theirs["name"].str.lower(), theirs["country"])], index=theirs.index)
shared = set(theirs.loc[same | theirs["account_id"].notna(), "norvane_id"])
# %% [markdown]
# The next cell makes `firms` from the right answer: one row for each firm of either company. `our_rep` and `their_rep` are the people
# who look after it today, empty where there is nobody. `known` says whether the firm has ever bought from either
# company. `meetings` is the workload that the firm makes in a year.
# %% given
by_pair = accounts.drop_duplicates(["key", "country"])[["key", "country", "account_id"]]
matched = theirs.drop(columns="account_id").merge(by_pair, on=["key", "country"], how="left")
also = matched.dropna(subset=["account_id"]).drop_duplicates("account_id").set_index("account_id")
alone = matched[matched["account_id"].isna()]
size = pd.cut(alone["annual_revenue_eur"].fillna(0), [-1, 30_000, 100_000, np.inf], labels=["C", "B", "A"]).astype(str)

firms = pd.concat(
    [
        pd.DataFrame(
            {
                "firm_id": accounts["account_id"],
                "region": accounts["region"],
                "tier": accounts["tier"],
                "our_rep": accounts["rep_id"],
                "their_rep": accounts["account_id"].map(also["norvane_rep"]),
                "known": accounts["customer_since"].notna() | accounts["account_id"].isin(also.index),
            }
        ),
        pd.DataFrame(
            {
                "firm_id": alone["norvane_id"],
                "region": alone["region"],
                "tier": size,
                "our_rep": None,
                "their_rep": alone["norvane_rep"],
                "known": True,
            }
        ),
    ],
    ignore_index=True,
)
firms["meetings"] = firms["tier"].map({"A": 12, "B": 4, "C": 1})
firms.head()
# %% [markdown] task="uncovered"
# **2. How many firms have nobody?**
#
# Answer: a dict (or Series) `uncovered` from each of the five regions to the number of firms that nobody looks after today, in neither
# company. Use `firms`.
# %% answer="uncovered"
### BEGIN SOLUTION
nobody = firms["our_rep"].isna() & firms["their_rep"].isna()
uncovered = nobody.groupby(firms["region"]).sum()
### END SOLUTION
# %% check="uncovered"
assert isinstance(uncovered, (dict, pd.Series)), "uncovered should be a dict or a Series, by region"
assert set(uncovered.keys()) == set(firms["region"]), "uncovered needs one entry for each of the five regions"
assert sum(dict(uncovered).values()) < len(firms), "most firms have somebody"
# %% hidden="uncovered"
expect(uncovered)
assert sum(dict(uncovered).values()) > 0, "some firms have nobody"
# %% [markdown] hint="uncovered"
# A firm has somebody if either company has. Which firms are left?
# %% [markdown] hint="uncovered"
# Two columns may be empty. Combine `isna()` of both with `&`, then add up by region.
# %% [markdown] wrong="theirs_only" task="uncovered"
# This counts Norvane's accounts whose salesperson has left, those that our people visit included. You would hand out firms that have an owner,
# and miss the ones in our own empty territories. Who else may be looking after them?
# %% wrong="theirs_only" task="uncovered"
uncovered = theirs["norvane_rep"].isna().groupby(theirs["region"]).sum()
# %% [markdown] wrong="either_missing" task="uncovered"
# This counts a firm as soon as one company has nobody for it. Nearly every firm is then a gap, since most are known to one company
# only, and the plan would move the whole sales force. When is a firm really without a person?
# %% wrong="either_missing" task="uncovered"
nobody = firms["our_rep"].isna() | firms["their_rep"].isna()
uncovered = nobody.groupby(firms["region"]).sum()
# %% [markdown]
# `rebalance(firms, turn)` makes the assignment. Each firm first goes to our person, else to Norvane's. Firms without anybody go to
# whoever has least work in the region. Then, as long as somebody has more than `LIMIT` times the region's mean of `meetings`, that person hands
# one firm to whoever has least: firms with the lowest `turn` first, among those the ones with most meetings.
# %% given
LIMIT = 1.2


def rebalance(firms, turn):
    """Who owns each firm, as a Series like `firms`. `turn`: one number a firm; low numbers are handed over first."""
    owner = firms["our_rep"].where(firms["our_rep"].notna(), firms["their_rep"])
    owner = owner.astype(object).where(owner.notna(), None).tolist()
    turn, meetings = list(turn), firms["meetings"].tolist()
    for _, rows in firms.reset_index(drop=True).groupby("region"):
        work = {person: 0 for person in sorted({owner[i] for i in rows.index if owner[i]})}
        for i in rows.index:
            if owner[i]:
                work[owner[i]] += meetings[i]
        for i in sorted((i for i in rows.index if not owner[i]), key=lambda i: (-meetings[i], i)):
            owner[i] = min(work, key=work.get)
            work[owner[i]] += meetings[i]
        most = LIMIT * sum(work.values()) / len(work)
        for person in list(work):
            for i in sorted((i for i in rows.index if owner[i] == person), key=lambda i: (turn[i], -meetings[i], i)):
                least = min(work, key=work.get)
                if work[person] <= most:
                    break
                if work[least] + meetings[i] <= most:
                    owner[i] = least
                    work[person] -= meetings[i]
                    work[least] += meetings[i]
    return pd.Series(owner, index=firms.index)


# %% [markdown] task="plan"
# **3. Whom does the new order disturb?**
#
# Choose `turn` (one number for each firm, 0 or 1) so that firms go first which lose nobody when they change hands. Call `rebalance`.
# Build a DataFrame `plan` with one row for each region and the columns
#
# - `region`
# - `moved`: firms that had a person today and get a new owner who is neither `our_rep` nor `their_rep`
# - `disturbed`: those among them that are `known`
# %% answer="plan"
### BEGIN SOLUTION
owner = rebalance(firms, firms["known"].astype(int))
had = firms["our_rep"].notna() | firms["their_rep"].notna()
moved = had & (owner != firms["our_rep"]) & (owner != firms["their_rep"])
counted = firms.assign(moved=moved, disturbed=moved & firms["known"])
plan = counted.groupby("region")[["moved", "disturbed"]].sum().reset_index()
### END SOLUTION
# %% check="plan"
assert isinstance(plan, pd.DataFrame), "plan should be a DataFrame with one row for each region"
seen = plan.reset_index()
missing = [c for c in ["region", "moved", "disturbed"] if c not in seen.columns]
assert not missing, f"plan lacks the columns {missing}"
assert len(seen) == 5, f"five regions are left to do; plan has {len(seen)} rows"
assert (seen["disturbed"] <= seen["moved"]).all(), "a firm that stays is not disturbed"
# %% hidden="plan"
expect(plan)
blind = rebalance(firms, [0] * len(firms))
left_to_chance = (blind != firms["our_rep"]) & (blind != firms["their_rep"]) & had & firms["known"]
assert plan["disturbed"].sum() < left_to_chance.sum(), "choosing whom to move spares customers"
# %% after="plan"
bar(plan, "region", "disturbed", title="Customers who lose the person they know, by region")
# %% [markdown] hint="plan"
# A firm that has never bought knows nobody here. Which column says so, and should it be handed over early or late?
# %% [markdown] hint="plan"
# `turn` is 0 for the firms that may go first and 1 for the others. A firm moved if it had somebody, and its new owner is not one of the two
# people it had.
# %% [markdown] hint="plan"
# `owner = rebalance(firms, firms["known"].astype(int))`. Then compare `owner` with `firms["our_rep"]` and with `firms["their_rep"]`.
# %% [markdown] wrong="large_first" task="plan"
# This moves large firms first, whoever they know. It needs the fewest moves and looks tidy on the map, and the customers with the
# most meetings are the ones who get a stranger. Which firms would not notice?
# %% wrong="large_first" task="plan"
owner = rebalance(firms, [0] * len(firms))
had = firms["our_rep"].notna() | firms["their_rep"].notna()
moved = had & (owner != firms["our_rep"]) & (owner != firms["their_rep"])
counted = firms.assign(moved=moved, disturbed=moved & firms["known"])
plan = counted.groupby("region")[["moved", "disturbed"]].sum().reset_index()
# %% [markdown] wrong="small_first" task="plan"
# This hands over the firms of tier C first. They are the ones that people give away most easily; it takes very many of them to relieve anybody,
# and most are customers with a person they know. What makes a handover cost something?
# %% wrong="small_first" task="plan"
owner = rebalance(firms, (firms["tier"] != "C").astype(int))
had = firms["our_rep"].notna() | firms["their_rep"].notna()
moved = had & (owner != firms["our_rep"]) & (owner != firms["their_rep"])
counted = firms.assign(moved=moved, disturbed=moved & firms["known"])
plan = counted.groupby("region")[["moved", "disturbed"]].sum().reset_index()
# %% [markdown] wrong="gaps_counted" task="plan"
# This counts firms that had nobody as moved and disturbed. Giving them a person is the gain of the exercise, and it would show up as
# damage in the regions with the most gaps. Who loses somebody?
# %% wrong="gaps_counted" task="plan"
owner = rebalance(firms, firms["known"].astype(int))
moved = (owner != firms["our_rep"]) & (owner != firms["their_rep"])
counted = firms.assign(moved=moved, disturbed=moved & firms["known"])
plan = counted.groupby("region")[["moved", "disturbed"]].sum().reset_index()
