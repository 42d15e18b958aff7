"""Grades one class with nbgrader as it comes, with otter-grader and with the course's engine, and compares them.

    make rivals                                              install otter-grader, in an environment of its own
    python benchmarks/grading.py --learners 4                one class: nbgrader, otter, one worker, two workers
    python benchmarks/grading.py --curve 100 500 2000        memory of the engine as the class grows

Learners hand in every exercise there is; one in four is right, one gives known wrong answers, one hands in notebooks
that stop with an error and one leaves them as they came. Memos, which nobody runs, are left out. `--learners` is a
multiple of four. The engine gets the same class `--times` over. What its workers need is loaded while references are
computed, so that is in `s in all` and not in `s grading`. Grades agree when each of its learners has what nbgrader gave
to the learner of that kind. Memory is the peak of all workers with all that they fork, by worker; pages that they share
count once.

For the curve each learner hands in one notebook of the first module, taken in turn.
"""

# ruff: noqa: E402 - the path must be set before the package is imported
from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# Python looks first where this file lies, and this file is called as the package is.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import nbformat
from rich.console import Console
from rich.table import Table

from course.case.edition import Edition
from course.curriculum import ROOT
from grading.batch import grade
from grading.coursedir import Assignment, assignments

EDITION = 7


@dataclass
class Run:
    name: str
    seconds: float
    total: float
    notebooks: int
    worker_mb: float
    grader_mb: float
    marks: dict[tuple[str, str, str, str], float]

    @property
    def each(self) -> float:
        return self.seconds / self.notebooks


KINDS = 4


