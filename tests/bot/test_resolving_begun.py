"""Guards: a resolution that was begun and never reached Manifold is not sent once the evidence has turned."""

from __future__ import annotations

import pytest
from crux_builders import World, day

from bot.store import markets, resolutions
from bot.verifying import verify

SENDING = "POST /v0/market/{contractId}/resolve"


async def told_of(world: World) -> list[str]:
    return [one.did for one in await world.carry_on() if one.slug == "reach-85"]


@pytest.mark.parametrize(("what", "end"), [("503", "held"), ("drop", "held"), ("work_then_500", "resolved")])
async def test_what_was_begun_is_not_sent_any_more_once_the_evidence_says_otherwise(
    world: World, what: str, end: str
) -> None:
    """Manifold took no resolutions for a day, or did and never said so; the row turns out to have been a typo."""
    await world.agreed()
    world.at(11.01)
    if what == "work_then_500":
        await world.say("creator", f"/v0/market/{world.market('reach-85').market_id}/resolve", outcome="YES")
        world.sandbox.faults.add("GET /v0/market/{id}", "500", times=None)
    world.sandbox.faults.add(SENDING, "503" if what == "503" else "drop", times=None)
    assert await told_of(world) == ["open"]
    assert world.card().proposal.state == "resolving"
    world.at(12).back_fill(6, two=("8.5", "north"))
    world.judge()
    world.sandbox.faults.clear()
    assert await told_of(world) == [end]
    assert (await world.live())["isResolved"] is (end == "resolved")
    assert world.card().proposal.state == ("agreed" if end == "held" else "resolved")
    assert await told_of(world) == (["held"] if end == "held" else [])
    assert verify(world.store).whole


async def test_what_was_begun_and_somebody_resolved_otherwise_meanwhile_is_told_as_refused(world: World) -> None:
    await world.agreed()
    world.at(11.01)
    world.sandbox.faults.add(SENDING, "503", times=None)
    assert await told_of(world) == ["open"]
    world.at(12).back_fill(6, two=("8.5", "north"))
    world.judge()
    world.sandbox.faults.clear()
    await world.say("creator", f"/v0/market/{world.market('reach-85').market_id}/resolve", outcome="NO")
    assert await told_of(world) == ["refused"]
    assert world.card().proposal.state == "agreed"
    assert verify(world.store).whole


async def test_killed_before_anything_was_sent_it_is_not_sent_once_the_evidence_says_otherwise(world: World) -> None:
    await world.agreed()
    world.at(11.01)
    seen = world.card()
    with world.store.transaction() as connection:
        there = markets.market(connection, seen.market.id)
        intent = {"outcome": seen.proposal.outcome.model_dump(mode="json"), "market_id": there.market_id}
        resolutions.begin(connection, seen.proposal, intent=intent, actor="crux", at=day(11.01))
    world.at(12).back_fill(6, two=("8.5", "north"))
    world.judge()
    assert await told_of(world) == ["held"]
    assert (world.card().proposal.state, (await world.live())["isResolved"]) == ("agreed", False)
    assert verify(world.store).whole
