"""What a column of the case company's tables is: one light declaration from which every schema is derived."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

Kind = Literal["text", "integer", "number", "boolean", "date"]
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Column:
    """One column: its name, kind, meaning and promises.

    ``unit`` is for people ("EUR", "days", "fraction"). ``refers`` names the "table.column" that values are found in.
    ``decimals`` is what numbers are rounded to before they leave the generator. ``low`` and ``high`` are inclusive.
    """

    name: str
    kind: Kind
    about: str
    unit: str = ""
    nullable: bool = False
    key: bool = False
    refers: str = ""
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    decimals: int = 0

    def typed(self, values: Any) -> pd.Series[Any]:
        """Return values as the column's type: int64 (float64 if nullable), float64, bool, datetime64[ns], string."""
        return pd.Series(self.array(values))

    def array(self, values: Any) -> Any:
        """Return values as an array of the column's type; it shares memory with text made by ``world.take`` only."""
        plain = values.to_numpy() if isinstance(values, pd.Series) else values
        if self.kind == "text":
            if isinstance(plain, TextArray):
                return plain
            if self.nullable and isinstance(TEXT, np.dtype):
                plain = [np.nan if value is None or value != value else value for value in plain]
            return pd.array(plain, dtype=TEXT, copy=True)
        if not isinstance(plain, np.ndarray):
            plain = pd.Series(plain).to_numpy()
        if self.kind == "date":
            days = plain if plain.dtype.kind == "M" else pd.to_datetime(plain).to_numpy()
            return _to_nanoseconds(days)
        if self.kind == "boolean":
            return plain.astype(bool)
        if self.kind == "integer" and not self.nullable:
            return plain.astype("int64")
        return np.round(plain.astype("float64", copy=False), self.decimals)


def _to_nanoseconds(days: Array) -> Array:
    """Return days as datetime64[ns]: a multiplication, where numpy would ask the calendar about each day."""
    if days.dtype != "datetime64[D]":
        return days.astype("datetime64[ns]")
    made = days.view(np.int64) * _DAY
    made[np.flatnonzero(np.isnat(days))] = np.iinfo(np.int64).min
    return made.view("datetime64[ns]")


_DAY = 24 * 60 * 60 * 10**9
TEXT: Any = pd.Series(["text"]).dtype  # object on pandas 2, str on pandas 3
TextArray: Any = type(pd.array(["text"], dtype=TEXT))


def key(name: str, about: str) -> Column:
    """Return the column that identifies a row."""
    return Column(name, "text", about, key=True)


def text(name: str, about: str, *choices: str, nullable: bool = False, refers: str = "") -> Column:
    """Return a text column, of the given choices if there are any."""
    return Column(name, "text", about, choices=choices, nullable=nullable, refers=refers)


def whole(name: str, about: str, unit: str = "", low: float | None = 0, high: float | None = None) -> Column:
    """Return a column of whole numbers."""
    return Column(name, "integer", about, unit, low=low, high=high)


def number(name: str, about: str, unit: str, decimals: int = 2, low: float | None = None) -> Column:
    """Return a column of numbers rounded to ``decimals``."""
    return Column(name, "number", about, unit, decimals=decimals, low=low)


def money(name: str, about: str, unit: str = "EUR", low: float | None = 0) -> Column:
    """Return a column of amounts of money, in cents."""
    return Column(name, "number", about, unit, decimals=2, low=low)


def rate(name: str, about: str, low: float = 0, high: float = 1) -> Column:
    """Return a column of fractions with four decimals."""
    return Column(name, "number", about, "fraction", decimals=4, low=low, high=high)


def date(name: str, about: str, nullable: bool = False) -> Column:
    """Return a column of days."""
    return Column(name, "date", about, "day", nullable=nullable)


def flag(name: str, about: str) -> Column:
    """Return a column of true and false."""
    return Column(name, "boolean", about)


def optional(column: Column) -> Column:
    """Return the column with missing values allowed."""
    return replace(column, nullable=True)
