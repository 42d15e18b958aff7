# ---
# topic: "7.6"
# title: Planning the quarter together
# tables: [campaigns, offers, territories, opportunities, accounts]
# tasks:
#   calendar:
#     points: 4
#     answer: {type: table, keys: [campaign_id], columns: {action: null}}
#   coverage:
#     points: 2
#     answer: {type: mapping, tolerance: "1%"}
#   gaps:
#     points: 2
#     answer: {type: table, keys: [territory_id], columns: {deals: 0.4, value_eur: "1%"}}
# ---
# %% [markdown]
# The reading laid two plans of 2025 over each other when it was too late. You do it in time: the campaigns of the **first quarter of 2026**, the list of offers as it stands, and
# what the territories have to close. Daniel Reyes and Claire Whitcombe sign the joint calendar on Friday. Three requests came in this week; they are
# campaigns like the others, with ids that begin with `RQ`.
#
# - `campaigns`: `campaign_id`, `channel`, `territory_id`, `offer_id`, `starts_on`, `ends_on` (its last day), `budget_eur`, `in_sales_plan` (whether the
#   territory's sales plan counts on it)
# - `offers`: `offer_id`, `name`, `valid_from`, `withdrawn_on` (empty while it stands)
# - `deals`: all open deals, with `territory_id`, `expected_close_on` and `value_eur` (deals without an amount have their segment's usual one)
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

everything, offers, territories, opportunities, accounts = load("campaigns", "offers", "territories", "opportunities", "accounts")
COLUMNS = ["campaign_id", "channel", "territory_id", "offer_id", "starts_on", "ends_on", "budget_eur", "in_sales_plan"]
campaigns = everything.loc[everything["starts_on"] >= "2026-01-01", COLUMNS]
offers = offers[["offer_id", "name", "valid_from", "withdrawn_on"]]
offers = pd.concat([offers, pd.DataFrame([{"offer_id": "OF-11", "name": "Core with the first audit report", "valid_from": pd.Timestamp("2026-03-02")}])], ignore_index=True)


def request(number, beside, starts_on, days, offer_id, budget_eur):
    """A campaign that somebody asks for this week, in the territory of another one."""
    row = [f"RQ-{number}", "webinar", beside.territory_id, offer_id, starts_on, starts_on + pd.Timedelta(days=days), budget_eur, False]
    return dict(zip(COLUMNS, row, strict=True))


alone = campaigns[~campaigns["territory_id"].duplicated(keep=False) & campaigns["offer_id"].isin(offers.loc[offers["withdrawn_on"].isna(), "offer_id"])]
one, two = alone.sort_values("territory_id").head(2).itertuples()
requests = pd.DataFrame([
    request(1, one, one.ends_on - pd.Timedelta(days=7), 28, one.offer_id, 9_000.0),
    request(2, one, one.ends_on + pd.Timedelta(days=14), 28, one.offer_id, 8_000.0),
    request(3, two, pd.Timestamp("2026-02-16"), 28, "OF-11", 11_000.0),
])
campaigns = pd.concat([campaigns, requests], ignore_index=True)
QUARTER_END = pd.Timestamp("2026-03-31")

deals = opportunities[opportunities["status"] == "open"].merge(accounts[["account_id", "territory_id"]], on="account_id")
usual = deals.groupby("segment")["amount_eur"].median()
deals["value_eur"] = deals["amount_eur"].fillna(deals["segment"].map(usual))
deals = deals[["opportunity_id", "territory_id", "expected_close_on", "value_eur"]]


def clashes(row, others):
    """Whether a campaign shares a day with one of the others in its territory. All are rows as `itertuples()` gives them."""
    return any(row.starts_on <= other.ends_on and other.starts_on <= row.ends_on for other in others)


campaigns.tail()
# %% [markdown] task="calendar"
# **1. What happens to each campaign?** A campaign that should have been struck makes promises which a seller has to take back.
#
# `calendar` is a DataFrame with one row for each campaign and the columns `campaign_id` and `action`. The two have agreed on four actions.
#
# 1. `"stop"`: the offer can't be made on the campaign's first day, because it was withdrawn by then or is not valid yet.
# 2. Go through the others of each territory in this order: those that the sales plan counts on first, then by `starts_on`, then by `campaign_id`. One that
#    shares a day with a campaign **that has kept its weeks** in this territory gets `"move"`. All others keep their weeks. `clashes` tells whether a campaign
#    shares a day with one of a list.
# 3. Of those that keep their weeks, the ones on which the sales plan counts get `"keep"`, the others `"agree"`: somebody who sells in the territory has to say yes first.
# %% answer="calendar"
### BEGIN SOLUTION
plan = campaigns.merge(offers[["offer_id", "valid_from", "withdrawn_on"]], on="offer_id")
void = (plan["withdrawn_on"] <= plan["starts_on"]) | (plan["valid_from"] > plan["starts_on"])
action = dict.fromkeys(plan.loc[void, "campaign_id"], "stop")
standing = plan[~void].sort_values(["in_sales_plan", "starts_on", "campaign_id"], ascending=[False, True, True])
for _, rows in standing.groupby("territory_id", sort=False):
    kept = []
    for row in rows.itertuples():
        if clashes(row, kept):
            action[row.campaign_id] = "move"
        else:
            kept.append(row)
            action[row.campaign_id] = "keep" if row.in_sales_plan else "agree"
