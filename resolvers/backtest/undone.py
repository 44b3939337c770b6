"""What revisions turned: figures that moved what would have been said, and a decision that hindsight would not take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from resolvers.backtest.days import Course, Day
from resolvers.durations import Duration
from resolvers.evidence import Evidence, Span, SpanColumns, instant, moment
from resolvers.outcome import Outcome, same_answer
from resolvers.rules.defaults import Settlement
from resolvers.rules.judge import judge
from resolvers.rules.outcomes import FirstDateOutcome, YesOutcome
from resolvers.rules.rule import Rule
from resolvers.verdict import Citation, Verdict


@dataclass(frozen=True, slots=True)
class Revision:
    """A cited figure that its publisher changed or took out, and what would be said before and after it."""

    source: str
    key: str
    column: str
    was: str | None
    now: str | None
    seen_at: datetime
    said: Outcome | None
    says: Outcome | None


def revisions(found: Course, evidence: Evidence) -> list[Revision]:
    """Every turn of what would be said that came with a change of a figure cited for what was said before."""
    return [
        revision
        for before, after in found.turns()
        for cite in before.verdict.citations()
        if (revision := _revised(cite, before, after, evidence)) is not None
    ]


def _revised(cite: Citation, before: Day, after: Day, evidence: Evidence) -> Revision | None:
    low, high = instant(before.at), instant(after.at)
    spans = SpanColumns.of(evidence.source(cite.source).spans)
    for span in spans:
        ended = (
            span.until is not None and low < span.until <= high and span.ended in ("changed", "withdrawn", "vanished")
        )
        if ended and span.observation == cite.observation and span.until is not None:
            following = _following(spans, span)
            now = following.cells.get(cite.column) if following else None
            if now == cite.text and following is not None:
                return None
            at = moment(span.until)
            return Revision(cite.source, cite.key, cite.column, cite.text, now, at, before.says, after.says)
    return None


def _following(spans: Sequence[Span], ended: Span) -> Span | None:
    return next((span for span in spans if span.row == ended.row and span.since == ended.until), None)


def undone(slug: str, rule: Rule, evidence: Evidence, decision: Verdict, last: datetime) -> str:
    """Why a decision would not be taken with all that is known at `last`; empty where it would.

    The same rule is asked with the longest settling that is over by then, whatever policy it has.
    """
    ends = _ended(rule, decision)
    if ends is None or decision.outcome is None:
        return ""
    seconds = (instant(last) - ends) // 1_000_000
    if seconds <= 0:
        return ""
    patient = Rule(**{**dict(rule), "settlement": Settlement(after=Duration(seconds=seconds))})
    hindsight = judge(slug, patient, evidence, last)
    if hindsight.state == "decided" and hindsight.outcome is not None:
        if same_answer(hindsight.outcome, decision.outcome):
            return ""
        return f"with all that is known by then it would be {hindsight.outcome.words()}: {hindsight.because}"
    return f"with all that is known by then it would not be decided: {hindsight.because}"


def _ended(rule: Rule, decision: Verdict) -> int | None:
    """When the reading or run that a decision rests on was over."""
    if decision.instant is None:
        return None
    how = rule.outcome.how
    answered_never = isinstance(how, YesOutcome | FirstDateOutcome) and decision.instant == rule.decides
    length = how.when.length.us if isinstance(how, YesOutcome | FirstDateOutcome) and not answered_never else 0
    return instant(decision.instant) + length
