"""How an organisation or instructor sets up its copy of the course: training.yml beside mkdocs.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from course.source import Source, read_yaml


class Training(Source):
    """The settings of one copy.

    kind: `self-paced` learners study alone; a `graded` cohort hands its work in.
    solutions: whether the page shows a task's solution once a learner has tried it, or never. By default self-paced
    learners see them and graded cohorts do not.
    data: the folder, relative to training.yml, that `course case import` made of the organisation's own export. Tasks
    that it carries are done on it, the others say what it lacks; readings stay with the case company.
    """

    name: str = "Sales strategy"
    kind: Literal["self-paced", "graded"] = "self-paced"
    data: str = ""
    solutions: Literal["after-trying", "never"] | None = None

    @property
    def shows_solutions(self) -> bool:
        return (self.solutions or ("after-trying" if self.kind == "self-paced" else "never")) == "after-trying"

    @classmethod
    def read(cls, path: Path) -> Training:
        """Read a training.yml; where there is none, the defaults. Raises ContentError with file and line."""
        if not path.exists():
            return cls()
        read = read_yaml(path, cls)
        return read.model_copy(update={"data": str((path.parent / read.data).resolve())}) if read.data else read