calendar = pd.DataFrame({"campaign_id": list(action), "action": list(action.values())})
### END SOLUTION
# %% check="calendar"
assert isinstance(calendar, pd.DataFrame), "calendar should be a DataFrame with one row for each campaign"
seen = calendar.reset_index()
missing = [c for c in ("campaign_id", "action") if c not in seen.columns]
assert not missing, f"calendar lacks the columns {missing}"
assert sorted(seen["campaign_id"]) == sorted(campaigns["campaign_id"]), "every campaign of the quarter, each once"
assert set(seen["action"]) <= {"stop", "move", "agree", "keep"}, 'an action is "stop", "move", "agree" or "keep"'
# %% hidden="calendar"
expect(calendar)
done = calendar.merge(campaigns, on="campaign_id")
assert (done["action"] == "stop").sum() == 3, "two campaigns push an offer that sales has withdrawn, and a request one that is not valid yet"
stays = done[done["action"].isin(["keep", "agree"])].sort_values(["territory_id", "starts_on"])
ends = stays.groupby("territory_id")["ends_on"].shift()
assert not (stays["starts_on"] <= ends).any(), "no two campaigns that keep their weeks share a day in a territory"
# %% after="calendar"
bar(calendar.groupby("action", as_index=False).size(), "action", "size", title="Campaigns of the first quarter by what happens to them")
# %% [markdown] hint="calendar"
# Begin with what can't run at all. A campaign that is stopped can't be in anybody's way.
# %% [markdown] hint="calendar"
# Sort by `["in_sales_plan", "starts_on", "campaign_id"]` with `ascending=[False, True, True]`, go through one territory at a time, and keep a list of the
# campaigns that have kept their weeks.
# %% [markdown] hint="calendar"
# `for row in rows.itertuples():` if `clashes(row, kept)`, it moves. If not, append `row` to `kept`; it is "keep" or "agree" by `row.in_sales_plan`.
# %% [markdown] wrong="planned_in_time" task="calendar"
# This checks each offer against the day on which it became valid, and never against the day on which it was withdrawn. The campaigns run, customers ask for
# what they were promised, and a seller has to say no to the keenest of them. What has happened to the list of offers since last autumn?
# %% wrong="planned_in_time" task="calendar"
plan = campaigns.merge(offers[["offer_id", "valid_from", "withdrawn_on"]], on="offer_id")
void = plan["valid_from"] > plan["starts_on"]
action = dict.fromkeys(plan.loc[void, "campaign_id"], "stop")
standing = plan[~void].sort_values(["in_sales_plan", "starts_on", "campaign_id"], ascending=[False, True, True])
for _, rows in standing.groupby("territory_id", sort=False):
    kept = []
    for row in rows.itertuples():
        if any(row.starts_on <= end and start <= row.ends_on for start, end in kept):
            action[row.campaign_id] = "move"
        else:
            kept.append((row.starts_on, row.ends_on))
            action[row.campaign_id] = "keep" if row.in_sales_plan else "agree"
calendar = pd.DataFrame({"campaign_id": list(action), "action": list(action.values())})
# %% [markdown] wrong="not_yet_valid" task="calendar"
# This strikes the offers that were withdrawn and lets one through that does not stand yet. Customers who answer in the first week are told to come back in the next month, and some will
# go to Aldermoor meanwhile. What else must be true of an offer on the first day of its campaign?
# %% wrong="not_yet_valid" task="calendar"
plan = campaigns.merge(offers[["offer_id", "withdrawn_on"]], on="offer_id")
void = plan["withdrawn_on"] <= plan["starts_on"]
action = dict.fromkeys(plan.loc[void, "campaign_id"], "stop")
standing = plan[~void].sort_values(["in_sales_plan", "starts_on", "campaign_id"], ascending=[False, True, True])
for _, rows in standing.groupby("territory_id", sort=False):
    kept = []
    for row in rows.itertuples():
        if any(row.starts_on <= end and start <= row.ends_on for start, end in kept):
            action[row.campaign_id] = "move"
        else:
            kept.append((row.starts_on, row.ends_on))
            action[row.campaign_id] = "keep" if row.in_sales_plan else "agree"
