"""How an analyst finds the truths of module 3, and what the naive reading of each gives."""

import re
import unicodedata

import numpy as np
import pandas as pd

from tests.case.detect_objectives import planted
from tests.case.detect_positioning import decided

LARGE = 190_000


def topic_3_1(edition):
    deals = decided(edition).merge(edition.table("accounts")[["account_id", "industry", "regulated"]], on="account_id")
    deals = deals.merge(edition.table("reps")[["rep_id", "industry_focus"]], on="rep_id")
    deals["match"] = deals.industry_focus == deals.industry
    rates = deals.groupby(["regulated", "segment", "match"]).won.mean().unstack()
    lift = (rates[True] - rates[False]).groupby("regulated").mean()
    assert lift[True] > 0.1
    assert abs(lift[False]) < 0.06, "outside regulated industries there is nothing"
    raw = deals.groupby("match").won.mean()
    assert 0.02 < raw[True] - raw[False] < lift[True] - 0.02, (
        "over all industries it looks like a small lift for everybody"
    )


def attainments(edition):
    quotas = edition.table("quotas").assign(year=lambda rows: rows.quarter.str[:4].astype(int))
    asked = quotas.groupby(["rep_id", "year"]).quota_eur.sum()
    bookings = edition.table("bookings")
    booked = bookings.groupby(["rep_id", bookings.booked_on.dt.year.rename("year")]).amount_eur.sum()
    return (booked.reindex(asked.index).fillna(0) / asked).rename("attainment").reset_index()


def topic_3_2(edition):
    reps, managers = edition.table("reps"), edition.table("managers")
    hard = edition.table("territories").groupby("manager_id").complexity_score.mean() > 5
    rows = attainments(edition).merge(reps[["rep_id", "manager_id"]], on="rep_id")
    rows["span"] = rows.manager_id.map(managers.set_index("manager_id").team_size)
    rows["hard"] = rows.manager_id.map(hard)
    truth = planted(edition, "3.2")
    rows["over"] = rows.span - np.where(rows.hard, truth["complex_span"], truth["simple_span"])
    rows = rows[rows.rep_id.map(edition.table("quotas").groupby("rep_id").size()) >= 8]
    steady = rows.attainment.between(1, 1.06).groupby(rows.rep_id).transform("all")
    rows = rows[~steady]  # those who always land just above their target say nothing about their managers
    within, beyond = rows[rows.over <= 0].attainment, rows[rows.over > 0].attainment
    assert within.median() > 0.9
    assert len(beyond) >= 20
    assert beyond.mean() < within.mean() - 0.01
    assert (beyond < 1).mean() > (within < 1).mean()

    led = reps[["rep_id", "manager_id"]]
    won = edition.table("opportunities").query("status == 'won'").merge(led, on="rep_id")
    asked = edition.table("quotas").merge(led, on="rep_id").groupby("manager_id").quota_eur.sum()
    teams = pd.DataFrame({"won": won.groupby("manager_id").amount_eur.sum(), "asked": asked, "hard": hard})
    teams["span"] = managers.set_index("manager_id").team_size
    sums = teams.groupby(["hard", "span"])[["won", "asked"]].sum().reset_index()
    past = sums.span > np.where(sums.hard, truth["complex_span"], truth["simple_span"])
    assert ((sums.won / sums.asked >= 0.9) == ~past).all(), "teams of a size reach what a plan needs up to their span"
    assert (past & sums.hard).any(), "and some complex team is past it"


def topic_3_3(edition):
    deals = decided(edition)
    deals = deals[deals.stage != "exploring"]
    used = edition.table("specialist_involvement")
    deals["specialist"] = deals.opportunity_id.isin(used.opportunity_id)
    deals["value"] = deals.amount_eur * deals.won
    raw = deals.groupby("specialist").value.mean()
    deals["size"] = pd.cut(deals.amount_eur, [0, 30e3, 60e3, 120e3, 250e3, 1e9], labels=False)
    rates = deals.groupby(["size", "specialist"]).won.mean().unstack()
    lift = rates[True] - rates[False]
    used_in = deals.groupby("size").specialist.sum()
    assert np.average(lift[2:], weights=used_in[2:]) > 0.09
    assert abs(np.average(lift[:2], weights=used_in[:2])) < 0.12, "nothing in small deals"
    share = deals.groupby("size").specialist.mean()
    assert share.iloc[-1] > 4 * share.iloc[0], "they are called into large deals"
    adjusted = (
        deals.groupby(["size", "specialist"]).value.mean().unstack().diff(axis=1)[True] * deals["size"].value_counts()
    ).sum() / len(deals)
    assert raw[True] - raw[False] > 1.5 * adjusted, "raw, the specialist seems to bring what the size brings"


