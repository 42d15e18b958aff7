# ---
# topic: "3.1"
# title: By geography or by industry
# tables: [opportunities, reps, accounts, territories, bookings]
# tasks:
#   lift:
#     points: 4
#     answer: {type: table, keys: [industry], columns: {deals: 0.4, lift: 0.002, half_width: 0.002}}
#   price:
#     points: 4
#     answer: {type: table, keys: [industry], columns: {handed_over: 0.4, gain_eur: "1%", may_lose: 0.003}}
# ---
# %% [markdown]
# The reading looked at utilities and buildings. Ingrid Solheim has four industries left, of which pharma is regulated: where does a team that knows
# the industry win more, and what would it cost to build one?
#
# `decided` has one row for each opportunity that was won or lost: the customer's `industry` and `segment`, the `sales_model` (`field` or `remote`), `amount_eur`,
# `won`, and `knows`: whether the salesperson's `industry_focus` is the customer's industry.
#
# An industry moved for nothing hands its customers to strangers. One left alone that should have moved goes on losing deals which somebody on
# the payroll could win.
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

opportunities, reps, accounts, territories, bookings = load("opportunities", "reps", "accounts", "territories", "bookings")
INDUSTRIES = ["pharma", "food", "chemicals", "automotive"]

deals = opportunities[["opportunity_id", "account_id", "rep_id", "segment", "sales_model", "status", "amount_eur"]]
deals = deals.merge(accounts[["account_id", "industry"]], on="account_id").merge(reps[["rep_id", "industry_focus"]], on="rep_id")
deals["knows"] = deals["industry_focus"] == deals["industry"]
deals["won"] = deals["status"] == "won"
decided = deals[deals["status"] != "open"].reset_index(drop=True)


def compare(rows):
    """Win rate of those who know the industry less that of those who do not, segment by segment, weighted by the deals of
    those who know it; half of its 95% interval; and the number of those deals."""
    groups = rows.groupby(["segment", "knows"])["won"]
    rate, count = groups.mean().unstack(), groups.size().unstack()
    weight = count[True] / count[True].sum()
    variance = (weight**2 * (rate * (1 - rate) / count).sum(axis=1)).sum()
    return {"deals": count[True].sum(), "lift": ((rate[True] - rate[False]) * weight).sum(), "half_width": 1.96 * np.sqrt(variance)}


decided.groupby(["sales_model", "knows"]).size().unstack()
# %% [markdown] task="lift"
# **1. In which industry do those who know it win more?**
#
# The cell below is almost finished. As it stands it compares all deals with all deals and gives each industry the same lift. Run it and read what **Check** says.
# Then replace the line in the middle, so that `alike` holds only deals on which the two kinds of seller can be compared. One condition is not enough: the
# table above shows what else sets those who know an industry apart.
#
# `lift` is a DataFrame with one row for each of the four `INDUSTRIES` and the columns
#
# - `industry`
# - `deals`: decided deals among them that were sold by somebody who knows the industry
# - `lift`: what `compare` finds, as a fraction (0.12 for 12 points)
# - `half_width`: half of its 95% interval
#
# Fractions count as right within 0.002.
# %% answer="lift"
rows = []
for industry in INDUSTRIES:
    alike = decided  # every deal there is
    ### BEGIN SOLUTION
    alike = decided[(decided["industry"] == industry) & (decided["sales_model"] == "field")]
    ### END SOLUTION
    rows.append({"industry": industry, **compare(alike)})
