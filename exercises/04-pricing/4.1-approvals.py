# ---
# topic: "4.1"
# title: Which discounts need approval
# tables: [quotes, approvals, discount_policy, accounts]
# tasks:
#   leak:
#     points: 2
#     answer: {type: table, keys: [size], columns: {deals: 0.4, unseen_eur: "1%", each_eur: "1%"}}
#   matrix:
#     points: 3
#     answer: {type: table, keys: [size, tier], columns: {threshold: 0.001, requests: 0.4, kept_eur: "1%"}}
#   approver_load:
#     points: 3
#     answer: {type: table, keys: [approver], columns: {requests: 0.4, kept_eur: "1%"}}
# ---
# %% [markdown]
# Ingrid Solheim wants a sheet by the end of February that tells every seller which deals need whose approval. The reading looked at 2024; the sheet is
# made on 2025.
#
# `deals` holds what was sold in 2025, one row for each line of a signed quote, which is what the policy and the approvals go by:
#
# - `size`: `"small"` (list value below EUR 40,000), `"middle"`, `"large"` (above EUR 200,000); `tier` of the customer, `"A"` to `"C"`
# - `over`: the discount less the policy's *target*, the most that a negotiation should need (0.05 is 5 points over; negative where it is under)
# - `beyond_eur`: what was given beyond the target, in EUR (0 where the discount stays within it)
# - `approved`: whether somebody granted a request for it
# - `margin_rate`: what is left of the net price after the cost of the goods
# - `limit`: points over the target that a seller may give today without asking
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

quotes, approvals, policy, accounts = load("quotes", "approvals", "discount_policy", "accounts")
quoted = quotes[quotes["quoted_on"] >= "2025-01-01"].sort_values("quantity")
quoted = pd.merge_asof(quoted, policy.sort_values("min_quantity"), by="product_id", left_on="quantity", right_on="min_quantity")
quoted = quoted.merge(accounts[["account_id", "tier"]], on="account_id")
granted = approvals.loc[approvals["decision"] == "granted", "quote_line_id"]

