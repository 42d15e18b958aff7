"""Incentives: the plan, what people attained and were paid, shared and cancelled deals, forecasts, SPIFFs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from course.case.columns import Array, date, flag, key, money, optional, rate, text, whole
from course.case.edition import Draw
from course.case.registry import latent, table
from course.case.sampling import among
from course.case.tables.deals import Deals
from course.case.tables.staff import Staff
from course.case.world import LAST_DAY, PRODUCT_IDS, QUARTERS, by_day, first_day, ids, month_of, quarter_of, take

OLD_RATE, NEW_RATE, BUNDLE_RATE, CLAWBACK_DAYS = 0.045, 0.04, 0.03, 90
_WEIGHTS = np.arange(0.02, 0.6, 0.01)
_PLAN = (
    ("2023 plan", "2023-01-01", "2024-12-31", "commission", 0.0, 1.0, OLD_RATE, "fraction of bookings"),
    ("2023 plan", "2023-01-01", "2024-12-31", "commission", 1.0, 9.0, 0.055, "fraction of bookings"),
    ("2023 plan", "2023-01-01", "2024-12-31", "target bonus", 1.0, 9.0, 0.012, "fraction of the year's bookings, once"),
    ("2025 plan", "2025-01-01", None, "commission", 0.0, 1.0, NEW_RATE, "fraction of bookings"),
    ("2025 plan", "2025-01-01", None, "commission", 1.0, 9.0, 0.05, "fraction of bookings"),
    ("2025 plan", "2025-01-01", None, "target bonus", 1.0, 9.0, 0.015, "fraction of the year's bookings, once"),
    ("2025 plan", "2025-01-01", None, "multi-product bonus", 0.0, 9.0, BUNDLE_RATE,
     "fraction of bookings of deals with two product lines"),
)  # fmt: skip


@table(
    text("plan", "The plan", "2023 plan", "2025 plan"),
    date("valid_from", "First day"),
    date("valid_until", "Last day; empty for the plan in force", nullable=True),
    text("element", "What is paid for", "commission", "target bonus", "multi-product bonus"),
    rate("attainment_from_rate", "Attainment of the year from which it is paid", high=10),
    rate("attainment_to_rate", "Attainment up to which it is paid; 9 for no end", high=10),
    rate("pay_rate", "Rate paid"),
    text("basis", "What the rate is applied to"),
    topics="6.1 6.5",
)
def commission_plan(draw: Draw) -> dict[str, object]:
    """One row is an element of a commission plan in a band of attainment."""
    names = (
        "plan",
        "valid_from",
        "valid_until",
        "element",
        "attainment_from_rate",
        "attainment_to_rate",
        "pay_rate",
        "basis",
    )
    return dict(zip(names, (list(part) for part in zip(*_PLAN, strict=True)), strict=True))


@table(
    text("rep_id", "The salesperson", refers="reps.rep_id"),
    whole("year", "Year", low=2023),
    money("quota_eur", "The year's quota"),
    money("booked_eur", "What the person booked in the year, as the owner of the deals"),
    rate("attainment_rate", "Booked by quota", high=9),
    topics="6.5 6.6",
)
def attainment(draw: Draw, quotas: pd.DataFrame, bookings: pd.DataFrame) -> dict[str, Array]:
    """One row is a salesperson's year, where there was a quota."""
    year = quotas["quarter"].str[:4].astype(int)
    asked = quotas.groupby(["rep_id", year.rename("year")])["annual_quota_eur"].first()
    booked = bookings.groupby(["rep_id", bookings["booked_on"].dt.year.rename("year")])["amount_eur"].sum()
    both = pd.DataFrame({"quota": asked, "booked": booked.reindex(asked.index).fillna(0)}).reset_index()
    return {
        "rep_id": both["rep_id"].to_numpy(dtype=object),
        "year": both["year"].to_numpy(),
        "quota_eur": both["quota"].to_numpy(),
        "booked_eur": both["booked"].to_numpy(),
        "attainment_rate": np.minimum((both["booked"] / both["quota"]).to_numpy(), 9),
    }


