"""Writes files whole or not at all; keeps temporary folders as long as somebody lives who uses them."""

from __future__ import annotations

import csv
import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

_PART = ".part-"
# What has such a name is nobody's but the grader's, and may be removed.
_TEMPORARY = ".course-worker-"
# In some languages' spreadsheets the wide forms begin a formula too.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def temporary_folder() -> tuple[Path, int]:
    """Make a folder that is this process's as long as it keeps the file descriptor that comes with it.

    Folders of processes that were killed are removed on the way.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_TEMPORARY}*"):
        _remove_abandoned(left)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_TEMPORARY))
        try:
            return folder, hold(folder)
        except OSError:
            # Somebody took it for abandoned before it was held.
            continue


def hold(folder: Path) -> int:
    """Keep a temporary folder from being removed until the file descriptor that is returned closes."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_SH)
        if not os.path.samestat(os.fstat(held), os.stat(folder)):
            raise FileNotFoundError(folder)
    except OSError:
        os.close(held)
        raise
    return held


def _remove_abandoned(folder: Path) -> None:
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        if os.fstat(held).st_uid == os.geteuid():
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return
    finally:
        os.close(held)


def sweep(folder: Path) -> None:
    """Remove what a killed run left half-written below a folder."""
    for top, _, names in os.walk(folder):
        for name in names:
            if name.startswith(_PART):
                Path(top, name).unlink(missing_ok=True)


@contextmanager
def atomic(path: Path) -> Iterator[TextIO]:
    """Open a text file (UTF-8) that takes its name only when it is written to the end; makes its folder."""
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        os.makedirs(folder, exist_ok=True)
    temporary = os.path.join(folder, f"{_PART}{secrets.token_hex(8)}")
    try:
        with open(temporary, "x", encoding="utf-8", newline="") as file:
            yield file
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def write_atomically(path: Path, text: str) -> None:
    """Write a text file whole or not at all; makes its folder."""
    with atomic(path) as file:
        file.write(text)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV (UTF-8) that a spreadsheet may open: no cell that a learner can shape is taken for a formula."""
    with atomic(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_harmless(value) for value in row])


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.lstrip().startswith(_FORMULA):
        return f"'{value}"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