small = quoted["list_eur"] < 40_000
quoted["size"] = np.select([small, quoted["list_eur"] <= 200_000], ["small", "middle"], "large")
quoted["over"] = quoted["discount_rate"] - quoted["target_rate"]
quoted["beyond_eur"] = quoted["over"].clip(lower=0) * quoted["list_eur"]
quoted["approved"] = quoted["quote_line_id"].isin(granted)
quoted["margin_rate"] = 1 - quoted["cost_eur"] / quoted["net_eur"]
quoted["limit"] = np.where(small, quoted["small_limit_rate"], quoted["limit_rate"]) - quoted["target_rate"]
quoted = quoted[["quote_line_id", "status", "size", "tier", "list_eur", "net_eur", "over", "beyond_eur", "approved", "margin_rate", "limit"]]
deals = quoted[quoted["status"] == "accepted"].drop(columns="status")
deals.head()
# %% [markdown] task="leak"
# **1. Where does margin go that nobody looks at?**
#
# The cell is almost finished. As it stands it adds up all that was given beyond the target, whoever said yes to it, and the size that executives look at comes out as expensive. Run it,
# read what **Check** says, and add the line that is missing: what somebody approved is not unseen.
#
# `leak` has one row for each `size`:
#
# - `deals`: how many deals were sold
# - `unseen_eur`: what was given beyond the target without a granted request, in EUR
# - `each_eur`: `unseen_eur` for each deal sold of that size
#
# Euros are compared to within 1%.
# %% answer="leak"
deals["unseen_eur"] = deals["beyond_eur"]
### BEGIN SOLUTION
deals["unseen_eur"] = deals["beyond_eur"].where(~deals["approved"], 0)
### END SOLUTION
leak = deals.groupby("size").agg(deals=("size", "size"), unseen_eur=("unseen_eur", "sum")).reset_index()
leak["each_eur"] = leak["unseen_eur"] / leak["deals"]
# %% check="leak"
assert isinstance(leak, pd.DataFrame), "leak should be a DataFrame with one row for each size"
assert {"size", "deals", "unseen_eur", "each_eur"} <= set(leak.reset_index().columns), "leak needs the columns size, deals, unseen_eur and each_eur"
assert len(leak) == 3, f"three sizes are three rows; leak has {len(leak)}"
assert leak["unseen_eur"].sum() < deals["beyond_eur"].sum(), "some of what was given had been approved; it should not be in unseen_eur"
# %% hidden="leak"
expect(leak)
unseen = leak.set_index("size")["unseen_eur"]
assert unseen["small"] > 1.2 * unseen["large"], "small deals leak more in total than those that executives look at"
# %% after="leak"
bar(leak, "size", "unseen_eur", title="Given beyond the target in 2025 and seen by nobody, in EUR")
# %% [markdown] hint="leak"
# Two columns of `deals` matter: what was given beyond the target, and whether somebody approved it. What should stand in `unseen_eur` for an approved deal?
# %% [markdown] hint="leak"
# `Series.where(condition, 0)` keeps a value where the condition holds and puts 0 elsewhere. The condition is that nobody approved; `~` turns true into false.
# %% [markdown] wrong="all_given" task="leak"
# This counts what was approved as well. Large deals then look as bad as they do in the quarterly review, and the next rule is written for deals that somebody reads already.
# Which of these discounts has nobody seen?
# %% wrong="all_given" task="leak"
leak = deals.assign(unseen_eur=deals["beyond_eur"]).groupby("size").agg(deals=("size", "size"), unseen_eur=("unseen_eur", "sum")).reset_index()
leak["each_eur"] = leak["unseen_eur"] / leak["deals"]
# %% [markdown] wrong="dropped" task="leak"
# This leaves out the deals that somebody approved altogether, so they are missing from the count as well. Each remaining deal then looks dearer than it is, the large ones most of all, of which many were approved. How many
# deals of a size were sold?
# %% wrong="dropped" task="leak"
rest = deals[~deals["approved"]].assign(unseen_eur=deals["beyond_eur"])
leak = rest.groupby("size").agg(deals=("size", "size"), unseen_eur=("unseen_eur", "sum")).reset_index()
leak["each_eur"] = leak["unseen_eur"] / leak["deals"]
# %% [markdown] wrong="broken_rules" task="leak"
# This counts only what broke today's limits. Most of the small deals' discount was allowed, which is why nobody saw it, and a sheet built on this would keep the limits as they
# are. Is the question who broke a rule, or where the rule lets margin go?
# %% wrong="broken_rules" task="leak"
broke = (deals["over"] > deals["limit"]) & ~deals["approved"]
leak = deals.assign(unseen_eur=deals["beyond_eur"].where(broke, 0)).groupby("size").agg(deals=("size", "size"), unseen_eur=("unseen_eur", "sum")).reset_index()
leak["each_eur"] = leak["unseen_eur"] / leak["deals"]
# %% [markdown] wrong="past_the_limit" task="leak"
# This starts at today's limit instead of the target. What the limit allowed was given without a question too, and in small deals that is nearly all of it; the sum makes the limits look as if they worked. From where does
# the task measure what was given?
# %% wrong="past_the_limit" task="leak"
past = (deals["over"] - deals["limit"]).clip(lower=0) * deals["list_eur"]
leak = deals.assign(unseen_eur=past.where(~deals["approved"], 0)).groupby("size").agg(deals=("size", "size"), unseen_eur=("unseen_eur", "sum")).reset_index()
leak["each_eur"] = leak["unseen_eur"] / leak["deals"]
# %% [markdown] wrong="seen_only" task="leak"
# This adds up what somebody approved and leaves out the rest, so it is the margin that was looked at. Executives would be sent once more to the deals that they have read. Which of the two parts does the question
# ask for?
# %% wrong="seen_only" task="leak"
leak = deals.assign(unseen_eur=deals["beyond_eur"].where(deals["approved"], 0)).groupby("size").agg(deals=("size", "size"), unseen_eur=("unseen_eur", "sum")).reset_index()
leak["each_eur"] = leak["unseen_eur"] / leak["deals"]
# %% [markdown]
# For each deal that is signed a request costs `COST` euros: the time of two people, and of those who ask for quotes that are lost all the same. Where somebody asks, `BACK` of what lies beyond the target comes back, and the rest is granted with a reason. Ingrid and Tomasz Wieczorek have agreed on
# both figures; nobody has measured the second. So a request pays from the number of points *t* over the target at which
#
# *BACK × t × list value = COST*.
#
# The sheet has a cell for each size and tier. `typical` holds the median list value of each cell's deals, row by row.
# %% given
COST, BACK = 150, 0.5

