"""Runs a notebook's test cells outside the learner's process and reaches for the learner's values by name.

Names that a test uses are looked up here first: what tests define, what the released notebook's given cells import,
builtins. Only then is the learner's process asked; what comes back is data, decoded anew for each test cell, or a
function that is called there, by value. So nothing that a learner rebinds, patches or hooks reaches a test.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import inspect
import json
import re
import signal
import socket
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType, ModuleType
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from course.answer import Spec, fingerprint, verdict
from grading.learner import MAX_OUTPUT, MAX_OUTPUTS, SHOWN, Sink, Stream
from grading.wire import MalformedError, OpaqueError, decode, encode, receive, send

_GRACE = 3.0
_MODULES = (
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
_COURSE = ("course.case", "course.plot")
_TEXT = 5000
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_ALL_OUTPUT = 8 << 20
_COMPILED = 512
# Python rewrites code that ran a few times; forks shall find it rewritten.
_REHEARSALS = 10


class LearnerError(Exception):
    """The learner's process raised, died or took too long while a test asked it for something."""


class CannotCrossError(LearnerError):
    """A test needs a value that is not plain data."""


@dataclass(frozen=True)
class Cell:
    """A code cell to run. kind: `learner` runs in the learner's process, `test` here; `source` as nbgrader keeps it.

    `given` says that it came with the release, so that its imports can be believed.
    """

    kind: str
    source: str
    given: bool = False
    grade_id: str = ""


@dataclass
class Verdict:
    """The outputs of each cell by number, why the run ended early if it did, and by test what did not cross."""

    outputs: list[list[dict[str, Any]]] = field(default_factory=list)
    ended: str = ""
    opaque: dict[str, str] = field(default_factory=dict)


class Names(dict[str, Any]):
    """The namespace of the tests. Python asks `__missing__` for names that neither tests nor given imports define."""

    def __init__(self, asks: Learner) -> None:
        super().__init__({"__name__": "__main__", "__builtins__": builtins})
        self._asks = asks
        self._deleted: set[str] = set()

    def __delitem__(self, name: str) -> None:
        if super().__contains__(name):
            super().__delitem__(name)
        else:
            self._asks.value(name)
        self._asks.delete(name)
        self._deleted.add(name)

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        # Only the learner's own function goes back: what a test computes must not be seen there.
        if name in self._deleted and isinstance(value, RemoteFunction):
            self._deleted.discard(name)
            self._asks.restore(name, value)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (isinstance(name, str) and self._asks.has(name))

    def get(self, name: str, default: Any = None) -> Any:
        if name not in self:
            return default
        return self[name]

    def keys(self) -> Any:
        return list(dict.fromkeys([*super().keys(), *self._asks.names()]))

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name) or (name.startswith("__") and name.endswith("__")):
            raise KeyError(name)
        return self._asks.value(name)


