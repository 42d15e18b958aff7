"""Spreads tasks over workers on this machine, or over a Dask cluster, and gives results as they come.

    with LocalPool(2, files) as pool:
        for key, result in pool.run(tasks): ...

Tasks are taken from an iterator only as fast as they are done, so memory does not grow with their number. A worker that
dies is replaced and its task given out again; every task yields exactly one result.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import socket
import subprocess
import sys
import threading
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, Self

from course.errors import GradingError
from grading.files import temporary_folder
from grading.wire import MalformedError, receive, send

_TRIES = 3
# Tasks given out for each worker: enough that each finds some which begin alike, while the next are made ready.
_AHEAD = 40
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")

Task = dict[str, Any]
Result = dict[str, Any]
Files = Mapping[str, Path]
"""Folders by digest, of which a task may name one as its data and one as its own files."""


class Pool(Protocol):
    """Runs tasks somewhere. An empty task needs no worker and gives an empty result."""

    def run(self, tasks: Iterable[tuple[Any, Task]]) -> Iterator[tuple[Any, Result]]:
        """Yield the result of each task with its key, in the order in which they are done."""
        ...

    def __enter__(self) -> Pool: ...
    def __exit__(self, *_: object) -> None: ...


def pack(folder: Path) -> tuple[list[str], list[bytes]]:
    """The files of a folder, by relative name, with their contents."""
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    return [str(p.relative_to(folder)) for p in paths], [p.read_bytes() for p in paths]


class WorkerProcess:
    """A worker on this machine: a process that knows neither the gradebook nor the grader's environment."""

    def __init__(self, locked: bool = True) -> None:
        ours, theirs = socket.socketpair()
        environment = {k: v for k, v in os.environ.items() if k in _ENVIRONMENT}
        # Removed from here, so that a worker which is killed leaves nothing.
        self.folder, self._held = temporary_folder()
        arguments = [sys.executable, "-m", "grading.worker", str(theirs.fileno()), str(self.folder)]
        arguments += [] if locked else ["--unlocked"]
        self.process = subprocess.Popen(
            arguments, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL
        )
        theirs.close()
        self.sock = ours
        self.sock.settimeout(120)
        self._has: set[str] = set()
        try:
            receive(self.sock)
        except (OSError, EOFError):
            self.kill()
            raise

    def grade(self, task: Task, files: Mapping[str, tuple[list[str], list[bytes]]]) -> Result:
        """Run one task. Raises OSError or EOFError when the worker is gone or stuck."""
        for name in ("data", "files"):
            digest = task.get(name)
            if digest and digest not in self._has:
                names, contents = files[digest]
                send(self.sock, {"op": "files", "digest": digest, "names": names}, contents, trusted=True)
                self._has.add(digest)
        self.sock.settimeout(task["total"] + 60)
        send(self.sock, {"op": "task", **task}, trusted=True)
        try:
            result, _ = receive(self.sock, trusted=True)
        except MalformedError:
            raise EOFError from None
        return dict(result)

    def kill(self) -> None:
        """End the worker at once."""
        self.process.kill()
        self.close()

    def close(self) -> None:
        """End the worker and wait for it."""
        self.sock.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._held)


class _Waiting:
    """Tasks that wait for a worker. Each worker is given those that begin alike, as long as there are any: what they
    begin with it runs once. One that finds none which are nobody's helps where most are left.
    """

    def __init__(self) -> None:
        self._groups: dict[tuple[str, ...], deque[tuple[Any, Task]]] = {}
        self._held: dict[int, tuple[str, ...]] = {}
        self._changed = threading.Condition()
        self._closed = False

    def put(self, pair: tuple[Any, Task]) -> None:
        with self._changed:
            self._groups.setdefault(_beginning(pair[1]), deque()).append(pair)
            self._changed.notify_all()

    def take(self, worker: int) -> tuple[Any, Task] | None:
        """Give the next task for a worker, by number; wait for one. Gives None once there are to be no more."""
        with self._changed:
            while not self._closed:
                if self._groups:
                    return self._pick(worker)
                self._changed.wait()
        return None

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _pick(self, worker: int) -> tuple[Any, Task]:
        group = self._held.get(worker)
        if group not in self._groups:
            group = next((g for g in self._groups if g not in self._held.values()), None)
            if group is not None:
                self._held[worker] = group
            else:
                self._held.pop(worker, None)
                group = max(self._groups, key=lambda g: len(self._groups[g]))
        tasks = self._groups[group]
        pair = tasks.popleft()
        if not tasks:
            del self._groups[group]
        return pair


def _beginning(task: Task) -> tuple[str, ...]:
    return (task.get("data") or "", *(cell["source"] for cell in task["cells"][: task.get("ahead", 0)]))


