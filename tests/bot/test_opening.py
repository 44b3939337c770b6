"""Law 1: since when a market lives is what Manifold says, however late it is written down here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from crux_builders import START, World, body, day
from many_builders import many

from bot.opening import freeze
from bot.review.pausing import pause, resume
from bot.store import markets, record
from markets.apply import perform
from markets.outbox import write_of
from markets.plan import Limits
from resolvers.errors import Refusal


async def test_an_import_dated_after_the_real_opening_awaits_acceptance_though_we_wrote_the_opening_down_later(
    world: World,
) -> None:
    world.see()
    world.at(1)
    outbox, carrier = world.resolver.outbox, world.platform.carrier()
    change = next(each for each in (await world.planner.plan(Limits())).changes if each.slug == "reach-85")
    with world.store.transaction() as connection:
        freeze(connection, world.loaded.markets["reach-85"], world.clock.at)
    await perform(write_of(change), outbox, carrier)  # and then the process died
    world.at(5)
    await world.planner.recover()
    assert world.market("reach-85").opened_at == day(1)
    board = world.loaded.sources["board"]
    assert record(world.store, board, body(START), seen_at=day(3), via="import").awaits
    assert not record(world.store, board, body(START), seen_at=day(0.5), via="import").awaits


async def test_a_pause_stops_a_plan_before_its_next_change_and_what_was_done_is_written_down(world: World) -> None:
    """Guards: a pause pauses, also what has begun."""
    world.see()
    planner, said = world.planner, list[str]()

    def tell(line: str) -> None:
        said.append(line)
        if len(said) == 1:
            pause(world.store, "ann", "these texts are wrong")

    with pytest.raises(Refusal, match="paused by ann"):
        await planner.apply(await planner.plan(Limits()), tell=tell)
    with world.store.reading() as connection:
        assert (len(said), [one.slug for one in markets.every(connection, "small")]) == (1, ["leader"])
    resume(world.store, "ann")
    done = await planner.apply(await planner.plan(Limits()))
    assert (len(done.done), done.refused) == (3, [])


@pytest.mark.parametrize("restored", [(), ("reach-85",)])
async def test_a_market_that_is_named_is_read_whole_though_a_bet_hides_that_it_was_edited(
    world: World, restored: tuple[str, ...]
) -> None:
    world.see()
    await world.at(1).open_markets()
    many(world.store, world.sandbox, 60)
    for _ in range(4):
        await world.planner.plan(Limits())
        world.clock.at += timedelta(seconds=20)
    mine = world.market("reach-85").market_id
    await world.planner.plan(Limits(), only=["reach-85"])  # read just now: its turn is the farthest
    world.clock.at += timedelta(minutes=1)
    await world.say("trader1", "/v0/bet", contractId=mine, amount=10, outcome="YES")
    await world.say("mod", f"/v0/market/{mine}/update", descriptionMarkdown="Theirs now.")
    world.clock.at += timedelta(minutes=1)
    made = await world.planner.plan(Limits(yes_many=True), only=["reach-85"], restore=frozenset(restored))
    assert [one.field for one in made.drifts] == ["description"]
    assert [one.words() for one in made.changes] == [f"update {slug}: description" for slug in restored]
