"""Triggers that keep a table insert-only: an UPDATE or a DELETE is refused by the database itself."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

ACTS = ("UPDATE", "DELETE")


def guard_names(table: str) -> tuple[str, ...]:
    return tuple(f"{table}_refuses_{act.lower()}" for act in ACTS)


def guards(table: str, dialect: str) -> Iterable[str]:
    """The statements that put the guards on a table."""
    for act, name in zip(ACTS, guard_names(table), strict=True):
        if dialect == "postgresql":
            refuse = "FOR EACH STATEMENT EXECUTE FUNCTION crux_insert_only()"
            yield f"CREATE TRIGGER {name} BEFORE {act} ON {table} {refuse}"
        else:
            words = f"{table} is insert-only: {act} refused"
            yield f"CREATE TRIGGER {name} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{words}'); END"


FUNCTION = """
CREATE OR REPLACE FUNCTION crux_insert_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is insert-only: % refused', TG_TABLE_NAME, TG_OP; END $$
"""


def protect(connection: sa.Connection, *tables: str) -> None:
    """Make the tables insert-only. A batch migration rebuilds its table without triggers: protect it again."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(FUNCTION.replace("%", "%%"))
    for table in tables:
        for statement in guards(table, connection.dialect.name):
            connection.exec_driver_sql(statement)


IN_ORDER = """
CREATE TRIGGER snapshots_recorded_in_order AFTER INSERT ON snapshots
WHEN NEW.recorded_at < (SELECT recorded_at FROM snapshots WHERE id < NEW.id ORDER BY id DESC LIMIT 1)
  OR NEW.id < (SELECT max(id) FROM snapshots)
BEGIN SELECT RAISE(ABORT, 'snapshots are recorded in order: none before the newest'); END
"""


def keep_order(connection: sa.Connection) -> None:
    """Refuse a snapshot recorded before the newest one (SQLite; elsewhere the one writer keeps the order)."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(IN_ORDER)


def unprotect(connection: sa.Connection, *tables: str) -> None:
    """Take the guards off, for a migration or for forgetting what can be derived again."""
    on = " ON {table}" if connection.dialect.name == "postgresql" else ""
    for table in tables:
        for name in guard_names(table):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{on.format(table=table)}")
