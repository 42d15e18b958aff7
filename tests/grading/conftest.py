"""A course of one small module, real in every part, and the ways in which learners hand it in."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from grading.coursedir import CourseFiles, assignments
from grading.intake import Released
from grading.pool import Nursery

MODULE = """\
id: 1
slug: objectives
title: Objectives
status: planned
question: What first?
topics:
  - {id: "1.1", slug: margin, title: Margin, skill: s, decision: d, answer: a, truth: t, tables: []}
  - {id: "1.2", slug: shares, title: Shares, skill: s, decision: d, answer: a, truth: t, tables: [accounts]}
"""

MARGIN = """\
# ---
# topic: "1.1"
# title: The margin that is left
# tables: []
# tasks:
#   margin:
#     points: 3
#     answer: {type: number, tolerance: 0.001}
#   best:
#     points: 2
#     answer: {type: text}
# ---
# %% [markdown]
# Two product lines.
# %% given
import pandas as pd

lines = pd.DataFrame({"line": ["a", "b"], "revenue_eur": [100.0, 300.0], "cost_eur": [50.0, 240.0]})
# %% [markdown] task="margin"
# The margin of both lines together, as a share of revenue, in `margin`.
# %% answer="margin"
### BEGIN SOLUTION
margin = 1 - lines.cost_eur.sum() / lines.revenue_eur.sum()
### END SOLUTION
# %% check="margin"
assert 0 < margin < 1, "A margin lies between 0 and 1."
# %% hidden="margin"
expect(margin)
# %% [markdown] wrong="mean" task="margin"
# This is the mean of the **two margins**. The small line then counts as much as the large one.
# %% wrong="mean" task="margin"
margin = (1 - lines.cost_eur / lines.revenue_eur).mean()
# %% [markdown] task="best"
# The name of the line with the higher margin, in `best`.
# %% answer="best"
### BEGIN SOLUTION
best = lines.line[(1 - lines.cost_eur / lines.revenue_eur).idxmax()]
### END SOLUTION
# %% check="best"
assert isinstance(best, str), "Expected the name of a line."
# %% hidden="best"
expect(best)
# %% [markdown] wrong="revenue" task="best"
# That is the line with the higher revenue.
# %% wrong="revenue" task="best"
best = lines.line[lines.revenue_eur.idxmax()]
"""

SHARES = """\
# ---
# topic: "1.2"
# title: Shares of accounts
# tables: [accounts]
# tasks:
#   shares:
#     points: 4
#     answer: {type: mapping, tolerance: 0.0001}
# ---
# %% given
from course.case import load

accounts = load("accounts")
# %% [markdown] task="shares"
# Each industry's share of the accounts, in `shares`.
# %% answer="shares"
### BEGIN SOLUTION
shares = accounts.industry.value_counts(normalize=True)
### END SOLUTION
# %% check="shares"
assert len(shares) == accounts.industry.nunique(), "Expected one entry for each industry."
# %% hidden="shares"
expect(shares)
# %% [markdown] wrong="spend" task="shares"
# These are shares of **spend**, not of accounts.
# %% wrong="spend" task="shares"
shares = accounts.groupby("industry").annual_spend_eur.sum() / accounts.annual_spend_eur.sum()
"""

MEMO = """\
---
title: Advice to the board
reader: The finance director
words: 200
rubric:
  - {id: decision, name: Decision, levels: [none, hinted, stated, stated first]}
  - {id: evidence, name: Evidence, levels: [none, one figure, two figures, checked figures]}
  - {id: limits, name: Limits, levels: [none, one, two, tested]}
  - {id: action, name: Action, levels: [none, vague, who, who and when]}
samples:
  - title: Good
    text: Sell more of line a.
    marks: {decision: 3, evidence: 1, limits: 0, action: 0}
    reasons: {decision: x, evidence: x, limits: x, action: x}
  - title: Weak
    text: Sell.
    marks: {decision: 1, evidence: 0, limits: 0, action: 0}
    reasons: {decision: x, evidence: x, limits: x, action: x}
---
Advise the board which line to grow.
"""

RIGHT = {
    "margin": "margin = 1 - lines.cost_eur.sum() / lines.revenue_eur.sum()",
    "best": 'best = "a"',
    "shares": "shares = accounts.industry.value_counts(normalize=True).to_dict()",
    "memo": "Grow line a: it earns half of what it sells.",
}
"""Right answers by the id of the answer cell."""


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """What workers of this machine are forked from."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of the small course."""
    root = tmp_path_factory.mktemp("course")
    for path, text in {
        "modules/01-objectives/module.yml": MODULE,
        "exercises/01-objectives/1.1-margin.py": MARGIN,
        "exercises/01-objectives/1.2-shares.py": SHARES,
        "exercises/01-objectives/memo.md": MEMO,
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return root


@pytest.fixture(scope="session")
def released(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Released]:
    """Its notebooks as nbgrader releases them."""
    course = CourseFiles(tmp_path_factory.mktemp("nbgrader"))
    found = assignments(root)
    course.build(found)
    return course.released(found)


@pytest.fixture(scope="session")
def answer(released: dict[tuple[str, str], Released]) -> Callable[..., dict[str, str]]:
    """Fill in notebooks: answers by cell id; gives the text of each notebook by file name."""

    def fill(answers: dict[str, str]) -> dict[str, str]:
        files = {}
        for (_, name), release in released.items():
            notebook = json.loads(nbformat.writes(release.notebook))
            for cell in notebook["cells"]:
                grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
                if grade_id in answers:
                    cell["source"] = answers[grade_id]
            files[f"{name}.ipynb"] = json.dumps(notebook)
        return files

    return fill


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write a learner's files into `folder/01-objectives`."""
    (folder / "01-objectives").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / "01-objectives" / name).write_text(text, "utf-8")
    return folder


def pack(path: Path, files: dict[str, str | bytes]) -> Path:
    """Write a zip archive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path
