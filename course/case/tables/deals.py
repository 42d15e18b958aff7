"""The deals: everything about every opportunity, drawn once. Opportunities, quotes and bookings are views of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from course.case.columns import Array
from course.case.edition import Draw
from course.case.registry import latent
from course.case.sampling import among, chosen, either, even_normal, pick, places, sigmoid, spread
from course.case.tables import evident, watch
from course.case.world import (
    ARGUMENTS,
    COMPETITORS,
    INDUSTRIES,
    LAST_DAY,
    LINE_OF_PRODUCT,
    LINES,
    MONTHS,
    PLUS,
    PREMIUM,
    PRODUCT_IDS,
    PRODUCTS,
    REGIONS,
    REGULATED,
    SEGMENTS,
    SOURCES,
    TODAY,
    UNIT_OF_LINE,
    VOLUME,
    by_day,
    first_day,
    month_of,
    quarter_end,
    workday,
)

if TYPE_CHECKING:
    from course.case.tables.coverage import Land
    from course.case.tables.customers import Customers, Market, Money
    from course.case.tables.demand import Spend
    from course.case.tables.staff import Staff

CLOSED_PER_MONTH = 228
_LEAD_MONTHS = 12
_LINE_SHARE = {"series-4": 0.2, "series-7": 0.28, "insight-core": 0.14, "insight-plus": 0.165, "services": 0.215}
_SEGMENT_SHARE = np.array([0.17, 0.35, 0.48])
_INSIGHT_INDUSTRIES = np.array([0.3, 0.2, 0.14, 0.13, 0.11, 0.12])
_OTHER_INDUSTRIES = np.array([0.2, 0.15, 0.18, 0.17, 0.15, 0.15])
_SEASONS = {"series-7": (0.93, 1.02, 0.96, 1.09), "insight-core": (0.95, 1.0, 0.98, 1.07),
            "insight-plus": (0.96, 1.0, 0.98, 1.06), "services": (0.97, 1.04, 0.97, 1.02)}  # fmt: skip
_WITHIN_QUARTER = np.array([0.84, 0.92, 1.24])
#: product, first month after January 2023: the releases whose lead wears off
RELEASES = ((PREMIUM, 5), (PRODUCT_IDS.index("P-810"), 8), (PRODUCT_IDS.index("P-910"), 10), (PREMIUM, 21))
_NO_RELEASE = -1
#: what a bonus was paid for at the end of 2024
_METERS = PRODUCT_IDS.index("P-410")
#: how much orders of a product differ in size within a segment, in log units
_SIZE_SPREAD = np.array([0.34, 0.34, 0.5, 0.3, 0.5, 0.4, 0.5, 0.5])
#: how much faster or slower than Series 7 as a whole its variants grow a year
_SMART = {"premium": 0.25, "volume": -0.25}
FAR = np.datetime64("2099-01-01")
#: the lines of the unit Analytics
_CORE, _PLUS = LINES.index("insight-core"), LINES.index("insight-plus")
#: per product: list price in EUR, usual discount, and by segment the usual quantity
_PRICES = np.array([item.price for item in PRODUCTS])
_DISCOUNTS = np.array([item.discount for item in PRODUCTS])
_SIZES = np.array([item.size for item in PRODUCTS])
#: 0 hardware, 1 software, 2 services
_KINDS = np.array([("series", "insight", "services").index(item.line.split("-")[0]) for item in PRODUCTS])


@dataclass(frozen=True)
class Deals:
    """All opportunities, one number each. Codes index the names in ``course.case.world``; -1 is none.

    ``amount_eur`` is what the customer pays for all lines: final where won, quoted or estimated elsewhere.
    ``second`` is the product of the second line of a bundle. ``status`` is 0 open, 1 won, 2 lost.
    """

    product: Array
    month: Array
    segment: Array
    region: Array
    industry: Array
    account: Array
    rep: Array
    matched: Array
    remote: Array
    created_on: Array
    closed_on: Array
    expected_on: Array
    status: Array
    won: Array
    stage: Array
    quoted: Array
    competitor: Array
    argument: Array
    criterion: Array
    release: Array
    source: Array
    partner: Array
    new: Array
    discount: Array
    list_eur: Array
    quantity: Array
    second: Array
    second_quantity: Array
    second_discount: Array
    net_local: Array
    net_eur: Array
    second_net_local: Array
    second_net_eur: Array
    amount_eur: Array
    leaked: Array
    favoured: Array
    probability: Array
    #: by account, not by opportunity: the day of the first booking in the history, far ahead if there is none
    first_win: Array

    @property
    def product_line(self) -> Array:
        """The product line of the first line, as a code."""
        return np.asarray(LINE_OF_PRODUCT[self.product])


@dataclass(frozen=True)
class RivalMoves:
    """The rivals' price moves in order of time: competitor and month of each. The last two are recent."""

    competitor: Array
    month: Array


