"""A guide to a workshop has the fixed parts, ninety minutes, and links that lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.check import check, guide_problems
from course.curriculum import ROOT, Curriculum
from course.errors import ContentError
from course.guide import MINUTES, Guide

REAL = ROOT / "modules/01-objectives/guide.md"


@pytest.fixture
def path(curriculum: Curriculum) -> Path:
    path = curriculum.guide(curriculum.module("1"))
    path.write_text(REAL.read_text("utf-8"), "utf-8")
    return path


def test_a_guide_gives_its_parts_and_the_minutes_of_its_steps(path: Path):
    guide = Guide.read(path)
    assert guide.module == 1
    assert sum(step.minutes for step in guide.steps) == MINUTES
    assert guide.steps[0].speaks
    assert "### " in guide.sections["Questions for the room"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("module: 1", "module: 2", r"guide\.md:2: expected `module: 1`, as the folder says; found module 2"),
        ("module: 1", "modul: 1", r"guide\.md:2: `modul` is not a known setting"),
        ("---\nmodule", "module", r"guide\.md:1: expected the three lines"),
        (
            "## Ninety minutes",
            "## 90 minutes",
            r"guide\.md:\d+: expected the heading `## Ninety m.*found `## 90 m",
        ),
        ("## Marking the memo", "### Marking the memo", "found the end of the file"),
        ("| 10 |", "| 15 |", r"add up to 90 minutes, found 95"),
        ("| 10 |", "| ten |", r"expected whole minutes and 4 cells, found \| ten"),
        ("| who speaks |", "| speaker |", r"expected a table \| minutes \| what happens"),
        ("divided by four?", "divided by four.", r"guide\.md:\d+: expected a question"),
    ],
)
def test_what_is_wrong_in_a_guide_is_named_with_its_line(path: Path, old: str, new: str, expected: str):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ContentError, match=expected):
        Guide.read(path)


def test_the_line_named_is_the_line_that_is_wrong(path: Path):
    lines = path.read_text("utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("## Ninety"))
    lines[at] = "## Eighty minutes"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(ContentError, match=rf"guide\.md:{at + 1}: "):
        Guide.read(path)


def test_too_few_questions_are_too_few(path: Path):
    text = path.read_text("utf-8").replace("### ", "", 2)
    path.write_text(text, "utf-8")
    with pytest.raises(ContentError, match="expected 6 to 8 questions for the room"):
        Guide.read(path)


def test_the_check_reads_guides_that_exist(curriculum: Curriculum, load, path: Path):
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("[1.1](topic:1.1)", "[9.9](topic:9.9)", 1) + "\nThe organization paid €2.4m.\n", "utf-8"
    )
    found = guide_problems(Guide.read(path), curriculum)
    assert any("there is no topic 9.9" in p for p in found)
    assert any("American spelling: organization" in p for p in found)
    assert any("the amount €2.4 is typed" in p for p in found)
    assert set(found) <= set(check(curriculum, load).problems)
    path.write_text(text.replace("| 10 |", "| 11 |", 1), "utf-8")
    assert any("found 91" in p for p in check(curriculum, load).problems)


def test_each_guide_of_the_course_is_as_it_should_be():
    course = Curriculum(ROOT)
    for module in course.modules:
        if course.guide(module).exists():
            assert not guide_problems(Guide.read(course.guide(module)), course)
