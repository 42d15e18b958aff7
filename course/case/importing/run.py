"""The whole of `course case import`: read, map, convert, judge, write, and say in short what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from course.case.importing.mapping import Map, draft, recognise
from course.case.importing.reading import RawTable, read_raw
from course.case.importing.report import write
from course.case.importing.support import support
from course.case.importing.tables import Imported, make_tables
from course.curriculum import Curriculum
from course.errors import DataError


def import_files(
    paths: Sequence[Path], map_file: Path | None, out: Path, pseudonymise: bool, console: Console
) -> Imported:
    """Import an export into the new folder `out`.

    Raises DataError or ContentError with one message; nothing is then written, except that a map.yml is drafted beside
    `out` when a file is not recognised and none was given.
    """
    if out.exists() and any(out.iterdir()):
        raise DataError(f"{out}: the folder is not empty, so nothing was read. Name a new one.")
    names = [path.name for path in paths]
    if len(set(names)) < len(names):
        raise DataError("Two of the files have the same name; rename one, since the map tells files by their names.")
    with console.status("Reading files …"):
        raws = [read_raw(path) for path in paths]
    mapping = Map.read(map_file, raws) if map_file else _recognised(raws, out)
    with console.status("Converting values …"):
        done = make_tables(raws, mapping, secrets.token_bytes(32) if pseudonymise else None)
    with console.status("Trying the tasks on these tables …"):
        supported = support(Curriculum(), done.tables)
        write(done, supported, out)
    table = Table("file", "table", "rows", "taken whole", "in part", "refused", title="What was taken")
    for name, rows in done.rows.items():
        states = rows["row"].str.split(":").str[0].value_counts()
        counts = [f"{states.get(s, 0):,}" for s in ("taken", "taken in part", "refused")]
        table.add_row(name, done.files[name], f"{len(rows):,}", *counts)
    console.print(table)
    for note in done.notes:
        console.print(f"- {note}", soft_wrap=True, highlight=False, markup=False)
    carried = [s.topic for s in supported if s.answers is not None]
    console.print(f"{len(carried)} of {len(supported)} tasks run on these data: {', '.join(carried) or 'none'}.")
    console.print(
        f"{out} holds the tables (data/), what became of each column (columns.csv) and row (rows-*.csv), and why the "
        "other tasks do not run (tasks.csv). `data: …` in training.yml makes `course build` give the tasks on them; in "
        "Python, load(…, folder=…) reads them.",
        soft_wrap=True, highlight=False,
    )  # fmt: skip
    return done


def _recognised(raws: Sequence[RawTable], out: Path) -> Map:
    known = {raw.name: recognise(raw) for raw in raws}
    unknown = [name for name, file in known.items() if file is None]
    if unknown:
        target = out.with_name(f"{out.name}-map.yml")
        if target.exists():
            raise DataError(f"{', '.join(unknown)}: not recognised. Use the map that is there: --map {target}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(draft(raws), "utf-8")
        raise DataError(
            f"{', '.join(unknown)}: not the columns of Salesforce or HubSpot, so nothing was taken. A map was "
            f"drafted in {target}: check it and run again with --map {target}"
        )
    return Map(files={name: file for name, file in known.items() if file})