class RemoteFunction:
    """A function of the learner's, called where it lives; arguments and result cross as data."""

    def __init__(self, learner: Learner, name: str, handle: int) -> None:
        self.__name__ = self.__qualname__ = name
        self.handle = handle
        self._learner = learner

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._learner.call(self.handle, args, kwargs)

    def __getattribute__(self, name: str) -> Any:
        if name == "__doc__":
            return self._learner.attribute(self.handle, name)
        return super().__getattribute__(name)

    def __getattr__(self, name: str) -> Any:
        if name == "__signature__":
            return self._learner.signature(self.handle)
        if name.startswith("_") and name not in ("__annotations__", "__defaults__", "__kwdefaults__"):
            raise AttributeError(name)
        return self._learner.attribute(self.handle, name)


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
        self._kept: dict[str, Any] = {}
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
            return [error(*_pair(reply["error"]))]
        outputs = reply.get("outputs")
        return clean(outputs) if isinstance(outputs, list) else [error("DeadKernelError", "it gave no answer")]

    def forget(self) -> None:
        """Decode values anew for the next test cell."""
        self._kept.clear()

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

    def exists(self, path: str) -> bool:
        """Whether there is a file of this name where the learner's code runs."""
        with contextlib.suppress(LearnerError):
            return self._ask({"op": "exists", "name": path})[0].get("exists") is True
        return False

    def seed(self, module: str, value: Any) -> None:
        """Seed random numbers there as a test seeds its own."""
        if not self.dead and (value is None or type(value) is int):
            self._ask({"op": "seed", "name": module, "value": value})

    def attribute(self, handle: int, name: str) -> Any:
        """An attribute of something of the learner's."""
        return self._read(*self._ask({"op": "attribute", "handle": handle, "name": name}), name)

    def signature(self, handle: int) -> inspect.Signature:
        """The parameters of a function there; their defaults, if any, are not told."""
        reply, _ = self._ask({"op": "signature", "handle": handle})
        try:
            found = [
                inspect.Parameter(
                    str(name)[:80],
                    list(inspect._ParameterKind)[int(kind)],
                    default=inspect.Parameter.empty if required else ...,
                )
                for name, kind, required in reply["parameters"]
            ]
            return inspect.Signature(found)
        except (KeyError, ValueError, TypeError, IndexError):
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
        buffers: list[bytes] = []
        given = {**{str(at): value for at, value in enumerate(args)}, **kwargs}
        remote = (RemoteFunction, RemoteIterator)
        functions = {at: value.handle for at, value in given.items() if isinstance(value, remote)}
        rest = {at: value for at, value in given.items() if callable(value) and at not in functions}
        known = {at: place for at, value in rest.items() if (place := _place_of(value))}
        lent = {at: self._lend(value) for at, value in rest.items() if at not in known}
        sent = [None if str(at) in functions or str(at) in rest else value for at, value in enumerate(args)]
        named = {name: None if name in functions or name in rest else value for name, value in kwargs.items()}
        request = {
            "op": "call", "handle": handle, "functions": functions, "lent": lent, "known": known,
            "seconds": self.seconds, "args": encode(sent, buffers), "kwargs": encode(named, buffers),
        }  # fmt: skip
        reply, received = self._timed(request, buffers)
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
        before, self._by = self._by, self._by or time.monotonic() + self.seconds + _GRACE
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
            if module.split(".")[0] in _MODULES and module in sys.modules:
                return sys.modules[module]
            raise CannotCrossError(f"{name} is the module {module[:80]}")
        if type(reply.get("handle")) is int:
            return RemoteFunction(self, name, reply["handle"])
        if type(reply.get("iterator")) is int:
            return RemoteIterator(self, reply["iterator"])
        try:
            return decode(reply.get("value"), received)
        except MalformedError as e:
            raise CannotCrossError(str(e)) from None

    def _ask(self, request: dict[str, Any], buffers: Sequence[bytes] = ()) -> tuple[dict[str, Any], list[bytes]]:
        if self.dead:
            raise LearnerError(self.dead)
        now = time.monotonic()
        wait = min(self._by - now if self._by else self.seconds + _GRACE, self.until - now)
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


def judge(
    cells: Sequence[Cell],
    sock: socket.socket,
    seconds: float,
    total: float,
    trusted: Sequence[str] = (),
    ahead: Sequence[list[dict[str, Any]]] = (),
) -> Verdict:
    """Run the cells in order, the tests here. `trusted`: graded cells that the instructor lets run beside the
    learner's code. `seconds` is for one cell, `total` for all; `ahead` what the first cells showed, which were run.
    """
    learner = Learner(sock, seconds, time.monotonic() + total)
    names = Names(learner)
    _lend_an_ear(names, learner)
    _import_given(cells, names)
    verdict = Verdict([clean(outputs) for outputs in ahead])
    room = _ALL_OUTPUT
    for cell in cells[len(ahead) :]:
        if cell.kind == "test" and cell.grade_id not in trusted:
            outputs, opaque = _test(cell.source, names, learner)
            if opaque:
                verdict.opaque[cell.grade_id] = opaque
        else:
            outputs = learner.run(cell.source)
        size = len(json.dumps(outputs))
        if size > room:
            outputs = _essence(outputs)
        room -= min(size, room)
        verdict.outputs.append(outputs)
    verdict.ended = learner.dead
    return verdict


class _Main(ModuleType):
    """What tests import from when they import from `__main__`."""

    def __init__(self, names: Names) -> None:
        super().__init__("__main__")
        self.__dict__["_names"] = names

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_names"][name]
        except (KeyError, NameError):
            raise AttributeError(name) from None


def _lend_an_ear(names: Names, learner: Learner) -> None:
    """Let what tests do to their own process be done to the learner's too, as if both were one."""
    import random

    import numpy

    def seeding(module: Any) -> Any:
        plain = module.seed

        def seed(*args: Any, **kwargs: Any) -> None:
            plain(*args, **kwargs)
            learner.seed(module.__name__, (*args, *kwargs.values(), None)[0])

        return seed

    def getsource(object: Any) -> str:
        value = object
        if not isinstance(value, RemoteFunction):
            return plain_source(value)
        # The learner's process would say what it likes; what ran there is known here.
        for source in reversed(learner.ran):
            with contextlib.suppress(SyntaxError, ValueError, RecursionError):
                for node in _parse(source).body:
                    if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == value.__name__:
                        return f"{ast.get_source_segment(source, node)}\n"
        raise CannotCrossError(f"the source of {value.__name__}")

    random.seed, numpy.random.seed = seeding(random), seeding(numpy.random)
    plain_source, inspect.getsource = inspect.getsource, getsource
    sys.modules["__main__"] = _Main(names)
    names["display"] = lambda *values, **_: print(*values)


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
            (sys.stderr if one[0] == "stderr" else sys.stdout).write(_text(one[1]))


