"""The sales force: seats and who held them when, managers, quotas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.case.columns import Array, date, flag, key, money, text
from course.case.edition import Draw
from course.case.names import LANGUAGE, people
from course.case.registry import latent, table
from course.case.sampling import among, either, pick
from course.case.tables.customers import Market
from course.case.tables.deals import Deals
from course.case.world import INDUSTRIES, LAST_DAY, QUARTERS, REGIONS, WORLD, ids, month_of, take

_FOCI = len(REGIONS) * len(INDUSTRIES)
MODELS = ("field", "remote")
SEATS = 64
#: people who left since 2023, at least, whatever the company's size
_LEAVERS = 5
#: what the last manager leaves to the first: teams of a region are of unequal size
_TEAM_SPLIT = (0.3, 0.62, 0.38, 0.7, 0.5, 0.58)


@dataclass(frozen=True)
class Staff:
    """Reps, and seats that one or two of them held one after the other.

    Per seat: region, model (0 field, 1 remote), focus (industry or -1), first and second rep (-1 if none), and the day
    on which the second took over. Per rep: seat, hired, left (NaT while employed), manager. The first seven seats of
    each region never change hands; ``steady`` maps (region, model) to one of them.
    """

    seat_region: Array
    seat_model: Array
    seat_focus: Array
    seat_first: Array
    seat_second: Array
    seat_change: Array
    rep_seat: Array
    hired: Array
    left: Array
    rep_manager: Array
    manager_region: Array
    manager_complex: Array
    team_share: Array
    leakers: Array
    sandbaggers: Array
    cherry_pickers: Array


@latent
def staff(draw: Draw) -> Staff:
    """Draw the seats of each region, who holds them, who leads whom, and who has which habit."""
    weights = np.array([region.weight for region in WORLD])
    seats = np.maximum(np.round(weights / weights.sum() * draw.count(SEATS)).astype(int), 8)
    seat_region = np.repeat(np.arange(len(REGIONS)), seats)
    place = np.concatenate([np.arange(count) for count in seats])
    size = seat_region.size
    model = np.where(
        place < 8, np.array([0, 0, 0, 1, 1, 0, 0, 0])[place % 8], (draw.rng.random(size) < 0.3).astype(int)
    )
    focus = np.where(draw.rng.random(size) < 0.45, (draw.rng.random(size) * len(INDUSTRIES)).astype(int), -1)
    for number in range(len(INDUSTRIES)):
        focus[place == (0, 1, 5, 6, 2, 7)[number]] = number
    focus[(place == 3) | (place == 4)] = -1
    turn = (place >= 7) & (draw.rng.random(size) < 0.7)
    opened = turn & (draw.rng.random(size) < 0.35)  # a new seat rather than a second holder
    opened[np.flatnonzero(opened)[: max(_LEAVERS - (turn & ~opened).sum(), 0)]] = False
    change = np.datetime64("2023-03-01") + (draw.rng.random(size) * 850).astype(int)
    change = np.where(turn, change, np.datetime64("2099-01-01"))
    first_hired = np.datetime64("2013-01-07") + (draw.rng.random(size) * 2900).astype(int)
    gap = (draw.rng.random(size) * 60).astype(int) + 14
    has_first, has_second = ~opened, turn
    seat_first = np.full(size, -1)
    seat_first[has_first] = np.arange(has_first.sum())
    seat_second = np.full(size, -1)
    seat_second[has_second] = has_first.sum() + np.arange(has_second.sum())
    rep_seat = np.concatenate([np.flatnonzero(has_first), np.flatnonzero(has_second)])
    hired = np.concatenate([first_hired[has_first], change[has_second]])
    left = np.full(rep_seat.size, np.datetime64("NaT"), dtype="datetime64[D]")
    leaves = np.flatnonzero(has_first & has_second)
    left[seat_first[leaves]] = change[leaves] - gap[leaves]
    teams = max(1, round(draw.scale))
    upper = np.array(_TEAM_SPLIT)[draw.rng.permutation(len(REGIONS))]
    share = (place + 0.5) / seats[seat_region]
    seat_manager = seat_region * 2 * teams + (place % teams) * 2 + (share > upper[seat_region])
    managers = len(REGIONS) * 2 * teams
    steady = np.flatnonzero((place < 7) & (model == 0))
    luck = draw.rng.permutation(steady.size)
    home = REGIONS.index(draw.truth["leak_region"])
    leakers = steady[luck][seat_region[steady[luck]] == home][:2]
    rest = steady[luck][~among(steady[luck], leakers)]
    habits = draw.count(4)
    complex_ = draw.rng.permutation(np.arange(managers) % 2 == 0)
    span = np.bincount(seat_manager[rep_seat][np.isnat(left)], minlength=managers)
    complex_ = _strained(complex_, span, draw.truth["simple_span"], draw.truth["complex_span"], 50 * teams)
    return Staff(
        seat_region, model, focus, seat_first, seat_second, change, rep_seat, hired.astype("datetime64[D]"), left,
        seat_manager[rep_seat], np.repeat(np.arange(len(REGIONS)), 2 * teams),
        complex_, _team_goals(draw.rng.random((managers, 3)) * 0.6, draw.truth["best_team_share"]),
        seat_first[leakers], seat_first[rest[:habits]], seat_first[rest[habits : 2 * habits]],
    )  # fmt: skip


def _team_goals(share: Array, best: float) -> Array:
    """Return the weight of team goals by (manager, year), a few of them well past the best one."""
    most = np.argsort(share, axis=None, kind="stable")[-4:]
    share.ravel()[most] = np.maximum(share.ravel()[most], best + np.array([0.21, 0.225, 0.24, 0.26]))
    return np.asarray(np.round(share, 2))


def _strained(complex_: Array, span: Array, simple_limit: int, complex_limit: int, enough: int) -> Array:
    """Return which managers have complex territories: as drawn, and larger teams too until enough are overstretched."""
    complex_ = complex_.copy()
    for manager in np.argsort(-span, kind="stable").tolist():
        over = np.maximum(span - np.where(complex_, complex_limit, simple_limit), 0)
        plain = (span * over).sum() >= enough and span[over > 0].sum() >= 0.3 * enough
        if plain or span[manager] <= complex_limit:
            break
        complex_[manager] = True
    return complex_


def assign(staff: Staff, rng: np.random.Generator, region: Array, industry: Array, remote: Array, matched: Array,
           owner: Array, spare: Array, created: Array, closed: Array) -> Array:  # fmt: skip
    """Return the rep of each deal: of its region, employed from its first day to its last, and ramped up by then.

    Remote deals go to anybody who sells remotely, ``matched`` ones to those who know the industry, others to the seat
    ``owner`` (-1 if none: to colleagues in the field, to the seats ``spare`` first).
    """
    luck = rng.random((3, region.size))
    free = among(np.arange(staff.seat_region.size), spare)
    free |= (staff.seat_model == 0) & ~among(staff.seat_region, staff.seat_region[spare])
    model = staff.seat_region * 2 + staff.seat_model
    permanent = _groups(model, len(REGIONS) * 2, staff.seat_change == np.datetime64("2099-01-01"))
    # who knows an industry, by (region, industry); who sells remotely, by region; who helps out in the field, by region
    known = _groups(staff.seat_region * len(INDUSTRIES) + staff.seat_focus, _FOCI, staff.seat_focus >= 0)
    remotely = _groups(staff.seat_region, len(REGIONS), staff.seat_model == 1)
    group = either(matched, region * len(INDUSTRIES) + industry, region + _FOCI + len(REGIONS) * (remote == 0))
    seat = _member(_joined(known, remotely, _groups(staff.seat_region, len(REGIONS), free)), group, luck[0])
    seat = either(~matched & (remote == 0) & (owner >= 0), owner, seat)
    # days as whole numbers are compared several times as fast
    created, closed = created.astype(np.int64), closed.astype(np.int64)
    second = closed >= staff.seat_change.astype(np.int64)[seat]
    rep = either(second, staff.seat_second[seat], staff.seat_first[seat])
    hired = staff.hired.astype(np.int64)[rep]
    left = np.where(np.isnat(staff.left), LAST_DAY + 10_000, staff.left).astype(np.int64)[rep]
    ramped = np.clip((closed - hired) / 270, 0, 1)
    fits = (rep >= 0) & (hired <= created) & (left >= closed) & (luck[1] < ramped)
    other = np.flatnonzero(~fits)
    rep[other] = staff.seat_first[_member(permanent, region[other] * 2 + remote[other], luck[2][other])]
    return rep


@dataclass(frozen=True)
class _Groups:
    """Seats ordered by group; by group, the place of the first and how many there are."""

    ordered: Array
    first: Array
    count: Array


def _groups(code: Array, size: int, within: Array) -> _Groups:
    seats = np.flatnonzero(within)
    ordered = seats[np.argsort(code[seats], kind="stable")]
    count = np.bincount(code[seats], minlength=size)
    # an empty group has the next one's first seat
    return _Groups(ordered, np.minimum(np.cumsum(count) - count, seats.size - 1), count)


def _joined(*groups: _Groups) -> _Groups:
    """Return the groups of all, one kind after the other."""
    before = np.cumsum([0, *(kind.ordered.size for kind in groups)])
    return _Groups(
        np.concatenate([kind.ordered for kind in groups]),
        np.concatenate([kind.first + start for kind, start in zip(groups, before[:-1], strict=True)]),
        np.concatenate([kind.count for kind in groups]),
    )


def _member(groups: _Groups, group: Array, luck: Array) -> Array:
    return np.asarray(groups.ordered[groups.first[group] + (luck * groups.count[group]).astype(np.int64)])


def overspan(staff: Staff, truth: Mapping[str, Any]) -> Array:
    """Return for each rep by how many people the manager's team is larger than the manager's territories allow."""
    span = np.bincount(staff.rep_manager[np.isnat(staff.left)], minlength=staff.manager_region.size)
    limit = np.where(staff.manager_complex, truth["complex_span"], truth["simple_span"])
    return np.asarray(np.maximum(span - limit, 0)[staff.rep_manager])


#: what the teams of a size attain together past their span at most, and up to it at least
_MISSED, _REACHED = 0.88, 0.915


@dataclass(frozen=True)
class Performance:
    """Per (rep, year): what was booked, and the year's quota (0 where the rep was not there)."""

    booked: Array
    quota: Array


