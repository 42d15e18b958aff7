"""The book is whole or it is not written, and the learner's holds nothing that a learner must not see."""

from __future__ import annotations

import errno
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, Destination

from course.book.build import build_book
from course.book.chapters import Book, Chapter, listed
from course.book.drawing import drawn, inputs, palette
from course.book.executed import Runs
from course.book.export import TitlePage, export
from course.book.fonts import unpacked, write_fonts
from course.book.markup import block, code, table, text, typst, value
from course.book.terms import Terms
from course.curriculum import ROOT, Curriculum, Term
from course.errors import BuildError, ContentError
from course.site.charts import Figure
from course.site.turn import turn
from course.training import Training
from tests.course.conftest import ACCOUNTS, small_course

QUIZ = """\
items:
  - id: 1.1-q1
    topic: "1.1"
    type: single
    stem: A segment sells most. What do you ask for?
    options:
      - {text: Its cost, right: true, feedback: Margin is what pays.}
      - {text: More of it, feedback: Whoever sells most may still lose most.}
      - {text: A party, feedback: Not yet.}
  - id: 1.1-q2
    topic: "1.1"
    type: numeric
    stem: Revenue is 80, cost 30. What is the margin?
    value: 50
    tolerance: 0.5
    unit: EUR
    right: Fifty are left.
    wrong: Take cost from revenue.
    known: [{value: 80, tolerance: 1, feedback: Eighty is revenue.}]
"""
TITLE = TitlePage("A trial", "Learner’s edition", "May 2026", "One decision", "Invented.")


TWO = [Chapter("one", "1 One", 1, "First."), Chapter("two", "1.1 Two", 2, "Second.")]


def load(*names: str) -> pd.DataFrame:
    return ACCOUNTS.copy()


@dataclass
class Pdf:
    path: Path
    reader: PdfReader
    pages: list[str]

    @classmethod
    def read(cls, path: Path) -> Pdf:
        reader = PdfReader(path)
        return cls(path, reader, [" ".join(page.extract_text().split()) for page in reader.pages])

    @property
    def text(self) -> str:
        return " ".join(self.pages)

    def page_of(self, wanted: str, first: int = 4) -> int:
        """The first page, counted from 1 and after the contents, that has the text."""
        return next(n for n, page in enumerate(self.pages, 1) if n >= first and wanted in page)


@pytest.fixture(scope="module")
def course_of_one_topic(tmp_path_factory: pytest.TempPathFactory) -> Curriculum:
    small = small_course(tmp_path_factory.mktemp("course"))
    module = small.module("1")
    small.quiz(module).write_text(QUIZ, "utf-8")
    shutil.copy(ROOT / "exercises/01-objectives/memo.md", small.memo(module))
    shutil.copy(ROOT / "modules/01-objectives/guide.md", small.guide(module))
    return small


@pytest.fixture(scope="module")
def books(course_of_one_topic: Curriculum) -> dict[str, Pdf]:
    out = course_of_one_topic.root / "book"
    kinds: Any = ("learner", "instructor")
    paths = {kind: build_book(course_of_one_topic, kind, out, load=load, say=lambda _: None) for kind in kinds}
    return {kind: Pdf.read(path) for kind, path in paths.items()}


def test_each_edition_has_every_topic_its_task_and_its_questions(books: dict[str, Pdf]):
    assert [pdf.path.name for pdf in books.values()] == ["sales-strategy-learner.pdf", "sales-strategy-instructor.pdf"]
    for pdf in books.values():
        assert "From a yearly plan to quarterly targets" in pdf.text
        assert "The small segment sold €110,000." in pdf.text
        assert "Sum revenue less cost in a DataFrame margin." in pdf.text
        assert "Small sells more" in pdf.text
        assert "A segment sells most. What do you ask for?" in pdf.text
        assert "What we will not chase in 2026" in pdf.text
        assert "CC BY 4.0" in pdf.pages[1]
        assert "??" not in pdf.text
        assert "unresolved" not in pdf.text


