"""Which tasks an organisation's own tables can carry, and for each other one what is missing."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from course.answer import ShapeError, fingerprint
from course.case.registry import published
from course.curriculum import Curriculum, Module, Topic
from course.errors import CourseError
from course.exercise import Exercise


@dataclass(frozen=True)
class Support:
    """A topic's verdict: `answers` are its right values on these tables by task, or None with the reason why not.

    `missing` names what is not there: columns of a table that is ("accounts.tier"), and of one that is not.
    """

    topic: str
    title: str
    answers: dict[str, Any] | None
    reason: str = ""
    missing: tuple[str, ...] = ()

    @property
    def missing_tables(self) -> tuple[str, ...]:
        """The tables of what is missing, each once."""
        return tuple(dict.fromkeys(name.split(".")[0] for name in self.missing))


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
    """Judge one topic by what its exercise needs: tables and columns, a solution that gives something, checks that
    hold."""
    path = curriculum.exercise(module, topic)
    if not path.exists():
        missing = [t for t in topic.tables if t not in tables]
        reason = f"its exercise is not written yet; it will need {', '.join(missing or topic.tables)}"
        return Support(topic.id, topic.title, None, reason)
    exercise = Exercise.read(path)
    absent = [t for t in exercise.tables if t not in tables]
    there = {column for table in exercise.tables if table in tables for column in tables[table].columns}
    wanted = {t: sorted(columns) for t, columns in needs(exercise).items()}
    # A column that several tables could give is only missing when none of the loaded ones has it.
    lacking = [
        f"{table}.{column}"
        for table, columns in wanted.items()
        if table in tables
        for column in columns
        if column not in tables[table] and column not in there
    ]
    if absent or lacking:
        missing = [f"{t}.{column}" for t in absent for column in wanted[t]] + lacking
        return Support(topic.id, topic.title, None, _lacks(absent, lacking), tuple(missing))

    def refused(reason: str, *missing: str) -> Support:
        return Support(topic.id, topic.title, None, reason, missing)

    def load(*names: str) -> Any:
        found = tuple(tables[name].copy() for name in names)
        return found[0] if len(found) == 1 else found

    try:
        with np.errstate(all="ignore"):
            answers = exercise.solve(load)
            checked = exercise.checked(load)
    except CourseError as e:
        shared = _shared_column(e, exercise, tables)
        if shared:
            return refused(_lacks([], shared), *shared)
        return refused(f"its computation stops on these data: {str(e).split(': ', 2)[-1]}")
    for task, value in answers.items():
        if fault := _degenerate(value):
            return refused(f"the answer {task} would {fault} on these data")
    if checked:
        return refused(f"its check, written for the case company, does not hold here (“{checked}”)")
    try:
        for asked in exercise.tasks:
            fingerprint(answers[asked.id], asked.spec)
    except (ShapeError, ValueError) as e:
        return refused(f"an answer would not have the form that the task asks for: {e}")
    return Support(topic.id, topic.title, answers)


def _lacks(tables: list[str], columns: list[str]) -> str:
    said = []
    if tables:
        said.append(f"there is no table {_listed(tables)}")
    if columns:
        said.append(f"{'nor ' if tables else 'there is no '}column {_listed(columns)}")
    return ", ".join(said)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _shared_column(error: CourseError, exercise: Exercise, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """The column that stopped the computation, where one of several tables that could give it does not."""
    cause = error.__cause__
    names = [str(a) for a in cause.args] if isinstance(cause, KeyError) else []
    return [
        f"{table}.{column.name}"
        for table in exercise.tables
        for column in published()[table].columns
        if column.name not in tables[table] and any(f"'{column.name}'" in n or column.name == n for n in names)
    ]


def _degenerate(value: Any) -> str:
    """What is wrong with a value that answers nothing: empty, or without values where it should have some."""
    if isinstance(value, pd.DataFrame | pd.Series):
        if value.empty:
            return "be empty"
        frame = value.to_frame() if isinstance(value, pd.Series) else value
        hollow = [str(c) for c in frame.columns if frame[c].isna().mean() > _HOLLOW]
        return f"have no values in {', '.join(hollow)}" if hollow else ""
    if isinstance(value, dict):
        hollow = [str(k) for k, v in value.items() if np.isscalar(v) and _nothing(v)]
        return "be empty" if not value else f"have no number for {', '.join(hollow)}" if hollow else ""
    if isinstance(value, list | set | tuple | str):
        return "" if value else "be empty"
    return "not be a number" if _nothing(value) else ""


_HOLLOW = 0.5  # of a column's cells


def _nothing(value: Any) -> bool:
    return bool(pd.isna(value)) or (isinstance(value, float | np.floating) and not np.isfinite(value))
