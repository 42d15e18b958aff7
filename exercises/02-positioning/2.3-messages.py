# ---
# topic: "2.3"
# title: Who hears what
# tables: [contacts, influences, opportunities, accounts]
# tasks:
#   swing:
#     points: 4
#     answer: {type: table, keys: [segment, influence], columns: {swing: 0.02, low_swing: 0.02}}
#   matrix:
#     points: 4
#     answer: {type: table, keys: [segment, influence], columns: {concern: null, named_rate: 0.005, industries: 0.5}}
# ---
# %% [markdown]
# In March Tessaly goes into data centres, where it has never sold. Daniel Reyes needs eight messages by then: one for each of
# the four buying influences, in enterprise and in mid-market. The evidence is six industries in which it has sold.
#
# `people` holds one row for each person in the buying group of an opportunity: `segment`, `industry`, `influence` (economic,
# user, technical, coach), `stance` (from -2, against us, to 2, for us), `concern` (what the person worried about most),
# `function` (where the person works in the firm) and the opportunity's `status`.
# %% given
import numpy as np
import pandas as pd

from course.case import load

contacts, influences, opportunities, accounts = load("contacts", "influences", "opportunities", "accounts")

deals = opportunities[["opportunity_id", "account_id", "status"]].merge(accounts[["account_id", "industry"]], on="account_id")
people = influences.merge(deals, on="opportunity_id").merge(contacts[["contact_id", "function"]], on="contact_id")
people = people[["opportunity_id", "segment", "industry", "influence", "function", "stance", "concern", "status"]]
BY = ["segment", "influence"]

people.head()
# %% given
from course.plot import bar

