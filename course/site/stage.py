"""Builds the site: stages plain Markdown and HTML, has the generator make pages of it, adds what pages load.

    .build/docs     staged pages                  .build/html     the generator's output
    .build/assets   exercises, quizzes, data      site/           all of it, with the page's scripts and Python

Each step rewrites only what changed, so that the site can be served while it is built again.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache as cache_of_process
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import nbformat

from course.case.edition import PRACTICE_SEED, Edition
from course.case.package import DESCRIPTOR
from course.case.registry import published
from course.curriculum import Curriculum, Module, Topic
from course.errors import BuildError, CourseError
from course.exercise import Exercise
from course.memo import Memo
from course.own import OwnData, as_imported
from course.page import exercise_page, memo_page, quiz_page
from course.quiz import Quiz
from course.reading import Reading, render
from course.site import pages
from course.site.cache import Cache
from course.site.folder import Folder
from course.site.links import broken_links
from course.site.turn import turn
from course.training import Training

LINKS = (
    ("Course map", "index"),
    ("Glossary", "glossary"),
    ("Concepts", "concepts"),
    ("Data", "data"),
    ("Sources", "sources"),
)
MORE = (("For instructors", "instructors"), ("For organisations", "organisations"), ("Sources", "sources"))

# What the generator's theme brings along and these pages do not load.
_UNUSED = ("assets/javascripts/", "assets/stylesheets/", "assets/images/", "sitemap.xml")
# What is put into the site after the generator has run.
_ADDED = ("assets/app/", "assets/py/", "lite/")


def build_site(
    curriculum: Curriculum, site: Path, training: Training, *, say: Callable[[str], None] = print, assets: bool = True
) -> None:
    """Build the whole site into the folder `site`, changing there only what differs.

    `say` is told what is being done. Without `assets`, the page's scripts and Python are left as they are.
    Raises CourseError naming what is wrong; the folder then still holds the site as it was. A build that is running in
    the same checkout is waited for.
    """
    work = curriculum.root / ".build"
    with turn(work, say):
        _build(curriculum, work, site, training, say, assets)


def _build(
    curriculum: Curriculum, work: Path, site: Path, training: Training, say: Callable[[str], None], assets: bool
) -> None:
    began = time.monotonic()
    say("Running readings and exercises …")
    plan = stage(curriculum, work, training)
    say("Making pages …")
    _generate(curriculum.root, plan, training)
    target = Folder(site)
    target.copy(work / "html", skip=lambda name: name.startswith(_UNUSED))
    target.copy(work / "assets", "assets")
    target.close(keep=lambda name: name.startswith(_ADDED))
    if assets:
        from course.site.assets import build_assets

        say("Adding scripts and Python …")
        build_assets(site)
        problems = broken_links(site)
        if problems:
            raise BuildError("These links lead nowhere:\n" + "\n".join(problems))
    say(f"Built {site} in {time.monotonic() - began:.1f} s.")


@dataclass
class Plan:
    """What the generator needs to know beside the staged pages."""

    nav: list[Any] = field(default_factory=list)
    modules: dict[int, dict[str, Any]] = field(default_factory=dict)


def stage(curriculum: Curriculum, work: Path, training: Training) -> Plan:
    """Write pages to `work`/docs and what they load to `work`/assets. Raises ContentError on the first bad source."""
    docs, assets = Folder(work / "docs"), Folder(work / "assets")
    cache = Cache(curriculum.root / ".cache" / "site")
    load = practice()
    own = _own(training.data) if training.data else None
    _run_ahead(curriculum, training, cache)
    plan = Plan(nav=["index.md"])
    exercises: dict[str, dict[str, Any]] = {}
    notebooks: list[dict[str, Any]] = []
    tasks: dict[str, set[str]] = {}

    verdicts = own.verdicts(curriculum) if own else {}
    carried = [id for id, found in verdicts.items() if found.answers is not None]

    docs.write("index.md", pages.home(curriculum, carried if own else None))
    for module in curriculum.modules:
        entry: dict[str, Any] = {
            "id": module.id,
            "title": module.title,
            "url": f"{module.folder}/index.html",
            "topics": [],
            "memo": "",
        }
        plan.modules[module.id] = entry
        plan.nav.append(f"{module.folder}/index.md")
        docs.write(f"{module.folder}/index.md", pages.module_page(module, curriculum))
        quiz = Quiz.read(curriculum.quiz(module)) if curriculum.quiz(module).exists() else None
        for topic in module.topics:
            name = f"{module.folder}/{topic.stem}"
            written = curriculum.reading(module, topic).exists()
            entry["topics"].append({"id": topic.id, "title": topic.title, "url": f"{name}.html", "written": written})
            parts: dict[str, list[str]] = {"tasks": [], "quiz": []}
            there = curriculum.exercise(module, topic).exists()
            lacking = verdicts[topic.id].reason if own and there else ""
            if there and not lacking:
                exercise = _exercise(curriculum, module, topic, training, cache)
                parts["tasks"] = [cell["id"] for cell in exercise.page["cells"] if cell["kind"] == "task"]
                for table in exercise.page["tables"]:
                    tasks.setdefault(table, set()).add(topic.id)
                assets.write(f"exercises/{topic.id}.json", _json(exercise.page))
                assets.write(f"notebooks/{exercise.page['notebook']}", exercise.notebook)
                listed = {"module": module.id, "topic": topic.id, "path": exercise.page["notebook"]}
                # A notebook that is taken along would make the practice edition, so it takes the tables along.
                tables_too = {"data": [DESCRIPTOR, *(f"{t}.csv" for t in exercise.page["tables"])]} if own else {}
                notebooks.append(listed | {"title": topic.title} | tables_too)
            items = quiz.of(topic.id) if quiz else []
            if items:
                parts["quiz"] = [item.id for item in items]
                assets.write(f"quiz/{topic.id}.json", _json(quiz_page(topic.id, items)))
            if not written:
                continue
            exercises[topic.id] = parts
            reading = executed(curriculum, module, topic, cache, load)
            for figure in reading.figures:
                for path, spec in figure.files().items():
                    assets.write(path.removeprefix("assets/"), spec)
            plan.nav.append(f"{name}.md")
            text = pages.topic_page(
                module, topic, reading, curriculum,
                exercise=bool(parts["tasks"]), own=own is not None, lacking=lacking, quiz=bool(items),
                notebook=f"assets/notebooks/{name}.ipynb",
            )  # fmt: skip
            docs.write(f"{name}.md", text)
        if curriculum.memo(module).exists():
            memo = Memo.read(curriculum.memo(module))
            number = f"{module.id:02d}"
            content = memo_page(memo, module.folder)
            assets.write(f"exercises/{number}-memo.json", _json(content))
            assets.write(f"notebooks/{content['notebook']}", _notebook(memo.learner_notebook()))
            notebooks.append({"module": module.id, "topic": None, "path": content["notebook"], "title": memo.title})
            docs.write(f"{module.folder}/memo.md", pages.memo_page(module, memo.title, number))
            plan.nav.append(f"{module.folder}/memo.md")
            entry["memo"] = f"{module.folder}/memo.html"
    assets.write("exercises/index.json", _json(exercises))
    assets.write("notebooks/index.json", _json(notebooks))

    files = own.files(curriculum, verdicts) if own else _practice_files(curriculum, cache)
    rows, firsts = _data(files, assets)
    tables = {name: node for name, node in published().items() if name in rows}
    if own:
        tables = {name: as_imported(node, firsts[name][0], rows) for name, node in tables.items()}
    whose = (
        "The tables of your own organisation on which its tasks run, as they were imported. What the readings say of "
        "Tessaly Instruments is computed from that company’s tables, which are not part of this site. What columns "
        "mean is said in the words of those tables. "
        if own
        else f"The tables of Tessaly Instruments, practice edition (seed {PRACTICE_SEED}). All people and firms in "
        "them are invented. History runs from January 2023 to December 2025; amounts are in euros unless the unit says "
        "otherwise. "
    )
    docs.write("glossary.md", pages.glossary(curriculum.glossary.values()))
    docs.write("concepts.md", pages.concepts(curriculum.concepts.values(), curriculum))
    docs.write("sources.md", pages.sources(curriculum))
    docs.write("data.md", pages.data_dictionary(tables, rows, whose, curriculum, firsts, tasks))
    docs.write("instructors.md", pages.text("instructors", "For instructors"))
    docs.write("organisations.md", pages.text("organisations", "For organisations"))
    docs.close()
    assets.close()
    return plan


@cache_of_process
def practice() -> Callable[..., Any]:
    """`load` on the practice edition, whatever data the working directory holds; callers get tables of their own."""
    edition = Edition(PRACTICE_SEED)

    def load(*names: str) -> Any:
        tables = tuple(edition.table(name).copy() for name in names)
        return tables[0] if len(tables) == 1 else tables

    return load


# From so many topics on, starting further processes costs less than they save.
_MANY = 20


def _run_ahead(curriculum: Curriculum, training: Training, cache: Cache) -> None:
    """Run what is not in the cache yet on all processors, where there is much of it.

    What fails is left to be run again in its turn, so that a mistake is reported once and in order.
    """
    todo = [
        (curriculum.root, module.folder, topic.id, training)
        for module, topic in curriculum.topics()
        if not all(cache.path(*key).exists() for key in _keys(curriculum, module, topic, training))
    ]
    if len(todo) < _MANY:
        return
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for done in [pool.submit(_run_topic, *arguments) for arguments in todo]:
            done.exception()


_curriculum_of = cache_of_process(Curriculum)  # a further process lives for one build, so it reads the course once


def _run_topic(root: Path, folder: str, id: str, training: Training) -> None:
    curriculum = _curriculum_of(root)
    module, topic = curriculum.module(folder), curriculum.topic(id)
    cache = Cache(root / ".cache" / "site")
    with suppress(CourseError):
        if curriculum.exercise(module, topic).exists():
            _exercise(curriculum, module, topic, training, cache)
    with suppress(CourseError):
        if curriculum.reading(module, topic).exists():
            executed(curriculum, module, topic, cache, practice())


def _registers(curriculum: Curriculum) -> list[Path]:
    """What a page names besides its own text: titles, sources, claims, terms."""
    folder = curriculum.root / "modules"
    return [folder / f"{name}.yml" for name in ("concepts", "sources", "claims", "glossary")] + [
        folder / module.folder / "module.yml" for module in curriculum.modules
    ]


_Key = tuple[str, list[Path], Any]


def _keys(curriculum: Curriculum, module: Module, topic: Topic, training: Training) -> list[_Key]:
    """What is kept of a topic: its executed reading and exercise, where they are written."""
    keys = []
    if curriculum.reading(module, topic).exists():
        keys.append(reading_key(curriculum, module, topic))
    if curriculum.exercise(module, topic).exists():
        keys.append(_exercise_key(curriculum, module, topic, training))
    return keys


def reading_key(curriculum: Curriculum, module: Module, topic: Topic) -> _Key:
    """What the cache keeps an executed reading by."""
    written = [t.id for _, t in curriculum.topics(written=True)]
    return "reading", [curriculum.reading(module, topic), *_registers(curriculum)], written


def _exercise_key(curriculum: Curriculum, module: Module, topic: Topic, training: Training) -> _Key:
    own = _own(training.data).digest if training.data else ""
    return "exercise", [curriculum.exercise(module, topic)], (module.folder, training.shows_solutions, own)


def executed(
    curriculum: Curriculum, module: Module, topic: Topic, cache: Cache, load: Callable[..., Any] | None = None
) -> Reading:
    """A topic's reading, run on the data that `load` gives (the practice edition) unless it is in the cache."""
    path = curriculum.reading(module, topic)
    return cache.get(*reading_key(curriculum, module, topic), lambda: render(path, curriculum, load or practice()))


