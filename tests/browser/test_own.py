"""A site on an organisation's own export: one task done in the page on its tables, one that they can't carry."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect
from rich.console import Console

from course.case.importing.run import import_files
from course.curriculum import ROOT, Curriculum
from course.exercise import Exercise
from course.own import OwnData
from course.page import exercise_page
from course.site.stage import build_site
from course.training import Training
from tests.browser.conftest import Witness, serve
from tests.browser.test_topics import words
from tests.browser.test_whole_way import PYTHON_STARTS, check, write
from tests.case.importing.test_derive import salesforce
from tests.course.test_stage import READING

CARRIED, LACKING = "8.2", "8.7"


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Curriculum:
    """The course with two of its topics, an export imported with pseudonyms, and `data: own`."""
    root = tmp_path_factory.mktemp("school")
    for file in (ROOT / "modules").rglob("*.yml"):
        if file.name in ("module.yml", "concepts.yml", "sources.yml", "claims.yml", "glossary.yml"):
            to = root / file.relative_to(ROOT)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, to)
    shutil.copy(ROOT / "mkdocs.yml", root)
    (root / "course").symlink_to(ROOT / "course")
    school, whole = Curriculum(root), Curriculum()
    for id in (CARRIED, LACKING):
        module, topic = school.module("8"), school.topic(id)
        school.reading(module, topic).write_text(READING.replace('"1.4"', f'"{id}"', 1))
        school.exercise(module, topic).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(whole.exercise(module, topic), school.exercise(module, topic))
    import_files(salesforce(root / "export"), None, root / "own", True, Console(file=io.StringIO()))
    (root / "training.yml").write_text("name: Firm’s school of sales\ndata: own\n")
    return school


@pytest.fixture(scope="module")
def own_site(school: Curriculum) -> Iterator[str]:
    built = school.root / "served" / "here"
    build_site(school, built, Training.read(school.root / "training.yml"), say=lambda said: None)
    for server in serve(built.parent):
        yield server.url + "here/"


def test_a_task_is_done_on_an_organisations_own_tables(
    school: Curriculum, own_site: str, page: Page, witness: Witness, tmp_path: Path
):
    missing: list[str] = []
    page.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
    page.goto(own_site)
    expect(page.locator(".about")).to_contain_text("1 of 2 tasks run on your own tables: 8.2.")
    page.locator(".about").get_by_role("link", name=CARRIED, exact=True).click()
    expect(page.get_by_text("This reading is about Tessaly Instruments")).to_be_visible()
    expect(page.get_by_text("This task runs on your organisation’s own tables")).to_be_visible()

    exercise = Exercise.read(school.exercise(school.module("8"), school.topic(CARRIED)))
    first = exercise.tasks[0]
    own = OwnData(school.root / "own")
    asked = exercise_page(exercise, "08-review", own.load, True, strict=False)
    task = next(cell for cell in asked["cells"] if cell.get("id") == first.id)
    wrong = task["wrong"][0]
    write(page, first.id, first.wrongs[wrong["id"]].code)
    check(page, first.id, words(wrong["html"]))
    write(page, first.id, f"{first.solution}\nprint({first.id}.iloc[:, 0].tolist())")
    check(page, first.id, "Passed.")
    there = own.tables["segments"]["region"]
    shown = page.locator(f"[data-task={first.id}] .course-output").first
    assert any(region in shown.inner_text() for region in there.unique())

    page.goto(own_site + f"08-review/{school.topic(LACKING).stem}.html")
    expect(
        page.get_by_text("This task can’t be done on your organisation’s own data: there is no table post_mortems")
    ).to_be_visible()
    assert page.locator("course-exercise").count() == 0

    page.goto(own_site + "08-review/index.html")
    with page.expect_download(timeout=PYTHON_STARTS) as saved:
        page.get_by_role("button", name="Download my notebooks").click()
    saved.value.save_as(tmp_path / "taken.zip")
    with zipfile.ZipFile(tmp_path / "taken.zip") as archive, archive.open("08-review/data/segments.csv") as file:
        pd.testing.assert_frame_equal(pd.read_csv(file), pd.read_csv(school.root / "own" / "data" / "segments.csv"))
    assert not missing
    assert not witness.errors, witness.errors
    public = b"".join(file.read_bytes() for file in (school.root / "served").rglob("*.csv"))
    assert b"Firm 1" not in public
    assert b"Person 1" not in public
