"""Guards: each line of `crux doctor`, with that thing really broken, names it and its remedy."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from crux_builders import START, Crux, body, folder
from discord_server import DiscordServer, pointed_at
from new_stores import new_store

from bot.doctor.checks import Check
from bot.doctor.examining import Patient, examine
from bot.review.pausing import pause
from bot.store import Store, job_runs, leases, markets, open_store, record, switches
from bot.store.evidence import Given
from bot.store.ledger import Budget
from bot.store.outbox import Outbox
from bot.store.writing import insert_row
from markets.load import load_debate
from markets.outbox import comment
from markets.sandbox.server import Sandbox
from resolvers.rules.panels import is_panel

NOW = datetime(2020, 1, 7, 12, tzinfo=UTC)


@dataclass
class Ward:
    """An installation to break: its debate, store and settings, at a told time."""

    crux: Crux
    path: Path
    at: datetime = NOW

    @property
    def store(self) -> Store:
        return open_store(self.path / "crux.sqlite", now=lambda: self.at)

    async def found(self, **about: Any) -> list[Check]:
        about = {"sandbox": self.path / "sandbox.jsonl"} | about
        return await examine(Patient(self.path / "debate", now=lambda: self.at, **about))

    async def wrong(self, **about: Any) -> list[Check]:
        return [one for one in await self.found(**about) if one.state == "wrong"]

    async def only(self, **about: Any) -> Check:
        """The one thing that is wrong."""
        (one,) = await self.wrong(**about)
        assert one.remedy
        return one


@pytest.fixture
def ward(crux: Crux, tmp_path: Path) -> Ward:
    """Nothing is wrong with it."""
    crux.patch.chdir(tmp_path)
    crux.on(folder(tmp_path / "debate"), tmp_path / "crux.sqlite")
    new_store(tmp_path / "crux.sqlite", now=lambda: NOW).close()
    made = Ward(crux, tmp_path)
    store, loaded = made.store, load_debate(tmp_path / "debate")
    record(store, loaded.sources["board"], body(START), seen_at=NOW)
    record(store, loaded.sources["labs"], (tmp_path / "debate/registries/labs.csv").read_bytes(), seen_at=NOW)
    with store.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM leases")
    store.close()
    return made


async def test_nothing_is_wrong_with_a_sound_installation(ward: Ward) -> None:
    found = await ward.found()
    assert [one for one in found if one.state == "wrong"] == []
    names = {one.name for one in found}
    assert {
        "settings",
        "store",
        "migrations",
        "store rights",
        "disk",
        "copies",
        "debate",
        "sources",
        "service",
    } <= names


def test_the_command_exits_1_where_something_is_wrong_and_prints_it(ward: Ward) -> None:
    (ward.path / "debate/debate.yaml").write_text("debate: [\n")
    ran = ward.crux("doctor", "--sandbox", ward.path / "sandbox.jsonl", "--json")
    assert ran.code == 1
    assert [(one["name"], one["state"]) for one in ran.json if one["name"] == "debate"] == [("debate", "wrong")]
    told = ward.crux("doctor", "--sandbox", ward.path / "sandbox.jsonl")
    assert "wrong      debate: " in told.out


# Settings -----------------------------------------------------------------------------------------------------------


async def test_settings_that_cannot_be_used_are_all_named(ward: Ward) -> None:
    ward.crux.set(service_port="no", service_backups="many")
    found = await ward.wrong()
    assert [one.because.split(":")[0] for one in found] == ["CRUX_SERVICE_PORT", "CRUX_SERVICE_BACKUPS"]


async def test_a_variable_that_does_nothing_is_named_with_the_nearest(ward: Ward) -> None:
    ward.crux.set(manifold_kye="x")
    one = await ward.only()
    assert (one.because, one.remedy) == (
        "CRUX_MANIFOLD_KYE is set, but no setting has that name",
        "did you mean 'CRUX_MANIFOLD_KEY'?",
    )


async def test_a_settings_file_with_a_secret_that_others_may_read(ward: Ward) -> None:
    path = ward.path / "crux.toml"
    path.write_text('manifold_key = "a-secret-key"\n')
    path.chmod(0o644)
    one = await ward.only()
    assert (one.name, one.remedy) == ("settings file", "chmod 600 crux.toml")
    path.chmod(0o600)
    assert await ward.wrong() == []


# The store ----------------------------------------------------------------------------------------------------------


async def test_a_store_of_an_older_schema(ward: Ward) -> None:
    with sqlite3.connect(ward.path / "crux.sqlite") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0008'")
    one = await ward.only()
    assert (one.name, "crux db upgrade" in one.remedy) == ("migrations", True)


async def test_a_file_that_is_no_store(ward: Ward) -> None:
    ward.crux.set(database_url=f"sqlite:///{ward.path / 'diary'}")
    (ward.path / "diary").write_text("dear diary " * 200)
    one = await ward.only()
    assert (one.name, "is no database of Crux" in one.because) == ("store", True)


async def test_a_store_that_is_not_there_yet_is_not_set_up(ward: Ward) -> None:
    ward.crux.set(database_url=f"sqlite:///{ward.path / 'new.sqlite'}")
    found = {one.name: one.state for one in await ward.found()}
    assert found["store"] == "not set up"


@contextmanager
def nobody(*paths: Path) -> Iterator[None]:
    """As a user who may read these but not write them; root may write anything, so root becomes somebody else."""
    modes = [(path, stat.S_IMODE(path.stat().st_mode)) for path in paths]
    for path, mode in modes:
        path.chmod(mode & ~0o222 | 0o555 if path.is_dir() else 0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for path, mode in modes:
            path.chmod(mode)


async def test_a_store_that_may_not_be_written(ward: Ward) -> None:
    assert await ward.wrong() == []  # everything is loaded now, whatever a stranger may read afterwards
    with sqlite3.connect(ward.path / "crux.sqlite") as raw:
        raw.execute("PRAGMA journal_mode=DELETE")
    outer = [path for path in ward.path.parents if path.name.startswith("pytest-") or path == ward.path.parent]
    for path in outer:
        path.chmod(path.stat().st_mode | 0o055)
    with nobody(ward.path, ward.path / "crux.sqlite"):
        found = await ward.wrong()
    assert [(one.name, "may not be written" in one.because) for one in found] == [("store rights", True)]


async def test_a_disk_without_room_for_a_copy_of_the_store(ward: Ward) -> None:
    """The store's file is made longer than the disk has room, without using it."""
    path = ward.path / "crux.sqlite"
    free = os.statvfs(ward.path).f_bavail * os.statvfs(ward.path).f_frsize
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.truncate(path, free * 2)
    one = await ward.only()
    assert (one.name, "less than a copy of the store needs" in one.because) == ("disk", True)


