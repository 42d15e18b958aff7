# ---
# topic: "5.5"
# title: Data clean enough to forecast
# tables: [crm_accounts_raw, opportunities]
# tasks:
#   quality:
#     points: 4
#     answer: {type: table, keys: [from_percent], columns: {precision: 0.004, recall: 0.004, cost_eur: 5}}
#   error:
#     points: 4
#     answer: {type: table, keys: [quarter], columns: {left_out_eur: 1000, rate_eur: 1000}}
# ---
# %% [markdown]
# Two rules are proposed for the CRM. One merges account records that mean the same firm. The other concerns deals whose close date has passed:
# Tomasz Wieczorek wants them struck out, Luca Ferrante wants to keep them. You say what each rule does before anybody enforces it.
#
# **Accounts.** Firms stand in the CRM twice, spelt differently. `clean` takes a name down to what matters, and
# `similarity` of two cleaned names is 100 if they are equal and falls with each letter that differs. Comparing each record with each other would
# take over two million comparisons. So only records of one *block* are compared: those whose cleaned names share the first two letters and the last two.
#
# An auditor has gone through some of the records by hand. `audit_group` tells which firm they are: records with the same group are one firm. It is
# empty where nobody looked.
# %% given
import difflib
import re
import unicodedata

import pandas as pd

from course.case import load

records, opportunities = load("crm_accounts_raw", "opportunities")

LEGAL = set("gmbh ag ltd plc inc llc corp dac sas sa nv bv ab aps as asa oy oyj spa srl sl lda co kg".split())


def clean(name):
    """A firm's name in small letters, without accents, dots and the legal form."""
    text = name.lower().replace("ø", "o").replace("ß", "ss").replace("æ", "ae").replace(".", "").replace("/", "")
    text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(word for word in re.findall("[a-z]+", text) if word not in LEGAL)


def similarity(a, b):
    """0 to 100."""
    return 100 * difflib.SequenceMatcher(None, a, b).ratio()


records["cleaned"] = records["name"].map(clean)
records["block"] = records["cleaned"].str[:2] + records["cleaned"].str[-2:]
columns = ["record_id", "name", "cleaned", "audit_group", "block"]
pairs = records[columns].merge(records[columns], on="block", suffixes=("_a", "_b"))
pairs = pairs[pairs["record_id_a"] < pairs["record_id_b"]].drop(columns="block").reset_index(drop=True)
pairs["similarity"] = [similarity(a, b) for a, b in zip(pairs["cleaned_a"], pairs["cleaned_b"], strict=True)]
LIMITS = [100, 95, 90, 85, 80]

pairs.sort_values("similarity", ascending=False)[["name_a", "name_b", "similarity", "audit_group_a", "audit_group_b"]].iloc[::60].head(8)
# %% [markdown] task="quality"
# **1. From which similarity on may a machine merge?**
#
# Try five rules: merge every pair whose similarity is **at least** 100, 95, 90, 85 or 80. Measure each on the audited records.
#
# 1. A pair can be judged if both its records were audited.
# 2. Precision is the share of the judged pairs merged by the rule that are one firm.
# 3. Recall is the share of all pairs of audited records that are one firm which the rule merges. Some of these pairs may never have met in a block;
#    count them from `records`.
# 4. A wrong merge costs €400, since two customers' orders and prices are then one file. A duplicate that stays costs €60.
#
# `quality` is a DataFrame with five rows and the columns
#
# - `from_percent`: 100, 95, 90, 85, 80
# - `precision`, `recall`: fractions, within 0.004
# - `cost_eur`: what wrong merges and duplicates that stay cost in the audited sample (EUR)
# %% answer="quality"
### BEGIN SOLUTION
judged = pairs.dropna(subset=["audit_group_a", "audit_group_b"])
judged = judged.assign(same=judged["audit_group_a"] == judged["audit_group_b"])
size = records.groupby("audit_group").size()
all_same = int((size * (size - 1) / 2).sum())

