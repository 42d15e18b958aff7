# ---
# topic: "8.1"
# title: A review that explains the variance
# tables: [plan, bookings, opportunities]
# tasks:
#   variance:
#     points: 3
#     answer: {type: mapping, tolerance: 5000}
#   by_line:
#     points: 2
#     answer: {type: table, keys: [product_line], columns: {mix_eur: 5000, margin_eur: 5000}}
#   at_risk:
#     points: 3
#     answer: {type: table, keys: [assumption], columns: {risk_eur: 20000}}
# ---
# %% [markdown]
# The books of 2025 are closed, and the year ended under its plan. Before the review Ingrid Solheim has heard three explanations: the sellers did
# too little, they gave too much away, and customers were slow. Tomasz Wieczorek will believe the one that adds up.
#
# `lines` below has a row for each product line: what the plan of 2025 assumed (`plan_units`, `plan_price_eur`, `plan_eur`, `plan_win_rate`,
# `plan_margin_rate`) and what came (`units`, `amount_eur`, and `win_rate`: won among the deals decided in 2025). `plan_2026` is the new plan, by line.
# `slipped_in` is what was won in 2025 although it had been expected before; `slipped_out` is what was expected by the end of 2025 and is still open, times the
# planned win rate (both EUR).
# %% given
import numpy as np
import pandas as pd

from course.case import load

plan, bookings, opportunities = load("plan", "bookings", "opportunities")
PLANNED = ["plan_units", "plan_price_eur", "plan_eur", "plan_win_rate", "plan_margin_rate"]
plan_2025 = plan[plan["year"] == 2025].set_index("product_line")[PLANNED]
plan_2026 = plan[plan["year"] == 2026].set_index("product_line")[PLANNED]

came = bookings[bookings["booked_on"].dt.year == 2025].groupby("product_line").agg(
    units=("quantity", "sum"), amount_eur=("amount_eur", "sum")
)
closed = opportunities[opportunities["closed_on"].dt.year == 2025]
decided = closed[closed["status"] != "open"]
lines = plan_2025.join(came)
lines["win_rate"] = (decided["status"] == "won").groupby(decided["product_line"]).mean()

late = decided[(decided["status"] == "won") & (decided["expected_close_on"] < "2025-01-01")]
waiting = opportunities[(opportunities["status"] == "open") & (opportunities["expected_close_on"] <= "2025-12-31")]
slipped_in = late["amount_eur"].sum()
slipped_out = (waiting["amount_eur"] * waiting["product_line"].map(plan_2025["plan_win_rate"])).sum()

miss = lines["amount_eur"].sum() - lines["plan_eur"].sum()
print(f"Planned {lines['plan_eur'].sum():,.0f} EUR, booked {lines['amount_eur'].sum():,.0f} EUR: {miss:,.0f} EUR")
lines.round(2)
# %% [markdown] task="variance"
# **What is the miss made of?** Whatever the page calls volume will be answered with more calls.
#
# The cell below is almost finished. As it stands, `at_plan_mix` is simply what each line sold, so that every unit too many or too few counts as
# volume and nothing is left for the mix. Run it, read what **Check** says, and then put the right thing in its place: what each line
# **would have sold** if the units of all lines together had come as they did, but split over the lines as the plan of 2025 had split its units.
#
# `variance` is then a dict of five amounts in EUR that add up to `miss`: `"volume"` (more or fewer deals, larger or smaller ones), `"win rate"`, `"timing"`, `"mix"` and
# `"price"`. Below zero is worse than planned. Amounts count as right within EUR 5,000.
# %% answer="variance"
at_plan_mix = lines["units"]  # every line as it came

### BEGIN SOLUTION
at_plan_mix = lines["units"].sum() * lines["plan_units"] / lines["plan_units"].sum()
### END SOLUTION

mean_price = lines["plan_eur"].sum() / lines["plan_units"].sum()  # EUR for a planned unit, over all lines
all_volume = ((at_plan_mix - lines["plan_units"]) * lines["plan_price_eur"]).sum()

# Units that came less the units that the same deals would have brought at the planned win rate.
by_win_rate = lines["units"] - lines["units"] * lines["plan_win_rate"] / lines["win_rate"]

