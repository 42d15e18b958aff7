"""Opens nbgrader's formgrader on a graded course, for the person who marks memos.

mark(Path("graded"))       serves until it is stopped with Ctrl-C
"""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from pathlib import Path

from jupyter_server.serverapp import ServerApp
from traitlets.config import Config

from course.errors import GradingError
from grading.coursedir import SAFE_MARKDOWN

_ALL_BUT_OTHER_HOSTS = "default-src 'self' 'unsafe-inline' 'unsafe-eval'; img-src 'self' data:; font-src 'self' data:"

_NOT_NEEDED = ("jupyterlab", "notebook", "notebook_shim", "jupyter_lsp", "jupyterlab_jupytext")


def course_folder(folder: Path) -> Path:
    """Return the nbgrader course in `folder`: what `course grade` wrote, or the course itself. Raises GradingError."""
    for found in (folder / "nbgrader", folder):
        if (found / "nbgrader_config.py").exists():
            return found.resolve()
    raise GradingError(
        f"{folder}: expected the folder that `course grade` wrote, or an nbgrader course; found no nbgrader_config.py."
    )


def mark(folder: Path, port: int = 8888, browser: bool = True) -> None:
    """Serve formgrader for the course in `folder` on this computer only, until it is stopped.

    What learners wrote is shown without their HTML, and pages ask nothing of another host.
    `port`: the first one to try; the next free one is taken. Raises GradingError.
    """
    root = course_folder(folder)
    token = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory() as exchange, contextlib.chdir(root):
        config = Config()
        config.ServerApp.update(
            root_dir=str(root),
            ip="127.0.0.1",
            port=port,
            port_retries=50,
            allow_root=True,
            open_browser=browser,
            default_url="/formgrader/gradebook",
            terminals_enabled=False,
            jpserver_extensions={"nbgrader.server_extensions.formgrader": True, **dict.fromkeys(_NOT_NEEDED, False)},
            tornado_settings={"headers": {"Content-Security-Policy": _ALL_BUT_OTHER_HOSTS}},
            log_level="ERROR",
        )
        config.IdentityProvider.token = token
        config.HTMLExporter.filters = SAFE_MARKDOWN
        # Nobody hands out through it here; nbgrader complains on every page where there is none.
        config.Exchange.root = exchange
        app = ServerApp.instance(config=config)
        app.initialize(argv=[])
        address = f"http://127.0.0.1:{app.port}/formgrader/gradebook?token={token}"
        print(
            f"Mark at {address}\nCtrl-C ends it; then run `course grade` again for gradebook and feedback.", flush=True
        )
        app.start()