@latent
def performance(draw: Draw, staff: Staff, deals: Deals) -> Performance:
    """Set each quota so that its attainment comes out as people's spans, team goals and the plan's cliff make it."""
    reps = staff.rep_seat.size
    won = np.flatnonzero(deals.won)
    year = month_of(deals.closed_on[won]) // 12
    booked = np.bincount(deals.rep[won] * 3 + year, weights=deals.amount_eur[won], minlength=reps * 3).reshape(reps, 3)
    over = overspan(staff, draw.truth) * draw.truth["overspan_loss"]
    share = staff.team_share[staff.rep_manager]
    team = -1.3 * (share - draw.truth["best_team_share"]) ** 2
    spread = 0.2 * (1 - 1.3 * share)
    attained = 1.05 - over[:, None] + team + spread * np.clip(draw.rng.standard_normal((reps, 3)), -2.3, 2.3)
    attained[staff.sandbaggers] = 1.02 + 0.03 * draw.rng.random((staff.sandbaggers.size, 3))
    near = (attained > 0.94) & (attained < 1) & (draw.rng.random((reps, 3)) < draw.truth["cliff_bunching"])
    attained = np.where(near, 1.001 + 0.03 * draw.rng.random((reps, 3)), attained)
    quota = np.maximum(booked / np.clip(attained, 0.45, 1.6), 90_000)
    starts = np.array(["2023-01-01", "2024-01-01", "2025-01-01"], dtype="datetime64[D]")
    there = (staff.hired[:, None] < starts + 300) & ~(staff.left[:, None] < starts + 60)
    quota = np.where(there | (booked > 0), quota, 0)
    _span_shows(staff, draw.truth, booked, quota)
    _more_miss(staff, booked, quota, over > 0)
    return Performance(booked, np.round(quota, -2))


