"""One text notebook (jupytext percent) is the only source of an exercise; everything else is derived from it.

    exercise = Exercise.read(path)
    exercise.source_notebook()      what `nbgrader generate_assignment` takes
    exercise.learner_notebook()     what a learner opens
    exercise.solve(load)            the right values on the data that `load` gives

The kinds of cell, by their marker:

    # %% [markdown]                              text
    # %% given                                   code that the learner is given
    # %% [markdown] task="name"                  the question; its answer is the variable `name`
    # %% answer="name"                           code with a region between ### BEGIN SOLUTION and ### END SOLUTION
    # %% check="name"                            visible asserts
    # %% hidden="name"                           hidden test, which may call expect(name)
    # %% after="name"                            given code that shows what the answer leads to
    # %% [markdown] hint="name"                  a hint; several are opened one by one
    # %% [markdown] wrong="id" task="name"       the message for a known wrong answer …
    # %% wrong="id" task="name"                  … and the code of it, which stands in for the answer
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from pydantic import Field

from course.answer import ShapeError, Spec, fingerprint
from course.curriculum import TopicId
from course.errors import ContentError
from course.source import Source, parse_yaml, read_text

STUB = "# Your code here"
_SOLUTION = re.compile(r"^([ \t]*)### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION[ \t]*$", re.S | re.M)
_MARKER = re.compile(r"^# %%(.*)$", re.M)
_ROLES = ("task", "answer", "check", "hidden", "after", "hint", "wrong")

Loader = Callable[..., Any]


class _TaskHeader(Source):
    points: int = Field(gt=0, le=20)
    answer: dict[str, Any]


class _Header(Source):
    topic: TopicId
    title: str
    tables: tuple[str, ...]
    tasks: dict[str, _TaskHeader] = Field(min_length=1)


@dataclass(frozen=True)
class Wrong:
    """A known wrong answer: one that a competent person would give, with the message that explains it."""

    id: str
    message: str
    code: str
    line: int


@dataclass
class Task:
    """A question with one answer, the variable `id`."""

    id: str
    points: int
    spec: Spec
    text: str = ""
    answer: str = ""
    check: str = ""
    hidden: str = ""
    after: str = ""
    hints: list[str] = field(default_factory=list)
    wrongs: dict[str, Wrong] = field(default_factory=dict)
    line: int = 0

    @property
    def stub(self) -> str:
        """The answer cell as a learner gets it."""
        return _SOLUTION.sub(lambda m: m[1] + STUB, self.answer)

    @property
    def solution(self) -> str:
        """The answer cell without its markers."""
        return _SOLUTION.sub(lambda m: m[2].rstrip("\n"), self.answer)


@dataclass(frozen=True)
class Cell:
    """A piece of the exercise in order: text, given code, or a task."""

    kind: str
    id: str
    source: str = ""
    task: Task | None = None


@dataclass(frozen=True)
class Exercise:
    """The exercise of one topic. `tables` are the case tables that it loads."""

    path: Path
    topic: str
    title: str
    tables: tuple[str, ...]
    cells: tuple[Cell, ...]

    @classmethod
    def read(cls, path: Path) -> Exercise:
        """Read a text notebook. Raises ContentError naming file, line, what was expected and what was found."""
        return _Reader(path).exercise()

    @property
    def tasks(self) -> list[Task]:
        return [c.task for c in self.cells if c.task]

    def task(self, id: str) -> Task:
        """The task of that id. Raises ContentError when there is none."""
        for task in self.tasks:
            if task.id == id:
                return task
        raise ContentError(f"{self.path}: there is no task {id}; it has {', '.join(t.id for t in self.tasks)}.")

    @property
    def name(self) -> str:
        """The name of the notebook, without ending: `1.4-new-or-existing`."""
        return self.path.stem

    # --- running ---

    def namespace(
        self, load: Loader, answers: Mapping[str, str] | None = None, until: str | None = None
    ) -> dict[str, Any]:
        """Run the given cells and the answers in order and return what they define.

        `load` stands for `course.case.load`; `answers` replaces the solutions by task id; with `until` the cells after
        that task's answer are left out. Raises ContentError naming the cell and the line that fails.
        """
        names: dict[str, Any] = {"__name__": "__main__", "load": load}
        for cell in self.cells:
            if cell.kind == "given":
                _run(cell.source, names, load, f"{self.path}: cell {cell.id}")
            elif cell.task:
                code = (answers or {}).get(cell.task.id, cell.task.solution)
                _run(code, names, load, f"{self.path}: cell {cell.task.id}")
                if cell.task.id == until:
                    break
        return names

    def solve(self, load: Loader) -> dict[str, Any]:
        """The right value of each task by id."""
        names = self.namespace(load)
        missing = [t.id for t in self.tasks if t.id not in names]
        if missing:
            raise ContentError(f"{self.path}: the solution does not define {', '.join(missing)}.")
        return {t.id: names[t.id] for t in self.tasks}

    def checked(self, load: Loader) -> str:
        """What the first visible check that fails on the solutions says; nothing when all hold."""
        names = self.namespace(load)
        for task in self.tasks:
            try:
                exec(compile(task.check, f"{self.path}: check of {task.id}", "exec"), dict(names))
            except Exception as e:
                return str(e) or type(e).__name__
        return ""

    def stub_namespace(self, load: Loader, answers: Mapping[str, str], task: Task) -> dict[str, Any]:
        """What the cells define when `task` is left as it was handed out; errors of the untouched cell are ignored."""
        names = self.namespace(load, dict(answers) | {task.id: ""}, until=task.id)
        with contextlib.suppress(Exception):
            _run(task.stub, names, load, f"{self.path}: cell {task.id}")
        return names

    def misjudge(self, load: Loader, task: Task, wrong: Wrong) -> Any:
        """The value that a known wrong answer gives; earlier tasks are answered rightly."""
        names = self.namespace(load, {task.id: wrong.code}, until=task.id)
        if task.id not in names:
            raise ContentError(f"{self.path}:{wrong.line}: known wrong answer {wrong.id} does not define {task.id}.")
        return names[task.id]

    def fingerprints(self, load: Loader, *, strict: bool = True) -> dict[str, dict[str, Any]]:
        """For each task {"right": fingerprint, "wrongs": {id: {"fingerprint": …, "message": …}}} on that data.

        Raises ContentError when a known wrong answer fails, or gives what the right one gives; without `strict`, for
        data that the exercise was not tried on, such a one is left out.
        """
        out = {}
        for task, value in zip(self.tasks, self.solve(load).values(), strict=True):
            try:
                right = fingerprint(value, task.spec)
            except ShapeError as e:
                raise ContentError(
                    f"{self.path}:{task.line}: the solution does not fit the task's header: {e}"
                ) from None
            wrongs = {}
            for wrong in task.wrongs.values():
                try:
                    mark = fingerprint(self.misjudge(load, task, wrong), task.spec, against=value)
                except (ShapeError, ValueError, ContentError) as e:
                    if not strict:
                        continue
                    if isinstance(e, ContentError):
                        raise
                    raise ContentError(f"{self.path}:{wrong.line}: known wrong answer {wrong.id}: {e}") from None
                wrongs[wrong.id] = {"fingerprint": mark, "message": wrong.message}
            out[task.id] = {"right": right, "wrongs": wrongs}
        return out

    # --- notebooks ---

    def source_notebook(self) -> NotebookNode:
        """The instructor's notebook with solutions and hidden tests, as `nbgrader generate_assignment` takes it."""
        return self._notebook(released=False)

    def learner_notebook(self) -> NotebookNode:
        """The notebook as learners get it: the same cells after nbgrader has cleared solutions and hidden tests."""
        return self._notebook(released=True)

    def _notebook(self, released: bool) -> NotebookNode:
        cells = [_markdown("title", f"# {self.topic} {self.title}")]
        for cell in self.cells:
            if cell.task is None:
                make = _markdown if cell.kind == "text" else _code
                cells.append(make(cell.id, cell.source))
                continue
            task = cell.task
            cells.append(_markdown(f"{task.id}-task", f"{task.text}\n\n*{_points(task.points)}*"))
            cells.append(_code(task.id, task.stub if released else task.answer, solution=True))
            visible = f"# Check of `{task.id}`\n{task.check}".rstrip()
            test = visible if released else visible + "\n" + hidden_test(self.topic, task)
            cells.append(_code(f"{task.id}-test", test, grade=True, locked=True, points=task.points))
            if task.after:
                cells.append(_code(f"{task.id}-after", task.after))
        notebook = new_notebook(cells=cells)
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook.metadata["language_info"] = {"name": "python"}
        nbformat.validate(notebook)
        return notebook


