"""Reads the files in a folder or zip archive of a stranger's without following, trusting or unpacking anything.

Nothing is ever written under a name that comes from an archive, and no link is followed. What is refused is noted with
the reason; what goes past a limit ends the reading of this one submission.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from course.errors import SubmissionError

_END = b"PK\x05\x06"
_END_SIZE = 22
_COMMENT = 65535
_KEPT = (".ipynb", ".zip")
_JUNK = ("__MACOSX", ".ipynb_checkpoints")
_ENTRY = struct.Struct("<4s24xHHH12x")
LONGEST_NAME = 255
_LONGEST_PATH = 2000


@dataclass(frozen=True)
class Limits:
    """What one learner may hand in: bytes of one notebook and of everything, files, archives in archives, ratio."""

    notebook: int = 10 << 20
    archive: int = 60 << 20
    total: int = 120 << 20
    files: int = 2000
    depth: int = 3
    ratio: int = 200
    folder_depth: int = 8


@dataclass
class Budget:
    """What is left of the limits while one learner's files are read, and what was noted on the way."""

    limits: Limits = field(default_factory=Limits)
    bytes: int = 0
    files: int = 0
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Keep a remark for learner and instructor; a hostile archive can't make the list endless."""
        text = printable(text, 1000)
        if len(self.notes) < 20 and text not in self.notes:
            self.notes.append(text)

    def count(self, shown: str) -> None:
        """Count one more file. Raises SubmissionError past the limit."""
        self.files += 1
        if self.files > self.limits.files:
            raise SubmissionError(f"{shown}: more than {self.limits.files:,} files; at most that many are read.")

    def spend(self, size: int, shown: str) -> None:
        """Count bytes read. Raises SubmissionError past the limit."""
        self.bytes += size
        if self.bytes > self.limits.total:
            raise SubmissionError(f"{shown}: unpacks to more than {self.limits.total >> 20} MB in all.")


@dataclass(frozen=True)
class Leaf:
    """A notebook found: its path, for showing; the times (seconds) of what holds it, outermost first; its bytes."""

    path: str
    times: tuple[float, ...]
    data: bytes

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


def read_folder(folder: Path, shown: str, budget: Budget) -> Iterator[Leaf]:
    """Yield the notebooks under a folder, those in archives too. Links and special files are noted, never opened."""
    base = len(folder.parts)
    for top, dirs, files, fd in os.fwalk(folder, follow_symlinks=False):
        here = Path(top)
        dirs.sort()
        for name in list(dirs):
            if name in _JUNK or name.startswith("."):
                dirs.remove(name)
            elif stat.S_ISLNK(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode):
                dirs.remove(name)
                budget.note(f"{shown}: left out {printable(name)}, which is a link.")
        if len(here.parts) - base >= budget.limits.folder_depth and dirs:
            budget.note(f"{shown}: folders below {budget.limits.folder_depth} levels were left out.")
            dirs.clear()
        for name in sorted(files):
            if name.startswith("."):
                continue
            path = "/".join([shown, *here.parts[base:], name])
            yield from read_file(name, path, budget, dir_fd=fd)


def read_beside(folder: Path, budget: Budget) -> dict[str, bytes]:
    """The files beside the notebooks of a submission, by relative name: what a learner's code may import or read.

    Links and special files, hidden files and what goes past the limits are left out with a note.
    """
    found: dict[str, bytes] = {}
    for top, dirs, files, fd in os.fwalk(folder, follow_symlinks=False):
        dirs[:] = sorted(d for d in dirs if d not in _JUNK and not d.startswith("."))
        if len(Path(top).relative_to(folder).parts) >= budget.limits.folder_depth:
            dirs.clear()
        for name in sorted(n for n in files if not n.endswith(".ipynb") and not n.startswith(".")):
            shown = str(Path(top, name).relative_to(folder))
            try:
                budget.count(shown)
                opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=fd)
            except OSError as e:
                budget.note(f"{printable(shown)}: left out, it can't be opened ({e.strerror}).")
                continue
            with open(opened, "rb") as file:
                if not stat.S_ISREG(os.fstat(opened).st_mode):
                    budget.note(f"{printable(shown)}: left out, it is not an ordinary file.")
                    continue
                data = file.read(budget.limits.notebook + 1)
            if len(data) > budget.limits.notebook:
                budget.note(_too_big(shown, len(data), budget.limits.notebook))
                continue
            budget.spend(len(data), shown)
            found[shown] = data
    return found


