"""Charts for notebooks and for the page: small functions that return Vega-Lite, which needs no plotting library.

    bar(frame, "segment", "payback_months", title="Small accounts never pay back")

A chart's title says what was found. Colours are the site's palette, which people with colour-blindness can tell apart.
It needs pandas and the standard library only, so that it works in the browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

# The site's palette in light; in the page its style sheet decides, so that dark pages get colours made for them.
TOKENS = {
    "var(--c-1)": "#c24414",
    "var(--c-2)": "#1b6a9e",
    "var(--c-3)": "#9a7200",
    "var(--c-4)": "#97457f",
    "var(--c-5)": "#25806a",
    "var(--c-6)": "#33424d",
    "var(--c-grey)": "#88959d",
}
FINDING, CONTEXT = "var(--c-1)", "var(--c-grey)"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
MIME = "application/vnd.vegalite.v5+json"

# In px: the room for labels below the bars on a phone, a character of such a label, a lying bar and what is around it.
_NARROW, _CHARACTER, _BAR, _GAP = 300, 6.2, 18, 12


@dataclass(frozen=True)
class Chart:
    """A Vega-Lite chart. `spec` names colours by the site's tokens; `alt` says in words what it shows."""

    spec: dict[str, Any]
    alt: str

    def plain_spec(self) -> dict[str, Any]:
        """The spec for JupyterLab, which knows no tokens."""
        config = {
            "mark": {"color": TOKENS[FINDING]},
            "range": {"category": [TOKENS[f"var(--c-{n})"] for n in range(1, 7)]},
            "view": {"stroke": None},
        }
        return {**_resolved(self.spec), "config": config}

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {MIME: self.plain_spec(), "text/plain": self.alt}

    def __repr__(self) -> str:
        return self.alt


def bar(
    data: pd.DataFrame,
    x: str,
    y: str,
    *,
    title: str,
    colour: str | None = None,
    highlight: object = None,
    alt: str | None = None,
) -> Chart:
    """Draw one bar of height `y` for each row, in the rows' order, along `x`.

    Bars start at zero; where their labels would run into each other on a phone, they lie. `highlight` names values of
    `x` that stand out, the others are grey; `colour` names a column whose values get a colour each, side by side.
    Raises KeyError naming a column that `data` lacks.
    """
    encoding = _position(data, x, y, bars=True)
    if colour:
        encoding |= {"color": _colours(data, colour), "xOffset": {"field": _field(colour), "sort": None}}
    elif highlight is not None:
        chosen = list(highlight) if isinstance(highlight, (list, tuple, set)) else [highlight]
        test = {"field": _field(x), "oneOf": _plain(pd.Series(chosen))}
        encoding["color"] = {"condition": {"test": test, "value": FINDING}, "value": CONTEXT}
    chart = _chart(data, {"type": "bar"}, encoding, [x, y, colour], title, alt)
    labels = [str(label) for label in data[x].drop_duplicates()]
    numbers = encoding["x"]["type"] == "ordinal"  # of which an axis may leave some out
    if not numbers and any(len(labels) * (len(label) + 1) * _CHARACTER > _NARROW for label in labels):
        parts = data[colour].nunique() if colour else 1
        _lay_down(chart.spec, len(labels) * (_BAR * max(1, parts) + _GAP))
    return chart


def line(data: pd.DataFrame, x: str, y: str, *, title: str, colour: str | None = None, alt: str | None = None) -> Chart:
    """Draw `y` along `x` (numbers, dates or ordered labels) as a line, or one for each value of the column `colour`."""
    encoding = _position(data, x, y)
    if colour:
        encoding["color"] = _colours(data, colour)
    return _chart(data, {"type": "line", "point": len(data) <= 40}, encoding, [x, y, colour], title, alt)


def dots(
    data: pd.DataFrame,
    x: str,
    y: str,
    *,
    title: str,
    colour: str | None = None,
    label: str | None = None,
    alt: str | None = None,
) -> Chart:
    """Draw a dot for each row; with `label`, a column's text beside it. Neither axis need start at zero."""
    encoding = _position(data, x, y)
    for axis in ("x", "y"):
        if encoding[axis]["type"] == "quantitative":
            encoding[axis]["scale"] = {"zero": False}
    if colour:
        encoding["color"] = _colours(data, colour)
    chart = _chart(data, {"type": "point", "filled": True, "size": 60}, encoding, [x, y, colour, label], title, alt)
    if label is None:
        return chart
    layers = [
        {"mark": chart.spec["mark"]},
        {"mark": {"type": "text", "align": "left", "dx": 7}, "encoding": {"text": {"field": _field(label)}}},
    ]
    spec = {key: value for key, value in chart.spec.items() if key != "mark"}
    return Chart(spec | {"layer": layers}, chart.alt)


