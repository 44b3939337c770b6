"""Guards: that Manifold knows a market no longer is an answer: told once and shown, costing others nothing."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from crux_builders import World
from many_builders import WHOLE, many, read_before, watched

from bot.doctor import service_area
from bot.resolving import Resolver
from bot.service.overview import Folder, screen
from bot.settings import Settings
from bot.store import whole_reads
from markets.plan import Limits
from markets.sandbox.entities import Market


def patient(world: World) -> Resolver:
    """As the service has it, which comes again every minute."""
    return Resolver(world.store, replace(world.resolver.outbox, patient=True), world.platform.carrier())


async def run(world: World) -> timedelta:
    """One run of the service's job; how long it waited."""
    resolver, begun = patient(world), world.clock.at
    await resolver.announce_all()
    await resolver.resolve_all()
    return world.clock.at - begun


def take_away(world: World, slug: str = "reach-85") -> Market:
    rows = world.sandbox.state.markets
    found = rows[world.market(slug).market_id]
    rows.restore(found.id, None)
    return found


@pytest.mark.parametrize("state", ["proposed", "approved", "agreed"])
async def test_a_market_that_is_gone_keeps_a_run_waiting_for_nothing(world: World, state: str) -> None:
    await world.decided()
    await world.everything()  # traders have read of it, so that there are comments under it
    if state != "proposed":
        world.approve()
    if state == "agreed":
        await world.everything()
        world.clock.at += timedelta(hours=49)
    take_away(world)
    assert [await run(world) for _ in range(5)] == [timedelta(0)] * 5


async def test_once_it_is_known_to_be_gone_nothing_is_asked_or_posted_there_until_it_is_back(world: World) -> None:
    await world.decided()
    await world.everything()
    world.approve()
    gone = take_away(world)
    await world.planner.plan(Limits())
    requests = watched(world.sandbox)
    for _ in range(3):
        await run(world)
    assert requests.counted() == {"GET /v0/comments": 3}, "those of the other market that has a proposal"
    assert world.card().proposal.state == "approved"
    world.sandbox.state.markets.restore(gone.id, gone)
    world.clock.at += timedelta(hours=1)
    await world.planner.plan(Limits())
    await run(world)
    assert world.card().proposal.state == "agreed"


async def test_it_is_asked_for_again_once_an_hour_and_not_in_each_plan(world: World) -> None:
    await world.decided()
    gone = take_away(world)
    requests = watched(world.sandbox)
    for minute in range(120):
        made = await world.planner.plan(Limits())
        assert [(one.slug, one.field) for one in made.drifts] == [("reach-85", "market")], minute
        world.clock.at += timedelta(minutes=1)
    assert [route for route, path in requests.asked if path.endswith(gone.id)] == [WHOLE] * 3


async def test_that_it_is_gone_is_logged_once_and_shown_by_doctor_and_status_until_it_is_back(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.decided()
    gone, settings = take_away(world), Settings()
    with caplog.at_level(logging.INFO, "crux.surveying"):
        for _ in range(3):
            await world.planner.plan(Limits())
            world.clock.at += timedelta(hours=1)
        assert [one.levelname for one in caplog.records] == ["WARNING"]
        assert f"Manifold knows no market {gone.id} (reach-85): ask its moderators" in caplog.text
        shown = [one for one in service_area.examine(settings, world.store) if one.name == "market reach-85"]
        assert [(one.state, gone.id in one.because) for one in shown] == [("wrong", True)]
        told = screen(settings, world.store, Folder(None, None))["gone"]
        assert told == {"reach-85": f"Manifold knows no market {gone.id} (asked 2020-01-15 02:00 UTC)"}
        world.sandbox.state.markets.restore(gone.id, gone)
        await world.planner.plan(Limits())
        assert caplog.records[-1].getMessage() == f"Manifold knows reach-85 again (market {gone.id})"
    assert screen(settings, world.store, Folder(None, None))["gone"] == {}


async def test_what_manifold_lists_is_asked_for_at_once_where_it_was_not_known_before(world: World) -> None:
    """Guards: one wrong answer of Manifold's keeps no market out of resolving until its turn among ten thousand."""
    ids = many(world.store, world.sandbox, 900)
    read_before(world.store, ids)
    with world.store.transaction() as connection:
        last = whole_reads.of(connection, ids[:1])[ids[0]]
        whole_reads.keep(connection, [replace(last, fingerprint=None, updated_at=None, read_at=world.clock.at)])
    await world.planner.plan(Limits())
    with world.store.reading() as connection:
        assert whole_reads.gone(connection) == {}