ONLY_FOR_INSTRUCTORS = {
    "a solution": "idxmax",
    "its result": "mid-market 50,000",
    "a known wrong answer": "The segment that costs most then looks best.",
    "a key": "Whoever sells most may still lose most.",
    "a numeric key": "Eighty is revenue.",
    "a sample memo": "A report of everything",
    "marks": "3 of 12 points",
    "the guide": "Who gains when the plan is divided by four?",
}


@pytest.mark.parametrize("what", ONLY_FOR_INSTRUCTORS)
def test_what_gives_answers_away_is_in_the_instructors_edition_alone(books: dict[str, Pdf], what: str):
    if what == "marks":
        assert re.search(r"\d+ of 12 points", books["instructor"].text)
        assert not re.search(r"\d+ of 12 points", books["learner"].text)
        return
    assert ONLY_FOR_INSTRUCTORS[what] in books["instructor"].text
    assert ONLY_FOR_INSTRUCTORS[what] not in books["learner"].text


def test_learners_have_the_cell_that_they_complete_and_instructors_the_one_that_is_complete(books: dict[str, Pdf]):
    about = "In place of the lines that are marked, learners find"
    assert "# Your code here" in books["learner"].text
    assert "# Your code here" not in books["instructor"].text.replace(f"{about} # Your code here", "")
    assert about in books["instructor"].text
    answer = "a = 1\n### BEGIN SOLUTION\nb = 2\n\nc = 3\n### END SOLUTION\nc\n"
    assert listed(answer) == ("a = 1\nb = 2\n\nc = 3\nc", [2, 3, 4])


def test_the_contents_give_the_page_on_which_a_chapter_begins(books: dict[str, Pdf]):
    for kind, pdf in books.items():
        entries = re.findall(r"([A-Z1-9][^.]*?(?:\d\.\d [^.]+?)?)(?: \.){3,}[ \u2060]*(\d+)", pdf.pages[2])
        found = {name.strip(): int(page) for name, page in entries}
        assert "1 Strategic sales objectives" in found
        assert ("Guide to the workshop" in found) == (kind == "instructor")
        for name, page in found.items():
            title = re.sub(r"^(Contents )?(\d(\.\d)? )?", "", name)
            assert title in pdf.pages[page - 1], f"{title} is not on page {page}"


def test_pages_are_numbered_and_have_running_heads(books: dict[str, Pdf]):
    pdf = books["learner"]
    for number, page in enumerate(pdf.pages[2:], 3):
        assert re.search(rf"(^| ){number}( |$)", page)
    begins = pdf.page_of("How to decide")
    assert pdf.pages[begins - 1].startswith("1 Strategic sales objectives 1.1 From a yearly plan to quarterly targets")
    # On the next page the topic ends and the memo begins.
    assert pdf.pages[begins].startswith("1 Strategic sales objectives Memo: What we will not chase in 2026 Task margin")


def links(reader: PdfReader) -> Iterator[Any]:
    for page in reader.pages:
        for reference in page.get("/Annots") or []:
            note = reference.get_object()
            if note.get("/Subtype") == "/Link" and "/URI" not in note.get("/A", {}):
                yield note["/Dest"] if "/Dest" in note else note["/A"]["/D"]


def test_links_within_the_book_lead_to_a_page_of_it(books: dict[str, Pdf]):
    for pdf in books.values():
        pages = {page.indirect_reference.idnum for page in pdf.reader.pages if page.indirect_reference}
        count = 0
        for target in links(pdf.reader):
            place = target.get_object()
            if not isinstance(place, ArrayObject):
                named = pdf.reader.named_destinations[str(place)]
                assert isinstance(named, Destination)
                place = named.dest_array
            assert place[0].idnum in pages
            count += 1
        assert count > 40
    outline = [str(entry.title) for entry in flat(books["learner"].reader.outline)]
    assert "1.1 From a yearly plan to quarterly targets" in outline


def flat(outline: Any) -> Iterator[Any]:
    for entry in outline:
        yield from flat(entry) if isinstance(entry, list) else [entry]


