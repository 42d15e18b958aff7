"""Pandera schemas of the tables, derived from their declared columns."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa

from course.case.columns import TEXT, Column
from course.case.registry import columns
from course.errors import DataError


def schema(name: str) -> pa.DataFrameSchema:
    """Return the schema that a table promises: its columns in order, their types, bounds, choices and key."""
    declared = columns(name)
    return pa.DataFrameSchema(
        {column.name: _column(column) for column in declared},
        strict=True,
        ordered=True,
        unique=[column.name for column in declared if column.key] or None,
        name=name,
    )


def validate(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame if it keeps the table's promises; raise ``DataError`` naming column, promise and rows if not."""
    try:
        return schema(name).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        first = error.failure_cases.iloc[0]
        raise DataError(
            f"table {name}, column {first['column']}: expected {first['check']}, found {first['failure_case']!r}"
            f" ({len(error.failure_cases)} cases in all)"
        ) from error


def _column(column: Column) -> pa.Column:
    checks = []
    if column.choices:
        checks.append(pa.Check.isin(list(column.choices)))
    if column.low is not None:
        checks.append(pa.Check.ge(column.low))
    if column.high is not None:
        checks.append(pa.Check.le(column.high))
    return pa.Column(_dtype(column), checks, nullable=column.nullable, description=column.about)


def _dtype(column: Column) -> Any:
    if column.kind == "text":
        return TEXT
    if column.kind == "integer":
        return "float64" if column.nullable else "int64"
    return {"number": "float64", "boolean": "bool", "date": "datetime64[ns]"}[column.kind]
