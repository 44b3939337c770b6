"""Requirement: what was answered survives the death of the process at any moment."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from markets.sandbox.journal import StateFileError
from markets.sandbox.server import Sandbox

ROOT = Path(__file__).parents[3]


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str, dict[str, Any]]]:
    """A sandbox in a process of its own: the process, its base URL and its accounts."""
    accounts = folder / "accounts.json"
    command = [sys.executable, "-m", "markets.sandbox", "--state", folder / "state.jsonl", "--accounts", accounts]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base_url = process.stdout.readline().strip()
        try:
            yield process, base_url, json.loads(accounts.read_text())
        finally:
            process.kill()


def send(base_url: str, key: str, method: str, path: str, body: Any = None) -> Any:
    request = urllib.request.Request(base_url + path, method=method)
    request.add_header("Authorization", f"Key {key}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, None if body is None else json.dumps(body).encode(), timeout=20) as reply:
        return json.load(reply)


def question(number: int) -> dict[str, Any]:
    return {"question": f"Number {number}?", "outcomeType": "BINARY", "liquidityTier": 100}


def test_everything_answered_before_a_kill_is_there_afterwards(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, base_url, accounts):
        key = accounts["creator"]
        made = [send(base_url, key, "POST", "/v0/market", question(number)) for number in range(20)]
        send(base_url, accounts["trader1"], "POST", "/v0/bet", {"contractId": made[0]["id"], "amount": 30})
        send(base_url, key, "POST", f"/v0/market/{made[1]['id']}/resolve", {"outcome": "YES"})
        seen = [send(base_url, key, "GET", f"/v0/market/{market['id']}") for market in made]
        me = send(base_url, key, "GET", "/v0/me")
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with serving(tmp_path) as (_, base_url, again):
        assert again == accounts
        assert [send(base_url, key, "GET", f"/v0/market/{market['id']}") for market in made] == seen
        assert send(base_url, key, "GET", "/v0/me") == me


def test_a_stop_by_signal_is_clean(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, base_url, accounts):
        send(base_url, accounts["creator"], "POST", "/v0/market", question(1))
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


async def test_a_torn_last_line_is_dropped_and_the_rest_kept(start: Any, tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    api = await start(path)
    first = await api.binary(question="First?")
    await api.binary(question="Second?")
    await api.sandbox.stop()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:40])
    again = await start(path)
    assert [market.id for market in again.sandbox.state.markets] == [first]
    assert again.balances()["creator"] == 999_900


async def test_the_file_is_compacted_at_start_and_says_the_same(start: Any, tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    api = await start(path)
    market = await api.binary()
    for _ in range(50):
        await api.bet("trader1", market, 1)
    before = (await api("nobody", "GET", "/sandbox/state")).body
    await api.sandbox.stop()
    size = path.stat().st_size
    again = await start(path)
    assert path.stat().st_size < size
    assert (await again("nobody", "GET", "/sandbox/state")).body == before


async def test_a_second_sandbox_on_the_same_file_is_refused(start: Any, tmp_path: Path) -> None:
    await start(tmp_path / "state.jsonl")
    with pytest.raises(RuntimeError, match="another sandbox is serving this state file"):
        await start(tmp_path / "state.jsonl")


async def test_a_restart_with_the_same_seed_gives_no_id_twice(start: Any, tmp_path: Path) -> None:
    api = await start(tmp_path / "state.jsonl")
    first = await api.binary()
    await api.sandbox.stop()
    again = await start(tmp_path / "state.jsonl")
    second = await again.binary(question="Another?")
    assert first != second
    assert len(again.sandbox.state.txns.rows) == 2


async def test_a_thousand_markets_stay_quick(start: Any, tmp_path: Path) -> None:
    api = await start(tmp_path / "state.jsonl")
    began = time.monotonic()
    for number in range(1000):
        await api.binary(question=f"Number {number}?")
    market = await api.binary()
    middle = time.monotonic()
    for _ in range(100):
        await api.get(market)
        await api.bet("trader1", market, 1)
    assert middle - began < 20
    assert time.monotonic() - middle < 5
    listed = await api("nobody", "GET", "/v0/search-markets", sort="newest", limit="1000")
    assert len(listed.body) == 1000


@pytest.mark.parametrize("content", [b"my diary\n", b"my diary", b"{}", b"[]\n", b"[" * 100_000 + b"\n", b"\x00\xff"])
def test_a_file_that_is_no_sandboxs_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine"
    path.write_bytes(content)
    with pytest.raises(StateFileError, match="no sandbox's state"):
        Sandbox(path)
    assert path.read_bytes() == content
