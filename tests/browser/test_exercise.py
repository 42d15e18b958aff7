"""The in-page exercise: what a learner does and sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import Server, Witness

WRONG = 'revenue = deals.groupby("segment", as_index=False)["revenue_eur"].sum()'
RIGHT = 'revenue = deals[deals["won"]].groupby("segment", as_index=False)["revenue_eur"].sum()'
PYTHON = 60_000  # ms within which a worker must have started, even on a busy machine


def task(page: Page, name: str = "revenue") -> Locator:
    return page.locator(f"[data-task={name}]")


def write(page: Page, code: str, name: str = "revenue") -> None:
    """Write code into a task's editor as keys would, without what the editor adds to keys (brackets, indents)."""
    task(page, name).scroll_into_view_if_needed()
    editor = task(page, name).locator(".cm-content")
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(code)


def press(page: Page, button: str, name: str = "revenue") -> None:
    task(page, name).get_by_role("button", name=button, exact=True).click()


def output(page: Page, name: str = "revenue") -> Locator:
    return task(page, name).locator(".course-output")


@pytest.fixture
def exercise(page: Page, small_site: Server) -> Page:
    page.goto(small_site.url + "topics/exercise.html")
    task(page).get_by_role("textbox").wait_for()
    return page


def test_known_wrong_answer_gets_its_message_and_the_right_one_passes(exercise: Page, witness: Witness) -> None:
    write(exercise, WRONG)
    press(exercise, "Check")
    expect(output(exercise)).to_contain_text("all deals, lost ones included", timeout=PYTHON)
    write(exercise, RIGHT)
    press(exercise, "Check")
    expect(output(exercise)).to_contain_text("Passed. Your answer is right.")
    expect(output(exercise).get_by_role("img", name="Enterprise pays for the rest")).to_be_visible()
    assert witness.errors == []


def test_the_given_code_runs_first_and_its_result_is_shown_under_it(exercise: Page) -> None:
    press(exercise, "Run")
    expect(exercise.locator(".course-given").get_by_role("cell", name="mid-market")).to_be_visible(timeout=PYTHON)


def test_a_later_task_uses_what_the_earlier_one_made_also_after_a_reload(exercise: Page) -> None:
    write(exercise, RIGHT)
    press(exercise, "Check")
    expect(output(exercise)).to_contain_text("Passed.", timeout=PYTHON)
    write(exercise, 'best = revenue.loc[revenue["revenue_eur"].idxmax(), "segment"]', "best")
    exercise.keyboard.press("Escape")
    press(exercise, "Check", "best")
    expect(output(exercise, "best")).to_contain_text("Passed.")
    exercise.reload()
    expect(task(exercise).get_by_text("Passed", exact=True)).to_be_visible()
    expect(task(exercise, "best").get_by_role("textbox")).to_contain_text("idxmax")
    press(exercise, "Check", "best")
    expect(output(exercise, "best")).to_contain_text("Passed.", timeout=PYTHON)


def test_an_endless_loop_is_stopped_and_the_code_kept(exercise: Page) -> None:
    write(exercise, "while True: pass")
    press(exercise, "Run")
    expect(exercise.get_by_text("Python is ready.")).to_be_visible(timeout=PYTHON)
    expect(output(exercise)).to_contain_text("Running …")
    press(exercise, "Stop")
    expect(output(exercise)).to_contain_text("Stopped. Your code is kept")
    expect(task(exercise).get_by_role("textbox")).to_contain_text("while True: pass")
    write(exercise, "40 + 2")
    press(exercise, "Run")
    expect(output(exercise).locator(".course-text")).to_have_text("42", timeout=PYTHON)


def test_reset_can_be_undone(exercise: Page) -> None:
    editor = task(exercise).get_by_role("textbox")
    write(exercise, RIGHT)
    press(exercise, "Reset")
    expect(editor).to_contain_text("Your code here")
    press(exercise, "Undo reset")
    expect(editor).to_contain_text("groupby")
    expect(task(exercise).get_by_role("button", name="Undo reset")).to_have_count(0)


