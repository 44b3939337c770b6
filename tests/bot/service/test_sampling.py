"""Guards: prices of ten thousand markets cost a page a thousand and a request a hundred, not one each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from many_builders import LIST, WHOLE, many, watched
from service_builders import Scene

from bot.opening import Planner
from bot.service.sampling import FEW, MOST
from bot.store import markets, prices

PROBABILITIES = "GET /v0/market-probs"


async def opened(there: Scene, count: int) -> list[str]:
    """The debate's own markets, and so many besides."""
    await there.once("collect", "plan")
    version = there.service.around.loaded().markets["reach-85"].version
    made = many(there.store, there.sandbox, count, version=version)
    async with there.service.exchange.writing() as platform:
        Planner(there.store, there.service.around.loaded(), platform).write_down()
    return made


def newest(there: Scene) -> Mapping[str, tuple[Mapping[str, Decimal], Decimal | None]]:
    with there.store.reading() as connection:
        found = {one.slug: prices.newest(connection, one.id) for one in markets.every(connection)}
    return {slug: (sample.shares, sample.liquidity_mana) for slug, sample in found.items() if sample is not None}


async def test_many_are_sampled_by_the_list_and_a_hundred_probabilities_a_request(there: Scene) -> None:
    made = await opened(there, MOST)
    requests = watched(there.sandbox)
    assert await there.once("prices") == {"sampled": MOST}
    assert requests.counted() == {LIST: 1, PROBABILITIES: MOST // 100}
    assert await there.once("prices") == {"sampled": 4}
    found = newest(there)
    assert found[made[0]] == ({"YES": Decimal("0.5")}, Decimal(100))
    assert {name: len(found[name][0]) for name in ("leader", "when-80", "reach-85")} == {
        "leader": 3,
        "when-80": 3,
        "reach-85": 1,
    }


async def test_a_market_that_is_not_listed_is_sampled_by_itself(there: Scene) -> None:
    made = await opened(there, 30)
    rows = there.sandbox.state.markets
    rows.restore(made[3], replace(rows[made[3]], visibility="unlisted"))
    requests = watched(there.sandbox)
    assert await there.once("prices") == {"sampled": 34}
    assert (requests.counted()[WHOLE], newest(there)[made[3]]) == (1, ({"YES": Decimal("0.5")}, Decimal(100)))


@pytest.mark.parametrize("fails", [LIST, PROBABILITIES])
async def test_where_the_list_or_the_probabilities_fail_some_are_sampled_one_by_one_and_the_others_later(
    there: Scene, fails: str
) -> None:
    await opened(there, 30)
    requests = watched(there.sandbox)
    requests.add(fails, "500", times=None)
    told = await there.once("prices")
    assert (told["sampled"], list(told["failed"]), requests.counted()[WHOLE]) == (FEW, ["the list"], FEW)
    requests.clear()
    assert await there.once("prices") == {"sampled": 34 - FEW}
    assert len(newest(there)) == 34


async def test_where_nothing_at_all_can_be_sampled_the_run_has_failed(there: Scene) -> None:
    await opened(there, 30)
    there.sandbox.faults.add("*", "500", times=None)
    ended = await there.ran("prices")
    assert (ended.state, newest(there)) == ("failed", {})
