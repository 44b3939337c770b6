"""Guards: card and public notice go out together, trading may be closed meanwhile, silence seldom decides."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from crux_builders import Clock, World, day
from desk_builders import FIVE, Desk, desk_in

from bot.review.pausing import pause, resume
from bot.review.publicity import may_show, words
from bot.store import audit, proposals
from bot.store.acts_told import tell
from bot.verifying import verify
from resolvers.errors import Refusal

REVIEW = "review: {quorum: 2, window: 48 hours}"
CLOSING = {"debate.yaml": FIVE.replace(REVIEW, "review: {quorum: 2, window: 48 hours, on_proposed: close}")}
SILENT = {"debate.yaml": FIVE.replace(REVIEW, "review: {quorum: 2, window: 48 hours, auto_after: 7 days}")}


async def closes(world: World, slug: str = "reach-85") -> Any:
    return (await world.live(slug))["closeTime"] / 1000


# Card and notice ---------------------------------------------------------------------------------------------------


async def test_a_card_is_not_shown_before_the_notice_is_in_the_outbox(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    assert not may_show(world.card())
    assert [one.did for one in await world.everything()] == ["published", "published"]
    assert may_show(world.card())
    assert words(world.card()) == "Traders were told on Manifold together with this card."


async def test_a_notice_that_cannot_be_sent_now_is_begun_and_will_be(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    world.sandbox.faults.add("POST /v0/comment", "503", times=None)
    assert {one.did for one in await world.everything()} == {"open"}
    assert may_show(world.card())  # its row stands, so it is posted whatever dies
    world.sandbox.faults.clear()
    await world.everything()
    assert len(await world.comments()) == 1


async def test_without_a_key_the_card_is_shown_at_once_and_says_so(desk: Desk) -> None:
    await desk.world.decided()
    assert may_show(desk.world.card(), may_write=False)
    assert "traders have not been told" in words(desk.world.card(), may_write=False)


async def test_where_the_notice_cannot_even_be_begun_reviewers_wait_six_hours_and_no_longer(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    assert not may_show(world.card(), now=day(9) + timedelta(hours=5))
    assert may_show(world.card(), now=day(9) + timedelta(hours=6))
    assert "is still to be posted" in words(world.card())


async def test_a_reply_to_the_first_notice_is_an_objection_on_the_card_and_holds_the_resolution(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    await world.bet("trader1")
    await world.everything()
    (first,) = await world.comments()
    told = {"contractId": first["contractId"], "replyToCommentId": first["id"], "markdown": "a typo"}
    await world.say("trader1", "/v0/comment", **told)
    assert [one.did for one in await world.carry_on()] == ["objected"]
    assert [(one.by, one.text) for one in world.card().objections] == [("trader1", "a typo")]
    await desk.approve()
    await world.carry_on()
    world.at(12)
    assert [one.did for one in await world.carry_on()] == ["held"]


# Trading while a proposal stands -----------------------------------------------------------------------------------


async def test_trading_is_left_alone_unless_the_definition_says_close(desk: Desk) -> None:
    await desk.world.decided()
    await desk.world.everything()
    assert await closes(desk.world) == day(60).timestamp()


async def test_trading_is_closed_when_proposed_and_open_again_when_rejected(tmp_path: Path) -> None:
    async with desk_in(tmp_path, CLOSING) as desk:
        world = desk.world
        await world.decided()
        assert [(one.slug, one.did) for one in await world.carry_on()] == [
            ("reach-85", "closed"),
            ("when-80", "closed"),
        ]
        assert await closes(world) == day(9).timestamp()
        await desk.say("ann", "dispute")
        assert [one.did for one in await world.carry_on()] == []  # a dispute leaves it closed
        world.at(10).see()
        world.propose()
        await desk.say("ann", "reject")
        await desk.say("ben", "reject")
        assert [(one.slug, one.did) for one in await world.carry_on()] == [("reach-85", "opened")]
        assert await closes(world) == day(60).timestamp()
        assert [one.did for one in await world.carry_on()] == []
        assert verify(world.store).whole


async def test_trading_that_could_not_be_closed_in_time_is_not_closed_after_the_proposal_has_ended(
    tmp_path: Path,
) -> None:
    async with desk_in(tmp_path, CLOSING) as desk:
        world = desk.world
        await world.decided()
        world.sandbox.faults.add("POST /v0/market/{contractId}/update", "503", times=None)
        assert {one.did for one in await world.carry_on()} == {"open"}
        world.sandbox.faults.clear()
        for person in ("ann", "ben"):
            await desk.say(person, "reject")
        assert [(one.slug, one.did) for one in await world.carry_on()] == [("when-80", "closed")]
        assert await closes(world) == day(60).timestamp()
        assert world.resolver.outbox.open_entries() == ()


async def test_after_an_undo_trading_stays_closed_where_proposals_close_it(tmp_path: Path) -> None:
    async with desk_in(tmp_path, CLOSING) as desk:
        world = desk.world
        await desk_resolved(desk)
        assert "once its sources were looked at anew and no proposal stands" in await desk.undo()
        await world.carry_on()
        assert await closes(world) < world.clock.at.timestamp()
        world.at(12).see()
        world.propose()
        for person in ("ann", "ben"):
            await desk.say(person, "reject")
        await world.carry_on()
        assert await closes(world) == day(60).timestamp()


async def desk_resolved(desk: Desk) -> None:
    await desk.world.decided()
    await desk.approve()
    await desk.world.carry_on()
    desk.world.at(11.001)
    await desk.world.carry_on()
    assert desk.world.card().proposal.state == "resolved"


# Silence -----------------------------------------------------------------------------------------------------------


async def test_a_time_out_resolves_nothing_where_the_definition_does_not_say_so(desk: Desk) -> None:
    await desk.world.decided()
    desk.world.weekly(50)
    await desk.world.carry_on()
    assert desk.world.card().proposal.state == "proposed"


async def test_silence_decides_after_the_time_that_the_definition_gives_and_then_its_window_begins(
    tmp_path: Path,
) -> None:
    async with desk_in(tmp_path, SILENT) as desk:
        world = desk.world
        await world.decided()
        await world.everything()
        world.at(15.9)
        assert await world.carry_on() == []
        world.at(16.01).see()
        did = [(one.slug, one.did) for one in await world.carry_on()]
        assert did[:2] == [("reach-85", "approved"), ("when-80", "approved")]
        assert "Nobody said anything against it for 7 days" in str((await world.comments())[-1]["content"])
        world.at(18.02)
        assert ("reach-85", "resolved") in [(one.slug, one.did) for one in await world.carry_on()]
        with world.store.reading() as connection:
            acts = audit.acts(connection, subject="proposal 1")
            (approved,) = [one for one in acts if one.act == "approved"]
            line = tell(connection, approved).line
        assert (approved.actor, '"auto_after":"7 days"' in approved.payload) == ("crux", True)
        assert line.startswith("crux took proposal 1 (reach-85 → YES) as approved: nobody said anything"), line
        receipt = world.card().receipt
        assert receipt is not None
        assert receipt["quorum"]["because"] == ["nobody said anything for 7 days, which the definition lets decide"]
        assert verify(world.store).whole


async def test_silence_counts_from_the_notice_and_not_while_nobody_could_be_told(tmp_path: Path) -> None:
    """Manifold was away for eight days: only then do traders read of it, and the seven days begin."""
    async with desk_in(tmp_path, SILENT) as desk:
        world = desk.world
        await world.decided()
        world.at(17)
        await world.everything()
        await world.everything()
        assert world.card().proposal.state == "proposed"
        world.at(24.001).see()
        await world.everything()
        assert world.card().proposal.state == "agreed"
        assert verify(world.store).whole


async def test_a_notice_that_is_begun_and_not_sent_lets_no_silence_count(tmp_path: Path) -> None:
    async with desk_in(tmp_path, SILENT) as desk:
        world = desk.world
        await world.decided()
        world.sandbox.faults.add("POST /v0/comment", "503", times=None)
        await world.everything()
        world.at(20)
        await world.everything()
        assert (world.card().published, world.card().proposal.state) == (True, "proposed")


async def test_a_pause_is_no_silence(tmp_path: Path) -> None:
    """Nobody is reminded of anything while all is paused: the time runs anew from its end."""
    async with desk_in(tmp_path, SILENT) as desk:
        world = desk.world
        await world.decided()
        await world.everything()
        pause(world.store, "ann", "we are at a wedding")
        world.at(30)
        resume(world.store, "ann")
        await world.everything()
        assert world.card().proposal.state == "proposed"
        world.at(37.001).see()
        await world.everything()
        assert world.card().proposal.state == "agreed"
        assert verify(world.store).whole


@pytest.mark.parametrize(
    ("told", "because"),
    [
        (False, "it went on by nobody's word, and traders had not been told of it"),
        (True, "it went on by nobody's word before 7 days had passed"),
    ],
)
async def test_an_approval_by_too_short_a_silence_is_found_by_the_record(
    tmp_path: Path, told: bool, because: str
) -> None:
    async with desk_in(tmp_path, SILENT) as desk:
        world = desk.world
        await world.decided()
        if told:
            world.at(17)
            await world.everything()
        world.at(18)
        seen = world.card()
        facts = {"auto_after": "7 days", "doubts": seen.doubts.told(), "needed": seen.quorum.needed}
        with world.store.transaction() as connection:
            proposals.move(
                connection, seen.proposal, "approved", actor="crux", at=world.clock.at, because="x", facts=facts
            )
        assert because in [one.because for one in verify(world.store).broken]


@pytest.mark.parametrize("said", ["reject", "ask", "dispute"])
async def test_silence_decides_nothing_once_somebody_has_spoken_against_it(tmp_path: Path, said: str) -> None:
    async with desk_in(tmp_path, SILENT) as desk:
        world = desk.world
        await world.decided()
        await world.everything()
        await desk.say("ann", said)
        world.at(10).see()
        world.propose()
        world.at(30).see()
        await world.carry_on()
        assert world.card().proposal.state == "proposed"


@pytest.mark.parametrize(("again", "state"), [((), "proposed"), (("approve",), "resolved")])
async def test_silence_decides_nothing_over_an_approval_that_was_taken_back_and_not_given_again(
    tmp_path: Path, again: tuple[str, ...], state: str
) -> None:
    async with desk_in(tmp_path, SILENT) as desk:
        world = desk.world
        await world.decided()
        await world.everything()
        for word in ("approve", "retract", *again):
            await desk.say("ann", word)
        world.at(17).see()
        await world.everything()
        world.at(30).see()
        await world.everything()
        assert world.card().proposal.state == state
        assert verify(world.store).whole


async def test_silence_decides_nothing_over_an_objection_even_an_answered_one(tmp_path: Path) -> None:
    from bot.review.objecting import answer

    async with desk_in(tmp_path, SILENT) as desk:
        world = desk.world
        await world.decided()
        await world.bet("trader1")
        await world.everything()
        first = (await world.comments())[0]
        told = {"contractId": first["contractId"], "replyToCommentId": first["id"], "markdown": "a typo"}
        await world.say("trader1", "/v0/comment", **told)
        await world.carry_on()
        await answer(desk.around, world.card().objections[0].id, actor=None, person="ann", text="it is none")
        world.at(30).see()
        await world.carry_on()
        assert world.card().proposal.state == "proposed"


async def answered(world: World, who: str, text: str) -> None:
    """A reply to the first notice of reach-85."""
    first = (await world.comments())[0]
    told = {"contractId": first["contractId"], "replyToCommentId": first["id"], "markdown": text}
    await world.say(who, "/v0/comment", **told)


async def test_silence_decides_nothing_before_the_last_replies_were_read(tmp_path: Path) -> None:
    """Nobody had read this one when the seven days were over, or Manifold did not show it yet."""
    async with desk_in(tmp_path, SILENT) as desk:
        world = desk.world
        await world.decided()
        await world.bet("trader1")
        await world.everything()
        world.at(15.999)
        await answered(world, "trader1", "that row is a typo")
        world.at(16)
        assert "approved" not in [one.did for one in await world.carry_on() if one.slug == "reach-85"]
        world.at(16.01).see()
        await world.carry_on()
        assert (world.card().proposal.state, [one.text for one in world.card().objections]) == (
            "proposed",
            ["that row is a typo"],
        )


async def test_where_replies_cannot_be_read_silence_waits_until_they_can(tmp_path: Path) -> None:
    async with desk_in(tmp_path, SILENT) as desk:
        world = desk.world
        await world.decided()
        await world.everything()
        world.at(16.01).see()
        world.sandbox.faults.add("GET /v0/comments", "500", times=None)
        assert {one.did for one in await world.resolver.announce_all() if one.slug == "reach-85"} == {"open"}
        assert world.card().proposal.state == "proposed"
        world.sandbox.faults.clear()
        assert ("reach-85", "approved") in [(one.slug, one.did) for one in await world.carry_on()]
        assert verify(world.store).whole


async def test_a_clock_that_runs_ahead_lets_no_silence_decide_before_its_time(tmp_path: Path) -> None:
    async with desk_in(tmp_path, SILENT) as desk:
        world = desk.world
        await world.decided()
        await world.everything()
        theirs = Clock(day(15))
        world.sandbox.clock.source = theirs.ms
        world.at(17).see()
        await world.everything()
        assert world.card().proposal.state == "proposed"
        theirs.at = day(17)
        await world.everything()
        assert world.card().proposal.state == "agreed"
        assert verify(world.store).whole


async def test_silence_decides_nothing_where_the_price_contradicts(tmp_path: Path) -> None:
    from decimal import Decimal

    from bot.store import prices

    async with desk_in(tmp_path, SILENT) as desk:
        world = desk.world
        await world.decided()
        await world.everything()
        world.at(17).see()
        with world.store.transaction() as connection:
            sample = prices.Sample(world.market("reach-85").id, world.clock.at, {"YES": Decimal("0.1")}, None)
            prices.keep(connection, [sample])
        await world.carry_on()
        assert world.card().proposal.state == "proposed"


# Pause -------------------------------------------------------------------------------------------------------------


async def test_while_paused_nothing_is_proposed_announced_or_resolved_and_afterwards_all_goes_on(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    await desk.approve()
    pause(world.store, "ann", "the board looks hacked")
    assert await world.everything() == []
    assert await world.comments() == []
    resume(world.store, "ann")
    await world.everything()
    world.at(12).see()
    pause(world.store, "ann", "again")
    assert await world.everything() == []
    assert world.propose() == []
    assert not (await world.live())["isResolved"]
    resume(world.store, "ann")
    assert [one.did for one in await world.carry_on()] == ["resolved"]
    with world.store.reading() as connection:
        acts = audit.acts(connection, subject="switch pause")
    assert [(one.actor, one.act) for one in acts] == [("ann", "switch")] * 4
    assert verify(world.store).whole


async def test_while_paused_no_plan_is_applied(desk: Desk) -> None:
    world = desk.world
    world.see()
    world.at(1)
    pause(world.store, "ann", "wait")
    with pytest.raises(Refusal, match="paused by ann since 2020-01-07 00:00 UTC: wait"):
        await world.open_markets()


async def test_an_undo_goes_through_a_pause(desk: Desk) -> None:
    await desk.resolved()
    pause(desk.world.store, "ann", "wait")
    assert "undone: taken back" in await desk.undo()
