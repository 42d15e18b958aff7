# ---
# topic: "5.3"
# title: Who owns a lead
# tables: [leads, routing_log, territories]
# tasks:
#   owners:
#     points: 4
#     answer: {type: table, keys: [lead_id], columns: {owner: null}}
#   latency:
#     points: 4
#     answer: {type: table, keys: [rule], columns: {median_hours: 0.1, p90_hours: 0.3, in_24_share: 0.004}}
# ---
# %% [markdown]
# Marketing and sales have agreed on a rule. Mei Tanaka wants it as a function that anybody can run, and Claire Whitcombe wants to
# know what it does to the answers that took longest before she signs a promise. You take the leads of **July to December 2025**.
#
# **The rule.** Read it from the top; the first line that fits decides.
#
# 1. A lead whose source is `partner` belongs to the partner desk.
# 2. A lead of an account that we know belongs to the salesperson of its territory, whatever its size.
# 3. A lead of an enterprise belongs to the salesperson of its territory.
# 4. Every other lead belongs to inside sales.
#
# Where a line says *salesperson* and the territory has none, the territory's manager owns the lead. Every lead has exactly one owner.
#
# `cases` is a list of leads to test the rule on, usual ones and rare ones, each a dict with `lead_id`, `source`, `segment` (`enterprise`,
# `mid-market` or `small`), `account_id`, `territory_id`, and the `rep_id` and `manager_id` of that territory. `account_id` is `None` where
# the account is not known to us, `rep_id` is `None` where nobody works the territory.
#
# If the figures are wrong, a promise stands on the website that is broken every week, under Claire's name.
# %% given
import pandas as pd

from course.case import load

leads, log, territories = load("leads", "routing_log", "territories")
leads = leads[leads["created_on"] >= "2025-07-01"]

fields = ["lead_id", "source", "segment", "account_id", "territory_id", "rep_id", "manager_id"]
known = leads.merge(territories[["territory_id", "rep_id", "manager_id"]], on="territory_id")
kind = [known["source"] == "partner", known["segment"], known["account_id"].isna(), known["rep_id"].isna()]
picked = known.groupby(kind).head(1).sort_values("lead_id")[fields].astype(object)
cases = picked.where(picked.notna(), None).to_dict("records")
pd.DataFrame(cases).head(8)
# %% [markdown] task="owners"
# **1. Who owns each of these leads?**
#
# Write the function `route(lead)`. It takes one lead as a dict and returns its owner as text: `"partner desk"`, `"inside sales"`, a
# salesperson's id such as `"R-012"` or a manager's id such as `"M-03"`. The steps:
#
# 1. Go through the lines of the rule in their order and return as soon as one fits.
# 2. Where a line says salesperson, see whether there is one.
#
# The last line of the cell applies it: `owners` is a DataFrame with `lead_id` and `owner`, one row for each case. Leave that line as it is.
# %% answer="owners"
def route(lead):
    """The owner of a lead, by the rule."""
    ### BEGIN SOLUTION
    if lead["source"] == "partner":
        return "partner desk"
    if lead["account_id"] is not None or lead["segment"] == "enterprise":
        return lead["rep_id"] or lead["manager_id"]
    return "inside sales"
    ### END SOLUTION