typical = deals.groupby(["size", "tier"])["list_eur"].transform("median")
deals.groupby(["size", "tier"])["list_eur"].median().unstack().round(0)
# %% [markdown] task="matrix"
# **2. From how many points over the target must somebody be asked, in each cell?**
#
# As it stands, the code uses today's limits. Add the line that sets `deals["threshold"]` to *t* for the cell's `typical` list value, rounded **up** to whole points (0.031 becomes 0.04).
#
# `matrix` has one row for each `size` and `tier`:
#
# - `threshold`: points over the target, as a fraction (0.04 for 4 points)
# - `requests`: the deals of 2025 that lie over it, approved or not: each will be a request
# - `kept_eur`: `BACK` of what the deals among them that nobody saw gave beyond the target, in EUR (compared to within 1%)
# %% answer="matrix"
deals["threshold"] = deals["limit"]
### BEGIN SOLUTION
deals["threshold"] = np.ceil(100 * COST / (BACK * typical)) / 100
### END SOLUTION
deals["asks"] = deals["over"] > deals["threshold"] + 1e-9
deals["kept_eur"] = BACK * deals["beyond_eur"].where(deals["asks"] & ~deals["approved"], 0)
matrix = deals.groupby(["size", "tier"]).agg(threshold=("threshold", "median"), requests=("asks", "sum"), kept_eur=("kept_eur", "sum")).reset_index()
# %% check="matrix"
assert isinstance(matrix, pd.DataFrame), "matrix should be a DataFrame with one row for each size and tier"
seen = matrix.reset_index()
missing = [c for c in ["size", "tier", "threshold", "requests", "kept_eur"] if c not in seen.columns]
assert not missing, f"matrix lacks the columns {missing}"
cells = deals.groupby(["size", "tier"]).ngroups
assert len(seen) == cells, f"one row for each of the {cells} cells that have deals; matrix has {len(seen)}"
assert (seen["threshold"] < 0.2).all(), "threshold is a fraction: 0.04 for 4 points over the target"
assert (seen["threshold"] > 0).all(), "at a threshold of 0 every deal over the target is asked about, whether it pays or not: round up"
assert np.allclose(seen["threshold"] * 100, (seen["threshold"] * 100).round()), "thresholds are whole points"
# %% hidden="matrix"
expect(matrix)
found = matrix.reset_index().groupby("size").agg({"threshold": "max", "kept_eur": "sum"})
assert found.loc["small", "threshold"] > found.loc["large", "threshold"], "a small deal has to be further over before asking pays"
assert found.loc["small", "threshold"] < 0.13, "and still much nearer than today's limit"
assert found.loc["small", "kept_eur"] > 50_000, "and brings margin back from deals that nobody reads today"
# %% after="matrix"
matrix.pivot(index="size", columns="tier", values="threshold").loc[["small", "middle", "large"]]
# %% [markdown] hint="matrix"
# At the threshold a request just earns what it costs. Solve the equation above for t.
# %% [markdown] hint="matrix"
# t is `COST` divided by two things multiplied. Look at a cell with EUR 10,000 and a cell with EUR 100,000: which of them should have the higher t?
# %% [markdown] hint="matrix"
# For whole points, multiply by 100, take `np.ceil`, and divide by 100 again.
# %% [markdown] wrong="todays_limits" task="matrix"
# This keeps today's limits. In a small deal a seller may go 13 points over the target without asking, so the requests come from deals that were read anyway, and hardly any margin comes back.
# At how many points does a request begin to pay?
# %% wrong="todays_limits" task="matrix"
named = deals.assign(threshold=deals["limit"].round(3))
named["asks"] = named["over"] > named["threshold"] + 1e-9
named["kept_eur"] = BACK * named["beyond_eur"].where(named["asks"] & ~named["approved"], 0)
matrix = named.groupby(["size", "tier"]).agg(threshold=("threshold", "median"), requests=("asks", "sum"), kept_eur=("kept_eur", "sum")).reset_index()
# %% [markdown] wrong="all_comes_back" task="matrix"
# This takes for granted that all of the excess comes back when somebody asks. Half of it is granted, so thresholds come out half as high as they should, and small teams write requests that cost more than they bring. What
# does one request bring?
# %% wrong="all_comes_back" task="matrix"
named = deals.assign(threshold=np.ceil(100 * COST / typical) / 100)
named["asks"] = named["over"] > named["threshold"] + 1e-9
named["kept_eur"] = BACK * named["beyond_eur"].where(named["asks"] & ~named["approved"], 0)
matrix = named.groupby(["size", "tier"]).agg(threshold=("threshold", "median"), requests=("asks", "sum"), kept_eur=("kept_eur", "sum")).reset_index()
# %% [markdown] wrong="one_for_all" task="matrix"
# This sets one threshold for all cells, from the median deal of the company. It looks fair and is easy to remember; the small cells then ask too often and the large ones give thousands of euros before anybody has to
# be asked. Whose list value belongs into a cell's threshold?
# %% wrong="one_for_all" task="matrix"
named = deals.assign(threshold=np.ceil(100 * COST / (BACK * deals["list_eur"].median())) / 100)
named["asks"] = named["over"] > named["threshold"] + 1e-9
named["kept_eur"] = BACK * named["beyond_eur"].where(named["asks"] & ~named["approved"], 0)
matrix = named.groupby(["size", "tier"]).agg(threshold=("threshold", "median"), requests=("asks", "sum"), kept_eur=("kept_eur", "sum")).reset_index()
# %% [markdown] wrong="each_its_own" task="matrix"
# This works out a threshold for every deal from its own list value. The table hides it, since it shows the middle one of each cell's thresholds; a seller with the printed sheet would be held to another number than the one that
# stands there. For which list value is a cell's threshold set?
# %% wrong="each_its_own" task="matrix"
named = deals.assign(threshold=np.ceil(100 * COST / (BACK * deals["list_eur"])) / 100)
named["asks"] = named["over"] > named["threshold"] + 1e-9
named["kept_eur"] = BACK * named["beyond_eur"].where(named["asks"] & ~named["approved"], 0)
matrix = named.groupby(["size", "tier"]).agg(threshold=("threshold", "median"), requests=("asks", "sum"), kept_eur=("kept_eur", "sum")).reset_index()
# %% [markdown]
# Points over the target say nothing of a product that leaves a tenth of its price at best. So margin is the third entry of the sheet: a line that leaves **less than 10%** of what the customer pays goes to Tomasz Wieczorek, at whatever
# discount and from whichever cell, even where it stays under the threshold.
#
# The others go to the team's manager, the regional lead or Ingrid Solheim, by size, and one step higher for a customer of tier A, whose price comes back with every later order.
#
# Before they promise an answer within the working day, they want to know what they promise. Beside `deals` you now get `quoted`: every line that was quoted in 2025, with the same columns, your thresholds, its `approver`, and its `status`
# (`"accepted"`, `"rejected"`, `"superseded"` by a later version, `"open"`).
# %% given
FLOOR = 0.10
STEPS = ["team manager", "regional lead", "Ingrid Solheim"]

