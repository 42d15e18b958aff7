"""Grades a folder of submissions: takes them in, runs them, records, and writes gradebook and feedback.

    summary = grade(Path("submissions"), edition=2026, out=Path("graded"))

Into `out`: gradebook.csv, totals.csv, feedback/<learner>.html, and nbgrader/, the course that formgrader opens.
Grading again, or going on after a kill, does only what is not done yet and gives the same gradebook; marks that a
person gave stay.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import shutil
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Literal, cast, get_args

import nbformat
from nbformat import NotebookNode
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Task as RunningTask
from rich.table import Table
from rich.text import Text

from course.case.edition import PRACTICE_SEED
from course.curriculum import ROOT, Curriculum
from course.errors import CourseError, GradingError, SubmissionError
from grading.coursedir import Assignment, CourseFiles, assignments
from grading.editions import Drawn, draw
from grading.engine import executed, task_for
from grading.environment import environment
from grading.feedback import NotebookPages, write_page
from grading.files import sweep, write_atomically
from grading.gradebook import Record, Row, record_path, rows, write_gradebook, write_totals
from grading.intake import Handed, Layout, Learner, Received, Released, learner_id, receive
from grading.notebook import notebook_of, text_of
from grading.outcome import Outcome, Status, nothing, outcomes
from grading.pool import Pool, Result, Task, make_pool
from grading.record import Kept, Ledger, Marks, marks_of
from grading.run import autograde, record_zero, submit
from grading.sandbox import missing

Engine = Literal["safe", "stock"]

# Learners who are graded side by side: enough to share the work, few enough to lose little when a run is killed.
_TOGETHER = 32


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
    running: float = 0.0
    """Seconds of `seconds` that went into grading, intake and reports aside."""


def grade(
    folder: Path,
    *,
    edition: int = PRACTICE_SEED,
    out: Path,
    modules: Sequence[str] = (),
    layout: str = "auto",
    editions: Mapping[str, int] | None = None,
    engine: Engine = "safe",
    workers: int = 1,
    scheduler: str = "",
    gradebook: str = "",
    trust: Collection[str] = (),
    unprotected: bool = False,
    pages: bool = True,
    root: Path = ROOT,
    progress: bool = True,
) -> Summary:
    """Grade all submissions in `folder`; write gradebook and feedback into `out`.

    edition: the seed of the data that all were handed; `editions` gives some learners, by id, one of their own.
    modules: by number, slug or folder; without, those of which anybody handed anything in.
    engine: `safe` runs learners' code locked up and tests outside of it; `stock` is nbgrader as it comes.
    workers, scheduler: how many processes here, or the address of a Dask scheduler.
    gradebook: a database URL such as postgresql+psycopg://…; SQLite in `out` without.
    trust: test cells (`notebook:cell`) that may run beside the learner's code, since what they need can't leave it.
    unprotected: run learners' code with your own rights where this machine can't lock it up.
    pages: let nbgrader write its page of each notebook too.

    Raises SubmissionError when the folder holds no submissions, GradingError when the gradebook can't be used or the
    machine lacks a protection; nothing that is wrong with one submission raises.
    """
    started = time.monotonic()
    if layout not in get_args(Layout):
        raise GradingError(f"A layout is one of {', '.join(get_args(Layout))}, not {layout!r}.")
    if engine == "safe" and not unprotected and not scheduler:
        require_protection()
    if not folder.exists():
        raise SubmissionError(f"{folder}: there is no such folder or zip file of submissions.")
    found = assignments(root, modules)
    with alone(out):
        sweep(out)
        course = CourseFiles(out / "nbgrader", gradebook)
        course.build(found)
        released = course.released(found)
        received = receive(folder, released, out / "nbgrader" / "inbox", cast("Layout", layout))
        if not modules:
            released = _touched(released, received)
            found = [a for a in found if any(module == a.module for module, _ in released)]
        seeds = {id: (editions or {}).get(id, edition) for id in received.learners}
        tables = {name: exercise.tables for a in found for name, exercise in a.exercises.items()}
        several = frozenset(seed for seed, count in Counter(seeds.values()).items() if count > 1)
        shown = NotebookPages(course) if pages else None
        starting = make_pool(scheduler, workers, not unprotected) if engine == "safe" else nullcontext()
        # Workers start while editions are drawn.
        with starting as pool, progress_bar(progress) as bar:
            drawn = draw(sorted({*seeds.values()}), found, course, root, workers, bar)
            mine = {id: drawn[seed] for id, seed in seeds.items()}
            batch = _Batch(course, released, out, mine, shown, frozenset(trust), tables, several)
            began = time.monotonic()
            fresh = batch.grade(received, pool, bar)
            running = time.monotonic() - began
        table = list(rows(course, received.learners, released))
        titles = _titles(root, found)
        _publish(out, table, received, titles, shown)
    statuses = Counter(row.status for row in table)
    belong = f"{_count(len(received.strays), 'file')} {'belongs' if len(received.strays) == 1 else 'belong'}"
    remarks = [f"{belong} to no learner:", *received.strays] if received.strays else []
    if statuses["not compared"]:
        cells = sorted({f"{r.notebook}:{r.task}-test" for r in table if r.status == "not compared"})
        remarks.append(
            f"Values that can't leave the sandbox: allow these cells to run beside learners' code: {' '.join(cells)}"
        )
    return Summary(
        out, received.layout, len(received.learners), len(received.learners) * len(released), fresh,
        time.monotonic() - started, statuses, statuses["waiting"], remarks, running,
    )  # fmt: skip


def read_editions(path: Path) -> dict[str, int]:
    """Read which learner has which edition from a CSV with the columns learner and edition. Raises GradingError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not {"learner", "edition"} <= set(reader.fieldnames or ()):
                found = ", ".join(reader.fieldnames or ()) or "none"
                raise GradingError(f"{path}:1: expected the columns learner and edition, found {found}.")
            editions = {}
            for row in reader:
                if not (row["edition"] or "").strip().isdecimal():
                    where = f"{path}:{reader.line_num}"
                    raise GradingError(
                        f"{where}: expected an edition's seed, a whole number, found {row['edition']!r}."
                    )
                editions[learner_id((row["learner"] or "").strip())] = int(row["edition"])
            return editions
    except (OSError, UnicodeDecodeError) as e:
        raise GradingError(
            f"{path}: expected a CSV file with the columns learner and edition; can't read it: {e}"
        ) from None


