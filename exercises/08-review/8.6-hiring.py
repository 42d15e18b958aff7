# ---
# topic: "8.6"
# title: Whom to hire, and when
# tables: [opportunities, hiring, ramp, reps]
# tasks:
#   lead:
#     points: 3
#     answer: {type: table, keys: [sales_model], columns: {lead_months: 0.05, lost_months: 0.05}}
#   velocity:
#     points: 2
#     answer: {type: table, keys: [year], columns: {open_deals: 0.5, win_rate: 0.002, days: 0.1, wins_a_month: "0.5%"}}
#   hires:
#     points: 3
#     answer: {type: table, keys: [case], columns: {growth: 0.002, leavers: 0.05, hires: 0.15}}
# ---
# %% [markdown]
# October is when a year is made. Tomasz Wieczorek will sign vacancies this week, and asks Claire Whitcombe and the other leads for one number with a range: how many people have to be looked for **now** so that nobody is
# missing in October 2026?
#
# `hiring` holds each vacancy with `opened_on` and `started_on` (empty while it is open), and `ramp` how productive new people were by month since their start, as a fraction, for `field` and `remote`. `deals` holds every
# opportunity with `created_on`, `closed_on` (empty while it is open) and `status` (`won`, `lost`, `open`). The sales force is summed up in four numbers: `people` now, `vacant` seats that are being filled, `left` people in
# 2023 to 2025, and `person_years` worked in those three years.
# %% given
import numpy as np
import pandas as pd

from course.case import load

opportunities, hiring, ramp, reps = load("opportunities", "hiring", "ramp", "reps")
MONTH = 30.4  # days
TODAY = pd.Timestamp("2025-12-31")
deals = opportunities[["opportunity_id", "status", "created_on", "closed_on"]]
ramp = ramp[["sales_model", "month_since_start", "productivity_rate"]]
people, vacant, left = reps["left_on"].isna().sum(), hiring["started_on"].isna().sum(), reps["left_on"].notna().sum()
worked = reps["left_on"].fillna(TODAY) - reps["hired_on"].clip(lower=pd.Timestamp("2023-01-01"))
person_years = worked.dt.days.sum() / 365.25
pd.Series({"people": people, "vacant": vacant, "left": left, "person_years": round(person_years, 1)})
# %% [markdown] task="lead"
# **How long before the need must the search begin, and what goes missing if it begins on the day?**
#
# Build a DataFrame `lead` with one row for each `sales_model` (`field`, `remote`) and the columns
#
# - `lead_months`: months from the opening of a vacancy to the month in which the new person is worth at least 0.9 of a full one. That is the search (the median of `started_on` less `opened_on` over the filled vacancies of
#   both models, in months of `MONTH` days) plus the first `month_since_start` with a `productivity_rate` of 0.9 or more
# - `lost_months`: months of a full person's work that are missing in that time: the whole search, and in each month of the ramp before that one, what is missing to 1
#
# Both count as right within 0.05 months. Each month that is missing from the first is a month in which Tomasz signs too late.
# %% answer="lead"
### BEGIN SOLUTION
filled = hiring.dropna(subset=["started_on"])
search = (filled["started_on"] - filled["opened_on"]).dt.days.median() / MONTH
rows = []
for model, curve in ramp.groupby("sales_model"):
    full = curve.loc[curve["productivity_rate"] >= 0.9, "month_since_start"].min()
    missing = 1 - curve.loc[curve["month_since_start"] < full, "productivity_rate"]
    rows.append({"sales_model": model, "lead_months": search + full, "lost_months": search + missing.sum()})
