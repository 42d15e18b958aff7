# ---
# topic: "6.2"
# title: Credit for shared deals
# tables: [deal_splits, bookings, reps]
# tasks:
#   weights:
#     points: 2
#     answer: {type: mapping, tolerance: 0.002}
#   shares:
#     points: 4
#     answer: {type: table, keys: [case, person], columns: {share: 0.002}}
#   by_part:
#     points: 2
#     answer: {type: table, keys: [role], columns: {claimed_eur: "1%", credited_eur: "1%"}}
# ---
# %% [markdown]
# The reading settled deals of two people, an owner and a finder. The sales force also works in threes, and with supporters: people who
# lend a day or a skill. Ingrid Solheim wants one rule for 2026 that settles whatever cast a deal has, before anybody claims anything.
#
# - `settled`: one row for each person in a shared deal of 2023 and 2024 that was disputed: `opportunity_id`, `role` (`owner`, `finder` or `supporter`),
#   `claimed_share`, and `right_share`, the share on which the appeal settled
# - `team`: the same for all shared deals of 2025, disputed or not, with `name` and `region` of the person and no right share:
#   they have not been settled
# - `booked`: lines of orders, `opportunity_id` and `amount_eur`; an order has one line, or two
# %% given
import pandas as pd

from course.case import load
from course.plot import bar

splits, bookings, reps = load("deal_splits", "bookings", "reps")

year = bookings.groupby("opportunity_id")["booked_on"].first().dt.year
splits = splits.merge(reps[["rep_id", "name", "region"]], on="rep_id")
splits["year"] = splits["opportunity_id"].map(year)
settled = splits.loc[(splits["year"] < 2025) & splits["disputed"], ["opportunity_id", "role", "claimed_share", "right_share"]]
team = splits.loc[splits["year"] == 2025, ["opportunity_id", "rep_id", "name", "region", "role", "claimed_share"]]
booked = bookings.loc[bookings["opportunity_id"].isin(team["opportunity_id"]), ["opportunity_id", "product_line", "amount_eur"]]

settled.sort_values(["opportunity_id", "claimed_share"], ascending=[True, False]).head(8)
# %% [markdown] task="weights"
# **1. What does each part in a deal weigh?** A wrong weight sends every shared deal of 2026 to the appeal that the rule should have spared.
#
# The appeals of two years were decided one by one, yet they follow a rule. Find it: whoever was in the deal shares it by the weight of the part played.
# Set the owner's weight to 1.
#
# `weights` is a dict with the keys `"owner"`, `"finder"` and `"supporter"`, the owner's value 1. The steps: within one deal, compare each right share with the owner's;
# see that the ratio is the same whoever else took part; write it down. Weights count as right within 0.002.
# %% answer="weights"
### BEGIN SOLUTION
owners = settled[settled["role"] == "owner"].set_index("opportunity_id")["right_share"]
ratio = settled["right_share"] / settled["opportunity_id"].map(owners)
weights = ratio.groupby(settled["role"]).median().to_dict()
### END SOLUTION
# %% check="weights"
assert set(dict(weights)) == {"owner", "finder", "supporter"}, "weights has the keys owner, finder and supporter"
assert abs(weights["owner"] - 1) < 0.01, "the owner's weight is 1; the others are set beside it"
assert 0 < weights["supporter"] < weights["finder"] < 1, "a supporter weighs less than a finder, a finder less than an owner"
# %% hidden="weights"
expect(weights)
assert all(abs(weights["finder"] * o - f) < 0.01 for o, f in [(2 / 3, 1 / 3), (0.6, 0.3)]), "the same weight settles two people and three"
# %% [markdown] hint="weights"
# An owner's right share is not always the same. Compare a deal of two with a deal of three: the shares differ, but what of the shares' proportion?
# %% [markdown] hint="weights"
# Put the owner's right share of the same deal beside every row and divide. Then look at the ratios of the finders, and of the supporters.
# %% [markdown] hint="weights"
# `owners = settled[settled["role"] == "owner"].set_index("opportunity_id")["right_share"]`, and
# `settled["opportunity_id"].map(owners)` puts each deal's owner share beside its people.
# %% [markdown] wrong="mean_shares" task="weights"
# This compares the average share of a finder with the average share of an owner. Owners also sit in deals without a finder, where they keep more, so
# finders come out lighter than any appeal ever made them and will appeal again. Whose share should a finder's be compared with?
# %% wrong="mean_shares" task="weights"
mean = settled.groupby("role")["right_share"].mean()
weights = (mean / mean["owner"]).to_dict()
# %% [markdown] wrong="by_claims" task="weights"
# This takes the weights from what people claimed. Whoever asks for more then weighs more next year, which teaches the whole sales
# force to ask for more. Which column holds what was found to be right?
# %% wrong="by_claims" task="weights"
mean = settled.groupby("role")["claimed_share"].mean()
weights = (mean / mean["owner"]).to_dict()
# %% [markdown]
# Now the rule. `cases` is the list on which Ingrid's leads want to see it work before they sign: some are casts that the log knows, some
# are not. In case E the owner has left and nobody took over; in case F two people supported.
# %% given
cases = pd.DataFrame(
    [
        ("A", "Ana", "owner"), ("A", "Bo", "finder"), ("A", "Cy", "supporter"),
        ("B", "Ana", "owner"), ("B", "Bo", "finder"),
        ("C", "Ana", "owner"), ("C", "Cy", "supporter"),
        ("D", "Ana", "owner"),
        ("E", "Bo", "finder"), ("E", "Cy", "supporter"),
        ("F", "Ana", "owner"), ("F", "Cy", "supporter"), ("F", "Di", "supporter"),
    ],
    columns=["case", "person", "role"],
)
cases
# %% [markdown] task="shares"
# **2. Write the crediting function.** Where the shares come to more than one, Tessaly pays commission on orders that nobody placed; where they come to less, somebody has worked for nothing.
#
# `credit` takes the roles of all people in one deal, a list such as `["owner", "finder"]`, and returns their shares as a list in the same order. As it is
# handed out it splits evenly. Replace the split, so that people share by `weights` and the shares of a deal add up to 1 **whoever took part**.
#
# The line below it applies the function to `cases`. It is judged by what it returns there: `shares` is a DataFrame with the columns `case`, `person`,
# `role` and `share` (a fraction), one row for each person in a case, right within 0.002.
# %% answer="shares"
def credit(roles):
    """Shares of the people whose roles are given, in the same order; they add up to 1."""
    parts = [1 / len(roles) for role in roles]  # the even split
    ### BEGIN SOLUTION
    total = sum(weights[role] for role in roles)
    parts = [weights[role] / total for role in roles]
    ### END SOLUTION
    return parts


