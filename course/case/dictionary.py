"""The data dictionary: what every table and column means, as Markdown and as records, derived from the declarations."""

from __future__ import annotations

from typing import Any

from course.case.columns import Column
from course.case.registry import Node, published

_TYPES = {"text": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "date": "date"}


def records() -> list[dict[str, Any]]:
    """Return one record per table: name, about, topics, and its columns with type, unit, meaning and promises."""
    return [
        {
            "name": node.name,
            "about": " ".join(node.about.split()),
            "topics": list(node.topics),
            "columns": [_record(column) for column in node.columns],
        }
        for node in _tables()
    ]


def markdown(level: int = 2) -> str:
    """Return the dictionary as Markdown, each table under a heading of ``level``."""
    parts = []
    for table in records():
        lines = [
            f"{'#' * level} {table['name']}",
            "",
            table["about"],
            "",
            "| column | type | meaning |",
            "| --- | --- | --- |",
        ]
        for column in table["columns"]:
            kind = column["type"] + (f", {column['unit']}" if column["unit"] else "")
            lines.append(f"| `{column['name']}` | {kind} | {_meaning(column)} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def links() -> list[tuple[str, str, str, str]]:
    """Return which column of which table refers to which: (table, column, other table, its column)."""
    return [
        (node.name, column.name, *column.refers.split("."))  # type: ignore[misc]
        for node in _tables()
        for column in node.columns
        if column.refers
    ]


def diagram() -> str:
    """Return the tables and their references as a Mermaid entity diagram."""
    pairs = sorted({(other, name, column) for name, column, other, _ in links()})
    lines = [f'    {other} ||--o{{ {name} : "{column}"' for other, name, column in pairs]
    return "erDiagram\n" + "\n".join(lines) + "\n"


def _tables() -> list[Node]:
    return [node for _, node in sorted(published().items())]


def _record(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": _TYPES[column.kind],
        "unit": column.unit if column.kind != "date" else "",
        "about": column.about,
        "nullable": column.nullable,
        "key": column.key,
        "refers": column.refers,
        "choices": list(column.choices),
    }


def _meaning(column: dict[str, Any]) -> str:
    more = []
    if column["key"]:
        more.append("identifies a row")
    if column["refers"]:
        more.append(f"refers to `{column['refers']}`")
    if 0 < len(column["choices"]) <= 12:
        more.append("one of " + ", ".join(column["choices"]))
    if column["nullable"]:
        more.append("may be missing")
    return column["about"] + (f" ({'; '.join(more)})" if more else "")
