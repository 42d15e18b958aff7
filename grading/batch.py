"""Grades a folder of submissions: takes them in, runs them, records, and writes gradebook and feedback.

    summary = grade(Path("submissions"), edition=2026, out=Path("graded"))

Into `out`: gradebook.csv, totals.csv, feedback/<learner>.html, and nbgrader/, the course that formgrader opens.
Grading again, or going on after a kill, does only what is not done yet and gives the same gradebook; marks that a
person gave stay.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from course.case.edition import PRACTICE_SEED, Edition
from course.curriculum import ROOT, Curriculum
from course.errors import GradingError
from grading.coursedir import Assignment, CourseFiles, assignments
from grading.environment import environment
from grading.expected import References
from grading.feedback import notebook_page, write_page
from grading.gradebook import Record, Row, record_path, rows, write_gradebook, write_totals
from grading.intake import Handed, Layout, Learner, Received, Released, receive
from grading.outcome import Status, nothing, outcomes
from grading.run import autograde, record_zero, submit


@dataclass
class Summary:
    """What a grading run did, for the person who started it."""

    out: Path
    layout: str
    learners: int
    notebooks: int
    fresh: int
    seconds: float
    statuses: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    remarks: list[str] = field(default_factory=list)


def grade(
    folder: Path,
    *,
    edition: int = PRACTICE_SEED,
    out: Path,
    modules: Sequence[str] = (),
    layout: Layout = "auto",
    root: Path = ROOT,
    progress: bool = True,
) -> Summary:
    """Grade all submissions in `folder` on the edition of that seed; write gradebook and feedback into `out`.

    Without `modules`, those are graded of which anybody handed anything in. Raises SubmissionError when the folder
    holds no submissions, GradingError when the gradebook can't be used; nothing wrong with one submission raises.
    """
    started = time.monotonic()
    with _alone(out):
        course = CourseFiles(out / "nbgrader")
        found = assignments(root, modules)
        course.build(found)
        released = course.released(found)
        received = receive(folder, released, out / "nbgrader" / "inbox", layout)
        if not modules:
            released = _touched(released, received)
            found = [a for a in found if any(module == a.module for module, _ in released)]
        references = References(root, edition, out / "nbgrader" / "references")
        for assignment in found:
            for exercise in assignment.exercises.values():
                references.exercise(exercise.topic)
        data = out / "nbgrader" / "data" / str(edition)
        _write_data(edition, found, data)
        settings = {
            "COURSE_EDITION": str(edition),
            "COURSE_ROOT": str(root.resolve()),
            "COURSE_CACHE": str(references.cache.resolve()),
            "COURSE_DATA": str(data.resolve()),
        }
        batch = _Batch(course, released, out, _stamp(references, course, found))
        fresh = 0
        with environment(settings), _bar(progress) as bar:
            step = bar.add_task("Grading", total=len(received.learners) * len(released))
            for learner in received.learners.values():
                for module in dict.fromkeys(module for module, _ in released):
                    fresh += batch.module(learner, module, lambda: bar.advance(step))
        table = list(rows(course, received.learners, released))
        titles = _titles(root, found)
        _publish(out, table, received, titles, course)
    statuses = Counter(row.status for row in table)
    remarks = [f"{len(received.strays)} files belong to no learner:", *received.strays] if received.strays else []
    return Summary(
        out, received.layout, len(received.learners), len(received.learners) * len(released), fresh,
        time.monotonic() - started, statuses, statuses["waiting"], remarks,
    )  # fmt: skip


def print_summary(summary: Summary, console: Console | None = None) -> None:
    """Print what a run did: how many, how fast, what waits for a person, and where the results lie."""
    console = console or Console()
    console.print(f"{summary.learners} learners, {summary.notebooks} notebooks (layout: {summary.layout})")
    table = Table()
    table.add_column("tasks")
    table.add_column("", justify="right")
    for status, count in summary.statuses.most_common():
        table.add_row(status, f"{count:,}")
    console.print(table)
    for remark in summary.remarks:
        console.print(remark, markup=False, highlight=False)
    each = f", {summary.seconds / summary.fresh:.2f} s each" if summary.fresh else ""
    console.print(
        f"{summary.fresh} notebooks graded now in {summary.seconds:.0f} s{each}; the others were done before."
    )
    if summary.waiting:
        wait = "1 memo waits" if summary.waiting == 1 else f"{summary.waiting} memos wait"
        console.print(
            f"{wait} to be marked: run `nbgrader formgrader` in {summary.out / 'nbgrader'}, then grade again."
        )
    console.print(f"Gradebook: {summary.out / 'gradebook.csv'}\nFeedback:  {summary.out / 'feedback'}", highlight=False)


@dataclass(frozen=True)
class _Batch:
    course: CourseFiles
    released: dict[tuple[str, str], Released]
    out: Path
    stamp: str

    def module(self, learner: Learner, module: str, done: Callable[[], None]) -> int:
        """Grade what is new of a learner's notebooks of one module. Gives how many that were."""
        mine = {name: r for (m, name), r in self.released.items() if m == module}
        handed = {name: learner.handed.get((module, name)) or _missing(learner, module, name) for name in mine}
        todo = {}
        for name, one in handed.items():
            digest = self._digest(one)
            record = Record.read(record_path(self.course, learner.id, module, name))
            again = record is not None and any(o.status == "not run" for o in record.outcomes.values())
            if record is None or record.digest != digest or again:
                todo[name] = digest
        if todo:
            submit(self.course, learner.id, module, handed)
        for name, one in handed.items():
            if name in todo:
                self._notebook(learner, one, mine[name], todo[name])
            done()
        return len(todo)

    def _notebook(self, learner: Learner, handed: Handed, release: Released, digest: str) -> None:
        place = (learner.id, handed.module, handed.notebook)
        page = self.out / "feedback" / learner.id / handed.module / f"{handed.notebook}.html"
        page.unlink(missing_ok=True)
        record_path(self.course, *place).unlink(missing_ok=True)
        reason = autograde(self.course, *place) if handed.path else ""
        if handed.path is None or reason:
            record_zero(self.course, *place)
            status: Status = "not run" if reason else "unreadable" if handed.received else "missing"
            found = nothing(release.notebook, status, reason or handed.problem)
        else:
            executed = nbformat.read(self.course.path("autograded", *place), as_version=4)
            found = outcomes(executed, handed)
            notebook_page(self.course, *place, page)
        Record(digest, found, handed.notes, handed.late).write(record_path(self.course, *place))

    def _digest(self, handed: Handed) -> str:
        text = handed.path.read_text("utf-8") if handed.path else ""
        parts = [self.stamp, text, handed.problem, *handed.notes, str(handed.late)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _missing(learner: Learner, module: str, notebook: str) -> Handed:
    left_out = f" Left out: {' '.join(learner.notes[:3])}" if learner.notes else ""
    problem = f"This notebook is not among what was handed in.{left_out}"
    return Handed(learner.id, module, notebook, None, problem)


def _touched(released: dict[tuple[str, str], Released], received: Received) -> dict[tuple[str, str], Released]:
    """Keep the modules of which anybody handed anything in; all of them if nobody did."""
    modules = {module for learner in received.learners.values() for module, _ in learner.handed}
    return {key: r for key, r in released.items() if key[0] in modules} or released


def _write_data(edition: int, found: Sequence[Assignment], folder: Path) -> None:
    """Write the data that learners' notebooks load, unless they are there."""
    tables = sorted({table for assignment in found for table in assignment.tables})
    mark = folder.parent / f"{folder.name}.tables"
    if tables and not (mark.exists() and mark.read_text() == " ".join(tables) and folder.is_dir()):
        Edition(edition).write(folder, tables)
        mark.write_text(" ".join(tables))


def _stamp(references: References, course: CourseFiles, found: Sequence[Assignment]) -> str:
    """Stands for all that a grade depends on beside the submission: edition, references and tests."""
    digest = hashlib.sha256(str(references.seed).encode())
    for assignment in found:
        digest.update((course.root / "source" / f"{assignment.module}.sha256").read_bytes())
        for exercise in assignment.exercises.values():
            digest.update(json.dumps(references.exercise(exercise.topic), sort_keys=True).encode())
    return digest.hexdigest()


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Keep a second grading run away from the same results. Raises GradingError when one is under way."""
    if out.exists() and not out.is_dir():
        raise GradingError(f"{out}: expected a folder for the results, found a file.")
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise GradingError(
                f"{out}: another grading run is under way there. Wait for it, or name another folder."
            ) from None
        yield


@contextmanager
def _bar(shown: bool) -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not (shown and console.is_terminal)) as bar:
        yield bar


def _titles(root: Path, found: Sequence[Assignment]) -> dict[str, str]:
    curriculum = Curriculum(root)
    titles = {}
    for assignment in found:
        module = curriculum.module(assignment.module)
        titles[module.folder] = f"{module.id} {module.title}"
        for name, exercise in assignment.exercises.items():
            titles[f"{module.folder}/{name}"] = f"{exercise.topic} {exercise.title}"
        if assignment.memo:
            titles[f"{module.folder}/{assignment.memo.name}"] = assignment.memo.title
    return titles


def _publish(out: Path, table: list[Row], received: Received, titles: dict[str, str], course: CourseFiles) -> None:
    write_gradebook(out / "gradebook.csv", table)
    names = {learner.id: learner.name for learner in received.learners.values()}
    remarks = {learner.id: " ".join(learner.notes) for learner in received.learners.values()}
    write_totals(out / "totals.csv", table, names, remarks)
    for row in table:
        if row.status == "marked":
            page = out / "feedback" / row.learner / row.module / f"{row.notebook}.html"
            notebook_page(course, row.learner, row.module, row.notebook, page)
    by_learner: dict[str, list[Row]] = {}
    for row in table:
        by_learner.setdefault(row.learner, []).append(row)
    for learner in received.learners.values():
        notes = [*learner.notes, *(f"{h.notebook}: {note}" for h in learner.handed.values() for note in h.notes)]
        write_page(out / "feedback" / f"{learner.id}.html", learner.name, by_learner[learner.id], notes, titles)
