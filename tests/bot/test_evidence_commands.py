"""Guards: looks, imports, the state of sources, verdicts at a time."""

from __future__ import annotations

import asyncio
import gzip
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from crux_builders import START, Crux, Ran, World, body, day, folder, living

from bot.collecting import collect
from bot.judging import asked, judge_all
from bot.reversals import report_reversals
from bot.store import Recorded, audit, record
from bot.verifying import verify
from resolvers.fetch import Limits
from resolvers.outcome import No
from resolvers.sources.spec import SourceSpec

RISEN = START | {"two": ("88.5", "north")}
SMALL = Limits(private_ok=True, attempts=1, total_s=30, max_bytes=100_000)
SHORT = replace(SMALL, total_s=0.5)
BOMB = gzip.compress(bytes(20_000_000))


@pytest.fixture
def here(crux: Crux, tmp_path: Path) -> Crux:
    """The debate of the played days, seen from today, with a new store."""
    return crux.on(folder(tmp_path / "debate"), tmp_path / "crux.sqlite")


def written(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def rows(database: Path, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    with sqlite3.connect(database) as connection:
        found = connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()
    connection.close()
    return found


def cites(step: Any) -> list[Any]:
    return [*step["cites"], *(cite for inner in step["steps"] for cite in cites(inner))]


# The same path ------------------------------------------------------------------------------------------------------


async def test_an_import_goes_the_very_way_of_a_fetch(tmp_path: Path) -> None:
    raw = body(RISEN | {"odd": ("271.0", "south")})

    async def serve(request: web.Request) -> web.Response:
        return web.Response(body=raw)

    async with living(tmp_path / "fetched") as one, living(tmp_path / "imported") as other:
        async with publisher(serve) as url:
            (_, fetched), *_ = await look(one, url)
        imported = record(other.store, other.loaded.sources["board"], raw, seen_at=other.clock.at, via="import")
        assert (fetched.state, fetched.body, fetched.new_observations, fetched.quarantined) == (
            imported.state,
            imported.body,
            imported.new_observations,
            imported.quarantined,
        )
        assert fetched.quarantined == ("odd",)
        for table in ("bodies", "readings", "observations", "reading_rows", "spans"):
            assert rows(one.database, table) == rows(other.database, table), table
        assert rows(one.database, "snapshots", "via") == [("fetch",)]
        assert rows(other.database, "snapshots", "via") == [("import",)]


def test_crux_import_says_what_became_of_the_body(here: Crux, tmp_path: Path) -> None:
    path = written(tmp_path / "body.csv", body(RISEN | {"odd": ("271.0", "south")}))
    ran = here("import", "board", path, "--seen-at", "2020-01-08T12:00Z", "--json")
    assert (ran.code, ran.err) == (0, "")
    (told,) = ran.json
    assert set(told) == {
        "source", "snapshot", "state", "because", "body", "new_observations", "quarantined", "awaits"
    }  # fmt: skip
    assert (told["source"], told["state"], told["quarantined"], told["awaits"]) == ("board", "good", ["odd"], False)
    ran = here("import", "board", path, "--seen-at", "2020-01-09")
    assert "board: good, 0 new observations, 1 quarantined: odd (snapshot 2)" in ran.out


def test_what_cannot_be_read_is_kept_and_said(here: Crux, tmp_path: Path) -> None:
    here("import", "board", written(tmp_path / "1.csv", body(RISEN)), "--seen-at", "2020-01-08")
    broken = written(tmp_path / "2.csv", b"name,score,lab\nbase,10.0,south,more\n")
    (told,) = here("import", "board", broken, "--seen-at", "2020-01-09", "--json").json
    assert (told["state"], told["new_observations"]) == ("refused", 0)
    assert told["because"]
    shifted = written(tmp_path / "3.csv", body(RISEN | {"base": ("11.0", "south")}))
    (told,) = here("import", "board", shifted, "--seen-at", "2020-01-10", "--json").json
    assert (told["state"], "anchor" in told["because"]) == ("refused", True)
    assert len(rows(tmp_path / "crux.sqlite", "bodies")) == 3


@pytest.mark.parametrize(
    ("seen_at", "said"),
    [
        ("2999-01-01", "in the future"),
        ("2020-01-08T12:00", "'2020-01-08T12:00' has no zone; write 2020-01-08T12:00Z for UTC"),
        ("yesterday", "'yesterday' is no time; write 2025-05-08 or 2025-05-08T14:35Z"),
        ("0001-01-01T00:00+14:00", "is no time"),
        ("9999-12-31T23:59-14:00", "is no time"),
    ],
)
def test_a_time_that_cannot_be_is_refused_and_nothing_is_kept(
    here: Crux, tmp_path: Path, seen_at: str, said: str
) -> None:
    ran = here("import", "board", written(tmp_path / "1.csv", body(RISEN)), "--seen-at", seen_at)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert rows(tmp_path / "crux.sqlite", "bodies") == []


def test_a_draft_with_a_fault_costs_no_evidence(crux: Crux, tmp_path: Path) -> None:
    """Guards: bad input never costs data; the sources that can be read are, and the faults are told all the same."""
    draft = "question: Will it?\nresolve: {yes: best >= }\n"
    here = crux.on(folder(tmp_path / "debate"), tmp_path / "crux.sqlite")
    assert here("collect", "labs").code == 0
    folder(tmp_path / "debate", {"markets/draft.yaml": draft, "sources/odd.yaml": "fetch: [\n"})
    raw = written(tmp_path / "1.csv", body(RISEN))
    ran = here("import", "board", raw, "--seen-at", "2020-01-08")
    assert (ran.code, ran.err) == (0, "")
    ran = here("collect", "labs")
    assert (ran.code, ran.out.splitlines()[0][:11], "draft.yaml" in ran.err, "odd.yaml" in ran.err) == (
        1, "labs: good,", True, True,
    )  # fmt: skip
    assert len(rows(tmp_path / "crux.sqlite", "bodies")) == 2
    ran = here("import", "odd", raw, "--seen-at", "2020-01-08")
    assert (ran.code, ran.err.startswith("crux: odd cannot be read as it is written: ")) == (1, True)


def test_a_source_or_a_file_that_is_not_there_is_refused(here: Crux, tmp_path: Path) -> None:
    path = written(tmp_path / "1.csv", body(RISEN))
    ran = here("import", "bord", path, "--seen-at", "2020-01-08")
    assert (ran.code, "no source is called 'bord'; did you mean 'board'" in ran.err) == (1, True)
    ran = here("import", "board", tmp_path / "none.csv", "--seen-at", "2020-01-08")
    assert (ran.code, "none.csv cannot be read" in ran.err) == (1, True)
    ran = here("import", "board", tmp_path, "--seen-at", "2020-01-08")
    assert (ran.code, "cannot be read" in ran.err) == (1, True)


def test_a_file_of_200_mb_is_refused_and_not_held(here: Crux, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    ran = here("import", "board", path, "--seen-at", "2020-01-08")
    assert (ran.code, ran.out) == (1, "")
    assert "long.csv has more than 67108864 bytes" in ran.err
    assert rows(tmp_path / "crux.sqlite", "snapshots") == []


# Back-fills and time ------------------------------------------------------------------------------------------------


async def test_an_import_dated_after_a_market_opened_counts_only_once_it_is_accepted(
    world: World, crux: Crux, tmp_path: Path
) -> None:
    await world.decided()
    crux.on(world.folder, world.database)
    path = written(tmp_path / "late.csv", body(START | {"two": ("97.5", "north")}))
    ran = await asyncio.to_thread(crux, "import", "board", path, "--seen-at", "2020-01-13", "--json")
    assert ran.json[0]["awaits"] is True
    ran = await asyncio.to_thread(crux, "verdict", "reach-95", "--as-of", "2020-01-20", "--json")
    assert ran.json[0]["state"] == "pending"
    listed = await asyncio.to_thread(crux, "sources")
    assert "import 4 of board, seen 2020-01-13 00:00, counts once reviewers accept it: crux accept 4" in listed.out


async def test_an_import_that_waits_counts_with_the_last_of_the_quorum(world: World, crux: Crux) -> None:
    await world.decided()
    world.at(13)
    raw = body(START | {"two": ("97.5", "north")})
    record(world.store, world.loaded.sources["board"], raw, seen_at=day(10), via="import")
    world.see(two=("97.5", "north"))
    crux.on(world.folder, world.database)

    def accept(person: str, because: str = "the archive has it") -> Ran:
        return crux("accept", 4, "--as", person, "--because", because, "--json")

    for person, because, said in (("anne", "x", "'anne' is no reviewer"), ("ann", " ", "say why")):
        ran = await asyncio.to_thread(accept, person, because)
        assert (ran.code, ran.out, said in ran.err) == (1, "", True)
    assert (await asyncio.to_thread(accept, "ann")).json == {"snapshot": 4, "counted_as": None}
    assert "ann has accepted snapshot 4 already" in (await asyncio.to_thread(accept, "ann")).err
    assert world.judge("reach-95")[0].state == "pending"
    assert (await asyncio.to_thread(accept, "ben")).json == {"snapshot": 4, "counted_as": 6}
    assert world.judge("reach-95")[0].state == "decided"
    assert "awaits nobody's acceptance" in (await asyncio.to_thread(accept, "cat")).err


async def test_an_honest_back_fill_changes_no_past_decision(world: World) -> None:
    await world.decided()
    (before,) = world.judge("reach-85", as_of=day(9))
    proposal = world.card().proposal
    world.at(12)
    recorded = world.clock.at
    world.at(13).back_fill(6, two=("8.5", "north"))
    world.at(14)
    (now,) = world.judge("reach-85", as_of=day(9))
    (then,) = world.judge("reach-85", as_of=day(9), known_on=recorded)
    assert then == before
    assert now.trace != before.trace
    assert world.card().proposal.verdict == proposal.verdict
    assert verify(world.store).whole


async def test_as_of_reads_only_what_was_seen_by_then(world: World) -> None:
    await world.decided()
    assert [(one.state, one.leaning) for one in world.judge("reach-85", as_of=day(4))] == [("pending", No())]
    assert world.judge("reach-85", as_of=day(6))[0].state == "pending"
    assert world.judge("reach-85", as_of=day(8.9))[0].state == "pending"  # settled, but not looked at since
    assert world.judge("reach-85", as_of=day(9))[0].state == "decided"


async def test_a_verdict_as_json_has_just_these_keys(world: World, crux: Crux) -> None:
    await world.decided()
    crux.on(world.folder, world.database)
    ran = await asyncio.to_thread(crux, "verdict", "reach-85", "leader", "--as-of", "2020-01-15", "--json")
    assert (ran.code, ran.err) == (0, "")
    for told in ran.json:
        assert list(told) == ["slug", "as_of", "state", "outcome", "because", "until", "leaning", "trace"]
    leader, reached = sorted(ran.json, key=lambda one: one["slug"])
    assert (reached["state"], reached["outcome"], reached["until"]) == ("decided", {"kind": "yes"}, None)
    assert (leader["state"], leader["outcome"], leader["until"]) == ("pending", None, "2020-03-08T00:00:00Z")
    (cite,) = cites(reached["trace"])
    assert set(cite) == {"source", "key", "column", "text", "observation", "snapshot", "body", "seen_at"}


async def test_no_proposal_arises_inside_the_settle_window_and_a_reversal_is_reported(world: World) -> None:
    """BFCL's well-formed wrong file: 72.49 stood for five days inside a settle window of seven, then 71.71."""

    def judge() -> list[str]:
        questions = [each for each in asked(world.store, world.loaded, ["reach-85"]) if each.market]
        return [one.words() for one in report_reversals(world.store, judge_all(world.store, questions, world.clock.at))]

    world.see()
    await world.at(1).open_markets()
    assert judge() == []
    world.at(5).see(two=("85.3", "north"))
    assert (judge(), world.propose()) == ([], [])
    world.at(6)
    assert (judge(), world.propose()) == ([], [])
    world.at(6.9).see(two=("71.7", "north"))
    said = judge()
    assert len(said) == 1
    assert "board: two, score was 85.3, is 71.7" in said[0]
    for later in (7, 8, 9, 12):
        world.at(later).see()
        assert "reach-85" not in dict(world.propose())
    with world.store.reading() as connection:
        assert [act.act for act in audit.acts(connection, subject="reach-85")] == ["reversal"]


# The door -----------------------------------------------------------------------------------------------------------

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def publisher(serve: Answer) -> AsyncIterator[str]:
    """A web server of a publisher's on 127.0.0.1."""
    app = web.Application()
    app.router.add_get("/scores.csv", serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/scores.csv"
    finally:
        await runner.cleanup()


async def look(world: World, url: str, limits: Limits = SMALL) -> list[tuple[SourceSpec, Recorded]]:
    board = world.loaded.sources["board"]
    moved = board.model_copy(update={"fetch": board.fetch.model_copy(update={"url": url})})
    return await collect(world.store, [moved], base=world.folder, limits=limits, sleep=world.clock.sleep)


async def test_an_unchanged_source_is_a_snapshot_too_and_confirms_the_body(world: World) -> None:
    async def serve(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == '"one"':
            return web.Response(status=304)
        return web.Response(body=body(RISEN), headers={"ETag": '"one"'})

    async with publisher(serve) as url:
        ((_, first),) = await look(world, url)
        world.at(1)
        ((_, again),) = await look(world, url)
    assert (first.state, again.state, again.body) == ("good", "good", first.body)
    assert rows(world.database, "snapshots", "id, status, via") == [(1, 200, "fetch"), (2, 304, "fetch")]
    assert len(rows(world.database, "bodies")) == 1


async def zeros(request: web.Request) -> web.StreamResponse:
    """200 MB, sent piece by piece."""
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(200):
        try:
            await response.write(bytes(1_000_000))
        except ConnectionError:
            break
    return response


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        try:
            await response.write(b"x")
        except ConnectionError:
            return response
        await asyncio.sleep(0.05)


async def bomb(request: web.Request) -> web.Response:
    return web.Response(body=BOMB, headers={"Content-Encoding": "gzip"})


async def gone(request: web.Request) -> web.Response:
    return web.Response(status=404)


@pytest.mark.parametrize(
    ("serve", "limits", "status", "because"),
    [
        (gone, SMALL, 404, "HTTP 404 Not Found"),
        (zeros, SMALL, 0, "over-long: more than 100000 bytes, stopped"),
        (endless, SHORT, 0, "no whole answer within 0.5 s: stopped"),
        (bomb, SMALL, 0, "over-long: inflates to more than 100000 bytes, stopped"),
    ],
    ids=["404", "200-MB", "never-ending", "gzip-of-zeros"],
)
async def test_an_answer_that_is_no_use_is_a_snapshot_with_its_reason_and_no_bytes(
    world: World, serve: Answer, limits: Limits, status: int, because: str
) -> None:
    world.see(two=("88.5", "north"))
    world.at(1)
    async with publisher(serve) as url:
        ((_, came),) = await look(world, url, limits)
    assert (came.state, came.because, came.body, came.new_observations) == ("failed", because, None, 0)
    assert rows(world.database, "snapshots", "id, status, body, because")[-1] == (2, status, None, because)
    assert len(rows(world.database, "bodies")) == 1


def test_collect_exits_3_when_a_source_could_not_be_reached_and_still_collects_the_others(
    here: Crux, tmp_path: Path
) -> None:
    ran = here("collect", "--json")
    assert (ran.code, ran.err) == (3, "")
    told = {each["source"]: each for each in ran.json}
    assert (told["labs"]["state"], told["labs"]["new_observations"]) == ("good", 2)
    assert (told["board"]["state"], told["board"]["because"]) == ("failed", "refused: 127.0.0.1 is a private address")
    assert here("collect", "labs").code == 0
    assert sorted(rows(tmp_path / "crux.sqlite", "snapshots", "source, status")) == [
        ("board", 0),
        ("labs", 200),
        ("labs", 200),
    ]


def test_the_sources_columns(here: Crux, tmp_path: Path) -> None:
    ran = here("sources", "--json")
    assert [(row["id"], row["state"], row["since"], row["snapshots"]) for row in ran.json] == [
        ("board", "never", None, 0),
        ("labs", "never", None, 0),
    ]
    seen = datetime.now(UTC) - timedelta(hours=1)
    path = written(tmp_path / "1.csv", body(RISEN | {"odd": ("271.0", "south")}))
    here("import", "board", path, "--seen-at", seen.isoformat())
    board = here("sources", "--json").json[0]
    assert list(board)[:7] == ["id", "state", "since", "because", "snapshots", "observations", "newest"]
    assert (board["state"], board["snapshots"], board["observations"], board["quarantined"]) == ("live", 1, 3, 1)
    assert datetime.fromisoformat(board["newest"]) == seen


def test_a_source_that_has_fallen_silent_is_not_called_live(here: Crux, tmp_path: Path) -> None:
    here("import", "board", written(tmp_path / "1.csv", body(RISEN)), "--seen-at", "2020-01-08")
    board = here("sources", "--json").json[0]
    assert board["state"] in ("stale", "lost")
    assert board["because"]


def test_a_broken_file_hides_no_source_and_is_named_beside_them(here: Crux, tmp_path: Path) -> None:
    here("import", "board", written(tmp_path / "1.csv", body(RISEN)), "--seen-at", "2020-01-08")
    broken = {"sources/labs.yaml": "publisher: nobody\n", "markets/reach-95.yaml": "question: Will it?\n"}
    for name, text in broken.items():
        written(tmp_path / "debate" / name, text.encode())
    ran = here("sources", "--json")
    assert (ran.code, [(row["id"], row["snapshots"]) for row in ran.json]) == (1, [("board", 1)])
    assert "labs.yaml:1:1: F-MISSING" in ran.err and "reach-95.yaml:1:1: F-MISSING" in ran.err
    told = here("sources")
    assert (told.code, " board " in told.out, "labs.yaml:1:1: F-MISSING" in told.err) == (1, True, True)


def test_a_broken_market_is_not_taken_for_a_source_of_its_name(here: Crux, tmp_path: Path) -> None:
    here("import", "board", written(tmp_path / "1.csv", body(RISEN)), "--seen-at", "2020-01-08")
    written(tmp_path / "debate" / "markets" / "bord.yaml", b"question: Will it?\n")
    assert "no source is called 'bord'; did you mean 'board'?" in here("collect", "bord").err
