"""Guards: `crux jobs`, `crux status`, prices, copies and panels: what a person sees of the service."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from crux_builders import DEBATE, Crux, day, folder
from service_builders import Scene, scene

from bot.commands.service import job_line
from bot.jobs import Ended, begin, end
from bot.review.desk import cards, vote
from bot.review.pausing import pause, paused
from bot.service.copies import copies
from bot.service.figures import source_states
from bot.service.overview import job_rows
from bot.store import leases, markets, prices, schema
from markets.load import load_debate

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
    assert "the disk is full" in shown
    assert "plan" not in shown


def ending(there: Scene, job: str, began: float, took: float, ended: Ended) -> None:
    """A run that began `began` seconds after day 0 and took so many seconds."""
    there.clock.at = day(0) + timedelta(seconds=began)
    number = begin(there.store, job)
    there.clock.at += timedelta(seconds=took)
    assert isinstance(number, int)
    end(there.store, number, ended)


async def test_jobs_reads_well_what_fails_first_and_each_with_its_times_outcome_and_next(there: Scene) -> None:
    ending(there, "plan", 0, 0.25, Ended("done", {"markets": 4, "changes": 4, "applied": 4, "card": "applied"}))
    ending(there, "prices", 1, 0.002, Ended("done", {"sampled": 0}))
    bad = {"looked": 2, "not good": {"far": "failed: no answer: the name x.example could not be resolved"}}
    ending(there, "collect", 2, 3, Ended("done", bad))
    fault = "a fault of Crux, reference 1a2b3c4d in the log: RuntimeError: nobody foresaw this"
    ending(there, "judge", 6, 1.5, Ended("failed", {}, fault))
    ending(there, "judge", 66, 1.5, Ended("failed", {}, fault))
    with there.store.transaction() as connection:
        leases.take(connection, there.service.leader.holder, there.store.now(), timedelta(hours=1))
    rows = job_rows(there.service.around.settings, there.store)
    told = [job_line(row, day(0) + timedelta(seconds=70)) for row in rows]
    assert told[:3] == [
        "plan     00:00:00 (70 s ago), took 0.2 s, next any moment: 4 changes planned; 4 changes carried out",
        "collect  00:00:02 (68 s ago), took 3.0 s, next any moment: 2 sources looked at; not good: far (failed: no "
        "answer: the name x.example could not be resolved)",
        f"judge    FAILED 2 times in a row, last 00:01:06 (4 s ago), took 1.5 s, next 00:02:06 (in 56 s): {fault}",
    ]
    assert told[3] == "resolve  has not run yet; its pace is 1 minute"
    assert told[5] == "prices   00:00:01 (69 s ago), took 2 ms, next 00:10:01 (in 8 min): nothing to do"


async def test_jobs_hides_runs_with_nothing_to_do_and_says_so(there: Scene, crux: Crux) -> None:
    recorded(there, "plan", Ended("done", {"markets": 4, "changes": 4}))
    recorded(there, "judge", Ended("done", {"open": 4, "due": 0}))
    recorded(there, "resolve", Ended("done", {}))
    recorded(there, "remind", Ended("done", {"skipped": "Discord is not set up"}))
    recorded(there, "backup", Ended("timed out", {}, "cut off after 600 s"))
    there.store.claim("sandbox", "creator")
    there.service.leader.give_back()
    crux.on(there.path / "debate", there.path / "crux.sqlite")
    shown = (await asyncio.to_thread(crux, "jobs")).out
    assert shown.splitlines()[0].startswith("backup   FAILED once, last 2020-01-06 00:00:00 (")
    assert shown.splitlines()[-4:] == [
        "",
        "2020-01-06 00:00:00 backup, took 1 ms: timed out: cut off after 600 s",
        "2020-01-06 00:00:00 plan, took 1 ms: 4 changes planned",
        "3 runs of the last 5 had nothing to do; --all shows them too",
    ]
    (hint,) = [line for line in shown.splitlines() if "no service runs now, so nothing is next; start it with" in line]
    assert hint.endswith(" run --sandbox FILE"), "the store belongs to a sandbox"
    assert "{" not in shown
    assert "judge, took 1 ms: nothing to do" in (await asyncio.to_thread(crux, "jobs", "--all")).out
    assert "there is no job jugde; there are plan, collect" in (await asyncio.to_thread(crux, "jobs", "jugde")).err


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
    first, second = shown.out.splitlines()[:2]
    assert first.startswith("BROKEN   the debate folder cannot be used, 1 fault: ")
    assert "reach-95.yaml:2:1" in first
    assert second.startswith("         no service can start with it; ")
    assert "service  does not run; the last was " in shown.out
    assert "mend the folder first" in shown.out
    assert "start it with" not in shown.out
    assert "reach-95.yaml:2:1" in shown.err
    assert "markets  4: 4 closed" in shown.out


async def test_status_says_what_a_market_waits_for_whose_trading_is_over_and_of_which_nothing_is_proposed(
    there: Scene, crux: Crux
) -> None:
    await there.once("collect", "plan")
    there.at(5).publisher.rows["two"] = ("88.49182739105591", "north")
    await there.once("collect")
    await there.at(9).once("collect", "judge")
    for person in ("ann", "ben"):
        card = next(one for one in cards(there.store) if one.market.slug == "reach-85")
        vote(there.store, card, person=person, said="reject", because="a typo", reviewers=("ann", "ben", "cat"))
    crux.on(there.path / "debate", there.path / "crux.sqlite")
    shown = (await asyncio.to_thread(crux, "status")).out.splitlines()
    closed = [one.strip() for one in shown if "is closed and nothing is proposed" in one]
    assert closed[0].startswith("leader is closed and nothing is proposed: pending: it is read at 2020-03-06 00:00 UTC")
    assert closed[1] == (
        "reach-85 is closed and nothing is proposed: proposal 1 was rejected; another comes once other evidence "
        "decides it, or by /review propose"
    )
    assert closed[2].endswith("the largest score among the rows of board was 88.49%, against 95%")
    assert len(closed) == 3  # when-80 has a proposal


async def test_everything_can_be_paused_and_resumed_while_a_market_is_broken(there: Scene, crux: Crux) -> None:
    there.edit("markets/reach-95.yaml", "question: [\n")
    crux.on(there.path / "debate", there.path / "crux.sqlite")
    said = await asyncio.to_thread(crux, "pause", "--as", "ann", "--because", "a tampered board")
    assert (said.code, "paused by ann" in said.out) == (0, True)
    assert paused(there.store) is not None
    assert (await asyncio.to_thread(crux, "resume", "--as", "ann")).code == 0
    assert paused(there.store) is None


@pytest.mark.parametrize("gone", ["the folder", "debate.yaml"])
async def test_status_without_a_folder_still_shows_everything_that_the_store_knows(
    there: Scene, crux: Crux, gone: str
) -> None:
    await there.once("collect", "plan")
    there.at(5).publisher.rows["two"] = ("88.5", "north")
    await there.once("collect")
    await there.at(9).once("collect", "judge")
    pause(there.store, "ann", "lunch")
    if gone == "debate.yaml":
        (there.path / "debate/debate.yaml").write_text("debate: [\n")
    crux.on(there.path / ("debate" if gone == "debate.yaml" else "nowhere"), there.path / "crux.sqlite")
    ran = await asyncio.to_thread(crux, "status", "--json")
    told = ran.json
    assert (ran.code, told["service"]["holder"], told["pause"]["by"]) == (1, there.service.leader.holder, "ann")
    assert (told["mana"]["spent"], told["open_proposals"], len(told["faults"])) == ("1200", 2, 1)
    assert {(row["debate"], row["slug"], row["state"]) for row in told["markets"]} == {
        ("small", slug, "open") for slug in ("leader", "reach-85", "reach-95", "when-80")
    }
    shown = (await asyncio.to_thread(crux, "status")).out
    assert shown.startswith("BROKEN   the debate folder cannot be used, 1 fault: ")
    for line in ("PAUSED   by ann", "markets  4: 4 closed", "  small/reach-85", "proposal 1: reach-85 -> YES"):
        assert line in shown, shown


async def test_an_address_stands_whole_on_a_line_of_its_own_where_the_terminal_is_too_narrow(
    there: Scene, crux: Crux
) -> None:
    await there.once("collect", "plan")
    url = "https://sandbox.localhost/creator/when-will-a-row-first-show-80"
    crux.on(there.path / "debate", there.path / "crux.sqlite")
    crux.patch.setattr("bot.commands.status._width", lambda: 80)
    narrow = (await asyncio.to_thread(crux, "status")).out.splitlines()
    crux.patch.setattr("bot.commands.status._width", lambda: 120)
    wide = (await asyncio.to_thread(crux, "status")).out.splitlines()
    assert f"    {url}" in narrow
    assert [one for one in narrow if len(one) > 80 and "sandbox" in one] == []
    assert f"  when-80   closed  closed 2020-03-06  {url}" in wide


async def test_a_debate_beside_this_one_in_the_store_is_named_by_the_status(there: Scene, crux: Crux) -> None:
    await there.once("collect", "plan")
    other = folder(there.path / "other", {"debate.yaml": DEBATE.replace("debate: small", "debate: other")})
    for path in [*(other / "markets").iterdir(), *(other / "sources").iterdir()]:
        path.unlink()
    crux.on(other, there.path / "crux.sqlite")
    told = await asyncio.to_thread(crux, "status", "--json")
    assert (told.json["name"], told.json["others"]) == ("other", {"small": 4})


async def test_a_plan_that_waits_stands_in_the_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crux: Crux
) -> None:
    async with scene(tmp_path, monkeypatch, {"debate.yaml": DEBATE}) as there:
        await there.once("collect", "plan")
        crux.on(there.path / "debate", there.path / "crux.sqlite")
        told = (await asyncio.to_thread(crux, "status", "--json")).json
        assert (told["plan"]["state"], told["plan"]["cost_mana"], len(told["plan"]["lines"])) == ("open", "1200", 4)
        assert ": open, 4 changes, 1200 mana" in (await asyncio.to_thread(crux, "status")).out
        with there.store.transaction() as connection:
            connection.execute(sa.update(schema.stores).values(platform="sandbox"))
        shown = (await asyncio.to_thread(crux, "status")).out
        assert f"apply --checksum {told['plan']['checksum'][:12]} --sandbox FILE`" in shown


async def test_a_source_is_lost_when_the_debates_own_rules_call_it_so(there: Scene) -> None:
    """The debate says 20 days, where 14 are usual."""
    await there.once("collect")
    loaded = load_debate(there.path / "debate")
    later = [source_states(there.store, loaded, there.clock.at + timedelta(days=days)) for days in (17, 21)]
    assert [{one.state for one in some if one.id == "board"} for some in later] == [{"stale"}, {"lost"}]


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


async def test_a_reminder_is_posted_once_for_each_time_it_is_due_with_a_link_to_its_card_once_that_is_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.store import posts, schema_talk

    def posted(there: Scene) -> list[tuple[str, str]]:
        with there.store.reading() as connection:
            rows = connection.execute(schema_talk.posts.select().where(schema_talk.posts.c.kind == "notice"))
            return [(row.place, row.wanted.get("link", "")) for row in rows]

    def card_up(there: Scene, number: int, message: str) -> None:
        with there.store.transaction() as connection:
            key, at = f"card:{number}", there.clock.at
            posts.want(connection, "card", key, "channel:review", {"content": "a card", "final": False}, at=at)
            post = posts.find(connection, key)
            assert post is not None
            posts.stands(connection, post, message, whole=True, at=at)

    channel = {"discord_token": "a-token", "discord_guild": "31", "discord_review_channel": "47"}
    async with scene(tmp_path, monkeypatch, variables=channel) as there:
        await there.once("collect", "plan")
        there.at(5).publisher.rows["two"] = ("88.5", "north")
        await there.once("collect")
        await there.at(9).once("collect", "judge")
        assert (await there.once("remind"))["reminded"] == 0
        before = len(posted(there))
        assert (await there.at(10.2).once("remind"))["reminded"] == 0
        card_up(there, 1, "501")
        assert (await there.once("remind"))["reminded"] == 1
        card_up(there, 2, "502")
        assert [(await there.once("remind"))["reminded"] for _ in range(2)] == [1, 0]
        there_ = "https://discord.com/channels/31/47"
        assert posted(there)[before:] == [("channel:review", f"{there_}/501"), ("channel:review", f"{there_}/502")]


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
