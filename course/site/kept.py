"""What a build keeps: folders and files named by a hash of all that they were made from."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

_MOST = 3  # of a kind; the one in use and what switching between two states of the sources needs


def kept(cache: Path, kind: str, key: str, make: Callable[[Path], None], ending: str = "") -> Path:
    """Return the file or folder of that kind and key in `cache`; if it is not there, `make` writes it.

    `make` gets a path in a folder of its own, and what it wrote is moved into place when it is whole. Of each kind the
    three used last stay.
    """
    cache = cache.resolve()
    path = cache / f"{kind}-{key}{ending}"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".making-") as scratch:
            made = Path(scratch) / path.name
            make(made)
            if not path.exists():  # another build may have been quicker
                made.rename(path)
    os.utime(path)
    length = len(path.name)
    same = [p for p in cache.glob(f"{kind}-*{ending}") if len(p.name) == length]
    for old in sorted(same, key=lambda p: p.stat().st_mtime)[:-_MOST]:
        shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink(missing_ok=True)
    return path


def tree_hash(files: Iterable[Path], root: Path, *more: str) -> str:
    """A hash (16 hex digits) of files' names below `root`, of their contents, and of further strings."""
    digest = hashlib.sha256("\0".join(more).encode())
    for file in sorted(files):
        digest.update(f"\0{file.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]
