"""Says in words what became of each task of one submitted notebook: its status and the reason that a learner reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from nbformat import NotebookNode

from grading.intake import Handed
from grading.notebook import is_answer, is_graded

Status = Literal[
    "passed", "partly", "wrong", "no answer", "missing", "unreadable", "not run", "not compared", "waiting", "marked"
]

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# What a terminal or a page would obey instead of showing.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST = 1200


@dataclass(frozen=True)
class Outcome:
    """What became of one graded cell, and the reason that learner and instructor read."""

    status: Status
    reason: str = ""


def task_of(grade_id: str) -> str:
    """The task that a graded cell belongs to: our test cells are named `<task>-test`."""
    return grade_id.removesuffix("-test")


def graded(released: NotebookNode) -> list[tuple[str, float]]:
    """The graded cells of a released notebook in order, with their points."""
    return [
        (cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.get("points", 0)))
        for cell in released.cells
        if is_graded(cell)
    ]


def nothing(released: NotebookNode, status: Status, reason: str) -> dict[str, Outcome]:
    """The outcomes of a notebook that could not be graded, by graded cell."""
    return {grade_id: Outcome(status, reason) for grade_id, _ in graded(released)}


def outcomes(executed: NotebookNode, handed: Handed) -> dict[str, Outcome]:
    """The outcomes of an executed notebook, by graded cell; its outputs decide, by nbgrader's rules."""
    out = {}
    answer: NotebookNode | None = None
    for cell in executed.cells:
        meta = cell.metadata.get("nbgrader", {})
        if is_answer(cell):
            answer = cell
        if not is_graded(cell):
            continue
        if is_answer(cell) or cell.cell_type != "code":
            changed = not is_answer(cell) or meta.grade_id in handed.answered
            out[meta.grade_id] = Outcome("waiting") if changed else Outcome("no answer", "Nothing was written here.")
        else:
            out[meta.grade_id] = _tested(cell, answer, handed)
    return out


def awarded_amiss(cell: NotebookNode) -> str:
    """What a test gave as points that its cell can't have: below zero, above its worth or no number; else nothing."""
    for output in cell.outputs if cell.cell_type == "code" and not is_answer(cell) else ():
        if output.output_type == "error":
            return ""
        if output.output_type == "execute_result":
            shown = str(output.data.get("text/plain", ""))
            if _is_number(shown) and not 0 <= float(shown) <= float(cell.metadata.nbgrader.get("points", 0)):
                return shown[:40]
            return ""
    return ""


def _tested(cell: NotebookNode, answer: NotebookNode | None, handed: Handed) -> Outcome:
    if amiss := awarded_amiss(cell):
        return Outcome("wrong", f"The test gave {amiss} points, which this task can't have.")
    error = _error(cell)
    if error is None and not any(o.output_type == "stream" and o.name == "stderr" for o in cell.outputs):
        for output in cell.outputs:
            if output.output_type == "execute_result":
                shown = str(output.data.get("text/plain", ""))
                return (
                    Outcome("partly", f"The test gave {shown[:40]} points.") if _is_number(shown) else Outcome("passed")
                )
        return Outcome("passed")
    if answer is not None and answer.metadata.nbgrader.grade_id not in handed.answered:
        return Outcome("no answer", "The answer cell was left as it came.")
    reason = error or "The test printed a warning, which counts as failed."
    own = _error(answer) if answer is not None else None
    if own:
        reason = f"Your code stopped with an error, {own}. {reason}" if own != reason else own
    return Outcome("wrong", reason[:_LONGEST])


def _error(cell: NotebookNode) -> str | None:
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            text = _CONTROL.sub("", _ANSI.sub("", str(output.evalue))).strip()
            if output.ename == "CellTimeoutError":
                return "It took too long and was stopped."
            if output.ename == "DeadKernelError":
                return "Python died while running it."
            return text if output.ename == "AssertionError" and text else f"{output.ename}: {text}".rstrip(": ")
    return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
