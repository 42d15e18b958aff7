# ---
# topic: "7.7"
# title: Inbound from a protected account
# tables: [inbound_cases, deal_registrations, accounts]
# tasks:
#   rulings:
#     points: 6
#     answer: {type: table, keys: [case_id], columns: {owner: null, ground: null, paper: null}}
#   holds:
#     points: 2
#     answer: {type: table, keys: [product_line], columns: {january: 0.4, quarter_end: 0.4}}
# ---
# %% [markdown]
# Whose is the lead that a campaign brings from an account which somebody calls theirs? The desk that answers has four working hours (7.2) and no time to
# ask around. You write the rule that it will use, in such a way that whoever does not get the lead can check why.
#
# A case has `account_id`, `came_on` (the day on which the lead came), `product_line` (what it asked about), `tier` (of the account), `open_since` (a direct
# opportunity open since; empty if there is none) and `territory_id`. `register` holds the registrations of partners: `registration_id`, `account_id`,
# `product_line`, `registered_on`, `expires_on` (first and last day of the protection, if it was accepted) and `status`.
#
# `precedents` are the cases up to 2024 with the `owner` and the `ground` that stood after appeal. `cases` are yours: those of 2025, and ten that begin with `X`, with which Mei Tanaka
# plays through what the campaigns of January may bring.
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

log, registrations, accounts = load("inbound_cases", "deal_registrations", "accounts")
log = log.rename(columns={"ruling": "owner"}).merge(accounts[["account_id", "territory_id"]], on="account_id")
precedents = log[log["came_on"] < "2025-01-01"].sort_values("case_id").reset_index(drop=True)
GIVEN = ["case_id", "account_id", "came_on", "product_line", "tier", "open_since", "territory_id"]
PAPER = ["registration_id", "account_id", "product_line", "registered_on", "expires_on", "status"]


def rehearsed(number, account, came, product, tier, open_since=None):
    """A case of the rehearsal; dates as texts, open_since None if there is no opportunity."""
    return dict(zip(GIVEN, [f"X-{number:02d}", account, pd.Timestamp(came), product, tier, pd.Timestamp(open_since or "NaT"), "T-000"], strict=True))


def registered(number, account, product, first, last, status="accepted"):
    return dict(zip(PAPER, [f"DR-9{number:03d}", account, product, pd.Timestamp(first), pd.Timestamp(last), status], strict=True))


played = pd.DataFrame([
    rehearsed(1, "A-90001", "2026-01-20", "insight", "A"),
    rehearsed(2, "A-90001", "2026-01-20", "series-7", "A"),
    rehearsed(3, "A-90002", "2026-01-21", "insight", "B", "2025-07-25"),
    rehearsed(4, "A-90003", "2026-01-22", "services", "C", "2025-07-25"),
    rehearsed(5, "A-90004", "2026-01-26", "insight", "A", "2025-12-01"),
    rehearsed(6, "A-90005", "2026-01-27", "series-7", "B", "2025-11-03"),
    rehearsed(7, "A-90006", "2026-01-28", "series-7", "B"),
    rehearsed(8, "A-90007", "2026-02-02", "services", "C"),
    rehearsed(9, "A-90008", "2026-02-03", "services", "B", "2025-10-06"),
    rehearsed(10, "A-90009", "2026-02-04", "services", "A", "2025-10-06"),
])
invented = pd.DataFrame([
    registered(1, "A-90001", "insight", "2025-07-25", "2026-01-20"),
    registered(2, "A-90002", "insight", "2025-07-25", "2026-01-20"),
    registered(3, "A-90004", "insight", "2025-11-10", "2026-05-08"),
    registered(4, "A-90004", "insight", "2025-09-15", "2026-03-13"),
    registered(5, "A-90005", "series-7", "2025-10-01", "2026-03-29", "rejected"),
    registered(6, "A-90005", "series-7", "2025-12-15", "2026-06-12"),
    registered(7, "A-90006", "series-7", "2025-12-01", "2026-05-29", "withdrawn"),
    registered(8, "A-90006", "insight", "2025-12-01", "2026-05-29"),
    registered(9, "A-90007", "services", "2026-02-02", "2026-07-31"),
    registered(10, "A-90008", "services", "2026-02-04", "2026-08-02"),
    registered(11, "A-90009", "services", "2025-12-08", "2026-06-05"),
    registered(12, "A-90009", "insight", "2025-11-08", "2026-06-05"),
])
cases = pd.concat([log.loc[log["came_on"] >= "2025-01-01", GIVEN].sort_values("case_id"), played], ignore_index=True)
register = pd.concat([registrations[PAPER], invented], ignore_index=True)


