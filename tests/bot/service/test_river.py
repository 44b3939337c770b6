"""Guards: the whole service by its jobs, from a folder to proposals, whatever is missing or was asleep."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from pathlib import Path

import httpx
import pytest
from crux_builders import MARKETS, START, body, day
from service_builders import Scene, board, scene, until

from bot.platform import Platform
from bot.review.desk import cards, vote
from bot.review.pausing import pause, resume
from bot.store import by_source, markets, posts
from resolvers.errors import Refusal


def proposed(there: Scene) -> dict[str, str]:
    return {card.market.slug: card.proposal.outcome.words() for card in cards(there.store)}


def opened(there: Scene) -> list[str]:
    with there.store.reading() as connection:
        return sorted(market.slug for market in markets.every(connection, "small"))


async def opening(there: Scene) -> None:
    """As far as markets that are open on a board that was seen."""
    await there.once("collect", "plan")
    assert opened(there) == sorted(MARKETS)


async def test_files_become_markets_evidence_and_proposals_by_the_jobs_alone(there: Scene) -> None:
    await opening(there)
    there.at(5).publisher.rows["two"] = ("88.5", "north")
    await there.once("collect")
    there.at(9)
    await there.once("collect")
    told = await there.once("judge")
    assert (told["open"], told["proposed"]) == (4, ["reach-85", "when-80"])
    assert set(proposed(there)) == {"reach-85", "when-80"}


async def test_asleep_across_the_deadline_the_settled_value_is_proposed_once(there: Scene) -> None:
    """88.5% was shown in time and corrected within settling: awake again, the correction is what counts."""
    await opening(there)
    for number in range(5, 60, 5):
        await there.at(number).once("collect")
    there.at(59.5).publisher.rows["two"] = ("96.0", "north")
    await there.once("collect", "judge")
    there.at(60.5).publisher.rows["two"] = ("84.0", "north")
    await there.once("collect")  # the correction was seen; then nothing ran, and nothing was judged
    there.at(64)
    await there.once("collect", "judge", "judge")
    found = [card for card in cards(there.store, living=False) if card.market.slug == "reach-95"]
    assert [(card.proposal.outcome.words(), card.proposal.state) for card in found] == [("NO", "proposed")]
    assert found[0].proposal.verdict.instant == day(60)


async def test_our_own_outage_across_the_deadline_is_a_gap_and_no_answer(there: Scene) -> None:
    await opening(there)
    await there.at(2).once("collect", "judge")
    there.at(75)  # nothing was looked at for longer than a bridge reaches, deadline and settling among it
    await there.once("collect")
    told = await there.once("judge")
    assert told["due"] == 4
    assert "reach-95" not in proposed(there)


async def test_one_fetch_serves_every_market_of_a_source(there: Scene) -> None:
    await there.once("collect", "collect")
    assert there.publisher.asked["/board"] == 1
    there.clock.at = day(1.5)
    await there.once("collect")
    assert there.publisher.asked["/board"] == 2


async def test_a_pass_judges_only_what_evidence_or_time_made_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    minute = 1 / 1440
    async with scene(tmp_path, monkeypatch) as there:
        there.edit("sources/board.yaml", board(there.publisher.url, "10 minutes"))
        await there.once("plan")
        await opening(there)
        assert (await there.once("judge"))["due"] == 4
        assert (await there.once("judge"))["due"] == 0
        there.publisher.rows["two"] = ("60.0", "north")
        await there.at(7 * minute).once("collect")  # before its time, so nothing came
        assert (await there.once("judge"))["due"] == 0
        assert (await there.at(14 * minute).once("collect", "judge"))["due"] == 4
        assert (await there.at(59 * minute).once("judge"))["due"] == 0
        assert (await there.at(61 * minute).once("judge"))["due"] == 4  # an hour without one: time alone may turn it


async def test_what_settles_is_judged_when_its_time_comes_and_not_an_hour_later(there: Scene) -> None:
    minute = 1 / 1440
    await opening(there)
    there.at(5).publisher.rows["two"] = ("88.5", "north")
    await there.once("collect")
    await there.at(7 - 10 * minute).once("judge")
    assert there.service.judging.verdicts["reach-85"].state == "pending"
    assert there.service.judging.verdicts["reach-85"].until == day(7)
    assert (await there.at(7 - 5 * minute).once("judge"))["due"] == 0
    assert 1 <= (await there.at(7 + minute).once("judge"))["due"] < 4


async def test_paused_nothing_is_proposed_applied_or_resolved_and_the_rest_goes_on(there: Scene) -> None:
    await there.once("collect")
    pause(there.store, "ann", "the board is being tampered with")
    assert (await there.once("plan"))["card"] == "open"
    assert opened(there) == []
    resume(there.store, "ann")
    await opening(there)
    pause(there.store, "ann", "again")
    there.publisher.rows["two"] = ("88.5", "north")
    for number in (5, 9):
        await there.at(number).once("collect", "judge")
    assert proposed(there) == {}
    assert "paused by ann" in (await there.once("resolve"))["paused"]
    resume(there.store, "ann")
    await there.once("judge")
    assert set(proposed(there)) == {"reach-85", "when-80"}


async def test_without_a_key_it_collects_and_says_that_it_only_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path, monkeypatch, key=False) as there:
        await there.once("collect", "judge")
        assert by_source(there.store)["board"].snapshots == 1
        for name in ("plan", "resolve"):
            assert (await there.once(name))["skipped"] == "no key is set: read-only"


async def test_manifold_gone_for_a_day_fails_what_needs_it_and_is_made_up_for(there: Scene) -> None:
    await there.sandbox.stop()
    await there.once("collect", "judge")
    for name in ("plan", "resolve"):
        ended = await there.ran(name)
        assert (ended.state, "cannot be read" in ended.because) == ("failed", True), ended
    port = int(there.url.rsplit(":", 1)[1])
    await there.at(2).sandbox.start(port=port)
    await opening(there)


async def test_a_market_that_cannot_be_judged_delays_no_other(there: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A definition damaged on disk: that market fails by name, the others are judged."""
    import sqlite3

    await opening(there)
    with sqlite3.connect(there.path / "crux.sqlite") as raw:
        for act in ("update", "delete"):
            raw.execute(f"DROP TRIGGER specs_refuses_{act}")
        raw.execute("UPDATE specs SET canonical = '{}' WHERE slug = 'leader'")
    told = await there.once("judge")
    assert set(told["failed"]) == {"leader"}
    assert set(there.service.judging.verdicts) == {"reach-85", "reach-95", "when-80"}


