"""Writes what a run gave into nbgrader's gradebook, one transaction a notebook, and reads the tests from it.

Only the process that holds this object knows the gradebook's address. Writing the same result again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import create_engine, event, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from course.errors import GradingError
from grading.notebook import is_answer, is_graded


@dataclass(frozen=True)
class Kept:
    """A cell as the gradebook keeps it: its source with hidden tests, and the checksum of that."""

    source: str
    checksum: str
    cell_type: str
    locked: bool


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

    def record(self, learner: str, module: str, executed: NotebookNode, notebook: str, received: str = "") -> None:
        """Record the scores of an executed notebook by nbgrader's rules, all or nothing."""
        scores = {
            c.metadata.nbgrader.grade_id: utils.determine_grade(c)[0] for c in executed.cells if utils.is_grade(c)
        }
        silent = {
            c.metadata.nbgrader.grade_id: bool(c.metadata.nbgrader.get("checksum") == utils.compute_checksum(c))
            for c in executed.cells
            if is_answer(c)
        }
        self._write(learner, module, notebook, scores, silent, received)

    def record_zero(self, learner: str, module: str, notebook: str, received: str = "") -> None:
        """Record that a learner gets nothing for a notebook."""
        self._write(learner, module, notebook, None, {}, received)

    def _write(
        self,
        learner: str,
        module: str,
        notebook: str,
        scores: Mapping[str, float | None] | None,
        silent: Mapping[str, bool],
        received: str,
    ) -> None:
        for attempt in range(5):
            try:
                with Session(self.engine, autoflush=False) as session, session.begin():
                    submitted = _submission(session, learner, module, received)
                    _score(session, submitted, notebook, scores, silent)
                return
            except (IntegrityError, OperationalError):
                # Somebody else wrote the same learner just now.
                if attempt == 4:
                    raise


def _patient(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.close()


def _submission(session: Session, learner: str, module: str, received: str) -> SubmittedAssignment:
    assignment = session.scalars(select(Assignment).where(Assignment.name == module)).one()
    student = session.get(Student, learner)
    if student is None:
        student = Student(id=learner)
        session.add(student)
        session.flush()
    query = select(SubmittedAssignment).where(
        SubmittedAssignment.assignment_id == assignment.id, SubmittedAssignment.student_id == learner
    )
    submitted = session.scalars(query).one_or_none()
    if submitted is None:
        submitted = SubmittedAssignment(assignment_id=assignment.id, student_id=learner)
        session.add(submitted)
        session.flush()
        for notebook in session.scalars(select(Notebook).where(Notebook.assignment_id == assignment.id)).all():
            made = SubmittedNotebook(notebook_id=notebook.id, assignment_id=submitted.id)
            session.add(made)
            session.flush()
            for cell in session.scalars(select(BaseCell).where(BaseCell.notebook_id == notebook.id)):
                if isinstance(cell, (GradeCell, TaskCell)):
                    session.add(Grade(cell_id=cell.id, notebook_id=made.id))
                if isinstance(cell, (SolutionCell, TaskCell)):
                    session.add(Comment(cell_id=cell.id, notebook_id=made.id))
        session.flush()
    if received:
        stamp = datetime.fromisoformat(received).astimezone(UTC).replace(tzinfo=None)
        if submitted.timestamp is None or submitted.timestamp < stamp:
            submitted.timestamp = stamp
    return submitted


def _score(
    session: Session,
    submitted: SubmittedAssignment,
    notebook: str,
    scores: Mapping[str, float | None] | None,
    silent: Mapping[str, bool],
) -> None:
    query = (
        select(SubmittedNotebook)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .where(SubmittedNotebook.assignment_id == submitted.id, Notebook.name == notebook)
    )
    mine = session.scalars(query).one()
    graded = (
        select(Grade, BaseCell.name).join(BaseCell, Grade.cell_id == BaseCell.id).where(Grade.notebook_id == mine.id)
    )
    for grade, name in session.execute(graded):
        # A task cell has no score of its own: a person gives it.
        score = 0.0 if scores is None else scores.get(name)
        grade.auto_score = score
        grade.needs_manual_grade = scores is not None and (score is None or grade.manual_score is not None)
    comments = (
        select(Comment, BaseCell.name)
        .join(BaseCell, Comment.cell_id == BaseCell.id)
        .where(Comment.notebook_id == mine.id)
    )
    for comment, name in session.execute(comments):
        comment.auto_comment = "No response." if silent.get(name) else None
    session.flush()


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
