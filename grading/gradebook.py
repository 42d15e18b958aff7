"""The gradebook as tables: nbgrader's database for scores and marks, one record file a notebook for the reasons."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)

from grading.coursedir import CourseFiles, nbgrader_log
from grading.files import write_atomically, write_csv
from grading.intake import Released
from grading.outcome import Outcome, graded, task_of

COLUMNS = ("learner", "module", "topic", "task", "points", "max", "status", "reason")
TOTALS = ("learner", "name", "points", "max", "share", "waiting", "remarks")


@dataclass(frozen=True)
class Record:
    """What is known of one graded notebook beside its scores. `digest` stands for all that its grade depends on."""

    digest: str
    outcomes: dict[str, Outcome]
    notes: tuple[str, ...] = ()
    late: bool = False

    def write(self, path: Path) -> None:
        """Keep it at `path`; a record is written only after its scores are in the database."""
        outcomes = {cell: vars(outcome) for cell, outcome in self.outcomes.items()}
        text = json.dumps({**vars(self), "outcomes": outcomes}, ensure_ascii=False)
        write_atomically(path, text)

    @classmethod
    def read(cls, path: Path) -> Record | None:
        """The record at `path`, or None when there is none that can be read."""
        try:
            data = json.loads(path.read_text("utf-8"))
            outcomes = {k: Outcome(**v) for k, v in data["outcomes"].items()}
            return cls(data["digest"], outcomes, tuple(data["notes"]), data["late"])
        except (OSError, ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True)
class Row:
    """One task of one learner in the gradebook."""

    learner: str
    module: str
    notebook: str
    task: str
    points: float
    max: float
    status: str
    reason: str

    @property
    def topic(self) -> str:
        """The topic's id, or `memo`."""
        first = self.notebook.split("-")[0]
        return first if "." in first else "memo" if "memo" in self.notebook else self.notebook


def record_path(course: CourseFiles, learner: str, module: str, notebook: str) -> Path:
    """Where the record of a notebook lies."""
    return course.path("records", learner, module, notebook, ".json")


def scores(course: CourseFiles) -> dict[tuple[str, str, str, str], Grade]:
    """nbgrader's grades by learner, module, notebook and graded cell."""
    return _by_cell(course, Grade)


def comments(course: CourseFiles) -> dict[tuple[str, str, str, str], str]:
    """What a person wrote in formgrader, as Markdown, by learner, module, notebook and answer cell."""
    return {cell: found.manual_comment for cell, found in _by_cell(course, Comment).items() if found.manual_comment}


def _by_cell(course: CourseFiles, kind: type[Any]) -> dict[tuple[str, str, str, str], Any]:
    with nbgrader_log(), Gradebook(course.db_url, "sales-strategy") as gradebook:
        query = (
            gradebook.db.query(SubmittedAssignment.student_id, Assignment.name, Notebook.name, BaseCell.name, kind)
            .select_from(kind)
            .join(SubmittedNotebook, kind.notebook_id == SubmittedNotebook.id)
            .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
            .join(BaseCell, kind.cell_id == BaseCell.id)
        )
        return {(student, module, notebook, cell): found for student, module, notebook, cell, found in query}


def rows(course: CourseFiles, learners: Iterable[str], released: Mapping[tuple[str, str], Released]) -> Iterator[Row]:
    """The gradebook of these learners: each task of each released notebook, in order."""
    found, said = scores(course), comments(course)
    for learner in learners:
        for (module, notebook), release in released.items():
            record = Record.read(record_path(course, learner, module, notebook))
            for cell, most in graded(release.notebook):
                outcome = record.outcomes.get(cell) if record else None
                grade = found.get((learner, module, notebook, cell))
                status, reason = (outcome.status, outcome.reason) if outcome else ("missing", "")
                points = float(grade.score) if grade is not None else 0.0
                if grade is not None and grade.manual_score is not None and not grade.needs_manual_grade:
                    status, reason = "marked", ""
                task = task_of(cell)
                reason = "\n\n".join(filter(None, [reason, said.get((learner, module, notebook, task), "")]))
                if record and record.late:
                    reason = f"{reason} Handed in late.".strip()
                yield Row(learner, module, notebook, task, points, most, status, reason)


def write_gradebook(path: Path, table: Iterable[Row]) -> None:
    """Write one line for each learner and task."""
    lines = ([r.learner, r.module, r.topic, r.task, r.points, r.max, r.status, r.reason] for r in table)
    write_csv(path, COLUMNS, lines)


def write_totals(path: Path, table: Iterable[Row], names: Mapping[str, str], remarks: Mapping[str, str]) -> None:
    """Write one line for each learner. `share` is points by maximum; what waits for a person counts as 0 so far."""
    sums: dict[str, list[float]] = {}
    for row in table:
        total = sums.setdefault(row.learner, [0.0, 0.0, 0.0])
        total[0] += row.points
        total[1] += row.max
        total[2] += row.status == "waiting"
    lines = (
        [learner, names.get(learner, learner), points, most, round(points / most, 4) if most else "", waiting,
         remarks.get(learner, "")]
        for learner, (points, most, waiting) in sums.items()
    )  # fmt: skip
    write_csv(path, TOTALS, lines)
