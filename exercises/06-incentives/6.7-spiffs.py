# ---
# topic: "6.7"
# title: Which SPIFF to run again
# tables: [spiffs, bookings, products, opportunities]
# tasks:
#   returns:
#     points: 6
#     answer: {type: table, keys: [name], columns: {extra_wins: 0.1, extra_margin_eur: 500, per_euro: 0.03, low_per_euro: 0.05}}
#   again:
#     points: 2
#     answer: {type: table, keys: [name], columns: {high_per_euro: 0.05, answer: null}}
# ---
# %% [markdown]
# The reading took one of three SPIFFs apart. Ingrid Solheim has money for one in 2026 and three people who ask for theirs. All three now stand side by side.
#
# - `spiffs`: `name`, `product_id`, `starts_on` and `ends_on` (both days included), `pay_rate`, and `paid_eur`, what it cost
# - `decided`: one row for each opportunity decided from 2023 to 2025: `opportunity_id`, `product_id`, `closed_on`, `won`
# - `lines`: one row for each line of an order: `opportunity_id`, `product_id`, `booked_on`, `amount_eur`, and `margin_eur`, amount less cost
# %% given
import numpy as np
import pandas as pd

from course.case import load
from course.plot import bar

spiffs, bookings, products, opportunities = load("spiffs", "bookings", "products", "opportunities")

decided = opportunities.loc[opportunities["status"] != "open", ["opportunity_id", "product_id", "closed_on", "status"]].copy()
decided["won"] = decided["status"] == "won"
decided = decided.drop(columns="status")
lines = bookings[["opportunity_id", "product_id", "booked_on", "amount_eur"]].copy()
lines["margin_eur"] = bookings["amount_eur"] - bookings["cost_eur"]

spiffs.merge(products[["product_id", "name"]], on="product_id", suffixes=("", "_of_product"))
# %% [markdown] task="returns"
# **1. What did each SPIFF bring for each euro that it paid?**
#
# A SPIFF pays for every deal won in its days. What it has *brought* are the deals won beyond those that would have been won anyway. Deals of the same product that were decided on all other days of the three years say at which rate such deals are won
# when nobody is paid for it.
#
# `returns` is a DataFrame with one row for each `name` and the columns
#
# - `extra_wins`: deals of the product won in the SPIFF's days, less those that would have been won anyway out of all that were decided in these days (within 0.1)
# - `extra_margin_eur`: the extra wins, each at the mean margin of a deal won in the SPIFF's days; of such a deal only the lines of the SPIFF's product count (EUR, within 500)
# - `per_euro`: extra margin for each euro paid (EUR, within 0.03)
# - `low_per_euro`: the same if the extra wins were fewer by what luck can do: 1.96 × √( N × u × (1 − u) ), with N deals decided in the SPIFF's days and u the usual win rate (EUR, within 0.05)
# %% answer="returns"
### BEGIN SOLUTION
rows = []
for spiff in spiffs.itertuples():
    own = decided[decided["product_id"] == spiff.product_id]
    during = own["closed_on"].between(spiff.starts_on, spiff.ends_on)
    n, usual = during.sum(), own.loc[~during, "won"].mean()
    won = own[during & own["won"]]
    sold = lines[lines["opportunity_id"].isin(won["opportunity_id"]) & (lines["product_id"] == spiff.product_id)]
    extra = len(won) - n * usual
    each = sold["margin_eur"].sum() / len(won)
    luck = 1.96 * np.sqrt(n * usual * (1 - usual))
    rows.append(
        {
            "name": spiff.name,
            "extra_wins": extra,
            "extra_margin_eur": extra * each,
            "per_euro": extra * each / spiff.paid_eur,
            "low_per_euro": (extra - luck) * each / spiff.paid_eur,
        }
    )