lead = pd.DataFrame(rows)
### END SOLUTION
# %% check="lead"
assert isinstance(lead, pd.DataFrame), "lead should be a DataFrame with a row for field and one for remote"
seen = lead.reset_index()
missing_columns = [c for c in ("sales_model", "lead_months", "lost_months") if c not in seen.columns]
assert not missing_columns, f"lead lacks the columns {missing_columns}"
assert sorted(seen["sales_model"]) == ["field", "remote"], f"the rows are {sorted(seen['sales_model'])}"
assert seen["lead_months"].between(1, 24).all(), "lead_months is in months"
assert (seen["lost_months"] <= seen["lead_months"]).all(), "no more work can be missing than there is time"
# %% hidden="lead"
expect(lead)
waits = lead.reset_index().set_index("sales_model")["lead_months"]
assert waits["field"] > 6, "hiring on the day of need is two quarters late"
# %% [markdown] hint="lead"
# Two stretches follow each other: nobody sits there, and then somebody sits there who can't do it yet. In the first a whole person is missing, in the second a part.
# %% [markdown] hint="lead"
# For one model: `full` is the smallest `month_since_start` among the rows with a rate of 0.9 or more. The ramp's missing work is the sum of `1 - productivity_rate` over the months before `full`.
# %% [markdown] hint="lead"
# Loop over `ramp.groupby("sales_model")`; put `search + full` and `search + (1 - rate).sum()` into a row for each, and make a DataFrame of the rows.
# %% [markdown] wrong="search_only" task="lead"
# This ends on the person's first day. The chair is taken then, and for some months hardly a deal comes from it, so Tomasz would open the vacancy two quarters too late. From which month is the new person worth a full one?
# %% wrong="search_only" task="lead"
filled = hiring.dropna(subset=["started_on"])
search = (filled["started_on"] - filled["opened_on"]).dt.days.median() / MONTH
lead = pd.DataFrame({"sales_model": ["field", "remote"], "lead_months": search, "lost_months": search})
# %% [markdown] wrong="whole_ramp" task="lead"
# This counts the ramp as if new people sold nothing until they are full. It makes each vacancy dearer than it is and would have you hire for months in which somebody already does half of the work. What
# does a person bring in the fifth month?
# %% wrong="whole_ramp" task="lead"
filled = hiring.dropna(subset=["started_on"])
search = (filled["started_on"] - filled["opened_on"]).dt.days.median() / MONTH
full = ramp[ramp["productivity_rate"] >= 0.9].groupby("sales_model")["month_since_start"].min()
lead = pd.DataFrame({"lead_months": search + full, "lost_months": search + full}).reset_index()
# %% [markdown] wrong="ramp_only" task="lead"
# This begins on the person's first day. Before it a chair is empty and a vacancy is out, and Tomasz would sign when there is still time for the ramp but none for the search. How long does it take until somebody
# starts?
# %% wrong="ramp_only" task="lead"
rows = []
for model, curve in ramp.groupby("sales_model"):
    full = curve.loc[curve["productivity_rate"] >= 0.9, "month_since_start"].min()
    missing = 1 - curve.loc[curve["month_since_start"] < full, "productivity_rate"]
    rows.append({"sales_model": model, "lead_months": float(full), "lost_months": missing.sum()})
lead = pd.DataFrame(rows)
# %% [markdown] task="velocity"
# **Does the pipeline move faster than a year ago?**
#
# Build a DataFrame `velocity` with one row for each `year` (2024 and 2025) and the columns
#
# - `year`
# - `open_deals`: deals that were open at the end of 31 December of that year
# - `win_rate`: share won of the deals decided in that year, a fraction
# - `days`: mean days from `created_on` to `closed_on` of the deals decided in that year
# - `wins_a_month`: the pipeline's velocity, `open_deals` x `win_rate` / `days` x `MONTH`
#
# Counts have to be exact; `win_rate` counts as right within 0.002, `days` within 0.1, `wins_a_month` within 0.5%. This ratio decides how many are hired, so a pipeline that looks too full hires people for deals that are not there.
# %% answer="velocity"
### BEGIN SOLUTION
rows = []
for year in (2024, 2025):
    end = pd.Timestamp(f"{year}-12-31")
    was_open = (deals["created_on"] <= end) & (deals["closed_on"].isna() | (deals["closed_on"] > end))
    decided = deals[deals["closed_on"].dt.year == year]
    win_rate = (decided["status"] == "won").mean()
    days = (decided["closed_on"] - decided["created_on"]).dt.days.mean()
    rows.append({"year": year, "open_deals": was_open.sum(), "win_rate": win_rate, "days": days})
