"""How an analyst finds the truths of module 6, and what the naive reading of each gives."""

import numpy as np
import pandas as pd

from course.case.tables.incentives import Cancelled
from course.case.tables.staff import Staff
from tests.case.detect_coverage import attainments
from tests.case.detect_objectives import planted
from tests.case.detect_positioning import decided


def rep_ids(numbers):
    return {f"R-{number + 1:03d}" for number in numbers.tolist()}


def topic_6_1(edition):
    quotes = edition.table("quotes").query("status == 'accepted'")
    lines = quotes.groupby("opportunity_id").agg(
        lines=("product_line", "nunique"), list=("list_eur", "sum"), net=("net_eur", "sum"), on=("decided_on", "max")
    )
    lines["bundle"], lines["after"] = lines.lines > 1, lines.on >= "2025-01-01"
    share = lines.groupby("after").bundle.mean()
    assert share[True] > 1.4 * share[False], "the bonus brings bundles: a success, it seems"
    sums = lines.groupby(["after", "bundle"])[["list", "net"]].sum()
    off = (1 - sums.net / sums.list).unstack()
    assert off.loc[True, True] - off.loc[False, True] > 0.04, "they are discounted"
    assert abs(off.loc[True, False] - off.loc[False, False]) < 0.03
    paid = edition.table("payouts").bundle_bonus_eur
    assert paid.sum() > 0


def topic_6_2(edition):
    splits = edition.table("deal_splits")
    weight = splits.role.map({"owner": 6, "finder": 3, "supporter": 1})
    share = weight / weight.groupby(splits.opportunity_id).transform("sum")
    assert np.allclose(share, splits.right_share, atol=1e-4)
    total = splits.groupby("opportunity_id")[["claimed_share", "right_share"]].sum()
    assert np.allclose(total.right_share, 1, atol=5e-4)
    assert (total.claimed_share > 1.05).mean() > 0.3, "the claims count twice"
    even = 1 / splits.groupby("opportunity_id").rep_id.transform("size")
    assert (abs(even - splits.right_share) > 0.05).mean() > 0.5
    assert not splits.duplicated(["opportunity_id", "rep_id"]).any()


def topic_6_3(edition):
    rows = edition.table("cancellations")
    days = (rows.cancelled_on - rows.booked_on).dt.days
    gap = days.between(91, 103)
    assert gap.sum() > 2 * days.between(65, 77).sum(), "a cluster shortly after day 90"
    assert (days == 90).any(), "there are cases on the edge"
    by = rows[gap].rep_id.value_counts()
    gamers = rep_ids(edition.part("cancelled", Cancelled).gamers)
    assert set(by.index[:2]) == gamers
    assert rows.rep_id.value_counts().index[0] in gamers
    due = rows[days <= 90].merge(edition.table("payouts"), on="opportunity_id")
    assert due.commission_eur.sum() > 0
    assert len(due) != (days < 90).sum(), "the edge counts"


def topic_6_4(edition):
    teams = edition.table("teams")
    deals = edition.table("opportunities").merge(edition.table("reps")[["rep_id", "manager_id"]], on="rep_id")
    deals["year"] = deals.created_on.dt.year.clip(lower=2023)
    deals["referred"] = deals.opportunity_id.isin(edition.table("referrals").opportunity_id)
    both = teams.merge(deals.groupby(["manager_id", "year"]).referred.agg(["mean", "size"]).reset_index())
    w, weight = both.team_share_rate, np.sqrt(both["size"])
    grid = np.arange(0.02, 0.6, 0.01)

    def error(best):
        design = np.column_stack([np.ones(len(w)), np.exp(-(((w - best) / 0.17) ** 2))]) * weight.to_numpy()[:, None]
        return np.linalg.lstsq(design, (both["mean"] * weight).to_numpy(), rcond=None)[1].sum()

    best = min(grid, key=error)
    truth = planted(edition, "6.4")["best_team_share"]
    assert abs(best - truth) < 0.08, "an interior optimum"
    near, far = both[abs(w - truth) < 0.1]["mean"], both[w > truth + 0.2]["mean"]
    assert near.mean() > 1.5 * far.mean(), "more is not always better"
    rows = attainments(edition).merge(edition.table("reps")[["rep_id", "manager_id"]], on="rep_id")
    rows = rows.merge(teams, on=["manager_id", "year"])
    rows = rows[rows.attainment.between(0.4, 1.7)]
    within = rows.attainment - rows.groupby(["manager_id", "year"]).attainment.transform("mean")
    assert within[rows.team_share_rate > 0.4].std() < within[rows.team_share_rate < 0.2].std() + 0.03


