"""The pages that are not readings, as plain Markdown and HTML: map, modules, topics around their reading, registers.

Links lead to Markdown files, relative to the page; the site generator turns them into links between pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from course.case.registry import Node
from course.curriculum import Concept, Curriculum, Module, Term, Topic
from course.quiz import html, inline
from course.reading import Reading
from course.site.diagram import by_domain, diagram, in_words

WITHOUT_SCRIPT = "This part runs in the page and needs JavaScript. Without it, take the notebook: "
TEXTS = Path(__file__).parent / "text"


def page(body: str, **meta: object) -> str:
    """A Markdown page with its front matter."""
    given = {name: value for name, value in meta.items() if value not in (None, "")}
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in given.items()]
    return "---\n" + "\n".join(lines) + "\n---\n\n" + body.strip() + "\n"


def home(curriculum: Curriculum, own: Sequence[str] | None = None) -> str:
    """The first page: what this is, for whom, where to begin, and the map of all modules and topics.

    `own` names the topics whose tasks run on an organisation's own data, where it has put them into the course.
    """
    modules = [m for m in curriculum.modules if m.id]
    written = [(module, topic) for module, topic in curriculum.topics(written=True) if module.id]
    topics = sum(len(m.topics) for m in modules)
    first = next(iter(written), None)
    before = next((m for m in curriculum.modules if not m.id), None)
    warm_up = (
        f'<p class="small">New to Python or pandas? <a href="{before.folder}/index.html">{escape(before.title)}</a> '
        f"takes {len(before.topics)} short steps and about {before.minutes} minutes.</p>"
        if before
        else ""
    )
    start = f'<a class="button" href="{_topic_url(*first)}">Start with {first[1].id}</a>' if first else ""
    body = f"""
<div class="hero">
<div>
<h1>{topics} decisions of a sales leader, each with its numbers</h1>
<p>You read how a decision goes wrong, watch it being worked out on a company’s data, then work out another one yourself
in the page. If your answer is one that sensible people give and regret, you are told which and why.</p>
<div class="buttons">{start}<a class="button quiet" href="#map">See the map</a></div>
{warm_up}
</div>
<div class="about">
<p><b>For people who decide.</b> Sales leaders, operations analysts, marketing partners. Tasks need a few lines of
Python; what is not the point is given.</p>
<p><b>Nothing to install.</b> Python runs in your browser. What you write stays on your device, and no request leaves
this site.</p>
<p><b>One company throughout.</b> Tessaly Instruments sells measuring devices, an analytics subscription and services.
It is invented; its data hold effects that a careful analysis finds and a quick one misses.</p>
{"" if own is None else _own(curriculum, own)}</div>
{_gauge(modules, {topic.id for _, topic in written})}
</div>

<h2 id="map">Course map</h2>
<course-progress></course-progress>
<div class="map">
{"".join(_map_module(m, curriculum) for m in modules)}
</div>
"""
    return page(body, title="Course map", wide=True)


def _own(curriculum: Curriculum, carried: Sequence[str]) -> str:
    """Whose data the tasks run on, with links to those that do."""
    tasks = [(m, t) for m, t in curriculum.topics(written=True) if m.id and curriculum.exercise(m, t).exists()]
    links = [f'<a href="{_topic_url(m, t)}">{t.id}</a>' for m, t in tasks if t.id in carried]
    which = f": {', '.join(links)}" if links else ""
    return (
        f"<p><b>Your organisation’s data.</b> {len(links)} of {len(tasks)} tasks run on your own tables{which}. Each "
        "of the others says what those lack. Readings, quizzes and memos stay with Tessaly Instruments.</p>\n"
    )


def _gauge(modules: list[Module], written: set[str]) -> str:
    """The whole course as a scale: a long mark for a module, a short one for a topic, the needle where to begin."""
    topics = [(module, topic) for module in modules for topic in module.topics]
    marks: list[str] = []
    for index, (module, topic) in enumerate(topics):
        x = f"{100 * index / len(topics):.3f}%"
        first = topic is module.topics[0]
        if topic.id in written and not any("needle" in mark for mark in marks):
            marks.append(f'<rect class="needle" x="{x}" y="6" width="3" height="48"/>')
        else:
            kind, height = ("major", 30) if first else ("minor", 16)
            marks.append(f'<rect class="{kind}" x="{x}" y="{54 - height}" width="1.5" height="{height}"/>')
        if first:
            marks.append(f'<text x="{x}" y="72" font-size="15">{module.id}</text>')
    return f'<svg class="gauge" aria-hidden="true">{"".join(marks)}</svg>'


def _map_module(module: Module, curriculum: Curriculum) -> str:
    written = [t for t in module.topics if curriculum.reading(module, t).exists()]
    tag = "" if written else ' <span class="tag">Not written yet.</span>'
    rows = "".join(_topic_row(module, topic, topic in written) for topic in module.topics)
    title = f'<a href="{module.folder}/index.html">{escape(module.title)}</a>'
    return f"""<section aria-labelledby="module-{module.id}">