def simple(name):
    text = unicodedata.normalize("NFKD", name.lower().replace("ø", "o").replace("ß", "ss"))
    words = re.findall(r"[a-z]+", "".join(sign for sign in text if not unicodedata.combining(sign)))
    legal = [
        "gmbh",
        "ag",
        "ltd",
        "plc",
        "inc",
        "llc",
        "corp",
        "dac",
        "sas",
        "sa",
        "nv",
        "ab",
        "as",
        "aps",
        "asa",
        "oy",
        "oyj",
        "spa",
        "srl",
        "sl",
        "lda",
        "co",
        "kg",
        "n",
        "v",
        "b",
        "s",
        "p",
        "a",
        "r",
        "l",
    ]
    return " ".join(word for word in words if word not in legal)


def topic_3_4(edition):
    theirs, ours = edition.table("acquired_accounts"), edition.table("accounts")
    marked = theirs.account_id.notna().sum()
    keys = set(zip(ours.name.map(simple), ours.country, strict=True))
    same = pd.Series([pair in keys for pair in zip(theirs.name.map(simple), theirs.country, strict=True)])
    assert same.sum() > 1.3 * marked, "more are shared than are marked"
    assert abs(same.mean() - planted(edition, "3.4")["overlap_rate"]) < 0.12
    empty = edition.table("territories").query("rep_id.isna()").territory_id
    assert len(empty) == 2
    nobody = theirs[theirs.norvane_rep.isna() & ~same]
    assert len(nobody) > 10, "some of theirs have nobody"
    assert ours.territory_id.isin(empty).any(), "some of ours have nobody"


def topic_3_5(edition):
    accounts, subs = edition.table("accounts"), edition.table("subscriptions")
    running = set(subs[subs.ended_on.isna()].account_id)
    white = accounts[accounts.customer_since.notna() & ~accounts.account_id.isin(running)]
    registered = edition.table("deal_registrations")
    live = registered.query("status == 'accepted' and product_line == 'insight'")
    live = set(live[live.expires_on >= "2026-01-05"].account_id)
    white = white.sort_values("annual_spend_eur", ascending=False).head(60)
    assert 0.3 < white.account_id.isin(live).mean() < 0.85, "the richest are partly protected"
    rest = accounts[~accounts.account_id.isin(white.account_id)]
    assert rest.account_id.isin(live).mean() < 0.06
    assert len(registered) > 2 * len(live), "most registrations protect nothing any more"


def topic_3_6(edition):
    deals = decided(edition)
    cost = edition.table("activities").groupby(["opportunity_id", "territory_id"]).cost_eur.sum().reset_index()
    deals = deals.merge(cost, on="opportunity_id").merge(
        edition.table("territories")[["territory_id", "density"]], on="territory_id"
    )
    deals["large"] = deals.amount_eur > LARGE
    truth = planted(edition, "3.6")["break_even_density"]
    ordinary = deals[~deals.large]
    bands = pd.cut(ordinary.density, [0, truth * 0.45, truth * 2.2, 99], labels=["thin", "middle", "dense"])
    each = ordinary.groupby([bands, "sales_model"], observed=True).cost_eur.mean().unstack() / ordinary.won.mean()
    assert each.loc["thin", "remote"] < each.loc["thin", "field"]
    assert each.loc["dense", "remote"] > each.loc["dense", "field"], "one model everywhere is wrong somewhere"
    large = deals[deals.large].groupby("sales_model").won.mean()
    usual = ordinary.groupby("sales_model").won.mean()
    assert large["remote"] - large["field"] < usual["remote"] - usual["field"], "except for large deals"


def rule(case):
    if pd.notna(case.named_account_of):
        return case.named_account_of
    if pd.notna(case.a_open_since) != pd.notna(case.b_open_since):
        return "a" if pd.notna(case.a_open_since) else "b"
    recent = [pd.notna(day) and (case.decided_on - day).days <= 90 for day in (case.a_active_on, case.b_active_on)]
    if recent[0] != recent[1]:
        return "a" if recent[0] else "b"
    ahead = (case.b_registered_on - case.a_registered_on).days
    return "a" if ahead > 7 else "b" if ahead < -7 else "escalate"


def topic_3_7(edition):
    cases = edition.table("ownership_claims")
    ruled = [rule(case) for case in cases.itertuples()]
    assert (cases.ruling == ruled).all()
    first = np.where(cases.a_registered_on <= cases.b_registered_on, "a", "b")
    assert (cases.ruling == first).mean() < 0.75, "who registered first is not who is right"
    assert (cases.ruling == "escalate").sum() >= 2, "there are ties"
