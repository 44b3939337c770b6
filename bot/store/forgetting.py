"""Forgetting what can be made again: the caches at any time, and everything read from the bytes to prove the point."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store import schema, timelines, verdicts
from bot.store.engine import Store
from migrations.guards import protect, unprotect

DERIVED = (schema.reading_rows, schema.readings, schema.observations, schema.read_blocks)
"""Children before their parents."""


def forget_caches(store: Store) -> None:
    """Drop spans and verdicts; the next load and the next judging make them again."""
    with store.transaction() as connection:
        timelines.forget(connection)
        verdicts.forget(connection)


def forget_derived(store: Store) -> None:
    """Drop the caches and every reading and observation; the next load reads the stored bytes again.

    The one sanctioned way round the insert-only triggers, for what is only derived; they stand again afterwards.
    """
    names = [table.name for table in DERIVED]
    with store.transaction() as connection:
        timelines.forget(connection)
        verdicts.forget(connection)
        unprotect(connection, *names)
        for table in DERIVED:
            connection.execute(sa.delete(table))
        protect(connection, *names)