async def test_a_disk_that_is_nearly_full(ward: Ward) -> None:
    ward.crux.patch.setattr("bot.doctor.store_area.LEAST_FREE", 1 << 60)  # of every disk there is too little left
    one = await ward.only()
    assert (one.name, one.because.startswith("only ") and one.because.endswith(" MiB are free"), one.remedy) == (
        "disk", True, "make room",
    )  # fmt: skip


async def test_copies_that_are_no_longer_made(ward: Ward) -> None:
    (ward.path / "crux.sqlite.daily-20200102T000000Z").write_bytes(b"")
    one = await ward.only()
    assert (one.name, "is 5 days old" in one.because) == ("copies", True)


# The debate folder and its sources ----------------------------------------------------------------------------------


async def test_a_panel_is_not_counted_among_the_sources(ward: Ward) -> None:
    def told(found: list[Check]) -> dict[str, str]:
        return {one.name: one.because.rpartition(": ")[2] for one in found if one.name in ("debate", "sources")}

    before = told(await ward.found())
    asks = "panel: {question: Is it built so?, limbs: {built: it was}, seats: 3, agree: 2, for: 10 days}"
    market = ward.path / "debate/markets/reach-95.yaml"
    market.write_text(market.read_text().replace("{max: score, from: board}", f"{{max: score, from: board, {asks}}}"))
    debate = ward.path / "debate/debate.yaml"
    debate.write_text(debate.read_text() + "panelists: {dot: {}, eve: {}, fay: {}}\n")
    assert any(is_panel(name) for name in load_debate(ward.path / "debate").sources)
    assert before == told(await ward.found()) == {"debate": "4 markets, 2 sources", "sources": "2 live"}


