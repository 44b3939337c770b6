"""Guards: `/healthz`, `/readyz` and `/metrics` when a port is set."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from service_builders import Scene, scene, until

from bot.review.pausing import pause
from bot.service.health import health
from bot.store import job_runs, switches


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@asynccontextmanager
async def answering(path: Path, patch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Scene, httpx.AsyncClient]]:
    async with (
        scene(path, patch, variables={"service_port": free_port()}) as there,
        health(there.service) as address,
        httpx.AsyncClient(base_url=address or "", trust_env=False, timeout=60) as client,
    ):
        yield there, client


async def test_a_sound_service_is_alive_and_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with answering(tmp_path, monkeypatch) as (_, client):
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
    assert (alive.status_code, alive.json()) == (200, {"alive": True, "seconds_since_a_run": None})
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "because": [], "degraded": []})


async def test_a_store_that_cannot_be_written_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.service.health.ANSWER_S", 60)  # the machine may be busy; only the reason is looked at
    async with answering(tmp_path, monkeypatch) as (there, client):
        with sqlite3.connect(there.path / "crux.sqlite") as raw:
            raw.execute("DROP TABLE reminders")
        ready = await client.get("/readyz")
    assert (ready.status_code, "the store cannot be written" in ready.json()["because"][0]) == (503, True)


async def test_a_broken_folder_is_named_by_a_service_that_stays_ready_on_the_last_good_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with answering(tmp_path, monkeypatch) as (there, client):
        caplog.set_level("INFO", "crux.folder")
        there.edit("markets/reach-95.yaml", "question: [\n")
        await there.once("plan")
        broken = await client.get("/readyz")
        counted = (await client.get("/metrics")).text
        for _ in range(3):
            await there.once("plan")
        (there.path / "debate/markets/reach-95.yaml").unlink()
        await there.once("plan")
        mended = await client.get("/readyz")
    (degraded,) = broken.json()["degraded"]
    assert (broken.status_code, broken.json()["because"]) == (200, [])
    assert "cannot be used just now, so its last good reading stays in use: 1 fault: " in degraded
    assert "reach-95.yaml:2:1: Y-" in degraded
    assert "crux_folder_faults 1.0" in counted.splitlines()
    assert mended.json() == {"ready": True, "because": [], "degraded": []}
    told = [(one.levelname, one.message) for one in caplog.records if one.name == "crux.folder"]
    assert told == [
        ("WARNING", degraded),
        ("INFO", f"the debate folder {there.path / 'debate'} has changed and is in use: 3 markets, 2 sources"),
    ]


async def test_what_a_person_should_mend_is_named_though_the_service_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with answering(tmp_path, monkeypatch) as (there, client):
        pause(there.store, "ann", "lunch")
        with there.store.transaction() as connection:
            for _ in range(3):
                number = job_runs.begin(connection, "plan", there.store.now())
                job_runs.end(connection, number, "failed", there.store.now(), because="Manifold is busy", told={})
            stopped = {"standing": "stopped", "because": "Discord refuses the token"}
            switches.switch(connection, "discord", stopped, by="crux", because="", at=there.store.now())
        ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["degraded"][:2]) == (
        200,
        ["job plan has failed 3 times in a row: Manifold is busy", "Discord is off: Discord refuses the token"],
    )
    assert "lunch" in ready.json()["degraded"][2]


async def test_asking_again_and_again_while_somebody_writes_takes_one_reader_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.service.health.ANSWER_S", 0.05)
    async with answering(tmp_path, monkeypatch) as (there, client):
        with sqlite3.connect(there.path / "crux.sqlite") as raw:
            raw.execute("BEGIN IMMEDIATE")
            asked = [await client.get("/readyz") for _ in range(8)]
            async with asyncio.timeout(10):  # less than the store waits for its turn
                assert await there.service.around.threads.read(lambda: "read") == "read"
            raw.rollback()
    assert {one.status_code for one in asked} == {503}


async def test_whoever_lost_the_lease_or_is_stopping_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with answering(tmp_path, monkeypatch) as (there, client):
        there.service.leader.lost = True
        there.service.stop.set()
        ready = await client.get("/readyz")
        there.service.leader.lost = False
    assert (ready.status_code, ready.json()["because"]) == (
        503,
        ["the service is stopping", "another service holds the lease"],
    )


async def test_metrics_count_runs_and_show_what_the_store_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with answering(tmp_path, monkeypatch) as (there, client):
        await there.once("collect", "plan")
        living = asyncio.create_task(there.service.live())
        await until(lambda: there.service.last_run is not None, "a run ended")
        await until(lambda: "judge" in {run.job for run in there.runs() if run.ended_at}, "judging ran")
        text = (await client.get("/metrics")).text
        there.service.stop.set()
        await living
    lines = text.splitlines()
    for line in (
        'crux_sources{state="live"} 2.0',
        'crux_markets{state="open"} 4.0',
        "crux_mana_spent 1200.0",
        "crux_posts_waiting 0.0",
        "crux_outbox_open 0.0",
    ):
        assert line in lines, text
    assert any(line.startswith('crux_job_runs_total{job="judge",state="done"}') for line in lines), text
    assert any(line.startswith('crux_job_seconds_count{job="judge"}') for line in lines)


async def test_without_a_port_nothing_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with scene(tmp_path, monkeypatch) as there, health(there.service) as address:
        assert address is None
