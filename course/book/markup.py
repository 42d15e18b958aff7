"""Writes MyST Markdown: links within the book, blocks that the template draws, tables, text for Typst."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from course.curriculum import Curriculum
from course.errors import ContentError, CourseError
from course.reading import CITE, CLAIM, LINK, decimals, heading, is_number, labelled, rounded, shown

MOST_ROWS = 12
MOST_ITEMS = 24


def label(kind: str, key: str) -> str:
    """The name of a place in the book: `topic-1-4`, `term-ltv`, `source-barrett-2025`."""
    return f"{kind}-{key}".lower().replace(".", "-")


def place(kind: str, key: str, text: str) -> str:
    """A paragraph that links can lead to."""
    return f"({label(kind, key)})=\n{text.strip()}"


@dataclass
class Links:
    """Turns the course's own links and citations into links within the book.

    `topics` and `modules` are those that the book holds; what links to another is text. `cited` collects the sources
    and claims that are cited.
    """

    curriculum: Curriculum
    topics: frozenset[str]
    modules: frozenset[int]
    cited: set[str] = field(default_factory=set)

    def within(self, text: str, where: object) -> str:
        """The Markdown with its links. Raises ContentError naming `where` when one leads to what does not exist."""
        curriculum = self.curriculum

        def known(kind: str, key: str, entries: Any) -> None:
            if key not in entries:
                raise ContentError(f"{where}: there is no {kind} {key}. Mend its name, or add it to modules/.")

        def cite(match: re.Match[str]) -> str:
            known("source", match[1], curriculum.sources)
            return f"[({curriculum.sources[match[1]].short})](#{label('source', match[1])})"

        def claim(match: re.Match[str]) -> str:
            known("claim", match[1], curriculum.claims)
            source = curriculum.claims[match[1]].source
            known("source", source, curriculum.sources)
            return f"[({curriculum.sources[source].short})](#{label('claim', match[1])})"

        def link(match: re.Match[str]) -> str:
            kind, key = match[1], match[2]
            if kind == "topic":
                try:
                    module = curriculum.module_of(key)
                except CourseError as e:
                    raise ContentError(f"{where}: {e}") from None
                if key in self.topics:
                    return f"](#{label('topic', key)})"
                return f"](#{label('module', str(module.id))})" if module.id in self.modules else "](#planned)"
            if kind == "concept":
                known("concept", key, curriculum.concepts)
                return f"](#{label('concept', key)})"
            known("term", key, curriculum.glossary)
            return f"](#{label('term', key)})"

        text = LINK.sub(link, CLAIM.sub(claim, CITE.sub(cite, text)))
        return re.sub(r"\[([^]]*)\]\(#planned\)", r"\1", text)


def block(name: str, body: str, /, **arguments: str) -> str:
    """A part of the page that the template's function `name` draws; arguments are Typst code."""
    call = f"{name}({', '.join(f'{key}: {value}' for key, value in arguments.items())})"
    colons = ":" * (1 + max((len(run) for run in re.findall(r"^:{3,}", body, re.M)), default=2))
    return f"{colons}{{block}} {call}\n\n{body.strip()}\n\n{colons}"


def typst(code: str) -> str:
    """Typst code of its own, between two blocks."""
    ticks = "`" * (1 + max((len(run) for run in re.findall(r"`{3,}", code)), default=2))
    return f"{ticks}{{typst}}\n{code}\n{ticks}"


def section(title: str) -> str:
    """A heading within a chapter of the first level; it looks like one within a topic."""
    return typst(f"#heading(level: 2, outlined: false, {text(title)})")


def code(text: str, language: str = "python") -> str:
    """A listing."""
    return f"```{language}\n{text.strip(chr(10))}\n```"


def text(value: str) -> str:
    """A text as Typst content, in brackets; nothing in it is read as markup."""
    plain = re.sub(r"([\\#$*_`<>@\[\]~/=+\-.();:])", r"\\\1", _one_line(value))
    return f"[{plain}]"


def string(value: str) -> str:
    """A text as a Typst string."""
    escaped = _one_line(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _one_line(value: str) -> str:
    return re.sub(r"[ \t\r\n]+", " ", value.strip(" \t\r\n"))


def array(items: Iterable[str]) -> str:
    """Typst code as an array."""
    inner = ", ".join(items)
    return f"({inner},)" if inner else "()"


def table(frame: pd.DataFrame, most: int | None = None) -> str:
    """A DataFrame as a table; row labels become columns. Beyond `most` rows it says how many are left out."""
    frame = labelled(frame)
    rest = 0 if most is None or len(frame) == most + 1 else max(0, len(frame) - most)
    rows = frame.head(len(frame) - rest)
    aligned = array("right" if _numbers(frame.iloc[:, index]) else "left" for index in range(frame.shape[1]))
    columns = [_cells(rows.iloc[:, index]) for index in range(rows.shape[1])]
    cells = array(string(cell) for row in zip(*columns, strict=True) for cell in row)
    titles = array(string(heading(c)) for c in frame)
    kept = "false" if most is None else "true"
    return typst(f"#results({aligned}, {titles}, {cells}, left-out: {rest}, kept: {kept})")


def _numbers(column: pd.Series[Any]) -> bool:
    if column.dtype == object and len(column):
        return all(isinstance(cell, (int, float, np.number)) and not isinstance(cell, bool) for cell in column)
    return is_number(column)


def _cells(column: pd.Series[Any]) -> list[str]:
    """The values of a column as readers see them: with the same digits, dates in short, years without separator."""
    name = str(column.name)
    if pd.api.types.is_integer_dtype(column) and (name == "year" or name.endswith("_year")):
        return [str(year) for year in column]
    if pd.api.types.is_datetime64_any_dtype(column) and (column.dropna().dt.day != 1).any():
        return [shown(day) if pd.isna(day) else f"{day.day}\xa0{day:%b}\xa0{day.year}" for day in column]
    if not pd.api.types.is_float_dtype(column):
        return [shown(cell) for cell in column]
    digits = decimals(column.replace([np.inf, -np.inf], np.nan).dropna().abs())
    return [shown(cell) if pd.isna(cell) else rounded(cell, digits) for cell in column]


def value(found: Any) -> str:
    """The value of an answer: a table where it is one, else the value in words."""
    if isinstance(found, pd.Series):
        found = pd.DataFrame({"value" if found.name is None else found.name: found})
    if isinstance(found, pd.DataFrame):
        return table(found, MOST_ROWS)
    if isinstance(found, dict):
        values = pd.Series(list(found.values()), dtype=object)  # each is a quantity of its own, with its own digits
        return table(pd.DataFrame({"": list(map(str, found)), "value": values}), MOST_ROWS)
    if isinstance(found, (list, tuple, set, frozenset)):
        parts: Sequence[Any] = sorted(found, key=str) if isinstance(found, (set, frozenset)) else list(found)
        named = [shown(part) for part in parts[:MOST_ITEMS]]
        if len(parts) > MOST_ITEMS:
            named.append(f"and {len(parts) - MOST_ITEMS} more")
        return typst(f"#outcome({text(', '.join(named) or 'nothing')})")
    return typst(f"#outcome({text(shown(found))})")
