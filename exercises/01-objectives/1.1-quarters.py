# ---
# topic: "1.1"
# title: From a yearly plan to quarterly targets
# tables: [plan, bookings, products]
# tasks:
#   targets:
#     points: 4
#     answer: {type: table, keys: [quarter, product_line], columns: {target_eur: "1%", low_eur: "1%", high_eur: "1%"}}
#   season_matters:
#     points: 2
#     answer: {type: set}
# ---
# %% [markdown]
# The board has approved one figure for each product line and the year 2026. Ingrid Solheim has to turn the five figures
# into twenty quarterly targets before the sales force meets, and Tomasz Wieczorek will add them up.
#
# `history` below holds what each line booked in each quarter of 2023 to 2025, with `share`: that quarter's fraction of
# the line's own year. `plan_2026` is the approved plan, in EUR, by line.
# %% given
import numpy as np
import pandas as pd

from course.case import load

plan, bookings, products = load("plan", "bookings", "products")

bookings["year"] = bookings["booked_on"].dt.year
bookings["quarter"] = bookings["booked_on"].dt.quarter
history = bookings.groupby(["product_line", "year", "quarter"], as_index=False).agg(bookings_eur=("amount_eur", "sum"))
history["share"] = history["bookings_eur"] / history.groupby(["product_line", "year"])["bookings_eur"].transform("sum")
plan_2026 = plan[plan["year"] == 2026].set_index("product_line")["plan_eur"]

stages = products.groupby("product_line")["life_cycle_stage"].agg(lambda s: ", ".join(sorted(set(s))))
pd.DataFrame({
    "life_cycle_stage": stages,
    "booked_2025_eur": history[history["year"] == 2025].groupby("product_line")["bookings_eur"].sum(),
    "plan_2026_eur": plan_2026,
}).round(0)
# %% given
from course.plot import line

shown = history.assign(year=history["year"].astype(str), quarter="Q" + history["quarter"].astype(str))
line(
    shown[shown["product_line"] == "series-4"], "quarter", "share", colour="year",
    title="Series 4: each quarter's share of its year, 2023 to 2025",
    alt="Series 4 books least in the first quarter of each year and most in the fourth.",
)
# %% [markdown] task="targets"
# **What must each quarter of 2026 deliver, line by line?**
#
# The cell below is almost finished. It starts from an even split: a quarter of the year in each quarter. Run it as it
# is and read what **Check** says. Then add the line that is missing: set `history["expected_share"]` to the average of
# that quarter's three yearly shares **in its own product line**, each year counting the same. The rest of the cell
# turns it into targets and a band.
#
# `targets` is a DataFrame with one row for each quarter (`2026Q1` to `2026Q4`) and product line, 20 rows in all:
#
# - `target_eur`: the target, in EUR; over the four quarters it adds up to the line's plan
# - `low_eur`, `high_eur`: the volatility band, in EUR: the target less and plus the line's typical miss
#
# Figures are compared to within 1%.
# %% answer="targets"
history["expected_share"] = 0.25  # the even split

### BEGIN SOLUTION
by_season = history.groupby(["product_line", "quarter"])
history["expected_share"] = by_season["share"].transform("mean")
### END SOLUTION

# How far each past quarter strayed from what was expected of it, as a fraction of that.
history["miss"] = history["share"] / history["expected_share"] - 1

# A line's typical miss over its 12 quarters. An average of three years uses up one of the three: divide by 4 x 2.
spread = np.sqrt((history["miss"] ** 2).groupby(history["product_line"]).sum() / (4 * 2))

targets = history.loc[history["year"] == 2025, ["product_line", "quarter", "expected_share"]].copy()
targets["quarter"] = "2026Q" + targets["quarter"].astype(str)
targets["target_eur"] = targets["expected_share"] * targets["product_line"].map(plan_2026)
targets["low_eur"] = targets["target_eur"] * (1 - targets["product_line"].map(spread))
targets["high_eur"] = targets["target_eur"] * (1 + targets["product_line"].map(spread))
# %% check="targets"
count = 4 * len(plan_2026)
assert len(targets) == count, f"Four quarters of {len(plan_2026)} lines are {count} rows; targets has {len(targets)}."
added = targets.groupby("product_line")["target_eur"].sum()
assert np.allclose(added, plan_2026[added.index]), (
    "The four quarters of a line must add up to its plan; these do not: "
    + ", ".join(added.index[~np.isclose(added, plan_2026[added.index])])
)
assert (targets["low_eur"] < targets["high_eur"]).all(), "The band runs from low_eur up to high_eur."
# %% hidden="targets"
expect(targets)
legacy = targets[targets["product_line"] == "series-4"].set_index("quarter")["target_eur"]
assert legacy["2026Q1"] < 0.2 * legacy.sum() < 0.3 * legacy.sum() < legacy["2026Q4"]
# %% after="targets"
from course.plot import bar

