"""Runs one submitted notebook with nbgrader as it comes: a kernel of its own, tests beside the learner's code."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from grading.archive import printable
from grading.coursedir import CourseFiles, nbgrader_log
from grading.files import write_atomically
from grading.intake import Handed


def submit(course: CourseFiles, learner: str, module: str, handed: Mapping[str, Handed]) -> None:
    """Lay a learner's rebuilt notebooks of one module where nbgrader expects submissions, and nothing else."""
    folder = course.root / "submitted" / learner / module
    shutil.rmtree(folder, ignore_errors=True)
    received = ""
    for name, one in handed.items():
        if one.path is not None:
            write_atomically(folder / f"{name}.ipynb", one.path.read_text("utf-8"))
            received = max(received, one.received)
    if received:
        write_atomically(folder / "timestamp.txt", received.replace("T", " ").replace("+00:00", " UTC") + "\n")


def autograde(course: CourseFiles, learner: str, module: str, notebook: str) -> str:
    """Run one submitted notebook and record its scores. Gives the reason when it could not be run, else nothing."""
    with nbgrader_log() as log:
        converter = Autograde(coursedir=course.directory(module, learner, notebook), config=course.config())
        converter.force = True
        try:
            converter.start()
        except NbGraderException:
            shown = printable(log[0] if log else "no reason was given", 200)
            return f"It could not be run to the end, so it counts as not answered ({shown})."
    return ""


def record_zero(course: CourseFiles, learner: str, module: str, notebook: str) -> None:
    """Record that a learner gets nothing for a notebook; what a person has marked stays."""
    course.path("autograded", learner, module, notebook).unlink(missing_ok=True)
    with nbgrader_log(), Gradebook(course.db_url, "sales-strategy") as gradebook:
        gradebook.update_or_create_student(learner)
        gradebook.update_or_create_submission(module, learner)
        for grade in gradebook.find_submission_notebook(notebook, module, learner).grades:
            grade.auto_score = 0
            grade.needs_manual_grade = False
        gradebook.db.commit()
