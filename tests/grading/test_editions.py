"""Editions are drawn once, side by side where there are several workers, and are the same however they are drawn."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from rich.progress import Progress

from course.case.edition import Edition
from course.curriculum import ROOT
from course.errors import ContentError
from course.exercise import Exercise
from grading.coursedir import CourseFiles, assignments
from grading.editions import Drawn, draw
from grading.expected import References

SEEDS = [1, 2, 3, 4]


def drawn(root: Path, folder: Path, workers: int, seeds: list[int] = SEEDS) -> dict[int, Drawn]:
    found = assignments(root)
    course = CourseFiles(folder)
    course.build(found)
    with Progress(disable=True) as bar:
        made = draw(seeds, found, course, root, workers, bar)
        assert bar.finished
    return made


@pytest.mark.parametrize("seeds", [SEEDS, [5]])
def test_editions_drawn_side_by_side_are_those_drawn_one_after_another(root, tmp_path, monkeypatch, seeds):
    one_by_one = drawn(root, tmp_path / "one", 1, seeds)
    monkeypatch.setattr("grading.editions._WORTH", 1)
    # So that what is here was made elsewhere.
    monkeypatch.setattr("grading.expected._exercise", None)
    beside = drawn(root, tmp_path / "beside", 3, seeds)
    assert {s: (d.marks, d.digest) for s, d in beside.items()} == {
        s: (d.marks, d.digest) for s, d in one_by_one.items()
    }
    assert all(d.digest and d.marks for d in beside.values())


def test_an_exercise_that_can_not_be_solved_is_named_however_it_is_drawn(root, tmp_path):
    copy = shutil.copytree(root, tmp_path / "course")
    [path] = (copy / "exercises").rglob("1.2-*.py")
    path.write_text(path.read_text().replace("shares = accounts.industry.value", "shares = accounts.industries.value"))
    for workers in (1, 2):
        with pytest.raises(ContentError, match=r"1\.2-shares\.py"):
            drawn(copy, tmp_path / f"graded-{workers}", workers)


def test_an_edition_on_which_a_known_mistake_makes_no_difference_is_graded_all_the_same(tmp_path):
    exercise = Exercise.read(next((ROOT / "exercises").rglob("4.7-*.py")))
    with pytest.raises(ContentError, match="this wrong answer gives the right value here"):
        exercise.fingerprints(Edition(15).load)
    marks = References(ROOT, 15, tmp_path).exercises(["4.7"])["4.7"]
    known = {task.id: set(task.wrongs) for task in exercise.tasks}
    lacking = {task: known[task] - set(mark["wrongs"]) for task, mark in marks.items()}
    assert "all_kept" in lacking["people"]
    assert all(mark["right"] for mark in marks.values())
