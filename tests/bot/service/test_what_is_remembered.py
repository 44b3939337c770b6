"""Guards: ten thousand markets' verdicts are remembered between passes without what is nearly all of them."""

from __future__ import annotations

from service_builders import Scene

from bot.service.judging import UNTOLD
from bot.store import markets
from bot.store.verdicts import newest_of


async def test_a_verdict_is_remembered_without_its_trace_which_stands_in_the_store(there: Scene) -> None:
    await there.once("plan", "collect", "plan", "judge")
    remembered = there.service.judging.verdicts
    with there.store.reading() as connection:
        versions = {market.slug: market.version for market in markets.every(connection, "small")}
        kept = {slug: newest_of(connection, version) for slug, version in versions.items()}
    assert set(remembered) == set(kept) != set()
    for slug, verdict in kept.items():
        assert verdict is not None
        assert verdict.trace != UNTOLD
        assert remembered[slug] == verdict.model_copy(update={"trace": UNTOLD})
