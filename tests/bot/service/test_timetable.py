"""Guards: jobs are bounded, on the record, and stop no other; missed runs become one; stopping is clean."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from new_stores import new_store
from service_builders import until

from bot.jobs import Job, Told
from bot.service import timetable
from bot.service.threads import Threads
from bot.service.timetable import Timetable, by_name
from bot.store import Store, job_runs
from bot.store.job_runs import Run
from resolvers.errors import Outside


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path / "crux.sqlite", now=lambda: datetime.now(UTC))


def job(name: str, act: Callable[[], Awaitable[Told]], *, every_s: float = 3600, longest_s: float = 60) -> Job:
    return Job(name, every_s, act, longest_s)


@asynccontextmanager
async def running(store: Store, *jobs: Job) -> AsyncIterator[Timetable]:
    threads = Threads()
    table = Timetable(store, threads, by_name(jobs))
    table.start()
    try:
        yield table
    finally:
        await table.close(5)
        threads.close()
        store.close()


def runs(store: Store, name: str | None = None) -> list[Run]:
    with store.reading() as connection:
        return list(reversed(job_runs.recent(connection, 2000, name)))


def ended(store: Store, name: str, number: int = 1) -> Callable[[], bool]:
    return lambda: sum(one.ended_at is not None for one in runs(store, name)) >= number


async def fine() -> Told:
    return {"did": 1}


async def hanging() -> Told:
    await asyncio.Event().wait()
    return {}


async def test_every_run_is_a_row_with_what_it_did_and_how_long_it_took(store: Store) -> None:
    async with running(store, job("fine", fine)):
        await until(ended(store, "fine"), "the run ended")
    (only,) = runs(store)
    assert (only.job, only.state, only.told, only.because) == ("fine", "done", {"did": 1}, "")
    assert only.seconds is not None


async def test_a_failure_is_recorded_with_a_reference_and_stops_no_other_job(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> Told:
        raise RuntimeError("nobody foresaw this")

    async def outside() -> Told:
        raise Outside("Manifold cannot be reached")

    async with running(store, job("broken", broken), job("outside", outside), job("fine", fine)):
        for name in ("broken", "outside", "fine"):
            await until(ended(store, name), name)
    (first,) = runs(store, "broken")
    assert (first.state, "nobody foresaw this" in first.because, "reference " in first.because) == (
        "failed",
        True,
        True,
    )
    (second,) = runs(store, "outside")
    assert (second.state, second.because) == ("failed", "Manifold cannot be reached")
    assert [one.state for one in runs(store, "fine")] == ["done"]


async def test_a_hanging_job_is_cut_off_and_recorded_and_delays_no_other(store: Store) -> None:
    async with running(store, job("hanging", hanging, longest_s=0.2), job("fine", fine)):
        await until(ended(store, "hanging"), "it was cut off")
        await until(ended(store, "fine"), "the other ran")
    (cut,) = runs(store, "hanging")
    assert (cut.state, cut.because) == ("timed out", "cut off after 0.2 s")


async def test_a_job_that_ignores_being_cancelled_is_left_behind(store: Store) -> None:
    done = asyncio.Event()

    async def stubborn() -> Told:
        while not done.is_set():
            try:
                await done.wait()
            except asyncio.CancelledError:
                continue
        return {}

    async with running(store, job("stubborn", stubborn, longest_s=0.1)):
        await until(ended(store, "stubborn"), "it was recorded")
        done.set()
    assert [one.state for one in runs(store)] == ["timed out"]


async def test_many_wishes_at_once_are_one_run_and_a_wish_meanwhile_is_one_more(store: Store) -> None:
    began, go = asyncio.Event(), asyncio.Event()

    async def slow() -> Told:
        began.set()
        await go.wait()
        return {}

    async with running(store, job("slow", slow)) as table:
        await asyncio.wait_for(began.wait(), 30)
        for _ in range(50):
            table.wake("slow")
        await asyncio.sleep(0)
        began.clear()
        go.set()
        await until(ended(store, "slow", 2), "the wish came true")
        for _ in range(50):
            table.wake("slow")
        await until(ended(store, "slow", 3), "and again")
        table.wake("nobody of that name")
    assert len(runs(store)) == 3


async def test_a_wish_from_another_thread_is_heard(store: Store) -> None:
    async with running(store, job("fine", fine)) as table:
        await until(ended(store, "fine"), "the first run")
        await asyncio.to_thread(table.wake, "fine")
        await until(ended(store, "fine", 2), "the wish")


async def test_a_stranger_is_woken_by_name(store: Store) -> None:
    woken = asyncio.Event()
    async with running(store) as table:
        table.on_wish("post", woken.set)
        table.wake("post")
        await asyncio.wait_for(woken.wait(), 30)


async def test_runs_missed_while_the_loop_stood_still_become_one(store: Store) -> None:
    import time

    async with running(store, job("often", fine, every_s=0.5)) as table:
        await until(ended(store, "often"), "the first run")
        before = len(runs(store))
        time.sleep(2.2)  # noqa: ASYNC251  # the machine was asleep: four runs are missed
        await until(ended(store, "often", before + 1), "one came")
        late = [one.started_at for one in runs(store)][before:]
        assert len([at for at in late if (at - late[0]).total_seconds() < 0.3]) == 1
        assert table.next_run("often") is not None


async def test_stopping_lets_runs_end_for_a_while_and_cuts_off_the_rest(store: Store) -> None:
    began = asyncio.Event()

    async def short() -> Told:
        began.set()
        await asyncio.sleep(0.3)
        return {"ended": "by itself"}

    threads = Threads()
    table = Timetable(store, threads, by_name([job("short", short), job("hanging", hanging)]))
    table.start()
    await asyncio.wait_for(began.wait(), 30)
    await until(lambda: len(runs(store)) == 2, "both began")
    assert await table.close(2) == ("hanging",)
    threads.close()
    assert {one.job: one.state for one in runs(store)} == {"short": "done", "hanging": "stopped"}
    store.close()


async def test_nothing_runs_where_another_leads(store: Store) -> None:
    threads = Threads()
    asked = asyncio.Event()

    def leading() -> bool:
        asked.set()
        return False

    table = Timetable(store, threads, by_name([job("fine", fine)]), leading=leading)
    table.start()
    await asyncio.wait_for(asked.wait(), 30)
    await table.close(1)
    threads.close()
    assert runs(store) == []
    store.close()


def test_failures_since_the_last_good_run_are_counted(store: Store) -> None:
    at = store.now()
    with store.transaction() as connection:
        for state in ("failed", "done", "failed", "timed out"):
            job_runs.end(connection, job_runs.begin(connection, "plan", at), state, at, told={})  # type: ignore[arg-type]
        job_runs.end(connection, job_runs.begin(connection, "judge", at), "done", at, told={})
    with store.reading() as connection:
        assert job_runs.failing(connection) == {"plan": 2}
    store.close()


def test_runs_a_killed_process_left_open_are_closed_by_the_next(store: Store) -> None:
    with store.transaction() as connection:
        job_runs.begin(connection, "plan", store.now())
        assert job_runs.close_left_open(connection, store.now()) == 1
    assert [(one.state, one.because) for one in runs(store)] == [("stopped", "the service ended while it ran")]
    store.close()


async def test_jobs_go_on_by_themselves_after_the_clock_was_set_back_by_hours(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scheduler keeps moments of the machine's clock: after it is set back, each next run is hours away."""
    monkeypatch.setattr(timetable, "LOOK_S", 0.1)
    async with running(store, job("fine", fine, every_s=60)) as table:
        await until(ended(store, "fine"), "the first run ended")
        table._scheduler.modify_job("fine", next_run_time=datetime.now(UTC) + timedelta(hours=5))
        await until(ended(store, "fine", 2), "it came again")
        due = table.next_run("fine")
        assert due is not None
        assert due - datetime.now(UTC) <= timedelta(seconds=60)
