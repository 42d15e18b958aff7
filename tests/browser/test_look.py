"""What every page of the site promises to whoever reads it: on a phone, in the dark, by keyboard, on paper, offline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from course.curriculum import Curriculum
from tests.browser.conftest import Witness

CURRICULUM = Curriculum()
MODULE = CURRICULUM.module("1")
TOPICS = [f"{m.folder}/{t.stem}.html" for m, t in CURRICULUM.topics(written=True)]
TOPIC = next((name for name in TOPICS if "/1.4-" in name), TOPICS[0])
PAGES = {
    "home": "index.html",
    "module": f"{MODULE.folder}/index.html",
    "planned module": f"{CURRICULUM.modules[-1].folder}/index.html",
    "topic": TOPIC,
    "memo": f"{MODULE.folder}/memo.html",
    "glossary": "glossary.html",
    "concepts": "concepts.html",
    "sources": "sources.html",
    "data": "data.html",
    "instructors": "instructors.html",
    "organisations": "organisations.html",
    "missing page": "404.html",
}
PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
SHIFT = """() => new Promise(done => {
    let total = 0;
    new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) total += e.value; })
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => done(total), 600);
})"""


@pytest.fixture(params=[PHONE, WIDE], ids=["phone", "wide"])
def screen(request: pytest.FixtureRequest, page: Page) -> Page:
    page.set_viewport_size(request.param)
    return page


@pytest.fixture
def without_script(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def visit(page: Page, site: str, name: str) -> None:
    page.goto(site + PAGES[name])
    page.evaluate("document.fonts.ready")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_on_every_screen_in_light_and_dark(
    name: str, screen: Page, site: str, axe: Callable[[Page], list[str]], witness: Witness
) -> None:
    visit(screen, site, name)
    assert screen.evaluate(SHIFT) < 0.1, "things move while the page loads"
    for scheme in ("light", "dark"):
        screen.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        paper = "Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])"
        screen.wait_for_function(f"{paper} > 200" if scheme == "light" else f"{paper} < 60")
        assert axe(screen) == []
    assert screen.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (
        "the page is wider than the screen"
    )
    assert [url for url in witness.requests if not url.startswith((site, "data:", "blob:"))] == []
    assert witness.errors == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_without_script(name: str, without_script: Page, site: str) -> None:
    without_script.goto(site + PAGES[name])
    expect(without_script.get_by_role("heading", level=1)).to_be_visible()
    assert len(without_script.locator("main").inner_text()) > 80
    assert without_script.locator("main :is(button, input):visible").count() == 0


def test_what_is_pressed_often_is_large_enough_for_a_thumb(page: Page, site: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    visit(page, site, "topic")
    for part in page.locator(":is(.bar, .scale, .steps, .foot) :is(a, button, summary):visible").all():
        box = part.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44, part.inner_text()


def test_the_first_tab_offers_to_skip_to_the_content(page: Page, site: str) -> None:
    visit(page, site, "topic")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_every_stop_of_the_keyboard_is_seen(page: Page, site: str) -> None:
    visit(page, site, "glossary")
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_search_works_by_keyboard_alone(page: Page, site: str, axe: Callable[[Page], list[str]]) -> None:
    visit(page, site, "home")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search for")).to_be_focused()
    page.keyboard.type("lifetime value")
    expect(page.get_by_role("dialog").get_by_role("listitem").first).to_contain_text("lifetime", ignore_case=True)
    assert axe(page) == []
    page.keyboard.press("ArrowDown")
    target = page.evaluate("document.activeElement.href")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.wait_for_url(target)
    page.get_by_role("button", name="Search").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Search")).to_be_focused()


def test_search_says_when_there_is_nothing(page: Page, site: str) -> None:
    visit(page, site, "home")
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("xylophone")
    expect(page.get_by_role("dialog")).to_contain_text("Nothing found for “xylophone”.")


def test_the_menu_of_a_phone_works_by_keyboard_and_gives_the_focus_back(page: Page, site: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    visit(page, site, "topic")
    menu = page.locator(".menu")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="Glossary")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Glossary")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_light_and_dark_are_remembered(page: Page, site: str) -> None:
    visit(page, site, "topic")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-md-color-scheme", "slate")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-md-color-scheme", "slate")
    visit(page, site, "glossary")
    expect(page.locator("html")).to_have_attribute("data-md-color-scheme", "slate")


def test_going_on_keeps_what_runs_in_the_page(page: Page, site: str, witness: Witness) -> None:
    visit(page, site, "module")
    page.evaluate("window.kept = true")
    first = page.locator(".topics a").first
    title = first.locator("span").nth(1).inner_text()
    first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert page.evaluate("window.kept")
    assert title in page.title()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(MODULE.title)
    assert page.evaluate("window.kept")
    assert witness.errors == []


def test_a_link_to_a_place_on_another_page_leads_to_it(page: Page, site: str) -> None:
    visit(page, site, "topic")
    link = page.locator('main a[href*="sources.html#"]').first
    place = urlsplit(link.get_attribute("href") or "").fragment
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sources")
    expect(page.locator(f'[id="{place}"]')).to_be_in_viewport()


def test_back_returns_to_where_the_reader_was(page: Page, site: str) -> None:
    visit(page, site, "data")
    page.evaluate("scrollTo({top: 1500, behavior: 'instant'})")
    page.wait_for_timeout(300)
    # A real click would have the test's driver scroll first.
    page.get_by_role("navigation", name="Course").get_by_role("link", name="Glossary").evaluate("link => link.click()")
    expect(page.get_by_role("heading", level=1)).to_have_text("Glossary")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Data")
    page.wait_for_function("Math.abs(scrollY - 1500) < 5")


def test_back_and_reload_return_to_the_foot_of_a_page_whose_parts_come_late(page: Page, site: str) -> None:
    visit(page, site, "topic")
    page.locator("course-quiz .course-item").first.wait_for()
    page.locator(".steps .next").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    foot = page.locator(".steps .next")
    foot.click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("1.4")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1.4")
    expect(foot).to_be_in_viewport()
    page.wait_for_timeout(300)
    page.reload()
    expect(foot).to_be_in_viewport()


def test_a_table_is_found_by_a_word_of_its_columns_by_keyboard_alone(page: Page, site: str) -> None:
    visit(page, site, "data")
    tables = page.locator(".described")
    everything = tables.count()
    page.get_by_label("Find a table or a column").focus()
    page.keyboard.type("Cost_To_Serve account")
    expect(page.locator("#accounts")).to_be_visible()
    matching = page.locator(".described:visible").count()
    assert 0 < matching < everything
    expect(page.locator("#filtered")).to_have_text(re.compile(rf"^{matching} of {everything} tables match(es)?$"))
    assert page.locator(".index .all li:visible").count() == matching
    page.keyboard.press("Enter")
    expect(page.locator(".described:visible h2").first).to_be_focused()
    page.locator("#accounts").locator("xpath=..").get_by_role("link", name="regions.region").click()
    expect(page.locator("#regions")).to_be_in_viewport()
    assert page.locator(".described:visible").count() == everything


def test_a_table_is_found_however_its_name_is_written_and_the_column_asked_for_is_marked(page: Page, site: str) -> None:
    visit(page, site, "data")
    field, said = page.get_by_label("Find a table or a column"), page.locator("#filtered")
    for written in ("post-mortem", "postmortem", "Post mortem"):
        field.fill(written)
        assert page.locator(".described:visible h2").all_inner_texts() == ["post_mortems"], written
    field.fill("oportunities")
    expect(said).to_contain_text("tables match “opportunities”")
    expect(page.locator("#opportunities")).to_be_visible()
    field.fill("nonsense%")
    expect(said).to_have_text("No table matches.")
    field.fill("loss_reason")
    assert page.locator("tr[data-found] th code").all_inner_texts() == ["loss_reason"]
    field.fill("quotes")
    assert page.locator(".described:visible").count() > 1
    field.press("Enter")
    expect(page.locator("h2#quotes")).to_be_focused()
    field.fill("")
    assert page.locator("tr[data-found]").count() == 0


def test_back_and_reload_return_to_the_tables_that_were_found(page: Page, site: str) -> None:
    visit(page, site, "data")
    field, shown = page.get_by_label("Find a table or a column"), page.locator(".described:visible")
    field.fill("loss_reason")
    found = shown.locator("h2").all_inner_texts()
    page.get_by_role("link", name="Glossary").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Glossary")
    page.go_back()
    expect(field).to_have_value("loss_reason")
    assert shown.locator("h2").all_inner_texts() == found
    page.reload()
    expect(field).to_have_value("loss_reason")
    assert shown.locator("h2").all_inner_texts() == found


def test_a_text_among_the_first_rows_can_be_read_to_its_end(screen: Page, site: str) -> None:
    visit(screen, site, "data")
    rows = screen.locator("section[aria-labelledby=win_loss_interviews] .rows")
    rows.locator("summary").click()
    texts = rows.locator("tbody tr td:last-child").all_inner_texts()
    assert max(map(len, texts)) > 100
    assert not any("…" in text for text in texts)
    assert rows.locator("tbody tr td:last-child").first.evaluate("cell => cell.getBoundingClientRect().width") < 600
    assert screen.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_data_page_is_sound_with_its_drawings_and_rows_open(
    screen: Page, site: str, axe: Callable[[Page], list[str]]
) -> None:
    visit(screen, site, "data")
    assert screen.locator("main details[open]").count() == 0
    screen.evaluate("document.querySelectorAll('.joins details').forEach(details => details.open = true)")
    screen.locator(".rows summary").first.click()
    expect(screen.locator(".rows tbody").first.get_by_role("row")).not_to_have_count(0)
    for drawing in screen.locator("svg.entities").all():
        assert drawing.evaluate("svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width") > 0.95
    assert axe(screen) == []
    assert screen.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_without_script_the_data_page_shows_every_table(without_script: Page, site: str) -> None:
    without_script.goto(site + PAGES["data"])
    expect(without_script.get_by_label("Find a table or a column")).to_be_hidden()
    assert without_script.locator(".described:visible").count() == without_script.locator(".described").count() > 0


def test_on_paper_there_is_the_reading_and_nothing_else(page: Page, site: str) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    visit(page, site, "topic")
    for part in (".bar", ".scale", ".toc", ".steps", ".foot"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def charts_are_legible(page: Page, at_least: int) -> None:
    figures = page.locator("figure.figure")
    assert figures.count() >= at_least
    for figure in figures.all():
        drawings = figure.locator("svg[role=img]:visible")
        assert drawings.count() == 1
        assert len(drawings.first.get_attribute("aria-label") or "") > 20
        scale = drawings.first.evaluate("svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width")
        assert scale >= 0.84  # of 14 px
        assert figure.locator(".figure-title").inner_text()
        assert figure.locator("figcaption").inner_text()


@pytest.mark.parametrize("name", TOPICS)
def test_a_topic_is_legible_and_sound_with_its_charts_drawn_and_everything_open(
    name: str, page: Page, site: str, axe: Callable[[Page], list[str]]
) -> None:
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto(site + name)
    at_least = 0 if name.startswith("00-start/") else 1  # its steps are about tables
    charts_are_legible(page, at_least)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    charts_are_legible(page, at_least)
    for chart in page.locator(".course-chart[data-spec]").all():
        chart.scroll_into_view_if_needed()
        chart.locator(".vega-bindings input").first.wait_for()
    page.locator("course-exercise .course-given").first.wait_for()
    sideways = "pre => pre.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText.slice(0, 80))"
    assert page.locator("main pre").evaluate_all(sideways) == [], "code runs out of sight"
    page.evaluate("document.querySelectorAll('main details').forEach(details => details.open = true)")
    page.wait_for_timeout(100)  # until the page has heard of it
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
