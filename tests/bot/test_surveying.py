"""Guards: a plan of ten thousand markets costs few requests, and still sees what strangers change there."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from crux_builders import PATIENCE, World, living
from hypothesis import given, settings
from hypothesis import strategies as st
from many_builders import LIST, WHOLE, many, read_before, watched

from bot.opening import Planner
from bot.platform import connect
from bot.store import open_store
from bot.store.whole_reads import WholeRead
from bot.surveying import AT_LEAST, ROUND, SUSPECTS, UNLISTED, choose
from markets.live import LiveMarket
from markets.manifold.client import PAGE
from markets.plan import Drift, Limits, Opened, Plan
from resolvers.errors import Outside

MANY = 1_200
LIMITS = Limits()


def later(world: World, **time: float) -> None:
    world.clock.at += timedelta(**time)


def drifted(found: Plan) -> list[tuple[str, str]]:
    return [(one.slug, one.field) for one in found.drifts]


async def edit(world: World, market_id: str, **told: object) -> None:
    """What a moderator changes there, a minute after anything else."""
    later(world, minutes=1)
    await world.say("mod", f"/v0/market/{market_id}/update", **told)


async def test_a_plan_over_many_markets_takes_a_page_a_thousand_and_a_bounded_share_read_whole(world: World) -> None:
    many(world.store, world.sandbox, MANY)
    requests = watched(world.sandbox)
    for share in (ROUND, AT_LEAST):  # an hour's share at first, then what a plan right after it may read
        assert (await world.planner.plan(LIMITS)).drifts == ()
        assert requests.counted() == {LIST: MANY // PAGE + 1, WHOLE: share}
    later(world, minutes=30)
    await world.planner.plan(LIMITS)
    assert requests.counted()[WHOLE] == ROUND // 2


async def test_every_market_is_read_whole_within_its_round_and_none_twice_before(world: World) -> None:
    """Guards: an edited description is noticed after as many hours as there are four hundreds of markets."""
    ids = many(world.store, world.sandbox, 2 * ROUND)
    requests = watched(world.sandbox)
    for _ in range(2):
        await world.planner.plan(LIMITS)
        later(world, hours=1)
    assert sorted(requests.read_whole()) == ids


async def test_an_edited_description_that_a_bet_hides_is_drift_within_the_round(world: World) -> None:
    ids = many(world.store, world.sandbox, 2 * ROUND)
    read_before(world.store, ids)
    await world.say("trader1", "/v0/bet", contractId=ids[-1], amount=10, outcome="YES")
    await world.say("mod", f"/v0/market/{ids[-1]}/update", descriptionMarkdown="Theirs now.")
    assert (await world.planner.plan(LIMITS)).drifts == ()
    later(world, hours=1)
    assert drifted(await world.planner.plan(LIMITS)) == [(ids[-1], "description")]
    assert drifted(await world.planner.plan(LIMITS)) == [(ids[-1], "description")], "and it stays so"


async def test_an_edited_description_is_drift_in_the_next_plan_by_manifolds_own_times(world: World) -> None:
    ids = many(world.store, world.sandbox, MANY)
    read_before(world.store, ids)
    await edit(world, ids[700], descriptionMarkdown="Theirs now.")
    assert drifted(await world.planner.plan(LIMITS)) == [(ids[700], "description")]


async def test_a_strangers_question_close_time_or_resolution_is_drift_in_the_next_plan(world: World) -> None:
    ids = many(world.store, world.sandbox, MANY)
    read_before(world.store, ids)
    requests = watched(world.sandbox)
    await edit(world, ids[3], question="Theirs?")
    await edit(world, ids[1000], closeTime=4_000_000_000_000)
    await world.say("mod", f"/v0/market/{ids[700]}/resolve", outcome="NO")
    found = await world.planner.plan(LIMITS)
    assert drifted(found) == [(ids[3], "question"), (ids[700], "resolution"), (ids[1000], "closes")]
    resolver = world.sandbox.accounts["mod"].id
    assert found.drifts[1] == Drift(ids[700], "resolution", "none", f"NO by account {resolver}")
    assert {ids[3], ids[700], ids[1000]} <= {*requests.read_whole()}, "what is said of them was read whole"


async def test_an_unlisted_market_is_read_all_the_same_and_is_not_gone(world: World) -> None:
    ids = many(world.store, world.sandbox, 30)
    await edit(world, ids[4], visibility="unlisted")
    requests = watched(world.sandbox)
    for _ in range(2):
        assert (await world.planner.plan(LIMITS)).drifts == ()
        assert ids[4] in requests.read_whole()
        requests.counted()
    await edit(world, ids[4], question="Theirs?")
    assert drifted(await world.planner.plan(LIMITS)) == [(ids[4], "question")]


async def test_a_market_that_manifold_does_not_have_is_gone(world: World) -> None:
    ids = many(world.store, world.sandbox, 30)
    world.sandbox.state.markets.restore(ids[4], None)
    assert drifted(await world.planner.plan(LIMITS)) == [(ids[4], "market")]


async def test_a_list_that_shows_nothing_makes_nothing_gone_and_costs_no_more_than_a_bounded_share(
    world: World,
) -> None:
    for market_id in (ids := many(world.store, world.sandbox, MANY)):
        hidden = world.sandbox.state.markets[market_id]
        object.__setattr__(hidden, "visibility", "unlisted")
    requests = watched(world.sandbox)
    found = await world.planner.plan(LIMITS)
    assert (requests.counted(), found.drifts) == ({LIST: 1, WHOLE: UNLISTED}, ())
    unread = [one.slug for one in found.waiting if one.because.startswith("not in Manifold's list, and not read")]
    assert unread == ids[UNLISTED:]


@pytest.mark.parametrize("page", [0, 1])
async def test_a_lost_page_fails_the_plan_and_makes_nothing_gone(world: World, page: int) -> None:
    many(world.store, world.sandbox, MANY)
    requests = watched(world.sandbox)
    requests.add(LIST, "500", times=None, after=page)
    with pytest.raises(Outside, match="GET /v0/markets was answered with 500"):
        await world.planner.plan(LIMITS)
    requests.clear()
    assert (await world.planner.plan(LIMITS)).drifts == ()


async def test_a_market_of_the_same_millisecond_as_the_end_of_a_page_is_asked_for_by_name(world: World) -> None:
    many(world.store, world.sandbox, PAGE + 3, apart_ms=0)
    requests = watched(world.sandbox)
    found = await world.planner.plan(LIMITS)
    unread = [one.slug for one in found.waiting if one.because.startswith("not in Manifold's list")]
    assert (requests.counted(), found.drifts, unread) == ({LIST: 2, WHOLE: 3 + ROUND}, (), [])


async def test_a_market_made_while_the_pages_are_read_is_there_once(world: World) -> None:
    ids = many(world.store, world.sandbox, MANY)
    requests = watched(world.sandbox)
    made: list[str] = []

    def then(route: str, path: str) -> None:
        if not made and len([one for one, _ in requests.asked if one == LIST]) == 2:
            made.extend(many(world.store, world.sandbox, 1, first=MANY))

    requests.then = then
    found = await world.planner.plan(LIMITS)
    assert [one.slug for one in found.waiting if one.because.startswith("its file is gone")] == [*ids, *made]
    assert (found.drifts, requests.read_whole().count(made[0])) == ((), 1)


async def test_what_was_read_whole_survives_a_restart(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        ids = many(world.store, world.sandbox, ROUND + 50)
        requests = watched(world.sandbox)
        await world.planner.plan(LIMITS)
        first = requests.read_whole()
        requests.counted()
        later(world, minutes=6)
        again = open_store(world.database, now=world.clock)
        key = world.sandbox.accounts["creator"].key
        async with connect(
            world.url, key, again, address="sandbox", patience=PATIENCE, sleep=world.clock.sleep
        ) as there:
            await Planner(again, world.loaded, there).plan(LIMITS)
        again.close()
        assert sorted(first) == ids[:ROUND]
        assert sorted(requests.read_whole()[:40]) == ids[ROUND : ROUND + 40], "those never read come first"


async def test_a_market_that_cannot_be_read_stops_no_other_and_is_not_gone(world: World) -> None:
    ids = many(world.store, world.sandbox, 30)
    await edit(world, ids[5], visibility="unlisted")
    requests = watched(world.sandbox)
    for bad in (ids[0], ids[5]):
        requests.add(f"GET /v0/market/{bad}", "500", times=None)
    found = await world.planner.plan(LIMITS)
    assert found.drifts == ()
    assert [one.slug for one in found.waiting if "not read this time" in one.because] == [ids[5]]
    assert {*ids[1:]} <= {*requests.read_whole()}


async def test_a_thousand_drifted_descriptions_are_told_and_cost_no_more_than_a_bounded_share(world: World) -> None:
    """Guards: a Manifold that writes its documents in another way does not stop planning."""
    for market_id in (ids := many(world.store, world.sandbox, MANY)):
        object.__setattr__(world.sandbox.state.markets[market_id], "description", {"type": "doc", "version": 2})
    read_before(world.store, ids)
    requests = watched(world.sandbox)
    for _ in range(3):
        found = await world.planner.plan(LIMITS)
        assert drifted(found) == [(one, "description") for one in sorted({*requests.read_whole()})]
        later(world, hours=1)
    assert len(requests.read_whole()) <= 3 * (ROUND + SUSPECTS)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 1_500), st.integers(0, 300), st.integers(0, 300), st.randoms(use_true_random=False))
def test_whatever_drifts_or_hides_each_market_has_its_turn_and_no_survey_reads_more_than_its_share(
    count: int, drifting: int, hidden: int, chance: random.Random
) -> None:
    """Guards: a description edited in secret is read again after an hour for every 400 markets."""
    ours = {f"m{n}": opened_as(f"m{n}") for n in range(count)}
    moved, unlisted = ({*chance.sample(sorted(ours), min(n, count))} for n in (drifting, hidden))
    rows = {one: row(ours[one], "Theirs?" if one in moved else "Will it?") for one in ours if one not in unlisted}
    now, before, read = datetime(2026, 1, 1, tzinfo=UTC), dict[str, WholeRead](), Counter[str]()
    for _ in range(math.ceil(count / ROUND)):
        chosen = choose(ours, rows, before, now)
        assert len(chosen) <= ROUND + SUSPECTS + UNLISTED
        assert len({*chosen}) == len(chosen)
        read.update(chosen)
        before |= {one: WholeRead(one, "print", "print", now, now) for one in chosen}
        now += timedelta(hours=1)
    assert read.keys() >= rows.keys()
    assert read.keys() >= unlisted or len(unlisted) > UNLISTED


def opened_as(number: str) -> Opened:
    return Opened(number, number, "v", "Will it?", datetime(2027, 1, 1, tzinfo=UTC), "text", "print")


def row(ours: Opened, question: str) -> LiveMarket:
    return LiveMarket(
        ours.market_id, ours.slug, "", "us", question, "BINARY", ours.closes, False, fingerprint="print", whole=False
    )
