"""What the book shows of a run: readings on the practice edition, solutions on an edition of one's choice."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from course.case.edition import PRACTICE_SEED, Edition
from course.curriculum import Curriculum, Module, Topic
from course.exercise import Exercise, Loader
from course.reading import Reading
from course.site.cache import Cache
from course.site.stage import executed, practice, reading_key

_MANY = 6  # from so many topics on, starting further processes costs less than they save


class Runs:
    """Executed readings and solutions, kept in the site's cache until a source changes.

    `load` stands for the practice edition's tables and for those of the edition `seed`; by default they are made.
    """

    def __init__(self, curriculum: Curriculum, seed: int = PRACTICE_SEED, load: Loader | None = None):
        self.curriculum = curriculum
        self.seed = seed
        self.load = load
        self.cache = Cache(curriculum.root / ".cache" / "site")

    def reading(self, module: Module, topic: Topic) -> Reading:
        """The executed reading. Raises ContentError."""
        return executed(self.curriculum, module, topic, self.cache, self.load)

    def solutions(self, module: Module, topic: Topic) -> dict[str, Any]:
        """The right value of each task by its id. Raises ContentError."""
        path = self.curriculum.exercise(module, topic)

        def make() -> dict[str, Any]:
            return Exercise.read(path).solve(self.load or _edition(self.seed))

        return self.cache.get(*self._solution_key(module, topic), make)

    def _solution_key(self, module: Module, topic: Topic) -> tuple[str, list[Path], Any]:
        return "solution", [self.curriculum.exercise(module, topic)], (self.seed, self.load is None)

    def _kept(self, module: Module, topic: Topic, solutions: bool) -> bool:
        keys = [reading_key(self.curriculum, module, topic)]
        if solutions and self.curriculum.exercise(module, topic).exists():
            keys.append(self._solution_key(module, topic))
        return all(self.cache.path(*key).exists() for key in keys)

    def ahead(self, solutions: bool, progress: Callable[[int, int], None]) -> None:
        """Run on all processors what is not kept yet; `progress` is told how many topics of how many are done.

        What fails is left to be run again in its turn, so that a mistake is reported once and in order.
        """
        topics = [
            (module.folder, topic.id)
            for module, topic in self.curriculum.topics(written=True)
            if not self._kept(module, topic, solutions)
        ]
        if self.load or len(topics) < _MANY:
            return
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
            jobs = [pool.submit(_run, self.curriculum.root, *names, self.seed, solutions) for names in topics]
            for count, job in enumerate(as_completed(jobs), 1):
                job.exception()
                progress(count, len(jobs))


@cache
def _edition(seed: int) -> Loader:
    if seed == PRACTICE_SEED:
        return practice()
    edition = Edition(seed)

    def load(*names: str) -> Any:
        tables = tuple(edition.table(name).copy() for name in names)
        return tables[0] if len(tables) == 1 else tables

    return load


@cache
def _runs(root: Path, seed: int) -> Runs:
    return Runs(Curriculum(root), seed)


def _run(root: Path, folder: str, id: str, seed: int, solutions: bool) -> None:
    runs = _runs(root, seed)
    module, topic = runs.curriculum.module(folder), runs.curriculum.topic(id)
    runs.reading(module, topic)
    if solutions and runs.curriculum.exercise(module, topic).exists():
        runs.solutions(module, topic)
