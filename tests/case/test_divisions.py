"""Editions too large for memory are made of divisions that join without mixing."""

import sys

import pandas as pd
import pytest

from course.case.divisions import GROWING, divisions, write_large
from course.case.edition import Edition
from course.errors import DataError

NAMES = ("accounts", "reps", "opportunities", "bookings")


def test_identifiers_of_divisions_do_not_meet_and_join_within():
    parts = list(divisions(3, 2, NAMES))
    every = {name: pd.concat([part[name] for part in parts]) for name in NAMES}
    assert every["accounts"].account_id.is_unique
    assert every["opportunities"].opportunity_id.is_unique
    assert every["opportunities"].account_id.isin(every["accounts"].account_id).all()
    assert every["bookings"].opportunity_id.isin(every["opportunities"].opportunity_id).all()
    assert every["opportunities"].rep_id.isin(every["reps"].rep_id).all()
    assert set(every["opportunities"].product_id) == {
        "P-410",
        "P-420",
        "P-710",
        "P-720",
        "P-810",
        "P-820",
        "P-910",
        "P-920",
    }


def test_divisions_differ_and_share_what_is_planted():
    first, second = divisions(3, 2, ("accounts",))
    assert list(first["accounts"].name) != list(second["accounts"].name)
    one, other = Edition(3), Edition(3, division=1)
    assert one.truths() == other.truths()
    pd.testing.assert_frame_equal(one.table("exchange_rates"), other.table("exchange_rates"))


def test_a_table_that_does_not_grow_is_named():
    with pytest.raises(
        DataError, match="the table regions does not grow with the company; those that do are: accounts"
    ):
        next(divisions(1, 1, ("regions",)))
    with pytest.raises(DataError, match="there is no table 'account'"):
        next(divisions(1, 1, ("account",)))
    assert set(NAMES) <= set(GROWING)


def test_without_the_parquet_library_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match="install the package pyarrow"):
        write_large(1, 1, tmp_path / "large")
    assert list(tmp_path.iterdir()) == []
