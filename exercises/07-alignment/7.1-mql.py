# ---
# topic: "7.1"
# title: What a qualified lead is
# tables: [leads, lead_features, opportunities]
# tasks:
#   by_source:
#     points: 4
#     answer: {type: table, keys: [source], columns: {leads: 0.5, became_rate: 0.0015, low_rate: 0.0015, high_rate: 0.0015}}
#   definitions:
#     points: 4
#     answer: {type: table, keys: [definition], columns: {leads: 0.5, precision_rate: 0.0015, recall_rate: 0.0015}}
# ---
# %% [markdown]
# The reading wrote a definition with the leads of 2023 and 2024. Daniel Reyes signs none that is older than a year, so you take
# the leads that came in **since 1 October 2024** and are asked the same: which sources earn a call, and what does a definition
# cost in volume?
#
# It is the evening of 31 December 2025. `leads` holds one row for each lead: `source`, `created_on`, `mql` (qualified by today's
# rule: any download or visit), `price_page` (its visitor had read the price page before), `became` (it has become an
# opportunity) and `won` (and that was won).
# %% given
import numpy as np
import pandas as pd

from course.case import load
from course.plot import bar, line

everything, features, opportunities = load("leads", "lead_features", "opportunities")
TODAY = pd.Timestamp("2025-12-31")
deals = opportunities[["opportunity_id", "created_on", "status"]].rename(columns={"created_on": "opened_on"})
leads = everything.merge(features[["lead_id", "price_page"]], on="lead_id").merge(deals, on="opportunity_id", how="left")
leads = leads[leads["created_on"] >= "2024-10-01"]
leads = leads.assign(became=leads["opportunity_id"].notna(), won=leads["status"] == "won")
leads = leads[["lead_id", "source", "created_on", "mql", "price_page", "became", "won", "opened_on"]].reset_index(drop=True)


def wilson(hits, n, z=1.96):
    """The lower and upper end of the 95% interval of the rate hits / n."""
    p, z2 = hits / n, z * z / n
    half = z * np.sqrt(p * (1 - p) / n + z2 / (4 * n))
    return (p + z2 / 2 - half) / (1 + z2), (p + z2 / 2 + half) / (1 + z2)


days = (leads["opened_on"] - leads["created_on"]).dt.days
print(f"Days from lead to opportunity: half within {days.median():.0f}, all within {days.max():.0f}.")
leads.head()
# %% given
monthly = leads.groupby(leads["created_on"].dt.strftime("%Y-%m"))["became"].mean().rename("became_rate").rename_axis("month").reset_index()
line(monthly, "month", "became_rate", title="Share of each month's leads that has become an opportunity by 31 December 2025")
# %% [markdown] task="by_source"
# **Which source's leads become opportunities, and how often?** A source that is shut out by mistake is not rung for a year.
#
# The cell below is almost finished. It counts every lead since October 2024, the last week's included. Run it as it is and read
# what **Check** says. Then add the line that is missing: make `settled` the leads that have had **at least 70 days** by
# `TODAY`, longer than any has needed. The rest of the cell does the sums.
#
# `by_source` is a DataFrame with one row for each source (six rows) and the columns
#
# - `source`
# - `leads`: leads with that long behind them
# - `became_rate`: the share of them that became an opportunity (a fraction)
# - `low_rate`, `high_rate`: its 95% interval (Wilson)
#
# Fractions count as right within 0.0015.
# %% answer="by_source"
settled = leads  # every lead, also yesterday's

### BEGIN SOLUTION
settled = leads[leads["created_on"] <= TODAY - pd.Timedelta(days=70)]
### END SOLUTION

