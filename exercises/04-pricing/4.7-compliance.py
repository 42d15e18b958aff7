# ---
# topic: "4.7"
# title: Where pricing rules are broken
# tables: [quotes, approvals, discount_policy]
# tasks:
#   regions:
#     points: 4
#     answer: {type: table, keys: [region], columns: {silent: 0.4, leak_eur: "1%", per_10k: 0.05, low: 0.002, high: 0.002}}
#   people:
#     points: 3
#     answer: {type: table, keys: [rep_id], columns: {silent: 0.4, leak_eur: "1%", kept_eur: "1%"}}
# ---
# %% [markdown]
# The sheet of 4.1 protects a margin only if people ask. Before it goes out, Ingrid Solheim wants to know where they did not ask under the rules that hold today, in 2024 and 2025. Each regional
# lead has told her to look elsewhere.
#
# You get the tables as they are. What they mean:
#
# - `quotes`: one row is a line of a quote. `status` is `"accepted"` for what was sold. `quoted_on` is the day of the quote.
# - `policy`: for each product, from `min_quantity` on, what a seller may give without asking: `small_limit_rate` below a list value of EUR 40,000, `limit_rate` from there on.
# - `approvals`: the requests of the two years, each for one line (`quote_line_id`), with `asked_rate`, the discount that was asked for, and the `decision`, `"granted"` or `"refused"`.
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

quotes, approvals, policy = load("quotes", "approvals", "discount_policy")
quotes = quotes[quotes["quoted_on"] >= "2024-01-01"].sort_values("quantity").reset_index(drop=True)
approvals = approvals[approvals["quote_line_id"].isin(quotes["quote_line_id"])]
policy = policy.sort_values("min_quantity")


def wilson(k, n):
    """The ends of the 95% Wilson interval for k out of n."""
    z, p = 1.96, k / n
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return middle - half, middle + half


quotes[["quote_line_id", "rep_id", "region", "product_id", "status", "quantity", "discount_rate", "list_eur"]].head()
# %% [markdown] task="regions"
# **1. Where were concessions made that nobody allowed, and does the size of a region decide the answer?**
#
# An *unauthorised concession* is a sold line whose discount lies beyond what its seller may give (allow 1e-9 for rounding), and for which nobody granted a request. What lies beyond that limit has leaked.
#
# `regions` is a DataFrame with one row for each `region` and the columns
#
# - `silent`: the number of unauthorised concessions
# - `leak_eur`: what leaked, in EUR at list value (compared to within 1%)
# - `per_10k`: EUR leaked for each EUR 10,000 of list value sold in the region, within the limit or beyond it (tolerance 0.05)
# - `low`, `high`: the 95% Wilson interval of the share of sold lines beyond the limit that were silent (fractions, tolerance 0.002)
# %% answer="regions"
### BEGIN SOLUTION
lines = pd.merge_asof(quotes, policy, by="product_id", left_on="quantity", right_on="min_quantity")
lines["limit"] = lines["limit_rate"].mask(lines["list_eur"] < 40_000, lines["small_limit_rate"])
sold = lines[lines["status"] == "accepted"].copy()
granted = approvals.loc[approvals["decision"] == "granted", "quote_line_id"]
sold["beyond"] = sold["discount_rate"] > sold["limit"] + 1e-9
sold["silent"] = sold["beyond"] & ~sold["quote_line_id"].isin(granted)
sold["leak_eur"] = ((sold["discount_rate"] - sold["limit"]) * sold["list_eur"]).where(sold["silent"], 0)

