"""One text notebook gives the instructor's notebook, the learner's and the page, and says what is wrong in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from course.answer import verdict
from course.errors import ContentError
from course.exercise import STUB, Exercise
from course.page import exercise_page


def test_solutions_give_the_right_values_and_wrong_answers_other_ones(exercise_path: Path, load):
    exercise = Exercise.read(exercise_path)
    values = exercise.solve(load)
    assert values["best"] == "mid-market"
    marks = exercise.fingerprints(load)
    for task in exercise.tasks:
        right, wrongs = marks[task.id]["right"], marks[task.id]["wrongs"]
        assert verdict(values[task.id], right, wrongs).passed
        for wrong in task.wrongs.values():
            found = verdict(exercise.misjudge(load, task, wrong), right, wrongs)
            assert (found.passed, found.wrong, found.message) == (False, wrong.id, wrong.message)


def test_the_learner_gets_neither_solutions_nor_hidden_tests_nor_wrong_answers(exercise_path: Path, load):
    exercise = Exercise.read(exercise_path)
    notebook = json.dumps(exercise.learner_notebook())
    page = json.dumps(exercise_page(exercise, "01-objectives", load, solutions=False))
    for text in (notebook, page):
        assert "groupby" not in text
        assert "expect" not in text
        assert STUB in text
    assert "groupby" in json.dumps(exercise_page(exercise, "01-objectives", load, solutions=True))


def test_nbgrader_makes_the_learner_notebook_of_the_source_notebook(exercise_path: Path, tmp_path: Path):
    """The notebook that the site offers is, cell by cell, what `nbgrader generate_assignment` would release."""
    from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions
    from traitlets.config import Config

    exercise = Exercise.read(exercise_path)
    config = Config()
    config.ClearSolutions.code_stub = {"python": STUB}
    released, resources = exercise.source_notebook(), {}
    for step in (ClearSolutions(config=config), ClearHiddenTests(config=config)):
        released, resources = step.preprocess(released, resources)
    expected = [(c.cell_type, c.id, c.source.rstrip(), c.metadata) for c in released.cells]
    found = [(c.cell_type, c.id, c.source.rstrip(), c.metadata) for c in exercise.learner_notebook().cells]
    assert found == expected


def test_points_and_ids_reach_the_gradebook(exercise_path: Path):
    cells = [
        c.metadata.nbgrader for c in Exercise.read(exercise_path).source_notebook().cells if "nbgrader" in c.metadata
    ]
    assert [(c.grade_id, c.get("points")) for c in cells if c.grade] == [("margin-test", 2), ("best-test", 1)]
    assert [c.grade_id for c in cells if c.solution] == ["margin", "best"]


BREAKS = {
    "no header": (r"\A# ---\n", "", "expected a header"),
    "bad topic": ('topic: "1.1"', 'topic: "11"', r':2: `topic`: expected a topic id such as "1.4"'),
    "unknown setting": ("points: 2", "points: 2\n#     poins: 3", "`tasks.margin.poins` is not a known setting"),
    "bad tolerance": ("margin_eur: 0.5", "margin_eur: wide", "a tolerance is a number"),
    "unknown role": ("# %% given", "# %% givn", r":15: expected a cell marked given"),
    "code without role": ("# %% given", "# %%", "a code cell needs a role"),
    "task not in header": ('task="best"\n# Name', 'task="bset"\n# Name', "task bset is not in the header"),
    "no solution region": ("### BEGIN SOLUTION", "# begin", "has no region between"),
    "no hidden test": (r'# %% hidden="margin"\nexpect\(margin\)\n', "", 'has no cell `# %% hidden="margin"`'),
    "wrong without message": (r'# %% \[markdown\] wrong="revenue".*?\n# This.*?\n', "", "has no message"),
    "wrong that is right": (
        r"best = accounts.*",
        "best = 'mid-market'",
        "biggest: this wrong answer gives the right value",
    ),
    "imported name": ("# %% given\n", "# %% given\nimport math as best\n", "task best has the name of something that"),
    "answer before task": ('# %% check="margin"', '# %% check="profit"', "belongs to task profit"),
    "second check": ('# %% hidden="margin"', '# %% check="margin"\n1\n# %% hidden="margin"', "a second check cell"),
    "solution that fails": (
        r"margin_eur\.sum\(\)\n### END",
        "profit.sum()\n### END",
        r"cell margin, line \d+: AttributeError",
    ),
    "solution of another form": ("columns: {margin_eur: 0.5}", "columns: {profit_eur: 0.5}", "lacks the column"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_exercise_says_where_and_what_was_expected(name: str, exercise_path: Path, load):
    pattern, replacement, message = BREAKS[name]
    broken, count = re.subn(
        pattern, replacement, exercise_path.read_text(), count=1, flags=re.S if "wrong w" in name else 0
    )
    assert count == 1
    exercise_path.write_text(broken)
    with pytest.raises(ContentError, match=message) as error:
        Exercise.read(exercise_path).fingerprints(load)
    assert str(exercise_path) in str(error.value)
