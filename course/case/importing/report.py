"""Writes what an import came to: tables as a data package, the account of every column and row, the tasks carried."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from course.case.importing.support import Support
from course.case.importing.tables import ColumnAccount, Imported
from course.case.package import DESCRIPTOR
from course.case.registry import published
from course.errors import DataError

_TYPES = {"text": "string", "integer": "integer", "number": "number", "boolean": "boolean", "date": "date"}


def write(imported: Imported, supported: list[Support], folder: Path, map_text: str) -> None:
    """Write everything into a new folder, which appears complete or not at all. Raises DataError if it is not new."""
    if folder.exists() and any(folder.iterdir()):
        raise DataError(f"{folder}: the folder is not empty, so nothing was written. Name a new one.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _data(imported, beside / "data")
        _accounts(imported, beside)
        (beside / "tasks.csv").write_text(_tasks(supported).to_csv(index=False), "utf-8")
        (beside / "report.md").write_text(report(imported, supported), "utf-8")
        (beside / "map.yml").write_text(map_text, "utf-8")
        (beside / ".gitignore").write_text("# An organisation's own data: not for a repository.\n*\n", "utf-8")
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
    stems = Counter(Path(name).stem for name in imported.rows)
    for name, rows in imported.rows.items():
        stem = Path(name).stem
        rows.to_csv(folder / f"rows-{stem if stems[stem] == 1 else name}.csv", index=False)


def _tasks(supported: list[Support]) -> pd.DataFrame:
    rows = [
        {
            "topic": s.topic, "title": s.title, "supported": s.answers is not None, "why not": s.reason,
            "missing": " ".join(s.missing),
        }
        for s in supported
    ]  # fmt: skip
    return pd.DataFrame(rows)


def states(rows: pd.DataFrame) -> list[int]:
    """How many rows of a file were taken whole, taken in part, refused."""
    counts = rows["row"].str.split(":").str[0].value_counts()
    return [int(counts.get(state, 0)) for state in ("taken", "taken in part", "refused")]


def doubtful(columns: Iterable[ColumnAccount]) -> list[ColumnAccount]:
    """The columns of which something was guessed or refused."""
    return [c for c in columns if c.guessed or c.refused]


def would_help(supported: Sequence[Support]) -> list[tuple[str, list[str]]]:
    """Tables of which each alone stands between the data and some tasks, with those; most tasks first."""
    tasks: dict[str, list[str]] = {}
    for s in supported:
        if len(s.missing_tables) == 1:
            tasks.setdefault(s.missing_tables[0], []).append(s.topic)
    return sorted(tasks.items(), key=lambda found: (-len(found[1]), found[0]))


def report(imported: Imported, supported: Sequence[Support]) -> str:
    """The whole account as Markdown, for a person to read from top to bottom."""
    carried = [s for s in supported if s.answers is not None]
    lines = ["# What became of the export", ""]
    lines += [f"**{len(carried)} of {len(supported)} tasks run on these tables.**", "", "## Files", ""]
    lines += _table(
        ("file", "read as", "lines", "taken whole", "in part", "refused"),
        [(name, imported.files[name], len(rows), *states(rows)) for name, rows in imported.rows.items()],
    )
    for name in imported.aside:
        lines += ["", f"{name} was left out as a whole: its columns are not those of a table of the course."]
    reasons = Counter(
        (name, row.removeprefix("refused: "))
        for name, rows in imported.rows.items()
        for row in rows["row"]
        if row.startswith("refused")
    )
    if reasons:
        lines += ["", "Refused rows by reason; `rows-….csv` has each with its line:", ""]
        lines += [f"- {name}: {count:,}: {reason}" for (name, reason), count in reasons.items()]
    lines += ["", "## Notes", "", *[f"- {note}" for note in imported.notes]]
    lines += ["", "## Columns", "", "Counts of rows. Examples are of what was refused or, if nothing was, guessed.", ""]
    lines += _table(
        ("file", "column", "became", "taken", "coerced", "guessed", "refused", "empty", "how, and examples"),
        [
            (
                c.file, c.source, f"{c.table}.{c.column}", c.taken, c.coerced, c.guessed, c.refused, c.empty,
                "; ".join([*c.notes, *(f"“{e}”" for e in c.examples)]),
            )
            for c in imported.columns
            if c.column
        ],
    )  # fmt: skip
    left: dict[str, list[str]] = {}
    for c in imported.columns:
        if not c.column and c.file not in imported.aside:
            left.setdefault(c.file, []).append(f"{c.source} ({c.left:,} filled)")
    if left:
        lines += ["", "No column of the case tables is about these, so they were left out:", ""]
        lines += [f"- {file}: {', '.join(names)}" for file, names in left.items()]
    lines += ["", "## Worked out from other data", ""]
    lines += [f"- **{d.what}** ({d.rows:,} rows) derived from: {d.how}" for d in imported.derived] or ["Nothing."]
    lines += ["", "## Tasks", "", f"These run: {', '.join(s.topic for s in carried) or 'none'}.", ""]
    lines += _table(
        ("task", "about", "why it does not run"), [(s.topic, s.title, s.reason) for s in supported if s.answers is None]
    )
    if alone := would_help(supported):
        lines += [
            "",
            "One table away. Make it a CSV file of that name with these columns and import it too:",
            "",
        ]
        for table, topics in alone:
            columns = sorted({m.split(".")[1] for s in supported if s.topic in topics for m in s.missing})
            lines.append(f"- `{table}` with {', '.join(columns)}: {', '.join(topics)}")
    return "\n".join(lines) + "\n"


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    body = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    lines = [header, ["---"] * len(header), *body]
    return ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines]
