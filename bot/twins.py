"""Questions that an open market asks already: a renamed file would be opened, and paid for, a second time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from bot.frozen import COMPARED, as_opened
from bot.store import Store
from bot.store.markets import Market
from markets.load import Loaded
from markets.plan import in_short, twice


def open_twins(store: Store, loaded: Loaded, unopened: Sequence[str], there: Mapping[str, Market]) -> dict[str, str]:
    """slug -> that its question is asked by one of the markets that are `there` and not resolved, in words; else none.

    The same as `crux plan` says, by what the store knows of Manifold.
    """
    if not unopened:
        return {}
    asked = _asked(store, loaded, [market for market in there.values() if market.state != "resolved"])
    said = {slug: twice(asked.get(in_short(loaded.markets[slug].question)), loaded.markets) for slug in unopened}
    return {slug: words[0] for slug, words in said.items() if words}


def _asked(store: Store, loaded: Loaded, living: Sequence[Market]) -> dict[str, str]:
    """Question -> the slug of the market that asks it; only what no file says any more is read from the store."""
    same = [market for market in living if _is_as_filed(market, loaded)]
    asked = {in_short(loaded.markets[market.slug].question): market.slug for market in same}
    others = {market.version: market.slug for market in living if not _is_as_filed(market, loaded)}
    versions = list(others)
    for start in range(0, len(versions), COMPARED):
        for version, canonical in as_opened(store, versions[start : start + COMPARED]).items():
            asked.setdefault(in_short(json.loads(canonical)["question"]), others[version])
    return asked


def _is_as_filed(market: Market, loaded: Loaded) -> bool:
    spec = loaded.markets.get(market.slug)
    return spec is not None and spec.version == market.version
