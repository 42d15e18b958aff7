"""Builds what the pages load besides text: scripts and styles, the in-page Python, JupyterLite."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from course.site import lite as jupyterlite
from course.site import node, pyodide
from course.site.folder import Folder
from course.site.kept import kept, tree_hash

COURSE = Path(__file__).parents[1]
CACHE = COURSE.parent / ".cache"


@dataclass(frozen=True)
class Assets:
    """Addresses from the site's root; their `?v=` changes with the content, so a browser may keep each for ever."""

    script: str
    style: str


def build_assets(target: Path, cache: Path = CACHE, lite: bool = True) -> Assets:
    """Write assets/app, assets/py and lite/ into `target`, the site's root.

    JupyterLite takes up target/assets/notebooks and target/assets/data, so these come first; `lite=False` leaves it
    out. What has not changed comes from `cache`. Raises BuildError when a part can't be fetched or built.
    """
    python = pyodide.build(cache)
    course = pyodide.compile_sources(page_sources(), cache)
    course_name = f"course-{hashlib.sha256(course).hexdigest()[:16]}.bin"
    bundle = _bundle(cache, python.name, course_name)
    _lay(target / "assets" / "app", bundle)
    folder = Folder(target / "assets" / "py")
    folder.copy(python, python.name)
    folder.write(course_name, course)
    if lite:
        notebook = jupyterlite.build(target / "assets", python, page_sources(), cache)
        folder.copy(notebook.wheel, f"{python.name}/{notebook.wheel.name}")
        _lay(target / "lite", *notebook.folders)
    folder.close()
    version = bundle.name.removeprefix("bundle-")
    return Assets(f"assets/app/course.js?v={version}", f"assets/app/course.css?v={version}")


def page_sources() -> dict[str, bytes]:
    """The part of the package that runs in the browser, by path below site-packages."""
    names = ["__init__.py", "errors.py", "answer.py", "plot.py", "site/__init__.py", "site/cells.py"]
    files = [COURSE / name for name in names] + sorted((COURSE / "case").rglob("*.py"))
    return {f"course/{file.relative_to(COURSE).as_posix()}": file.read_bytes() for file in files}


def _lay(target: Path, *layers: Path) -> None:
    """Make `target` hold what the layers hold; of files with the same name, the last layer's."""
    files = {file.relative_to(layer): file for layer in layers for file in layer.rglob("*") if file.is_file()}
    folder = Folder(target)
    for name, file in files.items():
        folder.copy(file, name.as_posix())
    folder.close()


def _bundle(cache: Path, python: str, course: str) -> Path:
    sources = [file for folder in ("src", "build") for file in (node.WEB / folder).rglob("*") if file.is_file()]
    sources += [node.WEB / "package-lock.json"]

    def make(folder: Path) -> None:
        node.packages()
        print("Bundling the page's scripts …", flush=True)
        script = str(node.WEB / "build" / "bundle.mjs")
        node.run([script, str(folder), python, course], cwd=node.WEB, what="Bundling the page's scripts")

    return kept(cache, "bundle", tree_hash(sources, node.WEB, python, course), make)
