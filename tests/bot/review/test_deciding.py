"""Guards: one person, one vote over all platforms, no word with shares in the market, replays do nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from crux_builders import DEBATE, day
from desk_builders import FIVE, Desk, desk_in

from bot.review.deciding import Actor, Decided
from bot.review.reminding import due
from bot.store import audit, proposals
from bot.verifying import verify
from resolvers.errors import Refusal


async def test_a_word_from_each_platform_is_taken_down_with_the_platform_it_came_by(desk: Desk) -> None:
    await desk.world.decided()
    discord, terminal = desk.link("ann", "discord", "1"), Actor("terminal", "op@here", "op@here")
    assert (await desk.say("ann", actor=discord)).won
    after = await desk.say("ben", actor=terminal)
    assert [(one.person, one.via) for one in after.card.reviews] == [("ann", "discord"), ("ben", "terminal")]
    assert after.card.proposal.state == "approved"


async def test_one_person_has_one_vote_whatever_platform_they_come_by(desk: Desk) -> None:
    await desk.world.decided()
    discord, terminal = desk.link("ann", "discord", "1"), desk.link("ann", "terminal", "ann@home")
    await desk.say("ann", actor=discord)
    with pytest.raises(Refusal, match="ann has said approve to proposal 1 already: one person, one vote"):
        await desk.say("ann", actor=terminal)
    assert desk.world.card().wanted == 1


async def test_an_account_speaks_only_for_the_person_it_is_linked_to(desk: Desk) -> None:
    await desk.world.decided()
    discord = desk.link("ann", "discord", "1")
    with pytest.raises(Refusal, match="this discord account is ann's, not ben's"):
        await desk.say("ben", actor=discord)
    with pytest.raises(Refusal, match="linked to nobody: `crux link ben` gives a code"):
        await desk.say("ben", actor=Actor("discord", "9", "x"))
    assert desk.world.card().reviews == ()


async def test_who_has_a_terminal_account_is_spoken_for_by_no_other(desk: Desk) -> None:
    await desk.world.decided()
    desk.link("ann", "terminal", "ann@home")
    with pytest.raises(Refusal, match="ann speaks as ann@home in a terminal, and this is op@here"):
        await desk.say("ann", actor=Actor("terminal", "op@here", "op@here"))


async def test_who_holds_shares_at_the_moment_of_deciding_is_refused_though_the_card_was_clean(desk: Desk) -> None:
    await desk.world.decided()
    desk.trader("ann", "trader1")
    seen = desk.world.card().proposal.revision
    await desk.world.bet("trader1")  # bought between card and click
    for said in ("approve", "reject", "dispute", "ask"):
        with pytest.raises(Refusal, match="ann holds shares in this market, so their word does not count"):
            await desk.say("ann", said, revision=seen)
    assert desk.world.card().reviews == ()


async def test_who_sold_everything_before_deciding_may_vote_and_the_reading_stands_on_the_record(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    actor = desk.trader("ann", "trader1")
    await world.bet("trader1")
    await world.say("trader1", f"/v0/market/{world.market('reach-85').market_id}/sell", outcome="NO")
    (review,) = (await desk.say("ann")).card.reviews
    assert review.facts is not None
    told = {"accounts": [actor.account], "read_at": world.clock.at.isoformat(), "holds": False}
    assert review.facts["positions"] == told
    with world.store.reading() as connection:
        act = audit.acts(connection, subject="proposal 1")[-1]
    assert (act.act, '"holds":false' in act.payload) == ("approve", True)


async def test_shares_in_another_market_do_not_matter(desk: Desk) -> None:
    await desk.world.decided()
    desk.trader("ann", "trader1")
    await desk.world.bet("trader1", "reach-95")
    assert (await desk.say("ann")).won


async def test_an_account_that_debate_yaml_declares_counts_as_linked(tmp_path: Path) -> None:
    declared = {"debate.yaml": FIVE.replace("ann: {}", "ann: {manifold: trader1}")}
    async with desk_in(tmp_path, declared) as desk:
        await desk.world.decided()
        assert desk.world.sandbox.accounts["trader1"].username == "trader1"
        await desk.world.bet("trader1")
        with pytest.raises(Refusal, match="ann holds shares in this market"):
            await desk.say("ann")


async def test_where_manifold_cannot_be_read_a_linked_person_is_told_to_try_again_and_never_taken_for_clean(
    desk: Desk,
) -> None:
    await desk.world.decided()
    desk.trader("ann", "trader1")
    desk.world.sandbox.faults.add("GET /v0/market/*", "503", times=None)
    with pytest.raises(Refusal, match=r"nobody can see now whether ann holds shares .* try again in some minutes"):
        await desk.say("ann", key="press-1")
    assert desk.world.card().reviews == ()
    desk.world.sandbox.faults.clear()
    assert (await desk.say("ann", key="press-1")).won  # the same press again, now that it can be looked at


async def test_who_is_linked_to_no_account_may_vote_and_it_is_said(desk: Desk) -> None:
    await desk.world.decided()
    came = await desk.say("ann")
    assert "no Manifold account is linked, so no positions were read" in came.told
    (review,) = came.card.reviews
    assert review.facts is not None
    assert review.facts["positions"]["accounts"] == []


async def test_who_put_a_proposal_forward_does_not_approve_it(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    there = world.card()
    with world.store.transaction() as connection:
        made = proposals.propose(
            connection, market=there.market.id, version=there.proposal.version, verdict=there.proposal.verdict,
            last_snapshot=there.proposal.last_snapshot, at=world.clock.at, actor="ann", supersedes=there.proposal,
        )  # fmt: skip
    assert made.proposed_by == "ann"
    with pytest.raises(Refusal, match=f"ann has put proposal {made.id} forward: who proposes does not approve"):
        await desk.say("ann")
    await desk.approve("ben", "cat")
    assert world.card().proposal.state == "approved"
    assert verify(world.store).whole


async def test_the_same_press_again_does_nothing_and_gets_the_first_outcome(desk: Desk) -> None:
    await desk.world.decided()
    first = await desk.say("ann", key="press-1")
    again = await desk.say("ann", key="press-1")
    assert (again.won, again.told) == (first.won, first.told)
    assert len(again.card.reviews) == 1


async def test_a_press_that_was_refused_is_refused_again_in_the_same_words(desk: Desk) -> None:
    await desk.world.decided()
    desk.trader("ann", "trader1")
    await desk.world.bet("trader1")
    told = []
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            await desk.say("ann", key="press-1")
        told.append(str(refused.value))
        market = desk.world.market("reach-85").market_id
        await desk.world.say("trader1", "/v0/market/" + market + "/sell", outcome="NO") if len(told) == 1 else None
    assert told[0] == told[1]
    assert desk.world.card().reviews == ()


async def test_who_saw_another_revision_is_told_what_has_changed(desk: Desk) -> None:
    await desk.world.decided()
    seen = desk.world.card().proposal.revision
    await desk.say("ben", "dispute", because="that row is a typo")
    with pytest.raises(
        Refusal, match="changed since you looked: proposal 1 is disputed now; ben said dispute: that row is a typo"
    ):
        await desk.say("ann", revision=seen)


async def test_two_reviewers_at_once_both_count_and_of_two_that_contradict_one_is_told(desk: Desk) -> None:
    await desk.world.decided()
    seen = desk.world.card().proposal.revision
    both = await asyncio.gather(desk.say("ann", revision=seen), desk.say("ben", revision=seen))
    assert [one.won for one in both] == [True, True]
    assert desk.world.card().proposal.state == "approved"
    seen = desk.world.card().proposal.revision
    came = await asyncio.gather(
        desk.say("cat", "dispute", revision=seen), desk.say("dan", "dispute", revision=seen), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in came) == ["Decided", "Refusal"]
    assert [one.vote for one in desk.world.card().reviews].count("dispute") == 1


async def test_one_person_at_once_from_two_platforms_has_one_vote(desk: Desk) -> None:
    await desk.world.decided()
    accounts = [desk.link("ann", "discord", "1"), desk.link("ann", "terminal", "ann@home")]
    came = await asyncio.gather(*(desk.say("ann", actor=one) for one in accounts), return_exceptions=True)
    assert len([one for one in came if isinstance(one, Decided)]) == 1
    assert len(desk.world.card().reviews) == 1


async def test_where_more_must_agree_than_are_named_the_remedy_is_said(tmp_path: Path) -> None:
    async with desk_in(tmp_path, {"debate.yaml": DEBATE}) as desk:
        await desk.world.decided()
        for number, person in ((10, "cat"), (12, "cat")):
            await desk.say(person, "dispute")
            desk.world.at(number).see()
            desk.world.propose()
        told = (await desk.say("ann")).told
        assert "4 more of 5 must approve (disputed 2 times); debate.yaml names only 3 reviewers: name more" in told


async def test_where_nobody_is_left_to_approve_the_ways_out_are_said_and_everybody_is_reminded(tmp_path: Path) -> None:
    """Guards: with a rejection three must agree, and of three reviewers two are left."""
    async with desk_in(tmp_path, {"debate.yaml": DEBATE}) as desk:
        await desk.world.decided()
        few = (await desk.say("cat", "reject")).told
        assert "3 approvals are missing, but only ann, ben can still speak: a dispute begins a new round" in few
        await desk.say("ann", "ask")
        await desk.say("ben")
        stuck = (await desk.say("ann")).told
        ways = (
            "1 approval is missing, but everybody has spoken: a dispute begins a new round, or debate.yaml names more"
        )
        assert ways in stuck
        (told,) = [one for one in due(desk.world.store, desk.world.loaded, day(10)) if one.proposal == 1]
        assert (told.key, told.people) == ("proposal/1/1/stuck/half", ("ann", "ben", "cat"))
        assert told.text == f"reach-85: {ways} reviewers"
        await desk.say("ben", "dispute")
        assert desk.world.card().stuck(("ann", "ben", "cat")) is None


async def test_a_category_stands_on_the_record_and_in_the_receipt(desk: Desk) -> None:
    await desk.world.decided()
    await desk.say("cat", "reject", category="wrong value")
    await desk.approve("ann", "ben", "dan")
    await desk.world.carry_on()
    desk.world.at(11.001)
    await desk.world.carry_on()
    receipt = desk.world.card().receipt
    assert receipt is not None
    assert [(one["person"], one.get("category")) for one in receipt["reviews"]][:1] == [("cat", "wrong value")]
    assert verify(desk.world.store).whole


@pytest.mark.parametrize(
    ("said", "category", "told"),
    [("reject", "too erly", "did you mean 'too early'"), ("approve", "too early", "an approval says that nothing is")],
)
async def test_a_category_that_cannot_be_is_refused(desk: Desk, said: str, category: str, told: str) -> None:
    await desk.world.decided()
    with pytest.raises(Refusal, match=told):
        await desk.say("ann", said, category=category)


async def test_a_dispute_wakes_the_collector_and_an_approval_the_resolver(desk: Desk) -> None:
    await desk.world.decided()
    await desk.approve()
    assert desk.woken == ["post", "resolve", "post"]
    await desk.say("cat", "dispute")
    assert desk.woken[-2:] == ["collect", "post"]


async def test_the_price_is_read_with_the_vote_and_kept(desk: Desk) -> None:
    await desk.world.decided()
    (review,) = (await desk.say("ann")).card.reviews
    assert review.facts is not None
    doubts = review.facts["doubts"]
    assert (doubts["share"], doubts["sampled_at"], doubts["open"]) == ("0.5", day(9).isoformat(), True)
    assert float(doubts["pool_mana"]) > 0


async def test_without_a_price_from_manifold_the_last_one_kept_counts_for_a_day(desk: Desk) -> None:
    await desk.world.decided()
    await desk.say("ann")
    desk.world.clock.at += timedelta(hours=23)
    assert desk.world.card().doubts.share is not None
    desk.world.clock.at += timedelta(hours=2)
    assert desk.world.card().doubts.share is None
