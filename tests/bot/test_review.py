"""Guards: people decide, each with one vote; quorum, dispute, and a compare-and-swap."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from crux_builders import REVIEWERS, World

from bot.review.desk import Card, card, vote
from bot.store import audit
from resolvers.errors import Refusal
from resolvers.outcome import Yes


async def test_a_decided_verdict_becomes_a_proposal_that_freezes_what_it_rests_on(world: World) -> None:
    await world.decided()
    proposal = world.card().proposal
    assert (proposal.state, proposal.outcome, proposal.round) == ("proposed", Yes(), 1)
    assert (proposal.version, proposal.semantics) == (world.market("reach-85").version, 1)
    assert (proposal.as_of, proposal.last_snapshot) == (world.clock.at, 3)
    assert [(cite.key, cite.text, cite.snapshot) for cite in proposal.verdict.citations()] == [("two", "88.5", 2)]


async def test_a_verdict_that_is_not_decided_is_never_proposed(world: World) -> None:
    await world.decided()
    assert {one.slug: one.state for one in world.judge()}["reach-95"] == "pending"
    with pytest.raises(IndexError):
        world.card("reach-95")


async def test_proposing_again_with_the_same_answer_makes_no_second_proposal(world: World) -> None:
    await world.decided()
    world.at(10).see()
    assert world.propose() == []


async def test_it_takes_the_quorum_of_different_people(world: World) -> None:
    await world.decided()
    assert world.vote("ann").proposal.state == "proposed"
    assert world.card().wanted == 1
    assert world.vote("cat").proposal.state == "approved"


async def test_one_person_has_one_vote(world: World) -> None:
    await world.decided()
    world.vote("ann")
    with pytest.raises(Refusal, match="ann has said approve to proposal 1 already: one person, one vote"):
        world.vote("ann")
    with pytest.raises(Refusal, match="one person, one vote"):
        world.vote("ann", "reject")
    assert world.card().proposal.state == "proposed"


async def test_a_rejection_asks_for_one_more_approval(world: World) -> None:
    await world.decided()
    world.vote("ann", "reject")
    world.vote("ben")
    assert world.vote("cat").proposal.state == "proposed"
    assert world.card().wanted == 1


async def test_as_many_rejections_as_the_quorum_end_a_proposal(world: World) -> None:
    await world.decided()
    world.vote("ann", "reject")
    assert world.vote("ben", "reject").proposal.state == "rejected"
    with pytest.raises(Refusal, match="is rejected, so there is nothing to approve"):
        world.vote("cat")


async def test_what_was_rejected_is_proposed_again_only_on_other_cells(world: World) -> None:
    await world.decided()
    for person in ("ann", "ben"):
        world.vote(person, "reject")
    world.at(11).see()
    assert world.propose() == []
    world.back_fill(3, three=("86.0", "north"))
    assert ("reach-85", "proposed") in world.propose()
    assert [cite.key for cite in world.card().proposal.verdict.citations()] == ["three"]


async def test_what_was_rejected_is_proposed_again_if_somebody_names_the_market(world: World) -> None:
    await world.decided()
    for person in ("ann", "ben"):
        world.vote(person, "reject")
    assert world.propose("reach-85") == [("reach-85", "proposed")]


async def test_a_question_holds_until_who_asked_says_something_else(world: World) -> None:
    await world.decided()
    world.vote("ann", "ask", because="is this the same harness?")
    world.vote("ben")
    assert world.vote("cat").proposal.state == "proposed"
    assert world.vote("ann").proposal.state == "approved"


async def test_who_asks_after_voting_is_told_to_dispute_instead(world: World) -> None:
    await world.decided()
    world.vote("ann")
    with pytest.raises(Refusal, match=r"ann has said approve .* dispute"):
        world.vote("ann", "ask")
    assert world.vote("ben").proposal.state == "approved"


async def test_a_dispute_stops_it_and_it_is_judged_again_in_a_new_round(world: World) -> None:
    await world.decided()
    world.vote("ann")
    assert world.vote("ben", "dispute").proposal.state == "disputed"
    with pytest.raises(Refusal, match="is disputed, so there is nothing to approve"):
        world.vote("cat")
    world.at(10).see()
    assert ("reach-85", "judged again") in world.propose()
    assert (world.card().proposal.round, world.card().reviews) == (2, ())
    assert world.vote("ann").proposal.state == "proposed"


async def test_a_dispute_stops_what_was_already_agreed_and_announced(world: World) -> None:
    await world.agreed()
    assert world.vote("cat", "dispute").proposal.state == "disputed"
    world.at(30).see()
    assert await world.carry_on() == []
    assert not (await world.live())["isResolved"]


async def test_a_dispute_that_the_evidence_bears_out_withdraws_the_proposal(world: World) -> None:
    world.at(1).see()
    await world.open_markets()
    world.at(5).see(two=("88.5", "north"))
    world.at(8).see()
    assert ("reach-85", "proposed") in world.propose()
    world.vote("ann", "dispute", because="the board took that row back on the next day")
    world.back_fill(6, two=("8.5", "north"))
    world.clock.at += timedelta(minutes=1)
    assert ("reach-85", "withdrawn") in world.propose()
    assert world.card().proposal.state == "withdrawn"


async def test_nobody_but_the_named_reviewers_may_vote(world: World) -> None:
    await world.decided()
    with pytest.raises(Refusal, match=r"'anne' is no reviewer; did you mean 'ann'.*debate.yaml names ann, ben, cat"):
        world.vote("anne")


async def test_a_vote_without_a_reason_is_refused(world: World) -> None:
    await world.decided()
    with pytest.raises(Refusal, match="say why: --because TEXT"):
        world.vote("ann", because=" \n ")


async def test_a_word_that_is_no_vote_is_refused_with_the_nearest(world: World) -> None:
    await world.decided()
    with pytest.raises(Refusal, match="'aprove' is no answer; did you mean 'approve'"):
        world.vote("ann", "aprove")


async def test_who_looked_before_a_change_is_told_and_his_word_does_not_count(world: World) -> None:
    await world.decided()
    seen = world.card()
    world.vote("ann", "dispute")
    with pytest.raises(Refusal, match="was proposed when you looked and is disputed now: look again"):
        world.vote("ben", seen=seen)
    assert [one.person for one in world.card().reviews] == ["ann"]


async def test_of_two_clicks_at_once_one_wins_and_the_other_is_told(world: World) -> None:
    await world.decided()
    world.vote("ann")
    seen, told = world.card(), {}
    begin = threading.Barrier(2)

    def click(person: str, said: str) -> None:
        begin.wait()
        try:
            told[person] = vote(world.store, seen, person=person, said=said, because="now", reviewers=REVIEWERS)
        except Refusal as refusal:
            told[person] = refusal

    threads = [threading.Thread(target=click, args=each) for each in (("ben", "approve"), ("cat", "dispute"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [one for one in told.values() if isinstance(one, Card)]
    lost = [one for one in told.values() if isinstance(one, Refusal)]
    assert (len(won), len(lost)) == (1, 1)
    assert "when you looked" in str(lost[0])
    assert world.card().proposal.state == won[0].proposal.state
    assert len(world.card().reviews) == 2


async def test_every_word_stands_on_the_record(world: World) -> None:
    await world.decided()
    world.vote("ann", because="the row is there")
    world.vote("ben", "ask", because="which harness?")
    with world.store.reading() as connection:
        acts = audit.acts(connection, subject=f"proposal {world.card().proposal.id}")
    assert [(one.actor, one.act) for one in acts] == [("crux", "propose"), ("ann", "approve"), ("ben", "ask")]


async def test_another_outcome_takes_the_place_of_a_proposal_and_its_votes_do_not_come_along(world: World) -> None:
    await world.decided()
    world.weekly(58).see()
    world.at(63).see(three=("97.0", "south"))
    world.propose()
    first = world.card("leader").proposal
    assert first.outcome.words() == "North"
    world.vote("ann", seen=world.card("leader"))
    world.back_fill(59, three=("97.0", "south"))
    assert ("leader", "proposed") in world.propose()
    there = world.card("leader")
    assert (there.proposal.outcome.words(), there.proposal.supersedes, there.reviews) == ("South", first.id, ())
    with pytest.raises(Refusal, match="is superseded, so there is nothing to approve"):
        world.vote("ben", seen=card(world.store, first.id))