regions = sold.groupby("region", as_index=False).agg(
    beyond=("beyond", "sum"), silent=("silent", "sum"), leak_eur=("leak_eur", "sum"), list_eur=("list_eur", "sum")
)
regions["per_10k"] = 10_000 * regions["leak_eur"] / regions["list_eur"]
regions["low"], regions["high"] = wilson(regions["silent"], regions["beyond"])
### END SOLUTION
# %% check="regions"
assert isinstance(regions, pd.DataFrame), "regions should be a DataFrame with one row for each region"
seen = regions.reset_index()
missing = [c for c in ["region", "silent", "leak_eur", "per_10k", "low", "high"] if c not in seen.columns]
assert not missing, f"regions lacks the columns {missing}"
assert len(seen) == 6, f"there are six regions; regions has {len(seen)} rows"
assert (seen["leak_eur"] >= 0).all(), "only what lies beyond the limit has leaked; nothing can be negative"
assert (seen["low"] <= seen["high"]).all() and seen["high"].max() <= 1, "low and high are fractions, low first"
# %% hidden="regions"
expect(regions)
found = regions.reset_index().set_index("region")["per_10k"].sort_values()
assert found.iloc[-1] > 2 * found.iloc[-2], "one region leaks more than twice as much for its volume as any other"
# %% after="regions"
bar(regions, "region", "per_10k", title="Leaked for each EUR 10,000 of list value sold, 2024 and 2025")
# %% [markdown] hint="regions"
# Write down on paper, for one line, the three things that you have to know before you may call it unauthorised. Which table holds each?
# %% [markdown] hint="regions"
# `pd.merge_asof(sold, policy, by="product_id", left_on="quantity", right_on="min_quantity")` finds the policy's row. Then choose between the two limits by list value.
# %% [markdown] hint="regions"
# Two yes-or-no columns: beyond the limit, and silent (beyond, and its `quote_line_id` not among the granted). `low` and `high` are `wilson(silent, beyond)`, by region; `per_10k` divides by all that was sold.
# %% [markdown] wrong="every_exception" task="regions"
# This counts every discount beyond the limit, also those that somebody granted. Regions that ask properly look guilty, and they have just been shown that it does not help to ask. What makes a concession
# unauthorised?
# %% wrong="every_exception" task="regions"
sold = pd.merge_asof(quotes[quotes["status"] == "accepted"], policy, by="product_id", left_on="quantity", right_on="min_quantity")
limit = sold["limit_rate"].mask(sold["list_eur"] < 40_000, sold["small_limit_rate"])
sold["silent"] = sold["discount_rate"] > limit + 1e-9
sold["leak_eur"] = ((sold["discount_rate"] - limit) * sold["list_eur"]).where(sold["silent"], 0)
regions = sold.groupby("region", as_index=False).agg(lines=("silent", "size"), silent=("silent", "sum"), leak_eur=("leak_eur", "sum"), list_eur=("list_eur", "sum"))
regions["per_10k"] = 10_000 * regions["leak_eur"] / regions["list_eur"]
regions["low"], regions["high"] = wilson(regions["silent"], regions["lines"])
# %% [markdown] wrong="of_all_lines" task="regions"
# The sums are right. The share is taken of everything that was sold, and most of that needed no yes from anybody; a region that sells much within the limit then looks honest whatever it does beyond. How many lines were
# there to ask for?
# %% wrong="of_all_lines" task="regions"
sold = pd.merge_asof(quotes[quotes["status"] == "accepted"], policy, by="product_id", left_on="quantity", right_on="min_quantity")
limit = sold["limit_rate"].mask(sold["list_eur"] < 40_000, sold["small_limit_rate"])
granted = approvals.loc[approvals["decision"] == "granted", "quote_line_id"]
sold["silent"] = (sold["discount_rate"] > limit + 1e-9) & ~sold["quote_line_id"].isin(granted)
sold["leak_eur"] = ((sold["discount_rate"] - limit) * sold["list_eur"]).where(sold["silent"], 0)
regions = sold.groupby("region", as_index=False).agg(lines=("silent", "size"), silent=("silent", "sum"), leak_eur=("leak_eur", "sum"), list_eur=("list_eur", "sum"))
regions["per_10k"] = 10_000 * regions["leak_eur"] / regions["list_eur"]
regions["low"], regions["high"] = wilson(regions["silent"], regions["lines"])
# %% [markdown] wrong="one_limit" task="regions"
# This holds small deals to the limit of large ones. Sellers are then accused of discounts that the policy lets them give, in every region, and the first who reads out the policy ends the
# audit. What may be given below EUR 40,000?
# %% wrong="one_limit" task="regions"
sold = pd.merge_asof(quotes[quotes["status"] == "accepted"], policy, by="product_id", left_on="quantity", right_on="min_quantity")
granted = approvals.loc[approvals["decision"] == "granted", "quote_line_id"]
sold["beyond"] = sold["discount_rate"] > sold["limit_rate"] + 1e-9
sold["silent"] = sold["beyond"] & ~sold["quote_line_id"].isin(granted)
sold["leak_eur"] = ((sold["discount_rate"] - sold["limit_rate"]) * sold["list_eur"]).where(sold["silent"], 0)
regions = sold.groupby("region", as_index=False).agg(beyond=("beyond", "sum"), silent=("silent", "sum"), leak_eur=("leak_eur", "sum"), list_eur=("list_eur", "sum"))
regions["per_10k"] = 10_000 * regions["leak_eur"] / regions["list_eur"]
regions["low"], regions["high"] = wilson(regions["silent"], regions["beyond"])
# %% [markdown] wrong="unsold_too" task="regions"
# This counts quotes that the customer turned down, or that were replaced by a later version, as well. A price that nobody paid has leaked nothing, and a seller whose offers are refused would look worse than one
# whose offers are taken. Which lines brought money in?
# %% wrong="unsold_too" task="regions"
sold = pd.merge_asof(quotes, policy, by="product_id", left_on="quantity", right_on="min_quantity")
limit = sold["limit_rate"].mask(sold["list_eur"] < 40_000, sold["small_limit_rate"])
granted = approvals.loc[approvals["decision"] == "granted", "quote_line_id"]
sold["beyond"] = sold["discount_rate"] > limit + 1e-9
sold["silent"] = sold["beyond"] & ~sold["quote_line_id"].isin(granted)
sold["leak_eur"] = ((sold["discount_rate"] - limit) * sold["list_eur"]).where(sold["silent"], 0)
regions = sold.groupby("region", as_index=False).agg(beyond=("beyond", "sum"), silent=("silent", "sum"), leak_eur=("leak_eur", "sum"), list_eur=("list_eur", "sum"))
regions["per_10k"] = 10_000 * regions["leak_eur"] / regions["list_eur"]
regions["low"], regions["high"] = wilson(regions["silent"], regions["beyond"])
# %% [markdown] wrong="first_step" task="regions"
# This holds every line to the limit for the smallest quantity. Whoever sold ten devices at the usual discount for ten is accused, in every region, and can prove the audit wrong by the policy itself. What does `min_quantity` say of a
# policy's row?
# %% wrong="first_step" task="regions"
sold = quotes[quotes["status"] == "accepted"].merge(policy.drop_duplicates("product_id"), on="product_id")
limit = sold["limit_rate"].mask(sold["list_eur"] < 40_000, sold["small_limit_rate"])
granted = approvals.loc[approvals["decision"] == "granted", "quote_line_id"]
sold["beyond"] = sold["discount_rate"] > limit + 1e-9
sold["silent"] = sold["beyond"] & ~sold["quote_line_id"].isin(granted)
sold["leak_eur"] = ((sold["discount_rate"] - limit) * sold["list_eur"]).where(sold["silent"], 0)
regions = sold.groupby("region", as_index=False).agg(beyond=("beyond", "sum"), silent=("silent", "sum"), leak_eur=("leak_eur", "sum"), list_eur=("list_eur", "sum"))
regions["per_10k"] = 10_000 * regions["leak_eur"] / regions["list_eur"]
regions["low"], regions["high"] = wilson(regions["silent"], regions["beyond"])
# %% [markdown] wrong="every_step" task="regions"
# This sets a line beside several rows of the policy, one for each quantity that it reaches, so large orders are counted more than once and held to the limits of small ones. Your table of sold lines has become longer than it was. Which one
# row of the policy holds for a line?
# %% wrong="every_step" task="regions"
sold = quotes[quotes["status"] == "accepted"].merge(policy, on="product_id")
sold = sold[sold["quantity"] >= sold["min_quantity"]].reset_index(drop=True)
limit = sold["limit_rate"].mask(sold["list_eur"] < 40_000, sold["small_limit_rate"])
granted = approvals.loc[approvals["decision"] == "granted", "quote_line_id"]
sold["beyond"] = sold["discount_rate"] > limit + 1e-9
sold["silent"] = sold["beyond"] & ~sold["quote_line_id"].isin(granted)
sold["leak_eur"] = ((sold["discount_rate"] - limit) * sold["list_eur"]).where(sold["silent"], 0)
regions = sold.groupby("region", as_index=False).agg(beyond=("beyond", "sum"), silent=("silent", "sum"), leak_eur=("leak_eur", "sum"), list_eur=("list_eur", "sum"))
regions["per_10k"] = 10_000 * regions["leak_eur"] / regions["list_eur"]
regions["low"], regions["high"] = wilson(regions["silent"], regions["beyond"])
# %% [markdown] wrong="from_target" task="regions"
# This measures from the target, as the sheet of 4.1 does. Between target and limit a seller may give without asking, so hundreds of lines are called silent that broke no rule, and no region comes out clean. Which of the policy's rates says when
# somebody must ask?
# %% wrong="from_target" task="regions"
sold = pd.merge_asof(quotes[quotes["status"] == "accepted"], policy, by="product_id", left_on="quantity", right_on="min_quantity")
limit = sold["target_rate"]
granted = approvals.loc[approvals["decision"] == "granted", "quote_line_id"]
sold["beyond"] = sold["discount_rate"] > limit + 1e-9
sold["silent"] = sold["beyond"] & ~sold["quote_line_id"].isin(granted)
sold["leak_eur"] = ((sold["discount_rate"] - limit) * sold["list_eur"]).where(sold["silent"], 0)
regions = sold.groupby("region", as_index=False).agg(beyond=("beyond", "sum"), silent=("silent", "sum"), leak_eur=("leak_eur", "sum"), list_eur=("list_eur", "sum"))
regions["per_10k"] = 10_000 * regions["leak_eur"] / regions["list_eur"]
regions["low"], regions["high"] = wilson(regions["silent"], regions["beyond"])
# %% [markdown] wrong="whole_discount" task="regions"
# The lines are right. The money is their whole discount, and the part up to the limit was the seller's to give. A line that went a single point too far then looks like a large leak. How much of each discount was more than
# allowed?
# %% wrong="whole_discount" task="regions"
sold = pd.merge_asof(quotes[quotes["status"] == "accepted"], policy, by="product_id", left_on="quantity", right_on="min_quantity")
limit = sold["limit_rate"].mask(sold["list_eur"] < 40_000, sold["small_limit_rate"])
granted = approvals.loc[approvals["decision"] == "granted", "quote_line_id"]
sold["beyond"] = sold["discount_rate"] > limit + 1e-9
sold["silent"] = sold["beyond"] & ~sold["quote_line_id"].isin(granted)
sold["leak_eur"] = (sold["discount_rate"] * sold["list_eur"]).where(sold["silent"], 0)
regions = sold.groupby("region", as_index=False).agg(beyond=("beyond", "sum"), silent=("silent", "sum"), leak_eur=("leak_eur", "sum"), list_eur=("list_eur", "sum"))
regions["per_10k"] = 10_000 * regions["leak_eur"] / regions["list_eur"]
regions["low"], regions["high"] = wilson(regions["silent"], regions["beyond"])
# %% [markdown]
# A region does not give a discount. Before anybody's name is said aloud, Ingrid wants a test that catches a habit and lets one bad week go. And Tomasz Wieczorek wants to know what he may enter in the plan for a *lock*, with
# which the quoting system refuses every line beyond the limit until a yes is on file. It may hold for a whole region; whoever asks today will hardly notice it, so what it could keep lies with those who are named.
# %% [markdown] task="people"
# **2. Who does not ask, beyond what chance could explain, and what would a lock have kept of theirs?**
#
# `people` is a DataFrame with one row for each person who meets both parts of the test over 2024 and 2025:
#
# - at least **5** sold lines beyond the limit, so that nobody is named for one or two
# - even the **lower** end of the 95% Wilson interval of the silent share (unauthorised concessions out of sold lines beyond the limit) is above **a quarter**
#
# Its columns:
#
# - `rep_id`
# - `silent`, `leak_eur`: as in `regions`, for this person (EUR to within 1%)
# - `kept_eur`: what would have stayed in the house, had the person asked about every silent line and been refused as often as all who asked, in any region in 2024 and 2025, to go beyond their limit, whether they won the deal or not. What is refused
#   stays whole; what is granted goes out (EUR, to within 1%).
# %% answer="people"
### BEGIN SOLUTION
asked = approvals.merge(lines[["quote_line_id", "limit"]], on="quote_line_id")
asked = asked[asked["asked_rate"] > asked["limit"] + 1e-9]
refused = (asked["decision"] == "refused").mean()