lift = pd.DataFrame(rows)
# %% check="lift"
assert isinstance(lift, pd.DataFrame), "lift should be a DataFrame with one row for each industry"
seen = lift.reset_index()
missing = [c for c in ["industry", "deals", "lift", "half_width"] if c not in seen.columns]
assert not missing, f"lift lacks the columns {missing}"
assert set(seen["industry"]) == set(INDUSTRIES), f"one row for each of {INDUSTRIES}"
assert seen["deals"].sum() <= decided["knows"].sum(), "the four industries together have more deals than there are: each deal belongs to one industry"
# %% hidden="lift"
expect(lift)
found = lift.reset_index().set_index("industry")
assert found.loc["pharma", "lift"] - found.loc["pharma", "half_width"] > 0, "in the regulated industry the lift is there"
assert found.loc["pharma", "lift"] > found.drop("pharma")["lift"].max(), "and nowhere else as large"
# %% after="lift"
bar(lift, "industry", "lift", title="Points of win rate that go with knowing the industry (0.1 is ten points)")
# %% [markdown] hint="lift"
# Somebody who knows pharma can be compared with somebody who does not, on a pharma deal. What else differs between the two, by the table above?
# %% [markdown] hint="lift"
# Hardly anybody who sells remotely knows an industry. Keep the field's deals, or the telephone is compared with the visit.
# %% [markdown] hint="lift"
# `decided[(decided["industry"] == industry) & …]`, with the second condition on `sales_model`.
# %% [markdown] wrong="one_for_all" task="lift"
# This compares all deals with all deals, so that each industry gets the same lift. It would put every industry into a team of its own, and three of four would move
# their customers for nothing. What do you find inside each industry?
# %% wrong="one_for_all" task="lift"
lift = pd.DataFrame([{"industry": industry, **compare(decided)} for industry in INDUSTRIES])
# %% [markdown] wrong="with_remote" task="lift"
# This sets people in the field who know the industry against everybody else, the telephone included. Part of the difference is then the model, and knowing an industry
# gets credit for a visit. How do those sell who know an industry?
# %% wrong="with_remote" task="lift"
lift = pd.DataFrame([{"industry": industry, **compare(decided[decided["industry"] == industry])} for industry in INDUSTRIES])
# %% [markdown] wrong="open_as_lost" task="lift"
# This counts open deals as lost. They have no outcome yet, and the side with the younger pipeline looks worse than it is, so a team would be built on the
# calendar. Which deals can be judged?
# %% wrong="open_as_lost" task="lift"
field = deals[deals["sales_model"] == "field"]
lift = pd.DataFrame([{"industry": industry, **compare(field[field["industry"] == industry])} for industry in INDUSTRIES])
# %% [markdown]
# A team for an industry takes over that industry's customers from the people in whose territories they lie. `customers` has one row for each
# customer: `industry`, `owner` (who works the territory; empty if nobody does), `owner_knows` (whether that person knows the industry) and
# `margin_2025_eur` (what the customer's orders of 2025 left).
# %% given
YEARS = 3  # decided holds the deals of 2023 to 2025
MARGIN = 1 - bookings["cost_eur"].sum() / bookings["amount_eur"].sum()
of_2025 = bookings[bookings["booked_on"] >= "2025-01-01"]
left_over = (of_2025["amount_eur"] - of_2025["cost_eur"]).groupby(of_2025["account_id"]).sum()

