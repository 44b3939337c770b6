"""The verdict on every day of a history, judged anew only where it can have turned.

A verdict that is not decided says until when it stands if nothing new is seen; between those instants and the changes
of the evidence the day before speaks for the day. A decided one keeps its answer, but may come to name an earlier
instant for it (a label or a first look that was still due), so it is judged on changes, too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from resolvers.backtest.watching import Watched, watched
from resolvers.evidence import Evidence, Instant, instant
from resolvers.outcome import Outcome, same_answer
from resolvers.rules.cache import Cache
from resolvers.rules.judge import judge
from resolvers.rules.looks import WAITS
from resolvers.rules.rule import Rule
from resolvers.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Day:
    """What would have been said with all that was seen by `at`; `judged` where the rule was really run for it."""

    at: datetime
    verdict: Verdict
    judged: bool

    @property
    def says(self) -> Outcome | None:
        """The outcome, or which way it leans."""
        return self.verdict.outcome if self.verdict.state == "decided" else self.verdict.leaning


@dataclass(frozen=True, slots=True)
class Course:
    """The days in order; `changes` counts the instants of changed evidence among them, `evaluations` the judgings."""

    days: tuple[Day, ...]
    changes: int
    evaluations: int

    @property
    def first_decision(self) -> Day | None:
        return next((day for day in self.days if day.verdict.state == "decided"), None)

    def turns(self) -> list[tuple[Day, Day]]:
        """The days on which what would be said changed, if only by its figure, each with the day before."""
        return [(a, b) for a, b in zip(self.days, self.days[1:], strict=False) if a.says != b.says]

    def flips(self) -> list[tuple[Day, Day]]:
        """Those of them on which another answer would be said: a figure that moved within its bucket is none."""
        return [(a, b) for a, b in self.turns() if not same_answer(a.says, b.says)]


def every_day(first: datetime, last: datetime) -> list[datetime]:
    """`first`, then each day later, up to `last`; where that falls into a day, it stands for the day so far."""
    count = max((last - first) // timedelta(days=1), 0)
    found = [first + timedelta(days=number) for number in range(count + 1)]
    return [*found, last] if found[-1] < last else found


def course(slug: str, rule: Rule, evidence: Evidence, days: Sequence[datetime]) -> Course:
    """The verdict as of each of `days` (aware, in order), as `judge` gives it; evidence seen after a day is unknown."""
    found: list[Day] = []
    marks = watched(rule, evidence)
    cache = Cache()
    turn = _Turn(marks)
    for at in days:
        before = found[-1].verdict if found else None
        if before is not None and not turn.due(before, instant(at)):
            found.append(Day(at, before.model_copy(update={"as_of": at}), False))
            continue
        found.append(Day(at, judge(slug, rule, evidence, at, cache=cache), True))
        turn.judged_at = instant(at)
    changes = 0
    if days:
        low, high = instant(days[0]), instant(days[-1])
        changes = sum(1 for at in marks.changes if low <= at <= high)
    return Course(tuple(found), changes, cache.rules)


@dataclass
class _Turn:
    """Whether a verdict judged at `judged_at` may have turned by a later day."""

    marks: Watched
    judged_at: Instant = 0

    def due(self, verdict: Verdict, at: Instant) -> bool:
        if self._any(self.marks.changes, at) or self._any(self.marks.times, at):
            return True
        if verdict.until is not None and self.judged_at < instant(verdict.until) <= at:
            return True
        if verdict.state == "decided":
            return False
        if self._any(self.marks.ripe if verdict.leaning is None else self.marks.unseen, at):
            return True
        return WAITS in verdict.because and self._any(self.marks.looks, at)

    def _any(self, instants: Sequence[Instant], at: Instant) -> bool:
        """Whether one of the instants lies after the last judging and not after `at`."""
        return bisect_right(instants, at) > bisect_right(instants, self.judged_at)
