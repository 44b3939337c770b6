"""What opening markets costs, held against what debate.yaml lets be spent: told before anybody plans it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.store import Store, ledger
from markets.fields import plain
from markets.plan import cost_mana, price
from markets.spec import DebateSpec, MarketSpec

Purse = tuple[Decimal, str]
"""Mana that is left of a debate's budget, and that in words."""


def over_limits(store: Store, debate: DebateSpec, unopened: Sequence[MarketSpec]) -> dict[str, str]:
    """slug -> the limits that its opening breaks by itself, in words; only those that break one."""
    purse, most = _purse(store, debate), debate.limits.max_mana
    told = {spec.slug: "; ".join(_broken(spec, most, purse)) for spec in unopened}
    return {slug: broken for slug, broken in told.items() if broken}


def over_together(store: Store, debate: DebateSpec, unopened: Sequence[MarketSpec]) -> str:
    """That not all of them can be opened, though each could; "" where they can."""
    purse, costs = _purse(store, debate), [cost_mana(spec) for spec in unopened]
    whole = sum(costs, Decimal(0))
    if purse is None or whole <= purse[0] or max(costs) > purse[0]:
        return ""
    return (
        f"to open all of these {len(costs)} markets costs {plain(whole)} mana, over {purse[1]}: "
        "not all of them will be opened"
    )


def _broken(spec: MarketSpec, most: Decimal, purse: Purse | None) -> list[str]:
    cost = cost_mana(spec)
    costs, lower = f"to open it costs {price(spec)}", "lower its subsidy, or " if spec.subsidy_mana else ""
    told = []
    if cost > most:
        told.append(
            f"{costs}, over the {plain(most)} that one plan may cost (limits.max_mana in debate.yaml): "
            f"{lower}open it with `crux apply --max-mana {plain(cost)}`"
        )
    if purse is not None and cost > purse[0]:
        told.append(f"{costs}, over {purse[1]}: {lower}raise the budget")
    return told


def _purse(store: Store, debate: DebateSpec) -> Purse | None:
    """What is left of the debate's budget; None where it has none."""
    budget = debate.limits.budget
    if budget is None:
        return None
    with store.reading() as connection:
        left = budget - ledger.committed_mana(connection, debate.debate)
    return left, f"the {plain(left)} left of this debate's {plain(budget)} (limits.budget in debate.yaml)"
