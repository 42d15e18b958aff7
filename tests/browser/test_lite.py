"""JupyterLite, the full notebook: on the same Python as the page, with the course's data and the learner's code."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, Witness
from tests.browser.test_exercise import RIGHT, task, write

STARTED = 120_000  # ms; JupyterLite takes a quarter of a minute on an idle machine


# JupyterLite asks for its service worker after 20 s; here it asks at once.
OFTEN = "const later = setTimeout; setTimeout = (f, ms, ...rest) => later(f, ms === 20000 ? 100 : ms, ...rest);"


def open_notebook(page: Page) -> Page:
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open as full notebook").click()
    notebook = opened.value
    notebook.locator(".jp-CodeCell").first.wait_for(timeout=STARTED)
    return notebook


def answer(notebook: Page) -> str:
    """The text of the answer's cell, the second with code."""
    return notebook.locator(".jp-CodeCell .cm-content").nth(1).inner_text()


def test_the_full_notebook_opens_with_what_was_written_and_runs(
    page: Page, small_site: Server, witness: Witness
) -> None:
    page.context.add_init_script(OFTEN)
    page.goto(small_site.url + "topics/exercise.html")
    write(page, RIGHT)
    notebook = open_notebook(page)
    assert "groupby" in answer(notebook)
    notebook.get_by_role("menuitem", name="Run", exact=True).click()
    notebook.get_by_role("menuitem", name=re.compile("Run All Cells$")).click()
    expect(notebook.locator(".jp-OutputArea-output table").first).to_contain_text("mid-market", timeout=STARTED)
    # The chart of the cell after the answer shows that all of the course's package is there.
    expect(notebook.locator(".jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg").first).to_be_visible(
        timeout=STARTED
    )
    notebook.get_by_role("menuitem", name="File", exact=True).click()
    expect(notebook.get_by_role("menuitem", name=re.compile("^Download"))).to_be_visible()
    asked = [url for url in witness.requests if url.startswith("http")]
    assert [url for url in asked if not url.startswith(small_site.url)] == []
    assert [url for url in asked if "heartbeat" in url], "it was not asked whether the service worker lives"


def test_what_was_changed_in_the_full_notebook_is_not_lost(page: Page, small_site: Server) -> None:
    page.goto(small_site.url + "topics/exercise.html")
    write(page, "first = 1")
    notebook = open_notebook(page)
    assert answer(notebook) == "first = 1"
    notebook.locator(".jp-CodeCell .cm-content").nth(1).click()
    notebook.keyboard.press("ControlOrMeta+a")
    notebook.keyboard.insert_text("mine = 2")
    notebook.keyboard.press("ControlOrMeta+s")
    expect(notebook.locator(".jp-NotebookCheckpoint")).to_contain_text("second", timeout=STARTED)
    notebook.close()
    write(page, "later = 3")
    expect(task(page).get_by_role("textbox")).to_have_text("later = 3")
    notebook = open_notebook(page)
    assert answer(notebook) == "later = 3"
    kept = page.evaluate(FILES)
    assert [name for name, text in kept.items() if "mine = 2" in text and "(kept " in name]


# The files in JupyterLite's storage, as text by path.
FILES = """
async () => {
  const [{name}] = (await indexedDB.databases()).filter(d => d.name.startsWith("JupyterLite Storage"));
  const open = indexedDB.open(name);
  const db = await new Promise(done => open.onsuccess = () => done(open.result));
  const store = db.transaction("files").objectStore("files");
  const [keys, values] = [store.getAllKeys(), store.getAll()];
  await new Promise(done => store.transaction.oncomplete = done);
  db.close();
  return Object.fromEntries(keys.result.map((key, i) => [key, JSON.stringify(values.result[i])]));
}
"""
