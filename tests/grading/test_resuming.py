"""Killed at any moment and started again, grading ends with the gradebook that an undisturbed run gives."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grading.batch import grade

from .conftest import RIGHT, write

RUN = """
import sys
from pathlib import Path
from grading.batch import grade
folder, out, root = map(Path, sys.argv[1:4])
grade(folder, edition=77, out=out, root=root, pages=False, progress=False)
"""


def kinds(answer) -> list[dict[str, str]]:
    """A class's mix: right, known wrong, another wrong, broken, untouched; one notebook each."""
    known = {**RIGHT, "margin": "margin = (1 - lines.cost_eur / lines.revenue_eur).mean()"}
    texts = [answer(a)["1.1-margin.ipynb"] for a in (RIGHT, known, {**RIGHT, "best": "best = 1 / 0"}, {})]
    return [{"1.1-margin.ipynb": text} for text in [*texts, texts[0][:-20]]]


def hand_in(folder: Path, answer, count: int) -> Path:
    mixed = kinds(answer)
    for number in range(count):
        write(folder / f"s{number:04}", mixed[number % len(mixed)])
    return folder


def killed_often(folder: Path, out: Path, root: Path, kills: int, count: int) -> int:
    """Start grading again and again and kill it each time at a random moment; gives how often it was killed."""
    rng = random.Random(7)
    done = 0
    while True:
        arguments = [sys.executable, "-c", RUN, str(folder), str(out), str(root)]
        process = subprocess.Popen(arguments, start_new_session=True)
        if done == kills:
            assert process.wait(600) == 0
            return done
        goal = min(records(out) + rng.randint(0, max(1, count * 3 // kills)), count * 3 - 3)
        while process.poll() is None and records(out) < goal:
            time.sleep(0.02)
        time.sleep(rng.random() / 20)
        process.send_signal(signal.SIGKILL)
        process.wait()
        done += 1


def records(out: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(out / "nbgrader" / "records"))


def check(tmp_path: Path, root: Path, answer, count: int, kills: int) -> None:
    folder = hand_in(tmp_path / "class", answer, count)
    grade(folder, edition=77, out=tmp_path / "undisturbed", root=root, pages=False, progress=False)
    assert killed_often(folder, tmp_path / "killed", root, kills, count) == kills
    for name in ("gradebook.csv", "totals.csv"):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "undisturbed" / name).read_bytes()
    with (tmp_path / "killed" / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        assert sum(float(row["points"]) for row in csv.DictReader(file)) == count / 5 * (5 + 2 + 3)
    assert not list((tmp_path / "killed").rglob(".part-*")), "nothing half-written is left"


def test_a_grader_of_200_killed_at_20_moments_ends_with_the_same_gradebook(tmp_path, root, answer):
    check(tmp_path, root, answer, count=200, kills=20)


@pytest.mark.slow
def test_a_grader_of_a_thousand_killed_at_20_moments_ends_with_the_same_gradebook(tmp_path, root, answer):
    check(tmp_path, root, answer, count=1000, kills=20)


@pytest.mark.parametrize("also", ["", "what forks workers"])
def test_a_worker_killed_at_any_moment_loses_and_doubles_nothing(tmp_path, root, answer, also):
    folder = hand_in(tmp_path / "class", answer, 20)
    grade(folder, edition=77, out=tmp_path / "undisturbed", root=root, pages=False, progress=False)
    out = tmp_path / "killed"
    arguments = [sys.executable, "-c", RUN, str(folder), str(out), str(root)]
    process = subprocess.Popen(arguments)
    killed = 0
    while process.poll() is None:
        for nursery, _ in children(process.pid):
            for worker, command in children(nursery):
                if "grading.worker" in command and killed < 2 and children(worker):  # it is running a notebook
                    if also:
                        os.kill(nursery, signal.SIGKILL)
                    os.kill(worker, signal.SIGKILL)
                    killed += 1
        time.sleep(0.01)
    assert process.returncode == 0
    assert killed == 2
    assert (out / "gradebook.csv").read_bytes() == (tmp_path / "undisturbed" / "gradebook.csv").read_bytes()


def children(pid: int) -> list[tuple[int, str]]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append((int(path.parent.name), (path.parent / "cmdline").read_text()))
        except (OSError, ValueError):
            continue
    return found