velocity = pd.DataFrame(rows)
velocity["wins_a_month"] = velocity["open_deals"] * velocity["win_rate"] / velocity["days"] * MONTH
### END SOLUTION
# %% check="velocity"
assert isinstance(velocity, pd.DataFrame), "velocity should be a DataFrame with a row for 2024 and one for 2025"
seen = velocity.reset_index()
missing_columns = [c for c in ("year", "open_deals", "win_rate", "days", "wins_a_month") if c not in seen.columns]
assert not missing_columns, f"velocity lacks the columns {missing_columns}"
assert sorted(seen["year"]) == [2024, 2025], f"the rows are {sorted(seen['year'])}"
assert seen["win_rate"].between(0.05, 0.95).all(), "win_rate is a fraction of the decided deals"
# %% hidden="velocity"
expect(velocity)
rows = velocity.reset_index().set_index("year")
assert rows.loc[2025, "win_rate"] < rows.loc[2024, "win_rate"], "more deals, won less often"
# %% [markdown] hint="velocity"
# For the end of 2024 you have to look as somebody did that evening: a deal that was lost in March 2025 was open.
# %% [markdown] hint="velocity"
# Open on a day: created on it or before, and closed after it or not at all. The other two columns come from the deals with `closed_on` in the year.
# %% [markdown] hint="velocity"
# `(deals["created_on"] <= end) & (deals["closed_on"].isna() | (deals["closed_on"] > end))` marks the open ones; its `sum()` is their number.
# %% [markdown] wrong="still_open" task="velocity"
# This counts the deals of 2024 that are open to this day. Nearly all have been decided since, so the pipeline seems to have multiplied, and you would hire a second sales force. What was open on the evening of 31 December 2024?
# %% wrong="still_open" task="velocity"
rows = []
for year in (2024, 2025):
    end = pd.Timestamp(f"{year}-12-31")
    decided = deals[deals["closed_on"].dt.year == year]
    rows.append({
        "year": year, "open_deals": ((deals["created_on"] <= end) & (deals["status"] == "open")).sum(),
        "win_rate": (decided["status"] == "won").mean(),
        "days": (decided["closed_on"] - decided["created_on"]).dt.days.mean(),
    })
velocity = pd.DataFrame(rows)
velocity["wins_a_month"] = velocity["open_deals"] * velocity["win_rate"] / velocity["days"] * MONTH
# %% [markdown] wrong="opened_in_year" task="velocity"
# This takes all deals opened in the year for the pipeline. Most of them were decided within it, so the velocity comes out several times too high and no number of people would be enough. How many were there to work on at one time?
# %% wrong="opened_in_year" task="velocity"
rows = []
for year in (2024, 2025):
    decided = deals[deals["closed_on"].dt.year == year]
    rows.append({
        "year": year, "open_deals": (deals["created_on"].dt.year == year).sum(),
        "win_rate": (decided["status"] == "won").mean(),
        "days": (decided["closed_on"] - decided["created_on"]).dt.days.mean(),
    })
velocity = pd.DataFrame(rows)
velocity["wins_a_month"] = velocity["open_deals"] * velocity["win_rate"] / velocity["days"] * MONTH
# %% [markdown] wrong="by_opening" task="velocity"
# This takes the win rate of the deals that were opened in the year. Many of those of 2025 are open still and count as not won, so the year looks worse than it was and you hire too few. Which deals have had their
# decision?
# %% wrong="by_opening" task="velocity"
rows = []
for year in (2024, 2025):
    end = pd.Timestamp(f"{year}-12-31")
    was_open = (deals["created_on"] <= end) & (deals["closed_on"].isna() | (deals["closed_on"] > end))
    decided = deals[deals["closed_on"].dt.year == year]
    opened = deals[deals["created_on"].dt.year == year]
    days = (decided["closed_on"] - decided["created_on"]).dt.days.mean()
    rows.append({"year": year, "open_deals": was_open.sum(), "win_rate": (opened["status"] == "won").mean(), "days": days})
