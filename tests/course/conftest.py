"""A course of one topic on three rows of data, small enough to break on purpose."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from course.curriculum import ROOT, Curriculum

EXERCISE = """\
# ---
# topic: "1.1"
# title: Which segment pays
# tables: [accounts]
# tasks:
#   margin:
#     points: 2
#     answer: {type: table, keys: [segment], columns: {margin_eur: 0.5}}
#   best:
#     points: 1
#     answer: {type: text}
# ---
# %% [markdown]
# The finance director wants to know which segment pays.
# %% given
from course.case import load

accounts = load("accounts")
# %% [markdown] task="margin"
# Sum revenue less cost in a DataFrame `margin`.
# %% answer="margin"
### BEGIN SOLUTION
accounts["margin_eur"] = accounts.revenue_eur - accounts.cost_eur
margin = accounts.groupby("segment", as_index=False).margin_eur.sum()
### END SOLUTION
# %% check="margin"
assert len(margin) == 2, "one row per segment"
# %% hidden="margin"
expect(margin)
# %% after="margin"
margin.set_index("segment")
# %% [markdown] hint="margin"
# Cost belongs to it.
# %% [markdown] wrong="revenue" task="margin"
# This sums revenue. The segment that costs most then looks best.
# %% wrong="revenue" task="margin"
margin = accounts.groupby("segment", as_index=False).revenue_eur.sum().rename(columns={"revenue_eur": "margin_eur"})
# %% [markdown] task="best"
# Name the segment with the highest margin as `best`.
# %% answer="best"
### BEGIN SOLUTION
best = margin.set_index("segment").margin_eur.idxmax()
### END SOLUTION
# %% check="best"
assert best in set(accounts.segment)
# %% hidden="best"
expect(best)
# %% [markdown] wrong="biggest" task="best"
# This names the segment that sells most.
# %% wrong="biggest" task="best"
best = accounts.groupby("segment").revenue_eur.sum().idxmax()
"""

READING = """\
---
topic: "1.1"
---

Tomasz has until Friday. The small segment sold {{ eur(sold) }}.

```python setup
accounts = load("accounts")
sold = accounts.loc[accounts.segment == "small", "revenue_eur"].sum()
```

## What most people do

They look at revenue [@skok].

## How to decide

Subtract cost; see [LTV](glossary:ltv).

## Watch it done

```python example
accounts.groupby("segment", as_index=False).revenue_eur.sum()
```

```python chart
figure(
    alt.Chart(accounts).mark_bar().encode(x="revenue_eur:Q", y="segment:N"),
    id="revenue", title="Small sells more", caption="Sum by segment.", alt="Small accounts sell more than mid-market.",
)
```

## What it does not tell you

How long they stay.

## From the essays

[Lifetime value](concept:A7) is counted in years [@barrett-2025].

## On Monday

Ask for cost.
"""

ACCOUNTS = pd.DataFrame(
    {
        "segment": ["small", "small", "mid-market"],
        "revenue_eur": [60_000.0, 50_000.0, 80_000.0],
        "cost_eur": [58_000.0, 49_000.0, 30_000.0],
    }
)


@pytest.fixture
def load() -> Callable[..., pd.DataFrame]:
    return lambda *names: ACCOUNTS.copy()


def small_course(folder: Path) -> Curriculum:
    """A copy of the real modules' outlines with one small topic in place of module 1's content."""
    for file in (ROOT / "modules").glob("*.yml"):
        (folder / "modules").mkdir(exist_ok=True)
        shutil.copy(file, folder / "modules")
    for file in (ROOT / "modules").glob("*/module.yml"):
        (folder / "modules" / file.parent.name).mkdir()
        outline = file.read_text("utf-8").replace("\nstatus: complete\n", "\nstatus: planned\n")
        (folder / "modules" / file.parent.name / file.name).write_text(outline, "utf-8")
    small = Curriculum(folder)
    module, topic = small.module("1"), small.topic("1.1")
    (folder / "exercises" / module.folder).mkdir(parents=True)
    small.exercise(module, topic).write_text(EXERCISE)
    small.reading(module, topic).write_text(READING)
    return small


@pytest.fixture
def curriculum(tmp_path: Path) -> Curriculum:
    return small_course(tmp_path)


@pytest.fixture
def exercise_path(curriculum: Curriculum) -> Path:
    return curriculum.exercise(curriculum.module("1"), curriculum.topic("1.1"))


@pytest.fixture
def reading_path(curriculum: Curriculum) -> Path:
    return curriculum.reading(curriculum.module("1"), curriculum.topic("1.1"))
