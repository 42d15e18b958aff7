# ---
# topic: "3.3"
# title: Specialists or generalists
# tables: [opportunities, specialist_involvement, bookings]
# tasks:
#   lift:
#     points: 3
#     answer: {type: table, keys: [size], columns: {with_specialist: 0.1, lift: 0.002, half_width: 0.002}}
#   per_deal:
#     points: 2
#     answer: {type: mapping, tolerance: 50}
#   break_even:
#     points: 2
#     answer: {type: number, tolerance: "1%"}
#   call_from:
#     points: 1
#     answer: {type: mapping, tolerance: 1}
# ---
# %% [markdown]
# The reading judged the specialists by Insight. Many of their hours go into devices, Series 4 and Series 7. Ingrid Solheim wants a
# calling rule for those: from which deal size does a seller get a specialist?
#
# `deals` has one row for each device opportunity that went beyond a first talk: `amount_eur`, its `size` in four bands (a deal on
# the edge of two is in the larger), its `status` (`won`, `lost` or `open`), `specialist` (whether one worked on it) and
# `specialist_eur`, what the specialist's hours cost. `MARGIN` is what devices leave of each euro booked.
#
# A rule that starts too low spends specialists' hours on deals that do not bring them back; one that starts too high leaves large deals to be
# lost without help.
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

opportunities, involvement, bookings = load("opportunities", "specialist_involvement", "bookings")
DEVICES = ["series-4", "series-7"]
SIZES = ["under 30k", "30k to 60k", "60k to 120k", "over 120k"]

deals = opportunities[opportunities["product_line"].isin(DEVICES) & (opportunities["stage"] != "exploring")]
deals = deals[["opportunity_id", "amount_eur", "status"]].merge(
    involvement[["opportunity_id", "cost_eur"]].rename(columns={"cost_eur": "specialist_eur"}), on="opportunity_id", how="left"
)
deals["specialist"] = deals["specialist_eur"].notna()
deals["size"] = pd.cut(deals["amount_eur"], [0, 30_000, 60_000, 120_000, np.inf], right=False, labels=SIZES).astype(object)  # a deal without an amount has none

