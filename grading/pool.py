"""Spreads tasks over workers on this machine, or over a Dask cluster, and gives results as they come.

    with LocalPool(2) as pool:
        for key, result in pool.run(tasks, files): ...

What workers need is loaded once, from when the pool is entered, while the tasks are made ready. Tasks are taken from an
iterator only as fast as they are done, so memory does not grow with their number. A worker that dies is replaced and
its tasks are given out again; every task yields exactly one result.
"""

from __future__ import annotations

import contextlib
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
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, Self

from course.errors import GradingError
from grading.files import temporary_folder
from grading.forking import ForkingParent
from grading.wire import MalformedError, pack, receive, send

_TRIES = 3
# Seconds that loading what workers need, or forking one, may take.
_START = 120
# Tasks given out for each worker: enough that each finds some which begin alike, while the next are made ready.
_AHEAD = 40
# Bytes that a socket takes in while nobody reads them.
_SMALL = 64 << 10
# Folders that are kept compressed, for tasks which follow each other on the same edition.
_PACKED = 4
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")

Task = dict[str, Any]
Result = dict[str, Any]
Files = Mapping[str, Path]
"""Folders by digest, of which a task may name one as its data and one as its own files."""


class Pool(Protocol):
    """Runs tasks somewhere. An empty task needs no worker and gives an empty result."""

    def run(self, tasks: Iterable[tuple[Any, Task]], files: Files) -> Iterator[tuple[Any, Result]]:
        """Yield the result of each task with its key, in the order in which they are done."""
        ...

    def __enter__(self) -> Pool: ...
    def __exit__(self, *_: object) -> None: ...


Contents = tuple[list[str], list[bytes]]
"""The files of a folder: their relative names, and what is in them."""


class _Folders(Mapping[str, Contents]):
    """What is in folders, read each time it is asked for: each learner may have an edition of their own."""

    def __init__(self, folders: Files) -> None:
        self._folders = folders

    def __getitem__(self, digest: str) -> Contents:
        folder = self._folders[digest]
        paths = sorted(p for p in folder.rglob("*") if p.is_file())
        return [str(p.relative_to(folder)) for p in paths], [p.read_bytes() for p in paths]

    def __iter__(self) -> Iterator[str]:
        return iter(self._folders)

    def __len__(self) -> int:
        return len(self._folders)


class Nursery:
    """Forks workers of this machine from a process that has loaded what they need.

    That starts while others do something else; whoever asks for the first worker waits for it.
    """

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._parent: ForkingParent | None = None
        self._ready = False

    def start(self) -> None:
        """Start what forks them. Raises OSError when that can't be had."""
        with self._starting:
            self._start()

    def fork(self, request: dict[str, Any]) -> tuple[ForkingParent, int, socket.socket]:
        """Have a worker forked; gives what can end it, its id and its socket. Raises OSError when that can't be had."""
        with self._starting:
            if self._ready:
                with contextlib.suppress(OSError):
                    return self._fork(request)
                # It was ended by somebody else, and so is no reason to do without it.
                self._end()
            try:
                self._start().wait()
                self._ready = True
                return self._fork(request)
            except OSError:
                self._end()
                raise

    def close(self) -> None:
        """End what forks them; one that is still starting ends at once."""
        with self._starting:
            self._end()

    def _start(self) -> ForkingParent:
        if self._parent:
            return self._parent
        ours, theirs = socket.socketpair()
        ours.settimeout(_START)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "grading.worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={k: v for k, v in os.environ.items() if k in _ENVIRONMENT},
                stdin=subprocess.DEVNULL,
                # Who interrupts the grader interrupts the grader; the others end when it does.
                start_new_session=True,
            )
        self._parent = ForkingParent(ours)
        return self._parent

    def _fork(self, request: dict[str, Any]) -> tuple[ForkingParent, int, socket.socket]:
        parent = self._start()
        return parent, *parent.fork(request)

    def _end(self) -> None:
        if self._parent:
            self._parent.control.close()
            self._parent = None
        if self._process:
            if not self._ready:
                self._process.kill()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        self._ready = False


