"""Guards: links that people bring: looked at through the guarded door, shown, and never counted."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from commands_builders import Town
from crux_builders import World
from discord_builders import surrounded
from discord_server import Interaction, Person, Upload

from bot.discord.buttons_cards import public
from bot.discord.commands.evidence_form import Attached
from bot.discord.pace import PersonalPace
from bot.evidence_links import FILE_LIMITS, KEPT, LIMITS, Looker, checked, misnamed, put_forward, unfit
from bot.settings import Settings
from bot.store import bodies, posts, submissions
from bot.store.counting import counts
from bot.store.submissions import Offered, Submission
from resolvers.errors import Refusal

NOTE = "Row two was corrected here."


def every(world: World) -> list[Submission]:
    with world.store.reading() as connection:
        return list(submissions.of_market(connection, "small", "reach-85"))


async def send(town: Town, who: Person, url: str, note: str = NOTE) -> Interaction:
    form = await who.slash("evidence add", {"market": "reach-85"})
    assert form.modal is not None
    assert form.modal.labels == ["Market", "Link", "It speaks", "What it shows"]
    filled = {"Link": url, "It speaks": "against", "What it shows": note}
    return await (await who.submit(form.modal, {"Market": "reach-85", **filled})).settled()


async def test_a_link_is_put_forward_looked_at_and_kept_for_reviewers(town: Town) -> None:
    done = await send(town, town.sue, "https://scores.invalid/two")
    assert "Submission 1 for `reach-85`" in done.text and "changes no verdict" in done.text
    assert "Nothing of it is kept: no answer" in done.text and "The link itself is shown to reviewers" in done.text
    (made,) = every(town.bot.world)
    assert (made.url, made.stance, made.name, made.note) == ("https://scores.invalid/two", "against", "sue", NOTE)
    await town.server.until(lambda: every(town.bot.world)[0].state == "unreachable", 60)
    listed = await town.slash(town.bob, "evidence list", market="reach-85")
    assert "S1 against, by sue" in listed.text and "unreachable" in listed.text
    waiting = await town.slash(town.ann, "evidence waiting")
    assert "S1 `reach-85` against, by sue" in waiting.text


async def test_a_private_address_is_refused_and_what_was_typed_is_given_back(town: Town) -> None:
    done = await send(town, town.sue, "https://127.0.0.1/admin")
    assert "127.0.0.1 is no public host" in done.text
    assert NOTE in done.text
    assert every(town.bot.world) == []


async def test_the_same_link_is_kept_once_and_many_at_once_are_too_many(town: Town) -> None:
    await send(town, town.sue, "https://scores.invalid/two")
    again = await send(town, town.sue, "https://scores.invalid/two#part")
    assert "put this forward already: submission 1" in again.text
    other = await send(town, town.sue, "https://scores.invalid/three")
    assert "more than 1 within 5 seconds" in other.text
    assert [one.url for one in every(town.bot.world)] == ["https://scores.invalid/two"]


async def test_a_message_is_put_forward_with_who_said_it_where_and_the_hash_of_its_words(town: Town) -> None:
    text = "the board took row two back"
    said = await town.bob.say("chat", text)
    form = await town.sue.menu("Use as evidence", said)
    assert form.modal is not None
    fields = {one.label: one.value for one in form.modal.fields}
    digest = hashlib.sha256(text.encode()).hexdigest()
    jump = f"https://discord.com/channels/{town.server.guild.id}/{said.channel.id}/{said.id}"
    assert fields["Link"] == jump
    assert fields["What it shows"] == f"bob on Discord, {jump}, sha256 {digest}: {text}"
    filled = {"Market": "whether some row will reach 85%", "It speaks": "against"}
    sent = await (await town.sue.submit(form.modal, {**fields, **filled})).settled()
    assert "Submission 1 for `reach-85`" in sent.text
    (made,) = every(town.bot.world)
    assert (made.state, made.sha256, made.message) == ("fetched", digest, jump)
    with town.bot.world.store.reading() as connection:
        assert bodies.get(connection, digest) == text.encode()


async def test_somebody_without_the_role_cannot_use_the_menu(town: Town) -> None:
    said = await town.bob.say("chat", "look at this")
    done = await (await town.bob.menu("Use as evidence", said, force=True)).settled()
    assert "needs the role Submitter" in done.text
    assert done.modal is None


async def test_accepting_notes_it_on_the_card_and_the_record_and_changes_no_verdict(town: Town) -> None:
    world = town.bot.world
    before = world.card().proposal
    await send(town, town.sue, "https://scores.invalid/two", "@everyone [see](https://evil.example) this")
    done = await town.slash(town.ann, "evidence accept", submission=1, because="it is the publisher's page")
    assert "Submission 1 for `reach-85` is accepted. No verdict is changed by it." in done.text
    card = await town.bot.card(having=lambda one: "not counted" in one.text)
    assert "scores.invalid/two" in card.text
    assert not card.pings or all("@everyone" not in str(ping) for ping in card.pings)
    assert world.card().proposal == before
    (made,) = every(world)
    assert (made.state, made.decided_by) == ("accepted", "ann")
    again = await town.slash(town.ann, "evidence refuse", submission=1, because="on second thoughts")
    assert "is accepted already, by ann" in again.text


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "example.org",
        "https://",
        "https://localhost/",
        "https://metadata.internal/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://ann:secret@example.org/",
        "https://example.org:8443/",
        "https://example.org/" + "a" * 600,
        "https://exa mple.org/",
        "https://[",
    ],
)
def test_a_link_that_is_not_https_to_a_public_host_is_refused_before_anything_is_asked(url: str) -> None:
    with pytest.raises(Refusal):
        checked(url)


def test_a_link_is_kept_as_it_will_be_asked_for() -> None:
    assert checked(" HTTPS://Exämple.org/a?b=1#c ") == "https://xn--exmple-cua.org/a?b=1"


HEADER = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"


@asynccontextmanager
async def page(answer: bytes, kind: bytes = b"text/html; charset=utf-8") -> AsyncIterator[str]:
    """A page on this machine, which only a caller that says so may look at."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEADER % (kind, len(answer)) + answer)
        await writer.drain()
        writer.close()

    there = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with there:
        yield f"http://127.0.0.1:{there.sockets[0].getsockname()[1]}/"


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Settings]:
    monkeypatch.delenv("CRUX_DEBATE", raising=False)
    return Settings


