"""Rows as they stand, for checking: a value that cannot be read is a finding there, not an end of the walk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store.types import Json, Mana

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
    return tuple(each(connection, table))


def each(connection: sa.Connection, table: sa.Table) -> Iterator[dict[str, Any]]:
    """The same one by one, for tables that may hold a million rows."""
    columns, dialect = list(table.columns), connection.dialect
    bare = [_bare(one, dialect) for one in columns]
    found = connection.execute(sa.select(*bare).select_from(table).order_by(columns[0]))
    named = [(column.name, column.type) for column in columns]
    for row in found:
        yield {name: _read(kind, value, dialect) for (name, kind), value in zip(named, row, strict=True)}


def _bare(column: sa.Column[Any], dialect: sa.Dialect) -> sa.ColumnElement[Any]:
    """A column without its type, so that nothing is read on the way; SQLite's text as bytes, for it may be no UTF-8."""
    name: sa.ColumnElement[Any] = sa.column(column.name)
    textual = isinstance(column.type, (sa.Text, Json, Mana)) and dialect.name == "sqlite"
    return sa.type_coerce(sa.cast(name, sa.LargeBinary), sa.types.NullType()) if textual else name


def _read(kind: sa.types.TypeEngine[Any], value: Any, dialect: sa.Dialect) -> Any:
    try:
        plain = value.decode() if isinstance(value, bytes) and not isinstance(kind, sa.LargeBinary) else value
        return kind.process_result_value(plain, dialect) if isinstance(kind, sa.types.TypeDecorator) else plain
    except UNREADABLE:
        return Unreadable(value.decode(errors="replace") if isinstance(value, bytes) else str(value))


def undecodable(error: sa.exc.OperationalError) -> bool:
    """Whether a query ended at a stored text that is no UTF-8, as sqlite3 says it; any other end is none of ours."""
    return "decode to UTF-8" in str(error.orig)
