"""Law 10: `crux verify` finds what was changed about people, doubts and undoing, in tables or by a lawless program."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from crux_builders import harm, lived_once, verified
from desk_builders import Desk, desk_in

from bot.review.people import unlink
from bot.review.undo import undo_until
from bot.store import proposals, reviews
from bot.verifying import verify


async def _lived(path: Path) -> None:
    """Two linked people, one unlinked again; a resolution, undone."""
    async with desk_in(path) as desk:
        desk.link("ann", "discord", "1")
        desk.link("ben", "discord", "2")
        unlink(desk.world.store, "small", "ben", "discord", by="terminal op@here")
        await desk.resolved()
        await desk.undo()


lived = lived_once(_lived)


def test_a_resolution_that_was_undone_is_not_broken(copy: Path) -> None:
    found = verified(copy)
    assert (found.whole, found.resolutions, found.verified) == (True, 1, 1), found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE identities SET person = 'cat' WHERE id = 1", "identity 1 is not what the record says: person is cat"),
        ("UPDATE identities SET account = '9' WHERE id = 1", "identity 1 is not what the record says: account is 9"),
        (
            "UPDATE identities SET unlinked_at = NULL WHERE id = 2",
            "identity 2 is not what the record says: unlinked_at",
        ),
        ("DELETE FROM identities WHERE id = 1", "identity 1 is on the record, and gone from its table"),
    ],
)
def test_an_identity_that_is_not_on_the_record_as_it_stands_is_found(copy: Path, change: str, said: str) -> None:
    harm(copy, "identities", (change, ()))
    assert [link.because for link in verified(copy).record if said in link.because]


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("proposals", "UPDATE proposals SET facts = NULL WHERE id = 1", "facts is nothing, by the record it is"),
        ("proposals", "UPDATE proposals SET proposed_by = 'ann' WHERE id = 1", "proposed_by is ann, by the record"),
        ("proposals", "UPDATE proposals SET state = 'resolved' WHERE id = 1", "state is resolved, by the record it is"),
        ("reviews", "UPDATE reviews SET category = 'ambiguous'", "the votes on it are not those on the record"),
        ("reviews", "UPDATE reviews SET via = 'discord'", "the votes on it are not those on the record"),
        ("reviews", "UPDATE reviews SET facts = NULL", "the votes on it are not those on the record"),
        ("markets", "UPDATE markets SET resolved_at = 1 WHERE slug = 'reach-85'", "its market's resolved_at is"),
    ],
)
def test_what_the_tables_say_otherwise_is_found(copy: Path, table: str, change: str, said: str) -> None:
    harm(copy, table, (change, ()))
    because = {one.slug: one.because for one in verified(copy).broken}
    assert said in because["reach-85"]


async def test_an_undo_on_record_later_than_ten_minutes_is_found(desk: Desk) -> None:
    world = desk.world
    await desk.resolved()
    seen = world.card()
    until = undo_until(seen)
    assert until is not None
    world.clock.at = until + timedelta(minutes=1)
    with world.store.transaction() as connection:
        proposals.move(connection, seen.proposal, "undoing", actor="cat", at=world.clock.at, because="late")
    (broken,) = verify(world.store).broken
    assert broken.because == "its resolution was taken back later than ten minutes after it"


async def test_a_vote_with_shares_on_record_is_found(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    with world.store.transaction() as connection:
        held = {"positions": {"accounts": ["x"], "read_at": world.clock.at.isoformat(), "holds": True}}
        reviews.review(
            connection, world.card().proposal, person="ann", vote="approve", because="x", at=world.clock.at, facts=held
        )
    (broken,) = verify(world.store).broken
    assert broken.because == "ann has voted with shares in the market"


async def test_an_approval_by_silence_that_the_definition_does_not_know_is_found(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    there = world.card()
    facts = {"auto_after": "7 days", "doubts": there.doubts.told(), "needed": 2}
    with world.store.transaction() as connection:
        proposals.move(
            connection, there.proposal, "approved", actor="crux", at=world.clock.at, because="x", facts=facts
        )
    (broken,) = verify(world.store).broken
    assert broken.because == "it went on by nobody's word, which its definition does not allow"


@pytest.mark.parametrize("silent", [False, True], ids=["says there was none", "says nothing"])
async def test_an_approval_that_hides_a_dispute_is_found(desk: Desk, silent: bool) -> None:
    world = desk.world
    await world.decided()
    await desk.say("cat", "dispute")
    world.at(10).see()
    world.propose()
    there = world.card()
    told = {"doubts": {**there.doubts.told(), "disputes": 0}, "needed": 2, "because": []}
    with world.store.transaction() as connection:
        for person in ("ann", "ben"):
            reviews.review(connection, there.proposal, person=person, vote="approve", because="x", at=world.clock.at)
        proposals.move(
            connection,
            there.proposal,
            "approved",
            actor="ben",
            at=world.clock.at,
            because="x",
            facts=None if silent else told,
        )
    (broken,) = verify(world.store).broken
    hidden = "it was approved as disputed 0 times, by the record it had been 1 times"
    few = "it is approved, but by the votes of its last round it is waiting: 3 had to agree (disputed 1 time)"
    assert broken.because == (few if silent else hidden)
