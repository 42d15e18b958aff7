"""The learner's process: an IPython shell without kernel that runs cells and hands out values on request.

It is forked from a parent in which the shell is ready, locked up, and then serves one socket until that closes:

    {"op": "run", "source": …, "seconds": …}      -> {"outputs": [...]}
    {"op": "reach", "name": …}     -> {"value": form}, {"handle": number} for a function, {"iterator": number},
                                      {"module": name}, {"opaque": kind} or {"has": false}
    {"op": "call", "handle": …, "args": form, "kwargs": form, "seconds": …, "functions": {position or name: handle},
     "lent": {…: number}, "known": {…: [module, name]}, "instead": {module.name: number},
     "files": {path: form of its bytes}, "folders": [paths]}
                                   -> as reach, with "after": what it left of its arguments if it gave nothing, or
                                      "changed": bool if it did, and "warned": [[category, text], …];
                                      or {"awaitable": number}; or {"error": [name, text, classes, args]};
                                      or {"callback": number, "args": form, "kwargs": form}, to be answered by
    {"op": "result", "value": form} or {"op": "result", "error": [name, text]}
    {"op": "next", "handle": …, "seconds": …}              -> as call, or {"stop": true}
    {"op": "await", "handle": …, "seconds": …}             -> as call
    {"op": "attribute", "handle": …, "name": …}            -> as reach
    {"op": "signature", "handle": …}                       -> {"parameters": [[name, kind, form of default or null], …],
                                                               "flags": number, "local": [names]}
    {"op": "exists", "name": path}                         -> {"exists": bool, "folder": bool, "size": bytes}
    {"op": "file", "name": path, "seconds": …}             -> {"value": form of its bytes}, or {"opaque": …}
    {"op": "names"}, {"op": "seed", "name": module, "value": number}
    {"op": "del", "name": …}, {"op": "set", "name": …, "handle": …}       -> {}

A reply also holds what was printed on the way, "said": [[stream, text], …].

Nothing that it says is believed: whoever asks decodes data only, and decides for itself.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import io
import json
import os
import signal
import socket
import sys
import types
import warnings
from base64 import b64encode
from collections.abc import Iterator
from inspect import signature
from typing import Any

from grading.wire import TYPES, MalformedError, OpaqueError, decode, encode, receive, send

MAX_OUTPUT = 1 << 20
MAX_OUTPUTS = 200
MAX_FILE = 16 << 20
"""Bytes of a file that a test may read."""
_FRAMES = 48
IN_PLACE = ("list", "dict", "set", "bytearray", "ndarray", "DataFrame")
SHOWN = ("text/plain", "text/html", "text/markdown", "text/latex", "image/png", "application/vnd.vegalite.v5+json")


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
        shown = {k: b64encode(v).decode() if isinstance(v, bytes) else v for k, v in data.items() if k in SHOWN}
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

    encoding = "utf-8"
    errors = "replace"

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

        shell.display_formatter.active_types = [kind for kind in SHOWN if kind in shell.display_formatter.format_types]
        shell.display_pub.__class__ = Publisher
        shell.displayhook.__class__ = Hook
        shell._showtraceback = traceback
        # Figures are shown where they are made, as in a kernel: there is no window to wait for.
        shell.enable_gui = lambda gui=None: None
        # It would keep what `%cd` and `%bookmark` remember in the home of whoever grades.
        shell.db = {}
        # IPython keeps a second copy of all output, without a limit, and of all errors.
        shell._tee = lambda *_, **__: contextlib.nullcontext()
        shell._format_exception_for_storage = lambda *_, **__: {}

    def lock(self) -> None:
        """Say so where a line would run a command, which can't start; what follows it runs all the same."""
        self.shell.system = self.shell.system_piped = self.shell.system_raw = _no_command
        self.shell.getoutput = _no_output

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


def _no_command(command: str) -> None:
    print("Commands of the system are not run here.", file=sys.stderr)


def _no_output(command: str, split: bool = True, depth: int = 0) -> Any:
    from IPython.utils.text import SList

    _no_command(command)
    return SList() if split else ""


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
    server = _Server(sock, shell)
    while True:
        server.answer(*server.hear())


