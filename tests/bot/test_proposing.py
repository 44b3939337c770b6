"""Guards: what was judged a while ago is put to people only where nothing has overtaken it meanwhile."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from crux_builders import World
from desk_builders import desk_in

from bot.judging import Judged, asked, judge_all
from bot.proposing import propose_all


def judged(world: World, slug: str = "reach-85") -> Judged:
    """As a pass does that takes its time before it proposes."""
    return judge_all(world.store, asked(world.store, world.loaded, [slug]), world.clock.at)


async def test_a_market_that_was_resolved_while_it_was_judged_is_not_proposed_again(world: World) -> None:
    await world.agreed()
    world.at(12).see()
    before = judged(world)
    assert "resolved" in [one.did for one in await world.everything()]
    assert propose_all(world.store, before) == []


async def test_a_verdict_that_knew_less_ends_no_proposal_that_knew_more(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    world.at(4).see()
    before = judged(world)
    world.at(5).see(two=("88.5", "north"))
    world.at(9).see()
    assert world.propose("reach-85")[0] == ("reach-85", "proposed")
    assert propose_all(world.store, before) == []
    assert world.card().proposal.state == "proposed"


async def test_a_dispute_that_came_while_it_was_judged_is_not_answered_by_that_pass(world: World) -> None:
    """The pass knows nothing of the dispute: the sources are looked at anew first."""
    await world.decided()
    world.clock.at += timedelta(minutes=10)
    before = judged(world)
    world.clock.at += timedelta(minutes=1)
    world.vote("cat", "dispute")
    world.clock.at += timedelta(minutes=1)
    assert propose_all(world.store, before) == []
    assert world.card().proposal.state == "disputed"
    world.see()
    assert ("reach-85", "judged again") in world.propose()


async def test_an_undo_that_came_while_it_was_judged_is_not_answered_by_that_pass(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        world = desk.world
        await world.decided()
        await desk.approve()
        await world.carry_on()
        world.at(11.0005)
        before = judged(world)
        world.at(11.001)
        assert [one.did for one in await world.carry_on()] == ["resolved"]
        world.clock.at += timedelta(minutes=2)
        await desk.undo()
        world.clock.at += timedelta(minutes=1)
        assert propose_all(world.store, before) == []
        assert world.card().proposal.state == "undone"