class LocalPool:
    """Workers on this machine, each driven by a thread."""

    def __init__(self, workers: int, files: Files, locked: bool = True) -> None:
        self.workers = max(1, workers)
        self.files = {digest: pack(folder) for digest, folder in files.items()}
        self.locked = locked
        self._todo = _Waiting()
        self._done: queue.Queue[tuple[Any, Result] | BaseException] = queue.Queue()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        for number in range(self.workers):
            thread = threading.Thread(target=self._drive, args=(number,), daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self._todo.close()
        for thread in self._threads:
            thread.join(30)

    def run(self, tasks: Iterable[tuple[Any, Task]]) -> Iterator[tuple[Any, Result]]:
        """Yield the result of each task with its key, in the order in which they are done."""
        waiting = 0
        for pair in tasks:
            if not pair[1]:
                yield pair[0], {}
                continue
            self._todo.put(pair)
            waiting += 1
            # What a learner handed in beside a notebook takes room, and such tasks don't begin alike.
            if waiting >= (_AHEAD if pair[1].get("ahead") else 2) * self.workers:
                yield self._next()
                waiting -= 1
        for _ in range(waiting):
            yield self._next()

    def _next(self) -> tuple[Any, Result]:
        done = self._done.get()
        if isinstance(done, BaseException):
            raise GradingError(f"A worker could not be started: {done}") from done
        return done

    def _drive(self, number: int) -> None:
        worker: WorkerProcess | None = None
        while (pair := self._todo.take(number)) is not None:
            key, task = pair
            result: Result = {"failed": "The worker that ran it ended, again and again."}
            for attempt in range(_TRIES):
                try:
                    worker = worker or WorkerProcess(self.locked)
                    result = worker.grade(task, self.files)
                    break
                except (OSError, EOFError) as e:
                    if worker is None and attempt == _TRIES - 1:
                        self._done.put(e)
                        return
                    if worker is not None:
                        worker.kill()
                        worker = None
                except Exception as e:
                    # Whatever it is, somebody waits for this result.
                    result = {"failed": f"It could not be given to a worker ({type(e).__name__})."}
                    break
            self._done.put((key, result))
        if worker:
            worker.close()


@dataclass(frozen=True)
class _Given:
    """A task that a cluster has, with its key, and how often it was given out."""

    key: Any
    task: Task
    tries: int = 1


class DaskPool:
    """Workers of a Dask cluster. Each starts a worker process of its own beside it, which does the forking."""

    def __init__(self, address: str, files: Files, locked: bool = True) -> None:
        from distributed import Client

        try:
            self.client = Client(address, timeout=20)  # type: ignore[no-untyped-call]
        except OSError as e:
            raise GradingError(f"{address}: expected a Dask scheduler there; it can't be reached ({e}).") from None
        packed = {digest: pack(folder) for digest, folder in files.items()}
        self.files = {d: (names, [zlib.compress(c, 1) for c in contents]) for d, (names, contents) in packed.items()}
        self.locked = locked

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()  # type: ignore[no-untyped-call]

    def run(self, tasks: Iterable[tuple[Any, Task]]) -> Iterator[tuple[Any, Result]]:
        """Yield the result of each task with its key, in the order in which they are done."""
        from distributed import as_completed

        running: Any = as_completed()  # type: ignore[no-untyped-call]
        given: dict[str, _Given] = {}
        room = 0
        for key, task in tasks:
            if not task:
                yield key, {}
                continue
            room = room or max(2, 3 * len(self.client.scheduler_info()["workers"]))
            self._give(_Given(key, task), running, given)
            if len(given) >= room:
                yield self._one(running, given)
        while given:
            yield self._one(running, given)

    def _give(self, one: _Given, running: Any, given: dict[str, _Given]) -> None:
        # With the task, not scattered: what a cluster keeps for others is lost with the machine that keeps it.
        needs = {d: self.files[d] for d in (one.task.get("data"), one.task.get("files")) if d}
        client: Any = self.client
        future = client.submit(grade_on_worker, one.task, needs, self.locked, pure=False, retries=_TRIES)
        given[future.key] = one
        running.add(future)

    def _one(self, running: Any, given: dict[str, _Given]) -> tuple[Any, Result]:
        while True:
            future = next(running)
            one = given.pop(future.key)
            if future.status == "finished":
                return one.key, json.loads(future.result())
            if future.status != "error" and one.tries < _TRIES:
                # The worker went after it was done and before its result was fetched.
                future.release()
                self._give(replace(one, tries=one.tries + 1), running, given)
                continue
            why = type(future.exception()).__name__ if future.status == "error" else future.status
            return one.key, {"failed": f"The workers that ran it ended, again and again ({why})."}


_local = threading.Lock()
_beside: dict[bool, WorkerProcess] = {}


def make_pool(scheduler: str, workers: int, files: Files, locked: bool) -> Pool:
    """The cluster of a Dask scheduler if there is its address, else workers on this machine."""
    return DaskPool(scheduler, files, locked) if scheduler else LocalPool(workers, files, locked)


def grade_on_worker(task: Task, files: Mapping[str, tuple[list[str], list[bytes]]], locked: bool) -> str:
    """Run one task in the process beside this Dask worker. Gives the result as JSON text."""
    with _local:
        for attempt in range(_TRIES):
            try:
                if locked not in _beside:
                    _beside[locked] = WorkerProcess(locked)
                unpacked = {d: (names, [zlib.decompress(c) for c in packed]) for d, (names, packed) in files.items()}
                return json.dumps(_beside[locked].grade(task, unpacked))
            except (OSError, EOFError):
                if locked in _beside:
                    _beside.pop(locked).kill()
                if attempt == _TRIES - 1:
                    raise
    raise AssertionError("unreachable")
