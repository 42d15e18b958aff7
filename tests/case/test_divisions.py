"""Editions too large for memory are made of divisions that join without mixing."""

import json
import sys

import duckdb
import pandas as pd
import pytest

from course.case.divisions import AT_A_TIME, CATALOGUE, fields, write_large
from course.case.edition import Edition
from course.case.registry import columns, published
from course.errors import DataError


def rows(path):
    """A table as it was written, with the types that it is made with."""
    frame = duckdb.sql(f"SELECT * FROM '{path}'").df()
    return frame.astype({name: "datetime64[ns]" for name, kind in frame.dtypes.items() if kind.kind == "M"})


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """All tables of an edition of two divisions."""
    folder = write_large(3, 2, tmp_path_factory.mktemp("editions") / "two")
    return {name: rows(folder / f"{name}.parquet") for name in published()}


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


def ids_of_a_division(name):
    """The columns of identifiers that carry the division's number: all but those of the catalogue."""
    if name in CATALOGUE:
        return []
    ids = [column for column in columns(name) if column.name.endswith("_id")]
    return [column.name for column in ids if column.refers.partition(".")[0] not in CATALOGUE]


def test_identifiers_have_one_place_for_the_divisions_number():
    edition = Edition(3)
    for name in published():
        for column in ids_of_a_division(name):
            assert edition.table(name)[column].dropna().str.fullmatch("[A-Z]+-[0-9]+").all(), f"{name}.{column}"


def test_the_files_hold_each_divisions_tables_as_declared(two):
    for name in published():
        parts = [Edition(3, division=number).table(name) for number in range(1 if name in CATALOGUE else 2)]
        kept = two[name]
        assert list(kept.columns) == [column.name for column in fields(name)]
        assert len(kept) == sum(map(len, parts)), name
        for number, part in enumerate(parts):
            own = kept if name in CATALOGUE else kept[kept.division == number]
            for column in ids_of_a_division(name):
                part[column] = part[column].str.replace("-", f"-{number:04d}-", n=1)
            own = own[list(part.columns)].reset_index(drop=True)
            pd.testing.assert_frame_equal(own, part, check_dtype=False)
    assert two["accounts"].account_id.iloc[0] == "A-0000-00001"
    assert set(two["bookings"].product_id) <= set(two["products"].product_id)


def test_the_same_seed_gives_the_same_bytes_however_many_processes_make_them(tmp_path):
    names, count, seen = ["accounts", "products", "regions"], AT_A_TIME + 1, []
    folder = write_large(3, count, tmp_path / "large", names, lambda done, of: seen.append((done, of)))
    again = write_large(3, count, tmp_path / "again", names, processes=2)
    assert seen == [(AT_A_TIME, count), (count, count)]
    files = sorted(path.relative_to(folder) for path in folder.rglob("*.*"))
    assert [(folder / path).read_bytes() for path in files] == [(again / path).read_bytes() for path in files]
    assert sorted(path.relative_to(again) for path in again.rglob("*.*")) == files
    package = json.loads((folder / "datapackage.json").read_text())
    assert [resource["name"] for resource in package["resources"]] == names
    for resource in package["resources"]:
        paths = [resource["path"]] if resource["name"] in CATALOGUE else resource["path"]
        kept = pd.concat([rows(folder / path) for path in paths])
        assert list(kept.columns) == [field["name"] for field in resource["schema"]["fields"]]
        assert resource["rows"] == len(kept)
        assert resource["name"] in CATALOGUE or list(kept.division) == sorted(kept.division)
    assert [set(rows(folder / "regions" / name).division) for name in ("000000.parquet", "000010.parquet")] == [
        set(range(AT_A_TIME)),
        {AT_A_TIME},
    ]
    assert set(rows(folder / "regions" / "*.parquet").division) == set(range(count))


def test_a_table_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(DataError, match="there is no table 'account'"):
        write_large(1, 1, tmp_path / "large", ["account"])
    assert list(tmp_path.iterdir()) == []


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
