# ---
# topic: "0.5"
# title: Join two tables
# tables: [bookings, quotes, accounts]
# tasks:
#   by_currency:
#     points: 2
#     answer: {type: table, keys: [currency], columns: {booked_eur: "0.1%"}}
#   per_account:
#     points: 2
#     answer: {type: mapping, tolerance: "0.5%"}
# ---
# %% [markdown]
# Tomasz Wieczorek wants to hedge, and asks how much of 2025 was sold in each currency. `won` holds the orders of 2025. The currency stands in
# `quotes`, which has a row for each line of each version of a quote.
# %% given
import pandas as pd

from course.case import load

bookings, quotes, accounts = load("bookings", "quotes", "accounts")
won = bookings[bookings["booked_on"].dt.year == 2025]
won = won[["opportunity_id", "account_id", "amount_eur"]]

quotes[["quote_line_id", "opportunity_id", "version", "status", "currency"]].head()
# %% [markdown] task="by_currency"
# **How much of 2025 was sold in each currency?**
#
# Make a table `by_currency` with one row for each `currency` and the column `booked_eur`: the sum of `amount_eur` over the orders of 2025 that
# were quoted in that currency (in EUR, within 0.1%). `currency` may be the index or a column. The sums must add up to what was booked.
#
# The cell below runs as it is. Look at the two figures at its end before you mend it.
# %% answer="by_currency"
currencies = quotes[["opportunity_id", "currency"]]

### BEGIN SOLUTION
currencies = currencies.drop_duplicates()
### END SOLUTION

joined = won.merge(currencies, on="opportunity_id", how="left")
by_currency = joined.groupby("currency", as_index=False).agg(booked_eur=("amount_eur", "sum"))

print("booked:", round(won["amount_eur"].sum()), "after the join:", round(joined["amount_eur"].sum()))
by_currency
# %% check="by_currency"
assert isinstance(by_currency, pd.DataFrame), "by_currency should be a table"
seen = by_currency.reset_index()
assert {"currency", "booked_eur"} <= set(seen.columns), "by_currency needs the columns currency and booked_eur"
assert len(seen) == won.merge(quotes, on="opportunity_id")["currency"].nunique(), "one row for each currency is expected"
# %% hidden="by_currency"
expect(by_currency)
assert abs(by_currency.reset_index()["booked_eur"].sum() / won["amount_eur"].sum() - 1) < 0.01
# %% [markdown] hint="by_currency"
# A deal has one currency, but `currencies` has as many rows for it as it has quote lines. How many should it have?
# %% [markdown] hint="by_currency"
# `currencies = currencies.drop_...()` leaves one of the rows that are alike in both columns. Then compare the two printed figures again.
# %% [markdown] wrong="multiplied" task="by_currency"
# This counts an order once for each line of each version of its quote. The sums come to half as much again as the company booked, and Tomasz Wieczorek
# would hedge money that nobody owes. How many rows of `currencies` belong to one deal?
# %% wrong="multiplied" task="by_currency"
joined = won.merge(quotes[["opportunity_id", "currency"]], on="opportunity_id", how="left")
by_currency = joined.groupby("currency", as_index=False).agg(booked_eur=("amount_eur", "sum"))
# %% [markdown] wrong="first_versions" task="by_currency"
# This adds up what was quoted, not what was booked. Lost deals and old versions are in it, so the hedge would be a multiple of the
# business. Which table knows what was sold?
# %% wrong="first_versions" task="by_currency"
in_year = quotes[quotes["quoted_on"].dt.year == 2025]
by_currency = in_year.groupby("currency", as_index=False).agg(booked_eur=("net_eur", "sum"))
# %% [markdown] task="per_account"
# **What did an account bring in 2025, on average?**
#
# Amara Okafor plans visits to **all** accounts, so all must count, also those that bought nothing. Make `per_account`: for each `segment`, the average over all
# its accounts of what they booked in 2025 (EUR, within 0.5%). `sums` has the total of each account that bought.
#
# End with a groupby of `segment`, so that `per_account` has one number for each segment.
# %% answer="per_account"
sums = won.groupby("account_id", as_index=False).agg(booked_eur=("amount_eur", "sum"))

### BEGIN SOLUTION
every = accounts[["account_id", "segment"]].merge(sums, on="account_id", how="left")
every["booked_eur"] = every["booked_eur"].fillna(0)
per_account = every.groupby("segment")["booked_eur"].mean()
### END SOLUTION

per_account
# %% check="per_account"
assert hasattr(per_account, "keys"), "per_account should have one number for each segment: end with groupby(\"segment\")"
assert len(per_account) == 3, f"there are three segments; per_account has {len(per_account)} rows"
# %% hidden="per_account"
expect(per_account)
values = per_account.iloc[:, 0] if hasattr(per_account, "columns") else pd.Series(per_account)
assert values["enterprise"] > values["small"]
# %% [markdown] hint="per_account"
# Every account must still be there after the join. Which table stands on the left, and which word keeps all of its rows?
# %% [markdown] hint="per_account"
# `every = accounts[[..., ...]].merge(sums, on="...", how="...")`. Then the empty cells: a mean skips them, and they should be zero.
# %% [markdown] hint="per_account"
# `every["booked_eur"].fillna(0)` puts the zeros; then `every.groupby("segment")["booked_eur"].mean()`.
# %% [markdown] wrong="buyers_only" task="per_account"
# This averages over the accounts that bought. Those that did not have been dropped by the join, or are empty cells that the mean skips, and a small account seems
# worth several times what it brings. How many accounts are to be visited?
# %% wrong="buyers_only" task="per_account"
sums = won.groupby("account_id", as_index=False).agg(booked_eur=("amount_eur", "sum"))
per_account = accounts[["account_id", "segment"]].merge(sums, on="account_id").groupby("segment")["booked_eur"].mean()
# %% [markdown] wrong="per_order" task="per_account"
# This is the average order, not the average account. Accounts that bought several times, and those that bought nothing, both vanish in
# it, and the visits would be planned by the size of a contract. Of what is there one for each row that you average?
# %% wrong="per_order" task="per_account"
per_account = won.merge(accounts[["account_id", "segment"]], on="account_id").groupby("segment")["amount_eur"].mean()
# %% [markdown] wrong="totals" task="per_account"
# These are the totals of the segments. The one with the most accounts gains by their number, and says nothing about what a single visit is worth. What do you
# divide a total by, so that it is about one account?
# %% wrong="totals" task="per_account"
sums = won.groupby("account_id", as_index=False).agg(booked_eur=("amount_eur", "sum"))
per_account = accounts[["account_id", "segment"]].merge(sums, on="account_id").groupby("segment")["booked_eur"].sum()
