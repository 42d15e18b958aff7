"""`course check` finds every empty cell of a module that calls itself complete, and the course itself passes it."""

from __future__ import annotations

import re
from pathlib import Path

from course.check import check
from course.curriculum import Curriculum


def test_the_matrix_counts_what_a_topic_has(curriculum: Curriculum, load):
    report = check(curriculum, load)
    assert report.rows["1.1"] == {
        "reading": 1,
        "worked example": 1,
        "task": 2,
        "hidden test": 2,
        "known wrong": 2,
        "quiz": 0,
        "concept": 1,
    }
    assert set(report.rows["2.1"].values()) == {0}
    assert report.complete == 0


def test_empty_cells_matter_only_in_a_complete_module(curriculum: Curriculum, load):
    def empty(report) -> list[str]:
        return [p for p in report.problems if "in the column" in p or "is missing" in p]

    assert not empty(check(curriculum, load))
    path = curriculum.root / "modules/01-objectives/module.yml"
    complete = "status: complete\nsituation: s\ndecided: d\noutcomes: [o]"
    text = re.sub(r"^(situation|decided|outcomes):.*?(?=^[a-z]+:)", "", path.read_text(), flags=re.S | re.M)
    path.write_text(re.sub(r"status: \w+", complete, text))
    found = empty(check(Curriculum(curriculum.root), load))
    assert any("topic 1.1 has 0 of 4 in the column quiz" in p for p in found)
    assert any("topic 1.2 has 0 of 1 in the column reading" in p for p in found)
    assert any("memo.md: the module is complete, but its memo is missing" in p for p in found)
    assert any("guide.md: the module is complete, but its guide is missing" in p for p in found)


def test_dead_links_and_unreadable_files_are_problems_not_crashes(
    curriculum: Curriculum, load, reading_path: Path, exercise_path: Path
):
    reading_path.write_text(reading_path.read_text() + "\nSee [there](../nowhere.md).\n")
    exercise_path.write_text(exercise_path.read_text().replace("### END SOLUTION", "# end", 1))
    problems = check(curriculum, load).problems
    assert any("the link to ../nowhere.md leads nowhere" in p for p in problems)
    assert any("has no region between" in p for p in problems)


def test_a_concept_is_whole_when_every_module_that_places_it_teaches_and_asks_it(curriculum: Curriculum, load):
    concept = next(c for c in curriculum.concepts.values() if c.modules)
    lacking = check(curriculum, load).placed(curriculum)
    assert lacking[concept.id] == list(concept.modules), "nothing asks it in the small course"
    report = check(curriculum, load)
    for module in concept.modules:
        report.taught.setdefault(module, set()).add(concept.id)
        report.asked.setdefault(module, set()).add(concept.id)
    assert report.placed(curriculum)[concept.id] == []
    report.asked[concept.modules[-1]].discard(concept.id)
    assert report.placed(curriculum)[concept.id] == [concept.modules[-1]]
