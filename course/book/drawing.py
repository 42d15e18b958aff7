"""Charts for paper: the page's drawing for a wide column, in fixed colours and in a font that Typst finds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from course.errors import BuildError
from course.site.charts import Figure
from course.site.node import WEB

_MIXED = re.compile(r'"([^"]+)" style="[a-z-]+:color-mix\([^"]*\)"')


@cache
def palette() -> dict[str, str]:
    """The page's light colours by their variable, on white paper."""
    path = WEB / "src" / "site.css"
    root = re.search(r"^:root \{(.*?)^\}", path.read_text("utf-8"), re.S | re.M)
    colours = dict(re.findall(r"(--c-[a-z0-9-]+): (#[0-9a-f]{3,6});", root[1] if root else ""))
    if "--c-1" not in colours:
        raise BuildError(f"{path}: expected colours such as `--c-1: #c24414;` in `:root`, found none.")
    return colours | {"--c-paper": "#ffffff"}


def drawn(figure: Figure) -> str:
    """The figure as SVG. Raises BuildError when it uses a colour that the page does not have."""
    colours = palette()

    def colour(match: re.Match[str]) -> str:
        if match[1] not in colours:
            raise BuildError(f"Chart {figure.id}: there is no colour {match[1]} in the page's style sheet.")
        return colours[match[1]]

    # A mixed colour is given twice, by its value and for style sheets by its parts; here its value is what counts.
    svg = _MIXED.sub(r'"\1"', figure.wide)
    svg = re.sub(r"var\((--[a-z0-9-]+)\)", colour, svg)
    svg = re.sub(r'font-family="[^"]*"', 'font-family="IBM Plex Sans" font-stretch="condensed"', svg)
    return svg if "xmlns=" in svg else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)


def inputs(figure: Figure) -> list[str]:
    """What the reader may move in the figure in the page, by the names that stand beside the sliders."""

    def bound(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            binding = part.get("bind")
            if isinstance(binding, dict):
                yield str(binding.get("name") or part.get("name", "")).strip(" :")
            for value in part.values():
                yield from bound(value)
        elif isinstance(part, list):
            for value in part:
                yield from bound(value)

    return list(dict.fromkeys(bound(json.loads(figure.spec)))) if figure.spec else []
