"""A reading's figures are computed, its links lead somewhere, and a fault in it is named with file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from course.check import prose_problems
from course.curriculum import Curriculum
from course.errors import ContentError
from course.reading import eur, pct, render, table


def test_figures_are_computed_from_the_data(reading_path: Path, curriculum: Curriculum, load):
    reading = render(reading_path, curriculum, load)
    assert "The small segment sold €110,000." in reading.markdown
    assert "{{" not in reading.markdown
    assert 'load("accounts")' not in reading.markdown
    assert "groupby" in reading.markdown
    assert (reading.examples, len(reading.figures)) == (1, 1)
    assert reading.sources == ["skok", "barrett-2025"]
    assert reading.concepts == ["A7"]
    assert "](../glossary.md#ltv)" in reading.markdown
    assert "](../concepts.md#a7)" in reading.markdown


BREAKS = {
    "header": ('topic: "1.1"', "topic: 1.1", r":1: expected the three lines"),
    "value": (r"eur\(sold\)", "eur(unsold)", r":5: \{\{ eur\(unsold\) \}\} fails: NameError"),
    "block": ('"revenue_eur"]', '"revenue"]', r":9: in this setup block KeyError"),
    "claim": ("sold = accounts", "assert len(accounts) == 4, 'four accounts'\nsold = accounts", "four accounts"),
    "bare claim": (
        "sold = accounts",
        "assert len(accounts) == 4\nsold = accounts",
        r":9: .* the assertion does not hold: assert len\(accounts\) == 4$",
    ),
    "section": ("## On Monday", "## Monday", "expected the sections"),
    "source": ("@skok", "@skock", "there is no source skock"),
    "concept": ("concept:A7", "concept:A9", "there is no concept A9"),
    "term": ("glossary:ltv", "glossary:lvt", "there is no term lvt"),
    "chart": (r"figure\(\n", "str(\n", "in this chart block"),
    "no alt": ('alt="Small accounts sell more than mid-market."', 'alt=""', "expected `alt`"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_reading_says_where_and_what_was_expected(name: str, reading_path: Path, curriculum: Curriculum, load):
    pattern, replacement, message = BREAKS[name]
    broken, count = re.subn(pattern, replacement, reading_path.read_text(), count=1)
    assert count == 1
    reading_path.write_text(broken)
    with pytest.raises(ContentError, match=message) as error:
        render(reading_path, curriculum, load)
    assert str(reading_path) in str(error.value)


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("Win rates rose to 34%.", "the figure 34% is typed"),
        ("It cost €48,300 in all.", "the figure €48,300 is typed"),
        ("They lost 27 deals.", "the figure 27 is typed"),
        ("The organization analyzes it.", "American spelling: organization"),
        ("![](chart.png)", "an image without alternative text"),
    ],
)
def test_prose_that_breaks_a_promise_is_found(sentence: str, problem: str, reading_path: Path):
    reading_path.write_text(reading_path.read_text() + f"\n{sentence}\n")
    assert any(problem in p for p in prose_problems(reading_path))


@pytest.mark.parametrize(
    "sentence",
    [
        "In 2025 three of 12 regions missed Q1, as topic 1.4 says, by 31 December.",
        "Payback under 12 months and a ratio of 3.5 is a rule of thumb [#payback-twelve].",
        "It is {{ 34 }}% here.",
    ],
)
def test_prose_that_keeps_them_is_left_alone(sentence: str, reading_path: Path):
    before = prose_problems(reading_path)
    reading_path.write_text(reading_path.read_text() + f"\n{sentence}\n")
    assert [p for p in prose_problems(reading_path) if "words" not in p] == [p for p in before if "words" not in p]


def test_amounts_read_as_people_say_them():
    assert [eur(x) for x in (940, 48_312, 999_600, 1_240_000, 31_000_000, -5_200)] == [
        "€940", "€48,300", "€1.0m", "€1.2m", "€31m", "−€5,200",
    ]  # fmt: skip
    assert [pct(0.184), pct(-0.02, 1)] == ["18%", "−2.0%"]


def test_tables_escape_what_they_show():
    shown = table(pd.DataFrame({"name": ["<b>A & B</b>"], "share": [0.5], "date": pd.to_datetime(["2025-03-02"])}))
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in shown
    assert "2 March 2025" in shown


def test_a_column_of_figures_stands_in_line():
    frame = pd.DataFrame(
        {"region": ["DACH", "UK"], "margin": [0.25, 11.0], "won": ["18%", "−2%"], "on": ["2025 Q4", "–"]}
    )
    shown = table(frame)
    assert '<td class="num">0.25</td><td class="num">18%</td><td>2025\u00a0Q4</td>' in shown
    assert '<td class="num">11.00</td><td class="num">−2%</td>' in shown


def test_before_module_1_the_code_of_an_example_is_open(curriculum: Curriculum, load, tmp_path: Path):
    page = tmp_path / "0.1-values.md"
    parts = [
        "## The idea",
        "```python example\npd.DataFrame({'a': [1]})\n```",
        "## Watch it done",
        "## When it goes wrong",
    ]
    page.write_text('---\ntopic: "0.1"\n---\n\n' + "\n\n".join(parts) + "\n")
    assert (
        '<details class="computation" markdown="1" data-search-exclude open>' in render(page, curriculum, load).markdown
    )