calendar = pd.DataFrame({"campaign_id": list(action), "action": list(action.values())})
# %% [markdown] wrong="any_clash" task="calendar"
# This also moves a campaign whose only clash is with one that has been moved itself. Those weeks are free again, and the territory loses a campaign that was in nobody's way. Which of the
# campaigns before it still stand there?
# %% wrong="any_clash" task="calendar"
plan = campaigns.merge(offers[["offer_id", "valid_from", "withdrawn_on"]], on="offer_id")
void = (plan["withdrawn_on"] <= plan["starts_on"]) | (plan["valid_from"] > plan["starts_on"])
action = dict.fromkeys(plan.loc[void, "campaign_id"], "stop")
standing = plan[~void].sort_values(["in_sales_plan", "starts_on", "campaign_id"], ascending=[False, True, True])
for _, rows in standing.groupby("territory_id", sort=False):
    seen = []
    for row in rows.itertuples():
        clash = any(row.starts_on <= end and start <= row.ends_on for start, end in seen)
        action[row.campaign_id] = "move" if clash else "keep" if row.in_sales_plan else "agree"
        seen.append((row.starts_on, row.ends_on))
calendar = pd.DataFrame({"campaign_id": list(action), "action": list(action.values())})
# %% [markdown] wrong="both_moved" task="calendar"
# Where two campaigns share a day, this moves both. Nobody is favoured, and the weeks over which they quarrelled stand empty, in territories that had too
# much a moment ago. Which of the two may stay?
# %% wrong="both_moved" task="calendar"
plan = campaigns.merge(offers[["offer_id", "valid_from", "withdrawn_on"]], on="offer_id")
void = (plan["withdrawn_on"] <= plan["starts_on"]) | (plan["valid_from"] > plan["starts_on"])
pairs = plan[~void].merge(plan[~void], on="territory_id", suffixes=("", "_other"))
pairs = pairs[(pairs["campaign_id"] != pairs["campaign_id_other"]) & (pairs["starts_on"] <= pairs["ends_on_other"]) & (pairs["starts_on_other"] <= pairs["ends_on"])]
clash = plan["campaign_id"].isin(pairs["campaign_id"])
calendar = plan[["campaign_id"]].assign(action=np.where(void, "stop", np.where(clash, "move", np.where(plan["in_sales_plan"], "keep", "agree"))))
# %% [markdown] wrong="sales_decides" task="calendar"
# This stops every campaign that no sales plan counts on. More than a third of the quarter would be gone because two departments planned in different weeks, and no
# customer has been asked. For which of them would somebody in the territory say yes?
# %% wrong="sales_decides" task="calendar"
plan = campaigns.merge(offers[["offer_id", "valid_from", "withdrawn_on"]], on="offer_id")
void = (plan["withdrawn_on"] <= plan["starts_on"]) | (plan["valid_from"] > plan["starts_on"]) | ~plan["in_sales_plan"]
action = dict.fromkeys(plan.loc[void, "campaign_id"], "stop")
for _, rows in plan[~void].sort_values(["starts_on", "campaign_id"]).groupby("territory_id"):
    kept = []
    for row in rows.itertuples():
        if any(row.starts_on <= end and start <= row.ends_on for start, end in kept):
            action[row.campaign_id] = "move"
        else:
            kept.append((row.starts_on, row.ends_on))
            action[row.campaign_id] = "keep"