shares = cases.copy()
shares["share"] = shares.groupby("case")["role"].transform(lambda roles: credit(list(roles)))
# %% check="shares"
assert callable(credit), "credit should stay a function"
seen = shares.reset_index()
assert {"case", "person", "share"} <= set(seen.columns), "shares needs the columns case, person and share"
assert len(seen) == len(cases), f"shares has a row for each person in a case, {len(cases)} in all; it has {len(seen)}"
added = seen.groupby("case")["share"].sum()
assert ((added - 1).abs() < 0.001).all(), "The shares of a case must add up to 1; these do not: " + ", ".join(added.index[(added - 1).abs() >= 0.001])
# %% hidden="shares"
expect(shares)
found = shares.reset_index().set_index(["case", "person"])["share"]
assert found[("C", "Ana")] > found[("B", "Ana")] > found[("A", "Ana")], "an owner keeps more, the less the others' parts weigh"
assert abs(found[("E", "Bo")] / found[("E", "Cy")] - found[("A", "Bo")] / found[("A", "Cy")]) < 0.1, "proportions hold without the owner, too"
# %% after="shares"
bar(shares.assign(who=shares["case"] + ", " + shares["person"]), "who", "share", title="Shares by case and person: each case adds up to one deal", highlight=["E, Bo", "E, Cy"])
# %% [markdown] hint="shares"
# The weights of the people in a deal do not add up to 1, and their sum depends on who is there. What has to be done with each weight so that they do?
# %% [markdown] hint="shares"
# Add up the weights of the roles in the list, once for each deal. Then divide each weight by that sum.
# %% [markdown] hint="shares"
# `total = sum(weights[role] for role in roles)`. What does each person get of it?
# %% [markdown] wrong="even" task="shares"
# This splits each deal evenly. Somebody who joined one call gets as much as the owner, so owners stop inviting help and every deal has a supporter who was hardly there.
# What did the appeals give to each part?
# %% wrong="even" task="shares"
def credit(roles):
    return [1 / len(roles) for role in roles]


shares = cases.copy()
shares["share"] = shares.groupby("case")["role"].transform(lambda roles: credit(list(roles)))
# %% [markdown] wrong="fixed" task="shares"
# This pays each part the share that it has in a deal of three. Where a part is missing its share goes to nobody, and people invent a
# supporter to get it paid; with two supporters more than one deal is credited. What must the shares of any cast add up to?
# %% wrong="fixed" task="shares"
def credit(roles):
    total = sum(weights.values())
    return [weights[role] / total for role in roles]


shares = cases.copy()
shares["share"] = shares.groupby("case")["role"].transform(lambda roles: credit(list(roles)))
# %% [markdown] wrong="rest_to_owner" task="shares"
# This pays finder and supporter what they have in a deal of three and leaves the owner the rest. The finder of a lead then gets less of
# a deal of two than any appeal gave, and where the owner has left, most of the deal belongs to nobody. Who should grow when one person is missing?
# %% wrong="rest_to_owner" task="shares"
def credit(roles):
    total = sum(weights.values())
    rest = 1 - sum(weights[role] / total for role in roles if role != "owner")
    return [rest if role == "owner" else weights[role] / total for role in roles]


