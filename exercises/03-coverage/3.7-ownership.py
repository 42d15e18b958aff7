# ---
# topic: "3.7"
# title: Whose prospect is it
# tables: [ownership_claims, accounts]
# tasks:
#   rulings:
#     points: 6
#     answer: {type: table, keys: [case_id], columns: {ruling: null, reason: null}}
#   shortcuts:
#     points: 2
#     answer: {type: table, keys: [shortcut], columns: {cases: 0.4, spend_eur: "1%"}}
# ---
# %% [markdown]
# Ingrid Solheim wants a rule for claims on an account that everybody can read, and that gives the same answer whoever asks. The reading
# looked at the quarrels of 2024. You write the rule, and it is tried on those of 2025 and on twelve cases that Mei Tanaka has made up to break it.
#
# In each case two people, `a` and `b`, claim an account on the day `decided_on`. `named_account_of` says on whose list of named accounts it is (`"a"`,
# `"b"` or empty). The other columns are dates, one for each claimant, empty where there is nothing: an open opportunity since, last active on,
# registered on. Two cut-offs are agreed: an activity counts as recent up to and including the **90th day** before the ruling, and a registration is
# earlier if it is earlier by **more than 7 days**.
#
# `precedents` are the cases of 2024 with the `ruling` that stood after appeal and its `reason`. `cases` are yours to rule.
#
# A rule with a gap brings the quarrel back to Ingrid's desk; a rule in the wrong order gives accounts to people whom the customer does not
# know.
# %% given
import pandas as pd
from course.case import load
from course.plot import bar

claims, accounts = load("ownership_claims", "accounts")
precedents = claims[claims["decided_on"] < "2025-01-01"].reset_index(drop=True)
GIVEN = ["case_id", "account_id", "decided_on", "named_account_of", "a_open_since", "b_open_since", "a_active_on", "b_active_on", "a_registered_on", "b_registered_on"]


def made_up(number, named, a_open, b_open, a_active, b_active, a_registered, b_registered):
    """A case decided on 30 June 2025; dates are given in days before that, None where there is nothing."""
    day = pd.Timestamp("2025-06-30")
    dates = [pd.NaT if n is None else day - pd.Timedelta(days=n) for n in (a_open, b_open, a_active, b_active, a_registered, b_registered)]
    return dict(zip(GIVEN, [f"X-{number:02d}", "A-00001", day, named, *dates], strict=True))


drills = [
    made_up(1, "a", None, 40, 200, 3, 60, 300),
    made_up(2, None, 30, 90, 120, 15, 200, 210),
    made_up(3, None, None, None, 90, 91, 40, 100),
    made_up(4, None, None, None, 90, 90, 47, 40),
    made_up(5, None, None, None, 12, 80, 40, 48),
    made_up(6, None, None, None, None, None, 100, 100),
    made_up(7, None, 200, 10, 5, 60, 33, 40),
    made_up(8, None, None, 5, 2, None, 400, 30),
    made_up(9, None, 20, None, None, 1, 25, 400),
    made_up(10, None, None, None, 95, None, 20, 27),
    made_up(11, "b", 100, 10, 1, 1, 100, 101),
    made_up(12, None, 60, 60, 91, 120, 69, 60),
]
cases = pd.concat([claims.loc[claims["decided_on"] >= "2025-01-01", GIVEN], pd.DataFrame(drills)], ignore_index=True)


def settle(rule, cases=cases):
    """Apply rule(case) to each row of `cases`; it returns a ruling and a reason. A table of case_id, ruling, reason."""
    given = [rule(case) for _, case in cases.iterrows()]
    return pd.DataFrame({"case_id": cases["case_id"], "ruling": [r for r, _ in given], "reason": [why for _, why in given]})


