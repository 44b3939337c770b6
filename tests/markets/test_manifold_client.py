"""The reads and the lesser writes of the client, against a Manifold on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from markets.live import LiveMarket, ms_of
from markets.manifold import Creation, Manifold, Refused
from markets.manifold.client import PAGE
from markets.sandbox.entities import Market
from markets.sandbox.server import Sandbox

NOW = datetime(2025, 3, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


async def no_sleep(seconds: float) -> None:
    raise AssertionError("nothing here needs waiting")


@pytest.fixture
async def sandbox() -> AsyncIterator[tuple[Sandbox, str]]:
    found = Sandbox(None, now=lambda: ms_of(NOW))
    yield found, await found.start()
    await found.stop()


@pytest.fixture
async def client(sandbox: tuple[Sandbox, str]) -> AsyncIterator[Manifold]:
    async with Manifold(sandbox[1], sandbox[0].accounts["creator"].key, sleep=no_sleep) as found:
        yield found


async def made(client: Manifold, kind: str = "BINARY", *answers: str) -> LiveMarket:
    wanted = Creation("abcdefghij", "Will it?", kind, "Text.", LATER, Decimal(100), answers=answers)
    await client.create(wanted)
    found = await client.market("abcdefghij")
    assert found is not None
    return found


async def bet(sandbox: tuple[Sandbox, str], body: dict[str, object]) -> str:
    trader = sandbox[0].accounts["trader1"]
    async with httpx.AsyncClient(base_url=sandbox[1], headers={"Authorization": f"Key {trader.key}"}) as http:
        assert (await http.post("/v0/bet", json=body)).status_code == 200
    return trader.id


async def test_a_market_is_found_by_its_id_and_nobodys_is_none(client: Manifold) -> None:
    market = await made(client)
    assert await client.market(market.id) == market
    assert await client.market("nobodys000") is None


async def test_positions_and_probabilities_follow_the_bets(sandbox: tuple[Sandbox, str], client: Manifold) -> None:
    market = await made(client)
    before = await client.probability(market.id)
    trader = await bet(sandbox, {"contractId": market.id, "amount": 20, "outcome": "YES"})
    positions = await client.positions(market.id)
    assert before == 0.5
    assert (await client.probability(market.id) or 0) > 0.5
    assert [(each.user_id, each.has_shares) for each in positions] == [(trader, True)]
    assert await client.positions(market.id, (await client.me()).id) == []


async def test_answers_have_their_probabilities(sandbox: tuple[Sandbox, str], client: Manifold) -> None:
    market = await made(client, "MULTIPLE_CHOICE", "A", "B")
    assert await client.weights(market.id) == {answer.id: 0.5 for answer in market.answers}
    assert await client.probability(market.id) is None
    assert market.answer_id("A") == market.answers[0].id
    assert market.answer_id("C") is None


async def test_trading_ends_when_told_and_not_twice(client: Manifold) -> None:
    market = await made(client)
    await client.close(market.id, LATER - timedelta(days=1))
    assert (await client.market(market.id)).closes == LATER - timedelta(days=1)  # type: ignore[union-attr]  # it is there
    await client.close(market.id)
    with pytest.raises(Refused, match="already closed"):
        await client.close(market.id)


async def test_comments_and_replies_are_read_back_with_their_words(client: Manifold) -> None:
    market = await made(client)
    first = await client.comment(market.id, "Proposed: **YES**\n\n- because\n- and why")
    reply = await client.comment(market.id, "I object", reply_to=first.id)
    shown = {each.id: each for each in await client.comments(market.id)}
    assert set(shown) == {first.id, reply.id}
    assert shown[first.id].text.split() == ["Proposed:", "YES", "because", "and", "why"]
    assert (shown[reply.id].reply_to, shown[reply.id].text) == (first.id, "I object")
    assert shown[reply.id].created_at == NOW


async def test_subsidies_are_read_from_the_ledger(client: Manifold) -> None:
    market = await made(client)
    me = await client.me()
    await client.add_liquidity(market.id, Decimal("12.5"))
    await client.add_liquidity(market.id, Decimal(7))
    assert sorted(each.amount_mana for each in await client.subsidies(market.id, me.id)) == [7.0, 12.5]
    assert await client.subsidies(market.id, "somebody-else") == []


def put(sandbox: Sandbox, count: int, **more: Any) -> None:
    """So many markets of the creator's, one a millisecond."""
    for n in range(count):
        row = {"id": f"m{n}", "slug": f"s{n}", "creator_id": sandbox.accounts["creator"].id, "question": "Will it?"}
        row |= {"outcome_type": "BINARY", "mechanism": "cpmm-1", "created_time": ms_of(NOW) - n, "description": {}}
        sandbox.state.markets.put(Market(**row, pool_yes=1.0, pool_no=1.0, last_updated_time=ms_of(NOW) + n, **more))
    sandbox.state.open_changes.clear()


async def test_a_list_goes_on_page_after_page_and_knows_when_each_last_changed(
    sandbox: tuple[Sandbox, str], client: Manifold
) -> None:
    put(sandbox[0], 2 * PAGE + 1)
    found = await client.listed(sandbox[0].accounts["creator"].id)
    assert list(found) == [f"m{n}" for n in range(2 * PAGE + 1)]
    assert [one.updated_at for one in found.values()][:2] == [NOW, NOW + timedelta(milliseconds=1)]
    assert not any(one.whole for one in found.values())
    whole = await client.market("m7")
    assert whole is not None and whole.whole
    assert await client.listed("nobody") == {}


async def test_the_probabilities_of_many_are_asked_for_a_hundred_at_a_time(
    sandbox: tuple[Sandbox, str], client: Manifold
) -> None:
    put(sandbox[0], 250)
    two = await made(client, "MULTIPLE_CHOICE", "A", "B")
    found = await client.probabilities(["m0", two.id, "nobodys000", *(f"m{n}" for n in range(1, 250))])
    assert found == {f"m{n}": 0.5 for n in range(250)} | {two.id: {answer.id: 0.5 for answer in two.answers}}
    assert await client.probabilities(["m3"]) == {"m3": 0.5}


async def test_the_sandbox_tells_the_time_of_its_own_clock_as_manifold_does(client: Manifold) -> None:
    await client.me()
    assert client.their_time == NOW
