"""Guards: a service that stood still while another took over does nothing more, and says so when it wakes."""

from __future__ import annotations

import fcntl
import json
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from crux_builders import FAR, MARKETS, SOURCE, START, body, folder, seen_now
from service_builders import ALONE, Scene
from test_process import crux_run, lease_ends, store_of

from bot.jobs import Ended, Failure, tried
from bot.review.desk import cards, vote
from bot.store import Store, audit, leases, markets, prices, schema
from bot.store.leases import LostLease
from bot.verifying import verify
from resolvers.errors import CruxError

pytestmark = pytest.mark.long(25)

WITHIN_S = 120.0
OVERTAKEN = "another service has taken over this store while this one stood still"


def overtaken(there: Scene) -> None:
    """The service stood still for a minute, and another holds its store now."""
    there.clock.at += timedelta(minutes=1)
    with there.store.transaction() as connection:
        assert leases.take(connection, "another", there.store.now(), timedelta(hours=1)) is not None


def head(store: Store) -> str:
    with store.reading() as connection:
        return audit.head(connection)


async def test_a_write_and_the_question_whether_it_may_be_written_are_one_transaction(there: Scene) -> None:
    fenced, before = there.service.around.store, head(there.store)
    with fenced.transaction() as connection:
        assert leases.is_mine(connection, there.service.leader.holder, there.service.leader.epoch)
    overtaken(there)
    with pytest.raises(LostLease, match=OVERTAKEN), fenced.transaction():
        raise AssertionError("never reached: nothing can be written in here")
    assert head(there.store) == before
    with fenced.reading() as connection:  # looking on is no act
        assert audit.head(connection) == before


async def test_no_job_of_an_overtaken_service_does_anything_at_manifold_or_in_the_store(there: Scene) -> None:
    await there.once("collect", "plan")
    there.at(5).publisher.rows["two"] = ("88.5", "north")
    await there.once("collect")
    there.at(9)
    overtaken(there)
    before, comments = head(there.store), [*there.sandbox.state.comments]
    ended = {name: await there.ran(name) for name in there.service.jobs}
    assert ended["plan"] == ended["prices"] == Ended("stopped", {}, OVERTAKEN)
    assert head(there.store) == before
    assert [*there.sandbox.state.comments] == comments
    assert cards(there.store) == []
    with there.store.reading() as connection:
        assert all(prices.newest(connection, market.id) is None for market in markets.every(connection))


