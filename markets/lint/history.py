"""How long a condition was true in the time on record."""

from __future__ import annotations

from fractions import Fraction

from markets.lint.subject import Subject
from markets.lint.today import evaluator
from resolvers.evidence import instant
from resolvers.rules.knowing import Knowing
from resolvers.rules.nodes import Node

LEAST_US = 7 * 86_400_000_000
"""A share of less than a week, in microseconds, says nothing of how it goes: after one look it is all or nothing."""


def share_true(it: Subject, node: Node) -> Fraction | None:
    """The share of the time from the first sighting of any source until now; None where there is no week of it."""
    assert it.seen is not None
    now = instant(it.seen.now)
    seen = [sight.seen_at for source in it.sources for sight in it.seen.evidence.source(source.id).sightings]
    first = min(seen, default=now)
    if now - first < LEAST_US:
        return None
    steps = evaluator(it).truths(node, Knowing("fixed", now), first, now)
    ends = [*steps.at[1:], now]
    true = sum(
        min(end, now) - max(at, first)
        for at, end, truth in zip(steps.at, ends, steps.values, strict=True)
        if truth.value is True and min(end, now) > max(at, first)
    )
    return Fraction(true, now - first)