async def test_a_debate_folder_that_cannot_be_used_is_told_line_by_line(ward: Ward) -> None:
    (ward.path / "debate/markets/reach-85.yaml").write_text("question: [\n")
    (ward.path / "debate/sources/labs.yaml").write_text("publisher: x\n")
    found = await ward.wrong()
    assert {one.name for one in found} == {"debate"}
    assert {Path(one.because.split(":")[0]).name for one in found} >= {"reach-85.yaml", "labs.yaml"}


async def test_too_few_reviewers_for_the_first_dispute(ward: Ward) -> None:
    path = ward.path / "debate/debate.yaml"
    path.write_text(path.read_text().replace("{ann: {}, ben: {}, cat: {}}", "{ann: {}, ben: {}}"))
    one = await ward.only()
    assert (one.name, one.because.split(":")[0]) == (
        "reviewers", "2 are named, and 3 must agree after a dispute or against the price",
    )  # fmt: skip


async def test_sources_whose_names_are_another_debates(ward: Ward) -> None:
    with sqlite3.connect(ward.path / "crux.sqlite") as raw:
        raw.execute("INSERT OR REPLACE INTO source_names (source, debate) VALUES ('board', 'other')")
    one = await ward.only()
    assert (one.name, "board (of other)" in one.because) == ("debate", True)


async def test_a_debate_that_is_not_the_one_whose_markets_the_store_holds(ward: Ward) -> None:
    store = ward.store
    with store.transaction() as connection:
        markets.freeze(connection, version="v", debate="elsewhere", slug="reach-85", canonical="{}", description="",
                       sources=(), at=NOW)  # fmt: skip
        markets.opened(connection, debate="elsewhere", slug="reach-85", opening=1, version="v", market_id="m",
                       url="https://x.example/m", type="BINARY", answers={}, at=NOW, closes_at=None)  # fmt: skip
    store.close()
    one = await ward.only()
    assert (one.name, "holds the open markets of another: elsewhere (1 open market)" in one.because) == ("debate", True)
    assert "CRUX_DATABASE_URL" in one.remedy


async def test_a_source_whose_name_cannot_be_found_is_told_in_words(ward: Ward) -> None:
    store, board = ward.store, load_debate(ward.path / "debate").sources["board"]
    why = (
        "no answer: the name x.example could not be resolved (is it spelled right, and is this machine on the network?)"
    )
    new = board.model_copy(update={"id": "far"})
    record(store, new, Given(None, NOW, 0, because=why))
    store.close()
    (ward.path / "debate/sources/far.yaml").write_text((ward.path / "debate/sources/board.yaml").read_text())
    one = await ward.only()
    assert (one.name, one.because) == ("source far", why.replace("no answer", "never read"))


async def test_a_source_that_went_silent_and_one_that_became_another_page(ward: Ward) -> None:
    store, loaded = ward.store, load_debate(ward.path / "debate")
    ward.at = NOW + timedelta(days=16)
    record(store, loaded.sources["labs"], b"<html>sold</html>", seen_at=ward.at)
    store.close()
    found = {one.name: one for one in await ward.wrong()}
    assert found["source board"].because.startswith("lost: no good sighting") or found[
        "source board"
    ].because.startswith("stale: no good sighting")
    assert found["source labs"].because.split(":")[0] in ("refused", "unreadable")
    assert "sources/labs.yaml" in found["source labs"].remedy


