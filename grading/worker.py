"""Grades notebooks sent to it, one after another: has a locked-up process forked for the learner, judges beside it.

    python -m grading.worker FD

loads what workers need and forks them, so that each is there at once. Requests come over the socket FD:

    {"op": "fork", "folder": …, "locked": bool, "core": number or null} + one socket       -> {"pid": …}
    {"op": "end", "pid": …}                                                                 -> {"ended": true}

The folder is empty and the worker's own; it removes it at its end. A worker knows no gradebook and shares no folder
with the grader: all that a notebook's grade needs travels in its task. Over its socket come tasks and go results, as
messages of `grading.wire`:

    {"op": "files", "digest": …, "names": [...]} + contents      kept until the worker ends; no answer
    {"op": "task", "cells": [...], "marks": {...}, "data": digest or null, "files": digest or null,
     "own": {name: base64}, "tables": [...], "ahead": number, …}
        -> {"outputs": [...], "ended": …, "opaque": {...}} or {"failed": reason}
"""

from __future__ import annotations

import base64
import contextlib
import gc
import json
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections import OrderedDict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grading.files import hold
from grading.forking import READY, ForkingParent, answer
from grading.judge import Cell, Verdict, compile_ahead, judge, prepare
from grading.sandbox import SETTINGS
from grading.wire import MalformedError, receive, send

_REPORT = 48 << 20
_STANDING = 2
_JUDGE_MEMORY = 2 << 30


class WarmParent(ForkingParent):
    """The first forking parent, of which each worker gets a copy. It starts while others do something else."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        environment = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "PYTHONPATH", "TZ")}
        environment |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        environment |= {"PYTHONDONTWRITEBYTECODE": "1", **SETTINGS}
        # Each thread would else reserve 64 MB of the address space that a learner's code may have.
        environment["MALLOC_ARENA_MAX"] = "1"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grading.warm", str(theirs.fileno())],
            pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        theirs.close()
        super().__init__(ours)

    def close(self) -> None:
        """Let it end."""
        self.control.close()
        self.process.wait()


@dataclass(frozen=True)
class Standing:
    """A forking parent that ran the cells which a notebook's release begins with, and what they showed."""

    parent: ForkingParent
    pid: int
    outputs: list[list[dict[str, Any]]]


