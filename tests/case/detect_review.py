"""How an analyst finds the truths of module 8, and what the naive reading of each gives."""

import numpy as np
import pandas as pd

from tests.case.detect_objectives import planted
from tests.case.detect_positioning import decided


def topic_8_1(edition):
    plan = edition.table("plan").query("year == 2025").set_index("product_line")
    bookings = edition.table("bookings")
    actual = bookings[bookings.booked_on.dt.year == 2025].groupby("product_line")[["quantity", "amount_eur"]].sum()
    price = plan.plan_eur / plan.plan_units
    miss = actual.amount_eur.sum() - plan.plan_eur.sum()
    volume = (actual.quantity.sum() - plan.plan_units.sum()) * plan.plan_eur.sum() / plan.plan_units.sum()
    mix = ((actual.quantity - plan.plan_units * actual.quantity.sum() / plan.plan_units.sum()) * price).sum()
    rate = (actual.amount_eur - actual.quantity * price).sum()
    assert np.isclose(volume + mix + rate, miss), "it adds up exactly"
    assert miss < 0
    assert mix < 0.6 * miss, "the headline miss is mix"
    assert abs(volume) < 0.1 * abs(miss), "and not volume"


def topic_8_2(edition):
    deals, truth = decided(edition), planted(edition, "8.2")
    watched = edition.table("segments").set_index(["region", "segment"]).sort_index()
    usual = watched.usual_win_rate
    months = deals.groupby(["region", "segment", deals.closed_on.dt.to_period("M")]).won.agg(["sum", "size"]).unstack()
    wins, size = months["sum"].fillna(0), months["size"].fillna(0)
    below = (wins / size).lt(watched.threshold_rate, axis=0)
    third = below & below.shift(1, axis=1, fill_value=False) & below.shift(2, axis=1, fill_value=False)

    late, won = size.iloc[:, -3:].sum(axis=1), wins.iloc[:, -3:].sum(axis=1)
    z = (won - late * usual) / np.sqrt(late * usual * (1 - usual))
    red, judged = third["2025-12"], late * usual >= 7.5
    real = (truth["decline_region"], "mid-market")
    assert list(z[red & judged & (z <= -2.8)].index) == [real], "one alarm is more than chance, and it is the decline"
    assert z[judged].drop(real).min() > -2.8, "nothing else is, red or green"
    thin = red & ~judged & (late < 20)
    assert thin.any(), "another alarm is a handful of deals"
    rate = won / late
    assert rate[thin].min() <= rate[real], "by its rate alone it is at least as bad"
    assert rate[thin].min() == rate.min(), "and nothing looks worse"

    rings = third & ~third.shift(1, axis=1, fill_value=False)
    earlier = [(name, place) for name, place in zip(*np.nonzero(rings.to_numpy()), strict=True) if place <= 28]
    assert len(earlier) >= 2, "alarms have rung before the fall began"
    ago = [(name, slice(place + 1, place + 4)) for name, place in earlier]
    came = sum(wins.iloc[name, months].sum() for name, months in ago)
    expected = sum(usual.iloc[name] * size.iloc[name, months].sum() for name, months in ago)
    assert came > 0.85 * expected, "and what they rang about came back by itself"


def topic_8_3(edition):
    bookings, costs = edition.table("bookings"), edition.table("sales_costs")
    booked = bookings.groupby(["region", bookings.booked_on.dt.year]).amount_eur.sum().unstack()
    cost = costs.groupby(["region", costs.quarter.str[:4].astype(int)]).cost_eur.sum().unstack()
    average = booked.sum(axis=1) / cost.sum(axis=1)
    best = average.idxmax()
    grown = cost[2025] / cost[2023]
    assert grown.idxmax() == best, "most was added where the average is best"
    marginal = (booked[2025] - booked[2023]) / (cost[2025] - cost[2023])
    assert marginal[best] < average[best], "it is past its margin"
    assert (marginal.drop(best) > marginal[best]).sum() >= 2


def topic_8_4(edition):
    cards, moves = edition.table("battle_cards"), edition.table("competitor_moves").query("kind == 'price'")
    updated = cards.query("topic == 'price'").set_index("competitor").updated_on
    stale = moves[moves.moved_on > moves.competitor.map(updated)]
    assert len(stale) == 2, "two moves after the last update"
    deals = decided(edition)
    drops = []
    for move in moves.itertuples():
        own = deals[deals.competitor == move.competitor]
        after = own.closed_on.between(move.moved_on, move.moved_on + pd.DateOffset(months=3), inclusive="left")
        drops.append((own[after].won.mean() - own[~after].won.mean(), after.sum()))
    assert np.average([drop for drop, _ in drops], weights=[count for _, count in drops]) < -0.07
    assert edition.table("competitor_moves").kind.nunique() > 2, "most moves are not about price"


def topic_8_5(edition):
    notes = edition.table("advisory_board")
    revenue = edition.table("bookings").groupby("account_id").amount_eur.sum()
    notes["revenue"] = notes.account_id.map(revenue).fillna(0)
    loudest = notes.theme.value_counts().idxmax()
    weight = notes.drop_duplicates(["account_id", "theme"]).groupby("theme").revenue.sum()
    assert weight.idxmax() != loudest, "the loudest theme is not the weightiest"
    assert weight.max() > 1.3 * weight[loudest]
    assert set(notes.theme) <= set(edition.table("playbook").theme)
    assert notes.note.nunique() > 0.6 * len(notes), "the notes are not one template"


def topic_8_6(edition):
    hires = edition.table("hiring").dropna(subset=["started_on"])
    search = (hires.started_on - hires.needed_on).dt.days
    curve = edition.table("ramp").query("sales_model == 'field'").set_index("month_since_start").productivity_rate
    full = curve[curve >= 0.9].index.min()
    late = search.median() / 30.4 + full
    assert 4.5 < late < 13, "hiring at the need date is two quarters late"
    assert (search > 30).mean() > 0.9
    reps = edition.table("reps")
    assert reps.left_on.notna().sum() >= 4, "people leave"
    assert (edition.table("hiring").started_on.isna()).sum() >= 3


def topic_8_7(edition):
    reviews = edition.table("post_mortems")
    found = reviews.finding.value_counts(normalize=True)
    assert found.idxmax() == "late stakeholder"
    assert found.iloc[0] > 0.42
    assert reviews.salesperson_says.value_counts().idxmax() == "price", "salespeople say price"
    deals = decided(edition)
    groups = edition.table("influences").merge(deals, on="opportunity_id", suffixes=("", "_deal"))
    groups["share"] = (groups.joined_on - groups.created_on).dt.days / (groups.closed_on - groups.created_on).dt.days
    strategic = groups[(groups.segment == "enterprise") & (groups.amount_eur >= 150_000)]
    late = strategic.groupby("opportunity_id").agg(
        late=("share", lambda values: (values > 0.5).any()), won=("won", "first")
    )
    rates = late.groupby("late").won.mean()
    assert rates[True] < 0.6 * rates[False]
    history = edition.table("stage_history")
    back = history.groupby("opportunity_id").back.any()
    assert back.reindex(late.index)[late.late].mean() > 0.8, "a new stakeholder sends the group back"
    assert back.reindex(late.index)[~late.late].mean() < 0.2
    cost = late[late.late].won.sum() / max(late.won.sum(), 1)
    assert 0.02 < cost < 0.4, "a rule against late entry would have cost some wins"
