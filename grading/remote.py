"""The learner's process as the tests see it: its values by name, its functions and iterators as if they were here.

    learner = Learner(sock, seconds=30, until=deadline)
    outputs = learner.run("answer = 42")
    value = learner.value("answer")        data, decoded here; a RemoteFunction or RemoteIterator for what runs there

Nothing that comes from there is believed: after what is not in form nothing more is asked for, and errors are made anew
of known kinds.
"""

from __future__ import annotations

import builtins
import contextlib
import inspect
import os
import re
import socket
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath
from types import FunctionType, SimpleNamespace
from typing import Any

from grading.learner import MAX_FILE, MAX_OUTPUTS
from grading.shown import clean, error, name_and_text, plain
from grading.wire import MalformedError, decode, encode, receive, send

GRACE = 3.0
"""Seconds that an answer may take beyond what a cell may."""
MODULES = (
    "numpy",
    "pandas",
    "math",
    "statistics",
    "datetime",
    "re",
    "json",
    "collections",
    "itertools",
    "random",
    "string",
)
"""What a test gets as its own where the learner's code has a module under a name."""
_ATTRIBUTES = ("__annotations__", "__defaults__", "__kwdefaults__", "__name__", "__qualname__")
# The file that an error of the system names at its end, which is none of the values that it is made with.
_NAMED = re.compile(r": '([^']+)'$")
_ERRORS = ("builtins", "decimal", "json.decoder", "numpy.linalg", "pandas.errors", "statistics", "zoneinfo", "re")


class LearnerError(Exception):
    """The learner's process raised, died or took too long while a test asked it for something."""


class CannotCrossError(LearnerError):
    """A test needs a value that is not plain data."""


class RemoteFunction:
    """A function of the learner's, called where it lives; arguments and result cross as data.

    `found_as` is its name for the test, whatever it calls itself; `plain` says that `def` or `lambda` made it.
    """

    def __init__(self, learner: Learner, found_as: str, handle: int, plain: bool = False) -> None:
        self.found_as = found_as
        self.handle = handle
        self._learner = learner
        self._plain = plain

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._learner.call(self.handle, args, kwargs)

    def __repr__(self) -> str:
        return f"<function {self.found_as}>"

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__" and object.__getattribute__(self, "_plain"):
            return FunctionType
        if name in ("__doc__", "__module__"):
            return self._learner.attribute(self.handle, name)
        return super().__getattribute__(name)

    def __getattr__(self, name: str) -> Any:
        if name == "__signature__":
            return self._learner.signature(self.handle)[0]
        if name == "__code__":
            return self._learner.signature(self.handle)[1]
        if name.startswith("_") and name not in _ATTRIBUTES:
            raise AttributeError(name)
        return self._learner.attribute(self.handle, name)


# What a test sees where it asks for its type.
RemoteFunction.__name__ = "function"


class RemoteIterator:
    """A generator or other iterator of the learner's, advanced where it lives."""

    def __init__(self, learner: Learner, handle: int) -> None:
        self.handle = handle
        self._learner = learner

    def __iter__(self) -> RemoteIterator:
        return self

    def __next__(self) -> Any:
        return self._learner.advance(self.handle)


