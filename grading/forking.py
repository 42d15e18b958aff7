"""Processes that fork others on request, so that these need not load what they all have in common.

Who asks has a `ForkingParent`; who forks says so once it is ready and then calls `answer`. Over the socket between
them go JSON requests, one at a time, each answered:

    {"op": "fork", …} + one socket, which the new process serves     -> {"pid": …}
    {"op": "end", "pid": …}                                          -> {"ended": true}
"""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any

READY = b"{}"


class ForkingParent:
    """A forking process as others see it: its socket, which ends it when it closes. Threads may share one."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self._alone = threading.Lock()

    def wait(self) -> None:
        """Wait until it can fork. Raises OSError when it ended instead."""
        if self.control.recv(len(READY)) != READY:
            raise ConnectionError("the forking parent did not start")

    def fork(self, request: dict[str, Any], op: str = "fork") -> tuple[int, socket.socket]:
        """Have a process forked. Gives its id and the socket that it serves. Raises OSError when that can't be had."""
        ours, theirs = socket.socketpair()
        try:
            with theirs, self._alone:
                socket.send_fds(self.control, [json.dumps({"op": op, **request}).encode()], [theirs.fileno()])
                reply = self.control.recv(256)
            if not reply:
                raise ConnectionError("the forking parent ended")
        except OSError:
            ours.close()
            raise
        return int(json.loads(reply)["pid"]), ours

    def end(self, pid: int) -> None:
        """Kill a forked process and all that it started."""
        with self._alone:
            try:
                self.control.send(json.dumps({"op": "end", "pid": pid}).encode())
                self.control.recv(256)
            except OSError:
                # A late answer would be taken for one to the next request.
                self.control.close()


def answer(control: socket.socket, fork: Callable[[dict[str, Any], int], int]) -> None:
    """Do what is asked for over a socket until it closes. `fork` makes a process that serves a file descriptor."""
    while True:
        data, fds, _, _ = socket.recv_fds(control, 65536, 4)
        if not data:
            return
        request = json.loads(data)
        if request["op"] == "end":
            _end(request["pid"])
            control.send(b'{"ended": true}')
            continue
        child = fork(request, fds[0])
        os.close(fds[0])
        control.send(json.dumps({"pid": child}).encode())


def _end(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except OSError:
            continue
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        return
