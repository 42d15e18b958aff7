"""`course book`: gathers what goes into an edition and has it set."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Literal

from course.book.chapters import Book
from course.book.executed import Runs
from course.book.export import TitlePage, export, writable
from course.case.edition import PRACTICE_SEED
from course.curriculum import Curriculum
from course.errors import BuildError
from course.exercise import Loader
from course.training import Training

Kind = Literal["learner", "instructor"]
TITLES: dict[Kind, str] = {"learner": "Learner’s edition", "instructor": "Instructor’s edition"}


def build_book(
    curriculum: Curriculum,
    kind: Kind,
    out: Path,
    *,
    training: Training | None = None,
    seed: int = PRACTICE_SEED,
    load: Loader | None = None,
    say: Callable[[str], None] = print,
) -> Path:
    """Write the book of one kind and return the PDF's path.

    `out` is a file ending in .pdf, or a folder. Readings run on the practice edition; solutions, which the instructor's
    edition shows, on the edition `seed`. `load` stands for the data of both. `say` is told what is being done.
    Raises CourseError naming what is wrong; a book that was there before then stays as it was. A build of the same
    edition in the same checkout is waited for.
    """
    began = time.monotonic()
    if out.suffix and out.suffix != ".pdf":
        raise BuildError(f"{out}: expected a folder or a file ending in .pdf, found the ending {out.suffix}.")
    training = training or Training()
    path = out if out.suffix else out / f"{_slug(training.name)}-{kind}.pdf"
    book = Book(curriculum, Runs(curriculum, seed, load), kind == "instructor")
    if not book.modules:
        raise BuildError(f"{curriculum.root / 'modules'}: expected a topic that is written, found none.")
    writable(path)
    say("Running readings and exercises …")
    book.runs.ahead(book.instructor, lambda done, of: say(f"  {done} of {of} topics") if done % 10 == 0 else None)
    chapters = list(book.chapters(say))
    work = curriculum.root / ".build" / "book" / kind
    pages = export(chapters, book.drawings, _title_page(book, training, kind), work, path, say)
    size = path.stat().st_size / 1e6
    say(f"Wrote {path}: {pages} pages, {size:.1f} MB, in {time.monotonic() - began:.1f} s.")
    return path


def _title_page(book: Book, training: Training, kind: Kind) -> TitlePage:
    count = sum(len(book.topics(module)) for module in book.modules if module.id)  # module 0 decides nothing
    notice = "Figures about Tessaly Instruments are those of the practice edition of its data."
    if book.instructor:
        notice += f" Solutions are executed on the edition with seed {book.runs.seed}."
        notice += " This edition holds solutions and keys: keep it from those who are still to be assessed."
    today = date.today()
    about = f"{count} decision{'' if count == 1 else 's'} of a sales leader, each with its numbers"
    return TitlePage(training.name, TITLES[kind], f"{today:%B %Y}", about, notice)


def _slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() and c.isascii() else " " for c in name.lower()).split()) or "course"