returns = pd.DataFrame(rows)
### END SOLUTION
# %% check="returns"
assert isinstance(returns, pd.DataFrame), "returns should be a DataFrame with one row for each SPIFF"
seen = returns.reset_index()
missing = [c for c in ["name", "extra_wins", "extra_margin_eur", "per_euro", "low_per_euro"] if c not in seen.columns]
assert not missing, f"returns lacks the columns {missing}"
assert set(seen["name"]) == set(spiffs["name"]), f"returns has one row for each of {sorted(spiffs['name'])}"
assert (seen["low_per_euro"] < seen["per_euro"]).all(), "low_per_euro is what is left for a euro when luck is taken off the extra wins: it lies below per_euro"
paid = seen["name"].map(spiffs.set_index("name")["paid_eur"])
assert (abs(seen["per_euro"] * paid - seen["extra_margin_eur"]) < 0.02 * paid).all(), "per_euro is extra_margin_eur divided by what the SPIFF paid"
# %% hidden="returns"
expect(returns)
found = returns.reset_index().set_index("name")
assert found["per_euro"].max() > 3, "one of them brought several euros for each euro paid"
assert found["low_per_euro"].median() < 0, "two of them cannot be told from nothing"
# %% after="returns"
bar(returns, "name", "per_euro", title="Extra margin for each euro of SPIFF, in EUR")
# %% [markdown] hint="returns"
# How many of the product's deals were decided while the SPIFF ran? How many of these would have been won if the win rate had been the usual one?
# %% [markdown] hint="returns"
# For each SPIFF: keep the decided deals of its product; mark those with `closed_on` between its first and last day; the win rate of the unmarked ones is u. Then N × u would have come anyway. The margin is in `lines`,
# joined by `opportunity_id` and kept to the SPIFF's product.
# %% [markdown] hint="returns"
# `during = own["closed_on"].between(spiff.starts_on, spiff.ends_on)`, then `own.loc[during, "won"].sum() - during.sum() * own.loc[~during, "won"].mean()` inside a loop over `spiffs.itertuples()`.
# %% [markdown] wrong="quarter_before" task="returns"
# This compares with the three months before. A year's end brings meters with or without a bonus, because customers spend what is left of their budgets; the season is then paid for as if sellers had made it. How many
# of the deals decided in those days would have been won in any case?
# %% wrong="quarter_before" task="returns"
rows = []
for spiff in spiffs.itertuples():
    own = decided[decided["product_id"] == spiff.product_id]
    during = own["closed_on"].between(spiff.starts_on, spiff.ends_on)
    before = own["closed_on"].between(spiff.starts_on - pd.DateOffset(months=3), spiff.starts_on - pd.DateOffset(days=1))
    n, usual = during.sum(), own.loc[before, "won"].sum() / during.sum()
    won = own[during & own["won"]]
    sold = lines[lines["opportunity_id"].isin(won["opportunity_id"]) & (lines["product_id"] == spiff.product_id)]
    extra = len(won) - own.loc[before, "won"].sum()
    each = sold["margin_eur"].sum() / len(won)
    luck = 1.96 * np.sqrt(n * usual * (1 - usual))
    rows.append({"name": spiff.name, "extra_wins": extra, "extra_margin_eur": extra * each, "per_euro": extra * each / spiff.paid_eur, "low_per_euro": (extra - luck) * each / spiff.paid_eur})
returns = pd.DataFrame(rows)
# %% [markdown] wrong="all_wins" task="returns"
# This credits the SPIFF with every deal that was won while it ran. Each of the three then brings a multiple of what it cost, and the choice falls on the product with the best margin. How many of these deals would have been won
# without it?
# %% wrong="all_wins" task="returns"
rows = []
for spiff in spiffs.itertuples():
    own = decided[decided["product_id"] == spiff.product_id]
    during = own["closed_on"].between(spiff.starts_on, spiff.ends_on)
    n, usual = during.sum(), own.loc[~during, "won"].mean()
    won = own[during & own["won"]]
    sold = lines[lines["opportunity_id"].isin(won["opportunity_id"]) & (lines["product_id"] == spiff.product_id)]
    extra, each = len(won), sold["margin_eur"].sum() / len(won)
    luck = 1.96 * np.sqrt(n * usual * (1 - usual))
    rows.append({"name": spiff.name, "extra_wins": extra, "extra_margin_eur": extra * each, "per_euro": extra * each / spiff.paid_eur, "low_per_euro": (extra - luck) * each / spiff.paid_eur})
