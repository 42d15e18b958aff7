"""Compares a learner's answer with the right value and with known wrong ones, without holding either in the clear.

The page and the grader share this module, so a value that passes in the page passes when it is graded. It imports in
the browser: standard library, numpy and pandas only.

A *fingerprint* stands for a value within a tolerance. Each number v becomes the index of a grid cell 2 tolerances
wide that is centred on v; the grid's offset (v modulo the cell's width, which says nothing of v's size) is stored in
the clear and the indices of a whole column are hashed together. A number within one tolerance of v falls into the same
cell. A relative tolerance does the same with the logarithm of v.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

TYPES = ("table", "number", "text", "mapping", "set")
_PHASES = 1000  # steps in which a grid's offset is stored


class ShapeError(Exception):
    """The value can't be an answer at all: its type, columns or rows are not those asked for."""


@dataclass(frozen=True)
class Tolerance:
    """How far a number may lie from the reference: `size` in the number's unit, or a share of it when `relative`."""

    size: float
    relative: bool = False

    @classmethod
    def parse(cls, text: object) -> Tolerance | None:
        """Read `0.5`, `"2%"` or None (compare as text). Raises ValueError for anything else."""
        if text is None:
            return None
        if isinstance(text, str) and text.strip().endswith("%"):
            size, relative = float(text.strip()[:-1]) / 100, True
        elif isinstance(text, (int, float)) and not isinstance(text, bool):
            size, relative = float(text), False
        else:
            raise ValueError(f"a tolerance is a number, a share such as '1%' or null, not {text!r}")
        if not 0 < size < math.inf:
            raise ValueError(f"a tolerance must be above zero, not {text!r}")
        return cls(size, relative)

    def dump(self) -> float | str:
        return f"{self.size * 100:g}%" if self.relative else self.size


@dataclass(frozen=True)
class Spec:
    """What an answer must look like.

    type: table (a DataFrame whose rows are found by `keys`), mapping (a dict or Series), number, text or set.
    columns: for a table, each compared column with its tolerance (None compares text); other columns are ignored.
    tolerance: for number and mapping.
    """

    name: str
    type: str
    keys: tuple[str, ...] = ()
    columns: Mapping[str, Tolerance | None] | None = None
    tolerance: Tolerance | None = None

    @classmethod
    def parse(cls, name: str, data: Mapping[str, Any]) -> Spec:
        """Build a spec from an exercise's header. Raises ValueError saying what is wrong with it."""
        unknown = set(data) - {"type", "keys", "columns", "tolerance"}
        if unknown:
            raise ValueError(f"unknown setting {', '.join(sorted(unknown))}; known are type, keys, columns, tolerance")
        kind = data.get("type")
        if kind not in TYPES:
            raise ValueError(f"type is one of {', '.join(TYPES)}, not {kind!r}")
        columns = {c: Tolerance.parse(t) for c, t in (data.get("columns") or {}).items()}
        keys = tuple(data.get("keys") or ())
        tolerance = Tolerance.parse(data.get("tolerance"))
        if kind == "table" and not (keys and columns):
            raise ValueError("a table needs keys (the columns that name a row) and columns (those compared)")
        if kind == "number" and tolerance is None:
            raise ValueError("a number needs a tolerance")
        return cls(name, kind, keys, columns, tolerance)

    def dump(self) -> dict[str, Any]:
        columns = {c: t and t.dump() for c, t in (self.columns or {}).items()}
        tolerance = self.tolerance and self.tolerance.dump()
        data = {"type": self.type, "keys": list(self.keys), "columns": columns, "tolerance": tolerance}
        return {k: v for k, v in data.items() if v}


@dataclass(frozen=True)
class Verdict:
    """passed; the message for the learner; the id of the known wrong answer that was recognised, if any."""

    passed: bool
    message: str
    wrong: str | None = None


def fingerprint(value: object, spec: Spec, against: object = None) -> dict[str, Any]:
    """Make the fingerprint of a right value, or of a known wrong one.

    For a wrong value give the right one as `against`: only the columns in which the two differ are then kept, so that
    the mistake is recognised even beside another one. Raises ShapeError when the value does not fit the spec and
    ValueError when a wrong value can't be told from the right one.
    """
    parts = _columns(value, spec)
    if against is not None:
        right = fingerprint(against, spec)
        same_rows = _hash(right["salt"], parts.keys) == right["rows"]
        differing = [c for c in parts.values if not (same_rows and _column_matches(parts, c, right))]
        if not differing:
            raise ValueError("this wrong answer gives the right value here")
        if same_rows:
            parts = _Columns(parts.keys, {c: parts.values[c] for c in differing}, parts.tolerances)
    salt = _hash("", [spec.name, parts.keys, [[str(v) for v in c] for c in parts.values.values()]])[:16]
    columns = {}
    for name, cells in parts.values.items():
        phases = [_phase(v, parts.tolerances[name]) for v in cells]
        columns[name] = {"phases": phases, "hash": _hash(salt, _indices(cells, phases, parts.tolerances[name]))}
    return {
        "name": spec.name,
        "spec": spec.dump(),
        "salt": salt,
        "count": len(parts.keys),
        "rows": _hash(salt, parts.keys),
        "columns": columns,
    }