variance = {
    "win rate": by_win_rate.sum() * mean_price,
    "timing": slipped_in - slipped_out,
    "mix": ((lines["units"] - at_plan_mix) * lines["plan_price_eur"]).sum(),
    "price": (lines["amount_eur"] - lines["units"] * lines["plan_price_eur"]).sum(),
}
variance["volume"] = all_volume - variance["win rate"] - variance["timing"]  # what these two leave of it
# %% check="variance"
given = {str(k): float(v) for k, v in dict(variance).items()}
assert set(given) == {"volume", "win rate", "timing", "mix", "price"}, f"variance has the parts {sorted(given)}"
assert abs(sum(given.values()) - miss) < 1, f"the five parts add up to {sum(given.values()):,.0f} EUR and the miss is {miss:,.0f} EUR"
assert lines["units"].sum() == lines["plan_units"].sum() or abs(given["volume"] + given["win rate"] + given["timing"]) > 1, (
    "volume, win rate and timing cancel out to the euro, as if exactly the planned units had been sold. at_plan_mix is about what was sold, in the "
    "plan's proportions; made of what was planned, it would find no volume in any year"
)
assert given["mix"] != 0, "the lines did not sell in the proportions of the plan, so the mix is not nil"
# %% hidden="variance"
expect(variance)
given = dict(variance)
assert given["mix"] < 0.5 * miss, "more than half of the miss is mix"
assert abs(given["volume"] + given["win rate"] + given["timing"]) < 0.2 * abs(miss), "what sells more or less in all is not the miss"
# %% after="variance"
from course.plot import bar

shown = pd.DataFrame({"part": list(variance), "eur": list(variance.values())})
bar(shown, "part", "eur", title="What the miss of 2025 is made of, in EUR")
# %% [markdown] hint="variance"
# Two questions: how many units did the company sell in all, and which? The first is volume, with the plan's proportions. The second is mix.
# %% [markdown] hint="variance"
# A line's share of the planned units is `lines["plan_units"]` divided by the sum of that column. Apply the shares to the sum of `lines["units"]`.
# %% [markdown] wrong="no_mix" task="variance"
# This counts every missing unit as volume, at the price of its own line. It reads as if the company had sold too little, and the answer would be more calls, when
# it sold about as many units as planned. What did the lines sell together, and what would the plan's proportions have made of that?
# %% wrong="no_mix" task="variance"
mean_price = lines["plan_eur"].sum() / lines["plan_units"].sum()
all_volume = ((lines["units"] - lines["plan_units"]) * lines["plan_price_eur"]).sum()
by_win_rate = lines["units"] - lines["units"] * lines["plan_win_rate"] / lines["win_rate"]
variance = {"win rate": by_win_rate.sum() * mean_price, "timing": slipped_in - slipped_out, "mix": 0.0,
            "price": (lines["amount_eur"] - lines["units"] * lines["plan_price_eur"]).sum()}
variance["volume"] = all_volume - variance["win rate"] - variance["timing"]
# %% [markdown] wrong="shares_of_money" task="variance"
# This splits the units by the lines' shares of the planned money. A line with dear units then gets far more of them than the plan ever asked for, and volume and mix
# become two huge amounts with opposite signs. Which shares did the plan give its units?
# %% wrong="shares_of_money" task="variance"
at_plan_mix = lines["units"].sum() * lines["plan_eur"] / lines["plan_eur"].sum()
mean_price = lines["plan_eur"].sum() / lines["plan_units"].sum()
all_volume = ((at_plan_mix - lines["plan_units"]) * lines["plan_price_eur"]).sum()
by_win_rate = lines["units"] - lines["units"] * lines["plan_win_rate"] / lines["win_rate"]
variance = {"win rate": by_win_rate.sum() * mean_price, "timing": slipped_in - slipped_out,
            "mix": ((lines["units"] - at_plan_mix) * lines["plan_price_eur"]).sum(),
            "price": (lines["amount_eur"] - lines["units"] * lines["plan_price_eur"]).sum()}