returns = pd.DataFrame(rows)
# %% [markdown] wrong="turnover" task="returns"
# This values the extra deals at what the customer paid. Commissioning then looks as good as software, although most of its price goes to the engineers who do it. What is left of a deal out of which a bonus could
# be paid?
# %% wrong="turnover" task="returns"
rows = []
for spiff in spiffs.itertuples():
    own = decided[decided["product_id"] == spiff.product_id]
    during = own["closed_on"].between(spiff.starts_on, spiff.ends_on)
    n, usual = during.sum(), own.loc[~during, "won"].mean()
    won = own[during & own["won"]]
    sold = lines[lines["opportunity_id"].isin(won["opportunity_id"]) & (lines["product_id"] == spiff.product_id)]
    extra, each = len(won) - n * usual, sold["amount_eur"].sum() / len(won)
    luck = 1.96 * np.sqrt(n * usual * (1 - usual))
    rows.append({"name": spiff.name, "extra_wins": extra, "extra_margin_eur": extra * each, "per_euro": extra * each / spiff.paid_eur, "low_per_euro": (extra - luck) * each / spiff.paid_eur})
returns = pd.DataFrame(rows)
# %% [markdown] wrong="its_own_days" task="returns"
# This takes the usual win rate from all days, those of the SPIFF among them. What the bonus brought is then part of what it is held against, and the best of the three looks worse than it was. On which
# days was nobody paid?
# %% wrong="its_own_days" task="returns"
rows = []
for spiff in spiffs.itertuples():
    own = decided[decided["product_id"] == spiff.product_id]
    during = own["closed_on"].between(spiff.starts_on, spiff.ends_on)
    n, usual = during.sum(), own["won"].mean()
    won = own[during & own["won"]]
    sold = lines[lines["opportunity_id"].isin(won["opportunity_id"]) & (lines["product_id"] == spiff.product_id)]
    extra, each = len(won) - n * usual, sold["margin_eur"].sum() / len(won)
    luck = 1.96 * np.sqrt(n * usual * (1 - usual))
    rows.append({"name": spiff.name, "extra_wins": extra, "extra_margin_eur": extra * each, "per_euro": extra * each / spiff.paid_eur, "low_per_euro": (extra - luck) * each / spiff.paid_eur})
returns = pd.DataFrame(rows)
# %% [markdown] wrong="year_before" task="returns"
# This takes the usual win rate from the same days of the year before. The deals of one quarter then stand for all that were sold without a bonus, and whoever picks another year brings home another verdict. On which other days
# was nobody paid for the product?
# %% wrong="year_before" task="returns"
rows = []
for spiff in spiffs.itertuples():
    own = decided[decided["product_id"] == spiff.product_id]
    during = own["closed_on"].between(spiff.starts_on, spiff.ends_on)
    before = own["closed_on"].between(spiff.starts_on - pd.DateOffset(years=1), spiff.ends_on - pd.DateOffset(years=1))
    n, usual = during.sum(), own.loc[before, "won"].mean()
    won = own[during & own["won"]]
    sold = lines[lines["opportunity_id"].isin(won["opportunity_id"]) & (lines["product_id"] == spiff.product_id)]
    extra, each = len(won) - n * usual, sold["margin_eur"].sum() / len(won)
    luck = 1.96 * np.sqrt(n * usual * (1 - usual))
    rows.append({"name": spiff.name, "extra_wins": extra, "extra_margin_eur": extra * each, "per_euro": extra * each / spiff.paid_eur, "low_per_euro": (extra - luck) * each / spiff.paid_eur})
returns = pd.DataFrame(rows)
# %% [markdown] wrong="margin_of_all_years" task="returns"
# This values the extra deals at the mean margin of all deals won with the product in three years. Deals sold under a bonus may be smaller, or leave less of their price, and a SPIFF that
# brought thin deals would be praised for the margins of other years. Which deals was it paid for?
# %% wrong="margin_of_all_years" task="returns"
rows = []
for spiff in spiffs.itertuples():
    own = decided[decided["product_id"] == spiff.product_id]
    during = own["closed_on"].between(spiff.starts_on, spiff.ends_on)
    n, usual = during.sum(), own.loc[~during, "won"].mean()
    sold = lines[lines["opportunity_id"].isin(own.loc[own["won"], "opportunity_id"]) & (lines["product_id"] == spiff.product_id)]
    extra, each = own.loc[during, "won"].sum() - n * usual, sold["margin_eur"].sum() / own["won"].sum()
    luck = 1.96 * np.sqrt(n * usual * (1 - usual))
    rows.append({"name": spiff.name, "extra_wins": extra, "extra_margin_eur": extra * each, "per_euro": extra * each / spiff.paid_eur, "low_per_euro": (extra - luck) * each / spiff.paid_eur})
