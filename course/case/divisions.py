"""Editions too large for memory: a company of many divisions, each of scale 1, streamed to files one after the other.

All divisions share the seed's planted parameters, markets, exchange rates and rivals; each has its own accounts, people
and deals. An identifier carries its division's number: "A-00012" of division 7 is "A-000700012".
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from course.case.edition import Edition, unknown
from course.case.registry import columns, published
from course.errors import DataError

#: tables that grow with the company and whose identifiers are its own
GROWING = (
    "accounts",
    "reps",
    "opportunities",
    "quotes",
    "bookings",
    "subscriptions",
    "contacts",
    "leads",
    "activities",
)
#: identifiers that all divisions share
_SHARED = ("regions", "products", "partners", "releases", "territories", "managers")
Report = Callable[[int, int], None]


def divisions(seed: int, count: int, names: Sequence[str]) -> Iterator[dict[str, pd.DataFrame]]:
    """Yield the tables of each division in turn, with identifiers that are unique among all divisions."""
    wrong = [name for name in names if name not in GROWING]
    if wrong:
        there = ", ".join(GROWING)
        raise DataError(unknown(wrong[0], sorted(GROWING)) if wrong[0] not in published() else
                        f"the table {wrong[0]} does not grow with the company; those that do are: {there}")  # fmt: skip
    for number in range(count):
        edition = Edition(seed, division=number)
        yield {name: _numbered(name, edition.table(name), number) for name in names}


def _numbered(name: str, frame: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return the table with the division's number in its identifiers."""
    for column in columns(name):
        other = column.refers.partition(".")[0]
        own = column.key or (column.refers and other not in _SHARED) or column.name in ("quote_id", "manager_id")
        if own and column.kind == "text":
            values: Any = frame[column.name].to_numpy(dtype=object)
            frame[column.name] = column.typed(
                [f"{value.replace('-', f'-{number:04d}', 1)}" if isinstance(value, str) else None for value in values]
            )
    return frame


def write_large(
    seed: int, count: int, folder: Path, names: Sequence[str] = GROWING[:5], report: Report | None = None
) -> Path:
    """Write tables of ``count`` divisions as Parquet, one file a table and one row group a division; return the folder.

    Memory holds one division at a time. The folder appears complete or not at all. Raises ``DataError`` if it exists,
    or if the Parquet library is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise DataError("large editions are written as Parquet: install the package pyarrow first") from error
    if folder.exists():
        raise DataError(f"{folder}: expected a folder that does not exist yet, so that nothing is overwritten")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    writers: dict[str, Any] = {}
    try:
        for number, tables in enumerate(divisions(seed, count, names)):
            for name, frame in tables.items():
                schema = _schema(pa, name)
                rows = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
                if name not in writers:
                    writers[name] = pq.ParquetWriter(beside / f"{name}.parquet", schema)
                writers[name].write_table(rows)
            if report is not None:
                report(number + 1, count)
        for writer in writers.values():
            writer.close()
        beside.chmod(0o755)
        beside.replace(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return folder


def _schema(pa: Any, name: str) -> Any:
    kinds = {"text": pa.string(), "boolean": pa.bool_(), "date": pa.timestamp("ns"), "integer": pa.int64()}
    fields = []
    for column in columns(name):
        whole = column.kind != "integer" or not column.nullable
        fields.append((column.name, kinds.get(column.kind, pa.float64()) if whole else pa.float64()))
    return pa.schema(fields)
