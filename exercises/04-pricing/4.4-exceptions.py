# ---
# topic: "4.4"
# title: Exceptions that stay lawful
# tables: [quotes, accounts, approvals, discount_policy, opportunities]
# tasks:
#   status:
#     points: 4
#     answer: {type: table, keys: [status], columns: {pairs: 0.5, exceptions: 0.5}}
#   review:
#     points: 4
#     answer: {type: table, keys: [high_line], columns: {gap: 0.0005, overpaid_eur: "1%"}}
# ---
# %% [markdown]
# Claire Whitcombe asked which price differences between her customers could be defended if two of them met at a trade fair, and the reading answered for UK &
# Ireland. Ingrid Solheim now wants the same for the five other regions. The lawyers have ten places for them. Which cases?
#
# `sold` holds one row for each line of a quote that was accepted in 2024 or 2025 in those regions:
#
# - `line`, `account`, `region`, `industry`, `product_id`, `band` (the policy's quantity band), `decided_on`
# - `list_eur` (list value of the line), `discount` (a fraction)
# - `exception`: the discount lies beyond what a seller may give without asking
# - `reason`: the reason of the approval that was *granted* for this line; `"nothing on file"` if none was
# - `spend_eur` (what the customer spends a year), `serve_rate` (what serving the customer costs, as a fraction of revenue), `rival` (a competitor was in the deal),
#   `campaign_days` (a Precision sold in the last ten days of a quarter, when everybody was offered the campaign price)
#
# A wrong list has the lawyers read files that hold, while the case that a customer can win stays in the drawer.
# %% given
import numpy as np
import pandas as pd
from course.case import load

quotes, accounts, approvals, policy, opportunities = load("quotes", "accounts", "approvals", "discount_policy", "opportunities")
lines = quotes[(quotes["status"] == "accepted") & (quotes["decided_on"] >= "2024-01-01") & (quotes["region"] != "UK & Ireland")]
lines = pd.merge_asof(lines.sort_values("quantity"), policy.sort_values("min_quantity"), by="product_id", left_on="quantity", right_on="min_quantity")
granted = approvals[approvals["decision"] == "granted"].drop_duplicates("quote_line_id")[["quote_line_id", "reason"]]
lines = lines.merge(granted, on="quote_line_id", how="left")
lines = lines.merge(accounts[["account_id", "industry", "annual_spend_eur", "cost_to_serve_rate"]], on="account_id")
lines = lines.merge(opportunities[["opportunity_id", "competitor"]], on="opportunity_id")
limit = np.where(lines["list_eur"] < 40_000, lines["small_limit_rate"], lines["limit_rate"])
quarter_end = lines["quoted_on"].dt.to_period("Q").dt.end_time.dt.normalize()
sold = pd.DataFrame({
    "line": lines["quote_line_id"], "account": lines["account_id"], "region": lines["region"], "industry": lines["industry"],
    "product_id": lines["product_id"], "band": lines["min_quantity"], "decided_on": lines["decided_on"], "list_eur": lines["list_eur"],
    "discount": lines["discount_rate"], "exception": lines["discount_rate"] > limit + 1e-9,
    "reason": lines["reason"].fillna("nothing on file"), "spend_eur": lines["annual_spend_eur"], "serve_rate": lines["cost_to_serve_rate"],
    "rival": lines["competitor"].notna(),
    "campaign_days": (lines["product_id"] == "P-710") & ((quarter_end - lines["quoted_on"]).dt.days < 10),
})
sold.head()
# %% [markdown] task="status"
# **1. How many price differences between like customers have a reason that holds?**
#
# 1. *Pairs.* Pair each exception (the low price) with every other line of a **different account** that has the same `product_id`, `band`, `region` and `industry` and was decided
#    within **180 days** before or after it (the high price). Such customers are served alike, and they compete with one another.
# 2. *Gap.* The discount of the low price less that of the high price, rounded to four decimals. Keep pairs with a gap of **at least 0.10**.
# 3. *Status.* A pair is
#    - `"unexplained"` if the exception's reason is `"relationship"` or there is `"nothing on file"`;
#    - `"explained"` if the reason on file is borne out by the figures:
#
#      | reason | borne out if |
#      | --- | --- |
#      | volume | the low-price customer has the higher `spend_eur` |
#      | cost to serve | the low-price customer has the lower `serve_rate` |
#      | competing offer | the low-price deal has a `rival` |
#      | quarter-end campaign | the high-price line was not sold in `campaign_days` |
#    - `"claimed"` if the reason is one of these four and the figures do not bear it out.
#
# `status` is a DataFrame with one row for each of the three statuses (0 where there is none) and the columns `status`, `pairs` (how many pairs) and `exceptions` (how many different exceptions stand behind
# them). Keep the pairs with their status in a DataFrame `pairs`; you need them again.
# %% answer="status"
LIKE = ["product_id", "band", "region", "industry"]

