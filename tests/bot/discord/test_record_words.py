"""Guards: a line of the audit channel says who did what to which outcome of which market and why, and no more."""

from __future__ import annotations

from decimal import Decimal

from crux_builders import World
from discord_builders import put_up

from bot.discord import record_acts, record_words
from bot.discord.posts import copy_record
from bot.review.pausing import pause, resume
from bot.review.people import Actor, issue_code, redeem, unlink
from bot.store import plan_cards, posts, submissions, switches
from bot.store.submissions import Offered


def lines(world: World) -> list[str]:
    """What the audit channel should show, without the time and the hash of each line."""
    copy_record(world.store, "small", 0)
    with world.store.reading() as connection:
        table = posts.schema.posts
        rows = connection.execute(table.select().where(table.c.kind == "record").order_by(table.c.id))
        text = "\n".join(str(row.wanted["content"]) for row in rows)
    return [line.partition("> ")[2].rpartition(" `")[0] for line in text.splitlines()]


async def test_a_vote_is_told_with_its_market_outcome_person_and_reason(world: World) -> None:
    await world.decided()
    put_up(world)
    assert lines(world)[-2:] == [
        "**crux** puts forward **YES** on `reach-85` (P1)",
        "**crux** puts forward **before 2020-02-05** on `when-80` (P2)",
    ]
    world.vote("ann", because="the board [shows](https://evil.example) it @everyone")
    said = lines(world)[-1]
    assert said.startswith("**ann** approves **YES** on `reach-85` (P1): the board \\[shows\\]")
    assert "@everyone" not in said
    world.vote("ben", because="so it is")
    assert lines(world)[-2:] == [
        "**ben** approves **YES** on `reach-85` (P1): so it is",
        "**YES** on `reach-85` (P1) is now APPROVED, by **ben**",
    ]


async def test_what_a_proposal_without_a_card_says_is_not_told(world: World) -> None:
    """Guards: whoever reads the audit channel is no insider."""
    await world.decided()
    assert lines(world)[-1] == "**crux** works on proposal 2; what it says is told with its card"


async def test_links_and_the_pause_are_told_and_our_own_bookkeeping_is_not(world: World) -> None:
    redeem(world.store, "small", Actor("discord", "77", "ann_d"), issue_code(world.store, "small", "ann", "discord"))
    pause(world.store, "ann", "the board is down")
    with world.store.transaction() as connection:
        switches.switch(connection, "discord", {"standing": "ready"}, by="crux", because="ready", at=world.clock.at)
    assert lines(world) == [
        "ann\\_d on Discord is **ann** from now on, by **<@77>**",
        "**ann** pauses everything: the board is down",
    ]
    resume(world.store, "ben")
    unlink(world.store, "small", "ann", "discord", by="cat")
    assert lines(world)[-2:] == [
        "**ben** lets everything go on",
        "the Discord account of **ann** is theirs no more, by **cat**",
    ]


async def test_of_several_debates_in_one_store_each_channel_is_told_of_its_own(world: World) -> None:
    await world.decided()
    world.vote("ann")
    at = world.clock.at
    redeem(world.store, "other", Actor("discord", "78", "zoe_d"), issue_code(world.store, "other", "zoe", "discord"))
    with world.store.transaction() as connection:
        for debate in ("small", "other"):
            plan_cards.put(connection, debate, "c" * 64, summary={"lines": []}, cost_mana=Decimal(0), at=at)
            offered = Offered(debate, "reach-85", debate, "sue", "https://example.org/seen", "look here", "for")
            made, _ = submissions.put(connection, offered, at)
            submissions.decide(connection, made.id, "accepted", by="ann", because="true", at=at)
    pause(world.store, "ann", "a holiday")
    with world.store.reading() as connection:
        told = {
            debate: [one.subject for one in record_acts.after(connection, debate, 0)] for debate in ("small", "other")
        }
    assert told == {
        "small": ["proposal 1", "proposal 2", "proposal 1", "plan 1", "submission 1", "switch pause"],
        "other": ["person zoe", "plan 2", "submission 2", "switch pause"],
    }


async def test_long_reasons_are_spread_over_messages_that_fit(world: World) -> None:
    await world.decided()
    put_up(world)
    for person in ("ann", "ben", "cat"):
        for number in range(4):
            world.vote(person, "ask", because=f"{number} " + "why? " * 200)
    assert len(lines(world)) >= 12
    with world.store.reading() as connection:
        table = posts.schema.posts
        rows = list(connection.execute(table.select().where(table.c.kind == "record")))
    assert all(len(row.wanted["content"]) <= record_words.ROOM for row in rows)
    assert [row.key for row in rows] == sorted({row.key for row in rows}, key=lambda key: int(key.split(":")[-1]))
