"""What hidden tests compare with: the reference answer on the edition that is graded.

    from grading.expected import expecting
    expect = expecting("1.4", "economics")
    expect(economics)                          AssertionError with the message of the known wrong answer, if it is one

The reference is the exercise's own solution, executed on the instructor's copy of the edition's data, never on tables
that a learner can reach. What is kept on disk are fingerprints, computed once per edition and exercise.

Which edition and where is said by the environment, since hidden tests run wherever the notebook runs:
COURSE_EDITION (a seed; default: the practice edition), COURSE_ROOT (the folder that holds exercises/; default: the
course's own), COURSE_CACHE (default: `.cache/references` there).
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import course
from course.answer import verdict
from course.errors import GradingError
from grading.files import write_atomically

if TYPE_CHECKING:
    from course.exercise import Exercise

PRACTICE = 2026


class References:
    """The fingerprints of right and known wrong answers on one edition, computed once and kept in `cache`."""

    def __init__(self, root: Path, seed: int, cache: Path):
        self.root = root
        self.seed = seed
        self.cache = cache
        self._loaded: dict[str, dict[str, Any]] = {}

    @classmethod
    def here(cls) -> References:
        """The references that the environment names. Raises GradingError when COURSE_EDITION is no seed."""
        named = os.environ.get("COURSE_EDITION", "")
        if named and not named.isdecimal():
            raise GradingError(f"COURSE_EDITION: expected an edition's seed, a whole number, found {named!r}.")
        root = Path(os.environ.get("COURSE_ROOT") or Path(course.__file__).resolve().parent.parent)
        cache = Path(os.environ.get("COURSE_CACHE") or root / ".cache" / "references")
        return _references(root, int(named or PRACTICE), cache)

    def task(self, topic: str, task: str) -> Mapping[str, Any]:
        """{"right": fingerprint, "wrongs": …} of one task. Raises GradingError when there is no such task."""
        tasks = self.exercise(topic)
        if task not in tasks:
            raise GradingError(f"Topic {topic} has no task {task}; it has {', '.join(tasks)}.")
        found: Mapping[str, Any] = tasks[task]
        return found

    def exercise(self, topic: str) -> dict[str, Any]:
        """The references of all tasks of a topic, by task id; computed unless they are in the cache."""
        return self.exercises([topic])[topic]

    def exercises(self, topics: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The references of several topics, by topic and task id. What they load is made once for all of them."""
        tables = _Tables(self.seed)
        for topic in topics:
            if topic not in self._loaded:
                self._loaded[topic] = self._read(topic, tables)
        return {topic: self._loaded[topic] for topic in topics}

    def missing(self, topics: Sequence[str]) -> list[str]:
        """The topics of which nothing is in the cache."""
        return [topic for topic in topics if topic not in self._loaded and not self._kept(topic).exists()]

    def _kept(self, topic: str) -> Path:
        return self.cache / str(self.seed) / f"{topic}-{self._digest(self.source(topic))}.json"

    def _read(self, topic: str, tables: _Tables) -> dict[str, Any]:
        path, kept = self.source(topic), self._kept(topic)
        try:
            found = json.loads(kept.read_text("utf-8"))
        except (OSError, ValueError):
            # On a rare edition a known mistake makes no difference: it is right there, and no reason not to grade.
            found = _exercise(path, path.read_bytes()).fingerprints(tables.load, strict=False)
            write_atomically(kept, json.dumps(found))
        return dict(found)

    def source(self, topic: str) -> Path:
        """The text notebook of a topic. Raises GradingError unless there is exactly one."""
        found = sorted((self.root / "exercises").glob(f"*/{topic}-*.py"))
        if len(found) != 1:
            listed = ", ".join(str(p) for p in found) or "none"
            raise GradingError(f"{self.root / 'exercises'}: expected one exercise {topic}-….py, found {listed}.")
        return found[0]

    def _digest(self, path: Path) -> str:
        digest = hashlib.sha256(path.read_bytes())
        digest.update(_code_digest())
        return digest.hexdigest()[:20]


class _Tables:
    """An edition's tables as learners read them: written and read when they are first asked for, and then copied."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._read: dict[str, Any] = {}
        self._edition: Any = None

    def load(self, *names: str, **_: object) -> Any:
        """Stands for `course.case.load`."""
        from course.case.edition import COPIES_LATE

        made = tuple(self._table(name).copy(deep=not COPIES_LATE) for name in names)
        return made[0] if len(made) == 1 else made

    def _table(self, name: str) -> Any:
        from course.case import load
        from course.case.edition import Edition

        if name not in self._read:
            self._edition = self._edition or Edition(self.seed)
            with tempfile.TemporaryDirectory() as folder:
                self._read[name] = load(name, folder=self._edition.write(Path(folder) / "data", [name]))
        return self._read[name]


@lru_cache(maxsize=128)
def _exercise(path: Path, content: bytes) -> Exercise:
    """The exercise at `path`, which holds `content`: read once for all editions."""
    from course.exercise import Exercise

    return Exercise.read(path)


@lru_cache(maxsize=64)
def _references(root: Path, seed: int, cache: Path) -> References:
    return References(root, seed, cache)


@lru_cache(maxsize=1)
def _code_digest() -> bytes:
    """Stands for the code that a reference depends on, so that a newer course does not use an older one's cache."""
    folder = Path(course.__file__).parent
    digest = hashlib.sha256()
    for path in [folder / "answer.py", folder / "exercise.py", *sorted((folder / "case").rglob("*.py"))]:
        digest.update(path.read_bytes())
    return digest.digest()


_provided: dict[str, Mapping[str, Any]] = {}


def provide(marks: Mapping[str, Mapping[str, Any]]) -> None:
    """Use these references, {topic: {task: …}}, in this process instead of looking for them on disk."""
    _provided.clear()
    _provided.update(marks)


def expecting(topic: str, task: str) -> Callable[[object], None]:
    """Give the function that hidden tests call with the learner's value.

    It raises AssertionError with the message for the learner when the value is not the reference within the task's
    tolerances; with that of the known wrong answer when it is one.
    """

    def expect(value: object) -> None:
        provided = _provided.get(topic, {})
        marks = provided[task] if task in provided else References.here().task(topic, task)
        judged = verdict(value, marks["right"], marks["wrongs"])
        if not judged.passed:
            raise AssertionError(judged.message)

    return expect
