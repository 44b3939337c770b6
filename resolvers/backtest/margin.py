"""How far a rule was from turning: the first comparison's left side less its right, or a number's way to an edge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from resolvers import units
from resolvers.evidence import Evidence, instant
from resolvers.rules import exact
from resolvers.rules.cache import Cache
from resolvers.rules.evaluate import Evaluator
from resolvers.rules.exact import Amount
from resolvers.rules.knowing import Knowing
from resolvers.rules.nodes import Compare, is_text, unit_of, walk
from resolvers.rules.outcomes import NumberOutcome
from resolvers.rules.rule import Rule
from resolvers.units import Exact


@dataclass(frozen=True, slots=True)
class Margin:
    """`low` and `high` as decimal text in `unit` (equal where the values are certain), None where unknown."""

    low: str | None
    high: str | None
    unit: str

    @property
    def size(self) -> Decimal | None:
        """How far from turning, whichever way; zero where both are possible."""
        if self.low is None or self.high is None:
            return None
        low, high = Decimal(self.low), Decimal(self.high)
        return Decimal(0) if low < 0 < high else min(abs(low), abs(high))

    def words(self) -> str:
        if self.low is None or self.high is None:
            return "unknown"
        shown = [
            f"{text}{f' {self.unit}' if self.unit not in units.BARE else ''}"
            for text in dict.fromkeys((self.low, self.high))
        ]
        return " to ".join(shown)


def margin(rule: Rule, evidence: Evidence, at: datetime, cache: Cache) -> Margin | None:
    """The margin as known at `at`, of what `measured` names; None for a rule that compares no numbers."""
    known = instant(at)
    cache.turn_to(evidence, known)
    evaluator = Evaluator(cache, rule.defaults, rule.settlement.wait_us, known)
    knowing = Knowing("first" if rule.settlement.how == "first_release" else "fixed", known)
    moment = max(min(known, instant(rule.decides) - 1), 0)
    found = measured(rule)
    if isinstance(found, NumberOutcome):
        value = evaluator.amounts(found.of, knowing, moment, moment + 1).values[0]
        return _told(_to_edge(found, value), "points" if found.unit == "percent" else found.unit)
    if found is None:
        return None
    sides = [evaluator.amounts(side, knowing, moment, moment + 1).values[0] for side in (found.left, found.right)]
    unit = unit_of(found.left)
    return _told(exact.arithmetic("-", sides[0], sides[1]), "points" if unit == "percent" else unit)


def measured(rule: Rule) -> Compare | NumberOutcome | None:
    """What the margin of a rule is told of; None for a rule that compares no numbers (the class of the best, say).

    Of several comparisons the first one written counts: it is the one that the question names. One that only sees to
    it that there are rows at all (`rivals >= 1`) is passed over where there is another.
    """
    how = rule.outcome.how
    if isinstance(how, NumberOutcome):
        return how
    found = [node for node in walk(how.root()) if isinstance(node, Compare) and not is_text(node.left)]
    return next((node for node in found if not _guards(node)), found[0] if found else None)


def measured_words(rule: Rule) -> str:
    """The same in words; empty where there is nothing."""
    found = measured(rule)
    if found is None:
        return ""
    return "to the nearest edge" if isinstance(found, NumberOutcome) else found.words().text


def _guards(node: Compare) -> bool:
    """Whether it compares a number of rows with one row."""
    counts = node.left.kind == "reduce" and node.left.how == "count"
    return counts and node.right.kind == "literal" and node.right.value in (0, 1)


def _to_edge(how: NumberOutcome, value: Amount) -> Amount:
    """From the nearest edge to the value: under zero where it lies below that edge."""
    if not value.point:
        return exact.undefined(value.because)
    distances = [value.low - units.exact(edge) for edge in how.edges]
    nearest = sorted(distances, key=_size)[0]
    return Amount(nearest, nearest)


def _size(distance: Exact) -> Exact:
    return max(distance, -distance)


def _told(found: Amount, unit: str) -> Margin:
    if not found.defined or math.isinf(found.low) or math.isinf(found.high):
        return Margin(None, None, unit)
    return Margin(units.plain(found.low), units.plain(found.high), unit)