def print_summary(summary: Summary, console: Console | None = None) -> None:
    """Print what a run did: how many, how fast, what waits for a person, and where the results lie."""
    console = console or Console()
    learners, notebooks = _count(summary.learners, "learner"), _count(summary.notebooks, "notebook")
    console.print(f"{learners}, {notebooks} (layout: {summary.layout})")
    table = Table()
    table.add_column("tasks")
    table.add_column("", justify="right")
    for status, count in summary.statuses.most_common():
        table.add_row(status, f"{count:,}")
    console.print(table)
    for remark in summary.remarks:
        console.print(remark, markup=False, highlight=False)
    each = f", {(summary.running or summary.seconds) / summary.fresh:.2f} s each" if summary.fresh else ""
    before = "; the others were done before" if summary.fresh < summary.notebooks else ""
    console.print(f"{_count(summary.fresh, 'notebook')} graded now in {summary.seconds:.0f} s{each}{before}.")
    if summary.waiting:
        wait = f"{_count(summary.waiting, 'memo')} {'waits' if summary.waiting == 1 else 'wait'}"
        console.print(f"{wait} to be marked: run `course mark {summary.out}`, then grade again.", highlight=False)
    console.print(f"Gradebook: {summary.out / 'gradebook.csv'}\nFeedback:  {summary.out / 'feedback'}", highlight=False)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


@dataclass(frozen=True)
class _One:
    """One notebook to grade; `notebook` is what runs, once there is something to run.

    `together` says how many notebooks of the same submission are graded in this run.
    """

    handed: Handed
    release: Released
    digest: str
    together: int = 1
    notebook: NotebookNode | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        return self.handed.learner, self.handed.module, self.handed.notebook


@dataclass(frozen=True)
class _Done:
    """A notebook that was run: what the gradebook is to know of it, and what the record."""

    one: _One
    marks: Marks
    found: dict[str, Outcome]


