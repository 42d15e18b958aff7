"""Holds the content to its promises: the matrix of topics, links, alt texts, outside figures, spelling, length.

A cell of the matrix counts what a topic has of each part. In a module that is marked complete an empty cell is a
problem; in a planned one it is only shown as empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.curriculum import Curriculum, Module, Topic
from course.errors import ContentError
from course.exercise import Exercise
from course.guide import WORDS as GUIDE_WORDS
from course.guide import Guide
from course.memo import Memo
from course.quiz import Quiz
from course.reading import CITE, CLAIM, LINK, Reading, render

COLUMNS = ("reading", "worked example", "task", "hidden test", "known wrong", "quiz", "concept")
LEAST = {"known wrong": 2, "quiz": 4}
WORDS = (600, 1150)
#: module 0 teaches a step with tables: shorter, without an essay's idea, and not counted among the decisions
START_LEAST = {"known wrong": 2, "quiz": 3, "concept": 0}
START_WORDS = (250, 800)

_AMERICAN = re.compile(
    r"\b(colors?|behaviors?|centers?|organiz\w+|prioritiz\w+|recogniz\w+|analyz\w+|program(?!m)\b|catalog\b|labor\b|"
    r"favorit\w*|modeling|labeled|canceled|canceling|traveled|fulfill\b|skillful|gray|judgment|maximiz\w+|minimiz\w+|"
    r"summariz\w+|realiz\w+|optimiz\w+|penaliz\w+|emphasiz\w+)\b",
    re.I,
)
_MONTH = r"January|February|March|April|May|June|July|August|September|October|November|December"
_NUMBER = re.compile(r"(?<![\w.,])[€$£]?\d+(?:,\d{3})*(?:\.\d+)?(?:\s?%|[mk]\b)?(?!\w)")
_ALLOWED = re.compile(rf"(?:19|20)\d\d|\d|1[0-2]|\d\.\d(?=\D|$)|\d{{1,2}}(?=\s(?:{_MONTH}))")
_IMAGE = re.compile(r"!\[\s*\]\(|<img(?![^>]*\balt=\"[^\"]+\")[^>]*>")
_TARGET = re.compile(r"\]\(([^)\s]+)\)")


@dataclass
class Report:
    """`rows`: topic id to the count in each column, and `steps` the same of module 0, whose steps are no topics.

    `problems`: one message each, with file and, where known, line.

    `taught` and `asked` say by module which concepts a reading links and a quiz item asks about.
    """

    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    steps: dict[str, dict[str, int]] = field(default_factory=dict)
    taught: dict[int, set[str]] = field(default_factory=dict)
    asked: dict[int, set[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def complete(self) -> int:
        """How many topics have no empty cell."""
        return _complete(self.rows, LEAST)

    @property
    def complete_steps(self) -> int:
        """How many steps of module 0 have all that a step needs."""
        return _complete(self.steps, START_LEAST)

    def placed(self, curriculum: Curriculum) -> dict[str, list[int]]:
        """For each concept the modules that place it and do not both teach and ask it; empty where all do."""
        return {
            id: [m for m in concept.modules if id not in self.taught.get(m, ()) or id not in self.asked.get(m, ())]
            for id, concept in curriculum.concepts.items()
        }


def _complete(rows: dict[str, dict[str, int]], least: dict[str, int]) -> int:
    return sum(all(n >= least.get(c, 1) for c, n in row.items()) for row in rows.values())


def check(curriculum: Curriculum, load: Callable[..., Any], module: str | None = None) -> Report:
    """Check all modules, or one. What can't be read is a problem of the report, not an exception."""
    report = Report()
    modules = [curriculum.module(module)] if module else list(curriculum.modules)
    for claim in curriculum.claims.values():
        if claim.source not in curriculum.sources:
            report.problems.append(f"modules/claims.yml: claim {claim.id} names the unknown source {claim.source}.")
    for concept in curriculum.concepts.values():
        if concept.source not in curriculum.sources:
            report.problems.append(f"modules/concepts.yml: {concept.id} names the unknown source {concept.source}.")
    for m in modules:
        _check_module(m, curriculum, load, report)
    for id, lacking in report.placed(curriculum).items():
        for m in (m for m in modules if m.status == "complete" and m.id in lacking and id not in m.concepts):
            report.problems.append(
                f"modules/concepts.yml places {id} in module {m.id}, which does not teach and ask it."
            )
    return report


