"""Events of a market: what a link says a claim makes likelier, as a set of the market's outcomes.

    YES | NO · an answer's label · before 2028-01-01 (a date question) · at least 70% | under 40% (a number question)

Dates and numbers are edges of the market's buckets, so that every outcome, and every price, says how far one holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from markets.fields import read_moment
from markets.spec import MarketSpec
from resolvers import units
from resolvers.outcome import Answers, No, NotApplicable, Outcome, Probability, Yes
from resolvers.rules.faults import nearest
from resolvers.rules.node_base import date_words
from resolvers.rules.outcomes import FirstDateOutcome, NumberOutcome

BINARY = ("YES", "NO")
BOUND = re.compile(r"^(before|at least|under)\s+(.+)$")
NUMBER = re.compile(r"^(-?[0-9]+(?:\.[0-9]+)?)\s*(\S*)$")

Shares = Mapping[str, Fraction]
"""How much of the outcome each answer has: YES and NO for a yes-or-no question, else the answers; they add up to 1."""


def outcomes_of(spec: MarketSpec) -> tuple[str, ...]:
    """What can come true, in order."""
    return spec.answers or BINARY


def shares_of(outcome: Outcome) -> Shares | None:
    """An outcome as shares; None for N/A, which says nothing."""
    match outcome:
        case Yes():
            return {"YES": Fraction(1)}
        case No():
            return {"NO": Fraction(1)}
        case Probability():
            yes = Fraction(outcome.percent) / 100
            return {"YES": yes, "NO": 1 - yes}
        case Answers():
            return {answer: Fraction(percent) / 100 for answer, percent in outcome.weights.items()}
        case NotApplicable():
            return None


def event_outcomes(spec: MarketSpec, event: str) -> tuple[str, ...] | None:
    """The outcomes under which an event holds; None where the market has no such event."""
    all_ = outcomes_of(spec)
    if event in all_:
        return (event,)
    found = BOUND.match(event.strip())
    edges = _edges(spec)
    if found is None or not edges:
        return None
    word, bound = found[1], _shown(spec, found[2])
    if bound not in edges or (word == "before") != isinstance(spec.rule.outcome.how, FirstDateOutcome):
        return None
    at = edges.index(bound) + 1
    return all_[at:] if word == "at least" else all_[:at]


def event_fault(spec: MarketSpec, event: str) -> str | None:
    """What is wrong with an event of a link, with what to write instead; None if nothing."""
    if event_outcomes(spec, event) is not None:
        return None
    if not spec.answers:
        return f"event: {event!r} is no outcome of a yes-or-no question; write YES or NO"
    said = f"event: {event!r} is no outcome of this market{nearest(event, spec.answers)}"
    edges = _edges(spec)
    if not edges:
        return said
    how = f"before {edges[0]}" if isinstance(spec.rule.outcome.how, FirstDateOutcome) else f"at least {edges[0]}"
    return f"{said}; or begin at one of its edges ({', '.join(edges)}), as `{how}`"


def _edges(spec: MarketSpec) -> tuple[str, ...]:
    """The edges between buckets as they are shown; the last edge of a date question begins the last answer."""
    how = spec.rule.outcome.how
    if isinstance(how, NumberOutcome):
        return tuple(units.show(units.exact(edge), how.unit) for edge in how.edges)
    if isinstance(how, FirstDateOutcome):
        return tuple(date_words(edge) for edge in how.edges)
    return ()


def _shown(spec: MarketSpec, bound: str) -> str:
    """A bound as its edge would be shown: `70 %` is 70%, `2028-01-01T00:00Z` is 2028-01-01."""
    if isinstance(spec.rule.outcome.how, FirstDateOutcome):
        try:
            return date_words(read_moment(bound))
        except ValueError:
            return bound
    number = NUMBER.match(bound)
    if number is None or len(number[1]) > 40:
        return bound
    figure = units.plain(units.exact(Decimal(number[1])))
    return f"{figure}{number[2]}" if number[2] in ("", "%") else f"{figure} {number[2]}"
