"""Builds JupyterLite, the full notebook in the browser, on the same Pyodide as the page.

JupyterLite's program is built once; the learner's notebooks, the package `course` and the practice edition's tables
are laid beside it, so a change in those needs no build. Course and tables are one wheel in its lock file: then
`from course.case import load` works there even where a browser gives JupyterLite no service worker (plain HTTP).
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from course.errors import BuildError
from course.site.kept import kept, tree_hash

KERNEL = "@jupyterlite/pyodide-kernel-extension"
_DATE = "2026-01-01T00:00:00Z"  # of all files, so that a build of the same course is the same

CONFIG = {
    "LiteBuildConfig": {
        "apps": ["lab", "notebooks", "tree"],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        # Of the extensions that are installed here (nbgrader's among them) learners get the Python kernel only.
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [str(Path(sys.prefix) / "share" / "jupyter" / "labextensions" / KERNEL)],
    }
}
OVERRIDES = {
    # JupyterLite has the command, but no place in a menu for it.
    "@jupyterlab/mainmenu-extension:plugin": {
        "menus": [{"id": "jp-mainmenu-file", "items": [{"command": "docmanager:download", "rank": 5}]}]
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 10},  # seconds
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false"},
}

# JupyterLite's pages ask the host's root whether their service worker lives, which is out of the site's path and of
# the worker's reach. They are made to ask beside themselves, for a file that is there.
_ALIVE = "api/service-worker-heartbeat"
_ASKED, _ASKED_BESIDE = f'fetch("/{_ALIVE}")', f'fetch("../{_ALIVE}")'


@dataclass(frozen=True)
class Lite:
    """JupyterLite is made of `folders` laid over each other; `wheel` goes to Pyodide's files."""

    folders: tuple[Path, ...]
    wheel: Path


def build(assets: Path, python: Path, sources: dict[str, bytes], cache: Path) -> Lite:
    """Build JupyterLite for a site.

    `assets` holds notebooks/ and data/; `python` is Pyodide's folder, which will lie in assets/py/ under its own name;
    `sources` are the course's files for the browser. Raises BuildError when JupyterLite's own build fails.
    """
    program = _program(cache)
    notebooks, data = assets / "notebooks", assets / "data"
    files = [file for folder in (notebooks, data) for file in folder.rglob("*") if file.is_file()]
    hashes = [f"{name} {hashlib.sha256(source).hexdigest()}" for name, source in sorted(sources.items())]
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    key = tree_hash(files, assets, own, program.name, python.name, *hashes)

    def make(folder: Path) -> None:
        (folder / "lite").mkdir(parents=True)
        wheel = _wheel(folder, sources, data)
        _lock(folder / "lite", python, wheel)
        _settings(folder / "lite", program, python)
        _contents(folder / "lite", notebooks)

    content = kept(cache, "lite-content", key, make)
    return Lite((program, content / "lite"), next(content.glob("*.whl")))


def _program(cache: Path) -> Path:
    """JupyterLite without any content."""
    versions = [f"{name} {version(name)}" for name in ("jupyterlite-core", "jupyterlite-pyodide-kernel")]
    settings = json.dumps([CONFIG, OVERRIDES, _ASKED_BESIDE], sort_keys=True)

    def make(folder: Path) -> None:
        print("Building JupyterLite …", flush=True)
        work = folder.parent
        (work / "jupyter_lite_config.json").write_text(json.dumps(CONFIG))
        (work / "overrides.json").write_text(json.dumps(OVERRIDES))
        command = [sys.executable, "-m", "jupyterlite_core", "build", "--output-dir", str(folder)]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
        if done.returncode or not (folder / "jupyter-lite.json").is_file():
            raise BuildError(f"JupyterLite's build failed:\n{(done.stderr or done.stdout).strip()[-2000:]}")
        _mend(folder)

    return kept(cache, "lite-program", tree_hash([], cache, *versions, settings), make)