def test_an_error_shows_the_learners_line_first_and_says_it_plainly(exercise: Page) -> None:
    write(exercise, 'x = 1\nrevenue = deals.groupby("segmnt").sum()')
    press(exercise, "Run")
    error = output(exercise).locator(".course-error")
    expect(error.locator("p").first).to_have_text(
        re.compile(r'Line 2: revenue = deals.groupby\("segmnt"\)'), timeout=PYTHON
    )
    expect(error).to_contain_text("There is no column or entry named 'segmnt'. Did you mean 'segment'?")
    expect(error.locator("details")).not_to_have_attribute("open", "")
    error.get_by_role("button", name="Line 2").click()
    expect(task(exercise).get_by_role("textbox")).to_be_focused()


def test_what_an_earlier_try_broke_is_whole_again_when_its_line_is_gone(exercise: Page, witness: Witness) -> None:
    write(exercise, "del deals\nlen = 3")
    press(exercise, "Run")
    expect(output(exercise)).to_contain_text("It ran", timeout=PYTHON)
    write(exercise, "len(deals)")
    press(exercise, "Run")
    expect(output(exercise).locator(".course-text")).to_have_text("60")
    write(exercise, "revenue")
    press(exercise, "Check")
    expect(output(exercise)).to_contain_text("Not yet. The cell uses revenue, the answer of this task")
    write(exercise, "input('How much?')")
    press(exercise, "Run")
    expect(output(exercise)).to_contain_text("Write the value into the code instead.")
    assert witness.errors == []


@pytest.fixture
def phone(chromium: Browser, small_site: Server) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(small_site.url + "topics/exercise.html")
    yield page
    context.close()


def test_on_a_phone_pythons_keys_stand_above_the_keyboard_while_code_is_written(
    phone: Page, axe: Callable[[Page], list[str]]
) -> None:
    task(phone).scroll_into_view_if_needed()
    editor = task(phone).locator(".cm-content")
    keys = phone.get_by_role("toolbar", name="Keys for code")
    expect(keys).to_have_count(0)
    editor.tap()
    phone.evaluate(KEYBOARD)
    box = keys.bounding_box()
    assert box
    assert (box["x"], box["width"], round(box["y"] + box["height"])) == (0, 390, 480)
    for key in keys.get_by_role("button").all():
        size = key.bounding_box()
        assert size
        assert min(size["width"], size["height"]) >= 44
    assert axe(phone) == []

    phone.keyboard.press("ControlOrMeta+a")
    phone.keyboard.press("Delete")
    phone.keyboard.insert_text("x ")
    for name in ("Equals sign", "Opening bracket", "Opening square bracket", "Quotation mark", "Underscore"):
        keys.get_by_role("button", name=name, exact=True).tap()
    expect(editor).to_have_text('x =(["_"])')
    keys.get_by_role("button", name="Quotation mark").tap()
    keys.get_by_role("button", name="Closing square bracket").tap()
    keys.get_by_role("button", name="Closing bracket", exact=True).tap()
    keys.get_by_role("button", name="Tab, indent").tap()
    expect(editor).to_be_focused()
    phone.keyboard.insert_text("“")  # as a phone types it
    assert editor.inner_text() == '    x =(["_"])""'

    task(phone).locator(".course-label").first.tap()
    editor.blur()
    expect(keys).to_have_count(0)


# An on-screen keyboard leaves so much of the window to be seen.
KEYBOARD = """() => {
  Object.defineProperty(visualViewport, "height", {value: 480, configurable: true});
  visualViewport.dispatchEvent(new Event("resize"));
}"""


def test_printing_without_end_is_cut(exercise: Page) -> None:
    write(exercise, "for i in range(200_000): print('again and again')")
    press(exercise, "Run")
    expect(output(exercise)).to_contain_text("The rest of the output is left out.", timeout=PYTHON)
    assert len(output(exercise).inner_text()) < 25_000


