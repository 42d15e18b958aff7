"""Which tasks an organisation's own tables can carry, and for each other one what is missing."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from course.case.registry import published
from course.curriculum import Curriculum, Module, Topic
from course.errors import CourseError
from course.exercise import Exercise


@dataclass(frozen=True)
class Support:
    """A topic's verdict: `answers` are its right values on these tables by task, or None with the reason why not."""

    topic: str
    title: str
    answers: dict[str, Any] | None
    reason: str = ""


def support(curriculum: Curriculum, tables: Mapping[str, pd.DataFrame]) -> list[Support]:
    """Judge every topic by what its exercise needs, and run those that have it."""
    return [judge(curriculum, module, topic, tables) for module, topic in curriculum.topics() if module.id]


def needs(exercise: Exercise) -> dict[str, set[str]]:
    """The columns of each table that an exercise's code names."""
    code = "\n".join(
        part
        for cell in exercise.cells
        for part in ([cell.source] if cell.kind == "given" else [cell.task.solution] if cell.task else [])
    )
    words = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words.add(node.value)
        elif isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif isinstance(node, ast.keyword) and node.arg:
            words.add(node.arg)
    return {table: {c.name for c in published()[table].columns} & words for table in exercise.tables}


def judge(curriculum: Curriculum, module: Module, topic: Topic, tables: Mapping[str, pd.DataFrame]) -> Support:
    """Judge one topic by what its exercise needs: its tables and columns, a solution that runs, checks that hold."""
    path = curriculum.exercise(module, topic)
    if not path.exists():
        missing = [t for t in topic.tables if t not in tables]
        reason = f"its exercise is not written yet; it will need {', '.join(missing or topic.tables)}"
        return Support(topic.id, topic.title, None, reason)
    exercise = Exercise.read(path)
    absent = [t for t in exercise.tables if t not in tables]
    if absent:
        return Support(topic.id, topic.title, None, f"there is no table {', '.join(absent)}")
    lacking = [
        f"{table}.{column}"
        for table, columns in needs(exercise).items()
        for column in sorted(columns - set(tables[table].columns))
    ]
    # A column that several tables could give is only missing when none of the loaded ones has it.
    there = {column for table in exercise.tables for column in tables[table].columns}
    lacking = [name for name in lacking if name.split(".")[1] not in there]
    if lacking:
        return Support(topic.id, topic.title, None, f"there is no column {', '.join(lacking)}")

    def load(*names: str) -> Any:
        found = tuple(tables[name].copy() for name in names)
        return found[0] if len(found) == 1 else found

    try:
        answers = exercise.solve(load)
        checked = exercise.checked(load)
    except CourseError as e:
        return Support(
            topic.id, topic.title, None, f"its question does not fit these data: {str(e).split(': ', 2)[-1]}"
        )
    empty = [task for task, value in answers.items() if _is_empty(value)]
    if empty:
        return Support(topic.id, topic.title, None, f"the answer {', '.join(empty)} would be empty on these data")
    if checked:
        return Support(topic.id, topic.title, None, f"its question is about the case company's data: {checked}")
    return Support(topic.id, topic.title, answers)


def _is_empty(value: Any) -> bool:
    if isinstance(value, pd.DataFrame | pd.Series):
        return value.empty or bool(value.isna().to_numpy().all())
    if isinstance(value, dict | list | set | tuple | str):
        return not value
    return bool(pd.isna(value))