def _more_miss(staff: Staff, booked: Array, quota: Array, past: Array) -> None:
    """Let a few whose manager leads too many people just miss their target, where chance let them miss it as rarely as
    others do. Who was there for less than two years or holds back what is booked does not count."""
    counts = _quarters(staff)[1].sum(axis=1) >= 8
    counts[staff.sandbaggers] = False
    attained = np.where((quota > 0) & counts[:, None], booked / np.maximum(quota, 1), np.nan)
    missed = [(rates < 1).sum() / max((~np.isnan(rates)).sum(), 1) for rates in (attained[past], attained[~past])]
    above = np.flatnonzero((attained > 1.06) & past[:, None])
    wanted = (missed[1] + 0.04 - missed[0]) * np.count_nonzero(~np.isnan(attained[past]))
    just = above[np.argsort(attained.ravel()[above], kind="stable")][: max(int(np.ceil(wanted)), 0)]
    quota.ravel()[just] = booked.ravel()[just] / 0.91


def _span_shows(staff: Staff, truth: Mapping[str, Any], booked: Array, quota: Array) -> None:
    """Let the teams of a size, taken together, miss what a plan needs past their span and reach it up to there, where
    chance made it otherwise: by the quotas of those who are far from their target. Who was there for no quarter of a
    year is asked for nothing in it."""
    asked_of = np.asarray(_quarters(staff)[1].reshape(-1, 3, 4).any(axis=2))
    span = np.bincount(staff.rep_manager[np.isnat(staff.left)], minlength=staff.manager_region.size)
    limit = np.where(staff.manager_complex, truth["complex_span"], truth["simple_span"])
    for group in sorted(set(zip(staff.manager_complex.tolist(), span.tolist(), strict=True))):
        teams = (staff.manager_complex == group[0]) & (span == group[1])
        own = np.flatnonzero(teams[staff.rep_manager])
        past = group[1] > limit[teams][0]
        for near in (1.13, 1.08, 1.05, 1.05, 1.05, 0.0):  # who is just past the target stays there, if it can be
            sold, asked = booked[own].sum(), quota[own][asked_of[own]].sum()
            change = max(sold / _MISSED - asked, 0) if past else min(sold / _REACHED - asked, 0)
            far = (booked[own] < 0.93 * quota[own]) | (booked[own] > near * quota[own])
            far[np.isin(own, staff.sandbaggers)] = False
            quota[own] *= np.where(far, 1 + np.clip(change / np.maximum(quota[own][far].sum(), 1), -0.15, 0.15), 1)