def test_modules_beyond_the_first_download_import_all_the_same(exercise: Page, witness: Witness) -> None:
    write(exercise, "import argparse, email.mime.text, pandas.io.sas.sasreader\n'March'.encode('utf-16-be')")
    press(exercise, "Run")
    expect(output(exercise)).to_contain_text("b'\\x00M\\x00a", timeout=PYTHON)
    assert any(url.endswith("rest.bin") for url in witness.requests)


def test_a_plot_of_pandas_own_is_shown_as_an_image(exercise: Page) -> None:
    write(exercise, 'deals.plot(x="closed_on", y="revenue_eur", title="Revenue by day");')
    press(exercise, "Run")
    expect(output(exercise).get_by_role("img", name="Revenue by day")).to_be_visible(timeout=2 * PYTHON)


def test_a_table_that_the_exercise_does_not_name_can_be_loaded_too(exercise: Page) -> None:
    write(exercise, "more = load('more')\nlen(more)")
    press(exercise, "Run")
    expect(output(exercise).locator(".course-text")).to_have_text("60", timeout=PYTHON)
    write(exercise, "load('nothing')")
    press(exercise, "Run")
    expect(output(exercise)).to_contain_text("DataError")


def test_an_editor_is_made_when_it_comes_near_and_its_code_can_be_read_before(page: Page, small_site: Server) -> None:
    far_down = "<style>course-exercise { display: block; margin-top: 4000px }</style>"
    page.route("**/exercise.html", lambda route: route.fulfill(body=route.fetch().text().replace("</head>", far_down)))
    page.goto(small_site.url + "topics/exercise.html")
    box = task(page, "best").get_by_role("textbox")
    expect(box).to_have_attribute("aria-readonly", "true")
    expect(box).to_have_text("# Your code here")
    expect(page.locator(".cm-content")).to_have_count(0)
    task(page, "best").scroll_into_view_if_needed()
    expect(task(page, "best").locator(".cm-content")).to_be_visible()


def test_a_run_that_shows_nothing_says_so(exercise: Page) -> None:
    press(exercise, "Run")
    expect(output(exercise)).to_contain_text("The cell is as it came", timeout=PYTHON)
    write(exercise, "a = 1")
    press(exercise, "Run")
    expect(output(exercise)).to_contain_text("It ran, and there is nothing to show")


def test_hints_open_one_by_one_and_stay_open(exercise: Page) -> None:
    hints = task(exercise).get_by_label("Hints")
    expect(hints).to_have_count(0)
    task(exercise).get_by_role("button", name="Hint (2 left)").click()
    expect(hints.get_by_role("listitem")).to_have_count(1)
    task(exercise).get_by_role("button", name="Next hint (1 left)").click()
    expect(hints.get_by_role("listitem")).to_have_count(2)
    exercise.reload()
    expect(hints.get_by_role("listitem")).to_have_count(2)


def test_the_solution_asks_before_it_shows_itself_to_who_has_not_tried(exercise: Page) -> None:
    press(exercise, "Solution")
    expect(task(exercise).get_by_text("You have not checked an answer of your own yet.")).to_be_visible()
    press(exercise, "Not yet")
    press(exercise, "Solution")
    press(exercise, "Show the solution")
    expect(task(exercise).get_by_label("Solution")).to_contain_text('deals[deals["won"]]')