_ERRORS = ("builtins", "decimal", "json.decoder", "numpy.linalg", "pandas.errors", "statistics", "zoneinfo", "re")


def _raised(sent: Any, received: list[bytes]) -> BaseException:
    """The error of the learner's as the nearest class that tests can know, made with the same values if it can be."""
    pair, classes = _pair(sent), sent[2] if isinstance(sent, list) and len(sent) == 4 else []
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
            with contextlib.suppress(Exception):
                return kind(*values)
            made: BaseException = kind.__new__(kind)
            made.args = tuple(values)
            return made
    return LearnerError(f"{pair[0]}: {pair[1]}")


def _import_given(cells: Sequence[Cell], names: Names) -> None:
    """Import what the release imports, so that tests find the real thing under those names."""
    for cell in cells:
        for code in _imports(cell.source) if cell.given or cell.kind == "test" else ():
            # What can't be imported here is missed when a test uses it.
            with contextlib.suppress(Exception):
                exec(code, names)


def compile_ahead(cells: Sequence[Cell]) -> None:
    """Compile what came with the release, so that forks of this process need not."""
    for cell in cells:
        if cell.given or cell.kind == "test":
            _imports(cell.source)
        if cell.kind == "test":
            with contextlib.suppress(SyntaxError, ValueError, RecursionError):
                _compiled(cell.source)


@lru_cache(maxsize=_COMPILED)
def _imports(source: str) -> tuple[CodeType, ...]:
    try:
        tree = _parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    return tuple(compile(ast.Module([node], []), "<given>", "exec") for node in imports)


@lru_cache(maxsize=_COMPILED)
def _compiled(source: str) -> tuple[CodeType, CodeType | None]:
    """A test's code, and that of the expression which it ends with, if it does."""
    tree = _parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    value = compile(ast.Expression(last.value), "<test>", "eval") if isinstance(last, ast.Expr) else None
    return compile(tree, "<test>", "exec"), value


def _test(source: str, names: Names, learner: Learner) -> tuple[list[dict[str, Any]], str]:
    learner.forget()
    sink = Sink()
    opaque = ""
    before = sys.stdout, sys.stderr
    # A warning is no failure: nbgrader would take anything on stderr for one.
    sys.stdout, sys.stderr = Stream("stdout", sink), Stream("stdout", sink)
    signal.signal(signal.SIGALRM, _stopped)
    signal.setitimer(signal.ITIMER_REAL, learner.seconds + 2 * _GRACE, 1.0)
    try:
        code, last = _compiled(source)
        exec(code, names)
        if last is not None:
            value = eval(last, names)
            if value is not None and not source.rstrip().endswith(";"):
                sink.bundle("execute_result", {"text/plain": repr(value)[:_TEXT]})
    except BaseException as e:
        signal.setitimer(signal.ITIMER_REAL, 0)
        opaque = _beyond(e, learner)
        sink.add(error(type(e).__name__, str(e), _where(e)))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout, sys.stderr = before
    for output in sink.outputs:
        if isinstance(output.get("text"), list):
            output["text"] = "".join(output["text"])
    return clean(sink.outputs), opaque


class CellTimeoutError(BaseException):
    """A test ran longer than a cell may."""


def _stopped(*_: Any) -> None:
    raise CellTimeoutError("the test took too long and was stopped")


def _beyond(e: BaseException, learner: Learner) -> str:
    """What a test needs that can't leave the learner's process, if that is why it failed."""
    if isinstance(e, (CannotCrossError, OpaqueError)):
        return str(e)
    text = str(e)
    if isinstance(e, TypeError) and ("expected, got RemoteFunction" in text or "do not inherit from BaseExc" in text):
        return "a class or function itself, not what it gives"
    if isinstance(e, FileNotFoundError) and isinstance(e.filename, str) and learner.exists(e.filename):
        return f"the file {e.filename[:80]}, which the code wrote"
    return ""


def _where(e: BaseException) -> list[str]:
    """The lines of a test that led to an error; the grader's own say nothing to a learner."""
    lines = [line for frame, line in traceback.walk_tb(e.__traceback__) if frame.f_code.co_filename == "<test>"]
    return [*(f'  File "<test>", line {line}\n' for line in lines[-4:]), *traceback.format_exception_only(e)]


def _parse(source: str) -> ast.Module:
    plain = TransformerManager().transform_cell(source)  # type: ignore[no-untyped-call]
    return ast.parse(plain, "<test>")


def error(name: str, text: str, lines: Sequence[str] = ()) -> dict[str, Any]:
    """An error as a notebook's output."""
    shown = [str(line)[:_TEXT] for line in lines] or [f"{name}: {text}"[:_TEXT]]
    return {"output_type": "error", "ename": name[:200], "evalue": text[:_TEXT], "traceback": shown}


