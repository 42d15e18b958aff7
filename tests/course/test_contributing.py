"""The steps of CONTRIBUTING.md lead to a topic that passes the check."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course.curriculum import ROOT, Curriculum
from course.errors import ContentError
from course.scaffold import new_topic

WORDS = "A plan for partners says what they sell, to whom, and by when they will be asked about it again. " * 35


def commands() -> list[list[str]]:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    steps = text[text.index("## Add a topic") : text.index("## Change the code")]
    blocks = re.findall(r"```sh\n(.*?)```", steps, re.S)
    return [shlex.split(line) for block in blocks for line in block.splitlines() if line.strip()]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for folder in ("modules", "exercises"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def course(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "course.cli", *arguments]
    environment = os.environ | {"COLUMNS": "200", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_topic_added_by_the_steps_passes_the_check(copy: Path):
    new, check = (c[1:] for c in commands() if c[0].endswith("course"))
    started = course(copy, *new)
    assert started.returncode == 0, started.stderr
    files = [Path(line.removeprefix("Wrote ")) for line in started.stdout.splitlines() if line.startswith("Wrote ")]
    assert len(files) == 4

    unfinished = course(copy, *check)
    assert unfinished.returncode == 1
    for file in files:
        assert f"{file}:" in unfinished.stderr

    for file in files:
        text = file.read_text()
        if file.suffix == ".md":
            text = text.replace("REPLACE.", WORDS, 1)
        text = re.sub(
            r"(alt=)\"REPLACE[^\"]*", r'\1"Most regions use the euro, three of them have a currency alone', text
        )
        file.write_text(text.replace("REPLACE", "See"))
    finished = course(copy, *check)
    own = [line for line in finished.stderr.splitlines() if "partner-targets" in line or "1.8" in line]
    assert not own, own
    row = next(line for line in finished.stdout.splitlines() if "Targets for partners" in line)
    assert "–" not in row.split("partners", 1)[1], row


def test_make_targets_of_the_steps_exist():
    makefile = (ROOT / "Makefile").read_text()
    for command in commands():
        if command[0] == "make":
            assert f"\n{command[1]}:" in makefile


def test_a_taken_id_or_slug_is_refused_and_nothing_is_written(copy: Path):
    before = {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()}
    for id, slug, message in [
        ("1.4", "x", "exists already"),
        ("1.8", "Partner Targets", "can't be"),
        ("9.1", "x", "no module 9"),
    ]:
        with pytest.raises(ContentError, match=message):
            new_topic(Curriculum(copy), id, slug, "Targets")
    assert {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()} == before