class Learner:
    """The learner's process as the judge sees it: a socket that may say anything at any time, or nothing."""

    def __init__(self, sock: socket.socket, seconds: float, until: float) -> None:
        self.sock = sock
        self.seconds = seconds
        self.until = until
        self.dead = ""
        self.ran: list[str] = []
        self.instead: Callable[[], dict[str, Any]] = dict
        """What stands in for functions at the moment, by module and name."""
        self.handed: Callable[[list[str]], tuple[dict[str, bytes], list[str]]] = lambda _: ({}, [])
        """The files and folders that texts among a call's arguments are paths of."""
        self.patched: set[str] = set()
        """What a test patched that the learner's process knows nothing of."""
        self.called = False
        """Whether a test called a function there."""
        self.changed = False
        """Whether one that gave a result also changed its arguments, of which the test's are copies."""
        self._kept: dict[str, Any] = {}
        self._forms: list[Any] = []
        self._lent: list[Any] = []
        self._by = 0.0
        """When the call that is under way must have ended, with all that it calls back."""

    def run(self, source: str) -> list[dict[str, Any]]:
        """Run a cell there and give its outputs, cleaned."""
        if self.dead:
            return [error("DeadKernelError", self.dead)]
        self.ran.append(source)
        try:
            reply, _ = self._ask({"op": "run", "source": source, "seconds": self.seconds})
        except LearnerError:
            timed = "too long" in self.dead
            return [error("CellTimeoutError" if timed else "DeadKernelError", self.dead)]
        if "error" in reply:
            return [error(*name_and_text(reply["error"]))]
        outputs = reply.get("outputs")
        return clean(outputs) if isinstance(outputs, list) else [error("DeadKernelError", "it gave no answer")]

    def forget(self) -> None:
        """Decode values anew for the next test cell."""
        self._kept.clear()
        self._forms.clear()
        self.patched.clear()
        self.called = self.changed = False

    def simplified(self) -> list[str]:
        """The classes of values that this test was given without what their classes add to them."""
        return sorted({form["was"][:80] for form in self._received() if isinstance(form.get("was"), str)})

    def named(self, path: str) -> bool:
        """Whether a path, or how it ends, is a text that the learner's process gave this test."""
        texts = [form.get(tag) for form in self._received() for tag in ("plain", "path")]
        return any(isinstance(text, str) and text and path.endswith(os.path.normpath(text)) for text in texts)

    def _received(self) -> Iterator[dict[str, Any]]:
        """The forms of all values that this test was given, those within others too."""
        forms = list(self._forms)
        while forms:
            form = forms.pop()
            if isinstance(form, dict):
                yield form
                forms += form.values()
            elif isinstance(form, list):
                forms += form

    def value(self, name: str) -> Any:
        """The learner's value of a name. Raises NameError when there is none, LearnerError when it can't be had."""
        if name in self._kept:
            return self._kept[name]
        reply, received = self._ask({"op": "reach", "name": name})
        if reply.get("has") is False:
            raise NameError(f"name {name!r} is not defined")
        self._kept[name] = self._read(reply, received, name)
        return self._kept[name]

    def has(self, name: str) -> bool:
        """Whether the learner has something of this name."""
        if name in self._kept:
            return True
        return self._ask({"op": "reach", "name": name})[0].get("has") is not False

    def names(self) -> list[str]:
        """The names that the learner has."""
        names = self._ask({"op": "names"})[0].get("names")
        return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []

    def exists(self, path: str) -> tuple[bool, int] | None:
        """Of what has this name where the learner's code runs: whether it is a folder, and its size in bytes."""
        with contextlib.suppress(LearnerError):
            reply, _ = self._ask({"op": "exists", "name": path})
            size = reply.get("size")
            if reply.get("exists") is True and type(size) is int and 0 <= size < 1 << 62:
                return reply.get("folder") is True, size
        return None

    def file(self, path: str) -> bytes:
        """What is in a file there. Raises LearnerError or OSError when that can't be had."""
        content = self._read(*self._timed({"op": "file", "name": path, "seconds": self.seconds}), path)
        if type(content) is not bytes or len(content) > MAX_FILE:
            raise CannotCrossError(f"the file {path[:80]}")
        return content

    def wait(self, handle: int) -> Any:
        """What a coroutine there comes to."""
        return self._read(*self._timed({"op": "await", "handle": handle, "seconds": self.seconds}))

    def seed(self, module: str, value: Any) -> None:
        """Seed random numbers there as a test seeds its own."""
        if not self.dead and (value is None or type(value) is int):
            self._ask({"op": "seed", "name": module, "value": value})

    def attribute(self, handle: int, name: str) -> Any:
        """An attribute of something of the learner's."""
        return self._read(*self._ask({"op": "attribute", "handle": handle, "name": name}), name)

    def signature(self, handle: int) -> tuple[inspect.Signature, SimpleNamespace]:
        """The parameters of a function there, and what tests ask its code for."""
        reply, received = self._ask({"op": "signature", "handle": handle})
        try:
            found = [
                inspect.Parameter(
                    str(name)[:80],
                    kinds[int(kind)],
                    default=inspect.Parameter.empty if default is None else decode(default, received),
                )
                for kinds in [list(inspect._ParameterKind)]
                for name, kind, default in reply["parameters"]
            ]
            plain = [p.name for p in found if p.kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD]
            code = SimpleNamespace(
                co_argcount=len(plain),
                co_posonlyargcount=sum(p.kind == inspect.Parameter.POSITIONAL_ONLY for p in found),
                co_kwonlyargcount=sum(p.kind == inspect.Parameter.KEYWORD_ONLY for p in found),
                co_varnames=tuple(str(name) for name in reply["local"]),
                co_flags=int(reply["flags"]),
            )
            return inspect.Signature(found), code
        except (KeyError, ValueError, TypeError, IndexError, MalformedError):
            raise AttributeError("__signature__") from None

    def advance(self, handle: int) -> Any:
        """The next value of an iterator there. Raises StopIteration at its end."""
        reply, received = self._timed({"op": "next", "handle": handle, "seconds": self.seconds})
        if reply.get("stop") is True:
            raise StopIteration
        return self._read(reply, received)

    def delete(self, name: str) -> None:
        """Delete a name there, as tests do to see whether it is used."""
        self._kept.pop(name, None)
        self._ask({"op": "del", "name": name})

    def restore(self, name: str, function: RemoteFunction) -> None:
        """Give a name that a test deleted its function back."""
        self._ask({"op": "set", "name": name, "handle": function.handle})

    def call(self, handle: Any, args: Any, kwargs: Any) -> Any:
        """Call a function there, by value; a function of the learner's among the arguments is named by its handle."""
        self.called = True
        buffers: list[bytes] = []
        given = {**{str(at): value for at, value in enumerate(args)}, **kwargs}
        remote = (RemoteFunction, RemoteIterator)
        functions = {at: value.handle for at, value in given.items() if isinstance(value, remote)}
        rest = {at: value for at, value in given.items() if callable(value) and at not in functions}
        known = {at: place for at, value in rest.items() if (place := _place_of(value))}
        lent = {at: self._lend(value) for at, value in rest.items() if at not in known}
        sent = [None if str(at) in functions or str(at) in rest else value for at, value in enumerate(args)]
        named = {name: None if name in functions or name in rest else value for name, value in kwargs.items()}
        instead = {name: self._lend(function) for name, function in self.instead().items()}
        files, folders = self.handed([str(value) for value in given.values() if isinstance(value, (str, PurePath))])
        request = {
            "op": "call", "handle": handle, "functions": functions, "lent": lent, "known": known, "instead": instead,
            "seconds": self.seconds, "args": encode(sent, buffers), "kwargs": encode(named, buffers),
            "files": {path: encode(content, buffers) for path, content in files.items()}, "folders": folders,
        }  # fmt: skip
        reply, received = self._timed(request, buffers)
        _warn(reply.get("warned"))
        self.changed = self.changed or reply.get("changed") is True
        after = reply.get("after")
        if isinstance(after, list) and len(after) == len(sent):
            for arg, form in zip(args, after, strict=True):
                if form is not None:
                    _change(arg, self._read({"value": form}, received))
        return self._read(reply, received)

    def _lend(self, function: Any) -> int:
        self._lent.append(function)
        return len(self._lent) - 1

    def _timed(self, request: dict[str, Any], buffers: Sequence[bytes] = ()) -> tuple[dict[str, Any], list[bytes]]:
        """Ask for something that runs the learner's code, and be called back meanwhile."""
        before, self._by = self._by, self._by or time.monotonic() + self.seconds + GRACE
        try:
            reply, received = self._ask(request, buffers)
            while "callback" in reply:
                out: list[bytes] = []
                reply, received = self._ask(self._called_back(reply, received, out), out)
            return reply, received
        finally:
            self._by = before

    def _called_back(self, reply: dict[str, Any], received: list[bytes], out: list[bytes]) -> dict[str, Any]:
        try:
            args, kwargs = decode(reply["args"], received), decode(reply["kwargs"], received)
            return {"op": "result", "value": encode(self._lent[int(reply["callback"])](*args, **kwargs), out)}
        except Exception as e:
            out.clear()
            return {"op": "result", "error": [type(e).__name__, str(e)[:2000]]}

    def _read(self, reply: dict[str, Any], received: list[bytes], name: str = "function") -> Any:
        if "opaque" in reply:
            raise CannotCrossError(f"a value of kind {str(reply['opaque'])[:80]}")
        if "error" in reply:
            raise _raised(reply["error"], received)
        module = reply.get("module")
        if isinstance(module, str):
            if module.split(".")[0] in MODULES and module in sys.modules:
                return sys.modules[module]
            raise CannotCrossError(f"{name} is the module {module[:80]}")
        if type(reply.get("handle")) is int:
            return RemoteFunction(self, name, reply["handle"], reply.get("plain") is True)
        if type(reply.get("iterator")) is int:
            return RemoteIterator(self, reply["iterator"])
        if type(reply.get("awaitable")) is int:
            return _awaited(self, reply["awaitable"])
        self._forms.append(reply.get("value"))
        try:
            return decode(reply.get("value"), received)
        except MalformedError as e:
            raise CannotCrossError(str(e)) from None

    def _ask(self, request: dict[str, Any], buffers: Sequence[bytes] = ()) -> tuple[dict[str, Any], list[bytes]]:
        if self.dead:
            raise LearnerError(self.dead)
        now = time.monotonic()
        wait = min(self._by - now if self._by else self.seconds + GRACE, self.until - now)
        self.sock.settimeout(max(wait, 0.01))
        done = False
        try:
            send(self.sock, request, buffers)
            reply, received = receive(self.sock)
        except TimeoutError:
            self.dead = "It took too long and was stopped."
        except (EOFError, OSError):
            self.dead = "Python died while running it."
        except (MalformedError, MemoryError):
            self.dead = "What it sent back was not in form."
        else:
            done = True
            if isinstance(reply, dict):
                _say(reply.get("said"))
                return reply, received
            self.dead = "What it sent back was not in form."
        finally:
            if not done and not self.dead:
                # The test itself was stopped in between.
                self.dead = "It took too long and was stopped."
        # An answer that comes late must not be taken for that to the next question.
        self.sock.close()
        raise LearnerError(self.dead)


