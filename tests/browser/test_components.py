"""Quiz, memo, progress, downloads and charts: what a learner does and sees."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import small
from tests.browser.conftest import Server, Witness
from tests.browser.test_exercise import RIGHT, task, write


def item(page: Page, number: int) -> Locator:
    return page.locator(f"[data-item='1.4-q{number}']")


def check(page: Page, number: int) -> Locator:
    item(page, number).get_by_role("button", name="Check").click()
    return item(page, number).locator(".course-output")


def test_each_option_explains_itself_and_the_answer_stays(page: Page, small_site: Server) -> None:
    page.goto(small_site.url + "topics/quiz.html")
    check(page, 1)
    expect(item(page, 1)).to_contain_text("Choose an option first.")
    item(page, 1).get_by_label("Small").check()
    expect(check(page, 1)).to_contain_text("Not yet. Small never does.", use_inner_text=False)
    item(page, 1).get_by_label("Enterprise").check()
    expect(item(page, 1).locator(".course-output")).to_have_text("")
    expect(check(page, 1)).to_contain_text("It does in a year.")
    page.reload()
    expect(item(page, 1).get_by_label("Enterprise")).to_be_checked()
    expect(item(page, 1)).to_contain_text("It does in a year.")
    expect(page.get_by_text("1 of 3 right.")).to_be_visible()


def test_an_answer_stays_when_the_page_is_left_at_once(page: Page, small_site: Server) -> None:
    page.goto(small_site.url + "topics/quiz.html")
    item(page, 1).get_by_label("Enterprise").check()
    with page.expect_navigation():
        # In one step of the page, so that the database can't have answered before the page is left.
        item(page, 1).get_by_role("button", name="Check").evaluate("button => { button.click(); location.reload(); }")
    expect(item(page, 1).get_by_label("Enterprise")).to_be_checked()
    expect(item(page, 1)).to_contain_text("It does in a year.")


def test_a_multiple_choice_needs_all_that_hold_and_nothing_else(page: Page, small_site: Server) -> None:
    page.goto(small_site.url + "topics/quiz.html")
    item(page, 2).get_by_label("Sales pay").check()
    expect(check(page, 2)).to_contain_text("So far right, but not all that hold.")
    item(page, 2).get_by_label("Hosting").check()
    expect(check(page, 2)).to_contain_text("That is cost of sales.")
    item(page, 2).get_by_label("Hosting").uncheck()
    item(page, 2).get_by_label("Marketing").check()
    expect(check(page, 2)).to_contain_text("Right.")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("12", "12,000 over 1,000."),
        ("12.4 ", "12,000 over 1,000."),
        ("1", "That is in years."),
        ("1,200", "Divide cost by monthly margin."),
        ("twelve", "This is not a number."),
        ("1.2.3", "This is not a number."),
        ("", "Type a number first."),
    ],
)
def test_a_number_is_read_as_people_write_it(page: Page, small_site: Server, typed: str, said: str) -> None:
    page.goto(small_site.url + "topics/quiz.html")
    item(page, 3).get_by_label("Your answer in months").fill(typed)
    check(page, 3)
    expect(item(page, 3)).to_contain_text(said)


def test_a_memo_counts_its_words_and_is_kept(page: Page, small_site: Server) -> None:
    page.goto(small_site.url + "topics/memo.html")
    page.get_by_label("Your memo").fill("Stop selling to small accounts.")
    expect(page.get_by_text("5 words of about 300. Saved in this browser.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Your memo")).to_have_value("Stop selling to small accounts.")


def test_what_is_typed_just_before_the_page_is_left_is_kept(page: Page, small_site: Server) -> None:
    page.goto(small_site.url + "topics/exercise.html")
    for number in range(5):
        write(page, f"last = {number}")
        page.goto(small_site.url + "map.html")
        page.goto(small_site.url + "topics/exercise.html")
        expect(task(page).get_by_role("textbox")).to_have_text(f"last = {number}")
        page.goto(small_site.url + "topics/memo.html")
        page.get_by_label("Your memo").fill(f"Last {number}.")
        page.goto(small_site.url + "topics/exercise.html")
    page.goto(small_site.url + "topics/memo.html")
    expect(page.get_by_label("Your memo")).to_have_value("Last 4.")


def test_the_map_marks_what_was_started_and_passed(page: Page, small_site: Server) -> None:
    page.goto(small_site.url + "topics/quiz.html")
    item(page, 1).get_by_label("Enterprise").check()
    expect(check(page, 1)).to_contain_text("It does in a year.")
    page.goto(small_site.url + "map.html")
    expect(page.locator("[data-topic='1.4']")).to_have_attribute("data-state", "started")
    expect(page.locator("[data-topic='1.5']")).to_have_attribute("data-state", "none")
    expect(page.get_by_text("0 of 2 topics passed")).to_be_visible()  # a step of module 0 is no decision
    page.evaluate(PASS)
    page.reload()
    expect(page.locator("[data-topic='1.4']")).to_contain_text("passed")
    expect(page.get_by_text("1 of 2 topics passed")).to_be_visible()


# What passing every task and question of 1.4 leaves in the browser's storage.
PASS = """
async () => {
  const [{name}] = (await indexedDB.databases()).filter(d => d.name.startsWith("course "));
  const open = indexedDB.open(name);
  const db = await new Promise(done => open.onsuccess = () => done(open.result));
  const change = db.transaction(["tasks", "quiz"], "readwrite");
  for (const task of ["revenue", "best"])
    change.objectStore("tasks").put({key: `1.4/${task}`, topic: "1.4", task, passed: "2026-01-01", revision: 1});
  for (const n of [1, 2, 3]) change.objectStore("quiz").put({key: `1.4-q${n}`, topic: "1.4", right: true, revision: 1});
  await new Promise(done => change.oncomplete = done);
  db.close();
}
"""


def test_the_download_holds_every_notebook_with_the_answers_in_it(
    page: Page, small_site: Server, tmp_path: Path
) -> None:
    page.goto(small_site.url + "topics/exercise.html")
    write(page, RIGHT)
    page.goto(small_site.url + "topics/memo.html")
    page.get_by_label("Your memo").fill("Stop.")
    expect(page.get_by_text("Saved in this browser.")).to_be_visible()
    page.goto(small_site.url + "map.html")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download my notebooks").click()
    assert started.value.suggested_filename == "my-notebooks.zip"
    archive = zipfile.ZipFile(io.BytesIO(Path(started.value.path()).read_bytes()))
    assert sorted(archive.namelist()) == [small.NOTEBOOK, small.MEMO["notebook"]]
    untouched = json.loads((small_site.folder / "some/where/assets/notebooks" / small.NOTEBOOK).read_text())
    notebook = json.loads(archive.read(small.NOTEBOOK))
    for cell in untouched["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "revenue":
            cell["source"] = RIGHT
    assert notebook == untouched
    assert json.loads(archive.read(small.MEMO["notebook"]))["cells"][0]["source"] == "Stop."
    expect(page.get_by_text("my-notebooks.zip: 2 notebooks, 2 with work of yours.")).to_be_visible()


def test_a_readings_chart_comes_alive_says_what_changed_and_follows_the_colours_of_the_page(
    page: Page, small_site: Server
) -> None:
    page.goto(small_site.url + "chart.html")
    slider = page.get_by_label("At least")
    expect(slider).to_be_visible()
    expect(page.get_by_role("img", name="B is three times A")).to_have_count(1)
    bars = page.locator(".course-stage path[aria-roledescription=bar], .course-stage .mark-rect path")
    expect(bars).to_have_count(2)
    light = bars.first.get_attribute("fill")
    slider.fill("2")
    expect(bars).to_have_count(1)
    expect(page.locator(".course-stage [role=status]")).to_have_text("One is left")
    page.evaluate(
        "document.body.dataset.mdColorScheme = 'slate'; document.documentElement.dataset.mdColorScheme = 'slate'"
    )
    expect(bars.first).not_to_have_attribute("fill", light or "")


def test_a_slider_is_moved_by_a_thumb_and_a_tasks_chart_is_read_on_a_phone(page: Page, small_site: Server) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(small_site.url + "chart.html")
    box = page.get_by_label("At least").bounding_box()
    assert box
    assert box["height"] >= 44
    page.goto(small_site.url + "topics/exercise.html")
    write(page, RIGHT)
    task(page).get_by_role("button", name="Check").click()
    drawing = task(page).locator(".course-drawn svg")
    drawing.locator("text").first.wait_for()
    assert min(drawing.evaluate(SIZES)) >= 11
    assert drawing.evaluate("svg => svg.getBoundingClientRect().right <= innerWidth")


# The sizes in px at which a drawing's texts are seen.
SIZES = """
svg => [...svg.querySelectorAll("text")].map(text => {
  const {a, b} = text.getScreenCTM();
  return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
})
"""


def test_a_readings_chart_needs_no_script(chromium_without_script: Page, small_site: Server) -> None:
    chromium_without_script.goto(small_site.url + "chart.html")
    expect(chromium_without_script.get_by_role("img", name="B is three times A")).to_be_visible()


@pytest.mark.parametrize("scheme", ["", ".dark"])
@pytest.mark.parametrize("name", ["topics/quiz", "topics/memo", "map", "chart"])
def test_no_accessibility_rule_is_broken(
    page: Page, small_site: Server, axe: Callable[[Page], list[str]], name: str, scheme: str, witness: Witness
) -> None:
    page.goto(f"{small_site.url}{name}{scheme}.html")
    if name == "topics/quiz":
        item(page, 1).get_by_label("Small").check()
        expect(check(page, 1)).to_contain_text("Not yet.")
        item(page, 3).get_by_label("Your answer in months").fill("12")
        expect(check(page, 3)).to_contain_text("Right.")
    if name == "topics/memo":
        page.get_by_text("How it is marked").click()
    if name == "chart":
        expect(page.get_by_label("At least")).to_be_visible()
    assert axe(page) == []
    assert witness.errors == []


def test_a_missing_file_is_named(page: Page, small_site: Server) -> None:
    page.route("**/quiz/1.4.json", lambda route: route.fulfill(status=404))
    page.goto(small_site.url + "topics/quiz.html")
    expect(page.get_by_role("alert")).to_have_text("assets/quiz/1.4.json could not be loaded: the server answered 404.")
