"""Guards: a wrong clock of this machine shortens nobody's time, and what it judged in a time to come binds nobody."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from crux_builders import BASE, Clock, World, day

from bot.review.desk import answer
from bot.review.disputes import waiting_to_be_seen
from bot.store import prices
from bot.verifying import verify

YEAR = timedelta(days=400)


def apart(world: World) -> Clock:
    """Manifold's own clock from now on: it stands with this machine's until either is told the time."""
    theirs = Clock(world.clock.at)
    world.sandbox.clock.source = theirs.ms
    return theirs


async def told_of(world: World, slug: str = "reach-85") -> list[tuple[str, str]]:
    return [(one.did, one.because) for one in await world.carry_on() if one.slug == slug]


async def test_a_clock_that_runs_ahead_ends_no_window_before_its_end_on_manifold(world: World) -> None:
    await world.agreed()
    await world.bet("trader1")
    theirs = apart(world)
    theirs.at = day(9.5)
    world.at(11.01)
    ahead = (
        "window open until 2020-01-17 00:00 UTC: it is 2020-01-15 12:00 UTC by Manifold's clock, and this machine's is "
        "ahead of it: set it right"
    )
    assert await told_of(world) == [("waiting", ahead)]
    theirs.at = day(10.9)
    await world.reply("trader1", "that row is a typo")
    assert [did for did, _ in await told_of(world)] == ["objected", "held"]
    answer(world.store, world.card().objections[0].id, person="ann", text="it stands in the paper", reviewers=["ann"])
    assert await told_of(world) == [("waiting", ahead.replace("01-15 12:00", "01-16 21:36"))]
    theirs.at = day(11) + timedelta(seconds=world.platform.patience.stale_s)
    assert [did for did, _ in await told_of(world)] == ["resolved"]
    assert verify(world.store).whole


async def test_a_clock_that_is_behind_gives_traders_no_shorter_window(world: World) -> None:
    await world.decided()
    world.approve()
    apart(world).at = day(10)
    await world.carry_on()
    assert world.card().proposal.window_until == day(12)
    notice = next(one for one in await world.comments() if one["id"] == world.card().proposal.comment_id)
    assert "2020-01-18 00:00 UTC" in str(notice["content"])
    world.clock.at = day(11.9)
    assert [did for did, _ in await told_of(world)] == ["waiting"]
    assert verify(world.store).whole


async def over(world: World) -> None:
    """As far as NO on reach-95 on day 56, by a clock that says day 66: nothing had come about by the end, day 60."""
    world.see()
    await world.at(1).open_markets()
    apart(world).at = day(56)
    world.weekly(56).see()
    for number in (64, 66.5):
        world.at(number).see()
    assert ("reach-95", "proposed") in world.propose()
    assert world.card("reach-95").proposal.outcome.words() == "NO"


async def test_what_was_judged_by_a_clock_that_was_ahead_is_withdrawn_when_it_is_right_again(world: World) -> None:
    await over(world)
    world.clock.at = day(56.5)
    world.see()
    assert ("reach-95", "withdrawn") in world.propose()
    assert world.propose() == []
    assert verify(world.store).whole


async def test_what_all_agreed_to_by_a_clock_that_was_ahead_is_never_resolved(world: World) -> None:
    await over(world)
    world.approve("reach-95")
    await world.carry_on()
    world.at(70)
    ((did, because),) = await told_of(world, "reach-95")
    assert (did, because) == (
        "held",
        "it was judged as of 2020-03-12 12:00 UTC, and that is yet to come: a clock was wrong; once it is right "
        "`crux review 3 dispute` has it judged again",
    )
    world.clock.at = day(56.5)
    world.see()
    assert [did for did, _ in await told_of(world, "reach-95")] == ["held"]
    world.vote("ann", "dispute", seen=world.card("reach-95"), because="the clock was wrong")
    world.at(57).see()
    assert ("reach-95", "withdrawn") in world.propose()
    assert not (await world.live("reach-95"))["isResolved"]
    assert verify(world.store).whole


async def test_after_the_clock_was_a_year_ahead_for_a_while_a_market_resolves_as_ever(world: World) -> None:
    """What was judged, proposed and disputed in that year holds nothing up."""
    await world.decided()
    now = world.clock.at
    world.clock.at += YEAR
    for _ in range(2):
        world.see()
        world.clock.at += timedelta(days=5)
    world.judge()
    world.vote("ann", "dispute", because="what is this?")
    world.propose()
    world.clock.at = now + timedelta(hours=1)
    world.see()
    assert waiting_to_be_seen(world.store, "small") == frozenset()
    world.propose()
    assert world.card().proposal.as_of <= world.clock.at
    world.approve("reach-85", "ann", "ben", "cat")
    await world.carry_on()
    world.clock.at = BASE + timedelta(days=12)
    world.see()
    world.judge()
    assert [did for did, _ in await told_of(world)] == ["resolved"]
    assert verify(world.store).whole


async def test_a_price_that_was_noted_by_a_clock_that_was_ahead_asks_for_nobodys_word_today(world: World) -> None:
    await world.decided()
    market = world.market("reach-85").id
    told = [(world.clock.at, "0.9"), (world.clock.at + YEAR, "0.02")]
    with world.store.transaction() as connection:
        prices.keep(connection, [prices.Sample(market, at, {"YES": Decimal(yes)}, None) for at, yes in told])
    assert (world.card().doubts.share, world.card().quorum.needed) == (Decimal("0.9"), 2)
    world.approve()
    assert verify(world.store).whole