class _Server:
    """Answers requests; what it handed out by number it keeps."""

    def __init__(self, sock: socket.socket, shell: Shell) -> None:
        self.sock = sock
        self.shell = shell
        self.names: dict[str, Any] = shell.shell.user_ns
        self.handles: list[Any] = []

    def hear(self) -> tuple[Any, list[bytes]]:
        """Give the next request; end the process when there is none."""
        try:
            return receive(self.sock)
        except (EOFError, OSError, MalformedError):
            os._exit(0)

    def answer(self, request: Any, buffers: list[bytes]) -> None:
        """Do what a request asks for and send its reply."""
        out: list[bytes] = []
        self.shell.sink = Sink()
        try:
            reply = self._reply(request, buffers, out)
        except OpaqueError as e:
            out, reply = [], {"opaque": str(e)}
        except BaseException as e:
            out = []
            reply = {"error": _error(e, out)}
        if request["op"] != "run":
            reply["said"] = [[o["name"], o["text"]] for o in self.shell.outputs() if o["output_type"] == "stream"]
        try:
            send(self.sock, reply, out)
        except MalformedError:
            send(self.sock, {"opaque": "a value larger than 64 MB"})
        except OSError:
            os._exit(0)

    def _reply(self, request: Any, buffers: list[bytes], out: list[bytes]) -> dict[str, Any]:
        op, name = request["op"], request.get("name")
        if op == "run":
            return {"outputs": self.shell.run(request["source"], request["seconds"])}
        if op == "reach":
            return self._form(self.names[name], out) if name in self.names else {"has": False}
        if op == "names":
            return {"names": [name for name in self.names if not name.startswith("_")]}
        if op == "del":
            self.names.pop(name, None)
            return {}
        if op == "set":
            self.names[name] = self.handles[request["handle"]]
            return {}
        if op == "seed":
            sys.modules[request["name"]].seed(request["value"])
            return {}
        if op == "exists":
            there = os.path.exists(name)
            return {"exists": there, "folder": os.path.isdir(name), "size": os.path.getsize(name) if there else 0}
        if op == "file":
            with deadline(request["seconds"]), open(name, "rb") as file:
                content = file.read(MAX_FILE + 1)
            if len(content) > MAX_FILE:
                raise OpaqueError(f"a file larger than {MAX_FILE >> 20} MB")
            return {"value": encode(content, out)}
        value = self.handles[request["handle"]]
        if op == "signature":
            return _signature(value, out)
        if op == "attribute":
            return self._form(getattr(value, name), out)
        done = False
        with self.shell.captured(), deadline(request["seconds"]):
            if op == "next":
                try:
                    result = next(value)
                except StopIteration:
                    return {"stop": True}
            elif op == "await":
                result = self.shell.shell.loop_runner(value)
            else:
                args, kwargs = self._arguments(request, buffers)
                _lay_out(request["folders"], {p: decode(form, buffers) for p, form in request["files"].items()})
                with self._instead(request["instead"]), warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    result = value(*args, **kwargs)
            done = True
        if not done:
            raise TimeoutError("it took too long and was stopped")
        reply = self._form(result, out)
        if op == "call":
            reply["warned"] = [[w.category.__name__, str(w.message)[:2000]] for w in caught[:MAX_OUTPUTS]]
            if result is None:
                # As functions that work in place do. What gives a result can't change what a test compares that with.
                reply["after"] = [encode(arg, out) if type(arg).__name__ in IN_PLACE else None for arg in args]
            else:
                reply["changed"] = _changed(args, request, buffers)
        return reply

    @contextlib.contextmanager
    def _instead(self, lent: dict[str, int]) -> Iterator[None]:
        """Have functions of the test's stand in for others, as where a test patches `builtins.input`."""
        before = []
        for place, number in lent.items():
            module, _, name = place.rpartition(".")
            space = self.names if module == "__main__" else vars(importlib.import_module(module))
            before.append((space, name, space.get(name)))
            space[name] = Lent(self, number)
        try:
            yield
        finally:
            for space, name, function in before:
                space[name] = function

    def _form(self, value: Any, out: list[bytes]) -> dict[str, Any]:
        if isinstance(value, types.ModuleType):
            return {"module": value.__name__}
        known = type(value) is type and value in TYPES.values()
        if (callable(value) and not known) or isinstance(value, Iterator):
            self.handles.append(value)
            number = len(self.handles) - 1
            if not callable(value):
                return {"iterator": number}
            return {"handle": number, "plain": isinstance(value, types.FunctionType)}
        if isinstance(value, types.CoroutineType):
            self.handles.append(value)
            return {"awaitable": len(self.handles) - 1}
        return {"value": encode(value, out)}

    def _arguments(self, request: Any, buffers: list[bytes]) -> tuple[list[Any], dict[str, Any]]:
        args, kwargs = list(decode(request["args"], buffers)), decode(request["kwargs"], buffers)
        given: dict[str, Any] = {at: self.handles[handle] for at, handle in request["functions"].items()}
        given |= {at: Lent(self, number) for at, number in request["lent"].items()}
        given |= {at: getattr(importlib.import_module(m), name) for at, (m, name) in request["known"].items()}
        for at, value in given.items():
            if at.isdecimal():
                args[int(at)] = value
            else:
                kwargs[at] = value
        return args, kwargs


