"""How tasks are shared out among the workers of one machine, and what a killed grader leaves there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grading.pool import _Waiting


def task(beginning: str) -> dict[str, Any]:
    return {"data": "d", "ahead": 1, "cells": [{"source": beginning}, {"source": "the learner's own"}]}


def waiting(*beginnings: str) -> _Waiting:
    tasks = _Waiting()
    for number, beginning in enumerate(beginnings):
        tasks.put((f"{beginning}{number}", task(beginning)))
    return tasks


def taken(tasks: _Waiting, *workers: int) -> list[str]:
    pairs = [tasks.take(worker) for worker in workers]
    return [pair[0] if pair else "" for pair in pairs]


def test_each_worker_is_given_the_tasks_that_begin_alike():
    assert taken(waiting(*"aabbc"), 0, 1, 1, 0, 0) == ["a0", "b2", "b3", "a1", "c4"]


def test_a_worker_without_tasks_of_its_own_helps_where_most_are_left():
    assert taken(waiting(*"abbb"), 0, 1, 0, 1) == ["a0", "b1", "b2", "b3"]


def test_one_worker_gets_all_there_is():
    assert sorted(taken(waiting(*"abab"), 0, 0, 0, 0)) == ["a0", "a2", "b1", "b3"]


def test_nobody_waits_for_tasks_once_there_are_to_be_no_more():
    tasks = waiting("a")
    tasks.close()
    assert taken(tasks, 0) == [""]


@contextmanager
def grader(temporary: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that keeps a temporary folder with something in it until it ends, and that folder."""
    script = """
import sys
from grading.files import temporary_folder
folder, held = temporary_folder()
(folder / "data").mkdir()
(folder / "data" / "accounts.csv").write_text("account_id")
print(folder, flush=True)
sys.stdin.read()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script], env={**os.environ, "TMPDIR": str(temporary)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_a_grader_clears_what_killed_ones_left_and_leaves_living_ones_alone(tmp_path):
    (tmp_path / "grading-2026").mkdir()
    (tmp_path / ".course-worker-notes").write_text("somebody's file")
    (tmp_path / ".course-worker-elsewhere").symlink_to(tmp_path)
    with grader(tmp_path) as (_, living), grader(tmp_path) as (other, killed):
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        assert (killed / "data" / "accounts.csv").exists()
        with grader(tmp_path) as (_, last):
            left = {path.name for path in tmp_path.iterdir()}
            others = {"grading-2026", ".course-worker-notes", ".course-worker-elsewhere"}
            assert left == {living.name, last.name, *others}
            assert (living / "data" / "accounts.csv").exists()
