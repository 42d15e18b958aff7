"""Rebuilds the notebook to grade from the released one, so that nothing but answers comes from the submission.

Taken from a submission: the sources of answer cells (memo text too) and the learner's own extra cells. Everything else,
order, given code, tests and metadata, comes from the release; deleted, duplicated, edited or moved cells can't matter.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from course.errors import SubmissionError

MAX_CELLS = 1000
MAX_SOURCE = 200_000
# Far above what Jupyter writes into 10 MB, far below what would take the reader's memory.
_MAX_OBJECTS = 200_000
_MAX_VALUES = 2_000_000


@dataclass
class Rebuilt:
    """The notebook to grade, the ids of the answer cells that were changed, and remarks for learner and instructor."""

    notebook: NotebookNode
    answered: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class _Part:
    kind: str
    source: str
    grade_id: str | None
    cell_id: str | None


def parts_of(data: bytes) -> list[_Part]:
    """Read the cells of a submitted notebook. Raises SubmissionError saying why it is not one."""
    if data.count(b"{") > _MAX_OBJECTS or data.count(b"[") + data.count(b",") > _MAX_VALUES:
        raise SubmissionError("It holds far more values than a notebook does.")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SubmissionError("It is not a notebook: it is not text in UTF-8.") from None
    except RecursionError:
        raise SubmissionError("It is not a notebook: its values are nested too deeply.") from None
    except ValueError as e:
        at = f" (line {e.lineno}: {e.msg})" if isinstance(e, json.JSONDecodeError) else ""
        raise SubmissionError(f"It is not a notebook: it is not valid JSON{at}.") from None
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list):
        raise SubmissionError("It is not a notebook of format 4: it has no list of cells.")
    if len(cells) > MAX_CELLS:
        raise SubmissionError(f"It has {len(cells):,} cells; at most {MAX_CELLS:,} are read.")
    return [_part(cell) for cell in cells if isinstance(cell, dict)]


def _part(cell: dict[str, Any]) -> _Part:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        source = ""
    # Lone surrogates are valid in JSON and in no file.
    source = source.encode("utf-8", "replace").decode("utf-8")
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    kind, cell_id = cell.get("cell_type"), cell.get("id")
    return _Part(
        kind if isinstance(kind, str) else "",
        source,
        grade_id if isinstance(grade_id, str) else None,
        cell_id if isinstance(cell_id, str) else None,
    )


def rebuild(data: bytes, released: NotebookNode) -> Rebuilt:
    """Put a submission's answers and extra cells into a copy of the released notebook.

    The first cell that bears an answer's id holds the answer; later ones with that id follow it as extra cells. An
    extra cell comes after the released cell that it followed. Raises SubmissionError when `data` is no notebook.
    """
    parts = parts_of(data)
    notebook = copy.deepcopy(released)
    out = Rebuilt(notebook)
    by_grade_id: dict[str, int] = {}
    by_cell_id: dict[str, int] = {}
    by_source: dict[str, int] = {}
    for index, cell in enumerate(released.cells):
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id is not None:
            by_grade_id[grade_id] = index
        else:
            by_cell_id[cell.get("id")] = index
            by_source.setdefault(cell.source.strip(), index)
    sources: dict[int, str] = {}
    extras: dict[int, list[NotebookNode]] = {}
    anchor = -1
    for part in parts:
        index = by_grade_id.get(part.grade_id or "", -1)
        if index < 0:
            unchanged = by_source.get(part.source.strip())
            if unchanged is not None:
                anchor = unchanged
                continue
            anchor = by_cell_id.get(part.cell_id or "", anchor)
        else:
            anchor = index
            answer = is_answer(released.cells[index])
            if not answer:
                continue
            if index not in sources:
                if len(part.source) > MAX_SOURCE:
                    too_long = f"{len(part.source):,} characters, more than {MAX_SOURCE:,}"
                    out.notes.append(f"The answer cell {part.grade_id} holds {too_long}; it was taken as empty.")
                sources[index] = part.source if len(part.source) <= MAX_SOURCE else ""
                continue
            if part.source == sources[index]:
                continue
        extra = _extra(part)
        if extra is not None:
            extras.setdefault(anchor, []).append(extra)
    cells = list(extras.get(-1, []))
    for index, cell in enumerate(notebook.cells):
        if is_answer(cell):
            grade_id = cell.metadata.nbgrader.grade_id
            if index in sources:
                if sources[index].strip() != cell.source.strip():
                    out.answered.append(grade_id)
                cell.source = sources[index]
            else:
                out.notes.append(f"The answer cell {grade_id} is missing; the task counts as not answered.")
        cells.append(cell)
        cells.extend(extras.get(index, []))
    taken = {cell.get("id") for cell in notebook.cells}
    number = 0
    for cell in cells:
        if "id" not in cell:
            number += 1
            while f"extra-{number}" in taken:
                number += 1
            cell["id"] = f"extra-{number}"
    notebook.cells = cells
    return out


def text_of(notebook: NotebookNode) -> str:
    """A notebook as its file's text. What nbformat writes is easier on the eye and takes ten times as long."""
    return json.dumps(notebook, ensure_ascii=False) + "\n"


def notebook_of(text: str) -> NotebookNode:
    """The notebook of a text that `text_of` gave."""
    notebook: NotebookNode = json.loads(text, object_hook=NotebookNode)
    return notebook


def is_answer(cell: NotebookNode) -> bool:
    """Whether a released cell is one that the learner fills in."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def is_graded(cell: NotebookNode) -> bool:
    """Whether a released cell carries points."""
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta.get("grade") or meta.get("task"))


def _extra(part: _Part) -> NotebookNode | None:
    if not part.source.strip() or len(part.source) > MAX_SOURCE or part.kind not in ("code", "markdown"):
        return None
    cell = new_code_cell(part.source) if part.kind == "code" else new_markdown_cell(part.source)
    del cell["id"]
    return cell
