"""What tests call of a notebook's shell: magics that time or capture what they run, and the names that there are."""

from __future__ import annotations

import contextlib
import re
import time
from typing import Any

import IPython
from IPython.utils.capture import capture_output

from grading.remote import CannotCrossError
from grading.source import parse

_WITHOUT_EFFECT = ("autoreload", "config", "load_ext", "matplotlib", "precision", "reload_ext")
_OPTIONS = re.compile(r"(-[nrpv]\s*\d+\s+|-[tcqo]+\s+)*")


class TestShell:
    """Stands for `get_ipython()` in a test. Raises CannotCrossError for what would need the learner's shell."""

    __test__ = False

    def __init__(self, names: dict[str, Any]) -> None:
        self.user_ns = self.user_global_ns = names

    def run_line_magic(self, name: str, line: str, *_: object, **__: object) -> Any:
        """Do what `%name line` does."""
        return self.run_cell_magic(name, "", line)

    def run_cell_magic(self, name: str, line: str, cell: str) -> Any:
        """Do what `%%name line` above a cell does."""
        if name in _WITHOUT_EFFECT:
            return None
        if name not in ("capture", "time", "timeit", "prun"):
            raise CannotCrossError(f"the magic %{name}")
        code = compile(parse(_OPTIONS.sub("", cell, count=1) if name == "timeit" else cell), "<test>", "exec")
        started = time.perf_counter()
        with capture_output() if name == "capture" else contextlib.nullcontext() as captured:
            exec(code, self.user_ns)
        into = [word for word in line.split() if not word.startswith("-")]
        if captured is None:
            print(f"Wall time: {time.perf_counter() - started:.3g} s")
        elif into:
            self.user_ns[into[0]] = captured
        return None

    def __getattr__(self, name: str) -> Any:
        raise CannotCrossError(f"the shell's {name}")


def lend_magics(names: dict[str, Any]) -> None:
    """Let tests whose namespace is `names` find a shell."""
    shell = TestShell(names)
    names["get_ipython"] = IPython.get_ipython = lambda: shell
