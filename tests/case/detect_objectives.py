"""How an analyst finds the truths of module 1 in the tables, and what the naive reading of each gives."""

from __future__ import annotations

import numpy as np
import pandas as pd


def quarter(days):
    return days.dt.year.astype(str) + "Q" + days.dt.quarter.astype(str)


def legacy_line(edition):
    """1.1: how series-4 falls a year, and what share of a year Q1 and Q4 have; an even split gives each a quarter."""
    rows = edition.table("bookings").query("product_line == 'series-4'")
    by = rows.groupby([rows.booked_on.dt.year, rows.booked_on.dt.quarter]).amount_eur.sum().unstack()
    shares = by.div(by.sum(axis=1), axis=0).mean()
    yearly = by.sum(axis=1)
    return {
        "decline": 1 - (yearly[2025] / yearly[2023]) ** 0.5,
        "q1": shares[1],
        "q4": shares[4],
        "worst_year_q1": by.div(by.sum(axis=1), axis=0)[1].max(),
        "worst_year_q4": by.div(by.sum(axis=1), axis=0)[4].min(),
    }


def units(edition):
    """1.2: growth of each unit and of its market, and its share, 2023 to 2025."""
    own = edition.table("bookings")
    own = own.groupby(["business_unit", own.booked_on.dt.year]).amount_eur.sum().unstack()
    market = (
        edition.table("market_size").query("not forecast").groupby(["business_unit", "year"]).market_eur.sum().unstack()
    )
    share = own / market
    return pd.DataFrame(
        {
            "growth": (own[2025] / own[2023]) ** 0.5 - 1,
            "market_growth": (market[2025] / market[2023]) ** 0.5 - 1,
            "share_2023": share[2023],
            "share_2025": share[2025],
            "share_change": share[2025] / share[2023] - 1,
        }
    )


def binding(edition):
    """1.3: components that are short, by quarter, once the backlog is served; and what they cap."""
    parts, asked = edition.table("product_components"), edition.table("demand_plan")
    owed = edition.table("backlog").rename(columns={"due_quarter": "quarter"})[["product_id", "quarter", "owed_units"]]
    need = (
        asked.merge(owed, how="left", on=["product_id", "quarter"])
        .fillna({"owed_units": 0})
        .merge(parts, on="product_id")
    )
    need["needed"] = (need.asked_units + need.owed_units) * need.units_per_product
    need = need.groupby(["component_id", "quarter"]).needed.sum().reset_index()
    need = need.merge(edition.table("supply_capacity"), on=["component_id", "quarter"])
    return need[need.needed > need.capacity_units]


