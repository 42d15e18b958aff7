# ---
# topic: "8.5"
# title: Listening to the advisory board
# tables: [advisory_board, playbook, bookings, accounts]
# tasks:
#   themes:
#     points: 3
#     answer: {type: table, keys: [theme], columns: {members: 0.5, revenue_eur: "1%"}}
#   without:
#     points: 2
#     answer: {type: table, keys: [theme], columns: {revenue_eur: "1%"}}
#   action:
#     points: 2
#     answer: {type: mapping}
# ---
# %% [markdown]
# The customer advisory board met four times in 2025. The minutes hold 120 notes, each filed under one of six themes, and Daniel
# Reyes has counted them. Ingrid Solheim will have a few plays of the playbook revised before the spring campaign and asks whose
# voice the count is.
#
# `notes` holds what was said: `meeting_on`, `account_id`, `theme`. `booked` gives for each account what it ordered in the
# three years 2023 to 2025, in EUR. `potential` gives what each account is estimated to spend a year on measuring, with anybody. `plays` holds the
# playbook: two plays for each theme, and in `used_rate` the share of the opportunities of 2025 in which a play was used.
# %% given
import numpy as np
import pandas as pd

from course.case import load

notes, plays, bookings, accounts = load("advisory_board", "playbook", "bookings", "accounts")
booked = bookings.groupby("account_id")["amount_eur"].sum()  # EUR, three years
potential = accounts.set_index("account_id")["annual_spend_eur"]  # EUR a year

notes = notes[["note_id", "meeting_on", "account_id", "theme", "note"]]
notes["theme"].value_counts()
# %% [markdown] task="themes"
# **Which theme has the most revenue behind it?** Revise plays for another one, and the customers who pay most wait a year to be heard.
#
# Build a DataFrame `themes` with one row for each of the six themes and the columns
#
# - `theme`
# - `members`: how many firms raised it; a firm that raised it at three meetings is one firm
# - `revenue_eur`: what these firms ordered from 2023 to 2025, each firm counted once for a theme (EUR)
#
# The steps: keep one row for each firm and theme; give each row the firm's orders from `booked`; count and add up by theme. A firm that
# raised two themes stands behind both. Money counts as right within 1%.
# %% answer="themes"
### BEGIN SOLUTION
voices = notes.drop_duplicates(["account_id", "theme"])[["account_id", "theme"]].copy()
voices["booked_eur"] = voices["account_id"].map(booked).fillna(0)
themes = voices.groupby("theme", as_index=False).agg(members=("account_id", "size"), revenue_eur=("booked_eur", "sum"))
### END SOLUTION
# %% check="themes"
assert isinstance(themes, pd.DataFrame), "themes should be a DataFrame with one row for each theme"
seen = themes.reset_index()
missing = [c for c in ("theme", "members", "revenue_eur") if c not in seen.columns]
assert not missing, f"themes lacks the columns {missing}"
assert len(seen) == 6, f"there are six themes; themes has {len(seen)} rows"
assert (seen["revenue_eur"] < booked.sum()).all(), "no theme can stand for more than all customers ordered"
# %% hidden="themes"
expect(themes)
rows = themes.reset_index().set_index("theme")
loudest = notes["theme"].value_counts().idxmax()
assert rows["revenue_eur"].idxmax() != loudest, "the loudest theme is not the weightiest"
# %% after="themes"
from course.plot import bar

