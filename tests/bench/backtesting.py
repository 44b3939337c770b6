"""One year's backtest of many rules, against one judging of each and against judging every day anew."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from rule_trees import made

from resolvers.backtest.days import course, every_day
from resolvers.rules.judge import judge


def run(markets: int, observations: int, sources: int, days: int, seed: int) -> dict[str, Any]:
    """Live each rule through `days` days of made history that ends where the evidence does."""
    told = made(seed, markets, sources, observations)
    dates = every_day(told.as_of - timedelta(days=days - 1), told.as_of)
    evaluations, changes, most_over, same = 0, 0, -(10**9), True
    incremental_s = plain_s = once_s = 0.0
    for slug, rule in told.rules.items():
        found, took = _timed(lambda slug=slug, rule=rule: course(slug, rule, told.evidence, dates))
        incremental_s += took
        evaluations += found.evaluations
        changes += found.changes
        most_over = max(most_over, found.evaluations - found.changes)
        every, took = _timed(lambda slug=slug, rule=rule: [judge(slug, rule, told.evidence, day) for day in dates])
        plain_s += took
        _, took = _timed(lambda slug=slug, rule=rule: judge(slug, rule, told.evidence, told.as_of))
        once_s += took
        same &= all(
            (one.verdict.state, one.verdict.outcome, one.verdict.because) == (other.state, other.outcome, other.because)
            for one, other in zip(found.days, every, strict=True)
        )
    return {
        "markets": len(told.rules),
        "observations": told.observations,
        "days": len(dates),
        "changes": changes,
        "evaluations": evaluations,
        "plain_evaluations": len(dates) * len(told.rules),
        "most_evaluations_over_changes": most_over,
        "same_as_plain": same,
        "incremental_s": round(incremental_s, 3),
        "plain_s": round(plain_s, 3),
        "once_s": round(once_s, 4),
        "ratio_to_one_evaluation": round(incremental_s / once_s, 1),
        "ratio_of_plain_to_one_evaluation": round(plain_s / once_s, 1),
    }


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    gc.collect()
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start
