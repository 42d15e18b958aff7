"""What the page needs of an exercise, a quiz and a memo, as JSON: texts as HTML, fingerprints instead of solutions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from course.exercise import Exercise, Loader
from course.memo import Memo
from course.quiz import Item, html


def exercise_page(
    exercise: Exercise, folder: str, load: Loader, solutions: bool, *, strict: bool = True
) -> dict[str, Any]:
    """The in-page exercise on the data that `load` gives; the solution's code is part of it only with `solutions`.

    `strict` as for `Exercise.fingerprints`.
    """
    marks = exercise.fingerprints(load, strict=strict)
    cells: list[dict[str, Any]] = []
    for cell in exercise.cells:
        task = cell.task
        if cell.kind == "text":
            cells.append({"kind": "text", "html": html(cell.source)})
        elif task is None:
            cells.append({"kind": "given", "id": cell.id, "code": cell.source})
        else:
            wrong = [
                {"id": id, "fingerprint": mark["fingerprint"], "html": html(mark["message"])}
                for id, mark in marks[task.id]["wrongs"].items()
            ]
            cells.append(
                {
                    "kind": "task",
                    "id": task.id,
                    "grade_id": task.id,
                    "points": task.points,
                    "html": html(task.text),
                    "stub": task.stub,
                    "check": task.check,
                    "after": task.after,
                    "hints": [html(hint) for hint in task.hints],
                    "right": marks[task.id]["right"],
                    "wrong": wrong,
                    "solution": task.solution if solutions else None,
                }
            )
    return {
        "topic": exercise.topic,
        "title": exercise.title,
        "notebook": f"{folder}/{exercise.name}.ipynb",
        "tables": list(exercise.tables),
        "cells": cells,
    }


def quiz_page(topic: str, items: Iterable[Item]) -> dict[str, Any]:
    """The quiz of one topic."""
    return {"topic": topic, "items": [item.page() for item in items]}


def memo_page(memo: Memo, folder: str) -> dict[str, Any]:
    """The memo task with its rubric; levels go from 0 to 3 points."""
    rubric = [{"id": c.id, "name": c.name, "levels": list(c.levels)} for c in memo.rubric]
    return {
        "kind": "memo",
        "id": "memo",
        "grade_id": "memo",
        "title": memo.title,
        "notebook": f"{folder}/{memo.name}.ipynb",
        "words": memo.words,
        "points": memo.points,
        "html": html(memo.text),
        "rubric": rubric,
    }
