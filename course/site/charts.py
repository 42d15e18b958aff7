"""Charts of the readings: one shared look, drawn once as inline SVG.

    figure(chart, id="payback-by-segment", title="Small accounts never pay back",
           caption="Divide cost by monthly margin …", alt="…").html("../../")

A chart is drawn twice, for a wide column and for a phone, and the style sheet shows the one that fits: text keeps its
size. Colours are the page's own CSS variables, so dark mode and print need nothing more. A chart with bound
parameters (a slider) also carries its specification, which the page's script brings to life over the drawing.
"""

from __future__ import annotations

import copy
import hashlib
import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert as vlc

from course.errors import ContentError

Spec = dict[str, Any]

# What a chart may be drawn in. The style sheet holds the values, for light, dark and print.
FINDING = "var(--c-1)"  # the one thing that the chart says
CONTEXT = "var(--c-grey)"  # all that it is compared with
INK = "var(--c-ink)"
SOFT = "var(--c-soft)"
PAPER = "var(--c-paper)"
LINE = "var(--c-line)"
SERIES = tuple(f"var(--c-{n})" for n in range(1, 7))  # only where several series matter alike

WIDE, NARROW = 700, 350  # px; the style sheet switches between the two
_TEXT = 14  # px, in both

# A continuous scale mixes its colours itself, which it can't do with variables: it mixes these two, and the share of
# the second is read back from the result. The steps between them are given, since Vega would go round by other hues.
_RAMP = ((0xE6, 0xEA, 0xEC), (0xC2, 0x44, 0x14))
_RAMP_STEPS = [
    "#" + "".join(f"{round(a + (b - a) * step / 32):02x}" for a, b in zip(*_RAMP, strict=True)) for step in range(33)
]

_AXIS: Spec = {
    "domainColor": SOFT,
    "gridColor": LINE,
    "labelColor": SOFT,
    "labelFontSize": _TEXT,
    "labelPadding": 6,
    "tickColor": LINE,
    "titleColor": SOFT,
    "titleFontSize": _TEXT,
    "titleFontWeight": "normal",
}

THEME: Spec = {
    "aria": False,  # the figure's text alternative speaks for the whole drawing
    "background": "transparent",
    "font": "IBM Plex Sans Condensed, Arial Narrow, Arial, sans-serif",
    "padding": 2,
    "view": {"stroke": None},
    "axis": _AXIS,
    "axisX": {"grid": False, "titlePadding": 10, "labelFlush": True},
    "axisY": {
        "domain": False,
        "ticks": False,
        "titleAlign": "left",
        "titleAnchor": "end",
        "titleAngle": 0,
        "titleBaseline": "bottom",
        "titleX": 0,
        "titleY": -8,
    },
    "axisQuantitative": {"tickCount": 6},
    "axisBand": {"grid": False, "ticks": False, "domain": False},
    "header": {"labelColor": INK, "labelFontSize": _TEXT, "labelFontWeight": "bold", "titleColor": SOFT},
    "legend": {
        "labelColor": INK,
        "labelFontSize": _TEXT,
        "orient": "top",
        "gradientStrokeColor": LINE,
        "offset": 28,
        "title": None,
        "titleColor": SOFT,
    },
    "title": {"anchor": "start", "color": INK, "fontSize": _TEXT, "fontWeight": "bold"},
    "mark": {"color": CONTEXT},
    "arc": {"stroke": PAPER},
    "bar": {"color": CONTEXT},
    "line": {"color": CONTEXT, "strokeWidth": 2.25, "strokeCap": "round", "strokeJoin": "round"},
    "point": {"color": CONTEXT, "filled": True, "size": 55, "opacity": 1},
    "circle": {"color": CONTEXT, "size": 55, "opacity": 1},
    "rule": {"color": SOFT},
    "text": {"color": INK, "fontSize": _TEXT},
    "scale": {"bandPaddingInner": 0.3},
    "range": {
        "category": list(SERIES),
        "ordinal": list(SERIES),
        "ramp": _RAMP_STEPS,
        "heatmap": _RAMP_STEPS,
        "diverging": _RAMP_STEPS,
    },
}


