"""One hash for many files: what a build's cache is named by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def tree_hash(files: Iterable[Path], root: Path, *more: str) -> str:
    """A hash (16 hex digits) of files' names below `root`, of their contents, and of further strings."""
    digest = hashlib.sha256("\0".join(more).encode())
    for file in sorted(files):
        digest.update(f"\0{file.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]
