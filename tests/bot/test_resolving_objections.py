"""Law 7: no holder's objection inside the window goes unheard, whatever comes between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from crux_builders import REVIEWERS, World, day

from bot.objections import notices_of
from bot.resolving import Resolver
from markets import outbox as writes
from markets.apply import Carrier
from markets.manifold import Manifold, client


async def announced(world: World, *holders: str) -> None:
    """YES on reach-85, approved and announced on day 9, window until day 11; these people hold something."""
    await world.decided()
    for who in holders:
        await world.bet(who)
    world.approve()
    await world.carry_on()


async def reply_to(world: World, who: str, notice: str, text: str) -> None:
    told = {"contractId": world.market("reach-85").market_id, "replyToCommentId": notice, "markdown": text}
    await world.say(who, "/v0/comment", **told)


async def flood(world: World, count: int) -> None:
    """So many comments by somebody else, as the server would keep them."""
    await world.say("trader3", "/v0/comment", contractId=world.market("reach-85").market_id, markdown="noise")
    noise = next(one for one in world.sandbox.state.comments if one.user_id == world.sandbox.accounts["trader3"].id)
    for number in range(count):
        world.clock.at += timedelta(milliseconds=1)
        world.sandbox.state.comments.put(replace(noise, id=f"noise{number}", created_time=world.clock.ms()))


async def test_replies_are_read_once_more_when_the_window_has_passed_and_reads_cannot_be_older_than_it(
    world: World,
) -> None:
    await world.agreed()
    stale = timedelta(seconds=world.platform.patience.stale_s)
    world.clock.at = day(11) + stale - timedelta(milliseconds=1)
    assert [(one.did, one.because) for one in await world.carry_on()] == [
        ("waiting", "the window has passed, but Manifold shows replies up to 2 s late: run this again")
    ]
    assert not (await world.live())["isResolved"]
    world.clock.at = day(11) + stale
    assert [one.did for one in await world.carry_on()] == ["resolved"]


async def test_a_reply_to_the_notice_of_an_earlier_round_is_an_objection_too(world: World) -> None:
    await announced(world, "trader1")
    first = world.card().proposal.comment_id
    assert first is not None
    world.vote("cat", "dispute", because="let us look again")
    world.at(10).see()
    world.propose("reach-85")
    world.approve("reach-85", *REVIEWERS)  # after a dispute three must agree
    await world.carry_on()
    card = world.card()
    assert (card.proposal.id, card.proposal.round, card.proposal.comment_id != first) == (1, 2, True)
    await reply_to(world, "trader1", first, "I objected to the first notice")
    world.at(13).see()
    assert [(one.did, one.because) for one in await world.carry_on()] == [
        ("objected", "trader1: I objected to the first notice"),
        ("held", "objections wait for a reviewer's answer: trader1"),
    ]


async def test_a_holder_who_sold_before_the_bot_looked_is_heard(world: World) -> None:
    await announced(world, "trader1")
    world.clock.at += timedelta(hours=1)
    await world.reply("trader1", "that row was a typo")
    world.clock.at += timedelta(hours=1)
    market = world.market("reach-85").market_id
    await world.say("trader1", f"/v0/market/{market}/sell", outcome="NO")
    positions = await world.ask(f"/v0/market/{market}/positions")
    assert not [one for one in positions if one["userId"] == world.sandbox.accounts["trader1"].id and one["hasShares"]]
    world.at(11.001)
    assert [one.did for one in await world.carry_on()] == ["objected", "held"]


async def test_an_order_that_got_nothing_makes_nobody_a_holder(world: World) -> None:
    await announced(world)
    market = world.market("reach-85").market_id
    await world.say("trader1", "/v0/bet", contractId=market, amount=20, outcome="YES", limitProb=0.01)
    world.clock.at += timedelta(seconds=1)
    await world.reply("trader1", "I only offered")
    world.at(11.001)
    assert [one.did for one in await world.carry_on()] == ["resolved"]


async def test_an_objection_under_a_flood_of_later_comments_is_heard(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "COMMENT_PAGE", 5)
    await announced(world, "trader1")
    await world.reply("trader1", "that row was a typo")
    await flood(world, 23)
    world.at(11.001)
    assert [one.did for one in await world.carry_on()] == ["objected", "held"]


async def test_an_objection_under_more_than_a_thousand_later_comments_is_heard(world: World) -> None:
    await announced(world, "trader1")
    await world.reply("trader1", "that row was a typo")
    await flood(world, 1100)
    world.at(11.001)
    assert [one.did for one in await world.carry_on()] == ["objected", "held"]


class Died(BaseException):
    """The process ended here."""


async def left_open(world: World, *, sent: bool) -> None:
    """Approved on day 9; the process that announces it dies before or after its notice was sent."""
    await world.decided()
    await world.bet("trader1")
    world.approve()

    async def die(seconds: float) -> None:
        raise Died

    world.sandbox.faults.add("POST /v0/comment", "drop_after_work" if sent else "503", times=1)
    world.sandbox.faults.add("GET /v0/comments", "503", times=1, after=1)
    async with Manifold(world.url, world.sandbox.accounts["creator"].key, sleep=die) as dying:
        carrier = Carrier(dying, world.platform.account.id, die, world.platform.patience)
        resolver = Resolver(world.store, world.resolver.outbox, carrier)
        with pytest.raises(Died):
            await resolver.announce_all()
    world.sandbox.faults.clear()
    assert [entry.write.kind for entry in world.resolver.outbox.open_entries()] == ["comment"]


async def test_a_notice_of_a_proposal_that_was_disputed_meanwhile_is_not_posted(world: World) -> None:
    await left_open(world, sent=False)
    world.vote("cat", "dispute", because="wait")
    recovered = await world.planner.recover()
    assert (recovered.done, recovered.refused, recovered.open) == ([], [], [])
    assert await world.carry_on() == []
    assert await world.comments() == []
    outbox = world.resolver.outbox
    assert outbox.open_entries() == ()
    assert [(row.kind, row.state) for row in outbox.rows() if row.key.endswith("/window")] == [("comment", "refused")]


async def test_a_notice_that_was_posted_before_the_dispute_is_kept_and_replies_to_it_are_heard(world: World) -> None:
    await left_open(world, sent=True)
    world.vote("cat", "dispute", because="wait")
    assert await world.carry_on() == []
    (notice,) = await world.comments()
    assert notices_of(1, world.resolver.outbox.settled_entries()) == {notice["id"]}
    await reply_to(world, "trader1", notice["id"], "too early")
    world.at(10).see()
    world.propose("reach-85")
    world.approve("reach-85", *REVIEWERS)
    assert [one.did for one in await world.carry_on()] == ["announced", "objected", "held"]


async def test_a_notice_left_open_is_posted_once_with_the_window_of_the_day_it_is_posted(world: World) -> None:
    await left_open(world, sent=False)
    world.at(15).see()
    assert [one.did for one in await world.carry_on()] == ["announced", "waiting"]
    (notice,) = await world.comments()
    assert "Until: 2020-01-23" in str(notice["content"])
    assert world.card().proposal.comment_id == notice["id"]


def test_only_notices_and_resolutions_rest_on_a_proposal() -> None:
    notice = writes.window_notice("slug", "abcdefghij", 17, 2, "words")
    answer = writes.comment("slug", "abcdefghij", "objection/3/answer", "words")
    receipt = writes.comment("slug", "abcdefghij", "proposal/17/receipt", "words")
    first = writes.first_notice("slug", "abcdefghij", 17, 2, "words")
    assert [writes.notice_of(one) for one in (first, notice, answer)] == [(17, 2), (17, 2), None]
    assert [writes.rests_on_a_proposal(one) for one in (first, writes.unresolve("slug", "id", "key"))] == [True, True]
    assert [writes.rests_on_a_proposal(one) for one in (notice, answer, receipt)] == [True, False, False]
