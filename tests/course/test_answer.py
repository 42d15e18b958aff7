"""An answer passes within its tolerance and in any reasonable form; a known wrong one is recognised; nothing leaks."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.answer import ShapeError, Spec, fingerprint, verdict

TABLE = Spec.parse(
    "economics",
    {"type": "table", "keys": ["segment"], "columns": {"cac_eur": 1.0, "payback": "1%", "advice": None}},
)
RIGHT = pd.DataFrame(
    {
        "segment": ["small", "mid-market", "enterprise"],
        "cac_eur": [8_200.0, 21_000.0, 54_500.0],
        "payback": [math.inf, 14.2, 9.7],
        "advice": ["stop", "keep", "grow"],
    }
)
numbers = st.floats(-1e9, 1e9, allow_nan=False)
tolerances = st.floats(1e-3, 1e4)


def judge(value: object, spec: Spec = TABLE, right: object = RIGHT, wrongs: dict[str, object] | None = None):
    marks = {
        name: {"fingerprint": fingerprint(wrong, spec, against=right), "message": f"This is {name}."}
        for name, wrong in (wrongs or {}).items()
    }
    # What the page stores is JSON, so it must survive being one.
    return verdict(value, json.loads(json.dumps(fingerprint(right, spec))), json.loads(json.dumps(marks)))


@given(numbers, tolerances, st.floats(-0.99, 0.99))
def test_a_number_within_its_tolerance_passes(value: float, tolerance: float, share: float):
    spec = Spec.parse("n", {"type": "number", "tolerance": tolerance})
    assert judge(value + share * tolerance, spec, value).passed


@given(numbers, tolerances, st.floats(1.01, 1e6), st.sampled_from([-1, 1]))
def test_a_number_outside_its_tolerance_fails(value: float, tolerance: float, times: float, sign: int):
    spec = Spec.parse("n", {"type": "number", "tolerance": tolerance})
    assert not judge(value + sign * times * tolerance, spec, value).passed


@given(st.floats(1e-6, 1e9), st.sampled_from([-1, 1]), st.floats(0.001, 0.2), st.floats(-0.98, 0.98))
def test_a_relative_tolerance_is_a_share_of_the_value(size: float, sign: int, tolerance: float, share: float):
    spec = Spec.parse("n", {"type": "number", "tolerance": f"{tolerance * 100}%"})
    assert judge(sign * size * math.exp(share * tolerance), spec, sign * size).passed
    assert not judge(sign * size * math.exp(1.02 * tolerance), spec, sign * size).passed
    assert not judge(-sign * size, spec, sign * size).passed


@given(st.permutations(range(3)), st.permutations(["segment", "cac_eur", "payback", "advice"]))
def test_the_order_of_rows_and_columns_is_free(rows: list[int], columns: list[str]):
    assert judge(RIGHT.iloc[rows][columns]).passed


@pytest.mark.parametrize(
    "form",
    [
        lambda f: f.set_index("segment"),
        lambda f: f.assign(note="extra columns are ignored"),
        lambda f: f.assign(segment=f.segment.astype("category")),
        lambda f: f.assign(cac_eur=f.cac_eur.astype(int)),
        lambda f: f.assign(cac_eur=f.cac_eur.astype("Float64")),
        lambda f: f.assign(advice=f.advice.str.upper() + " "),
        lambda f: f.to_dict("records"),
    ],
    ids=["keys in the index", "extra column", "categories", "whole numbers", "nullable", "case and spaces", "records"],
)
def test_a_table_passes_in_any_reasonable_form(form):
    assert judge(form(RIGHT)).passed


@pytest.mark.parametrize("value", [12, 12.0, np.float32(12), np.int64(12), pd.Series([12.0]), np.array(12)])
def test_a_number_passes_in_any_reasonable_form(value: object):
    assert judge(value, Spec.parse("n", {"type": "number", "tolerance": 0.5}), 12.1).passed


def test_mappings_sets_and_texts_are_compared():
    mapping = Spec.parse("m", {"type": "mapping", "tolerance": 0.1})
    assert judge(pd.Series({"b": 2.05, "a": 1}), mapping, {"a": 1, "b": 2}).passed
    assert not judge({"a": 1, "b": 2.2}, mapping, {"a": 1, "b": 2}).passed
    entries = Spec.parse("s", {"type": "set"})
    assert judge(pd.Series(["B", "a", "a"]), entries, {"a", "b"}).passed
    assert not judge(["a"], entries, {"a", "b"}).passed
    text = Spec.parse("t", {"type": "text"})
    assert judge(" Profit", text, "profit").passed
    assert not judge("share", text, "profit").passed


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "holds no answer yet"),
        (5, "should be a DataFrame, not int 5"),
        (RIGHT.drop(columns="payback"), "lacks the column `payback`; its columns are"),
        (RIGHT.head(2), "has 2 rows where 3 are expected"),
        (pd.concat([RIGHT, RIGHT]), "some appear twice"),
        (RIGHT.assign(cac_eur=0.0), "`cac_eur` is not right yet; `payback` and `advice` are"),
        (RIGHT.assign(cac_eur="a lot"), "should hold numbers"),
        (RIGHT.assign(segment=["a", "b", "c"]), "not the ones asked for"),
    ],
)
def test_what_is_wrong_is_said_without_the_answer(value: object, message: str):
    found = judge(value)
    assert not found.passed
    assert message in found.message
    assert "54" not in found.message


def test_a_known_wrong_answer_gets_its_own_message_even_beside_another_mistake():
    wrongs = {"blended": RIGHT.assign(cac_eur=27_900.0), "revenue": RIGHT.assign(payback=[10.0, 9.0, 8.0])}
    assert judge(RIGHT.assign(cac_eur=27_900.4), wrongs=wrongs).wrong == "blended"
    assert judge(RIGHT.assign(cac_eur=27_900.0, advice="grow"), wrongs=wrongs).message == "This is blended."
    assert judge(RIGHT.assign(payback=[10.0, 9.0, 8.0]), wrongs=wrongs).wrong == "revenue"
    assert judge(RIGHT.assign(payback=[10.0, 9.0, 8.5]), wrongs=wrongs).wrong is None
    assert judge(RIGHT, wrongs=wrongs).passed


def test_a_wrong_answer_with_other_rows_is_recognised():
    fewer = RIGHT.head(2)
    assert judge(fewer, wrongs={"dropped": fewer}).wrong == "dropped"


def test_a_wrong_answer_that_is_right_is_refused():
    with pytest.raises(ValueError, match="gives the right value"):
        fingerprint(RIGHT.assign(cac_eur=RIGHT.cac_eur + 0.5), TABLE, against=RIGHT)


@given(st.integers(-(10**9), 10**9))
def test_what_is_stored_in_the_clear_is_the_same_for_values_far_apart(value: int):
    mark = fingerprint(value, Spec.parse("n", {"type": "number", "tolerance": 0.5}))
    assert mark["columns"]["value"]["phases"] == [0]
    assert set(mark) == {"name", "spec", "salt", "count", "rows", "columns"}
    assert set(mark["columns"]["value"]) == {"phases", "hash"}


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"type": "frame"}, "type is one of"),
        ({"type": "table", "keys": ["a"]}, "needs keys"),
        ({"type": "number"}, "needs a tolerance"),
        ({"type": "number", "tolerance": 0}, "above zero"),
        ({"type": "number", "tolerance": "wide"}, "a tolerance is"),
        ({"type": "set", "tolerence": 1}, "unknown setting tolerence"),
    ],
)
def test_a_header_that_can_not_be_meant_is_refused(header: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        Spec.parse("n", header)


def test_a_solution_that_does_not_fit_its_header_is_refused():
    with pytest.raises(ShapeError, match="lacks the column"):
        fingerprint(RIGHT.drop(columns="advice"), TABLE)