def verdict(value: object, right: Mapping[str, Any], wrongs: Mapping[str, Mapping[str, Any]]) -> Verdict:
    """Judge a value. `wrongs` maps the id of a known wrong answer to {"fingerprint": ..., "message": ...}."""
    spec = Spec.parse(right["name"], right["spec"])
    try:
        parts = _columns(value, spec)
    except ShapeError as e:
        return Verdict(False, str(e))
    if _hash(right["salt"], parts.keys) == right["rows"]:
        off = [c for c in parts.values if not _column_matches(parts, c, right)]
        if not off:
            return Verdict(True, "Right.")
    else:
        off = []
    for name, wrong in wrongs.items():
        mark = wrong["fingerprint"]
        if _hash(mark["salt"], parts.keys) == mark["rows"] and all(
            _column_matches(parts, c, mark) for c in mark["columns"]
        ):
            return Verdict(False, wrong["message"], name)
    return Verdict(False, _difference(spec, parts, right, off))


def _difference(spec: Spec, parts: _Columns, right: Mapping[str, Any], off: list[str]) -> str:
    name = f"`{spec.name}`"
    if spec.type in ("number", "text"):
        return f"{name} is of the right kind, but not the right value yet."
    if spec.type == "set":
        return f"{name} has {_count(parts.keys, 'entry', 'entries')}, but they are not the right ones yet."
    if not off:
        what = "the keys" if spec.type == "mapping" else f"the rows, named by {_list(spec.keys)},"
        if len(parts.keys) != right["count"]:
            return f"{name} has {_count(parts.keys, 'row')} where {right['count']} are expected."
        return f"{name} has as many rows as expected, but {what} are not the ones asked for."
    if spec.type == "mapping":
        return f"{name} has the right keys, but not all of its values are right yet."
    fine = [c for c in parts.values if c not in off]
    return f"In {name}, {_list(off)} {'is' if len(off) == 1 else 'are'} not right yet" + (
        f"; {_list(fine)} {'is' if len(fine) == 1 else 'are'}." if fine else "."
    )


# --- bringing values into one form ---


@dataclass(frozen=True)
class _Columns:
    keys: list[list[str]]
    values: dict[str, list[Any]]
    tolerances: dict[str, Tolerance | None]


def _columns(value: object, spec: Spec) -> _Columns:
    if value is None or value is Ellipsis:
        raise ShapeError(f"`{spec.name}` holds no answer yet.")
    if spec.type == "table":
        return _table(value, spec)
    if spec.type == "mapping":
        if isinstance(value, pd.DataFrame) and value.shape[1] == 1:
            value = value.iloc[:, 0]
        if not isinstance(value, (Mapping, pd.Series)):
            raise ShapeError(f"`{spec.name}` should be a dict or a Series, not {_kind(value)}.")
        items = sorted(((_label(k), v) for k, v in value.items()), key=lambda item: item[0])
        cells = [_cell(v, spec.tolerance, spec.name) for _, v in items]
        return _Columns([[k] for k, _ in items], {"value": cells}, {"value": spec.tolerance})
    if spec.type == "set":
        if isinstance(value, (pd.DataFrame, str, Mapping)) or not hasattr(value, "__iter__"):
            raise ShapeError(f"`{spec.name}` should be a list or a set, not {_kind(value)}.")
        labels = sorted({_label(v) for v in value})
        return _Columns([[v] for v in labels], {"entries": ["1"] * len(labels)}, {"entries": None})
    value = _scalar(value, spec)
    return _Columns([["value"]], {"value": [_cell(value, spec.tolerance, spec.name)]}, {"value": spec.tolerance})


def _scalar(value: object, spec: Spec) -> object:
    if isinstance(value, (pd.Series, pd.DataFrame, np.ndarray)) and value.size == 1:
        value = np.asarray(value).ravel()[0]
    if isinstance(value, (Mapping, list, tuple, set, pd.Series, pd.DataFrame, np.ndarray)):
        raise ShapeError(f"`{spec.name}` should be a single {spec.type}, not {_kind(value)}.")
    if spec.type == "text" and not isinstance(value, str):
        raise ShapeError(f"`{spec.name}` should be text, not {_kind(value)}.")
    return value


