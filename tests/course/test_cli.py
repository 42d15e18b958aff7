"""Every verb explains itself with an example that parses; what a user gets wrong is one message and exit code 1."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from course.case.edition import PRACTICE_SEED
from course.cli import PRACTICE, app

README = Path(__file__).parents[2] / "README.md"


def verbs() -> Iterator[tuple[str, typer.main.TyperCommand]]:
    def walk(group, path: tuple[str, ...]) -> Iterator[tuple[str, typer.main.TyperCommand]]:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from walk(command, (*path, name))
                if command.invoke_without_command:
                    yield " ".join((*path, name)), command
            else:
                yield " ".join((*path, name)), command

    yield from walk(typer.main.get_command(app), ())


VERBS = dict(verbs())


def course(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "course.cli", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_help_an_example_and_explained_options(verb: str):
    command = VERBS[verb]
    example = re.search(r"Example: course (.+)", command.help or "")
    assert example, f"course {verb} has no example"
    assert example[1].startswith(verb)
    arguments = shlex.split(example[1].removeprefix(verb))
    command.make_context(verb, arguments)
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"course {verb}: {parameter.name} is not explained"


def test_the_practice_edition_is_the_one_by_default():
    assert PRACTICE == PRACTICE_SEED


def test_commands_that_the_readme_shows_exist():
    for line in re.findall(r"^\.venv/bin/course (.+)$", README.read_text(), re.M):
        arguments = shlex.split(line, comments=True)
        verb = max((v for v in VERBS if " ".join(arguments).startswith(v)), key=len)
        VERBS[verb].make_context(verb, arguments[len(verb.split()) :])


def test_checking_the_steps_before_module_1_says_what_each_has(tmp_path: Path):
    done = course("check", "00-start", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^ ?0\.1 +Values and names +1 ", done.stdout, re.M)
    assert "6 of 6 steps of module 0 have all that a step needs." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "09-goals"], "There is no module 09-goals. The modules are 00-start"),
        (["release", "09-goals", "--out", "handout"], "There is no module 09-goals"),
        (["grade", "nowhere"], "nowhere"),
        (["case", "truths", "--seed", "-3"], "a whole number from 0, not -3"),
        (["case"], "Name the folder that the tables are written to"),
        (["case", "--scale", "30", "--out", "data"], "too large for CSV"),
        (["case", "--scale", "1.5", "--format", "parquet", "--out", "data"], "a whole number of divisions, not 1.5"),
        (["case", "--scale", "0.05", "--out", "data"], "scale is 0.1 or more"),
        (["case", "--out", "data", "truths"], "--out belongs to what follows"),
    ],
)
def test_what_a_user_gets_wrong_is_one_message(arguments: list[str], message: str, tmp_path: Path):
    done = course(*arguments, cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir()), "something half-written was left behind"
