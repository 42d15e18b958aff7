"""A folder of submissions goes in, a gradebook and feedback come out; real nbgrader, real kernels."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course.errors import CourseError, GradingError
from course.release import release
from grading.batch import Summary, grade, print_summary
from grading.coursedir import CourseFiles
from grading.expected import References, expecting

from .conftest import RIGHT, pack, write

EDITION = 77


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def graded(root, answer, tmp_path_factory):
    """A class: right, wrong in known and unknown ways, untouched, broken, hostile and missing."""
    folder = tmp_path_factory.mktemp("class")
    right = answer(RIGHT)
    write(folder / "right", right)
    known = "shares = accounts.groupby('industry').annual_spend_eur.sum() / accounts.annual_spend_eur.sum()"
    wrong = {**RIGHT, "margin": "margin = 1 / 0", "best": 'best = "=b"', "shares": known, "memo": ""}
    write(folder / "wrong", answer(wrong))
    write(folder / "untouched", answer({}))
    write(folder / "broken", {**right, "1.1-margin.ipynb": "{", "1.2-shares.ipynb": right["1.2-shares.ipynb"][:-9]})
    pack(
        folder / "hostile.zip", {"../1.1-margin.ipynb": right["1.1-margin.ipynb"], "1.2-shares.ipynb": "x" * (9 << 20)}
    )
    dead = answer({**RIGHT, "margin": "import os; os._exit(0)"})["1.1-margin.ipynb"]
    write(folder / "dead", {"1.1-margin.ipynb": dead})
    out = tmp_path_factory.mktemp("graded")
    summary = grade(folder, edition=EDITION, out=out, root=root, progress=False)
    return folder, out, summary


@pytest.fixture
def marks(graded):
    rows = table(graded[1] / "gradebook.csv")
    return {(r["learner"], r["task"]): (float(r["points"]), r["status"], r["reason"]) for r in rows}


def test_right_answers_get_all_points_and_the_memo_waits(marks):
    assert [marks["right", task][:2] for task in ("margin", "best", "shares", "memo")] == [
        (3, "passed"),
        (2, "passed"),
        (4, "passed"),
        (0, "waiting"),
    ]


def test_wrong_answers_get_nothing_and_the_reason(marks):
    points, status, reason = marks["wrong", "shares"]
    assert (points, status) == (0, "wrong")
    assert reason == "These are shares of **spend**, not of accounts."
    assert "ZeroDivisionError" in marks["wrong", "margin"][2]
    assert marks["wrong", "best"][:2] == (0, "wrong")
    assert marks["wrong", "memo"][:2] == (0, "no answer")


def test_untouched_notebooks_get_nothing(marks):
    assert {marks["untouched", task][:2] for task in ("margin", "best", "shares", "memo")} == {(0, "no answer")}


def test_what_can_not_be_read_is_a_zero_with_its_reason_and_stops_nobody(marks):
    assert marks["broken", "margin"][:2] == (0, "unreadable")
    assert "not valid JSON" in marks["broken", "margin"][2]
    assert marks["broken", "memo"][1] == "waiting", "the rest of the submission counts"
    assert marks["hostile", "margin"][:2] == (0, "missing")
    assert "climbs out of the archive" in marks["hostile", "margin"][2]
    assert marks["dead", "margin"][:2] == (0, "wrong")
    assert "Python died" in marks["dead", "margin"][2]
    assert marks["dead", "shares"][:2] == (0, "missing")


def test_everybody_is_in_the_gradebook_with_every_task(graded, marks):
    assert len(marks) == 6 * 4
    totals = {r["learner"]: r for r in table(graded[1] / "totals.csv")}
    assert (totals["right"]["points"], totals["right"]["max"], totals["right"]["waiting"]) == ("9", "21", "1")
    assert "climbs out" in totals["hostile"]["remarks"]


def test_nbgraders_own_gradebook_agrees(graded, marks):
    course = CourseFiles(graded[1] / "nbgrader")
    with Gradebook(course.db_url) as gradebook:
        for learner in ("right", "wrong", "untouched", "broken", "hostile", "dead"):
            own = sum(marks[learner, task][0] for task in ("margin", "best", "shares", "memo"))
            assert gradebook.find_submission("01-objectives", learner).score == own


def test_feedback_tells_the_learner_why(graded):
    page = (graded[1] / "feedback" / "wrong.html").read_text()
    assert "These are shares of <strong>spend</strong>" in page
    assert (graded[1] / "feedback" / "wrong" / "01-objectives" / "1.2-shares.html").exists()
    assert "climbs out of the archive" in (graded[1] / "feedback" / "hostile.html").read_text()


def test_the_summary_says_how_many_memos_wait(graded, capsys):
    print_summary(graded[2])
    assert "2 memos wait" in " ".join(capsys.readouterr().out.split())


def test_the_summary_counts_one_as_one_and_says_what_was_done_before_only_if_something_was(tmp_path, capsys):
    print_summary(Summary(tmp_path, "ours", 1, 1, 1, 2.0, waiting=1))
    said = " ".join(capsys.readouterr().out.split())
    assert "1 learner, 1 notebook (layout: ours)" in said
    assert "1 notebook graded now in 2 s, 2.00 s each." in said
    assert "1 memo waits" in said
    print_summary(Summary(tmp_path, "ours", 2, 1200, 1, 2.0))
    said = " ".join(capsys.readouterr().out.split())
    assert "2 learners, 1,200 notebooks" in said
    assert "2.00 s each; the others were done before." in said


def test_grading_again_does_nothing_anew_and_gives_the_same_bytes_and_keeps_a_persons_marks(graded, root):
    folder, out, _ = graded
    before = (out / "gradebook.csv").read_bytes()
    (folder / "dead" / "01-objectives" / "1.1-margin.ipynb").unlink()
    again = grade(folder, edition=EDITION, out=out, root=root, progress=False)
    assert again.fresh == 1, "only what changed"
    unchanged = [line for line in before.splitlines() if not line.startswith(b"dead")]
    assert [x for x in (out / "gradebook.csv").read_bytes().splitlines() if not x.startswith(b"dead")] == unchanged
    with Gradebook(CourseFiles(out / "nbgrader").db_url) as gradebook:
        mark = gradebook.find_grade("memo", "01-memo", "01-objectives", "right")
        mark.manual_score, mark.needs_manual_grade = 8.0, False
        gradebook.db.commit()
    grade(folder, edition=EDITION, out=out, root=root, progress=False)
    memo = next(r for r in table(out / "gradebook.csv") if (r["learner"], r["task"]) == ("right", "memo"))
    assert (memo["points"], memo["status"]) == ("8", "marked")


def test_answers_of_another_edition_are_wrong(root, answer, tmp_path):
    practice = {
        **RIGHT,
        "shares": "from course.case.edition import Edition\naccounts = Edition(2026).table('accounts')\n",
    }
    practice["shares"] += RIGHT["shares"]
    write(tmp_path / "class" / "anna", {"1.2-shares.ipynb": answer(practice)["1.2-shares.ipynb"]})
    grade(tmp_path / "class", edition=EDITION, out=tmp_path / "out", root=root, progress=False)
    row = next(r for r in table(tmp_path / "out" / "gradebook.csv") if r["task"] == "shares")
    assert (row["points"], row["status"]) == ("0", "wrong")


def test_two_runs_on_one_gradebook_keep_apart(root, tmp_path):
    import fcntl

    (tmp_path / "out").mkdir()
    with (tmp_path / "out" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(GradingError, match="another grading run"):
            grade(tmp_path, out=tmp_path / "out", root=root, progress=False)


# --- expected values ---


def test_expected_values_are_computed_once_and_never_from_a_learners_tables(root, tmp_path, monkeypatch):
    references = References(root, EDITION, tmp_path / "cache")
    first = references.task("1.2", "shares")
    kept = list((tmp_path / "cache").rglob("*.json"))
    assert len(kept) == 1
    empty = tmp_path / "data"
    empty.mkdir()
    monkeypatch.setenv("COURSE_DATA", str(empty))
    assert References(root, EDITION, tmp_path / "other").task("1.2", "shares") == first
    kept[0].write_text("{half a fi")
    assert References(root, EDITION, tmp_path / "cache").task("1.2", "shares") == first
    assert json.loads(kept[0].read_text())["shares"] == first


def test_expect_raises_the_message_of_the_known_wrong_answer(root, tmp_path, monkeypatch):
    from course.case.edition import Edition

    for name, value in {"COURSE_EDITION": "77", "COURSE_ROOT": str(root), "COURSE_CACHE": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    expect = expecting("1.2", "shares")
    accounts = Edition(77).table("accounts")
    expect(accounts.industry.value_counts(normalize=True))
    with pytest.raises(AssertionError, match=r"shares of \*\*spend"):
        expect(accounts.groupby("industry").annual_spend_eur.sum() / accounts.annual_spend_eur.sum())
    with pytest.raises(AssertionError):
        expect(None)
    monkeypatch.setenv("COURSE_EDITION", "spring")
    with pytest.raises(GradingError, match="a whole number, found 'spring'"):
        expect(1)


# --- release ---


def test_a_handout_works_in_plain_python_and_holds_no_answers(root, tmp_path):
    out = tmp_path / "handout"
    files = release(["1"], edition=EDITION, out=out, root=root)
    assert Path("01-objectives/1.2-shares.ipynb") in files
    code = (
        "import course, sys; from course.case import load; print(course.__file__); print(load('accounts').industry[0])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=out / "01-objectives", capture_output=True, text=True, check=True, env={}
    )
    assert str(out) in run.stdout
    everything = "\n".join((out / path).read_text("utf-8") for path in files)
    assert "BEGIN HIDDEN" not in everything
    assert RIGHT["margin"] not in everything
    assert "two margins" not in everything


def test_handout_and_release_by_nbgrader_are_the_same_notebooks(root, released, tmp_path):
    import nbformat

    release([], out=tmp_path / "handout", root=root)
    for (module, name), one in released.items():
        ours = nbformat.read(tmp_path / "handout" / module / f"{name}.ipynb", as_version=4)
        assert [c.source for c in ours.cells] == [c.source for c in one.notebook.cells]


def test_a_handout_never_overwrites_and_leaves_nothing_half_written(root, tmp_path):
    (tmp_path / "handout").mkdir()
    (tmp_path / "handout" / "mine.txt").write_text("x")
    with pytest.raises(CourseError, match="new or empty"):
        release(out=tmp_path / "handout", root=root)
    with pytest.raises(CourseError, match="no module 9"):
        release(["9"], out=tmp_path / "new", root=root)
    assert [p.name for p in tmp_path.iterdir()] == ["handout"]