calendar = pd.DataFrame({"campaign_id": list(action), "action": list(action.values())})
# %% [markdown] task="coverage"
# **2. How much of the quarter does the calendar reach?** Tomasz Wieczorek pays for the campaigns and has only ever been told how many there are.
#
# A deal is **due** if its `expected_close_on` is no later than `QUARTER_END`. Those whose day has passed are still open, so they count. A
# territory is **reached** if at least one of its campaigns is not stopped. `coverage` is a dict with four numbers, each right within 1%:
#
# - `"territories_rate"`: the share of all territories that are reached
# - `"value_rate"`: the share of the value due that lies in them
# - `"agree_eur"`: the budget of the campaigns with `"agree"`
# - `"freed_eur"`: the budget of the campaigns with `"stop"`
# %% answer="coverage"
### BEGIN SOLUTION
done = calendar.merge(campaigns, on="campaign_id")
reached = set(done.loc[done["action"] != "stop", "territory_id"])
due = deals[deals["expected_close_on"] <= QUARTER_END]
budget = done.groupby("action")["budget_eur"].sum()
coverage = {
    "territories_rate": len(reached) / len(territories),
    "value_rate": due.loc[due["territory_id"].isin(reached), "value_eur"].sum() / due["value_eur"].sum(),
    "agree_eur": budget.get("agree", 0),
    "freed_eur": budget.get("stop", 0),
}
### END SOLUTION
# %% check="coverage"
assert set(coverage) == {"territories_rate", "value_rate", "agree_eur", "freed_eur"}, "four numbers, named as in the task"
assert all(0 < coverage[k] < 1 for k in ("territories_rate", "value_rate")), "two of the four are fractions between 0 and 1"
assert coverage["agree_eur"] + coverage["freed_eur"] <= campaigns["budget_eur"].sum(), "the budgets are parts of what the quarter costs"
# %% hidden="coverage"
expect(coverage)
assert coverage["territories_rate"] < 0.7, "many a territory has no campaign at all"
# %% [markdown] hint="coverage"
# Which territories have a campaign left? Make that a set first; both rates need it.
# %% [markdown] hint="coverage"
# Merge `calendar` with `campaigns`, keep what is not stopped, and take the unique `territory_id`. Then ask of each deal that is due whether its territory is in there.
# %% [markdown] wrong="counted_campaigns" task="coverage"
# This divides the campaigns by the number of territories. Some have three of them and many have none, so the rate says how busy marketing is and not how
# many are reached. How many different territories stand in the calendar?
# %% wrong="counted_campaigns" task="coverage"
done = calendar.merge(campaigns, on="campaign_id")
left = done[done["action"] != "stop"]
due = deals[deals["expected_close_on"] <= QUARTER_END]
budget = done.groupby("action")["budget_eur"].sum()
coverage = {
    "territories_rate": len(left) / len(territories),
    "value_rate": due.loc[due["territory_id"].isin(left["territory_id"]), "value_eur"].sum() / due["value_eur"].sum(),
    "agree_eur": budget.get("agree", 0),
    "freed_eur": budget.get("stop", 0),
}
# %% [markdown] task="gaps"
# **3. Where should the freed money go first?** Whoever is not among the four waits until April.
#
# `gaps` is a DataFrame with the **four** territories that are not reached and have the most value due, and the columns `territory_id`, `deals` (how many are
# due) and `value_eur` (what they are worth, EUR). Money counts as right within 1%.
# %% answer="gaps"
### BEGIN SOLUTION
alone = due[~due["territory_id"].isin(reached)]
gaps = alone.groupby("territory_id").agg(deals=("value_eur", "size"), value_eur=("value_eur", "sum")).nlargest(4, "value_eur").reset_index()
### END SOLUTION
# %% check="gaps"
assert isinstance(gaps, pd.DataFrame), "gaps should be a DataFrame with four rows"
seen = gaps.reset_index()
missing = [c for c in ("territory_id", "deals", "value_eur") if c not in seen.columns]
assert not missing, f"gaps lacks the columns {missing}"
assert len(seen) == 4 and seen["territory_id"].is_unique, "four different territories"
# %% hidden="gaps"
expect(gaps)
assert not set(gaps["territory_id"]) & set(done.loc[done["action"] != "stop", "territory_id"]), "a gap has no campaign"
# %% after="gaps"
print("Nobody has shown that a campaign closes deals. Draw lots: two of the four get the money, two stay blank until April, and then you can compare.")
bar(gaps, "territory_id", "value_eur", title="Most to close and no campaign: value due by the end of March, EUR")
# %% [markdown] hint="gaps"
# The deals that are due, without those in the territories that are reached: then one sum and one count for each territory.
# %% [markdown] hint="gaps"
# `.groupby("territory_id").agg(deals=("value_eur", "size"), value_eur=("value_eur", "sum"))` and `.nlargest(4, "value_eur")`.
# %% [markdown] wrong="late_ones_left_out" task="gaps"
# This leaves out the deals whose day has passed. They are open, and in a territory where dates slip they are most of what a campaign could still help.
# On which evening would they stop being due?
# %% wrong="late_ones_left_out" task="gaps"
coming = deals[deals["expected_close_on"].between("2026-01-01", QUARTER_END)]
alone = coming[~coming["territory_id"].isin(reached)]
gaps = alone.groupby("territory_id").agg(deals=("value_eur", "size"), value_eur=("value_eur", "sum")).nlargest(4, "value_eur").reset_index()
# %% [markdown] wrong="gaps_of_all" task="gaps"
# These are the four largest by everything that is open. Part of it closes in summer or later, and the money freed in January would be spent where nothing is decided
# this quarter. What is due by the end of March?
# %% wrong="gaps_of_all" task="gaps"
alone = deals[~deals["territory_id"].isin(reached)]
gaps = alone.groupby("territory_id").agg(deals=("value_eur", "size"), value_eur=("value_eur", "sum")).nlargest(4, "value_eur").reset_index()