variance["volume"] = all_volume - variance["win rate"] - variance["timing"]
# %% [markdown] task="by_line"
# **Which lines made the mix, and what did it cost in margin?** Name the wrong line, and the sellers of a line that was sold as planned are told to sell more of it.
#
# `by_line` is a DataFrame with one row for each product line and the columns `product_line`, `mix_eur` (the line's own part of `"mix"`; the five add up to it) and
# `margin_eur` (the same in gross margin, each line at its own planned margin rate). Amounts count as right within EUR 5,000.
#
# The steps: units that came less units at the plan's mix, times the line's planned price; then times its `plan_margin_rate`.
# %% answer="by_line"
### BEGIN SOLUTION
at_plan_mix = lines["units"].sum() * lines["plan_units"] / lines["plan_units"].sum()
by_line = pd.DataFrame({"mix_eur": (lines["units"] - at_plan_mix) * lines["plan_price_eur"]})
by_line["margin_eur"] = by_line["mix_eur"] * lines["plan_margin_rate"]
by_line = by_line.reset_index()
### END SOLUTION
# %% check="by_line"
assert isinstance(by_line, pd.DataFrame), "by_line should be a DataFrame with one row for each product line"
seen = by_line.reset_index()
missing = [c for c in ("product_line", "mix_eur", "margin_eur") if c not in seen.columns]
assert not missing, f"by_line lacks the columns {missing}"
assert len(seen) == 5, f"there are five lines; by_line has {len(seen)} rows"
assert (seen["margin_eur"].abs() <= seen["mix_eur"].abs() + 1).all(), "margin is a part of the amount"
# %% hidden="by_line"
expect(by_line)
rows = by_line.reset_index().set_index("product_line")["mix_eur"]
assert rows["series-7"] < 0 < rows["services"], "the dear line came short and services ran ahead"
# %% [markdown] hint="by_line"
# The sum in `variance["mix"]` is over lines. What stands inside the brackets before it is summed?
# %% [markdown] hint="by_line"
# `lines` has the line as its index: build a DataFrame from the products and call `reset_index()` at the end.
# %% [markdown] wrong="whole_miss" task="by_line"
# This takes each line's whole miss, price and volume included. Tomasz adds the five up and gets another number than the mix that you have just shown him. What
# would each line have sold at the plan's proportions?
# %% wrong="whole_miss" task="by_line"
by_line = pd.DataFrame({"mix_eur": lines["amount_eur"] - lines["plan_eur"]})
by_line["margin_eur"] = by_line["mix_eur"] * lines["plan_margin_rate"]
by_line = by_line.reset_index()
# %% [markdown] wrong="one_margin" task="by_line"
# This gives every line the company's average margin. A euro of services then replaces a euro of software without loss, and the board does not see why cash is shorter than
# the miss suggests. What does the plan say about each line's own margin?
# %% wrong="one_margin" task="by_line"
at_plan_mix = lines["units"].sum() * lines["plan_units"] / lines["plan_units"].sum()
rate = (lines["plan_eur"] * lines["plan_margin_rate"]).sum() / lines["plan_eur"].sum()
by_line = pd.DataFrame({"mix_eur": (lines["units"] - at_plan_mix) * lines["plan_price_eur"]})
by_line["margin_eur"] = by_line["mix_eur"] * rate
by_line = by_line.reset_index()
# %% [markdown] wrong="one_price" task="by_line"
# This takes the mean price of a planned unit for every line. A service day then weighs as much as a meter, and the five no longer add up to the mix: the dear line's shortfall,
# which is the finding, looks small. What was each line's own unit planned at?
# %% wrong="one_price" task="by_line"
at_plan_mix = lines["units"].sum() * lines["plan_units"] / lines["plan_units"].sum()
one_price = lines["plan_eur"].sum() / lines["plan_units"].sum()
by_line = pd.DataFrame({"mix_eur": (lines["units"] - at_plan_mix) * one_price})
by_line["margin_eur"] = by_line["mix_eur"] * lines["plan_margin_rate"]
by_line = by_line.reset_index()
# %% [markdown] task="at_risk"
# **Which assumption of the new plan has to be recalibrated?**
#
# A miss is a reason to look at an assumption, and the new plan may have been corrected already. So ask of each: what would the plan of 2026 lose if 2025 came
# again in this one respect and all else went to plan? Recalibrate the wrong one, and the review of 2026 will find the same miss.
#
# `at_risk` is a DataFrame with the columns `assumption` and `risk_eur` (EUR; below zero is a loss) and three rows:
#
# - `"mix"`: the planned units of 2026, in the proportions that were **sold** in 2025, at the planned prices of 2026
# - `"win rate"`: each line's planned EUR of 2026 times its `win_rate` of 2025 over its `plan_win_rate` of 2026
# - `"price"`: the planned units of 2026 at the mean price that each line **fetched** in 2025
#
# each less the planned EUR of 2026. Amounts count as right within EUR 20,000.
# %% answer="at_risk"
### BEGIN SOLUTION
total = plan_2026["plan_eur"].sum()
in_mix = plan_2026["plan_units"].sum() * lines["units"] / lines["units"].sum() * plan_2026["plan_price_eur"]
in_win_rate = plan_2026["plan_eur"] * lines["win_rate"] / plan_2026["plan_win_rate"]
in_price = plan_2026["plan_units"] * lines["amount_eur"] / lines["units"]
at_risk = pd.DataFrame({
    "assumption": ["mix", "win rate", "price"],
    "risk_eur": [in_mix.sum() - total, in_win_rate.sum() - total, in_price.sum() - total],
})
### END SOLUTION
# %% check="at_risk"
assert isinstance(at_risk, pd.DataFrame), "at_risk should be a DataFrame with three rows"
seen = at_risk.reset_index()
assert {"assumption", "risk_eur"} <= set(seen.columns), "at_risk needs the columns assumption and risk_eur"
assert sorted(seen["assumption"]) == ["mix", "price", "win rate"], f"the rows are {sorted(seen['assumption'])}"
assert (seen["risk_eur"].abs() < 0.5 * plan_2026["plan_eur"].sum()).all(), "no assumption is worth half of the plan"
# %% hidden="at_risk"
expect(at_risk)
rows = at_risk.reset_index().set_index("assumption")["risk_eur"]
assert rows["win rate"] < rows["mix"], "the assumption to change is not the one that made last year's miss"
# %% after="at_risk"
factor = (lines["win_rate"] / plan_2026["plan_win_rate"]).round(2)
print("Calculated with the win rates of 2025, each of your quarterly targets of 1.1 would be its old figure times that of its line:")
print(factor.to_string())
# %% [markdown] hint="at_risk"
# Three small sums over the lines, each with two things from the plan of 2026 and one from what came in 2025.
# %% [markdown] hint="at_risk"
# `plan_2026` and `lines` have the same index, so columns of the two can be multiplied line by line. For the mix, a line's share of 2025 is `lines["units"] / lines["units"].sum()`.
# %% [markdown] hint="at_risk"
# Sum each of the three over the lines and subtract `plan_2026["plan_eur"].sum()`.
# %% [markdown] wrong="same_again" task="at_risk"
# This carries the parts of 2025's miss over into 2026. The new plan was made from other figures, so you would correct an assumption that it no longer makes and leave one that it still does.
# What does the plan of 2026 itself assume?
# %% wrong="same_again" task="at_risk"
at_risk = pd.DataFrame({"assumption": ["mix", "win rate", "price"],
                        "risk_eur": [variance["mix"], variance["win rate"], variance["price"]]})