returns = pd.DataFrame(rows)
# %% [markdown] task="again"
# **2. What may be said to each of the three friends?** There is money for one SPIFF. Each friend will ask why theirs does not run, and will pass the answer on.
#
# `again` is a DataFrame with one row for each `name` and the columns
#
# - `high_per_euro`: what the SPIFF may have brought for a euro at best. Luck can take away as much as it can add, so this end lies as far above `per_euro` as `low_per_euro` lies below it (EUR, within 0.05).
# - `answer`: one of the three texts below
#
# The texts:
#
# - `"run again"`: by `per_euro` it brought more than it paid, and by `low_per_euro` luck alone does not explain that it brought anything at all
# - `"lost money"`: even with luck counted in its favour it brought less than it paid
# - `"cannot tell"`: neither
# %% answer="again"
### BEGIN SOLUTION
high = 2 * returns["per_euro"] - returns["low_per_euro"]
earned = (returns["per_euro"] > 1) & (returns["low_per_euro"] > 0)
answer = np.select([earned, high < 1], ["run again", "lost money"], "cannot tell")
again = pd.DataFrame({"name": returns["name"], "high_per_euro": high, "answer": answer})
### END SOLUTION
# %% check="again"
assert isinstance(again, pd.DataFrame), "again should be a DataFrame with one row for each SPIFF"
seen = again.reset_index()
missing = [c for c in ["name", "high_per_euro", "answer"] if c not in seen.columns]
assert not missing, f"again lacks the columns {missing}"
assert set(seen["name"]) == set(spiffs["name"]), f"the names are {sorted(spiffs['name'])}"
words = {"run again", "lost money", "cannot tell"}
assert set(seen["answer"]) <= words, f"the answers are {sorted(words)}; found {sorted(set(map(str, seen['answer'])))}"
# %% hidden="again"
expect(again)
assert again.reset_index().set_index("name").loc["Year-end meters", "answer"] != "run again", "the year's end would have come anyway"
# %% after="again"
named = again.reset_index().groupby("answer")["name"].agg(", ".join)
print(f"Run again: {named.get('run again', 'none')}.")
print(f"Not shown to have earned or lost their cost: {named.get('cannot tell', 'none')}. Whoever wants one of them back may try it in two regions of six, and count.")
# %% [markdown] hint="again"
# A SPIFF that brought 70 cents for a euro, with an interval from nothing to two euros: did it lose money?
# %% [markdown] hint="again"
# Work out the upper end from `per_euro` and `low_per_euro`. Then ask of each SPIFF which of the three sentences its whole interval allows.
# %% [markdown] hint="again"
# Run again: `per_euro` above 1 and `low_per_euro` above 0. Lost money: `2 * per_euro - low_per_euro` below 1. All else can't be told.
# %% [markdown] wrong="by_the_estimate" task="again"
# These are the verdicts of the best estimate alone, above one euro or below: none of them is "cannot tell". Somebody would be told that theirs lost money or earned it, when luck can carry a SPIFF that does nothing as far either way. Is
# `high_per_euro` above `per_euro` in your table, and how far does each interval reach?
# %% wrong="by_the_estimate" task="again"
high = 2 * returns["per_euro"] - returns["low_per_euro"]
again = pd.DataFrame({"name": returns["name"], "high_per_euro": high, "answer": np.where(returns["per_euro"] > 1, "run again", "lost money")})
# %% [markdown] wrong="most_bookings" task="again"
# This takes the SPIFF with the most bookings for each euro paid. That figure is 1 divided by its rate, whatever anybody did, so the cheapest rate always wins. What would the customers of those months have
# ordered anyway?
# %% wrong="most_bookings" task="again"
cheapest = spiffs.loc[spiffs["pay_rate"].idxmin(), "name"]
high = 2 * returns["per_euro"] - returns["low_per_euro"]
again = pd.DataFrame({"name": returns["name"], "high_per_euro": high, "answer": np.where(returns["name"] == cheapest, "run again", "cannot tell")})
# %% [markdown] wrong="benefit_of_doubt" task="again"
# This runs every SPIFF again that luck could lift above one euro. A SPIFF that brought nothing would then be paid for another year, because a small sample can never rule it out. By how much would each have to be lucky, and
# which of them brought something without luck?
# %% wrong="benefit_of_doubt" task="again"
high = 2 * returns["per_euro"] - returns["low_per_euro"]
again = pd.DataFrame({"name": returns["name"], "high_per_euro": high, "answer": np.where(high > 1, "run again", "lost money")})
