"""Files as people export them: what is data is read, what is not is set aside with its line and a reason."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.case.importing.reading import read_raw
from course.case.importing.values import full_ids, parse_numbers

REPORT = """\
Opportunity ID;Amount;;Stage
006A;1;;Closed Won
006B;2;;Closed Lost
Opportunity ID;Amount;;Stage

006C;3;;Closed Won
Total recall;4;;Closed Won
Grand Total;10;;
Confidential Information - Do Not Distribute
Copyright (c) 2000-2026 salesforce.com, inc.
"""


def put(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "report.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_reports_totals_footers_blank_lines_and_second_header_are_no_rows(encoding: str, end: str, tmp_path: Path):
    raw = read_raw(put(tmp_path, REPORT.replace("\n", end), encoding))
    assert list(raw.frame["Opportunity ID"]) == ["006A", "006B", "006C", "Total recall"]
    assert list(raw.lines) == [2, 3, 6, 7]
    assert dict(zip(raw.aside["line"], raw.aside["row"], strict=True)) == {
        4: "refused: the header again",
        5: "refused: blank",
        8: "refused: a total or a footer of a report",
        9: "refused: a total or a footer of a report",
        10: "refused: a total or a footer of a report",
    }
    assert "1 column with neither a name nor a value left out" in raw.notes


def test_lines_above_the_header_are_left_out_and_counted(tmp_path: Path):
    raw = read_raw(put(tmp_path, "Deals of 2025\n\nDeal ID,Amount,Note\n1,2,a\n2,3,b\n"))
    assert list(raw.frame) == ["Deal ID", "Amount", "Note"]
    assert list(raw.lines) == [4, 5]
    assert "2 lines above the header left out" in raw.notes


def test_a_line_with_too_many_cells_is_refused_alone_and_the_lines_keep_their_numbers(tmp_path: Path):
    raw = read_raw(put(tmp_path, 'Id,Name,Stage\n1,"two\nlines",x\n2,a,x,surplus\n3,b\n4,c,x\n'))
    assert raw.frame.to_numpy().tolist() == [["1", "two\nlines", "x"], ["3", "b", ""], ["4", "c", "x"]]
    assert list(raw.lines) == [2, 5, 6]
    assert raw.aside.to_dict("records") == [
        {"line": 4, "row": "refused: more cells than the header", "text": "2,a,x,surplus"}
    ]


@settings(deadline=None)
@given(st.lists(st.text("ab\n,;\"'", max_size=6).filter(str.strip), min_size=1, max_size=8))
def test_no_row_is_lost_and_each_keeps_its_line(cells: list[str]):
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["Id", "Name", "Stage"])
    starts = []
    for n, cell in enumerate(cells):
        starts.append(text.getvalue().count("\n") + 1)
        rows.writerow([f"D{n}", cell, "x"])
    with tempfile.TemporaryDirectory() as folder:
        raw = read_raw(put(Path(folder), text.getvalue()))
    assert list(raw.frame["Id"]) == [f"D{n}" for n in range(len(cells))]
    assert list(raw.lines) == starts


def test_an_encoding_that_had_to_be_guessed_is_said_with_the_letters_it_gives(tmp_path: Path):
    raw = read_raw(put(tmp_path, "Id;Name\n1;Lefèvre & Fils\n2;Müller GmbH\n3;Peña e Hijos\n", "cp1252"))
    assert list(raw.frame["Name"]) == ["Lefèvre & Fils", "Müller GmbH", "Peña e Hijos"]
    assert "which is a guess that gives the letters è ñ ü" in raw.notes[0]


def test_salesforces_short_and_long_ids_are_one():
    found = full_ids(pd.Series(["0015000000Gv7qJ", "0015000000Gv7qJAAR", None]))
    assert list(found.values[:2]) == ["0015000000Gv7qJAAR"] * 2
    assert list(found.coerced) == [True, False, False]


def test_an_id_of_another_system_stays_as_it_is():
    ids = pd.Series(["9000000001", "A-00012", "kd-2024-0000017"])
    assert list(full_ids(ids).values) == list(ids)


def test_of_several_ids_the_first_is_taken_and_said_to_be_a_guess():
    found = full_ids(pd.Series(["77;78", "79"]))
    assert list(found.values) == ["77", "79"]
    assert list(found.guessed) == [True, False]


def test_money_in_every_usual_form_is_read():
    comma = parse_numbers(pd.Series(["1.234,56 €", "1.250", "5 000,00", "-3,5"]))
    assert list(comma.values) == [1234.56, 1250, 5000, -3.5]
    point = parse_numbers(pd.Series(["$1,234.56", "(1,200)", "1,250", "USD 7.5"]))
    assert list(point.values) == [1234.56, -1200, 1250, 7.5]
