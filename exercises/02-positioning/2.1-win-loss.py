# ---
# topic: "2.1"
# title: What wins, against whom
# tables: [opportunities, win_loss_interviews, competitors, claims]
# tasks:
#   evidence:
#     points: 4
#     answer: {type: table, keys: [rival, criterion], columns: {interviews: 0.5, win_rate: 0.005, low_rate: 0.005, high_rate: 0.005}}
#   deck:
#     points: 3
#     answer: {type: table, keys: [claim_id], columns: {named_rate: 0.002, high_rate: 0.002, reason_rank: 0.5}}
# ---
# %% [markdown]
# The sales deck goes to the printer on Monday. Daniel Reyes wrote it in the summer of 2024, from the interviews that there
# were by then. Ingrid Solheim wants to know which reasons decide **now**, and against whom.
#
# `interviews` holds one row for each interview with a customer after a deal was won or lost: `closed_on` (the day of the
# decision), `rival` (the competitor in the end, or `none`), `criterion` (what decided it, as the interviewer coded the
# conversation) and `won`. The history ends on 31 December 2025. `claims` holds the deck: `deck_rank` 1 is the claim on page one.
# %% given
import numpy as np
import pandas as pd

from course.case import load

opportunities, win_loss, competitors, claims = load("opportunities", "win_loss_interviews", "competitors", "claims")

interviews = win_loss.merge(opportunities[["opportunity_id", "closed_on"]], on="opportunity_id")
interviews["rival"] = interviews["competitor"].fillna("none")
interviews["criterion"] = interviews["main_reason"]
interviews["won"] = interviews["outcome"] == "won"
interviews = interviews[["interview_id", "closed_on", "interviewed_on", "rival", "criterion", "won"]]
still_there = list(competitors.loc[competitors["left_on"].isna(), "competitor"])  # Norvane Metering was acquired