@dataclass(frozen=True)
class _Batch:
    course: CourseFiles
    released: dict[tuple[str, str], Released]
    out: Path
    drawn: dict[str, Drawn]
    pages: NotebookPages | None
    trust: frozenset[str]
    tables: Mapping[str, Collection[str]]
    """What the exercise of a notebook loads."""
    shared: frozenset[int]
    """The editions that more than one learner has."""
    held: dict[tuple[str, str], list[_Done]] = field(default_factory=dict)
    """Submissions of which other notebooks are still running."""

    def grade(self, received: Received, pool: Pool | None, bar: Progress) -> int:
        """Grade what is not graded yet, with nbgrader as it comes where there is no pool. Says how many that were."""
        fresh = 0
        step = bar.add_task("Grading", total=len(received.learners) * len(self.released))
        work = self.todo(received, lambda: bar.advance(step))
        if pool is None:
            for one in work:
                self.stock(one)
                fresh += 1
                bar.advance(step)
            return fresh
        ledger = Ledger(self.course.db_url)
        files = {drawn.digest: drawn.folder for drawn in self.drawn.values() if drawn.digest}
        for one, result in pool.run(self.tasks(work, ledger), files):
            self.finish(one, result, ledger)
            fresh += 1
            bar.advance(step)
        ledger.close()
        return fresh

    def todo(self, received: Received, skipped: Callable[[], object]) -> Iterator[_One]:
        """Give what has to be graded; lay it where nbgrader expects submissions."""
        learners = iter(received.learners.values())
        while some := list(islice(learners, _TOGETHER)):
            for module in dict.fromkeys(module for module, _ in self.released):
                mine = {name: r for (m, name), r in self.released.items() if m == module}
                work = []
                for learner in some:
                    handed = {
                        name: learner.handed.get((module, name)) or _missing(learner, module, name) for name in mine
                    }
                    new = [_One(one, mine[name], self._digest(one)) for name, one in handed.items()]
                    new = [one for one in new if not self._done(one)]
                    if new:
                        submit(self.course, learner.id, module, handed)
                    for _ in range(len(mine) - len(new)):
                        skipped()
                    work += [replace(one, together=len(new)) for one in new]
                # Notebook by notebook: what learners were given in one need be run only once for all of them.
                order = {name: number for number, name in enumerate(mine)}
                yield from sorted(
                    work, key=lambda one: (order[one.handed.notebook], self.drawn[one.handed.learner].seed)
                )

    def _done(self, one: _One) -> bool:
        record = Record.read(record_path(self.course, *one.place))
        if record is None or record.digest != one.digest:
            return False
        return not any(outcome.status == "not run" for outcome in record.outcomes.values())

    def stock(self, one: _One) -> None:
        """Grade with nbgrader as it comes."""
        self._forget(one)
        reason = ""
        if one.handed.path is not None:
            with environment(self.drawn[one.handed.learner].environment()):
                reason = autograde(self.course, *one.place)
        if one.handed.path is None or reason:
            record_zero(self.course, *one.place)
            self._keep(one, self._nothing(one, reason))
        else:
            executed_ = nbformat.read(self.course.path("autograded", *one.place), as_version=4)
            self._keep(one, outcomes(executed_, one.handed))

    def tasks(self, work: Iterator[_One], ledger: Ledger) -> Iterator[tuple[_One, Task]]:
        """Give the tasks for what can be run; what can't be is recorded at once."""
        kept: dict[tuple[str, str], dict[str, Kept]] = {}
        for one in work:
            key = (one.handed.module, one.handed.notebook)
            if one.handed.path is None:
                yield one, {}
                continue
            if key not in kept:
                kept[key] = ledger.kept(*key)
            drawn = self.drawn[one.handed.learner]
            rebuilt = notebook_of(one.handed.path.read_text("utf-8"))
            topic = one.handed.notebook.split("-")[0]
            marks = {topic: drawn.marks[topic]} if topic in drawn.marks else {}
            trusted = [c.split(":")[1] for c in self.trust if c.startswith(f"{one.handed.notebook}:")]
            notebook, task = task_for(
                rebuilt, kept[key], marks, data=drawn.digest or None, trusted=trusted,
                tables=self.tables.get(one.handed.notebook, ()), shared=drawn.seed in self.shared,
            )  # fmt: skip
            yield replace(one, notebook=notebook), task

    def finish(self, one: _One, result: Result, ledger: Ledger) -> None:
        """Write the executed notebook; record its submission once all notebooks of that are done."""
        self._forget(one)
        handed = one.handed
        if one.notebook is None or "failed" in result:
            self.course.path("autograded", *one.place).unlink(missing_ok=True)
            done = _Done(one, Marks(handed.notebook), self._nothing(one, result.get("failed", "")))
        else:
            notebook = executed(one.notebook, result)
            write_atomically(self.course.path("autograded", *one.place), text_of(notebook))
            found = outcomes(notebook, handed)
            for cell, kind in result["opaque"].items():
                why = f"The test needs {kind}, which can't leave the place where your code runs."
                found[cell] = Outcome("not compared", f"{why} Your instructor sees this.")
            done = _Done(one, marks_of(handed.notebook, notebook), found)
        held = self.held.setdefault((handed.learner, handed.module), [])
        held.append(done)
        if len(held) < one.together:
            return
        # Scores in one transaction, and only then the records that say that they are there.
        received = max(each.one.handed.received for each in held)
        ledger.record(handed.learner, handed.module, [each.marks for each in held], received)
        for each in self.held.pop((handed.learner, handed.module)):
            self._keep(each.one, each.found)

    def _forget(self, one: _One) -> None:
        self._page(one.handed).unlink(missing_ok=True)
        record_path(self.course, *one.place).unlink(missing_ok=True)

    def _page(self, handed: Handed) -> Path:
        return Path(self.out, "feedback", handed.learner, handed.module, f"{handed.notebook}.html")

    def _nothing(self, one: _One, reason: str) -> dict[str, Outcome]:
        status: Status = "not run" if reason else "unreadable" if one.handed.received else "missing"
        return nothing(one.release.notebook, status, reason or one.handed.problem)

    def _keep(self, one: _One, found: dict[str, Outcome]) -> None:
        handed = one.handed
        if self.pages and handed.path is not None and not any(o.status == "not run" for o in found.values()):
            self.pages.write(*one.place, self._page(handed))
        Record(one.digest, found, handed.notes, handed.late).write(record_path(self.course, *one.place))

    def _digest(self, handed: Handed) -> str:
        text = handed.path.read_text("utf-8") if handed.path else ""
        allowed = sorted(c for c in self.trust if c.startswith(f"{handed.notebook}:"))
        parts = [self.drawn[handed.learner].stamp, text, handed.problem, *handed.notes, str(handed.late), *allowed]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def require_protection() -> None:
    """Raise GradingError unless learners' code can be locked up on this machine."""
    lacking = missing()
    if lacking:
        raise GradingError(
            f"This machine can't lock up learners' code: {lacking}. Grade on one that can, or say --unprotected to run "
            "it with your own rights, as nbgrader does."
        )