async def test_the_guarded_door_keeps_the_bytes_by_hash_and_counts_nothing(
    world: World, nothing_set: Callable[[], Settings]
) -> None:
    async with page(b"row two: 78.5") as url, surrounded(world, nothing_set(), []) as around:
        put_forward(world.store, Offered("small", "reach-85", "7", "sue", url, NOTE, "against"))
        looks = counts(world.store).snapshots
        assert await Looker(around, replace(LIMITS, private_ok=True)).look() == 1
        assert await Looker(around).look() == 0
        (made,) = every(world)
        assert (made.state, made.sha256) == ("fetched", hashlib.sha256(b"row two: 78.5").hexdigest())
        assert counts(world.store).snapshots == looks


async def test_an_address_inside_our_own_network_is_never_looked_at(
    world: World, nothing_set: Callable[[], Settings]
) -> None:
    async with page(b"a secret") as url, surrounded(world, nothing_set(), []) as around:
        put_forward(world.store, Offered("small", "reach-85", "7", "sue", url, NOTE, "against"))
        await Looker(around).look()
        (made,) = every(world)
        assert (made.state, made.sha256) == ("unreachable", None)
        assert "private address" in made.because


async def test_a_body_over_the_limit_is_not_kept(world: World, nothing_set: Callable[[], Settings]) -> None:
    async with page(b"x" * 5000) as url, surrounded(world, nothing_set(), []) as around:
        put_forward(world.store, Offered("small", "reach-85", "7", "sue", url, NOTE, "against"))
        await Looker(around, replace(LIMITS, private_ok=True, max_bytes=1000)).look()
        (made,) = every(world)
        assert (made.state, made.sha256) == ("unreachable", None)
        assert "over-long" in made.because


