"""Editions too large for memory are made of divisions that join without mixing."""

import json
import sys

import duckdb
import pandas as pd
import pytest

from course.case.divisions import CATALOGUE, divisions, fields, write_large
from course.case.edition import Edition
from course.case.registry import columns, published
from course.errors import DataError


@pytest.fixture(scope="module")
def two():
    """All tables of an edition of two divisions."""
    parts = list(divisions(3, 2, sorted(published())))
    return {name: pd.concat([part[name] for part in parts if name in part]) for name in published()}


def test_keys_are_unique_among_all_divisions(two):
    for name in published():
        keys = [column.name for column in columns(name) if column.key and column.name.endswith("_id")]
        for key in keys:
            assert two[name][key].is_unique, f"{name}.{key}"


def test_every_reference_is_found_in_its_own_division(two):
    for name in published():
        for column in columns(name):
            if not column.refers:
                continue
            other, theirs = column.refers.split(".")
            both = [] if other in CATALOGUE or name in CATALOGUE else ["division"]
            there = set(two[other][[*both, theirs]].itertuples(index=False, name=None))
            here = set(two[name][[*both, column.name]].dropna().itertuples(index=False, name=None))
            assert here <= there, f"{name}.{column.name}: {sorted(here - there)[:3]}"


def test_divisions_differ_and_share_what_is_planted(two):
    accounts = two["accounts"]
    assert list(accounts.name[accounts.division == 0]) != list(accounts.name[accounts.division == 1])
    assert Edition(3).truths() == Edition(3, division=1).truths()


def test_the_catalogue_is_what_is_the_same_in_every_division():
    one, other = Edition(3), Edition(3, division=1)
    same = {name for name in published() if one.table(name).equals(other.table(name))}
    assert same == CATALOGUE


def test_the_files_hold_the_divisions_as_declared_and_the_same_bytes_each_time(tmp_path):
    names = ["accounts", "opportunities", "bookings", "products"]
    seen = []
    folder = write_large(3, 2, tmp_path / "large", names, lambda done, of: seen.append((done, of)))
    again = write_large(3, 2, tmp_path / "again", names)
    assert seen == [(1, 2), (2, 2)]
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {p.name: p.read_bytes() for p in again.iterdir()}
    parts = list(divisions(3, 2, names))
    package = json.loads((folder / "datapackage.json").read_text())
    for resource in package["resources"]:
        name = resource["name"]
        kept = duckdb.sql(f"SELECT * FROM '{folder / resource['path']}'").df()
        expected = pd.concat([part[name] for part in parts if name in part], ignore_index=True)
        assert list(kept.columns) == [field["name"] for field in resource["schema"]["fields"]]
        assert [column.name for column in fields(name)] == list(kept.columns)
        assert resource["rows"] == len(kept)
        kept = kept.astype({column: kind for column, kind in expected.dtypes.items() if kind.kind == "M"})
        pd.testing.assert_frame_equal(kept, expected, check_dtype=False)


def test_a_table_that_does_not_exist_is_named():
    with pytest.raises(DataError, match="there is no table 'account'"):
        next(divisions(1, 1, ("account",)))


def test_a_folder_that_exists_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("do not lose me")
    with pytest.raises(DataError, match="a folder that does not exist yet"):
        write_large(1, 1, tmp_path, ["regions"])
    assert (tmp_path / "mine.txt").read_text() == "do not lose me"


def test_without_the_parquet_library_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(DataError, match="install the package duckdb"):
        write_large(1, 1, tmp_path / "large")
    assert list(tmp_path.iterdir()) == []