people = sold.groupby("rep_id", as_index=False).agg(beyond=("beyond", "sum"), silent=("silent", "sum"), leak_eur=("leak_eur", "sum"))
people = people[people["beyond"] >= 5]
low, _ = wilson(people["silent"], people["beyond"])
people = people[low > 0.25]
people["kept_eur"] = refused * people["leak_eur"]
### END SOLUTION
# %% check="people"
assert isinstance(people, pd.DataFrame), "people should be a DataFrame with one row for each person who meets both parts of the test"
seen = people.reset_index()
missing = [c for c in ["rep_id", "silent", "leak_eur", "kept_eur"] if c not in seen.columns]
assert not missing, f"people lacks the columns {missing}"
assert set(seen["rep_id"]) <= set(quotes["rep_id"]), "rep_id holds ids as they stand in quotes"
assert (seen["kept_eur"] <= seen["leak_eur"]).all(), "no more can be kept than leaked"
# %% hidden="people"
expect(people)
assert people["kept_eur"].sum() < 0.15 * people["leak_eur"].sum(), "whoever asks is hardly ever refused, so a lock alone keeps next to nothing"
# %% after="people"
by = quotes[quotes["rep_id"].isin(people["rep_id"])].groupby("rep_id")["region"].first()
print("regions of those named:", sorted(set(by)))
print(f"with a lock: {int(people['silent'].sum())} requests more, which cost EUR {150 * int(people['silent'].sum()):,} at the price of 4.1")
print(f"kept, if those who are asked answer as they do today: EUR {people['kept_eur'].sum():,.0f} of {people['leak_eur'].sum():,.0f}")
# %% [markdown] hint="people"
# Do for people what you did for regions. Somebody with one line beyond the limit, and that one silent, has a share of 100%. What does the interval say? Then turn to the other side of the desk: how do approvers answer?
# %% [markdown] hint="people"
# Group your sold lines by `rep_id`, drop those with fewer than five lines beyond the limit, and compare the first of the two values that `wilson` returns. For `kept_eur` you need the limit of every line that somebody asked
# about, so work it out for all of `quotes`, and merge it with `approvals`.
# %% [markdown] hint="people"
# Keep the requests with `asked_rate` beyond the limit. The share of `"refused"` among them, times `leak_eur`, is `kept_eur`.
# %% [markdown] wrong="one_slip" task="people"
# This names everybody with a single unauthorised concession. Most of them asked every other time and forgot once; put in one list with those who never ask, they will say with reason that the audit can't tell a slip from a
# habit. How sure can you be after one case?
# %% wrong="one_slip" task="people"
asked = approvals.merge(lines[["quote_line_id", "limit"]], on="quote_line_id")
refused = (asked.loc[asked["asked_rate"] > asked["limit"] + 1e-9, "decision"] == "refused").mean()
people = sold[sold["silent"]].groupby("rep_id", as_index=False).agg(silent=("silent", "sum"), leak_eur=("leak_eur", "sum"))
people["kept_eur"] = refused * people["leak_eur"]
# %% [markdown] wrong="all_kept" task="people"
# The people are right. The money takes for granted that whoever has to ask is refused, so Tomasz would enter all that leaked as next year's margin, from a lock that only puts a question on somebody's desk. What did those hear who asked?
# %% wrong="all_kept" task="people"
named = sold.groupby("rep_id", as_index=False).agg(beyond=("beyond", "sum"), silent=("silent", "sum"), leak_eur=("leak_eur", "sum"))
named = named[named["beyond"] >= 5]
people = named[wilson(named["silent"], named["beyond"])[0] > 0.25]
people = people.assign(kept_eur=people["leak_eur"])
# %% [markdown] wrong="every_refusal" task="people"
# The people are right. The share counts all requests, and most of those that were refused lay within the seller's own limit, where nobody had to ask. Approvers look stricter than they are just where the lock would send
# them work. For which lines would these people have to ask?
# %% wrong="every_refusal" task="people"
named = sold.groupby("rep_id", as_index=False).agg(beyond=("beyond", "sum"), silent=("silent", "sum"), leak_eur=("leak_eur", "sum"))
named = named[named["beyond"] >= 5]
people = named[wilson(named["silent"], named["beyond"])[0] > 0.25]
people = people.assign(kept_eur=(approvals["decision"] == "refused").mean() * people["leak_eur"])
# %% [markdown] wrong="half_back" task="people"
# The people are right. Half is what two people agreed on in 4.1 before anybody had counted answers, and Tomasz would enter several times what approvers keep back. How did they decide on requests that went beyond a limit?
# %% wrong="half_back" task="people"
named = sold.groupby("rep_id", as_index=False).agg(beyond=("beyond", "sum"), silent=("silent", "sum"), leak_eur=("leak_eur", "sum"))
named = named[named["beyond"] >= 5]
people = named[wilson(named["silent"], named["beyond"])[0] > 0.25]
people = people.assign(kept_eur=0.5 * people["leak_eur"])
# %% [markdown] wrong="discount_quoted" task="people"
# The people are right. The share looks for requests whose quote went out beyond the limit, and after a refusal it seldom does, so refusals drop out and the lock seems to keep next to nothing. Which column says what
# was asked for?
# %% wrong="discount_quoted" task="people"
asked = approvals.merge(lines[["quote_line_id", "limit", "discount_rate"]], on="quote_line_id")
refused = (asked.loc[asked["discount_rate"] > asked["limit"] + 1e-9, "decision"] == "refused").mean()
named = sold.groupby("rep_id", as_index=False).agg(beyond=("beyond", "sum"), silent=("silent", "sum"), leak_eur=("leak_eur", "sum"))
named = named[named["beyond"] >= 5]
people = named[wilson(named["silent"], named["beyond"])[0] > 0.25]
people = people.assign(kept_eur=refused * people["leak_eur"])
