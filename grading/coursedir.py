"""The nbgrader course that a class is graded in: source, release, submitted, autograded, feedback, gradebook.

Made from the course's exercises by `nbgrader generate_assignment` as it comes; an assignment is a module, a notebook a
topic or the memo. `course mark` opens it in formgrader.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import Column, Connection, MetaData, String, Table, create_engine, delete, insert, select, text
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from course.curriculum import Curriculum
from course.errors import GradingError
from course.exercise import STUB, Exercise
from course.memo import Memo
from grading.environment import environment
from grading.files import write_atomically
from grading.intake import Released

SAFE_MARKDOWN = {"markdown2html": "grading.feedback.shown"}
"""nbgrader's templates turn Markdown into HTML without cleaning it: a memo could hold a script that marks it."""

CONFIG = '''"""nbgrader's settings for this class. `course mark` opens formgrader on this folder."""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "sales-strategy"
c.CourseDirectory.db_url = {db_url!r}
c.ClearSolutions.code_stub = {{"python": {stub!r}}}
c.ClearSolutions.text_stub = ""
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {filters!r}
# Tables as text: what a learner's code calls HTML is not shown as HTML, and cleaned of tags it can't be read.
c.NbConvertBase.display_data_priority = ["image/png", "text/plain"]
'''


# Beside nbgrader's tables: which version of an assignment the gradebook holds.
_RELEASED = Table(
    "course_released",
    MetaData(),
    Column("assignment", String(128), primary_key=True),
    Column("digest", String(64), nullable=False),
)


@dataclass(frozen=True)
class Assignment:
    """A module as it is graded: its folder's name, exercises by notebook name in order, and the memo if it has one."""

    module: str
    exercises: dict[str, Exercise]
    memo: Memo | None

    @property
    def notebooks(self) -> dict[str, Exercise | Memo]:
        memo = {self.memo.name: self.memo} if self.memo else {}
        return {**self.exercises, **memo}

    @property
    def tables(self) -> list[str]:
        """The case tables that the module's exercises load."""
        return sorted({table for exercise in self.exercises.values() for table in exercise.tables})


def assignments(root: Path, modules: Sequence[str] = ()) -> list[Assignment]:
    """Read the modules named (by number, slug or folder), as far as they have exercises or a memo.

    Without names, all but module 0, which learners do for themselves.

    Raises ContentError for a module that does not exist, GradingError when there is nothing to grade.
    """
    curriculum = Curriculum(root)
    chosen = [curriculum.module(name) for name in modules] or [m for m in curriculum.modules if m.id]
    found = []
    for module in chosen:
        paths = [curriculum.exercise(module, topic) for topic in module.topics]
        exercises = {e.name: e for e in (Exercise.read(p) for p in paths if p.exists())}
        memo = Memo.read(curriculum.memo(module)) if curriculum.memo(module).exists() else None
        if exercises or memo:
            found.append(Assignment(module.folder, exercises, memo))
    if not found:
        named = ", ".join(m.folder for m in chosen)
        raise GradingError(f"{root / 'exercises'}: expected exercises for {named}, found none.")
    return found


