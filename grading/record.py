"""Writes what a run gave into nbgrader's gradebook, one transaction a submission, and reads the tests from it.

Only the process that holds this object knows the gradebook's address. Writing the same result again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Notebook,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from sqlalchemy import Connection, Table, bindparam, create_engine, event, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from course.errors import GradingError
from grading.notebook import is_answer, is_graded
from grading.outcome import awarded_amiss


@dataclass(frozen=True)
class Kept:
    """A cell as the gradebook keeps it: its source with hidden tests, and the checksum of that."""

    source: str
    checksum: str
    cell_type: str
    locked: bool


@dataclass(frozen=True)
class Marks:
    """What one notebook of a submission got: a score for each graded cell, None where a person gives it, and which
    answers were left as they came. Without scores it gets nothing at all.
    """

    notebook: str
    scores: Mapping[str, float | None] | None = None
    silent: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class _Notebook:
    """A released notebook in the gradebook: its id, and those of its graded and its answer cells by name."""

    id: str
    graded: Mapping[str, str]
    answered: Mapping[str, str]


_SUBMISSION, _NOTEBOOK, _GRADE, _COMMENT, _STUDENT, _CELL = (
    cast("Table", kind.__table__)
    for kind in (SubmittedAssignment, SubmittedNotebook, Grade, Comment, Student, BaseCell)
)
_MINE = (_SUBMISSION.c.assignment_id == bindparam("assignment")) & (_SUBMISSION.c.student_id == bindparam("student"))
_FOUND = select(_SUBMISSION.c.id, _SUBMISSION.c.timestamp).where(_MINE)
_RESTAMPED = update(_SUBMISSION).where(_MINE).values(timestamp=bindparam("stamp"))
_KNOWN = select(_STUDENT.c.id).where(_STUDENT.c.id == bindparam("student"))
_HANDED = select(_NOTEBOOK.c.notebook_id, _NOTEBOOK.c.id).where(_NOTEBOOK.c.assignment_id == bindparam("submission"))
_BY_HAND = select(_GRADE.c.notebook_id, _GRADE.c.cell_id).where(
    _GRADE.c.notebook_id.in_(bindparam("notebooks", expanding=True)), _GRADE.c.manual_score.is_not(None)
)
_SCORED = (
    update(_GRADE)
    .where(_GRADE.c.notebook_id == bindparam("mine"), _GRADE.c.cell_id == bindparam("cell"))
    .values(auto_score=bindparam("score"), needs_manual_grade=bindparam("waits"))
)
_COMMENTED = (
    update(_COMMENT)
    .where(_COMMENT.c.notebook_id == bindparam("mine"), _COMMENT.c.cell_id == bindparam("cell"))
    .values(auto_comment=bindparam("said"))
)


class Ledger:
    """The gradebook at `url`, open for writing. Raises GradingError when it can't be opened."""

    def __init__(self, url: str) -> None:
        try:
            self.engine = create_engine(url, future=True)
            if url.startswith("sqlite"):
                event.listen(self.engine, "connect", _patient)
            with self.engine.connect():
                pass
        except Exception as e:
            raise GradingError(
                f"The gradebook can't be opened ({type(e).__name__}): {str(e).splitlines()[0]}"
            ) from None
        self._assignments: dict[str, tuple[str, dict[str, _Notebook]]] = {}

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def kept(self, module: str, notebook: str) -> dict[str, Kept]:
        """The cells of a notebook as the instructor's version has them, by grade id."""
        with Session(self.engine) as session:
            query = (
                select(SourceCell)
                .join(Notebook, SourceCell.notebook_id == Notebook.id)
                .join(Assignment, Notebook.assignment_id == Assignment.id)
                .where(Assignment.name == module, Notebook.name == notebook)
            )
            return {
                c.name: Kept(c.source or "", c.checksum or "", c.cell_type or "code", bool(c.locked))
                for c in session.scalars(query)
            }

    def record(self, learner: str, module: str, found: Sequence[Marks], received: str = "") -> None:
        """Record what the notebooks of one submission got by nbgrader's rules, all or nothing."""
        for attempt in range(5):
            try:
                with self.engine.begin() as connection:
                    submission = self._submission(connection, learner, module, received)
                    self._score(connection, submission, module, found)
                return
            except (IntegrityError, OperationalError):
                # Somebody else wrote the same learner just now.
                if attempt == 4:
                    raise

    def _submission(self, connection: Connection, learner: str, module: str, received: str) -> str:
        """Give the id of a learner's submission; make it, with all that nbgrader keeps of one, if it is not there."""
        assignment, notebooks = self._assignment(connection, module)
        stamp = datetime.fromisoformat(received).astimezone(UTC).replace(tzinfo=None) if received else None
        mine = {"assignment": assignment, "student": learner}
        there = connection.execute(_FOUND, mine).first()
        if there is not None:
            if stamp and (there.timestamp is None or there.timestamp < stamp):
                connection.execute(_RESTAMPED, {**mine, "stamp": stamp})
            return str(there.id)
        if connection.execute(_KNOWN, {"student": learner}).first() is None:
            connection.execute(insert(_STUDENT).values(id=learner))
        submission = new_uuid()
        connection.execute(
            insert(_SUBMISSION).values(id=submission, assignment_id=assignment, student_id=learner, timestamp=stamp)
        )
        made: dict[Table, list[dict[str, object]]] = {_NOTEBOOK: [], _GRADE: [], _COMMENT: []}
        for notebook in notebooks.values():
            id = new_uuid()
            made[_NOTEBOOK].append({"id": id, "assignment_id": submission, "notebook_id": notebook.id})
            made[_GRADE] += [{"notebook_id": id, "cell_id": cell} for cell in notebook.graded.values()]
            made[_COMMENT] += [{"notebook_id": id, "cell_id": cell} for cell in notebook.answered.values()]
        for kind, rows in made.items():
            if rows:
                connection.execute(insert(kind), rows)
        return submission

    def _score(self, connection: Connection, submission: str, module: str, found: Sequence[Marks]) -> None:
        _, notebooks = self._assignment(connection, module)
        ids = {row.notebook_id: row.id for row in connection.execute(_HANDED, {"submission": submission})}
        marked = connection.execute(_BY_HAND, {"notebooks": list(ids.values())})
        by_hand = {(row.notebook_id, row.cell_id) for row in marked}
        scored, said = [], []
        for marks in found:
            notebook = notebooks[marks.notebook]
            mine = ids[notebook.id]
            for name, cell in notebook.graded.items():
                # A task cell has no score of its own: a person gives it.
                score = 0.0 if marks.scores is None else marks.scores.get(name)
                waits = marks.scores is not None and (score is None or (mine, cell) in by_hand)
                scored.append({"mine": mine, "cell": cell, "score": score, "waits": waits})
            said += [
                {"mine": mine, "cell": cell, "said": "No response." if marks.silent.get(name) else None}
                for name, cell in notebook.answered.items()
            ]
        if scored:
            connection.execute(_SCORED, scored)
        if said:
            connection.execute(_COMMENTED, said)

    def _assignment(self, connection: Connection, module: str) -> tuple[str, dict[str, _Notebook]]:
        """Give an assignment's id and its notebooks by name. A release can't change while there are submissions."""
        if module not in self._assignments:
            assignment = connection.execute(select(Assignment.id).where(Assignment.name == module)).scalar_one()
            notebooks = {}
            for id, name in connection.execute(
                select(Notebook.id, Notebook.name).where(Notebook.assignment_id == assignment)
            ):
                cells = connection.execute(
                    select(_CELL.c.id, _CELL.c.name, _CELL.c.type).where(_CELL.c.notebook_id == id)
                ).all()
                notebooks[name] = _Notebook(
                    id,
                    {c.name: c.id for c in cells if c.type in ("GradeCell", "TaskCell")},
                    {c.name: c.id for c in cells if c.type in ("SolutionCell", "TaskCell")},
                )
            self._assignments[module] = (assignment, notebooks)
        return self._assignments[module]


