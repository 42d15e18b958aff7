"""Each task, on several editions: the solution passes, the untouched stub fails, each known wrong answer says why.

Runs on the grader's pandas and, from `make test`, on the browser's as well.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from course.answer import verdict
from course.case.edition import PRACTICE_SEED, Edition
from course.exercise import Exercise, Task

PATHS = sorted((Path(__file__).parents[2] / "exercises").glob("*/[0-9].*.py"))
SEEDS = [PRACTICE_SEED, 1, 2, 3, 7, 11]
MORE_SEEDS = range(100, 125)

assert PATHS, "there are no exercises to test"


@cache
def edition(seed: int) -> Edition:
    return Edition(seed)


def expecting(marks: dict[str, Any]) -> Callable[[object], None]:
    def expect(value: object) -> None:
        found = verdict(value, marks["right"], marks["wrongs"])
        assert found.passed, found.message

    return expect


def graded(task: Task, names: dict[str, Any], marks: dict[str, Any]) -> Exception | None:
    """Run a task's test cell as it is graded and return what it raised."""
    try:
        exec(f"{task.check}\n{task.hidden}", names | {"expect": expecting(marks)})
    except Exception as e:
        return e
    return None


def holds(path: Path, seed: int) -> None:
    exercise = Exercise.read(path)
    load = edition(seed).load
    marks = exercise.fingerprints(load)
    names = exercise.namespace(load)
    for task in exercise.tasks:
        assert graded(task, names, marks[task.id]) is None, f"{task.id}: the solution fails"
        if task.after:
            exec(task.after, dict(names))
    for i, task in enumerate(exercise.tasks):
        solved = {t.id: t.solution for t in exercise.tasks[:i]}
        untouched = exercise.stub_namespace(load, solved, task)
        assert graded(task, untouched, marks[task.id]) is not None, f"{task.id}: the untouched stub passes"
        for wrong in task.wrongs.values():
            answers = {**solved, task.id: wrong.code}
            names = exercise.namespace(load, answers, until=task.id)
            error = graded(task, names, marks[task.id])
            assert error is not None, f"{task.id}: known wrong answer {wrong.id} passes"
            found = verdict(names[task.id], marks[task.id]["right"], marks[task.id]["wrongs"])
            assert found.wrong == wrong.id, f"{task.id}: {wrong.id} is taken for {found.wrong}: {found.message}"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_solution_passes_stub_fails_and_wrong_answers_explain_themselves(path: Path, seed: int):
    holds(path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MORE_SEEDS)
@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_the_same_on_more_editions(path: Path, seed: int):
    holds(path, seed)


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_an_exercise_loads_the_tables_that_it_names(path: Path):
    exercise = Exercise.read(path)
    asked: set[str] = set()

    def load(*names: str) -> Any:
        asked.update(names)
        return edition(PRACTICE_SEED).load(*names)

    exercise.namespace(load)
    assert asked == set(exercise.tables)


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_messages_are_short_and_hold_no_code(path: Path):
    for task in Exercise.read(path).tasks:
        assert len(task.hints) >= 2
        for wrong in task.wrongs.values():
            assert 8 <= len(wrong.message.split()) <= 80, wrong.id
            assert "```" not in wrong.message


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_a_task_names_topics_in_words_that_hold_in_a_notebook_too(path: Path):
    assert "](topic:" not in path.read_text("utf-8")
