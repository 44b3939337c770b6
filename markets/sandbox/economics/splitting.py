"""How a new answer of a sum-to-one market is split out of "Other".

Method: manifold.md section 3.2 (new answer), looked at 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markets.sandbox.economics.arbitrage import Quote
from markets.sandbox.economics.matching import Take, take
from markets.sandbox.economics.pool import Pool, bisect
from markets.sandbox.economics.pools import added_to_all


@dataclass(frozen=True, slots=True)
class Split:
    """What a split did: the NO bought in each answer (older ones, new, "Other"), and all pools in the end."""

    takes: tuple[Take, ...]
    pools: tuple[Pool, ...]
    new_liquidity: float
    other_liquidity: float


def split_other(older: Sequence[Quote], rest: Pool, cost: float, purses: Mapping[str, float]) -> Split:
    """Split an answer out of "Other" for cost mana, then bring the prices back to a sum of one.

    The new answer gets at most its cost, "Other" the rest of the mana; spare YES of "Other" counts for both, spare NO
    of "Other" becomes YES of the older answers.
    """
    mana = cost + min(rest.yes, rest.no)
    spare_yes, spare_no = max(rest.yes - rest.no, 0.0), max(rest.no - rest.yes, 0.0)
    part = min(cost, mana / 2)
    new, other = Pool(part + spare_yes, part), Pool(mana - part + spare_yes, mana - part)
    grown = [Quote(Pool(each.pool.yes + spare_no, each.pool.no), each.orders) for each in older]
    takes, pools = balanced([*grown, Quote(new), Quote(other)], purses)
    return Split(tuple(takes), tuple(pools), part, mana - part)


def balanced(quotes: Sequence[Quote], purses: Mapping[str, float]) -> tuple[list[Take], list[Pool]]:
    """Buy the same number of NO shares in each until prices add up to one; the gain goes into the pools."""

    def bought(shares: float) -> list[Take]:
        left = dict(purses)
        return [take(quote.pool, "NO", shares=shares, orders=quote.orders, purses=left) for quote in quotes]

    if sum(quote.pool.prob for quote in quotes) <= 1:
        return bought(0.0), [quote.pool for quote in quotes]
    high = max(quote.pool.yes + quote.pool.no for quote in quotes) * len(quotes)
    shares = bisect(lambda s: 1 - sum(each.pool.prob for each in bought(s)), 0.0, high)
    takes = bought(shares)
    gain = shares * (len(quotes) - 1) - sum(each.mana for each in takes)
    return takes, added_to_all([each.pool for each in takes], gain, sum_to_one=True)
