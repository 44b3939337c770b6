"""Small pieces of SQL that are the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

BATCH_ROWS = 10_000


def insert_new(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows that are not there yet (by any unique key); returns how many were new."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).on_conflict_do_nothing()
    new = 0
    for start in range(0, len(rows), BATCH_ROWS):
        new += connection.execute(statement, list(rows[start : start + BATCH_ROWS])).rowcount
    return new


def insert_row(connection: sa.Connection, table: sa.Table, **row: Any) -> int:
    """Insert one row; returns its id."""
    return int(connection.execute(sa.insert(table).returning(table.c.id), row).scalar_one())