def band(data: pd.DataFrame, x: str, y: str, low: str, high: str, *, title: str, alt: str | None = None) -> Chart:
    """Draw `y` along `x` as a line in a band from `low` to `high`: a forecast or a small sample with its interval."""
    chart = line(data, x, y, title=title, alt=alt)
    across = chart.spec["encoding"]["x"]
    middle = chart.spec["encoding"]["y"]
    area = {"x": across, "y": middle | {"field": _field(low)}, "y2": {"field": _field(high)}}
    spec = {key: value for key, value in chart.spec.items() if key not in ("mark", "encoding")}
    spec["data"] = _values(data, [x, y, low, high])
    spec["layer"] = [
        {"mark": {"type": "area", "opacity": 0.25}, "encoding": area},
        {"mark": {"type": "line"}, "encoding": {"x": across, "y": middle}},
    ]
    return Chart(spec, chart.alt)


def _lay_down(spec: dict[str, Any], height: int) -> None:
    """Turn standing bars to lie, the first row at the top, in a chart of that height."""
    encoding = spec["encoding"]
    encoding["x"], encoding["y"] = encoding["y"], encoding["x"]
    if "xOffset" in encoding:
        encoding["yOffset"] = encoding.pop("xOffset")
    spec["height"] = height


def _chart(
    data: pd.DataFrame,
    mark: dict[str, Any],
    encoding: dict[str, Any],
    columns: Sequence[str | None],
    title: str,
    alt: str | None,
) -> Chart:
    if not title.strip():
        raise ValueError("A chart's title says what was found; it can't be empty.")
    names = [c for c in columns if c is not None]
    spec = {
        "$schema": SCHEMA,
        "title": title,
        "width": 480,
        "height": 280,
        "data": _values(data, names),
        "mark": mark | {"tooltip": True},
        "encoding": encoding,
    }
    return Chart(spec, alt or title)


def _resolved(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _resolved(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_resolved(value) for value in part]
    return TOKENS.get(part, part) if isinstance(part, str) else part


def _values(data: pd.DataFrame, columns: Sequence[str]) -> dict[str, Any]:
    """The columns as rows of plain values; text and dates as text, missing values as null."""
    for column in columns:
        if column not in data.columns:
            known = ", ".join(str(c) for c in data.columns)
            raise KeyError(f"the chart's data have no column {column!r}; there are {known}")
    plain = {_name(column): _plain(data[column]) for column in dict.fromkeys(columns)}
    return {"values": [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]}


def _plain(values: pd.Series[Any]) -> list[Any]:
    if isinstance(values.dtype, pd.PeriodDtype):
        return [None if v is pd.NaT else str(v) for v in values]
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return [None if pd.isna(v) else v.isoformat() for v in values]
    plain: list[Any] = []
    for value in values.tolist():
        if value is None or value is pd.NA or (isinstance(value, float) and value != value):
            plain.append(None)
        else:
            plain.append(value if isinstance(value, (bool, int, float)) else str(value))
    return plain


def _position(data: pd.DataFrame, x: str, y: str, bars: bool = False) -> dict[str, Any]:
    across = _axis(data, x)
    if bars and across["type"] == "quantitative":
        across["type"] = "ordinal"
    if across["type"] in ("nominal", "ordinal"):
        across |= {"sort": None, "axis": {"labelAngle": 0, "labelOverlap": not bars or across["type"] == "ordinal"}}
    return {"x": across, "y": _axis(data, y)}


def _axis(data: pd.DataFrame, column: str) -> dict[str, Any]:
    if column not in data.columns:
        known = ", ".join(str(c) for c in data.columns)
        raise KeyError(f"the chart's data have no column {column!r}; there are {known}")
    dtype = data[column].dtype
    kind = "nominal"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        kind = "temporal"
    elif pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype):
        kind = "quantitative"
    return {"field": _field(column), "type": kind, "title": column}


def _colours(data: pd.DataFrame, column: str) -> dict[str, Any]:
    if column not in data.columns:
        known = ", ".join(str(c) for c in data.columns)
        raise KeyError(f"the chart's data have no column {column!r}; there are {known}")
    return {"field": _field(column), "type": "nominal", "sort": None, "title": column}


def _name(column: str) -> str:
    return str(column)


def _field(column: str) -> str:
    """A column's name as Vega-Lite reads it: dots and brackets would be taken for a path."""
    return _name(column).replace("\\", "\\\\").replace(".", "\\.").replace("[", "\\[").replace("]", "\\]")
