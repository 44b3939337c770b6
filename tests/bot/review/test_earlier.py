"""Guards: a proposal after one that people took back or turned down tells who did, when and why."""

from __future__ import annotations

import pytest
from crux_builders import harm
from desk_builders import Desk

from bot.discord import cards
from bot.discord.posts import view_of
from bot.reports import card_row
from bot.review.desk import card
from bot.store import proposals


async def test_the_proposal_after_an_undo_tells_who_took_the_one_before_back_and_why(desk: Desk) -> None:
    world = desk.world
    await desk.resolved()
    assert world.card().earlier is None
    await desk.undo("cat", "that row is *gone* @everyone")
    world.at(12).see()
    assert world.propose() == [("reach-85", "proposed")]
    seen = world.card()
    assert seen.earlier is not None
    told = (
        "proposal 1 (YES, proposed 2020-01-15 00:00 UTC) was resolved and undone 2020-01-17 00:01 UTC, "
        "by cat: that row is *gone* @everyone"
    )
    assert seen.earlier.words() == told
    assert card_row(seen)["earlier"] == told
    shown = cards.render(view_of(world.store, seen, world.clock.at)).embed["description"]
    assert "Before it: proposal 1 (YES, proposed 2020-01-15 00:00 UTC) was resolved and undone" in shown
    assert "by cat: that row is \\*gone\\* @\u200beveryone" in shown


async def test_the_proposal_after_a_rejection_tells_everybody_who_rejected(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    await desk.say("ann", "reject", because="too early to say")
    await desk.say("ben")
    await desk.say("cat", "reject", because="another harness")
    world.at(10).see()
    assert world.propose("reach-85") == [("reach-85", "proposed")]
    seen = world.card().earlier
    assert seen is not None
    assert (seen.number, seen.said) == (1, (("ann", "too early to say"), ("cat", "another harness")))
    assert seen.words().endswith("by ann: too early to say; by cat: another harness")


async def test_what_evidence_has_overtaken_is_no_story_of_people(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    there = world.card()
    with world.store.transaction() as connection:
        proposals.propose(
            connection, market=there.market.id, version=there.proposal.version, verdict=there.proposal.verdict,
            last_snapshot=there.proposal.last_snapshot, at=world.clock.at, supersedes=there.proposal,
        )  # fmt: skip
    assert (world.card().proposal.supersedes, world.card().earlier) == (1, None)


@pytest.mark.parametrize("spoilt", ["verdict = '{'", "outcome = '{'", "facts = '['"])
async def test_a_proposal_is_told_though_the_one_before_it_cannot_be_read(desk: Desk, spoilt: str) -> None:
    """Guards: what cannot be read as it is stored keeps no other waiting."""
    world = desk.world
    await desk.resolved()
    await desk.undo("cat", "that row is gone")
    world.at(12).see()
    world.propose()
    number = world.card().proposal.id
    harm(world.database, "proposals", (f"UPDATE proposals SET {spoilt} WHERE id = 1", ()))
    assert card(world.store, number).proposal.state == "proposed"
