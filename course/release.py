"""Writes what learners are handed: notebooks, an edition's data and the package that loads them.

    release(["01-objectives"], edition=7, out=Path("handout"))

The folder holds one folder a module, with the notebooks and `data/` beside them (so that `load` finds it in plain
Jupyter), a slim copy of `course` that needs pandas only, and a README. No solution and no hidden test is in it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat

import course
from course.case.edition import PRACTICE_SEED, Edition
from course.curriculum import ROOT, Curriculum, Module
from course.errors import ContentError, DataError
from course.exercise import Exercise
from course.memo import Memo

# What `load` and the charts of notebooks need. How editions are drawn, and so what is planted in them, stays here.
_SLIM = (
    "__init__.py",
    "errors.py",
    "plot.py",
    "case/__init__.py",
    "case/columns.py",
    "case/package.py",
    "case/registry.py",
)
_NO_EDITION = '''\
"""Stands in for the part of the course that draws editions, which learners do not need."""

from course.errors import DataError

PRACTICE_SEED = {seed}


class Edition:
    """Can't be drawn from here."""

    def __init__(self, *_: object) -> None:
        raise DataError("Expected the folder data/ with its datapackage.json beside this notebook; found none.")


def unknown(name: str, there: list[str]) -> str:
    """Return the message for a table that does not exist."""
    return f"there is no table {{name!r}}. The tables are: {{', '.join(there)}}"
'''

README = """\
# Notebooks of the course on sales strategy

{modules}

## Start

1. Install Python 3.11 or newer, then `pip install pandas jupyterlab`.
2. Start `jupyter lab` in this folder and open a notebook in a module's folder.
3. Write your answers into the cells marked `# Your code here`, and run all cells. Leave the other cells as they are;
   you may add cells of your own.

Each module's folder holds its data in `data/`. Your notebooks load it with `from course.case import load`; the folder
`course` beside each notebook makes that work without installing anything.

## Hand in

Hand in your notebooks with the names that they have, one by one or as a zip file. Data and other files are not needed:
the notebooks are run again on the instructor's copy of your data.

The case company is invented. Content: CC BY 4.0. Code: MIT.
"""


def release(modules: Sequence[str] = (), *, edition: int = PRACTICE_SEED, out: Path, root: Path = ROOT) -> list[Path]:
    """Write the handout of some modules (by number, slug or folder; all that have exercises if none) into `out`.

    `out` must not exist or be empty; it appears complete or not at all. Gives the files written, relative to `out`.
    Raises ContentError when there is nothing to release, DataError when the folder is not free.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(f"{out}: expected a folder that is new or empty. Name another, or remove what is in it.")
    curriculum = Curriculum(root)
    chosen = [curriculum.module(name) for name in modules] or list(curriculum.modules)
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        drawn = Edition(edition)
        lines = [line for module in chosen if (line := _module(curriculum, module, drawn, beside))]
        if not lines:
            raise ContentError(f"{root / 'exercises'}: expected exercises for {_names(chosen)}, found none.")
        (beside / "README.md").write_text(README.format(modules="\n".join(lines)), "utf-8")
        files = sorted(p.relative_to(beside) for p in beside.rglob("*") if p.is_file())
        beside.chmod(0o755)
        if out.is_dir():
            out.rmdir()
        os.replace(beside, out)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return files


def _module(curriculum: Curriculum, module: Module, edition: Edition, out: Path) -> str:
    paths = [curriculum.exercise(module, topic) for topic in module.topics]
    exercises = [Exercise.read(path) for path in paths if path.exists()]
    memos = [Memo.read(path) for path in [curriculum.memo(module)] if path.exists()]
    if not exercises and not memos:
        return ""
    folder = out / module.folder
    folder.mkdir()
    notebooks = {e.name: e.learner_notebook() for e in exercises} | {m.name: m.learner_notebook() for m in memos}
    for name, notebook in notebooks.items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    tables = sorted({table for exercise in exercises for table in exercise.tables})
    if tables:
        edition.write(folder / "data", tables)
    _slim_course(folder / "course")
    return f"- `{module.folder}/`: {module.title}, {len(exercises)} notebooks{' and a memo' if memos else ''}"


def _slim_course(target: Path) -> None:
    """Copy the part of the package that notebooks import; it needs pandas and the standard library only."""
    source = Path(course.__file__).parent
    for name in _SLIM:
        if (source / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)
    (target / "case" / "edition.py").write_text(_NO_EDITION.format(seed=PRACTICE_SEED), "utf-8")


def _names(modules: Sequence[Module]) -> str:
    return ", ".join(module.folder for module in modules)
