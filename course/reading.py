"""Turns the source of a topic page into Markdown in which every figure about the case company is computed.

Fenced blocks run in order in one namespace, on one edition, before the prose is filled in:

    ```python setup      runs, is not shown
    ```python example    runs and is shown behind a disclosure; a DataFrame as last expression becomes a table
    ```python chart      runs; its last expression is figure(…)

`{{ expression:format }}` in the prose gives a value. `[@key]` cites a source, `[#claim]` marks an outside figure,
`glossary:`, `topic:` and `concept:` links lead to where the course says more.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from course.curriculum import Curriculum
from course.errors import ContentError
from course.site.charts import CONTEXT, FINDING, INK, SERIES, SOFT, Figure, figure
from course.source import read_text

SECTIONS = (
    "What most people do",
    "How to decide",
    "Watch it done",
    "What it does not tell you",
    "From the essays",
    "On Monday",
)
#: a topic of module 0 teaches a step with tables, not a decision
START_SECTIONS = ("The idea", "Watch it done", "When it goes wrong")
_FENCE = re.compile(r"^```python (setup|example|chart)[ \t]*\n(.*?)^```[ \t]*$", re.S | re.M)
_VALUE = re.compile(r"\{\{(.+?)\}\}", re.S)
CITE = re.compile(r"\[@([a-z0-9-]+)\]")
CLAIM = re.compile(r"\[#([a-z0-9-]+)\]")
LINK = re.compile(r"\]\((glossary|topic|concept):([A-Za-z0-9.-]+)\)")


@dataclass(frozen=True)
class Example:
    """Code that is shown, and what its last expression gave where that is a table."""

    code: str
    table: pd.DataFrame | None


@dataclass
class Reading:
    """A topic page, executed.

    `markdown` is plain Markdown with inline HTML; in its links `../` is the root. `parts` is the same in order for
    what is not a web page: prose as it stands in the source with its figures filled in, examples, charts.
    """

    path: Path
    topic: str
    markdown: str = ""
    parts: list[str | Example | Figure] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    concepts: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    examples: int = 0


def eur(amount: float) -> str:
    """An amount in euros as people say it: €940, €48,300, €1.2m, €31m."""
    sign, size = ("−" if amount < 0 else ""), abs(float(amount))
    if size >= 9.95e6:
        return f"{sign}€{size / 1e6:,.0f}m"
    if size >= 999_500:
        return f"{sign}€{size / 1e6:.1f}m"
    if size >= 9_950:
        return f"{sign}€{round(size, -2):,.0f}"
    return f"{sign}€{size:,.0f}"


def pct(share: float, digits: int = 0) -> str:
    """A share as a percentage: 0.184 is 18%."""
    return f"{'−' if share < 0 else ''}{abs(share) * 100:.{digits}f}%"


def split_header(path: Path) -> tuple[str, str, int]:
    """The topic id, the body and the line on which the body begins. Raises ContentError on a malformed header."""
    text = read_text(path)
    match = re.match(r'---\ntopic: "([0-8]\.[1-9])"\n---\n', text)
    if not match:
        raise ContentError(f'{path}:1: expected the three lines `---`, `topic: "1.4"`, `---` at the top.')
    return match[1], text[match.end() :], text[: match.end()].count("\n") + 1


def render(path: Path, curriculum: Curriculum, load: Callable[..., Any]) -> Reading:
    """Execute a topic page on the data that `load` gives.

    Raises ContentError naming file and line when a block fails, a heading is missing or out of order, or a source,
    claim, concept, term or topic is unknown.
    """
    topic, body, first = split_header(path)
    reading = Reading(path, topic)
    names: dict[str, Any] = {
        "__name__": "__main__", "load": load, "pd": pd, "np": np, "alt": alt, "eur": eur, "pct": pct, "figure": figure,
        "FINDING": FINDING, "CONTEXT": CONTEXT, "INK": INK, "SOFT": SOFT, "SERIES": SERIES,
    }  # fmt: skip

    def line_of(position: int) -> int:
        return first + body[:position].count("\n")

    # All blocks run before any prose is filled in: the moment that opens a page speaks of figures computed below it.
    fences = list(_FENCE.finditer(body))
    blocks = [_block(m[1], m[2], names, reading, line_of(m.start()) + 1) for m in fences]
    end = 0
    for match, block in zip(fences, blocks, strict=True):
        reading.parts.append(_prose(body[end : match.start()], names, path, line_of(end)))
        reading.parts += [block] if block else []
        end = match.end()
    reading.parts.append(_prose(body[end:], names, path, line_of(end)))
    reading.figures = [part for part in reading.parts if isinstance(part, Figure)]
    markdown = _markdown(reading)
    reading.sections = re.findall(r"^## (.+?)\s*$", markdown, re.M)
    sections = START_SECTIONS if topic.startswith("0.") else SECTIONS
    if tuple(reading.sections) != sections:
        raise ContentError(
            f"{path}: expected the sections {', '.join(sections)}, in this order; found {', '.join(reading.sections)}."
        )
    reading.markdown = _link(markdown, reading, curriculum)
    return reading


def _prose(text: str, names: Mapping[str, Any], path: Path, line: int) -> str:
    def value(match: re.Match[str]) -> str:
        where = line + text[: match.start()].count("\n")
        source = match[1].strip()
        expression, spec = source, ""
        try:
            try:
                ast.parse(source, mode="eval")
            except SyntaxError:
                expression, _, spec = source.rpartition(":")
            return format(eval(expression, dict(names)), spec)
        except Exception as e:
            raise ContentError(f"{path}:{where}: {{{{ {source} }}}} fails: {type(e).__name__}: {e}.") from None

    return _VALUE.sub(value, text)


def _block(kind: str, code: str, names: dict[str, Any], reading: Reading, line: int) -> Example | Figure | None:
    try:
        tree = ast.parse("\n" * (line - 1) + code, str(reading.path))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, str(reading.path), "exec"), names)
        value = None
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), str(reading.path), "eval"), names)
    except Exception as e:
        at = line
        trace = e.__traceback__
        while trace:
            if trace.tb_frame.f_code.co_filename == str(reading.path):
                at = trace.tb_lineno
            trace = trace.tb_next
        if isinstance(e, SyntaxError) and e.lineno:
            at = e.lineno
        what = "the assertion does not hold" if isinstance(e, AssertionError) else type(e).__name__
        said = str(e) or _line(code, at - line)
        raise ContentError(f"{reading.path}:{at}: in this {kind} block {what}: {said}") from None
    if kind == "setup":
        return None
    if kind == "chart":
        if not isinstance(value, Figure):
            raise ContentError(
                f"{reading.path}:{line}: a chart block ends in figure(…), not in {type(value).__name__}."
            )
        return value
    if isinstance(value, pd.Series):
        value = value.to_frame()
    return Example(code, value if isinstance(value, pd.DataFrame) else None)


def _markdown(reading: Reading) -> str:
    out = []
    opened = " open" if reading.topic.startswith("0.") else ""  # there the code is what is taught
    for part in reading.parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Figure):
            out.append(f"\n{part.html('../')}\n")
        else:
            reading.examples += 1
            out.append(
                f'\n<details class="computation" markdown="1" data-search-exclude{opened}>\n'
                "<summary>Show the computation</summary>\n\n"
                f"```python\n{part.code}```\n\n</details>\n"
            )
            if part.table is not None:
                name = f"Table {reading.examples}"  # no two regions of a page may have the same name
                out.append(f"\n{table(part.table, name)}\n")
    return "".join(out)


def _line(code: str, index: int) -> str:
    lines = code.splitlines()
    return lines[index].strip() if index < len(lines) else ""


def table(frame: pd.DataFrame, name: str = "Table") -> str:
    """A DataFrame as an accessible HTML table in a box that scrolls sideways; row labels become columns."""
    frame = labelled(frame)
    # Row labels may have no name, and a heading may not be empty.
    headings = {c: html.escape(heading(c)) for c in frame}
    head = "".join(
        f'<th scope="col"{_align(frame[c])}>{said}</th>' if said else "<td></td>" for c, said in headings.items()
    )
    columns = [[f"<td{_align(frame[c])}>{html.escape(text)}</td>" for text in texts(frame[c])] for c in frame]
    rows = [f"<tr>{''.join(cells)}</tr>" for cells in zip(*columns, strict=True)]
    return (
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="{name}" data-search-exclude>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its row labels as columns, where it has some: an index that is named, or one of words."""
    if any(frame.index.names):
        return frame.reset_index()
    return frame if pd.api.types.is_integer_dtype(frame.index) else frame.rename_axis("").reset_index()