class WorkerProcess:
    """A worker on this machine: a process that knows neither the gradebook nor the grader's environment."""

    def __init__(self, nursery: Nursery, locked: bool = True, core: int | None = None) -> None:
        # Removed from here, so that a worker which is killed leaves nothing.
        self.folder, self._held = temporary_folder()
        try:
            request = {"folder": str(self.folder), "locked": locked, "core": core}
            self._parent, self.pid, self.sock = nursery.fork(request)
        except OSError:
            self._remove()
            raise
        self._has: set[str] = set()

    def grade(self, task: Task, files: Mapping[str, Contents]) -> Result:
        """Run one task. Raises OSError or EOFError when the worker is gone or stuck."""
        self.give(task, files)
        return self.result(task)

    def give(self, task: Task, files: Mapping[str, Contents], busy: bool = False) -> bool:
        """Send a task; one that is busy with another only if it need not read it at once. Says whether it was sent."""
        message = pack({"op": "task", **task}, trusted=True)
        lacking = [digest for name in ("data", "files") if (digest := task.get(name)) and digest not in self._has]
        if busy and (lacking or len(message) > _SMALL):
            return False
        self.sock.settimeout(task["total"] + 60)
        for digest in lacking:
            names, content = files[digest]
            send(self.sock, {"op": "files", "digest": digest, "names": names}, content, trusted=True)
            self._has.add(digest)
        self.sock.sendall(message)
        return True

    def result(self, task: Task) -> Result:
        """Wait for the result of the first of the tasks that it was given and has not answered."""
        self.sock.settimeout(task["total"] + 60)
        try:
            result, _ = receive(self.sock, trusted=True)
        except MalformedError:
            raise EOFError from None
        return dict(result)

    def close(self) -> None:
        """End the worker at once, whatever it does."""
        self.sock.close()
        self._parent.end(self.pid)
        self._remove()

    def _remove(self) -> None:
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

    def take(self, worker: int, wait: bool = True) -> tuple[Any, Task] | None:
        """The next task for a worker, by number; None once there are to be no more, or if it may not `wait`."""
        with self._changed:
            while not self._closed:
                if self._groups:
                    return self._pick(worker)
                if not wait:
                    return None
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


@dataclass
class _Mine:
    """A task that a worker's thread took, with its key: how often it was tried, and what it failed of."""

    key: Any
    task: Task
    tries: int = 0
    sent: bool = False
    failed: str = ""


