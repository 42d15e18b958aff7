"""What the page's Python does with cells, in plain Python: outputs, errors, checks."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from course.answer import Spec, fingerprint
from course.site.cells import MOST_ROWS, MOST_TEXT, Session, dumps, show


@pytest.fixture
def session() -> Session:
    return Session()


def only(result: dict[str, Any]) -> dict[str, Any]:
    assert result["error"] is None
    assert len(result["outputs"]) == 1
    return dict(result["outputs"][0])


def test_the_value_of_the_last_line_is_shown(session: Session) -> None:
    assert only(session.run("x = 2\nx * 21", "a")) == {"kind": "text", "text": "42"}


@pytest.mark.parametrize("code", ["x = 1", "None", "42;", "42; # quiet", "", "# nothing"])
def test_no_value_shows_nothing(session: Session, code: str) -> None:
    assert session.run(code, "a") == {"ok": True, "outputs": [], "error": None}


def test_what_is_printed_comes_first_then_what_is_displayed(session: Session) -> None:
    outputs = session.run("display(1)\nprint('hello')\n2", "a")["outputs"]
    assert [o["text"] for o in outputs] == ["hello\n", "1", "2"]


def test_cells_share_their_names(session: Session) -> None:
    session.run("def double(x): return 2 * x", "a")
    assert only(session.run("double(4)", "b"))["text"] == "8"


def test_going_back_undoes_whatever_a_try_did(session: Session) -> None:
    given = """import numpy as np, pandas as pd
deals = pd.DataFrame({"eur": [1, 2]})
rates, limits, draw = [1], {"small": [1]}, np.random.default_rng(1)"""
    assert session.run(given, "given")["ok"]
    session.keep()
    tried = """deals["share"] = 0.5
