# ---
# topic: "6.5"
# title: Accelerators by attainment band
# tables: [attainment, commission_plan]
# tasks:
#   today:
#     points: 2
#     answer: {type: table, keys: [band], columns: {people: 0.1, paid_eur: "1%", next_100_eur: 0.05}}
#   paid:
#     points: 3
#     answer: {type: table, keys: [terms, attainment], columns: {pay_rate: 0.0002}}
#   cost:
#     points: 3
#     answer: {type: mapping, tolerance: "1%"}
# ---
# %% [markdown]
# The reading looked at 2023 and 2024. You take **2025**, under the plan that has just run out. Ingrid Solheim wants the step at target gone,
# and Tomasz Wieczorek wants to pay the same as before.
#
# - `people`: one row for each person in 2025: `quota_eur`, `booked_eur`, `attainment_rate` (booked by quota) and `band`, the attainment in five bands
# - `BASE` and `ABOVE`: commission, as fractions of bookings, on what is booked up to the quota and on what is booked beyond it
# - `STEP`: the target bonus, a fraction of **all** the year's bookings, paid once if the year reached its quota, exactly 100% included
#
# All pay below is written as a fraction of quota, so that one curve holds for everybody. The multi-product bonus belongs to 6.1 and is left out.
# %% given
import pandas as pd

from course.case import load
from course.plot import bar, line

attainment, commission_plan = load("attainment", "commission_plan")

plan = commission_plan[commission_plan["plan"] == "2025 plan"].set_index(["element", "attainment_from_rate"])["pay_rate"]
BASE, ABOVE, STEP = float(plan[("commission", 0.0)]), float(plan[("commission", 1.0)]), float(plan[("target bonus", 1.0)])

BANDS = ["under 80%", "80 to 94%", "94 to 100%", "100 to 106%", "over 106%"]
EDGES = [0, 0.80, 0.94, 1.00, 1.06, 1.30]  # where each band begins; the last one is measured up to 130%
people = attainment[attainment["year"] == 2025].copy()
people["attainment_rate"] = people["booked_eur"] / people["quota_eur"]
people["band"] = pd.cut(people["attainment_rate"], [*EDGES[:-1], 99], labels=BANDS, right=False).astype(str)
people.head()
# %% [markdown] task="today"
# **1. What did the plan of 2025 pay, and how hard did it pull at each band?**
#
# Most of the cell is there. `present` returns what the plan pays at an attainment, as a fraction of quota. As it is handed out it pays `BASE` on everything.
# Write what is missing: `ABOVE` on what lies beyond 1, and `STEP` on all of it from 1 on.
#
# The rest uses it. `today` is a DataFrame with one row for each `band` and the columns
#
# - `people`: how many people ended there
# - `paid_eur`: what they were paid (EUR, within 1%)
# - `next_100_eur`: the pull, which is what 100 euros more of bookings pay on average while a person crosses the band (EUR, within 0.05)
# %% answer="today"
def present(a):
    """What the plan of 2025 pays at attainment a, as a fraction of quota."""
    pay = BASE * a
    ### BEGIN SOLUTION
    pay = BASE * min(a, 1) + ABOVE * max(a - 1, 0)
    if a >= 1:
        pay = pay + STEP * a
    ### END SOLUTION
    return pay