class CourseFiles:
    """The nbgrader course directory at `root`, with its gradebook at `db_url` (default: SQLite in `root`)."""

    def __init__(self, root: Path, db_url: str = ""):
        self.root = root.resolve()
        if re.search(r"[\[\]*?]", str(self.root)):
            raise GradingError(f"{self.root}: nbgrader can't work in a folder whose path holds any of [ ] * ?.")
        self.db_url = db_url or f"sqlite:///{self.root / 'gradebook.db'}"

    def config(self) -> Config:
        """nbgrader's settings for this course."""
        config = Config()
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.course_id = "sales-strategy"
        config.CourseDirectory.db_url = self.db_url
        config.ClearSolutions.code_stub = {"python": STUB}
        config.ClearSolutions.text_stub = ""
        config.HTMLExporter.sanitize_html = True
        config.HTMLExporter.filters = SAFE_MARKDOWN
        config.NbConvertBase.display_data_priority = ["image/png", "text/plain"]
        config.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"]
        return config

    def directory(self, module: str, learner: str = "*", notebook: str = "*") -> CourseDirectory:
        """nbgrader's view of one assignment, student and notebook."""
        made = CourseDirectory(config=self.config())
        made.assignment_id, made.student_id, made.notebook_id = module, learner, notebook
        return made

    def path(self, step: str, learner: str, module: str, notebook: str, suffix: str = ".ipynb") -> Path:
        """Where nbgrader keeps a notebook in a step such as `autograded`."""
        return Path(self.root, step, learner, module, f"{notebook}{suffix}")

    def build(self, found: Sequence[Assignment]) -> None:
        """Write source notebooks and release them, unless that was done for just these. Raises GradingError."""
        settings = CONFIG.format(db_url=self.db_url, stub=STUB, filters=SAFE_MARKDOWN)
        write_atomically(self.root / "nbgrader_config.py", settings)
        self._open()
        with self._alone_in_gradebook() as gradebook:
            self._release(found, gradebook)

    @contextmanager
    def _alone_in_gradebook(self) -> Iterator[Connection]:
        """Let graders that share a gradebook set it up one after the other."""
        engine = create_engine(self.db_url, isolation_level="AUTOCOMMIT")
        postgresql = engine.dialect.name == "postgresql"
        with ExitStack() as stack:
            stack.callback(engine.dispose)
            if engine.dialect.name == "sqlite" and engine.url.database:
                held = stack.enter_context(Path(f"{engine.url.database}.lock").open("w"))
                fcntl.flock(held, fcntl.LOCK_EX)
            try:
                connection = stack.enter_context(engine.connect())
                if postgresql:
                    connection.execute(text("select pg_advisory_lock(7245)"))
            except SQLAlchemyError as e:
                raise GradingError(f"The gradebook can't be reached: {str(e).splitlines()[0]}") from None
            with nbgrader_log():
                # It makes its tables only where there are none at all.
                Gradebook(self.db_url, "sales-strategy").close()
            _RELEASED.create(connection, checkfirst=True)
            yield connection
            if postgresql:
                connection.execute(text("select pg_advisory_unlock(7245)"))

    def _release(self, found: Sequence[Assignment], gradebook: Connection) -> None:
        """Release into this folder, and into the gradebook what nobody released there: nbgrader takes an assignment's
        cells out before it puts them in again, and another grader may be recording.
        """
        known = {row.assignment: row.digest for row in gradebook.execute(select(_RELEASED))}
        for assignment in found:
            sources = {
                name: nbformat.writes(exercise.source_notebook()) + "\n"
                for name, exercise in assignment.notebooks.items()
            }
            digest = hashlib.sha256("\0".join([k + v for k, v in sources.items()]).encode()).hexdigest()
            mark = self.root / "source" / f"{assignment.module}.sha256"
            in_gradebook = known.get(assignment.module) == digest
            if in_gradebook and mark.exists() and mark.read_text() == digest:
                continue
            for name, source in sources.items():
                write_atomically(self.root / "source" / assignment.module / f"{name}.ipynb", source)
            config = self.config()
            config.GenerateAssignment.no_database = in_gradebook
            config.SaveCells.enabled = not in_gradebook
            with nbgrader_log() as log:
                converter = GenerateAssignment(coursedir=self.directory(assignment.module), config=config)
                converter.force = True
                try:
                    converter.start()
                except NbGraderException:
                    reason = (log[1] if len(log) > 1 else "it gave no reason").rstrip(".")
                    raise GradingError(
                        f"{self.root}: nbgrader could not release {assignment.module}: {reason}. "
                        "If exercises changed after grading began, grade into a new folder."
                    ) from None
            write_atomically(mark, digest)
            if not in_gradebook:
                gradebook.execute(delete(_RELEASED).where(_RELEASED.c.assignment == assignment.module))
                gradebook.execute(insert(_RELEASED).values(assignment=assignment.module, digest=digest))

    def _open(self) -> None:
        """Make the gradebook whole before it takes its name: nbgrader marks its version only after making tables."""
        path = self.root / "gradebook.db"
        if self.db_url != f"sqlite:///{path}" or path.exists():
            return
        new = self.root / ".part-gradebook.db"
        new.unlink(missing_ok=True)
        with nbgrader_log():
            Gradebook(f"sqlite:///{new}", "sales-strategy").close()
        os.replace(new, path)

    def released(self, found: Sequence[Assignment]) -> dict[tuple[str, str], Released]:
        """The released notebooks by module and name, in order."""
        out = {}
        for assignment in found:
            for name in assignment.notebooks:
                path = self.root / "release" / assignment.module / f"{name}.ipynb"
                notebook = nbformat.read(path, as_version=4)
                out[assignment.module, name] = Released(assignment.module, name, notebook)
        return out


@contextmanager
def nbgrader_log() -> Iterator[list[str]]:
    """Keep nbgrader's log off the terminal; gives the last lines of its errors."""

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(record.getMessage().strip().splitlines()[-1] if record.getMessage().strip() else "")

    kept: list[str] = []
    handler = Keep(logging.ERROR)
    loggers = [logging.getLogger(name) for name in ("traitlets", "tornado.application")]
    before = [(log, log.handlers[:], log.propagate) for log in loggers]
    for log in loggers:
        log.handlers, log.propagate = [handler], False
    # nbgrader calls `alembic` by name, which is found only where the environment is activated.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    try:
        with environment({"PATH": path}), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield kept
    finally:
        for log, handlers, propagate in before:
            log.handlers, log.propagate = handlers, propagate
