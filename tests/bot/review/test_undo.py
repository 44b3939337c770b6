"""Guards: within ten minutes a reviewer takes a resolution back, once whatever dies, on the record."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from crux_builders import World, day
from desk_builders import FIVE, Desk, desk_in

from bot.resolving import Resolver
from bot.review.disputes import recollect_due
from bot.review.undo import undo_until
from bot.store import audit, proposals, resolutions
from bot.verifying import verify
from markets.apply import Carrier
from markets.manifold import Manifold
from markets.plan import Limits
from resolvers.errors import Refusal


async def trading_until(world: World) -> Any:
    return (await world.live())["closeTime"] / 1000


async def test_a_resolution_is_taken_back_and_its_market_is_open_and_judged_again(desk: Desk) -> None:
    world = desk.world
    await desk.resolved()
    until = undo_until(world.card())
    assert until is not None
    assert world.clock.at < until <= world.clock.at + timedelta(minutes=10)
    said = await desk.undo(because="that row is gone")
    assert said == "proposal 1 undone: taken back; trading is open again; it is looked at and judged again"
    live = await world.live()
    assert (live["isResolved"], await trading_until(world)) == (False, day(60).timestamp())
    assert (world.market("reach-85").state, world.market("reach-85").resolved_at) == ("open", None)
    there = world.card()
    assert (there.proposal.state, there.undone, undo_until(there)) == ("undone", ("cat", "that row is gone"), None)
    assert verify(world.store).whole
    assert desk.woken[-1] == "collect"


async def test_it_is_proposed_again_and_an_undo_counts_as_a_dispute(desk: Desk) -> None:
    world = desk.world
    await desk.resolved()
    await desk.undo()
    assert recollect_due(world.store, "small") == {"board"}
    world.at(12).see()
    assert recollect_due(world.store, "small") == frozenset()
    assert world.propose() == [("reach-85", "proposed")]
    there = world.card()
    assert (there.proposal.id, there.quorum.needed, there.quorum.because) == (3, 3, ("disputed 1 time",))
    await desk.approve("ann", "ben", "dan")
    await world.carry_on()
    world.at(14.01)
    assert [one.did for one in await world.carry_on()] == ["resolved"]
    assert (await world.live())["resolution"] == "YES"
    found = verify(world.store)
    assert (found.whole, found.resolutions, found.verified) == (True, 2, 2)


async def test_traders_are_told_once_that_it_was_taken_back(desk: Desk) -> None:
    await desk.resolved()
    await desk.undo(because="see [here](//evil) @everyone")
    for _ in range(2):
        await desk.world.carry_on()
    told = [one for one in await desk.world.comments() if "was taken back" in str(one["content"])]
    assert len(told) == 1
    assert "see [here](//evil) @everyone" in str(told[0]["content"])


async def test_after_ten_minutes_it_is_too_late(desk: Desk) -> None:
    await desk.resolved()
    until = undo_until(desk.world.card())
    assert until is not None
    desk.world.clock.at = until + timedelta(seconds=1)
    with pytest.raises(Refusal, match=r"it could be taken back until .* now only Manifold's moderators can"):
        await desk.undo()
    assert (desk.world.card().proposal.state, (await desk.world.live())["isResolved"]) == ("resolved", True)


async def test_where_manifold_does_not_allow_it_the_resolution_stands_and_the_refusal_is_on_the_record(
    desk: Desk,
) -> None:
    world = desk.world
    await desk.resolved()
    desk.exchange.fails = True
    assert "goes on by itself" in await desk.undo()
    assert world.card().proposal.state == "undoing"
    world.at(12)  # whoever was to go on came too late
    (step,) = await world.carry_on()
    assert (step.did, "resolved more than 10 minutes ago" in step.because) == ("refused", True)
    assert world.card().proposal.state == "resolved"
    assert verify(world.store).whole
    with world.store.reading() as connection:
        assert [one.act for one in audit.acts(connection, subject="proposal 1")][-2:] == ["undoing", "resolved"]


async def test_only_a_reviewer_with_a_reason_undoes_and_only_what_is_resolved(desk: Desk) -> None:
    await desk.world.decided()
    with pytest.raises(Refusal, match="proposal 1 is proposed: there is no resolution to take back"):
        await desk.undo()
    with pytest.raises(Refusal, match="'mallory' is no reviewer"):
        await desk.undo("mallory")
    with pytest.raises(Refusal, match="say why"):
        await desk.undo(because=" ")


async def test_two_who_undo_at_once_and_a_press_that_comes_again_undo_it_once(desk: Desk) -> None:
    await desk.resolved()
    first = await desk.undo(key="press-1")
    assert (await desk.undo(key="press-1")).startswith("proposal 1 is being taken back")
    assert first.startswith("proposal 1 undone")
    with pytest.raises(Refusal, match="proposal 1 is undone"):
        await desk.undo("dan", key="press-2")
    rows = desk.world.resolver.outbox.rows()
    assert [one.state for one in rows if one.kind == "unresolve"] == ["done"]


async def test_a_holder_of_shares_does_not_undo(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    await world.bet("trader1")
    desk.trader("cat", "trader1")
    await desk.approve()
    await world.carry_on()
    world.at(11.001)
    await world.carry_on()
    with pytest.raises(Refusal, match="cat holds shares in this market, so their word does not count here"):
        await desk.undo("cat")
    assert (world.card().proposal.state, (await world.live())["isResolved"]) == ("resolved", True)
    assert "proposal 1 undone" in await desk.undo("dan")


async def test_where_positions_cannot_be_read_there_is_no_time_to_wait_and_the_record_says_so(desk: Desk) -> None:
    world = desk.world
    await desk.resolved()
    desk.trader("cat", "trader1")
    world.sandbox.faults.add("GET /v0/market/{id}/positions", "503", times=None)
    assert "proposal 1 undone" in await desk.undo("cat")
    with world.store.reading() as connection:
        (begun,) = [one for one in audit.acts(connection, subject="proposal 1") if one.act == "undoing"]
    assert "nobody can see now whether cat holds shares" in begun.payload
    assert verify(world.store).whole


async def test_an_undo_with_shares_on_record_is_found(desk: Desk) -> None:
    world = desk.world
    await desk.resolved()
    undone = {"by": "cat", "because": "x", "until": world.clock.at.isoformat(), "positions": {"holds": True}}
    with world.store.transaction() as connection:
        seen = world.card().proposal
        facts = {**(seen.facts or {}), "undone": undone}
        proposals.move(connection, seen, "undoing", actor="cat", at=world.clock.at, because="x", facts=facts)
    (broken,) = verify(world.store).broken
    assert broken.because == "cat has taken its resolution back with shares in the market"


async def test_where_proposals_close_trading_it_opens_again_once_its_sources_were_looked_at_and_none_stands(
    tmp_path: Path,
) -> None:
    """What is said of trading after an undo is what comes about."""
    closing = FIVE.replace("window: 48 hours}", "window: 48 hours, on_proposed: close}")
    async with desk_in(tmp_path, {"debate.yaml": closing}) as desk:
        world = desk.world
        await desk.resolved()
        said = await desk.undo()
        assert "trading opens again once its sources were looked at anew and no proposal stands" in said
        assert [one.did for one in await world.carry_on() if one.slug == "reach-85"] == []
        world.at(12).see()
        assert [one.did for one in await world.carry_on() if one.slug == "reach-85"] == ["opened"]
        assert await trading_until(world) == day(60).timestamp()


class Died(BaseException):
    """The process ended here."""


@pytest.mark.parametrize("what", ["503", "drop", "work_then_500", "drop_after_work"])
@pytest.mark.parametrize("route", ["POST /unresolve", "POST /v0/market/{contractId}/update"])
async def test_whatever_dies_on_the_way_it_is_undone_once_and_open_as_before(desk: Desk, route: str, what: str) -> None:
    world = desk.world
    await desk.resolved()
    desk.exchange.fails = True
    await desk.undo()
    world.sandbox.faults.add(route, what, times=1)

    async def die(seconds: float) -> None:
        raise Died

    async with Manifold(world.url, world.sandbox.accounts["creator"].key, sleep=die) as dying:
        carrier = Carrier(dying, world.platform.account.id, die, world.platform.patience)
        with pytest.raises(Died):
            await Resolver(world.store, world.resolver.outbox, carrier).resolve_all()
    world.sandbox.faults.clear()
    assert world.card().proposal.state == "undoing"
    assert verify(world.store).whole
    await world.planner.recover()
    assert [one.did for one in await world.carry_on()] == ["undone"]
    assert [one.did for one in await world.carry_on()] == []
    assert (await trading_until(world), world.card().proposal.state) == (day(60).timestamp(), "undone")
    assert verify(world.store).whole
    kinds = [(one.kind, one.state) for one in world.resolver.outbox.rows() if one.kind in ("unresolve", "trading")]
    assert kinds == [("unresolve", "done"), ("trading", "done")]
    reverted = [one for one in world.sandbox.state.txns if one.category == "CONTRACT_UNDO_RESOLUTION_PAYOUT"]
    paid = [one for one in world.sandbox.state.txns if one.category == "CONTRACT_RESOLUTION_PAYOUT"]
    assert len(reverted) == len(paid)


async def test_what_had_ended_before_stays_closed(tmp_path: Path) -> None:
    async with desk_in(tmp_path, {"debate.yaml": FIVE}) as desk:
        world = desk.world
        await world.decided()
        world.weekly(63).see()
        world.propose()
        seen = world.card("reach-95").proposal
        assert seen.outcome.words() == "NO"
        for person in ("ann", "ben"):
            await desk.say(person, slug="reach-95")
        await world.carry_on()
        world.at(66)
        assert ("reach-95", "resolved") in [(one.slug, one.did) for one in await world.carry_on()]
        from bot.review.undo import undo

        said = await undo(desk.around, seen.id, "cat", "look again")
        assert "trading had ended before" in said
        assert (await world.live("reach-95"))["closeTime"] <= world.clock.ms()


async def test_the_receipt_of_what_was_undone_is_kept(desk: Desk) -> None:
    await desk.resolved()
    before = desk.world.card().receipt
    await desk.undo()
    with desk.world.store.reading() as connection:
        assert resolutions.of(connection, 1).receipt == before
        assert before is not None and before["audit_head"] in resolutions.heads(connection)


@pytest.mark.parametrize(
    ("debate", "closes"),
    [(FIVE, day(11)), (FIVE.replace("quorum: 2", "quorum: 2, on_proposed: close"), day(60))],
    ids=["trading had ended before", "a proposal had closed trading"],
)
async def test_that_trading_stays_closed_after_our_own_undo_is_no_drift(
    tmp_path: Path, debate: str, closes: datetime
) -> None:
    async with desk_in(tmp_path, {"debate.yaml": debate}, closes=closes) as desk:
        world = desk.world
        await world.decided()
        await desk.approve()
        await world.carry_on()
        world.at(11.01)
        assert [one.did for one in await world.carry_on()] == ["resolved"]
        world.clock.at += timedelta(minutes=1)
        await desk.undo()
        world.clock.at += timedelta(minutes=1)
        assert (await world.planner.plan(Limits())).drifts == ()
        assert verify(world.store).whole
