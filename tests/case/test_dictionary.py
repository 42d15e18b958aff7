"""The data dictionary is derived from the declarations and leaves nothing out."""

import pytest

from course.case.dictionary import diagram, links, markdown, records
from course.case.registry import published


def test_every_table_and_column_is_in_the_dictionary():
    text = markdown()
    for name, node in published().items():
        assert f"## {name}\n" in text
        for column in node.columns:
            assert f"| `{column.name}` |" in text


def test_the_diagram_joins_what_refers_to_each_other():
    lines = diagram().splitlines()
    assert lines[0] == "erDiagram"
    assert '    accounts ||--o{ opportunities : "account_id"' in lines
    assert len(lines) == len({(other, table, column) for table, column, other, _ in links()}) + 1


def test_records_name_topics_and_promises():
    quotes = next(table for table in records() if table["name"] == "quotes")
    assert "1.7" in quotes["topics"]
    status = next(column for column in quotes["columns"] if column["name"] == "status")
    assert status["choices"] == ["accepted", "rejected", "open", "superseded"]


KEYS = {column.name: name for name, node in published().items() for column in node.columns if column.key}


@pytest.mark.parametrize("name", sorted(published()))
def test_what_bears_the_name_of_another_tables_key_is_declared_and_joins(name, edition):
    frame = edition.table(name)
    for column in published()[name].columns:
        if column.key or column.name not in KEYS:
            continue
        assert column.refers == f"{KEYS[column.name]}.{column.name}", f"{name}.{column.name} refers to nothing"
        assert frame[column.name].dropna().isin(edition.table(KEYS[column.name])[column.name]).all()
