"""Every exercise can be done in the page: each known wrong answer gets its message there, the solution passes.

A module's topics are gone through as a learner does, by links in one page, so that Python starts once for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import pytest
from playwright.sync_api import Browser, Page, expect

from course.curriculum import Curriculum, Module, Topic
from course.exercise import Exercise
from course.quiz import html
from tests.browser.conftest import Witness, watched
from tests.browser.test_whole_way import PYTHON_STARTS, write

CURRICULUM = Curriculum()
TOPICS = [(m, t) for m, t in CURRICULUM.topics(written=True) if CURRICULUM.exercise(m, t).exists()]

assert TOPICS, "there are no exercises to do"


def words(markup: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", markup))).strip()


FOLLOW = "url => document.body.appendChild(Object.assign(document.createElement('a'), {href: url})).click()"


class Learner:
    """Goes from topic to topic by links; begins a module, and what comes after a failure, in a browser of no past."""

    def __init__(self, chromium: Browser, site: str):
        self._chromium, self._site = chromium, site
        self._module: Module | None = None
        self._page: Page | None = None
        self._witness = Witness()

    @contextmanager
    def at(self, module: Module, topic: Topic) -> Iterator[tuple[Page, Witness]]:
        """The topic's page, and what it asks for and what goes wrong in it."""
        url = f"{self._site}{module.folder}/{topic.stem}.html"
        if self._page and self._module == module:
            self._page.evaluate(FOLLOW, url)
        else:
            self.leave()
            context = self._chromium.new_context(viewport={"width": 1280, "height": 900})
            self._witness, self._module, self._page = watched(context), module, context.new_page()
            self._page.goto(url)
        try:
            self._page.locator(f'course-exercise[src$="/{topic.id}.json"] [data-task]').first.wait_for()
            yield self._page, self._witness
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Close the browser's window, with all that it remembers."""
        if self._page:
            self._page.context.close()
        self._page = None


@pytest.fixture(scope="module")
def learner(chromium: Browser, site: str) -> Iterator[Learner]:
    learner = Learner(chromium, site)
    yield learner
    learner.leave()


@pytest.mark.parametrize(("module", "topic"), TOPICS, ids=[t.id for _, t in TOPICS])
def test_the_exercise_is_done_in_the_page(module: Module, topic: Topic, learner: Learner) -> None:
    exercise = Exercise.read(CURRICULUM.exercise(module, topic))
    with learner.at(module, topic) as (page, witness):
        for task in exercise.tasks:
            section = page.locator(f"[data-task={task.id}]")
            said = section.locator(".course-feedback")
            for wrong in task.wrongs.values():
                write(page, task.id, wrong.code)
                section.get_by_role("button", name="Check").click()
                expect(said).to_contain_text(f"Not yet.{words(html(wrong.message))}", timeout=PYTHON_STARTS)
            write(page, task.id, task.solution)
            section.get_by_role("button", name="Check").click()
            expect(section.locator(".course-feedback.good")).to_contain_text("Passed.", timeout=PYTHON_STARTS)
            assert not section.locator(".course-problem").count()
        assert witness.hosts() == {page.evaluate("location.host")}
        assert not witness.errors, witness.errors