# %% [markdown] wrong="plan_against_plan" task="at_risk"
# This compares the proportions of one plan with those of the other. The old plan's were never sold, so the difference says how the planners' minds have changed and nothing of the
# risk. Which proportions did customers choose?
# %% wrong="plan_against_plan" task="at_risk"
total = plan_2026["plan_eur"].sum()
in_mix = plan_2026["plan_units"].sum() * lines["plan_units"] / lines["plan_units"].sum() * plan_2026["plan_price_eur"]
in_win_rate = plan_2026["plan_eur"] * lines["win_rate"] / plan_2026["plan_win_rate"]
in_price = plan_2026["plan_units"] * lines["amount_eur"] / lines["units"]
at_risk = pd.DataFrame({"assumption": ["mix", "win rate", "price"],
                        "risk_eur": [in_mix.sum() - total, in_win_rate.sum() - total, in_price.sum() - total]})
# %% [markdown] wrong="shares_of_money" task="at_risk"
# This splits the planned units by the lines' shares of the money that was booked. A dear line gets many units that way, so the mix seems to rescue the plan of 2026 by millions. In which
# proportions were the units sold?
# %% wrong="shares_of_money" task="at_risk"
total = plan_2026["plan_eur"].sum()
in_mix = plan_2026["plan_units"].sum() * lines["amount_eur"] / lines["amount_eur"].sum() * plan_2026["plan_price_eur"]
in_win_rate = plan_2026["plan_eur"] * lines["win_rate"] / plan_2026["plan_win_rate"]
in_price = plan_2026["plan_units"] * lines["amount_eur"] / lines["units"]
at_risk = pd.DataFrame({"assumption": ["mix", "win rate", "price"],
                        "risk_eur": [in_mix.sum() - total, in_win_rate.sum() - total, in_price.sum() - total]})
# %% [markdown] wrong="one_rate" task="at_risk"
# This takes one win rate for the whole company. The lines that lost most are not those with the most money in the plan, and one mean can't know that. What does each line's own planned money lose by its
# own rate?
# %% wrong="one_rate" task="at_risk"
total = plan_2026["plan_eur"].sum()
in_mix = plan_2026["plan_units"].sum() * lines["units"] / lines["units"].sum() * plan_2026["plan_price_eur"]
in_win_rate = total * lines["win_rate"].mean() / plan_2026["plan_win_rate"].mean()
in_price = plan_2026["plan_units"] * lines["amount_eur"] / lines["units"]
at_risk = pd.DataFrame({"assumption": ["mix", "win rate", "price"],
                        "risk_eur": [in_mix.sum() - total, in_win_rate - total, in_price.sum() - total]})
# %% [markdown]
# **What it does to your own work.** Open your `targets` of 1.1. The season in them has not been touched by this review: a quarter keeps its part of the year. The year itself has, line by line, by the factors above.
# The move of 1.4 rests on what a contract costs to win, and whoever wins less often pays more for each. Write beside both whether they stand, change or wait, and from which day on somebody can tell. The memo asks for it.