def read_file(file: str | Path, shown: str, budget: Budget, dir_fd: int | None = None) -> Iterator[Leaf]:
    """Yield the notebook, or the notebooks of the archive, at one path. Refuses links and special files with a note."""
    budget.count(shown)
    try:
        mode = os.stat(file, dir_fd=dir_fd, follow_symlinks=False).st_mode
        if not stat.S_ISREG(mode):
            kind = "a link" if stat.S_ISLNK(mode) else "not an ordinary file"
            budget.note(f"{printable(shown)}: left out, it is {kind}.")
            return
        if not str(file).lower().endswith(_KEPT):
            return
        fd = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=dir_fd)
    except OSError as e:
        budget.note(f"{printable(shown)}: left out, it can't be opened ({e.strerror}).")
        return
    with open(fd, "rb") as opened:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            budget.note(f"{printable(shown)}: left out, it is not an ordinary file.")
            return
        if str(file).lower().endswith(".zip"):
            yield from read_zip(opened, status.st_size, shown, budget, (status.st_mtime,), 1)
            return
        if status.st_size > budget.limits.notebook:
            budget.note(_too_big(shown, status.st_size, budget.limits.notebook))
            return
        data = opened.read(budget.limits.notebook + 1)
        budget.spend(len(data), shown)
        yield Leaf(shown, (status.st_mtime,), data)


def read_zip(
    file: IO[bytes], size: int, shown: str, budget: Budget, times: tuple[float, ...], depth: int
) -> Iterator[Leaf]:
    """Yield the notebooks in an archive of a learner's and in archives within it, down to the limit's depth."""
    if size > budget.limits.archive:
        budget.note(_too_big(shown, size, budget.limits.archive))
        return
    try:
        check_directory(file, size, budget.limits.files * 400)
        archive = zipfile.ZipFile(file)
    except (SubmissionError, *_BAD) as e:
        budget.note(f"{printable(shown)}: left out, it is not a zip archive that can be read ({_why(e)}).")
        return
    with archive:
        yield from read_entries(archive, archive.infolist(), shown, budget, times, depth)


def read_entries(
    archive: zipfile.ZipFile,
    infos: list[zipfile.ZipInfo],
    shown: str,
    budget: Budget,
    times: tuple[float, ...] = (),
    depth: int = 0,
) -> Iterator[Leaf]:
    """Yield the notebooks among some entries of an open archive. What is refused is noted with the reason."""
    for info in infos:
        path = f"{shown}/{info.filename}" if shown else info.filename
        budget.count(printable(shown or info.filename))
        refused = refuse(info)
        if refused:
            budget.note(f"{printable(path)}: left out, {refused}.")
            continue
        parts = info.filename.split("/")
        if info.is_dir() or parts[-1].startswith(".") or any(p in _JUNK for p in parts):
            continue
        if not parts[-1].lower().endswith(_KEPT):
            continue
        inner = parts[-1].lower().endswith(".zip")
        if inner and depth >= budget.limits.depth:
            budget.note(f"{printable(path)}: left out, archives are nested more than {depth} deep.")
            continue
        try:
            data = unpack(archive, info, budget.limits.archive if inner else budget.limits.notebook, budget)
        except (SubmissionError, *_BAD) as e:
            if budget.bytes > budget.limits.total:
                raise
            budget.note(f"{printable(path)}: left out, {_why(e)}.")
            continue
        when = (*times, zip_time(info))
        if inner:
            yield from read_zip(io.BytesIO(data), len(data), path, budget, when, depth + 1)
        else:
            yield Leaf(path, when, data)