# Manifold -----------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def sandbox(ward: Ward) -> AsyncIterator[Sandbox]:
    there = Sandbox(None, now=lambda: int(ward.at.timestamp() * 1000))
    url = await there.start()
    ward.crux.set(manifold_url=url, manifold_key=there.accounts["creator"].key)
    ward.at = datetime.now(UTC).replace(microsecond=0)
    try:
        yield there
    finally:
        await there.stop()


def manifold(found: list[Check]) -> list[Check]:
    return [one for one in found if one.name.startswith(("manifold", "clock"))]


async def test_a_key_that_works_is_told_with_its_account(ward: Ward) -> None:
    async with sandbox(ward):
        found = manifold(await ward.found(sandbox=None))
    assert [(one.name, one.state) for one in found] == [("manifold", "ok"), ("clock", "ok"), ("manifold key", "ok")]


async def test_a_key_that_manifold_refuses(ward: Ward) -> None:
    async with sandbox(ward):
        ward.crux.set(manifold_key="not-the-key")
        (one,) = [each for each in manifold(await ward.found(sandbox=None)) if each.state == "wrong"]
    assert (one.name, one.because) == ("manifold key", "Manifold refuses it")


async def test_a_key_of_another_account_than_the_stores(ward: Ward) -> None:
    store = ward.store
    store.claim("https://api.manifold.markets", "somebody-else")
    store.close()
    async with sandbox(ward):
        (one,) = [each for each in manifold(await ward.found(sandbox=None)) if each.state == "wrong"]
    assert (one.name, "belongs to somebody-else on https://api.manifold.markets" in one.because) == (
        "manifold account", True,
    )  # fmt: skip


async def test_a_manifold_that_cannot_be_reached(ward: Ward) -> None:
    ward.crux.set(manifold_url="http://127.0.0.1:9", manifold_key="k")
    (one,) = manifold(await ward.found(sandbox=None))
    assert (one.state, "cannot be reached" in one.because) == ("wrong", True)


@pytest.mark.parametrize("key", ["a-key", ""])
async def test_a_manifold_in_trouble_with_a_key_and_without(ward: Ward, key: str) -> None:
    async def busy(_: web.Request) -> web.Response:
        return web.Response(status=503)

    app = web.Application()
    app.router.add_get("/{tail:.*}", busy)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        ward.crux.set(manifold_url=url, manifold_key=key)
        (one,) = manifold(await ward.found(sandbox=None))
    finally:
        await runner.cleanup()
    assert (one.name, one.state, one.because) == (
        "manifold", "wrong", f"{url} is in trouble: it answered 503 Service Unavailable",
    )  # fmt: skip
    assert one.remedy.startswith("wait: ")


async def test_a_page_that_is_no_manifold_but_a_networks_own(ward: Ward) -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<html>log in to the hotel's network</html>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/{tail:.*}", page)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        ward.crux.set(manifold_url=f"http://127.0.0.1:{runner.addresses[0][1]}", manifold_key="a-key")
        found = manifold(await ward.found(sandbox=None))
    finally:
        await runner.cleanup()
    (one,) = [one for one in found if one.name == "manifold key"]
    assert (one.state, "not as Manifold does" in one.because, "login page" in one.remedy) == ("wrong", True, True)


async def test_a_clock_that_is_wrong_by_hours(ward: Ward) -> None:
    async with sandbox(ward) as there:
        theirs = there.clock()
        there.clock.source = lambda: theirs
        ward.at += timedelta(hours=3)
        (one,) = [each for each in manifold(await ward.found(sandbox=None)) if each.state == "wrong"]
    assert (one.name, "s apart" in one.because) == ("clock", True)


async def test_no_key_is_not_set_up(ward: Ward) -> None:
    async with sandbox(ward):
        ward.crux.patch.delenv("CRUX_MANIFOLD_KEY")
        found = {one.name: one.state for one in manifold(await ward.found(sandbox=None))}
    assert found == {"manifold": "ok", "clock": "ok", "manifold key": "not set up"}


# The service --------------------------------------------------------------------------------------------------------