rows = []
for limit in LIMITS:
    merged = judged[judged["similarity"] >= limit]
    right = int(merged["same"].sum())
    wrong = len(merged) - right
    rows.append({
        "from_percent": limit, "precision": right / len(merged), "recall": right / all_same,
        "cost_eur": 400 * wrong + 60 * (all_same - right),
    })
quality = pd.DataFrame(rows)
### END SOLUTION
# %% check="quality"
seen = quality.reset_index() if "from_percent" not in quality.columns else quality
assert sorted(seen["from_percent"]) == [80, 85, 90, 95, 100], "one row for each of the five rules"
assert seen["precision"].between(0, 1).all() and seen["recall"].between(0, 1).all(), "precision and recall are fractions: 0.9 for 90%"
assert seen.sort_values("from_percent")["recall"].is_monotonic_decreasing, "a stricter rule cannot find more"
# %% hidden="quality"
expect(quality)
rows = (quality.reset_index() if "from_percent" not in quality.columns else quality).set_index("from_percent")
assert rows.loc[80, "precision"] < rows.loc[95, "precision"] and rows.loc[95, "recall"] > rows.loc[100, "recall"] + 0.05, "similar finds what equal misses, up to a point"
# %% after="quality"
from course.plot import line

both = quality.melt("from_percent", ["precision", "recall"], var_name="measure", value_name="share")
line(both, "from_percent", "share", colour="measure", title="Precision and recall, by the similarity from which a pair is merged")
# %% [markdown] hint="quality"
# What do you know of a pair of which one record was never audited? It is neither right nor wrong.
# %% [markdown] hint="quality"
# Keep the pairs with two audit groups and compare these. For recall you need the number of true pairs: a group of two records is one pair, a group of
# three would be three.
# %% [markdown] hint="quality"
# `pairs.dropna(subset=["audit_group_a", "audit_group_b"])` are the pairs that can be judged; `records.groupby("audit_group").size()` tells how many
# records each firm has.
# %% [markdown] wrong="unseen_as_wrong" task="quality"
# This counts a merge as wrong whenever the audit does not confirm it, also where no auditor looked. Precision then falls to a tenth, and the rule is thrown
# out although nearly all its merges are right. Which pairs has somebody judged?
# %% wrong="unseen_as_wrong" task="quality"
judged = pairs.assign(same=(pairs["audit_group_a"] == pairs["audit_group_b"]) & pairs["audit_group_a"].notna())
size = records.groupby("audit_group").size()
all_same = int((size * (size - 1) / 2).sum())
rows = []
for limit in LIMITS:
    merged = judged[judged["similarity"] >= limit]
    right = int(merged["same"].sum())
    rows.append({"from_percent": limit, "precision": right / len(merged), "recall": right / all_same, "cost_eur": 400 * (len(merged) - right) + 60 * (all_same - right)})
quality = pd.DataFrame(rows)
# %% [markdown] wrong="accuracy" task="quality"
# This is the share of all compared pairs on which the rule is right, those that it rightly leaves alone among them. Nearly all pairs are two firms, so every rule
# gets a fine mark, also one that never merges. Of the pairs that were merged, how many are one firm?
# %% wrong="accuracy" task="quality"
judged = pairs.dropna(subset=["audit_group_a", "audit_group_b"])
judged = judged.assign(same=judged["audit_group_a"] == judged["audit_group_b"])
size = records.groupby("audit_group").size()
all_same = int((size * (size - 1) / 2).sum())
rows = []
for limit in LIMITS:
    says = judged["similarity"] >= limit
    right = int((says & judged["same"]).sum())
    rows.append({"from_percent": limit, "precision": (says == judged["same"]).mean(), "recall": right / all_same, "cost_eur": 400 * (int(says.sum()) - right) + 60 * (all_same - right)})
