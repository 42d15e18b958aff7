"""Writes what an import came to: tables as a data package, the account of columns and rows, the tasks carried."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from course.case.importing.support import Support
from course.case.importing.tables import Imported
from course.case.package import DESCRIPTOR
from course.case.registry import published
from course.errors import DataError

_TYPES = {"text": "string", "integer": "integer", "number": "number", "boolean": "boolean", "date": "date"}


def write(imported: Imported, supported: list[Support], folder: Path) -> None:
    """Write everything into a new folder, which appears complete or not at all. Raises DataError if it is not new."""
    if folder.exists() and any(folder.iterdir()):
        raise DataError(f"{folder}: the folder is not empty, so nothing was written. Name a new one.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _data(imported, beside / "data")
        _accounts(imported, beside)
        (beside / "tasks.csv").write_text(_tasks(supported).to_csv(index=False), "utf-8")
        if folder.exists():
            folder.rmdir()
        beside.chmod(0o755)
        beside.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _data(imported: Imported, folder: Path) -> None:
    folder.mkdir()
    resources = []
    for name, frame in imported.tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False, date_format="%Y-%m-%d", lineterminator="\n")
        declared = published()[name].columns
        fields = [
            {"name": c.name, "type": _kind(c.kind, frame[c.name]), "description": c.about}
            for c in declared
            if c.name in frame
        ]
        schema = {"fields": fields, "missingValues": [""]}
        resources.append(
            {"name": name, "path": f"{name}.csv", "encoding": "utf-8", "rows": len(frame), "schema": schema}
        )
    package = {"name": "imported", "title": "An organisation's own data", "resources": resources}
    (folder / DESCRIPTOR).write_text(json.dumps(package, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _kind(kind: str, column: pd.Series[Any]) -> str:
    # A whole number that may be missing, or turned out not to be whole, is a number.
    return "number" if kind == "integer" and (column.isna().any() or (column % 1 != 0).any()) else _TYPES[kind]


def _accounts(imported: Imported, folder: Path) -> None:
    columns = pd.DataFrame([vars(account) for account in imported.columns])
    for name in ("notes", "examples"):
        columns[name] = columns[name].map("; ".join)
    columns.to_csv(folder / "columns.csv", index=False)
    for name, rows in imported.rows.items():
        rows.to_csv(folder / f"rows-{Path(name).stem}.csv", index=False)
    lines = [*imported.notes]
    lines += [f"{file}: no place for the columns {', '.join(left)}." for file, left in imported.left.items() if left]
    (folder / "notes.txt").write_text("\n".join(lines) + "\n", "utf-8")


def _tasks(supported: list[Support]) -> pd.DataFrame:
    rows = [
        {"topic": s.topic, "title": s.title, "supported": s.answers is not None, "why not": s.reason} for s in supported
    ]
    return pd.DataFrame(rows)