def hidden_test(topic: str, task: Task) -> str:
    """The hidden region of a task's test cell. `expect` compares with the reference on the edition that is graded."""
    return "\n".join(
        [
            "### BEGIN HIDDEN TESTS",
            "from grading.expected import expecting",
            f'expect = expecting("{topic}", "{task.id}")',
            task.hidden,
            "### END HIDDEN TESTS",
        ]
    )


def _points(points: int) -> str:
    return f"{points} point" if points == 1 else f"{points} points"


def _markdown(id: str, source: str) -> NotebookNode:
    return new_markdown_cell(source, id=_cell_id(id), metadata={"deletable": False, "editable": False})


def _code(
    id: str, source: str, *, solution: bool = False, grade: bool = False, locked: bool = False, points: int = 0
) -> NotebookNode:
    metadata: dict[str, Any] = {}
    if solution or grade:
        metadata["nbgrader"] = {
            "schema_version": 3,
            "grade_id": id,
            "solution": solution,
            "grade": grade,
            "locked": locked,
            "task": False,
            **({"points": points} if grade else {}),
        }
    return new_code_cell(source, id=_cell_id(id), metadata=metadata)


def _cell_id(id: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", id)[:64]


def _run(code: str, names: dict[str, Any], load: Loader, where: str) -> None:
    # The cells say `from course.case import load` as a learner would; the data they get is decided here.
    names["load"] = load
    try:
        tree = ast.parse(code, where)
        tree.body = [n for n in tree.body if not (isinstance(n, ast.ImportFrom) and n.module == "course.case")]
        with contextlib.redirect_stdout(io.StringIO()):  # what a learner would read in the page
            exec(compile(tree, where, "exec"), names)
    except Exception as e:
        lines = [frame.lineno for frame in traceback.extract_tb(e.__traceback__) if frame.filename == where]
        line = e.lineno if isinstance(e, SyntaxError) else lines[0] if lines else 1
        raise ContentError(f"{where}, line {line}: {type(e).__name__}: {e}") from e


# --- reading the text notebook ---


class _Reader:
    def __init__(self, path: Path):
        self.path = path
        text = read_text(path)
        match = re.match(r"# ---\n((?:#[^\n]*\n)*?)# ---\n", text)
        if not match:
            raise ContentError(
                f"{path}:1: expected a header between two lines `# ---`, with topic, title, tables, tasks."
            )
        yaml = "\n".join(line.removeprefix("#").removeprefix(" ") for line in match[1].splitlines())
        self.header = parse_yaml(yaml, path, _Header, first_line=2)
        self.body = text[match.end() :]
        first = text[: match.end()].count("\n") + 1
        self.lines = [first + self.body[: m.start()].count("\n") for m in _MARKER.finditer(self.body)]
        self.seen: set[tuple[str, str]] = set()

    def fail(self, line: int, message: str) -> ContentError:
        return ContentError(f"{self.path}:{line}: {message}")

    def exercise(self) -> Exercise:
        cells: list[Cell] = []
        tasks: dict[str, Task] = {}
        messages: dict[tuple[str, str], str] = {}
        for line, cell in self._cells():
            role, name = self._role(line, cell)
            if role in ("text", "given"):
                id = f"{role}-{1 + sum(c.kind == role for c in cells)}"
                cells.append(Cell(role, id, cell.source))
                continue
            if role == "task":
                tasks[name] = self._task(line, name, cell.source)
                cells.append(Cell("task", name, task=tasks[name]))
                continue
            if role == "wrong":
                self._wrong(line, name, cell, tasks, messages)
                continue
            task = self._known(line, name, tasks)
            if role == "hint":
                task.hints.append(cell.source)
            else:
                if role != "after" or cell.source:
                    self._once(line, role, name)
                setattr(task, role, cell.source)
        self._complete(tasks, messages)
        self._free(cells, tasks)
        return Exercise(self.path, self.header.topic, self.header.title, self.header.tables, tuple(cells))

    def _cells(self) -> Iterator[tuple[int, NotebookNode]]:
        notebook = jupytext.reads(self.body, fmt="py:percent")
        if len(notebook.cells) != len(self.lines):
            raise self.fail(
                self.lines[0] if self.lines else 1,
                f"found {len(self.lines)} markers `# %%` but {len(notebook.cells)} cells. Text before the first "
                "marker, or a marker inside a cell, is not allowed.",
            )
        yield from zip(self.lines, notebook.cells, strict=True)

    def _role(self, line: int, cell: NotebookNode) -> tuple[str, str]:
        meta = {k: v for k, v in cell.metadata.items() if k != "lines_to_next_cell"}
        title = meta.pop("title", "")
        code = cell.cell_type == "code"
        for role in ("wrong", "answer", "check", "hidden", "after", "hint", "task"):
            if role not in meta:
                continue
            markdown = role in ("task", "hint")
            if role != "wrong" and code == markdown:
                kind = "[markdown] " if markdown else ""
                raise self.fail(line, f'a {role} stands in a cell `# %% {kind}{role}="…"`.')
            unknown = set(meta) - {role, *(["task"] if role == "wrong" else [])}
            if unknown or title:
                raise self.fail(line, f"unknown mark {' '.join(sorted(unknown)) or title} in a cell of role {role}.")
            return role, str(meta[role])
        if meta or title not in ("", "given"):
            found = title or ", ".join(sorted(meta))
            raise self.fail(line, f"expected a cell marked given or by one of {', '.join(_ROLES)}; found {found}.")
        if code and title != "given":
            raise self.fail(line, "a code cell needs a role: `# %% given`, or answer, check, hidden, after or wrong.")
        return ("given" if code else "text"), ""

    def _task(self, line: int, name: str, text: str) -> Task:
        if name not in self.header.tasks:
            raise self.fail(line, f"task {name} is not in the header; it has {', '.join(self.header.tasks)}.")
        self._once(line, "task", name)
        if not name.isidentifier():
            raise self.fail(line, f"the task's name {name!r} is the answer's variable, so it must be a Python name.")
        header = self.header.tasks[name]
        try:
            spec = Spec.parse(name, header.answer)
        except ValueError as e:
            raise self.fail(line, f"the answer of task {name} in the header: {e}.") from None
        return Task(name, header.points, spec, text, line=line)

    def _once(self, line: int, role: str, name: str) -> None:
        if (role, name) in self.seen:
            raise self.fail(line, f"there is a second {role} cell for {name}; one is expected.")
        self.seen.add((role, name))

    def _known(self, line: int, name: str, tasks: dict[str, Task]) -> Task:
        if name not in tasks:
            raise self.fail(line, f"this cell belongs to task {name}, whose question does not stand above it.")
        return tasks[name]

    def _wrong(
        self, line: int, name: str, cell: NotebookNode, tasks: dict[str, Task], messages: dict[tuple[str, str], str]
    ) -> None:
        if "task" not in cell.metadata:
            raise self.fail(line, f'known wrong answer {name} does not say of which task; write task="…".')
        task = self._known(line, cell.metadata["task"], tasks)
        if cell.cell_type == "markdown":
            messages[task.id, name] = cell.source
            return
        if (task.id, name) not in messages:
            raise self.fail(line, f"known wrong answer {name} has no message; it stands in a markdown cell above it.")
        self._once(line, "wrong", f"{task.id}/{name}")
        task.wrongs[name] = Wrong(name, messages[task.id, name], cell.source, line)

    def _free(self, cells: list[Cell], tasks: dict[str, Task]) -> None:
        """An answer may not have the name of something that given cells import: graders would find that instead."""
        for cell in (c for c in cells if c.kind == "given"):
            try:
                nodes = list(ast.walk(ast.parse(cell.source)))
            except SyntaxError:
                continue  # said, with its line, when the cell is run
            imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
            for name in (alias.asname or alias.name for node in imports for alias in node.names):
                if name in tasks:
                    message = f"task {name} has the name of something that cell {cell.id} imports; rename it."
                    raise self.fail(tasks[name].line, message)

    def _complete(self, tasks: dict[str, Task], messages: dict[tuple[str, str], str]) -> None:
        for name in self.header.tasks:
            if name not in tasks:
                raise self.fail(1, f'the header has task {name}, but there is no cell `# %% [markdown] task="{name}"`.')
        for task in tasks.values():
            for role in ("answer", "check", "hidden"):
                if not getattr(task, role):
                    raise self.fail(task.line, f'task {task.id} has no cell `# %% {role}="{task.id}"`.')
            if not _SOLUTION.search(task.answer):
                expected = "### BEGIN SOLUTION and ### END SOLUTION"
                raise self.fail(task.line, f"the answer of task {task.id} has no region between {expected}.")
        for task_id, name in messages:
            if name not in tasks[task_id].wrongs:
                raise self.fail(
                    tasks[task_id].line, f"known wrong answer {name} of {task_id} has a message but no code."
                )
