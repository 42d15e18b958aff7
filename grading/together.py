"""Does what tests do to their own process to the learner's too, and the other way round, as if both were one.

    join(names, learner)

Random numbers that a test seeds are seeded there; the source of a function of the learner's is known here; a test that
patches `input` or `print` patches it for the learner's functions; files that the learner's code wrote are found.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import inspect
import os
import random
import stat
import sys
from pathlib import Path
from typing import Any

import numpy
import pandas

from grading.remote import CannotCrossError, Learner, LearnerError, RemoteFunction
from grading.source import parse

# Whoever reads these only reads text; of others a test learns that they are there.
_TEXT = (".csv", ".dat", ".json", ".log", ".md", ".tsv", ".txt")
_PATCHED = ("input", "print")
# By way of these a test reads files. What else it calls, such as the course's own tables, is never to find a learner's.
_LIBRARIES = tuple(f"{Path(str(module.__file__)).parent}{os.sep}" for module in (numpy, pandas))
_STANDARD = f"{Path(os.__file__).parent}{os.sep}"


def join(names: dict[str, Any], learner: Learner) -> None:
    """Let the tests of this process, whose namespace is `names`, and the learner's process seem one."""
    _share_seeds(learner)
    _share_sources(learner)
    _share_builtins(names, learner)
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
                    if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == value.__name__:
                        return f"{ast.get_source_segment(source, node)}\n"
        raise CannotCrossError(f"the source of {value.__name__}")

    inspect.getsource = getsource


def _share_builtins(names: dict[str, Any], learner: Learner) -> None:
    plain = {name: getattr(builtins, name) for name in _PATCHED}

    def instead() -> dict[str, Any]:
        now = {name: dict.get(names, name) or getattr(builtins, name) for name in _PATCHED}
        return {name: _silent(f) if name == "print" else f for name, f in now.items() if f is not plain[name]}

    learner.instead = instead


def _silent(function: Any) -> Any:
    """The same function with nothing as its result: what a patched `print` gives, no one asks for."""
    return lambda *args, **kwargs: function(*args, **kwargs) and None


def _reads(file: str) -> bool:
    """Whether code of this file is what tests read files with: Python's own, pandas, numpy."""
    own = file.startswith(_STANDARD) and "-packages" + os.sep not in file
    return own or file.startswith(("<frozen ", __file__, *_LIBRARIES))


class _Files:
    """Files that the learner's code wrote, for a test that looks for them beside itself. The test's own come first."""

    def __init__(self, learner: Learner, folder: Path) -> None:
        self._learner = learner
        self._folder = folder
        self._brought: set[str] = set()
        self._busy = False

    def share(self) -> None:
        """Look there too wherever this process looks for a file, from now on."""
        plain = os.stat

        def looking(path: Any, *args: Any, **kwargs: Any) -> os.stat_result:
            try:
                return plain(path, *args, **kwargs)
            except FileNotFoundError:
                found = self._asked(path) and self._learner.exists(os.fspath(path))
                if not found:
                    raise
                folder, size = found
                mode = stat.S_IFDIR | 0o755 if folder else stat.S_IFREG | 0o644
                return os.stat_result((mode, 0, 0, 1, os.getuid(), os.getgid(), size, 0, 0, 0))

        os.stat = looking
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and not self._busy and self._asked(arguments[0]):
            self._busy = True
            try:
                self._open(os.path.normpath(arguments[0]), str(arguments[1] or "r"))
            finally:
                self._busy = False

    def _asked(self, path: Any) -> bool:
        """Whether a test asks for what may be one of the learner's files: a name in the folder that both work in."""
        if not isinstance(path, (str, os.PathLike)):
            return False
        name = os.path.normpath(os.fspath(path))
        if not isinstance(name, str) or os.path.isabs(name) or name.split(os.sep)[0] in (".", ".."):
            return False
        frame = sys._getframe(2)
        while frame.f_code.co_filename != "<test>":
            if frame.f_back is None or not _reads(frame.f_code.co_filename):
                return False
            frame = frame.f_back
        return True

    def _open(self, name: str, mode: str) -> None:
        """Bring a file before it is opened, each time anew: the learner's functions may have written it again."""
        target = self._folder / name
        if set("wx") & set(mode):
            self._brought.discard(name)
            return
        if target.suffix.lower() not in _TEXT or (os.path.lexists(target) and name not in self._brought):
            return
        with contextlib.suppress(LearnerError, OSError):
            content = self._learner.file(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            self._brought.add(name)