customers = accounts.loc[accounts["customer_since"].notna(), ["account_id", "industry", "territory_id"]]
customers = customers.merge(territories[["territory_id", "rep_id"]].rename(columns={"rep_id": "owner"}), on="territory_id", how="left")
customers = customers.merge(reps[["rep_id", "industry_focus"]].rename(columns={"rep_id": "owner"}), on="owner", how="left")
customers["owner_knows"] = customers["industry_focus"] == customers["industry"]
customers["margin_2025_eur"] = customers["account_id"].map(left_over).fillna(0)
customers[["account_id", "industry", "owner", "owner_knows", "margin_2025_eur"]].head()
# %% [markdown] task="price"
# **2. What would a team bring, and what may it cost?**
#
# Build a DataFrame `price` with one row for each of the four industries and the columns
#
# - `industry`
# - `handed_over`: customers who have an owner today and would get another, because the owner does not know the industry
# - `gain_eur`: the margin that the lift would bring in a year, on the deals which today are sold in the field by somebody who does not know the industry.
#   Take their sum of `amount_eur` in `decided`, times `lift`, times `MARGIN`, divided by `YEARS` (EUR a year; below zero where the lift is)
# - `may_lose`: the fraction of the handed-over customers' margin of 2025 that may be lost in the first year before the gain is gone
#
# The steps: pick the handed-over customers, count them and add up their margin; add up the deals to be lifted; multiply and divide. Money counts as right within 1%,
# `may_lose` within 0.003.
# %% answer="price"
### BEGIN SOLUTION
chosen = customers[customers["industry"].isin(INDUSTRIES) & customers["owner"].notna() & ~customers["owner_knows"]].groupby("industry")
unaided = decided[(decided["sales_model"] == "field") & ~decided["knows"]].groupby("industry")["amount_eur"].sum()
price = pd.DataFrame({"handed_over": chosen.size(), "at_stake": chosen["margin_2025_eur"].sum()})
price["gain_eur"] = unaided * lift.set_index("industry")["lift"] * MARGIN / YEARS
price["may_lose"] = price["gain_eur"] / price["at_stake"]
price = price.reset_index()
### END SOLUTION
# %% check="price"
assert isinstance(price, pd.DataFrame), "price should be a DataFrame with one row for each industry"
seen = price.reset_index()
missing = [c for c in ["industry", "handed_over", "gain_eur", "may_lose"] if c not in seen.columns]
assert not missing, f"price lacks the columns {missing}"
assert set(seen["industry"]) == set(INDUSTRIES), f"one row for each of {INDUSTRIES}"
assert seen["handed_over"].sum() < len(customers), "only customers of the four industries can be handed over"
assert seen["may_lose"].abs().lt(20).all(), "may_lose is a fraction of a margin"
# %% hidden="price"
expect(price)
rows = price.reset_index().set_index("industry")
assert rows.loc["pharma", "may_lose"] > 0.1, "in pharma more than a tenth of the margin may be lost in the first year"
assert rows.loc["pharma", "may_lose"] > rows.drop("pharma")["may_lose"].max(), "elsewhere fewer may be disturbed"
# %% after="price"
bar(price, "industry", "may_lose", title="Share of the handed-over customers' margin that a team may lose in its first year")
# %% [markdown] hint="price"
# The gain comes with every deal that would be sold by somebody else than today. The cost comes with every customer who gets a stranger. Which deals, and which customers?
# %% [markdown] hint="price"
# Deals: the field's, where `knows` is False, summed by industry. Customers: those with an `owner` who does not know the industry. A customer without an owner
# loses nobody.
# %% [markdown] hint="price"
# `lift.set_index("industry")["lift"]` can be multiplied with a Series of sums by industry. `may_lose` is the gain over the sum of `margin_2025_eur` of the customers handed over.
# %% [markdown] wrong="everybody_moves" task="price"
# This counts all customers of the industry. Some lie with a person who knows the industry and would stay there, others have nobody to lose, and
# the price of a team looks higher than it is. Who gets a stranger?
# %% wrong="everybody_moves" task="price"
chosen = customers[customers["industry"].isin(INDUSTRIES)].groupby("industry")
unaided = decided[(decided["sales_model"] == "field") & ~decided["knows"]].groupby("industry")["amount_eur"].sum()
price = pd.DataFrame({"handed_over": chosen.size(), "at_stake": chosen["margin_2025_eur"].sum()})
price["gain_eur"] = unaided * lift.set_index("industry")["lift"] * MARGIN / YEARS
price["may_lose"] = price["gain_eur"] / price["at_stake"]
price = price.reset_index()
# %% [markdown] wrong="revenue" task="price"
# This counts what the deals are sold for. Half of it goes into building and running what was sold, so the team seems to earn twice what it does, and the customers
# it may lose seem twice as many. What is left of a euro booked?
# %% wrong="revenue" task="price"
chosen = customers[customers["industry"].isin(INDUSTRIES) & customers["owner"].notna() & ~customers["owner_knows"]].groupby("industry")
unaided = decided[(decided["sales_model"] == "field") & ~decided["knows"]].groupby("industry")["amount_eur"].sum()
price = pd.DataFrame({"handed_over": chosen.size(), "at_stake": chosen["margin_2025_eur"].sum()})
price["gain_eur"] = unaided * lift.set_index("industry")["lift"] / YEARS
price["may_lose"] = price["gain_eur"] / price["at_stake"]
price = price.reset_index()
# %% [markdown] wrong="all_deals" task="price"
# This lifts every deal of the industry, those included that are sold by somebody who knows it today, and those sold remotely. They can't be lifted again, so the gain is promised
# twice. Which deals would be in other hands?
# %% wrong="all_deals" task="price"
chosen = customers[customers["industry"].isin(INDUSTRIES) & customers["owner"].notna() & ~customers["owner_knows"]].groupby("industry")
everything = decided.groupby("industry")["amount_eur"].sum()
price = pd.DataFrame({"handed_over": chosen.size(), "at_stake": chosen["margin_2025_eur"].sum()})
price["gain_eur"] = everything * lift.set_index("industry")["lift"] * MARGIN / YEARS
price["may_lose"] = price["gain_eur"] / price["at_stake"]
price = price.reset_index()
# %% [markdown] wrong="three_years" task="price"
# This sets the gain of three years against the margin of one. A team would be allowed to lose three times as many customers as it can pay for, and Tomasz Wieczorek finds
# the hole in the first budget. Over how long is each of the two counted?
# %% wrong="three_years" task="price"
chosen = customers[customers["industry"].isin(INDUSTRIES) & customers["owner"].notna() & ~customers["owner_knows"]].groupby("industry")
unaided = decided[(decided["sales_model"] == "field") & ~decided["knows"]].groupby("industry")["amount_eur"].sum()
price = pd.DataFrame({"handed_over": chosen.size(), "at_stake": chosen["margin_2025_eur"].sum()})
price["gain_eur"] = unaided * lift.set_index("industry")["lift"] * MARGIN
price["may_lose"] = price["gain_eur"] / price["at_stake"]
price = price.reset_index()
