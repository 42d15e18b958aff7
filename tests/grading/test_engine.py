"""What crosses between processes is data only; what the engine decides, it decides by stated rules."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.errors import GradingError
from grading import batch
from grading.batch import grade, read_editions
from grading.engine import _ahead
from grading.files import atomic, write_csv
from grading.intake import Handed
from grading.outcome import outcomes
from grading.record import marks_of
from grading.wire import MalformedError, OpaqueError, decode, encode, receive, send

from .conftest import RIGHT, write
from .test_attacks import passed, task
from .test_batch import table

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(max_size=20)
    | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=4)
    ),
    max_leaves=15,
)


def crossed(value):
    """Send a value through a real socket and take it out again."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        buffers: list[bytes] = []
        form = encode(value, buffers)
        thread = threading.Thread(target=send, args=(ours, {"value": form}, buffers))
        thread.start()
        message, received = receive(theirs)
        thread.join()
    return decode(message["value"], received)


@settings(max_examples=150, deadline=None)
@given(PLAIN)
def test_plain_values_cross_unchanged(value):
    got = crossed(value)
    assert got == value or "\\ud" in ascii(value)
    assert type(got) is type(value)


FRAMES = {
    "mixed": pd.DataFrame({"a": ["x", None, "z"], "b": [1, 2, 3], "c": [1.5, np.nan, 2], "d": [True, False, True]}),
    "dates": pd.DataFrame({"on": pd.to_datetime(["2025-01-01", None]), "for": pd.to_timedelta([1, 2], "D")}),
    "category": pd.DataFrame({"a": pd.Categorical(["x", "y", None], ["y", "x"], ordered=True)}),
    "nullable": pd.DataFrame({"a": pd.array([1, None], "Int64"), "b": pd.array([True, None], "boolean")}),
    "two levels": pd.DataFrame({"v": [1, 2]}, pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["k", "n"])),
    "named index": pd.DataFrame({"v": [1, 2]}, pd.Index(["p", "q"], name="key")),
    "objects": pd.DataFrame({"v": [[1], {"a": 2}, None]}),
    "periods": pd.DataFrame({"v": [1, 2]}, pd.date_range("2025-01-01", periods=2, freq="D")),
    "empty": pd.DataFrame({"a": pd.Series([], dtype="str"), "b": pd.Series([], dtype="int64")}),
    "two columns of one name": pd.DataFrame([[1, 2]], columns=["a", "a"]),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frames_cross_with_their_types(name):
    frame = FRAMES[name]
    pd.testing.assert_frame_equal(crossed(frame), frame)
    pd.testing.assert_series_equal(crossed(frame.iloc[:, 0]), frame.iloc[:, 0])


