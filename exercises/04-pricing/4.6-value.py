# ---
# topic: "4.6"
# title: Selling on value
# tables: [value_drivers, quotes, discount_policy, opportunities]
# tasks:
#   bought:
#     points: 3
#     answer: {type: table, keys: [band], columns: {quotes: 0.4, win_rate: 0.001, low: 0.001, high: 0.001}}
#   worth:
#     points: 3
#     answer: {type: table, keys: [opportunity_id], columns: {gain_eur: "0.5%", ask_eur: "0.5%"}}
#   offers:
#     points: 2
#     answer: {type: mapping, tolerance: "1%"}
# ---
# %% [markdown]
# Luca Ferrante has a drawer of open offers that he wants to close before the new price list, each with a discount. Ingrid Solheim asks two questions before she lets him:
# did discount win anything in the past, and which of these customers gain enough without it?
#
# `decided` holds the quotes of 2023 to 2025 that were accepted or rejected, one row for the main line of each deal, without Series 7, which the reading has looked at. `over` is the
# discount less the policy's *standard* discount for that product and quantity (0.05: 5 points more than anybody gets); `won` is true or false.
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

drivers, quotes, policy, opportunities = load("value_drivers", "quotes", "discount_policy", "opportunities")
decided = quotes[quotes["status"].isin(["accepted", "rejected"]) & (quotes["product_line"] != "series-7")].sort_values("quantity")
decided = pd.merge_asof(decided, policy.sort_values("min_quantity"), by="product_id", left_on="quantity", right_on="min_quantity")
decided = decided.merge(opportunities[["opportunity_id", "product_id"]], on=["opportunity_id", "product_id"])  # the main line of the deal
decided["over"] = (decided["discount_rate"] - decided["standard_rate"]).round(4)
decided["won"] = decided["status"] == "accepted"
decided = decided[["opportunity_id", "discount_rate", "over", "won", "net_eur"]]

EDGES = [-1, 0, 0.04, 0.08, 0.12, 1]
BANDS = ["none", "to 4", "to 8", "to 12", "more"]


def wilson(k, n):
    """The ends of the 95% Wilson interval for k out of n."""
    z, p = 1.96, k / n
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return middle - half, middle + half


