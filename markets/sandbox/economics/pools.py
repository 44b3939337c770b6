"""How pools begin, and how liquidity is added to several at once.

Formulas: manifold.md section 3.2, looked at 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Sequence

from markets.sandbox.economics.pool import Pool

ENOUGH = 1e-8  # mana; re-adding what was thrown away stops below this


def opening_pools(ante: float, answers: int, *, sum_to_one: bool) -> list[Pool]:
    """The pools of a new multiple choice market: the ante in mana spread over its answers."""
    if sum_to_one and answers > 1:
        return [Pool(ante / 2, ante / (2 * answers - 2))] * answers
    return [Pool(ante / answers, ante / answers)] * answers


def added_at_half(pool: Pool, mana: float) -> tuple[Pool, float, float]:
    """The pool with mana added at an unchanged price and p = 0.5, and the YES and NO shares that do not fit."""
    prob = pool.prob
    yes = mana if prob < 0.5 else mana * (1 - prob) / prob
    no = mana * prob / (1 - prob) if prob < 0.5 else mana
    return Pool(pool.yes + yes, pool.no + no), mana - yes, mana - no


def added_to_all(pools: Sequence[Pool], mana: float, *, sum_to_one: bool) -> list[Pool]:
    """All pools with mana shared among them; in sum-to-one markets what does not fit is gathered and added again."""
    result = list(pools)
    left = [0.0] * len(result)
    while mana > ENOUGH:
        grown = [added_at_half(pool, mana / len(result)) for pool in result]
        result = [pool for pool, _, _ in grown]
        if not sum_to_one:
            break
        spare_no = sum(no for _, _, no in grown)
        left = [kept + yes + spare_no - no for kept, (_, yes, no) in zip(left, grown, strict=True)]
        mana = min(left)
        left = [kept - mana for kept in left]
    return result
