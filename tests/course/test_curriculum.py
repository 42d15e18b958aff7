"""The modules hold all 56 topics and 28 concepts, and a mistake in a source file is named with file and line."""

from __future__ import annotations

import re

import pytest

from course.curriculum import Curriculum
from course.errors import ContentError
from course.memo import Memo
from course.quiz import Quiz
from course.training import Training


def test_eight_modules_of_seven_topics_and_28_concepts():
    curriculum = Curriculum()
    ids = [topic.id for module, topic in curriculum.topics() if module.id > 0]
    assert ids == [f"{m}.{t}" for m in range(1, 9) for t in range(1, 8)]
    assert len(curriculum.concepts) == 28
    for concept in curriculum.concepts.values():
        for id in concept.modules:
            assert concept.id in curriculum.module(str(id)).concepts


def test_names_of_files_are_unique():
    stems = [topic.stem for _, topic in Curriculum().topics()]
    assert len(set(stems)) == len(stems)


BREAKS = {
    "not yaml": (r"id: 1\n", "id: [1\n", r"module.yml:\d+: this is not valid YAML"),
    "unknown": (r"title: Strategic", "titel: Strategic", r"module.yml:\d+: `titel` is not a known setting"),
    "missing": (r"slug: objectives\n", "", r"`slug` is missing"),
    "topic id": (
        r'id: "1.4"',
        'id: "one.four"',
        r"module.yml:\d+: `topics.3.id`: expected a topic id .*found 'one.four'",
    ),
    "other module": (r'id: "1.4"', 'id: "2.4"', "topic 2.4 does not belong to module 1"),
    "folder": (r"slug: objectives\n", "slug: goals\n", "Rename one of the two"),
    "status": (r"status: \w+", "status: nearly", "'complete' or 'planned'"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_bad_module_file_says_where_and_what_was_expected(name: str, curriculum: Curriculum):
    pattern, replacement, message = BREAKS[name]
    path = curriculum.root / "modules/01-objectives/module.yml"
    broken, count = re.subn(pattern, replacement, path.read_text(), count=1)
    assert count == 1
    path.write_text(broken)
    with pytest.raises(ContentError, match=message):
        _ = Curriculum(curriculum.root).modules


def test_an_unknown_topic_or_module_lists_those_that_exist(curriculum: Curriculum):
    with pytest.raises(ContentError, match=r"no topic 9\.9\. The topics are 0\.1, "):
        curriculum.topic("9.9")
    with pytest.raises(ContentError, match=r"no module goals\. The modules are 00-start, "):
        curriculum.module("goals")


def test_a_course_without_modules_says_what_was_expected(tmp_path):
    with pytest.raises(ContentError, match="expected folders such as 01-objectives, found none"):
        _ = Curriculum(tmp_path).modules


ITEM = """\
items:
  - id: "1.1-q1"
    topic: "1.1"
    type: single
    stem: Which one?
    options:
      - {text: The first, feedback: Yes., right: true}
      - {text: The second, feedback: No.}
      - {text: The third, feedback: No.}
  - id: "1.1-q2"
    topic: "1.1"
    type: numeric
    stem: How many months?
    value: 12
    tolerance: 0.5
    unit: months
    right: Yes.
    wrong: No.
    known:
      - {value: 24, feedback: That is two years.}
"""


def test_a_quiz_gives_the_page_html_and_says_which_options_are_right(tmp_path):
    (tmp_path / "quiz.yml").write_text(ITEM)
    single, numeric = (item.page() for item in Quiz.read(tmp_path / "quiz.yml").of("1.1"))
    assert [o["right"] for o in single["options"]] == [True, False, False]
    assert single["stem"] == "<p>Which one?</p>"
    assert numeric["feedback"]["known"][0]["value"] == 24


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("right: true", "right: false", "a single-choice item has one right option, found 0"),
        ("type: single", "type: multi", r"quiz.yml:4: `items.0.type`"),
        ("1.1-q2", "1.1-q1", "item id 1.1-q1 is used twice"),
        ("value: 24", "value: 12.4", "overlaps with the right one"),
        ("      - {text: The third, feedback: No.}\n", "", "three to five options are expected, found 2"),
        ("    value: 12\n", "", "a numeric item has value"),
        ('topic: "1.1"', 'topic: "1.2"', "does not belong to topic 1.2"),
        ("feedback: No.}", "fedback: No.}", "fedback` is not a known setting"),
    ],
)
def test_a_bad_quiz_says_where_and_what_was_expected(old: str, new: str, message: str, tmp_path):
    assert old in ITEM
    (tmp_path / "quiz.yml").write_text(ITEM.replace(old, new, 1))
    with pytest.raises(ContentError, match=message):
        Quiz.read(tmp_path / "quiz.yml")


LEVELS = "levels: [Nothing, Some, More, All]"
MARKS = "marks: {a: 3, b: 2, c: 1, d: 0}, reasons: {a: x, b: x, c: x, d: x}"
MEMO = f"""\
---
title: Advise the board
reader: the board
words: 250
rubric:
  - {{id: a, name: Decision, {LEVELS}}}
  - {{id: b, name: Evidence, {LEVELS}}}
  - {{id: c, name: Limits, {LEVELS}}}
  - {{id: d, name: Action, {LEVELS}}}
samples:
  - {{title: One, text: Do it., {MARKS}}}
  - {{title: Two, text: Do not., {MARKS}}}
---
Write half a page.
"""


def test_a_memo_becomes_a_notebook_that_a_person_grades(tmp_path):
    (tmp_path / "memo.md").write_text(MEMO)
    memo = Memo.read(tmp_path / "memo.md")
    task, answer = memo.learner_notebook().cells
    assert memo.points == 12
    assert "| **Decision** | All | More | Some | Nothing |" in task.source
    assert answer.metadata.nbgrader.grade
    assert answer.metadata.nbgrader.solution
    assert "Do not." not in str(memo.learner_notebook())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("---\ntitle", "title", ":1: expected a header"),
        ("d: 0}", "d: 4}", "a mark is a level from 0 to 3"),
        ("reasons: {a: x, ", "reasons: {", "needs a mark and a reason for a, b, c, d"),
        ("[Nothing, Some, More, All]", "[Nothing, Some, All]", r"memo.md:6: `rubric.0.levels"),
    ],
)
def test_a_bad_memo_says_where_and_what_was_expected(old: str, new: str, message: str, tmp_path):
    assert old in MEMO
    (tmp_path / "memo.md").write_text(MEMO.replace(old, new, 1))
    with pytest.raises(ContentError, match=message):
        Memo.read(tmp_path / "memo.md")


def test_solutions_are_shown_to_the_self_paced_and_not_to_a_graded_cohort(tmp_path):
    path = tmp_path / "training.yml"
    assert Training.read(path).shows_solutions
    path.write_text("kind: graded\n")
    assert not Training.read(path).shows_solutions
    path.write_text("kind: graded\nsolutions: after-trying\n")
    assert Training.read(path).shows_solutions
    path.write_text("kind: self-paced\nsolutions: never\n")
    assert not Training.read(path).shows_solutions
    path.write_text("kind: exam\n")
    with pytest.raises(ContentError, match=r"training.yml:1: `kind`.*found 'exam'"):
        Training.read(path)
