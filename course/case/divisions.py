"""Editions too large for memory: a company of many divisions, each of scale 1, streamed to Parquet one after the other.

All divisions share the seed's planted parameters, catalogue, markets, exchange rates and rivals' launches; each has its
own accounts, people and deals, so what is true in one is true in all. A row says which division it belongs to, and an
identifier carries the number: "A-00012" of division 7 is "A-0007-00012".
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from course.case.columns import Column, whole
from course.case.edition import Edition, unknown
from course.case.package import DESCRIPTOR, descriptor
from course.case.registry import columns, published
from course.errors import DataError

#: tables that are the same in every division; they are written once
CATALOGUE = frozenset(
    {
        "commission_plan",
        "competitors",
        "discount_policy",
        "exchange_rates",
        "price_tiers",
        "product_components",
        "products",
        "releases",
    }
)
DIVISION = whole("division", "Part of the company that the row belongs to, from 0")
#: what DuckDB may hold at a time; the rest waits in a file beside the result
MEMORY = "1GB"
_TYPES = {"text": "VARCHAR", "boolean": "BOOLEAN", "date": "DATE", "integer": "BIGINT", "number": "DOUBLE"}
Report = Callable[[int, int], None]


def divisions(seed: int, count: int, names: Sequence[str]) -> Iterator[dict[str, pd.DataFrame]]:
    """Yield the tables of each division in turn, with identifiers that are unique among all divisions.

    Tables of the catalogue come with the first division only. Raises ``DataError`` for a table that does not exist.
    """
    for name in names:
        if name not in published():
            raise DataError(unknown(name, sorted(published())))
    for number in range(count):
        edition = Edition(seed, division=number)
        own = [name for name in names if not number or name not in CATALOGUE]
        yield {name: _numbered(name, edition.table(name), number) for name in own}


def fields(name: str) -> tuple[Column, ...]:
    """Return the columns that a table has in an edition of divisions."""
    return columns(name) if name in CATALOGUE else (DIVISION, *columns(name))


def _numbered(name: str, frame: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return the table with the division's number in a column and in its identifiers."""
    if name in CATALOGUE:
        return frame
    for column in columns(name):
        if column.name.endswith("_id") and column.refers.partition(".")[0] not in CATALOGUE:
            frame[column.name] = frame[column.name].str.replace("-", f"-{number:04d}-", n=1, regex=False)
    frame.insert(0, DIVISION.name, number)
    return frame


def write_large(
    seed: int, count: int, folder: Path, names: Sequence[str] | None = None, report: Report | None = None
) -> Path:
    """Write the tables (all, or those of ``names``) of ``count`` divisions as Parquet; return the folder.

    One file a table, with a ``datapackage.json``. Memory holds one division and what DuckDB may take. The folder
    appears complete or not at all. Raises ``DataError`` if it exists, if ``count`` is none, or without DuckDB.
    """
    try:
        import duckdb
    except ImportError as error:
        raise DataError("large editions are written as Parquet: install the package duckdb first") from error
    if count < 1:
        raise DataError(f"a company of divisions has at least 1, not {count}")
    if folder.exists():
        raise DataError(f"{folder}: expected a folder that does not exist yet, so that nothing is overwritten")
    chosen = sorted(published()) if names is None else list(dict.fromkeys(names))
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    made = beside / "new"
    made.mkdir()
    try:
        # One thread, so that the same seed gives the same bytes.
        with duckdb.connect(beside / "divisions.duckdb", config={"memory_limit": MEMORY, "threads": 1}) as database:
            rows = _stream(database, divisions(seed, count, chosen), count, report)
            for name in chosen:
                path = str(made / f"{name}.parquet").replace("'", "''")
                database.execute(f"COPY {name} TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
                database.execute(f"DROP TABLE {name}")
        package = descriptor({name: (fields(name), rows[name]) for name in chosen}, seed, count, "parquet")
        text = json.dumps(package, indent=2, ensure_ascii=False)
        (made / DESCRIPTOR).write_text(text + "\n", encoding="utf-8")
        made.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def _stream(
    database: Any, parts: Iterator[dict[str, pd.DataFrame]], count: int, report: Report | None
) -> dict[str, int]:
    """Append each division's tables to the database; return the rows of each."""
    rows: dict[str, int] = {}
    for done, tables in enumerate(parts, 1):
        for name, frame in tables.items():
            values = ", ".join(f"CAST({column.name} AS {_type(column)}) AS {column.name}" for column in fields(name))
            verb = f"INSERT INTO {name}" if name in rows else f"CREATE TABLE {name} AS"
            database.register("part", frame)
            database.execute(f"{verb} SELECT {values} FROM part")
            database.unregister("part")
            rows[name] = rows.get(name, 0) + len(frame)
        if report is not None:
            report(done, count)
    return rows


def _type(column: Column) -> str:
    return "DOUBLE" if column.kind == "integer" and column.nullable else _TYPES[column.kind]
