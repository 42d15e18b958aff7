"""Staging and building: what is in the site, what is left alone, and what stops a build."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from course.answer import verdict
from course.case.edition import PRACTICE_SEED, Edition
from course.case.package import write
from course.case.registry import published
from course.curriculum import ROOT, Curriculum
from course.errors import BuildError, ContentError, DataError
from course.exercise import Exercise
from course.site import pages
from course.site.cache import Cache
from course.site.diagram import OTHER, by_domain, diagram, in_words, references
from course.site.folder import Folder
from course.site.links import broken_links
from course.site.serve import Rebuilt, server
from course.site.stage import build_site, stage
from course.site.turn import turn
from course.training import Training

READING = """\
---
topic: "1.4"
---

Ingrid has {{ 2 + 2 }} days.

```python setup
frame = pd.DataFrame({"segment": ["small", "large"], "months": [61, 14]})
```

## What most people do

They average [@skok].

## How to decide

See [LTV](glossary:ltv) and [1.1](topic:1.1).

## Watch it done

```python example
frame
```

```python chart
figure(alt.Chart(frame).mark_bar().encode(x="months:Q", y="segment:N"), id="payback",
       title="Small never pays", caption="Divide.", alt="Small accounts take 61 months.")
```

## What it does not tell you

How long they stay.

## From the essays

[Decades](concept:A7) [@barrett-2025].

## On Monday