_BAD = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    OverflowError,
)


def check_directory(file: IO[bytes], size: int, limit: int) -> None:
    """Refuse an archive whose list of contents is larger than `limit` bytes, before anything parses that list."""
    file.seek(max(0, size - _END_SIZE - _COMMENT))
    tail = file.read(_END_SIZE + _COMMENT)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise SubmissionError("its end is missing, as after a broken upload")
    entries, length = struct.unpack_from("<HL", tail, at + 10)
    if entries == 0xFFFF or length == 0xFFFFFFFF:
        raise SubmissionError("it lists more than 65,534 files")
    if length > limit:
        raise SubmissionError(f"its list of contents takes {length:,} bytes")
    if _listed(file, size - len(tail) + at - length, length, entries) != entries:
        raise SubmissionError("its list of contents is not as long as it says")
    file.seek(0)


def _listed(file: IO[bytes], start: int, length: int, most: int) -> int:
    """Count the entries in an archive's list of contents, up to one more than there should be."""
    file.seek(max(0, start))
    listed = file.read(length)
    at = count = 0
    while count <= most and at + _ENTRY.size <= len(listed):
        signature, name, extra, comment = _ENTRY.unpack_from(listed, at)
        if signature != b"PK\x01\x02":
            break
        at += _ENTRY.size + name + extra + comment
        count += 1
    return count


def refuse(info: zipfile.ZipInfo) -> str:
    """Say why an archive's entry may not be read at all, or nothing."""
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    if "\0" in name or any(ord(c) < 32 for c in name):
        return "its name holds control characters"
    if name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":"):
        return "its path is absolute; paths inside an archive must be relative"
    if len(name) > _LONGEST_PATH or max(map(len, parts)) > LONGEST_NAME:
        return "its name is longer than a file's can be"
    if ".." in parts:
        return "its path climbs out of the archive"
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        return "it is a link"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is not an ordinary file"
    if info.flag_bits & 1:
        return "it is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is compressed in a way that is not read here; use an ordinary zip"
    return ""


def unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, cap: int, budget: Budget) -> bytes:
    """Give an entry's bytes. Raises SubmissionError when it is, or claims to be, too large or packed too densely."""
    limits = budget.limits
    if info.file_size > cap:
        raise SubmissionError(f"it unpacks to {info.file_size / 2**20:,.0f} MB; at most {cap >> 20} MB are read")
    if info.file_size > 1 << 16 and info.file_size > limits.ratio * max(info.compress_size, 1):
        raise SubmissionError(f"it is packed more than {limits.ratio} times, as only archives made to do harm are")
    with archive.open(info) as opened:
        data = opened.read(cap + 1)
    budget.spend(len(data), printable(info.filename))
    if len(data) > cap:
        raise SubmissionError(f"it unpacks to more than {cap >> 20} MB")
    return data


def zip_time(info: zipfile.ZipInfo) -> float:
    """Give an entry's time in seconds, 0 where it holds none that exists."""
    try:
        return time.mktime((*info.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0.0


def printable(text: str, width: int = 120) -> str:
    """Make a stranger's text safe to show on a terminal and in a report: one short line, no control characters."""
    clean = "".join(c if c.isprintable() else "?" for c in text)
    return clean if len(clean) <= width else clean[: width - 1] + "…"


def _too_big(shown: str, size: int, cap: int) -> str:
    return f"{printable(shown)}: left out, it has {size / 2**20:,.0f} MB; at most {cap >> 20} MB are read."


def _why(error: BaseException) -> str:
    return printable(str(error).rstrip(".")) or type(error).__name__
