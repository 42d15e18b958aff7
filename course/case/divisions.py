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
from typing import TYPE_CHECKING, Any

import pandas as pd

from course.case.columns import Column, whole
from course.case.edition import Edition, unknown
from course.case.package import DESCRIPTOR, descriptor
from course.case.registry import columns, published
from course.errors import DataError

if TYPE_CHECKING:
    import duckdb

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

    One file a table, such as accounts.parquet; from more than ``AT_A_TIME`` divisions on a folder of files of as many
    each, such as accounts/000010.parquet for those from number 10. A ``datapackage.json`` names them in order. Tables
    of the catalogue hold the first division's rows.

    Each of the ``processes`` holds ``AT_A_TIME`` divisions and what DuckDB may take. With more than one, the caller's
    main module must be safe to import, as for ``multiprocessing``. The folder appears complete or not at all.

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
            run = pool.map if min(processes, len(parts)) > 1 else map
            rows = dict.fromkeys(chosen, 0)
            for part, more in zip(parts, run(partial(_make, seed, count, chosen), parts), strict=True):
                for name, written in more.items():
                    rows[name] += written
                if report is not None:
                    report(min(int(part.name) + AT_A_TIME, count), count)
        package = descriptor({name: (fields(name), rows[name]) for name in chosen}, seed, count, "parquet")
        for resource in package["resources"]:
            resource["path"] = _gather(parts, resource["name"], made)
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
                frames.setdefault(name, []).append(edition.table(name))
    part.mkdir()
    with _database(part) as database:
        for name, own in frames.items():
            for number, rows in enumerate(own, first):
                database.register(f"of_{number}", {column: rows[column].to_numpy() for column in rows})
            query = " UNION ALL ".join(_select(name, number) for number in range(first, first + len(own)))
            _copy(database, query, part / f"{name}.parquet")
    return {name: sum(map(len, own)) for name, own in frames.items()}


def _gather(parts: list[Path], name: str, into: Path) -> str | list[str]:
    """Move a table's parts into a folder of its name below ``into``, or a single one there; return the paths."""
    found = [path for part in parts if (path := part / f"{name}.parquet").exists()]
    if len(found) == 1:
        found[0].replace(into / found[0].name)
        return found[0].name
    (into / name).mkdir()
    places = [f"{name}/{path.parent.name}.parquet" for path in found]
    for path, place in zip(found, places, strict=True):
        path.replace(into / place)
    return places


def _database(beside: Path) -> duckdb.DuckDBPyConnection:
    """Open a database in memory; what is beyond its limit waits in the folder ``beside``."""
    import duckdb

    # one thread, so that the same seed gives the same bytes
    config: dict[str, Any] = {"memory_limit": MEMORY, "threads": 1, "temp_directory": str(beside / "waiting")}
    database = duckdb.connect(config=config)
    database.execute("SET enable_progress_bar = false")
    database.execute("SET pandas_analyze_sample = 0")  # what looks like text is text
    return database


def _copy(database: duckdb.DuckDBPyConnection, query: str, to: Path) -> None:
    # columns of many values, such as ids, are written as they are: looking for the same ones again takes long
    options = "FORMAT parquet, COMPRESSION zstd, DICTIONARY_SIZE_LIMIT 500"
    database.execute(f"COPY ({query}) TO {_quoted(to)} ({options})")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _select(name: str, number: int) -> str:
    """Return the SQL that gives a division's rows of a table, registered as ``of_`` and its number, as declared."""
    values = (f"CAST({_value(name, column, number)} AS {_type(column)}) AS {column.name}" for column in fields(name))
    return f"SELECT {', '.join(values)} FROM of_{number}"


def _value(table: str, column: Column, number: int) -> str:
    """Return the SQL of a column's value: identifiers that are not the catalogue's get their division's number."""
    if column is DIVISION:
        return str(number)
    referred = column.refers.partition(".")[0]
    if not column.name.endswith("_id") or table in CATALOGUE or referred in CATALOGUE:
        return column.name
    return f"replace({column.name}, '-', '-{number:04d}-')"


def _type(column: Column) -> str:
    return "DOUBLE" if column.kind == "integer" and column.nullable else _TYPES[column.kind]