@dataclass(frozen=True)
class Figure:
    """A chart ready for a page. `wide` and `narrow` are SVG; `spec` is there when the reader may move something."""

    id: str
    title: str
    caption: str
    alt: str
    wide: str
    narrow: str
    spec: str | None = None

    @property
    def path(self) -> str:
        """Where the specification belongs under the site's root. Its name changes when its content does."""
        digest = hashlib.sha256((self.spec or "").encode()).hexdigest()[:10]
        return f"assets/charts/{self.id}-{digest}.json"

    def files(self) -> dict[str, str]:
        """What the figure needs beside the page, by path under the site's root."""
        return {self.path: self.spec} if self.spec else {}

    def html(self, base: str) -> str:
        """The figure as HTML. `base` leads from the page to the site's root: `../../`."""
        drawing = self._svg(self.wide, "wide") + self._svg(self.narrow, "narrow")
        data = ""
        if self.spec:
            inputs = len(re.findall(r'"bind":\{', self.spec))
            path, text = html.escape(base + self.path), html.escape(self.alt)
            data = f' data-spec="{path}" data-alt="{text}" style="--inputs:{inputs}"'
        return (
            f'<figure class="figure" id="figure-{self.id}">\n'
            f'<p class="figure-title">{html.escape(self.title)}</p>\n'
            f'<div class="course-chart"{data} data-search-exclude>{drawing}</div>\n'
            f"<figcaption>{html.escape(self.caption)}</figcaption>\n</figure>"
        )

    def _svg(self, drawing: str, variant: str) -> str:
        # Both drawings are in the page: without a prefix, one would clip itself by a path of the hidden other.
        ids = re.sub(r'((?: id=")|(?:url\(#))', rf"\g<1>{self.id}-{variant}-", drawing)
        return ids.replace("<svg", f'<svg class="{variant}" role="img" aria-label="{html.escape(self.alt)}"', 1)


def figure(chart: alt.TopLevelMixin, *, id: str, title: str, caption: str, alt: str) -> Figure:
    """Draw an Altair chart in the course's look. The figure sets the width; heights are the chart's.

    Raises ContentError when a text is missing or when a colour is not one of the page's.
    """
    for name, value in (("title", title), ("caption", caption), ("alt", alt)):
        if not value.strip():
            raise ContentError(
                f"Chart {id}: expected `{name}`, found none. Say it in words: charts are also listened to."
            )
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id):
        raise ContentError(f"Chart id {id!r}: expected lower-case words joined by dashes, such as payback-by-segment.")
    spec: Spec = chart.to_dict()
    spec["config"] = _merged(THEME, {k: v for k, v in spec.get("config", {}).items() if k != "view"})
    wide, narrow = (_coloured(_fitted(s, w), id) for s, w in ((spec, WIDE), (_stacked(spec), NARROW)))
    moving = _compact(_fluid(spec)) if _has_inputs(spec) else None
    return Figure(id, title, caption, alt, wide, narrow, moving)


def _draw(spec: Spec) -> str:
    return vlc.vegalite_to_svg(spec)


def _merged(base: Spec, over: Spec) -> Spec:
    merged = copy.deepcopy(base)
    for key, value in over.items():
        merged[key] = (
            _merged(merged[key], value) if isinstance(value, dict) and isinstance(merged.get(key), dict) else value
        )
    return merged


def _children(spec: Spec) -> Iterator[Spec]:
    for key in ("hconcat", "vconcat", "concat"):
        yield from spec.get(key, ())
    if isinstance(spec.get("spec"), dict):
        yield spec["spec"]


def _is_composed(spec: Spec) -> bool:
    return next(_children(spec), None) is not None or bool({"row", "column", "facet"} & set(spec.get("encoding", ())))


def _each_view(spec: Spec, change: Callable[[Spec], None]) -> Spec:
    """A copy of the specification with every single view in it changed."""
    spec = copy.deepcopy(spec)

    def walk(part: Spec) -> None:
        children = list(_children(part))
        if not children:
            change(part)
        for child in children:
            walk(child)

    walk(spec)
    return spec


