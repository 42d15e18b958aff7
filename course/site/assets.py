"""Builds what the pages load besides text: scripts and styles, the in-page Python, JupyterLite."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from course.site import lite as jupyterlite
from course.site import node, pyodide

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
    mirror(bundle, target / "assets" / "app")
    mirror(python, target / "assets" / "py" / python.name)
    for old in (target / "assets" / "py").iterdir():
        if old.name not in (python.name, course_name):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    (target / "assets" / "py" / course_name).write_bytes(course)
    if lite:
        built = jupyterlite.build(target / "assets", python, page_sources(), cache)
        mirror(built, target / "lite")
    version = bundle.name.removeprefix("bundle-")
    return Assets(f"assets/app/course.js?v={version}", f"assets/app/course.css?v={version}")


def page_sources() -> dict[str, bytes]:
    """The part of the package that runs in the browser, by path below site-packages."""
    names = ["__init__.py", "errors.py", "answer.py", "plot.py", "site/__init__.py", "site/cells.py"]
    files = [COURSE / name for name in names] + sorted((COURSE / "case").rglob("*.py"))
    return {f"course/{file.relative_to(COURSE).as_posix()}": file.read_bytes() for file in files}


def mirror(source: Path, target: Path) -> None:
    """Make `target` hold just what `source` holds, copying only files that differ in size or time."""
    wanted = {file.relative_to(source) for file in source.rglob("*") if file.is_file()}
    if target.is_dir():
        for file in target.rglob("*"):
            if file.is_file() and file.relative_to(target) not in wanted:
                file.unlink()
    for name in wanted:
        old, new = source / name, target / name
        if new.is_file():
            ours, theirs = old.stat(), new.stat()
            if (ours.st_size, ours.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns):
                continue
        new.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(old, new)


def tree_hash(files: Iterable[Path], root: Path, *more: str) -> str:
    """A hash over files' names below `root` and contents, and further strings."""
    digest = hashlib.sha256("\0".join(more).encode())
    for file in sorted(files):
        digest.update(f"\0{file.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _bundle(cache: Path, python: str, course: str) -> Path:
    sources = [file for folder in ("src", "build") for file in (node.WEB / folder).rglob("*") if file.is_file()]
    sources += [node.WEB / "package-lock.json"]
    folder = cache.resolve() / f"bundle-{tree_hash(sources, node.WEB, python, course)}"
    if not folder.is_dir():
        node.packages()
        print("Bundling the page's scripts …", flush=True)
        with tempfile.TemporaryDirectory(dir=cache.resolve()) as scratch:
            made = Path(scratch) / "app"
            script = str(node.WEB / "build" / "bundle.mjs")
            node.run([script, str(made), python, course], cwd=node.WEB, what="Bundling the page's scripts")
            made.rename(folder)
    return folder