sold = bookings[bookings["product_line"].isin(DEVICES)]
MARGIN = 1 - sold["cost_eur"].sum() / sold["amount_eur"].sum()
deals.head()
# %% [markdown] task="lift"
# **1. How much does a specialist lift the win rate, among deals of like size?**
#
# Build a DataFrame `lift` with one row for each `size` (four rows) and the columns
#
# - `size`
# - `with_specialist`: how many decided deals of that size had a specialist
# - `lift`: win rate with a specialist less win rate without one, as a fraction (0.12 for 12 points)
# - `half_width`: half of the 95% interval around `lift`: 1.96 × √(p₁(1 − p₁)/n₁ + p₀(1 − p₀)/n₀), where p₁ and n₁ are win
#   rate and number of deals with a specialist, p₀ and n₀ those without
#
# The steps: keep the deals that have an outcome; group by size and by specialist; take rates and counts; subtract. Rates
# count as right within 0.002.
# %% answer="lift"
### BEGIN SOLUTION
decided = deals[deals["status"] != "open"]
groups = decided.assign(won=decided["status"] == "won").groupby(["size", "specialist"])["won"]
rate, count = groups.mean().unstack(), groups.size().unstack()
variance = rate * (1 - rate) / count
lift = pd.DataFrame(
    {
        "with_specialist": count[True],
        "lift": rate[True] - rate[False],
        "half_width": 1.96 * np.sqrt(variance[True] + variance[False]),
    }
).reset_index()
### END SOLUTION
# %% check="lift"
assert isinstance(lift, pd.DataFrame), "lift should be a DataFrame with one row for each size"
seen = lift.reset_index()
missing = [c for c in ["size", "with_specialist", "lift", "half_width"] if c not in seen.columns]
assert not missing, f"lift lacks the columns {missing}"
assert set(seen["size"]) == set(SIZES), f"one row for each of {SIZES}"
assert seen["lift"].between(-1, 1).all(), "lift is a difference of fractions: 0.12 for 12 points"
# %% hidden="lift"
expect(lift)
found = lift.reset_index().set_index("size")
mean = lambda sizes: np.average(found.loc[sizes, "lift"], weights=found.loc[sizes, "with_specialist"])
assert mean(SIZES[2:]) > mean(SIZES[:2]), "the lift is in the large deals"
assert mean(SIZES[2:]) > 0
# %% after="lift"
bar(lift.set_index("size").loc[SIZES].reset_index(), "size", "lift", title="Points of win rate that go with a specialist, by deal size")
# %% [markdown] hint="lift"
# A specialist's deal and a generalist's deal can be compared when they are alike. In what are these two groups of deals least
# alike, and how does that column help?
# %% [markdown] hint="lift"
# An open deal has not been lost. Leave it out, then group by `size` and `specialist` together; `.unstack()` puts the two
# sides of each size next to each other.
# %% [markdown] hint="lift"
# `groups = decided.groupby(["size", "specialist"])["won"]`; `rate = groups.mean().unstack()`, `count = groups.size().unstack()`.
# Then `rate[True] - rate[False]`.
# %% [markdown] wrong="raw" task="lift"
# This compares all deals with a specialist with all without and gives each size the same lift. Small deals then seem worth a
# specialist's week, because large ones lend them theirs. What is the difference inside each size?
# %% wrong="raw" task="lift"
decided = deals[deals["status"] != "open"]
groups = decided.assign(won=decided["status"] == "won").groupby("specialist")["won"]
rate, count = groups.mean(), groups.size()
variance = rate * (1 - rate) / count
lift = decided[decided["specialist"]].groupby("size").size().rename("with_specialist").reset_index()
lift["lift"] = rate[True] - rate[False]
lift["half_width"] = 1.96 * np.sqrt(variance[True] + variance[False])
# %% [markdown] wrong="open_as_lost" task="lift"
# This counts open deals as lost. Deals that take long to decide are often the ones with a specialist, so the specialist is
# blamed for every contract that is still on the table. Which of these deals have an outcome?
# %% wrong="open_as_lost" task="lift"
groups = deals.assign(won=deals["status"] == "won").groupby(["size", "specialist"])["won"]
rate, count = groups.mean().unstack(), groups.size().unstack()
variance = rate * (1 - rate) / count
lift = pd.DataFrame(
    {
        "with_specialist": count[True],
        "lift": rate[True] - rate[False],
        "half_width": 1.96 * np.sqrt(variance[True] + variance[False]),
    }
).reset_index()
# %% [markdown] wrong="turned_round" task="lift"
# This asks how many of the won deals had a specialist, and how many of the lost ones. That tells where the specialists were, and
# would have you call them more often wherever they already are. Out of which deals should the share that was won be taken?
# %% wrong="turned_round" task="lift"
decided = deals[deals["status"] != "open"]
groups = decided.assign(won=decided["status"] == "won").groupby(["size", "won"])["specialist"]
rate, count = groups.mean().unstack(), groups.size().unstack()
variance = rate * (1 - rate) / count
lift = pd.DataFrame(
    {
        "with_specialist": decided[decided["specialist"]].groupby("size").size(),
        "lift": rate[True] - rate[False],
        "half_width": 1.96 * np.sqrt(variance[True] + variance[False]),
    }
).reset_index()
# %% [markdown] wrong="quotient" task="lift"
# This divides one win rate by the other. Going from 5% to 10% would then count as much as going from 40% to 80%, although the one wins 5 more deals
# in a hundred and the other 40, for the same hours. How many more of a hundred deals are won?
# %% wrong="quotient" task="lift"
decided = deals[deals["status"] != "open"]
groups = decided.assign(won=decided["status"] == "won").groupby(["size", "specialist"])["won"]
rate, count = groups.mean().unstack(), groups.size().unstack()
variance = rate * (1 - rate) / count
lift = pd.DataFrame(
    {
        "with_specialist": count[True],
        "lift": rate[True] / rate[False] - 1,
        "half_width": 1.96 * np.sqrt(variance[True] + variance[False]),
    }
).reset_index()
# %% [markdown] wrong="open_counted" task="lift"
# The rates are right, and `with_specialist` counts open deals too. These have no part in the rates, and from the next tasks on they would give a size more
# weight than the evidence that it has. How many of the deals behind each rate had a specialist?
# %% wrong="open_counted" task="lift"
decided = deals[deals["status"] != "open"]
groups = decided.assign(won=decided["status"] == "won").groupby(["size", "specialist"])["won"]
rate, count = groups.mean().unstack(), groups.size().unstack()
variance = rate * (1 - rate) / count
lift = pd.DataFrame(
    {
        "with_specialist": deals[deals["specialist"]].groupby("size").size(),
        "lift": rate[True] - rate[False],
        "half_width": 1.96 * np.sqrt(variance[True] + variance[False]),
    }
).reset_index()
# %% [markdown] wrong="one_error" task="lift"
# This `half_width` is one standard error. An interval of that width misses the true lift about one time in three, so the rule would be built on sizes that
# only chance has lifted. By what is a standard error widened to make it a 95% interval?
# %% wrong="one_error" task="lift"
decided = deals[deals["status"] != "open"]
groups = decided.assign(won=decided["status"] == "won").groupby(["size", "specialist"])["won"]
rate, count = groups.mean().unstack(), groups.size().unstack()
variance = rate * (1 - rate) / count
lift = pd.DataFrame(
    {
        "with_specialist": count[True],
        "lift": rate[True] - rate[False],
        "half_width": np.sqrt(variance[True] + variance[False]),
    }
).reset_index()
# %% [markdown]
# The specialists' own report says what a deal of theirs brings more than a deal without them. Tomasz Wieczorek asks how much of that
# would be there anyway, because the deals are large.
# %% [markdown] task="per_deal"
# **2. How much more does a deal with a specialist bring, as reported and among deals of like size?**
#
# A decided deal brings its `amount_eur` if it was won and 0 if it was lost. Answer: a dict `per_deal` with the keys
#
# - `"raw"`: mean of what deals with a specialist brought, less mean of what the others brought (EUR a deal; tolerance 50)
# - `"adjusted"`: the same difference taken inside each size, then averaged over the four sizes. Give each size the weight of
#   the deals it is to speak for: those on which a specialist worked.
# %% answer="per_deal"
### BEGIN SOLUTION
decided = deals[deals["status"] != "open"].copy()
decided["brought"] = decided["amount_eur"].where(decided["status"] == "won", 0)
overall = decided.groupby("specialist")["brought"].mean()
inside = decided.groupby(["size", "specialist"])["brought"].mean().unstack()
weights = decided[decided["specialist"]].groupby("size").size()
per_deal = {
    "raw": overall[True] - overall[False],
    "adjusted": ((inside[True] - inside[False]) * weights).sum() / weights.sum(),
}
### END SOLUTION
# %% check="per_deal"
assert isinstance(per_deal, (dict, pd.Series)), "per_deal should be a dict"
assert set(per_deal.keys()) == {"raw", "adjusted"}, 'per_deal needs the keys "raw" and "adjusted"'
assert all(abs(v) < 1e6 for v in dict(per_deal).values()), "both are EUR for one deal"
# %% hidden="per_deal"
expect(per_deal)
assert per_deal["raw"] > 1.2 * per_deal["adjusted"], "part of the raw difference is the size of the deals"
# %% [markdown] hint="per_deal"
# Both numbers are differences of means. Only the second one compares large deals with large deals.
# %% [markdown] hint="per_deal"
# Make a column `brought`, then take its mean by `size` and `specialist` and subtract within each size. The four differences need
# weights: how many deals with a specialist has each size?
# %% [markdown] hint="per_deal"
# With `inside` the four differences and `weights` the four counts, the average is `(inside * weights).sum() / weights.sum()`.
# %% [markdown] wrong="all_deals_weigh" task="per_deal"
# This weighs the sizes by all deals. It answers what specialists would bring if they worked on everything, and small deals, where they
# hardly ever work, drown what they do. For which deals should the average speak?
# %% wrong="all_deals_weigh" task="per_deal"
decided = deals[deals["status"] != "open"].copy()
decided["brought"] = decided["amount_eur"].where(decided["status"] == "won", 0)
overall = decided.groupby("specialist")["brought"].mean()
inside = decided.groupby(["size", "specialist"])["brought"].mean().unstack()
weights = decided.groupby("size").size()
per_deal = {
    "raw": overall[True] - overall[False],
    "adjusted": ((inside[True] - inside[False]) * weights).sum() / weights.sum(),
}
# %% [markdown] wrong="sizes_equal" task="per_deal"
# This counts the four sizes alike. A band with a few dozen specialist's deals then speaks as loudly as one with hundreds, and the result
# depends on where somebody drew the bands. How many deals with a specialist stand behind each difference?
# %% wrong="sizes_equal" task="per_deal"
decided = deals[deals["status"] != "open"].copy()
decided["brought"] = decided["amount_eur"].where(decided["status"] == "won", 0)
overall = decided.groupby("specialist")["brought"].mean()
inside = decided.groupby(["size", "specialist"])["brought"].mean().unstack()
per_deal = {"raw": overall[True] - overall[False], "adjusted": (inside[True] - inside[False]).mean()}
# %% [markdown] wrong="won_only" task="per_deal"
# This averages won deals only and so compares the sizes of what was won. Whether a specialist turns losses into wins can't show in it, and inside a size
# hardly anything is left to say for one. What does a lost deal bring?
# %% wrong="won_only" task="per_deal"
decided = deals[deals["status"] == "won"].copy()
decided["brought"] = decided["amount_eur"]
overall = decided.groupby("specialist")["brought"].mean()
inside = decided.groupby(["size", "specialist"])["brought"].mean().unstack()
weights = decided[decided["specialist"]].groupby("size").size()
per_deal = {
    "raw": overall[True] - overall[False],
    "adjusted": ((inside[True] - inside[False]) * weights).sum() / weights.sum(),
}
# %% [markdown] wrong="open_as_nothing" task="per_deal"
# This counts open deals as deals that brought nothing. They are still on the table, and those with a specialist are large, so the specialist is charged
# with contracts that nobody has lost. Which deals have brought what they will bring?
# %% wrong="open_as_nothing" task="per_deal"
decided = deals.copy()
decided["brought"] = decided["amount_eur"].where(decided["status"] == "won", 0)
overall = decided.groupby("specialist")["brought"].mean()
inside = decided.groupby(["size", "specialist"])["brought"].mean().unstack()
weights = decided[decided["specialist"]].groupby("size").size()
per_deal = {
    "raw": overall[True] - overall[False],
    "adjusted": ((inside[True] - inside[False]) * weights).sum() / weights.sum(),
}
# %% [markdown] task="break_even"
# **3. At which deal size does the lift pay for the specialist?**
#
# Take the decided deals of the two upper sizes. Their lift is the mean of the two values in `lift`, each weighted by its
# `with_specialist`; their cost is the mean `specialist_eur` of those that had a specialist. Answer: a number `break_even`, the deal
# size in EUR at which the margin that the lift brings equals that cost (tolerance 1%).
# %% answer="break_even"
### BEGIN SOLUTION
large = lift[lift["size"].isin(SIZES[2:])]
gained = np.average(large["lift"], weights=large["with_specialist"])
worked = deals[(deals["status"] != "open") & (deals["amount_eur"] >= 60_000) & deals["specialist"]]
break_even = worked["specialist_eur"].mean() / (gained * MARGIN)
### END SOLUTION
# %% check="break_even"
assert isinstance(break_even, (int, float, np.number)), "break_even should be a number"
assert break_even > 0, "break_even is a deal size in EUR, above zero"
# %% hidden="break_even"
expect(break_even)
assert break_even > 3_000, "a specialist's week does not pay on a very small deal"
# %% [markdown] hint="break_even"
# Calling a specialist costs the same whether the deal is won or not. What it brings is a chance, and only part of the price stays
# with Tessaly.
# %% [markdown] hint="break_even"
# At the break-even size: lift × margin × size = cost. Solve it for the size.
# %% [markdown] wrong="whole_price" task="break_even"
# This lets the whole price pay for the specialist, as if devices cost nothing to build. The rule would then send specialists to
# deals that lose money on each call. How much of a euro booked is left to pay anybody?
# %% wrong="whole_price" task="break_even"
large = lift[lift["size"].isin(SIZES[2:])]
gained = np.average(large["lift"], weights=large["with_specialist"])
worked = deals[(deals["status"] != "open") & (deals["amount_eur"] >= 60_000) & deals["specialist"]]
break_even = worked["specialist_eur"].mean() / gained
# %% [markdown] wrong="raw_lift" task="break_even"
# This takes the lift of all deals together. Large deals are harder to win for anybody and specialists work mostly on those, so
# the lift comes out too small, the size too large, and deals that would pay get nobody. Among which deals was the lift to be measured?
# %% wrong="raw_lift" task="break_even"
decided = deals[deals["status"] != "open"]
rate = decided.assign(won=decided["status"] == "won").groupby("specialist")["won"].mean()
worked = decided[(decided["amount_eur"] >= 60_000) & decided["specialist"]]
break_even = worked["specialist_eur"].mean() / ((rate[True] - rate[False]) * MARGIN)
# %% [markdown] wrong="every_win" task="break_even"
# This leaves the lift out, so each specialist's deal is taken for a win that would not have come alone. Most of the wins come without anybody's help, and the
# rule would start at a size at which the hours are lost. What do the hours change about a deal?
# %% wrong="every_win" task="break_even"
worked = deals[(deals["status"] != "open") & (deals["amount_eur"] >= 60_000) & deals["specialist"]]
break_even = worked["specialist_eur"].mean() / MARGIN
# %% [markdown] wrong="all_sizes" task="break_even"
# This takes lift and cost over all four sizes. The small ones, in which no lift has been seen, pull the lift down, and deals that would pay for a specialist
# seem too small to get one. Which sizes is the lift to be taken from?
# %% wrong="all_sizes" task="break_even"
decided = deals[deals["status"] != "open"]
gained = np.average(lift["lift"], weights=lift["with_specialist"])
break_even = decided["specialist_eur"].mean() / (gained * MARGIN)
# %% [markdown]
# You have two things now: a size from a formula, and a table that says at which sizes a lift has been seen. Ingrid Solheim can write
# one number into the form by which sellers call.
# %% [markdown] task="call_from"
# **4. From which deal size does a seller get a specialist?**
#
# A specialist is called where the lift can be told from chance: where the whole interval of `lift` lies above zero. Answer: a dict
# `call_from` with two amounts, right to the euro:
#
# - `"from_eur"`: the lower end of the smallest size from which this holds, for that size and for each larger one; `STARTS` has the lower
#   end of each size
# - `"freed_eur"`: what the specialists' hours on smaller deals than that cost in the three years, **open deals included**, deals without
#   an amount not. This is what the large deals gain, and what sellers of small ones will miss.
# %% answer="call_from"
STARTS = dict(zip(SIZES, [0, 30_000, 60_000, 120_000]))

