"""Every exercise can be done in the page: a known wrong answer gets its message there, the solution passes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from course.curriculum import Curriculum, Module, Topic
from course.exercise import Exercise
from course.quiz import html
from tests.browser.conftest import Witness
from tests.browser.test_whole_way import PYTHON_STARTS, write

CURRICULUM = Curriculum()
TOPICS = [(m, t) for m, t in CURRICULUM.topics(written=True) if CURRICULUM.exercise(m, t).exists()]

assert TOPICS, "there are no exercises to do"


def words(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", markup)).strip()


@pytest.mark.parametrize(("module", "topic"), TOPICS, ids=[t.id for _, t in TOPICS])
def test_the_exercise_is_done_in_the_page(module: Module, topic: Topic, page: Page, site: str, witness: Witness):
    exercise = Exercise.read(CURRICULUM.exercise(module, topic))
    page.goto(f"{site}{module.folder}/{topic.stem}.html")
    for task in exercise.tasks:
        section = page.locator(f"[data-task={task.id}]")
        wrong = next(iter(task.wrongs.values()), None)
        if wrong:
            write(page, task.id, wrong.code)
            section.get_by_role("button", name="Check").click()
            said = section.locator(".course-feedback")
            expect(said).to_contain_text("Not yet.", timeout=PYTHON_STARTS)
            first = words(html(wrong.message)).split(".")[0][:60]
            assert first.replace("&quot;", '"').replace("&amp;", "&") in words(said.inner_text())
        write(page, task.id, task.solution)
        section.get_by_role("button", name="Check").click()
        expect(section.locator(".course-feedback.good")).to_contain_text("Passed.", timeout=PYTHON_STARTS)
        assert not section.locator(".course-problem").count()
    assert witness.hosts() == {page.evaluate("location.host")}
    assert not witness.errors, witness.errors