@table(
    key("rep_id", "Identifies the salesperson"),
    text("name", "The salesperson's name"),
    text("region", "Sales region", refers="regions.region"),
    text("sales_model", "Sells in the field or remotely", *MODELS),
    text("industry_focus", "The industry the person knows best; empty for a generalist", *INDUSTRIES, nullable=True),
    text("manager_id", "The person's manager", refers="managers.manager_id"),
    date("hired_on", "First day"),
    date("left_on", "Last day; empty while employed", nullable=True),
    topics="1.7",
)
def reps(draw: Draw, staff: Staff) -> dict[str, Array]:
    """One row is a salesperson, past or present."""
    region = staff.seat_region[staff.rep_seat]
    luck = draw.rng.random(region.size)
    languages = [
        LANGUAGE[
            WORLD[number].countries[int(pick(np.array([u]), np.array([w for _, w in WORLD[number].countries]))[0])][0]
        ]
        for number, u in zip(region.tolist(), luck.tolist(), strict=True)
    ]
    return {
        "rep_id": ids("R", np.arange(region.size), 3),
        "name": people(draw.rng, languages),
        "region": take(REGIONS, region),
        "sales_model": take(MODELS, staff.seat_model[staff.rep_seat]),
        "industry_focus": take(INDUSTRIES, staff.seat_focus[staff.rep_seat]),
        "manager_id": ids("M", staff.rep_manager, 2),
        "hired_on": staff.hired,
        "left_on": staff.left,
    }


def _quarters(staff: Staff) -> tuple[Array, Array]:
    """Return the last days of the quarters, and by (rep, quarter) who was there for some three weeks of it."""
    quarters = np.arange(12)
    starts = (np.datetime64("2023-01") + quarters * 3).astype("datetime64[D]")
    ends = (np.datetime64("2023-04") + quarters * 3).astype("datetime64[D]") - 1
    there = (staff.hired[:, None] <= ends - 20) & ~(staff.left[:, None] < starts + 20)
    return ends, np.asarray(there)


@table(
    key("quota_id", "Identifies the quota"),
    text("rep_id", "The salesperson", refers="reps.rep_id"),
    text("quarter", "Quarter, such as 2025Q4", *QUARTERS),
    money("quota_eur", "Bookings asked of the person in the quarter"),
    money("annual_quota_eur", "Bookings asked of the person in the year; its quarters add up to it"),
    flag("ramping", "Whether the person was hired within 180 days before the quarter ended"),
    topics="1.7 8.6",
)
def quotas(draw: Draw, staff: Staff, performance: Performance, market: Market) -> dict[str, Array]:
    """One row is a salesperson in a quarter, if there for some three weeks of it. The year's quota is split by how the
    region buys.
    """
    ends, there = _quarters(staff)
    region = staff.seat_region[staff.rep_seat]
    there &= np.repeat(performance.quota, 4, axis=1) > 0
    share = np.tile(market.season[region] / 4, 3) * there
    yearly = share.reshape(-1, 3, 4)
    total = yearly.sum(axis=2, keepdims=True)
    yearly = np.divide(yearly, total, out=np.zeros_like(yearly), where=total > 0)
    amount = np.round(yearly * performance.quota[:, :, None], -2)
    last = 3 - np.argmax(yearly[:, :, ::-1] > 0, axis=2)
    rest = performance.quota - amount.sum(axis=2)
    np.put_along_axis(amount, last[:, :, None], np.take_along_axis(amount, last[:, :, None], 2) + rest[:, :, None], 2)
    rep, quarter = np.nonzero(there)
    return {
        "quota_id": ids("Q", np.arange(rep.size)),
        "rep_id": ids("R", rep, 3),
        "quarter": take(QUARTERS, quarter),
        "quota_eur": amount.reshape(-1, 12)[rep, quarter],
        "annual_quota_eur": performance.quota[rep, quarter // 4],
        "ramping": (ends[quarter] - staff.hired[rep]).astype(int) <= 180,
    }


assert LAST_DAY.astype(str) == "2025-12-31"