@latent
def rival_moves(draw: Draw) -> RivalMoves:
    """Draw when which rival cut its prices."""
    months = np.array([3, 7, 11, 15, 19, 23, 30, 32]) + (draw.rng.random(8) * 2).astype(int)
    return RivalMoves(np.array([0, 1, 0, 1, 1, 0, 0, 1]), months)


def _intensity(draw: Draw, market: Market) -> Array:
    """Return the expected number of opportunities by (product, segment, month of closing, region, industry)."""
    truth, months = draw.truth, np.arange(MONTHS + _LEAD_MONTHS)
    growth = {
        "series-4": -truth["legacy_decline_rate"],
        "insight-core": truth["analytics_growth_rate"] * 0.5,
        "insight-plus": truth["analytics_growth_rate"] * 0.5,
        "services": 0.02,
    }
    first, last = truth["legacy_q1_share"], truth["legacy_q4_share"]
    seasons = {**_SEASONS, "series-4": (first * 4, (1 - first - last) * 1.9, (1 - first - last) * 2.1, last * 4)}
    noise = np.exp(0.11 * np.clip(draw.rng.standard_normal((len(PRODUCTS), months.size)), -2, 2))
    noise[[VOLUME, PLUS]] **= 0.4  # in which months demand shifted is to be found
    demand = np.empty((len(PRODUCTS), months.size))
    shares = np.empty((len(PRODUCTS), months.size, len(INDUSTRIES)))
    by_region = market.weight / market.size * market.season[:, months // 3 % 4].T
    by_region = by_region * np.power(1 + market.growth, ((months - 17.5) / 12)[:, None])
    for row, product in enumerate(PRODUCTS):
        years = months // 12 - 1 if product.line == "series-4" else (months - 17.5) / 12
        pace = 1 + (
            growth[product.line] if product.line in growth else truth["smart_growth_rate"] + _SMART[product.variant]
        )
        base = _LINE_SHARE[product.line] * product.weight * np.power(pace, years)
        base = base * np.array(seasons[product.line])[months // 3 % 4] * _WITHIN_QUARTER[months % 3]
        demand[row] = base * (1.0 if product.line == "series-4" else noise[row])
        shares[row] = _INSIGHT_INDUSTRIES if product.line.startswith("insight") else _OTHER_INDUSTRIES
        if product.line == "insight-plus":
            shares[row, truth["regulation_month"] :, : len(REGULATED)] *= truth["regulation_lift"]
    demand = demand[:, None, :, None] * _SEGMENT_SHARE[:, None, None] * by_region
    return np.asarray(demand[..., None] * shares[:, None, :, None])


def _closing_days(month: Array, rng: np.random.Generator) -> Array:
    """Return a workday in each month: many deals close in the last ten days of a quarter."""
    known = np.arange(month.max() + 1)
    first, length = first_day(known), (first_day(known + 1) - first_day(known)).astype(int)
    # by (month, rush): from which day on, and over how many
    hurried = known % 3 == 2
    start = np.column_stack([np.zeros(known.size), np.where(hurried, length - 10.0, 0)]).ravel()
    width = np.column_stack([length, np.where(hurried, 10, length)]).ravel()
    case = 2 * month + (rng.random(month.size) < 0.3)
    day = (start.take(case) + rng.random(month.size) * width.take(case)).astype(int)
    first = first.take(month)
    moved = workday(first + day)
    return moved + 3 * (moved < first)


def _spare(staff: Staff, land: Land) -> Array:
    """Return the seats in the field that have no territory."""
    return np.flatnonzero((staff.seat_model == 0) & ~among(np.arange(staff.seat_model.size), land.seat[land.seat >= 0]))


@latent
def deals(draw: Draw, customers: Customers, market: Market, rates: Money, staff: Staff, spend: Spend,
          rival_moves: RivalMoves, land: Land) -> Deals:  # fmt: skip
    """Draw the opportunities: how many, with whom, by whom, at which discount, and whether they are won."""
    from course.case.tables.staff import assign, overspan

    truth, rng = draw.truth, draw.rng
    cells = _intensity(draw, market)
    cells *= CLOSED_PER_MONTH * draw.scale * MONTHS / cells[:, :, :MONTHS].sum()
    declining = REGIONS.index(truth["decline_region"])
    watch.sized(cells, declining, draw.scale)
    counts = spread(cells, rng.random())
    watch.filled(counts, cells, draw.scale)
    product, segment, month, region, industry = places(counts)
    closed = _closing_days(month, rng)
    size = closed.size

    cycle = np.exp(np.array([5.0, 4.45, 3.7])[segment] + 0.42 * np.clip(rng.standard_normal(size), -2.2, 2.2))
    created = workday(closed - cycle.astype(int) - 6)
    there = np.flatnonzero(created <= LAST_DAY)
    product, month, segment, region, industry, closed, created = (
        part.take(there) for part in (product, month, segment, region, industry, closed, created)
    )
    size = closed.size
    is_open = month >= MONTHS
    line = LINE_OF_PRODUCT[product]

    # who
    skew = rng.random(size) ** 1.15
    group = (region * len(SEGMENTS) + segment) * len(INDUSTRIES) + industry
    account = customers.first.ravel()[group] + (skew * customers.count.ravel()[group]).astype(np.int64)
    installed = customers.installed[account]
    criterion = customers.criterion[account]
    remote = (rng.random(size) < np.array([0.1, 0.2, 0.31])[segment]).astype(int)
    matched = (rng.random(size) < np.array([0.18, 0.16, 0.16])[segment]) & (remote == 0)
    # the account's territory says whose it is; where somebody has no territory, more is left to colleagues
    spare = _spare(staff, land)
    helped = among(np.arange(len(REGIONS)), staff.seat_region[spare])
    kept = draw.fresh("owner").random(size) < np.where(helped, 0.88, 0.97)[region]
    owner = either(kept, land.seat[customers.territory[account]], -1)
    rep = assign(staff, rng, region, industry, remote, matched, owner, spare, created, closed)
    seat = staff.rep_seat[rep]
    matched = staff.seat_focus[seat] == industry
    remote = staff.seat_model[seat] == 1
    argument = pick(rng.random(size), np.array([0.4, 0.24, 0.36]))

    # against whom
    luck = rng.random(size)
    after_entry = month >= truth["entry_month"]
    threatened = (product == VOLUME) & after_entry
    rivals = np.array([[0.23, 0.24, 0.17, 0.0, 0.36], [0.23, 0.24, 0.17, 0.08, 0.36], [0.08, 0.08, 0.03, 0.68, 0.13]])
    later = rivals.copy()
    later[:, 2] = 0.0
    competitor = pick(luck, np.concatenate([rivals, later]), after_entry.astype(int) + threatened + 3 * (month >= 30))
    competitor -= (len(COMPETITORS) + 1) * (competitor == len(COMPETITORS))

    # how large: quantities before rounding, scaled so that the twin regions come to the same total
    usual = _SIZES.ravel()[product * len(SEGMENTS) + segment] * market.size[region]
    quantity = usual * np.exp(_SIZE_SPREAD[product] * np.clip(even_normal(rng, size), -2.2, 2.2))
    price = _PRICES[product]
    large = price * quantity > 220_000
    small = price * quantity < 40_000

    # at which discount
    ordinary = _DISCOUNTS[product]
    discount = ordinary + 0.02 * np.clip(np.log(quantity / 30), -1.5, 2.2) + 0.012 * (competitor >= 0)
    discount += 0.03 * np.clip(rng.standard_normal(size), -2, 2)
    leaked = truth["small_deal_leak"] * (small & (rng.random(size) < 0.65))
    # the leakers give most where it goes beyond their limit and nobody looks: neither small deals nor the largest
    habit = np.array([0.97, 0.35, 0.4])[large + 2 * small]
    by_leaker = among(rep, staff.leakers) & (rng.random(size) < habit)
    home = (region == REGIONS.index(truth["leak_region"])) & (rng.random(size) < 0.12)
    leaked += truth["leak"] * by_leaker + truth["leak"] * 0.5 * (home & ~by_leaker)
    favoured = rng.random(size) < 0.016
    leaked += 0.1 * favoured
    last_days = closed >= quarter_end(closed) - 10
    spike = (product == PREMIUM) & last_days
    discount += leaked + truth["quarter_end_discount"] * (0.6 + 0.8 * rng.random(size)) * spike

    # with a second line
    kind = _KINDS[product]
    bundled = (kind < 2) & (rng.random(size) < either(month >= 24, 0.29, 0.13))
    serviced = (rng.random(size) < 0.55) | (kind == 1)
    second = np.array([-1, PRODUCT_IDS.index("P-810"), PRODUCT_IDS.index("P-910")])[bundled * (1 + serviced)]
    paid = bundled & (month >= 24)
    discount += truth["bundle_discount"] * paid
    discount = np.round(np.clip(discount, 0, 0.48), 3)
    both, second_discount = np.flatnonzero(bundled), np.zeros(size)
    usual_second = _DISCOUNTS[second[both]] + 0.02 * rng.standard_normal(size)[both]
    usual_second += truth["bundle_discount"] * 1.5 * paid[both]
    second_discount[both] = np.round(np.clip(usual_second, 0, 0.48), 3)

    # release offered or not
    release = np.full(size, _NO_RELEASE)
    shown = rng.random(size) < 0.5
    lead = np.zeros(size)
    for number, (what, when) in enumerate(RELEASES):
        out = np.flatnonzero((product == what) & (month >= when))
        release[out[shown[out]]] = number
        lead[out] = np.power(0.5, (np.arange(cells.shape[2]) - when) / truth["launch_half_life"])[month[out]]
    newest = RELEASES[3][1]
    release[np.flatnonzero((release == 0) & (month >= newest))] = _NO_RELEASE
    advantage = truth["launch_advantage"] * lead * either(release >= 0, 0.5, -0.5)

    # won or not
    logit = np.array([0.05, 0.0, 0.1, 0.05, 0.1])[line] + 0.3 * installed - 0.12 * (segment == 0)
    logit += either(argument == criterion, truth["argument_lift"] * 0.72, -truth["argument_lift"] * 0.28)
    logit += truth["regulated_match_lift"] * ((industry < 2) & matched) - 0.36 * (industry < 2)
    logit -= truth["remote_large_penalty"] * (remote & large)
    # discount pulls up to a level; what goes further goes mostly to deals that are going badly already
    pull, enough = discount - ordinary, truth["discount_ceiling"] - 0.08
    logit += truth["discount_pull"] * np.minimum(pull, enough) - 4 * np.maximum(pull - enough, 0)
    logit += np.array([-0.25, -0.05, 0.1, -0.1, 0.1])[competitor]
    cheaper = np.zeros((len(COMPETITORS) + 1, cells.shape[2]))  # the last for none
    for rival, start in zip(rival_moves.competitor.tolist(), rival_moves.month.tolist(), strict=True):
        cheaper[rival, start : start + 3] = truth["price_move_loss"]
    logit -= cheaper.ravel()[competitor * cells.shape[2] + month]
    falling = (region == declining) & (segment == 1) & (month >= MONTHS - 4) & ~is_open
    logit -= truth["decline_depth"] * falling
    spiffed = (
        (product == PRODUCT_IDS.index("P-810")) & (month >= truth["spiff_month"]) & (month < truth["spiff_month"] + 3)
    )
    logit += truth["spiff_lift"] * spiffed
    picky = among(rep, staff.cherry_pickers)
    logit += either(installed, 1.7, -1.1) * picky
    # whose manager leads too many people wins less: quotas do not know it, attainment shows it
    alone = overspan(staff, truth)[rep] * truth["overspan_loss"] * 1.5
    logit -= alone - alone.mean()
    logit -= 1.02
    probability = np.clip(sigmoid(logit) + advantage, 0.02, 0.95)
    evident.apart(probability, region, ~is_open, market.twins)
    watched, fallen = region * len(SEGMENTS) + segment, declining * len(SEGMENTS) + 1
    thin = watch.thinnest(watched, month, probability, fallen)
    small_cell = watched == thin
    unlucky = small_cell & (month >= MONTHS - 3) & (month < MONTHS)
    probability[np.flatnonzero(unlucky)] = 0.03
    probability = either(threatened, probability * (1 - truth["entry_loss"]), probability)
    # where a release is compared with its predecessor, or a month with the next, chance is evened out by month
    compared = among(product, np.array([what for what, _ in RELEASES]))
    by_month = compared | (product == VOLUME) | (product == PLUS)
    cell = (product * 2 + (compared & (release >= 0))) * (MONTHS + _LEAD_MONTHS) + month * by_month
    order = np.argsort((cell * 4 + matched * 2 + (industry < 2)).astype(np.uint16), kind="stable")
    won = np.empty(size, dtype=bool)
    won[order] = chosen((probability * ~is_open)[order], rng.random())
    # few deals are large and sold remotely: luck alone must not make them look as good as the others
    decided_large = large & ~is_open
    afar, near = np.flatnonzero(decided_large & remote), np.flatnonzero(decided_large & ~remote)
    most = int(max(won[near].mean() - 0.16, 0) * afar.size) if near.size else afar.size
    won[afar[won[afar]][most:]] = False
    evident.unmoved(won, month, np.flatnonzero((product == _METERS) & ~is_open))
    evident.helped(won, pull, ~is_open)
    evident.picked(won, rep, installed, ~is_open, staff)
    evident.led(won, industry, argument, ~is_open, truth["price_industry"])
    # the small segment wins nothing for three months, and the falling one is below its threshold in each of them
    won &= ~unlucky
    for back in (1, 2, 3):
        month_of_fall = np.flatnonzero(falling & (month == MONTHS - back))
        won[month_of_fall[won[month_of_fall]][int(0.08 * month_of_fall.size) :]] = False

    # the sandbaggers hold back deals of a quarter's last days
    held = (
        among(rep, staff.sandbaggers)
        & won
        & last_days
        & (rng.random(size) < 0.5)
        & (closed < np.datetime64("2025-12-01"))
        & ~((month >= MONTHS - 4) & (small_cell | falling))
    )
    late = np.flatnonzero(held)
    closed[late] = workday(closed[late] + 14)
    decided = month_of(closed)
    # first in deals on which nothing else rests; last in those compared by month, never in large ones sold remotely
    leading = argument == np.array(evident.best_arguments(truth["price_industry"]))[industry]
    free = leading & ~spiffed & ~picky
    likely = either(by_month, np.inf, probability + free)
    likely[np.flatnonzero(large & remote)] = np.nan
    watch.settle(won, watched, decided, fallen, thin, likely)
    status = either(is_open, 0, 2 - won)

    # the first booking makes a prospect a customer
    first_win = np.full(customers.region.size, FAR, dtype="datetime64[D]")
    latest_first = np.flatnonzero(won)
    latest_first = latest_first[by_day(closed[latest_first])[::-1]]
    first_win[account[latest_first]] = closed[latest_first]
    first_own = first_win[account]
    new = ~installed & ((is_open & (first_own > LAST_DAY)) | (~is_open & (closed <= first_own)))

    # what is due
    evident.favours(discount, np.flatnonzero(favoured & won), ordinary, quantity, small)
    net_factor = (1 - discount) * price
    currency = rates.of_region[region]
    rate_of = currency * MONTHS + np.minimum(month, MONTHS - 1)
    listed, rate = rates.listed.ravel()[rate_of], rates.rate.ravel()[rate_of]
    drift = listed / rate
    year = np.minimum(decided // 12, 2)
    quarter, legacy = decided // 3, np.flatnonzero(line == 0)
    sold = legacy[won[legacy]]
    season = evident.seasoned(truth, quarter[sold], quantity[sold] * net_factor[sold] * drift[sold])
    quantity[legacy] *= season[np.minimum(quarter[legacy], 11)]
    worth = quantity * net_factor * drift
    factor = np.ones((len(REGIONS), 3))
    first, other = (
        evident.peaking(quantity, worth, won, twin, quarter[twin] % 4, market.peak[number])
        for number, twin in ((number, np.flatnonzero(region == number)) for number in market.twins)
    )
    factor[market.twins[1]] = first / other
    in_year, sold = region * 3 + year, np.flatnonzero(won)
    sold = np.bincount(in_year[sold], weights=worth[sold], minlength=factor.size).reshape(factor.shape)
    evident.on_path(factor, sold, market)
    resized = factor.ravel()[in_year]
    worth *= resized
    evident.growing(resized, worth, won, np.flatnonzero((line == _CORE) | (line == _PLUS)), year)
    quantity *= resized
    evident.visited(quantity, worth, bundled, won, ~is_open, remote)
    quantity = np.maximum(np.floor(quantity + rng.random(size)), 1).astype(np.int64)
    share = 0.12 + 0.14 * rng.random(size)
    net_local = np.round(np.round(price * listed, 2) * quantity * (1 - discount), 2)
    net_eur = np.round(net_local / rate, 2)
    second_quantity, second_local, second_eur = np.zeros(size, dtype=np.int64), np.zeros(size), np.zeros(size)
    second_price = _PRICES[second[both]]
    number = np.maximum(np.rint(share[both] * quantity[both] * price[both] / second_price), 1).astype(np.int64)
    local = np.round(np.round(second_price * listed[both], 2) * number * (1 - second_discount[both]), 2)
    second_quantity[both], second_local[both], second_eur[both] = number, local, np.round(local / rate[both], 2)

    # how far it came
    stage = pick(rng.random(size), np.array([0.08, 0.2, 0.38, 0.24, 0.1]))
    stage[np.flatnonzero(won)] = 4
    running = np.flatnonzero(is_open)
    begun = created[running]
    done = (LAST_DAY - begun).astype(int) / np.maximum((closed[running] - begun).astype(int), 1)
    stage[running] = np.minimum((done * 5).astype(int), 4)
    quoted = stage >= 2
    slip = (rng.random(size) < 0.45) * np.exp(3.4 + 0.7 * rng.standard_normal(size)).astype(int)
    expected = either(is_open, closed, np.maximum(closed - slip, created + 5))
    stale = np.flatnonzero(is_open & (rng.random(size) < 0.14))
    overdue = TODAY - 5 - (rng.random(size)[stale] * 110).astype(int)
    expected[stale] = np.maximum(overdue, created[stale] + 3)
    closed = either(is_open, np.datetime64("NaT"), closed)

    # where from
    opened = np.clip(month_of(created), 0, MONTHS - 1)
    gained = np.flatnonzero(new)
    source = np.full(size, len(SOURCES))
    source[gained] = pick(rng.random(size)[gained], spend.reach, opened[gained])
    asked = rng.random(size) < np.array([0.1, 0.24, 0.38])[segment]
    via = np.flatnonzero(asked | (source == SOURCES.index("partner")))
    partner = np.full(size, -1)
    partner[via] = region[via] * 7 + (rng.random(size)[via] ** 1.5 * 7).astype(int)

    return Deals(
        product=product, month=month, segment=segment, region=region, industry=industry, account=account, rep=rep,
        matched=matched, remote=remote, created_on=created, closed_on=closed, expected_on=expected, status=status,
        won=won, stage=stage, quoted=quoted, competitor=competitor, argument=argument, criterion=criterion,
        release=release, source=source, partner=partner, new=new, discount=discount, list_eur=price,
        quantity=quantity, second=second, second_quantity=second_quantity, second_discount=second_discount,
        net_local=net_local, net_eur=net_eur, second_net_local=second_local, second_net_eur=second_eur,
        amount_eur=net_eur + second_eur, leaked=leaked, favoured=favoured, probability=probability, first_win=first_win,
    )  # fmt: skip


assert set(UNIT_OF_LINE) == set(LINES)
assert len(ARGUMENTS) == 3