def test_everything_can_be_done_with_the_keyboard(exercise: Page) -> None:
    keys = exercise.keyboard
    editor = task(exercise).get_by_role("textbox")
    exercise.locator("h1").click()
    for _ in range(10):
        keys.press("Tab")
        if editor.evaluate("e => e === document.activeElement"):
            break
    expect(editor).to_be_focused()
    keys.press("ControlOrMeta+a")
    keys.insert_text("if True:\n")
    keys.press("Tab")
    keys.insert_text("print('typed')")
    expect(editor).to_be_focused()  # Tab has indented
    keys.press("ControlOrMeta+Enter")
    expect(output(exercise)).to_contain_text("typed", timeout=PYTHON)
    keys.press("Escape")
    keys.press("Tab")
    expect(task(exercise).get_by_role("button", name="Run")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(output(exercise)).to_contain_text("There is no variable revenue yet.")


def test_two_tabs_do_not_overwrite_each_other_in_silence(exercise: Page, context: BrowserContext) -> None:
    other = context.new_page()
    other.goto(exercise.url)
    write(other, "a = 1")
    expect(task(exercise).get_by_role("textbox")).to_contain_text("a = 1")  # nothing was written here, so it follows
    # Both change before either hears of the other.
    exercise.evaluate("BroadcastChannel.prototype.postMessage = () => {}")
    other.evaluate("BroadcastChannel.prototype.postMessage = () => {}")
    write(exercise, "b = 2")
    exercise.wait_for_timeout(1000)
    write(other, "c = 3")
    expect(task(other).get_by_text("This task was changed in another tab")).to_be_visible()
    press(other, "The other tab's")
    expect(task(other).get_by_role("textbox")).to_have_text("b = 2")


def test_a_browser_that_refuses_storage_says_so_and_goes_on(page: Page, small_site: Server) -> None:
    page.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError') }")
    page.goto(small_site.url + "topics/exercise.html")
    expect(page.get_by_role("alert")).to_contain_text("Your work can't be saved in this browser")
    write(page, "6 * 7")
    press(page, "Run")
    expect(output(page).locator(".course-text")).to_have_text("42", timeout=PYTHON)


@pytest.mark.parametrize(
    "broken", ["delete self.WebAssembly", "self.Worker = class { constructor() { throw Error('blocked') } }"]
)
def test_a_browser_that_cannot_run_python_says_what_to_do(page: Page, small_site: Server, broken: str) -> None:
    page.add_init_script(broken)
    page.goto(small_site.url + "topics/exercise.html")
    write(page, RIGHT)
    press(page, "Run")
    expect(output(page)).to_contain_text("Python could not start in this page")
    expect(output(page)).to_contain_text("What you wrote is kept.")


def test_the_worker_survives_its_exercise_being_taken_out_of_the_page(exercise: Page, witness: Witness) -> None:
    write(exercise, RIGHT)
    press(exercise, "Check")
    expect(output(exercise)).to_contain_text("Passed.", timeout=PYTHON)
    exercise.evaluate(
        """() => { const main = document.querySelector("main"); main.innerHTML = "";
        setTimeout(() => main.innerHTML = '<course-exercise src="assets/exercises/1.4.json"></course-exercise>', 50)
        }"""
    )
    expect(task(exercise).get_by_role("textbox")).to_contain_text("groupby")
    expect(exercise.get_by_text("Python is ready.")).to_be_visible()
    assert sum(url.endswith("/python.js") for url in witness.requests) == 1


@pytest.mark.parametrize("scheme", ["", ".dark"])
def test_no_accessibility_rule_is_broken(
    page: Page, small_site: Server, axe: Callable[[Page], list[str]], scheme: str
) -> None:
    page.goto(small_site.url + f"topics/exercise{scheme}.html")
    write(page, WRONG + "\ndisplay(revenue)\nprint('x')")
    press(page, "Check")
    expect(output(page)).to_contain_text("all deals", timeout=PYTHON)
    task(page).get_by_role("button", name="Hint").click()
    press(page, "Solution")
    write(page, "1/0", "best")
    press(page, "Run", "best")
    expect(output(page, "best")).to_contain_text("Something is divided by zero.")
    assert axe(page) == []
    write(page, RIGHT)
    press(page, "Check")
    expect(output(page).get_by_role("img", name="Enterprise pays for the rest")).to_be_visible()
    assert axe(page) == []


def test_nothing_is_asked_of_another_host(exercise: Page, small_site: Server, witness: Witness) -> None:
    write(exercise, RIGHT)
    press(exercise, "Check")
    expect(output(exercise).get_by_role("img", name="Enterprise pays for the rest")).to_be_visible(timeout=PYTHON)
    exercise.wait_for_timeout(500)
    assert witness.requests
    strangers = [url for url in witness.requests if not url.startswith((small_site.url, "blob:", "data:"))]
    assert strangers == []
