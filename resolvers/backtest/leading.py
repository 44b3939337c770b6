"""Who led when: what the text of a picked row (its model, its lab) said over time; for charts, never for deciding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from resolvers.evidence import Evidence, Instant, instant, moment
from resolvers.rules.cache import Cache
from resolvers.rules.evaluate import Evaluator
from resolvers.rules.knowing import Knowing
from resolvers.rules.nodes import FieldOf, walk
from resolvers.rules.phrase import spoken
from resolvers.rules.rule import Rule
from resolvers.rules.trace import texts_text


@dataclass(frozen=True, slots=True)
class Leads:
    """`what` is read of the picked row (`the model`), and what it was from each instant on; several where rows tie."""

    what: str
    steps: tuple[tuple[datetime, str], ...]


def leads(
    rule: Rule, evidence: Evidence, as_of: datetime, *, as_seen: bool = False, since: datetime | None = None
) -> tuple[Leads, ...]:
    """What a rule reads of the rows that it picks, from the opening (or `since`) to T or `as_of`; without repeats.

    `as_seen`: each instant with what was known then; otherwise with all that is known as of `as_of`.
    """
    nodes = asks_who(rule)
    if not nodes:
        return ()
    known = instant(as_of)
    cache = Cache()
    cache.turn_to(evidence, known)
    evaluator = Evaluator(cache, rule.defaults, rule.settlement.wait_us, known)
    knowing = Knowing("vintage" if as_seen else "fixed", known)
    low = instant(since or rule.opens)
    high = max(min(instant(rule.decides), known), low + 1)
    return tuple(_leads(node, evaluator, knowing, low, high) for node in nodes)


def asks_who(rule: Rule) -> tuple[FieldOf, ...]:
    """The texts that a rule reads of picked rows, each once."""
    found = [each for each in walk(rule.roots()[0]) if each.kind == "field" and each.type == "text"]
    return tuple(dict.fromkeys(found))


def _leads(node: FieldOf, evaluator: Evaluator, knowing: Knowing, low: Instant, high: Instant) -> Leads:
    steps = evaluator.texts(node, knowing).cut(low, high).map(texts_text)
    told = zip(steps.at, steps.values, strict=True)
    return Leads(f"the {spoken(node.column)}", tuple((moment(at), who) for at, who in told))
