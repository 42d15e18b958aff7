# ---
# topic: "2.4"
# title: Competitors' blind spots
# tables: [feature_matrix, win_loss_interviews, competitors, opportunities]
# tasks:
#   ranking:
#     points: 4
#     answer: {type: table, keys: [feature], columns: {gap: 0.05, score: 0.05, rank: 0.5}}
#   front_page:
#     points: 3
#     answer: {type: set}
# ---
# %% [markdown]
# A new brochure goes to every customer, whichever rival sits in the next room. It has room for a few features on its front
# page. Daniel Reyes has asked the sales force for its favourites; Mei Tanaka has put the laboratories' scores beside them.
#
# `features` holds one row for each of 14 features: `importance` (what customers say, 1 to 10), `sales_votes` (how many of our
# salespeople call it their best argument) and `theme` (the reason to buy that it serves). `scores` holds one row for each feature and
# a column for each vendor (1 to 10, mean of two laboratories). `rivals` lists those who still compete. `window` holds the win-loss
# interviews about deals decided in the last 18 months, with `main_reason`.
# %% given
import numpy as np
import pandas as pd

from course.case import load

matrix, interviews, competitors, opportunities = load("feature_matrix", "win_loss_interviews", "competitors", "opportunities")

THEMES = {
    "accuracy at low flow": "measuring accuracy", "alarm on drift": "measuring accuracy",
    "days from order to delivery": "delivery date kept", "certificate of each reading": "proof for regulators",
    "hazardous-area approval": "proof for regulators", "access for several sites": "integration",
    "data export to the plant's own system": "integration", "service within 24 hours": "service response",
    "remote update": "service response", "replacement without a shutdown": "service response", "battery life": "total cost",
    "spare parts for twenty years": "total cost", "reading by telephone app": "ease of use",
    "training in the local language": "ease of use",
}
US = "Tessaly Instruments"
features = matrix.drop_duplicates("feature")[["feature", "importance", "sales_votes"]].reset_index(drop=True)
features["theme"] = features["feature"].map(THEMES)
scores = matrix.pivot(index="feature", columns="vendor", values="score")
rivals = list(competitors.loc[competitors["left_on"].isna(), "competitor"])  # Norvane Metering was acquired
window = interviews.merge(opportunities[["opportunity_id", "closed_on"]], on="opportunity_id")
window = window[window["closed_on"] >= "2024-07-01"]

features.sort_values("sales_votes", ascending=False)
# %% given
from course.plot import bar

bar(features, "feature", "sales_votes", title="What our salespeople call their best argument")
# %% [markdown] task="ranking"
# **Where do we have something that customers want and no rival has?**
#
# Build a DataFrame `ranking` with one row for each of the 14 features and the columns
#
# - `feature`
# - `gap`: our score less that of the **best** of `rivals` on that feature (points; below zero where a rival is ahead), rounded to
#   one decimal
# - `score`: `importance` times `gap`, rounded to two decimals
# - `rank`: 1 for the highest `score`; equal scores share the better place
#
# The steps: best rival for each feature; subtract; multiply; rank.
# %% answer="ranking"
### BEGIN SOLUTION
gap = (scores[US] - scores[rivals].max(axis=1)).round(1)
ranking = features.copy()
ranking["gap"] = ranking["feature"].map(gap)
ranking["score"] = (ranking["importance"] * ranking["gap"]).round(2)
ranking["rank"] = ranking["score"].rank(ascending=False, method="min")
### END SOLUTION
# %% check="ranking"
assert isinstance(ranking, pd.DataFrame), "ranking should be a DataFrame with one row for each feature"
seen = ranking.reset_index()
missing = [c for c in ("feature", "gap", "score", "rank") if c not in seen.columns]
assert not missing, f"ranking lacks the columns {missing}"
assert len(seen) == 14, f"there are 14 features; ranking has {len(seen)} rows"
assert seen["gap"].max() < 5, "the scores of two vendors never lie five points apart"
assert seen["rank"].min() == 1, "the best feature has rank 1"
# %% hidden="ranking"
expect(ranking)
rows = ranking.reset_index().set_index("feature")
votes = features.set_index("feature")["sales_votes"]
assert abs(rows.loc[votes.idxmax(), "gap"]) < 0.3, "the feature that salespeople like most is at parity with the best rival"
assert votes[rows["score"].idxmax()] < 5, "hardly anybody in the sales force names the feature that leads"
# %% after="ranking"
from course.plot import dots

