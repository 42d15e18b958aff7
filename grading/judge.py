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
import json
import socket
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from course.answer import Spec, fingerprint, verdict
from grading.learner import MAX_OUTPUT, MAX_OUTPUTS, Sink, Stream
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
        if name in self:
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

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._learner.call(self.handle, args, kwargs)


class Learner:
    """The learner's process as the judge sees it: a socket that may say anything at any time, or nothing."""

    def __init__(self, sock: socket.socket, seconds: float, until: float) -> None:
        self.sock = sock
        self.seconds = seconds
        self.until = until
        self.dead = ""
        self._kept: dict[str, Any] = {}

    def run(self, source: str) -> list[dict[str, Any]]:
        """Run a cell there and give its outputs, cleaned."""
        if self.dead:
            return [error("DeadKernelError", self.dead)]
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
        module = reply.get("module")
        if isinstance(module, str):
            if module.split(".")[0] in _MODULES and module in sys.modules:
                return sys.modules[module]
            raise CannotCrossError(f"{name} is the module {module[:80]}")
        if type(reply.get("handle")) is int:
            self._kept[name] = RemoteFunction(self, name, reply["handle"])
        else:
            self._kept[name] = self._read(reply, received)
        return self._kept[name]

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
        functions = {at: value.handle for at, value in given.items() if isinstance(value, RemoteFunction)}
        args = [None if str(at) in functions else value for at, value in enumerate(args)]
        kwargs = {name: None if name in functions else value for name, value in kwargs.items()}
        request = {
            "op": "call", "handle": handle, "functions": functions,
            "args": encode(args, buffers), "kwargs": encode(kwargs, buffers),
        }  # fmt: skip
        return self._read(*self._ask(request, buffers))

    def _read(self, reply: dict[str, Any], received: list[bytes]) -> Any:
        if "opaque" in reply:
            raise CannotCrossError(f"a value of kind {str(reply['opaque'])[:80]}")
        if "error" in reply:
            name, text = _pair(reply["error"])
            known = getattr(builtins, name, None)
            if isinstance(known, type) and issubclass(known, Exception):
                raise known(text)
            raise LearnerError(f"{name}: {text}")
        try:
            return decode(reply.get("value"), received)
        except MalformedError as e:
            raise CannotCrossError(str(e)) from None

    def _ask(self, request: dict[str, Any], buffers: Sequence[bytes] = ()) -> tuple[dict[str, Any], list[bytes]]:
        if self.dead:
            raise LearnerError(self.dead)
        wait = min(self.seconds + _GRACE, self.until - time.monotonic())
        self.sock.settimeout(max(wait, 0.01))
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
            if isinstance(reply, dict):
                return reply, received
            self.dead = "What it sent back was not in form."
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
    try:
        code, last = _compiled(source)
        exec(code, names)
        if last is not None:
            value = eval(last, names)
            if value is not None and not source.rstrip().endswith(";"):
                sink.bundle("execute_result", {"text/plain": repr(value)[:_TEXT]})
    except BaseException as e:
        if isinstance(e, (CannotCrossError, OpaqueError)):
            opaque = str(e)
        sink.add(error(type(e).__name__, str(e), _where(e)))
    finally:
        sys.stdout, sys.stderr = before
    for output in sink.outputs:
        if isinstance(output.get("text"), list):
            output["text"] = "".join(output["text"])
    return clean(sink.outputs), opaque


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
                if not isinstance(key, str):
                    continue
                # Lone surrogates, which no file can hold, may be anywhere in it.
                nested = key.endswith("+json") and isinstance(value, dict)
                text = _text(json.dumps(value, ensure_ascii=False) if nested else value)
                if len(text) <= left:
                    data[_text(key[:100])] = json.loads(text) if nested else text
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
    if isinstance(value, list) and len(value) == 2:
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
