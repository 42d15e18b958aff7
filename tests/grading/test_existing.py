"""Other people's nbgrader courses are graded as they stand, with the scores that nbgrader gives."""

import shutil
from importlib.resources import files
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from course.errors import GradingError
from grading.archive import Budget, read_beside
from grading.coursedir import nbgrader_log
from grading.existing import grade_existing

CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'example'\n"


def course_at(root: Path) -> Config:
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = "example"
    return config


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """The course that nbgrader's own manual works with, released as it comes."""
    root = tmp_path_factory.mktemp("theirs")
    manual = files("nbgrader") / "docs" / "source" / "user_guide"
    for part in ("source/ps1", "submitted/bitdiddle/ps1", "submitted/hacker/ps1"):
        shutil.copytree(str(manual / part), root / part)
    (root / "nbgrader_config.py").write_text(CONFIG)
    config = course_at(root)
    directory = CourseDirectory(config=config)
    directory.assignment_id = "ps1"
    with nbgrader_log():
        GenerateAssignment(coursedir=directory, config=config).start()
    return root


def scores(root: Path) -> dict:
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        return {
            (student, notebook, grade.name): (grade.auto_score, grade.needs_manual_grade)
            for student in ("bitdiddle", "hacker")
            for notebook in ("problem1", "problem2")
            for grade in gradebook.find_submission_notebook(notebook, "ps1", student).grades
        }


def test_another_course_gets_the_scores_that_nbgrader_gives(theirs, tmp_path):
    stock = shutil.copytree(theirs, tmp_path / "stock")
    config = course_at(stock)
    with nbgrader_log():
        for student in ("bitdiddle", "hacker"):
            directory = CourseDirectory(config=config)
            directory.assignment_id, directory.student_id = "ps1", student
            Autograde(coursedir=directory, config=config).start()
    ours = shutil.copytree(theirs, tmp_path / "ours")
    summary = grade_existing(ours, progress=False)
    assert scores(ours) == scores(stock)
    assert summary.notebooks == 4
    assert (ours / "autograded" / "bitdiddle" / "ps1" / "problem1.ipynb").exists()


LATE = """\
c = get_config()
c.CourseDirectory.course_id = 'example'
c.LateSubmissionPlugin.penalty_method = 'zero'
"""


def test_lateness_costs_what_the_course_says(theirs, tmp_path):
    both = {}
    for name in ("stock", "ours"):
        root = shutil.copytree(theirs, tmp_path / name)
        (root / "nbgrader_config.py").write_text(LATE)
        (root / "submitted" / "bitdiddle" / "ps1" / "timestamp.txt").write_text("2015-02-03 15:00:00 UTC")
        with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
            gradebook.update_or_create_assignment("ps1", duedate="2015-02-02 15:00:00 UTC")
        both[name] = root
    config = course_at(both["stock"])
    config.LateSubmissionPlugin.penalty_method = "zero"
    with nbgrader_log():
        directory = CourseDirectory(config=config)
        directory.assignment_id, directory.student_id = "ps1", "bitdiddle"
        Autograde(coursedir=directory, config=config).start()
    shutil.rmtree(both["ours"] / "submitted" / "hacker")
    grade_existing(both["ours"], progress=False)
    found = {}
    for name, root in both.items():
        with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
            submission = gradebook.find_submission("ps1", "bitdiddle")
            penalties = {n.name: n.late_submission_penalty for n in submission.notebooks}
            found[name] = (submission.timestamp, submission.total_seconds_late, submission.score, penalties)
    assert found["ours"] == found["stock"]
    assert found["ours"][1] == 24 * 3600
    assert sum(found["ours"][3].values()) > 0


def test_files_beside_a_notebook_are_there_for_its_code_and_no_link_is_followed(theirs, tmp_path):
    root = shutil.copytree(theirs, tmp_path / "course")
    shutil.rmtree(root / "submitted" / "hacker")
    mine = root / "submitted" / "bitdiddle" / "ps1"
    notebook = nbformat.read(mine / "problem1.ipynb", as_version=4)
    answer = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "squares")
    answer.source = "from helper import squares"
    nbformat.write(notebook, mine / "problem1.ipynb")
    (mine / "helper.py").write_text(
        "def squares(n):\n    if n < 1:\n        raise ValueError\n    return [i**2 for i in range(1, n + 1)]"
    )
    (tmp_path / "secret.txt").write_text("secret")
    (mine / "linked.txt").symlink_to(tmp_path / "secret.txt")
    grade_existing(root, progress=False)
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        grades = gradebook.find_submission_notebook("problem1", "ps1", "bitdiddle").grades
        got = {g.name: g.auto_score for g in grades}
    assert got["correct_squares"] == 1
    assert got["squares_invalid_input"] == 1
    assert "linked.txt" not in read_beside(mine, Budget())
    assert set(read_beside(mine, Budget())) >= {"helper.py"}


def test_what_is_no_course_is_said_plainly(tmp_path):
    with pytest.raises(GradingError, match="expected <student>/<assignment>/"):
        grade_existing(tmp_path, progress=False)
    folder = tmp_path / "submitted" / "anna" / "ps1"
    folder.mkdir(parents=True)
    (folder / "a.ipynb").write_text("{}")
    with pytest.raises(GradingError, match="Run `nbgrader generate_assignment ps1`"):
        grade_existing(tmp_path, progress=False)
