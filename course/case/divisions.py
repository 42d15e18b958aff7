"""Editions too large for memory: a company of many divisions, each of scale 1, written to Parquet a few at a time.

All divisions share the seed's planted parameters, catalogue, markets, exchange rates and rivals' launches; each has its
own accounts, people and deals, so what is true in one is true in all. A row says which division it belongs to, and an
identifier carries the number: "A-00012" of division 7 is "A-0007-00012".
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
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
#: how many divisions are made before they are written: the bytes depend on it, not on how many processes do it
AT_A_TIME = 10
#: what DuckDB may hold at a time in a process
MEMORY = "1GB"
_TYPES = {"text": "VARCHAR", "boolean": "BOOLEAN", "date": "DATE", "integer": "BIGINT", "number": "DOUBLE"}
Report = Callable[[int, int], None]


def fields(name: str) -> tuple[Column, ...]:
    """Return the columns that a table has in an edition of divisions."""
    return columns(name) if name in CATALOGUE else (DIVISION, *columns(name))


def write_large(
    seed: int,
    count: int,
    folder: Path,
    names: Sequence[str] | None = None,
    report: Report | None = None,
    processes: int = 1,
) -> Path:
    """Write the tables (all, or those of ``names``) of ``count`` divisions as Parquet; return the folder.

    One file a table, with a ``datapackage.json``; tables of the catalogue hold the first division's rows. Each of the
    ``processes`` holds ``AT_A_TIME`` divisions and what DuckDB may take. With more than one, the caller's main module
    must be safe to import, as for ``multiprocessing``. The folder appears complete or not at all.

    Raises ``DataError`` if it exists, for a table that does not exist, if ``count`` is none, or without DuckDB.
    """
    try:
        import duckdb  # noqa: F401 - said before anything is made
    except ImportError as error:
        raise DataError("large editions are written as Parquet: install the package duckdb first") from error
    if count < 1:
        raise DataError(f"a company of divisions has at least 1, not {count}")
    if folder.exists():
        raise DataError(f"{folder}: expected a folder that does not exist yet, so that nothing is overwritten")
    chosen = sorted(published()) if names is None else list(dict.fromkeys(names))
    for name in chosen:
        if name not in published():
            raise DataError(unknown(name, sorted(published())))
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    made, parts = beside / "new", [beside / f"{first:06d}" for first in range(0, count, AT_A_TIME)]
    made.mkdir()
    try:
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            run = pool.map if processes > 1 else map
            rows = dict.fromkeys(chosen, 0)
            for part, more in zip(parts, run(partial(_make, seed, count, chosen), parts), strict=True):
                for name, written in more.items():
                    rows[name] += written
                if report is not None:
                    report(min(int(part.name) + AT_A_TIME, count), count)
            list(run(partial(_join, parts), [made / f"{name}.parquet" for name in chosen]))
        package = descriptor({name: (fields(name), rows[name]) for name in chosen}, seed, count, "parquet")
        text = json.dumps(package, indent=2, ensure_ascii=False)
        (made / DESCRIPTOR).write_text(text + "\n", encoding="utf-8")
        made.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def _make(seed: int, count: int, names: list[str], part: Path) -> dict[str, int]:
    """Write the tables of the divisions from the number that the folder ``part`` is named by; return the rows."""
    first = int(part.name)
    frames: dict[str, list[pd.DataFrame]] = {}
    for number in range(first, min(first + AT_A_TIME, count)):
        edition = Edition(seed, division=number)
        for name in names:
            if not number or name not in CATALOGUE:
                frames.setdefault(name, []).append(edition.table(name).assign(division=number))
    part.mkdir()
    for name, own in frames.items():
        rows = pd.concat(own, ignore_index=True)
        values = (f"CAST({_value(name, column)} AS {_type(column)}) AS {column.name}" for column in fields(name))
        _copy(f"SELECT {', '.join(values)} FROM rows", part / f"{name}.parquet", rows)
    return {name: sum(map(len, own)) for name, own in frames.items()}


def _join(parts: list[Path], to: Path) -> None:
    """Join a table's parts into one file, in the order of divisions, and remove them."""
    found = [path for part in parts if (path := part / to.name).exists()]
    if len(found) == 1:
        found[0].replace(to)
        return
    _copy(f"SELECT * FROM read_parquet([{', '.join(map(_quoted, found))}])", to)
    for path in found:
        path.unlink()


def _copy(query: str, to: Path, rows: pd.DataFrame | None = None) -> None:
    """Write what the query gives as Parquet; ``rows`` is the table of that name in it."""
    import duckdb

    # One thread, so that the same seed gives the same bytes; what is beyond the limit waits beside the result.
    config: dict[str, Any] = {"memory_limit": MEMORY, "threads": 1, "temp_directory": str(to.parent / "waiting")}
    with duckdb.connect(config=config) as database:
        database.execute("SET enable_progress_bar = false")
        if rows is not None:
            database.register("rows", rows)
        database.execute(f"COPY ({query}) TO {_quoted(to)} (FORMAT parquet, COMPRESSION zstd)")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _value(table: str, column: Column) -> str:
    """Return the SQL of a column's value: identifiers that are not the catalogue's get their division's number."""
    referred = column.refers.partition(".")[0]
    if not column.name.endswith("_id") or table in CATALOGUE or referred in CATALOGUE:
        return column.name
    return f"regexp_replace({column.name}, '-', format('-{{:04d}}-', division))"


def _type(column: Column) -> str:
    return "DOUBLE" if column.kind == "integer" and column.nullable else _TYPES[column.kind]