def settle(resolve, cases=cases, register=register):
    """Call resolve(case, papers) for each row of `cases`; papers are all rows of the register on that account.

    Returns a table of case_id, owner, ground and paper.
    """
    out = [resolve(case, register[register["account_id"] == case["account_id"]]) for _, case in cases.iterrows()]
    return pd.DataFrame(out, columns=["owner", "ground", "paper"]).assign(case_id=cases["case_id"].to_numpy())


precedents[[*GIVEN, "owner", "ground"]].head()
# %% [markdown] task="rulings"
# **1. Who gets the lead, on which ground, and which paper proves it?** A wrong ruling breaks a promise or gives an account away, and a right one without a paper is fought over again.
#
# Write a function `resolve(case, papers)` that follows the rule of the reading. It gets a row of `cases` and a DataFrame with all registrations on that account
# (there may be none), and returns three texts:
#
# - the owner: `"partner"`, `"key account team"`, `"opportunity owner"`, `"territory"`, or `"escalate"`
# - the ground: `"registered by partner"`, `"key account"`, `"open opportunity"`, `"territory"` or, if it is escalated, `"no ground"`
# - the paper: what somebody else would look up. The `registration_id`; `"tier A"`; `"open since 2025-03-09"` with the date in this form; the
#   `territory_id`; or, if it is escalated, the ids of the registrations that contradict each other, in alphabetical order with `" and "` between them
#
# Then make `rulings = settle(resolve)`: one row for each case with the columns `case_id`, `owner`, `ground`, `paper`. First and last days belong to what they
# bound, and an opportunity counts as long as `came_on` is **at most 180 days** after `open_since`. Try the function on the precedents, and expect it to be tried on further cases when you
# are graded.
# %% answer="rulings"
### BEGIN SOLUTION
def resolve(case, papers):
    day = case["came_on"]
    promised = papers[
        (papers["status"] == "accepted")
        & (papers["product_line"] == case["product_line"])
        & (papers["registered_on"] <= day)
        & (papers["expires_on"] >= day)
    ]
    ids = sorted(promised["registration_id"])
    if len(ids) > 1:
        return "escalate", "no ground", " and ".join(ids)
    if ids:
        return "partner", "registered by partner", ids[0]
    if case["tier"] == "A":
        return "key account team", "key account", "tier A"
    if pd.notna(case["open_since"]) and (day - case["open_since"]).days <= 180:
        return "opportunity owner", "open opportunity", f"open since {case['open_since']:%Y-%m-%d}"
    return "territory", "territory", case["territory_id"]


rulings = settle(resolve)
### END SOLUTION
# %% check="rulings"
assert callable(resolve), "resolve should be a function of a case and the papers on its account"
assert isinstance(rulings, pd.DataFrame), "rulings should be the table that settle(resolve) gives"
seen = rulings.reset_index()
missing = [c for c in ("case_id", "owner", "ground", "paper") if c not in seen.columns]
assert not missing, f"rulings lacks the columns {missing}"
assert len(seen) == len(cases), f"there are {len(cases)} cases; rulings has {len(seen)} rows"
OWNERS = {"partner", "key account team", "opportunity owner", "territory", "escalate"}
assert set(seen["owner"]) <= OWNERS, f"an owner is one of {sorted(OWNERS)}"
assert seen["paper"].astype(str).str.len().gt(0).all(), "each ruling names a paper; an empty one can't be checked by anybody"
# %% hidden="rulings"
expect(rulings)
past = settle(resolve, precedents)
assert list(past["owner"]) == list(precedents["owner"]) and list(past["ground"]) == list(precedents["ground"]), "the precedents stand"
shuffled = settle(resolve, cases, register.iloc[::-1])
assert list(shuffled["paper"]) == list(rulings["paper"]), "the order of the register must not matter"
extra = pd.DataFrame([rehearsed(21, "A-91000", "2026-03-02", "insight", "B", "2025-09-03"), rehearsed(22, "A-91001", "2026-03-02", "insight", "B", "2025-09-02")])
none = register.iloc[:0]
assert list(settle(resolve, extra, none)["paper"]) == ["open since 2025-09-03", "T-000"], "the 180th day counts, the 181st does not"
three = pd.DataFrame([registered(n, "A-91000", "insight", "2026-01-05", "2026-07-03") for n in (33, 31, 32)])
assert settle(resolve, extra, three)["paper"].iloc[0] == "DR-9031 and DR-9032 and DR-9033", "every partner who has our word is named"
# %% after="rulings"
bar(rulings.groupby("ground", as_index=False).size(), "ground", "size", title="What settles the leads of 2025, the rehearsal included")
# %% [markdown] hint="rulings"
# Ask what Tessaly has promised to whom on that day, before you ask whose account it is. A registration is a promise only if four things are true of it.
# %% [markdown] hint="rulings"
# Filter `papers` by `status`, `product_line` and the two dates against `case["came_on"]`. Then look at how many rows are left: none, one, or more.
# %% [markdown] hint="rulings"
# `ids = sorted(promised["registration_id"])`. More than one: `" and ".join(ids)`. One: the partner. None: tier, then the open opportunity with `pd.notna(case["open_since"])`, then the
# territory. `f"{case['open_since']:%Y-%m-%d}"` writes the date.
# %% [markdown] wrong="in_the_register" task="rulings"
# This gives the lead to the partner whenever the account stands in the register. Rejected, withdrawn and expired papers then protect for ever, and partners learn to
# register everything once. What has to be true of a paper on the day on which the lead came?
# %% wrong="in_the_register" task="rulings"
def resolve(case, papers):
    day = case["came_on"]
    ids = sorted(papers["registration_id"])
    if ids:
        return "partner", "registered by partner", ids[0]
    if case["tier"] == "A":
        return "key account team", "key account", "tier A"
    if pd.notna(case["open_since"]) and (day - case["open_since"]).days <= 180:
        return "opportunity owner", "open opportunity", f"open since {case['open_since']:%Y-%m-%d}"
    return "territory", "territory", case["territory_id"]


