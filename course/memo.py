"""The memo that closes a module: half a page to a reader who can say no, graded by a person against a rubric."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from pydantic import Field

from course.errors import ContentError
from course.source import Source, parse_yaml, read_text


class Criterion(Source):
    """One row of the rubric; `levels` go from 0 points to 3, each described by what the text does."""

    id: str
    name: str
    levels: tuple[str, str, str, str]


class Sample(Source):
    """A sample memo for calibration, with the level given on each criterion and the reason."""

    title: str
    text: str
    marks: dict[str, int]
    reasons: dict[str, str]


class _Header(Source):
    title: str
    reader: str
    words: int = Field(ge=100, le=800)
    rubric: tuple[Criterion, ...] = Field(min_length=4, max_length=4)
    samples: tuple[Sample, ...] = Field(min_length=2)


@dataclass(frozen=True)
class Memo:
    """A memo task. `points` is three for each criterion."""

    path: Path
    title: str
    reader: str
    words: int
    rubric: tuple[Criterion, ...]
    samples: tuple[Sample, ...]
    text: str

    @classmethod
    def read(cls, path: Path) -> Memo:
        """Read a memo.md: a header with the rubric and samples, then the task. Raises ContentError."""
        source = read_text(path)
        parts = source.split("---\n", 2)
        if len(parts) != 3 or parts[0]:
            raise ContentError(
                f"{path}:1: expected a header between two lines `---`, with title, reader, words, rubric."
            )
        header = parse_yaml(parts[1], path, _Header, first_line=2)
        ids = {c.id for c in header.rubric}
        for sample in header.samples:
            if set(sample.marks) != ids or set(sample.reasons) != ids:
                raise ContentError(
                    f"{path}: sample {sample.title!r} needs a mark and a reason for {', '.join(sorted(ids))}."
                )
            if not all(0 <= mark <= 3 for mark in sample.marks.values()):
                raise ContentError(f"{path}: sample {sample.title!r}: a mark is a level from 0 to 3.")
        return cls(path, header.title, header.reader, header.words, header.rubric, header.samples, parts[2].strip())

    @property
    def points(self) -> int:
        return 3 * len(self.rubric)

    @property
    def name(self) -> str:
        """The name of the notebook, without ending: `01-memo`."""
        return f"{self.path.parent.name[:2]}-memo"

    def rubric_table(self) -> str:
        """The rubric as a Markdown table, levels from 3 to 0."""
        rows = ["| | 3 | 2 | 1 | 0 |", "| --- | --- | --- | --- | --- |"]
        rows += [f"| **{c.name}** | {' | '.join(reversed(c.levels))} |" for c in self.rubric]
        return "\n".join(rows)

    def source_notebook(self) -> NotebookNode:
        """The notebook with the cell that a person grades, as `nbgrader generate_assignment` takes it."""
        return self.learner_notebook()

    def learner_notebook(self) -> NotebookNode:
        """The notebook as learners get it; the answer cell is text."""
        task = f"# {self.title}\n\n{self.text}\n\n## How it is marked\n\n{self.rubric_table()}"
        metadata = {
            "nbgrader": {
                "schema_version": 3,
                "grade_id": "memo",
                "solution": True,
                "grade": True,
                "locked": False,
                "task": False,
                "points": self.points,
            }
        }
        cells = [
            new_markdown_cell(task, id="task", metadata={"deletable": False, "editable": False}),
            new_markdown_cell("", id="memo", metadata=metadata),
        ]
        notebook = new_notebook(cells=cells)
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.validate(notebook)
        return notebook
