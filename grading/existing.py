"""Grades an nbgrader course that is not ours, as it stands, with nbgrader's scores, gradebook and executed notebooks.

    summary = grade_existing(Path("my-course"))

Read from the folder: nbgrader_config.py (course id, database, folders, late penalties), release/ (what the notebooks
looked like), source/ (the files that go with them), submitted/<student>/<assignment>/ with timestamp.txt and what lies
beside the notebooks. Written: autograded/ and the gradebook.
The assignments must have been released by `nbgrader generate_assignment`, since the hidden tests are in the gradebook.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from course.errors import GradingError, SubmissionError
from grading.archive import Budget, read_beside, read_file
from grading.batch import Summary, alone, progress_bar, require_protection
from grading.coursedir import nbgrader_log
from grading.engine import digest_of, executed, task_for
from grading.files import write_atomically
from grading.intake import Handed
from grading.notebook import rebuild, text_of
from grading.outcome import Outcome, nothing, outcomes
from grading.pool import Result, Task, make_pool
from grading.record import Ledger, Marks, marks_of

_STAMP = 200
"""Bytes that a timestamp may have."""


@dataclass(frozen=True)
class _One:
    learner: str
    assignment: str
    name: str
    notebook: NotebookNode | None
    handed: Handed
    released: NotebookNode
    together: int


class _Course:
    """The parts of an existing course directory, as its own configuration names them."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        config = Config()
        if (self.root / "nbgrader_config.py").exists():
            config = PyFileConfigLoader("nbgrader_config.py", path=str(self.root)).load_config()
        config.CourseDirectory.root = str(self.root)
        self.config = config
        self.directory = CourseDirectory(config=config)

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """Where nbgrader keeps an assignment of a student in a step."""
        return Path(self.directory.format_path(step, student, assignment))

    def received(self, student: str, assignment: str) -> str:
        """When a submission came, in ISO format, as its timestamp.txt says; nothing if it has none."""
        folder = self.folder(self.directory.submitted_directory, student, assignment)
        path = folder / "timestamp.txt"
        try:
            if path.is_symlink() or not path.is_file() or path.stat().st_size > _STAMP:
                return ""
            found = self.directory.get_existing_timestamp(str(folder))
            return found.replace(tzinfo=UTC).isoformat() if found else ""
        except (OSError, ValueError, OverflowError, TypeError, SystemExit):
            return ""

    def penalise(self, student: str, assignment: str, notebooks: Sequence[str]) -> None:
        """Let nbgrader, or the plugin that the course configures, say what lateness costs."""
        with nbgrader_log():
            for notebook in notebooks:
                place = {"notebook": notebook, "assignment": assignment, "student": student}
                resources = ResourcesDict(nbgrader={**place, "db_url": self.directory.db_url})
                AssignLatePenalties(config=self.config).preprocess(nbformat.v4.new_notebook(), resources)

    def submissions(self, assignments: Sequence[str]) -> list[tuple[str, str]]:
        """Which student handed in which assignment. Links are not followed."""
        found = []
        for student in sorted((self.root / self.directory.submitted_directory).glob("*")):
            for folder in sorted(student.glob("*")) if student.is_dir() and not student.is_symlink() else []:
                wanted = not assignments or folder.name in assignments
                # A name that is not text can't be in a database.
                wanted = wanted and f"{student.name}{folder.name}".isprintable()
                if wanted and folder.is_dir() and not folder.is_symlink():
                    found.append((student.name, folder.name))
        return found


def grade_existing(
    root: Path,
    *,
    assignments: Sequence[str] = (),
    workers: int = 1,
    scheduler: str = "",
    trust: Collection[str] = (),
    unprotected: bool = False,
    progress: bool = True,
) -> Summary:
    """Grade all submissions of some assignments (all of them by default) of the nbgrader course in `root`.

    trust: test cells (`notebook:cell`) that may run beside the learner's code. Raises GradingError when the folder is
    no released nbgrader course; what is wrong with one submission becomes a zero.
    """
    started = time.monotonic()
    if not unprotected and not scheduler:
        require_protection()
    course = _Course(root)
    pairs = course.submissions(assignments)
    if not pairs:
        where = course.root / course.directory.submitted_directory
        raise GradingError(f"{where}: expected <student>/<assignment>/ with notebooks, found none.")
    with alone(course.root):
        ledger = Ledger(course.directory.db_url)
        files = {a: course.folder(course.directory.source_directory, ".", a) for a in {a for _, a in pairs}}
        copies = {a: _files(folder, course.root / f".grading-{a}") for a, folder in files.items()}
        statuses: Counter[str] = Counter()
        remarks: list[str] = []
        fresh = 0
        folders = {digest: copy for digest, copy in copies.values() if digest}
        with progress_bar(progress) as bar, make_pool(scheduler, workers, not unprotected) as pool:
            step = bar.add_task("Grading", total=None)
            work = _tasks(course, pairs, ledger, {a: digest for a, (digest, _) in copies.items()}, frozenset(trust))
            held: dict[tuple[str, str], list[Marks]] = {}
            for one, result in pool.run(work, folders):
                marks, found = _finish(course, one, result)
                for cell, outcome in found.items():
                    statuses[outcome.status] += 1
                    if outcome.status == "not compared":
                        remarks.append(f"{one.learner}: {one.name}:{cell}: {outcome.reason}")
                mine = held.setdefault((one.learner, one.assignment), [])
                mine.append(marks)
                if len(mine) == one.together:
                    received = course.received(one.learner, one.assignment)
                    ledger.record(one.learner, one.assignment, mine, received)
                    course.penalise(one.learner, one.assignment, [each.notebook for each in mine])
                    del held[one.learner, one.assignment]
                fresh += 1
                bar.advance(step)
        ledger.close()
        for _, copy in copies.values():
            shutil.rmtree(copy, ignore_errors=True)
    seconds = time.monotonic() - started
    learners = len({student for student, _ in pairs})
    return Summary(course.root, "nbgrader", learners, fresh, fresh, seconds, statuses, statuses["waiting"], remarks)


