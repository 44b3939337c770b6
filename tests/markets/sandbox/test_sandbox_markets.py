"""Requirement: markets are made once, resolved once, and say afterwards what the server would say."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from markets.sandbox.errors import UNEXPECTED

BEGUN = 1_790_000_000_000
"""Unix ms."""


async def test_a_second_create_with_the_same_key_makes_nothing_twice(api: Any) -> None:
    await api.binary(idempotencyKey="abcdefghij")
    again = {"question": "Other?", "outcomeType": "BINARY", "liquidityTier": 1000, "idempotencyKey": "abcdefghij"}
    reply = await api("trader1", "POST", "/v0/market", again)
    assert reply.status == 400
    assert (
        reply.body["message"] == "Contract has already been created at https://sandbox.localhost/creator/will-it-rain"
    )
    assert len(api.sandbox.state.markets.rows) == 1
    assert api.balances()["creator"] == 999_900
    assert api.balances()["trader1"] == 1_000_000


async def test_two_creates_at_once_with_one_key_make_one_market_and_one_collision(api: Any) -> None:
    body = {"question": "Race?", "outcomeType": "BINARY", "liquidityTier": 100, "idempotencyKey": "abcdefghij"}
    replies = await asyncio.gather(*(api("creator", "POST", "/v0/market", body) for _ in range(6)))
    assert sorted(reply.status for reply in replies) == [200, 500, 500, 500, 500, 500]
    assert {reply.body["message"] for reply in replies if reply.status == 500} == {UNEXPECTED}
    assert api.balances()["creator"] == 999_900


async def test_of_six_resolutions_at_once_one_counts(api: Any) -> None:
    market = await api.binary()
    await api.bet("trader1", market, 50)
    outcomes = ["YES", "NO", "MKT", "CANCEL", "YES", "NO"]
    replies = await asyncio.gather(
        *(api("creator", "POST", f"/v0/market/{market}/resolve", {"outcome": outcome}) for outcome in outcomes)
    )
    assert sorted(reply.status for reply in replies) == [200, 403, 403, 403, 403, 403]
    paid = (await api("nobody", "GET", "/v0/txns", fromId=market)).body
    assert {row["toId"] for row in paid} <= {account.id for account in api.sandbox.accounts.values()}
    assert len(paid) == 2


async def test_the_same_seed_and_clock_give_the_same_market_to_the_last_byte(start: Any) -> None:
    shown = []
    for _ in range(2):
        api = await start(rng=random.Random(11))
        market, answers = await api.multi("A", "B", "C")
        await api.bet("trader1", market, 30, answerId=answers[0])
        await api("creator", "POST", f"/v0/market/{market}/resolve", {"outcome": "CHOOSE_ONE", "answerId": answers[1]})
        shown.append([await api.get(market), (await api("nobody", "GET", "/v0/txns")).body])
    assert shown[0] == shown[1]


async def test_a_resolution_to_an_empty_answer_id_cannot_be_repeated(api: Any) -> None:
    market, _ = await api.multi("A", "B")
    body = {"outcome": "CHOOSE_ONE", "answerId": ""}
    assert (await api("creator", "POST", f"/v0/market/{market}/resolve", body)).status == 200
    again = await api("creator", "POST", f"/v0/market/{market}/resolve", body)
    assert (again.status, again.body["message"]) == (403, "Contract is already resolved")
    assert (await api.get(market))["resolution"] == ""


async def test_a_maker_who_cannot_pay_loses_the_order_and_the_taker_fills_elsewhere(api: Any) -> None:
    market, other = await api.binary(), await api.binary(liquidityTier=900_000)
    resting = await api.bet("trader1", market, 600_000, "NO", limitProb=0.6)
    await api.bet("trader1", other, 999_990)
    taken = await api.bet("trader2", market, 200)
    assert {fill["matchedBetId"] for fill in taken["fills"]} == {None}
    assert taken["amount"] == pytest.approx(200)
    (order,) = (await api("nobody", "GET", "/v0/bets", id=resting["betId"])).body
    assert [order["isCancelled"], order["amount"]] == [True, 0]
    assert api.balances()["trader1"] == 10


async def test_an_expired_order_is_not_met(api: Any) -> None:
    market = await api.binary()
    now = api.sandbox.clock()
    await api.bet("trader1", market, 50, "NO", limitProb=0.55, expiresAt=now + 1000)
    api.sandbox.clock.fixed = now + 2000
    taken = await api.bet("trader2", market, 40)
    assert [fill["matchedBetId"] for fill in taken["fills"]] == [None]
    assert (await api("nobody", "GET", "/v0/bets", contractId=market, kinds="open-limit")).body == []


async def test_holding_both_sides_of_a_pool_turns_into_mana_and_leaves_two_rows(api: Any) -> None:
    market = await api.binary()
    bought = (await api.bet("trader1", market, 50))["shares"]
    against = (await api.bet("trader1", market, 20, "NO"))["shares"]
    pairs = min(bought, against)
    assert api.balances()["trader1"] == pytest.approx(1_000_000 - 70 + pairs)
    rows = (await api("nobody", "GET", "/v0/bets", contractId=market)).body
    redeemed = [row for row in rows if row["isRedemption"]]
    assert {row["outcome"] for row in redeemed} == {"YES", "NO"}
    assert [row["shares"] for row in redeemed] == pytest.approx([-pairs, -pairs])
    assert "fills" not in redeemed[0]
    assert "orderAmount" not in redeemed[0]


async def test_yes_of_other_also_counts_for_an_answer_split_out_of_it(api: Any) -> None:
    options = {"addAnswersMode": "ONLY_CREATOR", "shouldAnswersSumToOne": True}
    market, answers = await api.multi("A", "B", **options)
    held = (await api.bet("trader1", market, 20, answerId=answers[2]))["shares"]
    await api.bet("trader2", market, 20, "NO", answerId=answers[2])
    added = (await api("creator", "POST", f"/v0/market/{market}/answer", {"text": "C"})).body["newAnswerId"]
    shown = await api.get(market)
    assert [answer["text"] for answer in shown["answers"]] == ["A", "B", "C", "Other"]
    assert sum(answer["probability"] for answer in shown["answers"]) == pytest.approx(1, abs=1e-7)
    before = api.balances()
    await api("creator", "POST", f"/v0/market/{market}/resolve", {"outcome": "CHOOSE_ONE", "answerId": added})
    assert api.balances()["trader1"] - before["trader1"] == pytest.approx(held)
    assert api.balances()["trader2"] == before["trader2"]


async def test_an_unverified_creator_gets_half_the_bonus(api: Any) -> None:
    body = {"question": "New?", "outcomeType": "BINARY", "liquidityTier": 1000}
    market = (await api("trader3", "POST", "/v0/market", body)).body["id"]
    await api.bet("trader1", market, 10)
    assert api.balances()["trader3"] == 1_000_000 - 1000 + 10


async def test_added_liquidity_reaches_the_pool_only_when_it_may_drizzle(start: Any) -> None:
    for drizzle in (False, True):
        api = await start(drizzle=drizzle)
        market = await api.binary()
        await api("creator", "POST", f"/v0/market/{market}/add-liquidity", {"amount": 500})
        api.sandbox.clock.fixed = api.sandbox.clock() + 3 * 3_600_000
        shown = await api.get(market)
        assert (shown["pool"]["YES"] > 100) == drizzle
        assert shown["probability"] == pytest.approx(0.5)
        assert shown["totalLiquidity"] == 600


async def test_after_ten_minutes_only_a_moderator_may_take_a_resolution_back(api: Any) -> None:
    market = await api.binary()
    await api("creator", "POST", f"/v0/market/{market}/resolve", {"outcome": "YES"})
    api.sandbox.clock.fixed = api.sandbox.clock() + 10 * 60_000 + 1
    late = await api("creator", "POST", "/unresolve", {"contractId": market})
    assert (late.status, late.body["message"]) == (400, "Contract was resolved more than 10 minutes ago.")
    assert (await api("mod", "POST", "/unresolve", {"contractId": market})).status == 200


async def test_a_page_of_markets_goes_on_strictly_before_the_last_and_loses_one_of_its_millisecond(api: Any) -> None:
    """markets.ts: `where created_time < …`; an id that nobody has begins anew."""
    clock = api.sandbox.clock
    made = []
    for at in (BEGUN, BEGUN + 1, BEGUN + 1, BEGUN + 2):
        clock.fixed = at
        made.append(await api.binary())

    async def listed(**query: str) -> list[str]:
        creator = api.sandbox.accounts["creator"].id
        return [row["id"] for row in (await api("nobody", "GET", "/v0/markets", userId=creator, **query)).body]

    assert await listed() == await listed(before="nobodys000") == made[::-1]
    assert await listed(limit="2") == [made[3], made[2]]
    assert await listed(limit="2", before=made[2]) == [made[0]]
    await api("creator", "POST", f"/v0/market/{made[2]}/update", {"visibility": "unlisted"})
    assert await listed(before=made[2]) == [made[0]]
