"""No run of eight words or more is shared with a source document.

`source_runs.txt` holds salted hashes of the sources' word runs, so that the project carries none of their text. It was
made by `python tests/content/test_originality.py SOURCE.txt … > tests/content/source_runs.txt`.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

import pytest

RUN = 8
SALT = "sales strategy course"
ROOT = Path(__file__).parents[2]
HASHES = Path(__file__).with_name("source_runs.txt")
# Titles of sources stand in sources.yml and nowhere else.
FILES = sorted(
    p
    for folder in ("modules", "exercises", "course", "grading")
    for p in (ROOT / folder).rglob("*")
    if p.suffix in {".md", ".yml", ".py"} and p.name != "sources.yml" and "node_modules" not in p.parts
)


def runs(text: str) -> dict[str, str]:
    """Hash to word run, for each run of eight words."""
    words = re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))
    found = [" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1)]
    return {hashlib.sha256(f"{SALT} {run}".encode()).hexdigest()[:12]: run for run in found}


@pytest.fixture(scope="module")
def known() -> set[str]:
    return set(HASHES.read_text().split())


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_words_are_our_own(path: Path, known: set[str]):
    shared = [run for mark, run in runs(path.read_text("utf-8")).items() if mark in known]
    assert not shared, f"{path.relative_to(ROOT)} shares with a source: {shared[:3]}"


def test_a_sentence_of_a_source_would_be_found(known: set[str]):
    # A run of a source, reversed word by word so that this file does not hold it.
    reversed_run = "deal the want to practice good not is"
    run = " ".join(reversed(reversed_run.split()))
    assert set(runs(f"As we say here, {run} more than they do.")) & known


if __name__ == "__main__":
    marks = {mark for name in sys.argv[1:] for mark in runs(Path(name).read_text("utf-8", errors="replace"))}
    print("\n".join(sorted(marks)))