legacy = targets[targets["product_line"] == "series-4"]
bar(legacy, "quarter", "target_eur", title="Series 4: the quarterly targets of 2026, in EUR")
# %% [markdown] hint="targets"
# What did the first quarter bring in 2023, in 2024, in 2025, as a share of its year? The average of the three is what
# you expect of the next first quarter. Each line has its own.
# %% [markdown] hint="targets"
# You need a mean within groups, written back beside each row of `history`. Two columns make the group: which line, and
# which quarter. The year is what you average over.
# %% [markdown] hint="targets"
# `history.groupby([..., ...])["share"].transform(...)`: name the two columns, then the word for an average.
# %% [markdown] wrong="even" task="targets"
# This is the even split: each quarter gets a quarter of the year. Series 4 would open 2026 with a target that its first
# quarters never earned and close it with one that it beats without trying, and its band is wide because the season is
# counted as bad luck. What share of its year did each quarter of a line bring before?
# %% wrong="even" task="targets"
history["expected_share"] = 0.25
history["miss"] = history["share"] / history["expected_share"] - 1
spread = np.sqrt((history["miss"] ** 2).groupby(history["product_line"]).sum() / (4 * 2))
targets = history.loc[history["year"] == 2025, ["product_line", "quarter", "expected_share"]].copy()
targets["quarter"] = "2026Q" + targets["quarter"].astype(str)
targets["target_eur"] = targets["expected_share"] * targets["product_line"].map(plan_2026)
targets["low_eur"] = targets["target_eur"] * (1 - targets["product_line"].map(spread))
targets["high_eur"] = targets["target_eur"] * (1 + targets["product_line"].map(spread))
# %% [markdown] wrong="company_curve" task="targets"
# This gives every line the same curve, the average over all lines. The four other lines drown the one with the strongest
# season, so Series 4 still opens the year with too high a target and the others carry a bit of its fourth
# quarter. Whose quarters should a line's season be taken from?
# %% wrong="company_curve" task="targets"
history["expected_share"] = history.groupby("quarter")["share"].transform("mean")
history["miss"] = history["share"] / history["expected_share"] - 1
spread = np.sqrt((history["miss"] ** 2).groupby(history["product_line"]).sum() / (4 * 2))
targets = history.loc[history["year"] == 2025, ["product_line", "quarter", "expected_share"]].copy()
targets["quarter"] = "2026Q" + targets["quarter"].astype(str)
targets["target_eur"] = targets["expected_share"] * targets["product_line"].map(plan_2026)
targets["low_eur"] = targets["target_eur"] * (1 - targets["product_line"].map(spread))
targets["high_eur"] = targets["target_eur"] * (1 + targets["product_line"].map(spread))
# %% [markdown] wrong="last_year" task="targets"
# This repeats the quarters of 2025. Whatever fell into 2025 by chance, a large order early or a tender late, becomes
# somebody's target, and the band knows just two years of misses. How many years does a season need before you call it one?
# %% wrong="last_year" task="targets"
history["expected_share"] = history.sort_values("year").groupby(["product_line", "quarter"])["share"].transform("last")
history["miss"] = history["share"] / history["expected_share"] - 1
spread = np.sqrt((history["miss"] ** 2).groupby(history["product_line"]).sum() / (4 * 2))
targets = history.loc[history["year"] == 2025, ["product_line", "quarter", "expected_share"]].copy()
targets["quarter"] = "2026Q" + targets["quarter"].astype(str)
targets["target_eur"] = targets["expected_share"] * targets["product_line"].map(plan_2026)
targets["low_eur"] = targets["target_eur"] * (1 - targets["product_line"].map(spread))
targets["high_eur"] = targets["target_eur"] * (1 + targets["product_line"].map(spread))
# %% [markdown] task="season_matters"
# **In which quarters would an even split be wrong by more than the usual noise?**
#
# Ingrid can defend an uneven target only where it matters. Compare the even split (a quarter of the line's plan in each
# quarter) with the band that you have just made. `season_matters` is a list of labels such as `"2026Q1 series-4"`, one for each
# quarter and line whose even share lies **outside** its band: below `low_eur` or above `high_eur`.
# %% answer="season_matters"
even_eur = targets["product_line"].map(plan_2026) / 4
label = targets["quarter"] + " " + targets["product_line"]

### BEGIN SOLUTION
outside = (even_eur < targets["low_eur"]) | (even_eur > targets["high_eur"])
season_matters = list(label[outside])
### END SOLUTION
# %% check="season_matters"
known = set(targets["quarter"] + " " + targets["product_line"])
strange = sorted(set(season_matters) - known)
assert not strange, f'Labels look like "2026Q1 series-4"; these do not: {strange}'
assert 0 < len(season_matters) < len(targets), "At least one even share lies outside its band, and not all of them do."
# %% hidden="season_matters"
expect(season_matters)
assert {"2026Q1 series-4", "2026Q4 series-4"} <= set(season_matters)
# %% [markdown] hint="season_matters"
# `even_eur` and the two edges of the band have a value for each of the 20 rows. Two comparisons for each row, and either of
# them is enough.
# %% [markdown] hint="season_matters"
# Join the two comparisons with `|`, each in brackets, and use the result to pick from `label`.
# %% [markdown] wrong="any_gap" task="season_matters"
# This lists every quarter in which the target is more than 5% from the even split, however much the line moves about
# anyway. You would spend January defending curves that one large order can redraw. How far does that line
# usually stray?
# %% wrong="any_gap" task="season_matters"
even_eur = targets["product_line"].map(plan_2026) / 4
label = targets["quarter"] + " " + targets["product_line"]
gap = (targets["target_eur"] / even_eur - 1).abs()
season_matters = list(label[gap > 0.05])
# %% [markdown] wrong="misses_only" task="season_matters"
# This lists only the quarters in which the even split asks for too much. The quarters in which it asks too little are as
# costly: a target beaten without effort hides what the team could have sold, and pays a bonus for the calendar. What lies on the
# other side of the band?
# %% wrong="misses_only" task="season_matters"
even_eur = targets["product_line"].map(plan_2026) / 4
label = targets["quarter"] + " " + targets["product_line"]
season_matters = list(label[even_eur > targets["high_eur"]])
