"""How an analyst finds the truths of module 5, and what the naive reading of each gives."""

import numpy as np
import pandas as pd

from tests.case.detect_coverage import simple
from tests.case.detect_objectives import planted


def topic_5_1(edition):
    rework = edition.table("upgrades").groupby("customisation_id").rework_eur.sum().sort_values(ascending=False)
    assert rework.head(4).sum() > 0.6 * rework.sum(), "a few cause most of it"
    built = edition.table("crm_customisations").set_index("customisation_id").build_eur.sort_values(ascending=False)
    assert len(set(built.index[:4]) & set(rework.index[:4])) <= 1, "those that were dear to build are others"


def mismatches(edition):
    quotes, prices = edition.table("quotes"), edition.table("erp_prices")
    keys = ["region", "product_id"]
    return pd.merge_asof(
        quotes.sort_values("quoted_on"),
        prices.sort_values("valid_from"),
        by=keys,
        left_on="quoted_on",
        right_on="valid_from",
    )


def topic_5_2(edition):
    both = mismatches(edition)
    packs = both.unit == "pack of 10"
    ratio = both.price_local / both.list_price_local
    assert (ratio[packs] > 5).all(), "a pack is not a device"
    ratio = ratio / np.where(packs, 10, 1)
    early = (both.quoted_on - both.valid_from).dt.days
    wrong = (abs(ratio - 1) > 0.02) & (early > 0)
    by_region = wrong.groupby(both.region).mean().sort_values()
    assert by_region.iloc[-1] > 0.8
    assert by_region.iloc[-2] < 0.15, "one region has stale prices"
    assert packs.groupby(both.product_id).mean().gt(0).sum() == 1
    naive = (both.price_local - both.list_price_local).abs() > 0.01
    assert (naive & ~wrong).mean() > 0.03, "comparing as they stand finds too much"


def topic_5_3(edition):
    log = edition.table("routing_log").groupby("lead_id").agg(turns=("step", "max"), hours=("hours_held", "sum"))
    tail = log.groupby(log.turns.clip(upper=3)).hours.quantile(0.9)
    assert tail[3] > 4 * tail[1]
    assert (log[log.hours > 72].turns > 1).mean() > 0.9, "handovers make the tail"
    leads = edition.table("leads").set_index("lead_id").response_hours
    assert np.allclose(log.hours, leads[log.index], atol=0.05)
    assert log.hours.mean() > 1.5 * log.hours.median(), "the mean shows neither the usual nor the tail"


def topic_5_4(edition):
    leads = edition.table("leads").merge(edition.table("lead_features"), on="lead_id")
    leads["won"] = leads.opportunity_id.notna()
    region = planted(edition, "5.4")["underserved_region"]
    rates = leads[leads.source != "content download"].groupby("region").won.mean()
    assert rates.idxmin() == region, "by its history the region looks poor"
    quick = leads[
        (leads.response_hours < 4) & (leads.response_quality == "good") & (leads.source != "content download")
    ]
    fair = quick.groupby("region").won.mean()
    assert fair[region] > 0.7 * fair.drop(region).mean(), "answered alike, its leads are as good"
    slow = leads.groupby("region").response_hours.median()
    assert slow.idxmax() == region
    history = leads[leads.created_on >= "2025-01-01"].groupby("region").region_history_rate.first()
    assert history.idxmin() == region, "a score that learns from history keeps it there"
    assert leads[leads.price_page].won.mean() > 3 * leads[~leads.price_page].won.mean()
    promise = leads[leads.source != "content download"].groupby("region").price_page.mean()
    assert promise[region] > 0.75 * promise.mean(), "what its leads read says that they are as promising"


def topic_5_5(edition):
    records = edition.table("crm_accounts_raw")
    audited = records[records.audit_group.notna()]
    groups = audited.groupby("audit_group").record_id.count()
    assert 0.05 < (groups > 1).mean() < 0.25
    pairs = (groups * (groups - 1) / 2).sum()

    def found(names):
        sizes = audited.assign(name=names).groupby(["name", "audit_group"]).size()
        right = (sizes * (sizes - 1) / 2).sum()
        every = audited.assign(name=names).groupby("name").size()
        return right / max((every * (every - 1) / 2).sum(), 1), right / pairs

    exact, cleaned = found(audited.name), found(audited.name.map(simple))
    assert exact[1] < 0.3, "names as they stand find few"
    assert cleaned[1] > 0.7
    assert cleaned[0] > 0.7
    deals = edition.table("opportunities").query("status == 'open'")
    assert 0.05 < (deals.expected_close_on < "2026-01-01").mean() < 0.3, "stale close dates"
    assert records.website.isna().mean() > 0.25


def topic_5_6(edition):
    wide = edition.table("kpi_history").pivot(index="month", columns="kpi", values="value")
    close = wide.corr().abs().where(lambda values: ~np.eye(len(values), dtype=bool))
    copies = (close > 0.95).any()
    assert 6 <= copies.sum() <= 14
    kept = []
    for name in wide.columns:
        if all(close.loc[name, other] < 0.9 for other in kept):
            kept.append(name)
    assert len(kept) <= 11, f"of 18 KPIs few say something of their own: {kept}"


def topic_5_7(edition):
    tools, log = edition.table("integrations"), edition.table("api_log")
    both = log.merge(tools, on="tool_id")
    outside = [what not in needs.split(", ") for what, needs in zip(both.object, both.needs, strict=True)]
    greedy = both[outside].groupby("tool").records_read.sum()
    assert len(greedy) == 1
    volume = (both.groupby("tool").records_read.sum() / both.groupby("tool").records_a_day.first()).sort_values()
    assert volume.index[-1] == greedy.index[0]
    late = both[both.day >= "2025-12-01"].groupby("tool")[["records_written", "errors"]].sum()
    silent = late[late.records_written == 0]
    assert len(silent) == 1
    assert silent.errors.iloc[0] == 0, "the error log says nothing"
    assert both.groupby("tool").errors.sum().idxmax() != silent.index[0]
    assert (tools.scope.str.count(",") == 5).sum() == 2, "a wide scope alone does not convict"