def topic_6_5(edition):
    rates = edition.table("attainment").attainment_rate
    below, above = rates.between(0.94, 0.9999).sum(), rates.between(1, 1.06).sum()
    assert above > 2.5 * max(below, 1), "attainment bunches just above the cliff"
    plan = edition.table("commission_plan").query("element == 'target bonus'")
    assert (plan.attainment_from_rate == 1).all()
    assert abs(rates.median() - 1) < 0.22, "the mean shows nothing of it"


def topic_6_6(edition):
    staff = edition.part("staff", Staff)
    forecasts, bookings = edition.table("forecasts"), edition.table("bookings")
    quarter = (bookings.booked_on.dt.year.astype(str) + "Q" + bookings.booked_on.dt.quarter.astype(str)).rename(
        "quarter"
    )
    actual = bookings.groupby(["rep_id", quarter]).amount_eur.sum()
    both = (
        forecasts.set_index(["rep_id", "quarter"]).commit_eur.to_frame("commit").join(actual.rename("actual")).dropna()
    )
    both = both[both.actual > 0]
    low = (both.commit < 0.8 * both.actual).groupby("rep_id").agg(["mean", "size"])
    accused = set(low[(low["mean"] > 0.85) & (low["size"] >= 6)].index)
    sandbaggers = rep_ids(staff.sandbaggers)
    assert len(accused & sandbaggers) >= 3
    assert len(accused - sandbaggers) <= 1, "few false accusations"
    over = edition.table("attainment").groupby("rep_id").attainment_rate.mean()
    assert len(set(over.nlargest(4).index) & sandbaggers) <= 2, "the highest attainment is somebody else's"

    since = edition.table("accounts").set_index("account_id").customer_since
    deals = decided(edition)
    deals["easy"] = deals.account_id.map(since) < "2023-01-01"  # customers of old: they buy again
    rates = deals.groupby(["rep_id", "easy"]).won.agg(["mean", "size"]).unstack()
    gap = rates["mean"][True] - rates["mean"][False]
    enough = rates["size"].min(axis=1) >= 8
    error = np.sqrt(0.25 / rates["size"][True] + 0.25 / rates["size"][False])
    pickers = rep_ids(staff.cherry_pickers)
    found = set((gap / error)[enough].nlargest(4).index)
    assert len(found & pickers) >= 3
    best = decided(edition).groupby("rep_id").won.mean().nlargest(4).index
    assert set(best) != pickers, "their win rate alone does not show it"


def topic_6_7(edition):
    deals, spiffs = decided(edition), edition.table("spiffs").set_index("name")
    bookings = edition.table("bookings")

    def sold(product, first, last):
        rows = bookings[(bookings.product_id == product) & bookings.booked_on.between(first, last)]
        return rows.amount_eur.sum()

    core = spiffs.loc["Core sprint"]
    own = deals[deals.product_id == core.product_id]
    during = own.closed_on.between(core.starts_on, core.ends_on)
    assert own[during].won.mean() > own[~during].won.mean() + 0.08, "this one sold more"
    meters = spiffs.loc["Year-end meters"]
    year = pd.DateOffset(years=1)
    before = sold(
        meters.product_id, meters.starts_on - pd.DateOffset(months=6), meters.starts_on - pd.DateOffset(days=1)
    )
    assert sold(meters.product_id, meters.starts_on, meters.ends_on) > 0.55 * before, (
        "against the quarters before it shines"
    )
    own = deals[deals.product_id == meters.product_id]
    during = own.closed_on.between(meters.starts_on, meters.ends_on)
    others = [
        own[own.closed_on.between(meters.starts_on + shift, meters.ends_on + shift)].won.mean()
        for shift in (-year, year)
    ]
    assert own[during].won.mean() < np.mean(others) + 0.12, "the year's end would have come anyway"
