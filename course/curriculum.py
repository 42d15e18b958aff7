"""The curriculum: modules, topics, concepts, sources, claims and glossary, read from modules/.

    curriculum = Curriculum.read()
    curriculum.topic("1.4").title

Ids are stable: readings, exercises, quizzes, gradebook columns and reports refer to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from course.errors import ContentError
from course.source import Source, read_yaml

ROOT = Path(__file__).resolve().parent.parent


def course_root() -> Path:
    """The folder that holds modules/ and exercises/: the working directory if it does, else this checkout."""
    return Path.cwd() if (Path.cwd() / "modules").is_dir() else ROOT


def matching(pattern: str, expected: str) -> AfterValidator:
    """A check that a string has a form; `expected` says so in the message."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"expected {expected}")
        return value

    return AfterValidator(check)


TopicId = Annotated[str, matching(r"[0-8]\.[1-9]", 'a topic id such as "1.4", in quotes')]
ConceptId = Annotated[str, matching(r"[A-D][1-9]", "a concept id such as A7")]
Slug = Annotated[str, matching(r"[a-z0-9]+(-[a-z0-9]+)*", "lower-case words joined by dashes")]
Status = Literal["complete", "planned"]


class Topic(Source):
    """One decision of a sales leader. `tables` are the case tables that bear on it."""

    id: TopicId
    slug: Slug
    title: str
    skill: str
    decision: str
    answer: str
    truth: str
    tables: tuple[str, ...]
    minutes: int = Field(gt=0, le=120, default=45)
    concepts: tuple[ConceptId, ...] = ()

    @property
    def stem(self) -> str:
        """The name, without ending, of this topic's files: `1.4-customers`."""
        return f"{self.id}-{self.slug}"


class Module(Source):
    """One of the eight modules. A complete module is held to every promise of `course check`."""

    id: int = Field(ge=0, le=8)
    slug: Slug
    title: str
    status: Status
    question: str
    situation: str = ""
    decided: str = ""
    outcomes: tuple[str, ...] = ()
    concepts: tuple[ConceptId, ...] = ()
    topics: tuple[Topic, ...]

    @model_validator(mode="after")
    def _whole(self) -> Module:
        for topic in self.topics:
            if not topic.id.startswith(f"{self.id}."):
                raise ValueError(f"topic {topic.id} does not belong to module {self.id}")
        if self.status == "complete":
            missing = [name for name in ("situation", "decided", "outcomes") if not getattr(self, name)]
            if missing:
                raise ValueError(f"a complete module needs {', '.join(missing)}")
        return self

    @property
    def folder(self) -> str:
        """The name of this module's folders: `01-objectives`."""
        return f"{self.id:02d}-{self.slug}"

    @property
    def minutes(self) -> int:
        return sum(topic.minutes for topic in self.topics)


class Concept(Source):
    """An idea that the essays teach and where it is placed."""

    id: ConceptId
    name: str
    is_: str = Field(alias="is")
    source: str
    modules: tuple[int, ...]


class Reference(Source):
    """A document that the course cites."""

    key: Slug
    short: str
    text: str
    url: str = ""


class Claim(Source):
    """A figure from outside that a reading quotes: what it says, where it comes from, and with what care to use it."""

    id: Slug
    says: str
    source: str
    dated: str
    care: str
    checked: date


class Term(Source):
    """A term of the glossary with its formula and its usual misuse."""

    id: Slug
    term: str
    means: str
    formula: str = ""
    misuse: str = ""


class _Concepts(Source):
    concepts: tuple[Concept, ...]


class _References(Source):
    sources: tuple[Reference, ...]


class _Claims(Source):
    claims: tuple[Claim, ...]


class _Terms(Source):
    terms: tuple[Term, ...]


class Curriculum:
    """The whole course as its sources under `root` (which holds modules/ and exercises/) describe it."""

    def __init__(self, root: Path | None = None):
        self.root = root or course_root()

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        folders = sorted(p for p in (self.root / "modules").glob("[0-9][0-9]-*") if p.is_dir())
        if not folders:
            raise ContentError(f"{self.root / 'modules'}: expected folders such as 01-objectives, found none.")
        modules = []
        for folder in folders:
            module = read_yaml(folder / "module.yml", Module)
            if module.folder != folder.name:
                raise ContentError(
                    f"{folder / 'module.yml'}: id {module.id} and slug {module.slug} belong in a folder "
                    f"named {module.folder}, but this one is {folder.name}. Rename one of the two."
                )
            modules.append(module)
        return tuple(modules)

    @cached_property
    def concepts(self) -> dict[str, Concept]:
        return {c.id: c for c in read_yaml(self.root / "modules/concepts.yml", _Concepts).concepts}

    @cached_property
    def sources(self) -> dict[str, Reference]:
        return {s.key: s for s in read_yaml(self.root / "modules/sources.yml", _References).sources}

    @cached_property
    def claims(self) -> dict[str, Claim]:
        return {c.id: c for c in read_yaml(self.root / "modules/claims.yml", _Claims).claims}

    @cached_property
    def glossary(self) -> dict[str, Term]:
        return {t.id: t for t in read_yaml(self.root / "modules/glossary.yml", _Terms).terms}

    def topics(self, *, written: bool = False) -> Iterator[tuple[Module, Topic]]:
        """Every topic with its module, in order; with `written`, only those whose reading exists."""
        for module in self.modules:
            for topic in module.topics:
                if not written or self.reading(module, topic).exists():
                    yield module, topic

    def topic(self, id: str) -> Topic:
        """The topic of that id. Raises ContentError when there is none."""
        return self._find(id)[1]

    def module_of(self, id: str) -> Module:
        """The module that a topic id belongs to. Raises ContentError when there is none."""
        return self._find(id)[0]

    def _find(self, id: str) -> tuple[Module, Topic]:
        for module, topic in self.topics():
            if topic.id == id:
                return module, topic
        known = ", ".join(t.id for _, t in self.topics())
        raise ContentError(f"There is no topic {id}. The topics are {known}.")

    def module(self, name: str) -> Module:
        """The module named by its number, slug or folder. Raises ContentError when there is none."""
        for module in self.modules:
            if name in (str(module.id), module.slug, module.folder):
                return module
        raise ContentError(f"There is no module {name}. The modules are {', '.join(m.folder for m in self.modules)}.")

    def reading(self, module: Module, topic: Topic) -> Path:
        return self.root / "modules" / module.folder / f"{topic.stem}.md"

    def exercise(self, module: Module, topic: Topic) -> Path:
        return self.root / "exercises" / module.folder / f"{topic.stem}.py"

    def memo(self, module: Module) -> Path:
        return self.root / "exercises" / module.folder / "memo.md"

    def guide(self, module: Module) -> Path:
        return self.root / "modules" / module.folder / "guide.md"

    def quiz(self, module: Module) -> Path:
        return self.root / "modules" / module.folder / "quiz.yml"
