"""Does what tests do to their own process to the learner's too, and the other way round, as if both were one.

    join(names, learner)

Random numbers that a test seeds are seeded there; the source of a function of the learner's is known here; what a test
puts in the place of `input`, `print` or a function of `random`, `time` or `__main__` stands there for the learner's
functions; files that the learner's code wrote are found, and those that a test wrote are handed over with their names.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import os
import random
import stat
import sys
import time  # noqa: F401 - what is shared is loaded
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

import numpy
import pandas

from grading.learner import MAX_FILE
from grading.remote import CannotCrossError, Learner, LearnerError, RemoteFunction
from grading.source import parse

# Whoever reads these only reads text; of others a test learns that they are there.
_TEXT = (".csv", ".dat", ".json", ".log", ".md", ".tsv", ".txt")
# Functions of these that a test puts others in the place of; all of a module's where none is named.
_SHARED = {"builtins": ("input", "print"), "random": (), "time": ()}
# By way of these a test reads files. What else it calls, such as the course's own tables, is never to find a learner's.
_LIBRARIES = tuple(f"{Path(str(module.__file__)).parent}{os.sep}" for module in (numpy, pandas))
_LONGEST = 4096
_STANDARD = f"{Path(os.__file__).parent}{os.sep}"


def join(names: dict[str, Any], learner: Learner) -> None:
    """Let the tests of this process, whose namespace is `names`, and the learner's process seem one."""
    _share_seeds(learner)
    _share_sources(learner)
    _share_patches(names, learner)
    _Files(learner, Path.cwd()).share()


def _share_seeds(learner: Learner) -> None:
    def seeding(module: Any) -> Any:
        plain = module.seed

        def seed(*args: Any, **kwargs: Any) -> None:
            plain(*args, **kwargs)
            learner.seed(module.__name__, (*args, *kwargs.values(), None)[0])

        return seed

    random.seed, numpy.random.seed = seeding(random), seeding(numpy.random)


def _share_sources(learner: Learner) -> None:
    plain = inspect.getsource

    def getsource(object: Any) -> str:
        value = object
        if not isinstance(value, RemoteFunction):
            return plain(value)
        # The learner's process would say what it likes; what ran there is known here.
        for source in reversed(learner.ran):
            with contextlib.suppress(SyntaxError, ValueError, RecursionError):
                for node in parse(source).body:
                    if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == value.found_as:
                        return f"{ast.get_source_segment(source, node)}\n"
        raise CannotCrossError(f"the source of {value.found_as}")

    inspect.getsource = getsource


def _share_patches(names: dict[str, Any], learner: Learner) -> None:
    """Have what tests put in the place of some functions stand there for the learner's code too."""
    plain = {name: dict(vars(sys.modules[name])) for name in _SHARED}

    def instead() -> dict[str, Any]:
        found = {}
        for module, before in plain.items():
            for name in _SHARED[module] or before:
                now = vars(sys.modules[module]).get(name)
                if now is not before[name] and callable(now):
                    found[f"{module}.{name}"] = now
        found |= {f"builtins.{name}": dict.get(names, name) for name in _SHARED["builtins"] if dict.get(names, name)}
        found |= {f"__main__.{name}": f for name, f in vars(sys.modules["__main__"]).items() if name[0] != "_"}
        return {place: _plainly(function) for place, function in found.items()}

    enter: Any = mock._patch.__enter__

    def watched(patch: Any) -> Any:
        made = enter(patch)
        of = getattr(patch.target, "__name__", type(patch.target).__name__)
        if of not in (*_SHARED, "__main__") and patch.target is not sys:
            learner.patched.add(f"{of}.{patch.attribute}")
        return made

    mock._patch.__enter__ = watched  # type: ignore[method-assign]
    learner.instead = instead


def _plainly(function: Any) -> Any:
    """The same function with nothing as its result where that is a mock: there is nothing else to say of one there."""

    def called(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        return None if isinstance(result, mock.NonCallableMock) else result

    return called


class _Files:
    """Files that the learner's code wrote, for a test that looks for them; those that a test writes and hands to it.

    Both seem to work in one folder. What the test wrote itself comes first, and nothing else is ever handed over.
    """

    def __init__(self, learner: Learner, folder: Path) -> None:
        self._learner = learner
        self._folder = folder
        self._brought: set[str] = set()
        self._written: set[str] = set()
        self._made: set[str] = set()
        self._named: set[str] = set()
        """Paths in folders that the test made, with which it called a function: that may have written there."""
        self._busy = False

    def share(self) -> None:
        """Look there too wherever a test looks for a file, from now on."""
        plain = os.stat

        def looking(path: Any, *args: Any, **kwargs: Any) -> os.stat_result:
            try:
                return plain(path, *args, **kwargs)
            except FileNotFoundError:
                found = self._shared(_path(path)) and _by_test() and self._learner.exists(_path(path))
                if not found:
                    raise
                folder, size = found
                mode = stat.S_IFDIR | 0o755 if folder else stat.S_IFREG | 0o644
                return os.stat_result((mode, 0, 0, 1, os.getuid(), os.getgid(), size, 0, 0, 0))

        os.stat = looking
        self._learner.handed = self._hand
        sys.addaudithook(self._heard)

    def _shared(self, path: str) -> bool:
        """Whether a path may be that of one of the learner's files."""
        return path in self._named or bool(
            path and not os.path.isabs(path) and path.split(os.sep)[0] not in (".", "..")
        )

    def _hand(self, texts: list[str]) -> tuple[dict[str, bytes], list[str]]:
        """The files that are paths among texts, with what is in them, and the folders that these or others need."""
        files, folders = {}, []
        for path in map(_path, texts):
            above = os.path.dirname(path)
            if above in self._made:
                folders.append(above)
                self._named.add(path)
            # The learner's code must not choose what it is handed: a test may have written there what is right.
            if path in self._written and not self._learner.named(path):
                with contextlib.suppress(OSError):
                    files[path] = (self._folder / path).read_bytes()[:MAX_FILE]
        return files, folders

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in ("open", "os.mkdir") or self._busy:
            return
        path = _path(arguments[0])
        if not path or not _by_test():
            return
        self._busy = True
        try:
            if event == "os.mkdir":
                self._made.add(path)
            elif arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                self._brought.discard(path)
                self._written.add(path)
            elif self._shared(path):
                self._bring(path)
        finally:
            self._busy = False

    def _bring(self, path: str) -> None:
        """Copy a file that is to be read, each time anew: the learner's functions may have written it again."""
        target = self._folder / path
        if target.suffix.lower() not in _TEXT or (os.path.lexists(target) and path not in self._brought):
            return
        with contextlib.suppress(LearnerError, OSError):
            content = self._learner.file(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            self._brought.add(path)


def _path(path: Any) -> str:
    """A path in its shortest form; nothing where it is none, such as a number of an open file."""
    try:
        name = os.fspath(path)
    except TypeError:
        return ""
    return os.path.normpath(name) if isinstance(name, str) and 0 < len(name) < _LONGEST and "\0" not in name else ""


def _by_test() -> bool:
    """Whether it is a test that asks, by way of what it reads files with and not of what else it calls."""
    frame: FrameType | None = sys._getframe(2)
    while frame and frame.f_code.co_filename != "<test>":
        frame = frame.f_back if _reads(frame.f_code.co_filename) else None
    return frame is not None


def _reads(file: str) -> bool:
    """Whether code of this file is what tests read files with: Python's own, pandas, numpy."""
    own = file.startswith(_STANDARD) and "-packages" + os.sep not in file
    return own or file.startswith(("<frozen ", __file__, *_LIBRARIES))