def hand_in(folder: Path, found: list[Assignment], learners: int, each: bool = True) -> int:
    """Write a class's submissions, of `each` notebook or of one; gives how many notebooks there are to grade."""
    written = 0
    for assignment in found:
        texts = {
            (name, kind): _answered(exercise, kind)
            for name, exercise in assignment.exercises.items()
            for kind in range(KINDS)
        }
        names = list(assignment.exercises)
        for number in range(learners):
            for name in names if each else [names[number // KINDS % len(names)]]:
                path = folder / f"s{number:05}" / assignment.module / f"{name}.ipynb"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(texts[name, number % KINDS], "utf-8")
                written += 1
    return written


def _answered(exercise, kind: int) -> str:
    notebook = exercise.learner_notebook()
    tasks = {task.id: task for task in exercise.tasks}
    for cell in notebook.cells:
        task = tasks.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if task is None:
            continue
        if kind == 0:
            cell.source = task.solution
        elif kind == 1 and task.wrongs:
            cell.source = next(iter(task.wrongs.values())).code
        elif kind == 2:
            cell.source = f"{task.id} = 1 / 0"
    return nbformat.writes(notebook)


def resident(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def family(pid: int, parents: dict[int, int]) -> list[int]:
    members = [pid]
    for member in members:
        members += [child for child, parent in parents.items() if parent == member]
    return members


class Watch(threading.Thread):
    """Samples memory: of the grader itself, and of each process that it starts with all below it, shared pages once.

    `workers` are forked from one such process, and each has its part of the whole. It looks `every` so many seconds:
    looking takes time from what is looked at.
    """

    def __init__(self, pid: int, workers: int = 1, every: float = 1.0) -> None:
        super().__init__(daemon=True)
        self.pid, self.workers, self.every = pid, workers, every
        self.grader, self.worker, self.done = 0.0, 0.0, False

    def run(self) -> None:
        while not self.done:
            parents = {}
            for stat in Path("/proc").glob("[0-9]*/stat"):
                try:
                    parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
                except (OSError, ValueError):
                    continue
            self.grader = max(self.grader, resident(self.pid))
            for child in [c for c, p in parents.items() if p == self.pid]:
                whole = sum(private(member) for member in family(child, parents))
                self.worker = max(self.worker, whole / self.workers)
            time.sleep(self.every)


def private(pid: int) -> float:
    """A process's share of memory in MB: pages that forks share count once, in parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def measure(name: str, folder: Path, notebooks: int, every: float = 1.0, **settings) -> Run:
    """Grade in a process of its own, so that each run starts cold and its memory is its own."""
    out = Path(tempfile.mkdtemp(prefix="benchmark-"))
    started = time.monotonic()
    process = multiprocessing.get_context("spawn").Process(target=_grade, args=(folder, out / "out", settings))
    process.start()
    watch = Watch(process.pid or 0, settings.get("workers", 1), every)
    watch.start()
    process.join()
    total = time.monotonic() - started
    watch.done = True
    watch.join()
    if process.exitcode:
        raise SystemExit(f"{name}: grading failed")
    marks = read_marks(out / "out" / "gradebook.csv")
    seconds = float((out / "running").read_text())
    shutil.rmtree(out)
    return Run(name, seconds, total, notebooks, watch.worker, watch.grader, marks)


OTTER = ROOT / ".venv-benchmarks" / "bin" / "python"
OTTER_TEST = """from otter.test_files import test_case

OK_FORMAT = False
name = {task!r}
points = {points}


@test_case(points={points}, hidden=True)
def test_it(env):
    import json
    from course.answer import verdict

    right = json.loads({right!r})

    def expect(value):
        judged = verdict(value, right, [])
        assert judged.passed, judged.message

    exec({test!r}, {{**env, "expect": expect}})
"""


def autograders(folder: Path, found: list[Assignment]) -> None:
    """Write otter's zip for each exercise: the same tests and expected answers, and the edition's tables."""
    folder.mkdir()
    load = Edition(EDITION).load
    for assignment in found:
        for name, exercise in assignment.exercises.items():
            marks = exercise.fingerprints(load)
            with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
                archive.writestr("otter_config.json", "{}")
                archive.writestr("requirements.txt", "")
                for task in exercise.tasks:
                    test = OTTER_TEST.format(
                        task=task.id,
                        points=task.points,
                        right=json.dumps(marks[task.id]["right"]),
                        test=task.check + "\n" + task.hidden,
                    )
                    archive.writestr(f"tests/{task.id}.py", test)


def measure_otter(folder: Path, found: list[Assignment], notebooks: int) -> Run:
    if not OTTER.exists():
        raise SystemExit("otter-grader, which this compares with, is not installed: run `make rivals` first")
    out = Path(tempfile.mkdtemp(prefix="benchmark-"))
    autograders(out / "zips", found)
    Edition(EDITION).write(out / "data")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COURSE_DATA": str(out / "data")}
    started = time.monotonic()
    command = [
        str(OTTER),
        str(ROOT / "benchmarks" / "grading_otter.py"),
        str(folder),
        str(out / "zips"),
        str(out / "r.csv"),
    ]
    process = subprocess.Popen(
        command, env=environment, cwd=out, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    watch = Watch(process.pid)
    watch.start()
    printed, complaints = process.communicate()
    total = time.monotonic() - started
    watch.done = True
    watch.join()
    if process.returncode:
        raise SystemExit(f"otter-grader failed:\n{complaints}")
    marks = read_marks(out / "r.csv")
    shutil.rmtree(out)
    return Run("otter-grader", float(printed.split()[-1]), total, notebooks, watch.worker, watch.grader, marks)


def read_marks(path: Path) -> dict[tuple[str, str, str, str], float]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(r["learner"], r["module"], r["topic"], r["task"]): float(r["points"]) for r in rows}


def _grade(folder: Path, out: Path, settings: dict) -> None:
    modules = sorted({path.name for path in folder.glob("*/*")})
    summary = grade(folder, edition=EDITION, out=out, modules=modules, pages=False, progress=False, **settings)
    (out.parent / "running").write_text(str(summary.running))


def show(runs: list[Run], title: str, alike: int = KINDS) -> None:
    """Print the runs. `alike`: learners whose numbers differ by a multiple of it handed in the same."""
    table = Table(title=title)
    for column in (
        "run",
        "notebooks",
        "s in all",
        "s grading",
        "s each",
        "times stock",
        "worker MB",
        "grader MB",
        "grades agree",
    ):
        table.add_column(column, justify="left" if column == "run" else "right")
    first = runs[0]
    for run in runs:
        differ = differing(run, first, alike)
        agree = "-" if run is first else f"no: {differ}" if differ else "yes"
        ratio = f"{first.each / run.each:.1f}"
        cells = [f"{run.notebooks:,}", f"{run.total:.1f}", f"{run.seconds:.1f}", f"{run.each:.3f}", ratio]
        table.add_row(run.name, *cells, f"{run.worker_mb:.0f}", f"{run.grader_mb:.0f}", agree)
    Console(width=132).print(table)


def differing(run: Run, first: Run, alike: int) -> str:
    """The topics in which a learner got other points than one who is alike in the first run, and how often."""
    marks = {(int(learner[1:]) % alike, *task): value for (learner, *task), value in first.marks.items()}
    topics = Counter(
        task[1] for (learner, *task), value in run.marks.items()
        if task[1] != "memo" and marks.get((int(learner[1:]) % alike, *task)) != value
    )  # fmt: skip
    return ", ".join(f"{topic} ({count})" for topic, count in sorted(topics.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learners", type=int, default=KINDS)
    parser.add_argument("--times", type=int, default=8, help="how many such classes the engine grades")
    parser.add_argument("--module", action="append", default=[], help="these modules only")
    parser.add_argument("--curve", type=int, nargs="*", default=[])
    arguments = parser.parse_args()
    if arguments.learners % KINDS:
        parser.error(f"--learners is a multiple of {KINDS}, so that there are as many of each kind")
    found = assignments(ROOT, arguments.module)
    folder = Path(tempfile.mkdtemp(prefix="class-"))
    runs: list[Callable[[], Run]] = []
    try:
        if arguments.curve:
            sized = []
            for count in arguments.curve:
                notebooks = hand_in(folder / str(count), found[:1], count, each=False)
                sized.append(measure(f"{count:,} learners", folder / str(count), notebooks, every=0.2))
            turns = KINDS * len(found[0].exercises)
            show(sized, "The engine, one worker, as the class grows (times the first row)", turns)
            return
        small, large = folder / "small", folder / "large"
        notebooks = hand_in(small, found, arguments.learners)
        more = hand_in(large, found, arguments.learners * arguments.times)
        runs = [
            lambda: measure("nbgrader as it comes", small, notebooks, engine="stock"),
            lambda: measure_otter(small, found, notebooks),
            lambda: measure("the engine, one worker", large, more),
            lambda: measure("the engine, two workers", large, more, workers=2),
        ]
        show(
            [run() for run in runs],
            f"{arguments.learners} learners, {len(found)} modules; `s each` is of the time that went into grading",
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
