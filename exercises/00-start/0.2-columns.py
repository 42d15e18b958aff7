# ---
# topic: "0.2"
# title: A table and its columns
# tables: [bookings, products]
# tasks:
#   mean_order_eur:
#     points: 1
#     answer: {type: number, tolerance: "0.1%"}
#   margins:
#     points: 2
#     answer: {type: table, keys: [product_id], columns: {margin_eur: 1.0, margin_rate: 0.002}}
# ---
# %% [markdown]
# Luca Ferrante wants to know what an order is worth, to plan his year's income by it. `bookings` has one row for each order of three years; `products` has one for
# each product that Tessaly Instruments sells. This cell shows the first rows of `bookings`.
# %% given
import pandas as pd

from course.case import load

bookings, products = load("bookings", "products")

bookings.head()
# %% [markdown] task="mean_order_eur"
# **What does an order bring on average?**
#
# Make a name `mean_order_eur`: the mean of the column `amount_eur` over **all** rows of `bookings`, in EUR, within 0.1%.
# %% answer="mean_order_eur"
### BEGIN SOLUTION
mean_order_eur = bookings["amount_eur"].mean()
### END SOLUTION

mean_order_eur
# %% check="mean_order_eur"
assert not isinstance(mean_order_eur, (pd.Series, pd.DataFrame)), "mean_order_eur should be one number, not a whole column"
assert mean_order_eur > 0, "an order brings more than nothing"
# %% hidden="mean_order_eur"
expect(mean_order_eur)
assert abs(mean_order_eur * len(bookings) / bookings["amount_eur"].sum() - 1) < 0.01
# %% [markdown] hint="mean_order_eur"
# Take the column first, by its name in quotes. Then ask for its mean.
# %% [markdown] hint="mean_order_eur"
# `bookings["..."].mean()`; the brackets at the end are needed.
# %% [markdown] wrong="first_five" task="mean_order_eur"
# This is the mean of the first five rows. They are the five oldest orders of the table, and Luca Ferrante would plan his year on
# one week of January 2023. How many rows does the table have?
# %% wrong="first_five" task="mean_order_eur"
mean_order_eur = bookings.head()["amount_eur"].mean()
# %% [markdown] wrong="per_piece" task="mean_order_eur"
# This divides by the number of pieces, so it is what a piece brings. A region that planned its visits by it would expect
# many times more orders than ever come. What does one row of the table stand for?
# %% wrong="per_piece" task="mean_order_eur"
mean_order_eur = bookings["amount_eur"].sum() / bookings["quantity"].sum()
# %% [markdown] wrong="median" task="mean_order_eur"
# This is the median: half of the orders are smaller, half are larger. Times the number of orders, it falls far short of what was booked, so a
# plan built on it would not add up. Which of the two words stands in the question?
# %% wrong="median" task="mean_order_eur"
mean_order_eur = bookings["amount_eur"].median()
# %% [markdown] task="margins"
# **Which product keeps most of its list price?**
#
# The cell below begins with a small table, `margins`; `.copy()` makes it one of its own. Give it two more columns:
#
# - `margin_eur`: what is left of the list price after the cost of one unit (EUR, within 1)
# - `margin_rate`: that margin as a fraction of the list price (within 0.002)
# %% answer="margins"
margins = products[["product_id", "name", "list_price_eur", "unit_cost_eur"]].copy()

### BEGIN SOLUTION
margins["margin_eur"] = margins["list_price_eur"] - margins["unit_cost_eur"]
margins["margin_rate"] = margins["margin_eur"] / margins["list_price_eur"]
### END SOLUTION

margins
# %% check="margins"
assert isinstance(margins, pd.DataFrame), "margins should stay a table: write margins[\"margin_eur\"] = ..., not margins = ..."
missing = [c for c in ("margin_eur", "margin_rate") if c not in margins]
assert not missing, f"margins lacks the columns {missing}"
assert len(margins) == len(products), f"there are {len(products)} products; margins has {len(margins)} rows"
# %% hidden="margins"
expect(margins)
assert (margins["margin_rate"] < 1).all()
# %% after="margins"
from course.plot import bar

bar(margins, "product_id", "margin_rate", title="What each product keeps of its list price")
# %% [markdown] hint="margins"
# Each new column takes one line. The second may use the column that the first has made.
# %% [markdown] hint="margins"
# `margins["margin_eur"] = margins["..."] - margins["..."]`, and then a division in the same manner.
# %% [markdown] wrong="markup" task="margins"
# This divides by the cost. That is the mark-up, and it can pass 1, so a seller who read it as room for discount would sell below cost.
# Of which of the two is a margin the part that is left?
# %% wrong="markup" task="margins"
margins = products[["product_id", "name", "list_price_eur", "unit_cost_eur"]].copy()
margins["margin_eur"] = margins["list_price_eur"] - margins["unit_cost_eur"]
margins["margin_rate"] = margins["margin_eur"] / margins["unit_cost_eur"]
# %% [markdown] wrong="cost_share" task="margins"
# This is the share that the cost takes. The order of the products turns round, and the one that earns least would be sold
# hardest. Which part of the price is left?
# %% wrong="cost_share" task="margins"
margins = products[["product_id", "name", "list_price_eur", "unit_cost_eur"]].copy()
margins["margin_eur"] = margins["list_price_eur"] - margins["unit_cost_eur"]
margins["margin_rate"] = margins["unit_cost_eur"] / margins["list_price_eur"]
