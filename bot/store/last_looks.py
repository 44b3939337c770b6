"""When each source was last looked at, and how often in vain since: what decides who is looked at next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import schema
from bot.store.engine import Store
from bot.store.sightings import ANSWERED
from resolvers.evidence import moment


@dataclass(frozen=True, slots=True)
class LastLook:
    """Our own last look at a source; `failures` counts those in vain since the last answer."""

    at: datetime
    failures: int


def last_looks(store: Store) -> dict[str, LastLook]:
    """By source, over the looks that we took ourselves; what people imported is none. Two statements."""
    at = schema.snapshots.c
    ours = at.via.in_(("fetch", "file"))
    answered = sa.select(at.source, sa.func.max(at.id).label("id")).where(ours, at.status.in_(ANSWERED))
    good = answered.group_by(at.source).subquery()
    in_vain = (
        sa.select(at.source, sa.func.count())
        .join_from(schema.snapshots, good, good.c.source == at.source, isouter=True)
        .where(ours, at.id > sa.func.coalesce(good.c.id, 0))
        .group_by(at.source)
    )
    with store.reading() as connection:
        failures: dict[str, int] = dict(connection.execute(in_vain).all())
        last = sa.select(sa.func.max(at.id)).where(ours).group_by(at.source)  # the last one though a clock was set back
        newest = connection.execute(sa.select(at.source, at.seen_at).where(at.id.in_(last)))
        return {source: LastLook(moment(seen), failures.get(source, 0)) for source, seen in newest}