people["paid_eur"] = people["attainment_rate"].map(present) * people["quota_eur"]
today = people.groupby("band").agg(people=("rep_id", "size"), paid_eur=("paid_eur", "sum")).reindex(BANDS).fillna(0)
today["next_100_eur"] = [100 * (present(end) - present(start)) / (end - start) for start, end in zip(EDGES[:-1], EDGES[1:])]
today = today.rename_axis("band").reset_index()
# %% check="today"
assert isinstance(today, pd.DataFrame), "today should be a DataFrame with one row for each band"
seen = today.reset_index()
missing = [c for c in ["band", "people", "paid_eur", "next_100_eur"] if c not in seen.columns]
assert not missing, f"today lacks the columns {missing}"
assert set(seen["band"]) == set(BANDS), f"the bands are {BANDS}"
pull = seen.set_index("band")["next_100_eur"]
assert abs(pull["under 80%"] - 100 * BASE) < 0.01, "under 80% a hundred euros more pay the base commission"
assert pull["94 to 100%"] > 100 * ABOVE, "a person who crosses from 94% to 100% gets more than commission; what is paid on the day the quota is reached?"
# %% hidden="today"
expect(today)
pull = today.reset_index().set_index("band")["next_100_eur"]
assert pull["94 to 100%"] > 4 * pull["100 to 106%"], "nearly all of the pull sits in the last points before target"
assert abs(present(1.0) - present(0.9999) - STEP) < 0.001, "exactly 100% has reached the quota"
# %% after="today"
bar(today, "band", "people", title="People in 2025, by attainment: few just below target, many just above", highlight="100 to 106%")
# %% [markdown] hint="today"
# Three payments: one on the part of the attainment up to 1, one on the part beyond 1, and one on everything that is only there from 1 on.
# %% [markdown] hint="today"
# `min(a, 1)` is the part up to target, `max(a - 1, 0)` the part beyond. The bonus needs an `if`.
# %% [markdown] hint="today"
# `pay = BASE * min(a, 1) + ABOVE * max(a - 1, 0)`, and `if a >= 1:` add `STEP * a`.
# %% [markdown] wrong="no_step" task="today"
# This pays commission and accelerator and leaves the target bonus out. The plan then pulls almost evenly, and nobody can say why so few people ended just below target. What is paid once, on the day
# the quota is reached?
# %% wrong="no_step" task="today"
def present(a):
    return BASE * min(a, 1) + ABOVE * max(a - 1, 0)


people["paid_eur"] = people["attainment_rate"].map(present) * people["quota_eur"]
today = people.groupby("band").agg(people=("rep_id", "size"), paid_eur=("paid_eur", "sum")).reindex(BANDS).fillna(0)
today["next_100_eur"] = [100 * (present(end) - present(start)) / (end - start) for start, end in zip(EDGES[:-1], EDGES[1:])]
today = today.rename_axis("band").reset_index()
# %% [markdown] wrong="back_to_the_first_euro" task="today"
# This pays the higher commission on the whole year as soon as the target is reached. The step then looks two thirds higher than it was, and Tomasz Wieczorek sees a cost that was never paid. To which bookings does the plan's
# second band apply?
# %% wrong="back_to_the_first_euro" task="today"
def present(a):
    return (ABOVE + STEP) * a if a >= 1 else BASE * a


people["paid_eur"] = people["attainment_rate"].map(present) * people["quota_eur"]
today = people.groupby("band").agg(people=("rep_id", "size"), paid_eur=("paid_eur", "sum")).reindex(BANDS).fillna(0)
today["next_100_eur"] = [100 * (present(end) - present(start)) / (end - start) for start, end in zip(EDGES[:-1], EDGES[1:])]
today = today.rename_axis("band").reset_index()
# %% [markdown] wrong="both_rates" task="today"
# Beyond the quota this pays both rates, one on top of the other. The best sellers then cost far more than they were ever paid, and the new curve would be allowed to cost as much. What does the plan
# pay on a euro that is booked beyond the quota?
# %% wrong="both_rates" task="today"
def present(a):
    return BASE * a + ABOVE * max(a - 1, 0) + (STEP * a if a >= 1 else 0)


people["paid_eur"] = people["attainment_rate"].map(present) * people["quota_eur"]
today = people.groupby("band").agg(people=("rep_id", "size"), paid_eur=("paid_eur", "sum")).reindex(BANDS).fillna(0)
today["next_100_eur"] = [100 * (present(end) - present(start)) / (end - start) for start, end in zip(EDGES[:-1], EDGES[1:])]
today = today.rename_axis("band").reset_index()
# %% [markdown]
# Now the curve for 2026. Terms are a list of bands, each with the attainment at which it begins and the rate that is paid **on what is booked inside it**. Ingrid has one proposal, Luca Ferrante has another.
# `cases` is what they want to see it pay.
# %% given
TERMS = {
    "Ingrid": [(0.0, 0.04), (0.85, 0.11), (1.15, 0.05)],
    "Luca": [(0.0, 0.03), (0.50, 0.05), (0.90, 0.10), (1.20, 0.06)],
}
cases = pd.DataFrame(
    [(terms, a) for terms in TERMS for a in (0.0, 0.40, 0.85, 0.95, 1.0, 1.10, 1.15, 1.30)], columns=["terms", "attainment"]
)
cases.head()
# %% [markdown] task="paid"
# **2. Write the payout function.**
#
# `payout(a, bands)` takes an attainment and a list of bands such as those in `TERMS`, and returns the pay as a fraction of quota: each band's rate on the part of the attainment that lies **inside** the band, summed. As it is
# handed out it pays the first rate on everything. It has to work for any number of bands.
#
# The line below it applies the function to `cases`; it is judged by what it returns there. `paid` is a DataFrame with the columns `terms`, `attainment` and `pay_rate` (a fraction of quota, within 0.0002). The steps: for each band find where it ends, which is where the next
# one begins; see how much of `a` lies between start and end; pay the rate on that.
# %% answer="paid"
def payout(a, bands):
    """Pay at attainment a, as a fraction of quota, under bands of (start, rate)."""
    pay = bands[0][1] * a
    ### BEGIN SOLUTION
    starts = [start for start, rate in bands]
    ends = [*starts[1:], float("inf")]
    pay = sum(rate * max(min(a, end) - start, 0) for (start, rate), end in zip(bands, ends))
    ### END SOLUTION
    return pay


