"""Rows as they stand, for checking: a value that cannot be read is a finding there, not an end of the walk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

UNREADABLE = (ValueError, TypeError, ArithmeticError, RecursionError)
"""What reading a spoilt value may raise: no JSON, no number, an instant out of range, nested without end."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands for a stored value that is no value of its column; equal to nothing that was ever written."""

    stored: str

    def __str__(self) -> str:
        return f"unreadable ({self.stored[:40]!r})"


def rows(connection: sa.Connection, table: sa.Table) -> tuple[dict[str, Any], ...]:
    """Every row of a table in the order of its first column, read value by value."""
    columns = list(table.columns)
    bare: list[sa.ColumnElement[Any]] = [
        sa.column(one.name) for one in columns
    ]  # without types, so that nothing is read on the way
    found = connection.execute(sa.select(*bare).select_from(table).order_by(columns[0]))
    dialect = connection.dialect
    return tuple(
        {column.name: _read(column.type, value, dialect) for column, value in zip(columns, row, strict=True)}
        for row in found
    )


def _read(kind: sa.types.TypeEngine[Any], value: Any, dialect: sa.Dialect) -> Any:
    if not isinstance(kind, sa.types.TypeDecorator):
        return value
    try:
        return kind.process_result_value(value, dialect)
    except UNREADABLE:
        return Unreadable(str(value))