del deals["eur"]
rates.append(2); limits["small"].append(2); list = 4
first = draw.random()
del pd"""
    assert session.run(tried, "a")["ok"]
    first = session.namespace["first"]
    for _ in range(2):
        session.back()
        assert session.run("list([pd])", "a")["ok"]
        assert "first" not in session.namespace
        assert session.namespace["deals"].to_dict("list") == {"eur": [1, 2]}
        assert (session.namespace["rates"], session.namespace["limits"]) == ([1], {"small": [1]})
        assert session.run("deals.loc[:, 'eur'] = 0; draw.random()", "a")["outputs"][0]["text"] == repr(first)


def test_functions_see_the_names_as_they_are_after_going_back(session: Session) -> None:
    assert session.run("rate = 2\ndef twice(): return rate * 2", "given")["ok"]
    session.keep()
    session.back()
    assert session.run("rate = 5\ntwice()", "a")["outputs"] == [{"kind": "text", "text": "10"}]


def test_printing_stops_at_a_limit(session: Session) -> None:
    text = only(session.run(f"print('x' * {10 * MOST_TEXT})\nprint('y')", "a"))["text"]
    assert len(text) < MOST_TEXT + 100
    assert text.endswith("The rest of the output is left out.")


def test_a_table_is_plain_data() -> None:
    frame = pd.DataFrame(
        {
            "segment": ["small", None],
            "eur": [1234567.891, np.nan],
            "rate": [0.12345, 0.5],
            "count": [3, 4000],
            "on": pd.to_datetime(["2025-01-31", None]),
        }
    )
    table = show(frame)
    assert table["columns"] == ["segment", "eur", "rate", "count", "on"]
    assert table["rows"] == [
        ["small", "1,234,567.9", "0.1235", "3", "2025-01-31"],
        ["", "", "0.5000", "4,000", ""],
    ]
    assert table["numeric"] == [False, True, True, True, False]
    assert (table["index"], table["total"], table["total_columns"]) == ([], 2, 5)


def test_a_long_table_is_cut_and_says_its_size() -> None:
    table = show(pd.DataFrame({"n": range(1000)}))
    assert (len(table["rows"]), table["total"]) == (MOST_ROWS, 1000)


def test_an_index_is_shown_unless_it_only_counts_rows() -> None:
    grouped = pd.DataFrame({"a": ["x", "y"], "b": ["p", "q"], "n": [1, 2]}).groupby(["a", "b"])["n"].sum()
    table = show(grouped)
    assert (table["index_names"], table["index"]) == (["a", "b"], [["x", "p"], ["y", "q"]])
    assert (table["columns"], table["rows"]) == (["n"], [["1"], ["2"]])


def test_charts_come_with_their_words() -> None:
    from course.plot import bar

    chart = show(bar(pd.DataFrame({"x": ["a"], "y": [1]}), "x", "y", title="One"))
    assert (chart["kind"], chart["alt"]) == ("chart", "One")


def test_every_output_is_json(session: Session) -> None:
    code = "import pandas as pd\npd.DataFrame({'a': [float('nan'), float('inf')], 'b': [{1}, pd.NA]})"
    json.loads(dumps(session.run(code, "a")))


@pytest.mark.parametrize(
    ("code", "line", "sentence"),
    [
        ("x = 1\ny = x +", 2, "Python can't read this line"),
        ("x = 1\n  y = 2", 2, "spaces at the start"),
        ("amount = 1\namuont", 2, "Nothing is called 'amuont' here yet. Did you mean 'amount'?"),
        ("1 / 0", 1, "divided by zero"),
        ("raise NotImplementedError", 1, "placeholder"),
        ("import nowhere_to_be_found", 1, "no module 'nowhere_to_be_found'"),
        ("[1][3]", 1, "position that does not exist"),
        ("'a'.uper()", 1, "A str has nothing called 'uper'. Did you mean 'upper'?"),
        ("'a' + 1", 1, "kinds that do not fit"),
        ("exit()", 1, "Leave `exit()` out."),
        ("name = input('Who?')", 1, "Write the value into the code instead."),
        ("x = “3”", 1, "Python reads straight quotation marks only"),
        ("print = 3\nprint(3)", 2, "Was its name given to something else"),
        ("2.0 ** 5000", 1, "larger here than Python can hold"),
        ("def f(): f()\nf()", 1, "calls itself without end"),
    ],
)
def test_an_error_is_told_by_its_line_and_in_plain_words(session: Session, code: str, line: int, sentence: str) -> None:
    error = session.run(code, "revenue")["error"]
    assert error["line"] == line
    assert error["source"] == code.splitlines()[line - 1].strip()
    assert sentence in error["sentence"]


def test_a_missing_column_is_told_by_the_nearest_one(session: Session) -> None:
    session.run("import pandas as pd\ndeals = pd.DataFrame({'segment': ['a'], 'won': [True]})", "given")
    error = session.run("x = 1\ndeals['segmnet']", "a")["error"]
    assert (error["line"], error["type"]) == (2, "KeyError")
    assert error["sentence"] == "There is no column or entry named 'segmnet'. Did you mean 'segment'?"
    assert "site-packages/pandas" in error["trace"]
    assert "course/site/cells.py" not in error["trace"]  # the learner's code comes first


@pytest.mark.parametrize(
    ("code", "shown"), [("pd.Series([1, 2]).mean()", "1.5"), ("pd.Series([1, 2]).sum()", "3"), ("'a'", "'a'")]
)
def test_a_number_is_shown_as_people_write_it(session: Session, code: str, shown: str) -> None:
    assert session.run(f"import pandas as pd\n{code}", "a")["outputs"] == [{"kind": "text", "text": shown}]


TABLES = """import pandas as pd
deals = pd.DataFrame({"region": ["a", "b"], "status": ["won", "open"], "eur": [1.0, 2.0], "n": [1, 2]})
leads = pd.DataFrame({"region": ["a", "b"], "lead": ["x", "y"], "n": ["1", "2"]})
by_region = deals[["region", "eur"]].groupby("region").sum()
joined = deals.merge(leads, on="region")"""


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ('deals[deals["eur"] > 1 & deals["n"] < 3]', "each in its own brackets"),
        ('deals[deals["status"] == "open" & deals["eur"] > 1]', "each needs brackets of its own"),
        ('deals[(deals["eur"] > 1) and (deals["n"] < 3)]', "Join comparisons by & or |"),
        ('deals[deals["status"] = "open"]', "a comparison is written with two"),
        ('deals("eur")', "a column is taken with square ones"),
        ('deals["region", "eur"]', "two pairs of square brackets: [['region', 'eur']]"),
        ('by_region["region"]', "`.reset_index()` makes it a column again"),
        ('joined["n"]', "The join found it in both tables and made 'n_x' and 'n_y' of it"),
        ('deals.merge(leads, on="n")', "text in one table and a number in the other"),
        ('deals["n"].dt.year', "`.dt` opens dates"),
        ('deals["share"] = [1, 2, 3]', "not as many entries as the table has rows"),
        ('deals.groupby("region").mean()', "This calculation needs numbers"),
    ],
)
def test_what_beginners_do_with_tables_is_told_in_plain_words(session: Session, code: str, sentence: str) -> None:
    assert session.run(TABLES, "given")["ok"]
    assert sentence in session.run(code, "a")["error"]["sentence"]


RIGHT = fingerprint(10.0, Spec.parse("total", {"type": "number", "tolerance": 0.5}))
WRONG = fingerprint(20.0, Spec.parse("total", {"type": "number", "tolerance": 0.5}), against=10.0)
WRONGS = {"double": {"fingerprint": WRONG, "message": "Counted twice."}}


@pytest.mark.parametrize(
    ("code", "passed", "wrong", "said"),
    [
        ("total = 10.2", True, None, "Right."),
        ("total = 20", False, "double", "Counted twice."),
        ("total = 3", False, None, "not the right value yet"),
        ("total = -1", False, None, "A total is not negative."),
        ("other = 1", False, None, "no variable `total` yet"),
        ("total = 'ten'", False, None, "the shape is not the one"),
    ],
)
def test_an_answer_is_judged(session: Session, code: str, passed: bool, wrong: str | None, said: str) -> None:
    session.run(code, "total")
    # 20 fails the check as well; why it is wrong is known better than that.
    outcome = session.check("total", "assert 0 <= total < 15, 'A total is not negative.'", RIGHT, WRONGS)
    assert (outcome["passed"], outcome["wrong"]) == (passed, wrong)
    if said.startswith("the shape"):
        assert outcome["error"]["type"] == "TypeError"
    else:
        assert said in outcome["message"]