def _mend(program: Path) -> None:
    """Have the pages ask for their service worker under the site's own path."""
    for file in program.rglob("*.js"):
        text = file.read_text("utf-8")
        if _ASKED in text:
            file.write_text(text.replace(_ASKED, _ASKED_BESIDE), "utf-8")
    alive = program / _ALIVE
    alive.parent.mkdir(parents=True, exist_ok=True)
    alive.write_text("ok")


def _wheel(made: Path, sources: dict[str, bytes], data: Path) -> Path:
    """Write a wheel of the course's package with the practice edition in it."""
    files = dict(sources)
    files["course/__init__.py"] += (
        b"\nimport os as _os\n\n"
        b'_os.environ.setdefault("COURSE_DATA", _os.path.join(_os.path.dirname(__file__), "practice"))\n'
    )
    for file in sorted(data.rglob("*")):
        if file.is_file():
            files[f"course/practice/{file.relative_to(data).as_posix()}"] = file.read_bytes()
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    number = f"0.1.0+{digest.hexdigest()[:12]}"
    info = f"course-{number}.dist-info"
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: course\nVersion: {number}\n".encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: course\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = [f"{name},sha256={_record_hash(content)},{len(content)}" for name, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    wheel = made / f"course-{number}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return wheel


def _record_hash(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _lock(lite: Path, python: Path, wheel: Path) -> None:
    """Write Pyodide's lock file with the course in it, so that importing the course fetches it."""
    lock = json.loads((python / "pyodide-lock.json").read_text("utf-8"))
    lock["packages"]["course"] = {
        "name": "course",
        "version": wheel.name.split("-")[1],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": ["course"],
        "depends": ["pandas"],
        "unvendored_tests": False,
    }
    (lite / "pyodide-lock.json").write_text(json.dumps(lock))


def _settings(lite: Path, program: Path, python: Path) -> None:
    settings = json.loads((program / "jupyter-lite.json").read_text("utf-8"))
    data = settings["jupyter-config-data"]
    data["appName"] = "Sales strategy course"
    data["enableMemoryStorage"] = True  # a browser that refuses storage still runs notebooks
    kernel = data.setdefault("litePluginSettings", {}).setdefault(f"{KERNEL}:kernel", {})
    kernel |= {
        "pyodideUrl": f"./../assets/py/{python.name}/pyodide.js",
        "disablePyPIFallback": True,  # nothing is asked of another host
        "loadPyodideOptions": {"lockFileURL": "pyodide-lock.json"},
    }
    (lite / "jupyter-lite.json").write_text(json.dumps(settings, indent=2))


def _contents(lite: Path, notebooks: Path) -> None:
    """Write the notebooks, and the listings by which JupyterLite finds them."""
    folders: dict[str, list[dict[str, Any]]] = {"": []}
    for file in sorted(notebooks.rglob("*.ipynb")):
        path = file.relative_to(notebooks)
        copy = lite / "files" / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
        parent = ""
        for part in path.parent.parts:
            own = f"{parent}/{part}".lstrip("/")
            if own not in folders:
                folders[own] = []
                folders[parent].append(_entry(own, "directory"))
            parent = own
        folders[parent].append(_entry(path.as_posix(), "notebook") | {"size": file.stat().st_size})
    for folder, entries in folders.items():
        listing = lite / "api" / "contents" / folder / "all.json"
        listing.parent.mkdir(parents=True, exist_ok=True)
        listing.write_text(json.dumps(_entry(folder, "directory") | {"content": entries, "format": "json"}, indent=2))


def _entry(path: str, kind: str) -> dict[str, Any]:
    return {
        "content": None,
        "created": _DATE,
        "format": None,
        "hash": None,
        "hash_algorithm": None,
        "last_modified": _DATE,
        "mimetype": None,
        "name": path.rpartition("/")[2],
        "path": path,
        "size": None,
        "type": kind,
        "writable": True,
    }
