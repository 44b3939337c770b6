"""Guards: the real process, its signals and its death; nothing is half done, and the next goes on."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from discord_server import DiscordServer, pointing_at
from service_builders import of_a_file

from bot.store import Store, audit, job_runs, leases, markets, open_store
from bot.verifying import verify

pytestmark = pytest.mark.long(50)

WITHIN_S = 90.0


@pytest.fixture
def debate(tmp_path: Path) -> Path:
    return of_a_file(tmp_path)


def environment(tmp_path: Path, also: Mapping[str, str] | None, variables: Mapping[str, object]) -> dict[str, str]:
    """What a process of its own gets: this store, these settings and no others."""
    found = {name: value for name, value in os.environ.items() if not name.startswith("CRUX_")}
    found |= {"CRUX_DATABASE_URL": f"sqlite:///{tmp_path / 'crux.sqlite'}", "PYTHONUNBUFFERED": "1"}
    return found | {f"CRUX_{name.upper()}": str(value) for name, value in variables.items()} | dict(also or {})


@contextmanager
def crux_run(
    tmp_path: Path, *options: object, also: Mapping[str, str] | None = None, **variables: object
) -> Iterator[subprocess.Popen[str]]:
    """`crux run` as a process of its own; killed at the end if it has not ended by itself."""
    told = [sys.executable, "-m", "bot.cli", "run", "--debate", str(tmp_path / "debate"), *map(str, options)]
    with (tmp_path / "log").open("a") as log:
        env = environment(tmp_path, also, variables)
        process = subprocess.Popen(told, env=env, stderr=log, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def doctor(tmp_path: Path, also: Mapping[str, str], variables: Mapping[str, object]) -> dict[str, Any]:
    """What `crux doctor` says beside the running service."""
    told = [sys.executable, "-m", "bot.cli", "doctor", "--json", "--debate", str(tmp_path / "debate")]
    told += ["--sandbox", str(tmp_path / "sandbox.jsonl")]
    env = environment(tmp_path, also, variables)
    ran = subprocess.run(told, env=env, capture_output=True, text=True, cwd=tmp_path, timeout=WITHIN_S)
    return {one["name"]: one for one in json.loads(ran.stdout)}


def test_with_discord_it_says_goodbye_and_ends_within_10_s(tmp_path: Path, debate: Path) -> None:
    with DiscordServer.in_thread(channels=["review"], roles=["Reviewer"]) as server:
        ids = {"discord_guild": server.guild.id, "discord_review_channel": server.channels["review"].id}
        ids |= {"discord_reviewer_role": server.roles["Reviewer"].id, "discord_token": server.token}
        near = pointing_at(server, tmp_path)
        with crux_run(tmp_path, also=near, **ids) as process:
            server.run(server.until(lambda: server.ready and server.commands))
            told = doctor(tmp_path, near, ids)
            for name in ("token", "server", "role reviewer", "channel review", "commands"):
                assert told[f"discord {name}"]["state"] == "ok", told
            asked = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
            assert time.monotonic() - asked < 10
        assert server.problems() == []
    said = (tmp_path / "log").read_text()
    assert "Traceback" not in said
    assert server.token not in said


def test_a_token_that_discord_refuses_ends_discord_and_nothing_else(tmp_path: Path, debate: Path) -> None:
    with DiscordServer.in_thread(channels=["review"], roles=["Reviewer"]) as server:
        server.faults.refuse_login()
        server.forgive("")
        options = ("--sandbox", tmp_path / "sandbox.jsonl")
        near = pointing_at(server, tmp_path)
        with crux_run(tmp_path, *options, also=near, discord_token=server.token, discord_guild=1) as process:
            wait_until_opened(tmp_path, process)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    assert "Discord refuses the token" in (tmp_path / "log").read_text()


def store_of(tmp_path: Path) -> Store:
    return open_store(tmp_path / "crux.sqlite", now=lambda: datetime.now(UTC))


def wait_until_opened(tmp_path: Path, process: subprocess.Popen[str]) -> None:
    """Until the four markets are open on the sandbox, and a run of each job is on the record."""
    deadline = time.monotonic() + WITHIN_S
    store = store_of(tmp_path)
    try:
        while _opened(store) != 4:
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.1)
    finally:
        store.close()


def _opened(store: Store) -> int:
    with store.reading() as connection:
        plan = job_runs.newest(connection).get("plan")
        return len(markets.every(connection, "small")) if plan is not None and plan.ended_at else 0


def test_the_service_opens_what_is_ready_and_ends_on_sigterm_with_exit_0(tmp_path: Path, debate: Path) -> None:
    with crux_run(tmp_path, "--sandbox", tmp_path / "sandbox.jsonl") as process:
        wait_until_opened(tmp_path, process)
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert time.monotonic() - asked < 10
    store = store_of(tmp_path)
    with store.reading() as connection:
        lease = leases.held(connection)
        assert lease is not None
        assert lease.expires_at < store.now()  # given back
        assert [run for run in job_runs.recent(connection, 100) if run.state == "running"] == []
    assert verify(store).whole
    store.close()


def test_a_hanging_job_does_not_keep_the_process_from_ending_within_10_s(tmp_path: Path, debate: Path) -> None:
    """A Manifold that takes the call and never answers: planning and resolving hang on it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(WITHIN_S)
        where = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with crux_run(tmp_path, manifold_url=where, manifold_key="k" * 20) as process:
            line, _ = silent.accept()
            asked = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
            assert time.monotonic() - asked < 10
            line.close()
    store = store_of(tmp_path)
    with store.reading() as connection:
        states = {run.job: run.state for run in job_runs.recent(connection, 100)}
    assert "stopped" in states.values()
    assert "running" not in states.values()
    store.close()


