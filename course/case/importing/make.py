"""Makes the case tables of an export: reads its files, works out what follows from them, hides names if asked."""

from __future__ import annotations

from collections.abc import Sequence

from course.case.importing.derive import derive
from course.case.importing.hide import hide
from course.case.importing.mapping import Map
from course.case.importing.reading import RawTable
from course.case.importing.tables import Imported, read_tables
from course.case.registry import published


def make_tables(raws: Sequence[RawTable], mapping: Map, key: bytes | None = None) -> Imported:
    """Make the case tables. With `key`, names and e-mail addresses become pseudonyms, the same everywhere."""
    done = read_tables(raws, mapping)
    derive(done, mapping)
    if key is not None:
        hide(done, key)
    for table, frame in done.tables.items():
        order = [c.name for c in published()[table].columns if c.name in frame]
        done.tables[table] = frame[order].reset_index(drop=True)
    return done
