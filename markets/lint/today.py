"""The dry run: what a rule says today, and what it would say if its market had just opened."""

from __future__ import annotations

from datetime import timedelta

from markets.lint.subject import Subject
from resolvers.evidence import instant
from resolvers.outcome import NotApplicable
from resolvers.rules.cache import Cache
from resolvers.rules.evaluate import Evaluator
from resolvers.rules.judge import judge
from resolvers.rules.knowing import Knowing
from resolvers.rules.nodes import Node, Series, Window, walk
from resolvers.rules.outcomes import FirstDateOutcome, YesOutcome
from resolvers.rules.rule import Rule
from resolvers.rules.running import CAN_COME
from resolvers.units import Exact
from resolvers.verdict import Verdict


def dry_run(it: Subject) -> Verdict:
    """The verdict as of now, worked out once; a market still to open is taken to have opened just before.

    Then an N/A clause over a stretch of time that is not over is left out: it says nothing yet. A market that is live,
    or whose T is past, is judged as it stands.
    """
    found = it.shared.get(f"dry run of {it.spec.slug}")
    if isinstance(found, Verdict):
        return found
    assert it.seen is not None
    rule = it.spec.rule
    if not it.seen.opened and it.seen.now < rule.decides:
        opened = it.seen.now - timedelta(microseconds=1)
        # Made anew, not copied: a copy would keep the nodes of the clause that is left out.
        rule = Rule(**{**dict(rule), "opens": opened, **({"na": None} if na_lies_ahead(it) else {})})
    made = judge(it.spec.slug, rule, it.seen.evidence, it.seen.now, cache=_cache(it))
    it.shared[f"dry run of {it.spec.slug}"] = made
    return made


def na_lies_ahead(it: Subject) -> bool:
    """Whether the N/A clause looks at a stretch of time that is not over, or at an instant to come."""
    assert it.seen is not None
    na, now = it.spec.rule.na, it.seen.now
    ends = [node.at or node.before for node in walk(na.when) if isinstance(node, Window)] if na else []
    ends += [node.before for node in walk(na.when) if isinstance(node, Series)] if na else []
    return any(end is not None and end > now for end in ends)


NOW = "; now "
"""With it begins, in a verdict that is not decided, how it stands today; before it stands what there is to wait for."""


def told(it: Subject) -> str:
    """`YES because …`, in one line; unknown where what it turns on is not known now, whichever way it leans."""
    verdict = dry_run(it)
    open_now = verdict.outcome is None and any(step.value == "unknown" for step in verdict.trace.steps)
    outcome = None if open_now else verdict.outcome or verdict.leaning
    return f"{outcome.words() if outcome else 'unknown'} because {_reason(verdict)}"


def _reason(verdict: Verdict) -> str:
    """Why, without what a verdict begins with: that there is time left, or its outcome once more."""
    outcome = f"{verdict.outcome.words()}: " if verdict.outcome else ""
    reason = verdict.because.removeprefix(outcome)
    if reason.startswith(CAN_COME):  # as a reason for what it would say today it is none
        reason = reason[reason.find(NOW) :].removeprefix("; ")
    return reason or "the condition is not met now"


def known_already(it: Subject) -> str:
    """Why the answer is known today, or empty."""
    verdict = dry_run(it)
    outcome, how = verdict.outcome or verdict.leaning, it.spec.rule.outcome.how
    if isinstance(outcome, NotApplicable):
        return f"it would be N/A from the start: {verdict.because}"
    if verdict.outcome is not None:
        return f"it is decided already, {verdict.outcome.words()}: {_reason(verdict)}"
    if outcome is None or not isinstance(how, YesOutcome | FirstDateOutcome):
        return ""
    never = "NO" if isinstance(how, YesOutcome) else how.never
    if never in outcome.words():
        return ""
    return f"it is true already ({outcome.words()}): {verdict.because}; move the threshold"


def blind_beginning(it: Subject) -> bool:
    """Whether its window began before anybody looked, so that it may have been true and nobody could ever say NO.

    Only of a market that would open now: one that is live is past mending, one still to open has time to be looked at.
    """
    assert it.seen is not None
    rule = it.spec.rule
    runs = isinstance(rule.outcome.how, YesOutcome | FirstDateOutcome)
    if not runs or it.seen.opened or not rule.opens <= it.seen.now < rule.decides or dry_run(it).leaning is None:
        return False
    as_written = judge(it.spec.slug, rule, it.seen.evidence, it.seen.now, cache=_cache(it))
    return as_written.state == "pending" and as_written.leaning is None


def current(it: Subject, node: Node) -> Exact | None:
    """A number as it stands today; None where it is not known exactly."""
    assert it.seen is not None
    at = instant(it.seen.now)
    found = evaluator(it).amounts(node, Knowing("fixed", at), at, at + 1).values[0]
    return found.low if found.point else None


def _cache(it: Subject) -> Cache:
    cache = it.shared.setdefault("cache of today", Cache())
    assert isinstance(cache, Cache)
    return cache


def evaluator(it: Subject) -> Evaluator:
    assert it.seen is not None
    rule, cache = it.spec.rule, _cache(it)
    cache.turn_to(it.seen.evidence, instant(it.seen.now))
    return Evaluator(cache, rule.defaults, rule.settlement.wait_us, instant(it.seen.now))