TAGS = [
    *("plain", "seq", "v", "dict", "array", "shape", "at", "frame", "columns", "index"),
    *("series", "as", "int", "iso", "scalar", "timestamp", "tz", "none", "range", "name"),
    *("levels", "freq", "lengths", "codes", "missing", "float", "bytes", "objects", "period", "xrange", "exact"),
]
FORMS = st.recursive(
    st.none() | st.integers() | st.text(max_size=6) | st.sampled_from(["list", "<f8", "numpy", "text", "date", "NA"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(TAGS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(FORMS)
def test_forms_that_nobody_makes_are_refused_or_are_data(form):
    try:
        value = decode(form, [b"12345678"])
    except MalformedError:
        return
    assert type(value).__module__.split(".")[0] in ("builtins", "numpy", "pandas", "datetime", "decimal", "fractions")


@pytest.mark.parametrize("codes", [[0, 2], [-2, 0], [0, 1 << 30]])
def test_a_column_of_text_that_points_outside_of_its_texts_is_refused(codes):
    buffers: list[bytes] = []
    form = encode(pd.Series(["a", "b"], dtype="str"), buffers)
    buffers[form["series"]["codes"]["at"]] = np.array(codes, "<i4").tobytes()
    with pytest.raises(MalformedError):
        decode(form, buffers)


def test_what_is_not_data_does_not_cross():
    class Evil:
        def __reduce__(self):
            return os.system, ("true",)

    for value in (Evil(), [Evil()], lambda: 1, pd.DataFrame({"a": [Evil()]}), np.array([Evil()]), sys):
        with pytest.raises(OpaqueError):
            encode(value, [])


# --- what can't cross, and the mode for it ---

CLASS = "class Account:\n    def __init__(self): self.balance = 42\nanswer = Account()"
NEEDS_CLASS = "assert answer.balance == 42"


@pytest.fixture(scope="module")
def worker(nursery):
    from grading.pool import WorkerProcess

    made = WorkerProcess(nursery)
    yield made
    made.close()


def test_a_value_that_can_not_leave_is_reported_and_can_be_allowed_cell_by_cell(worker):
    result = worker.grade(task(CLASS, NEEDS_CLASS), {})
    assert not passed(result)
    assert "Account" in result["opaque"]["t"]
    allowed = worker.grade(task(CLASS, NEEDS_CLASS, beside=True), {})
    assert passed(allowed)


def test_functions_are_called_where_they_live(worker):
    code = "def answer(x, *, by=1):\n    if x is None: raise ValueError('none')\n    return x * by"
    test = """
    assert answer(21, by=2) == 42
    assert list(map(answer, [1, 2])) == [1, 2]
    try:
        answer(None)
    except ValueError as e:
        assert 'none' in str(e)
    else:
        raise AssertionError
    """
    assert passed(worker.grade(task(code, test), {}))


def test_a_function_of_the_learners_can_be_handed_to_another(worker):
    code = "def rule(x): return x + 1\ndef settle(rule, *, twice=None): return rule(1) + (twice(1) if twice else 0)"
    test = "assert settle(rule) == 2\nassert settle(rule, twice=rule) == 4"
    assert passed(worker.grade(task(code, test), {}))


def test_a_test_can_take_a_function_away_to_see_whether_it_is_used(worker):
    code = "def part(x): return x\ndef answer(x): return part(x) * 2"
    test = "kept = part\ndel part\ntry:\n    answer(1)\nexcept NameError:\n    pass\nelse:\n    raise AssertionError\n"
    test += "part = kept\nassert answer(1) == 2"
    assert passed(worker.grade(task(code, test), {}))


def test_what_a_test_computes_is_not_seen_by_the_learners_functions(worker):
    code = "right = None\ndef answer(): return right"
    assert not passed(worker.grade(task(code, "right = 42\nassert answer() == right"), {}))


@pytest.mark.parametrize(
    ("given", "score"), [("2.5", 2.5), ("0", 0), ("9", 0), ("-1", 0), ("nan", 0), ("inf", 0), ("ok", 4)]
)
def test_a_test_that_awards_what_its_task_can_not_have_awards_nothing(given, score):
    cell = nbformat.v4.new_code_cell("x", metadata={"nbgrader": {"grade": True, "grade_id": "t", "points": 4}})
    cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": given})]
    notebook = nbformat.v4.new_notebook(cells=[cell])
    assert marks_of("n", notebook).scores == {"t": score}
    handed = Handed("anna", "m", "n", None)
    amiss = outcomes(notebook, handed)["t"].status == "wrong"
    assert amiss == (given in ("9", "-1", "nan", "inf"))


# --- what the release begins with ---

GIVEN = "import time\nbegun = time.time_ns()\nshared = []\nprint('given')"


def shared_task(own: str, ahead: int = 1) -> dict:
    made = task(f"{own}", "assert answer == 42")
    made["cells"].insert(0, {"kind": "learner", "source": GIVEN, "given": True, "grade_id": ""})
    return {**made, "ahead": ahead}


def printed_by(result: dict) -> list[str]:
    return ["".join(o.get("text", "") for o in outputs) for outputs in result["outputs"]]


def test_it_runs_once_for_all_and_a_learner_finds_nothing_of_another(worker):
    own = """
import os
print(begun, len(shared), os.listdir("."), os.path.exists("/tmp/left"))
shared.append(1); time.sleep = None; answer = 42
open("left", "w").close(); open("/tmp/left", "w").close()
try: open("/left", "w")
except OSError: print("nowhere else")
"""
    first, second = (worker.grade(shared_task(own), {}) for _ in range(2))
    assert passed(first)
    assert passed(second)
    assert printed_by(first) == printed_by(second)
    assert printed_by(first)[0] == "given\n"
    assert printed_by(first)[1].endswith(" 0 [] False\nnowhere else\n")
    apart = printed_by(worker.grade(shared_task(own, ahead=0), {}))
    assert apart[1].split()[1:] == printed_by(first)[1].split()[1:]
    assert apart[1].split()[0] != printed_by(first)[1].split()[0], "run for this one alone"


@pytest.mark.parametrize(
    "given",
    ["import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
     "open('kept', 'w').close()", "import os, signal\nos.getppid() and os.kill(os.getpid(), signal.SIGKILL)"],
)  # fmt: skip
def test_what_can_not_be_run_for_all_is_run_for_each(worker, given):
    made = shared_task("import os\nanswer = 42 if ready else 0\nprint(os.listdir())")
    made["cells"][0]["source"] = f"{given}\nready = True"
    result = worker.grade(made, {})
    assert passed(result)
    assert printed_by(result)[1] == ("['kept']\n" if "kept" in given else "[]\n")


def test_only_what_comes_before_anything_of_a_learners_own_runs_for_all():
    released, extra, answer, test = (
        {"kind": kind, "source": "", "given": given, "grade_id": grade_id}
        for kind, given, grade_id in (
            ("learner", True, ""), ("learner", False, ""), ("learner", False, "a"), ("test", True, "t"))
    )  # fmt: skip
    assert _ahead([released, released, answer, released]) == 2
    assert _ahead([released, test, answer]) == 1
    assert _ahead([released, extra, released, answer]) == 0
    assert _ahead([extra, released, answer]) == 0


# --- protection ---


def test_an_ordinary_user_is_protected_as_root_is():
    code = "import os; from grading.sandbox import missing; print(os.geteuid(), repr(missing()))"
    ordinary = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []
    done = subprocess.run([*ordinary, sys.executable, "-c", code], capture_output=True, text=True, check=True)
    user, lacking = done.stdout.split(maxsplit=1)
    assert user != "0"
    assert lacking.strip() == "''"


def test_a_python_below_tmp_stays_within_reach_of_what_is_locked_up(tmp_path):
    assert str(tmp_path).startswith("/tmp/"), "pytest's folders lie elsewhere: this test says nothing"
    code = "import sys; from grading import sandbox; sys.prefix = sys.argv[1]; print(sandbox.missing())"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_an_environment_that_is_reached_by_a_link_stays_within_reach_of_what_is_locked_up(tmp_path, monkeypatch):
    from grading.pool import Nursery, WorkerProcess

    (tmp_path / "linked").symlink_to(sys.prefix)
    monkeypatch.setattr("grading.pool.sys.executable", str(tmp_path / "linked" / "bin" / "python"))
    nursery = Nursery()
    worker = WorkerProcess(nursery)
    code = "import sys, IPython.core.magics.packaging\nanswer = sys.prefix"
    result = worker.grade(task(code, f"assert answer == {str(tmp_path / 'linked')!r}"), {})
    worker.close()
    nursery.close()
    assert passed(result), result["outputs"]


def test_without_protection_it_refuses_unless_told_otherwise_in_so_many_words(root, answer, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "missing", lambda: "no user namespaces")
    write(tmp_path / "class" / "anna", {"1.1-margin.ipynb": answer(RIGHT)["1.1-margin.ipynb"]})
    with pytest.raises(GradingError, match=r"no user namespaces.*--unprotected"):
        grade(tmp_path / "class", out=tmp_path / "out", root=root, progress=False)
    assert not (tmp_path / "out").exists()
    grade(tmp_path / "class", out=tmp_path / "out", root=root, unprotected=True, pages=False, progress=False)
    assert sum(float(r["points"]) for r in table(tmp_path / "out" / "gradebook.csv")) == 5


# --- editions ---


def test_each_learner_is_graded_on_their_own_edition(root, answer, tmp_path):
    from course.case.edition import Edition

    for learner, seed in (("anna", 5), ("bo", 6), ("cheat", 6)):
        shares = Edition(seed).table("accounts").industry.value_counts(normalize=True).to_dict()
        text = answer({**RIGHT, "shares": f"shares = {shares}"})["1.2-shares.ipynb"]
        write(tmp_path / "class" / learner, {"1.2-shares.ipynb": text})
    listed = tmp_path / "editions.csv"
    listed.write_text("learner,edition\nanna,5\nbo,6\ncheat,5\n")
    out = tmp_path / "out"
    grade(tmp_path / "class", out=out, root=root, editions=read_editions(listed), pages=False, progress=False)
    points = {r["learner"]: r["points"] for r in table(out / "gradebook.csv") if r["task"] == "shares"}
    assert points == {"anna": "4", "bo": "4", "cheat": "0"}, "a copied answer is of another edition"


def test_a_bad_list_of_editions_is_said_plainly(tmp_path):
    listed = tmp_path / "editions.csv"
    listed.write_text("learner,edition\nanna,spring\n")
    with pytest.raises(GradingError, match=r"editions.csv:2: expected an edition's seed.*'spring'"):
        read_editions(listed)
    listed.write_text("name;seed\n")
    with pytest.raises(GradingError, match="expected the columns learner and edition"):
        read_editions(listed)
    with pytest.raises(GradingError, match="can't read it"):
        read_editions(Path("nowhere.csv"))


def test_stock_nbgrader_and_the_engine_agree(root, answer, tmp_path):
    known = {**RIGHT, "margin": "margin = (1 - lines.cost_eur / lines.revenue_eur).mean()"}
    for learner, answers in {"right": RIGHT, "wrong": known, "blank": {}}.items():
        write(tmp_path / "class" / learner, {"1.1-margin.ipynb": answer(answers)["1.1-margin.ipynb"]})
    for engine in ("stock", "safe"):
        grade(tmp_path / "class", out=tmp_path / engine, root=root, engine=engine, pages=False, progress=False)
    assert (tmp_path / "stock" / "gradebook.csv").read_bytes() == (tmp_path / "safe" / "gradebook.csv").read_bytes()


def test_what_a_learner_wrote_is_no_formula_in_a_spreadsheet(tmp_path):
    write_csv(tmp_path / "a.csv", ["x"], [["=1+1"], ["@SUM(A1)"], ["-2"], ["fine"], [3.0], [" =1"], ["\uff1d1"]])
    assert (tmp_path / "a.csv").read_text() == "x\n'=1+1\n'@SUM(A1)\n'-2\nfine\n3\n' =1\n'\uff1d1\n"


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    target = tmp_path / "kept"
    target.write_text("before")
    with pytest.raises(UnicodeEncodeError), atomic(target) as file:
        file.write("half" * 100_000 + "\ud800")
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]