def _missing(learner: Learner, module: str, notebook: str) -> Handed:
    left_out = f" Left out: {' '.join(learner.notes[:3])}" if learner.notes else ""
    problem = f"This notebook is not among what was handed in.{left_out}"
    return Handed(learner.id, module, notebook, None, problem)


def _touched(released: dict[tuple[str, str], Released], received: Received) -> dict[tuple[str, str], Released]:
    """Keep the modules of which anybody handed anything in; all of them if nobody did."""
    modules = {module for learner in received.learners.values() for module, _ in learner.handed}
    return {key: r for key, r in released.items() if key[0] in modules} or released


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Keep a second grading run away from the same results. Raises GradingError when one is under way."""
    if out.exists() and not out.is_dir():
        raise GradingError(f"{out}: expected a folder for the results, found a file.")
    new = not out.exists()
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise GradingError(
                f"{out}: another grading run is under way there. Wait for it, or name another folder."
            ) from None
        try:
            yield
        except CourseError:
            if new:
                shutil.rmtree(out, ignore_errors=True)
            raise


class _Rate(ProgressColumn):
    def render(self, task: RunningTask) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


@contextmanager
def progress_bar(shown: bool) -> Iterator[Progress]:
    """Show how far it is, at what rate and for how long still, on a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
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


def _publish(
    out: Path, table: list[Row], received: Received, titles: dict[str, str], pages: NotebookPages | None
) -> None:
    write_gradebook(out / "gradebook.csv", table)
    names = {learner.id: learner.name for learner in received.learners.values()}
    remarks = {learner.id: " ".join(learner.notes) for learner in received.learners.values()}
    write_totals(out / "totals.csv", table, names, remarks)
    for row in table:
        if pages and row.status == "marked":
            page = out / "feedback" / row.learner / row.module / f"{row.notebook}.html"
            pages.write(row.learner, row.module, row.notebook, page)
    by_learner: dict[str, list[Row]] = {}
    for row in table:
        by_learner.setdefault(row.learner, []).append(row)
    for learner in received.learners.values():
        notes = [*learner.notes, *(f"{h.notebook}: {note}" for h in learner.handed.values() for note in h.notes)]
        write_page(out / "feedback" / f"{learner.id}.html", learner.name, by_learner[learner.id], notes, titles)