decided.head()
# %% [markdown] task="bought"
# **1. How often was a deal won, by points of discount over the standard?**
#
# 1. Cut `over` at `EDGES` into `BANDS` (`pd.cut`; the upper edge belongs to its band).
# 2. In each band count the quotes and the won ones. The win rate is won divided by all in the band.
# 3. Give each rate its 95% Wilson interval with `wilson`.
#
# `bought` is a DataFrame with one row for each `band` and the columns `quotes`, `win_rate`, `low`, `high` (the rates as fractions, tolerance 0.001).
# %% answer="bought"
### BEGIN SOLUTION
band = pd.cut(decided["over"], EDGES, labels=BANDS).astype(str).rename("band")
bought = decided.groupby(band)["won"].agg(quotes="size", wins="sum").reset_index()
bought["win_rate"] = bought["wins"] / bought["quotes"]
bought["low"], bought["high"] = wilson(bought["wins"], bought["quotes"])
### END SOLUTION
# %% check="bought"
assert isinstance(bought, pd.DataFrame), "bought should be a DataFrame with one row for each band"
seen = bought.reset_index()
missing = [c for c in ["band", "quotes", "win_rate", "low", "high"] if c not in seen.columns]
assert not missing, f"bought lacks the columns {missing}"
assert set(seen["band"].astype(str)) == set(BANDS), f"the bands are {BANDS}"
assert seen["win_rate"].between(0, 1).all(), "win_rate is a fraction: 0.4 for 40%"
assert seen["quotes"].sum() == len(decided), "each decided quote belongs to one band"
# %% hidden="bought"
expect(bought)
rate = bought.assign(band=bought["band"].astype(str)).set_index("band")["win_rate"]
assert rate["to 8"] > rate["none"] + 0.02, "some discount helps"
assert rate["more"] < rate["to 8"] + 0.05, "beyond a level it does not"
# %% after="bought"
bar(bought, "band", "win_rate", title="Win rate by points of discount over the standard")
# %% [markdown] hint="bought"
# A rate needs all quotes of its band below the line, those that were turned down as well.
# %% [markdown] hint="bought"
# `pd.cut(decided["over"], EDGES, labels=BANDS)` gives each quote its band. Group by it: `size` is the number of quotes and the `sum` of `won` the number won.
# %% [markdown] hint="bought"
# Turn the band into text with `.astype(str)` before grouping. `wilson(wins, quotes)` takes two columns and returns two, `low` and `high`.
# %% [markdown] wrong="from_list" task="bought"
# This counts points from the list price instead of from the standard discount. Nearly every quote lies beyond 8 points then, large orders by policy alone, and products with a high standard pass for
# generous sellers. How much of a discount did somebody decide to give?
# %% wrong="from_list" task="bought"
band = pd.cut(decided["discount_rate"], EDGES, labels=BANDS).astype(str).rename("band")
bought = decided.groupby(band)["won"].agg(quotes="size", wins="sum").reset_index()
bought["win_rate"] = bought["wins"] / bought["quotes"]
bought["low"], bought["high"] = wilson(bought["wins"], bought["quotes"])
# %% [markdown] wrong="share_of_wins" task="bought"
# This says how the won deals are spread over the bands. Most wins have some discount because most quotes have; a drawer of lost ones with the same discount stays out of sight, and every discount looks
# as if it had won something. Won, out of how many that were offered it?
# %% wrong="share_of_wins" task="bought"
band = pd.cut(decided["over"], EDGES, labels=BANDS).astype(str).rename("band")
bought = decided.groupby(band)["won"].agg(quotes="size", wins="sum").reset_index()
bought["win_rate"] = bought["wins"] / bought["wins"].sum()
bought["low"], bought["high"] = wilson(bought["wins"], bought["wins"].sum())
# %% [markdown]
# For some of the open deals the value was worked out together with the customer: `drivers` has a row for each driver of value in an opportunity. `open_offers` holds the open ones among them, for the whole deal, with
# `standard_eur`, the price at the standard discount that anybody gets, and `net_eur`, the price now offered.
#
# A driver with `sign` `"plus"` brings the customer `yearly_eur` in each of `years` years. One with `"minus"` is paid once; its amount stands in the same column, with `years` 1. `reference_price_eur`, the same in all rows of an opportunity, is what the next best
# alternative costs. Tessaly's rule: the customer keeps 60% of the gain over that alternative.
# %% given
KEEPS = 0.6
open_lines = quotes[quotes["status"] == "open"].sort_values("quantity")
open_lines = pd.merge_asof(open_lines, policy.sort_values("min_quantity"), by="product_id", left_on="quantity", right_on="min_quantity")
open_lines["standard_eur"] = open_lines["list_eur"] * (1 - open_lines["standard_rate"])
open_offers = open_lines.groupby("opportunity_id", as_index=False)[["standard_eur", "net_eur"]].sum()
open_offers = open_offers[open_offers["opportunity_id"].isin(drivers["opportunity_id"])].reset_index(drop=True)
drivers[drivers["opportunity_id"] == open_offers["opportunity_id"].iloc[0]]
# %% [markdown] task="worth"
# **2. What does each open offer gain the customer, and what may Tessaly ask for it?**
#
# 1. The *gain*: all that the plus drivers bring over their years, less what the minus drivers cost.
# 2. The *ask*: the reference price plus Tessaly's part of the gain, but never more than `standard_eur`.
#
# `worth` is a DataFrame with one row for each `opportunity_id` in `open_offers` and the columns `gain_eur` and `ask_eur` (EUR; compared to within 0.5%).
# %% answer="worth"
### BEGIN SOLUTION
amount = (drivers["yearly_eur"] * drivers["years"]).where(drivers["sign"] == "plus", -drivers["yearly_eur"])
summed = drivers.assign(gain_eur=amount).groupby("opportunity_id", as_index=False).agg(
    gain_eur=("gain_eur", "sum"), reference_eur=("reference_price_eur", "first")
)
worth = open_offers.merge(summed, on="opportunity_id")
worth["ask_eur"] = (worth["reference_eur"] + (1 - KEEPS) * worth["gain_eur"]).clip(upper=worth["standard_eur"])
### END SOLUTION
# %% check="worth"
assert isinstance(worth, pd.DataFrame), "worth should be a DataFrame with one row for each open offer"
seen = worth.reset_index()
missing = [c for c in ["opportunity_id", "gain_eur", "ask_eur"] if c not in seen.columns]
assert not missing, f"worth lacks the columns {missing}"
assert len(seen) == len(open_offers) and seen["opportunity_id"].is_unique, f"{len(open_offers)} open offers make {len(open_offers)} rows; worth has {len(seen)}"
most = seen["opportunity_id"].map(open_offers.set_index("opportunity_id")["standard_eur"])
assert (seen["ask_eur"] <= most + 0.01).all(), "nobody is asked for more than the price at the standard discount"
reference = seen["opportunity_id"].map(drivers.groupby("opportunity_id")["reference_price_eur"].first())
assert (seen["ask_eur"] <= reference + 0.5 * seen["gain_eur"].clip(lower=0) + 0.01).all(), "the customer keeps more than half of the gain; some asks leave less"
# %% hidden="worth"
expect(worth)
assert (worth["gain_eur"] > 0).mean() > 0.5, "most offers bring more than the alternative"
# %% after="worth"
worth.head(8).round(0)
# %% [markdown] hint="worth"
# Take one opportunity and a pencil. What does each of its rows add or take away over the years that the customer reckons with, and how often do you pay the alternative?
# %% [markdown] hint="worth"
# Make a column of signed amounts first (`Series.where` chooses between two). Sum it by opportunity; the reference price is taken once, with `first`.
# %% [markdown] hint="worth"
# `.agg(gain_eur=("gain_eur", "sum"), reference_eur=("reference_price_eur", "first"))`, then merge with `open_offers`. `clip(upper=...)` takes a column.
# %% [markdown] wrong="one_year" task="worth"
# This counts one year of what the customer gains. A device that saves for five years then looks hardly better than the alternative, and the seller gives a discount to make up for four years that nobody mentioned. For how long
# does the customer reckon with it?
# %% wrong="one_year" task="worth"
amount = drivers["yearly_eur"].where(drivers["sign"] == "plus", -drivers["yearly_eur"])
summed = drivers.assign(gain_eur=amount).groupby("opportunity_id", as_index=False).agg(gain_eur=("gain_eur", "sum"), reference_eur=("reference_price_eur", "first"))
worth = open_offers.merge(summed, on="opportunity_id")
worth["ask_eur"] = (worth["reference_eur"] + (1 - KEEPS) * worth["gain_eur"]).clip(upper=worth["standard_eur"])
# %% [markdown] wrong="no_cost_of_change" task="worth"
# This leaves out what it costs the customer to change. The customer's own sheet has those lines, and a sum without them is thrown out with everything else on it. Which rows take something
# away?
# %% wrong="no_cost_of_change" task="worth"
amount = (drivers["yearly_eur"] * drivers["years"]).where(drivers["sign"] == "plus", 0)
summed = drivers.assign(gain_eur=amount).groupby("opportunity_id", as_index=False).agg(gain_eur=("gain_eur", "sum"), reference_eur=("reference_price_eur", "first"))
worth = open_offers.merge(summed, on="opportunity_id")
worth["ask_eur"] = (worth["reference_eur"] + (1 - KEEPS) * worth["gain_eur"]).clip(upper=worth["standard_eur"])
# %% [markdown] wrong="all_of_it" task="worth"
# This asks for the whole gain. The customer would then be as well off with the alternative and has no reason to change, so the sum that should have defended the price loses the deal. Who keeps which part of
# the gain?
# %% wrong="all_of_it" task="worth"
amount = (drivers["yearly_eur"] * drivers["years"]).where(drivers["sign"] == "plus", -drivers["yearly_eur"])
summed = drivers.assign(gain_eur=amount).groupby("opportunity_id", as_index=False).agg(gain_eur=("gain_eur", "sum"), reference_eur=("reference_price_eur", "first"))
worth = open_offers.merge(summed, on="opportunity_id")
worth["ask_eur"] = (worth["reference_eur"] + worth["gain_eur"]).clip(upper=worth["standard_eur"])
# %% [markdown] task="offers"
# **3. In how many of the open offers is nothing beyond the standard discount needed, and what would holding the ask be worth?**
#
# `offers` is a dict with two numbers (compared to within 1%):
#
# - `"at_standard"`: the number of open offers for which the ask is `standard_eur`, so that no further discount is needed
# - `"given_eur"`: by how much the price now offered (`net_eur`) lies under the ask, added up over the offers where it does, in EUR. Where it lies above, count nothing.
# %% answer="offers"
### BEGIN SOLUTION
under = (worth["ask_eur"] - worth["net_eur"]).clip(lower=0)
offers = {"at_standard": int((worth["ask_eur"] >= worth["standard_eur"] - 0.01).sum()), "given_eur": under.sum()}
### END SOLUTION
# %% check="offers"
assert isinstance(offers, (dict, pd.Series)), "offers should be a dict"
assert set(offers.keys()) == {"at_standard", "given_eur"}, 'offers needs the keys "at_standard" and "given_eur"'
assert 0 <= offers["at_standard"] <= len(open_offers), f"there are {len(open_offers)} open offers"
assert offers["given_eur"] >= 0, "given_eur adds up amounts from zero on"
# %% hidden="offers"
expect(offers)
assert offers["at_standard"] > 0.3 * len(open_offers), "many offers hold at the standard discount by the customer's own sum"
# %% after="offers"
print(f"{offers['at_standard']} of {len(worth)} offers hold at the standard discount; EUR {offers['given_eur']:,.0f} lie between asks and offers")
# %% [markdown] hint="offers"
# Compare three prices of each offer: standard, ask and what is offered now. Which two tell whether a discount is needed, and which two what it costs?
# %% [markdown] hint="offers"
# The ask equals the standard price where the value would bear more. For the euros, take ask less net and `clip(lower=0)` before you add up.
# %% [markdown] wrong="netted" task="offers"
# This lets the offers that stand above their ask pay for those below. Nobody will give that money back; the sum makes the drawer look better than it is, and the largest needless discount may vanish in it. What was to be counted where the offer
# lies above the ask?
# %% wrong="netted" task="offers"
offers = {"at_standard": int((worth["ask_eur"] >= worth["standard_eur"] - 0.01).sum()), "given_eur": (worth["ask_eur"] - worth["net_eur"]).sum()}
# %% [markdown] wrong="worth_more" task="offers"
# This counts every offer that is worth more to the customer than its price. Nearly all are; the rule was that the customer keeps most of the gain, and some of these would not. Which price did the rule
# give?
# %% wrong="worth_more" task="offers"
whole = (worth["reference_eur"] if "reference_eur" in worth else (worth["ask_eur"] - (1 - KEEPS) * worth["gain_eur"])) + worth["gain_eur"]
offers = {"at_standard": int((whole >= worth["net_eur"]).sum()), "given_eur": (whole.clip(upper=worth["standard_eur"]) - worth["net_eur"]).clip(lower=0).sum()}