friendly = people.groupby("influence", as_index=False)["stance"].mean()
bar(friendly, "influence", "stance", title="On average the coach likes us best")
# %% [markdown] task="swing"
# **Whose stance differs most between the deals won and the deals lost?**
#
# Build a DataFrame `swing` with one row for each segment and influence (eight rows) and the columns
#
# - `segment`, `influence`
# - `swing`: the mean stance in deals won less the mean stance in deals lost (points)
# - `low_swing`: the lower end of its 95% interval (points): `swing` less 1.96 times the square root of
#   (variance in won ÷ number in won + variance in lost ÷ number in lost)
#
# The steps: keep the deals with an outcome; for each segment, influence and outcome take mean, variance and number; subtract.
# Points count as right within 0.02.
# %% answer="swing"
### BEGIN SOLUTION
decided = people[people["status"] != "open"]
stats = decided.groupby([*BY, "status"])["stance"].agg(["mean", "var", "size"]).unstack("status")
error = np.sqrt(stats["var"]["won"] / stats["size"]["won"] + stats["var"]["lost"] / stats["size"]["lost"])
swing = pd.DataFrame({"swing": stats["mean"]["won"] - stats["mean"]["lost"]})
swing["low_swing"] = swing["swing"] - 1.96 * error
swing = swing.reset_index()
### END SOLUTION
# %% check="swing"
assert isinstance(swing, pd.DataFrame), "swing should be a DataFrame with one row for each segment and influence"
seen = swing.reset_index()
missing = [c for c in (*BY, "swing", "low_swing") if c not in seen.columns]
assert not missing, f"swing lacks the columns {missing}"
assert len(seen) == 8, f"two segments and four influences make eight rows; swing has {len(seen)}"
assert (seen["low_swing"] < seen["swing"]).all(), "the lower end of the interval lies below the swing"
assert seen["swing"].abs().max() <= 4, "stance runs from -2 to 2, so a difference of means is at most 4 points"
# %% hidden="swing"
expect(swing)
rows = swing.reset_index().set_index(["segment", "influence"])["swing"]
assert rows["enterprise"].idxmax() == "economic", "in enterprise the economic influence decides"
assert rows["mid-market"].idxmax() == "technical", "in mid-market the technical influence decides"
# %% after="swing"
bar(
    swing.assign(who=swing["segment"] + ", " + swing["influence"]), "who", "swing",
    title="By how many points a person's stance differs between deals won and lost",
)
# %% [markdown] hint="swing"
# A person who is friendly in every deal, won or lost, decides nothing. What has to be compared with what?
# %% [markdown] hint="swing"
# Leave open deals out, group by segment, influence **and** status, take `agg(["mean", "var", "size"])` of `stance`, and move
# `status` into the columns with `unstack`.
# %% [markdown] hint="swing"
# After `.unstack("status")`, `stats["mean"]["won"] - stats["mean"]["lost"]` is the swing; `stats["var"]` and
# `stats["size"]` hold what the interval needs.
# %% [markdown] wrong="friendliest" task="swing"
# This is how much each influence likes us on average. The coach comes first in both segments, so the best material would go to
# the person who is for us in the lost deals as well. Whose mind was different when we lost?
# %% wrong="friendliest" task="swing"
decided = people[people["status"] != "open"]
stats = decided.groupby(BY)["stance"].agg(["mean", "var", "size"])
swing = pd.DataFrame({"swing": stats["mean"], "low_swing": stats["mean"] - 1.96 * np.sqrt(stats["var"] / stats["size"])})
swing = swing.reset_index()
# %% [markdown] wrong="pooled" task="swing"
# This throws the two segments together. Economic and technical influence then both seem to decide, and each segment gets
# a message for two people of whom one does not decide. What do you see in each segment by itself?
# %% wrong="pooled" task="swing"
decided = people[people["status"] != "open"]
stats = decided.groupby(["influence", "status"])["stance"].agg(["mean", "var", "size"]).unstack("status")
error = np.sqrt(stats["var"]["won"] / stats["size"]["won"] + stats["var"]["lost"] / stats["size"]["lost"])
swing = pd.DataFrame({"swing": stats["mean"]["won"] - stats["mean"]["lost"]})
swing["low_swing"] = swing["swing"] - 1.96 * error
swing = people[BY].drop_duplicates().merge(swing.reset_index(), on="influence")
# %% [markdown] wrong="open_as_lost" task="swing"
# This counts open deals as lost. People whose minds are not made up then pull the losing side towards the middle, and every
# swing shrinks. Which deals have an outcome?
# %% wrong="open_as_lost" task="swing"
decided = people.assign(status=people["status"].where(people["status"] == "won", "lost"))
stats = decided.groupby([*BY, "status"])["stance"].agg(["mean", "var", "size"]).unstack("status")
error = np.sqrt(stats["var"]["won"] / stats["size"]["won"] + stats["var"]["lost"] / stats["size"]["lost"])
swing = pd.DataFrame({"swing": stats["mean"]["won"] - stats["mean"]["lost"]})
swing["low_swing"] = swing["swing"] - 1.96 * error
swing = swing.reset_index()
# %% [markdown]
# Who decides is settled. What the person must hear depends on what worries him or her, and a worry may be carried into a new
# industry only if it has been the same in the old ones.
# %% [markdown] task="matrix"
# **What worries each influence most, and will it travel?**
#
# Build a DataFrame `matrix` with one row for each segment and influence (eight rows) and the columns
#
# - `segment`, `influence`
# - `concern`: what most of these people worried about, over all industries and all deals, open ones included
# - `named_rate`: the share of these people who did (a fraction)
# - `industries`: in how many of the six industries, taken one by one, the same concern is also the commonest (at a tie, the
#   first in the alphabet counts)
#
# The steps: shares of the concerns for each row; the largest; the same for each industry; count agreements. `named_rate`
# counts as right within 0.005.
# %% answer="matrix"
### BEGIN SOLUTION
shares = people.groupby(BY)["concern"].value_counts(normalize=True).unstack(fill_value=0).sort_index(axis=1)
matrix = pd.DataFrame({"concern": shares.idxmax(axis=1), "named_rate": shares.max(axis=1)}).reset_index()

