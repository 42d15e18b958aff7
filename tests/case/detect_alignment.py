"""How an analyst finds the truths of module 7, and what the naive reading of each gives."""

import numpy as np
import pandas as pd

from tests.case.detect_objectives import planted
from tests.case.detect_positioning import decided


def topic_7_1(edition):
    leads = edition.table("leads")
    leads = leads[leads.created_on < "2025-10-01"]  # later ones have not had time
    rates = leads.assign(won=leads.opportunity_id.notna()).groupby("source").won.agg(["mean", "size"])
    largest = rates["size"].idxmax()
    assert rates["mean"].idxmin() == largest, "the largest source converts worst"
    assert rates["mean"][largest] < 0.3 * rates["mean"].drop(largest).min()
    today = leads[leads.mql]
    assert (today.source == largest).mean() > 0.35, "today's definition is full of it"


def topic_7_2(edition):
    leads = edition.table("leads").query("source != 'content download'")
    leads = leads[leads.created_on < "2025-10-01"]
    leads["won"] = leads.opportunity_id.notna()
    leads["bin"] = pd.cut(leads.response_hours, [0, 1, 4, 24, 72, 999], labels=False)
    rates = leads.groupby(["response_quality", "bin"]).won.mean().unstack()
    good, poor = rates.loc["good"], rates.loc["poor"]
    assert good[0] > 1.8 * good[2]
    assert good[0] > 3 * good[4], "it falls steeply after the first hours"
    assert poor[0] < 0.5 * good[1], "quick and poor does not help"
    raw = leads.groupby("bin").won.mean()
    assert raw[0] < 0.85 * good[0], "the raw curve hides what quality does"
    recent = edition.table("leads").query("created_on >= '2025-12-15' and source != 'content download'")
    assert recent.opportunity_id.notna().mean() < 0.5 * leads.won.mean(), "the latest leads are censored"


def topic_7_3(edition):
    deals = edition.table("opportunities").query("motion == 'new' and created_on >= '2023-01-01'")
    month = deals.created_on.dt.to_period("M").dt.to_timestamp()
    came = deals.groupby([month, "source"]).size().unstack(fill_value=0)
    spend = edition.table("marketing_spend").query("motion == 'new'")
    level = spend.groupby(["month", "channel"]).spend_eur.sum().unstack()
    total = came[list(level.columns)].sum(axis=1).reindex(level.index)
    slopes = {}
    for channel in level:
        share = (came[channel].reindex(level.index).fillna(0) + 0.5) / total
        slopes[channel] = np.polyfit(np.log(level[channel]), np.log(share), 1)[0]
    assert level.sum().idxmax() == "trade event", "the favoured channel"
    others = [slopes[name] for name in ("web search", "webinar", "partner")]
    assert slopes["trade event"] < np.mean(others) - 0.08, "it is saturated"
    assert np.mean(others) > 0.25
    assert came[list(level.columns)].sum().rank(ascending=False)["trade event"] <= 2, "by volume it seems the best"


def topic_7_4(edition):
    interest = edition.table("engagement")
    deals = edition.table("opportunities")
    roles = (
        edition.table("influences")
        .query("influence == 'economic'")
        .merge(deals.query("status == 'open'")[["opportunity_id", "account_id"]])
    )
    reached = set(roles[roles.contacted_on.notna()].account_id)
    open_ = set(deals[deals.status == "open"].account_id)
    hot = interest[interest.intent_score >= 78]
    blind = hot[hot.account_id.isin(open_) & ~hot.account_id.isin(reached)]
    assert len(blind) >= 15, "high intent, an open deal, and nobody has met who pays"
    assert interest.visits.corr(interest.intent_score) > 0.4
    top = interest.nlargest(30, "visits")
    assert (~top.account_id.isin(reached)).mean() < 0.95
    assert len(blind) < len(hot), "the score alone does not tell them from the others"


def shapley(paths):
    """Return each channel's share when every channel of a path earns alike, once."""
    each = paths.drop_duplicates(["opportunity_id", "channel"])
    weight = 1 / each.groupby("opportunity_id").channel.transform("size")
    return weight.groupby(each.channel).sum() / weight.sum()


def topic_7_5(edition):
    paths = edition.table("touchpoints").merge(decided(edition).query("won")[["opportunity_id"]], on="opportunity_id")
    last = paths[paths.position == paths.touches].channel.value_counts(normalize=True)
    first = paths[paths.position == 1].channel.value_counts(normalize=True)
    fair = shapley(paths)
    assert last.idxmax() == "branded search", "by last touch it leads"
    assert last["branded search"] > 1.3 * fair["branded search"]
    assert first.get("branded search", 0) < 0.05
    said = edition.table("win_loss_interviews").first_noticed.value_counts(normalize=True)
    assert said.idxmax() in ("a customer's reference", "their salesperson")
    assert said["web search"] < 0.5 * last["branded search"], "customers say otherwise"


def topic_7_6(edition):
    offers = edition.table("offers").set_index("offer_id")
    coming = edition.table("campaigns").query("starts_on >= '2026-01-01'")
    withdrawn = coming.offer_id.map(offers.withdrawn_on)
    assert (withdrawn < coming.starts_on).sum() == 2, "two campaigns push an offer that sales has withdrawn"
    past = edition.table("campaigns").query("starts_on < '2026-01-01'")
    assert past.offer_id.map(offers.withdrawn_on).notna().sum() >= 1, "pushed before it was withdrawn, it was right"
    assert (past.offer_id.map(offers.withdrawn_on) < past.starts_on).sum() == 0
    assert not set(edition.table("territories").territory_id) <= set(coming.territory_id), "some territories have none"


def topic_7_7(edition):
    cases = edition.table("inbound_cases")
    registered = edition.table("deal_registrations").query("status == 'accepted'")
    both = cases.merge(registered, on=["account_id", "product_line"], how="left")
    live = both[(both.registered_on <= both.came_on) & (both.came_on <= both.expires_on)].groupby("case_id").size()
    count = cases.case_id.map(live).fillna(0)
    fresh = (cases.came_on - cases.open_since).dt.days <= 180
    ruled = np.select(
        [count > 1, count == 1, cases.tier == "A", fresh],
        ["escalate", "partner", "key account team", "opportunity owner"],
        "territory",
    )
    assert (cases.ruling == ruled).all()
    ever = cases.account_id.isin(edition.table("deal_registrations").account_id)
    assert (cases.ruling[ever] == "partner").mean() < 0.6, "a registration once made is not protection now"
    assert cases.ruling.nunique() >= 4
    assert planted(edition, "7.5")