counts = settled.groupby("source")["became"].agg(["size", "sum"])
by_source = pd.DataFrame({"leads": counts["size"], "became_rate": counts["sum"] / counts["size"]})
by_source["low_rate"], by_source["high_rate"] = wilson(counts["sum"], counts["size"])
by_source = by_source.reset_index()
# %% check="by_source"
assert len(by_source) == 6, f"there are six sources; by_source has {len(by_source)} rows"
assert ((by_source["low_rate"] < by_source["became_rate"]) & (by_source["became_rate"] < by_source["high_rate"])).all(), (
    "a rate lies inside its interval"
)
assert by_source["leads"].sum() < len(leads), (
    "all leads since October 2024 are counted, those of the last weeks too: had they had the time that others needed?"
)
# %% hidden="by_source"
expect(by_source)
rates = by_source.set_index("source")
assert rates["leads"].idxmax() == "content download" == rates["became_rate"].idxmin(), "the largest source converts worst"
# %% after="by_source"
bar(by_source, "source", "became_rate", title="Share of leads that became opportunities, by source")
# %% [markdown] hint="by_source"
# A lead of yesterday that has not become an opportunity is neither a success nor a failure. On which day did the youngest lead
# come in that has had 70 days?
# %% [markdown] hint="by_source"
# `TODAY - pd.Timedelta(days=70)` is that day. Keep the rows of `leads` whose `created_on` is not later.
# %% [markdown] hint="by_source"
# `settled = leads[leads["created_on"] <= ...]`, with the day of the second hint in place of the dots.
# %% [markdown] wrong="too_early" task="by_source"
# This counts leads of the last ten weeks as failures, though most of those that will become opportunities have not had the time.
# Every source looks worse than it is, and a rule with a fixed bar would throw out a good one each time you look. Which leads
# are old enough to be judged?
# %% wrong="too_early" task="by_source"
counts = leads.groupby("source")["became"].agg(["size", "sum"])
by_source = pd.DataFrame({"leads": counts["size"], "became_rate": counts["sum"] / counts["size"]})
by_source["low_rate"], by_source["high_rate"] = wilson(counts["sum"], counts["size"])
by_source = by_source.reset_index()
# %% [markdown] wrong="of_opportunities" task="by_source"
# This is each source's share of all opportunities. A source then looks good because it is large, and trade events
# would be called before referrals, of which a far larger part becomes something. Of what is the rate to be a share?
# %% wrong="of_opportunities" task="by_source"
settled = leads[leads["created_on"] <= TODAY - pd.Timedelta(days=70)]
counts = settled.groupby("source")["became"].agg(["size", "sum"])
by_source = pd.DataFrame({"leads": counts["size"], "became_rate": counts["sum"] / counts["sum"].sum()})
by_source["low_rate"], by_source["high_rate"] = wilson(counts["sum"], counts["sum"].sum())
by_source = by_source.reset_index()
# %% [markdown] wrong="only_mql" task="by_source"
# This looks only at leads that today's rule has let through. A definition can't be judged by its own choice: you would never
# learn what it turns away, and a quarter of the leads from five sources is turned away. Whose leads became the
# opportunities that were not qualified?
# %% wrong="only_mql" task="by_source"
settled = leads[(leads["created_on"] <= TODAY - pd.Timedelta(days=70)) & leads["mql"]]
counts = settled.groupby("source")["became"].agg(["size", "sum"])
by_source = pd.DataFrame({"leads": counts["size"], "became_rate": counts["sum"] / counts["size"]})
by_source["low_rate"], by_source["high_rate"] = wilson(counts["sum"], counts["size"])
by_source = by_source.reset_index()
# %% [markdown]
# Claire Whitcombe, for the sellers, and Daniel Reyes, for marketing, have agreed on a bar: a source qualifies when at least 5
# leads in 100 become opportunities, beyond doubt. Now they want to see what that does, beside today's rule and a stricter one.
# %% given
BAR = 0.05  # the least that the lower end of a source's interval may be
# %% [markdown] task="definitions"
# **What does each definition let through, and what does it lose?** Daniel can sign away a third of his number only if he sees what is kept.
#
# Take the settled leads of the first task. Build a DataFrame `definitions` with three rows:
#
# - `"today"`: the leads that are `mql`
# - `"by source"`: the leads of every source whose `low_rate` is at least `BAR`
# - `"source and price page"`: those of them whose visitor had read the price page
#
# and the columns
#
# - `definition`
# - `leads`: leads that it qualifies
# - `precision_rate`: the share of these that became opportunities (a fraction)
# - `recall_rate`: the share of all opportunities from settled leads that it keeps (a fraction)
#
# Fractions count as right within 0.0015.
# %% answer="definitions"
### BEGIN SOLUTION
good = by_source.loc[by_source["low_rate"] >= BAR, "source"]
from_good = settled["source"].isin(good)
chosen = {"today": settled["mql"], "by source": from_good, "source and price page": from_good & settled["price_page"]}
rows = []
for name, qualified in chosen.items():
    became = settled.loc[qualified, "became"]
    rows.append({
        "definition": name,
        "leads": len(became),
        "precision_rate": became.mean(),
        "recall_rate": became.sum() / settled["became"].sum(),
    })