shares = cases.copy()
shares["share"] = shares.groupby("case")["role"].transform(lambda roles: credit(list(roles)))
# %% [markdown]
# Luca Ferrante wants to know who pays for the rule before he agrees to it.
# %% [markdown] task="by_part"
# **3. What would the claims of 2025 have credited, and what does the rule credit?** Luca signs or refuses by the line of the owners.
#
# `by_part` is a DataFrame with one row for each `role` and the columns
#
# - `claimed_eur`: bookings credited to people in that part if every claim is accepted: share claimed times what the deal booked, summed (EUR)
# - `credited_eur`: the same by your function (EUR)
#
# Use `team` and `booked`. What a deal booked is the sum of its lines. Amounts count as right within 1%.
# %% answer="by_part"
### BEGIN SOLUTION
amount = booked.groupby("opportunity_id")["amount_eur"].sum()
people = team.assign(amount_eur=team["opportunity_id"].map(amount))
people["share"] = people.groupby("opportunity_id")["role"].transform(lambda roles: credit(list(roles)))
people["claimed_eur"] = people["claimed_share"] * people["amount_eur"]
people["credited_eur"] = people["share"] * people["amount_eur"]
by_part = people.groupby("role")[["claimed_eur", "credited_eur"]].sum().reset_index()
### END SOLUTION
# %% check="by_part"
assert isinstance(by_part, pd.DataFrame), "by_part should be a DataFrame with one row for each role"
seen = by_part.reset_index()
assert {"role", "claimed_eur", "credited_eur"} <= set(seen.columns), "by_part needs the columns role, claimed_eur and credited_eur"
assert set(seen["role"]) == {"owner", "finder", "supporter"}, "by_part has three rows: owner, finder, supporter"
assert seen["claimed_eur"].sum() > seen["credited_eur"].sum(), "the claims add up to more than the deals booked"
# %% hidden="by_part"
expect(by_part)
total = by_part.reset_index()
assert abs(total["credited_eur"].sum() - booked["amount_eur"].sum()) < 0.01 * booked["amount_eur"].sum(), "what is credited is what was booked"
# %% after="by_part"
shown = by_part.melt(id_vars="role", value_vars=["claimed_eur", "credited_eur"], var_name="by", value_name="eur")
bar(shown, "role", "eur", colour="by", title="Shared deals of 2025: bookings credited by the claims, and by the rule, in EUR")
# %% [markdown] hint="by_part"
# Two things have to stand beside each person: what the whole deal booked, and the share by your rule. The claimed share is there already.
# %% [markdown] hint="by_part"
# First sum `booked` by deal. `team["opportunity_id"].map(...)` puts the sum beside each person. The line under your function shows how to apply it deal by deal.
# %% [markdown] hint="by_part"
# `people.groupby("opportunity_id")["role"].transform(lambda roles: credit(list(roles)))` gives the shares; multiply each share with the
# deal's amount, then sum by `role`.
# %% [markdown] wrong="scaled_claims" task="by_part"
# This cuts the claims of a deal down until they add up to one. The total is right and the incentive is not: whoever claims most
# still gets most, so the honest person in a shared deal pays for the bold one. What decides a share in your rule?
# %% wrong="scaled_claims" task="by_part"
amount = booked.groupby("opportunity_id")["amount_eur"].sum()
people = team.assign(amount_eur=team["opportunity_id"].map(amount))
people["share"] = people["claimed_share"] / people.groupby("opportunity_id")["claimed_share"].transform("sum")
people["claimed_eur"] = people["claimed_share"] * people["amount_eur"]
people["credited_eur"] = people["share"] * people["amount_eur"]
by_part = people.groupby("role")[["claimed_eur", "credited_eur"]].sum().reset_index()
# %% [markdown] wrong="one_line" task="by_part"
# This takes one line of each order. Where a deal has two product lines, the second is credited to nobody, and whoever helped to sell it has worked for nothing. How many rows of
# `booked` can one deal have?
# %% wrong="one_line" task="by_part"
amount = booked.drop_duplicates("opportunity_id").set_index("opportunity_id")["amount_eur"]
people = team.assign(amount_eur=team["opportunity_id"].map(amount))
people["share"] = people.groupby("opportunity_id")["role"].transform(lambda roles: credit(list(roles)))
people["claimed_eur"] = people["claimed_share"] * people["amount_eur"]
people["credited_eur"] = people["share"] * people["amount_eur"]
by_part = people.groupby("role")[["claimed_eur", "credited_eur"]].sum().reset_index()