bar(themes.sort_values("revenue_eur"), "theme", "revenue_eur", title="Orders of 2023 to 2025 by the members behind each theme, in EUR")
# %% [markdown] hint="themes"
# If one firm says a thing at four meetings, how many customers want it?
# %% [markdown] hint="themes"
# `drop_duplicates` with two column names keeps one row for each firm and theme. `map(booked)` on the account ids puts the orders
# beside each row.
# %% [markdown] hint="themes"
# Group by `theme` and name two results in `agg`: a count of rows and a sum of the orders. Firms that are missing from `booked` ordered nothing.
# %% [markdown] wrong="every_note" task="themes"
# This adds a firm's orders again for each time it spoke. A large member that repeats itself at four meetings becomes four large members,
# and whoever talks most is weighed most after all. How often should one firm count for one theme?
# %% wrong="every_note" task="themes"
voices = notes[["account_id", "theme"]].copy()
voices["booked_eur"] = voices["account_id"].map(booked).fillna(0)
themes = voices.groupby("theme", as_index=False).agg(members=("account_id", "size"), revenue_eur=("booked_eur", "sum"))
# %% [markdown] wrong="could_spend" task="themes"
# This weighs members by what they could spend on measuring, with anybody. The estimate says whom you might win one day, and a firm that orders elsewhere
# then has a say over those that order here. Whose orders would you put at risk by not listening?
# %% wrong="could_spend" task="themes"
voices = notes.drop_duplicates(["account_id", "theme"])[["account_id", "theme"]].copy()
voices["booked_eur"] = voices["account_id"].map(potential).fillna(0)
themes = voices.groupby("theme", as_index=False).agg(members=("account_id", "size"), revenue_eur=("booked_eur", "sum"))
# %% [markdown] wrong="repeats_paid" task="themes"
# The firms are counted once, and their orders are not: whoever spoke at three meetings is added three times. A member that repeats itself then weighs as much as three of its size. How often may a firm's orders
# stand behind one theme?
# %% wrong="repeats_paid" task="themes"
voices = notes[["account_id", "theme"]].copy()
voices["booked_eur"] = voices["account_id"].map(booked).fillna(0)
themes = voices.groupby("theme", as_index=False).agg(members=("account_id", "nunique"), revenue_eur=("booked_eur", "sum"))
# %% [markdown] wrong="first_said" task="themes"
# This leaves each firm one theme, the one it raised first. Whatever it asked for later has no voice, and the order of the minutes decides about the playbook. For how many themes can one customer
# have a reason?
# %% wrong="first_said" task="themes"
voices = notes.drop_duplicates("account_id")[["account_id", "theme"]].copy()
voices["booked_eur"] = voices["account_id"].map(booked).fillna(0)
themes = voices.groupby("theme", as_index=False).agg(members=("account_id", "size"), revenue_eur=("booked_eur", "sum"))
# %% [markdown] wrong="shared_out" task="themes"
# This shares a firm's orders out over its themes, so that all add up to the board's total. A firm that asks for two things then seems half as likely to go over either, and whoever has one wish only outweighs it. What is
# at risk if the second wish is not met?
# %% wrong="shared_out" task="themes"
voices = notes.drop_duplicates(["account_id", "theme"])[["account_id", "theme"]].copy()
voices["booked_eur"] = voices["account_id"].map(booked).fillna(0) / voices.groupby("account_id")["theme"].transform("size")
themes = voices.groupby("theme", as_index=False).agg(members=("account_id", "size"), revenue_eur=("booked_eur", "sum"))
# %% [markdown] task="without"
# **Does the lead hang on a few large members?** If it does, all sellers learn a play that three firms wanted.
#
# Find the weightiest theme and its three members with the largest orders. Leave these three firms out of the whole board, whatever
# else they raised, and add up all six themes again. `without` is a DataFrame with one row for each theme and the columns `theme` and
# `revenue_eur` (EUR, without the three). Money counts as right within 1%.
# %% answer="without"
### BEGIN SOLUTION
first = themes.set_index("theme")["revenue_eur"].idxmax()
voices = notes.drop_duplicates(["account_id", "theme"])[["account_id", "theme"]].copy()
voices["booked_eur"] = voices["account_id"].map(booked).fillna(0)
largest = voices[voices["theme"] == first].nlargest(3, "booked_eur")["account_id"]
left = voices[~voices["account_id"].isin(largest)]
without = left.groupby("theme", as_index=False).agg(revenue_eur=("booked_eur", "sum"))
### END SOLUTION
# %% check="without"
assert isinstance(without, pd.DataFrame), "without should be a DataFrame with one row for each theme"
seen = without.reset_index()
missing = [c for c in ("theme", "revenue_eur") if c not in seen.columns]
assert not missing, f"without lacks the columns {missing}"
assert len(seen) == 6, f"there are six themes; without has {len(seen)} rows"
assert seen["revenue_eur"].sum() < themes["revenue_eur"].sum(), "with three firms left out there must be less behind the themes"
# %% hidden="without"
expect(without)
# %% after="without"
from course.plot import bar

