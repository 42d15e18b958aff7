"""The chapters of the book as MyST Markdown: modules with their topics, memos and guides, then the registers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from course.book import drawing
from course.book.executed import Runs
from course.book.markup import Links, array, block, code, label, place, section, string, table, text, typst, value
from course.book.terms import Terms
from course.case.edition import PRACTICE_SEED
from course.curriculum import Curriculum, Module, Topic
from course.exercise import STUB, Exercise, Task
from course.guide import Guide
from course.memo import Memo, Sample
from course.quiz import Item, Quiz
from course.reading import Example, Reading
from course.site.charts import Figure

LETTERS = "abcde"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


@dataclass(frozen=True)
class Chapter:
    """A file of the book. `level` is 1 for a module or register, 2 for what is in a module.

    One that `runs_on` begins below what is before it where a third of the page is free, the others on a new page.
    """

    name: str
    title: str
    level: int
    text: str
    runs_on: bool = False


@dataclass
class Book:
    """What goes into one edition. `drawings` collects the charts as SVG by their path beside the book."""

    curriculum: Curriculum
    runs: Runs
    instructor: bool
    drawings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        written = list(self.curriculum.topics(written=True))
        self.modules = [m for m in self.curriculum.modules if any(module is m for module, _ in written)]
        self.links = Links(
            self.curriculum,
            frozenset(topic.id for _, topic in written),
            frozenset(module.id for module in self.modules),
        )

        readings = [self.curriculum.reading(module, topic).read_text("utf-8") for module, topic in written]
        self.terms = Terms(self.curriculum.glossary.values(), readings)

    def topics(self, module: Module) -> list[Topic]:
        """The topics of a module that are written."""
        return [t for t in module.topics if self.curriculum.reading(module, t).exists()]

    def chapters(self, say: Callable[[str], None] = lambda _: None) -> Iterator[Chapter]:
        """All chapters in order. Raises ContentError on the first bad source."""
        yield Chapter("about", "About this book", 1, _about(self))
        for module in self.modules:
            say(f"Writing module {module.id} …")
            yield Chapter(module.folder, f"{module.id} {module.title}", 1, _module(self, module))
            quiz = Quiz.read(self.curriculum.quiz(module)) if self.curriculum.quiz(module).exists() else None
            for count, topic in enumerate(self.topics(module)):
                name = f"{module.folder}-{topic.stem.replace('.', '-')}"
                title = f"{topic.id} {topic.title}"
                yield Chapter(name, title, 2, _topic(self, module, topic, quiz), runs_on=count > 0)
            if self.curriculum.memo(module).exists():
                memo = Memo.read(self.curriculum.memo(module))
                yield Chapter(f"{module.folder}-memo", f"Memo: {memo.title}", 2, _memo(self, module, memo), True)
            if self.instructor and self.curriculum.guide(module).exists():
                yield Chapter(f"{module.folder}-guide", "Guide to the workshop", 2, _guide(self, module), True)
        yield Chapter("glossary", "Glossary", 1, _glossary(self))
        yield Chapter("concepts", "Ideas from the essays", 1, _concepts(self))
        yield Chapter("sources", "Sources", 1, _sources(self))
        yield Chapter("index-of-terms", "Index of terms", 1, _index(self))


def _about(book: Book) -> str:
    absent = [m for m in book.curriculum.modules if m not in book.modules]
    partly = [m for m in book.modules if len(book.topics(m)) < len(m.topics)]
    parts = [
        "Each topic of this course is one decision of a sales leader. It begins with somebody at Tessaly Instruments "
        "who must decide, shows what most people do and what that costs, gives a method, works it out on the "
        "company’s data, and says what the figures do not tell. Then it is your turn.",
        "**The tasks** are done in Python, in the course’s own pages or in its notebooks. Printed here are the "
        "question, the code that is given and the line where yours begins. The pages also check what you write and, "
        "where an answer is one that sensible people give and regret, tell you which and why.",
        "**Charts with sliders** are drawn here as they first appear. A line below each says what can be moved in the "
        "page of the same number.",
        "**Every figure about Tessaly Instruments** is computed from its data, in the practice edition (seed "
        f"{PRACTICE_SEED}). "
        "Where your class has an edition of its own, its figures differ and its lessons do not.",
        "**Names in brackets** such as (Barrett 2025) lead to the list of sources. Words that lead to the glossary "
        "are in the index of terms, with the pages that use them.",
    ]
    if book.instructor:
        on = "the practice edition" if book.runs.seed == PRACTICE_SEED else f"the edition with seed {book.runs.seed}"
        parts.append(
            "**This is the instructor’s edition.** It gives the solution of each task with what comes out on "
            f"{on}. In place of the lines that are marked, learners find `{STUB}`. It adds the keys of the quizzes, "
            "the samples of each memo with their marks, and a guide to a workshop of ninety minutes with the mistakes "
            "that people make."
        )
    else:
        parts.append(
            "Answers to the questions under *Check yourself* are in the page of the same number, each explained."
        )
    if absent or partly:
        names = [f"module {m.id} ({m.title})" for m in absent] + [f"parts of module {m.id}" for m in partly]
        parts.append(f"Not written yet, and so not in this book: {', '.join(names)}.")
    return "\n\n".join(parts)


# --- a module ---


def _module(book: Book, module: Module) -> str:
    within = book.links.within
    parts = [block("question", place("module", str(module.id), within(module.question, module.folder)))]
    if module.situation:
        parts.append(f"{section('The situation')}\n\n{within(module.situation, module.folder)}")
    if module.outcomes:
        parts.append(section("What you can do afterwards") + "\n\n" + "\n".join(f"- {o}" for o in module.outcomes))
    rows = array(f"({text(t.id)}, {text(t.title)}, label({string(label('topic', t.id))}))" for t in book.topics(module))
    parts.append(f"{section('Topics')}\n\n{typst(f'#topic-list({rows})')}")
    concepts = [c for c in module.concepts if c in book.curriculum.concepts]
    if concepts:
        named = [f"[{book.curriculum.concepts[c].name}](#{label('concept', c)})" for c in concepts]
        parts.append(section("Ideas from the essays") + "\n\n" + "; ".join(named) + ".")
    return "\n\n".join(parts)


# --- a topic ---


def _topic(book: Book, module: Module, topic: Topic, quiz: Quiz | None) -> str:
    reading = book.runs.reading(module, topic)
    heading = "[The decision]" if module.id else "[The step]"
    parts = [block("decision", place("topic", topic.id, topic.decision), heading=heading), _reading(book, reading)]
    if book.curriculum.exercise(module, topic).exists():
        parts.append(_exercise(book, module, topic))
    items = quiz.of(topic.id) if quiz else []
    if items:
        parts.append("## Check yourself")
        parts += [_item(item, number, book.instructor) for number, item in enumerate(items, 1)]
    return "\n\n".join(parts)


def _reading(book: Book, reading: Reading) -> str:
    parts = []
    linked = {label("term", key) for key in reading.terms}
    words = book.terms.dwelt_on("\n".join(part for part in reading.parts if isinstance(part, str)))
    for part in reading.parts:
        if isinstance(part, str):
            parts.append(book.terms.marked(book.links.within(part.strip(), reading.path), linked, words))
        elif isinstance(part, Figure):
            parts.append(_figure(book, part, reading.topic))
        else:
            parts.append(_example(part))
    return "\n\n".join(part for part in parts if part)


def _example(example: Example) -> str:
    if example.table is None:
        return code(example.code)
    named = example.code.strip().isidentifier()  # a name alone says nothing on paper of how the table came to be
    return table(example.table) if named else f"{code(example.code)}\n\n{table(example.table)}"


def _figure(book: Book, figure: Figure, topic: str) -> str:
    path = f"charts/{topic}-{figure.id}.svg"
    book.drawings[path] = drawing.drawn(figure)
    moves = drawing.inputs(figure)
    note = "none"
    if moves:
        note = text(f"In the page of {topic} you can move: {'; '.join(moves)}.")
    arguments = {"title": text(figure.title), "caption": text(figure.caption), "alt": string(figure.alt), "moves": note}
    listed = ", ".join(f"{name}: {content}" for name, content in arguments.items())
    return typst(f"#chart({string(path)}, {listed})")


def _exercise(book: Book, module: Module, topic: Topic) -> str:
    exercise = Exercise.read(book.curriculum.exercise(module, topic))
    solutions = book.runs.solutions(module, topic) if book.instructor else {}
    parts = ["## Your turn"]
    hints: list[str] = []
    for cell in exercise.cells:
        if cell.kind == "text":
            parts.append(book.links.within(cell.source, exercise.path))
        elif cell.task is None:
            parts.append(code(cell.source))
        else:
            task = cell.task
            points = f"{task.points} point{'' if task.points == 1 else 's'}"
            words = book.links.within(task.text, exercise.path)
            asked = words if book.instructor else f"{words}\n\n{code(task.stub)}"
            parts.append(block("task", asked, name=string(task.id), points=text(points)))
            if book.instructor:
                solution, theirs = listed(task.answer)
                shown = f"{code(solution)}\n\n{value(solutions[task.id])}{_known(book, module, topic, task)}"
                parts.append(block("solution", shown, name=string(task.id), theirs=array(map(str, theirs))))
            hints += _hints(task, several=len(exercise.tasks) > 1)
    if hints:
        parts.append("### Hints\n\n" + block("hints", "\n\n".join(hints)))
    return "\n\n".join(parts)


def listed(answer: str) -> tuple[str, list[int]]:
    """The solution, and which of its lines, counted from 1, stand where a learner finds the stub."""
    lines: list[str] = []
    theirs = []
    inside = False
    for line in answer.strip("\n").splitlines():
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
            continue
        lines.append(line)
        if inside:
            theirs.append(len(lines))
    return "\n".join(lines), theirs


def _hints(task: Task, several: bool) -> list[str]:
    if not task.hints:
        return []
    items = [f"{number}. " + hint.strip().replace("\n", "\n   ") for number, hint in enumerate(task.hints, 1)]
    title = [typst(f"#hints-for({string(task.id)})")] if several else []
    return [*title, "\n\n".join(items)]


def _known(book: Book, module: Module, topic: Topic, task: Task) -> str:
    if not task.wrongs or not book.curriculum.guide(module).exists():
        return ""
    count = len(task.wrongs)
    known = "One wrong answer is" if count == 1 else f"{count} wrong answers are"
    return f"\n\n{known} known: see [common mistakes](#{label('mistakes', topic.id)})."


def _item(item: Item, number: int, keys: bool) -> str:
    parts = [item.stem]
    if item.type == "numeric":
        parts.append(_numeric_key(item) if keys else typst(f"#answer-line({text(item.unit)})"))
    else:
        if item.type == "multiple":
            parts.append("*More than one may be right.*")
        for letter, option in zip(LETTERS, item.options, strict=False):
            right = "true" if option.right else "false"
            shown = f"{option.text}\n\n{block('feedback', option.feedback)}" if keys else option.text
            parts.append(block("option", shown, letter=string(letter), right=right if keys else "none"))
    return block("item", "\n\n".join(parts), number=string(str(number)), id=text(item.id))


def _numeric_key(item: Item) -> str:
    assert item.value is not None
    parts = [f"**{_number(item.value, item.unit)}**{_within(item.tolerance, item.unit)}. {item.right}"]
    parts += [f"*{_number(k.value, item.unit)}:* {k.feedback}" for k in item.known]
    parts.append(f"*Any other value:* {item.wrong}")
    return block("key", "\n\n".join(parts))


def _number(number: float, unit: str) -> str:
    digits = f"{number:,.6f}".rstrip("0").rstrip(".").replace("-", "−")
    return f"{digits}%" if unit == "%" else f"{digits} {unit}".strip()


def _within(tolerance: float, unit: str) -> str:
    return f", give or take {_number(tolerance, unit)}" if tolerance else ""


# --- the memo and the guide ---


def _memo(book: Book, module: Module, memo: Memo) -> str:
    who = f"Written to: {memo.reader}. About {memo.words} words, {memo.points} points."
    parts = [block("decision", place("memo", str(module.id), who), heading="[The memo]"), block("brief", memo.text)]
    parts.append("## How it is marked")
    rows = []
    for criterion in memo.rubric:
        levels = [f"({points}, {text(criterion.levels[points])})" for points in (3, 2, 1, 0)]
        rows.append(f"({text(criterion.name)}, {array(levels)})")
    parts.append(typst(f"#rubric({array(rows)})"))
    if book.instructor and not book.curriculum.guide(module).exists():
        parts += ["## Sample memos", *(_sample(memo, sample) for sample in memo.samples)]
    if module.decided:
        parts.append(block("decided", book.links.within(module.decided, module.folder)))
    return "\n\n".join(parts)


def _sample(memo: Memo, sample: Sample) -> str:
    total = sum(sample.marks.values())
    marks = array(f"({text(c.name)}, {sample.marks[c.id]}, {text(sample.reasons[c.id])})" for c in memo.rubric)
    title = text(sample.title)
    return (
        block("sample", sample.text, title=title, marks=text(f"{total} of {memo.points} points"))
        + "\n\n"
        + typst(f"#sample-marks({marks})")
    )


def _guide(book: Book, module: Module) -> str:
    guide = Guide.read(book.curriculum.guide(module))
    within = book.links.within
    parts = [block("decision", place("guide", str(module.id), _guide_intro(module)), heading="[For the instructor]")]
    for name, written in guide.sections.items():
        if name == "Ninety minutes":
            before, after = re.split(r"(?:^\|.*\|[ \t]*\n?)+", written, maxsplit=1, flags=re.M)
            written = "\n\n".join([before, _schedule(guide), after])
        if name == "Marking the memo":
            parts += ["## Common mistakes", _mistakes(book, module)]
        parts.append(f"## {name}\n\n{within(written.strip(), guide.path)}")
    if book.curriculum.memo(module).exists():
        memo = Memo.read(book.curriculum.memo(module))
        parts += ["## Sample memos", *(_sample(memo, sample) for sample in memo.samples)]
    return "\n\n".join(parts)


def _guide_intro(module: Module) -> str:
    return f"A workshop of ninety minutes on module {module.id}, {module.title.lower()}."


def _schedule(guide: Guide) -> str:
    rows = ["| min | what happens | who speaks | on the table afterwards |", "| ---: | --- | --- | --- |"]
    rows += [f"| {step.minutes} | {step.happens} | {step.speaks} | {step.leaves} |" for step in guide.steps]
    return block("schedule", "\n".join(rows))


def _mistakes(book: Book, module: Module) -> str:
    parts = [
        "Wrong answers that competent people give, topic by topic. Learners who give one in the page, or in work that "
        "is graded, read the same words."
    ]
    for topic in book.topics(module):
        if not book.curriculum.exercise(module, topic).exists():
            continue
        exercise = Exercise.read(book.curriculum.exercise(module, topic))
        parts.append(f"({label('mistakes', topic.id)})=\n### {topic.id} {topic.title}")
        for task in exercise.tasks:
            for wrong in task.wrongs.values():
                parts.append(
                    block("mistake", wrong.message, name=text(wrong.id.replace("_", " ")), task=string(task.id))
                )
    return "\n\n".join(parts)


# --- the registers ---


def _glossary(book: Book) -> str:
    parts = ["Each term with its formula, where it has one, and its usual misuse."]
    for term in sorted(book.curriculum.glossary.values(), key=lambda t: t.term.lower()):
        body = [place("term", term.id, f"**{term.term}.** {term.means}")]
        if term.formula:
            body.append(typst(f"#formula({text(term.formula)})"))
        if term.misuse:
            body.append(f"*Usual misuse:* {term.misuse}")
        parts.append(block("entry", "\n\n".join(body)))
    return "\n\n".join(parts)


def _concepts(book: Book) -> str:
    parts = ["What the course takes from four essays, in its own words. Each is taught where it changes a decision."]
    for concept in book.curriculum.concepts.values():
        source = book.curriculum.sources.get(concept.source)
        cited = f" [({source.short})](#{label('source', source.key)})" if source else ""
        taught = [
            f"[{topic.id}](#{label('topic', topic.id)})"
            for module in book.modules
            for topic in book.topics(module)
            if concept.id in topic.concepts
        ]
        says = f"**{concept.id} {concept.name}.** {concept.is_}."
        if concept.is_.startswith(f"{concept.name}: "):  # some say the name again before they go on
            says = f"**{concept.id} {concept.name}:**{concept.is_.removeprefix(concept.name + ':')}."
        elif concept.is_ == concept.name:
            says = f"**{concept.id} {concept.name}.**"
        body = place("concept", concept.id, f"{says}{cited}")
        parts.append(block("entry", f"{body}\n\nTaught in {', '.join(taught)}." if taught else body))
    return "\n\n".join(parts)


def _sources(book: Book) -> str:
    parts = [section("What the course cites")]
    for source in book.curriculum.sources.values():
        link = f" <{source.url}>" if source.url else ""
        cited = f" Cited as {source.short}." if source.short not in source.text else ""
        parts.append(block("entry", place("source", source.key, f"{source.text}{link}{cited}")))
    parts.append(
        section("Figures from outside") + "\n\nEvery figure in the course that is not computed from the case data is "
        "listed here. They are dated findings, never laws."
    )
    for claim in book.curriculum.claims.values():
        of = book.curriculum.sources.get(claim.source)
        cited = f"[{of.short}](#{label('source', of.key)})" if of else claim.source
        when = claim.dated if claim.dated.startswith("undated") else f"dated {claim.dated}"
        dated = f"{cited}; {when}; looked up {claim.checked.day} {claim.checked:%B %Y}."
        says = place("claim", claim.id, f"{claim.says}.")
        parts.append(block("entry", f"{says}\n\n*With care:* {claim.care} {dated}"))
    return "\n\n".join(parts)


def _index(book: Book) -> str:
    terms = sorted(book.curriculum.glossary.values(), key=lambda t: t.term.lower())
    rows = array(f"({string(label('term', term.id))}, {text(term.term)})" for term in terms)
    intro = "Pages on which a term is used; in bold, where it is defined."
    return f"{intro}\n\n{typst(f'#index-of-terms({rows})')}"
