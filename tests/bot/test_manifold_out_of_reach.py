"""Guards: what never reached Manifold was not refused: it waits for nothing but Manifold, and nobody is alarmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from crux_builders import World
from many_builders import Watched, watched

from bot.resolving import Resolver, Stepped
from bot.verifying import verify

POSTING = "POST /v0/comment"


def patient(world: World) -> Resolver:
    """As the service has it, which comes again every minute."""
    return Resolver(world.store, replace(world.resolver.outbox, patient=True), world.platform.carrier())


async def announced_within(world: World, most: timedelta) -> timedelta:
    """How long the service takes from now on to post the notice of reach-85; no longer than `most` is waited."""
    begun = world.clock.at
    while world.card().proposal.state != "agreed" and world.clock.at - begun < most:
        await patient(world).announce_all()
        world.clock.at += timedelta(minutes=1)
    return world.clock.at - begun


async def refuse_for(world: World, faults: Watched, time: timedelta) -> list[Stepped]:
    """Manifold answers reads, and 503 to every comment, for that long; what was told meanwhile."""
    faults.add(POSTING, "503", times=None)
    end, told = world.clock.at + time, list[Stepped]()
    while world.clock.at < end:
        told += await patient(world).announce_all()
        world.clock.at += timedelta(minutes=10)
    faults.clear()
    return told


async def test_a_notice_is_posted_within_minutes_after_manifold_took_no_writes_for_two_hours(world: World) -> None:
    await world.decided()
    world.approve()
    told = await refuse_for(world, watched(world.sandbox), timedelta(hours=2))
    assert {one.did for one in told} == {"open"}
    assert await announced_within(world, timedelta(hours=2)) <= timedelta(minutes=5)
    assert verify(world.store).whole


async def test_a_notice_that_was_begun_and_never_sent_counts_as_begun_once_when_it_is_posted(world: World) -> None:
    await world.decided()
    world.approve()
    outbox = patient(world).outbox
    for _ in range(5):
        await refuse_for(world, watched(world.sandbox), timedelta(minutes=1))
        assert [row.state for row in outbox.rows() if "window" in row.key] == ["open"]
    assert await announced_within(world, timedelta(hours=2)) <= timedelta(minutes=5)
    (row,) = [row for row in outbox.rows() if "window" in row.key]
    assert (row.state, row.attempts) == ("done", 1)


async def test_a_notice_that_manifold_refuses_is_told_as_refused_when_it_was_and_as_held_while_it_waits(
    world: World,
) -> None:
    await world.decided()
    world.approve()
    world.sandbox.state.markets.restore(world.market("reach-85").market_id, None)
    told = list[Stepped]()
    for _ in range(6):
        told += [one for one in await patient(world).announce_all() if one.slug == "reach-85"]
        world.clock.at += timedelta(minutes=1)
    assert [one.did for one in told] == ["refused"] * 3 + ["held"] * 3
    assert "refused 3 times, tried again at" in told[-1].because
