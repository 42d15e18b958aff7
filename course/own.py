"""An organisation's own tables in the place of the case company's: which exercises they carry, and how these load them.

    own = OwnData(Path("own"))            what `course case import` wrote
    own.verdicts(curriculum)["1.4"].reason

Readings, quizzes and memos stay with the case company; tasks that the tables carry are done on them, and only tables
that such tasks load become part of a site.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from course.case.importing.support import Support, judge
from course.case.package import DESCRIPTOR, described, read
from course.case.registry import Node
from course.curriculum import Curriculum
from course.errors import DataError
from course.exercise import Exercise


def as_imported(node: Node, columns: Collection[str], tables: Collection[str]) -> Node:
    """A case table as an organisation has it: with the columns that are there, leading to tables that are there.

    Lists of words are left out, for an organisation has words of its own.
    """
    kept = [
        replace(column, choices=(), refers=column.refers if column.refers.split(".")[0] in tables else "")
        for column in node.columns
        if column.name in columns
    ]
    return replace(node, columns=tuple(kept))


class OwnData:
    """The tables in `folder`, or in data/ there. Raises DataError when there is no data package."""

    def __init__(self, folder: Path):
        self.folder = folder if (folder / DESCRIPTOR).is_file() else folder / "data"
        if not (self.folder / DESCRIPTOR).is_file():
            raise DataError(
                f"{folder}: expected tables that `course case import` wrote, with a {DESCRIPTOR}; found none. "
                f"Make them: course case import FILES --out {folder.name}"
            )

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Each table by name."""
        return {name: read(name, self.folder) for name in described(self.folder)}

    @cached_property
    def digest(self) -> str:
        """A name for what the tables hold."""
        digest = hashlib.sha256()
        for path in sorted(self.folder.iterdir()):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()

    def load(self, *names: str) -> Any:
        """`course.case.load` on these tables."""
        found = tuple(self.tables[name].copy() for name in names)
        return found[0] if len(found) == 1 else found

    def verdicts(self, curriculum: Curriculum) -> dict[str, Support]:
        """For each topic with an exercise, whether it can be done on these tables, and if not, why; by id."""
        return {
            topic.id: judge(curriculum, module, topic, self.tables)
            for module, topic in curriculum.topics()
            if curriculum.exercise(module, topic).exists()
        }

    def files(self, curriculum: Curriculum, verdicts: Mapping[str, Support]) -> dict[str, bytes]:
        """The data package's files by name, with the tables alone that exercises load which can be done."""
        wanted = {
            table
            for module, topic in curriculum.topics()
            if topic.id in verdicts and verdicts[topic.id].answers is not None
            for table in Exercise.read(curriculum.exercise(module, topic)).tables
        }
        package = json.loads((self.folder / DESCRIPTOR).read_text("utf-8"))
        package["resources"] = [found for found in package["resources"] if found["name"] in wanted]
        files = {found["path"]: (self.folder / found["path"]).read_bytes() for found in package["resources"]}
        return files | {DESCRIPTOR: json.dumps(package, indent=2, ensure_ascii=False).encode()}
