"""Keeps what is expensive to make, such as an executed reading, until something it was made from changes."""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def _code() -> bytes:
    """A hash of the code and the libraries that turn sources into pages."""
    digest = hashlib.sha256()
    for path in [
        *sorted((_PACKAGE / "case").rglob("*.py")),
        *sorted(_PACKAGE.glob("*.py")),
        _PACKAGE / "site/charts.py",
    ]:
        digest.update(path.read_bytes())
    for library in ("pandas", "numpy", "altair", "vl-convert-python"):
        digest.update(version(library).encode())
    return digest.digest()


class Cache:
    """Results by the content of what they were made from, as files in a folder."""

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, kind: str, sources: Iterable[Path], settings: object) -> Path:
        """Where the result for these sources and settings is kept, whether or not it has been made yet."""
        digest = hashlib.sha256(_code() + repr(settings).encode())
        for path in sources:
            digest.update(path.read_bytes() if path.exists() else b"-")
        return self.folder / f"{kind}-{digest.hexdigest()[:32]}.pickle"

    def get(self, kind: str, sources: Iterable[Path], settings: object, make: Callable[[], T]) -> T:
        """The kept result, or a new one from `make` where a source, a setting or the course's code differs."""
        kept = self.path(kind, sources, settings)
        if kept.exists():
            try:
                value: T = pickle.loads(kept.read_bytes())
                return value
            except Exception:
                kept.unlink()  # written by another version, or cut short
        value = make()
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = kept.with_suffix(f".{os.getpid()}")
        beside.write_bytes(pickle.dumps(value))
        beside.replace(kept)
        return value
