"""Runs a notebook's test cells outside the learner's process and reaches for the learner's values by name.

Names that a test uses are looked up here first: what tests define, what the released notebook's given cells import,
builtins. Only then is the learner's process asked; what comes back is data, decoded anew for each test cell, or a
function that is called there, by value. So nothing that a learner rebinds, patches or hooks reaches a test.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import contextlib
import importlib
import inspect
import json
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType, ModuleType
from typing import Any

from course.answer import Spec, fingerprint, verdict
from grading.learner import Sink, Stream
from grading.magics import lend_magics
from grading.remote import GRACE, MODULES, CannotCrossError, Learner, RemoteFunction
from grading.shown import LONGEST, clean, error, essence
from grading.source import borrowed, bound, parse
from grading.together import join
from grading.wire import OpaqueError, decode, encode, receive, send

_COURSE = ("course.case", "course.plot")
_ALL_OUTPUT = 8 << 20
_COMPILED = 512
# What Python says where a class is wanted and the test has what stands for it.
_NO_CLASS = ("expected, got function", "do not inherit from BaseExc", "must be a class", "must be a type")
_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
# Python rewrites code that ran a few times; forks shall find it rewritten.
_REHEARSALS = 10


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

    def __init__(self, asks: Learner, given: Set[str] = frozenset()) -> None:
        super().__init__({"__name__": "__main__", "__builtins__": builtins})
        self._asks = asks
        self._deleted: set[str] = set()
        self._given = given
        self.rebound: set[str] = set()
        """What came with the release and has another value in a test, of which the learner's process knows nothing."""

    def __delitem__(self, name: str) -> None:
        if super().__contains__(name):
            super().__delitem__(name)
        else:
            self._asks.value(name)
        self._asks.delete(name)
        self._deleted.add(name)

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        if name in self._given:
            self.rebound.add(name)
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
    names = Names(
        learner, {name for cell in cells if cell.given and cell.kind != "test" for name in _bound(cell.source)}
    )
    names["display"] = lambda *values, **_: print(*values)
    lend_magics(names)
    sys.modules["__main__"] = _Main(names)
    join(names, learner)
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
            outputs = essence(outputs)
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
            _bound(cell.source)
        if cell.kind == "test":
            with contextlib.suppress(SyntaxError, ValueError, RecursionError):
                _compiled(cell.source)


@lru_cache(maxsize=_COMPILED)
def _imports(source: str) -> tuple[CodeType, ...]:
    try:
        tree = parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    return tuple(compile(ast.Module([node], []), "<given>", "exec") for node in imports)


@lru_cache(maxsize=_COMPILED)
def _bound(source: str) -> frozenset[str]:
    try:
        return frozenset(bound(parse(source)))
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()


def _borrowed(source: str) -> set[str]:
    try:
        return borrowed(source)
    except (SyntaxError, ValueError, RecursionError):
        return set()


@lru_cache(maxsize=_COMPILED)
def _compiled(source: str) -> tuple[CodeType, CodeType | None]:
    """A test's code, and that of the expression which it ends with, if it does."""
    tree = parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    value = compile(ast.Expression(last.value), "<test>", "eval", _AWAIT) if isinstance(last, ast.Expr) else None
    return compile(tree, "<test>", "exec", _AWAIT), value


def _run(code: CodeType, names: Names) -> Any:
    """Run code, waiting where it waits at its top level, as a notebook does."""
    value = eval(code, names)
    return asyncio.run(value) if code.co_flags & inspect.CO_COROUTINE else value


def _test(source: str, names: Names, learner: Learner) -> tuple[list[dict[str, Any]], str]:
    learner.forget()
    names.rebound.clear()
    sink = Sink()
    opaque = ""
    before = sys.stdout, sys.stderr
    # A warning is no failure: nbgrader would take anything on stderr for one.
    sys.stdout, sys.stderr = Stream("stdout", sink), Stream("stdout", sink)
    signal.signal(signal.SIGALRM, _stopped)
    signal.setitimer(signal.ITIMER_REAL, learner.seconds + 2 * GRACE, 1.0)
    try:
        code, last = _compiled(source)
        _run(code, names)
        if last is not None:
            value = _run(last, names)
            if value is not None and not source.rstrip().endswith(";"):
                sink.bundle("execute_result", {"text/plain": repr(value)[:LONGEST]})
    except BaseException as e:
        signal.setitimer(signal.ITIMER_REAL, 0)
        opaque = _beyond(e, learner, names)
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


def _beyond(e: BaseException, learner: Learner, names: Names) -> str:
    """What a test needs that can't leave the learner's process, if that is why it failed."""
    if isinstance(e, (CannotCrossError, OpaqueError)):
        return str(e)
    text = str(e)
    if isinstance(e, TypeError) and any(part in text for part in _NO_CLASS):
        return "a class or function itself, not what it gives"
    if isinstance(e, FileNotFoundError) and isinstance(e.filename, str):
        for has, whose in ((learner.exists, "code"), (os.path.lexists, "test")):
            if has(e.filename):
                return f"the file {e.filename[:80]}, which the {whose} wrote"
    if isinstance(e, AttributeError) and type(e.obj) in (str, int, float, list, set, frozenset, dict):
        kinds = learner.simplified()
        if kinds:
            return f"what a value of kind {', '.join(kinds)} can do"
    if learner.changed:
        return "what a function did to its arguments beside its result"
    if learner.called and learner.patched:
        return f"a patch of {', '.join(sorted(learner.patched))}"
    if names.rebound and learner.called:
        shared = names.rebound & {name for source in learner.ran for name in _borrowed(source)}
        if shared:
            return f"a {', '.join(sorted(shared))} that it shares with the code"
    return ""


def _where(e: BaseException) -> list[str]:
    """The lines of a test that led to an error; the grader's own say nothing to a learner."""
    lines = [line for frame, line in traceback.walk_tb(e.__traceback__) if frame.f_code.co_filename == "<test>"]
    return [*(f'  File "<test>", line {line}\n' for line in lines[-4:]), *traceback.format_exception_only(e)]


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
    for name in (*MODULES, *_COURSE):
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