each = people.groupby(["industry", *BY])["concern"].value_counts().unstack(fill_value=0).sort_index(axis=1)
each = each.idxmax(axis=1).rename("there").reset_index().merge(matrix, on=BY)
agrees = (each["there"] == each["concern"]).groupby([each["segment"], each["influence"]]).sum()
matrix = matrix.merge(agrees.rename("industries").reset_index(), on=BY)
### END SOLUTION
# %% check="matrix"
assert isinstance(matrix, pd.DataFrame), "matrix should be a DataFrame with one row for each segment and influence"
seen = matrix.reset_index()
missing = [c for c in (*BY, "concern", "named_rate", "industries") if c not in seen.columns]
assert not missing, f"matrix lacks the columns {missing}"
assert len(seen) == 8, f"two segments and four influences make eight rows; matrix has {len(seen)}"
assert set(seen["concern"]) <= set(people["concern"]), "concern is one of the concerns in people"
assert seen["named_rate"].between(0, 1).all() and seen["industries"].between(0, 6).all(), "a share lies between 0 and 1, industries between 0 and 6"
# %% hidden="matrix"
expect(matrix)
rows = matrix.reset_index().set_index(["segment", "influence"])["concern"]
for who in ("economic", "technical"):
    assert rows[("enterprise", who)] != rows[("mid-market", who)], f"the {who} influence worries about different things in the two segments"
# %% after="matrix"
matrix.pivot(index="influence", columns="segment", values="concern")
# %% [markdown] hint="matrix"
# Eight groups of people, eight lists of worries. In which order of counting does a big industry outvote a small one, and in
# which has each industry one voice?
# %% [markdown] hint="matrix"
# `people.groupby(BY)["concern"].value_counts(normalize=True).unstack(fill_value=0)` has a column for each concern;
# `idxmax(axis=1)` names the commonest. Do the same with `industry` as a third key.
# %% [markdown] hint="matrix"
# Merge the commonest concern of each industry with the overall one on `BY`, compare the two columns, and sum the agreements by
# `BY`. Sorting the columns first (`sort_index(axis=1)`) makes `idxmax` take the first in the alphabet at a tie.
# %% [markdown] wrong="one_message" task="matrix"
# This takes one concern for each influence, both segments together. The finance director of a group and the owner of a plant then
# get the same page, though one asks when it pays back and the other in which budget it falls. What does each segment say by
# itself?
# %% wrong="one_message" task="matrix"
shares = people.groupby("influence")["concern"].value_counts(normalize=True).unstack(fill_value=0).sort_index(axis=1)
both = pd.DataFrame({"concern": shares.idxmax(axis=1), "named_rate": shares.max(axis=1)}).reset_index()
matrix = people[BY].drop_duplicates().merge(both, on="influence")
each = people.groupby(["industry", *BY])["concern"].value_counts().unstack(fill_value=0).sort_index(axis=1)
each = each.idxmax(axis=1).rename("there").reset_index().merge(matrix, on=BY)
agrees = (each["there"] == each["concern"]).groupby([each["segment"], each["influence"]]).sum()
matrix = matrix.merge(agrees.rename("industries").reset_index(), on=BY)
# %% [markdown] wrong="loudest" task="matrix"
# This writes for the segment as a whole: the worry that most people in it share. Users and coaches are as many as those who
# decide, so one of their worries wins, and the person who signs reads about somebody else's. Whose worry belongs into each of
# the eight cells?
# %% wrong="loudest" task="matrix"
shares = people.groupby("segment")["concern"].value_counts(normalize=True).unstack(fill_value=0).sort_index(axis=1)
both = pd.DataFrame({"concern": shares.idxmax(axis=1), "named_rate": shares.max(axis=1)}).reset_index()
matrix = people[BY].drop_duplicates().merge(both, on="segment")
each = people.groupby(["industry", *BY])["concern"].value_counts().unstack(fill_value=0).sort_index(axis=1)
each = each.idxmax(axis=1).rename("there").reset_index().merge(matrix, on=BY)
agrees = (each["there"] == each["concern"]).groupby([each["segment"], each["influence"]]).sum()
matrix = matrix.merge(agrees.rename("industries").reset_index(), on=BY)
