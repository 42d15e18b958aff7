"""A real Chromium, a server for what was built, and pages that remember every request and every message."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from course.curriculum import Curriculum
from course.site.stage import build_site
from course.training import Training
from tests.browser import small

expect.set_options(timeout=20_000)  # ms; a busy machine is slow, not wrong

ARGUMENTS = [
    "--disable-gpu",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str:
    """The browser's program; a machine without one fails these tests, it does not skip them."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        pytest.fail("Browser tests need Chromium. On Debian: apt-get install chromium; or set CHROMIUM to its program.")
    return found


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, BrokenPipeError):
            self.close_connection = True  # the browser went on to something else


@dataclass
class Server:
    folder: Path
    url: str


def serve(folder: Path) -> Iterator[Server]:
    """Serve a folder's parent's view of it under a path, as a site that is not at its host's root."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Server(folder, f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS, headless=True)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The small site, under a path of its own."""
    root = tmp_path_factory.mktemp("served")
    small.write_site(root / "some" / "where", lite=True)
    for server in serve(root):
        yield Server(root, server.url + "some/where/")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the whole course, built once and served under a path that is not its host's root."""
    root = tmp_path_factory.mktemp("course")
    build_site(Curriculum(), root / "some" / "where", Training(), say=lambda said: None)
    for server in serve(root):
        yield server.url + "some/where/"


@dataclass
class Witness:
    """What a context's pages asked for and what went wrong in them."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def hosts(self) -> set[str]:
        return {urlsplit(url).netloc for url in self.requests if url.startswith("http")}


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    yield context
    context.close()


def watched(context: BrowserContext) -> Witness:
    """A witness of all that the context's pages do from now on."""
    witness = Witness()
    context.on("request", lambda request: witness.requests.append(request.url))
    context.on("weberror", lambda error: witness.errors.append(str(error.error)))
    context.on("console", lambda m: witness.errors.append(m.text) if m.type == "error" else None)
    return witness


@pytest.fixture
def witness(context: BrowserContext) -> Witness:
    return watched(context)


@pytest.fixture
def page(context: BrowserContext, witness: Witness) -> Page:
    return context.new_page()


@pytest.fixture
def chromium_without_script(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Return a function that lists a page's violations of axe-core's rules."""
    from course.site import node

    script = (node.packages() / "axe-core" / "axe.min.js").read_text("utf-8")

    def violations(page: Page) -> list[str]:
        page.evaluate(script)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        return [f"{v['id']}: {v['help']} {[n['html'][:160] for n in v['nodes']]}" for v in found["violations"]]

    return violations
