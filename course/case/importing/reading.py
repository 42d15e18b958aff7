"""Reads a file of an export as text, whatever its encoding and separator."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from charset_normalizer import from_bytes

from course.errors import DataError

_SAMPLE = 256 * 1024  # bytes that encoding and separator are told by
_SEPARATORS = ",;\t|"


@dataclass(frozen=True)
class RawTable:
    """A file's cells as text, with the line of its first row of data and how it was read."""

    path: Path
    frame: pd.DataFrame
    encoding: str
    separator: str

    @property
    def name(self) -> str:
        return self.path.name


def read_raw(path: Path) -> RawTable:
    """Read a delimited text file. Raises DataError when it is missing, empty, or not a table."""
    try:
        with path.open("rb") as file:
            sample = file.read(_SAMPLE)
    except OSError as e:
        raise DataError(f"{path}: expected a file of an export, found none to read ({e.strerror}).") from None
    if sample[:4] == b"PK\x03\x04":
        raise DataError(f"{path}: this is a workbook or an archive. Save each sheet as CSV and name those files.")
    if not sample.strip():
        raise DataError(f"{path}: the file is empty; expected a header and rows.")
    encoding = _encoding(path, sample)
    text = sample.decode(encoding, errors="replace").lstrip("\ufeff")
    separator = _separator(text)
    try:
        frame = pd.read_csv(
            path, sep=separator, encoding=encoding, dtype=str, keep_default_na=False, skipinitialspace=True,
            encoding_errors="replace", on_bad_lines="error", quoting=csv.QUOTE_MINIMAL,
        )  # fmt: skip
    except (ValueError, pd.errors.ParserError) as e:
        raise DataError(
            f"{path}: expected a table with columns separated by {separator!r}, found: {str(e).strip()}"
        ) from None
    frame.columns = [str(c).replace("\ufeff", "").strip() for c in frame.columns]
    if frame.shape[1] < 2:
        raise DataError(f"{path}: expected several columns, found {list(frame.columns)}. Is it a CSV file?")
    return RawTable(path, frame, encoding, separator)


def _encoding(path: Path, sample: bytes) -> str:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if sample.startswith(mark):
            return name
    if b"\x00" in sample[:200]:
        return "utf-16-le" if sample[1:2] == b"\x00" else "utf-16-be"
    # The whole file has the last word: a stray byte beyond the sample must not turn UTF-8 into something else.
    with path.open("rb") as file:
        decoder = io.TextIOWrapper(file, "utf-8", errors="strict")
        try:
            while decoder.read(1 << 20):
                pass
            return "utf-8"
        except UnicodeDecodeError:
            pass
    best = from_bytes(sample, cp_isolation=["cp1252", "cp1250", "mac_roman", "shift_jis"]).best()
    return best.encoding if best else "cp1252"


def _separator(text: str) -> str:
    header = text.splitlines()[0]
    counts = {mark: header.count(mark) for mark in _SEPARATORS}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","