definitions = pd.DataFrame(rows)
### END SOLUTION
# %% check="definitions"
assert isinstance(definitions, pd.DataFrame), "definitions should be a DataFrame with one row for each definition"
seen = definitions.reset_index()
missing = [c for c in ("definition", "leads", "precision_rate", "recall_rate") if c not in seen.columns]
assert not missing, f"definitions lacks the columns {missing}"
assert set(seen["definition"]) == {"today", "by source", "source and price page"}, "the three definitions, named as in the task"
assert seen[["precision_rate", "recall_rate"]].stack().between(0, 1).all(), "both rates are fractions between 0 and 1"
# %% hidden="definitions"
expect(definitions)
rows = definitions.reset_index().set_index("definition")
assert rows.loc["by source", "leads"] < rows.loc["today", "leads"], "the definition by source asks for fewer calls"
assert rows.loc["by source", "recall_rate"] > rows.loc["today", "recall_rate"] + 0.1, "and it keeps more of the opportunities"
assert rows.loc["source and price page", "recall_rate"] < 0.75, "the strict one gives many of them away"
# %% after="definitions"
bar(definitions, "definition", "precision_rate", title="Share of the qualified leads that became opportunities")
# %% [markdown] hint="definitions"
# A definition is a column of true and false, one for each settled lead. All three rows then come from the same three sums.
# %% [markdown] hint="definitions"
# `settled["source"].isin(...)` marks the leads of the sources that pass; `&` joins it with `price_page`. Both rates count
# opportunities among the qualified; they divide by different things.
# %% [markdown] hint="definitions"
# For a mark `qualified`: `became = settled.loc[qualified, "became"]`. Precision is `became.mean()`; recall is `became.sum()`
# divided by the opportunities of all settled leads.
# %% [markdown] wrong="share_of_leads" task="definitions"
# This gives the share of leads that a definition lets through as its recall. The rule that calls everybody would look best, and
# nobody would notice which opportunities a strict one throws away. Of what should recall be a share?
# %% wrong="share_of_leads" task="definitions"
good = by_source.loc[by_source["low_rate"] >= BAR, "source"]
from_good = settled["source"].isin(good)
chosen = {"today": settled["mql"], "by source": from_good, "source and price page": from_good & settled["price_page"]}
definitions = pd.DataFrame([
    {"definition": n, "leads": int(q.sum()), "precision_rate": settled.loc[q, "became"].mean(), "recall_rate": q.mean()}
    for n, q in chosen.items()
])
# %% [markdown] wrong="won_deals" task="definitions"
# This counts a lead as a success only when its deal was won. Winning depends on sellers, prices and rivals, and the last deals are still
# open, so marketing would answer for all of that. What does a qualified lead promise, and to whom?
# %% wrong="won_deals" task="definitions"
good = by_source.loc[by_source["low_rate"] >= BAR, "source"]
from_good = settled["source"].isin(good)
chosen = {"today": settled["mql"], "by source": from_good, "source and price page": from_good & settled["price_page"]}
definitions = pd.DataFrame([
    {"definition": n, "leads": int(q.sum()), "precision_rate": settled.loc[q, "won"].mean(),
     "recall_rate": settled.loc[q, "won"].sum() / settled["won"].sum()}
    for n, q in chosen.items()
])
# %% [markdown] wrong="within_today" task="definitions"
# This judges the new definitions among the leads that today's rule has already let through. What today's rule turns away stays turned
# away, and the new rule looks as if it lost leads that it would have kept. Which leads can a new rule choose from?
# %% wrong="within_today" task="definitions"
good = by_source.loc[by_source["low_rate"] >= BAR, "source"]
from_good = settled["source"].isin(good) & settled["mql"]
chosen = {"today": settled["mql"], "by source": from_good, "source and price page": from_good & settled["price_page"]}
definitions = pd.DataFrame([
    {"definition": n, "leads": int(q.sum()), "precision_rate": settled.loc[q, "became"].mean(),
     "recall_rate": settled.loc[q, "became"].sum() / settled["became"].sum()}
    for n, q in chosen.items()
])