def heading(column: object) -> str:
    """A column's name as readers see it."""
    return str(column).replace("_", " ")


def _align(column: pd.Series[Any]) -> str:
    return ' class="num"' if is_number(column) else ""


_FIGURE = re.compile(r"[−+-]?[€$£]?\d[\d,]*(\.\d+)?\s?[%mk]?|–")
_SHORT = 8  # characters of a value that stays on one line


def is_number(column: pd.Series[Any]) -> bool:
    """Whether a column holds numbers, also such as are written out as text (18%), which are aligned at their right."""
    if pd.api.types.is_numeric_dtype(column):
        return column.dtype != bool
    values = column.dropna()
    return len(values) > 0 and all(isinstance(v, str) and _FIGURE.fullmatch(v) for v in values)


def texts(column: pd.Series[Any]) -> list[str]:
    """A column's values as readers see them; numbers of one column have the same decimals."""
    if pd.api.types.is_float_dtype(column):
        digits = decimals(column.replace([np.inf, -np.inf], np.nan).dropna().abs())
        return [shown(v) if pd.isna(v) or np.isinf(v) else rounded(v, digits) for v in column]
    said = [shown(v) for v in column]
    return [text.replace(" ", "\u00a0") if len(text) <= _SHORT else text for text in said]


def decimals(sizes: pd.Series[Any]) -> int:
    """As many decimals as the smallest of some sizes deserves, and no more than any of them has."""
    if sizes.empty:
        return 0
    rest = sizes[sizes > sizes.max() * 1e-9]
    least, largest = (rest.min(), rest.max()) if len(rest) else (0, 0)
    most = 2 if least < 1 or largest < 10 or (least < 2 and largest < 1000) else 1 if largest < 1000 else 0
    while most and np.allclose(sizes.round(most), sizes.round(most - 1), rtol=0, atol=1e-9):
        most -= 1
    return most


