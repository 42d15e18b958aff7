"""What topic 8.2 plants in the deals: one segment of a region that truly falls, one that is only unlucky with a handful
of deals, no third that stands out, and earlier alarms that passed by themselves.

A cell is a segment of a region, by the number region x 3 + segment. Chance alone gives nearly every edition all of
this; what it leaves out is put right with as few deals as do.
"""

from __future__ import annotations

import numpy as np

from course.case.columns import Array
from course.case.sampling import either
from course.case.world import MONTHS, REGIONS, SEGMENTS

CELLS = len(REGIONS) * len(SEGMENTS)
#: the last months whose outcomes are usual: the fall begins in September 2025
USUAL = MONTHS - 4
#: the wait of the rule, in months
WAIT = 3
_THRESHOLD = 0.7
#: decisions expected in the last quarter: of the falling cell at least, of the thinnest enterprise cell at most
_ENOUGH, _FEW = 36, 12
#: with fewer decisions and usual wins than these, a quarter tells nothing
_THIN_DECIDED, _THIN_WINS = 20, 7.5
#: standard errors below the usual wins: of the falling cell at least, of any other at most
_FALLEN, _LUCKY = -3.2, -2.55
_COME_BACK = 0.88
_EARLIER = 2


def sized(cells: Array, falling: int, scale: float) -> None:
    """Shift expected deals, by (product, segment, month, region, industry), between segments of a region so that the
    last quarter of the region ``falling`` decides enough in mid-market, and one enterprise cell hardly any."""
    quarter = cells[:, :, MONTHS - WAIT : MONTHS].sum(axis=(0, 2, 4)) / scale
    more = max(_ENOUGH / quarter[1, falling] - 1, 0) * cells[:, 1, :, falling]
    cells[:, 1, :, falling] += more
    cells[:, 2, :, falling] -= more
    thin = int(np.argmin(quarter[0]))
    late = np.s_[:, 0, MONTHS - WAIT : MONTHS, thin]
    less = max(1 - _FEW / quarter[0, thin], 0) * cells[late]
    cells[late] -= less
    cells[:, 1, MONTHS - WAIT : MONTHS, thin] += less


def filled(counts: Array, cells: Array, scale: float) -> None:
    """See that an enterprise cell with hardly any deals decides some in each of the last months; the shape is that of
    ``cells``, the expected deals."""
    late = np.s_[:, 0, MONTHS - WAIT : MONTHS]
    months = counts[late].sum(axis=(0, 3))
    thin = months.sum(axis=0)
    if thin[months.min(axis=0) > 0].min(initial=thin.sum()) > (_FEW + 4) * scale:
        place = int(np.argmin(thin))
        for month in np.flatnonzero(months[:, place] == 0):
            likeliest = np.unravel_index(np.argmax(cells[late][:, month, place]), (cells.shape[0], cells.shape[4]))
            counts[likeliest[0], 0, MONTHS - WAIT + month, place, likeliest[1]] += 1


def thinnest(cell: Array, month: Array, probability: Array, falling: int) -> int:
    """Return the cell with the fewest decisions and usual wins in the last three months, of those with some in each."""
    recent = np.flatnonzero((month >= MONTHS - WAIT) & (month < MONTHS))
    late = np.bincount(cell[recent] * WAIT + month[recent] - (MONTHS - WAIT), minlength=CELLS * WAIT)
    late = late.reshape(CELLS, WAIT)
    old = month < USUAL
    usual = np.bincount(cell, probability * old, CELLS) / np.maximum(np.bincount(cell, old, CELLS), 1)
    fits = late.min(axis=1) > 0
    fits[falling] = False
    size = late.sum(axis=1) * np.maximum(1 / _THIN_DECIDED, usual / _THIN_WINS)
    return int(np.argmin(np.where(fits, size, np.inf)))


def settle(won: Array, cell: Array, month: Array, falling: int, thin: int, likely: Array) -> None:
    """Change the fewest outcomes that make the last quarter and the earlier alarms tell what they are to tell.

    ``month`` is that of the decision, ``MONTHS`` or later where there is none. Of the deals that are lost, those with
    the highest ``likely`` are won first, those with an infinite one only when there is no other, and those without one
    never; of the won, those with the lowest are lost first.
    """
    board = _Board(won, cell, month, likely)
    # of a thin cell so few wins are expected that its quarter tells nothing
    late = board.decided[thin, -WAIT:].sum()
    if 0 < late < _THIN_DECIDED:
        most = (_THIN_WINS - 0.2) / late
        board.lose(thin, range(USUAL), (board.usual[thin] - most) * board.decided[thin, :USUAL].sum())
    _pass_by(board)
    last = range(MONTHS - WAIT, MONTHS)
    expected = board.decided[:, -WAIT:].sum(axis=1) * board.usual
    limit = np.where(np.arange(CELLS) == falling, _FALLEN, _LUCKY)
    over = board.wins[:, -WAIT:].sum(axis=1) - expected - limit * np.sqrt(expected * (1 - board.usual))
    for place, number in enumerate(over.tolist()):
        if place == falling:
            board.lose(place, last, number)
        elif place != thin:
            board.win(place, last, -number)


