"""The data dictionary is derived from the declarations and leaves nothing out."""

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