quality = pd.DataFrame(rows)
# %% [markdown] wrong="met_in_block" task="quality"
# This counts only pairs that met in a block as pairs to be found. Those that the blocks kept apart, because a name begins or ends otherwise, are missed by every rule, and here by the measure as well. Where do records stand before any
# block is formed?
# %% wrong="met_in_block" task="quality"
judged = pairs.dropna(subset=["audit_group_a", "audit_group_b"])
judged = judged.assign(same=judged["audit_group_a"] == judged["audit_group_b"])
met = int(judged["same"].sum())
rows = []
for limit in LIMITS:
    merged = judged[judged["similarity"] >= limit]
    right = int(merged["same"].sum())
    rows.append({"from_percent": limit, "precision": right / len(merged), "recall": right / met, "cost_eur": 400 * (len(merged) - right) + 60 * (met - right)})
quality = pd.DataFrame(rows)
# %% [markdown] wrong="of_all_firms" task="quality"
# This divides what was found by all audited firms, most of which have no duplicate. Recall can then never reach a fifth, and somebody lowers the limit to find
# duplicates that do not exist. How many pairs were there to be found?
# %% wrong="of_all_firms" task="quality"
judged = pairs.dropna(subset=["audit_group_a", "audit_group_b"])
judged = judged.assign(same=judged["audit_group_a"] == judged["audit_group_b"])
firms = records["audit_group"].nunique()
rows = []
for limit in LIMITS:
    merged = judged[judged["similarity"] >= limit]
    right = int(merged["same"].sum())
    rows.append({"from_percent": limit, "precision": right / len(merged), "recall": right / firms, "cost_eur": 400 * (len(merged) - right) + 60 * (firms - right)})
quality = pd.DataFrame(rows)
# %% [markdown]
# **Close dates.** On the first day of each quarter Tessaly forecasts what the deals then open will bring in the quarter. `open_on(day)` gives them with two flags: `due`
# if the close date lies in the quarter, `overdue` if it had passed already. `won_eur` is what the deal brought in the quarter, 0 if it was not won in it.
#
# Tomasz's forecast strikes out what is overdue and multiplies what is due by `RATE`, the share that due deals brought in 2024.
# %% given
def open_on(day):
    """The deals open on the first day of a quarter, as they stood on that day."""
    end = day + pd.DateOffset(months=3)
    deals = opportunities[(opportunities["created_on"] < day) & ~(opportunities["closed_on"] < day)]
    won = (deals["status"] == "won") & (deals["closed_on"] < end)
    return deals.assign(
        overdue=deals["expected_close_on"] < day,
        due=(deals["expected_close_on"] >= day) & (deals["expected_close_on"] < end),
        amount_eur=deals["amount_eur"].fillna(0),
        won_eur=deals["amount_eur"].where(won, 0).fillna(0),
    )


before = pd.concat([open_on(day) for day in pd.date_range("2024-01-01", "2024-10-01", freq="QS")])
RATE = before.loc[before["due"], "won_eur"].sum() / before.loc[before["due"], "amount_eur"].sum()
FIRST_DAYS = pd.date_range("2025-01-01", "2025-10-01", freq="QS")
print(f"Of the amounts due in a quarter of 2024, {RATE:.1%} were won in it.")
open_on(FIRST_DAYS[0])[["opportunity_id", "expected_close_on", "amount_eur", "overdue", "due", "won_eur"]].head()
# %% [markdown] task="error"
# **2. Which part of the forecast error do clean dates cure?**
#
# For each quarter of 2025, take apart the error of Tomasz's forecast: what the deals open on its first day brought, less what he forecast.
#
# 1. One part are the deals that he struck out and that were won in the quarter all the same.
# 2. The other part are the deals that he counted and that brought more or less than `RATE` of their amount.
#
# `error` is a DataFrame with four rows and the columns
#
# - `quarter`: text such as `"2025Q1"`
# - `left_out_eur`: the first part (EUR, within 1,000)
# - `rate_eur`: the second part, negative where the deals brought less than forecast (EUR, within 1,000)
# %% answer="error"
### BEGIN SOLUTION
rows = []
for day in FIRST_DAYS:
    deals = open_on(day)
    counted, struck = deals[deals["due"]], deals[deals["overdue"]]
    rows.append({
        "quarter": f"{day.year}Q{day.quarter}",
        "left_out_eur": struck["won_eur"].sum(),
        "rate_eur": counted["won_eur"].sum() - RATE * counted["amount_eur"].sum(),
    })