async def _awaited(learner: Learner, handle: int) -> Any:
    return learner.wait(handle)


def _place_of(value: Any) -> list[str]:
    """Where the learner's process finds the same function or class by name, if it does."""
    name = getattr(value, "__name__", "")
    for module in ("builtins", "math", "operator", "numpy", "pandas", "statistics"):
        if isinstance(name, str) and module in sys.modules and getattr(sys.modules[module], name, None) is value:
            return [module, name]
    return []


def _change(arg: Any, now: Any) -> None:
    """Do to a test's own value what a function of the learner's did to the copy that it was given."""
    if type(arg) is not type(now):
        return
    if isinstance(arg, (list, bytearray)):
        arg[:] = now
    elif isinstance(arg, (dict, set)):
        arg.clear()
        arg.update(now)
    elif type(arg).__name__ == "ndarray" and arg.shape == now.shape and arg.dtype == now.dtype:
        arg[...] = now
    elif type(arg).__name__ == "DataFrame":
        arg._update_inplace(now)


def _say(said: Any) -> None:
    """Print in the test what the learner's code printed while the test called it."""
    for one in said[:MAX_OUTPUTS] if isinstance(said, list) else ():
        if isinstance(one, list) and len(one) == 2 and isinstance(one[1], str):
            (sys.stderr if one[0] == "stderr" else sys.stdout).write(plain(one[1]))


