"""What things cost and what a new trader is worth to a creator, by tier of liquidity.

Amounts in mana: manifold.md sections 1.2 and 3.3, looked at 2026-11-21.
"""

from __future__ import annotations

MARKET_TIERS = (100, 1_000, 10_000, 100_000)
ANSWER_COSTS = (25, 100, 1_000, 10_000)
TRADER_BONUSES = (6, 20, 30, 40)
UNVERIFIED_SHARE = 0.5  # of the bonus, for creators without a verified account
POLL_COST = 10


def market_tier(liquidity: float) -> int:
    """The tier 0..3 of a market with one pool, or of the tier asked for at creation."""
    return max((i for i, bound in enumerate(MARKET_TIERS) if liquidity >= bound), default=0)


def answer_tier(liquidity: float, answers: int) -> int:
    """The tier 0..3 of a market with several answers; a single answer must be above the bound."""
    each = liquidity / max(answers, 1)
    reached = [i for i, bound in enumerate(ANSWER_COSTS) if each > bound or (each == bound and answers > 1)]
    return max(reached, default=0)


def multi_cost(liquidity_tier: float, answers: int) -> float:
    """What a market with that many answers (an automatic "Other" included) costs to create."""
    return max(answers * ANSWER_COSTS[market_tier(liquidity_tier)], liquidity_tier)


def added_answer_cost(liquidity: float, answers: int) -> float:
    """What one more answer costs."""
    return ANSWER_COSTS[answer_tier(liquidity, answers)]


def trader_bonus(tier: int, *, verified: bool) -> float:
    """What the creator gets for a trader who is new to the market."""
    return TRADER_BONUSES[tier] * (1 if verified else UNVERIFIED_SHARE)
