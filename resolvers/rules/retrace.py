"""How a rule's figures look over time, as they were seen or with all that was known later: for charts."""

from __future__ import annotations

from datetime import datetime

from resolvers.evidence import Evidence, instant
from resolvers.rules.cache import Cache
from resolvers.rules.evaluate import Evaluator
from resolvers.rules.knowing import Knowing
from resolvers.rules.rule import Rule
from resolvers.rules.trace import Tracer
from resolvers.verdict import Step


def retrace(
    rule: Rule, evidence: Evidence, as_of: datetime, *, as_seen: bool = False, since: datetime | None = None
) -> Step:
    """The rule's own tree traced at T with what is known as of `as_of`: for charts, never for deciding.

    `as_seen`: each instant with what was known then, so that a figure stands as it stood before it was corrected.
    `since`: where its series begin, if not at the opening.
    """
    known = instant(as_of)
    opens, decides = instant(since or rule.opens), instant(rule.decides)
    cache = Cache()
    cache.turn_to(evidence, known)
    evaluator = Evaluator(cache, rule.defaults, rule.settlement.wait_us, known)
    at = min(decides, known)
    knowing = Knowing("vintage" if as_seen else "fixed", known)
    return Tracer(evaluator, knowing, opens, max(at, opens + 1)).step(rule.roots()[0], at, drawn=True)
