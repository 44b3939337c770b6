"""How Alembic runs the migrations: all of them in one transaction, foreign keys asleep meanwhile."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context

from bot.store.engine import make_engine
from bot.store.schema import metadata


def run() -> None:
    """Bring the database of `sqlalchemy.url` to the revision asked for."""
    engine = make_engine(context.config.get_main_option("sqlalchemy.url") or "")
    try:
        with engine.connect() as connection:
            _run_on(connection)
    finally:
        engine.dispose()


def _run_on(connection: sa.Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        # In a batch, SQLite drops and rebuilds the table: with foreign keys on, ON DELETE CASCADE would empty its
        # children. The pragma does nothing inside a transaction, so it goes round SQLAlchemy, before BEGIN.
        _pragma(connection, "foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=sqlite,
        transactional_ddl=True,
        compare_type=True,
    )
    with connection.begin():  # before Alembic reads where it stands: two upgrades at once wait for one another
        context.run_migrations()
        if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
            raise RuntimeError(f"the migration would leave rows without their parents: {broken[:5]}")
    if sqlite:
        _pragma(connection, "foreign_keys=ON")


def _pragma(connection: sa.Connection, pragma: str) -> None:
    raw: Any = connection.connection.driver_connection
    raw.execute(f"PRAGMA {pragma}")


run()
