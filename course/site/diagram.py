"""Which table leads to which, drawn domain by domain: small enough for a phone, coloured by the page's tokens."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from course.case.registry import Node

# Parts of the business by the module of the case company that declares their tables.
DOMAINS = {
    "Customers and subscriptions": ("customers", "subscriptions"),
    "Deals and products": ("sales",),
    "Plan and supply": ("planning",),
    "Market and competitors": ("positioning", "events"),
    "People and territories": ("staff", "coverage"),
    "Prices and discounts": ("pricing",),
    "Systems and their data": ("technology",),
    "Pay and incentives": ("incentives",),
    "Marketing and leads": ("demand", "leads", "alignment"),
    "Review and playbook": ("review",),
}
OTHER = "Further tables"

_WIDTH, _LEFT, _RIGHT = 358, 176, 146  # px: two columns of boxes fit a phone
_HEAD, _ROW, _GAP = 26, 20, 8  # px: heights of a box's title and of a column in it, and between boxes
_COLOURS = 6


def by_domain(tables: Mapping[str, Node]) -> dict[str, dict[str, Node]]:
    """The tables by the part of the business they belong to; no table is left out."""
    domain_of = {module: domain for domain, modules in DOMAINS.items() for module in modules}
    found: dict[str, dict[str, Node]] = {domain: {} for domain in (*DOMAINS, OTHER)}
    for name, node in tables.items():
        found[domain_of.get(node.build.__module__.rpartition(".")[2], OTHER)][name] = node
    return {domain: members for domain, members in found.items() if members}


def references(node: Node) -> list[tuple[str, str, str]]:
    """What leads from a table to others: its column, the other table, the column there."""
    return [(c.name, *_place(c.refers)) for c in node.columns if c.refers]


def _place(refers: str) -> tuple[str, str]:
    table, _, column = refers.partition(".")
    return table, column


def diagram(domain: str, members: Mapping[str, Node]) -> str:
    """An SVG of a domain: its tables at the left, the tables that their columns lead to at the right."""
    boxes: list[str] = []
    ends: dict[tuple[str, str], list[float]] = {}
    y = 1.0
    for name, node in members.items():
        links = references(node)
        height = _HEAD + _ROW * len(links)
        boxes.append(_box(0, y, _LEFT, height, name, "own"))
        for row, (column, *place) in enumerate(links):
            middle = y + _HEAD + _ROW * row + _ROW / 2 - 2
            boxes.append(f'<text x="10" y="{middle + 4:g}">{escape(column)}</text>')
            ends.setdefault((place[0], place[1]), []).append(middle)
        y += height + _GAP
    lines: list[str] = []
    free = 1.0
    for index, (target, starts) in enumerate(sorted(ends.items(), key=lambda end: sum(end[1]) / len(end[1]))):
        top = max(free, sum(starts) / len(starts) - (_HEAD + _ROW) / 2)
        free = top + _HEAD + _ROW + _GAP
        kind = "own" if target[0] in members else "other"
        boxes.append(_box(_WIDTH - _RIGHT - 1, top, _RIGHT, _HEAD + _ROW, target[0], kind))
        boxes.append(f'<text x="{_WIDTH - _RIGHT + 9}" y="{top + _HEAD + 12:g}">{escape(target[1])}</text>')
        lines += [_line(start, top + _HEAD / 2, index % _COLOURS + 1) for start in starts]
    total = max(y, free) - _GAP + 1
    label = f"Tables of the domain “{domain}” and the tables they lead to; the list after the drawing says the same."
    return (
        f'<svg class="entities" role="img" aria-label="{escape(label)}" viewBox="0 0 {_WIDTH} {total:g}">'
        f"{''.join(lines)}{''.join(boxes)}</svg>"
    )


def _box(x: float, y: float, width: float, height: float, name: str, kind: str) -> str:
    return (
        f'<rect class="{kind}" x="{x + 0.5:g}" y="{y:g}" width="{width}" height="{height:g}" rx="3"/>'
        f'<text class="name" x="{x + 10:g}" y="{y + 18:g}">{escape(name)}</text>'
    )


def _line(start: float, end: float, colour: int) -> str:
    left, right = _LEFT + 0.5, _WIDTH - _RIGHT - 0.5
    middle = (left + right) / 2
    path = f"M{left:g} {start:g}C{middle:g} {start:g} {middle:g} {end:g} {right:g} {end:g}"
    return f'<path style="stroke:var(--c-{colour})" d="{path}"/>'


def in_words(members: Mapping[str, Node]) -> str:
    """The drawing as a list, each table a link to its description on the page."""
    return f'<ul class="leads">{"".join(_words(name, node) for name, node in members.items())}</ul>'


def _words(name: str, node: Node) -> str:
    leads = [f'<code>{escape(column)}</code> in <a href="#{t}">{escape(t)}</a>' for column, t, _ in references(node)]
    return f'<li><a href="#{name}">{escape(name)}</a>{": " + ", ".join(leads) if leads else ""}</li>'
