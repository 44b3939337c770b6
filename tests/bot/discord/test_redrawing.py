"""Guards: the record grows with every look at a source, and no card is drawn again but those it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from crux_builders import World

from bot.discord.posts import found, put
from bot.discord.redrawing import AGAIN_S, Redrawing
from bot.review import pausing
from bot.review.taking import take
from bot.store import posts, prices, schema, submissions
from bot.store.prices import Sample
from bot.store.submissions import Offered

AGED_S = 60.0
DEBATE = "small"


def drawn(world: World, redrawing: Redrawing, now: float = 0.0) -> set[int]:
    """Draw what is due, as the poster does; which cards that were."""
    due = redrawing.due(world.store, DEBATE, now)
    undrawn: set[int] = set()
    made = found(world.store, DEBATE, world.clock.at, announce=True, only=due.cards, undrawn=undrawn)
    put(world.store, made, world.clock.at)
    redrawing.done(due, now, undrawn)
    return set(due.cards)


def price(world: World, slug: str, share: str) -> None:
    at = world.clock.at + timedelta(minutes=1)
    with world.store.transaction() as connection:
        prices.keep(connection, [Sample(world.market(slug).id, at, {"YES": Decimal(share)}, Decimal(100))])


def bring(world: World) -> None:
    """A person's evidence for the first market, accepted by a reviewer."""
    offered = Offered(DEBATE, "reach-85", "7", "sue", "https://example.org/seen", "look here", "for")
    with world.store.transaction() as connection:
        made, _ = submissions.put(connection, offered, world.clock.at)
        submissions.decide(connection, made.id, "accepted", by="ann", because="true", at=world.clock.at)


CHANGES: dict[str, tuple[Callable[[World], object], set[int]]] = {
    "nothing": (lambda world: None, set()),
    "a look at a source": (lambda world: world.see(), set()),
    "a vote": (lambda world: world.vote("ann"), {1}),
    "a dispute": (lambda world: world.vote("ann", "dispute"), {1}),
    "an approval": (lambda world: world.approve(), {1}),
    "somebody takes it": (lambda world: take(world.store, 2, "ben"), {2}),
    "a price": (lambda world: price(world, "reach-85", "0.2"), {1}),
    "evidence of a person": (bring, {1, 2}),
    "a pause": (lambda world: pausing.pause(world.store, "ann", "a holiday"), {1, 2}),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_only_the_cards_that_a_change_is_about_are_drawn_again(world: World, change: str) -> None:
    await world.decided()
    redrawing = Redrawing(AGED_S)
    assert drawn(world, redrawing) == {1, 2}
    act, about = CHANGES[change]
    act(world)
    assert drawn(world, redrawing) == about
    assert found(world.store, DEBATE, world.clock.at, announce=True) == []


async def test_whatever_becomes_of_a_proposal_on_manifold_its_card_is_drawn_again(world: World) -> None:
    await world.decided()
    redrawing = Redrawing(AGED_S)
    drawn(world, redrawing)
    world.approve()
    for on, said in ((10, "agreed"), (13, "resolved")):
        world.at(on).see()
        await world.carry_on()
        assert (world.card().proposal.state, 1 in drawn(world, redrawing)) == (said, True)
        assert found(world.store, DEBATE, world.clock.at, announce=True) == []


async def test_every_card_is_drawn_now_and_then_as_time_alone_may_change_it(world: World) -> None:
    await world.decided()
    redrawing = Redrawing(AGED_S)
    assert [drawn(world, redrawing, now) for now in (0.0, AGED_S - 1, AGED_S, AGED_S + 1)] == [
        {1, 2},
        set(),
        {1, 2},
        set(),
    ]


async def test_a_card_that_could_not_be_drawn_is_tried_again_soon(world: World) -> None:
    await world.decided()
    redrawing = Redrawing(AGED_S)
    row = sa.update(schema.proposals).where(schema.proposals.c.id == 1)
    verdict = world.card().proposal.verdict_json
    with world.store.transaction() as connection:
        connection.execute(row.values(verdict="spoilt"))
    assert [drawn(world, redrawing, now) for now in (0.0, AGAIN_S - 1, AGAIN_S)] == [{1, 2}, set(), {1}]
    with world.store.transaction() as connection:
        connection.execute(row.values(verdict=verdict))
    assert [drawn(world, redrawing, now) for now in (AGAIN_S * 2, AGAIN_S * 3)] == [{1}, set()]
    with world.store.reading() as connection:
        assert posts.find(connection, "card:1") is not None


async def test_those_that_were_drawn_long_ago_come_a_few_at_a_time(world: World) -> None:
    await world.decided()
    redrawing = Redrawing(AGED_S, most_aged=1)
    assert [drawn(world, redrawing, AGED_S * number / 2) for number in range(5)] == [{1, 2}, set(), {1}, {2}, {1}]