rulings = settle(resolve)
# %% [markdown] wrong="any_product" task="rulings"
# Here a registration for one product protects the account from questions about all others. A partner who sells calibration then owns an enquiry about Insight, and
# the customer hears from somebody who can't answer. What did the lead ask about, and what was registered?
# %% wrong="any_product" task="rulings"
def resolve(case, papers):
    day = case["came_on"]
    promised = papers[(papers["status"] == "accepted") & (papers["registered_on"] <= day) & (papers["expires_on"] >= day)]
    ids = sorted(promised["registration_id"])
    if len(ids) > 1:
        return "escalate", "no ground", " and ".join(ids)
    if ids:
        return "partner", "registered by partner", ids[0]
    if case["tier"] == "A":
        return "key account team", "key account", "tier A"
    if pd.notna(case["open_since"]) and (day - case["open_since"]).days <= 180:
        return "opportunity owner", "open opportunity", f"open since {case['open_since']:%Y-%m-%d}"
    return "territory", "territory", case["territory_id"]


rulings = settle(resolve)
# %% [markdown] wrong="key_account_first" task="rulings"
# This asks for the tier before it asks what was promised. Every promise to a partner is then void where the account is good enough, and the best
# partners are the first to stop telling us of their deals. Which of the two did Tessaly give in writing?
# %% wrong="key_account_first" task="rulings"
def resolve(case, papers):
    day = case["came_on"]
    if case["tier"] == "A":
        return "key account team", "key account", "tier A"
    right = (papers["status"] == "accepted") & (papers["product_line"] == case["product_line"])
    ids = sorted(papers.loc[right & (papers["registered_on"] <= day) & (papers["expires_on"] >= day), "registration_id"])
    if len(ids) > 1:
        return "escalate", "no ground", " and ".join(ids)
    if ids:
        return "partner", "registered by partner", ids[0]
    if pd.notna(case["open_since"]) and (day - case["open_since"]).days <= 180:
        return "opportunity owner", "open opportunity", f"open since {case['open_since']:%Y-%m-%d}"
    return "territory", "territory", case["territory_id"]


rulings = settle(resolve)
# %% [markdown] wrong="first_come" task="rulings"
# Where two partners hold a promise in force, this serves the one who registered first. It sounds fair, and the other partner also has a letter with our signature, which
# no desk can take back. Who at Tessaly has to speak with both?
# %% wrong="first_come" task="rulings"
def resolve(case, papers):
    day = case["came_on"]
    right = (papers["status"] == "accepted") & (papers["product_line"] == case["product_line"])
    promised = papers[right & (papers["registered_on"] <= day) & (papers["expires_on"] >= day)].sort_values("registered_on")
    if len(promised):
        return "partner", "registered by partner", promised["registration_id"].iloc[0]
    if case["tier"] == "A":
        return "key account team", "key account", "tier A"
    if pd.notna(case["open_since"]) and (day - case["open_since"]).days <= 180:
        return "opportunity owner", "open opportunity", f"open since {case['open_since']:%Y-%m-%d}"
    return "territory", "territory", case["territory_id"]