quoted = quoted.merge(matrix[["size", "tier", "threshold"]], on=["size", "tier"], how="left")
step = quoted["size"].map({"small": 0, "middle": 1, "large": 2}) + (quoted["tier"] == "A")
quoted["approver"] = np.array(STEPS)[step.clip(upper=2).to_numpy()]
quoted[["status", "size", "tier", "over", "threshold", "margin_rate", "approver"]].head()
# %% [markdown] task="approver_load"
# **3. How many requests will each approver have to answer in a year, and what do they keep?**
#
# Had the sheet been in force in 2025, with nobody's discounts changed by it: `approver_load` has one row for each `approver` with
#
# - `requests`: how many lines would have come to this desk to be answered
# - `kept_eur`: `BACK` of what the company gave beyond the target in those of them that nobody saw, in EUR (compared to within 1%)
#
# The two columns need not be about the same lines.
# %% answer="approver_load"
### BEGIN SOLUTION
thin = quoted["margin_rate"] < FLOOR
asks = (quoted["over"] > quoted["threshold"] + 1e-9) | thin
quoted["approver"] = quoted["approver"].mask(thin, "Tomasz Wieczorek")
given_away = asks & (quoted["status"] == "accepted") & ~quoted["approved"]
quoted["kept_eur"] = BACK * quoted["beyond_eur"].where(given_away, 0)
approver_load = quoted[asks].groupby("approver").agg(requests=("approver", "size"), kept_eur=("kept_eur", "sum")).reset_index()
### END SOLUTION
# %% check="approver_load"
assert isinstance(approver_load, pd.DataFrame), "approver_load should be a DataFrame with one row for each approver"
assert {"approver", "requests", "kept_eur"} <= set(approver_load.reset_index().columns), "approver_load needs the columns approver, requests and kept_eur"
assert "Tomasz Wieczorek" in set(approver_load.reset_index()["approver"]), "lines that leave less than 10% go to Tomasz Wieczorek"
assert approver_load["requests"].sum() >= matrix["requests"].sum(), "the margin rule adds requests to those of the matrix; it takes none away"
# %% hidden="approver_load"
expect(approver_load)
by = approver_load.reset_index().set_index("approver")
assert by["requests"].sum() > 1.5 * matrix["requests"].sum(), "most requests are for quotes that are not signed in the end"
assert by["requests"].idxmax() == "team manager" and by.loc["Ingrid Solheim", "requests"] < 0.2 * by["requests"].sum(), "few of them land on her desk"
# %% after="approver_load"
print(f"requests made in 2025 under today's limits: {int(approvals['asked_on'].dt.year.eq(2025).sum())}; under the new sheet: {int(approver_load['requests'].sum())}")
approver_load
# %% [markdown] hint="approver_load"
# Think of the afternoon on which a seller writes a request. What does nobody know yet? And in which lines was money given away in the end?
# %% [markdown] hint="approver_load"
# A line is asked about if it is over its threshold or leaves less than `FLOOR`; in Python `|` joins the two conditions. `Series.mask(condition, value)` puts a value where the condition holds, here another approver.
# %% [markdown] hint="approver_load"
# Count the lines of `quoted` that are asked about. For `kept_eur`, put 0 wherever `status` is not `"accepted"` or somebody approved; then group by `approver`.
# %% [markdown] wrong="signed_only" task="approver_load"
# This counts the requests for deals that were signed. A manager would promise a working day and find more than twice as many questions on the desk, most of them for customers who say no in the end. What does the seller
# know of the customer's answer when the request is written?
# %% wrong="signed_only" task="approver_load"
signed = quoted[quoted["status"] == "accepted"]
thin = signed["margin_rate"] < FLOOR
asked = signed[(signed["over"] > signed["threshold"] + 1e-9) | thin]
asked = asked.assign(
    approver=asked["approver"].mask(thin[asked.index], "Tomasz Wieczorek"),
    kept_eur=BACK * asked["beyond_eur"].where(~asked["approved"], 0),
)
approver_load = asked.groupby("approver").agg(requests=("approver", "size"), kept_eur=("kept_eur", "sum")).reset_index()
# %% [markdown] wrong="money_of_lost_quotes" task="approver_load"
# The requests are right. The money counts lines that were never signed, so the sheet would be credited with discounts that no customer took, and would seem to keep at least twice what it can. On which lines did the
# company give anything away?
# %% wrong="money_of_lost_quotes" task="approver_load"
thin = quoted["margin_rate"] < FLOOR
asked = quoted[(quoted["over"] > quoted["threshold"] + 1e-9) | thin]
asked = asked.assign(
    approver=asked["approver"].mask(thin[asked.index], "Tomasz Wieczorek"),
    kept_eur=BACK * asked["beyond_eur"].where(~asked["approved"], 0),
)
approver_load = asked.groupby("approver").agg(requests=("approver", "size"), kept_eur=("kept_eur", "sum")).reset_index()
# %% [markdown] wrong="share_of_list" task="approver_load"
# This takes what is left as a share of the list price, which nobody paid. Lines that leave 11 or 12% of the money that came in land on Tomasz Wieczorek's desk too, and the rule loses its friends in
# the first week. Of which price is `margin_rate` a share?
# %% wrong="share_of_list" task="approver_load"
thin = quoted["net_eur"] * quoted["margin_rate"] / quoted["list_eur"] < FLOOR
asked = quoted[(quoted["over"] > quoted["threshold"] + 1e-9) | thin]
asked = asked.assign(
    approver=asked["approver"].mask(thin[asked.index], "Tomasz Wieczorek"),
    kept_eur=BACK * asked["beyond_eur"].where(~asked["approved"] & (asked["status"] == "accepted"), 0),
)
approver_load = asked.groupby("approver").agg(requests=("approver", "size"), kept_eur=("kept_eur", "sum")).reset_index()
# %% [markdown] wrong="thin_not_asked" task="approver_load"
# This sends thin lines to Tomasz Wieczorek only where they are over their threshold as well. The others leave hardly anything at a discount that the policy calls usual, and they are the very lines for which the sheet needed a third
# entry. Which of the two rules is enough for a line to be asked about?
# %% wrong="thin_not_asked" task="approver_load"
asked = quoted[quoted["over"] > quoted["threshold"] + 1e-9]
asked = asked.assign(
    approver=asked["approver"].mask(asked["margin_rate"] < FLOOR, "Tomasz Wieczorek"),
    kept_eur=BACK * asked["beyond_eur"].where(~asked["approved"] & (asked["status"] == "accepted"), 0),
)
approver_load = asked.groupby("approver").agg(requests=("approver", "size"), kept_eur=("kept_eur", "sum")).reset_index()
# %% [markdown] wrong="approved_left_out" task="approver_load"
# The money is right. The requests leave out what somebody had approved, as if those questions answered themselves; the approvers would promise a working day knowing a part of what comes. Would a line that was approved
# under the old rules have to be asked about under the sheet?
# %% wrong="approved_left_out" task="approver_load"
thin = quoted["margin_rate"] < FLOOR
asked = quoted[(quoted["over"] > quoted["threshold"] + 1e-9) | thin]
asked = asked.assign(
    approver=asked["approver"].mask(thin[asked.index], "Tomasz Wieczorek"),
    kept_eur=BACK * asked["beyond_eur"].where(~asked["approved"] & (asked["status"] == "accepted"), 0),
)
approver_load = asked.assign(open=~asked["approved"]).groupby("approver").agg(requests=("open", "sum"), kept_eur=("kept_eur", "sum")).reset_index()
# %% [markdown] wrong="versions_left_out" task="approver_load"
# The money is right. The requests leave out quotes that a later version replaced, and somebody had read those by then; a customer who bargains over three versions makes three questions. Which of them could the approver
# have known to be the last?
# %% wrong="versions_left_out" task="approver_load"
thin = quoted["margin_rate"] < FLOOR
asked = quoted[(quoted["over"] > quoted["threshold"] + 1e-9) | thin]
asked = asked.assign(
    approver=asked["approver"].mask(thin[asked.index], "Tomasz Wieczorek"),
    kept_eur=BACK * asked["beyond_eur"].where(~asked["approved"] & (asked["status"] == "accepted"), 0),
)
approver_load = asked.assign(last=asked["status"] != "superseded").groupby("approver").agg(requests=("last", "sum"), kept_eur=("kept_eur", "sum")).reset_index()
# %% [markdown] wrong="granted_again" task="approver_load"
# The requests are right. The money counts discounts that somebody had read and granted, and the sheet is credited with what the old rules had looked at already; the desks that read most today gain most by it. Of which lines
# does the sheet bring news?
# %% wrong="granted_again" task="approver_load"
thin = quoted["margin_rate"] < FLOOR
asked = quoted[(quoted["over"] > quoted["threshold"] + 1e-9) | thin]
asked = asked.assign(
    approver=asked["approver"].mask(thin[asked.index], "Tomasz Wieczorek"),
    kept_eur=BACK * asked["beyond_eur"].where(asked["status"] == "accepted", 0),
)
approver_load = asked.groupby("approver").agg(requests=("approver", "size"), kept_eur=("kept_eur", "sum")).reset_index()
# %% [markdown] wrong="both_desks" task="approver_load"
# This sends a thin line that is over its threshold to two desks, its cell's and Tomasz Wieczorek's. One question is then answered twice and what it keeps is entered twice. Whose is it, once it leaves less than 10%?
# %% wrong="both_desks" task="approver_load"
thin = quoted["margin_rate"] < FLOOR
asked = quoted[(quoted["over"] > quoted["threshold"] + 1e-9) | thin]
asked = asked.assign(kept_eur=BACK * asked["beyond_eur"].where(~asked["approved"] & (asked["status"] == "accepted"), 0))
asked = pd.concat([asked[asked["over"] > asked["threshold"] + 1e-9], asked[thin[asked.index]].assign(approver="Tomasz Wieczorek")])
approver_load = asked.groupby("approver").agg(requests=("approver", "size"), kept_eur=("kept_eur", "sum")).reset_index()