def _check_module(module: Module, curriculum: Curriculum, load: Callable[..., Any], report: Report) -> None:
    complete = module.status == "complete"
    where = curriculum.root / "modules" / module.folder
    for id in module.concepts:
        if id not in curriculum.concepts:
            report.problems.append(f"{where / 'module.yml'}: there is no concept {id}.")
    quiz: Quiz | None = None
    if curriculum.quiz(module).exists():
        quiz = _try(report, lambda: Quiz.read(curriculum.quiz(module)))
    elif complete:
        report.problems.append(f"{curriculum.quiz(module)}: the module is complete, but its quiz is missing.")
    if curriculum.memo(module).exists():
        _try(report, lambda: Memo.read(curriculum.memo(module)))
    elif complete and module.id:
        report.problems.append(f"{curriculum.memo(module)}: the module is complete, but its memo is missing.")
    if curriculum.guide(module).exists():
        guide: Guide | None = _try(report, lambda: Guide.read(curriculum.guide(module)))
        report.problems += guide_problems(guide, curriculum) if guide else []
    elif complete and module.id:  # module 0 is read alone, before any workshop
        report.problems.append(f"{curriculum.guide(module)}: the module is complete, but its guide is missing.")
    taught: set[str] = set()
    least_of = LEAST if module.id else START_LEAST
    report.problems += unfinished(where / "module.yml") + unfinished(curriculum.quiz(module))
    for topic in module.topics:
        row, reading = _check_topic(module, topic, quiz, curriculum, load, report)
        (report.rows if module.id else report.steps)[topic.id] = row
        taught |= set(reading.concepts if reading else ())
        if complete:
            for column, count in row.items():
                least = least_of.get(column, 1)
                if count < least:
                    report.problems.append(f"{where}: topic {topic.id} has {count} of {least} in the column {column}.")
    asked = {item.concept for item in quiz.items if item.concept} if quiz else set()
    report.taught[module.id], report.asked[module.id] = taught, asked
    if complete:
        for id in module.concepts:
            if id not in taught:
                report.problems.append(f"{where}: concept {id} is not taught in a reading; link it as concept:{id}.")
            if id not in asked:
                report.problems.append(f"{curriculum.quiz(module)}: no item has `concept: {id}`.")


def _check_topic(
    module: Module, topic: Topic, quiz: Quiz | None, curriculum: Curriculum, load: Callable[..., Any], report: Report
) -> tuple[dict[str, int], Reading | None]:
    row = dict.fromkeys(COLUMNS, 0)
    items = quiz.of(topic.id) if quiz else []
    row["quiz"] = len(items)
    exercise: Exercise | None = None
    if curriculum.exercise(module, topic).exists():
        exercise = _try(report, lambda: _exercise(curriculum.exercise(module, topic), load))
    if exercise:
        row["task"] = len(exercise.tasks)
        row["hidden test"] = sum(bool(t.hidden) for t in exercise.tasks)
        row["known wrong"] = sum(len(t.wrongs) for t in exercise.tasks)
        _check_misconceptions(exercise, items, curriculum.quiz(module), report)
        if exercise.topic != topic.id:
            report.problems.append(
                f"{exercise.path}: the header says topic {exercise.topic}, the file's name {topic.id}."
            )
    path = curriculum.reading(module, topic)
    report.problems += unfinished(path) + unfinished(curriculum.exercise(module, topic))
    reading: Reading | None = None
    if path.exists():
        reading = _try(report, lambda: render(path, curriculum, load))
    if reading:
        row["reading"] = 1
        row["worked example"] = min(reading.examples, len(reading.figures)) if module.id else reading.examples
        row["concept"] = len(reading.concepts)
        report.problems += prose_problems(path, WORDS if module.id else START_WORDS)
        report.problems += _page_problems(reading, curriculum)
        for id in topic.concepts:
            if id not in reading.concepts:
                report.problems.append(f"{path}: module.yml places concept {id} here; link it as concept:{id}.")
        if reading.topic != topic.id:
            report.problems.append(f"{path}: the header says topic {reading.topic}, the file's name {topic.id}.")
    return row, reading


def _exercise(path: Path, load: Callable[..., Any]) -> Exercise:
    exercise = Exercise.read(path)
    exercise.fingerprints(load)
    return exercise


def _check_misconceptions(exercise: Exercise, items: list[Any], path: Path, report: Report) -> None:
    known = {wrong for task in exercise.tasks for wrong in task.wrongs}
    for item in items:
        for part in (*item.options, *item.known):
            if part.misconception and part.misconception not in known:
                report.problems.append(
                    f"{path}: item {item.id} names the misconception {part.misconception}; "
                    f"the exercise knows {', '.join(sorted(known))}."
                )


