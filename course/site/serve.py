"""Serves the site on this computer, builds it again when a source changes, and has open pages reload."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from watchfiles import watch

from course.curriculum import Curriculum
from course.errors import BuildError, CourseError
from course.site.stage import build_site
from course.training import Training

_RELOAD = b'<script>new EventSource("/.rebuilt").onmessage=()=>location.reload()</script></body>'


class Rebuilt:
    """Counts builds; pages wait for the next one."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = threading.Condition()

    def tell(self) -> None:
        """Wake every page that waits."""
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def wait(self, seen: int, seconds: float) -> bool:
        """Wait until there is a build that has not been seen; False when there was none in that time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.count > seen, seconds)


class Handler(SimpleHTTPRequestHandler):
    """Serves files of the site; pages are told when the site has been rebuilt."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".woff2": "font/woff2",
        ".ipynb": "application/json",
    }

    def __init__(self, *args: object, rebuilt: Rebuilt, **kwargs: object) -> None:
        self.rebuilt = rebuilt
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer with a file, or, for the reload channel, when the next build is done."""
        if self.path == "/.rebuilt":
            self._announce()
            return
        path = Path(self.translate_path(self.path))
        page = path / "index.html" if path.is_dir() and self.path.endswith("/") else path
        missing = not path.exists()
        if missing:
            page = Path(self.directory, "404.html")
        if page.suffix == ".html" and page.is_file() and "lite" not in page.parts:
            body = page.read_bytes().replace(b"</body>", _RELOAD, 1)
            self.send_response(404 if missing else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        super().do_GET()

    def _announce(self) -> None:
        seen = self.rebuilt.count
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            while not self.rebuilt.wait(seen, 15):
                self.wfile.write(b": still here\n\n")
            self.wfile.write(b"data: rebuilt\n\n")
        except OSError:
            pass  # the page has gone

    def end_headers(self) -> None:
        """Never let the browser keep a page that the next build replaces."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal is for what the author does."""


def server(site: Path, port: int, rebuilt: Rebuilt) -> ThreadingHTTPServer:
    """A server of the folder on this computer only. Raises BuildError when the port is taken."""
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=str(site), rebuilt=rebuilt))
    except OSError as error:
        raise BuildError(
            f"Port {port} can't be used: {error.strerror}. Name another, such as `course serve --port {port + 1}`."
        ) from None


def serve_site(curriculum: Curriculum, site: Path, training: Training, port: int) -> None:
    """Build the site, serve it until interrupted, and rebuild on every change of a source.

    A mistake in a source is printed; the site stays as it was until the mistake is mended.
    """
    rebuilt = Rebuilt()
    with server(site, port, rebuilt) as http:
        build_site(curriculum, site, training)
        threading.Thread(target=http.serve_forever, daemon=True).start()
        print(f"The course is at http://127.0.0.1:{port}/ and follows your changes. Stop it with Ctrl+C.", flush=True)
        root = curriculum.root
        sources = [root / "modules", root / "exercises", root / "mkdocs.yml", root / "course" / "site"]
        ignore = (root / "course" / "site" / "web" / "node_modules",)
        try:
            for changes in watch(*(p for p in sources if p.exists()), debounce=200, raise_interrupt=True):
                changed = {Path(path) for _, path in changes if not any(i in Path(path).parents for i in ignore)}
                if not changed:
                    continue
                scripts = any(root / "course" / "site" in path.parents for path in changed)
                try:
                    build_site(Curriculum(root), site, training, assets=scripts)
                    rebuilt.tell()
                except CourseError as error:
                    print(f"Not built: {error}", flush=True)
        except KeyboardInterrupt:
            print("Stopped.")
        finally:
            http.shutdown()