def _table(value: object, spec: Spec) -> _Columns:
    if isinstance(value, pd.Series):
        value = value.to_frame(value.name if value.name is not None else next(iter(spec.columns or {})))
    if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
        value = pd.DataFrame(value)
    if not isinstance(value, pd.DataFrame):
        raise ShapeError(f"`{spec.name}` should be a DataFrame, not {_kind(value)}.")
    frame = value
    if any(k not in frame.columns and k in frame.index.names for k in spec.keys):
        frame = frame.reset_index()
    wanted = [*spec.keys, *(spec.columns or {})]
    missing = [c for c in wanted if c not in frame.columns]
    if missing:
        found = _list([str(c) for c in frame.columns]) or "none"
        raise ShapeError(f"`{spec.name}` lacks the column {_list(missing)}; its columns are {found}.")
    if frame.columns[frame.columns.isin(wanted)].has_duplicates:
        raise ShapeError(f"`{spec.name}` has two columns of the same name.")
    keys = [[_label(v) for v in row] for row in zip(*(frame[k] for k in spec.keys), strict=True)]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    ordered = [keys[i] for i in order]
    if any(a == b for a, b in zip(ordered, ordered[1:], strict=False)):
        raise ShapeError(f"`{spec.name}` should have one row for each {_list(spec.keys)}; some appear twice.")
    values = {}
    for column, tolerance in (spec.columns or {}).items():
        cells = frame[column].tolist()
        values[column] = [_cell(cells[i], tolerance, f"{spec.name}.{column}") for i in order]
    return _Columns(ordered, values, dict(spec.columns or {}))


def _cell(value: object, tolerance: Tolerance | None, where: str) -> float | str:
    if tolerance is None:
        return _label(value)
    if value is None or value is pd.NA or value is pd.NaT:
        return math.nan
    if isinstance(value, (pd.Timedelta, np.timedelta64)):
        return float(pd.Timedelta(value) / pd.Timedelta(days=1))
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ShapeError(f"`{where}` should hold numbers, but holds {_kind(value)}.") from None


def _label(value: object) -> str:
    if isinstance(value, (pd.Timestamp, np.datetime64)) and not pd.isna(value):
        stamp = pd.Timestamp(value)
        return stamp.date().isoformat() if stamp == stamp.normalize() else stamp.isoformat()
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (float, np.floating)):
        return "" if math.isnan(value) else f"{int(value)}" if float(value).is_integer() else repr(float(value))
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    return str(value).strip().casefold()


def _kind(value: object) -> str:
    if isinstance(value, (str, int, float, bool, np.generic)):
        return f"{type(value).__name__} {value!r}"[:60]
    return f"a {type(value).__name__}"


# --- the grid and the hash ---


def _scaled(v: float, tolerance: Tolerance) -> float:
    return math.log(abs(v)) if tolerance.relative else v


def _phase(v: float | str, tolerance: Tolerance | None) -> int:
    if tolerance is None or isinstance(v, str) or not math.isfinite(v) or (tolerance.relative and v == 0):
        return 0
    width = 2 * tolerance.size
    return round((_scaled(v, tolerance) % width) / width * _PHASES)


def _indices(cells: list[Any], phases: list[int], tolerance: Tolerance | None) -> list[str]:
    if tolerance is None:
        return [str(c) for c in cells]
    width = 2 * tolerance.size
    out = []
    for v, phase in zip(cells, phases, strict=True):
        if not math.isfinite(v) or (tolerance.relative and v == 0):
            out.append(str(v))
            continue
        index = math.floor(_scaled(v, tolerance) / width - phase / _PHASES + 0.5)
        out.append(f"{'-' if tolerance.relative and v < 0 else ''}{index}")
    return out


def _column_matches(parts: _Columns, column: str, mark: Mapping[str, Any]) -> bool:
    stored = mark["columns"].get(column)
    if stored is None or len(stored["phases"]) != len(parts.values[column]):
        return False
    indices = _indices(parts.values[column], stored["phases"], parts.tolerances[column])
    return bool(_hash(mark["salt"], indices) == stored["hash"])


def _hash(salt: str, content: object) -> str:
    return hashlib.sha256((salt + json.dumps(content, separators=(",", ":"))).encode()).hexdigest()[:32]


# --- words ---


def _list(names: Any) -> str:
    quoted = [f"`{n}`" for n in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}" if quoted else ""


def _count(items: list[Any], one: str, many: str | None = None) -> str:
    return f"{len(items)} {one if len(items) == 1 else many or one + 's'}"
