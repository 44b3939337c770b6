"""Counts of everything there is in the store, by cheap queries: for the metrics and for one screen of everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import Store, ledger, schema, schema_talk
from bot.store.sightings import looks_at
from markets.load import Loaded
from resolvers.evidence import Instant, Sighting, SourceEvidence, instant
from resolvers.freshness import LOST_AFTER, SourceState, state_of
from resolvers.rules.panels import is_panel
from resolvers.sources.spec import SourceSpec


@dataclass(frozen=True)
class Figures:
    """What a scrape shows of the store, read at that moment."""

    sources: Mapping[str, int]
    markets: Mapping[str, int]
    proposals: Mapping[str, int]
    spent_mana: float
    committed_mana: float
    posts_waiting: int
    outbox_open: int


def figures(store: Store, loaded: Loaded) -> Figures:
    """What a scrape shows."""
    assert loaded.debate is not None
    states = Counter[str](state.state for state in source_states(store, loaded, store.now()))
    market, proposal, posts = schema.markets.c, schema.proposals.c, schema_talk.posts.c
    with store.reading() as connection:

        def counted(column: sa.Column[str], which: sa.ColumnElement[bool]) -> dict[str, int]:
            statement = sa.select(column, sa.func.count()).where(which).group_by(column)
            return dict(connection.execute(statement).all())

        def number(table: sa.Table, which: sa.ColumnElement[bool]) -> int:
            return connection.execute(sa.select(sa.func.count()).select_from(table).where(which)).scalar_one()

        return Figures(
            sources=states,
            markets=counted(market.state, market.debate == loaded.debate.debate),
            proposals=counted(proposal.state, proposal.closed_at.is_(None)),
            spent_mana=float(ledger.spent_mana(connection, loaded.debate.debate)),
            committed_mana=float(ledger.committed_mana(connection, loaded.debate.debate)),
            posts_waiting=number(schema_talk.posts, posts.state.in_(("open", "sending"))),
            outbox_open=number(schema.outbox, schema.outbox.c.state == "open"),
        )


def source_states(
    store: Store, loaded: Loaded, now: datetime, sources: Mapping[str, SourceSpec] | None = None
) -> list[SourceState]:
    """How each source (or only some) stands, by the debate's own `lost_after`, from its looks alone: no row is read.

    Panels are left out.
    """
    at, chosen = instant(now), loaded.sources if sources is None else sources
    lost_after = loaded.debate.defaults.lost_after if loaded.debate else LOST_AFTER
    with store.reading() as connection:
        return [
            state_of(SourceEvidence(source, _sightings(connection, source, at), ()), at, lost_after)
            for name, source in sorted(chosen.items())
            if not is_panel(name)
        ]


def _sightings(connection: sa.Connection, source: SourceSpec, at: Instant) -> tuple[Sighting, ...]:
    return tuple(look.sighting for look in looks_at(connection, source.id, source.read.hash(), as_of=at))