def leased(ward: Ward, holder: str, *, ended: bool = False) -> None:
    store = ward.store
    with store.transaction() as connection:
        leases.take(connection, holder, ward.at - timedelta(days=2 if ended else 0), timedelta(seconds=15))
    store.close()


def here() -> str:
    import socket

    return f"{socket.gethostname()}, process 1 (aa)"


async def test_a_service_that_runs_is_fine(ward: Ward) -> None:
    leased(ward, here())
    assert await ward.wrong() == []


async def test_a_service_that_no_longer_runs(ward: Ward) -> None:
    leased(ward, here(), ended=True)
    one = await ward.only()
    assert (one.name, one.remedy) == ("service", "start it with crux run")


async def test_a_service_of_another_machine_on_this_store(ward: Ward) -> None:
    leased(ward, "elsewhere, process 1 (aa)")
    one = await ward.only()
    assert (one.name, "another machine: elsewhere" in one.because) == ("lease", True)


def ran(ward: Ward, job: str, *states: str, ago: timedelta = timedelta()) -> None:
    store = ward.store
    with store.transaction() as connection:
        for state in states:
            number = job_runs.begin(connection, job, ward.at - ago)
            because = "" if state == "done" else "the disk is full"
            job_runs.end(connection, number, state, ward.at - ago, because=because, told={})  # type: ignore[arg-type]
    store.close()


async def test_a_job_that_fails_again_and_again(ward: Ward) -> None:
    leased(ward, here())
    ran(ward, "plan", "failed", "failed")
    assert await ward.wrong() == []
    ran(ward, "plan", "timed out")
    one = await ward.only()
    assert (one.name, one.because) == ("job plan", "failed 3 times in a row: the disk is full")


async def test_a_job_that_does_not_run_any_more(ward: Ward) -> None:
    leased(ward, here())
    ran(ward, "judge", "done", ago=timedelta(hours=5))
    one = await ward.only()
    assert (one.name, "has not run since 2020-01-07 07:00" in one.because) == ("job judge", True)


async def test_a_write_to_manifold_whose_end_is_not_known(ward: Ward) -> None:
    store = ward.store
    Outbox(store, "small", Budget("small", None)).begin(comment("reach-85", "m1", "x", "text"))
    store.close()
    assert await ward.wrong() == []
    ward.at += timedelta(minutes=11)
    one = await ward.only()
    assert (one.name, "comment of reach-85 was begun" in one.because) == ("outbox", True)


async def test_a_post_that_cannot_be_posted(ward: Ward) -> None:
    from bot.store import schema_talk

    store = ward.store
    row: dict[str, Any] = {"kind": "card", "key": "card/1", "place": "channel:review", "wanted": {}, "version": 1}
    row |= {"shown": 0, "state": "parked", "attempts": 3, "losses": 0, "because": "403 Missing Access"}
    with store.transaction() as connection:
        insert_row(connection, schema_talk.posts, **row, created_at=NOW, changed_at=NOW)
    store.close()
    one = await ward.only()
    assert (one.name, one.because) == ("posts", "card/1 cannot be posted to channel:review: 403 Missing Access")


async def test_a_pause_that_stands(ward: Ward) -> None:
    store = ward.store
    pause(store, "ann", "a tampered board")
    store.close()
    one = await ward.only()
    assert (one.name, "paused by ann" in one.because, "crux resume" in one.remedy) == ("pause", True, True)


# Discord ------------------------------------------------------------------------------------------------------------

BOT, GUILD, REVIEW, ROLE, MINE = "501", "601", "701", "801", "901"
LEAST = str(309237763072)


@dataclass
class Discord:
    """What Discord answers, by path; a test breaks one of them."""

    answers: dict[str, Any] = field(default_factory=dict)
    base: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != "Bot good-token":
            return web.json_response({"message": "401: Unauthorized"}, status=401)
        found = self.answers.get(request.path)
        return web.json_response({"code": 10003}, status=404) if found is None else web.json_response(found)


