"""Which file is which table and which column is which: recognised, drafted for the user, or read from a map.yml."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from course.case.importing.names import COLUMNS, SIGNS, plain
from course.case.importing.reading import RawTable
from course.case.registry import published
from course.errors import DataError
from course.source import Source, read_yaml

DERIVED = {
    "opportunities": {"CLOSE_DATE", "STAGE", "IS_WON", "IS_CLOSED", "MODIFIED"},
    "contacts": {"FIRST_NAME", "LAST_NAME"},
}


class FileMap(Source):
    """One file: its table, its columns (case column: column of the file), and how to read what values leave open."""

    table: str
    columns: dict[str, str]
    dates: Literal["day-first", "month-first"] | None = None
    decimal: Literal["point", "comma"] | None = None
    words: dict[str, dict[str, str]] = Field(default_factory=dict)


class Map(Source):
    """A whole map.yml. `currency` is that of amounts without one; `rates` says what one unit of another is in EUR."""

    files: dict[str, FileMap]
    currency: str = "EUR"
    rates: dict[str, float] = Field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, raws: Sequence[RawTable]) -> Map:
        """Read a map.yml and hold it against the files. Raises ContentError or DataError naming what does not fit."""
        mapping = read_yaml(path, cls)
        names = {raw.name: raw for raw in raws}
        for name, file in mapping.files.items():
            if name not in names:
                raise DataError(f"{path}: it maps {name}, which is not among the files: {', '.join(sorted(names))}.")
            allowed = _columns(file.table)
            if not allowed:
                raise DataError(
                    f"{path}: {name}: there is no table {file.table}. Tables: {', '.join(sorted(published()))}."
                )
            for column, source in file.columns.items():
                if column not in allowed:
                    raise DataError(
                        f"{path}: {name}: {file.table} has no column {column}. It has {', '.join(sorted(allowed))}."
                    )
                if source not in names[name].frame.columns:
                    near = difflib.get_close_matches(source, names[name].frame.columns, 1)
                    hint = f" Did you mean {near[0]!r}?" if near else ""
                    raise DataError(f"{path}: {name} has no column {source!r}.{hint}")
        for name in names:
            if name not in mapping.files:
                raise DataError(f"{path}: the file {name} is not in it. Add it under files, or leave the file out.")
        return mapping


def _columns(table: str) -> set[str]:
    node = published().get(table)
    return {c.name for c in node.columns} | DERIVED.get(table, set()) if node else set()


def recognise(raw: RawTable) -> FileMap | None:
    """The table whose column names the file bears most of; None when they do not tell, or an id is missing."""
    own = _own(raw)
    if own:
        return own
    there = {plain(c): c for c in raw.frame.columns}
    best: tuple[int, str, dict[str, str]] | None = None
    for table, signs in SIGNS.items():
        if not any(plain(sign) in there for sign in signs):
            continue
        found: dict[str, str] = {}
        for column, names in COLUMNS[table].items():
            source = next((there[plain(n)] for n in (*names, column) if plain(n) in there), None)
            if source is not None and source not in found.values():
                found[column] = source
        keys = [c.name for c in published()[table].columns if c.key] or [next(iter(COLUMNS[table]))]
        # An id is what other tables join by; a table without one can't be told from a report.
        if any(k in found for k in keys) and len(found) >= 3 and (best is None or len(found) > best[0]):
            best = (len(found), table, found)
    return FileMap(table=best[1], columns=best[2]) if best else None


def _own(raw: RawTable) -> FileMap | None:
    """A file that bears the name and columns of a case table."""
    node = published().get(raw.path.stem)
    columns = {c.name: c.name for c in node.columns if c.name in raw.frame} if node else {}
    whole = node is not None and len(columns) >= 0.8 * len(node.columns)
    return FileMap(table=raw.path.stem, columns=columns) if whole else None


def draft(raws: Sequence[RawTable]) -> str:
    """A map.yml for these files: what was recognised filled in, what was not as comments with the nearest guesses."""
    lines = [
        "# Which file is which table, and which of its columns is which. Check each line, then run",
        "#   course case import FILES --map THIS-FILE --out data",
        "# Lines with # are guesses or open questions; nothing is taken from a column that is not named here.",
        "currency: EUR   # of amounts that have no currency of their own",
        "rates: {}       # what one unit is in EUR, such as {USD: 0.92}; amounts without a rate stay out",
        "files:",
    ]
    for raw in raws:
        known = recognise(raw)
        table = known.table if known else _nearest_table(raw)
        columns = known.columns if known else {}
        lines += [f"  {raw.name}:", f"    table: {table}{'' if known else '   # guessed'}", "    columns:"]
        lines += [f"      {column}: {_quoted(source)}" for column, source in columns.items()]
        left = [c for c in raw.frame.columns if c not in columns.values()]
        options = sorted(_columns(table) - set(columns))
        for source in left:
            near = difflib.get_close_matches(plain(source), [plain(o) for o in options], 1, 0.6)
            guess = next((o for o in options if near and plain(o) == near[0]), None)
            lines.append(f"      # {guess or '?'}: {_quoted(source)}")
        if not columns:
            lines[-len(left) - 1] = "    columns:   # take the # away where a guess is right"
    return "\n".join(lines) + "\n"


def _nearest_table(raw: RawTable) -> str:
    there = {plain(c) for c in raw.frame.columns}
    known = {
        t: sum(any(plain(n) in there for n in (*names, c)) for c, names in cs.items()) for t, cs in COLUMNS.items()
    }
    near = difflib.get_close_matches(raw.path.stem.lower(), list(COLUMNS), 1)
    return near[0] if near else max(known, key=lambda t: known[t])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
