# ---
# topic: "6.3"
# title: Clawing back cancelled deals
# tables: [bookings, cancellations, payouts, reps]
# tasks:
#   due:
#     points: 3
#     answer: {type: table, keys: [rep_id], columns: {orders: 0.1, due_eur: 1}}
#   waited:
#     points: 3
#     answer: {type: set}
#   terms:
#     points: 2
#     answer: {type: table, keys: [clause], columns: {due_eur: "1%", of_waited_eur: "1%"}}
# ---
# %% [markdown]
# The commission plan says: "What was paid for an order that is cancelled **within 90 days of its booking** is paid back." The clause
# has stood there since 2023, and nobody has ever applied it. Mei Tanaka heard four readings of it in one week; the page says which of them the words support.
#
# `cancelled` holds one row for each order cancelled in three years: `opportunity_id`, `rep_id`, `name`, `booked_on`, `cancelled_on`, `reason` and
# `paid_eur`, what the salesperson was paid for it, commission and bonus together. `orders` holds the number of orders that each person won, by `rep_id`.
# %% given
import numpy as np
import pandas as pd

from course.case import load
from course.plot import bar

bookings, cancellations, payouts, reps = load("bookings", "cancellations", "payouts", "reps")

payouts["paid_eur"] = payouts["commission_eur"] + payouts["bundle_bonus_eur"]
cancelled = cancellations.merge(payouts[["opportunity_id", "paid_on", "paid_eur"]], on="opportunity_id").merge(reps[["rep_id", "name"]], on="rep_id")
cancelled = cancelled[["opportunity_id", "rep_id", "name", "booked_on", "cancelled_on", "paid_on", "reason", "paid_eur"]]
orders = bookings.groupby("rep_id")["opportunity_id"].nunique().rename("orders")
cancelled.head()
# %% [markdown] task="due"
# **1. What is due, and from whom?** Ask for a euro too much, and the first person who reads the clause aloud ends it for everybody.
#
# For all three years: count the days from `booked_on` to `cancelled_on`, keep the orders that the clause covers, and add up by person.
#
# `due` is a DataFrame with one row for each person who owes something and the columns
#
# - `rep_id`
# - `orders`: orders for which something is due (a count)
# - `due_eur`: what is to be paid back (EUR, right within 1 euro)
# %% answer="due"
### BEGIN SOLUTION
days = (cancelled["cancelled_on"] - cancelled["booked_on"]).dt.days
covered = cancelled[days <= 90]
due = covered.groupby("rep_id").agg(orders=("opportunity_id", "size"), due_eur=("paid_eur", "sum")).reset_index()
### END SOLUTION
# %% check="due"
assert isinstance(due, pd.DataFrame), "due should be a DataFrame with one row for each person who owes something"
seen = due.reset_index()
assert {"rep_id", "orders", "due_eur"} <= set(seen.columns), "due needs the columns rep_id, orders and due_eur"
assert not seen["rep_id"].duplicated().any(), "each person has one row"
assert 0 < seen["orders"].sum() < len(cancelled), "some of the orders cancelled are covered, and not all of them"
# %% hidden="due"
expect(due)
assert due.reset_index()["orders"].sum() > ((cancelled["cancelled_on"] - cancelled["booked_on"]).dt.days < 90).sum(), "an order cancelled on its ninetieth day is within 90 days"
# %% [markdown] hint="due"
# Read the clause twice: from which day does it count, and is the ninetieth day in or out?
# %% [markdown] hint="due"
# The difference of two date columns has `.dt.days`. Keep the rows that the clause covers, then group by `rep_id` and take the size and the sum.
# %% [markdown] hint="due"
# `days = (cancelled["cancelled_on"] - cancelled["booked_on"]).dt.days`, and the comparison that lets 90 in.
# %% [markdown] wrong="before_ninety" task="due"
# This leaves out the orders cancelled on the ninetieth day itself. Somebody owes commission on them and is not asked, and the next person who finds the gap
# will point to it. Is day 90 within 90 days?
# %% wrong="before_ninety" task="due"
days = (cancelled["cancelled_on"] - cancelled["booked_on"]).dt.days
covered = cancelled[days < 90]
due = covered.groupby("rep_id").agg(orders=("opportunity_id", "size"), due_eur=("paid_eur", "sum")).reset_index()
# %% [markdown] wrong="from_payment" task="due"
# This counts the days from the payment, which comes at the end of the month after the booking. The clause then reaches back to orders that stood for up to five months, and
# people are asked for money that the plan lets them keep. Which date does the clause name?
# %% wrong="from_payment" task="due"
days = (cancelled["cancelled_on"] - cancelled["paid_on"]).dt.days
covered = cancelled[days <= 90]
due = covered.groupby("rep_id").agg(orders=("opportunity_id", "size"), due_eur=("paid_eur", "sum")).reset_index()
# %% [markdown]
# Amara Okafor, who had planned parts for those orders, noticed something else: a lot of them go in the fortnight after the clause has run out.
# %% given
cancelled["days"] = (cancelled["cancelled_on"] - cancelled["booked_on"]).dt.days
fortnight = ((cancelled["days"] - 1) // 15 * 15 + 1).clip(upper=256).rename("from_day")
bar(
    fortnight.value_counts().sort_index().reset_index(name="cancelled"), "from_day", "cancelled", highlight=91,
    title="Orders cancelled, by the fortnight after booking in which they went",
    alt="More orders are cancelled in the fifteen days after day 90 than in any other fifteen days.",
)
# %% [markdown] task="waited"
# **2. Whose cancellations wait for the deadline?**
#
# `waited` is a list of the `rep_id` of everybody who meets **both** conditions:
#
# 1. at least three of the person's orders were cancelled on days 91 to 105
# 2. these are more than half of all the person's cancelled orders
#
# Before you send the list, ask what it would say of somebody with one unlucky order: the conditions are there for that person.
# %% answer="waited"
### BEGIN SOLUTION
after = cancelled["days"].between(91, 105)
people = after.groupby(cancelled["rep_id"]).agg(["sum", "size"])
waited = list(people.index[(people["sum"] >= 3) & (people["sum"] > people["size"] / 2)])
### END SOLUTION
# %% check="waited"
known = set(cancelled["rep_id"])
strange = sorted(set(waited) - known)
assert not strange, f"waited holds values of rep_id from cancelled; these are not there: {strange}"
assert 0 < len(set(waited)) < len(known), "somebody meets both conditions, and not everybody with a cancelled order does"
# %% hidden="waited"
expect(waited)
theirs = cancelled[cancelled["rep_id"].isin(waited)]["days"]
assert theirs.between(91, 105).mean() > 0.5, "the deadline is where their cancellations are"
# %% [markdown] hint="waited"
# One late cancellation is bad luck. What would you want to see of a person before you say that it is a habit: a number, a share, or both?
# %% [markdown] hint="waited"
# Mark each cancelled order that fell on days 91 to 105. Then, person by person, count the marked ones and all of them.
# %% [markdown] hint="waited"
# `after = cancelled["days"].between(91, 105)` and `after.groupby(cancelled["rep_id"]).agg(["sum", "size"])` give both counts.
# %% [markdown] wrong="anybody_late" task="waited"
# This names everybody who had an order cancelled once the clause had run out. Most of them had one, and two days in three lie after the deadline anyway, so half the sales force is
# accused of a date. How many orders, and how soon after the deadline, make a habit?
# %% wrong="anybody_late" task="waited"
waited = list(cancelled.loc[cancelled["days"] > 90, "rep_id"].unique())
# %% [markdown] wrong="most_cancelled" task="waited"
# This names everybody with three or more cancelled orders. Whoever sells most has most to lose, so the list punishes volume, and the innocent on it will ask what they did.
# When did their orders go?
# %% wrong="most_cancelled" task="waited"
number = cancelled["rep_id"].value_counts()
waited = list(number.index[number >= 3])
# %% [markdown] wrong="any_after" task="waited"
# This names people most of whose orders went after day 90, however long after. Orders can be cancelled until they are delivered, and most days lie after the deadline, so honest
# people are on the list. Where exactly do those orders lie that waited for a date?
# %% wrong="any_after" task="waited"
late = cancelled["days"].gt(90)
people = late.groupby(cancelled["rep_id"]).agg(["sum", "size"])
waited = list(people.index[(people["sum"] >= 2) & (people["sum"] > people["size"] / 2)])
# %% [markdown]
# Tomasz Wieczorek proposes 180 days instead of 90. Claire Whitcombe proposes a slope: everything is paid back until day 90, then less each day,
# in a straight line, until nothing is due on day 270.
# %% [markdown] task="terms"
# **3. What would each clause have taken back?** The clause that brings most is not chosen for that: what it takes beyond the people in `waited`, it takes from the unlucky.
#
# `terms` is a DataFrame with one row for each `clause`, `"90 days"`, `"180 days"` and `"slope"`, and the columns
#
# - `due_eur`: what the clause takes back on all cancelled orders of three years, if people had cancelled on the same days (EUR)
# - `of_waited_eur`: the part of it that comes from the people in `waited` (EUR)
#
# Under the slope the share of `paid_eur` that is due is 1 up to day 90, then (270 − day) ÷ 180, and never below 0. Right within 1%.
# %% answer="terms"
### BEGIN SOLUTION
day = cancelled["days"]
share = {
    "90 days": (day <= 90).astype(float),
    "180 days": (day <= 180).astype(float),
    "slope": ((270 - day) / 180).clip(lower=0, upper=1),
}
theirs = cancelled["rep_id"].isin(waited)
terms = pd.DataFrame(
    {
        "clause": list(share),
        "due_eur": [(part * cancelled["paid_eur"]).sum() for part in share.values()],
        "of_waited_eur": [(part * cancelled["paid_eur"])[theirs].sum() for part in share.values()],
    }
)
### END SOLUTION
# %% check="terms"
assert isinstance(terms, pd.DataFrame), "terms should be a DataFrame with one row for each clause"
seen = terms.reset_index()
assert {"clause", "due_eur", "of_waited_eur"} <= set(seen.columns), "terms needs the columns clause, due_eur and of_waited_eur"
assert set(seen["clause"]) == {"90 days", "180 days", "slope"}, 'the clauses are called "90 days", "180 days" and "slope"'
assert (seen["of_waited_eur"] <= seen["due_eur"] + 1).all(), "a part cannot be more than the whole"
# %% hidden="terms"
expect(terms)
by_clause = terms.reset_index().set_index("clause")
assert by_clause.loc["slope", "of_waited_eur"] > 2 * by_clause.loc["90 days", "of_waited_eur"], "the slope reaches those who waited"
# %% after="terms"
bar(terms, "clause", "of_waited_eur", title="What each clause takes back from the people who waited, in EUR", highlight="slope")
# %% [markdown] hint="terms"
# Each clause turns a day into a share of what was paid. Write the three shares down for day 60, day 95 and day 300 before you write any code.
# %% [markdown] hint="terms"
# For one clause: a column of shares, multiplied with `paid_eur` and summed; then the same for the rows whose `rep_id` is in `waited`.
# %% [markdown] hint="terms"
# `((270 - cancelled["days"]) / 180).clip(lower=0, upper=1)` is the slope; before day 90 it would be above 1, which `clip` cuts off.
# %% [markdown] wrong="slope_from_start" task="terms"
# This lets the slope begin on the day of the order. Somebody whose order is cancelled after a month keeps a ninth of the commission for nothing, and the sum taken back falls where the old clause
# was sound. Up to which day is everything due?
# %% wrong="slope_from_start" task="terms"
day = cancelled["days"]
share = {"90 days": (day <= 90).astype(float), "180 days": (day <= 180).astype(float), "slope": ((270 - day) / 270).clip(lower=0, upper=1)}
theirs = cancelled["rep_id"].isin(waited)
terms = pd.DataFrame(
    {
        "clause": list(share),
        "due_eur": [(part * cancelled["paid_eur"]).sum() for part in share.values()],
        "of_waited_eur": [(part * cancelled["paid_eur"])[theirs].sum() for part in share.values()],
    }
)
# %% [markdown] wrong="unclipped" task="terms"
# This lets the slope run on above 1 and below 0. A person whose order fell over in the first month would pay back more than was ever paid, and one whose order lasted a year would be paid
# extra for losing it. Between which two values can a share lie?
# %% wrong="unclipped" task="terms"
day = cancelled["days"]
share = {"90 days": (day <= 90).astype(float), "180 days": (day <= 180).astype(float), "slope": (270 - day) / 180}
theirs = cancelled["rep_id"].isin(waited)
terms = pd.DataFrame(
    {
        "clause": list(share),
        "due_eur": [(part * cancelled["paid_eur"]).sum() for part in share.values()],
        "of_waited_eur": [(part * cancelled["paid_eur"])[theirs].sum() for part in share.values()],
    }
)