precedents[["case_id", "named_account_of", "a_open_since", "b_open_since", "ruling", "reason"]].head()
# %% [markdown] task="rulings"
# **1. Whose account is it, and why?**
#
# Write a function `rule(case)`. It gets a row of `cases` (`case["named_account_of"]` and so on) and returns two texts:
#
# - the ruling: `"a"`, `"b"`, or `"escalate"` where the case has to go to the heads of sales
# - the reason: `"named account"`, `"open opportunity"`, `"recent activity"`, `"earlier registration"` or, if it is escalated, `"no ground"`
#
# Then make `rulings = settle(rule)`: a DataFrame with one row for each case and the columns `case_id`, `ruling`, `reason`. The precedents tell which ground goes
# before which, and what happens where both claimants have it. When you are graded, `rule` is tried on further cases.
# %% answer="rulings"
### BEGIN SOLUTION
def rule(case):
    if pd.notna(case["named_account_of"]):
        return case["named_account_of"], "named account"
    opened = [pd.notna(case["a_open_since"]), pd.notna(case["b_open_since"])]
    if opened[0] != opened[1]:
        return ("a" if opened[0] else "b"), "open opportunity"
    recent = [(case["decided_on"] - case[day]).days <= 90 if pd.notna(case[day]) else False for day in ("a_active_on", "b_active_on")]
    if recent[0] != recent[1]:
        return ("a" if recent[0] else "b"), "recent activity"
    ahead = (case["b_registered_on"] - case["a_registered_on"]).days
    if abs(ahead) > 7:
        return ("a" if ahead > 0 else "b"), "earlier registration"
    return "escalate", "no ground"


rulings = settle(rule)
### END SOLUTION
# %% check="rulings"
assert callable(rule), "rule should be a function that takes a case"
assert isinstance(rulings, pd.DataFrame), "rulings should be the table that settle(rule) gives"
assert len(rulings) == len(cases), f"there are {len(cases)} cases; rulings has {len(rulings)} rows"
assert set(rulings["ruling"]) <= {"a", "b", "escalate"}, 'a ruling is "a", "b" or "escalate"'
REASONS = {"named account", "open opportunity", "recent activity", "earlier registration", "no ground"}
assert set(rulings["reason"]) <= REASONS, f"a reason is one of {sorted(REASONS)}"
assert ((rulings["ruling"] == "escalate") == (rulings["reason"] == "no ground")).all(), "a case is escalated when there is no ground, and only then"
# %% hidden="rulings"
expect(rulings)
past = settle(rule, precedents)
assert (past["ruling"] == precedents["ruling"]).all() and (past["reason"] == precedents["reason"]).all(), "the precedents stand"
sides = {"a": "b", "b": "a", "escalate": "escalate"}
turned = {name: ("b" if name[0] == "a" else "a") + name[1:] for name in cases.columns if name[:2] in ("a_", "b_")}
mirror = cases.rename(columns=turned).assign(named_account_of=cases["named_account_of"].map(sides))
mirror["named_account_of"] = mirror["named_account_of"].astype(object).where(mirror["named_account_of"].notna(), None)
assert (settle(rule, mirror)["ruling"].map(sides) == rulings["ruling"]).all(), "who is called a and who b must not matter"
more = pd.DataFrame([made_up(13, None, 1, 400, 89, 90, 92, 100), made_up(14, None, 1, 400, 91, 90, 300, 20), made_up(15, None, None, None, 91, None, 60, 67)])
assert list(settle(rule, more)["reason"]) == ["earlier registration", "recent activity", "no ground"], "both with a ground is as none with it"
# %% after="rulings"
bar(rulings.groupby("reason", as_index=False).size(), "reason", "size", title="What settles the cases of 2025, Mei's twelve included")
# %% [markdown] hint="rulings"
# Take the precedents in which two grounds point to different people. Which of the two did the ruling follow, each time?
# %% [markdown] hint="rulings"
# A ground settles a case if one claimant has it and the other has not. If both have it, or neither, go on to the next. Ask the grounds in the
# order that the precedents show, and return as soon as one settles it.
# %% [markdown] hint="rulings"
# `pd.notna(case["a_open_since"])` says whether there is one. `(case["decided_on"] - case["a_active_on"]).days` are days, to be asked only where the
# date is not empty. Compare the two answers with `!=`.
# %% [markdown] wrong="first_registered" task="rulings"
# This gives the account to whoever registered it first. It is one line and hard to argue with, and on appeal it was overturned in about half of the
# precedents: people register by the dozen, and the customer knows somebody else. What else did the rulings look at before they came to dates of registration?
# %% wrong="first_registered" task="rulings"
def rule(case):
    ahead = (case["b_registered_on"] - case["a_registered_on"]).days
    if abs(ahead) > 7:
        return ("a" if ahead > 0 else "b"), "earlier registration"
    return "escalate", "no ground"