def _fitted(spec: Spec, width: int) -> str:
    """The drawing with its views so wide that the whole of it, axes and labels included, is `width` px."""

    def at(inner: float) -> str:
        return _draw(_each_view(spec, lambda view: view.update(width=max(40, round(inner)))))

    # What surrounds the views takes a width that only drawing tells; the whole grows with them, nearly in proportion.
    before, inner = 0.6 * width, 0.8 * width
    drawn_before, drawing = _size(at(before))[0], at(inner)
    for _ in range(4):
        drawn = _size(drawing)[0]
        if abs(drawn - width) < 3:
            break
        growth = (drawn - drawn_before) / (inner - before) if inner != before else 0
        before, drawn_before = inner, drawn
        inner += (width - drawn) / max(growth, 0.5)
        drawing = at(inner)
    return drawing


def _stacked(spec: Spec) -> Spec:
    """Views that stand side by side stand below one another, for a narrow column."""
    spec = copy.deepcopy(spec)
    if "hconcat" in spec:
        spec["vconcat"] = spec.pop("hconcat")
    if "concat" in spec or "facet" in spec:
        spec["columns"] = 1
    encoding = spec.get("encoding", {})
    if "facet" in encoding:
        encoding["facet"]["columns"] = 1
    elif "column" in encoding and "row" not in encoding:
        encoding["facet"] = {**encoding.pop("column"), "columns": 1}
    return spec


def _fluid(spec: Spec) -> Spec:
    """As wide as the page's column, for the chart that the reader moves."""
    if _is_composed(spec):
        return spec
    return {**spec, "width": "container", "autosize": {"type": "fit-x", "contains": "padding"}}


def _has_inputs(spec: Spec) -> bool:
    return any(isinstance(p.get("bind"), dict) for p in spec.get("params", ())) or any(
        _has_inputs(part) for part in (*_children(spec), *spec.get("layer", ()))
    )


def _compact(spec: Spec) -> str:
    return json.dumps(spec, separators=(",", ":"), ensure_ascii=False)


def _size(svg: str) -> tuple[float, float]:
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert found, "a drawing has a size"
    return float(found[1]), float(found[2])


# Vega names its parts for assistive technology and style sheets; here the figure's text alternative speaks for all.
_NAMES = re.compile(r' (?:class|role|aria-[a-z]+)="[^"]*"')
_PAINT = re.compile(r'(fill|stroke|stop-color)="([^"]+)"')
_KEEP = re.compile(r"var\(--[a-z0-9-]+\)|none|transparent|url\(#.+\)")


def _coloured(svg: str, id: str) -> str:
    """The drawing without a fixed size and with every colour taken from the page."""

    def paint(match: re.Match[str]) -> str:
        what, colour = match.groups()
        if _KEEP.fullmatch(colour):
            return match[0]
        share = _ramp_share(colour)
        if share is None:
            raise ContentError(
                f"Chart {id}: colour {colour} is not the page's, so it would not follow dark mode and print. "
                "Use FINDING, CONTEXT, INK, SOFT or SERIES."
            )
        # The attribute stays for browsers that do not know color-mix.
        return f'{match[0]} style="{what}:color-mix(in srgb,var(--c-1) {share:.0%},var(--c-ramp))"'

    width, height = _size(svg)
    svg = _NAMES.sub("", svg)
    svg = re.sub(r"<svg[^>]*>", f'<svg viewBox="0 0 {width:g} {height:g}">', svg, count=1)
    return _PAINT.sub(paint, svg)


def _ramp_share(colour: str) -> float | None:
    """How much of the second colour is in a mixture of the two, or None when it is not a mixture of them."""
    if match := re.fullmatch(r"rgb\((\d+), ?(\d+), ?(\d+)\)", colour):
        rgb = [int(v) for v in match.groups()]
    elif re.fullmatch("#[0-9a-fA-F]{6}", colour):
        rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    else:
        return None
    low, high = _RAMP
    span = [h - b for b, h in zip(low, high, strict=True)]
    share = sum((v - b) * s for v, b, s in zip(rgb, low, span, strict=True)) / sum(s * s for s in span)
    near = all(abs(b + share * s - v) <= 3 for v, b, s in zip(rgb, low, span, strict=True))
    return min(1.0, max(0.0, share)) if near else None