owners = pd.DataFrame([{"lead_id": lead["lead_id"], "owner": route(lead)} for lead in cases])
# %% check="owners"
assert len(owners) == len(cases), f"there are {len(cases)} cases; owners has {len(owners)} rows"
empty = list(owners.loc[owners["owner"].isna(), "lead_id"])
assert not empty, f"every lead has one owner; these have none: {empty[:4]}"
strange = sorted({o for o in owners["owner"] if o not in ("partner desk", "inside sales") and str(o)[:2] not in ("R-", "M-")})
assert not strange, f'an owner is "partner desk", "inside sales", an id R-… or an id M-…; found {strange[:3]}'
# %% hidden="owners"
expect(owners)
vacant = {"lead_id": "L-1", "source": "webinar", "segment": "small", "account_id": "A-00001", "territory_id": "T-001", "rep_id": None, "manager_id": "M-01"}
assert route(vacant) == "M-01", "a known account in a territory without a salesperson goes to the manager"
assert route({**vacant, "source": "partner"}) == "partner desk", "a partner's lead goes to the partner desk, known account or not"
# %% after="owners"
print(owners["owner"].str[:2].map({"pa": "partner desk", "in": "inside sales", "R-": "a salesperson", "M-": "a manager"}).value_counts().to_string())
# %% [markdown] hint="owners"
# Two lines can fit the same lead: a partner's lead from an account that we know, an enterprise that we know. What does the rule say about
# the order?
# %% [markdown] hint="owners"
# Three conditions one after the other, each with a `return`, and a last `return` for all that is left. `is None` tells whether something is missing.
# %% [markdown] hint="owners"
# `lead["rep_id"] or lead["manager_id"]` gives the salesperson where there is one and the manager where not.
# %% [markdown] wrong="size_first" task="owners"
# This asks for the size of the firm and the source, and not whether we know the account. A small customer of ten years then lands in inside
# sales, who look up whose it is and hand it over, and the clock runs on. Which line comes before size?
# %% wrong="size_first" task="owners"
def route(lead):
    if lead["source"] == "partner":
        return "partner desk"
    if lead["segment"] == "enterprise":
        return lead["rep_id"] or lead["manager_id"]
    return "inside sales"


owners = pd.DataFrame([{"lead_id": lead["lead_id"], "owner": route(lead)} for lead in cases])
# %% [markdown] wrong="account_first" task="owners"
# This gives a partner's lead to our own salesperson whenever we know the account. The partner hears from us that its lead is ours now, and the
# next one goes to a rival. Which line is read first?
# %% wrong="account_first" task="owners"
def route(lead):
    if lead["account_id"] is not None or lead["segment"] == "enterprise":
        return lead["rep_id"] or lead["manager_id"]
    if lead["source"] == "partner":
        return "partner desk"
    return "inside sales"


owners = pd.DataFrame([{"lead_id": lead["lead_id"], "owner": route(lead)} for lead in cases])
# %% [markdown] wrong="fallback_inside" task="owners"
# This sends leads of a territory without a salesperson to inside sales, as if nobody were in charge of it. They must ask whose the account
# is, which is the handover that the rule is there to end, and no manager feels the gap. Who answers for a territory that nobody works?
# %% wrong="fallback_inside" task="owners"
def route(lead):
    if lead["source"] == "partner":
        return "partner desk"
    if lead["account_id"] is not None or lead["segment"] == "enterprise":
        return lead["rep_id"] or "inside sales"
    return "inside sales"


owners = pd.DataFrame([{"lead_id": lead["lead_id"], "owner": route(lead)} for lead in cases])
# %% [markdown]
# Now the time. `turns` has one row for each team that held a lead, in order: `lead_id`, `step` (1 for the first team), `team`, `reason` (why it
# came **to this team**; `rule` for the first) and `hours_held` (working hours until this team answered the lead or passed it on). The hours of a lead's rows
# add up to what the customer waited. Only answered leads are in the log.
# %% given
turns = log[log["lead_id"].isin(leads["lead_id"])].sort_values(["lead_id", "step"]).reset_index(drop=True)
turns.head(6)
# %% [markdown] task="latency"
# **2. How long did customers wait, and how long would they have waited under the rule?**
#
# The rule knows partner, account, region and territory when the lead comes in. So nobody would have passed a lead on because of `no owner found`,
# `wrong region` or `partner account`; handovers because of a `holiday` would have stayed. Suppose that every other turn takes as long as it did.
#
# 1. Add up the hours of each lead: today's waiting time.
# 2. Find the turns that the rule would have spared: those that **ended** in a handover for one of the three reasons. Take their hours off.
# 3. Describe both waiting times over all leads.
#
# `latency` is a DataFrame with two rows and the columns
#
# - `rule`: `"today"` and `"one owner"`
# - `median_hours`: median of the waiting time (right within 0.1 hours)
# - `p90_hours`: its ninetieth percentile (within 0.3 hours)
# - `in_24_share`: share of leads answered within 24 working hours (a fraction, within 0.004)
# %% answer="latency"
KNOWABLE = ["no owner found", "wrong region", "partner account"]