def sound() -> dict[str, Any]:
    return {
        "/users/@me": {"id": BOT, "username": "crux"},
        "/applications/@me": {"id": BOT, "name": "Crux", "interactions_endpoint_url": None},
        f"/applications/{BOT}/commands": [{"id": "1", "name": "market"}],
        f"/guilds/{GUILD}": {"id": GUILD, "name": "The debate"},
        f"/guilds/{GUILD}/roles": [
            {"id": GUILD, "name": "@everyone", "permissions": "0"},
            {"id": ROLE, "name": "Reviewer", "permissions": "0"},
            {"id": MINE, "name": "Crux", "permissions": LEAST},
        ],
        f"/guilds/{GUILD}/members/{BOT}": {"roles": [MINE]},
        f"/channels/{REVIEW}": {"id": REVIEW, "guild_id": GUILD, "name": "review", "permission_overwrites": []},
    }


@pytest.fixture
async def discord(ward: Ward) -> AsyncIterator[Discord]:
    there = Discord(sound())
    app = web.Application()
    app.router.add_get("/{tail:.*}", there.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    there.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    ward.crux.set(discord_token="good-token", discord_guild=GUILD, discord_review_channel=REVIEW)
    ward.crux.set(discord_reviewer_role=ROLE)
    yield there
    await runner.cleanup()


async def test_a_discord_that_is_set_up_is_fine(ward: Ward, discord: Discord) -> None:
    found = [one for one in await ward.found(discord=discord.base) if one.name.startswith("discord")]
    assert {one.name: one.state for one in found} == {
        "discord token": "ok",
        "discord connection": "not set up",
        "discord application": "ok",
        "discord intents": "ok",
        "discord server": "ok",
        "discord role reviewer": "ok",
        "discord role submitter": "not set up",
        "discord role admin": "not set up",
        "discord channel review": "ok",
        "discord channel announce": "not set up",
        "discord channel audit": "not set up",
        "discord commands": "not set up",
    }


def overwritten(which: str, deny: int) -> dict[str, Any]:
    overwrites = [{"id": which, "type": 0, "allow": "0", "deny": str(deny)}]
    return {"id": REVIEW, "guild_id": GUILD, "name": "review", "permission_overwrites": overwrites}


@pytest.mark.parametrize(
    ("path", "instead", "name", "because"),
    [
        ("/applications/@me", {"id": BOT, "interactions_endpoint_url": "https://x.example"}, "application", "no press"),
        (f"/guilds/{GUILD}", None, "server", f"the bot is not on server {GUILD}"),
        (f"/guilds/{GUILD}/roles", [{"id": MINE, "permissions": LEAST}], "role reviewer", f"no role {ROLE}"),
        (f"/channels/{REVIEW}", None, "channel review", "is not there, or the bot may not see it"),
        (f"/channels/{REVIEW}", {"guild_id": "999"}, "channel review", "is on another server"),
        (f"/channels/{REVIEW}", overwritten(GUILD, 1 << 11), "channel review", "the bot may not: Send Messages"),
        (f"/channels/{REVIEW}", overwritten(BOT, 1 << 15), "channel review", "the bot may not: Attach Files"),
        (f"/applications/{BOT}/commands", [], "commands", "Discord knows none"),
    ],
)
async def test_what_is_amiss_at_discord_is_named(
    ward: Ward, discord: Discord, path: str, instead: Any, name: str, because: str
) -> None:
    discord.answers[path] = instead
    one = await ward.only(discord=discord.base)
    assert (one.name, because in one.because) == (f"discord {name}", True)


async def test_a_token_that_discord_refuses(ward: Ward, discord: Discord) -> None:
    ward.crux.set(discord_token="bad-token")
    one = await ward.only(discord=discord.base)
    assert (one.name, one.because) == ("discord token", "Discord refuses it")


async def test_a_discord_that_cannot_be_reached(ward: Ward, discord: Discord) -> None:
    one = await ward.only(discord="http://127.0.0.1:9")
    assert (one.name, one.because) == ("discord", "Discord cannot be reached")


def sent(ward: Ward, **other: str) -> None:
    """What the service remembers of the commands it sent."""
    from bot.doctor.discord_commands import hash_of_ours
    from bot.settings import Settings

    store = ward.store
    ours = hash_of_ours(Settings(), store, ward.path / "debate", load_debate(ward.path / "debate"))
    value = {"application": BOT, "sha256": ours} | other
    with store.transaction() as connection:
        switches.switch(connection, "discord.commands", value, by="crux", because="x", at=NOW)
    store.close()


async def test_commands_of_this_version_are_fine(ward: Ward, discord: Discord) -> None:
    sent(ward)
    (one,) = [each for each in await ward.found(discord=discord.base) if each.name == "discord commands"]
    assert (one.state, one.because) == ("ok", "1 known, those of this version")


@pytest.mark.parametrize(
    ("other", "because"), [({"sha256": "older"}, "another version of Crux"), ({"application": "9"}, "application, 9")]
)
async def test_commands_that_are_not_those_of_this_version(
    ward: Ward, discord: Discord, other: dict[str, str], because: str
) -> None:
    sent(ward, **other)
    one = await ward.only(discord=discord.base)
    assert (one.name, because in one.because) == ("discord commands", True)


def stopped(ward: Ward, because: str) -> None:
    """Discord has ended the service's connection for good."""
    store = ward.store
    with store.transaction() as connection:
        value = {"standing": "stopped", "because": because}
        switches.switch(connection, "discord", value, by="crux", because="x", at=NOW)
    store.close()


async def test_a_connection_that_discord_ended_for_good(ward: Ward, discord: Discord) -> None:
    stopped(ward, "Discord refuses the token")
    one = await ward.only(discord=discord.base)
    assert (one.name, one.because) == ("discord connection", "Discord refuses the token")


@pytest.mark.parametrize("code", [4013, 4014])
async def test_an_intent_that_discord_forbids(ward: Ward, discord: Discord, code: int) -> None:
    from bot.discord.supervisor import HOPELESS

    stopped(ward, HOPELESS[code])
    one = await ward.only(discord=discord.base)
    assert (one.name, "an intent that Crux asked for" in one.because) == ("discord intents", True)
    assert "needs none of the three privileged ones" in one.remedy


async def test_intents_that_are_switched_on_and_not_needed_are_named(ward: Ward, discord: Discord) -> None:
    discord.answers["/applications/@me"] |= {"flags": (1 << 15) | (1 << 19)}
    (one,) = [each for each in await ward.found(discord=discord.base) if each.name == "discord intents"]
    assert (one.state, one.because) == (
        "ok",
        "none of the privileged ones is needed, so Server Members and Message Content may be switched off in the "
        "portal (Bot)",
    )


def test_the_command_asks_the_discord_that_the_client_would_ask(ward: Ward) -> None:
    with DiscordServer.in_thread(channels=["review"], roles=["Reviewer"]) as server, pointed_at(server):
        ward.crux.set(discord_token=server.token, discord_guild=server.guild.id)
        ward.crux.set(discord_review_channel=server.channels["review"].id)
        ward.crux.set(discord_reviewer_role=server.roles["Reviewer"].id)
        found = {one["name"]: one for one in ward.crux("doctor", "--sandbox", ward.path / "s", "--json").json}
        told = ward.crux("discord", "setup", "--json").json
    assert (found["discord token"]["state"], found["discord server"]["state"]) == ("ok", "ok")
    assert found["discord role reviewer"]["state"] == "ok"
    assert found["discord commands"]["because"] == "Discord knows none"
    assert (told["application"], told["permissions"]) == (str(server.world.application_id), 309237763072)
    assert (
        f"client_id={told['application']}&scope=bot%20applications.commands&permissions=309237763072" in told["invite"]
    )


def test_setup_without_a_token_prints_the_steps_with_a_place_for_the_id(crux: Crux, tmp_path: Path) -> None:
    crux.patch.chdir(tmp_path)
    ran = crux("discord", "setup")
    assert (ran.code, "client_id=YOUR_APPLICATION_ID" in ran.out, "no token is set yet" in ran.err) == (0, True, True)