def test_the_index_names_the_pages_that_use_a_term_and_the_one_that_defines_it(books: dict[str, Pdf]):
    pdf = books["learner"]
    index = " ".join(pdf.pages[pdf.page_of("Index of terms") - 1 :])
    found = re.search(r"LTV \(lifetime value\) ([\d, ]+?)(?= [A-Z])", index)
    assert found
    used, defined = map(int, found[1].split(","))
    assert "Subtract cost; see LTV" in pdf.pages[used - 1]
    assert "LTV (lifetime value). The margin" in pdf.pages[defined - 1]


def test_fonts_and_the_structure_for_assistive_technology_are_in_the_file(books: dict[str, Pdf]):
    pdf = books["learner"]
    assert pdf.reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    embedded = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for page in pdf.reader.pages
        for font in page["/Resources"].get("/Font", {}).values()
    }
    assert {name.split("-")[0] for name in embedded} >= {"SourceSerif4", "IBMPlexSansCond", "IBMPlexMono"}


# --- what does not come out whole is not written ---


def trial(tmp_path: Path, body: str, drawings: dict[str, str] | None = None) -> Path:
    out = tmp_path / "trial.pdf"
    out.write_bytes(b"the book of last week")
    chapters = [Chapter("one", "One", 1, "(module-1)=\nFirst."), Chapter("two", "1.1 Two", 2, body)]
    export(chapters, drawings or {}, TITLE, tmp_path / "work", out)
    return out


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("See [there](#nowhere).", "two.md"),
        ("See [there](topic:1.4).", 'expected links that lead somewhere, found #link("topic:1.4")'),
        ("![A plan](plan.png)", "plan.png"),
        (typst('#chart("charts/none.svg", alt: "nothing")'), "none.svg"),
        (typst("#nonsense()"), "unknown variable: nonsense"),
        (typst('#chart("charts/broken.svg", alt: "nothing")'), "broken.svg"),
        (typst('#chart("charts/whole.svg", alt: none)'), "alt"),
    ],
    ids=["dead link", "site's link", "missing image", "missing chart", "bad Typst", "broken chart", "no alternative"],
)
def test_a_failed_export_is_one_error_and_leaves_the_book_that_was_there(tmp_path: Path, body: str, expected: str):
    drawings = {
        "charts/broken.svg": "<svg",
        "charts/whole.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>',
    }
    with pytest.raises(BuildError) as error:
        trial(tmp_path, body, {name: svg for name, svg in drawings.items() if name in body})
    assert expected in str(error.value)
    assert (tmp_path / "trial.pdf").read_bytes() == b"the book of last week"


def test_signs_and_beginnings_of_lines_arrive_as_they_were_written(tmp_path: Path):
    body = "12\\. May was *late*: 3 × 4 → 12, −5%, a_b, #1, $5 each, [x] ≥ 2.\n\n| a | b |\n| --- | ---: |\n| c | 7 |"
    out = trial(tmp_path, body)
    page = Pdf.read(out).pages[-1]
    assert "12. May was late: 3 × 4 → 12, −5%, a_b, #1, $5 each, [x] ≥ 2." in page
    assert "c 7" in page


def test_a_table_too_wide_for_the_page_is_set_in_parts(tmp_path: Path):
    wide = pd.DataFrame({f"column_number_{n}": [f"value-of-{n}", "x"] for n in range(16)})
    page = Pdf.read(trial(tmp_path, table(wide))).pages[-1]
    for n in range(16):
        assert f"value-of-{n}" in page
    assert page.count("value-of-0") > 1  # the first column stands in each part
    narrow = pd.DataFrame({"segment": ["small"], "share": [0.5]})
    assert Pdf.read(trial(tmp_path, table(narrow))).pages[-1].count("small") == 1


def test_code_without_a_space_is_broken_at_a_bracket_and_stays_within_the_page(tmp_path: Path):
    line = "found=" + ".".join(f"group{n}(['column_{n}','other_{n}'])" for n in range(8))
    page = Pdf.read(trial(tmp_path, code(f"{line}\nfound"))).reader.pages[-1]
    shown = page.extract_text()
    assert line in shown.replace("\n", "").replace(" ", "")
    assert max(map(len, shown.splitlines())) < 105  # so many signs of the listing's font are as wide as the page's text


