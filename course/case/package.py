"""The data package: CSV files with a Frictionless ``datapackage.json``, written at once, read back with types."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from course.case.columns import Column
from course.case.registry import columns, nodes
from course.errors import DataError

DESCRIPTOR = "datapackage.json"
Form = Literal["csv", "parquet"]
_MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_TYPES = {"text": "string", "integer": "integer", "number": "number", "boolean": "boolean", "date": "date"}
_KINDS: dict[str, Any] = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
}


def descriptor(
    tables: dict[str, tuple[tuple[Column, ...], int]], seed: int, scale: float, form: Form = "csv"
) -> dict[str, Any]:
    """Return the Frictionless descriptor of a data package that holds these tables, given as (columns, rows)."""
    return {
        "name": "tessaly-instruments",
        "title": "Tessaly Instruments, an invented company",
        "description": "The case data of the sales strategy course. All people and firms are invented.",
        "profile": "tabular-data-package",
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "edition": {"seed": seed, "scale": scale},
        "resources": [_resource(name, *table, set(tables), form) for name, table in tables.items()],
    }


def _resource(name: str, declared: tuple[Column, ...], rows: int, there: set[str], form: Form) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in declared], "missingValues": [""]}
    keys = [column.name for column in declared if column.key]
    if keys:
        schema["primaryKey"] = keys
    links = [(column.name, *column.refers.split(".")) for column in declared if column.refers]
    foreign = [
        {"fields": [own], "reference": {"resource": "" if other == name else other, "fields": [theirs]}}
        for own, other, theirs in links
        if other in there
    ]
    if foreign:
        schema["foreignKeys"] = foreign
    return {
        "name": name,
        "type": "table",
        "path": f"{name}.{form}",
        "profile": "tabular-data-resource",
        "scheme": "file",
        "format": form,
        "mediatype": _MEDIA[form],
        "encoding": "utf-8",
        "description": nodes()[name].about,
        "rows": rows,
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": _TYPES[column.kind], "description": column.about}
    if column.unit:
        field["unit"] = column.unit
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    if column.key:
        constraints["unique"] = True
    if column.choices:
        constraints["enum"] = list(column.choices)
    for bound, value in (("minimum", column.low), ("maximum", column.high)):
        if value is not None:
            constraints[bound] = int(value) if column.kind == "integer" else value
    if constraints:
        field["constraints"] = constraints
    return field


def write(frames: dict[str, pd.DataFrame], folder: Path, seed: int, scale: float) -> Path:
    """Write the tables as a data package into ``folder``: beside it first, then moved into place."""
    _refuse_other(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        made = beside / "new"
        made.mkdir()
        for name, frame in frames.items():
            frame.to_csv(made / f"{name}.csv", index=False, date_format="%Y-%m-%d", lineterminator="\n")
        package = descriptor({name: (columns(name), len(frame)) for name, frame in frames.items()}, seed, scale)
        text = json.dumps(package, indent=2, ensure_ascii=False)
        (made / DESCRIPTOR).write_text(text + "\n", encoding="utf-8")
        if folder.exists():
            folder.replace(beside / "old")
        made.replace(folder)
    finally:
        if not folder.exists() and (beside / "old").exists():
            (beside / "old").replace(folder)
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def _refuse_other(folder: Path) -> None:
    """Raise ``DataError`` unless the folder is missing, empty, or holds a data package and nothing else."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise DataError(f"{folder}: expected a folder for the data package, found a file")
    found = {path.name for path in folder.iterdir()}
    if not found:
        return
    if DESCRIPTOR not in found:
        raise DataError(f"{folder}: not empty and not a data package; nothing was written. Name a new or empty folder")
    others = found - {DESCRIPTOR} - {str(resource["path"]) for resource in _resources(folder).values()}
    if others:
        raise DataError(
            f"{folder}: beside the data package there is {', '.join(sorted(others)[:3])}, which would be lost; "
            "nothing was written. Move it away or name another folder"
        )


def read(name: str, folder: Path | str | None = None) -> pd.DataFrame:
    """Return a table of the data package at hand (see ``course.case.load``), typed by the package's schema."""
    place = _place(folder)
    if place is None:
        return _practice().table(name)
    resources = _resources(place)
    if name not in resources:
        from course.case.edition import unknown

        raise DataError(f"{place}: {unknown(name, sorted(resources))}")
    resource = resources[name]
    path = place / str(resource["path"])
    fields = [field if isinstance(field, dict) else {} for field in resource["schema"]["fields"]]
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8")
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: expected a CSV file with the table {name}, found: {error}") from error
    expected = [str(field.get("name")) for field in fields]
    if list(raw.columns) != expected:
        odd = sorted(set(raw.columns) ^ set(expected)) or "their order"
        raise DataError(f"{path}: expected the columns of {DESCRIPTOR}, found others: {odd}. Write the package again")
    return pd.DataFrame({str(field["name"]): _parse(raw.loc[:, str(field["name"])], field, path) for field in fields})


def described(folder: Path) -> list[str]:
    """The names of the tables of a data package. Raises ``DataError`` when there is none, or its descriptor is bad."""
    return list(_resources(folder))


def _place(folder: Path | str | None) -> Path | None:
    if folder is not None:
        return Path(folder)
    if (Path("data") / DESCRIPTOR).is_file():
        return Path("data")
    named = os.environ.get("COURSE_DATA")
    return Path(named) if named else None


@lru_cache(maxsize=1)
def _practice() -> Any:
    from course.case.edition import Edition

    return Edition()


def _resources(place: Path) -> dict[str, dict[str, Any]]:
    path = place / DESCRIPTOR
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
        resources = {str(found["name"]): found for found in package["resources"]}
        for found in resources.values():
            (found["path"], found["schema"]["fields"])
    except OSError as error:
        raise DataError(
            f"{place}: expected a data package with a {DESCRIPTOR}, found none to read ({error})"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path}: expected a Frictionless data package with resources and schemas: {error!r}"
        ) from error
    return resources


def _parse(raw: pd.Series[Any], field: dict[str, Any], path: Path) -> pd.Series[Any]:
    kind = _KINDS.get(str(field.get("type")), "text")
    required = bool(field.get("constraints", {}).get("required"))
    column = Column(str(field["name"]), kind, "", nullable=not required, decimals=12)
    if kind == "boolean":
        values: Any = raw.str.lower().map({"true": True, "false": False})
    elif kind in ("integer", "number"):
        values = pd.to_numeric(raw, errors="coerce").astype("float64")
    elif kind == "date":
        values = pd.to_datetime(raw, format="%Y-%m-%d", errors="coerce")
    else:
        return raw if raw.notna().all() else column.typed(raw)
    spoilt = values.isna() & (raw.notna() | required)
    if spoilt.any():
        row = int(spoilt.to_numpy().argmax())
        found = raw.iloc[row]
        raise DataError(
            f"{path}, line {row + 2}, column {column.name}: expected {'a' if kind != 'integer' else 'a whole'} "
            f"{kind if kind != 'integer' else 'number'}, found {'nothing' if pd.isna(found) else repr(found)}"
        )
    return column.typed(values)