@pytest.mark.parametrize(
    ("kind", "name", "kept"),
    [
        ("text/html; charset=utf-8", "page", True),
        ("TEXT/CSV", "scores", True),
        ("application/json", "a.json", True),
        ("application/x-yaml", "a", True),
        ("application/pdf", "paper.pdf", True),
        ("image/png", "chart.png", True),
        ("image/jpeg", "photo.jpg", True),
        ("application/octet-stream", "scores.yaml", True),  # many publishers say no more of YAML
        (None, "scores.csv", True),
        (None, "scores", False),
        ("application/octet-stream", "setup.exe", False),
        ("application/zip", "scores.csv", False),
        ("image/svg+xml", "chart.svg", False),
        ("text/javascript", "a.json", False),
        ("video/mp4", "film.mp4", False),
    ],
)
def test_only_what_a_person_can_read_is_kept(kind: str | None, name: str, kept: bool) -> None:
    assert (unfit(kind, name) is None) == kept


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a.exe", False),
        ("scores.csv.exe", False),
        ("a.exe.", False),
        ("A.CSV", True),
        ("scores.v2.yml", True),
        ("a", True),
    ],
)
def test_a_file_whose_name_ends_as_no_kind_that_is_kept_is_refused_whatever_type_it_is_said_to_be(
    name: str, kept: bool
) -> None:
    assert (misnamed(name) is None) == kept
    told = {"id": 1, "size": 2, "filename": name, "content_type": "text/plain"}
    told |= dict.fromkeys(("url", "proxy_url"), f"{discord.Asset.BASE}/attachments/1/2/{name}")
    given = discord.Attachment(data=cast(Any, told), state=cast(Any, SimpleNamespace(http=None)))
    if kept:
        assert Attached.of(given).name == name
    else:
        with pytest.raises(Refusal, match=r"cannot be put forward: its name ends in \.(exe)?, and only web pages"):
            Attached.of(given)


async def test_a_page_of_another_kind_is_not_kept_and_it_is_said_why(
    world: World, nothing_set: Callable[[], Settings]
) -> None:
    async with page(b"PK", b"application/zip") as url, surrounded(world, nothing_set(), []) as around:
        put_forward(world.store, Offered("small", "reach-85", "7", "sue", url, NOTE, "against"))
        await Looker(around, replace(LIMITS, private_ok=True)).look()
        (made,) = every(world)
        assert (made.state, made.sha256) == ("unreachable", None)
        assert made.because == f"it is application/zip, and only {KEPT}"


@pytest.fixture
def near(town: Town) -> Town:
    """The town, where a file on this machine may be fetched, as Discord's own stand here on 127.0.0.1."""
    client: Any = town.bot.client
    client.links = Looker(town.bot.around, replace(LIMITS, private_ok=True))
    return town


async def hand_in(town: Town, who: Person, file: Upload) -> Interaction:
    form = await who.slash("evidence add", {"market": "reach-85", "file": file})
    if form.modal is None:
        return await form.settled()
    assert (form.modal.title, form.modal.labels) == (
        f"Put forward {file.filename}",
        ["Market", "It speaks", "What it shows"],
    )
    filled = {"Market": "reach-85", "It speaks": "against", "What it shows": NOTE}
    return await (await who.submit(form.modal, filled)).settled()


async def test_a_file_is_kept_byte_for_byte_shown_to_reviewers_and_given_back_to_them(near: Town) -> None:
    raw = b"name,score\r\ntwo,78.5\r\n\xff"
    done = await hand_in(near, near.sue, Upload("scores.csv", raw))
    digest = hashlib.sha256(raw).hexdigest()
    assert "Submission 1 for `reach-85`" in done.text and "It is kept and shown to reviewers" in done.text
    (made,) = every(near.bot.world)
    assert (made.url, made.state, made.sha256) == (f"file:{digest[:16]}/scores.csv", "fetched", digest)
    assert made.because == "the file scores.csv, 23 bytes"
    again = await hand_in(near, near.sue, Upload("scores.csv", raw))
    assert "sue put this forward already: submission 1" in again.text
    listed = await near.slash(near.bob, "evidence list", market="reach-85")
    assert "S1 against, by sue" in listed.text and "scores.csv" in listed.text
    opened = await near.slash(near.ann, "evidence open", submission=1)
    assert opened.messages[0].files == {"scores.csv": raw}
    assert opened.messages[0].ephemeral
    refused = await near.slash(near.sue, "evidence open", submission=1)
    assert "needs the role Reviewer" in refused.text


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (Upload("setup.exe", b"MZ"), "only web pages, text, CSV, JSON, YAML, PDF, PNG and JPEG are kept"),
        (Upload("scores.csv", b"x" * (FILE_LIMITS.max_bytes + 1)), "it has 5,242,881 bytes, and at most 5,242,880"),
    ],
)
async def test_a_file_that_is_not_kept_is_refused_before_anything_is_asked(near: Town, file: Upload, told: str) -> None:
    done = await hand_in(near, near.sue, file)
    assert f"{file.filename} cannot be put forward" in done.text and told in done.text
    assert (done.modal, every(near.bot.world)) == (None, [])


