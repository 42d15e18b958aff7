"""A person marks a memo in formgrader; what a learner wrote there can't mark itself."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook
from playwright.sync_api import Page, expect

from course.errors import GradingError
from grading.batch import grade
from grading.marking import mark
from tests.browser.conftest import Witness
from tests.grading.conftest import RIGHT, write
from tests.grading.conftest import answer as answer
from tests.grading.conftest import released as released
from tests.grading.conftest import root as root

MARKS_ITSELF = """Grow **line a**. 3 < 4.

<img src="none" onerror="document.title = 'marked'"><script>document.title = "marked"</script>
[here](javascript:document.title='marked') ![seen](https://elsewhere.example/seen.png)"""


@pytest.fixture(scope="module")
def graded(root, answer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("marking")
    write(folder / "in" / "ada", answer({**RIGHT, "memo": MARKS_ITSELF}))
    grade(folder / "in", out=folder / "graded", root=root, progress=False)
    return folder


@pytest.fixture(scope="module")
def formgrader(graded: Path) -> Iterator[str]:
    """The address of the first page that `course mark` serves."""
    command = [str(Path(sys.executable).with_name("course")), "mark", str(graded / "graded"), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        said = server.stdout.readline()
        yield said.removeprefix("Mark at ").strip()
        server.terminate()


def titles(page: Page) -> str:
    page.wait_for_load_state("networkidle")
    return page.title()


def test_a_memo_is_marked_in_formgrader_and_counts(
    page: Page, witness: Witness, formgrader: str, graded: Path, root: Path
) -> None:
    failed: dict[str, str | None] = {}
    page.on("requestfailed", lambda request: failed.update({request.url: request.failure}))
    page.goto(formgrader)
    page.get_by_role("link", name="01-objectives").click()
    page.get_by_role("link", name="01-memo").click()
    page.get_by_role("link", name="Submission #1").click()
    memo = page.locator(".nbgrader_cell", has_text="Student's answer")
    expect(memo).to_contain_text("Grow line a. 3 < 4.")
    expect(page.get_by_role("table")).to_contain_text("Evidence")
    assert "marked" not in titles(page)
    score, comment = memo.locator("input.score"), memo.locator("textarea.comment")
    score.fill("7")
    with page.expect_response(lambda answer: "/api/grade/" in answer.url and answer.request.method == "PUT"):
        comment.focus()
    comment.fill("Says which, not *how much*.")
    with page.expect_response(lambda answer: "/api/comment/" in answer.url and answer.request.method == "PUT"):
        score.focus()
    asked = {url: reason for url, reason in failed.items() if urlsplit(url).netloc != urlsplit(formgrader).netloc}
    assert set(asked.values()) == {"csp"}, "nbgrader's page names another host, and the browser is told not to ask it"
    assert witness.hosts() == {urlsplit(url).netloc for url in (formgrader, *asked)}

    grade(graded / "in", out=graded / "graded", root=root, progress=False)
    with (graded / "graded" / "gradebook.csv").open(newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["task"] == "memo")
    assert (row["points"], row["status"]) == ("7", "marked")
    page.goto((graded / "graded" / "feedback" / "ada.html").as_uri())
    expect(page.locator("body")).to_contain_text("Says which, not how much.")


def test_the_same_memo_marks_itself_where_its_html_is_shown_as_it_comes(page: Page) -> None:
    notebook = new_notebook(cells=[new_markdown_cell(MARKS_ITSELF)])
    body, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    page.set_content(body, wait_until="load")
    expect(page).to_have_title("marked")


def test_the_pages_that_learners_get_back_run_nothing_and_ask_nobody(
    page: Page, witness: Witness, graded: Path
) -> None:
    feedback = graded / "graded" / "feedback"
    page.goto((feedback / "ada" / "01-objectives" / "01-memo.html").as_uri())
    expect(page.locator("body")).to_contain_text("Grow line a. 3 < 4.")
    assert "marked" not in titles(page)
    assert all(url.startswith(("file:", "data:")) for url in witness.requests)
    assert not re.search(r"<script|src=.https?:", (feedback / "ada/01-objectives/01-memo.html").read_text())


def test_a_folder_without_a_course_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        GradingError, match=r"expected the folder that `course grade` wrote, .* found no nbgrader_config"
    ):
        mark(tmp_path)