def lease_ends(store: Store) -> None:
    """As if the seconds had passed for which the last holder's lease was still good."""
    with store.transaction() as connection:
        left = leases.held(connection)
        assert left is not None
        leases.take(connection, left.holder, store.now(), timedelta(0))


def wait_until_said(log: Path, words: str, process: subprocess.Popen[str], times: int = 1) -> None:
    deadline = time.monotonic() + WITHIN_S
    while log.read_text().count(words) < times and time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    assert log.read_text().count(words) >= times, log.read_text()


def test_killed_the_next_service_follows_by_itself_and_makes_nothing_twice(tmp_path: Path, debate: Path) -> None:
    with crux_run(tmp_path, "--sandbox", tmp_path / "sandbox.jsonl") as process:
        wait_until_opened(tmp_path, process)
        process.kill()
        process.wait(30)
    log, store = tmp_path / "log", store_of(tmp_path)
    with store.transaction() as connection:  # as if it had been renewed just now, however slow the machine is
        left = leases.held(connection)
        assert left is not None
        assert leases.take(connection, left.holder, store.now(), timedelta(hours=1)) == left.epoch
    with crux_run(tmp_path, "--sandbox", tmp_path / "sandbox.jsonl") as process:
        wait_until_said(log, "waiting to see whether it lives", process)
        assert "crux.service: started" not in log.read_text().partition("waiting to see")[2]
        lease_ends(store)
        wait_until_said(log, "crux.service: started", process, times=2)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    with store.reading() as connection:
        assert len(markets.every(connection, "small")) == 4
    store.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_while_it_stands_by_it_ends_at_once_with_exit_0_and_a_plain_line(
    tmp_path: Path, debate: Path, number: signal.Signals
) -> None:
    log = tmp_path / "log"
    store = store_of(tmp_path)
    with store.transaction() as connection:  # a living service, as far as the store can tell
        before = audit.acts(connection)
        assert leases.take(connection, "the first, process 1", store.now(), timedelta(hours=1)) == 1
    with crux_run(tmp_path, "--wait") as process:
        wait_until_said(log, "waiting to see whether it lives", process)
        asked = time.monotonic()
        process.send_signal(number)
        assert process.wait(30) == 0
        assert time.monotonic() - asked < 10
    only_reads, *told = log.read_text().splitlines()
    assert only_reads.startswith("no key is set, so Crux only reads, and nothing is opened, posted or resolved: ")
    assert told == [
        "this store is run by the first, process 1; waiting to see whether it lives",
        "stopped while standing by; this process had begun nothing",
    ]
    with store.reading() as connection:
        assert audit.acts(connection) == before
    store.close()


def test_another_debate_on_the_store_of_one_with_open_markets_is_refused_unless_it_is_meant(
    tmp_path: Path, debate: Path
) -> None:
    log, sandbox = tmp_path / "log", tmp_path / "sandbox.jsonl"
    with crux_run(tmp_path, "--sandbox", sandbox) as process:
        wait_until_opened(tmp_path, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    another(debate)
    with crux_run(tmp_path, "--sandbox", sandbox) as process:
        assert process.wait(60) == 1
    said = log.read_text().splitlines()[-1]
    for part in (
        f"{debate} is the debate other",
        "small (4 open markets)",
        "--debate",
        "CRUX_DATABASE_URL",
        "--another-debate",
    ):
        assert part in said
    with crux_run(tmp_path, "--sandbox", sandbox, "--another-debate") as process:
        wait_until_said(log, "crux.service: started", process, times=2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert (
        "this service serves the debate other alone; nobody judges or resolves small (4 open markets)"
        in log.read_text()
    )


def another(debate: Path) -> None:
    """The same folder as a debate of another name, whose sources have other names too."""
    for path in (debate / "sources").glob("*.yaml"):
        path.rename(path.with_stem(f"{path.stem}-2"))
    for path in [*(debate / "markets").glob("*.yaml"), debate / "debate.yaml"]:
        path.write_text(
            path.read_text().replace("from: board", "from: board-2").replace("debate: small", "debate: other")
        )


def test_a_debate_that_cannot_be_used_is_told_and_nothing_starts(tmp_path: Path, debate: Path) -> None:
    (debate / "markets/reach-85.yaml").write_text("question: [\n")
    with crux_run(tmp_path) as process:
        assert process.wait(60) == 1
    said = (tmp_path / "log").read_text()
    assert "reach-85.yaml:2:1: Y-" in said
    assert "Traceback" not in said


def test_a_taken_port_is_refused_in_one_sentence_before_anything_says_that_it_runs(
    tmp_path: Path, debate: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with crux_run(tmp_path, service_port=port) as process:
            assert process.wait(60) == 1
    said = (tmp_path / "log").read_text()
    assert f"crux: nothing can listen on 127.0.0.1 port {port}" in said
    assert "Traceback" not in said
    assert [line for line in said.splitlines() if line.startswith("running ") or "started" in line] == []
