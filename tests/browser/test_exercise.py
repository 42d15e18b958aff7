"""The in-page exercise: what a learner does and sees."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server, Witness

WRONG = 'revenue = deals.groupby("segment", as_index=False)["revenue_eur"].sum()'
RIGHT = 'revenue = deals[deals["won"]].groupby("segment", as_index=False)["revenue_eur"].sum()'
PYTHON = 60_000  # ms within which a worker must have started, even on a busy machine


def task(page: Page, name: str = "revenue") -> Locator:
    return page.locator(f"[data-task={name}]")


def write(page: Page, code: str, name: str = "revenue") -> None:
    """Write code into a task's editor as keys would, without what the editor adds to keys (brackets, indents)."""
    editor = task(page, name).get_by_role("textbox")
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