def margins(edition):
    """1.3: the margin of the short quarters by margin per transducer, by margin per device, and cut evenly."""
    short = binding(edition)
    parts = (
        edition.table("product_components").query("component_id == 'C-01'").set_index("product_id").units_per_product
    )
    asked, owed = edition.table("demand_plan"), edition.table("backlog")
    best = naive = even = 0.0
    for row in short.itertuples():
        now = asked[(asked.quarter == row.quarter) & asked.product_id.isin(parts.index)].set_index("product_id")
        late = (
            owed[(owed.due_quarter == row.quarter) & owed.product_id.isin(parts.index)]
            .set_index("product_id")
            .owed_units
        )
        left = row.capacity_units - (late * parts).sum()

        def fill(order, now=now, left=left):
            total, there = 0.0, left
            for product in order:
                made = min(now.asked_units[product], there // parts[product])
                there -= made * parts[product]
                total += made * now.unit_margin_eur[product]
            return total

        each = now.unit_margin_eur / parts.reindex(now.index)
        best += fill(each.sort_values(ascending=False).index)
        naive += fill(now.unit_margin_eur.sort_values(ascending=False).index)
        even += (now.asked_units * now.unit_margin_eur).sum() * left / (now.asked_units * parts).sum()
    return {"best": best, "dear_first": naive, "even_cut": even}


def payback(edition, by=("motion", "segment")):
    """1.4: CAC, lifetime, LTV over five years and payback of Analytics, by motion and segment."""
    by = list(by)
    subs = edition.table("subscriptions")
    end = subs.ended_on.fillna(pd.Timestamp("2025-12-31"))
    since = subs.started_on.clip(lower=pd.Timestamp("2023-01-01"))
    subs = subs.assign(
        years=(end - since).dt.days / 365.25, lost=subs.ended_on.notna(), margin=subs.arr_eur * subs.gross_margin_rate
    )
    won = subs[subs.opportunity_id.notna()]
    cost = edition.table("sales_costs").query("business_unit == 'Analytics'").groupby(by).cost_eur.sum()
    cost = cost + edition.table("marketing_spend").query("business_unit == 'Analytics'").groupby(by).spend_eur.sum()
    out = pd.DataFrame({"won": won.groupby(by).size(), "margin": won.groupby(by).margin.mean()})
    every = subs.groupby(by)
    out["churn"] = every.lost.sum() / every.years.sum()
    out["lifetime_months"] = 12 / out.churn
    out["cac"] = cost / out.won
    out["payback_months"] = out.cac / (out.margin / 12)
    out["ltv"] = out.margin * np.minimum(1 / out.churn, 5)
    out["ratio"] = out.ltv / out.cac
    return out


def monthly(edition, product):
    return (
        edition.table("bookings_monthly")
        .query("product_id == @product")
        .groupby("month")[["orders", "bookings_eur"]]
        .sum()
    )


def shift(edition, product, column="orders"):
    """1.5: the month from which a product's orders differ most from before, by the likelihood of two levels.

    The quarter's rhythm is taken out by the average of the months of a quarter.
    """
    series = monthly(edition, product)[column]
    place = (series.index.month - 1) % 3
    rhythm = series.groupby(place).transform("mean") / series.mean()
    level = np.log((series / rhythm).clip(lower=0.5).to_numpy())
    best = min(range(6, 33), key=lambda cut: level[:cut].var() * cut + level[cut:].var() * (36 - cut))
    return best, float(np.exp(level[best:].mean() - level[:best].mean()))


def naive_alarms(edition, product, threshold=0.25):
    """1.5 naive: months whose bookings differ from the month before by more than a quarter."""
    series = monthly(edition, product).bookings_eur
    return int((series.pct_change().abs() > threshold).sum())


def regions(edition):
    """1.6: total, mean order and share of the year by quarter of each region."""
    rows = edition.table("bookings")
    total = rows.groupby("region").amount_eur.sum()
    size = rows.groupby("region").amount_eur.sum() / rows.groupby("region").opportunity_id.nunique()
    shares = rows.groupby(["region", rows.booked_on.dt.quarter]).amount_eur.sum().unstack()
    shares = shares.div(shares.sum(axis=1), axis=0)
    return pd.DataFrame({"total": total, "deal": size, "peak": shares.idxmax(axis=1), "peak_share": shares.max(axis=1)})


def spike(edition):
    """1.7: mean discount of Series 7 by variant, in the last ten days of a quarter and before."""
    lines = edition.table("quotes").query("status == 'accepted'")
    lines = lines.merge(edition.table("products")[["product_id", "variant"]], on="product_id")
    end = lines.decided_on.dt.to_period("Q").dt.end_time.dt.normalize()
    lines["last_days"] = (end - lines.decided_on).dt.days < 10
    out = (
        lines[lines.variant.isin(["premium", "volume"])]
        .groupby(["variant", "last_days"])
        .discount_rate.mean()
        .unstack()
    )
    out["spike"] = out[True] - out[False]
    whole = lines.groupby("last_days").discount_rate.mean()
    return out, float(whole[True] - whole[False])


def topic_1_1(edition):
    found = legacy_line(edition)
    assert found["decline"] > 0.08
    assert found["worst_year_q1"] < 0.25 < found["worst_year_q4"], "an even split misses Q1 and sandbags Q4"
    assert found["q1"] < 0.21
    assert found["q4"] > 0.3


def topic_1_2(edition):
    found = units(edition)
    analytics, others = found.loc["Analytics"], found.drop("Analytics")
    assert analytics.growth > 0.08, "by revenue it is a growth story"
    assert analytics.market_growth > analytics.growth + 0.06
    assert analytics.share_change < -0.14
    assert others.share_change.min() > analytics.share_change + 0.08
    assert found.share_change["Smart Devices"] > 0.02


def topic_1_3(edition):
    short, margin = binding(edition), margins(edition)
    assert set(short.component_id) == {"C-01"}
    assert set(short.quarter) == {f"2026Q{n + 1}" for n in planted(edition, "1.3")["capped_quarters"]}
    parts = edition.table("product_components").query("component_id == 'C-01'")
    assert len(parts) == 2, "it caps two products"
    assert margin["dear_first"] < 0.98 * margin["best"]
    assert margin["even_cut"] < 0.997 * margin["best"]


def topic_1_4(edition):
    cells, blended = payback(edition), payback(edition, ("motion",)).loc["new"]
    small, others = cells.loc[("new", "small")], cells.drop(("new", "small"))
    assert small.payback_months > small.lifetime_months
    assert small.ratio < 1
    assert (others.payback_months < others.lifetime_months).all()
    assert (others.ratio > 2).all()
    assert blended.payback_months < blended.lifetime_months, "the average over segments hides it"
    assert blended.ratio > 1.2


def topic_1_5(edition):
    truth = planted(edition, "1.5")
    entry, fall = level_shift(edition, "P-720")
    rule, rise = level_shift(edition, "P-820")
    assert abs(entry - truth["entry_month"]) <= 3
    assert fall < 0.75
    assert abs(rule - truth["regulation_month"]) <= 3
    assert rise > 1.3
    events = edition.table("market_events")
    dated = (events.effective_on.dt.year - 2023) * 12 + events.effective_on.dt.month - 1
    assert set(dated[events.title.str.contains("Aldermoor|prove")]) == {truth["entry_month"], truth["regulation_month"]}
    assert naive_alarms(edition, "P-720") > 6, "a threshold on the month before fires falsely"


def topic_1_6(edition):
    truth, found = planted(edition, "1.6"), regions(edition)
    one, other = truth["twin_regions"]
    assert abs(found.total[one] / found.total[other] - 1) < 0.05, "the same total"
    assert found.deal[one] / found.deal[other] > 1.4
    assert found.peak[one] != found.peak[other]
    assert found.peak_share[[one, other]].min() > 0.28, "an even split misses both"


def topic_1_7(edition):
    by_variant, all_products = spike(edition)
    assert by_variant.spike["premium"] > 0.06
    assert abs(by_variant.spike["volume"]) < 0.04
    assert all_products < by_variant.spike["premium"] / 2, "over all products there is little to see"
    assert by_variant[False]["volume"] > by_variant[False]["premium"], "the volume line's discount is always higher"


def level_shift(edition, product):
    """1.5: as ``shift``, with each quarter of the year compared with itself."""
    series = monthly(edition, product).orders
    logs = np.log(series.clip(lower=1).to_numpy(dtype=float))
    season = (series.index.month - 1) // 3 * 3 + (series.index.month - 1) % 3
    best = None
    for cut in range(6, 33):
        after = (np.arange(36) >= cut).astype(float)
        design = np.column_stack([np.eye(12)[season], after])
        fit, *_ = np.linalg.lstsq(design, logs, rcond=None)
        error = ((logs - design @ fit) ** 2).sum()
        if best is None or error < best[0]:
            best = (error, cut, float(np.exp(fit[-1])))
    return best[1], best[2]


def planted(edition, topic):
    return edition.truths()[topic].parameters