velocity = pd.DataFrame(rows)
velocity["wins_a_month"] = velocity["open_deals"] * velocity["win_rate"] / velocity["days"] * MONTH
# %% [markdown] wrong="won_days" task="velocity"
# This takes the days of the won deals alone. The pipeline is emptied by losses too, and they take another time; leave them out, and a month has more or fewer decisions than there are people for. Which deals leave the
# pipeline?
# %% wrong="won_days" task="velocity"
rows = []
for year in (2024, 2025):
    end = pd.Timestamp(f"{year}-12-31")
    was_open = (deals["created_on"] <= end) & (deals["closed_on"].isna() | (deals["closed_on"] > end))
    decided = deals[deals["closed_on"].dt.year == year]
    won = decided[decided["status"] == "won"]
    days = (won["closed_on"] - won["created_on"]).dt.days.mean()
    rows.append({"year": year, "open_deals": was_open.sum(), "win_rate": (decided["status"] == "won").mean(), "days": days})
velocity = pd.DataFrame(rows)
velocity["wins_a_month"] = velocity["open_deals"] * velocity["win_rate"] / velocity["days"] * MONTH
# %% [markdown] task="hires"
# **How many vacancies are to be opened now, and within which range?**
#
# A person wanted in time for October must be looked for now, and so must the successor of somebody who will have left by then. Build a DataFrame `hires` with three rows, `case` being `"low"`, `"expected"` and `"high"`, and the columns
#
# - `growth`: by how much the velocity grew from 2024 to 2025, a fraction (0.05 is five per cent). Low and high lie 1.96 standard errors away, and the standard error is sqrt(1 / wins of 2024 + 1 / wins of 2025), with the deals won in those years
# - `leavers`: people expected to leave within the `lead_months` of `field`, at the yearly rate at which they left from 2023 to 2025. Low and high lie 1.96 times the root of that number away, low not below nought
# - `hires`: vacancies to be opened besides those that are open: the growth in people, plus the leavers, less `vacant`. Not rounded. Below nought, nobody is looked for, and some of the seats that are being filled now would not be needed either
#
# `growth` counts as right within 0.002, `leavers` within 0.05, `hires` within 0.15. A chair too few is empty in October, when a year is made; one too many is paid without work.
# %% answer="hires"
### BEGIN SOLUTION
pace = velocity.set_index("year")["wins_a_month"]
won = deals[deals["status"] == "won"].groupby(deals["closed_on"].dt.year).size()
growth, error = pace[2025] / pace[2024] - 1, np.sqrt(1 / won[2024] + 1 / won[2025])
months = lead.set_index("sales_model").loc["field", "lead_months"]
leavers = people * left / person_years * months / 12
hires = pd.DataFrame({"case": ["low", "expected", "high"], "off": [-1.96, 0, 1.96]})
hires["growth"] = growth + hires["off"] * error
hires["leavers"] = (leavers + hires["off"] * np.sqrt(leavers)).clip(lower=0)
hires["hires"] = people * hires["growth"] + hires["leavers"] - vacant
hires = hires[["case", "growth", "leavers", "hires"]]
### END SOLUTION
# %% check="hires"
assert isinstance(hires, pd.DataFrame), "hires should be a DataFrame with the rows low, expected and high"
seen = hires.reset_index()
missing_columns = [c for c in ("case", "growth", "leavers", "hires") if c not in seen.columns]
assert not missing_columns, f"hires lacks the columns {missing_columns}"
assert sorted(seen["case"]) == ["expected", "high", "low"], f"the rows are {sorted(seen['case'])}"
assert (seen["leavers"] >= 0).all(), "nobody can leave less than not at all"
assert (seen["growth"].abs() < 1).all(), "growth is a fraction; 0.05 is five per cent"
# %% hidden="hires"
expect(hires)
rows = hires.reset_index().set_index("case")
assert rows.loc["low", "hires"] < rows.loc["expected", "hires"] < rows.loc["high", "hires"]
# %% after="hires"
low, expected, high = (hires.set_index("case").loc[case, "hires"] for case in ("low", "expected", "high"))
if low <= 0:
    print(f"Low: open nobody. The {vacant} seats that are being filled would be {-low:.1f} more than October needs.")
    print("So no new vacancy is needed whatever happens, and each that Tomasz signs today is a bet on growth.")
else:
    print(f"Low: open {low:.1f}. These are needed even if luck goes against you, so they can be signed today.")
