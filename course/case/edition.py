"""An edition: all tables of the case company, drawn from one seed, each made when it is first asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from course.case.registry import Node, nodes, published
from course.case.truths import Planted, Truth, truths
from course.errors import DataError

PRACTICE_SEED = 2026
# glibc gives what an edition frees back to the system, to ask for it again page by page with the next: a tenth of the
# time. Once a block as large as this was freed, a process keeps as much (mallopt(3), on M_MMAP_THRESHOLD).
np.empty(31 << 17)
#: from pandas 3 on a shallow copy is safe to hand out: whoever writes to it gets a copy of their own
COPIES_LATE = int(pd.__version__.partition(".")[0]) >= 3

T = TypeVar("T")


#: parts of the world that all divisions of a very large edition share
COMMON = frozenset({"market", "rates", "spend", "rival_moves", "channel", "campaigning", "books"})


def stream(seed: int, name: str, division: int = 0) -> np.random.Generator:
    """Return the random numbers that belong to ``name`` alone in the edition of ``seed``, or in a division of it."""
    apart = _words(division) if division and name not in COMMON else ()
    entropy = (*_words(seed), *_own_words(name), *apart)
    # as words it is taken as it is; numpy takes longer to take whole numbers apart than to seed
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(np.array(entropy, dtype=np.uint32))))


def _words(number: int) -> tuple[int, ...]:
    """Return the 32-bit words of a whole number from the lowest on, as ``numpy.random.SeedSequence`` does."""
    return tuple(number >> shift & 0xFFFFFFFF for shift in range(0, max(number.bit_length(), 1), 32))


@cache
def _own_words(name: str) -> tuple[int, ...]:
    return _words(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))


@dataclass(frozen=True)
class Draw:
    """What a table is drawn with: its own random numbers, the edition's planted parameters and its scale.

    ``fresh`` gives further random numbers by name: what is added to a table draws from those and moves nothing else.
    """

    rng: np.random.Generator
    truth: Mapping[str, Any]
    scale: float
    fresh: Callable[[str], np.random.Generator]

    def count(self, at_scale_one: int) -> int:
        """Return how many of something there are at this scale."""
        return max(1, round(at_scale_one * self.scale))


class Edition:
    """The case company drawn from ``seed``; ``scale`` multiplies accounts, opportunities and people.

    Nothing is made before it is asked for, and asking for one table makes just that and what it depends on.
    ``division`` tells the parts apart of which ``course.case.divisions`` makes an edition too large for memory.
    """

    def __init__(self, seed: int = PRACTICE_SEED, scale: float = 1.0, division: int = 0) -> None:
        if seed < 0:
            raise DataError(f"an edition's seed is a whole number from 0, not {seed}")
        if not scale >= 0.1:
            raise DataError(f"an edition's scale is 0.1 or more, not {scale}: smaller ones lose their truths")
        self.seed = seed
        self.scale = scale
        self.division = division
        self._made: dict[str, Any] = {}
        self._planted = Planted(lambda name: stream(seed, f"truth {name}"))

    def __repr__(self) -> str:
        return f"Edition(seed={self.seed}, scale={self.scale})"

    def part(self, name: str, kind: type[T]) -> T:
        """Return a latent part of the world. For the tests and tools of the case company; learners never see it."""
        made = self._make(nodes()[name])
        assert isinstance(made, kind)
        return made

    def table(self, name: str) -> pd.DataFrame:
        """Return a fresh copy of one table; raises ``DataError`` naming the tables there are if there is none such."""
        node = published().get(name)
        if node is None:
            raise DataError(unknown(name, sorted(published())))
        frame = self._make(node)
        assert isinstance(frame, pd.DataFrame)
        return frame.copy(deep=not COPIES_LATE)

    def load(self, *names: str) -> Any:
        """Return one table, or several as a tuple: ``course.case.load`` bound to this edition."""
        frames = tuple(self.table(name) for name in names)
        return frames[0] if len(frames) == 1 else frames

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name, in alphabetical order."""
        return {name: self.table(name) for name in sorted(published())}

    def truths(self) -> dict[str, Truth]:
        """Return what is planted in this edition, by topic id: for instructors, never for learners."""
        return truths(self._planted)

    def write(self, folder: Path | str, names: list[str] | None = None) -> Path:
        """Write the tables (all, or those of ``names``) as CSV with a ``datapackage.json``; return the folder.

        The folder appears complete or not at all. Raises ``DataError`` if it holds something else than a data package.
        """
        from course.case.package import write

        chosen = sorted(published()) if names is None else list(dict.fromkeys(names))
        return write({name: self.table(name) for name in chosen}, Path(folder), self.seed, self.scale)

    def _make(self, node: Node) -> Any:
        if node.name not in self._made:
            inputs = {name: self._make(nodes()[name]) for name in node.inputs}
            division = 0 if node.name in COMMON else self.division

            def fresh(name: str) -> np.random.Generator:
                return stream(self.seed, f"{node.name}: {name}", division)

            draw = Draw(stream(self.seed, node.name, division), self._planted, self.scale, fresh)
            made = node.build(draw, **inputs)
            self._made[node.name] = frame(node, made) if node.published else made
        return self._made[node.name]


def frame(node: Node, made: Any) -> pd.DataFrame:
    """Return what a table's function made as a DataFrame with the declared columns, in order and of their types."""
    if made.keys() != node.names:
        raise ValueError(f"{node.name}: declared and made columns differ: {sorted(made.keys() ^ node.names)}")
    # every array is new, so that nothing is gained by copying it once more
    return pd.DataFrame({column.name: column.array(made[column.name]) for column in node.columns}, copy=False)


_LISTED = 20  # tables that one message can name


def unknown(name: str, there: list[str]) -> str:
    """Return the message for a table that does not exist."""
    import difflib

    close = difflib.get_close_matches(name, there, 1)
    if close:
        return f"there is no table {name!r}. Did you mean {close[0]}?"
    if len(there) > _LISTED:
        return f"there is no table {name!r} among the {len(there)}; the course's page Data describes each"
    return f"there is no table {name!r}. The tables are: {', '.join(there)}"
