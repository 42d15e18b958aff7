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
#     answer: {type: set}
# ---
# %% [markdown]
# The sheet of 4.1 protects a margin only if people ask. Before it goes out, Ingrid Solheim wants to know where they did not ask under the rules that hold today, in 2024 and 2025. Two regional leads have told her where
# to look. Their answers differ.
#
# You get the tables as they are. What they mean:
#
# - `quotes`: one row is a line of a quote. `status` is `"accepted"` for what was sold. `quoted_on` is the day of the quote.
# - `policy`: for each product, from `min_quantity` on, what a seller may give without asking: `small_limit_rate` below a list value of EUR 40,000, `limit_rate` from there on.
# - `approvals`: requests, each for one line (`quote_line_id`), with the `decision`, `"granted"` or `"refused"`.
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

quotes, approvals, policy = load("quotes", "approvals", "discount_policy")
quotes = quotes[quotes["quoted_on"] >= "2024-01-01"].sort_values("quantity").reset_index(drop=True)
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
sold = quotes[quotes["status"] == "accepted"]
sold = pd.merge_asof(sold, policy, by="product_id", left_on="quantity", right_on="min_quantity")
limit = sold["limit_rate"].mask(sold["list_eur"] < 40_000, sold["small_limit_rate"])
granted = approvals.loc[approvals["decision"] == "granted", "quote_line_id"]
sold["beyond"] = sold["discount_rate"] > limit + 1e-9
sold["silent"] = sold["beyond"] & ~sold["quote_line_id"].isin(granted)
sold["leak_eur"] = ((sold["discount_rate"] - limit) * sold["list_eur"]).where(sold["silent"], 0)

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
# %% [markdown]
# A region does not give a discount. Before anybody's name is said aloud, Ingrid wants a test that a person could lose only by habit and not by one bad week.
# %% [markdown] task="people"
# **2. Who does not ask, beyond what chance could explain?**
#
# `people` is the set of the `rep_id`s who pass both parts of the test over 2024 and 2025:
#
# - at least **5** sold lines beyond the limit, so that nobody is named for one or two
# - even the **lower** end of the 95% Wilson interval of the silent share (unauthorised concessions out of sold lines beyond the limit) is above **a quarter**
#
# It may be empty.
# %% answer="people"
### BEGIN SOLUTION
by_person = sold.groupby("rep_id").agg(beyond=("beyond", "sum"), silent=("silent", "sum"))
by_person = by_person[by_person["beyond"] >= 5]
low, _ = wilson(by_person["silent"], by_person["beyond"])
people = set(by_person.index[low > 0.25])
### END SOLUTION
# %% check="people"
assert isinstance(people, (set, list, tuple)), "people should be a set of rep_ids"
assert set(people) <= set(quotes["rep_id"]), "people holds rep_ids as they stand in quotes"
assert len(set(people)) < 10, "that is a great many people; does the test hold for each of them at the lower end?"
# %% hidden="people"
expect(people)
# %% after="people"
by = quotes[quotes["rep_id"].isin(people)].groupby("rep_id")["region"].first()
print("regions of those named:", sorted(set(by)))
# %% [markdown] hint="people"
# Do for people what you did for regions. Somebody with one line beyond the limit, and that one silent, has a share of 100%. What does the interval say?
# %% [markdown] hint="people"
# Group your sold lines by `rep_id`, drop those with fewer than five lines beyond the limit, and compare the first of the two values that `wilson` returns.
# %% [markdown] wrong="one_slip" task="people"
# This names everybody with a single unauthorised concession. Most of them asked every other time and forgot once; put in one list with those who never ask, they will say with reason that the audit can't tell a slip from a
# habit. How sure can you be after one case?
# %% wrong="one_slip" task="people"
people = set(sold.loc[sold["silent"], "rep_id"])
# %% [markdown] wrong="most_exceptions" task="people"
# This takes the people who went beyond the limit most often, with a yes or without. Somebody who asks each time in a hard territory stands beside somebody who never asks, and learns that asking puts you on a list. Of how many that they had to
# ask for did they not ask?
# %% wrong="most_exceptions" task="people"
people = set(sold.groupby("rep_id")["beyond"].sum().nlargest(6).index)