def _signature(function: Any, out: list[bytes]) -> dict[str, Any]:
    parameters = []
    for parameter in signature(function).parameters.values():
        default = None
        if parameter.default is not parameter.empty:
            try:
                default = encode(parameter.default, out)
            except OpaqueError:
                default = {"none": "..."}
        parameters.append([parameter.name, int(parameter.kind), default])
    code = getattr(function, "__code__", None)
    flags, local = (code.co_flags, list(code.co_varnames)) if code else (0, [])
    return {"parameters": parameters, "flags": flags, "local": local}


def _changed(args: list[Any], request: Any, buffers: list[bytes]) -> bool:
    """Whether a function that gave a result also did something to what it was given, as far as that is small."""
    if sum(map(len, buffers)) > MAX_OUTPUT:
        return False
    now: list[bytes] = []
    before: list[bytes] = []
    try:
        for arg, was in zip(args, decode(request["args"], buffers), strict=True):
            if type(arg).__name__ in IN_PLACE and encode(arg, now) != encode(was, before):
                return True
    except OpaqueError:
        return True
    return now != before


def _lay_out(folders: list[str], files: dict[str, Any]) -> None:
    """Make the folders and write the files whose paths a function is called with, as the test has them."""
    # Where that can't be done, the function misses them, and says so.
    with contextlib.suppress(OSError):
        for folder in folders:
            os.makedirs(folder, exist_ok=True)
        for path, content in files.items():
            with open(path, "wb") as file:
                file.write(content)


class Lent:
    """A function of the test's that was handed to one of the learner's: it is called where the test runs."""

    def __init__(self, server: _Server, number: int) -> None:
        self._server = server
        self._number = number

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        out: list[bytes] = []
        asked = {"callback": self._number, "args": encode(list(args), out), "kwargs": encode(kwargs, out)}
        send(self._server.sock, asked, out)
        while True:
            request, buffers = self._server.hear()
            if request["op"] != "result":
                self._server.answer(request, buffers)
            elif "error" in request:
                name, text = request["error"]
                known = getattr(builtins, name, None)
                raise (known if isinstance(known, type) and issubclass(known, Exception) else RuntimeError)(text)
            else:
                return decode(request["value"], buffers)


def _error(e: BaseException, out: list[bytes]) -> list[Any]:
    """An error's name and text, the classes that it is of, and what it was made with as far as that crosses."""
    try:
        text = str(e)[:2000]
    except BaseException:
        text = ""
    classes = [[kind.__module__, kind.__qualname__] for kind in type(e).__mro__]
    try:
        return [type(e).__name__, text, classes, encode(list(e.args), out)]
    except Exception:
        out.clear()
        return [type(e).__name__, text, classes, None]