class _Board:
    """Decisions and wins by cell and month, and the means to change them."""

    def __init__(self, won: Array, cell: Array, month: Array, likely: Array) -> None:
        self._won, self._likely = won, likely
        self._code = either(month < MONTHS, cell * MONTHS + month, CELLS * MONTHS)
        self.decided, self.wins = self._counted(self._code), self._counted(self._code[np.flatnonzero(won)])
        self._compare()

    def _counted(self, code: Array) -> Array:
        return np.bincount(code, minlength=CELLS * MONTHS)[: CELLS * MONTHS].reshape(CELLS, MONTHS)

    def _compare(self) -> None:
        self.usual = self.wins[:, :USUAL].sum(axis=1) / np.maximum(self.decided[:, :USUAL].sum(axis=1), 1)
        self.threshold = _THRESHOLD * self.usual[:, None]
        self.below = (self.wins / np.maximum(self.decided, 1) < self.threshold) & (self.decided > 0)

    def win(self, cell: int, months: range, missing: float) -> None:
        """Let as many lost deals of the months be won as are missing."""
        if missing > 0:
            found, likely = self._found(cell, months, False)
            first, able = np.isfinite(likely).sum(), (~np.isnan(likely)).sum()
            self._turn(np.concatenate([found[:first][::-1], found[first:able]]), missing, True)

    def lose(self, cell: int, months: range, over: float) -> None:
        """Let as many won deals of the months be lost as are over."""
        if over > 0:
            self._turn(self._found(cell, months, True)[0], over, False)

    def _found(self, cell: int, months: range, won: bool) -> tuple[Array, Array]:
        first, last = cell * MONTHS + months.start, cell * MONTHS + months.stop
        found = np.flatnonzero((self._code >= first) & (self._code < last) & (self._won == won))
        likely = self._likely[found]
        return found[np.argsort(likely, kind="stable")], likely

    def _turn(self, found: Array, count: float, to: bool) -> None:
        turned = found[: int(np.ceil(count))]
        self._won[turned] = to
        self.wins += (1 if to else -1) * self._counted(self._code[turned])
        self._compare()

    def lacking(self, cell: int, months: range) -> float:
        """Return how many wins the months lack of what counts as back to usual."""
        usual = self.usual[cell] * self.decided[cell, months].sum()
        return float(_COME_BACK * usual - self.wins[cell, months].sum())

    def winnable(self, cell: int, months: range) -> float:
        """Return how many of the wins that the months lack can be had from lost deals."""
        return min(self.lacking(cell, months), float((~np.isnan(self._found(cell, months, False)[1])).sum()))

    def over(self) -> Array:
        """Return by how many wins each (cell, month) misses being below the threshold."""
        return np.asarray(np.maximum(self.wins - np.ceil(self.threshold * self.decided) + 1, 0))

    def alarms(self) -> list[tuple[int, range, range]]:
        """Return cell, months and as many months after of the alarms that ended well before the fall began."""
        red = self.below[:, :-2] & self.below[:, 1:-1] & self.below[:, 2:]
        red[:, 1:] &= ~red[:, :-1]
        return [(int(cell), *_months(int(first))) for cell, first in np.argwhere(red[:, : USUAL - 2 * WAIT + 1])]


def _months(first: int) -> tuple[range, range]:
    return range(first, first + WAIT), range(first + WAIT, first + 2 * WAIT)


def _pass_by(board: _Board) -> None:
    """See that a few alarms rang in earlier years, and that what they rang about came back by itself."""
    for _ in range(8):  # each change moves what is usual, and with it the thresholds, by a little
        alarms = board.alarms()
        if len(alarms) < _EARLIER:
            _ring(board)
            continue
        short = sum(board.lacking(cell, after) for cell, _, after in alarms)
        if short <= 0:
            return
        wins, cell, after = max((board.winnable(cell, after), cell, after.start) for cell, _, after in alarms)
        board.win(cell, range(after, after + WAIT), min(wins, short))


def _ring(board: _Board) -> None:
    """Lose the fewest deals that turn three months of an enterprise cell red before months that are as usual."""
    firsts = np.arange(1, USUAL - 2 * WAIT)

    def within(values: Array, start: int, stop: int) -> Array:
        """Return sums by (enterprise cell, first month), of the months from start to stop after the first."""
        until = np.cumsum(values[:: len(SEGMENTS)], axis=1)
        return np.asarray(until[:, firsts + stop - 1] - np.where(firsts + start, until[:, firsts + start - 1], 0))

    over = board.over()
    red, empty = within(board.below, -1, WAIT + 1), within(board.decided == 0, 0, WAIT)
    usual = board.usual[:: len(SEGMENTS), None] * within(board.decided, WAIT, 2 * WAIT)
    fits = (red == 0) & (empty == 0) & (_COME_BACK * usual <= within(board.wins, WAIT, 2 * WAIT))
    row, place = np.unravel_index(np.argmin(np.where(fits, within(over, 0, WAIT), np.inf)), fits.shape)
    cell, first = int(row) * len(SEGMENTS), int(firsts[place])
    for month in range(first, first + WAIT):
        board.lose(cell, range(month, month + 1), float(over[cell, month]))