Ask.
"""


@pytest.fixture
def course(tmp_path: Path) -> Curriculum:
    """The real outline with one reading, in a folder of its own with the real theme."""
    for file in (ROOT / "modules").rglob("*.yml"):
        if file.name in ("module.yml", "concepts.yml", "sources.yml", "claims.yml", "glossary.yml"):
            to = tmp_path / file.relative_to(ROOT)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, to)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    (tmp_path / "course").symlink_to(ROOT / "course")
    small = Curriculum(tmp_path)
    small.reading(small.module("1"), small.topic("1.4")).write_text(READING)
    return small


def build(course: Curriculum) -> Path:
    site = course.root / "site"
    build_site(Curriculum(course.root), site, Training(), say=lambda said: None, assets=False)
    return site


def times(folder: Path) -> dict[str, int]:
    return {p.relative_to(folder).as_posix(): p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


def test_the_site_has_a_page_for_everything_and_the_map_says_what_is_not_written(course: Curriculum) -> None:
    site = build(course)
    home = (site / "index.html").read_text()
    decisions = [module for module in course.modules if module.id]
    for module in course.modules:
        assert (site / module.folder / "index.html").is_file()
        assert f'href="{module.folder}/index.html"' in home
    for topic in (topic for module in decisions for topic in module.topics):
        assert re.search(rf'<span class="n">{topic.id}</span>', home)
    assert home.count('class="topics"') == len(decisions)
    assert home.count('class="planned"') == sum(len(m.topics) for m in decisions) - 1
    for name in ("glossary", "concepts", "sources", "data", "instructors", "organisations", "404"):
        assert (site / f"{name}.html").is_file()


def test_a_topic_has_its_parts_in_order_and_leads_on(course: Curriculum) -> None:
    page = (build(course) / "01-objectives" / f"{course.topic('1.4').stem}.html").read_text()
    headings = re.findall(r'<h2 id="(?!toc)[^"]+">([^<]+)</h2>', page)
    assert headings == [
        "What most people do", "How to decide", "Watch it done", "What it does not tell you",
        "From the essays", "On Monday", "Sources",
    ]  # fmt: skip
    assert "Ingrid has 4 days." in page
    assert 'rel="next"' in page
    assert 'rel="prev"' in page


def test_every_link_of_the_pages_leads_somewhere(course: Curriculum) -> None:
    site = build(course)
    app = re.compile(r"assets/app/\S+ leads to no file$")
    assert [p for p in broken_links(site) if not app.search(p)] == []


def test_words_are_searched_but_not_the_figures_of_tables_and_charts(course: Curriculum) -> None:
    docs = json.loads((build(course) / "search" / "search_index.json").read_text())["docs"]
    text = " ".join(doc["text"] for doc in docs if "/1.4-" in doc["location"])
    for said in ("Ingrid has 4 days", "Small never pays", "Divide."):
        assert said in text
    for shown in ("<code>", "<svg", "large", "14"):
        assert shown not in text


def test_building_again_touches_nothing(course: Curriculum) -> None:
    site = build(course)
    before = times(site)
    build(course)
    after = times(site)
    assert before.keys() == after.keys()
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"search/search_index.json"}


def test_editing_one_reading_changes_its_page_alone(course: Curriculum) -> None:
    site = build(course)
    before = times(site)
    path = course.reading(course.module("1"), course.topic("1.4"))
    path.write_text(READING.replace("Ask.", "Ask for cost."))
    build(course)
    changed = {name for name, at in times(site).items() if before.get(name) != at}
    page = f"01-objectives/{course.topic('1.4').stem}.html"
    assert changed - {"search/search_index.json"} == {page}
    assert "Ask for cost." in (site / page).read_text()


def test_a_removed_reading_takes_its_page_with_it_and_leaves_the_scripts(course: Curriculum) -> None:
    site = build(course)
    (site / "assets" / "app").mkdir(parents=True)
    (site / "assets" / "app" / "course.js").write_text("kept")
    course.reading(course.module("1"), course.topic("1.4")).unlink()
    build(course)
    assert not (site / "01-objectives" / f"{course.topic('1.4').stem}.html").exists()
    assert (site / "assets" / "app" / "course.js").read_text() == "kept"


def test_a_bad_reading_stops_the_build_and_leaves_the_site_as_it_was(course: Curriculum) -> None:
    site = build(course)
    before = times(site)
    path = course.reading(course.module("1"), course.topic("1.4"))
    path.write_text(READING.replace("[@skok]", "[@nobody]"))
    with pytest.raises(ContentError, match=r"1\.4-.*nobody"):
        build(course)
    path.write_text(READING.replace("[@skok]", "[this](../nowhere.md)"))
    with pytest.raises(BuildError, match=r"1\.4-.*nowhere"):
        build(course)
    assert times(site) == before


def test_running_ahead_in_further_processes_gives_the_same_site_and_the_same_errors(
    course: Curriculum, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = build(course)
    page = site / "01-objectives" / f"{course.topic('1.4').stem}.html"
    alone = page.read_text()
    shutil.rmtree(course.root / ".cache")
    monkeypatch.setattr("course.site.stage._MANY", 1)
    build(course)
    assert page.read_text() == alone
    path = course.reading(course.module("1"), course.topic("1.4"))
    path.write_text(READING.replace("2 + 2", "2 + missing"))
    with pytest.raises(ContentError, match=r"1\.4-.*missing"):
        build(course)


def test_what_pages_load_is_named_by_topic(course: Curriculum) -> None:
    stage(course, course.root / ".build", Training())
    assets = course.root / ".build" / "assets"
    assert json.loads((assets / "exercises" / "index.json").read_text()) == {"1.4": {"tasks": [], "quiz": []}}
    package = json.loads((assets / "data" / "datapackage.json").read_text())
    for resource in package["resources"]:
        assert (assets / "data" / resource["path"]).is_file()


def test_the_data_page_describes_every_column_of_every_table(course: Curriculum) -> None:
    page = pages.data_dictionary(published(), {}, "Tables. ", course, {}, {})
    for name, node in published().items():
        assert f'<h2 id="{name}">' in page
        for column in node.columns:
            assert f"<code>{column.name}</code>" in page
            assert column.about


def test_the_data_page_shows_first_rows_and_leads_to_where_a_table_is_used(course: Curriculum) -> None:
    note = "They wanted a date that they could show. " * 5
    rows = {"accounts": [["name"], ["<b>Aqua</b>"], [note], ["x" * 2_000]]}
    page = pages.data_dictionary(
        published(), {"accounts": 2_000}, "Tables. ", course, rows, {"accounts": {"1.4", "8.1"}}
    )
    accounts = page.partition('<h2 id="accounts">')[2].partition("</section>")[0]
    assert f'<a href="01-objectives/{course.topic("1.4").stem}.html">1.4</a>' in accounts
    assert ">8.1</a>" not in accounts, "a topic that is not written cannot be led to"
    assert "2,000 rows" in accounts
    assert "&lt;b&gt;Aqua" in accounts
    assert f'<td class="long">{note.strip()}</td>' in accounts, "a note can be read to its end"
    assert "x" * 400 not in accounts, "what would fill a page is cut"
    assert "<details open" not in page


def test_the_diagram_shows_every_table_and_all_that_its_columns_lead_to() -> None:
    groups = by_domain(published())
    assert OTHER not in groups, "a table belongs to no part of the business"
    assert sorted(name for members in groups.values() for name in members) == sorted(published())
    for domain, members in groups.items():
        drawing, words = diagram(domain, members), in_words(members)
        assert drawing.count("<path") == sum(len(references(node)) for node in members.values())
        for name, node in members.items():
            assert f">{name}</text>" in drawing
            assert f'<li><a href="#{name}">' in words
            for column, table, _ in references(node):
                assert table in published()
                assert f">{column}</text>" in drawing
                assert f'<code>{column}</code> in <a href="#{table}">' in words


def test_text_of_a_register_cannot_become_markup(course: Curriculum) -> None:
    term = next(iter(course.glossary.values())).model_copy(update={"term": "<b>x</b>", "means": "a <script> b"})
    page = pages.glossary([term])
    assert "<b>x</b>" not in page
    assert "<script>" not in page


def test_a_second_build_says_that_it_waits_and_then_builds(course: Curriculum) -> None:
    site, said, waits = course.root / "site", list[str](), threading.Event()

    def say(line: str) -> None:
        said.append(line)
        waits.set()

    second = threading.Thread(
        target=build_site, args=(course, site, Training()), kwargs={"say": say, "assets": False}, daemon=True
    )
    with turn(course.root / ".build", say):
        second.start()
        assert waits.wait(60)
        assert re.search(r"Another build is running in .*\.build", said[0])
        assert not site.exists()
    second.join(60)
    assert (site / "index.html").is_file()


def test_a_build_that_was_killed_blocks_nobody(tmp_path: Path) -> None:
    code = "import sys, time, pathlib; from course.site.turn import turn\n"
    code += "with turn(pathlib.Path(sys.argv[1]), print): print('held', flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE) as first:
        assert first.stdout
        assert first.stdout.readline() == b"held\n"
        first.kill()
    said: list[str] = []
    with turn(tmp_path, said.append):
        assert said == []


def test_links_out_of_the_site_to_nothing_and_to_no_place_are_found(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "index.html").write_text(
        '<h1 id="top">x</h1><a href="a/b.html#here"></a><a href="https://example.org/">'
    )
    (tmp_path / "a" / "b.html").write_text(
        '<p id="here"></p><a href="../index.html#top"></a><a href="../index.html#gone"></a>'
        '<img src="none.svg"><a href="/index.html"></a><a href="../../etc"></a>'
    )
    found = broken_links(tmp_path)
    assert [problem.split(" ", 1)[1] for problem in found] == [
        "../index.html#gone leads to no place on that page",
        "none.svg leads to no file",
        "/index.html is absolute, so it breaks when the site is hosted under a path",
        "../../etc leads out of the site",
    ]


def test_a_kept_result_is_made_again_only_when_its_source_changes(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("one")
    cache, made = Cache(tmp_path / "cache"), []

    def make() -> str:
        made.append(source.read_text())
        return made[-1]

    for _ in range(2):
        assert cache.get("x", [source], 1, make) == "one"
    source.write_text("two")
    assert cache.get("x", [source], 1, make) == "two"
    assert cache.get("x", [source], 2, make) == "two"
    assert made == ["one", "two", "two"]


def test_a_kept_result_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.get("x", [], 1, lambda: "good")
    for kept in tmp_path.iterdir():
        kept.write_bytes(b"\x80")
    assert cache.get("x", [], 1, lambda: "again") == "again"


def test_a_folder_removes_what_nobody_wrote_and_keeps_what_is_named(tmp_path: Path) -> None:
    for name in ("old/page.html", "kept/file"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("x")
    folder = Folder(tmp_path)
    folder.write("new.html", "x")
    folder.close(keep=lambda name: name.startswith("kept/"))
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")) == ["kept", "kept/file", "new.html"]


def test_pages_are_served_with_the_means_to_reload_and_hear_of_the_next_build(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<body>home</body>")
    (tmp_path / "404.html").write_text("<body>no such page</body>")
    (tmp_path / "data.csv").write_text("a,b")
    rebuilt = Rebuilt()
    with server(tmp_path, 0, rebuilt) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{running.server_port}/"
        assert b"/.rebuilt" in urlopen(root).read()
        assert urlopen(root + "data.csv").read() == b"a,b"
        with pytest.raises(HTTPError) as missing:
            urlopen(root + "gone.html")
        assert missing.value.code == 404
        assert b"no such page" in missing.value.read()
        waiting = urlopen(root + ".rebuilt")
        rebuilt.tell()
        assert waiting.readline() == b"data: rebuilt\n"
        running.shutdown()


def test_a_taken_port_is_named_with_what_to_do(tmp_path: Path) -> None:
    with server(tmp_path, 0, Rebuilt()) as running, pytest.raises(BuildError, match="--port"):
        server(tmp_path, running.server_port, Rebuilt())


def test_tasks_are_done_on_an_organisations_own_tables_and_the_others_say_what_those_lack(course: Curriculum) -> None:
    module = course.module("1")
    for topic in (course.topic("1.4"), course.topic("1.1")):
        to = course.exercise(module, topic)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Curriculum(ROOT).exercise(module, topic), to)
        course.reading(module, topic).write_text(READING.replace('"1.4"', f'"{topic.id}"', 1))
    tables = ["accounts", "subscriptions", "sales_costs", "marketing_spend", "opportunities"]
    Edition(5).write(course.root / "own" / "data", tables)
    (course.root / "training.yml").write_text("data: own\n")
    training = Training.read(course.root / "training.yml")
    stage(course, course.root / ".build", training)
    assets, docs = course.root / ".build" / "assets", course.root / ".build" / "docs"
    page = json.loads((assets / "exercises" / "1.4.json").read_text())
    task = next(cell for cell in page["cells"] if cell["kind"] == "task")
    exercise = Exercise.read(course.exercise(module, course.topic("1.4")))
    assert verdict(exercise.solve(Edition(5).load)[task["id"]], task["right"], {}).passed
    assert not verdict(exercise.solve(Edition(PRACTICE_SEED).load)[task["id"]], task["right"], {}).passed
    assert not (assets / "exercises" / "1.1.json").exists()
    lacking = (docs / module.folder / f"{course.topic('1.1').stem}.md").read_text()
    reason = "can’t be done on your organisation’s own data: there is no table plan, bookings or products."
    assert f'<p class="note">This task {reason}</p>' in lacking
    assert "This reading is about Tessaly Instruments" in lacking
    loaded = {"subscriptions", "sales_costs", "marketing_spend"}
    assert {path.stem for path in (assets / "data").glob("*.csv")} == loaded, "no table that no task loads"
    described = json.loads((assets / "data" / "datapackage.json").read_text())["resources"]
    assert {resource["name"] for resource in described} == loaded
    dictionary = (docs / "data.md").read_text()
    assert 'id="subscriptions"' in dictionary
    assert 'href="#accounts"' not in dictionary, "no link to a table that is not there"
    assert "One of enterprise, mid-market, small" not in dictionary, "an organisation has words of its own"
    listed = json.loads((assets / "notebooks" / "index.json").read_text())
    assert set(listed[0]["data"]) == {"datapackage.json", *(f"{table}.csv" for table in loaded)}
    carried = (docs / module.folder / f"{course.topic('1.4').stem}.md").read_text()
    assert "This task runs on your organisation’s own tables" in carried
    home = (docs / "index.md").read_text()
    assert (
        f'1 of 2 tasks run on your own tables: <a href="{module.folder}/{course.topic("1.4").stem}.html">1.4</a>'
        in home
    )


def test_own_data_leave_no_trace_in_a_site_that_is_built_without_them_afterwards(course: Curriculum) -> None:
    to = course.exercise(course.module("1"), course.topic("1.4"))
    to.parent.mkdir(parents=True)
    shutil.copy(Curriculum(ROOT).exercise(course.module("1"), course.topic("1.4")), to)
    own = {name: Edition(5).table(name) for name in ("subscriptions", "sales_costs", "marketing_spend")}
    own["subscriptions"]["account_id"] = "OURS-" + own["subscriptions"]["account_id"]
    write(own, course.root / "own" / "data", 5, 1.0)
    (course.root / "training.yml").write_text("data: own\n")
    stage(course, course.root / ".build", Training.read(course.root / "training.yml"))
    built = course.root / ".build"
    assert "OURS-" in (built / "assets" / "data" / "subscriptions.csv").read_text()
    stage(course, built, Training())
    for path in [*(built / "assets").rglob("*"), *(built / "docs").rglob("*")]:
        assert path.is_dir() or b"OURS-" not in path.read_bytes(), path
    assert "own tables" not in (built / "docs" / "index.md").read_text()
    listed = json.loads((built / "assets" / "notebooks" / "index.json").read_text())
    assert not [entry for entry in listed if "data" in entry]


def test_own_data_that_are_not_there_are_said_where_they_were_looked_for(course: Curriculum) -> None:
    (course.root / "training.yml").write_text("data: own\n")
    with pytest.raises(DataError, match=r"own: expected tables that `course case import` wrote.*--out own"):
        stage(course, course.root / ".build", Training.read(course.root / "training.yml"))