@dataclass
class _Exercise:
    page: dict[str, Any]
    notebook: str


def _exercise(curriculum: Curriculum, module: Module, topic: Topic, training: Training, cache: Cache) -> _Exercise:
    path = curriculum.exercise(module, topic)
    own = _own(training.data) if training.data else None

    def make() -> _Exercise:
        exercise = Exercise.read(path)
        load = own.load if own else practice()
        page = exercise_page(exercise, module.folder, load, training.shows_solutions, strict=own is None)
        return _Exercise(page, _notebook(exercise.learner_notebook()))

    return cache.get(*_exercise_key(curriculum, module, topic, training), make)


@cache_of_process
def _own(folder: str) -> OwnData:
    return OwnData(Path(folder))


_Rows = dict[str, list[list[str]]]
_SHOWN = 8  # rows of a table to look at in the page


def _practice_files(curriculum: Curriculum, cache: Cache) -> dict[str, bytes]:
    """The files of the practice edition's data package by name."""

    def make() -> dict[str, bytes]:
        folder = Edition(PRACTICE_SEED).write(curriculum.root / ".build" / "package")
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    return cache.get("data", [], PRACTICE_SEED, make)


def _data(files: dict[str, bytes], assets: Folder) -> tuple[dict[str, int], _Rows]:
    """Put a data package among the assets; return its tables' numbers of rows and first rows."""
    for name, content in files.items():
        assets.write(f"data/{name}", content)
    resources = json.loads(files[DESCRIPTOR])["resources"]
    firsts: _Rows = {}
    for resource in resources:
        with io.TextIOWrapper(io.BytesIO(files[resource["path"]]), "utf-8", newline="") as text:
            firsts[resource["name"]] = list(islice(csv.reader(text), 1 + _SHOWN))
    return {resource["name"]: resource["rows"] for resource in resources}, firsts


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _notebook(notebook: nbformat.NotebookNode) -> str:
    text: str = nbformat.writes(notebook)
    return text + "\n"


def _generate(root: Path, plan: Plan, training: Training) -> None:
    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import Abort, MkDocsException

    links = [{"title": title, "url": f"{name}.html"} for title, name in LINKS]
    more = [{"title": title, "url": f"{name}.html"} for title, name in MORE]
    with _heeded_log() as said:
        try:
            config = load_config(
                str(root / "mkdocs.yml"),
                site_name=training.name,
                nav=plan.nav,
                extra={"course": {"modules": plan.modules, "links": links, "more": more}},
            )
            build(config)
        except (Abort, MkDocsException) as error:
            raise BuildError("The pages have errors:\n" + "\n".join(said or [str(error)])) from None


@contextmanager
def _heeded_log() -> Iterator[list[str]]:
    """Collect the generator's warnings and errors instead of printing them."""
    said: list[str] = []

    class Heed(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    handler = Heed(logging.WARNING)
    log = logging.getLogger("mkdocs")
    before = log.propagate
    log.addHandler(handler)
    log.propagate = False
    try:
        yield said
    finally:
        log.removeHandler(handler)
        log.propagate = before