def test_a_title_keeps_its_apostrophe_and_the_name_of_a_firm_is_no_link(tmp_path: Path):
    chapters = [Chapter("one", "1 One", 1, "First.")]
    chapters += [Chapter("two", "1.1 Rivals' spots", 2, "Told by Insights.com, and see <https://example.org/a>.")]
    export(chapters, {}, TITLE, tmp_path / "work", tmp_path / "trial.pdf")
    pdf = Pdf.read(tmp_path / "trial.pdf")
    assert "Rivals’ spots" in pdf.pages[-1]
    outside = [note.get_object()["/A"]["/URI"] for note in pdf.reader.pages[-1]["/Annots"]]
    assert outside == ["https://example.org/a"]


@pytest.mark.parametrize(("lines", "together"), [(1, True), (18, True), (26, False)])
def test_what_runs_on_begins_on_the_page_before_where_a_third_of_it_is_free(tmp_path: Path, lines: int, together: bool):
    before = "\n\n".join(f"Line {n} of part 1." for n in range(lines))
    chapters = [Chapter("one", "1 One", 1, "First."), Chapter("c1", "1.1 Part 1", 2, before)]
    chapters += [Chapter("c2", "1.2 Part 2", 2, "Part 2 of it.", runs_on=True)]
    chapters += [Chapter("c3", "1.3 Part 3", 2, "Part 3 of it.")]
    export(chapters, {}, TITLE, tmp_path / "work", tmp_path / "trial.pdf")
    pdf = Pdf.read(tmp_path / "trial.pdf")
    ends = pdf.page_of(f"Line {lines - 1} of part 1.")
    assert pdf.page_of("Part 2 of it.") == ends + (not together)
    assert "Part 3 of it." in pdf.pages[-1]
    assert len(pdf.pages) == ends + 1 + (not together)


def test_a_long_task_begins_where_more_than_its_first_lines_have_room(tmp_path: Path):
    steps = "\n\n".join(f"Step {n} of the task." for n in range(30))
    parts = []
    for lines in range(20, 40, 2):
        parts += [typst("#pagebreak()"), *(f"Line {n} before it." for n in range(lines))]
        parts.append(block("task", steps, name=f'"after-{lines}"', points="[2 points]"))
    pages = Pdf.read(trial(tmp_path, "\n\n".join(parts))).pages
    begun = [page.split("Task after-")[1] for page in pages if "Task after-" in page]
    assert len(begun) == 10
    assert all("Step 3 of the task." in rest for rest in begun)


def test_a_second_export_into_one_folder_waits_for_the_first(tmp_path: Path):
    work, out = tmp_path / "work", tmp_path / "trial.pdf"
    heard: list[str] = []
    told = threading.Event()

    def say(text: str) -> None:
        heard.append(text)
        told.set()

    second = threading.Thread(target=export, args=(TWO, {}, TITLE, work, out, say))
    with turn(work, heard.append):
        second.start()
        assert told.wait(60)
        assert heard == [f"Another build is running in {work}; this one goes on when that has ended …"]
        assert not out.exists()
    second.join()
    assert out.exists()


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("taken.pdf", "expected a file to write, found a folder"),
        ("a-file/book.pdf", "expected a folder to write to, but it can't be made"),
        ("a-file", "expected a folder to write to, but it can't be made"),
    ],
)
def test_a_place_that_cannot_be_written_to_is_told_before_the_work_begins(
    course_of_one_topic: Curriculum, tmp_path: Path, place: str, expected: str
):
    (tmp_path / "taken.pdf").mkdir()
    (tmp_path / "a-file").write_text("mine")
    heard: list[str] = []
    with pytest.raises(BuildError, match=expected):
        build_book(course_of_one_topic, "learner", tmp_path / place, load=load, say=heard.append)
    assert heard == []
    assert (tmp_path / "a-file").read_text() == "mine"


