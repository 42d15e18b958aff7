"""The book of the whole course: every page of both editions, its contents, links and index."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from course.curriculum import ROOT, Curriculum
from course.exercise import Exercise
from course.guide import Guide
from course.memo import Memo
from course.quiz import Quiz
from tests.course.test_book import flat, links

pytestmark = pytest.mark.slow

# Signs of a source that were to become something else.
MARKUP = re.compile(
    r"\{\{|\}\}|\[@|\[#[a-z]|\]\(|:::|```|^#{2,} |(?:glossary|topic|concept|term):[a-z0-9.]|\{used\}|</?[a-z]+[ >]"
    r"|&[a-z]+;|BEGIN SOLUTION|HIDDEN TESTS|#(?:block|link|raw|metadata)\(|�",
    re.M,
)

UNSEEN = re.compile(r"^```python (?:setup|chart).*?^```", re.S | re.M)  # blocks of a reading that no page shows


def plain(text: str) -> str:
    """The words without what a page changes in them: links, ends of lines, hyphens, shapes of quotation marks."""
    return re.sub(r"[\W_]+", "", re.sub(r"\]\((?:topic|concept|glossary):[^)]*\)", "", text)).lower()


@dataclass
class Whole:
    """An edition; the text of each page is read once."""

    reader: PdfReader
    pages: list[str]

    @classmethod
    def made(cls, kind: str, folder: Path) -> Whole:
        """Have the command make an edition, in a process of its own, since Typst keeps what it has set in memory."""
        path = folder / f"{kind}.pdf"
        command = [sys.executable, "-m", "course.cli", "book", "--edition", kind, "--out", str(path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        reader = PdfReader(path)
        return cls(reader, [page.extract_text() for page in reader.pages])

    @property
    def words(self) -> str:
        return plain("".join(self.pages))

    def chapters(self) -> list[tuple[str, int]]:
        """Titles in the outline of modules and of what is in them, with the page, counted from 1, where each begins."""
        entries: list[Any] = []
        for entry in self.reader.outline:
            entries += [part for part in entry if not isinstance(part, list)] if isinstance(entry, list) else [entry]
        found = [(str(entry.title), self.reader.get_destination_page_number(entry)) for entry in entries]
        return [(title, page + 1) for title, page in found if page is not None and title != "Contents"]


@pytest.fixture(scope="session")
def curriculum() -> Curriculum:
    return Curriculum()


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Whole]:
    folder = tmp_path_factory.mktemp("whole")
    return {kind: Whole.made(kind, folder) for kind in ("learner", "instructor")}


def test_no_page_shows_markup_that_was_to_become_something_else(books: dict[str, Whole]):
    found = [
        f"{kind}, page {number}: {match[0]!r}"
        for kind, book in books.items()
        for number, page in enumerate(book.pages, 1)
        for match in MARKUP.finditer(page)
    ]
    assert found == []


def test_the_contents_hold_every_title_of_the_curriculum_with_the_page_on_which_it_begins(
    books: dict[str, Whole], curriculum: Curriculum
):
    expected = [f"{module.id} {module.title}" for module in curriculum.modules]
    expected += [f"{topic.id} {topic.title}" for _, topic in curriculum.topics()]
    memos = [path for module in curriculum.modules if (path := curriculum.memo(module)).exists()]
    expected += [f"Memo: {Memo.read(path).title}" for path in memos]
    guides = sum(curriculum.guide(module).exists() for module in curriculum.modules)
    for kind, book in books.items():
        chapters = book.chapters()
        titles = [title for title, _ in chapters]
        assert {plain(title) for title in expected} <= {plain(title) for title in titles}
        assert titles.count("Guide to the workshop") == (guides if kind == "instructor" else 0)
        contents = plain("".join(book.pages[2 : chapters[0][1] - 1]))
        for title, page in chapters:
            words = re.sub(r"^\d(\.\d)? ", "", title)
            assert plain(words) in plain(book.pages[page - 1]), f"{title} is not on page {page}"
            assert f"{plain(title)}{page}" in contents, f"the contents do not name page {page} for {title}"


def test_each_page_is_headed_by_what_begins_on_it_first_or_else_goes_on(books: dict[str, Whole]):
    for book in books.values():
        chapters = book.chapters()
        upper = [(title, page) for title, page in chapters if not re.match(r"\d\.\d |Memo: |Guide to", title)]
        for number, text in enumerate(book.pages[chapters[0][1] - 1 :], chapters[0][1]):
            chapter, begun = [entry for entry in upper if entry[1] <= number][-1]
            if begun == number:
                continue
            within = [entry for entry in chapters if begun <= entry[1] <= number and entry not in upper]
            part = next((title for title, page in within if page == number), within[-1][0] if within else "")
            assert plain(text).startswith(plain(chapter + part)), f"page {number} is not headed {chapter}, {part}"


def test_every_link_within_either_book_leads_to_a_page_of_it(books: dict[str, Whole]):
    for book in books.values():
        pages = {page.indirect_reference.idnum for page in book.reader.pages if page.indirect_reference}
        named = book.reader.named_destinations
        targets = [target.get_object() for target in links(book.reader)]
        assert len(targets) > 900
        for target in targets:
            place: Any = named[str(target)].dest_array if isinstance(target, str) else target
            assert place[0].idnum in pages
        assert len(list(flat(book.reader.outline))) > 400


def test_no_address_is_linked_that_nobody_wrote(books: dict[str, Whole], curriculum: Curriculum):
    written = {source.url for source in curriculum.sources.values() if source.url}
    for book in books.values():
        notes: list[Any] = [note.get_object() for page in book.reader.pages for note in page.get("/Annots") or []]
        outside = {str(note["/A"]["/URI"]) for note in notes if "/URI" in note.get("/A", {})}
        assert outside == written | {"https://creativecommons.org/licenses/by/4.0/legalcode"}


def test_the_learners_book_holds_no_line_of_a_solution_and_the_instructors_holds_each(
    books: dict[str, Whole], curriculum: Curriculum
):
    given, whole = books["learner"].words, books["instructor"].words
    topics = list(curriculum.topics(written=True))
    paths = {topic.id: path for module, topic in topics if (path := curriculum.exercise(module, topic)).exists()}
    exercises = {id: Exercise.read(path) for id, path in paths.items()}
    # What every learner may read, of any topic: a line that stands there tells nothing.
    shown = [UNSEEN.sub("", curriculum.reading(module, topic).read_text("utf-8")) for module, topic in topics]
    for exercise in exercises.values():
        shown += [cell.source for cell in exercise.cells if cell.task is None]
        shown += [text for task in exercise.tasks for text in (task.text, task.stub, *task.hints)]
    public = plain("".join(shown))
    watched = 0
    for id, exercise in exercises.items():
        for task in exercise.tasks:
            theirs = [plain(line) for line in task.solution.splitlines() if line not in task.stub.splitlines()]
            assert all(line in whole for line in theirs), f"{id} {task.id}"
            own = [line for line in theirs if len(line) > 10 and line not in public]
            watched += bool(own)
            told = [line for line in own if line in given]
            assert told == [], f"{id} {task.id}: the learner's book holds what is to be found: {told}"
            assert all(plain(wrong.message)[:120] not in given for wrong in task.wrongs.values())
    assert watched >= 0.95 * sum(len(exercise.tasks) for exercise in exercises.values())


def test_the_learners_book_asks_every_question_and_answers_none(books: dict[str, Whole], curriculum: Curriculum):
    given, whole = books["learner"].words, books["instructor"].words
    for module in curriculum.modules:
        if curriculum.quiz(module).exists():
            for item in Quiz.read(curriculum.quiz(module)).items:
                assert plain(item.stem)[:60] in given
                said = [plain(option.feedback) for option in item.options] or [plain(item.right), plain(item.wrong)]
                assert all(answer in whole for answer in said), item.id
                assert [answer for answer in said if len(answer) > 40 and answer in given] == [], item.id
    marks = {kind: sum(page.count("✓") for page in book.pages) for kind, book in books.items()}
    assert marks["learner"] == 0 < marks["instructor"]


def test_guides_and_sample_memos_are_for_instructors(books: dict[str, Whole], curriculum: Curriculum):
    given, whole = books["learner"].words, books["instructor"].words
    for module in curriculum.modules:
        if curriculum.guide(module).exists():
            guide = Guide.read(curriculum.guide(module))
            memo = Memo.read(curriculum.memo(module))
            theirs = [plain(step.happens)[:60] for step in guide.steps] + [plain(s.text)[:60] for s in memo.samples]
            assert all(text in whole for text in theirs)
            assert not any(text in given for text in theirs)
            assert all(plain(level) in given for criterion in memo.rubric for level in criterion.levels)


def test_the_index_leads_to_pages_on_which_the_term_is_used_and_defined(
    books: dict[str, Whole], curriculum: Curriculum
):
    for book in books.values():
        first = next(page for title, page in book.chapters() if title == "Index of terms")
        text = " ".join(book.pages[first - 1 :]).replace("\xad", "-")  # both signs are one glyph
        index = " ".join(text.split()).replace("- ", "-")
        used = 0
        for term in curriculum.glossary.values():
            found = re.search(rf"(?<![\w-]){re.escape(term.term)} ((?:\d+, )*\d+)(?!\d)", index)
            assert found, f"{term.term} is not in the index"
            *uses, defined = [int(number) for number in found[1].split(", ")]
            assert uses == sorted(set(uses))
            assert plain(f"{term.term} {term.means}")[:60] in plain(book.pages[defined - 1])
            used += bool(uses)
        assert used > 0.85 * len(curriculum.glossary)


def test_every_chart_has_its_text_alternative_and_what_moves_is_told(books: dict[str, Whole], curriculum: Curriculum):
    for book in books.values():
        alternatives = [str(element["/Alt"]) for element in structure(book.reader) if element.get("/S") == "/Figure"]
        assert len(alternatives) >= sum(bool(module.id) for module, _ in curriculum.topics(written=True))
        assert all(len(text.split()) > 5 for text in alternatives)
        assert plain("".join(book.pages)).count("youcanmove") >= 16


def structure(reader: PdfReader) -> list[Any]:
    """The elements of the document's structure, in which those read it who hear a page."""
    found: list[Any] = []
    root: Any = reader.trailer["/Root"]
    waiting = [root["/StructTreeRoot"].get_object()]
    while waiting:
        element = waiting.pop()
        found.append(element)
        kids = element.get("/K", [])
        kids = kids.get_object() if hasattr(kids, "get_object") else kids
        for kid in kids if isinstance(kids, list) else [kids]:
            kid = kid.get_object() if hasattr(kid, "get_object") else kid
            if isinstance(kid, dict) and "/S" in kid:
                waiting.append(kid)
    return found