def rounded(number: float, digits: int) -> str:
    """A number with so many decimals, a true minus sign, and none before nothing."""
    text = f"{number:,.{digits}f}"
    return text.replace("-", "−") if text.strip("-0.,") else text.lstrip("-")


def shown(value: Any) -> str:
    """A value as readers see it: dates in words, numbers with as many digits as they deserve."""
    if isinstance(value, pd.Timestamp):
        return f"{value.day} {value:%B %Y}" if value.day != 1 else f"{value:%B %Y}"
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return "–"
    if isinstance(value, (float, np.floating)):
        value = float(value)
        digits = 0 if abs(value) >= 100 or float(value).is_integer() else 1 if abs(value) >= 10 else 2
        return f"{value:,.{digits}f}".replace("-", "−")
    if isinstance(value, (int, np.integer)):
        return f"{value:,}".replace("-", "−")
    return str(value)


def _link(markdown: str, reading: Reading, curriculum: Curriculum) -> str:
    def known(kind: str, key: str, entries: Mapping[str, Any], used: list[str], file: str) -> None:
        if key not in entries:
            raise ContentError(f"{reading.path}: there is no {kind} {key}. Add it to modules/{file}, or mend its name.")
        if key not in used:
            used.append(key)

    def cite(match: re.Match[str]) -> str:
        known("source", match[1], curriculum.sources, reading.sources, "sources.yml")
        return f"[({curriculum.sources[match[1]].short})](../sources.md#{match[1]})"

    def claim(match: re.Match[str]) -> str:
        known("claim", match[1], curriculum.claims, reading.claims, "claims.yml")
        source = curriculum.claims[match[1]].source
        known("source", source, curriculum.sources, reading.sources, "sources.yml")
        return f"[({curriculum.sources[source].short})](../sources.md#claim-{match[1]}){{ .claim }}"

    def link(match: re.Match[str]) -> str:
        kind, key = match[1], match[2]
        if kind == "topic":
            try:
                module, topic = curriculum.module_of(key), curriculum.topic(key)
            except ContentError as e:
                raise ContentError(f"{reading.path}: {e}") from None
            written = curriculum.reading(module, topic).exists()
            return f"](../{module.folder}/{topic.stem}.md)" if written else f"](../{module.folder}/index.md)"
        if kind == "concept":
            known("concept", key, curriculum.concepts, reading.concepts, "concepts.yml")
            return f"](../concepts.md#{key.lower()})"
        known("term", key, curriculum.glossary, reading.terms, "glossary.yml")
        return f"](../glossary.md#{key})"

    return LINK.sub(link, CLAIM.sub(claim, CITE.sub(cite, markdown)))
