"""The whole way as a new learner goes it: read 1.4, get it wrong, get it right, come back, download, be graded."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from course.case.edition import PRACTICE_SEED, Edition
from course.curriculum import Curriculum
from course.exercise import Exercise
from course.quiz import Quiz
from grading.batch import grade

PYTHON_STARTS = 60_000  # ms; the first run waits for Python

CURRICULUM = Curriculum()
MODULE, TOPIC = CURRICULUM.module("1"), CURRICULUM.topic("1.4")
EXERCISE = Exercise.read(CURRICULUM.exercise(MODULE, TOPIC))


def write(page: Page, task: str, code: str) -> None:
    """Replace what stands in a task's editor, by the keyboard."""
    page.locator(f"[data-task={task}]").scroll_into_view_if_needed()
    page.locator(f"[data-task={task}] .cm-content").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(code)


def check(page: Page, task: str, verdict: str) -> None:
    section = page.locator(f"[data-task={task}]")
    section.get_by_role("button", name="Check").click()
    expect(section.locator(".course-feedback")).to_contain_text(verdict, timeout=PYTHON_STARTS)


def answer_quiz(page: Page) -> None:
    for item in Quiz.read(CURRICULUM.quiz(MODULE)).of("1.4"):
        form = page.locator(f'[data-item="{item.id}"]')
        if item.type == "numeric":
            form.get_by_role("textbox").fill(f"{item.value:g}")
        for letter, option in zip("abcde", item.options, strict=False):
            if option.right:
                form.locator(f"input[value={letter}]").check()
        form.get_by_role("button", name="Check").click()
        expect(form.locator(".course-feedback.good").first).to_be_visible()


def marks(folder: Path, submissions: Path) -> dict[str, dict[str, str]]:
    """Grade a folder and return the gradebook's rows of topic 1.4 by task."""
    grade(submissions, edition=PRACTICE_SEED, out=folder, modules=["1"], progress=False)
    with (folder / "gradebook.csv").open(newline="", encoding="utf-8") as file:
        return {row["task"]: row for row in csv.DictReader(file) if row["topic"] == "1.4"}


def test_from_the_first_page_to_the_gradebook(page: Page, site: str, tmp_path: Path):
    page.goto(site)
    page.locator("#map").scroll_into_view_if_needed()
    page.get_by_role("link", name=TOPIC.title).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TOPIC.title)
    for heading in ("How to decide", "Watch it done", "Your turn", "Check yourself", "Sources"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.locator("figure svg:visible").first).to_be_visible()

    first = EXERCISE.tasks[0]
    wrong = first.wrongs["blended"]
    write(page, first.id, wrong.code)
    check(page, first.id, "Not yet.")
    said = page.locator(f"[data-task={first.id}] .course-feedback")
    expect(said).to_contain_text(wrong.message.split(".")[0].replace("`", "").replace("*", "").split("\n")[0][:40])
    for task in EXERCISE.tasks:
        write(page, task.id, task.solution)
        check(page, task.id, "Passed.")

    answer_quiz(page)
    items = Quiz.read(CURRICULUM.quiz(MODULE)).of("1.4")
    expect(page.locator("course-quiz")).to_contain_text(f"{len(items)} of {len(items)} right")

    page.reload()
    for task in EXERCISE.tasks:
        section = page.locator(f"[data-task={task.id}]")
        section.scroll_into_view_if_needed()  # the page is where it was left, at the quiz
        expect(section.locator(".course-passed")).to_be_visible()
        expect(section.locator(".cm-content")).to_contain_text(task.solution.strip().splitlines()[-1].strip()[:40])
    expect(page.locator("course-quiz")).to_contain_text(f"{len(items)} of {len(items)} right")

    expect(page.locator(".scale [data-topic='1.4']")).to_have_attribute("data-state", "passed")

    page.goto(f"{site}{MODULE.folder}/index.html")
    row = page.locator(".topics [data-topic='1.4']")
    expect(row).to_have_attribute("data-state", "passed")
    row.get_by_role("link").scroll_into_view_if_needed()
    height = "e => e.getBoundingClientRect().height"
    assert row.evaluate(height) < row.get_by_role("link").evaluate(height) + 3, "the mark takes a line of its own"
    with page.expect_download() as started:
        page.get_by_role("button", name="Download my notebooks").click()
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    started.value.save_as(inbox / "learner.zip")
    with zipfile.ZipFile(inbox / "learner.zip") as archive:
        names = set(archive.namelist())
        notebook = json.loads(archive.read(f"{MODULE.folder}/{EXERCISE.name}.ipynb"))
    assert {f"{MODULE.folder}/{t.stem}.ipynb" for t in MODULE.topics} <= names
    assert any(first.solution.strip() in "".join(cell["source"]) for cell in notebook["cells"])

    full = marks(tmp_path / "graded", inbox)
    assert {task: (float(r["points"]), float(r["max"])) for task, r in full.items()} == {
        t.id: (t.points, t.points) for t in EXERCISE.tasks
    }


def test_untouched_notebooks_and_a_known_wrong_answer_get_the_marks_they_should(tmp_path: Path):
    import nbformat

    inbox = tmp_path / "inbox"
    first = EXERCISE.tasks[0]
    for learner in ("untouched", "mistaken"):
        folder = inbox / learner / MODULE.folder
        folder.mkdir(parents=True)
        notebook = EXERCISE.learner_notebook()
        if learner == "mistaken":
            cell = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == first.id)
            cell.source = first.wrongs["blended"].code
        nbformat.write(notebook, folder / f"{EXERCISE.name}.ipynb")
    grade(inbox, edition=PRACTICE_SEED, out=tmp_path / "graded", modules=["1"], progress=False)
    with (tmp_path / "graded" / "gradebook.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["topic"] == "1.4"]
    assert {float(r["points"]) for r in rows if r["learner"] == "untouched"} == {0.0}
    mistaken = next(r for r in rows if r["learner"] == "mistaken" and r["task"] == first.id)
    assert float(mistaken["points"]) == 0.0
    feedback = "".join(p.read_text() for p in (tmp_path / "graded").rglob("*.html") if "mistaken" in str(p))
    assert first.wrongs["blended"].message.split(".")[0][:40] in feedback
    # What a right answer is graded on is the instructor's own edition.
    assert EXERCISE.solve(Edition(PRACTICE_SEED).load)
    shutil.rmtree(inbox)
