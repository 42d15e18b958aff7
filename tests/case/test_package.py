"""The data package: written whole or not at all, valid for Frictionless, and read back as it was."""

import json
import os
import subprocess
import sys

import frictionless
import pandas as pd
import pytest

from course.case import load
from course.case.edition import Edition
from course.case.registry import published
from course.errors import DataError


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return Edition(11).write(tmp_path_factory.mktemp("case") / "data")


def test_frictionless_finds_nothing_wrong_with_the_package(package):
    report = frictionless.Package(str(package / "datapackage.json")).validate()
    assert report.valid, report.flatten(["taskName", "rowNumber", "fieldName", "note"])[:5]


def test_tables_come_back_as_they_were_made(package):
    made = Edition(11)
    for name in published():
        pd.testing.assert_frame_equal(load(name, folder=package), made.table(name))


def test_writing_twice_gives_the_same_bytes(package, tmp_path):
    again = Edition(11).write(tmp_path / "again")
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in package.iterdir()
    }


def test_some_tables_can_be_written_alone(tmp_path):
    folder = Edition(1).write(tmp_path / "few", ["reps", "regions"])
    assert {path.name for path in folder.iterdir()} == {"reps.csv", "regions.csv", "datapackage.json"}
    assert frictionless.Package(str(folder / "datapackage.json")).validate().valid


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("do not lose me")
    with pytest.raises(DataError, match="not empty and not a data package"):
        Edition(1).write(tmp_path, ["regions"])
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_of_ones_own_beside_the_package_is_not_lost(tmp_path):
    folder = Edition(1).write(tmp_path / "data", ["regions"])
    (folder / "notes.md").write_text("mine")
    with pytest.raises(DataError, match=r"notes\.md, which would be lost"):
        Edition(2).write(folder, ["regions"])
    assert (folder / "notes.md").read_text() == "mine"


def test_a_package_is_replaced_by_the_next_one(tmp_path):
    folder = Edition(1).write(tmp_path / "data", ["regions", "reps"])
    Edition(2).write(folder, ["regions"])
    assert {path.name for path in folder.iterdir()} == {"regions.csv", "datapackage.json"}
    assert [path.name for path in tmp_path.iterdir()] == ["data"], "nothing half-written stays beside it"


def test_nothing_is_left_when_a_table_does_not_exist(tmp_path):
    with pytest.raises(DataError, match="there is no table 'tables'"):
        Edition(1).write(tmp_path / "data", ["tables"])
    assert list(tmp_path.iterdir()) == []


def test_load_finds_the_package_in_the_working_directory(tmp_path, monkeypatch):
    Edition(5).write(tmp_path / "data", ["regions"])
    monkeypatch.chdir(tmp_path)
    pd.testing.assert_frame_equal(load("regions"), Edition(5).table("regions"))


def test_load_takes_the_folder_that_the_environment_names(tmp_path, monkeypatch):
    Edition(6).write(tmp_path / "elsewhere", ["regions"])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "elsewhere"))
    pd.testing.assert_frame_equal(load("regions"), Edition(6).table("regions"))


def test_load_makes_the_practice_edition_where_there_is_no_package(tmp_path, monkeypatch, edition):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSE_DATA", raising=False)
    regions, reps = load("regions", "reps")
    pd.testing.assert_frame_equal(regions, edition.table("regions"))
    pd.testing.assert_frame_equal(reps, edition.table("reps"))


def test_load_says_which_table_is_missing_and_what_there_is(tmp_path):
    folder = Edition(1).write(tmp_path / "data", ["regions", "reps"])
    with pytest.raises(DataError, match=r"there is no table 'quotes'\. The tables are: regions, reps"):
        load("quotes", folder=folder)


def test_load_names_line_and_column_of_a_spoilt_value(tmp_path):
    folder = Edition(1).write(tmp_path / "data", ["regions"])
    path = folder / "regions.csv"
    path.write_text(path.read_text().replace("315000", "very large"))
    with pytest.raises(
        DataError, match=r"regions\.csv, line 2, column area_km2: expected a whole number, found 'very large'"
    ):
        load("regions", folder=folder)


def test_load_says_when_a_column_is_missing(tmp_path):
    folder = Edition(1).write(tmp_path / "data", ["regions"])
    path = folder / "regions.csv"
    pd.read_csv(path).drop(columns="lead").to_csv(path, index=False)
    with pytest.raises(
        DataError, match=r"regions\.csv: expected the columns of datapackage\.json, found others: \['lead'\]"
    ):
        load("regions", folder=folder)


@pytest.mark.parametrize("content", ["{", '{"resources": 3}', '{"resources": [{"name": "a"}]}'])
def test_a_broken_descriptor_is_named(tmp_path, content):
    (tmp_path / "datapackage.json").write_text(content)
    with pytest.raises(DataError, match=r"datapackage\.json: expected a Frictionless data package"):
        load("regions", folder=tmp_path)


def test_a_folder_without_a_package_is_named(tmp_path):
    with pytest.raises(DataError, match=r"expected a data package with a datapackage\.json"):
        load("regions", folder=tmp_path)


def test_load_needs_a_name():
    with pytest.raises(TypeError, match="needs the name of a table"):
        load()


def test_load_imports_nothing_but_pandas_numpy_and_the_standard_library(package):
    script = (
        "import sys, json; from course.case import load; load('accounts');"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "COURSE_DATA": str(package)}, capture_output=True, check=True
    )
    modules = set(json.loads(loaded.stdout))
    assert not modules & {"pandera", "frictionless", "pydantic", "typer", "yaml", "ruamel", "altair", "scipy"}