def wilson(successes, n):
    """The 95% interval of a rate, as two Series: its lower and its upper end, fractions."""
    z = 1.96
    rate = successes / n
    middle = (rate + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return middle - half, middle + half


interviews.head()
# %% given
from course.plot import line

by_half = interviews.assign(half=interviews["closed_on"].dt.year.astype(str) + np.where(interviews["closed_on"].dt.month < 7, " H1", " H2"))
line(
    by_half.groupby("half", as_index=False).size(), "half", "size",
    title="How many interviews there are, by the half-year in which the deal was decided",
    alt="Interviews were held throughout the three years.",
)
# %% [markdown] task="evidence"
# **How often do we win against each rival, by the criterion that decided?**
#
# The cell below is almost finished. As it stands it counts all three years and every row. Replace its first line, so that
# `recent` holds only the interviews about deals **decided in the last 18 months** of the history, against a rival in
# `still_there`. The rest of the cell does the counting.
#
# `evidence` is a DataFrame with one row for each rival and criterion that occurs, and the columns
#
# - `rival`, `criterion`
# - `interviews`: how many
# - `win_rate`: the share of them won (a fraction)
# - `low_rate`, `high_rate`: the ends of the 95% interval (fractions)
#
# Rates count as right within 0.005.
# %% answer="evidence"
### BEGIN SOLUTION
recent = interviews[(interviews["closed_on"] >= "2024-07-01") & interviews["rival"].isin(still_there)]
### END SOLUTION

cells = recent.groupby(["rival", "criterion"])["won"]
evidence = pd.DataFrame({"interviews": cells.size(), "wins": cells.sum()})
evidence["win_rate"] = evidence["wins"] / evidence["interviews"]
evidence["low_rate"], evidence["high_rate"] = wilson(evidence["wins"], evidence["interviews"])
evidence = evidence.reset_index()
# %% check="evidence"
assert isinstance(evidence, pd.DataFrame), "evidence should be a DataFrame"
seen = evidence.reset_index()
wanted = ["rival", "criterion", "interviews", "win_rate", "low_rate", "high_rate"]
missing = [c for c in wanted if c not in seen.columns]
assert not missing, f"evidence lacks the columns {missing}"
strange = sorted(set(seen["rival"]) - set(still_there))
assert not strange, f"only rivals that still compete belong in evidence; it also has {strange}"
assert seen["interviews"].sum() < 0.6 * len(interviews), "18 months without the deals that had no rival are well under 60% of the interviews"
assert (seen["low_rate"] <= seen["win_rate"] + 1e-9).all(), "low_rate is the lower end of the interval"
# %% hidden="evidence"
expect(evidence)
rows = evidence.reset_index()
assert (rows["high_rate"] - rows["low_rate"]).median() > 0.25, "most cells are too small to tell a strength from luck"
# %% after="evidence"
evidence.pivot(index="criterion", columns="rival", values="interviews").fillna(0).astype(int)
# %% [markdown] hint="evidence"
# Whose decision is dated by `closed_on`, and what does `interviewed_on` date? Eighteen months back from 31 December 2025
# is a first day of a month.
# %% [markdown] hint="evidence"
# Two conditions: the day of the decision is on or after 1 July 2024, and the rival is in the list `still_there`.
# %% [markdown] hint="evidence"
# `recent = interviews[(interviews["closed_on"] >= ...) & interviews["rival"].isin(...)]`
# %% [markdown] wrong="three_years" task="evidence"
# This counts all three years. A criterion that decided deals in 2023 then still looks like a reason to buy in 2026, and the
# deck keeps the page that won yesterday's tenders. When were the decisions taken that you count?
# %% wrong="three_years" task="evidence"
recent = interviews[interviews["rival"].isin(still_there)]
cells = recent.groupby(["rival", "criterion"])["won"]
evidence = pd.DataFrame({"interviews": cells.size(), "wins": cells.sum()})
evidence["win_rate"] = evidence["wins"] / evidence["interviews"]
evidence["low_rate"], evidence["high_rate"] = wilson(evidence["wins"], evidence["interviews"])
evidence = evidence.reset_index()
# %% [markdown] wrong="call_date" task="evidence"
# This takes the last 18 months of telephone calls. Calls come up to six weeks after the decision, so deals decided before
# the window slip in and bring the old reasons with them. Which date says when the customer chose?
# %% wrong="call_date" task="evidence"
recent = interviews[(interviews["interviewed_on"] >= "2024-07-01") & interviews["rival"].isin(still_there)]
cells = recent.groupby(["rival", "criterion"])["won"]
evidence = pd.DataFrame({"interviews": cells.size(), "wins": cells.sum()})
evidence["win_rate"] = evidence["wins"] / evidence["interviews"]
evidence["low_rate"], evidence["high_rate"] = wilson(evidence["wins"], evidence["interviews"])
evidence = evidence.reset_index()
# %% [markdown]
# Most of these cells hold fewer than 30 interviews. What customers name at all can be read with more confidence: every
# interview of the window bears on it, won or lost, with a rival or without one.
# %% [markdown] task="deck"
# **Does the deck claim what customers name?**
#
# Build a DataFrame `deck` with one row for each of the eight claims in `claims` and the columns
#
# - `claim_id`
# - `named_rate`: the share of **all** interviews about deals decided in the last 18 months (every rival, and none; won and
#   lost) in which the claim's `theme` was the `criterion` (a fraction; 0 where nobody named it)
# - `high_rate`: the upper end of its 95% interval, by `wilson` (a fraction)
# - `reason_rank`: the theme's place among the seven criteria by `named_rate`, 1 for the one named most; equals share the better place
#
# The steps: keep the window; count each criterion, those with none as well; divide; rank; look up each claim's theme.
# Rates count as right within 0.002.
# %% answer="deck"
### BEGIN SOLUTION
window = interviews[interviews["closed_on"] >= "2024-07-01"]
named = window["criterion"].value_counts().reindex(interviews["criterion"].unique(), fill_value=0)
high = wilson(named, len(window))[1]
place = named.rank(ascending=False, method="min")
deck = claims[["claim_id", "deck_rank", "theme"]].copy()
deck["named_rate"] = deck["theme"].map(named / len(window))
deck["high_rate"] = deck["theme"].map(high)
deck["reason_rank"] = deck["theme"].map(place)
### END SOLUTION
# %% check="deck"
assert isinstance(deck, pd.DataFrame), "deck should be a DataFrame"
seen = deck.reset_index()
missing = [c for c in ("claim_id", "named_rate", "high_rate", "reason_rank") if c not in seen.columns]
assert not missing, f"deck lacks the columns {missing}"
assert len(seen) == 8, f"the deck has eight claims; deck has {len(seen)} rows"
assert seen["named_rate"].notna().all(), "write 0, not an empty value, for a theme that nobody named"
assert (seen["high_rate"] > seen["named_rate"]).all(), "the upper end of the interval lies above the rate"
assert seen["reason_rank"].between(1, 7).all(), "there are seven criteria: reason_rank runs from 1 to 7"
# %% hidden="deck"
expect(deck)
first = deck.reset_index().set_index("claim_id").loc[claims.sort_values("deck_rank")["claim_id"].iloc[0]]
assert first["reason_rank"] == 7 and first["high_rate"] < 0.05, "the claim on page one is the reason that customers name least"
# %% after="deck"
from course.plot import bar

bar(
    deck.assign(claim=deck["claim_id"] + " " + deck["theme"]), "claim", "named_rate",
    title="How many customers name what each claim of the deck is about",
)
# %% [markdown] hint="deck"
# `value_counts()` leaves out what never occurs. Which list holds all seven criteria, the forgotten ones as well?
# %% [markdown] hint="deck"
# `named = window["criterion"].value_counts().reindex(interviews["criterion"].unique(), fill_value=0)`. Divide by the
# number of interviews in the window; `wilson(named, len(window))` gives both ends.
# %% [markdown] hint="deck"
# A Series indexed by criterion can be looked up: `claims["theme"].map(named / len(window))`. For the places,
# `named.rank(ascending=False, method="min")`.
# %% [markdown] wrong="all_years" task="deck"
# This asks all three years what decided. The claim on page one then looks like a respectable reason, because the first half of
# the history is full of it, and the deck goes to print unchanged. What did the customers say whose decision is less than
# 18 months old?
# %% wrong="all_years" task="deck"
named = interviews["criterion"].value_counts()
high = wilson(named, len(interviews))[1]
place = named.rank(ascending=False, method="min")
deck = claims[["claim_id", "deck_rank", "theme"]].copy()
deck["named_rate"] = deck["theme"].map(named / len(interviews))
deck["high_rate"] = deck["theme"].map(high)
deck["reason_rank"] = deck["theme"].map(place)
# %% [markdown] wrong="wins_only" task="deck"
# This listens only to customers who bought. They tell you what you already do well; the reasons for which deals go to a rival
# are named by those who left, and total cost shrinks as if it hardly mattered. Who else was asked what decided it?
# %% wrong="wins_only" task="deck"
window = interviews[(interviews["closed_on"] >= "2024-07-01") & interviews["won"]]
named = window["criterion"].value_counts().reindex(interviews["criterion"].unique(), fill_value=0)
high = wilson(named, len(window))[1]
place = named.rank(ascending=False, method="min")
deck = claims[["claim_id", "deck_rank", "theme"]].copy()
deck["named_rate"] = deck["theme"].map(named / len(window))
deck["high_rate"] = deck["theme"].map(high)
deck["reason_rank"] = deck["theme"].map(place)
