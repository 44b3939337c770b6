"""Guards: `crux jobs`, `crux status`, prices, copies and panels: what a person sees of the service."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from crux_builders import Crux, day
from service_builders import Scene, scene

from bot.jobs import Ended, begin, end
from bot.review.desk import cards, vote
from bot.review.pausing import pause
from bot.service.copies import copies
from bot.store import markets, prices

HEAVY = ("sqlalchemy", "discord", "apscheduler", "structlog", "aiohttp", "pydantic_settings", "prometheus_client")


def recorded(there: Scene, job: str, ended: Ended) -> None:
    number = begin(there.store, job)
    assert isinstance(number, int)
    end(there.store, number, ended)


async def test_jobs_shows_what_ran_when_how_long_and_what_is_next(there: Scene, crux: Crux) -> None:
    recorded(there, "plan", Ended("done", {"changes": 4}))
    recorded(there, "judge", Ended("failed", {}, "the disk is full"))
    crux.on(there.path / "debate", there.path / "crux.sqlite")
    ran = await asyncio.to_thread(crux, "jobs", "--json")
    rows = {row["job"]: row for row in ran.json["jobs"]}
    assert list(rows) == ["plan", "collect", "judge", "resolve", "remind", "prices", "panels", "backup"]
    assert (rows["plan"]["state"], rows["judge"]["failed since"], rows["collect"]["state"]) == ("done", 1, "never ran")
    assert [(run["job"], run["state"], run["told"]) for run in ran.json["runs"]] == [
        ("judge", "failed", {}),
        ("plan", "done", {"changes": 4}),
    ]
    shown = (await asyncio.to_thread(crux, "jobs", "judge")).out
    assert "judge: failed in 0.0 s: the disk is full" in shown
    assert "plan: done" not in shown


async def test_status_is_one_screen_of_everything(there: Scene, crux: Crux) -> None:
    await there.once("collect", "plan")
    there.at(5).publisher.rows["two"] = ("88.5", "north")
    await there.once("collect")
    await there.at(9).once("collect", "judge")
    pause(there.store, "ann", "lunch")
    recorded(there, "prices", Ended("failed", {}, "Manifold is busy"))
    crux.on(there.path / "debate", there.path / "crux.sqlite")
    told = (await asyncio.to_thread(crux, "status", "--json")).json
    assert (told["service"]["holder"], told["pause"]["by"], told["mana"]["spent"]) == (
        there.service.leader.holder, "ann", "1200",
    )  # fmt: skip
    assert [(one["slug"], one["waits_for"]) for one in told["proposals"]] == [
        ("reach-85", "reviewers"), ("when-80", "reviewers"),
    ]  # fmt: skip
    assert (told["open_proposals"], told["plan"], told["faults"]) == (2, None, [])
    assert {one["id"]: one["state"] for one in told["sources"]} == {"board": "lost", "labs": "lost"}
    shown = (await asyncio.to_thread(crux, "status")).out
    for line in (
        "PAUSED   by ann since 2020-01-15 00:00: lunch",
        "mana     1200 spent, 0 reserved of 9000",
        "discord  never connected",
        "job prices: failed: Manifold is busy",
        "2 proposals open",
    ):
        assert line in shown, shown
    assert "proposal 1: reach-85 -> YES, waits for reviewers" in shown


async def test_status_of_a_broken_folder_says_so_and_shows_the_rest(there: Scene, crux: Crux) -> None:
    await there.once("collect", "plan")
    there.edit("markets/reach-95.yaml", "question: [\n")
    crux.on(there.path / "debate", there.path / "crux.sqlite")
    ran = await asyncio.to_thread(crux, "status", "--json")
    assert (ran.code, len(ran.json["faults"]), "reach-95.yaml:2:1" in ran.json["faults"][0]) == (1, 1, True)
    assert len(ran.json["markets"]) == 4
    shown = await asyncio.to_thread(crux, "status")
    assert "BROKEN   1 fault in the debate's files" in shown.out
    assert "reach-95.yaml:2:1" in shown.err


async def test_a_plan_that_waits_stands_in_the_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crux: Crux
) -> None:
    from crux_builders import DEBATE

    async with scene(tmp_path, monkeypatch, {"debate.yaml": DEBATE}) as there:
        await there.once("collect", "plan")
        crux.on(there.path / "debate", there.path / "crux.sqlite")
        told = (await asyncio.to_thread(crux, "status", "--json")).json
        assert (told["plan"]["state"], told["plan"]["cost_mana"], len(told["plan"]["lines"])) == ("open", "1200", 4)
        assert ": open, 4 changes, 1200 mana" in (await asyncio.to_thread(crux, "status")).out


async def test_prices_are_sampled_once_an_hour_of_every_kind_of_market(there: Scene) -> None:
    await there.once("collect", "plan")
    assert (await there.once("prices"))["sampled"] == 4
    assert (await there.once("prices"))["sampled"] == 0
    with there.store.reading() as connection:
        found = {market.slug: prices.newest(connection, market.id) for market in markets.every(connection, "small")}
    binary, many = found["reach-85"], found["leader"]
    assert binary is not None
    assert many is not None
    assert binary.shares == {"YES": Decimal("0.5000")}
    assert set(many.shares) == {"North", "South", "Another"}
    assert (binary.at, binary.liquidity_mana is not None) == (day(0), True)
    assert (await there.at(1).once("prices"))["sampled"] == 4


async def test_the_store_is_copied_once_a_day_and_the_newest_few_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path, monkeypatch, variables={"service_backups": 2}) as there:
        for number in (0, 0.5, 1, 2, 3):
            await there.at(number).once("backup")
        left = [path.name for path in copies(there.path / "crux.sqlite")]
    assert left == ["crux.sqlite.daily-20200108T000000Z", "crux.sqlite.daily-20200109T000000Z"]


async def test_a_dispute_makes_its_sources_due_and_is_judged_again_once_they_were_looked_at(there: Scene) -> None:
    await there.once("collect", "plan")
    there.at(5).publisher.rows["two"] = ("88.5", "north")
    await there.once("collect")
    await there.at(9).once("collect", "judge")
    card = cards(there.store)[0]
    there.clock.at = day(9.005)
    vote(there.store, card, person="ann", said="dispute", because="look again", reviewers=("ann", "ben", "cat"))
    there.clock.at = day(9.01)
    asked = there.publisher.asked["/board"]
    assert "judged again" not in await there.once("judge")  # not before the board was looked at again
    await there.once("collect")
    assert there.publisher.asked["/board"] == asked + 1
    assert (await there.once("judge"))["judged again"] == [card.market.slug]


async def test_a_reminder_is_posted_once_for_each_time_it_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.store import schema_talk

    def posted(there: Scene) -> list[str]:
        with there.store.reading() as connection:
            rows = connection.execute(schema_talk.posts.select().where(schema_talk.posts.c.kind == "notice"))
            return [row.place for row in rows]

    async with scene(tmp_path, monkeypatch, variables={"discord_token": "a-token"}) as there:
        await there.once("collect", "plan")
        there.at(5).publisher.rows["two"] = ("88.5", "north")
        await there.once("collect")
        await there.at(9).once("collect", "judge")
        assert (await there.once("remind"))["reminded"] == 0
        before = len(posted(there))
        assert (await there.at(10.2).once("remind"))["reminded"] == 2
        assert (await there.once("remind"))["reminded"] == 0
        assert posted(there)[before:] == ["channel:review"] * 2


async def test_the_panels_job_has_nothing_to_do_where_nobody_asks(there: Scene) -> None:
    await there.once("collect", "plan", "judge")
    assert not any((await there.once("panels")).values())


def test_help_and_check_load_none_of_what_only_the_service_needs(tmp_path: Path) -> None:
    told = "\n".join(
        [
            "import sys",
            "from bot.cli import main",
            "try: main(['--help'])",
            "except SystemExit: pass",
            f"print([each for each in {HEAVY!r} if each in sys.modules])",
        ]
    )
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