@pytest.mark.parametrize("full", ["the folder to write to", "the folder to work in"])
def test_a_disk_that_is_full_is_an_error_that_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: str
):
    whole = Path.write_bytes

    def write(self: Path, data: bytes) -> int:
        if ("work" in self.parts) == (full == "the folder to work in"):
            self.touch()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return whole(self, data)

    (tmp_path / "trial.pdf").write_bytes(b"the book of last week")
    monkeypatch.setattr(Path, "write_bytes", write)
    with pytest.raises(BuildError, match="No space left on device"):
        export(TWO, {}, TITLE, tmp_path / "work", tmp_path / "trial.pdf")
    assert (tmp_path / "trial.pdf").read_bytes() == b"the book of last week"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_font_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("course.book.fonts.packages", lambda: tmp_path)
    with pytest.raises(BuildError, match=r"source-serif-4-latin-400-normal\.woff: expected a font .* Run `make build`"):
        export(TWO, {}, TITLE, tmp_path / "work", tmp_path / "trial.pdf")
    assert not (tmp_path / "trial.pdf").exists()


def test_a_book_needs_a_topic_and_a_place(course_of_one_topic: Curriculum, tmp_path: Path):
    with pytest.raises(BuildError, match=r"expected a folder or a file ending in \.pdf"):
        build_book(course_of_one_topic, "learner", tmp_path / "book.html", load=load)
    empty = Curriculum(tmp_path)
    shutil.copytree(course_of_one_topic.root / "modules", tmp_path / "modules", ignore=shutil.ignore_patterns("*.md"))
    with pytest.raises(BuildError, match="expected a topic that is written, found none"):
        build_book(empty, "learner", tmp_path, load=load)


def test_modules_and_topics_that_are_not_written_are_named_and_not_linked(course_of_one_topic: Curriculum):
    book = Book(course_of_one_topic, Runs(course_of_one_topic, load=load), instructor=False)
    about = next(book.chapters())
    assert "module 2 (" in about.text
    assert "parts of module 1" in about.text
    assert book.links.within("see [1.4](topic:1.4) and [4.1](topic:4.1)", "x") == "see [1.4](#module-1) and 4.1"
    with pytest.raises(ContentError, match="there is no concept Z9"):
        book.links.within("[x](concept:Z9)", "guide.md")


def test_solutions_run_on_the_edition_that_is_asked_for(course_of_one_topic: Curriculum):
    def other(*names: str) -> pd.DataFrame:
        return ACCOUNTS.assign(cost_eur=0.0)

    seven = Book(course_of_one_topic, Runs(course_of_one_topic, 7, other), instructor=True)
    text = next(chapter.text for chapter in seven.chapters() if chapter.title.startswith("1.1"))
    assert "110,000" in text


# --- parts ---


def test_a_chart_keeps_its_words_and_has_no_colour_of_a_style_sheet_left():
    mixed = '<path fill="#e0a080" style="fill:color-mix(in srgb,var(--c-1) 9%,x)"/>'
    svg = f'<svg viewBox="0 0 9 9"><path fill="var(--c-1)"/>{mixed}</svg>'
    spec = '{"params":[{"name":"n","bind":{"input":"range","name":"Horizon, years"}}]}'
    figure = Figure("f", "t", "c", "a", svg, svg, spec)
    assert palette()["--c-1"] in drawn(figure)
    assert "var(" not in drawn(figure)
    assert "color-mix" not in drawn(figure)
    assert inputs(figure) == ["Horizon, years"]
    with pytest.raises(BuildError, match="no colour --c-none"):
        drawn(Figure("f", "t", "c", "a", '<svg><path fill="var(--c-none)"/></svg>', svg))


def test_blocks_may_hold_blocks_and_listings_any_fence():
    inner = block("feedback", "Text")
    outer = block("item", inner, number='"1"')
    assert outer.startswith('::::{block} item(number: "1")')
    assert typst("```x```").startswith("````{typst}")
    assert code("x\n") == "```python\nx\n```"
    assert text("a*b_c #1") == r"[a\*b\_c \#1]"