rulings = settle(resolve)
# %% [markdown] wrong="open_for_ever" task="rulings"
# This lets an open opportunity claim the lead however old it is. A deal that nobody has closed or moved for a year would go on owning the account, and the seller with the most
# forgotten ones would be sent the most leads. For how long does an opportunity count?
# %% wrong="open_for_ever" task="rulings"
def resolve(case, papers):
    day = case["came_on"]
    right = (papers["status"] == "accepted") & (papers["product_line"] == case["product_line"])
    ids = sorted(papers.loc[right & (papers["registered_on"] <= day) & (papers["expires_on"] >= day), "registration_id"])
    if len(ids) > 1:
        return "escalate", "no ground", " and ".join(ids)
    if ids:
        return "partner", "registered by partner", ids[0]
    if case["tier"] == "A":
        return "key account team", "key account", "tier A"
    if pd.notna(case["open_since"]):
        return "opportunity owner", "open opportunity", f"open since {case['open_since']:%Y-%m-%d}"
    return "territory", "territory", case["territory_id"]


rulings = settle(resolve)
# %% [markdown]
# The rule speaks when the telephone has rung. Daniel Reyes's part comes before: an account that is promised to a partner for a product must not be asked by Tessaly's own campaign
# whether it wants that product. His lists are drawn on **12 January 2026**, and some campaigns run until **31 March**. For this task use `registrations`, the real register without the
# rehearsal.
# %% [markdown] task="holds"
# **2. How many accounts come off the lists, for which product?** One too few, and Tessaly's letter competes with its partner's; one too many, and nobody writes.
#
# `holds` is a DataFrame with one row for each product line in the register and the columns
#
# - `product_line`
# - `january`: how many accounts are promised to a partner for this product on 12 January 2026
# - `quarter_end`: how many of these are still promised on 31 March 2026
# %% answer="holds"
### BEGIN SOLUTION
now, then = pd.Timestamp("2026-01-12"), pd.Timestamp("2026-03-31")
live = registrations[(registrations["status"] == "accepted") & (registrations["registered_on"] <= now) & (registrations["expires_on"] >= now)]
late = live[live["expires_on"] >= then]
lines = sorted(registrations["product_line"].unique())
holds = pd.DataFrame({
    "product_line": lines,
    "january": [live.loc[live["product_line"] == line, "account_id"].nunique() for line in lines],
    "quarter_end": [late.loc[late["product_line"] == line, "account_id"].nunique() for line in lines],
})
### END SOLUTION
# %% check="holds"
assert isinstance(holds, pd.DataFrame), "holds should be a DataFrame with one row for each product line"
seen = holds.reset_index()
missing = [c for c in ("product_line", "january", "quarter_end") if c not in seen.columns]
assert not missing, f"holds lacks the columns {missing}"
assert sorted(seen["product_line"]) == sorted(registrations["product_line"].unique()), "one row for each product line in the register, each once"
assert (seen["quarter_end"] <= seen["january"]).all(), "those still promised in March are among those promised in January"
# %% hidden="holds"
expect(holds)
assert holds["january"].sum() < 0.5 * registrations["account_id"].nunique(), "most accounts in the register are promised to nobody now"
# %% after="holds"
bar(holds, "product_line", "january", title="Accounts that come off the lists on 12 January")
# %% [markdown] hint="holds"
# It is the same question as in your rule, asked of the whole register on one day, without a lead.
# %% [markdown] hint="holds"
# Filter by status and by both dates against 12 January. Of these rows, keep those whose last day is 31 March or later, and count different accounts by product.
# %% [markdown] wrong="whole_register" task="holds"
# This counts every account that was ever registered and accepted. Lists would lose accounts whose protection ended long ago, and nobody would write to them, neither the partner nor we. On
# which day does each of these promises end?
# %% wrong="whole_register" task="holds"
good = registrations[registrations["status"] == "accepted"]
late = good[good["expires_on"] >= "2026-03-31"]
lines = sorted(registrations["product_line"].unique())
holds = pd.DataFrame({
    "product_line": lines,
    "january": [good.loc[good["product_line"] == line, "account_id"].nunique() for line in lines],
    "quarter_end": [late.loc[late["product_line"] == line, "account_id"].nunique() for line in lines],
})
# %% [markdown] wrong="held_till_march" task="holds"
# This keeps accounts off the lists for the whole quarter, whenever their protection ends. Some come free in the meantime, and a list that is drawn once misses them all. Which of the
# January promises still stand on 31 March?
# %% wrong="held_till_march" task="holds"
live = registrations[(registrations["status"] == "accepted") & (registrations["expires_on"] >= "2026-01-12")]
lines = sorted(registrations["product_line"].unique())
counts = [live.loc[live["product_line"] == line, "account_id"].nunique() for line in lines]
holds = pd.DataFrame({"product_line": lines, "january": counts, "quarter_end": counts})