### BEGIN SOLUTION
passed_on = turns.groupby("lead_id")["reason"].shift(-1)  # why the next team got it
spared = turns["hours_held"].where(passed_on.isin(KNOWABLE), 0)
today = turns.groupby("lead_id")["hours_held"].sum()
one_owner = today - spared.groupby(turns["lead_id"]).sum()

latency = pd.DataFrame([
    {"rule": name, "median_hours": hours.median(), "p90_hours": hours.quantile(0.9), "in_24_share": (hours <= 24).mean()}
    for name, hours in (("today", today), ("one owner", one_owner))
])
### END SOLUTION
# %% check="latency"
seen = latency.reset_index() if "rule" not in latency.columns else latency
assert set(seen["rule"]) == {"today", "one owner"}, 'the two rows are named "today" and "one owner"'
assert (seen["median_hours"] < seen["p90_hours"]).all(), "one lead in ten waits longer than p90_hours, so it lies above the median"
assert seen["in_24_share"].between(0, 1).all(), "in_24_share is a fraction: 0.6 for 60%"
# %% hidden="latency"
expect(latency)
rows = latency.set_index("rule") if "rule" in latency.columns else latency
assert rows.loc["today", "p90_hours"] > 2 * rows.loc["one owner", "p90_hours"], "handovers make the tail"
# %% after="latency"
from course.plot import bar

bar(latency, "rule", "p90_hours", title="One lead in ten waits longer than this, in working hours", highlight="one owner")
# %% [markdown] hint="latency"
# Whose clock is it? Add up by lead before you take a median. And read one lead with three rows aloud: which team lost the hours because
# the next one had to be found?
# %% [markdown] hint="latency"
# The reason for a handover stands in the row of the team that received the lead. Bring it one row up, within each lead, and you know why
# a turn ended. A turn that ended in an answer has no next row.
# %% [markdown] hint="latency"
# `turns.groupby("lead_id")["reason"].shift(-1)` is why each turn ended. Set `hours_held` to 0 where that is in `KNOWABLE`, and add up
# by lead again.
# %% [markdown] wrong="per_turn" task="latency"
# This takes the median over the teams' turns, so that each handover starts the clock again. Every team looks quick, the promise on the website is
# signed, and a customer whose lead went through three hands waits for the sum. Which rows belong to one customer?
# %% wrong="per_turn" task="latency"
KNOWABLE = ["no owner found", "wrong region", "partner account"]
passed_on = turns.groupby("lead_id")["reason"].shift(-1)
latency = pd.DataFrame([
    {"rule": name, "median_hours": hours.median(), "p90_hours": hours.quantile(0.9), "in_24_share": (hours <= 24).mean()}
    for name, hours in (("today", turns["hours_held"]), ("one owner", turns.loc[~passed_on.isin(KNOWABLE), "hours_held"]))
])
# %% [markdown] wrong="own_row" task="latency"
# This takes off the hours of the team that received the lead for such a reason. That team was the right one and answered; the hours were lost before
# it. The rule then looks as if it hardly shortened the tail, and Claire would not sign. In which row does the waiting stand?
# %% wrong="own_row" task="latency"
KNOWABLE = ["no owner found", "wrong region", "partner account"]
spared = turns["hours_held"].where(turns["reason"].isin(KNOWABLE), 0)
today = turns.groupby("lead_id")["hours_held"].sum()
one_owner = today - spared.groupby(turns["lead_id"]).sum()
latency = pd.DataFrame([
    {"rule": name, "median_hours": hours.median(), "p90_hours": hours.quantile(0.9), "in_24_share": (hours <= 24).mean()}
    for name, hours in (("today", today), ("one owner", one_owner))
])
# %% [markdown] wrong="holidays_too" task="latency"
# This leaves only the hours of the team that answered, as if the rule also knew who is on holiday. A promise made on that is broken every
# August, with Claire's name under it. Which of the four reasons could nobody read from the form?
# %% wrong="holidays_too" task="latency"
today = turns.groupby("lead_id")["hours_held"].sum()
one_owner = turns.groupby("lead_id")["hours_held"].last()
latency = pd.DataFrame([
    {"rule": name, "median_hours": hours.median(), "p90_hours": hours.quantile(0.9), "in_24_share": (hours <= 24).mean()}
    for name, hours in (("today", today), ("one owner", one_owner))
])