rulings = settle(rule)
# %% [markdown] wrong="older_opportunity" task="rulings"
# Where both have an open opportunity, this gives the account to the older one. Whoever has let a deal lie longest would then be rewarded for it, and the
# precedents do not do so. What do they do when both have the same ground?
# %% wrong="older_opportunity" task="rulings"
def rule(case):
    if pd.notna(case["named_account_of"]):
        return case["named_account_of"], "named account"
    opened = [pd.notna(case["a_open_since"]), pd.notna(case["b_open_since"])]
    if all(opened) and case["a_open_since"] != case["b_open_since"]:
        return ("a" if case["a_open_since"] < case["b_open_since"] else "b"), "open opportunity"
    if opened[0] != opened[1]:
        return ("a" if opened[0] else "b"), "open opportunity"
    recent = [(case["decided_on"] - case[day]).days <= 90 if pd.notna(case[day]) else False for day in ("a_active_on", "b_active_on")]
    if recent[0] != recent[1]:
        return ("a" if recent[0] else "b"), "recent activity"
    ahead = (case["b_registered_on"] - case["a_registered_on"]).days
    if abs(ahead) > 7:
        return ("a" if ahead > 0 else "b"), "earlier registration"
    return "escalate", "no ground"


rulings = settle(rule)
# %% [markdown] wrong="last_active" task="rulings"
# Where both were active of late, this gives the account to the one who was there last. A phone call on the day before the quarrel would then win any
# account, and everybody would make it. When does activity tell the two apart?
# %% wrong="last_active" task="rulings"
def rule(case):
    if pd.notna(case["named_account_of"]):
        return case["named_account_of"], "named account"
    opened = [pd.notna(case["a_open_since"]), pd.notna(case["b_open_since"])]
    if opened[0] != opened[1]:
        return ("a" if opened[0] else "b"), "open opportunity"
    ago = [(case["decided_on"] - case[day]).days if pd.notna(case[day]) else 10_000 for day in ("a_active_on", "b_active_on")]
    if ago[0] != ago[1] and min(ago) <= 90:
        return ("a" if ago[0] < ago[1] else "b"), "recent activity"
    ahead = (case["b_registered_on"] - case["a_registered_on"]).days
    if abs(ahead) > 7:
        return ("a" if ahead > 0 else "b"), "earlier registration"
    return "escalate", "no ground"


rulings = settle(rule)
# %% [markdown] wrong="activity_first" task="rulings"
# This asks who was active before it asks who has an open opportunity. A seller with a deal on the table then loses the account to a colleague who
# has telephoned, in the middle of the deal. Which of the two did the rulings follow where they pointed to different people?
# %% wrong="activity_first" task="rulings"
def rule(case):
    if pd.notna(case["named_account_of"]):
        return case["named_account_of"], "named account"
    recent = [(case["decided_on"] - case[day]).days <= 90 if pd.notna(case[day]) else False for day in ("a_active_on", "b_active_on")]
    if recent[0] != recent[1]:
        return ("a" if recent[0] else "b"), "recent activity"
    opened = [pd.notna(case["a_open_since"]), pd.notna(case["b_open_since"])]
    if opened[0] != opened[1]:
        return ("a" if opened[0] else "b"), "open opportunity"
    ahead = (case["b_registered_on"] - case["a_registered_on"]).days
    if abs(ahead) > 7:
        return ("a" if ahead > 0 else "b"), "earlier registration"
    return "escalate", "no ground"


rulings = settle(rule)
# %% [markdown] wrong="never_up" task="rulings"
# This settles every case, by a single day of registration if need be. A difference of a few days says who was at a desk that week, and the loser of a
# toss appeals. Which cases did the heads of sales keep for themselves?
# %% wrong="never_up" task="rulings"
def rule(case):
    if pd.notna(case["named_account_of"]):
        return case["named_account_of"], "named account"
    opened = [pd.notna(case["a_open_since"]), pd.notna(case["b_open_since"])]
    if opened[0] != opened[1]:
        return ("a" if opened[0] else "b"), "open opportunity"
    recent = [(case["decided_on"] - case[day]).days <= 90 if pd.notna(case[day]) else False for day in ("a_active_on", "b_active_on")]
    if recent[0] != recent[1]:
        return ("a" if recent[0] else "b"), "recent activity"
    return ("a" if case["a_registered_on"] <= case["b_registered_on"] else "b"), "earlier registration"


