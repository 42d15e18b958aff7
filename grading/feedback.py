"""The pages that a learner gets back: one of ours with every task, and nbgrader's of each notebook behind it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from html import escape
from pathlib import Path

from jinja2 import DictLoader
from markdown_it import MarkdownIt
from nbconvert.exporters import HTMLExporter
from nbconvert.writers.files import FilesWriter
from nbgrader.converters import GenerateFeedback

from grading.coursedir import CourseFiles, nbgrader_log
from grading.files import write_atomically
from grading.gradebook import Row

# Raw HTML stays text: reasons may hold what a learner's code printed.
_markdown = MarkdownIt("js-default", {"html": False, "linkify": False}).disable("image")

_MARKS = {
    "passed": ("good", "Passed"),
    "marked": ("good", "Marked"),
    "partly": ("warn", "Partly right"),
    "waiting": ("warn", "Waits to be marked"),
    "wrong": ("bad", "Not right yet"),
    "no answer": ("bad", "Not answered"),
    "missing": ("bad", "Not handed in"),
    "unreadable": ("bad", "Could not be read"),
    "not run": ("bad", "Could not be run"),
    "not compared": ("warn", "Could not be compared"),
}

_STYLE = """
:root{color-scheme:light dark;--ink:#1d2430;--soft:#566072;--paper:#fff;--line:#d9dde4;--good:#1b6b3a;--bad:#a12622;
--warn:#7a5200}
@media (prefers-color-scheme:dark){:root{--ink:#e8ebf0;--soft:#a9b2c0;--paper:#171b22;--line:#39414e;--good:#7fd09b;
--bad:#ff9d94;--warn:#e8c06a}}
body{font:1rem/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:46rem;margin:2.5rem auto;
padding:0 1.25rem}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2.5rem 0 .5rem}p{margin:.4rem 0}
.soft{color:var(--soft)}
article{border-top:1px solid var(--line);padding:.75rem 0}h3{font-size:1rem;margin:0;display:flex;gap:.75rem;
flex-wrap:wrap}h3 .points{margin-left:auto;font-variant-numeric:tabular-nums}.good{color:var(--good)}
.bad{color:var(--bad)}.warn{color:var(--warn)}a{color:inherit}code{font-size:.92em}
@media print{body{margin:0}}
"""


# nbgrader's template loads MathJax from another host, and its other scripts only serve MathJax.
_NO_SCRIPTS = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
_NO_MATHJAX = DictLoader(
    {
        "mathjax.html.j2": "{% macro mathjax() %}"
        f'<meta http-equiv="Content-Security-Policy" content="{_NO_SCRIPTS}">'
        "{% endmacro %}"
    }
)


def shown(source: str) -> str:
    """Return Markdown as HTML that can do nothing: HTML in it stays text; images and unsafe links are no more."""
    return _markdown.render(source)


def write_page(path: Path, name: str, rows: Sequence[Row], notes: Sequence[str], titles: dict[str, str]) -> None:
    """Write a learner's page. `titles` give modules and notebooks their titles; `notes` are remarks on the files."""
    points, most = sum(r.points for r in rows), sum(r.max for r in rows)
    waiting = sum(r.status == "waiting" for r in rows)
    body = [f"<h1>Feedback for {escape(name)}</h1>", f"<p>{_number(points)} of {_number(most)} points"]
    body.append(
        f"; {waiting} {'memo waits' if waiting == 1 else 'memos wait'} to be marked.</p>" if waiting else ".</p>"
    )
    if notes:
        body.append("<h2>About what you handed in</h2><ul>")
        body += [f"<li>{escape(note)}</li>" for note in notes]
        body.append("</ul>")
    module = notebook = ""
    for row in rows:
        if row.module != module:
            module = row.module
            body.append(f"<h2>{escape(titles.get(module, module))}</h2>")
        if row.notebook != notebook:
            notebook = row.notebook
            title = escape(titles.get(f"{module}/{notebook}", notebook))
            page = f"{path.stem}/{module}/{notebook}.html"
            link = f' <a href="{escape(page)}">Your notebook</a>' if (path.parent / page).exists() else ""
            body.append(f'<p class="soft">{title}{link}</p>')
        kind, mark = _MARKS[row.status]
        reason = shown(row.reason) if row.reason else ""
        body.append(
            f'<article><h3><span>{escape(row.task)}</span><span class="{kind}">{mark}</span>'
            f'<span class="points">{_number(row.points)} of {_number(row.max)}</span></h3>{reason}</article>'
        )
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Feedback for {escape(name)}'
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head += f'</title><meta http-equiv="Content-Security-Policy" content="{policy}"><style>{_STYLE}</style>'
    write_atomically(
        path, f'<!doctype html><html lang="en"><head>{head}</head><body><main>{"".join(body)}</main></body></html>\n'
    )


class NotebookPages:
    """nbgrader's feedback pages; its templates are compiled once for all of them."""

    def __init__(self, course: CourseFiles) -> None:
        self.course = course
        with nbgrader_log():
            self._converter = GenerateFeedback(coursedir=course.directory("*"), config=course.config())
            self._converter.writer = FilesWriter(parent=self._converter, config=self._converter.config)
            self._converter.exporter = HTMLExporter(
                parent=self._converter, config=self._converter.config, extra_loaders=[_NO_MATHJAX]
            )
            for preprocessor in self._converter.preprocessors:
                self._converter.exporter.register_preprocessor(preprocessor)

    def write(self, learner: str, module: str, notebook: str, target: Path) -> bool:
        """Write the page of one executed notebook into nbgrader's folder and to `target`. Says whether it could."""
        source = self.course.path("autograded", learner, module, notebook)
        if not source.exists():
            return False
        with nbgrader_log():
            try:
                self._converter.convert_single_notebook(str(source))
            except Exception:
                # A page is an extra: what nbconvert can't show must not stop the batch.
                return False
        made = self.course.path("feedback", learner, module, notebook, ".html")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, target)
        return True


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