paid = cases.copy()
paid["pay_rate"] = [payout(a, TERMS[terms]) for terms, a in zip(cases["terms"], cases["attainment"])]
# %% check="paid"
assert callable(payout), "payout should stay a function"
seen = paid.reset_index()
assert {"terms", "attainment", "pay_rate"} <= set(seen.columns), "paid needs the columns terms, attainment and pay_rate"
assert len(seen) == len(cases), f"paid has a row for each case, {len(cases)} in all"
first = seen[seen["attainment"] == 0.40]
assert abs(first["pay_rate"] - first["terms"].map({name: 0.4 * bands[0][1] for name, bands in TERMS.items()})).max() < 1e-6, "40% of quota lies in the first band: it is paid the first rate"
assert seen["pay_rate"].between(0, 0.2).all(), "pay_rate is a fraction of quota: 0.05 is 5%"
# %% hidden="paid"
expect(paid)
fine = [payout(0.80 + step / 1000, TERMS["Ingrid"]) for step in range(400)]
assert max(b - a for a, b in zip(fine, fine[1:])) < 0.001, "no thousandth of attainment is worth a jump"
# %% after="paid"
line(paid, "attainment", "pay_rate", colour="terms", title="Pay as a fraction of quota, by attainment, under two proposals")
# %% [markdown] hint="paid"
# A band's rate is for what is booked inside the band. At 95% under Ingrid's terms, how many points lie in the first band, and how many in the second?
# %% [markdown] hint="paid"
# The part of `a` that lies between `start` and `end` is `min(a, end) - start`, and nothing if that is negative. The last band has no end: `float("inf")`.
# %% [markdown] hint="paid"
# `sum(rate * max(min(a, end) - start, 0) for (start, rate), end in zip(bands, ends))`, with `ends` the starts of the following bands and infinity.
# %% [markdown] wrong="whole_amount" task="paid"
# This pays the rate of the band that was reached on everything, from the first euro. It builds a new cliff at the start of each band, several instead of one, and people will wait below each of them. On which part of the bookings is
# a band's rate paid?
# %% wrong="whole_amount" task="paid"
def payout(a, bands):
    return [rate for start, rate in bands if a >= start][-1] * a


paid = cases.copy()
paid["pay_rate"] = [payout(a, TERMS[terms]) for terms, a in zip(cases["terms"], cases["attainment"])]
# %% [markdown] wrong="stacked" task="paid"
# This never closes a band: beyond its end it goes on being paid while the next one is paid on top. At 130% three rates are added up, and the best seller of the year breaks Tomasz Wieczorek's budget. Where does
# a band end?
# %% wrong="stacked" task="paid"
def payout(a, bands):
    return sum(rate * max(a - start, 0) for start, rate in bands)


paid = cases.copy()
paid["pay_rate"] = [payout(a, TERMS[terms]) for terms, a in zip(cases["terms"], cases["attainment"])]
# %% [markdown]
# Tomasz agrees to Ingrid's shape: `BASE` up to 85%, one rate from 85% to 115%, `ABOVE` beyond. He will not agree to a rate that costs more than the step did. Pay everybody of 2025 by it, at the attainment that they had.
# %% [markdown] task="cost"
# **3. What does the slope cost, and at which rate does it cost the same?**
#
# `cost` is a dict of four numbers, each right within 1%:
#
# - `today_eur`: what the plan of 2025 paid to all of `people` (EUR)
# - `slope_eur`: what Ingrid's terms would have paid to the same people (EUR)
# - `even_rate`: the rate of the middle band, in place of Ingrid's, at which the slope would have cost exactly `today_eur` (a fraction)
# - `paid_less`: how many people would then have been paid less than they were, by a euro or more
#
# The cost rises evenly with the middle rate, so two rates are enough to find the one in between.
# %% answer="cost"
### BEGIN SOLUTION
def slope(rate):
    """Pay of each person under the slope with this middle rate, EUR."""
    bands = [(0.0, BASE), (0.85, rate), (1.15, ABOVE)]
    return people["attainment_rate"].map(lambda a: payout(a, bands)) * people["quota_eur"]