shown = ranking[["feature", "gap", "rank"]].merge(features, on="feature")
named = (shown["rank"] <= 3) | (shown["sales_votes"] == shown["sales_votes"].max())
dots(
    shown.assign(name=shown["feature"].where(named, "")), "gap", "importance", label="name",
    title="Gap to the best rival and importance; named: the best three and the sales force's favourite",
)
# %% [markdown] hint="ranking"
# The customer compares us with the best alternative on the table. Which one number of the three rivals' scores is that?
# %% [markdown] hint="ranking"
# `scores[rivals]` has a column for each rival who still competes; the largest in each row is the best rival. Subtract it from
# `scores[US]`, and bring the result to `features` by `map`.
# %% [markdown] hint="ranking"
# `ranking["score"].rank(ascending=False, method="min")` gives equal scores the better place.
# %% [markdown] wrong="average_rival" task="ranking"
# This compares us with the average rival, whom no customer ever meets. One weak rival then makes a lead out of a feature on which
# another is our equal, and the customer has that one's brochure too. Whom must the claim survive?
# %% wrong="average_rival" task="ranking"
gap = (scores[US] - scores[rivals].mean(axis=1)).round(1)
ranking = features.copy()
ranking["gap"] = ranking["feature"].map(gap)
ranking["score"] = (ranking["importance"] * ranking["gap"]).round(2)
ranking["rank"] = ranking["score"].rank(ascending=False, method="min")
# %% [markdown] wrong="own_score" task="ranking"
# This multiplies importance by how good we are, rivals left aside. The feature on which everybody is good comes first, and the
# brochure reads like everybody's. What does the customer get from us that no other bidder gives?
# %% wrong="own_score" task="ranking"
ranking = features.copy()
ranking["gap"] = ranking["feature"].map(scores[US] - scores[rivals].max(axis=1)).round(1)
ranking["score"] = (ranking["importance"] * ranking["feature"].map(scores[US])).round(2)
ranking["rank"] = ranking["score"].rank(ascending=False, method="min")
# %% [markdown]
# Mei Tanaka calls anything under half a point a draw: two laboratories do not agree more closely. And what customers say in a survey is one thing, what they
# name after a decision another.
# %% [markdown] task="front_page"
# **Which features may stand on the front page?**
#
# `front_page` is a list of feature names: those whose `gap` is at least 0.5 **and** whose `theme` is the `main_reason` in at least 3%
# of the interviews in `window`.
# %% answer="front_page"
### BEGIN SOLUTION
named = window["main_reason"].value_counts(normalize=True)
clear = ranking["gap"] >= 0.5
wanted = ranking["feature"].map(THEMES).map(named).fillna(0) >= 0.03
front_page = list(ranking.loc[clear & wanted, "feature"])
### END SOLUTION
# %% check="front_page"
strange = sorted(set(front_page) - set(features["feature"]))
assert not strange, f"front_page holds names of features; these are none: {strange}"
assert 0 < len(set(front_page)) < 14, "some features belong on the front page, and not all of them do"
# %% hidden="front_page"
expect(front_page)
favourite = features.loc[features["sales_votes"].idxmax(), "feature"]
assert favourite not in set(front_page), "the sales force's favourite is at parity"
lead = (scores[US] - scores[rivals].max(axis=1)) * features.set_index("feature")["importance"]
assert lead.idxmax() in set(front_page), "the feature with the highest score belongs on it"
# %% [markdown] hint="front_page"
# Two tests, and a feature has to pass both. The first is in `ranking`; for the second you need the share of each
# `main_reason` in `window`.
# %% [markdown] hint="front_page"
# `window["main_reason"].value_counts(normalize=True)` is a Series by theme; look each feature's theme up in it with `map`, and take a
# theme that nobody named as 0.
# %% [markdown] wrong="most_important" task="front_page"
# This takes what customers call most important, a mark of 7 and more. Some of it every bidder has, so the front page promises
# what the customer will get anyway. On which of these are we ahead of the best rival?
# %% wrong="most_important" task="front_page"
front_page = list(features.loc[features["importance"] >= 7, "feature"])
# %% [markdown] wrong="favourites" task="front_page"
# This prints the three arguments that our salespeople like best. They like what they know and have told often, and the rivals'
# people tell the same story. What do the laboratories say about these three?
# %% wrong="favourites" task="front_page"
front_page = list(features.nlargest(3, "sales_votes")["feature"])
