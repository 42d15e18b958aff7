"""Makes a PDF of chapters: MyST turns them into Typst with the template beside this file, Typst sets the pages.

Neither fetches anything. MyST ends with success whatever happens, so what it said and what it wrote are looked at.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from course.book.chapters import Chapter
from course.book.fonts import write_fonts
from course.errors import BuildError
from course.site.folder import Folder
from course.site.node import program
from course.site.turn import turn

TEMPLATE = Path(__file__).parent / "template"
PARTS = '```{typst}\n#import "course.typ": *\n```'  # MyST sets each chapter in a file of its own

_COMPLAINT = re.compile(r"^\s*(?:⚠️|⛔️?|Error:|💥)")
# MyST would have its Typst pages set by a program `typst` on the path; here that is done afterwards, by the package.
_EXPECTED = "The typst CLI must be installed"
_PACKAGE = re.compile(r'^#import "@preview/tablex:[^"]*".*$', re.M)
_UNRESOLVED = re.compile(r'#link\("(?:\\#|/|(?:topic|concept|glossary):)[^"]*"\)|\?\?|unresolved', re.I)


@dataclass(frozen=True)
class TitlePage:
    """What the title page and the licence page say."""

    title: str
    kind: str
    made: str
    about: str
    notice: str


def export(
    chapters: Sequence[Chapter],
    drawings: Mapping[str, str],
    page: TitlePage,
    work: Path,
    out: Path,
    say: Callable[[str], None] = lambda _: None,
) -> int:
    """Write the book to the file `out` and return its number of pages; `work` is a folder to work in, by turns.

    Raises BuildError when a chapter's link, a figure or the template does not come out whole; `out` is then untouched.
    """
    try:
        with turn(work, say):
            pdf = _made(chapters, drawings, page, work, say)
    except OSError as e:
        raise BuildError(f"{work}: expected a folder to work in with room for the book, but found: {e}.") from None
    pages = _pages(pdf, len(chapters))
    _put(pdf, out)
    return pages


def _made(
    chapters: Sequence[Chapter], drawings: Mapping[str, str], page: TitlePage, work: Path, say: Callable[[str], None]
) -> bytes:
    source = work / "source"
    _write(source, chapters, page)
    say("Turning chapters into pages with MyST …")
    typst = source / "out"
    _myst(source, typst, len(chapters))
    files = _checked(typst, chapters)
    for name, svg in drawings.items():
        try:
            ElementTree.fromstring(svg)
        except ElementTree.ParseError as e:
            raise BuildError(f"{name}: expected a drawing in SVG, found text that is none: {e}.") from None
        path = typst / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(svg, "utf-8")
    say(f"Setting {len(files)} chapters with Typst …")
    return _set(typst, write_fonts(work / "fonts"))


def writable(out: Path) -> None:
    """Make the folder for the file `out`. Raises BuildError when there is no place for it."""
    if out.is_dir():
        raise BuildError(f"{out}: expected a file to write, found a folder. Remove it, or choose another name.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise BuildError(f"{out.parent}: expected a folder to write to, but it can't be made ({e.strerror}).") from None
    if not os.access(out.parent, os.W_OK):
        raise BuildError(f"{out.parent}: expected a folder that you may write to; you may not. Choose another.")


def _put(pdf: bytes, out: Path) -> None:
    """Write the file whole or not at all."""
    writable(out)
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        beside.write_bytes(pdf)
        beside.replace(out)
    except OSError as e:
        raise BuildError(
            f"{out}: expected to write {len(pdf) / 1e6:.1f} MB, but that failed ({e.strerror}). "
            "Make room or choose another folder; a book that was there before is as it was."
        ) from None
    finally:
        beside.unlink(missing_ok=True)


def _write(source: Path, chapters: Sequence[Chapter], page: TitlePage) -> None:
    folder = Folder(source)
    toc: list[dict[str, Any]] = [{"file": "start.md"}]
    for chapter in chapters:
        entry = {"file": f"{chapter.name}.md"}
        if chapter.level == 1:
            toc.append(entry)
        else:
            toc[-1].setdefault("children", []).append(entry)
        head = f"---\ntitle: {json.dumps(chapter.title, ensure_ascii=False)}\n---\n\n"
        folder.write(f"{chapter.name}.md", f"{head}{PARTS}\n\n{chapter.text}\n")
    folder.write("start.md", "The project's own page, which is not in the book.\n")
    settings = {
        "version": 1,
        "project": {
            "title": page.title,
            "plugins": ["plugin.mjs"],
            "settings": {"parser": {"dollarmath": False}},
            "toc": toc,
            "exports": [
                {
                    "format": "typst",
                    "template": "./template",
                    "output": "out/book.typ",
                    "id": "book",
                    "kind": page.kind,
                    "made": page.made,
                    "about": page.about,
                    "notice": page.notice,
                }
            ],
        },
    }
    folder.write("myst.yml", json.dumps(settings, ensure_ascii=False, indent=1))  # JSON is YAML
    folder.write("plugin.mjs", (TEMPLATE / "plugin.mjs").read_text("utf-8"))
    for name in ("template.yml", "template.typ", "course.typ"):
        folder.write(f"template/{name}", (TEMPLATE / name).read_text("utf-8"))
    folder.close()


def _myst(source: Path, typst: Path, chapters: int) -> None:
    found = find_spec("jupyter_book")
    if not found or not found.origin:
        raise BuildError("The book needs the Python package jupyter-book; it is not installed here. Run `make setup`.")
    script = Path(found.origin).parent / "dist" / "jupyter-book.cjs"
    if not script.is_file():
        raise BuildError(f"{script}: expected Jupyter Book's program, found none. Install jupyter-book again.")
    environment = {**os.environ, "PATH": str(_programs(source / "path")), "MYST_LANG": "PYTHON", "NO_COLOR": "1"}
    done = subprocess.run(
        [program(), script, "build", "--typst", "--ci"],
        cwd=source, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = [line for line in (*done.stdout.splitlines(), *done.stderr.splitlines()) if _COMPLAINT.match(line)]
    said = list(dict.fromkeys(line.strip() for line in said if _EXPECTED not in line))
    if said:
        raise BuildError(
            f"{source}: expected chapters without warnings, but MyST says of them:\n" + "\n".join(said) + "\n"
            "Mend what the chapters are made from: readings, exercises, quizzes, memos and guides."
        )
    written = len(list(typst.glob("book-*.typ")))
    if done.returncode or not (typst / "book.typ").is_file() or written < chapters:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-20:])
        raise BuildError(
            f"{typst}: expected book.typ and {chapters} chapters from MyST, found {written} chapters "
            f"(exit status {done.returncode}). It said:\n{last}"
        )


def _programs(folder: Path) -> Path:
    """A folder with what MyST calls, and nothing else: an installed `typst` would set the pages with other fonts."""
    folder.mkdir(exist_ok=True)
    node = program()
    for name, target in {"node": node, "npm": node.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"}.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)
    return folder


def _checked(typst: Path, chapters: Sequence[Chapter]) -> list[Path]:
    """The chapters' files in Typst. Raises BuildError when one holds what leads nowhere or has to be fetched."""
    whole = typst / "book.typ"
    text = whole.read_text("utf-8")
    includes = re.findall(r'#include "book-[^"]*"', text)  # MyST gives the files names of its own, in this order
    if len(includes) != len(chapters):
        raise BuildError(f"{whole}: expected {len(chapters)} chapters from MyST, found {len(includes)}.")
    for chapter, include in zip(chapters, includes, strict=True):
        if chapter.runs_on:
            text = text.replace(f"#pagebreak()\n\n{include}", include)
    whole.write_text(text, "utf-8")
    imports = typst / "myst-imports.typ"
    if imports.is_file():
        # The template draws tables itself, instead of fetching a package for it.
        imports.write_text(_PACKAGE.sub('#import "course.typ": tablex, cellx', imports.read_text("utf-8")), "utf-8")
    files = sorted(typst.glob("book-*.typ"))
    problems = []
    for path in [*files, *([imports] if imports.is_file() else [])]:
        text = path.read_text("utf-8")
        for match in _UNRESOLVED.finditer(text):
            line = text[: match.start()].count("\n") + 1
            problems.append(f"{path}:{line}: expected links that lead somewhere, found {match[0]}.")
        if '"@preview/' in text:
            problems.append(f"{path}: expected no package from elsewhere, found an import of one. Use other markup.")
    if problems:
        raise BuildError("\n".join(problems))
    return files


