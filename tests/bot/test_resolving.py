"""Guards: the notice, traders' objections and their answers, the window, and the act itself, once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from crux_builders import DEBATE, REVIEWERS, World, day, living

from bot.resolving import remedy
from bot.review.desk import answer
from bot.review.pausing import pause, resume
from bot.store import audit, resolutions
from resolvers.errors import Refusal
from resolvers.outcome import No, NotApplicable
from resolvers.rules.outcomes import YesOutcome
from resolvers.rules.rule import NaClause


def text_of(comment: Any) -> str:
    """The text of a comment as Manifold keeps it, without its markup."""

    def texts(node: Any) -> list[str]:
        inner = [text for child in node.get("content", ()) for text in texts(child)]
        return [node["text"]] if "text" in node else [*inner, "\n"]

    return "".join(texts(comment["content"]))


async def test_approval_posts_one_notice_with_outcome_reason_end_of_window_and_how_to_object(world: World) -> None:
    await world.agreed()
    await world.carry_on()
    (notice,) = await world.comments()
    said = text_of(notice)
    assert "Proposed resolution: YES." in said
    assert "the largest score among the rows of board was 88.5%, against 85%" in said
    assert "board: two, score = 88.5, first seen 2020-01-11 00:00 UTC" in said
    assert "Until: 2020-01-17 00:00 UTC. Reply to this comment to object if you hold a position here" in said
    assert world.card().proposal.window_until == day(11)
    assert world.card().proposal.comment_id == notice["id"]


async def test_no_window_begins_before_the_quorum(world: World) -> None:
    await world.decided()
    world.vote("ann")
    assert await world.carry_on() == []
    (first,) = await world.comments()
    assert "Proposed: YES. Reviewers are asked; nothing is decided." in text_of(first)
    assert world.card().proposal.window_until is None


async def test_before_the_window_has_passed_nothing_is_resolved(world: World) -> None:
    await world.agreed()
    world.at(10.99)
    assert [(one.did, one.because) for one in await world.carry_on()] == [
        ("waiting", "window open until 2020-01-17 00:00 UTC")
    ]
    assert not (await world.live())["isResolved"]


async def test_after_the_window_it_resolves_once_and_a_second_run_does_nothing(world: World) -> None:
    await world.agreed()
    world.at(11.001)
    assert [(one.slug, one.did) for one in await world.carry_on()] == [("reach-85", "resolved")]
    there = await world.live()
    assert (there["isResolved"], there["resolution"]) == (True, "YES")
    assert world.market("reach-85").state == "resolved"
    before = (await world.ask("/v0/me"), len(await world.comments()), world.sandbox.accounts["creator"].balance)
    world.at(12)
    assert await world.carry_on() == []
    assert world.propose() == []
    assert (await world.ask("/v0/me"), len(await world.comments()), world.sandbox.accounts["creator"].balance) == before


async def test_the_receipt_names_the_bytes_and_the_record(world: World) -> None:
    await world.agreed()
    world.at(11.001)
    await world.carry_on()
    card = world.card()
    with world.store.reading() as connection:
        kept = resolutions.of(connection, card.proposal.id).receipt
        acts = audit.acts(connection, subject=f"proposal {card.proposal.id}")
    assert kept is not None
    body = card.proposal.verdict.citations()[0].body
    assert kept["bodies"] == [{"source": "board", "sha256": body}]
    assert (kept["definition"], kept["last_snapshot"]) == (card.proposal.version, card.proposal.last_snapshot)
    assert [(one["person"], one["vote"]) for one in kept["reviews"]] == [("ann", "approve"), ("ben", "approve")]
    assert (acts[-1].act, kept["audit_head"]) == ("receipt", acts[-1].hash)
    said = text_of((await world.comments())[-1])
    assert body in said
    assert kept["audit_head"] in said


async def test_a_reply_by_a_holder_is_an_objection_and_holds_until_it_is_answered(world: World) -> None:
    await world.decided()
    await world.bet("trader1")
    world.approve()
    await world.carry_on()
    await world.reply("trader1", "that row was a typo")
    world.at(20).see()
    assert [(one.did, one.because) for one in await world.carry_on()] == [
        ("objected", "trader1: that row was a typo"),
        ("held", "objections wait for a reviewer's answer: trader1"),
    ]
    (objection,) = world.card().objections
    assert (objection.by, objection.text, objection.answered_at) == ("trader1", "that row was a typo", None)
    answer(world.store, objection.id, person="cat", text="the board still shows it", reviewers=REVIEWERS)
    assert [one.did for one in await world.carry_on()] == ["resolved"]
    reply = next(one for one in await world.comments() if "the board still shows it" in text_of(one))
    assert reply["replyToCommentId"] == world.card().proposal.comment_id
    assert "cat answers: the board still shows it" in text_of(reply)


async def test_a_reply_by_somebody_who_holds_nothing_is_no_objection(world: World) -> None:
    await world.agreed()
    await world.reply("trader2", "I would not resolve this")
    world.at(11.001)
    assert [one.did for one in await world.carry_on()] == ["resolved"]
    assert world.card().objections == ()


async def test_a_comment_that_replies_to_nothing_of_ours_is_no_objection(world: World) -> None:
    await world.decided()
    await world.bet("trader1")
    world.approve()
    await world.carry_on()
    told = {"contractId": world.market("reach-85").market_id, "markdown": "what a row!"}
    await world.say("trader1", "/v0/comment", **told)
    world.at(11.001)
    assert [one.did for one in await world.carry_on()] == ["resolved"]


async def test_only_a_reviewer_answers_an_objection_and_only_once(world: World) -> None:
    await world.decided()
    await world.bet("trader1")
    world.approve()
    await world.carry_on()
    await world.reply("trader1", "a typo")
    await world.carry_on()
    (objection,) = world.card().objections
    with pytest.raises(Refusal, match="'trader1' is no reviewer"):
        answer(world.store, objection.id, person="trader1", text="never mind", reviewers=REVIEWERS)
    with pytest.raises(Refusal, match="say what the answer is"):
        answer(world.store, objection.id, person="ann", text="", reviewers=REVIEWERS)
    answer(world.store, objection.id, person="ann", text="it stands", reviewers=REVIEWERS)
    with pytest.raises(Refusal, match="was answered by ann already: it stands"):
        answer(world.store, objection.id, person="ben", text="it stands", reviewers=REVIEWERS)


async def test_what_traders_write_reaches_manifold_as_text_and_never_as_markup(world: World) -> None:
    await world.decided()
    await world.bet("trader1")
    world.approve()
    await world.carry_on()
    await world.reply("trader1", "hm")
    await world.carry_on()
    (objection,) = world.card().objections
    told = "see [here](//evil) @everyone **now** # `x` <b>y</b>"
    answer(world.store, objection.id, person="ann", text=told, reviewers=REVIEWERS)
    await world.carry_on()
    reply = next(one for one in await world.comments() if "ann answers" in text_of(one))
    assert told in text_of(reply)
    assert "marks" not in str(reply["content"])


async def test_a_choice_and_a_date_resolve_to_their_answers(world: World) -> None:
    await world.decided()
    world.weekly(63).see()
    world.propose()
    for slug in ("leader", "when-80", "reach-95"):
        world.approve(slug)
    await world.carry_on()
    world.at(66)
    assert {one.slug for one in await world.carry_on() if one.did == "resolved"} == {"leader", "when-80", "reach-95"}
    won = {}
    for slug in ("leader", "when-80"):
        live = await world.live(slug)
        won[slug] = next(one["text"] for one in live["answers"] if one["id"] == live["resolution"])
    assert won == {"leader": "North", "when-80": "before 2020-02-05"}
    assert (await world.live("reach-95"))["resolution"] == "NO"


async def test_a_lone_author_says_so_openly_and_leaves_traders_a_longer_window(tmp_path: Path) -> None:
    alone = DEBATE.replace("{quorum: 2, window: 48 hours}", "{quorum: 1, declare: true}")
    alone = alone.replace("{ann: {}, ben: {}, cat: {}}", "{ann: {}}")
    async with living(tmp_path, {"debate.yaml": alone}) as world:
        spec = world.loaded.markets["reach-85"]
        assert "One interested person resolves this market" in spec.description
        assert "a window of 7 days" in spec.description
        await world.decided()
        assert world.vote("ann").proposal.state == "approved"
        await world.carry_on()
        assert world.card().proposal.window_until == day(16)
        world.at(15.9)
        assert [one.did for one in await world.carry_on()] == ["waiting"]
        world.at(16.001)
        assert [one.did for one in await world.carry_on()] == ["resolved"]


async def test_the_window_of_the_definition_as_frozen_counts_and_not_the_files_of_today(world: World) -> None:
    await world.decided()
    text = (world.folder / "debate.yaml").read_text(encoding="utf-8")
    (world.folder / "debate.yaml").write_text(text.replace("48 hours", "1 hour"), encoding="utf-8")
    world.approve()
    await world.carry_on()
    assert world.card().proposal.window_until == day(11)


async def test_what_manifold_refuses_goes_back_to_agreed_and_is_told(world: World) -> None:
    await world.agreed()
    await world.say("creator", f"/v0/market/{world.market('reach-85').market_id}/resolve", outcome="NO")
    world.at(11.001)
    told = await world.carry_on()
    assert [one.did for one in told] == ["refused"]
    assert "resolved to NO by us, not to YES" in told[0].because
    assert "reviewers must decide, `crux review 1 dispute` stops it" in told[0].because
    assert world.card().proposal.state == "agreed"
    assert world.market("reach-85").state != "resolved"


async def test_where_manifold_refuses_n_a_the_reviewers_are_told_what_the_definition_says(
    world: World,
) -> None:
    await world.decided()
    card = world.card()
    how = card.frozen.rule.outcome.how
    assert isinstance(how, YesOutcome)
    clause = NaClause(when=how.when, at=day(5), if_refused=No())
    rule = card.frozen.rule.model_copy(update={"na": clause})
    refused = replace(
        card,
        proposal=replace(card.proposal, outcome=NotApplicable()),
        frozen=replace(card.frozen, rule=rule),
    )
    assert remedy(refused).endswith("stops it; where N/A is not granted the definition says NO")


async def test_what_the_evidence_no_longer_decides_is_held_though_all_agreed(world: World) -> None:
    """Reviewers accepted an archived body inside the window: that row had been a typo, taken back in time."""
    await world.agreed()
    world.at(10).back_fill(6, two=("8.5", "north"))
    assert world.judge("reach-85")[0].state != "decided"
    world.at(30)
    (step,) = [one for one in await world.carry_on() if one.slug == "reach-85"]
    assert (step.did, "puts it to people again" in step.because) == ("held", True)
    assert not (await world.live())["isResolved"]


async def test_what_turned_during_a_pause_is_not_resolved_the_old_way_when_it_ends(world: World) -> None:
    await world.agreed()
    pause(world.store, "ann", "the board is being tampered with")
    world.at(10).back_fill(6, two=("8.5", "north"))
    world.at(10.5).judge()
    world.at(11.5)
    resume(world.store, "ann")
    assert "resolved" not in [one.did for one in await world.carry_on() if one.slug == "reach-85"]
    assert not (await world.live())["isResolved"]
