"""Who gets what when a market or an answer resolves.

Rules: manifold.md section 3.4, looked at 2026-11-21. Amounts are mana and are never rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markets.sandbox.economics.pool import Pool


@dataclass(frozen=True, slots=True)
class Holding:
    """What one trader holds of one pool, and what went in and came out of it in mana."""

    user_id: str
    yes: float
    no: float
    invested: float
    sold: float


def holding_value(holding: Holding, weight: float) -> float:
    """What a holding pays when YES is worth weight (0..1)."""
    return weight * holding.yes + (1 - weight) * holding.no


def refund(holding: Holding) -> float:
    """What a holding pays on CANCEL; negative when more was taken out than put in."""
    return holding.invested - holding.sold


def pool_value(pool: Pool, weight: float) -> float:
    """What is left for the liquidity providers when YES is worth weight (0..1)."""
    return weight * pool.yes + (1 - weight) * pool.no


def shared(total: float, contributions: Mapping[str, float]) -> dict[str, float]:
    """Total split among the providers by what each put in, net."""
    given = {user: mana for user, mana in contributions.items() if mana > 0}
    whole = sum(given.values())
    return {user: total * mana / whole for user, mana in given.items()} if whole else {}


def summed(payments: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Payments added up by user, in order of first appearance."""
    totals: dict[str, float] = {}
    for user, mana in payments:
        totals[user] = totals.get(user, 0.0) + mana
    return totals


def weights_of(percents: Mapping[str, float]) -> dict[str, float]:
    """Percents by answer as weights that add up to exactly one."""
    whole = sum(percents.values())
    return {answer: pct / whole for answer, pct in percents.items()} if whole else {}