def _set(typst: Path, fonts: Path) -> bytes:
    try:
        import typst as compiler
    except ImportError:
        raise BuildError(
            "The book needs the Python package typst; it is not installed here. Run `make setup`."
        ) from None
    try:
        pdf, warnings = compiler.compile_with_warnings(
            str(typst / "book.typ"),
            root=str(typst),
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
        )
    except compiler.TypstError as e:
        said = str(getattr(e, "diagnostic", None) or e).strip()
        raise BuildError(f"{typst / 'book.typ'}: expected pages, but Typst can't set them:\n{said}") from None
    if warnings:
        listed = "\n".join(dict.fromkeys(_plain(w) for w in warnings))
        raise BuildError(f"{typst / 'book.typ'}: expected pages without warnings, but Typst says:\n{listed}")
    if not isinstance(pdf, bytes):
        raise BuildError(f"{typst / 'book.typ'}: expected one PDF from Typst, found {type(pdf).__name__}.")
    return pdf


def _plain(said: Any) -> str:
    return str(getattr(said, "message", None) or said).strip()


def _pages(pdf: bytes, least: int) -> int:
    from io import BytesIO

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        pages = len(PdfReader(BytesIO(pdf)).pages)
    except PyPdfError as e:
        raise BuildError(f"Typst gave {len(pdf):,} bytes that are no PDF: {e}.") from None
    if pages < least:
        raise BuildError(f"Expected a page for each of {least} chapters at least, found {pages} pages in the PDF.")
    return pages