@table(
    text("manager_id", "The team, by its manager", refers="managers.manager_id"),
    whole("year", "Year", low=2023),
    whole("people", "People in the team at the end of 2025", "people"),
    rate("team_share_rate", "Share of each person's variable pay that hung on the team's result"),
    topics="6.4",
)
def teams(draw: Draw, staff: Staff) -> dict[str, Array]:
    """One row is a team's year under its own weight of team goals."""
    size = staff.manager_region.size
    people = np.bincount(staff.rep_manager[np.isnat(staff.left)], minlength=size)
    at = np.indices((size, 3)).reshape(2, -1)
    return {
        "manager_id": ids("M", at[0], 2),
        "year": 2023 + at[1],
        "people": people[at[0]],
        "team_share_rate": staff.team_share[at[0], at[1]],
    }


@table(
    key("referral_id", "Identifies the referral"),
    text("from_rep_id", "Who passed it on", refers="reps.rep_id"),
    text("to_rep_id", "Who took it up", refers="reps.rep_id"),
    text("opportunity_id", "The opportunity", refers="opportunities.opportunity_id"),
    date("referred_on", "Day"),
    topics="6.4",
)
def referrals(draw: Draw, deals: Deals, staff: Staff) -> dict[str, Array]:
    """One row is an opportunity that a colleague of the same team passed on. Credit is shared for few of those won."""
    rng = draw.rng
    year = np.clip(month_of(deals.created_on) // 12, 0, 2)
    share = staff.team_share[staff.rep_manager[deals.rep], year]
    passed = np.flatnonzero(rng.random(deals.rep.size) < 0.02 + 0.18 * _near(share, draw.truth["best_team_share"]))
    mates = np.argsort(staff.rep_manager, kind="stable")
    count = np.bincount(staff.rep_manager, minlength=staff.manager_region.size)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    team = staff.rep_manager[deals.rep[passed]]
    giver = mates[first[team] + (rng.random(passed.size) * count[team]).astype(int)]
    fits = (giver != deals.rep[passed]) & (staff.hired[giver] <= deals.created_on[passed])
    fits &= ~(staff.left[giver] < deals.created_on[passed])
    passed, giver = passed[fits], giver[fits]
    cell = staff.rep_manager[deals.rep] * 3 + year
    kept = _best_between(cell, passed, staff.team_share.ravel(), draw.truth["best_team_share"])
    passed, giver = passed[kept], giver[kept]
    return {
        "referral_id": ids("RF", np.arange(passed.size), 4),
        "from_rep_id": ids("R", giver, 3),
        "to_rep_id": ids("R", deals.rep[passed], 3),
        "opportunity_id": ids("O", passed),
        "referred_on": deals.created_on[passed],
    }


def _near(share: Array, best: float) -> Array:
    """Return how near weights of team goals are to the best one, from 0 to 1."""
    return np.asarray(np.exp(-(((share - best) / 0.17) ** 2)))


def _best_between(cell: Array, passed: Array, share: Array, best: float) -> Array:
    """Return which referrals to keep, of deals ``passed`` on: fewer of teams with the most for their weight of team
    goals, where chance moved the weight at which most is passed on away from the ``best``.

    ``cell`` is the team and year of each deal, ``share`` the weight of each cell.
    """
    size, kept = np.bincount(cell, minlength=share.size), np.ones(passed.size, dtype=bool)
    weight = np.sqrt(size)
    for _ in range(6):
        rate = np.bincount(cell[passed[kept]], minlength=share.size) / np.maximum(size, 1)
        lines = (np.column_stack([np.ones(share.size), _near(share, at)]) * weight[:, None] for at in _WEIGHTS)
        off = [np.linalg.lstsq(line, rate * weight, rcond=None)[1].sum() for line in lines]
        if abs(_WEIGHTS[int(np.argmin(off))] - best) < 0.06:
            break
        wanted = 0.02 + 0.18 * _near(share, best)
        richest = int(
            np.argmax(np.where(size > 0, (rate - wanted * (rate @ size) / (wanted @ size)) * weight, -np.inf))
        )
        own = np.flatnonzero(kept & (cell[passed] == richest))
        kept[own[::3]] = False
    return kept


ROLES = ("owner", "finder", "supporter")
WEIGHTS = np.array([6, 3, 1])


@table(
    text("opportunity_id", "The opportunity won together", refers="opportunities.opportunity_id"),
    text("rep_id", "The salesperson", refers="reps.rep_id"),
    text("role", "Part in the deal: owner, finder of the lead, supporter", *ROLES),
    rate("claimed_share", "Share of the credit that the person claimed"),
    rate("right_share", "Share that was right, after appeal; a deal's shares add up to 1"),
    flag("disputed", "Whether it went to appeal: the claims added up to more than 1"),
    topics="6.2",
)
def deal_splits(draw: Draw, deals: Deals, staff: Staff, referrals: pd.DataFrame) -> dict[str, Array]:
    """One row is a person's share of a deal won together. Right: owner 6, finder 3, supporter 1."""
    rng = draw.rng
    won = np.flatnonzero(deals.won & (deals.amount_eur > 40_000))
    chosen = np.sort(won[rng.permutation(won.size)[: draw.count(260)]])
    home = staff.seat_region[staff.rep_seat]
    by_region = np.argsort(home, kind="stable")
    count = np.bincount(home)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    region = deals.region[chosen]
    people = np.empty((chosen.size, 3), dtype=np.int64)
    people[:, 0] = deals.rep[chosen]
    for place in (1, 2):
        step = 1 + (rng.random(chosen.size) * (count[region] - 2)).astype(int)
        rank = np.argsort(by_region)[people[:, place - 1]] - first[region]
        people[:, place] = by_region[first[region] + (rank + step) % count[region]]
    people[:, 2] = np.where(people[:, 2] == people[:, 0], -1, people[:, 2])
    people = _colleagues(people, chosen, deals, staff, referrals, draw.fresh("colleagues"))
    there = np.column_stack(
        [
            np.ones(chosen.size, dtype=bool),
            rng.random(chosen.size) < 0.7,
            (rng.random(chosen.size) < 0.6) & (people[:, 2] >= 0),
        ]
    )
    there[:, 1] |= ~there[:, 2]
    weight = there * WEIGHTS
    right = weight / weight.sum(axis=1, keepdims=True)
    disputed = rng.random(chosen.size) < 0.45
    claimed = np.where(disputed[:, None], np.clip(right + 0.1 + 0.35 * rng.random(right.shape), 0, 1), right)
    deal, role = np.nonzero(there)
    return {
        "opportunity_id": ids("O", chosen[deal]),
        "rep_id": ids("R", people[deal, role], 3),
        "role": take(ROLES, role),
        "claimed_share": np.round(claimed[deal, role], 2),
        "right_share": right[deal, role],
        "disputed": disputed[deal],
    }


def _colleagues(
    people: Array, deal: Array, deals: Deals, staff: Staff, referrals: pd.DataFrame, rng: np.random.Generator
) -> Array:
    """Return ``people`` (owner, finder, supporter by deal; -1 for none) with those who weren't there replaced.

    Whoever passed a deal on is its finder; others are of the owner's region and were employed from the deal's first
    day to its last.
    """
    people = people.copy()
    referrer = dict(zip(referrals["opportunity_id"], referrals["from_rep_id"].str[2:].astype(int) - 1, strict=True))
    home = staff.seat_region[staff.rep_seat]
    for row, (number, name) in enumerate(zip(deal.tolist(), ids("O", deal).tolist(), strict=True)):
        employed = (staff.hired <= deals.created_on[number]) & ~(staff.left < deals.closed_on[number])
        people[row, 1] = referrer.get(name, people[row, 1])
        for place in (2,) if name in referrer else (1, 2):
            own, others = people[row, place], np.delete(people[row], place)
            if own >= 0 and (own in others or not employed[own]):
                able = np.flatnonzero(
                    employed & (home == deals.region[number]) & ~np.isin(np.arange(home.size), others)
                )
                people[row, place] = able[int(rng.random() * able.size)]
    return people


@dataclass(frozen=True)
class Cancelled:
    """Deals cancelled after they were won: deal, days after the booking; and the two reps who waited for day 91."""

    deal: Array
    days: Array
    gamers: Array


def _fewer(past: Array, days: Array, rep: Array, gamers: Array) -> None:
    """Leave out cancellations of others, where chance gave somebody as many as the one of ``gamers`` with the most or,
    soon after the day from which a commission is kept, as the one with the fewest; or the weeks before that day hardly
    fewer than those after it."""

    def counted(which: Array) -> Array:
        return np.bincount(rep[which], minlength=gamers.max() + 1)

    def leave_out(which: Array, limit: int) -> None:
        count = counted(which)
        for other in np.setdiff1d(np.flatnonzero(count >= limit), gamers).tolist():
            own = np.flatnonzero(which & (rep == other) & (days != CLAWBACK_DAYS))
            past[own[: count[other] - limit + 1]] = False

    soon = (days > CLAWBACK_DAYS) & (days <= 103)
    leave_out(past & soon, max(int(counted(past & soon)[gamers].min()), 1))
    leave_out(past, int(counted(past)[gamers].max()))
    before = np.flatnonzero(past & (days >= 65) & (days <= 77))
    after = np.count_nonzero(past & soon)
    past[before[max((after - 1) // 3, 0) :]] = False


@latent
def cancelled(draw: Draw, deals: Deals, staff: Staff) -> Cancelled:
    """Draw what was cancelled. Subscriptions are not: they end."""
    rng = draw.rng
    hardware = (
        deals.won
        & ~np.isin(deals.product, [PRODUCT_IDS.index("P-810"), PRODUCT_IDS.index("P-820")])
        & (deals.second < 0)
    )
    volume = np.bincount(deals.rep[hardware], minlength=staff.hired.size)
    busy = np.argsort(-volume, kind="stable")[:14]
    gamers = busy[rng.permutation(busy.size)[:2]]
    chance = np.where(among(deals.rep, gamers), draw.truth["gaming_rate"], 0.05)
    deal = np.flatnonzero(hardware & (rng.random(deals.rep.size) < chance))
    gamed = among(deals.rep[deal], gamers) & (rng.random(deal.size) < 0.85)
    days = np.where(
        gamed, 91 + (rng.random(deal.size) ** 1.6 * 12).astype(int), 3 + (rng.random(deal.size) * 260).astype(int)
    )
    edge = ~gamed & (rng.random(deal.size) < 0.06)
    days = np.where(edge, CLAWBACK_DAYS, days)
    early = np.flatnonzero(~gamed & (deals.closed_on[deal] < LAST_DAY - 120))
    days[early[:2]] = CLAWBACK_DAYS  # some fall on the edge in every edition
    past = deals.closed_on[deal] + days <= LAST_DAY
    _fewer(past, days, deals.rep[deal], gamers)
    return Cancelled(deal[past], days[past], gamers)


@table(
    key("cancellation_id", "Identifies the cancellation"),
    text("opportunity_id", "The opportunity whose order was cancelled", refers="opportunities.opportunity_id"),
    text("rep_id", "The salesperson", refers="reps.rep_id"),
    date("booked_on", "Day of the order"),
    date("cancelled_on", "Day of the cancellation"),
    text(
        "reason",
        "Reason on file",
        "project stopped",
        "budget withdrawn",
        "wrong product",
        "bought elsewhere",
        "by agreement",
    ),
    topics="6.3",
)
def cancellations(draw: Draw, deals: Deals, cancelled: Cancelled) -> dict[str, Array]:
    """One row is an order that was cancelled after it was booked."""
    gamed = np.isin(deals.rep[cancelled.deal], cancelled.gamers)
    reason = np.where(gamed & (draw.rng.random(gamed.size) < 0.6), 4, (draw.rng.random(gamed.size) * 4).astype(int))
    names = ("project stopped", "budget withdrawn", "wrong product", "bought elsewhere", "by agreement")
    booked = deals.closed_on[cancelled.deal]
    return {
        "cancellation_id": ids("CX", np.arange(cancelled.deal.size), 4),
        "opportunity_id": ids("O", cancelled.deal),
        "rep_id": ids("R", deals.rep[cancelled.deal], 3),
        "booked_on": booked,
        "cancelled_on": booked + cancelled.days,
        "reason": take(names, reason),
    }


@table(
    key("payout_id", "Identifies the payment"),
    text("rep_id", "Who was paid", refers="reps.rep_id"),
    text("opportunity_id", "For what", refers="opportunities.opportunity_id"),
    date("paid_on", "Last day of the month after the booking; for bookings of December 2025 still to come"),
    money(
        "commission_eur",
        "Commission at the rate up to the target, to the deal's owner; what is due past the target, the target bonus "
        "and what colleagues get of it are settled once a year",
    ),
    money("bundle_bonus_eur", "Multi-product bonus"),
    topics="6.1 6.3",
)
def payouts(draw: Draw, deals: Deals) -> dict[str, Array]:
    """One row is what a salesperson was paid for a deal won, before any clawback."""
    deal = np.flatnonzero(deals.won)
    deal = deal[by_day(deals.closed_on[deal])]
    booked = deals.closed_on[deal]
    after = booked >= np.datetime64("2025-01-01")
    amount = deals.amount_eur[deal]
    return {
        "payout_id": ids("PO", np.arange(deal.size)),
        "rep_id": ids("R", deals.rep[deal], 3),
        "opportunity_id": ids("O", deal),
        "paid_on": first_day(month_of(booked) + 2) - 1,
        "commission_eur": np.where(after, NEW_RATE, OLD_RATE) * amount,
        "bundle_bonus_eur": np.where(after & (deals.second[deal] >= 0), BUNDLE_RATE * amount, 0),
    }


@table(
    key("forecast_id", "Identifies the forecast"),
    text("rep_id", "Who forecast", refers="reps.rep_id"),
    text("quarter", "Quarter forecast", *QUARTERS),
    date("made_on", "Tenth day of the quarter; of those hired later in it, their tenth day"),
    money("commit_eur", "What the person committed to book in the quarter"),
    optional(money("best_case_eur", "What it might be at best; missing in some")),
    topics="6.6 8.1",
)
def forecasts(draw: Draw, quotas: pd.DataFrame, bookings: pd.DataFrame, staff: Staff) -> dict[str, object]:
    """One row is a salesperson's forecast for a quarter."""
    rng = draw.rng
    quarter = pd.Series(quarter_of(bookings["booked_on"].to_numpy().astype("datetime64[D]")), name="quarter")
    actual = bookings.groupby(["rep_id", quarter])["amount_eur"].sum()
    wanted = pd.MultiIndex.from_frame(quotas[["rep_id", "quarter"]])
    booked = actual.reindex(wanted).fillna(0).to_numpy()
    size = booked.size
    rep = quotas["rep_id"].str[2:].astype(int).to_numpy() - 1
    held_back = np.isin(rep, staff.sandbaggers)
    usual = 0.45 * booked + 0.55 * quotas["quota_eur"].to_numpy() * 0.95
    commit = usual * np.exp(0.04 + 0.24 * rng.standard_normal(size))
    low = np.minimum(booked, np.maximum(booked, 20_000)) * (0.5 + 0.22 * rng.random(size))
    commit = np.where(held_back, np.maximum(low, 5_000), commit)
    best = commit * (1.15 + 0.5 * rng.random(size))
    best[rng.random(size) < 0.08] = np.nan
    starts = np.array([np.datetime64(f"{name[:4]}-{int(name[5]) * 3 - 2:02d}-10") for name in quotas["quarter"]])
    starts = np.maximum(starts, staff.hired[rep] + 9)
    return {
        "forecast_id": ids("FC", np.arange(size)),
        "rep_id": quotas["rep_id"].to_numpy(dtype=object),
        "quarter": quotas["quarter"].to_numpy(dtype=object),
        "made_on": starts,
        "commit_eur": np.round(commit, -3),
        "best_case_eur": np.round(best, -3),
    }


@table(
    key("spiff_id", "Identifies the SPIFF"),
    text("name", "What it was called"),
    text("product_id", "The product it paid for", refers="products.product_id"),
    date("starts_on", "First day"),
    date("ends_on", "Last day"),
    rate("pay_rate", "Paid on top, as a fraction of bookings"),
    money("paid_eur", "What was paid, on deals whose main product it was"),
    topics="6.7",
)
def spiffs(draw: Draw, deals: Deals) -> dict[str, object]:
    """One row is a short bonus for selling a product."""
    start = draw.truth["spiff_month"]
    products = np.array([PRODUCT_IDS.index(name) for name in ("P-810", "P-410", "P-910")])
    first = np.array([start, 21, 27])
    last = first + 2
    rates = np.array([0.03, 0.025, 0.03])
    paid = []
    month = np.where(deals.won, month_of(np.where(deals.won, deals.closed_on, LAST_DAY)), -1)
    for place, product in enumerate(products.tolist()):
        sold = deals.won & (deals.product == product) & (month >= first[place]) & (month <= last[place])
        paid.append(round(float(deals.net_eur[sold].sum() * rates[place]), 2))
    begin = (np.datetime64("2023-01") + first).astype("datetime64[D]")
    end = (np.datetime64("2023-01") + last + 1).astype("datetime64[D]") - 1
    return {
        "spiff_id": ids("SF", np.arange(3), 2),
        "name": ["Core sprint", "Year-end meters", "Commissioning push"],
        "product_id": take(PRODUCT_IDS, products),
        "starts_on": begin,
        "ends_on": end,
        "pay_rate": rates,
        "paid_eur": paid,
    }
