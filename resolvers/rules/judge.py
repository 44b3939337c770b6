"""Judging: a rule, the evidence and an instant to a verdict; the same three give the same verdict, byte for byte."""

from __future__ import annotations

from datetime import datetime

from resolvers.evidence import Evidence, instant
from resolvers.rules.cache import Cache
from resolvers.rules.judging import Judging
from resolvers.rules.outcomes import ChoiceOutcome, FirstDateOutcome, NumberOutcome, YesOutcome
from resolvers.rules.reading import Reading
from resolvers.rules.rule import Rule
from resolvers.rules.running import Running
from resolvers.verdict import Verdict

SEMANTICS = 1
"""Raised whenever the same rule on the same evidence could come out differently than before."""


def judge(slug: str, rule: Rule, evidence: Evidence, as_of: datetime, *, cache: Cache | None = None) -> Verdict:
    """What the rule says of the evidence as of an instant, and why.

    `as_of` is aware; evidence seen later is not looked at. A `cache` shared by many rules judged on the same evidence
    as of the same instant makes common parts once; it never changes a verdict. Evidence that cannot be reckoned with
    makes the verdict unknown, never decided, and stops no other market.
    """
    shared = cache if cache is not None else Cache()
    shared.turn_to(evidence, instant(as_of))
    shared.rules += 1
    try:
        return _judged(slug, rule, shared, as_of)
    except (ArithmeticError, RecursionError, ValueError) as error:
        told = f"judging {slug} failed: {type(error).__name__}: {error!s:.200}"
        return Judging(slug, rule, shared, as_of, SEMANTICS).made("unknown", told, ())


def _judged(slug: str, rule: Rule, shared: Cache, as_of: datetime) -> Verdict:
    how = rule.outcome.how
    if isinstance(how, YesOutcome | FirstDateOutcome):
        return Running(slug, rule, shared, as_of, SEMANTICS).verdict(how)
    assert isinstance(how, ChoiceOutcome | NumberOutcome)
    return Reading(slug, rule, shared, as_of, SEMANTICS).verdict(how)
