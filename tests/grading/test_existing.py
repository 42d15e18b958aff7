"""Other people's nbgrader courses are graded as they stand, with the scores that nbgrader gives."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from course.errors import GradingError
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


def test_what_is_no_course_is_said_plainly(tmp_path):
    with pytest.raises(GradingError, match="expected <student>/<assignment>/"):
        grade_existing(tmp_path, progress=False)
    folder = tmp_path / "submitted" / "anna" / "ps1"
    folder.mkdir(parents=True)
    (folder / "a.ipynb").write_text("{}")
    with pytest.raises(GradingError, match="Run `nbgrader generate_assignment ps1`"):
        grade_existing(tmp_path, progress=False)
