"""Guards: an approval given by mistake can be taken back while the round is open, on the record, and by nobody else."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from alembic import command
from crux_builders import World, day
from desk_builders import Desk
from hypothesis import given
from hypothesis import strategies as st

from bot.review.deciding import Decided
from bot.review.desk import card, vote
from bot.review.quorum import Vote, last_words, speaks_against, standing, stuck, wanted
from bot.review.reminding import due
from bot.store import audit, open_store, schema
from bot.store.prices import Sample, keep
from bot.store.reviews import Review
from bot.store.upgrading import alembic_config
from bot.store.writing import insert_row
from bot.verifying import verify
from resolvers.errors import Refusal

AT = datetime(2020, 1, 11, tzinfo=UTC)
PEOPLE = ("ann", "ben", "cat", "dan")


def said(person: str, word: Vote) -> Review:
    return Review(1, 1, 1, 0, person, word, "as I see it", AT)


OTHERS = st.lists(
    st.builds(said, st.sampled_from(("ben", "cat", "dan")), st.sampled_from(("approve", "reject", "ask", "retract")))
)


@given(before=OTHERS, between=OTHERS, after=OTHERS, quorum=st.integers(1, 4))
def test_approving_retracting_and_approving_again_stands_as_approving_once(
    before: list[Review], between: list[Review], after: list[Review], quorum: int
) -> None:
    mine, back = said("ann", "approve"), said("ann", "retract")
    once, twice = [*before, *between, mine, *after], [*before, mine, back, *between, mine, *after]
    for asked in (standing, wanted):
        assert asked(once, quorum) == asked(twice, quorum)
    assert stuck(once, quorum, PEOPLE) == stuck(twice, quorum, PEOPLE)
    assert last_words(once) == last_words(twice)
    assert speaks_against(once) == speaks_against(twice)


@given(asked=st.booleans(), others=OTHERS, quorum=st.integers(1, 4))
def test_an_approval_that_was_taken_back_counts_as_never_given(asked: bool, others: list[Review], quorum: int) -> None:
    """A question that was asked before it holds again, as it would without it."""
    before = [said("ann", "ask")] if asked else []
    back, never = [*before, said("ann", "approve"), *others, said("ann", "retract")], [*before, *others]
    assert standing(back, quorum) == standing(never, quorum)
    assert wanted(back, quorum) == wanted(never, quorum)
    assert stuck(back, quorum, PEOPLE) == stuck(never, quorum, PEOPLE)


async def test_who_approved_by_mistake_takes_it_back_and_the_record_has_both(desk: Desk) -> None:
    await desk.world.decided()
    await desk.say("ann", because="read the wrong row")
    came = await desk.say("ann", "retract", because="that was the wrong button")
    assert came.told.startswith("ann: retract is on the record")
    assert "2 more of 2 must approve" in came.told
    assert (came.card.proposal.state, came.card.wanted) == ("proposed", 2)
    with desk.world.store.reading() as connection:
        acts = audit.acts(connection, subject="proposal 1")
    assert [(one.actor, one.act) for one in acts] == [("crux", "propose"), ("ann", "approve"), ("ann", "retract")]
    assert verify(desk.world.store).whole


async def test_who_took_an_approval_back_may_approve_again_and_all_of_it_is_derived_again(desk: Desk) -> None:
    await desk.world.decided()
    for word in ("approve", "retract", "approve", "retract", "approve"):
        await desk.say("ann", word)
    assert desk.world.card().wanted == 1
    with pytest.raises(Refusal, match="ann has said approve to proposal 1 already"):
        await desk.say("ann")
    assert (await desk.say("ben")).card.proposal.state == "approved"
    assert verify(desk.world.store).whole


async def test_who_took_an_approval_back_may_reject_or_ask_and_anothers_approval_stands(desk: Desk) -> None:
    await desk.world.decided()
    await desk.say("ben")
    await desk.say("ann", "ask")
    await desk.say("ben", "retract")
    await desk.say("ben", "ask")
    await desk.say("cat")
    await desk.say("ben", "reject")
    assert last_words(desk.world.card().reviews) == {"ben": "reject", "ann": "ask", "cat": "approve"}
    assert desk.world.card().wanted == 2


@pytest.mark.parametrize("before", [(), ("ask",), ("reject",), ("approve", "retract")])
async def test_there_is_nothing_to_retract_without_an_approval_of_ones_own(desk: Desk, before: tuple[str, ...]) -> None:
    await desk.world.decided()
    for word in before:
        await desk.say("ann", word)
    await desk.say("ben")
    with pytest.raises(Refusal, match="ann has no approval of proposal 1 to retract"):
        await desk.say("ann", "retract")
    assert last_words(desk.world.card().reviews)["ben"] == "approve"


async def test_once_the_quorum_is_full_nothing_is_retracted_and_the_way_that_is_left_is_said(desk: Desk) -> None:
    await desk.world.decided()
    await desk.approve()
    with pytest.raises(Refusal, match="is approved, so there is nothing to retract; a dispute still stops it"):
        await desk.say("ann", "retract")
    await desk.world.carry_on()
    desk.world.at(11.001)
    assert [one.did for one in await desk.world.carry_on()] == ["resolved"]
    with pytest.raises(Refusal, match=r"is resolved, so there is nothing to retract; .*undo.* ten minutes"):
        await desk.say("ann", "retract")


async def test_taking_an_approval_back_never_approves_though_fewer_are_needed_by_now(desk: Desk) -> None:
    """Guards: that no price is known any more takes no doubt away, and who takes back agrees to nothing."""
    world = desk.world
    await world.decided()
    low = Sample(world.market("reach-85").id, world.clock.at, {"YES": Decimal("0.05")}, Decimal(20_000))
    with world.store.transaction() as connection:
        keep(connection, [low])
    for person in ("ann", "ben", "cat"):
        world.vote(person)
    assert world.card().wanted == 2
    world.at(12)
    world.vote("cat", "retract")
    assert (world.card().proposal.state, world.card().quorum.needed) == ("proposed", 2)
    assert verify(world.store).whole


async def test_two_clicks_at_once_retract_once(desk: Desk) -> None:
    await desk.world.decided()
    accounts = [desk.link("ann", "discord", "1"), desk.link("ann", "terminal", "ann@home")]
    await desk.say("ann", actor=accounts[0])
    came = await asyncio.gather(*(desk.say("ann", "retract", actor=one) for one in accounts), return_exceptions=True)
    assert sorted(type(one).__name__ for one in came) == [Decided.__name__, Refusal.__name__]
    assert [one.vote for one in desk.world.card().reviews] == ["approve", "retract"]


async def test_the_same_press_twice_retracts_once_and_tells_the_same(desk: Desk) -> None:
    await desk.world.decided()
    await desk.say("ann")
    first = await desk.say("ann", "retract", key="press-9")
    assert (await desk.say("ann", "retract", key="press-9")).told == first.told
    assert [one.vote for one in desk.world.card().reviews] == ["approve", "retract"]


async def test_of_a_retraction_and_the_last_approval_at_once_either_may_be_first(world: World) -> None:
    await world.decided()
    world.vote("ann")
    seen, refused = world.card(), list[str]()

    def says(person: str, word: str) -> None:
        try:
            vote(world.store, seen, person=person, said=word, because="now", reviewers=PEOPLE)
        except Refusal as error:
            refused.append(f"{person}: {error}")

    both = [threading.Thread(target=says, args=each) for each in (("ann", "retract"), ("ben", "approve"))]
    for one in both:
        one.start()
    for one in both:
        one.join()
    there = world.card()
    words = last_words(there.reviews)
    if there.proposal.state == "approved":
        assert (words, len(refused)) == ({"ann": "approve", "ben": "approve"}, 1)
    else:
        assert (there.proposal.state, words, refused) == ("proposed", {"ann": "retract", "ben": "approve"}, [])
    assert verify(world.store).whole


async def test_the_table_itself_takes_no_second_vote_of_a_person_who_has_retracted_none(desk: Desk) -> None:
    await desk.world.decided()
    await desk.say("ann")
    await desk.say("ann", "retract")
    table = schema.reviews
    for row in (1, 2):
        with desk.world.store.reading() as connection:
            there = dict(connection.execute(sa.select(table).where(table.c.id == row)).one()._mapping)
        with pytest.raises(sa.exc.IntegrityError), desk.world.store.transaction() as connection:
            connection.execute(sa.insert(table), there | {"id": 99})


async def test_who_took_an_approval_back_is_reminded_like_those_who_have_said_nothing(desk: Desk) -> None:
    await desk.world.decided()
    await desk.say("ben")
    await desk.say("ben", "retract")
    (reminder,) = [one for one in due(desk.world.store, desk.world.loaded, day(10)) if one.proposal == 1]
    assert reminder.text == "reach-85: 2 of 2 approvals are missing; no word yet from ann, ben, cat, dan, eve"


async def test_a_retraction_that_stands_on_no_approval_breaks_what_verify_derives(desk: Desk) -> None:
    """Guards: the record alone says who agreed; an act of taking back that no approval went before is a fault."""
    await desk.world.decided()
    await desk.say("ann")
    with desk.world.store.transaction() as connection:
        row = {"proposal": 1, "round": 1, "revision": 0, "person": "cat", "vote": "retract", "because": "x", "at": AT}
        told = {"review": insert_row(connection, schema.reviews, **row), "because": "x", "round": 1, "revision": 0}
        audit.append(connection, at=AT, actor="cat", act="retract", subject="proposal 1", payload=told)
    because = [one.because for one in verify(desk.world.store).broken]
    assert because == ["cat has taken back an approval that they had not given"]


async def test_votes_from_before_this_could_be_done_stand_as_they_were(world: World) -> None:
    """Guards: since migration 0016 a vote says how often its person had taken one back; older ones had not."""
    await world.decided()
    world.vote("ann")
    place = alembic_config(f"sqlite:///{world.database}")
    world.store.close()
    command.downgrade(place, "0015")
    with closing(sqlite3.connect(world.database)) as there:
        assert "retractions" not in [name for _, name, *_ in there.execute("PRAGMA table_info(reviews)")]
    command.upgrade(place, "head")
    after = open_store(world.database, now=world.clock)
    try:
        assert [(one.person, one.vote, one.retractions) for one in card(after, 1).reviews] == [("ann", "approve", 0)]
        assert verify(after).whole
        with pytest.raises(Refusal, match="ann has said approve to proposal 1 already"):
            vote(after, card(after, 1), person="ann", said="reject", because="x", reviewers=PEOPLE)
    finally:
        after.close()


async def test_a_store_in_which_an_approval_was_taken_back_cannot_go_back_and_stays_as_it_is(world: World) -> None:
    """Guards: a program from before it would count such a vote twice or not at all; the copy from before has none."""
    await world.decided()
    for word in ("approve", "retract", "approve"):
        world.vote("ann", word)
    world.store.close()
    with pytest.raises(Refusal, match="an approval was taken back in this store: restore the copy made before"):
        command.downgrade(alembic_config(f"sqlite:///{world.database}"), "0015")
    after = open_store(world.database, now=world.clock)
    try:
        assert [one.retractions for one in card(after, 1).reviews] == [0, 0, 1]
        assert verify(after).whole
    finally:
        after.close()
