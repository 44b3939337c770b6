"""Guards: what is to stand on Discord is a row first, and is posted once whatever is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from crux_builders import BEST, FINE, HEAD, World, day, living
from discord_builders import QUICK, playing, put_up, server
from discord_server import DiscordServer
from test_text import live

from bot.discord import posts as discord_posts
from bot.discord.cards import CardView, render
from bot.discord.posts import Wanted, copy_record, found
from bot.discord.posts_pace import Limit, Pace, meaning
from bot.store import Store, posts
from bot.store.posts import Post
from markets.plan import Limits

HOSTILE = ("@everyone <@&1> [Official source](https://evil.example/x) <#2> </go:3> <t:1:R> \u202e`" * 100)[:6000]


def row(store: Store, key: str) -> Post:
    with store.reading() as connection:
        there = posts.find(connection, key)
    assert there is not None
    return there


def say(store: Store, key: str, text: str, place: str = "channel:announce", **more: object) -> bool:
    with store.transaction() as connection:
        body = {"text": text, "mentions": [], **more}
        return posts.want(
            connection, "direct" if place.startswith("user:") else "notice", key, place, body, at=store.now()
        )


async def test_a_message_is_wanted_once_and_changes_count(world: World) -> None:
    store = world.store
    assert [say(store, "n:1", text) for text in ("a", "a", "b", "b")] == [True, False, True, False]
    assert (row(store, "n:1").version, row(store, "n:1").state) == (2, "open")


async def test_only_one_of_two_may_begin_and_what_changes_meanwhile_is_shown_after(world: World) -> None:
    store = world.store
    say(store, "n:1", "a")
    seen = row(store, "n:1")
    with store.transaction() as connection:
        assert [posts.begin(connection, seen, store.now()) for _ in range(2)] == [True, False]
    say(store, "n:1", "b")
    assert row(store, "n:1").state == "sending"
    with store.transaction() as connection:
        posts.stands(connection, seen, "77", whole=True, at=store.now())
    assert (row(store, "n:1").state, row(store, "n:1").shown, row(store, "n:1").message) == ("open", 1, "77")
    with store.transaction() as connection:
        posts.stands(connection, row(store, "n:1"), "77", whole=True, at=store.now())
    assert row(store, "n:1").state == "done"


async def test_what_vanished_is_posted_anew_unless_it_is_over(world: World) -> None:
    store = world.store
    for key, body in (("n:1", {}), ("n:2", {"final": True})):
        say(store, key, "a", **body)
        with store.transaction() as connection:
            posts.stands(connection, row(store, key), "7", whole=True, at=store.now())
            posts.vanished(connection, row(store, key), store.now())
    assert [(row(store, key).state, row(store, key).losses) for key in ("n:1", "n:2")] == [("open", 1), ("gone", 0)]
    assert say(store, "n:2", "b") is False


async def test_an_alarm_is_raised_once_an_hour_for_each_matter(world: World) -> None:
    store = world.at(2).store
    for what in ("place", "place", "commands"):
        posts.alarm(store, what, f"{what} is wrong")
    world.at(2.1)
    posts.alarm(store, "place", "still wrong")
    with store.reading() as connection:
        assert len(posts.due(connection, store.now(), 99)) == 3


async def test_nothing_is_written_where_no_card_has_changed(world: World) -> None:
    await world.decided()
    made = put_up(world)
    assert [one.key for one in made] == ["card:1", "card:2"]
    assert found(world.store, "small", world.clock.at) == []
    world.vote("ann")
    assert [one.key for one in put_up(world)] == ["card:1"]


async def test_the_card_of_an_ended_proposal_says_so_and_is_left_alone_then(world: World) -> None:
    await world.decided()
    put_up(world)
    for person in ("ann", "ben"):
        world.vote(person, "reject")
    assert [one.key for one in put_up(world)] == ["card:1"]
    with world.store.transaction() as connection:
        posts.stands(connection, row(world.store, "card:1"), "7", whole=True, at=world.clock.at)
    assert (row(world.store, "card:1").state, "REJECTED" in str(row(world.store, "card:1").wanted)) == ("final", True)
    with world.store.reading() as connection:
        assert [one.key for one in posts.living(connection, "card")] == ["card:2"]


async def test_the_record_is_copied_from_where_the_last_copy_ended(world: World) -> None:
    await world.decided()
    first = copy_record(world.store, "small", 0)
    world.vote("ann")
    assert (first > 0, copy_record(world.store, "small", 0), copy_record(world.store, "small", 0)) == (True, 1, 0)


def test_what_a_failure_means_is_told_by_its_kind() -> None:
    assert [meaning(error) for error in (TimeoutError(), OSError(), ValueError())] == ["unknown", "unknown", None]


async def test_requests_take_turns() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds, 2))

    limit = Limit(20.0, sleep)
    for _ in range(4):
        await limit.turn()
    assert len(slept) == 3
    assert all(0 < each <= 0.15 for each in slept)
    assert [Pace().wait(attempts) for attempts in (0, 1, 5, 50)] == [2.0, 4.0, 64.0, 300.0]


def many(number: int) -> dict[str, str]:
    """That many markets more that a row at 88.5% decides."""
    said = "question: Will a row reach {n}%?\n" + HEAD + BEST + "resolve:\n  yes: best >= {n}%\n" + FINE
    dates = {"opens": f"{day(0):%Y-%m-%d}", "closes": f"{day(60):%Y-%m-%d}"}
    texts = {}
    for place in range(number):
        text = said.replace("{n}", f"{72 + place / 10:.1f}")
        for name, value in dates.items():
            text = text.replace("{" + name + "}", value)
        texts[f"markets/reach-more-{place}.yaml"] = text
    return texts


DEBATE_OF_MANY = """\
debate: small
title: A small debate
reviewers: {ann: {}, ben: {}, cat: {}}
review: {quorum: 2, window: 48 hours}
defaults: {settle: 2 days, bridge: 10 days, max_age: 10 days, lost_after: 20 days}
limits: {max_mana: 50000, budget: 90000, changed: 100%}
"""


async def test_with_the_gateway_down_fifty_proposals_are_posted_each_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = many(48) | {"debate.yaml": DEBATE_OF_MANY}
    async with living(tmp_path, files) as world, server() as there, playing(world, there, monkeypatch) as bot:
        there.faults.gateway_down()
        world.see()
        planner = world.at(1).planner
        await planner.apply(await planner.plan(Limits(max_mana=Decimal(50_000))))
        world.at(5).see(two=("88.5", "north"))
        world.at(9).see()
        assert len(world.propose()) == 50
        await there.until(lambda: len(there.channels["review"].messages) == 50, 90)
        there.faults.gateway_up()
        await bot.restart()
        await bot.settled()
        footers = [one.embeds[0]["footer"]["text"].partition(" ")[0] for one in there.channels["review"].messages]
        assert (sorted(footers), there.peak_rps < 50) == (sorted(f"P{number}" for number in range(1, 51)), True)


async def test_two_hundred_messages_at_once_stay_under_fifty_requests_a_second(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server() as there, playing(world, there, monkeypatch) as bot:
        for number in range(200):
            say(world.store, f"n:{number}", f"notice {number}")
        bot.nudge()
        await there.until(lambda: len(there.channels["announce"].messages) == 200, 120)
        said = [one.text for one in there.channels["announce"].messages]
        assert (sorted(said), there.peak_rps < 50) == (sorted(f"notice {number}" for number in range(200)), True)
        assert there.problems() == []


async def test_a_hostile_title_of_6000_characters_pings_nobody_and_links_nowhere(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    real = world.card()
    card = replace(real, frozen=replace(real.frozen, question=HOSTILE))
    made = render(CardView(card, HOSTILE, role=None))
    async with server() as there, playing(world, there, monkeypatch) as bot:
        with world.store.transaction() as connection:
            posts.want(connection, "notice", "hostile", "channel:announce", made.body(), at=world.clock.at)
        say(world.store, "hostile text", HOSTILE)
        bot.nudge()
        await there.until(lambda: len(there.channels["announce"].messages) == 4)
        messages = [one for one in there.channels["announce"].messages if "Official source" in one.text]
        assert [one.pings for one in messages] == [frozenset(), frozenset()]
        embed = next(one for one in messages if one.embeds).embeds[0]
        assert (live(embed["title"]), live(embed["fields"][0]["value"].removeprefix("> "))) == ([], [])
        assert [live(one.content) for one in messages if not one.embeds] == [[]]
        assert there.problems() == []


async def test_everyone_is_told_of_a_proposal_until_when_to_object_and_of_its_resolution_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        await bot.settled()
        world.approve()
        await world.carry_on()
        bot.nudge()
        await there.until(lambda: any("Object until" in one.content for one in there.channels["announce"].messages), 60)
        world.at(12).see()
        await world.carry_on()
        await bot.restart()
        await there.until(lambda: len(there.channels["announce"].messages) == 4, 60)
        await bot.settled()
        said = [one.content.partition("(")[0] for one in there.channels["announce"].messages]
        assert said == [
            "**Proposed: YES** for “Will a row reach 85%?” ",
            "**Proposed: before 2020-02-05 — 2020-01-11 00:00 UTC** for “When will a row first show 80%?” ",
            "The time to object to **YES** for “Will a row reach 85%?” ",
            "**Resolved: YES** for “Will a row reach 85%?” ",
        ]
        assert there.problems() == []


async def test_a_direct_message_to_closed_doors_is_not_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server() as there, playing(world, there, monkeypatch) as bot:
        shut, open_ = there.person("shut"), there.person("open")
        shut.closes_dms()
        for who in (shut, open_):
            say(world.store, f"d:{who.name}", "a market you follow has a proposal", f"user:{who.id}")
        bot.nudge()
        await there.until(lambda: bot.post("d:shut").state == "gone")
        await there.until(lambda: [one.text for one in open_.dms] == ["a market you follow has a proposal"])
        there.forgive("50007")


async def test_an_edit_that_discord_calls_too_many_waits_and_comes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server() as there, playing(world, there, monkeypatch) as bot:
        say(world.store, "n:1", "one")
        bot.nudge()
        await there.until(lambda: bot.post("n:1").state == "done")
        there.faults.answer("PATCH", r"/channels/\d+/messages/", 429, code=30046)
        say(world.store, "n:1", "two")
        bot.nudge()
        await there.until(lambda: [one.text for one in announced(there)] == ["two"])


def announced(there: DiscordServer) -> list[object]:
    return list(there.channels["announce"].messages)


async def test_changes_in_quick_succession_are_shown_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = replace(QUICK, gap_s=1.0)
    async with server() as there, playing(world, there, monkeypatch, pace=slow) as bot:
        say(world.store, "n:1", "0")
        bot.nudge()
        await there.until(lambda: bot.post("n:1").state == "done")
        for number in range(1, 20):
            say(world.store, "n:1", str(number))
            bot.nudge()
        await there.until(lambda: bot.post("n:1").state == "done")
        assert [one.content for one in there.channels["announce"].messages] == ["19"]
        assert len(there.channels["announce"].messages[0].versions) <= 3


async def test_reviewers_see_a_card_no_sooner_than_traders_are_told(world: World) -> None:
    await world.decided()
    assert put_up(world, may_write=True) == []
    await world.everything()
    cards = [one for one in put_up(world, may_write=True) if one.kind == "card"]
    told = [one.body["embed"]["description"] for one in cards]
    assert told
    assert all("Traders were told on Manifold together with this card." in text for text in told)


async def test_direct_messages_of_many_followers_stand_behind_what_everybody_waits_for(world: World) -> None:
    store = world.at(2).store
    for number in range(5):
        say(store, f"follow:{number}:x", "news", place=f"user:{number}")
    say(store, "n:1", "the notice")
    with store.reading() as connection:
        assert [one.key for one in posts.due(connection, store.now(), 3)] == ["n:1", "follow:0:x", "follow:1:x"]


async def test_what_cannot_be_drawn_keeps_nothing_from_being_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server() as there, playing(world, there, monkeypatch) as bot:
        monkeypatch.setattr(discord_posts, "_plans", broken)
        say(world.store, "n:1", "all the same")
        bot.nudge()
        await there.until(lambda: row(world.store, "n:1").message is not None, 60)


def broken(*_: object) -> Iterator[Wanted]:
    raise RuntimeError("a plan that cannot be read")


async def test_what_is_read_in_order_is_due_in_order_and_what_is_parked_holds_up_nothing(world: World) -> None:
    store = world.at(2).store
    for number in range(3):
        say(store, f"said:{number}", "a word", place="thread:card:1")
        say(store, f"n:{number}", "a card", place="channel:review")

    def due() -> list[str]:
        with store.reading() as connection:
            return [one.key for one in posts.due(connection, store.now(), 9, ("thread:",))]

    assert due() == ["said:0", "n:0", "n:1", "n:2"]
    with store.transaction() as connection:
        posts.waits(connection, row(store, "said:0"), "open", "Discord is away", store.now() + timedelta(hours=1))
    assert due() == ["n:0", "n:1", "n:2"]
    with store.transaction() as connection:
        posts.waits(connection, row(store, "said:0"), "parked", "it is refused", store.now() + timedelta(hours=1))
    assert due() == ["n:0", "said:1", "n:1", "n:2"]
    with store.transaction() as connection:
        posts.stands(connection, row(store, "said:1"), "7", whole=True, at=store.now())
    say(store, "said:1", "another word", place="thread:card:1")
    assert due() == ["n:0", "said:1", "n:1", "said:2", "n:2"]  # an edit keeps nothing new waiting