class LocalPool:
    """Workers on this machine, each driven by a thread."""

    def __init__(self, workers: int, locked: bool = True) -> None:
        self.workers = max(1, workers)
        self.locked = locked
        self._nursery = Nursery()
        self._files: Mapping[str, Contents] = {}
        self._todo = _Waiting()
        self._done: queue.Queue[tuple[Any, Result] | BaseException] = queue.Queue()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        with contextlib.suppress(OSError):
            self._nursery.start()
        cores = cores_for(self.workers)
        for number in range(self.workers):
            thread = threading.Thread(target=self._drive, args=(number, cores[number]), daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self._todo.close()
        for thread in self._threads:
            thread.join(30)
        self._nursery.close()

    def run(self, tasks: Iterable[tuple[Any, Task]], files: Files) -> Iterator[tuple[Any, Result]]:
        """Yield the result of each task with its key, in the order in which they are done."""
        self._files = _Folders(files)
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

    def _drive(self, number: int, core: int | None) -> None:
        """Keep one worker busy: it is given the next task while it runs one, and need not wait for this thread."""
        worker: WorkerProcess | None = None
        mine: deque[_Mine] = deque()
        while True:
            while len(mine) < 2 and (pair := self._todo.take(number, wait=not mine)):
                mine.append(_Mine(*pair))
            if not mine:
                break
            first = mine[0]
            try:
                worker = worker or WorkerProcess(self._nursery, self.locked, core)
                for one in mine:
                    self._give(worker, one, busy=one is not first)
                result = {"failed": first.failed} if first.failed else worker.result(first.task)
            except (OSError, EOFError) as e:
                first.tries += 1
                started = worker is not None
                if worker is not None:
                    worker.close()
                    worker = None
                for one in mine:
                    one.sent = False
                if first.tries < _TRIES:
                    continue
                if not started:
                    self._done.put(e)
                    return
                result = {"failed": "The worker that ran it ended, again and again."}
            self._done.put((mine.popleft().key, result))
        if worker:
            worker.close()

    def _give(self, worker: WorkerProcess, one: _Mine, busy: bool) -> None:
        if one.sent or one.failed:
            return
        try:
            one.sent = worker.give(one.task, self._files, busy)
        except (OSError, EOFError):
            raise
        except Exception as e:
            # Whatever it is, somebody waits for this result.
            one.failed = f"It could not be given to a worker ({type(e).__name__})."


def cores_for(workers: int) -> list[int | None]:
    """Which core each worker keeps to. None where there are others free: the system then finds a better one."""
    here = sorted(os.sched_getaffinity(0))
    return [here[number % len(here)] if workers % len(here) == 0 else None for number in range(workers)]


@dataclass(frozen=True)
class _Given:
    """A task that a cluster has, with its key, and how often it was given out."""

    key: Any
    task: Task
    tries: int = 1


class DaskPool:
    """Workers of a Dask cluster. Each starts a worker process of its own beside it, which does the forking."""

    def __init__(self, address: str, locked: bool = True) -> None:
        from distributed import Client

        try:
            self.client = Client(address, timeout=20)  # type: ignore[no-untyped-call]
        except OSError as e:
            raise GradingError(f"{address}: expected a Dask scheduler there; it can't be reached ({e}).") from None
        self.locked = locked
        self._files: Mapping[str, Contents] = {}
        self._packed = lru_cache(maxsize=_PACKED)(self._pack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()  # type: ignore[no-untyped-call]

    def run(self, tasks: Iterable[tuple[Any, Task]], files: Files) -> Iterator[tuple[Any, Result]]:
        """Yield the result of each task with its key, in the order in which they are done."""
        from distributed import as_completed

        self._files = _Folders(files)
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
        needs = {d: self._packed(d) for d in (one.task.get("data"), one.task.get("files")) if d}
        client: Any = self.client
        future = client.submit(grade_on_worker, one.task, needs, self.locked, pure=False, retries=_TRIES)
        given[future.key] = one
        running.add(future)

    def _pack(self, digest: str) -> Contents:
        names, content = self._files[digest]
        return names, [zlib.compress(c, 1) for c in content]

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
_nursery = Nursery()
_beside: dict[bool, WorkerProcess] = {}


def make_pool(scheduler: str, workers: int, locked: bool) -> Pool:
    """The cluster of a Dask scheduler if there is its address, else workers on this machine."""
    return DaskPool(scheduler, locked) if scheduler else LocalPool(workers, locked)


def grade_on_worker(task: Task, files: Mapping[str, Contents], locked: bool) -> str:
    """Run one task in the process beside this Dask worker. Gives the result as JSON text."""
    with _local:
        for attempt in range(_TRIES):
            try:
                if locked not in _beside:
                    _beside[locked] = WorkerProcess(_nursery, locked)
                unpacked = {d: (names, [zlib.decompress(c) for c in packed]) for d, (names, packed) in files.items()}
                return json.dumps(_beside[locked].grade(task, unpacked))
            except (OSError, EOFError):
                if locked in _beside:
                    _beside.pop(locked).close()
                if attempt == _TRIES - 1:
                    raise
    raise AssertionError("unreachable")
