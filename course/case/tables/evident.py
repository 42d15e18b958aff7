"""What is planted in the deals shows in every edition: what chance hides now and then is put right here, with as little
as does. Where nothing is hidden nothing changes.

Alarms of single segments have a module of their own, ``course.case.tables.watch``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from course.case.columns import Array
from course.case.world import ARGUMENTS, CRITERIA, INDUSTRIES, REGIONS

if TYPE_CHECKING:
    from course.case.tables.customers import Market
    from course.case.tables.staff import Staff

#: of whom there are fewer easy or hard deals tells nothing; by how many standard errors a cherry-picker shows at least
_FEW, _AHEAD = 8, 0.3
#: by how much one of the cherry-pickers wins less than the best of the others, at least
_NO_BETTER = 0.02
#: the growth of Analytics a year, at least
_GROWTH = 0.095
#: how many times as many orders one of the twin regions has as the other, at least
_MORE_ORDERS = 1.65
#: the growth of the steadiest of the other regions, as a factor a year, at least
_STEADY = 1.02
#: what the budget quarter of these two has at least, as a multiple of the other three together and of the largest
_PEAK, _HIGHEST = 0.5, 1.15
#: by how much more deals are won at a year's end with a bonus than without, at most
_BONUS_MOVES = 0.09
#: by how much more deals with some discount are won than those without
_HELPS = 0.1
#: so many of the favours go this far beyond what the quantity explains, at least
_FAVOURS, _FAVOUR, _SMALL_FAVOUR = 8, 0.15, 0.19
#: what counts as large, and by how much more than in others remote selling wins fewer such deals, at least
_LARGE_EUR, _LESS_AFAR = 190_000, 0.04
#: what a bundle's second line adds to the worth of its first, on average
_SECOND = 0.19


def apart(probability: Array, region: Array, decided: Array, twins: tuple[int, int]) -> None:
    """Let one twin win fewer and the other more, where chance gave them numbers of orders that are too much alike."""
    wins = np.bincount(region, probability * decided, len(REGIONS))[list(twins)]
    change = np.sqrt(max(_MORE_ORDERS * wins[0] / wins[1], 1))
    for twin, by in zip(twins, (1 / change, change), strict=True):
        if by != 1:
            own = np.flatnonzero(region == twin)
            probability[own] = np.minimum(probability[own] * by, 0.95)


def best_arguments(price_industry: str) -> list[int]:
    """Return the argument on which each industry buys."""
    return [ARGUMENTS.index("price" if name == price_industry else CRITERIA[name]) for name in INDUSTRIES]


def led(won: Array, industry: Array, argument: Array, decided: Array, price_industry: str) -> None:
    """Lose deals where chance made another argument look as good as the one on which an industry buys."""
    cell = industry * len(ARGUMENTS) + argument
    shape = (len(INDUSTRIES), len(ARGUMENTS))
    cases, wins = (
        np.bincount(cell[np.flatnonzero(which)], minlength=np.prod(shape)).reshape(shape) for which in (decided, won)
    )
    for place, best in enumerate(best_arguments(price_industry)):
        limit = wins[place, best] / cases[place, best] - 0.03
        for other in range(len(ARGUMENTS)):
            surplus = int(wins[place, other] - limit * cases[place, other])
            if other != best and surplus > 0:
                lucky = np.flatnonzero(won & (cell == place * len(ARGUMENTS) + other))
                won[lucky[np.linspace(0, lucky.size - 1, surplus).astype(int)]] = False


def picked(won: Array, rep: Array, easy: Array, decided: Array, staff: Staff) -> None:
    """Lose a few of the harder deals of a cherry-picker where chance hid the third of them behind two other people, or
    let nobody else win as much as they do.

    What tells them is how much more of the easy deals they win, in standard errors; their win rate alone does not.
    """
    pickers, cell = staff.cherry_pickers, rep * 2 + easy
    size, wins = (
        np.bincount(cell[np.flatnonzero(which)], minlength=2 * staff.rep_seat.size).reshape(-1, 2)
        for which in (decided, won)
    )
    error = np.sqrt((0.25 / np.maximum(size, 1)).sum(axis=1))
    rates = wins / np.maximum(size, 1)
    lead = np.where(size.min(axis=1) >= _FEW, (rates[:, 1] - rates[:, 0]) / error, -np.inf)
    if not pickers.size:  # a very small company
        return
    third = pickers[np.argsort(-lead[pickers])][:3][-1]
    lead[pickers], own = -np.inf, lead[third]
    missing = (np.sort(lead)[-2] + _AHEAD - own) * error[third] * size[third, 0] if np.isfinite(own) else 0
    rate = wins.sum(axis=1) / np.maximum(size.sum(axis=1), 1)
    least = pickers[np.argmin(rate[pickers])]
    over = (rate[least] - np.delete(rate, pickers).max() + _NO_BETTER) * size[least].sum()
    for picker, number in ((third, missing), (least, over)):
        if 0 < number < np.inf:
            hard = np.flatnonzero(won & (cell == picker * 2))
            lost = min(int(np.ceil(number)), hard.size)
            won[hard[np.linspace(0, hard.size - 1, lost).astype(int)]] = False


def unmoved(won: Array, month: Array, own: Array) -> None:
    """Lose ``own`` deals of the last quarter of 2024, in which a bonus was paid for them, where chance let it look as
    if that had moved them: against the last quarters of the years before and after."""
    late = own[month[own] % 12 >= 9]
    year = month[late] // 12
    cases, wins = np.bincount(year, minlength=3), np.bincount(year[won[late]], minlength=3)
    rate = wins / np.maximum(cases, 1)
    lucky = late[won[late] & (year == 1)]
    surplus = int(np.ceil(lucky.size - ((rate[0] + rate[2]) / 2 + _BONUS_MOVES) * cases[1]))
    won[lucky[np.linspace(0, lucky.size - 1, max(surplus, 0)).astype(int)]] = False


def helped(won: Array, pull: Array, decided: Array) -> None:
    """Lose deals sold dear, by a ``pull`` below what is usual, where chance let some discount hardly help."""
    low, some = pull <= -0.02, (pull > 0.06) & (pull <= 0.11)
    cases = np.count_nonzero(low & decided)
    least = np.mean(won[np.flatnonzero(some & decided)]) - _HELPS
    lucky = np.flatnonzero(low & won)
    surplus = min(max(int(np.ceil(lucky.size - least * cases)), 0), lucky.size // 2)
    won[lucky[np.linspace(0, lucky.size - 1, surplus).astype(int)]] = False


def favours(discount: Array, granted: Array, ordinary: Array, quantity: Array, small: Array) -> None:
    """Raise the largest of the favours among deals won, where chance left too few that stand out and had to be asked
    for, in small deals later than in others."""
    excess = discount[granted] - ordinary[granted] - 0.02 * np.clip(np.log(quantity[granted] / 30), -1.5, 2.2)
    short = np.where(small[granted], _SMALL_FAVOUR, _FAVOUR) - excess
    order = np.argsort(short, kind="stable")[:_FAVOURS]
    most = granted[order]
    discount[most] = np.round(np.minimum(discount[most] + np.maximum(short[order], 0), 0.48), 3)


def seasoned(truth: Mapping[str, Any], quarter: Array, worth: Array) -> Array:
    """Return by what to multiply the quantities of each quarter so that those of the legacy line are half as much left
    to chance: of its deals won, ``quarter`` and ``worth``."""
    sold = np.maximum(np.bincount(quarter, weights=worth, minlength=12)[:12], 1)
    first, last = truth["legacy_q1_share"], truth["legacy_q4_share"]
    season = np.array([first, (1 - first - last) * 0.475, (1 - first - last) * 0.525, last])
    path = np.outer(np.power(1 - truth["legacy_decline_rate"], np.arange(3)), season).ravel()
    return np.asarray(np.clip(np.sqrt(path / path.sum() * sold.sum() / sold), 0.6, 1.6))


def peaking(quantity: Array, worth: Array, won: Array, own: Array, season: Array, peak: int) -> float:
    """Enlarge deals of a region's budget quarter, ``peak``, where chance left hardly more to it than to the others.

    Return what the region's deals, ``own``, sold; ``season`` is the quarter of the year of each, from 0.
    """
    sold = own[won[own]]
    by_season = np.bincount(season[won[own]], weights=worth[sold], minlength=4)
    others = np.delete(by_season, peak)
    lift = min(max(_PEAK * others.sum(), _HIGHEST * others.max()) / max(by_season[peak], 1), 2.0)
    if lift > 1:
        high = own[season == peak]
        quantity[high] *= lift
        worth[high] *= lift
    return float(worth[sold].sum())


def on_path(factor: Array, sold: Array, market: Market) -> None:
    """Set by what to multiply quantities, by (region, year), where a region's years are part of what is planted: all of
    the saturated and the rising one, and of one more where all others shrank with the saturated one."""
    for place in (market.saturated, market.rising):
        path = np.power(1 + market.growth[place], np.arange(3))
        wanted = path / path.sum() * sold[place].sum() / np.maximum(sold[place], 1)
        factor[place] = np.clip(wanted, 0.6, 1.6)
    grown = np.sqrt(sold[:, 2] / np.maximum(sold[:, 0], 1))
    grown[[market.saturated, market.rising]] = 0
    steadiest = int(np.argmax(grown))
    factor[steadiest] *= np.power(max(_STEADY / max(grown[steadiest], 0.5), 1.0), [-1.0, 0.0, 1.0])


def growing(resized: Array, worth: Array, won: Array, own: Array, year: Array) -> None:
    """Let the ``own`` deals grow a little from year to year, where chance left the unit that loses share no growth."""
    sold = own[won[own]]
    first, _, last = np.bincount(year[sold], weights=worth[sold], minlength=3)
    lift = float((1 + _GROWTH) * np.sqrt(first / max(last, 1)))
    if lift > 1:
        change = np.power(lift, [-1.0, 0.0, 1.0])[year[own]]
        resized[own] *= change
        worth[own] *= change


def visited(quantity: Array, worth: Array, bundled: Array, won: Array, decided: Array, remote: Array) -> None:
    """Shrink large deals won remotely, the smallest first, where chance let so many be won as if that were enough."""
    amount = worth * (1 + _SECOND * bundled)
    large = amount > _LARGE_EUR
    kinds = [~large & ~remote, ~large & remote, large & ~remote, large & remote]
    size, wins = (np.array([np.count_nonzero(which & kind) for kind in kinds]) for which in (decided, won))
    rate = wins / np.maximum(size, 1)
    most = rate[2] + rate[1] - rate[0] - _LESS_AFAR
    shrunk = int(np.ceil(max(wins[3] - most * size[3], 0) / (1 - most)))
    own = np.flatnonzero(won & kinds[3])
    smallest = own[np.argsort(amount[own], kind="stable")][:shrunk]
    quantity[smallest] *= 0.9 * _LARGE_EUR / amount[smallest]