print(f"Expected: {expected:.1f}, high: {high:.1f}. What lies above the low case is signed where an empty chair costs more than an idle person, or in April, on the wins of the first quarter.")
# %% [markdown] hint="hires"
# Three things move the number of people: the work that there will be, the people who will be gone, and the seats that are being filled already.
# %% [markdown] hint="hires"
# The yearly rate of leaving is `left / person_years`. Times `people`, times the lead time in years, it is the expected number of leavers.
# %% [markdown] hint="hires"
# With `off` as -1.96, 0 and 1.96: `growth + off * error`, `leavers + off * sqrt(leavers)` clipped at nought, and `people * growth + leavers - vacant`.
# %% [markdown] wrong="pipeline_growth" task="hires"
# This hires in step with the number of open deals. They are won less often than a year ago, so the people would be there and their wins would not. What has grown by less than the pipeline?
# %% wrong="pipeline_growth" task="hires"
count = velocity.set_index("year")["open_deals"]
won = deals[deals["status"] == "won"].groupby(deals["closed_on"].dt.year).size()
growth, error = count[2025] / count[2024] - 1, np.sqrt(1 / won[2024] + 1 / won[2025])
months = lead.set_index("sales_model").loc["field", "lead_months"]
leavers = people * left / person_years * months / 12
hires = pd.DataFrame({"case": ["low", "expected", "high"], "off": [-1.96, 0, 1.96]})
hires["growth"] = growth + hires["off"] * error
hires["leavers"] = (leavers + hires["off"] * np.sqrt(leavers)).clip(lower=0)
hires["hires"] = people * hires["growth"] + hires["leavers"] - vacant
# %% [markdown] wrong="nobody_leaves" task="hires"
# This replaces people when they have gone. Their successors are full two to three quarters later, so October finds seats that are filled on paper. Who will have left by then, going by the last three years?
# %% wrong="nobody_leaves" task="hires"
pace = velocity.set_index("year")["wins_a_month"]
won = deals[deals["status"] == "won"].groupby(deals["closed_on"].dt.year).size()
growth, error = pace[2025] / pace[2024] - 1, np.sqrt(1 / won[2024] + 1 / won[2025])
hires = pd.DataFrame({"case": ["low", "expected", "high"], "off": [-1.96, 0, 1.96], "leavers": 0.0})
hires["growth"] = growth + hires["off"] * error
hires["hires"] = people * hires["growth"] - vacant
# %% [markdown] wrong="seats_twice" task="hires"
# This forgets the seats that are being filled already. Claire would sign for them a second time, and in October they have two people each. Which vacancies are out?
# %% wrong="seats_twice" task="hires"
pace = velocity.set_index("year")["wins_a_month"]
won = deals[deals["status"] == "won"].groupby(deals["closed_on"].dt.year).size()
growth, error = pace[2025] / pace[2024] - 1, np.sqrt(1 / won[2024] + 1 / won[2025])
months = lead.set_index("sales_model").loc["field", "lead_months"]
leavers = people * left / person_years * months / 12
hires = pd.DataFrame({"case": ["low", "expected", "high"], "off": [-1.96, 0, 1.96]})
hires["growth"] = growth + hires["off"] * error
hires["leavers"] = (leavers + hires["off"] * np.sqrt(leavers)).clip(lower=0)
hires["hires"] = people * hires["growth"] + hires["leavers"]
# %% [markdown] wrong="whole_year" task="hires"
# This expects the leavers of a whole year. Whoever leaves after the lead time can still be replaced by a vacancy that is opened later, so chairs are filled now that nobody will have left. How much of a year
# does this plan have to cover?
# %% wrong="whole_year" task="hires"
pace = velocity.set_index("year")["wins_a_month"]
won = deals[deals["status"] == "won"].groupby(deals["closed_on"].dt.year).size()
growth, error = pace[2025] / pace[2024] - 1, np.sqrt(1 / won[2024] + 1 / won[2025])
months = lead.set_index("sales_model").loc["field", "lead_months"]
leavers = people * left / person_years
hires = pd.DataFrame({"case": ["low", "expected", "high"], "off": [-1.96, 0, 1.96]})
hires["growth"] = growth + hires["off"] * error
hires["leavers"] = (leavers + hires["off"] * np.sqrt(leavers)).clip(lower=0)
hires["hires"] = people * hires["growth"] + hires["leavers"] - vacant
