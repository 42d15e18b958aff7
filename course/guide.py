"""The guide to a module's workshop: what a person must write of it, in modules/NN-slug/guide.md.

    guide = Guide.read(curriculum.guide(module))
    guide.steps[0].minutes

Common mistakes come from the exercises and sample memos from memo.md, so a guide holds neither. Its text may link to
`topic:`, `concept:` and `glossary:` and cite sources as readings do; figures of the case stand in the topics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from course.errors import ContentError
from course.source import Source, parse_yaml, read_text

SECTIONS = (
    "Before the workshop",
    "Ninety minutes",
    "Questions for the room",
    "What they will ask you",
    "Marking the memo",
)
MINUTES = 90
QUESTIONS = (6, 8)
WORDS = (400, 800)
_COLUMNS = ("minutes", "what happens", "who speaks", "what is on the table afterwards")


class _Header(Source):
    module: int = Field(ge=0, le=8)


@dataclass(frozen=True)
class Step:
    """A part of the workshop: how many minutes, what happens, who speaks, what is on the table afterwards."""

    minutes: int
    happens: str
    speaks: str
    leaves: str


@dataclass(frozen=True)
class Guide:
    """A guide as it was written. `sections` gives each section's Markdown by its heading; the table is in `steps`."""

    path: Path
    module: int
    sections: dict[str, str]
    steps: tuple[Step, ...]
    lines: dict[str, int]

    @classmethod
    def read(cls, path: Path) -> Guide:
        """Read a guide.md. Raises ContentError naming file, line, what was expected and what was found."""
        source = read_text(path)
        parts = source.split("---\n", 2)
        if len(parts) != 3 or parts[0]:
            raise ContentError(f"{path}:1: expected the three lines `---`, `module: 4`, `---` at the top.")
        header = parse_yaml(parts[1], path, _Header, first_line=2)
        if path.parent.name[:2].isdigit() and int(path.parent.name[:2]) != header.module:
            raise ContentError(
                f"{path}:2: expected `module: {int(path.parent.name[:2])}`, as the folder says; "
                f"found module {header.module}."
            )
        sections, lines = _sections(path, parts[2], 3 + parts[1].count("\n"))
        steps = _steps(path, sections["Ninety minutes"], lines["Ninety minutes"])
        _questions(path, sections["Questions for the room"], lines["Questions for the room"])
        return cls(path, header.module, sections, steps, lines)

    @property
    def words(self) -> int:
        """How many words the guide has, headings and link targets left out."""
        text = re.sub(r"\]\([^)]*\)", "", "\n".join(self.sections.values()))
        return len(re.findall(r"[A-Za-z’'-]+", text))


def _sections(path: Path, text: str, first: int) -> tuple[dict[str, str], dict[str, int]]:
    found = list(re.finditer(r"^## (.+?)[ \t]*$", text, re.M))
    names = tuple(m[1] for m in found)
    at = [first + text[: m.start()].count("\n") for m in found]
    if names != SECTIONS:
        wrong = next((i for i, name in enumerate(names) if i >= len(SECTIONS) or name != SECTIONS[i]), len(names))
        line = at[wrong] if wrong < len(at) else first + text.count("\n")
        expected = f"the heading `## {SECTIONS[wrong]}`" if wrong < len(SECTIONS) else "no further heading"
        here = f"`## {names[wrong]}`" if wrong < len(names) else "the end of the file"
        raise ContentError(
            f"{path}:{line}: expected {expected}, found {here}. A guide's headings are {', '.join(SECTIONS)}, "
            "in this order."
        )
    if text[: found[0].start()].strip():
        raise ContentError(f"{path}:{first}: expected `## {SECTIONS[0]}` first, found text above it.")
    ends = [m.start() for m in found[1:]] + [len(text)]
    sections = {m[1]: text[m.end() : end].strip() for m, end in zip(found, ends, strict=True)}
    lines = dict(zip(names, at, strict=True))
    for name, section in sections.items():
        if not section:
            raise ContentError(f"{path}:{lines[name]}: the section {name} is empty. Write it, as in the other modules.")
    return sections, lines


def _steps(path: Path, section: str, line: int) -> tuple[Step, ...]:
    rows = [
        [cell.strip() for cell in row.strip("| ").split("|")] for row in re.findall(r"^\|.*\|[ \t]*$", section, re.M)
    ]
    if len(rows) < 3 or tuple(cell.lower() for cell in rows[0]) != _COLUMNS:
        head = f"| {' | '.join(rows[0])} |" if rows else "no table"
        raise ContentError(f"{path}:{line}: expected a table | {' | '.join(_COLUMNS)} |, found {head}.")
    steps = []
    for row in rows[2:]:
        if len(row) != len(_COLUMNS) or not re.fullmatch(r"\d+", row[0]):
            raise ContentError(
                f"{path}:{line}: expected whole minutes and {len(_COLUMNS)} cells, found | {' | '.join(row)} |."
            )
        steps.append(Step(int(row[0]), *row[1:]))
    total = sum(step.minutes for step in steps)
    if total != MINUTES:
        raise ContentError(
            f"{path}:{line}: expected rows that add up to {MINUTES} minutes, found {total}. Lengthen or shorten a row."
        )
    return tuple(steps)


def _questions(path: Path, section: str, line: int) -> None:
    least, most = QUESTIONS
    questions = re.findall(r"^### (.+?)[ \t]*$", section, re.M)
    if not least <= len(questions) <= most:
        raise ContentError(
            f"{path}:{line}: expected {least} to {most} questions for the room, each as `### The question?`; "
            f"found {len(questions)}."
        )
    for question in questions:
        if not question.endswith("?"):
            at = line + section[: section.index(question)].count("\n") + 2
            raise ContentError(f"{path}:{at}: expected a question, found `### {question}` without a question mark.")