### BEGIN SOLUTION
pairs = sold[sold["exception"]].merge(sold, on=LIKE, suffixes=("_low", "_high"))
apart = (pairs["decided_on_low"] - pairs["decided_on_high"]).dt.days.abs()
pairs["gap"] = pairs["discount_low"] - pairs["discount_high"]
pairs = pairs[(pairs["account_low"] != pairs["account_high"]) & (apart <= 180) & (pairs["gap"] >= 0.10 - 1e-9)].copy()

reason = pairs["reason_low"]
holds = (
    ((reason == "volume") & (pairs["spend_eur_low"] > pairs["spend_eur_high"]))
    | ((reason == "cost to serve") & (pairs["serve_rate_low"] < pairs["serve_rate_high"]))
    | ((reason == "competing offer") & pairs["rival_low"])
    | ((reason == "quarter-end campaign") & ~pairs["campaign_days_high"])
)
silent = reason.isin(["relationship", "nothing on file"])
pairs["status"] = np.select([silent, holds], ["unexplained", "explained"], "claimed")
counted = pairs.groupby("status").agg(pairs=("gap", "size"), exceptions=("line_low", "nunique"))
status = counted.reindex(["explained", "claimed", "unexplained"], fill_value=0).reset_index()
### END SOLUTION
# %% check="status"
assert isinstance(status, pd.DataFrame), "status should be a DataFrame with one row for each status"
seen = status.reset_index()
missing = [c for c in ["status", "pairs", "exceptions"] if c not in seen.columns]
assert not missing, f"status lacks the columns {missing}"
assert set(seen["status"]) == {"explained", "claimed", "unexplained"}, 'the three statuses are "explained", "claimed" and "unexplained"'
assert (seen["exceptions"] <= seen["pairs"]).all(), "an exception may stand behind several pairs, not the other way round"
assert seen["exceptions"].sum() <= 3 * sold["exception"].sum(), "exceptions counts different lines whose discount lies beyond the limit"
# %% hidden="status"
expect(status)
found = status.reset_index().set_index("status")["pairs"]
assert found["explained"] > 0 and found["unexplained"] > 0
assert found["explained"] > 0.2 * found.sum(), "many differences have a reason that holds"
# %% after="status"
status.sort_values("pairs", ascending=False)
# %% [markdown] hint="status"
# Like is compared with like: same device, same quantity band, same place, same trade, about the same time. Only then is a gap a question at all.
# %% [markdown] hint="status"
# Merge the exceptions with all of `sold` on `LIKE`, with suffixes such as `_low` and `_high`. Then filter: different accounts, days apart, gap. A line also
# meets itself in such a merge, and other lines of the same customer.
# %% [markdown] hint="status"
# `np.select([silent, holds], ["unexplained", "explained"], "claimed")` gives the status; `holds` is one condition for each reason, joined by `|`. `nunique` counts different lines.
# %% [markdown] wrong="paper_is_proof" task="status"
# This takes every reason on file as explained. The reason is what somebody wrote to get a discount through; a "volume" customer who spends less than the one next door would be shown to a judge
# as proof. Which figure of ours bears the word out?
# %% wrong="paper_is_proof" task="status"
pairs = sold[sold["exception"]].merge(sold, on=["product_id", "band", "region", "industry"], suffixes=("_low", "_high"))
apart = (pairs["decided_on_low"] - pairs["decided_on_high"]).dt.days.abs()
pairs["gap"] = pairs["discount_low"] - pairs["discount_high"]
pairs = pairs[(pairs["account_low"] != pairs["account_high"]) & (apart <= 180) & (pairs["gap"] >= 0.10 - 1e-9)].copy()
silent = pairs["reason_low"].isin(["relationship", "nothing on file"])
pairs["status"] = np.where(silent, "unexplained", "explained")
counted = pairs.groupby("status").agg(pairs=("gap", "size"), exceptions=("line_low", "nunique"))
status = counted.reindex(["explained", "claimed", "unexplained"], fill_value=0).reset_index()
# %% [markdown] wrong="any_quantity" task="status"
# This pairs customers whatever they ordered. An order of three hundred then looks favoured beside an order of five, and most of your list is the policy doing what it
# says. Which customers are in the same position?
# %% wrong="any_quantity" task="status"
pairs = sold[sold["exception"]].merge(sold, on=["product_id", "region", "industry"], suffixes=("_low", "_high"))
apart = (pairs["decided_on_low"] - pairs["decided_on_high"]).dt.days.abs()
pairs["gap"] = pairs["discount_low"] - pairs["discount_high"]
pairs = pairs[(pairs["account_low"] != pairs["account_high"]) & (apart <= 180) & (pairs["gap"] >= 0.10 - 1e-9)].copy()
reason = pairs["reason_low"]
holds = (
    ((reason == "volume") & (pairs["spend_eur_low"] > pairs["spend_eur_high"]))
    | ((reason == "cost to serve") & (pairs["serve_rate_low"] < pairs["serve_rate_high"]))
    | ((reason == "competing offer") & pairs["rival_low"])
    | ((reason == "quarter-end campaign") & ~pairs["campaign_days_high"])
)
pairs["status"] = np.select([reason.isin(["relationship", "nothing on file"]), holds], ["unexplained", "explained"], "claimed")
counted = pairs.groupby("status").agg(pairs=("gap", "size"), exceptions=("line_low", "nunique"))
status = counted.reindex(["explained", "claimed", "unexplained"], fill_value=0).reset_index()
# %% [markdown] wrong="any_time" task="status"
# This pairs deals that lie up to two years apart. Lists, campaigns and rivals were others then, and a customer of early 2024 can't have been treated worse than one of
# late 2025 by the same decision. How far apart may two deals be and still be alike?
# %% wrong="any_time" task="status"
pairs = sold[sold["exception"]].merge(sold, on=["product_id", "band", "region", "industry"], suffixes=("_low", "_high"))
pairs["gap"] = pairs["discount_low"] - pairs["discount_high"]
pairs = pairs[(pairs["account_low"] != pairs["account_high"]) & (pairs["gap"] >= 0.10 - 1e-9)].copy()
reason = pairs["reason_low"]
holds = (
    ((reason == "volume") & (pairs["spend_eur_low"] > pairs["spend_eur_high"]))
    | ((reason == "cost to serve") & (pairs["serve_rate_low"] < pairs["serve_rate_high"]))
    | ((reason == "competing offer") & pairs["rival_low"])
    | ((reason == "quarter-end campaign") & ~pairs["campaign_days_high"])
)
pairs["status"] = np.select([reason.isin(["relationship", "nothing on file"]), holds], ["unexplained", "explained"], "claimed")
counted = pairs.groupby("status").agg(pairs=("gap", "size"), exceptions=("line_low", "nunique"))
status = counted.reindex(["explained", "claimed", "unexplained"], fill_value=0).reset_index()
# %% [markdown] wrong="old_friends" task="status"
# This lets "relationship" pass as a reason. It is the word that Luca would defend, and it says who the customer is, which is no ground for a price; the lawyers would never see those files. Which figure could bear it
# out?
# %% wrong="old_friends" task="status"
pairs = sold[sold["exception"]].merge(sold, on=["product_id", "band", "region", "industry"], suffixes=("_low", "_high"))
apart = (pairs["decided_on_low"] - pairs["decided_on_high"]).dt.days.abs()
pairs["gap"] = pairs["discount_low"] - pairs["discount_high"]
pairs = pairs[(pairs["account_low"] != pairs["account_high"]) & (apart <= 180) & (pairs["gap"] >= 0.10 - 1e-9)].copy()
reason = pairs["reason_low"]
holds = (
    ((reason == "volume") & (pairs["spend_eur_low"] > pairs["spend_eur_high"]))
    | ((reason == "cost to serve") & (pairs["serve_rate_low"] < pairs["serve_rate_high"]))
    | ((reason == "competing offer") & pairs["rival_low"])
    | ((reason == "quarter-end campaign") & ~pairs["campaign_days_high"])
    | (reason == "relationship")
)
pairs["status"] = np.select([reason == "nothing on file", holds], ["unexplained", "explained"], "claimed")
counted = pairs.groupby("status").agg(pairs=("gap", "size"), exceptions=("line_low", "nunique"))
status = counted.reindex(["explained", "claimed", "unexplained"], fill_value=0).reset_index()
# %% [markdown]
# The lawyers want the cases in which most is at stake for the customer who paid more, since that customer is the one who may claim it back.
# %% [markdown] task="review"
# **2. Which cases go to the lawyers?**
#
# 1. Take the pairs that are `"unexplained"`. The claimed ones go to Tomasz Wieczorek, who asks for the proof.
# 2. One case for each line at the high price: where it has several pairs, the one with the largest gap.
# 3. Its stake is what that customer paid more than the other's discount would have asked: *gap × `list_eur` of the high-price line*.
# 4. The ten largest stakes, or all of them if there are fewer.
#
# `review` is a DataFrame with at most ten rows and the columns
#
# - `high_line`: the line of the customer who paid more
# - `low_line`: the exception it is compared with (shown, not compared)
# - `gap`: a fraction (tolerance 0.0005)
# - `overpaid_eur`: the stake, in EUR (right within 1%)
# %% answer="review"
### BEGIN SOLUTION
open_pairs = pairs[pairs["status"] == "unexplained"].sort_values("gap", ascending=False)
cases = open_pairs.drop_duplicates("line_high").rename(columns={"line_high": "high_line", "line_low": "low_line"})
cases["overpaid_eur"] = cases["gap"] * cases["list_eur_high"]
review = cases.nlargest(10, "overpaid_eur")[["high_line", "low_line", "gap", "overpaid_eur"]]
### END SOLUTION
# %% check="review"
assert isinstance(review, pd.DataFrame), "review should be a DataFrame with one row for each case"
seen = review.reset_index()
missing = [c for c in ["high_line", "low_line", "gap", "overpaid_eur"] if c not in seen.columns]
assert not missing, f"review lacks the columns {missing}"
assert 1 <= len(seen) <= 10, f"the lawyers have ten places; review has {len(seen)}"
assert seen["high_line"].is_unique, "one case for each line at the high price"
assert set(seen["high_line"]) <= set(sold["line"]), "high_line names a line of sold"
named = seen["low_line"].map(sold.set_index("line")["reason"])
proof = sorted(set(named.dropna()) - {"relationship", "nothing on file"})
assert not proof, f"behind these cases stands a reason that can be proved or not: {proof}. Explained ones hold, and claimed ones go to Tomasz Wieczorek first"
# %% hidden="review"
expect(review)
seen = review.reset_index()
assert (seen["gap"] >= 0.0999).all()
# %% after="review"
columns = ["line", "account", "region", "industry", "product_id", "reason"]
shown = review.merge(sold[columns].rename(columns={"line": "low_line", "account": "low_account"}), on="low_line")
shown[["high_line", "low_line", "region", "product_id", "reason", "overpaid_eur"]].round(0)
# %% [markdown] hint="review"
# A large gap on a small order is a matter of principle. A smaller gap on a large order is a matter of money. Which of the two would a customer's lawyer take up?
# %% [markdown] hint="review"
# Sort the unexplained pairs by gap, keep the first of each `line_high`, multiply, take the ten largest. `drop_duplicates` keeps the first row it meets.
# %% [markdown] wrong="largest_gaps" task="review"
# This ranks every difference by its points of discount, explained or not. The lawyers' quarter goes into small orders and into customers who had a rival's offer on the table, and the large case that nobody can
# explain waits. Which pairs have nothing to show, and what would that customer claim?
# %% wrong="largest_gaps" task="review"
cases = pairs.sort_values("gap", ascending=False).drop_duplicates("line_high").rename(columns={"line_high": "high_line", "line_low": "low_line"})
cases["overpaid_eur"] = cases["gap"] * cases["list_eur_high"]
review = cases.nlargest(10, "gap")[["high_line", "low_line", "gap", "overpaid_eur"]]
# %% [markdown] wrong="lower_order" task="review"
# This weighs the gap with the order of the customer who paid *less*. That is what Tessaly gave away, and finance will want to know it. Whose loss would be before a court?
# %% wrong="lower_order" task="review"
open_pairs = pairs[pairs["status"] == "unexplained"].sort_values("gap", ascending=False)
cases = open_pairs.drop_duplicates("line_high").rename(columns={"line_high": "high_line", "line_low": "low_line"})
cases["overpaid_eur"] = cases["gap"] * cases["list_eur_low"]
review = cases.nlargest(10, "overpaid_eur")[["high_line", "low_line", "gap", "overpaid_eur"]]
