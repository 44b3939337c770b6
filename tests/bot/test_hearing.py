"""Guards: four hundred proposals in review cost a bounded number of reads a minute, and none decides unheard."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from crux_builders import World, day
from many_builders import Watched, watched

from bot.hearing import ENOUGH_FAILURES, Hearing
from markets.live import LiveComment
from resolvers.errors import Outside

COMMENTS = "GET /v0/comments"
BETS = "GET /v0/bets"


async def run(world: World, hearing: Hearing) -> list[str]:
    resolver = replace(world.resolver, hearing=hearing)
    return [one.did for one in [*await resolver.announce_all(), *await resolver.resolve_all()]]


def reads(requests: Watched, route: str) -> int:
    return requests.counted()[route]


async def test_of_many_proposals_those_longest_unheard_have_their_turn(world: World) -> None:
    await world.decided()
    await run(world, Hearing())  # traders are told of both
    requests, hearing = watched(world.sandbox), Hearing(1)
    heard = []
    for _ in range(4):
        await run(world, hearing)
        heard.append([slug for slug in ("reach-85", "when-80") if hearing.has_turn(world.card(slug), world.clock.at)])
        assert reads(requests, COMMENTS) == 1
        world.clock.at += timedelta(minutes=1)
    assert heard == [["reach-85"], ["when-80"]] * 2


async def test_what_is_about_to_be_resolved_is_heard_whoever_has_the_turn(world: World) -> None:
    nobody = Hearing(0)
    await world.decided()
    await world.bet("trader1")
    world.approve()
    assert await run(world, nobody) == ["announced", "published", "waiting"]
    requests = watched(world.sandbox)
    assert (await run(world, nobody), reads(requests, COMMENTS)) == (["waiting"], 0)
    await world.reply("trader1", "That row was taken back.")
    world.clock.at = day(11) + timedelta(hours=1)
    assert await run(world, nobody) == ["objected", "held"]
    assert not (await world.live())["isResolved"]


async def test_a_flood_of_replies_by_one_account_costs_a_few_requests(world: World) -> None:
    await world.agreed()
    await world.reply("trader1", "One of many.")
    said = next(one for one in world.sandbox.state.comments if one.user_id == world.sandbox.accounts["trader1"].id)
    for number in range(300):
        world.clock.at += timedelta(milliseconds=1)
        world.sandbox.state.comments.put(replace(said, id=f"again{number}", created_time=world.clock.ms()))
    requests = watched(world.sandbox)
    assert (await run(world, Hearing()), reads(requests, BETS) < 12) == (["waiting"], True)
    world.clock.at += timedelta(milliseconds=1)
    await world.bet("trader1")
    await world.reply("trader1", "Now I hold something.")
    await world.say("trader1", f"/v0/market/{world.market('reach-85').market_id}/sell", outcome="NO")
    requests.counted()
    assert (await run(world, Hearing()), reads(requests, BETS) < 12) == (["objected", "held"], True)
    assert [one.text for one in world.card().objections] == ["Now I hold something."]


async def test_replies_that_cannot_be_read_keep_a_run_waiting_for_a_few_markets_only(world: World) -> None:
    """A read is repeated for 15 s, and all who write to Manifold wait meanwhile."""
    await world.decided()
    hearing, asked = Hearing(), list[int]()
    hearing.begin([world.card()], world.clock.at)

    async def read() -> list[LiveComment]:
        asked.append(1)
        raise Outside("answered with 500")

    for _ in range(ENOUGH_FAILURES + 5):
        with pytest.raises(Outside):  # so that nothing is resolved unheard
            await hearing.hear(world.card(), read)
    assert len(asked) == ENOUGH_FAILURES


async def test_whose_replies_could_not_be_read_comes_last_in_the_next_run_and_keeps_none_waiting(world: World) -> None:
    await world.decided()
    await run(world, hearing := Hearing())
    both = [world.card("reach-85"), world.card("when-80")]

    async def read() -> list[LiveComment]:
        raise Outside("answered with 500")

    assert hearing.begin(both, world.clock.at) == both
    with pytest.raises(Outside):
        await hearing.hear(both[0], read)
    assert hearing.begin(both, world.clock.at) == [both[1], both[0]]