error = pd.DataFrame(rows)
### END SOLUTION
# %% check="error"
seen = error.reset_index() if "quarter" not in error.columns else error
assert set(seen["quarter"]) == {"2025Q1", "2025Q2", "2025Q3", "2025Q4"}, 'four rows, named "2025Q1" to "2025Q4"'
assert (seen["left_out_eur"] >= 0).all(), "a deal that was struck out can bring something or nothing; it can't bring less"
# %% hidden="error"
expect(error)
assert (error["left_out_eur"] > 0).all(), "overdue deals were won in each quarter"
# %% after="error"
from course.plot import bar

both = error.melt("quarter", ["left_out_eur", "rate_eur"], var_name="part", value_name="eur")
bar(both, "quarter", "eur", colour="part", title="Two errors of the forecast: overdue deals left out, and the rate")
# %% [markdown] hint="error"
# A deal open on the first day was either counted, struck out, or dated for later. Look at each of the first two by itself.
# %% [markdown] hint="error"
# `deals = open_on(day)`. What did those with `overdue` bring? And what did those with `due` bring, less `RATE` times their amount?
# %% [markdown] hint="error"
# `deals.loc[deals["overdue"], "won_eur"].sum()` is the first part. The second is the same sum over `due`, less `RATE * deals.loc[deals["due"], "amount_eur"].sum()`.
# %% [markdown] wrong="net_only" task="error"
# This puts the whole error into the rate and takes what the overdue deals brought as more of the same. The two parts often have opposite signs, so a forecast that
# looks right leaves out deals and promises too much for the rest. Which deals did Tomasz never multiply by anything?
# %% wrong="net_only" task="error"
rows = []
for day in FIRST_DAYS:
    deals = open_on(day)
    counted = deals[deals["due"]]
    rows.append({"quarter": f"{day.year}Q{day.quarter}", "left_out_eur": 0.0, "rate_eur": deals["won_eur"].sum() - RATE * counted["amount_eur"].sum()})
error = pd.DataFrame(rows)
# %% [markdown] wrong="expected" task="error"
# This takes the overdue deals at `RATE` times their amount, as if that were what they brought. It is a forecast of the second kind, and it can't show by how much the
# first was wrong; Luca would be believed without a test. What did these deals really bring?
# %% wrong="expected" task="error"
rows = []
for day in FIRST_DAYS:
    deals = open_on(day)
    counted, struck = deals[deals["due"]], deals[deals["overdue"]]
    rows.append({
        "quarter": f"{day.year}Q{day.quarter}", "left_out_eur": RATE * struck["amount_eur"].sum(),
        "rate_eur": counted["won_eur"].sum() - RATE * counted["amount_eur"].sum(),
    })
error = pd.DataFrame(rows)
# %% [markdown] wrong="all_else_won" task="error"
# This counts everything else that was won in the quarter as left out, deals that did not exist on its first day among it. Cleaner dates would then be praised for what no date could
# have told, and the rule would disappoint. Which deals were open when the forecast was made?
# %% wrong="all_else_won" task="error"
rows = []
for day in FIRST_DAYS:
    deals = open_on(day)
    counted = deals[deals["due"]]
    end = day + pd.DateOffset(months=3)
    closed = opportunities[(opportunities["status"] == "won") & (opportunities["closed_on"] >= day) & (opportunities["closed_on"] < end)]
    rows.append({
        "quarter": f"{day.year}Q{day.quarter}", "left_out_eur": closed["amount_eur"].sum() - counted["won_eur"].sum(),
        "rate_eur": counted["won_eur"].sum() - RATE * counted["amount_eur"].sum(),
    })
error = pd.DataFrame(rows)