bar(without.sort_values("revenue_eur"), "theme", "revenue_eur", title="The same without the three largest members of the first theme, in EUR")
# %% [markdown] hint="without"
# One row for each firm and theme, as before. Among the rows of the weightiest theme, which three firms order most?
# %% [markdown] hint="without"
# `nlargest(3, …)` finds the three. Take out every row of theirs, also under other themes, with `~…isin(…)`, and sum by theme once more.
# %% [markdown] wrong="one_theme_only" task="without"
# This leaves out the largest members of each theme in turn. Six theme lists, each without another three firms, can't be compared: the question is what the board would say if
# three people had stayed at home. Which three firms are missing from all of them?
# %% wrong="one_theme_only" task="without"
voices = notes.drop_duplicates(["account_id", "theme"])[["account_id", "theme"]].copy()
voices["booked_eur"] = voices["account_id"].map(booked).fillna(0)
voices["place"] = voices.groupby("theme")["booked_eur"].rank(ascending=False, method="first")
without = voices[voices["place"] > 3].groupby("theme", as_index=False).agg(revenue_eur=("booked_eur", "sum"))
# %% [markdown] wrong="loud_one" task="without"
# This leaves out the three largest members behind the theme with the most notes. Its members are many and small, so hardly anything moves, and the lead in
# question has not been tested at all. Which theme had the most revenue behind it?
# %% wrong="loud_one" task="without"
loud = notes["theme"].value_counts().idxmax()
voices = notes.drop_duplicates(["account_id", "theme"])[["account_id", "theme"]].copy()
voices["booked_eur"] = voices["account_id"].map(booked).fillna(0)
largest = voices[voices["theme"] == loud].nlargest(3, "booked_eur")["account_id"]
left = voices[~voices["account_id"].isin(largest)]
without = left.groupby("theme", as_index=False).agg(revenue_eur=("booked_eur", "sum"))
# %% [markdown] task="action"
# **What happens to each play?** Rewriting one that nobody has used throws away what was never tried; leaving one that has failed sends it into the spring campaign.
#
# Ingrid's rule: the plays of the weightiest theme are acted on. One that was used in at least a quarter of the opportunities of 2025 and has not quieted the
# customers is rewritten. One that was used in fewer has not been tried: first it gets used. All other plays are left alone.
#
# `action` is a dict with each of the twelve `play_id` as a key and `"rewrite"`, `"get used"` or `"leave"` as its value.
# %% answer="action"
### BEGIN SOLUTION
first = themes.set_index("theme")["revenue_eur"].idxmax()
action = {}
for play in plays.itertuples():
    if play.theme != first:
        action[play.play_id] = "leave"
    else:
        action[play.play_id] = "rewrite" if play.used_rate >= 0.25 else "get used"
### END SOLUTION
# %% check="action"
given = dict(action)
assert set(given) == set(plays["play_id"]), "action needs each play_id of the playbook as a key, and nothing else"
strange = sorted(set(map(str, given.values())) - {"rewrite", "get used", "leave"})
assert not strange, f'the values are "rewrite", "get used" or "leave"; these are not: {strange}'
for play in plays.itertuples():
    used = f"{play.play_id} was used in {play.used_rate:.0%} of the opportunities"
    assert given[play.play_id] != "rewrite" or play.used_rate >= 0.25, f"{used}: a new version would replace one that nobody has tried"
    assert given[play.play_id] != "get used" or play.used_rate < 0.25, f"{used}: it has been tried, and customers still ask"
assert 0 < sum(value != "leave" for value in given.values()) < 12, "Some plays are acted on, and not all of them."
# %% hidden="action"
expect(action)
loudest = notes["theme"].value_counts().idxmax()
assert all(action[p] == "leave" for p in plays.loc[plays["theme"] == loudest, "play_id"]), "being loud is no reason"
# %% [markdown] hint="action"
# Two questions for each play, in this order: does it answer the weightiest theme, and has it been tried?
# %% [markdown] hint="action"
# Go through `plays.itertuples()`. Compare `play.theme` with the theme that has the largest `revenue_eur`, and only then `play.used_rate` with 0.25.
# %% [markdown] wrong="loudest" task="action"
# This acts on the theme with the most notes. Many members said it and together they order less than a handful of others, whose own request gets
# no answer before the next meeting. Which theme would cost you most if its members went elsewhere?
# %% wrong="loudest" task="action"
loud = notes["theme"].value_counts().idxmax()
action = {p.play_id: "leave" if p.theme != loud else "rewrite" if p.used_rate >= 0.25 else "get used"
          for p in plays.itertuples()}
# %% [markdown] wrong="everything" task="action"
# This acts on all twelve plays, because somebody asked for each. Sellers then get a new playbook instead of two changes, and by summer nobody can say which of
# them did anything. Where does the revenue sit?
# %% wrong="everything" task="action"
action = {p.play_id: "rewrite" if p.used_rate >= 0.25 else "get used" for p in plays.itertuples()}