def clean(outputs: Sequence[Any]) -> list[dict[str, Any]]:
    """Keep of what the learner's process says it showed only what a notebook may hold, at a bounded size."""
    made: list[dict[str, Any]] = []
    left = MAX_OUTPUT
    for output in list(outputs)[:MAX_OUTPUTS]:
        if not isinstance(output, Mapping):
            continue
        kind = output.get("output_type")
        if kind == "stream":
            text = _text(output.get("text"))[:left]
            left -= len(text)
            made.append(
                {
                    "output_type": "stream",
                    "name": "stderr" if output.get("name") == "stderr" else "stdout",
                    "text": text,
                }
            )
        elif kind == "error":
            lines = output.get("traceback")
            lines = [_text(line) for line in lines[:50]] if isinstance(lines, list) else []
            made.append(error(_text(output.get("ename")), _text(output.get("evalue")), lines))
        elif kind in ("display_data", "execute_result") and isinstance(output.get("data"), Mapping):
            data = {}
            for key, value in list(output["data"].items())[:10]:
                if key not in SHOWN:
                    continue
                # Lone surrogates, which no file can hold, may be anywhere in it.
                nested = key.endswith("+json") and isinstance(value, dict)
                text = _text(json.dumps(value, ensure_ascii=False) if nested else value)
                if len(text) <= left and (key != "image/png" or _BASE64.fullmatch(text)):
                    data[key] = json.loads(text) if nested else text
                    left -= len(text)
            extra = {"execution_count": None} if kind == "execute_result" else {}
            made.append({"output_type": kind, "data": data, "metadata": {}, **extra})
    return made


def _essence(outputs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What decides about a grade: errors, and what a test gives as its last value."""
    kept: list[dict[str, Any]] = [{"output_type": "stream", "name": "stdout", "text": "(too much to show)\n"}]
    for output in outputs:
        if output["output_type"] == "error":
            kept.append(error(output["ename"], output["evalue"][:1000]))
        elif output["output_type"] == "execute_result":
            kept.append({**output, "data": {"text/plain": str(output["data"].get("text/plain", ""))[:1000]}})
    return kept


def _text(value: Any) -> str:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else str(value)[:_TEXT]


def _pair(value: Any) -> tuple[str, str]:
    if isinstance(value, list) and len(value) >= 2:
        return _text(value[0])[:200], _text(value[1])[:2000]
    return "Error", "it gave no reason"


_REHEARSAL = """
assert isinstance(answer, pd.DataFrame) and set(answer.columns) >= {"key", "eur"}, f"{list(answer.columns)}"
assert len(answer) == 12 and answer["key"].is_unique and (answer["eur"] > 0).all() and answer["eur"].notna().all()
known = set(answer["key"])
assert not sorted(known - {f"K-{n}" for n in range(12)})
added = answer.groupby("key")["eur"].sum()
assert np.allclose(added, answer.set_index("key")["eur"][added.index]) and answer["eur"].between(0, 99).all()
best = answer.set_index("key")["eur"]
assert best.idxmax() == "K-11" and best["K-1"] < 0.9 * best.sum() and answer.loc[answer["won"], "eur"].max() > 1
assert answer.sort_values("eur").iloc[-1]["key"] == "K-11" and answer.merge(answer, on="key").shape[0] == 12
expect(answer)
expect(answer.head(3))
"""


def prepare() -> None:
    """Load what tests use and do what they do, so that forks find set up what Python and pandas set up at first use."""
    for name in (*_MODULES, *_COURSE):
        importlib.import_module(name)
    import numpy
    import pandas

    frame = pandas.DataFrame(
        {"key": [f"K-{n}" for n in range(12)], "eur": numpy.arange(12.0) + 1, "won": [n % 2 == 0 for n in range(12)]}
    )
    spec = Spec.parse("answer", {"type": "table", "keys": ["key"], "columns": {"eur": 0.01}})
    right, wrongs = fingerprint(frame, spec), {}
    wrongs["half"] = {"fingerprint": fingerprint(frame.assign(eur=frame.eur / 2), spec, frame), "message": "Half."}
    ours, theirs = socket.socketpair()

    def expect(value: object) -> None:
        assert verdict(value, right, wrongs).passed

    with ours, theirs:
        for _ in range(_REHEARSALS):
            names = Names(Learner(ours, 1.0, 0.0))
            buffers: list[bytes] = []
            form = encode([frame, 1, 2.0, {"a": "b"}, frame["eur"], frame.index], buffers)
            names |= {"pd": pandas, "np": numpy, "expect": expect, "answer": decode(form, buffers)[0]}
            send(theirs, {"outputs": _test(_REHEARSAL, names, names._asks)[0]}, buffers)
            receive(ours)