def marks_of(notebook: str, executed: NotebookNode) -> Marks:
    """What an executed notebook got, by nbgrader's rules."""
    return Marks(
        notebook,
        {c.metadata.nbgrader.grade_id: _score_of(c) for c in executed.cells if utils.is_grade(c)},
        {
            c.metadata.nbgrader.grade_id: bool(c.metadata.nbgrader.get("checksum") == utils.compute_checksum(c))
            for c in executed.cells
            if is_answer(c)
        },
    )


def _score_of(cell: NotebookNode) -> float | None:
    # Of a test that awards more than its cell is worth nbgrader makes no score at all, of less than nothing a full one.
    if awarded_amiss(cell):
        return 0.0
    try:
        score: float | None = utils.determine_grade(cell)[0]
    except (ValueError, KeyError, TypeError, IndexError):
        return 0.0
    return score


def _patient(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.close()


def restore(notebook: NotebookNode, kept: Mapping[str, Kept]) -> NotebookNode:
    """Put the instructor's sources and checksums, hidden tests included, into a rebuilt notebook."""
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader", {})
        found = kept.get(meta.get("grade_id", ""))
        if found is None:
            continue
        meta["checksum"] = found.checksum
        if found.locked or (is_graded(cell) and not is_answer(cell)):
            cell["source"] = found.source
    return notebook
