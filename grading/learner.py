"""The learner's process: an IPython shell without kernel that runs cells and hands out values on request.

It is forked from a parent in which the shell is ready, locked up, and then serves one socket until that closes:

    {"op": "run", "source": …, "seconds": …}      -> {"outputs": [...]}
    {"op": "reach", "name": …}     -> {"value": form}, {"handle": number} for a function, {"module": name},
                                      {"opaque": kind} or {"has": false}
    {"op": "call", "handle": …, "args": form, "kwargs": form, "functions": {position or name: handle}}
                                   -> {"value": form}, {"opaque": kind} or {"error": [name, text]}
    {"op": "del", "name": …}, {"op": "set", "name": …, "handle": …}       -> {}

Nothing that it says is believed: whoever asks decodes data only, and decides for itself.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import socket
import sys
import types
from collections.abc import Iterator
from typing import Any

from grading.wire import MalformedError, OpaqueError, decode, encode, receive, send

MAX_OUTPUT = 1 << 20
MAX_OUTPUTS = 200
_FRAMES = 48
_SHOWN = ("text/plain", "text/html", "text/markdown", "text/latex", "image/png", "application/vnd.vegalite.v5+json")


class CellTimeoutError(KeyboardInterrupt):
    """A cell ran longer than it may."""


class Sink:
    """Collects what a cell shows, up to a limit; the rest is dropped."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self.left = MAX_OUTPUT

    def text(self, name: str, text: str) -> None:
        text = text[: self.left]
        self.left -= len(text)
        if not text:
            return
        last = self.outputs[-1] if self.outputs else {}
        if last.get("name") == name and last.get("output_type") == "stream":
            last["text"].append(text)
        else:
            self.add({"output_type": "stream", "name": name, "text": [text]})

    def add(self, output: dict[str, Any]) -> None:
        if len(self.outputs) < MAX_OUTPUTS:
            self.outputs.append(output)

    def bundle(self, kind: str, data: dict[str, Any]) -> None:
        shown = {k: v for k, v in data.items() if k in _SHOWN}
        texts = {k: v if isinstance(v, str) else json.dumps(v, default=str) for k, v in shown.items()}
        shown = {k: v if isinstance(v, str) else json.loads(texts[k]) for k, v in shown.items()}
        size = sum(map(len, texts.values()))
        if size > self.left:
            shown = {"text/plain": "(too much to show)"}
        self.left -= min(size, self.left)
        self.add({"output_type": kind, "data": shown, "metadata": {}})


class Stream(io.TextIOBase):
    """Stands in for stdout or stderr."""

    def __init__(self, name: str, sink: Sink) -> None:
        self.sink, self.called = sink, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.sink.text(self.called, str(text))
        return len(text)


class Shell:
    """An IPython shell whose outputs go to a sink."""

    def __init__(self) -> None:
        from IPython.core.displayhook import DisplayHook
        from IPython.core.displaypub import DisplayPublisher
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        # IPython's own way to show an error goes through all loaded modules for each frame: ten times as long as this.
        config.InteractiveShell.xmode = "Plain"
        InteractiveShell.clear_instance()
        shell: Any = InteractiveShell.instance(config=config)
        self.shell = shell
        self.sink = Sink()
        this = self

        class Publisher(DisplayPublisher):
            def publish(self, data: Any, *_: Any, **__: Any) -> None:
                this.sink.bundle("display_data", dict(data))

            def clear_output(self, wait: bool = False) -> None:
                this.sink.outputs.clear()

        class Hook(DisplayHook):
            def __call__(self, result: Any = None) -> None:
                if result is not None and not self.quiet():  # type: ignore[no-untyped-call]
                    data, _ = shell.display_formatter.format(result)
                    self.update_user_ns(result)  # type: ignore[no-untyped-call]
                    this.sink.bundle("execute_result", data)

        def traceback(etype: Any, evalue: Any, lines: Any) -> None:
            name = etype.__name__ if isinstance(etype, type) else str(etype)
            lines = list(lines)
            ends = lines if len(lines) <= _FRAMES else [*lines[: _FRAMES // 2], "  ...", *lines[-_FRAMES // 2 :]]
            shown = [str(line).rstrip("\n")[:5000] for line in ends]
            this.sink.add({"output_type": "error", "ename": name, "evalue": str(evalue)[:2000], "traceback": shown})

        shell.display_formatter.active_types = [kind for kind in _SHOWN if kind in shell.display_formatter.format_types]
        shell.display_pub.__class__ = Publisher
        shell.displayhook.__class__ = Hook
        shell._showtraceback = traceback
        # IPython keeps a second copy of all output, without a limit, and of all errors.
        shell._tee = lambda *_, **__: contextlib.nullcontext()
        shell._format_exception_for_storage = lambda *_, **__: {}

    def run(self, source: str, seconds: float) -> list[dict[str, Any]]:
        """Run one cell and give its outputs."""
        self.sink = Sink()
        with self.captured(), deadline(seconds):
            self.shell.run_cell(source, store_history=True)
        return self.outputs()

    def outputs(self) -> list[dict[str, Any]]:
        """What was shown, as JSON."""
        for output in self.sink.outputs:
            if isinstance(output.get("text"), list):
                output["text"] = "".join(output["text"])
        return self.sink.outputs

    @contextlib.contextmanager
    def captured(self) -> Iterator[None]:
        """Send what is printed to the sink."""
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Stream("stdout", self.sink), Stream("stderr", self.sink)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Interrupt what runs longer. Code can defend itself against that; then the one who waits kills the process."""

    def stop(*_: Any) -> None:
        raise CellTimeoutError("the cell took too long and was stopped")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    except CellTimeoutError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def serve(sock: socket.socket, shell: Shell) -> None:
    """Answer requests until the socket closes; then end the process."""
    names = shell.shell.user_ns
    handles: list[Any] = []
    while True:
        try:
            request, buffers = receive(sock)
        except (EOFError, OSError, MalformedError):
            os._exit(0)
        out: list[bytes] = []
        try:
            reply = _answer(request, buffers, shell, names, handles, out)
        except OpaqueError as e:
            out, reply = [], {"opaque": str(e)}
        except BaseException as e:
            out, reply = [], {"error": [type(e).__name__, str(e)[:2000]]}
        try:
            send(sock, reply, out)
        except MalformedError:
            send(sock, {"opaque": "a value larger than 64 MB"})
        except OSError:
            os._exit(0)


def _answer(
    request: Any, buffers: list[bytes], shell: Shell, names: dict[str, Any], handles: list[Any], out: list[bytes]
) -> dict[str, Any]:
    op, name = request["op"], request.get("name")
    if op == "run":
        return {"outputs": shell.run(request["source"], request["seconds"])}
    if op == "reach":
        if name not in names:
            return {"has": False}
        value = names[name]
        if isinstance(value, types.ModuleType):
            return {"module": value.__name__}
        if callable(value):
            handles.append(value)
            return {"handle": len(handles) - 1}
        return {"value": encode(value, out)}
    if op == "del":
        names.pop(name, None)
        return {}
    if op == "set":
        names[name] = handles[request["handle"]]
        return {}
    args, kwargs = list(decode(request["args"], buffers)), decode(request["kwargs"], buffers)
    for at, handle in request.get("functions", {}).items():
        if at.isdecimal():
            args[int(at)] = handles[handle]
        else:
            kwargs[at] = handles[handle]
    shell.sink = Sink()
    with shell.captured():
        result = handles[request["handle"]](*args, **kwargs)
    return {"value": encode(result, out)}
