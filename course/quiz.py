"""The quiz of a module: small scenarios in which every option explains itself.

Item ids are stable, because learners' records and item statistics refer to them. An option or known value may name the
misconception behind it: the id of a known wrong answer in the topic's exercise, so that quiz and notebook share one
catalogue.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from markdown_it import MarkdownIt
from pydantic import Field, model_validator

from course.curriculum import ConceptId, TopicId, matching
from course.source import Source, read_yaml

ItemId = Annotated[str, matching(r"[0-8]\.[1-9]-q[1-9][0-9]?", 'an item id such as "1.4-q2"')]


class Option(Source):
    """One option of a single- or multiple-choice item."""

    text: str
    feedback: str
    right: bool = False
    misconception: str = ""


class Known(Source):
    """A wrong number that people arrive at, and why."""

    value: float
    tolerance: float = Field(default=0, ge=0)
    feedback: str
    misconception: str = ""


class Item(Source):
    """What all items have: the stem can be answered before the options are read."""

    id: ItemId
    topic: TopicId
    concept: ConceptId | None = None
    type: Literal["single", "multiple", "numeric"]
    stem: str
    options: tuple[Option, ...] = ()
    value: float | None = None
    tolerance: float = Field(default=0, ge=0)
    unit: str = ""
    right: str = ""
    wrong: str = ""
    known: tuple[Known, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Item:
        if not self.id.startswith(f"{self.topic}-"):
            raise ValueError(f"the id {self.id} does not belong to topic {self.topic}")
        if self.type == "numeric":
            if self.options or self.value is None or not (self.right and self.wrong):
                raise ValueError("a numeric item has value, right and wrong (its feedback) and no options")
            for known in self.known:
                if abs(known.value - self.value) <= self.tolerance + known.tolerance:
                    raise ValueError(f"the known wrong value {known.value:g} overlaps with the right one")
            return self
        if self.value is not None or self.known or self.right or self.wrong:
            raise ValueError(f"a {self.type} item has options, not value, right, wrong or known")
        if not 3 <= len(self.options) <= 5:
            raise ValueError(f"three to five options are expected, found {len(self.options)}")
        rights = sum(o.right for o in self.options)
        if self.type == "single" and rights != 1:
            raise ValueError(f"a single-choice item has one right option, found {rights}")
        if self.type == "multiple" and not 1 <= rights < len(self.options):
            raise ValueError(f"a multiple-choice item has right and wrong options, found {rights} right")
        return self

    def page(self) -> dict[str, Any]:
        """The item as the page takes it; texts are HTML."""
        base = {"id": self.id, "type": self.type, "stem": html(self.stem)}
        if self.type == "numeric":
            known = [{"value": k.value, "tolerance": k.tolerance, "html": html(k.feedback)} for k in self.known]
            feedback = {"right": html(self.right), "wrong": html(self.wrong), "known": known}
            return base | {"value": self.value, "tolerance": self.tolerance, "unit": self.unit, "feedback": feedback}
        options = [
            {"id": "abcde"[i], "html": inline(o.text), "right": o.right, "feedback": html(o.feedback)}
            for i, o in enumerate(self.options)
        ]
        return base | {"options": options}


class Quiz(Source):
    """All items of a module, in order."""

    items: tuple[Item, ...]

    @model_validator(mode="after")
    def _unique(self) -> Quiz:
        seen: set[str] = set()
        for item in self.items:
            if item.id in seen:
                raise ValueError(f"item id {item.id} is used twice")
            seen.add(item.id)
        return self

    @classmethod
    def read(cls, path: Path) -> Quiz:
        """Read a module's quiz.yml. Raises ContentError naming file, line and what was expected."""
        return read_yaml(path, cls)

    def of(self, topic: str) -> list[Item]:
        return [item for item in self.items if item.topic == topic]


_MARKDOWN = MarkdownIt("commonmark", {"html": False, "typographer": True}).enable(["table", "strikethrough"])


def html(text: str) -> str:
    """Markdown as HTML; raw HTML in it is shown as text."""
    return _MARKDOWN.render(text).strip()


def inline(text: str) -> str:
    """One paragraph of Markdown as HTML without the paragraph."""
    return _MARKDOWN.renderInline(text).strip()