now = people["attainment_rate"].map(present) * people["quota_eur"]
low, high = slope(0.0).sum(), slope(0.1).sum()
even_rate = 0.1 * (now.sum() - low) / (high - low)
cost = {
    "today_eur": now.sum(),
    "slope_eur": slope(0.11).sum(),
    "even_rate": even_rate,
    "paid_less": float((slope(even_rate) < now - 1).sum()),
}
### END SOLUTION
# %% check="cost"
assert set(dict(cost)) == {"today_eur", "slope_eur", "even_rate", "paid_less"}, "cost has the keys today_eur, slope_eur, even_rate and paid_less"
assert BASE < cost["even_rate"] < 0.3, "even_rate is a fraction, above the base commission: 0.1 for 10%"
assert 0 < cost["paid_less"] < len(people), "somebody loses by any change of plan, and not everybody"
# %% hidden="cost"
expect(cost)
assert abs(cost["slope_eur"] / cost["today_eur"] - 1) < 0.15, "a slope without a step costs about what the step did"
# %% after="cost"
even = [(0.0, BASE), (0.85, cost["even_rate"]), (1.15, ABOVE)]
grid = [step / 100 for step in range(60, 141)]
shown = pd.DataFrame([{"attainment": a, "plan": name, "pay": pay(a)} for a in grid for name, pay in (("step of 2025", present), ("slope, same cost", lambda a: payout(a, even)))])
line(shown, "attainment", "pay", colour="plan", title="Same cost, no step: pay as a fraction of quota")
# %% [markdown] hint="cost"
# Everybody is paid by a curve times their own quota. You have both curves: `present` and `payout`.
# %% [markdown] hint="cost"
# Write a small function that returns the total for a middle rate. Call it with 0 and with 0.1; the total rises in a straight line between them and beyond.
# %% [markdown] hint="cost"
# `even_rate = 0.1 * (today - total(0.0)) / (total(0.1) - total(0.0))`, where `total(rate)` pays everybody by `[(0.0, BASE), (0.85, rate), (1.15, ABOVE)]`.
# %% [markdown] wrong="same_at_target" task="cost"
# This sets the rate so that somebody at exactly 100% is paid as before. Hardly anybody ends there; those at 90% are now paid far more, and the plan costs more than Tomasz Wieczorek agreed to. Over which people does
# the cost have to be the same?
# %% wrong="same_at_target" task="cost"
def slope(rate):
    return people["attainment_rate"].map(lambda a: payout(a, [(0.0, BASE), (0.85, rate), (1.15, ABOVE)])) * people["quota_eur"]


now = people["attainment_rate"].map(present) * people["quota_eur"]
even_rate = (present(1.0) - 0.85 * BASE) / 0.15
cost = {"today_eur": now.sum(), "slope_eur": slope(0.11).sum(), "even_rate": even_rate, "paid_less": float((slope(even_rate) < now - 1).sum())}
# %% [markdown] wrong="average_person" task="cost"
# This pays the whole sales force as if it were one person at the average attainment. A curve with bends pays the people and not their average: a team of a 70% and a 130% costs something else than two at 100%. Whose attainment goes into
# the function?
# %% wrong="average_person" task="cost"
def slope(rate):
    return people["attainment_rate"].map(lambda a: payout(a, [(0.0, BASE), (0.85, rate), (1.15, ABOVE)])) * people["quota_eur"]


def one(curve):
    return curve(people["booked_eur"].sum() / people["quota_eur"].sum()) * people["quota_eur"].sum()


today_eur = one(present)
low, high = (one(lambda a: payout(a, [(0.0, BASE), (0.85, r), (1.15, ABOVE)])) for r in (0.0, 0.1))
even_rate = 0.1 * (today_eur - low) / (high - low) if high > low else 0.11  # below 85% the one person never meets the middle rate
now = people["attainment_rate"].map(present) * people["quota_eur"]
cost = {"today_eur": today_eur, "slope_eur": one(lambda a: payout(a, TERMS["Ingrid"])), "even_rate": even_rate, "paid_less": float((slope(even_rate) < now - 1).sum())}
