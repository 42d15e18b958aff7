# ---
# topic: "0.1"
# title: Values and names
# tables: [plan, bookings]
# tasks:
#   growth:
#     points: 1
#     answer: {type: number, tolerance: 0.002}
#   usual_growth:
#     points: 1
#     answer: {type: number, tolerance: 0.002}
# ---
# %% [markdown]
# Tomasz Wieczorek has a plan for 2026, and Ingrid Solheim wants to know how steep it is. The cell below is given. It
# makes three names, each in euros:
#
# - `booked_2024_eur` and `booked_2025_eur`: what the company booked in those years
# - `plan_2026_eur`: what it plans to book in 2026
#
# You need not understand its lines yet. The last line shows one of the three.
# %% given
from course.case import load

plan, bookings = load("plan", "bookings")
year = bookings["booked_on"].dt.year
booked_2024_eur = bookings.loc[year == 2024, "amount_eur"].sum()
booked_2025_eur = bookings.loc[year == 2025, "amount_eur"].sum()
plan_2026_eur = plan.loc[plan["year"] == 2026, "plan_eur"].sum()

plan_2026_eur
# %% [markdown] task="growth"
# **By how much must 2026 grow over 2025?**
#
# Make a name `growth`: the growth that the plan asks for over what was booked in 2025, as a fraction. For
# 8% that would be `0.08`.
#
# Put your line under `# Your code here`, then press **Run**. To see an error once, write `growth = plan_2026` first, run it,
# and read what the page says. Then put it right.
#
# It counts as right within 0.002.
# %% answer="growth"
### BEGIN SOLUTION
growth = plan_2026_eur / booked_2025_eur - 1
### END SOLUTION

growth
# %% check="growth"
assert not isinstance(growth, str), "growth should be a number, without quotes"
assert abs(growth) < 5, "growth is a fraction: write 0.08 for 8%, not 8 and not an amount in euros"
# %% hidden="growth"
expect(growth)
assert abs((1 + growth) * booked_2025_eur / plan_2026_eur - 1) < 0.01
# %% [markdown] hint="growth"
# How large is the plan beside 2025? Divide the one by the other. If the two were equal, growth would be 0: what does
# your line say then?
# %% [markdown] hint="growth"
# `growth = ... / ... - 1`: the plan above, what was booked in 2025 below.
# %% [markdown] wrong="ratio" task="growth"
# This says how large the plan is beside 2025, not how much larger. Read aloud, the company would have to more than double, and
# Ingrid Solheim would send the plan back on the spot. What would it give if the plan were equal to 2025?
# %% wrong="ratio" task="growth"
growth = plan_2026_eur / booked_2025_eur
# %% [markdown] wrong="of_plan" task="growth"
# This divides by the plan instead of by what was booked. The step then looks smaller than it is, and the sellers are asked
# for growth that nobody announced. From which of the two years does growth start?
# %% wrong="of_plan" task="growth"
growth = 1 - booked_2025_eur / plan_2026_eur
# %% [markdown] task="usual_growth"
# **And by how much over the average of the last two years?**
#
# Claire Whitcombe distrusts a single year: one large order moves it. Make a name `usual_growth`: the growth of the plan over
# the **average** of what was booked in 2024 and in 2025, as a fraction, within 0.002.
#
# The answer may take two lines; give the average a name of its own first, if you like.
# %% answer="usual_growth"
### BEGIN SOLUTION
usual_eur = (booked_2024_eur + booked_2025_eur) / 2
usual_growth = plan_2026_eur / usual_eur - 1
### END SOLUTION

usual_growth
# %% check="usual_growth"
assert not isinstance(usual_growth, str), "usual_growth should be a number, without quotes"
assert abs(usual_growth) < 5, "usual_growth is a fraction: write 0.08 for 8%, not 8 and not an amount in euros"
# %% hidden="usual_growth"
expect(usual_growth)
assert usual_growth > -0.25
# %% [markdown] hint="usual_growth"
# An average of two numbers lies between them. Make it first, in a line of its own, and look whether it does.
# %% [markdown] hint="usual_growth"
# The sum has to be made before it is halved: `(... + ...) / 2`. Then divide the plan by that, and take 1 away.
# %% [markdown] wrong="no_brackets" task="usual_growth"
# This adds all of one year to half of the other: the division comes before the plus. The plan then looks like a steep fall, and the
# board would ask what has broken. What must happen before the halving?
# %% wrong="no_brackets" task="usual_growth"
usual_growth = plan_2026_eur / (booked_2024_eur + booked_2025_eur / 2) - 1
# %% [markdown] wrong="both_years" task="usual_growth"
# This compares one year with two years together. The plan seems to be about half of what is usual, and nobody would hire for it.
# How many years stand on each side of the division?
# %% wrong="both_years" task="usual_growth"
usual_growth = plan_2026_eur / (booked_2024_eur + booked_2025_eur) - 1
