"""A small site with one page of each component, on which the page's parts are tested apart from the course."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from course.exercise import Exercise
from course.page import exercise_page
from course.site.assets import build_assets

HERE = Path(__file__).parent
NOTEBOOK = "01-objectives/1.4-small.ipynb"

DEALS = pd.DataFrame(
    {
        "deal_id": [f"D-{i:03}" for i in range(60)],
        "segment": [("enterprise", "mid-market", "small", "small")[i % 4] for i in range(60)],
        "revenue_eur": [1000.0 + 250 * (i % 7) + (4000 if i % 4 == 0 else 0) for i in range(60)],
        "won": [i % 3 != 0 for i in range(60)],
        "closed_on": pd.date_range("2025-01-01", periods=60, freq="6D"),
    }
)

QUIZ: dict[str, Any] = {
    "topic": "1.4",
    "items": [
        {
            "id": "1.4-q1",
            "type": "single",
            "stem": "<p>Who pays back?</p>",
            "options": [
                {"id": "a", "html": "Small", "right": False, "feedback": "<p>Small never does.</p>"},
                {"id": "b", "html": "Enterprise", "right": True, "feedback": "<p>It does in a year.</p>"},
                {"id": "c", "html": "Nobody", "right": False, "feedback": "<p>Somebody does.</p>"},
            ],
        },
        {
            "id": "1.4-q2",
            "type": "multiple",
            "stem": "<p>What belongs into CAC?</p>",
            "options": [
                {"id": "a", "html": "Sales pay", "right": True, "feedback": "<p>It does.</p>"},
                {"id": "b", "html": "Marketing", "right": True, "feedback": "<p>It does too.</p>"},
                {"id": "c", "html": "Hosting", "right": False, "feedback": "<p>That is cost of sales.</p>"},
            ],
        },
        {
            "id": "1.4-q3",
            "type": "numeric",
            "stem": "<p>CAC 12,000 EUR, margin 1,000 EUR a month. Payback?</p>",
            "value": 12,
            "tolerance": 0.5,
            "unit": "months",
            "feedback": {
                "right": "<p>12,000 over 1,000.</p>",
                "wrong": "<p>Divide cost by monthly margin.</p>",
                "known": [{"value": 1, "tolerance": 0.01, "html": "<p>That is in years.</p>"}],
            },
        },
    ],
}

MEMO: dict[str, Any] = {
    "kind": "memo",
    "id": "memo",
    "grade_id": "memo",
    "title": "Advice to the board",
    "notebook": "01-objectives/memo.ipynb",
    "words": 300,
    "points": 12,
    "html": "<p>Write half a page to Ingrid.</p>",
    "rubric": [{"id": c, "name": c, "levels": ["none", "some", "most", "all"]} for c in ("decision", "evidence")],
}

CHART = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "data": {"values": [{"x": "a", "y": 1}, {"x": "b", "y": 3}]},
    "params": [{"name": "least", "value": 0, "bind": {"input": "range", "min": 0, "max": 3, "name": "At least"}}],
    "title": {"text": {"expr": "least > 1 ? 'One is left' : 'Both are there'"}},
    "transform": [{"filter": "datum.y >= least"}],
    "mark": {"type": "bar", "color": "var(--c-1)"},
    "encoding": {"x": {"field": "x", "type": "nominal"}, "y": {"field": "y", "type": "quantitative"}},
}

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>A small page</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="{base}assets/app/site.css"><link rel="stylesheet" href="{base}assets/app/course.css">
<script type="module" src="{base}assets/app/course.js"></script>
</head>
<body data-md-color-scheme="{scheme}"><main><h1>A small page</h1>{body}</main></body>
</html>
"""

PAGES = {
    "topics/exercise.html": '<course-exercise src="../assets/exercises/1.4.json"><p>Needs JavaScript.</p>'
    "</course-exercise>",
    "topics/quiz.html": '<course-quiz src="../assets/quiz/1.4.json"></course-quiz>',
    "topics/memo.html": '<course-memo src="../assets/exercises/01-memo.json"></course-memo>',
    "map.html": "<course-progress></course-progress><ul><li data-topic='1.4'>Who pays back</li>"
    "<li data-topic='1.5'>Thresholds</li></ul><course-downloads></course-downloads>",
    "chart.html": '<div class="course-chart" data-spec="assets/charts/small.json" data-alt="B is three times A">'
    '<svg role="img" aria-label="B is three times A" width="100" height="50"></svg></div>',
}


def write_site(root: Path, lite: bool = False) -> None:
    """Write the small site into `root`, in light (`topics/quiz.html`) and in dark (`topics/quiz.dark.html`)."""
    exercise = Exercise.read(HERE / "1.4-small.txt")
    page = exercise_page(exercise, "01-objectives", lambda name: DEALS.copy(), solutions=True)
    page["notebook"] = NOTEBOOK
    notebook = exercise.learner_notebook()
    memo = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(
                "", metadata={"nbgrader": {"schema_version": 3, "grade_id": "memo", "solution": True, "grade": True}}
            )
        ]
    )
    fields = [
        {"name": "deal_id", "type": "string"},
        {"name": "segment", "type": "string"},
        {"name": "revenue_eur", "type": "number"},
        {"name": "won", "type": "boolean"},
        {"name": "closed_on", "type": "date"},
    ]
    package = {
        "name": "small",
        "resources": [
            {"name": name, "path": f"{name}.csv", "schema": {"fields": fields}} for name in ("deals", "more")
        ],
    }
    listed = [
        {"module": "01-objectives", "topic": "1.4", "path": NOTEBOOK, "title": exercise.title},
        {"module": "01-objectives", "topic": None, "path": MEMO["notebook"], "title": MEMO["title"]},
    ]
    contents = {"1.4": {"tasks": ["revenue", "best"], "quiz": ["1.4-q1", "1.4-q2", "1.4-q3"]}}
    for path, data in {
        "exercises/1.4.json": page,
        "exercises/01-memo.json": MEMO,
        "exercises/index.json": contents | {"1.5": {"tasks": ["rule"], "quiz": []}, "0.1": {"tasks": ["name"], "quiz": []}},
        "quiz/1.4.json": QUIZ,
        "charts/small.json": CHART,
        "notebooks/index.json": listed,
        "notebooks/" + NOTEBOOK: notebook,
        "notebooks/" + MEMO["notebook"]: memo,
        "data/datapackage.json": package,
    }.items():
        file = root / "assets" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(data), "utf-8")
    for name in ("deals", "more"):
        DEALS.to_csv(root / f"assets/data/{name}.csv", index=False, date_format="%Y-%m-%d")
    for path, body in PAGES.items():
        base = "../" * path.count("/")
        for scheme, ending in (("default", ".html"), ("slate", ".dark.html")):
            file = root / path.replace(".html", ending)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(PAGE.format(base=base, body=body, scheme=scheme), "utf-8")
    build_assets(root, lite=lite)
