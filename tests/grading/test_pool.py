"""How tasks are shared out among the workers of one machine, and what a killed grader leaves there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import GradingError
from grading.pool import LocalPool, Nursery, WorkerProcess, _Waiting, cores_for


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


def test_who_still_has_something_to_do_does_not_wait_for_tasks():
    tasks = waiting("a")
    assert tasks.take(0, wait=False)
    assert tasks.take(0, wait=False) is None


def runs(source: str, **settings: Any) -> dict[str, Any]:
    """A task that runs one cell of a learner's."""
    cell = {"kind": "learner", "source": source, "given": False, "grade_id": "answer"}
    plain = {"data": None, "files": None, "seconds": 5.0, "total": 20.0, "memory": 512 << 20}
    return {"cells": [cell], "marks": {}, "trusted": [], **plain, **settings}


def said(result: dict[str, Any]) -> str:
    return "".join(output.get("text", "") for output in result["outputs"][0])


@pytest.fixture(scope="module")
def worker(nursery: Nursery) -> Iterator[WorkerProcess]:
    made = WorkerProcess(nursery)
    yield made
    made.close()


def test_a_busy_worker_is_given_what_comes_next_and_answers_in_order(worker):
    first, second = runs("import time; time.sleep(0.3); print('first')"), runs("print('second')")
    assert worker.give(first, {})
    assert worker.give(second, {}, busy=True)
    assert [said(worker.result(first)), said(worker.result(second))] == ["first\n", "second\n"]


def test_what_a_busy_worker_would_have_to_read_at_once_waits_until_it_is_free(worker):
    first, large, other = runs("print(1)"), runs(f"print(2) # {'x' * (1 << 20)}"), runs("print(3)", data="d")
    assert worker.give(first, {})
    assert not worker.give(large, {}, busy=True)
    assert not worker.give(other, {"d": ([], [])}, busy=True)
    assert said(worker.result(first)) == "1\n"
    assert [said(worker.grade(large, {})), said(worker.grade(other, {"d": ([], [])}))] == ["2\n", "3\n"]


def test_all_that_a_killed_worker_had_is_done_by_the_next():
    started: list[WorkerProcess] = []

    class Watched(WorkerProcess):
        def __init__(self, *settings: Any) -> None:
            super().__init__(*settings)
            started.append(self)

        def give(self, task: dict[str, Any], files: Mapping[str, Any], busy: bool = False) -> bool:
            given = super().give(task, files, busy)
            if busy and len(started) == 1:
                os.kill(self.pid, signal.SIGKILL)
            return given

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grading.pool.WorkerProcess", Watched)
        with LocalPool(1) as pool:
            done = [(key, said(result)) for key, result in pool.run([(n, runs(f"print({n})")) for n in range(5)], {})]
    assert len(started) == 2
    assert sorted(done) == [(n, f"{n}\n") for n in range(5)]


def test_workers_are_forked_from_one_process_and_from_a_new_one_when_that_is_gone(monkeypatch):
    started: list[int] = []
    popen = subprocess.Popen

    def watched(*arguments: Any, **settings: Any) -> subprocess.Popen[bytes]:
        process = popen(*arguments, **settings)
        started.append(process.pid)
        return process

    monkeypatch.setattr("grading.pool.subprocess.Popen", watched)
    nursery = Nursery()
    one, two = WorkerProcess(nursery), WorkerProcess(nursery)
    assert len(started) == 1
    os.kill(started[0], signal.SIGKILL)
    assert said(one.grade(runs("print(1)"), {})) == "1\n"
    three = WorkerProcess(nursery)
    assert len(started) == 2
    assert [said(worker.grade(runs("print(2)"), {})) for worker in (two, three)] == ["2\n", "2\n"]
    for worker in (one, two, three):
        worker.close()
    nursery.close()


def test_who_interrupts_a_grader_at_its_terminal_does_not_interrupt_its_workers(worker):
    assert os.getsid(worker.pid) != os.getsid(0)


def test_a_worker_that_ended_is_not_left_behind_and_neither_is_what_it_forked_from(nursery):
    before = len(below(os.getpid()))
    for _ in range(3):
        WorkerProcess(nursery).close()
    last = WorkerProcess(nursery)
    # What forks learners' processes ends on its own once its worker has; the last ones were not looked at yet.
    assert len(below(os.getpid())) <= before + 3
    last.close()


def below(pid: int) -> list[int]:
    """All processes below one, those that ended and were not looked at yet too."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            found.append((int(stat.parent.name), int(stat.read_text().rsplit(")", 1)[1].split()[1])))
        except (OSError, ValueError):
            continue
    members = [pid]
    for member in members:
        members += [child for child, parent in found if parent == member]
    return members[1:]


@given(st.integers(1, 40), st.sets(st.integers(0, 200), min_size=1, max_size=20))
def test_workers_keep_to_cores_only_where_each_core_gets_as_many(workers, usable):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "sched_getaffinity", lambda _: usable)
        cores = cores_for(workers)
    shares = Counter(cores)
    assert len(cores) == workers
    assert set(shares) == {None} or (set(shares) == usable and len(set(shares.values())) == 1)
    assert (None in shares) == (workers % len(usable) != 0)


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


def test_a_pool_that_has_nothing_to_do_does_not_wait_for_its_workers(monkeypatch):
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def watched(*arguments: Any, **settings: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*arguments, **settings))
        return started[-1]

    monkeypatch.setattr("grading.pool.subprocess.Popen", watched)
    with LocalPool(2) as pool:
        assert dict(pool.run([("nothing", {})], {})) == {"nothing": {}}
    assert [process.returncode for process in started] == [-signal.SIGKILL]


def test_workers_that_can_not_be_started_are_said_once_and_not_task_by_task(monkeypatch):
    monkeypatch.setattr("grading.pool.sys.executable", "/bin/false")
    with LocalPool(1) as pool, pytest.raises(GradingError, match="A worker could not be started"):
        list(pool.run([(n, runs("print(1)")) for n in range(5)], {}))
