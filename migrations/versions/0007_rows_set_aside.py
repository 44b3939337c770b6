"""Rows set aside are kept as rows, the cells out of bounds unknown, where only their keys were.

What was read in bodies with such rows is forgotten, and with it what was told of their sources: the next load reads
the stored bytes again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Flag, Int, Json
from migrations.guards import protect, unprotect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

READ = ("reading_rows", "readings")
readings = sa.table("readings", sa.column("id", Int), sa.column("source", sa.Text()), sa.column("held", Json()))
reading_rows = sa.table("reading_rows", sa.column("reading", Int), sa.column("observation", Int))
observations = sa.table("observations", sa.column("id", Int), sa.column("set_aside", Flag))
timelines = sa.table("timelines", sa.column("id", Int), sa.column("source", sa.Text()))
spans = sa.table("spans", sa.column("timeline", Int))
verdicts = sa.table("verdicts")


def upgrade() -> None:
    every = op.get_bind().execute(sa.select(readings.c.id, readings.c.source, readings.c.held))
    _forget({number: source for number, source, held in every if held})
    op.drop_column("readings", "held")
    op.add_column("observations", sa.Column("set_aside", Flag, server_default=sa.false(), nullable=False))


def downgrade() -> None:
    joined = readings.join(reading_rows, reading_rows.c.reading == readings.c.id)
    joined = joined.join(observations, observations.c.id == reading_rows.c.observation)
    aside = sa.select(readings.c.id, readings.c.source).select_from(joined)
    _forget(dict(op.get_bind().execute(aside.where(observations.c.set_aside)).all()))
    unprotect(op.get_bind(), "observations")
    op.execute(sa.delete(observations).where(observations.c.set_aside))
    protect(op.get_bind(), "observations")
    op.drop_column("observations", "set_aside")
    op.add_column("readings", sa.Column("held", Json(), server_default="[]", nullable=False))


def _forget(read: dict[int, str]) -> None:
    """Take away readings (id -> source), what they link to rows, and the caches made of them."""
    if not read:
        return
    connection = op.get_bind()
    unprotect(connection, *READ)
    for number in read:
        connection.execute(sa.delete(reading_rows).where(reading_rows.c.reading == number))
        connection.execute(sa.delete(readings).where(readings.c.id == number))
    protect(connection, *READ)
    told = sa.select(timelines.c.id).where(timelines.c.source.in_(sorted(set(read.values()))))
    connection.execute(sa.delete(spans).where(spans.c.timeline.in_(told)))
    connection.execute(sa.delete(timelines).where(timelines.c.id.in_(told)))
    connection.execute(sa.delete(verdicts))