async def test_a_slow_source_is_waited_for_by_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with scene(tmp_path, monkeypatch) as there:
        slow = board(there.publisher.url).replace("/board", "/slow")
        there.edit("sources/slow.yaml", slow)
        there.publisher.how["/slow"] = "hangs"
        there.service.collecting.patience_s = 0.3
        await there.once("plan")
        told = await there.once("collect")
        assert (told["looking"], by_source(there.store)["board"].snapshots) == (["slow"], 1)
        there.clock.at = day(1.5)
        await there.once("collect")
        assert (by_source(there.store)["board"].snapshots, there.publisher.asked["/slow"]) == (2, 1)
        there.publisher.let_go.set()
        there.service.collecting.patience_s = 20
        await there.once("collect")
        assert by_source(there.store)["slow"].snapshots == 1


async def test_a_source_that_fails_in_a_way_nobody_foresaw_is_named_and_delays_no_other(there: Scene) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/bad":
            raise RuntimeError("nobody foresaw this")
        return httpx.Response(200, stream=httpx.ByteStream(body(START)))

    there.edit("sources/bad.yaml", board(there.publisher.url).replace("/board", "/bad"))
    await there.once("plan")
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        there.service.collecting.client = client
        told = await there.once("collect")
    assert "nobody foresaw this" in told["failed"]["bad"]
    assert (by_source(there.store)["board"].snapshots, "bad" in by_source(there.store)) == (1, False)


async def test_work_that_is_cut_off_lets_go_of_manifold_for_the_next(there: Scene) -> None:
    exchange, began = there.service.exchange, threading.Event()

    async def hanging(_: Platform) -> None:
        began.set()
        await asyncio.Event().wait()

    cut = asyncio.create_task(exchange.carry(hanging))
    await asyncio.to_thread(began.wait, 60)
    with pytest.raises(Refusal, match="another process is at `manifold`"), there.store.alone("manifold"):
        pass  # it is held as long as the work lasts
    cut.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cut
    async with exchange.writing() as platform:
        assert platform.account.username == "creator"


