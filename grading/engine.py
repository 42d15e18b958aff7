"""Turns a submission into a task for a worker, and a worker's result into an executed notebook."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from grading.notebook import is_answer, is_graded
from grading.pool import Result, Task
from grading.record import Kept, restore

SECONDS = 30.0
TOTAL = 120.0
MEMORY = 768 << 20


def task_for(
    rebuilt: NotebookNode,
    kept: Mapping[str, Kept],
    marks: Mapping[str, Any],
    *,
    data: str | None = None,
    files: str | None = None,
    own: Mapping[str, bytes] | None = None,
    trusted: Collection[str] = (),
    tables: Collection[str] = (),
    shared: bool = False,
) -> tuple[NotebookNode, Task]:
    """Give the notebook, in which hidden tests are restored, and the task that runs it.

    `marks` are the references that its tests may ask for; `data` and `files` digests of folders that workers are sent;
    `own` what the learner handed in beside the notebook, which yields to `files`; `trusted` the graded cells that may
    run beside the learner's code; `tables` what it is known to load; `shared` says that others who were given the same
    are graded next, so that it pays to run what the release begins with once for all.
    """
    notebook = restore(rebuilt, kept)
    cells = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        test = is_graded(cell) and not is_answer(cell)
        given = not is_answer(cell) and not str(cell.get("id", "")).startswith("extra-")
        cells.append(
            {"kind": "test" if test else "learner", "source": cell.source, "given": given, "grade_id": grade_id}
        )
    task = {
        "cells": cells, "marks": marks, "data": data, "files": files,
        "own": {name: base64.b64encode(content).decode() for name, content in (own or {}).items()},
        "trusted": sorted(trusted), "tables": sorted(tables), "ahead": _ahead(cells) if shared else 0,
        "seconds": SECONDS, "total": TOTAL, "memory": MEMORY,
    }  # fmt: skip
    return notebook, task


def _ahead(cells: list[dict[str, Any]]) -> int:
    """How many cells of the release come first; none if something of the learner's own comes in between them."""
    for number, cell in enumerate(cells):
        if cell["kind"] == "test":
            return number
        if not cell["given"]:
            return number if cell["grade_id"] else 0
    return len(cells)


def executed(notebook: NotebookNode, result: Result) -> NotebookNode:
    """Put the outputs of a result into the notebook."""
    outputs = iter(result["outputs"])
    for number, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), start=1):
        cell["execution_count"] = number
        cell["outputs"] = [NotebookNode(_node(output, number)) for output in next(outputs, [])]
    return notebook


def _node(output: dict[str, Any], number: int) -> dict[str, Any]:
    if output["output_type"] == "execute_result":
        output["execution_count"] = number
    if "data" in output:
        output["data"], output["metadata"] = NotebookNode(output["data"]), NotebookNode()
    return output


def digest_of(folder: Path) -> str:
    """A name for the contents of a folder."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]