async def test_being_overtaken_is_a_reason_in_words_and_no_fault(
    there: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    overtaken(there)

    def written() -> None:
        with there.service.around.store.transaction():
            pass

    assert tried("anything", written) == Failure(OVERTAKEN)
    assert [one for one in caplog.records if one.levelname in ("WARNING", "ERROR")] == []


# Real processes -----------------------------------------------------------------------------------------------------

PACES = {f"service_every_{job}": "1 second" for job in ("plan", "collect", "judge", "resolve", "prices", "panels")}
SOON = ALONE.replace("window: 48 hours", "window: 1 second").replace("settle: 2 days", "settle: 1 second")


@pytest.fixture
def debate(tmp_path: Path) -> Path:
    """A debate whose board is a file of ours, and in which what a row says first is what counts."""
    near = SOURCE.replace(
        'fetch: {url: "http://127.0.0.1:9/scores.csv"}', "fetch: {file: registries/board.csv, every: 1 second}"
    )
    made = folder(tmp_path / "debate", {"sources/board.yaml": near, "debate.yaml": SOON}, **FAR)
    for slug in set(MARKETS) - {"reach-85"}:
        (made / f"markets/{slug}.yaml").unlink()
    (made / "registries/board.csv").write_bytes(body(START))
    seen_now(made, tmp_path / "crux.sqlite")
    return made


@contextmanager
def manifold(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A sandbox as a process of its own, which both services ask: its address, and our key."""
    accounts = tmp_path / "accounts.json"
    told = [sys.executable, "-m", "bot.cli", "sandbox", "--accounts", str(accounts)]
    process = subprocess.Popen(told, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), json.loads(accounts.read_text())["creator"]
    finally:
        process.kill()
        process.communicate()


def asked(url: str, path: str) -> Any:
    with urllib.request.urlopen(f"{url}{path}", timeout=60) as answer:
        return json.load(answer)


def wait(true: Callable[[], bool], process: subprocess.Popen[str], log: Path) -> None:
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if true():
                return
        except CruxError:  # the other process is writing just now
            pass
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def stop_between_two_writes(process: subprocess.Popen[str], tmp_path: Path) -> None:
    """SIGSTOP at a moment at which it holds neither the store's lock nor Manifold's: the other could not go on."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        process.send_signal(signal.SIGSTOP)
        if _free(tmp_path):
            return
        process.send_signal(signal.SIGCONT)
        time.sleep(0.05)
    raise AssertionError("it wrote all the time")


def _free(tmp_path: Path) -> bool:
    try:
        with sqlite3.connect(tmp_path / "crux.sqlite", timeout=0.1, isolation_level=None) as raw:
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("ROLLBACK")
        raw.close()
        with (tmp_path / "crux.sqlite.manifold.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (sqlite3.OperationalError, BlockingIOError):
        return False
    return True


def state(store: Store) -> str:
    with store.reading() as connection:
        there = markets.find(connection, "small", "reach-85")
    return there.state if there is not None else ""


def agreed(store: Store) -> None:
    for person in ("ann", "ben"):
        seen = cards(store)[0]
        vote(store, seen, person=person, said="approve", because="the board shows it", reviewers=("ann", "ben", "cat"))


@pytest.mark.timeout(600)
def test_stopped_for_a_minute_it_comments_resolves_and_opens_nothing_a_second_time(
    tmp_path: Path, debate: Path
) -> None:
    log = tmp_path / "log"
    with manifold(tmp_path) as (url, key):
        keys = {"manifold_url": url, "manifold_key": key, **PACES}
        with crux_run(tmp_path, also=None, **keys) as first:
            wait(lambda: (tmp_path / "crux.sqlite").exists() and "opened reach-85" in log.read_text(), first, log)
            stop_between_two_writes(first, tmp_path)
            store = store_of(tmp_path)
            lease_ends(store)
            with crux_run(tmp_path, also=None, **keys) as second:
                wait(lambda: log.read_text().count("crux.service: started") == 2, second, log)
                (debate / "registries/board.csv").write_bytes(body({**START, "two": ("88.5", "north")}))
                wait(lambda: bool(cards(store)), second, log)
                agreed(store)
                wait(lambda: state(store) == "resolved", second, log)
                first.send_signal(signal.SIGCONT)
                assert first.wait(60) == 1
                assert second.poll() is None
                second.send_signal(signal.SIGTERM)
                assert second.wait(30) == 0
                comments = {one["id"] for one in asked(url, f"/v0/comments?contractId={_market(store)}")}
                assert len(comments) <= _comments(store)  # each was written down before it was posted, under its key
                assert len(asked(url, "/v0/markets")) == 1
    told = log.read_text()
    assert f"crux: {OVERTAKEN}" in told
    assert "Traceback" not in told
    once = (
        "open small/reach-85",
        "propose proposal 1",
        "agreed proposal 1",
        "resolved proposal 1",
        "receipt proposal 1",
    )
    assert [_acts(store)[each] for each in once] == [1] * len(once)
    assert verify(store).whole
    store.close()


def _market(store: Store) -> str:
    with store.reading() as connection:
        there = markets.find(connection, "small", "reach-85")
    assert there is not None
    return there.market_id


def _comments(store: Store) -> int:
    """How many comments were ever begun, whatever became of them: each key is one."""
    rows = sa.select(sa.func.count()).where(schema.outbox.c.kind == "comment")
    with store.reading() as connection:
        return int(connection.execute(rows).scalar_one())


def _acts(store: Store) -> Counter[str]:
    with store.reading() as connection:
        return Counter(f"{one.act} {one.subject}" for one in audit.acts(connection))
