"""How much there is: the figures under `crux sources`, `crux status` and the demo's last table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import schema
from bot.store.engine import Store
from resolvers.evidence import moment
from resolvers.sources.spec import SourceSpec


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """Of one source: looks on record, distinct rows read, figures set aside, and when it was last looked at."""

    snapshots: int
    observations: int
    quarantined: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Of all sources together."""

    snapshots: int
    observations: int
    quarantined: int


def by_source(store: Store) -> dict[str, SourceCounts]:
    """The counts of every source that was ever looked at, by its id.

    A figure out of bounds that stands in many bodies is one quarantined cell.
    """
    at, seen = schema.snapshots.c, schema.observations.c
    looks = sa.select(at.source, sa.func.count(), sa.func.max(at.seen_at)).group_by(at.source).order_by(at.source)
    rows = sa.select(seen.source, sa.func.count()).where(seen.set_aside.is_(sa.false())).group_by(seen.source)
    with store.reading() as connection:
        observed: dict[str, int] = dict(connection.execute(rows).all())
        aside = _quarantined(connection)
        return {
            source: SourceCounts(number, observed.get(source, 0), aside.get(source, 0), moment(newest))
            for source, number, newest in connection.execute(looks)
        }


def counts(store: Store) -> Counts:
    """The counts of the whole store."""
    every = by_source(store).values()
    return Counts(
        sum(one.snapshots for one in every),
        sum(one.observations for one in every),
        sum(one.quarantined for one in every),
    )


def newest_snapshot(connection: sa.Connection) -> int:
    """The id of the last look on record, 0 before the first: what a proposal freezes."""
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(schema.snapshots.c.id), 0))).scalar_one())


def newest_notes(store: Store) -> dict[str, list[dict[str, str]]]:
    """What reading each source's newest body had to say beside its rows: set aside, unknown, unread, unlisted."""
    at, read = schema.snapshots.c, schema.readings.c
    newest = sa.select(sa.func.max(at.id)).where(at.body.is_not(None), at.awaits.is_(sa.false())).group_by(at.source)
    statement = (
        sa.select(at.source, read.notes)
        .join_from(schema.snapshots, schema.readings, sa.and_(read.body == at.body, read.source == at.source))
        .where(at.id.in_(newest))
        .order_by(at.source, read.id)
    )
    with store.reading() as connection:
        return {source: list(notes) for source, notes in connection.execute(statement)}


def cells_unread(store: Store, source: SourceSpec, body: str | None) -> dict[str, int]:
    """Column -> how many of its cells in one body nobody could read; such a cell is unknown, and its row counts."""
    read = schema.readings.c
    mine = sa.and_(read.source == source.id, read.body == body, read.read_hash == source.read.hash())
    with store.reading() as connection:
        notes = connection.execute(sa.select(read.notes).where(mine)).scalar_one_or_none() or []
    return dict(Counter(note["column"] for note in notes if note["kind"] == "unknown-cell"))


def _quarantined(connection: sa.Connection) -> dict[str, int]:
    read = schema.readings.c
    found: dict[str, set[tuple[str, str, str]]] = {}
    for source, notes in connection.execute(sa.select(read.source, read.notes)):
        for note in notes:
            if note["kind"] == "quarantined":
                found.setdefault(source, set()).add((note["key"], note["column"], note["text"]))
    return {source: len(cells) for source, cells in found.items()}