class Worker:
    """Grades one notebook at a time. `locked` False runs learners' code with the worker's own rights."""

    def __init__(self, folder: Path, warm: ForkingParent, locked: bool = True) -> None:
        self.locked = locked
        self.folder = folder
        self.folder.chmod(0o755)
        # A worker may outlive its grader by the task that it has.
        self.held = hold(folder)
        self.user = 70001 + os.getpid() % 20000
        self.warm = warm
        self._standing: OrderedDict[str, Standing | None] = OrderedDict()

    def serve(self, sock: socket.socket) -> None:
        """Grade what comes over a socket until it closes."""
        try:
            while True:
                message, buffers = receive(sock, trusted=True)
                if message["op"] == "files":
                    self.keep(message["digest"], message["names"], buffers)
                else:
                    send(sock, self.grade(message), trusted=True)
        except (EOFError, OSError):
            pass
        finally:
            self.close()

    def keep(self, digest: str, names: list[str], contents: list[bytes]) -> None:
        """Keep files under a digest, for tasks that name it."""
        target = self.folder / digest
        if target.exists():
            return
        for name, content in zip(names, contents, strict=True):
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        target.mkdir(exist_ok=True)

    def grade(self, task: dict[str, Any]) -> dict[str, Any]:
        """Run one notebook. Gives the outputs of its code cells, or the reason why there are none."""
        scratch = Path(tempfile.mkdtemp(dir=self.folder))
        request: dict[str, Any] = {
            name: str(self.folder / task[name]) if task.get(name) else None for name in ("data", "files")
        }
        theirs = Path(tempfile.mkdtemp(dir=self.folder)) if task.get("own") else None
        if theirs:
            theirs.chmod(0o755)
            for name, content in task["own"].items():
                path = theirs / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(base64.b64decode(content))
            if request["files"]:
                shutil.copytree(request["files"], theirs, dirs_exist_ok=True)
        if request["files"]:
            shutil.copytree(request["files"], scratch, dirs_exist_ok=True)
        request["files"] = str(theirs) if theirs else request["files"]
        request |= {"memory": task["memory"], "cpu": int(task["total"]), "locked": self.locked}
        request |= {"user": self.user, "scratch": str(scratch), "tables": task.get("tables", [])}
        parent, ahead = self._parent(task, request)
        pid, sock = parent.fork(request)
        try:
            return self._judged(task, sock, request["data"], scratch, ahead)
        finally:
            sock.close()
            parent.end(pid)
            shutil.rmtree(scratch, ignore_errors=True)
            if theirs:
                shutil.rmtree(theirs, ignore_errors=True)

    def _parent(
        self, task: dict[str, Any], request: dict[str, Any]
    ) -> tuple[ForkingParent, list[list[dict[str, Any]]]]:
        """Give the process to fork a learner's from, and the outputs of the cells that it has run already."""
        given = [cell["source"] for cell in task["cells"][: task.get("ahead", 0)]]
        if not given or not self.locked:
            return self.warm, []
        key = json.dumps([request["data"], given])
        if key not in self._standing:
            while len(self._standing) >= _STANDING:
                self._fell(next(iter(self._standing)))
            self._standing[key] = self._stand(given, task["seconds"], request)
        self._standing.move_to_end(key)
        standing = self._standing[key]
        return (standing.parent, standing.outputs) if standing else (self.warm, [])

    def _stand(self, given: list[str], seconds: float, request: dict[str, Any]) -> Standing | None:
        pid, sock = self.warm.fork(request, "stand")
        sock.settimeout(seconds * len(given) + 10)
        try:
            send(sock, {"given": given, "seconds": seconds})
            outputs = receive(sock)[0]["outputs"]
        except (OSError, EOFError, MalformedError):
            outputs = None
        if outputs is None or any(o["output_type"] == "error" for shown in outputs for o in shown):
            # What can't be run for all, such as what writes files, is run for each.
            sock.close()
            self.warm.end(pid)
            return None
        sock.settimeout(None)
        return Standing(ForkingParent(sock), pid, outputs)

    def _fell(self, key: str) -> None:
        standing = self._standing.pop(key)
        if standing:
            standing.parent.control.close()
            self.warm.end(standing.pid)

    def _judged(
        self,
        task: dict[str, Any],
        sock: socket.socket,
        data: str | None,
        scratch: Path,
        ahead: list[list[dict[str, Any]]],
    ) -> dict[str, Any]:
        cells = [Cell(**cell) for cell in task["cells"]]
        compile_ahead(cells)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            _judge_alone(task, cells, sock, write, data, scratch, ahead)
        os.close(write)
        report = _read(read, time.monotonic() + task["total"] + 10)
        os.close(read)
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if report is None:
            return {"failed": "The tests took too long and were stopped."}
        try:
            made: dict[str, Any] = json.loads(report)
        except ValueError:
            return {"failed": "The tests ended without a result."}
        return made

    def close(self) -> None:
        """End the forking parents and remove what was kept."""
        for key in list(self._standing):
            self._fell(key)
        self.warm.control.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _judge_alone(
    task: dict[str, Any],
    cells: list[Cell],
    sock: socket.socket,
    write: int,
    data: str | None,
    scratch: Path,
    ahead: list[list[dict[str, Any]]],
) -> None:
    verdict = Verdict()
    try:
        from grading import expected

        space = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + _JUDGE_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (space, space))
        os.chdir(scratch)
        # As in a kernel, modules beside the notebook can be imported; here they are the instructor's only.
        sys.path.insert(0, str(scratch))
        if data:
            os.environ["COURSE_DATA"] = data
        expected.provide(task["marks"])
        verdict = judge(cells, sock, task["seconds"], task["total"], task["trusted"], ahead)
        text = json.dumps(asdict(verdict), ensure_ascii=False).encode()
        while text:
            text = text[os.write(write, text) :]
    except BaseException as e:
        os.write(write, json.dumps({"failed": f"The tests failed: {type(e).__name__}: {e}"[:500]}).encode())
    finally:
        os._exit(0)


def _read(fd: int, until: float) -> bytes | None:
    data = bytearray()
    while True:
        ready, _, _ = select.select([fd], [], [], max(0.0, until - time.monotonic()))
        if not ready or len(data) > _REPORT:
            return None
        piece = os.read(fd, 1 << 20)
        if not piece:
            return bytes(data)
        data += piece


def main() -> None:
    """Fork workers for whoever asks over the socket FD, until it closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    warm = WarmParent()
    prepare()
    from grading import expected  # noqa: F401

    warm.wait()
    gc.collect()
    gc.freeze()

    def fork(request: dict[str, Any], fd: int) -> int:
        _, parent = warm.fork({"core": request["core"]}, "again")
        child = os.fork()
        if child:
            parent.close()
            return child
        try:
            os.setsid()
            control.close()
            warm.control.close()
            if request["core"] is not None:
                os.sched_setaffinity(0, {request["core"]})
            worker = Worker(Path(request["folder"]), ForkingParent(parent), request["locked"])
            worker.serve(socket.socket(fileno=fd))
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)

    control.send(READY)
    answer(control, fork)
    warm.close()


if __name__ == "__main__":
    main()
