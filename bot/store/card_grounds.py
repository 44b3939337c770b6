"""What proposals' cards hang on, cheap to read for hundreds: whatever moves one of these may change its card."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from bot.store import looks, proposals, schema
from bot.store import schema_service as service
from bot.store import schema_talk as talk
from bot.store.posts import AT_ONCE, ENDED
from resolvers.evidence import Instant

ALIVE = tuple(state for state in proposals.NEXT if state not in proposals.ENDED)
CARD = "card:"
OTHERS = ("plan ", "panel ")
"""Beginnings of the subjects of acts that no proposal's card shows."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Of one proposal: its market, its row's revision, its market's newest price, and who has taken it."""

    market: int
    slug: str
    revision: int
    sampled_at: Instant | None
    taken: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Moved:
    """What acts were about: markets by slug and by number, or (`all`) something that any card may show."""

    slugs: frozenset[str] = frozenset()
    markets: frozenset[int] = frozenset()
    all: bool = False

    def moves(self, ground: Ground) -> bool:
        """Whether a card on this ground may look different now."""
        return self.all or ground.slug in self.slugs or ground.market in self.markets


def grounds(connection: sa.Connection, debate: str) -> dict[int, Ground]:
    """By proposal: of each that is alive, and of each whose card does not say for good yet how it ended."""
    proposal, market, take = schema.proposals.c, schema.markets.c, schema.takes.c
    of_market = service.price_samples.c.market == proposal.market
    sampled = sa.select(sa.func.max(service.price_samples.c.at)).where(of_market).scalar_subquery()
    statement = (
        sa.select(proposal.id, proposal.market, market.slug, proposal.revision, sa.type_coerce(sampled, sa.BigInteger))
        .add_columns(take.person, sa.cast(take.at, sa.Text))
        .select_from(
            schema.proposals.join(schema.markets, market.id == proposal.market).outerjoin(
                schema.takes, take.proposal == proposal.id
            )
        )
        .where(market.debate == debate)
    )
    shown = sorted(shown_cards(connection))
    parts = [proposal.id.in_(shown[start : start + AT_ONCE]) for start in range(0, len(shown), AT_ONCE)]
    found = {}
    for which in (proposal.state.in_(ALIVE), *parts):
        for number, of, slug, revision, at, person, since in connection.execute(statement.where(which)):
            found[number] = Ground(of, slug, revision, at, (person, since) if person is not None else None)
    return found


def shown_cards(connection: sa.Connection) -> frozenset[int]:
    """The proposals that have a card which may change yet."""
    post = talk.posts.c
    keys = connection.execute(sa.select(post.key).where(post.kind == "card", post.state.not_in(ENDED))).scalars()
    return frozenset(int(key.removeprefix(CARD)) for key in keys)


def moved_since(connection: sa.Connection, act: int, debate: str) -> Moved:
    """What the acts after that one were about; a look at a source moves no card, for its verdict is frozen."""
    table = schema.audit.c
    rows = connection.execute(sa.select(table.act, table.subject).where(table.id > act, table.act != looks.ACT))
    slugs: set[str] = set()
    numbers: set[int] = set()
    for did, subject in rows:
        kind, _, which = subject.partition(" ")
        if kind == "proposal" and which.isdecimal():
            numbers.add(int(which))
        elif "/" in subject and " " not in subject:
            of, _, slug = subject.partition("/")
            slugs |= {slug} if of == debate else set()
        elif did == "reversal":
            slugs.add(subject)
        elif not subject.startswith(OTHERS):
            return Moved(all=True)
    return Moved(frozenset(slugs), _markets(connection, numbers))


def _markets(connection: sa.Connection, numbers: Collection[int]) -> frozenset[int]:
    """The markets of these proposals: a word on one may move the card of another of the same market."""
    column = schema.proposals.c
    if len(numbers) <= AT_ONCE:
        return frozenset(connection.execute(sa.select(column.market).where(column.id.in_(numbers))).scalars())
    every: Mapping[int, int] = dict(connection.execute(sa.select(column.id, column.market)).all())
    return frozenset(every[number] for number in numbers if number in every)
