"""The case company, Tessaly Instruments: ``load`` gives its tables; an edition draws all of them from one seed.

This module needs pandas and the standard library only, for it runs in the learner's browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["load"]


@overload
def load(name: str, /, *, folder: str | Path | None = None) -> pd.DataFrame: ...
@overload
def load(name: str, second: str, /, *more: str, folder: str | Path | None = None) -> tuple[pd.DataFrame, ...]: ...
def load(*names: str, folder: str | Path | None = None) -> pd.DataFrame | tuple[pd.DataFrame, ...]:
    """Return one table, or several as a tuple in the order asked for.

    Data come from ``folder``; without it from ``data/`` in the working directory if a data package is there, else from
    the folder that the environment variable COURSE_DATA names, else the practice edition is made in memory.

    Raises ``course.errors.DataError`` naming the table and what there is if a table does not exist or can't be read.
    """
    from course.case.package import read

    if not names:
        raise TypeError('load needs the name of a table, such as load("accounts")')
    frames = tuple(read(name, folder) for name in names)
    return frames[0] if len(frames) == 1 else frames