async def test_many_files_of_one_person_at_once_are_met_with_when_to_try_again(near: Town) -> None:
    client: Any = near.bot.client
    client.files = PersonalPace(lambda: 100.0, ((10.0, 1),))
    await hand_in(near, near.sue, Upload("scores.csv", b"a,b"))
    refused = await hand_in(near, near.sue, Upload("more.csv", b"a,b,c"))
    assert "ask again in 10 s" in refused.text
    assert len(every(near.bot.world)) == 1


async def test_a_file_is_taken_from_where_discord_keeps_it_and_from_nowhere_else(
    near: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord.Asset, "BASE", "https://cdn.discordapp.com")  # as outside of a test
    done = await hand_in(near, near.sue, Upload("scores.csv", b"a,b"))
    assert "it does not lie with Discord" in done.text
    assert every(near.bot.world) == []


async def test_a_file_that_cannot_be_fetched_gives_back_what_was_typed(town: Town) -> None:
    done = await hand_in(town, town.sue, Upload("scores.csv", b"a,b"))  # 127.0.0.1 is a private address
    assert "the file is not kept: refused: 127.0.0.1 is a private address" in done.text
    assert NOTE in done.text
    assert every(town.bot.world) == []


@pytest.mark.parametrize("url", ["https://[2606:4700:4700::1111%25eth0]/x", "https://[2606:4700:4700::1111%eth0]/x"])
def test_an_address_of_one_machine_only_is_refused(url: str) -> None:
    with pytest.raises(Refusal):
        checked(url)


def test_a_numeric_address_of_the_newer_kind_keeps_its_brackets() -> None:
    assert checked("https://[2606:4700:4700::1111]/x") == "https://[2606:4700:4700::1111]/x"


async def test_a_link_that_cannot_even_be_asked_for_keeps_no_other_waiting(
    world: World, nothing_set: Callable[[], Settings]
) -> None:
    async with page(b"row two: 78.5") as url, surrounded(world, nothing_set(), []) as around:
        put_forward(world.store, Offered("small", "reach-85", "7", "sue", "https://2606:4700::1111/", NOTE, "for"))
        put_forward(world.store, Offered("small", "reach-85", "8", "bob", url, NOTE, "against"))
        assert await Looker(around, replace(LIMITS, private_ok=True)).look() == 2
        assert [one.state for one in every(world)] == ["unreachable", "fetched"]


async def test_each_link_is_looked_at_once_however_many_ask_and_nobodys_many_come_before_anothers_one(
    world: World, nothing_set: Callable[[], Settings]
) -> None:
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).split()[1].decode())
        writer.write(HEADER % (b"text/plain", 2) + b"ok")
        await writer.drain()
        writer.close()

    there = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with there, surrounded(world, nothing_set(), []) as around:
        home = f"http://127.0.0.1:{there.sockets[0].getsockname()[1]}"
        for path, account in (("/1", "7"), ("/2", "7"), ("/3", "7"), ("/mine", "8")):
            world.clock.at += timedelta(minutes=2)
            put_forward(world.store, Offered("small", "reach-85", account, "x", home + path, NOTE, "for"))
        looker = Looker(around, replace(LIMITS, private_ok=True))
        assert sum(await asyncio.gather(*(looker.look() for _ in range(4)))) == 4
    assert asked == ["/1", "/mine", "/2", "/3"]


async def test_the_evidence_of_a_proposal_is_shown_to_anybody_only_once_its_card_is_up(
    world: World, nothing_set: Callable[[], Settings]
) -> None:
    await world.decided()
    async with surrounded(world, nothing_set(), []) as around:
        with pytest.raises(Refusal, match="No proposal 1 stands here"):
            public(around, 1)
        with world.store.transaction() as connection:
            posts.want(connection, "card", "card:1", "channel:review", {"content": "its card"})
        assert public(around, 1).proposal.id == 1