def unfinished(path: Path) -> list[str]:
    """Lines of a source file that `course new` wrote and nobody has replaced yet."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [f"{path}:{n}: a part is still to be replaced." for n, line in enumerate(lines, 1) if "REPLACE" in line]


def prose_problems(path: Path, length: tuple[int, int] = WORDS) -> list[str]:
    """What is wrong with the words of a reading: length, spelling, typed figures, images without text."""
    problems = []
    text = path.read_text("utf-8")
    blank = re.compile(r"^```.*?^```[ \t]*$|^---\n.*?^---$|\$\$.*?\$\$|\{\{.*?\}\}", re.S | re.M)
    prose = blank.sub(lambda m: "\n" * m[0].count("\n") + "x", text)
    words = len(re.findall(r"[A-Za-z’'-]+", re.sub(r"\]\([^)]*\)|\[[@#][^]]*\]", "", prose)))
    if not length[0] <= words <= length[1]:
        problems.append(f"{path}: expected {length[0]} to {length[1]} words, found {words}.")
    offset = 0
    for sentence in re.split(r"(?<=[.:;?])\s(?=\s*[A-Z“\[*])|\n\n", prose):
        start = prose.index(sentence, offset)
        offset = start + len(sentence)
        if re.search(r"\[#[a-z0-9-]+\]", sentence):
            continue
        bare = re.sub(r"\]\([^)]*\)|\[[@#][^]]*\]|`[^`]*`", " ", sentence)
        for match in _NUMBER.finditer(bare):
            if not _ALLOWED.fullmatch(match[0]) and not re.match(rf"\d{{1,2}}\s(?:{_MONTH})", bare[match.start() :]):
                line = prose[:start].count("\n") + sentence[: sentence.find(match[0])].count("\n") + 1
                problems.append(
                    f"{path}:{line}: the figure {match[0].strip()} is typed. Compute it as {{{{ … }}}}, or mark an "
                    "outside figure with [#claim] from modules/claims.yml."
                )
    for match in _AMERICAN.finditer(prose):
        problems.append(f"{path}:{prose[: match.start()].count(chr(10)) + 1}: American spelling: {match[0]}.")
    for match in _IMAGE.finditer(prose):
        problems.append(f"{path}:{prose[: match.start()].count(chr(10)) + 1}: an image without alternative text.")
    return problems


def guide_problems(guide: Guide, curriculum: Curriculum) -> list[str]:
    """What is wrong with the words of a guide: length, spelling, amounts that are typed, links that lead nowhere."""
    path, text = guide.path, guide.path.read_text("utf-8")
    problems = []
    if not GUIDE_WORDS[0] <= guide.words <= GUIDE_WORDS[1]:
        problems.append(f"{path}: expected {GUIDE_WORDS[0]} to {GUIDE_WORDS[1]} words, found {guide.words}.")

    def add(at: int, message: str) -> None:
        problems.append(f"{path}:{text[:at].count(chr(10)) + 1}: {message}")

    for match in _AMERICAN.finditer(text):
        add(match.start(), f"American spelling: {match[0]}.")
    for match in re.finditer(r"[€$£]\d[\d.,]*", text):
        add(match.start(), f"the amount {match[0]} is typed. Link to the topic that computes it, as [4.1](topic:4.1).")
    known = {
        "topic": {topic.id for _, topic in curriculum.topics()},
        "concept": curriculum.concepts,
        "glossary": curriculum.glossary,
        "source": curriculum.sources,
        "claim": curriculum.claims,
    }
    links = [(m.start(), m[1], m[2]) for m in LINK.finditer(text)]
    links += [(m.start(), "source", m[1]) for m in CITE.finditer(text)]
    links += [(m.start(), "claim", m[1]) for m in CLAIM.finditer(text)]
    for at, kind, key in links:
        if key not in known[kind]:
            add(at, f"there is no {kind} {key}. Mend its name, or add it to modules/.")
    return problems


def _page_problems(reading: Reading, curriculum: Curriculum) -> list[str]:
    problems = []
    pages = {"glossary.md", "sources.md", "concepts.md", "data.md", "index.md"}
    for module in curriculum.modules:
        pages |= {f"{module.folder}/index.md", *(f"{module.folder}/{t.stem}.md" for t in module.topics)}
    for target in _TARGET.findall(reading.markdown):
        page = target.split("#")[0].removeprefix("../")
        if not re.match(r"[a-z]+:", target) and page and page not in pages:
            problems.append(f"{reading.path}: the link to {target} leads nowhere.")
    for drawn in reading.figures:
        if not drawn.alt.strip() or drawn.alt.strip() == drawn.title.strip():
            problems.append(f"{reading.path}: figure {drawn.id} needs a text alternative that says what it shows.")
    if not reading.sources and not reading.topic.startswith("0."):
        problems.append(f"{reading.path}: no source is cited; write [@key] where an idea is borrowed.")
    return problems


def _try(report: Report, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except ContentError as e:
        report.problems.append(str(e))
        return None
