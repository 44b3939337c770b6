"""Guards: one service a store, by a lease that ends by itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from crux_builders import Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from new_stores import new_store

from bot.service import leader as leading
from bot.service.leader import take_the_lead
from bot.service.threads import Threads
from bot.store import Store, leases
from bot.store import engine as engines
from resolvers.errors import Outside, Refusal

TTL = timedelta(seconds=15)


def taken(store: Store, holder: str) -> int | None:
    with store.transaction() as connection:
        return leases.take(connection, holder, store.now(), TTL)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Store:
    return new_store(tmp_path / "crux.sqlite", now=clock)


def test_only_one_holds_it_and_the_epoch_grows_with_each_new_holder(store: Store, clock: Clock) -> None:
    assert (taken(store, "a"), taken(store, "b"), taken(store, "a")) == (1, None, 1)
    clock.at += TTL + timedelta(seconds=1)
    assert (taken(store, "b"), taken(store, "a")) == (2, None)
    with store.reading() as connection:
        assert leases.is_mine(connection, "b", 2)
        assert not leases.is_mine(connection, "a", 1)
    store.close()


def test_given_back_it_is_free_at_once(store: Store) -> None:
    assert taken(store, "a") == 1
    with store.transaction() as connection:
        leases.give_back(connection, "b", store.now())  # not its own: nothing happens
    assert taken(store, "b") is None
    with store.transaction() as connection:
        leases.give_back(connection, "a", store.now())
    assert taken(store, "b") == 2
    store.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20)), min_size=1, max_size=25))
def test_no_epoch_ever_has_two_holders(store: Store, clock: Clock, acts: list[tuple[str, int]]) -> None:
    with store.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM leases")
    holders: dict[int, str] = {}
    for who, seconds in acts:
        clock.at += timedelta(seconds=seconds)
        epoch = taken(store, who)
        if epoch is not None:
            assert holders.setdefault(epoch, who) == who


async def test_a_second_service_is_refused_by_name_while_the_first_lives(tmp_path: Path) -> None:
    store = new_store(tmp_path / "crux.sqlite", now=lambda: datetime.now(UTC))
    threads, told = Threads(), list[str]()
    first = await take_the_lead(store, threads, told.append)
    keeping = asyncio.create_task(first.keep(lambda: None))
    with pytest.raises(Refusal, match=r"one service at a time runs a store.*--wait") as refused:
        await take_the_lead(store, threads, told.append)
    assert first.holder in str(refused.value)
    assert told == [f"this store is run by {first.holder}; waiting to see whether it lives"]
    keeping.cancel()
    first.give_back()
    second = await take_the_lead(store, threads, told.append)
    assert second.epoch == first.epoch + 1
    threads.close()
    store.close()


async def test_a_killed_holder_is_followed_when_its_lease_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leading, "TTL", timedelta(seconds=1))
    store = new_store(tmp_path / "crux.sqlite", now=lambda: datetime.now(UTC))
    threads = Threads()
    first = await take_the_lead(store, threads, lambda line: None)  # and never renewed
    second = await take_the_lead(store, threads, lambda line: None)
    assert second.epoch == first.epoch + 1
    threads.close()
    store.close()


async def test_a_killed_holder_is_followed_though_the_clock_was_set_back_meanwhile(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leading, "TTL", timedelta(seconds=1))
    threads = Threads()
    first = await take_the_lead(store, threads, lambda line: None)  # and never renewed
    clock.at -= timedelta(hours=2)
    second = await asyncio.wait_for(take_the_lead(store, threads, lambda line: None), 60)
    assert second.epoch == first.epoch + 1
    assert second._renewed() == second.epoch
    with store.reading() as connection:
        there = leases.held(connection)
    assert there is not None
    assert there.expires_at == clock() + timedelta(seconds=1)
    threads.close()
    store.close()


async def test_whoever_lost_the_lease_is_told_and_does_not_give_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leading, "RENEWED_S", 0.05)
    clock = Clock()
    store = new_store(tmp_path / "crux.sqlite", now=clock)
    threads, lost = Threads(), asyncio.Event()
    first = await take_the_lead(store, threads, lambda line: None)
    keeping = asyncio.create_task(first.keep(lost.set))
    while taken(store, "another") is None:
        clock.at += timedelta(minutes=1)  # the first stood still for longer than its lease
    await asyncio.wait_for(lost.wait(), 30)
    await keeping
    first.give_back()
    with store.reading() as connection:
        there = leases.held(connection)
    assert first.lost
    assert there is not None
    assert (there.holder, there.expires_at) == ("another", clock() + TTL)
    threads.close()
    store.close()


async def test_one_that_stands_still_in_the_middle_of_a_write_is_waited_for_with_wait_and_told_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engines, "PRAGMAS", ("busy_timeout=50", *engines.PRAGMAS[1:]))
    store, threads = new_store(tmp_path / "crux.sqlite", now=lambda: datetime.now(UTC)), Threads()
    with store.transaction() as asleep:
        leases.take(asleep, "another", store.now(), TTL)
        with pytest.raises(Outside, match=r"has been writing to this store for too long.*--wait"):
            await take_the_lead(store, threads, lambda line: None)
        waiting = asyncio.create_task(take_the_lead(store, threads, lambda line: None, wait=True))
        async with asyncio.timeout(60):
            while "another process has been writing" not in caplog.text:  # noqa: ASYNC110  # a log rings no bell
                await asyncio.sleep(0.02)
        leases.give_back(asleep, "another", store.now())
    assert (await asyncio.wait_for(waiting, 60)).epoch == 2
    threads.close()
    store.close()
