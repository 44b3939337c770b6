"""Guards: what a kill in the middle of an apply left behind is told by the status, with the way to go on."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from crux_builders import Crux, day, living

from bot.opening import freeze
from bot.review.pausing import pause
from bot.store import leases, ledger
from markets.outbox import write_of
from markets.plan import Limits


async def test_the_status_says_that_an_apply_was_cut_off_and_what_becomes_of_the_reserved_mana(
    tmp_path: Path, crux: Crux
) -> None:
    async with living(tmp_path) as world:
        world.see()
        crux.on(world.folder, world.database)
        assert "BEGUN" not in (await asyncio.to_thread(crux, "status")).out
        planned = await world.planner.plan(Limits())
        for change in planned.changes[:2]:  # as a process leaves it that was killed before it could send
            with world.store.transaction() as connection:
                freeze(connection, world.loaded.markets[change.slug], world.clock.at)
            world.resolver.outbox.begin(write_of(change))
        shown = (await asyncio.to_thread(crux, "status")).out
        first, second = (change.slug for change in planned.changes[:2])
        begun = f"the opening of {first} (300 mana reserved), the opening of {second} (300 mana reserved)"
        assert f"BEGUN    since 2020-01-06 00:00, its end not known: {begun}" in shown
        assert "it was cut off: run `crux apply --sandbox FILE` again" in shown
        assert "what did not is done now with the mana reserved for it" in shown
        told = (await asyncio.to_thread(crux, "status", "--json")).json["begun"]
        assert [(one["slug"], one["kind"], one["mana"]) for one in told] == [
            (first, "create", "300"),
            (second, "create", "300"),
        ]
        await world.planner.recover()
        assert "BEGUN" not in (await asyncio.to_thread(crux, "status")).out
        with world.store.reading() as connection:
            spent = ledger.spent_mana(connection, "small")
            assert spent == ledger.committed_mana(connection, "small") == Decimal(600)


async def test_while_a_service_runs_nobody_has_to_do_anything_about_it(tmp_path: Path, crux: Crux) -> None:
    async with living(tmp_path) as world:
        world.see()
        crux.on(world.folder, world.database)
        planned = await world.planner.plan(Limits())
        world.resolver.outbox.begin(write_of(planned.changes[0]))
        with world.store.transaction() as connection:
            leases.take(connection, "somebody", day(100_000), timedelta(hours=1))
        shown = (await asyncio.to_thread(crux, "status")).out
        assert "         the service looks on Manifold what came of it and finishes it; nothing is done twice" in shown
        assert "cut off" not in shown
        pause(world.store, "ann", "the board looks wrong")
        shown = (await asyncio.to_thread(crux, "status")).out
        assert (
            "         everything is paused and so is this; after `crux resume` the service looks on Manifold" in shown
        )
