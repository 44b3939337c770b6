"""Requirement: the sandbox misbehaves on request, the way the real server has been seen to."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

import aiohttp
import pytest

from markets.sandbox.errors import UNEXPECTED
from markets.sandbox.faults import Faults, Rule

CREATE = {"question": "Q?", "outcomeType": "BINARY", "liquidityTier": 100, "idempotencyKey": "abcdefghij"}


async def test_a_500_after_the_work_leaves_the_market_made(api: Any) -> None:
    api.sandbox.faults.add("POST /v0/market", "work_then_500")
    reply = await api("creator", "POST", "/v0/market", CREATE)
    assert (reply.status, reply.body) == (500, {"message": UNEXPECTED})
    assert (await api.get("abcdefghij"))["question"] == "Q?"


async def test_a_503_changes_nothing_and_the_next_try_succeeds(api: Any) -> None:
    api.sandbox.faults.add("POST /v0/market", "503")
    reply = await api("creator", "POST", "/v0/market", CREATE)
    assert (reply.status, reply.body) == (503, {"message": "Transaction conflict. Please try again."})
    assert api.balances()["creator"] == 1_000_000
    assert (await api("creator", "POST", "/v0/market", CREATE)).status == 200


@pytest.mark.parametrize(("what", "made"), [("drop", 0), ("drop_after_work", 1)])
async def test_a_dropped_connection_hides_whether_the_work_was_done(api: Any, what: str, made: int) -> None:
    api.sandbox.faults.add("POST /v0/market", what)
    with pytest.raises(aiohttp.ClientError):
        await api("creator", "POST", "/v0/market", CREATE)
    assert len(api.sandbox.state.markets.rows) == made


async def test_a_stale_read_shows_what_was_true_fifteen_seconds_ago(api: Any) -> None:
    market = await api.binary()
    began = api.sandbox.clock()
    api.sandbox.clock.fixed = began + 20_000
    await api("creator", "POST", f"/v0/market/{market}/resolve", {"outcome": "YES"})
    second = await api.binary(question="Second?")
    api.sandbox.faults.add("GET /v0/*", "stale_reads", times=None)
    assert (await api.get(market))["isResolved"] is False
    assert (await api.get(second))["message"] == "Contract not found"
    assert (await api("creator", "GET", "/v0/me")).body["balance"] == 999_900
    api.sandbox.clock.fixed = began + 36_000
    assert (await api.get(market))["isResolved"] is True
    assert (await api.get(second))["question"] == "Second?"


async def test_a_stale_read_leaves_the_present_as_it_is(api: Any) -> None:
    market = await api.binary()
    state = api.sandbox.state
    before = [list(table.rows) for table in state.tables]
    api.sandbox.faults.add("GET *", "stale_reads")
    assert (await api.get(market))["message"] == "Contract not found"
    assert [list(table.rows) for table in state.tables] == before
    assert (await api.get(market))["id"] == market


async def test_a_slow_answer_comes_late_but_right(api: Any) -> None:
    api.sandbox.faults.add("POST /v0/market", "slow", ms=60)
    began = time.monotonic()
    assert (await api("creator", "POST", "/v0/market", CREATE)).status == 200
    assert time.monotonic() - began >= 0.06


async def test_a_rule_spares_the_first_requests_and_then_hits_so_many(api: Any) -> None:
    api.sandbox.faults.add("GET /v0/me", "503", after=2, times=2)
    assert [(await api("creator", "GET", "/v0/me")).status for _ in range(6)] == [200, 200, 503, 503, 200, 200]


async def test_a_rule_may_name_the_documented_path(api: Any) -> None:
    market = await api.binary()
    api.sandbox.faults.add("POST /v0/market/{contractId}/resolve", "503")
    assert (await api("creator", "POST", f"/v0/market/{market}/resolve", {"outcome": "YES"})).status == 503


def test_chances_are_repeatable_under_a_seed() -> None:
    def hits() -> list[bool]:
        faults = Faults(rng=random.Random(3))
        faults.add("*", "503", times=None, probability=0.3)
        return [faults.pick("GET", "/v0/me") is not None for _ in range(200)]

    assert hits() == hits()
    assert 30 < sum(hits()) < 90


def test_an_unknown_misbehaviour_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'explode' is unknown; write one of work_then_500, 500, 503"):
        Rule("*", "explode")


async def test_clock_and_faults_can_be_set_over_http(api: Any) -> None:
    await api("nobody", "POST", "/sandbox/clock", {"now": 1_800_000_000_000})
    created = (await api("creator", "POST", "/v0/market", CREATE)).body["createdTime"]
    assert created == 1_800_000_000_000
    assert (await api("nobody", "POST", "/sandbox/clock", {"now": None})).body["fixed"] is False
    rules = [{"route": "GET /v0/me", "what": "503", "times": 1}]
    shown = (await api("nobody", "POST", "/sandbox/faults", rules)).body["rules"]
    assert [(rule["route"], rule["what"]) for rule in shown] == [("GET /v0/me", "503")]
    assert (await api("creator", "GET", "/v0/me")).status == 503
    assert (await api("nobody", "GET", "/sandbox/faults")).body["rules"][0]["times"] == 0
    bad = await api("nobody", "POST", "/sandbox/faults", [{"what": "explode"}])
    assert bad.status == 400


async def test_the_whole_state_can_be_read(api: Any) -> None:
    market = await api.binary()
    await api("creator", "POST", "/v0/comment", {"contractId": market, "markdown": "hello"})
    state = (await api("nobody", "GET", "/sandbox/state")).body
    assert [row["id"] for row in state["markets"]] == [market]
    assert [row["contract_id"] for row in state["comments"]] == [market]
    assert {row["category"] for row in state["txns"]} == {"CREATE_CONTRACT_ANTE", "BOT_COMMENT_FEE"}
    assert len(state["accounts"]) == 6


async def test_a_refused_request_changes_nothing_at_all(api: Any) -> None:
    market = await api.binary()
    before = (await api("nobody", "GET", "/sandbox/state")).body
    body = {"contractId": market, "markdown": "r", "replyToCommentId": "nosuch"}
    await asyncio.gather(
        api("creator", "POST", "/v0/comment", body),
        api("trader1", "POST", f"/v0/market/{market}/resolve", {"outcome": "YES"}),
        api("trader1", "POST", "/v0/bet", {"contractId": market, "amount": 10, "dryRun": True}),
    )
    assert (await api("nobody", "GET", "/sandbox/state")).body == before