<h3 id="module-{module.id}"><span class="number">{module.id}</span>{title}</h3>
<p class="question">{escape(module.question)}{tag}</p>
<ol class="topics">{rows}</ol>
</section>
"""


def _topic_row(module: Module, topic: Topic, written: bool, base: str = "", what: str = "") -> str:
    about = f'<span class="what">{escape(what)}</span>' if what else ""
    label = f'<span class="n">{topic.id}</span> <span>{escape(topic.title)}</span>'
    if not written:
        tag = '<span class="tag visually-hidden">not written yet</span>'
        return f'<li><span class="planned">{label} {tag}{about}</span></li>'
    url = f"{base}{topic.stem}.html" if base else _topic_url(module, topic)
    minutes = f'<span class="tag state">{topic.minutes} min</span>'
    return f'<li data-topic="{topic.id}"><a href="{url}">{label} {minutes}{about}</a></li>'


def _topic_url(module: Module, topic: Topic) -> str:
    return f"{module.folder}/{topic.stem}.html"


def module_page(module: Module, curriculum: Curriculum) -> str:
    """A module: the situation, what a learner can do afterwards, topics, concepts, the memo."""
    written = {t.id for t in module.topics if curriculum.reading(module, t).exists()}
    parts = []
    if not written:
        planned = "This module is planned. What each topic will decide is fixed; its pages are not written yet."
        parts.append(f'<p class="note">{planned}</p>')
    parts.append(f'<p class="decision"><b>The question</b>{escape(module.question)}</p>')
    if module.situation:
        parts.append(f"## The situation\n\n{module.situation}")
    if module.outcomes:
        parts.append("## What you can do afterwards\n\n" + "\n".join(f"- {o}" for o in module.outcomes))
    rows = "".join(_topic_row(module, t, t.id in written, "./", t.decision) for t in module.topics)
    progress = _part(f'<course-progress module="{module.id}"></course-progress>') + "\n\n" if written else ""
    parts.append(f'## Topics\n\n{progress}<ol class="topics full">{rows}</ol>')
    concepts = [curriculum.concepts[c] for c in module.concepts if c in curriculum.concepts]
    if concepts:
        lines = [f"- [{c.id} {c.name}](../concepts.md#{c.id.lower()})" for c in concepts]
        parts.append("## Ideas from the essays\n\n" + "\n".join(lines))
    if curriculum.memo(module).exists():
        memo = "The module closes with half a page of advice to a reader who can say no. [Write the memo](memo.md)."
        parts.append(f"## The memo\n\n{memo}")
    if module.decided:
        when = "after the memo" if module.id else "after the six steps"
        fold = f'<details class="fold" markdown="1">\n<summary>Read it {when}</summary>'
        parts.append(f"## What was decided\n\n{fold}\n\n{module.decided}\n\n</details>")
    if written:
        parts.append(f"## Take the notebooks with you\n\n{_part('<course-downloads></course-downloads>')}")
    return page(
        "\n\n".join(parts),
        title=module.title,
        module=module.id,
        time=_time(module.minutes) if written else None,
        description=module.question,
    )


def topic_page(
    module: Module,
    topic: Topic,
    reading: Reading,
    curriculum: Curriculum,
    *,
    exercise: bool,
    quiz: bool,
    notebook: str,
    own: bool = False,
    lacking: str = "",
) -> str:
    """A topic: its reading, then the task, the quiz and the sources.

    `own` says that tasks run on an organisation's own data, `lacking` why this one can't.
    """
    moment, _, rest = reading.markdown.partition("\n## ")
    parts = [
        f'<p class="decision"><b>{"The decision" if module.id else "The step"}</b>{escape(topic.decision)}</p>',
        f'<p class="note">{_INVENTED}</p>' if own else "",
        f'<div class="moment" markdown="1">\n\n{moment.strip()}\n\n</div>',
        f"## {rest.strip()}" if rest else "",
    ]
    if exercise:
        link = f'{WITHOUT_SCRIPT}<a href="../{notebook}">{escape(topic.id)} as a notebook</a>.'
        src = f"../assets/exercises/{topic.id}.json"
        element = f'<course-exercise src="{src}"><p class="note">{link}</p></course-exercise>'
        whose = f'<p class="note">{_YOURS}</p>\n\n' if own else ""
        parts.append(f"## Your turn\n\n{whose}{_part(element)}")
    if lacking:
        note = f"This task can’t be done on your organisation’s own data: {escape(lacking)}."
        parts.append(f'## Your turn\n\n<p class="note">{note}</p>')
    if quiz:
        src = f"../assets/quiz/{topic.id}.json"
        fallback = '<p class="note">The quiz runs in the page and needs JavaScript.</p>'
        element = f'<course-quiz src="{src}">{fallback}</course-quiz>'
        parts.append(f"## Check yourself\n\n{_part(element)}")
    parts.append(f"## Sources\n\n{_sources(reading, curriculum, own)}")
    return page(
        "\n\n".join(parts),
        title=topic.title,
        module=module.id,
        topic=topic.id,
        time=_time(topic.minutes),
        description=topic.decision,
    )


def _part(element: str) -> str:
    """A component of the page; without a block around it, Markdown would take it for a word in a paragraph."""
    return f'<div class="part">\n{element}\n</div>'


_INVENTED = "This reading is about Tessaly Instruments, the course’s invented company, and so are its figures."
_YOURS = (
    "This task runs on your organisation’s own tables, and so do its answers. Its text was written about Tessaly "
    "Instruments: names and figures in it are that company’s."
)


def _sources(reading: Reading, curriculum: Curriculum, own: bool) -> str:
    lines = [f"- {_reference(curriculum, key)}" for key in reading.sources]
    where = ", which are not part of this site" if own else ", [table by table](../data.md)"
    lines.append(f"- Figures about Tessaly Instruments are computed from its data{where}.")
    return "\n".join(lines)


def _reference(curriculum: Curriculum, key: str) -> str:
    source = curriculum.sources[key]
    return f"{source.text} [{_host(source.url)}]({source.url})" if source.url else source.text


def _host(url: str) -> str:
    return url.split("/")[2].removeprefix("www.")


def text(name: str, title: str) -> str:
    """A page whose text is a file of this package."""
    return page((TEXTS / f"{name}.md").read_text("utf-8"), title=title, register=True)


def memo_page(module: Module, title: str, number: str) -> str:
    """The memo that closes a module."""
    src = f"../assets/exercises/{number}-memo.json"
    fallback = '<p class="note">The memo is written in the page and needs JavaScript.</p>'
    body = _part(f'<course-memo src="{src}">{fallback}</course-memo>')
    return page(body, title=title, module=module.id, description=f"The memo that closes module {module.id}.")


def glossary(terms: Iterable[Term]) -> str:
    """All terms in order of the alphabet, each with its formula and usual misuse."""
    ordered = sorted(terms, key=lambda t: t.term.lower())
    parts = [_index("Terms", {t.id: t.term.partition(" (")[0] for t in ordered}, letters=True)]
    for term in ordered:
        formula = f'<p class="formula">{escape(term.formula)}</p>' if term.formula else ""
        misuse = f"<p><b>Usual misuse:</b> {inline(term.misuse)}</p>" if term.misuse else ""
        parts.append(_entry(term.id, escape(term.term), f"<p>{inline(term.means)}</p>{formula}{misuse}"))
    return page(
        "\n\n".join(parts),
        title="Glossary",
        register=True,
        description="Terms of the course with formula and usual misuse.",
    )


def concepts(entries: Iterable[Concept], curriculum: Curriculum) -> str:
    """What the essays teach, and in which module."""
    entries = list(entries)
    parts = [
        "Ideas that the course takes from four essays, in our words. Each is taught where it changes a decision.",
        _index("Concepts", {c.id.lower(): f"{c.id} {c.name}" for c in entries}),
    ]
    titles = {m.id: m for m in curriculum.modules}
    for concept in entries:
        source = curriculum.sources.get(concept.source)
        taught = [titles[m] for m in concept.modules if m in titles]
        where = ", ".join(f'<a href="{m.folder}/index.html">{m.id} {escape(m.title)}</a>' for m in taught)
        cited = f' <a href="sources.html#{source.key}">({escape(source.short)})</a>' if source else ""
        body = f'<p>{inline(concept.is_)}.{cited}</p><p class="small">Taught in {where}.</p>'
        title = f'<span class="number">{concept.id}</span> {escape(concept.name)}'
        parts.append(_entry(concept.id.lower(), title, body))
    return page(
        "\n\n".join(parts),
        title="Concepts",
        register=True,
        description="Ideas from the essays and where they are taught.",
    )


def sources(curriculum: Curriculum) -> str:
    """What the course cites, and every outside figure with its source, date and the care it needs."""
    places = {"cited": "What the course cites", "figures": "Figures from outside"}
    parts = [_index("Sources", places), "## What the course cites {#cited}"]
    for source in curriculum.sources.values():
        link = f' <a href="{escape(source.url)}">{escape(_host(source.url))}</a>' if source.url else ""
        parts.append(f'<div class="entry" id="{source.key}"><p>{inline(source.text)}{link}</p></div>')
    parts.append(
        "## Figures from outside {#figures}\n\nEvery figure in the course that is not computed from the case data "
        "is listed here. They are dated findings, never laws."
    )
    for claim in curriculum.claims.values():
        source_of = curriculum.sources.get(claim.source)
        cited = f'<a href="#{source_of.key}">{escape(source_of.short)}</a>' if source_of else escape(claim.source)
        body = (
            f"<p>{inline(claim.says)}.</p><p><b>With care:</b> {inline(claim.care)}</p>"
            f'<p class="small">{cited}; dated {escape(claim.dated)}; '
            f"looked up {claim.checked.day} {claim.checked:%B %Y}.</p>"
        )
        parts.append(f'<div class="entry" id="claim-{claim.id}">{body}</div>')
    return page("\n\n".join(parts), title="Sources", register=True, description="What the course cites and quotes.")


def data_dictionary(
    tables: Mapping[str, Node],
    rows: Mapping[str, int],
    whose: str,
    curriculum: Curriculum,
    firsts: Mapping[str, list[list[str]]],
    tasks: Mapping[str, set[str]],
) -> str:
    """Every table with its columns, units and keys, how tables join, and first rows to look at.

    `whose` says whose tables they are; `firsts` gives a table's names of columns and first rows, `tasks` the topics
    whose task uses it.
    """
    names = list(tables)
    parts = [
        f'{escape(whose)}<a href="assets/data/datapackage.json">The whole package</a> describes itself in the '
        "Frictionless format.",
        '<div class="filter needs-script"><label for="filter">Find a table or a column</label>'
        '<input id="filter" type="search" autocomplete="off" spellcheck="false" aria-describedby="filtered">'
        f'<p id="filtered" role="status">{len(names)} tables</p></div>',
        f'<section class="joins" aria-labelledby="joins">{_joins(tables)}</section>',
        _index("Tables", dict(zip(names, names, strict=True))),
    ]
    places = {topic.id: _topic_url(module, topic) for module, topic in curriculum.topics(written=True)}
    places |= {id: f"concepts.html#{id.lower()}" for id in curriculum.concepts}
    for name, node in tables.items():
        used = _used({*node.topics, *tasks.get(name, ())}, places)
        parts.append(_table(name, node, rows.get(name), used, firsts.get(name, [])))
    return page("\n\n".join(parts), title="Data", register=True, description="The tables, column by column.")


def _joins(tables: Mapping[str, Node]) -> str:
    folds = "".join(
        f'<details class="fold"><summary>{escape(domain)}</summary>'
        f"{diagram(domain, members)}{in_words(members)}</details>"
        for domain, members in by_domain(tables).items()
    )
    return (
        '<h2 id="joins">How the tables join</h2><p>One part of the business at a time: its tables at the left, with '
        f"the columns that lead to other tables; at the right, where they lead.</p>{folds}"
    )


def _table(name: str, node: Node, rows: int | None, used: str, first: list[list[str]]) -> str:
    lines = []
    for column in node.columns:
        notes = [column.about.rstrip(".") + "."]
        if column.choices:
            notes.append(f"One of {', '.join(column.choices)}.")
        if column.nullable:
            notes.append("May be missing.")
        link = f'<a href="#{column.refers.split(".")[0]}">{escape(column.refers)}</a>' if column.refers else ""
        if link:
            notes.append("Found in")
        text = " ".join(map(escape, notes)) + (f" {link}." if link else "")
        kind = ", ".join(filter(None, ("key" if column.key else "", column.kind, column.unit)))
        lines.append(
            f'<tr><th scope="row"><code>{escape(column.name)}</code><span class="tag">{escape(kind)}</span></th>'
            f"<td>{text}</td></tr>"
        )
    count = f"{rows:,} rows" if rows is not None else "table"
    return (
        f'<section class="described" aria-labelledby="{name}"><h2 id="{name}"><code>{name}</code></h2>'
        f"{html(node.about)}"
        f'<p class="small"><a href="assets/data/{name}.csv">{name}.csv</a>, {count}{used}.</p>'
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="Columns of {name}"><table><thead><tr>'
        '<th scope="col">column</th><th scope="col">meaning</th>'
        f"</tr></thead><tbody>{''.join(lines)}</tbody></table></div>{_first_rows(name, first)}</section>"
    )


def _first_rows(name: str, first: list[list[str]]) -> str:
    if not first:
        return ""
    head, *rows = first
    heads = "".join(f'<th scope="col">{escape(column)}</th>' for column in head)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return (
        f'<details class="fold rows" data-search-exclude><summary>First {len(rows)} rows'
        f'<span class="visually-hidden"> of {name}</span></summary>'
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="First rows of {name}">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def _cell(value: str) -> str:
    """A value as it is in the file, in lines where it is a text; only what would fill a page is cut."""
    value = " ".join(value.split())
    long = ' class="long"' if len(value) > _LINE else ""
    return f"<td{long}>{escape(value if len(value) <= _CUT else value[: _CUT - 1].rstrip() + '…')}</td>"


_LINE, _CUT = 40, 400  # characters: what stands in one line of a table, and what of a text is shown


def _used(ids: set[str], places: Mapping[str, str]) -> str:
    links = [f'<a href="{places[id]}">{id}</a>' if id in places else escape(id) for id in sorted(ids)]
    return f"; used in {', '.join(links)}" if links else ""


def _index(label: str, places: Mapping[str, str], *, letters: bool = False) -> str:
    """A list of what is on the page, by the place it leads to; on a phone, its first letters where it is long."""
    firsts: dict[str, str] = {}
    for id, title in places.items():
        firsts.setdefault(title[0].upper(), id)
    short = _links({id: letter for letter, id in firsts.items()}, "letters") if letters else ""
    return f'<nav class="index" aria-label="{label}">{short}{_links(places, "all")}</nav>'


def _links(places: Mapping[str, str], kind: str) -> str:
    items = "".join(f'<li><a href="#{id}">{escape(title)}</a></li>' for id, title in places.items())
    return f'<ul class="{kind}">{items}</ul>'


def _time(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if minutes < 90:
        return f"{minutes} minutes"
    return f"{hours} hour{'s' if hours > 1 else ''}" + (f" {rest} minutes" if rest else "")


def _entry(id: str, title: str, body: str) -> str:
    heading = f'<h2 id="{id}-title">{title}</h2>'
    return f'<section class="entry" id="{id}" aria-labelledby="{id}-title">{heading}{body}</section>'