### BEGIN SOLUTION
found = lift.set_index("size").loc[SIZES]
seen = found["lift"] - found["half_width"] > 0
from_eur = STARTS[seen[::-1].cummin()[::-1].idxmax()]
call_from = {"from_eur": from_eur, "freed_eur": deals.loc[deals["amount_eur"] < from_eur, "specialist_eur"].sum()}
### END SOLUTION
# %% check="call_from"
assert isinstance(call_from, (dict, pd.Series)), "call_from should be a dict"
assert set(call_from.keys()) == {"from_eur", "freed_eur"}, 'call_from needs the keys "from_eur" and "freed_eur"'
assert all(isinstance(v, (int, float, np.number)) for v in dict(call_from).values()), "both are amounts in EUR, not names of sizes"
assert 0 <= call_from["from_eur"] <= 120_000, "from_eur is a deal size, no larger than the lower end of the largest size"
assert call_from["freed_eur"] <= deals["specialist_eur"].sum(), "no more can be freed than all of the specialists' hours cost"
# %% hidden="call_from"
expect(call_from)
# %% after="call_from"
spared = deals[deals["specialist"] & (deals["amount_eur"] < call_from["from_eur"])]
print(f"Under the rule {len(spared)} calls of the three years would not have been made.")
# %% [markdown] hint="call_from"
# A difference of rates on a few dozen deals is a guess with a width. Which of the four guesses lies clear of zero?
# %% [markdown] hint="call_from"
# The interval of a size runs from `lift` less `half_width` to `lift` plus `half_width`. Look at its lower end, size by size, from the
# largest down.
# %% [markdown] hint="call_from"
# `deals["amount_eur"] < from_eur` picks the smaller deals, and `specialist_eur` is missing where no specialist worked; `.sum()` passes over
# what is missing.
# %% [markdown] wrong="formula_size" task="call_from"
# This takes the size that the formula gives. Its lift was measured on the large deals, and the sum carries it to wherever cost and margin happen to meet; specialists would
# be called to deals where nobody has seen them help. At which sizes does `lift` show that they do?
# %% wrong="formula_size" task="call_from"
call_from = {"from_eur": break_even, "freed_eur": deals.loc[deals["amount_eur"] < break_even, "specialist_eur"].sum()}
# %% [markdown] wrong="everybody" task="call_from"
# This keeps the rule of today, by which everybody may call. It is fair to sellers, and the hours that go to small deals are missing on the large ones. Which
# sizes have shown a lift?
# %% wrong="everybody" task="call_from"
call_from = {"from_eur": 0, "freed_eur": 0}
# %% [markdown] wrong="no_amount_as_small" task="call_from"
# The size is right, and the hours are those of all deals that are not large: some deals have no amount yet, so that their hours count as freed. Any of
# these may turn out large, and Ingrid would promise hours that she can't take away. Which deals are known to be smaller?
# %% wrong="no_amount_as_small" task="call_from"
STARTS = dict(zip(SIZES, [0, 30_000, 60_000, 120_000]))
found = lift.set_index("size").loc[SIZES]
seen = found["lift"] - found["half_width"] > 0
from_eur = STARTS[seen[::-1].cummin()[::-1].idxmax()]
call_from = {"from_eur": from_eur, "freed_eur": deals.loc[~(deals["amount_eur"] >= from_eur), "specialist_eur"].sum()}
# %% [markdown] wrong="hours_kept" task="call_from"
# The size is right, and the hours are those of the deals from that size on. These stay where they are under the rule, and Ingrid would give the large
# deals as new what they have already. Whose hours come free?
# %% wrong="hours_kept" task="call_from"
STARTS = dict(zip(SIZES, [0, 30_000, 60_000, 120_000]))
found = lift.set_index("size").loc[SIZES]
seen = found["lift"] - found["half_width"] > 0
from_eur = STARTS[seen[::-1].cummin()[::-1].idxmax()]
call_from = {"from_eur": from_eur, "freed_eur": deals.loc[deals["amount_eur"] >= from_eur, "specialist_eur"].sum()}