async def test_a_look_in_vain_is_taken_again_soon_and_then_ever_later(there: Scene) -> None:
    there.publisher.how["/board"] = "fails"
    asked = []
    for minute in range(40):
        there.clock.at = day(1 + minute / 1440)
        await there.once("collect")
        asked.append(there.publisher.asked["/board"])
    assert [minute for minute in range(1, 40) if asked[minute] > asked[minute - 1]] == [5, 15, 35]


async def test_a_registry_that_was_edited_is_looked_at_at_once(there: Scene) -> None:
    await there.once("collect")
    there.edit("registries/labs.csv", "key,country\nnorth,Norway\nsouth,Peru\n")
    await there.once("collect")
    assert by_source(there.store)["labs"].snapshots == 2


async def test_a_disputed_market_whose_source_cannot_be_looked_at_holds_up_no_other(there: Scene) -> None:
    """Its sources are looked at again before it is judged again; what reads the same source is judged meanwhile."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise RuntimeError("nobody foresaw this")

    await opening(there)
    there.at(5).publisher.rows["two"] = ("88.5", "north")
    await there.once("collect")
    await there.at(9).once("collect", "judge")
    there.at(9.1)
    disputed = next(one for one in cards(there.store) if one.market.slug == "reach-85")
    vote(there.store, disputed, person="ann", said="dispute", because="look again", reviewers=["ann"])
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        there.service.collecting.client = client
        await there.at(11).once("collect")
        told = await there.once("judge")
    assert (told["due"], told["waiting to be looked at again"]) == (3, ["reach-85"])


async def test_what_is_dropped_after_a_pass_is_left_in_the_sight_of_pythons_collector(there: Scene) -> None:
    """What a pass puts out of its sight while it is in a ring would stay there for good, a bit more every minute."""

    class Ring:
        def __init__(self) -> None:
            self.itself = self

    await opening(there)
    rings = []
    for _ in range(3):
        ring = Ring()
        rings.append(weakref.ref(ring))
        await there.once("judge")
        del ring
    await there.at(1.5).once("judge")
    gc.collect()  # as it does now and then by itself, over what has come since the definitions were read
    assert [ring() for ring in rings] == [None, None, None]


async def test_reminders_are_not_kept_for_a_discord_that_is_not_there(there: Scene) -> None:
    await opening(there)
    there.at(5).publisher.rows["two"] = ("88.5", "north")
    await there.once("collect")
    await there.at(9).once("collect", "judge")
    there.at(30)
    assert await there.once("remind") == {"skipped": "Discord is not set up"}
    with there.store.reading() as connection:
        assert posts.counted(connection) == {}


async def test_after_standing_still_for_longer_than_the_lease_nothing_is_begun_before_it_is_held_again(
    there: Scene,
) -> None:
    leader = there.service.leader
    assert leader.holds
    leader.elapsed = lambda: time.monotonic() + 11  # as after SIGSTOP and SIGCONT: nobody has renewed it meanwhile
    there.service.timetable.start()
    await asyncio.sleep(0)
    await until(lambda: there.service.timetable.next_run("plan") is not None, "the timetable began")
    await asyncio.sleep(0.3)  # nothing is to come: a slow machine makes it pass, never fail
    assert there.runs() == []
    assert leader._renewed() == leader.epoch
    assert leader.holds
    there.service.timetable.wake("plan")
    await until(lambda: bool(there.runs("plan")), "it runs again")
    await there.service.timetable.close(5)


async def test_a_proposal_that_cannot_be_read_keeps_no_other_from_its_traders_and_its_end(there: Scene) -> None:
    """A definition damaged on disk: what stands on it goes no further, and all the others do."""
    import sqlite3

    await opening(there)
    there.at(5).publisher.rows["two"] = ("88.5", "north")
    await there.once("collect")
    await there.at(9).once("collect", "judge")
    with sqlite3.connect(there.path / "crux.sqlite") as raw:
        for act in ("update", "delete"):
            raw.execute(f"DROP TRIGGER specs_refuses_{act}")
        raw.execute("UPDATE specs SET canonical = '{}' WHERE slug = 'when-80'")
    assert (await there.once("resolve"))["published"] == ["reach-85"]