def _warn(warned: Any) -> None:
    """Warn in the test of what the learner's code warned of while the test called it."""
    for one in warned[:MAX_OUTPUTS] if isinstance(warned, list) else ():
        if isinstance(one, list) and len(one) == 2 and all(isinstance(part, str) for part in one):
            kind = getattr(builtins, one[0], None)
            known = isinstance(kind, type) and issubclass(kind, Warning)
            warnings.warn(plain(one[1]), kind if known else UserWarning, stacklevel=4)


def _raised(sent: Any, received: list[bytes]) -> BaseException:
    """The error of the learner's as the nearest class that tests can know, made with the same values if it can be."""
    pair, classes = name_and_text(sent), sent[2] if isinstance(sent, list) and len(sent) == 4 else []
    values: list[Any] = [pair[1]]
    if isinstance(classes, list) and sent[3:] and isinstance(sent[3], dict):
        with contextlib.suppress(MalformedError):
            values = list(decode(sent[3], received))
    for place in classes if isinstance(classes, list) else []:
        if not (isinstance(place, list) and len(place) == 2 and place[0] in _ERRORS and isinstance(place[1], str)):
            continue
        kind = getattr(sys.modules.get(place[0]), place[1], None)
        # What every error is says nothing, and a test that catches it may still ask for the text.
        if isinstance(kind, type) and issubclass(kind, (Exception, SystemExit)) and kind is not Exception:
            named = _NAMED.findall(pair[1]) if issubclass(kind, OSError) and len(values) == 2 else []
            with contextlib.suppress(Exception):
                return kind(*values, *named[:1])
            made: BaseException = kind.__new__(kind)
            made.args = tuple(values)
            return made
    return LearnerError(f"{pair[0]}: {pair[1]}")