def test_terms_are_found_where_they_are_not_linked_and_mean_what_the_glossary_means():
    names = {"ltv": "LTV (lifetime value)", "run-rate": "Run rate", "lift": "Lift", "gap": "Gap (in coverage)"}
    terms = Terms([Term(id=id, term=term, means="x") for id, term in names.items()], ["Run rates."])
    seen: set[str] = set()
    prose = "A lifetime value, a `run rate`, a gap and a lift. [LTV](#term-ltv)"
    assert terms.marked(prose, seen) == prose
    marked = terms.marked("## Run rate\n\nTwo run rates; a run rate.", seen)
    assert marked == "## Run rate\n\nTwo run rates{used}`term-run-rate`; a run rate."
    assert terms.marked("A run rate.", seen) == "A run rate."
    single = Terms([Term(id="lift", term="Lift", means="x")], [])
    assert single.dwelt_on("A lift and two lifts.") == set()
    assert single.dwelt_on("A lift and two lifts; a lift. `lift`") == {"term-lift"}
    assert single.marked("A lift.", set(), {"term-lift"}) == "A lift{used}`term-lift`."
    often = Terms([Term(id="run-rate", term="Run rate", means="x")], ["A run rate."] * 30)
    assert often.marked("A run rate.", set()) == "A run rate."


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (pd.Series([1.5], index=pd.Index(["a"], name="row"), name="share"), '"share"'),
        (pd.DataFrame({"n": range(40)}), "left-out: 28"),
        (pd.DataFrame({"n": range(13)}), "left-out: 0"),
        (pd.Series([7]), '"value"'),
        (pd.DataFrame({"year": [2024, 2025]}), '"2024", "2025"'),
        (pd.DataFrame({"rate": [1.07, 11.2]}), '"1.07", "11.20"'),
        (pd.DataFrame({"change": [14.2, -8.6, -0.3]}), '"14.2", "−8.6", "−0.3"'),
        (pd.DataFrame({"eur": [88662.53, 232.4, 1e-9]}), '"88,663", "232", "0"'),
        (pd.DataFrame({"share": [0.1, np.nan, np.inf]}), '"0.1", "–", "inf"'),
        (pd.DataFrame({"on": pd.to_datetime(["2025-09-22", "2025-10-01"])}), '"22\xa0Sep\xa02025", "1\xa0Oct\xa02025"'),
        (pd.DataFrame({"won": [0.4, 0.5]}, index=["by size", "by region"]), '("", "won",), ("by size", "0.4",'),
        ({"a": 2.0}, '"value"'),
        ({"b", "a"}, "[a, b]"),
        ([f"A{n}" for n in range(30)], "A23, and 6 more]"),
        (1234.5, r"[1,234]"),
        ("Smart Devices", "[Smart Devices]"),
    ],
)
def test_the_value_of_an_answer_is_shown_whatever_its_type(found: Any, shown: str):
    assert shown in value(found)


def test_fonts_come_out_of_their_web_format_whole(tmp_path: Path):
    fonts = sorted(write_fonts(tmp_path).glob("*.ttf"))
    assert len(fonts) == 16
    data = fonts[0].read_bytes()
    tables = int.from_bytes(data[4:6], "big")
    for index in range(tables):
        entry = data[12 + 16 * index : 28 + 16 * index]
        offset, length = int.from_bytes(entry[8:12], "big"), int.from_bytes(entry[12:16], "big")
        assert offset % 4 == 0
        assert offset + length <= len(data)
    (tmp_path / "x.woff").write_bytes(b"wOF2....")
    with pytest.raises(BuildError, match=r"expected a font in WOFF 1\.0"):
        unpacked(tmp_path / "x.woff")


def test_the_title_page_bears_the_name_of_the_copy(course_of_one_topic: Curriculum, tmp_path: Path):
    heard: list[str] = []
    say: Callable[[str], None] = heard.append
    training = Training(name="Selling at Örn & Co")
    path = build_book(course_of_one_topic, "learner", tmp_path / "ours.pdf", training=training, load=load, say=say)
    assert "Selling at Örn & Co" in Pdf.read(path).pages[0]
    assert re.search(r"ours\.pdf: \d+ pages, [\d.]+ MB", heard[-1])