rulings = settle(rule)
# %% [markdown]
# Luca Ferrante finds the rule long. He would settle claims by who **registered first** (on the same day: `a`). Daniel Reyes would go by who was
# **active last** (nobody's activity counts as never; on the same day: `a`). `spend` says what each account of 2025 spends a year on
# measuring, where it has been estimated.
# %% given
spend = accounts.set_index("account_id")["annual_spend_eur"]
of_2025 = cases[~cases["case_id"].str.startswith("X-")]
print(len(of_2025), "cases of 2025, without the twelve that were made up")
# %% [markdown] task="shortcuts"
# **2. What would the two shortcuts cost?**
#
# Build a DataFrame `shortcuts` with two rows and the columns
#
# - `shortcut`: `"registered first"`, `"active last"`
# - `cases`: how many cases of 2025 it rules otherwise than `rulings`, those that should have been escalated included; Mei's twelve left out
# - `spend_eur`: the yearly spend of the accounts in these cases (EUR; accounts without an estimate count as 0)
#
# Money counts as right within 1%.
# %% answer="shortcuts"
### BEGIN SOLUTION
right = of_2025.merge(rulings, on="case_id")
never = pd.Timestamp("1900-01-01")
says_a = {
    "registered first": right["a_registered_on"] <= right["b_registered_on"],
    "active last": right["a_active_on"].fillna(never) >= right["b_active_on"].fillna(never),
}
rows = []
for name, for_a in says_a.items():
    otherwise = for_a.map({True: "a", False: "b"}) != right["ruling"]
    rows.append({"shortcut": name, "cases": otherwise.sum(), "spend_eur": right.loc[otherwise, "account_id"].map(spend).sum()})
shortcuts = pd.DataFrame(rows)
### END SOLUTION
# %% check="shortcuts"
assert isinstance(shortcuts, pd.DataFrame), "shortcuts should be a DataFrame with two rows"
seen = shortcuts.reset_index()
missing = [c for c in ["shortcut", "cases", "spend_eur"] if c not in seen.columns]
assert not missing, f"shortcuts lacks the columns {missing}"
assert set(seen["shortcut"]) == {"registered first", "active last"}, 'the rows are "registered first" and "active last"'
assert seen["cases"].between(0, len(of_2025)).all(), "cases is a number of cases of 2025"
# %% hidden="shortcuts"
expect(shortcuts)
assert (shortcuts["cases"] > 0.2 * len(of_2025)).all(), "either shortcut goes wrong in more than one case in five"
# %% after="shortcuts"
bar(shortcuts, "shortcut", "spend_eur", title="Yearly spend of the accounts that would go to the wrong person, EUR")
# %% [markdown] hint="shortcuts"
# A shortcut always names somebody. When is that wrong although it does not name the other person?
# %% [markdown] hint="shortcuts"
# Merge the cases of 2025 with `rulings` on `case_id`, make each shortcut's ruling (`"a"` or `"b"`), and compare. Empty dates compare as neither
# earlier nor later, so fill them first.
# %% [markdown] wrong="ties_forgiven" task="shortcuts"
# This leaves out the cases that should have gone up. The shortcut decides those too, without a ground, and they are the ones in which the loser feels
# cheated. What does a rule that always answers do with a tie?
# %% wrong="ties_forgiven" task="shortcuts"
right = of_2025.merge(rulings, on="case_id")
right = right[right["ruling"] != "escalate"]
never = pd.Timestamp("1900-01-01")
says_a = {
    "registered first": right["a_registered_on"] <= right["b_registered_on"],
    "active last": right["a_active_on"].fillna(never) >= right["b_active_on"].fillna(never),
}
rows = []
for name, for_a in says_a.items():
    otherwise = for_a.map({True: "a", False: "b"}) != right["ruling"]
    rows.append({"shortcut": name, "cases": otherwise.sum(), "spend_eur": right.loc[otherwise, "account_id"].map(spend).sum()})
shortcuts = pd.DataFrame(rows)
# %% [markdown] wrong="made_up_counted" task="shortcuts"
# This counts the twelve made-up cases as if they had happened. They were built to break rules, so every shortcut looks worse than it was, and
# Luca will say so. Whose quarrels is the cost to be counted on?
# %% wrong="made_up_counted" task="shortcuts"
right = cases.merge(rulings, on="case_id")
never = pd.Timestamp("1900-01-01")
says_a = {
    "registered first": right["a_registered_on"] <= right["b_registered_on"],
    "active last": right["a_active_on"].fillna(never) >= right["b_active_on"].fillna(never),
}
rows = []
for name, for_a in says_a.items():
    otherwise = for_a.map({True: "a", False: "b"}) != right["ruling"]
    rows.append({"shortcut": name, "cases": otherwise.sum(), "spend_eur": right.loc[otherwise, "account_id"].map(spend).sum()})
shortcuts = pd.DataFrame(rows)
