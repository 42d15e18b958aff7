"""The whole of `course case import`: read, map, convert, judge, write, and say in short what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from course.case.importing.make import make_tables
from course.case.importing.mapping import Map, draft
from course.case.importing.reading import EMAIL, RawTable, read_raw
from course.case.importing.report import doubtful, states, would_help, write
from course.case.importing.support import Support, support
from course.case.importing.tables import Imported
from course.curriculum import Curriculum
from course.errors import DataError


def import_files(
    paths: Sequence[Path], map_file: Path | None, out: Path, pseudonymise: bool, console: Console
) -> Imported:
    """Import an export into the new folder `out`.

    Raises DataError or ContentError with one message; nothing is then written, except that a map.yml is drafted beside
    `out` when no file is recognised and none was given.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(f"{out}: expected a new folder, found one that is not empty; nothing was read. Name a new one.")
    names = [path.name for path in paths]
    if len(set(names)) < len(names):
        raise DataError("Two of the files have the same name; rename one, since the map tells files by their names.")
    with console.status("Reading files …"):
        raws = _read(paths)
    mapping = (Map.read(map_file, raws) if map_file else Map()).completed(raws)
    if not mapping.files:
        if map_file:
            raise DataError(f"{map_file}: it names no column of any file, so nothing was taken. Take the # away there.")
        with _writing(out):
            raise DataError(_unknown(raws, out))
    with console.status("Converting values …"):
        done = make_tables(raws, mapping, secrets.token_bytes(32) if pseudonymise else None)
    with console.status("Trying the tasks on these tables …"):
        supported = support(Curriculum(), done.tables)
        with _writing(out):
            write(done, supported, out, _map(raws, mapping, pseudonymise))
    _say(done, supported, out, console)
    return done


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as e:
        raise DataError(f"{out}: nothing could be written there ({e.strerror}). Name another folder.") from None


def _map(raws: Sequence[RawTable], mapping: Map, pseudonymise: bool) -> str:
    text = draft(raws, mapping)
    return EMAIL.sub("e-mail address", text) if pseudonymise else text


def _read(paths: Sequence[Path]) -> list[RawTable]:
    """Read all files; what is wrong with any of them is said at once."""
    raws, wrong = [], []
    for path in paths:
        try:
            raws.append(read_raw(path))
        except DataError as e:
            wrong.append(str(e))
    if wrong:
        raise DataError("\n".join(wrong))
    return raws


def _unknown(raws: Sequence[RawTable], out: Path) -> str:
    names = ", ".join(raw.name for raw in raws)
    target = out.with_name(f"{out.name}-map.yml")
    if target.exists():
        return f"{names}: not recognised. Use the map that is there: --map {target}"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(draft(raws), "utf-8")
    return (
        f"{names}: not the columns of Salesforce or HubSpot, so nothing was taken. A map was drafted in {target}: "
        f"check it and run again with --map {target}"
    )


def _say(done: Imported, supported: Sequence[Support], out: Path, console: Console) -> None:
    table = Table("file", "read as", "lines", "taken whole", "in part", "refused", title="What was taken")
    for name, rows in done.rows.items():
        table.add_row(name, done.files[name], f"{len(rows):,}", *(f"{n:,}" for n in states(rows)))
    for name in done.aside:
        table.add_row(name, "left out: not recognised", "", "", "", "")
    console.print(table)

    def line(text: str) -> None:
        console.print(text, soft_wrap=True, highlight=False, markup=False)

    for c in doubtful(done.columns):
        counts = [f"{n:,} {what}" for n, what in ((c.guessed, "guessed"), (c.refused, "refused")) if n]
        examples = ", ".join(f"“{text}”" for text in c.examples)
        why = f": {'; '.join(c.notes)}" if c.notes else ""
        line(f"- {c.file}, column {c.source}: {', '.join(counts)}, such as {examples}{why}.")
    for name in done.files:
        if left := [c.source for c in done.columns if c.file == name and not c.column and c.left]:
            more = f" and {len(left) - 8:,} more" if len(left) > 8 else ""
            line(f"- {name}: columns without a place were left out: {', '.join(left[:8])}{more}.")
    for note in done.notes:
        line(f"- {note}")
    for d in done.derived:
        line(f"- {d.what} ({d.rows:,} rows) derived from: {d.how}.")
    carried = [s.topic for s in supported if s.answers is not None]
    line(f"{len(carried)} of {len(supported)} tasks run on these data: {', '.join(carried) or 'none'}.")
    if alone := would_help(supported):
        line("One table away: " + "; ".join(f"{table} ({', '.join(topics)})" for table, topics in alone) + ".")
    line(
        f"Read {out}/report.md: it says what became of each column and why each other task does not run. The map that "
        f"was used is {out}/map.yml: change a copy of it and import again with --map if something was read wrong."
    )
    line(
        f"To do tasks on these tables, put `data: {out.name}` into training.yml beside mkdocs.yml and run "
        f'`course build`; in Python: load("opportunities", folder="{out}/data").'
    )