def _files(source: Path, copy: Path) -> tuple[str, Path]:
    """Copy what goes with an assignment, notebooks aside, to be sent to workers. Gives its digest, or none."""
    shutil.rmtree(copy, ignore_errors=True)
    if source.is_dir():
        ignore = shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints", "__pycache__", "*.pyc")
        shutil.copytree(source, copy, ignore=ignore)
    if not copy.is_dir() or not any(p.is_file() for p in copy.rglob("*")):
        return "", copy
    return digest_of(copy), copy


def _tasks(
    course: _Course, pairs: Sequence[tuple[str, str]], ledger: Ledger, files: dict[str, str], trust: frozenset[str]
) -> Iterator[tuple[_One, Task]]:
    released: dict[str, dict[str, NotebookNode]] = {}
    for student, assignment in pairs:
        if assignment not in released:
            folder = course.folder(course.directory.release_directory, ".", assignment)
            paths = sorted(folder.glob("*.ipynb"))
            if not paths:
                raise GradingError(
                    f"{folder}: expected released notebooks. Run `nbgrader generate_assignment {assignment}`."
                )
            released[assignment] = {p.stem: nbformat.read(p, as_version=4) for p in paths}
        submitted = course.folder(course.directory.submitted_directory, student, assignment)
        budget = Budget()
        own: dict[str, bytes] = {}
        with suppress(SubmissionError, OSError):
            own = read_beside(submitted, budget)
        own.pop("timestamp.txt", None)
        for name, release in released[assignment].items():
            kept = ledger.kept(assignment, name)
            handed = _hand_in(student, assignment, name, submitted / f"{name}.ipynb", release)
            one = _One(student, assignment, name, None, handed[0], release, len(released[assignment]))
            if handed[1] is None:
                yield one, {}
                continue
            trusted = [c.split(":")[1] for c in trust if c.startswith(f"{name}:")]
            notebook, task = task_for(handed[1], kept, {}, files=files[assignment] or None, own=own, trusted=trusted)
            yield replace(one, notebook=notebook), task


def _hand_in(
    student: str, assignment: str, name: str, path: Path, release: NotebookNode
) -> tuple[Handed, NotebookNode | None]:
    handed = Handed(student, assignment, name, None, "This notebook is not among what was handed in.")
    if not path.exists() and not path.is_symlink():
        return handed, None
    budget = Budget()
    for leaf in read_file(path, f"{student}/{assignment}/{name}.ipynb", budget):
        try:
            made = rebuild(leaf.data, release)
        except SubmissionError as e:
            return replace(handed, problem=str(e), when=leaf.times[0]), None
        done = replace(handed, path=path, problem="", notes=tuple(made.notes), answered=tuple(made.answered))
        return replace(done, when=leaf.times[0]), made.notebook
    return replace(handed, problem=" ".join(budget.notes)), None


def _finish(course: _Course, one: _One, result: Result) -> tuple[Marks, dict[str, Outcome]]:
    target = course.folder(course.directory.autograded_directory, one.learner, one.assignment) / f"{one.name}.ipynb"
    if one.notebook is None or "failed" in result:
        target.unlink(missing_ok=True)
        status, reason = ("not run", result["failed"]) if "failed" in result else ("missing", one.handed.problem)
        return Marks(one.name), nothing(one.released, "not run" if status == "not run" else "missing", reason)
    done = executed(one.notebook, result)
    write_atomically(target, text_of(done))
    found = outcomes(done, one.handed)
    for cell, kind in result["opaque"].items():
        found[cell] = Outcome("not compared", f"the test needs {kind}, which can't leave the place where the code runs")
    return marks_of(one.name, done), found
