"""A market's rule lived through on the stored history: what `crux backtest` tells, as one plain document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from bot.backtest_panels import notes
from bot.judging import Asked
from bot.store import Store, load_evidence
from resolvers.backtest.days import Course, Day, course, every_day
from resolvers.backtest.margin import Margin, margin, measured_words
from resolvers.backtest.moving import Moved, moved
from resolvers.backtest.undone import Revision, revisions, undone
from resolvers.errors import Refusal
from resolvers.evidence import EvidenceInMemory, moment
from resolvers.outcome import Outcome
from resolvers.rules.cache import Cache
from resolvers.rules.panels import is_panel
from resolvers.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Backtest:
    """One market on its history: the days, how far each was from turning, and what the result hangs on.

    `rule` is the market's own; where that opens only after the history begins and is not live yet, as if it had opened
    on the first day.
    """

    asked: Asked
    rule: Rule
    evidence: EvidenceInMemory
    course: Course
    margins: tuple[Margin | None, ...]
    revisions: tuple[Revision, ...]
    undone: str
    moved: tuple[Moved, ...]

    @property
    def last(self) -> datetime:
        return self.course.days[-1].at

    @property
    def so_far(self) -> datetime | None:
        """When the last day was judged that is not over; None where all days are whole."""
        first = self.course.days[0].at
        began = _midnight_after(first) - timedelta(days=1) if first == self.last else first
        return self.last if (self.last - began) % timedelta(days=1) else None


def backtest(store: Store, asked: Asked, since: datetime | None, until: datetime | None) -> Backtest:
    """Judge a market as of every day from `since` to `until`: by default from the first look to the last.

    Refusal where nothing has been looked at yet, or the days are the wrong way round.
    """
    now = store.now()
    evidence = load_evidence(store, asked.sources, now)
    days = _days(asked.slug, evidence, since, until, now)
    rule = asked.rule
    if asked.market is None and days[0] < rule.opens:
        rule = Rule(**{**dict(rule), "opens": days[0]})
    found = course(asked.slug, rule, evidence, days)
    decided = found.first_decision
    return Backtest(
        asked,
        rule,
        evidence,
        found,
        tuple(_margins(rule, evidence, found.days)),
        tuple(revisions(found, evidence)),
        undone(asked.slug, rule, evidence, decided.verdict, days[-1]) if decided else "",
        tuple(moved(asked.slug, rule, evidence, days)),
    )


def _days(
    slug: str, evidence: EvidenceInMemory, since: datetime | None, until: datetime | None, now: datetime
) -> list[datetime]:
    """The midnights (UTC) after each day of the history, and this moment, or `until`, for a day that is not over."""
    looks = [look.seen_at for source in evidence.sources.values() for look in source.sightings]
    if not looks:
        raise Refusal(f"{slug}: nothing it reads has been looked at yet; {_remedy(evidence)}")
    first = since or min(_midnight_after(moment(min(looks))), now)  # where the history began today, it is one day
    last = min(until or _midnight_after(moment(max(looks))), now)
    if last < first:
        raise Refusal(
            f"{slug}: the last day, {last:%Y-%m-%d}, comes before the first, {first:%Y-%m-%d}; turn them round"
        )
    return every_day(first, last)


def _remedy(evidence: EvidenceInMemory) -> str:
    """What brings history: a look or an import; of a panel nobody publishes answers."""
    if all(is_panel(name) for name in evidence.sources):
        return "it reads only what a panel answers, which is asked once the market is open; there is no history to try"
    return "`crux collect` looks now, `crux import` adds history"


def panel_notes(found: Backtest) -> tuple[str, ...]:
    """What it cannot know of each panel that the rule reads."""
    return notes(found.rule, found.evidence, [each.number for each in found.moved])


def _midnight_after(at: datetime) -> datetime:
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day if day == at else day + timedelta(days=1)


def _margins(rule: Rule, evidence: EvidenceInMemory, days: Sequence[Day]) -> list[Margin | None]:
    """The margin of each day; one on which nothing turned keeps that of the day before."""
    found: list[Margin | None] = []
    cache = Cache()
    for day in days:
        found.append(margin(rule, evidence, day.at, cache) if day.judged or not found else found[-1])
    return found


def as_document(found: Backtest) -> dict[str, Any]:
    """All of it as JSON: days by date, instants in UTC, outcomes as they stand in verdicts."""
    first = found.course.first_decision
    return {
        "slug": found.asked.slug,
        "from": found.course.days[0].at,
        "as_if_opened": found.rule.opens if found.rule.opens != found.asked.rule.opens else None,
        "to": found.last,
        "so_far": found.so_far,
        "evaluations": found.course.evaluations,
        "changes": found.course.changes,
        "first_decision": None if first is None else {"at": first.at, **_outcome(first.verdict.outcome)},
        "undone": found.undone or None,
        "panels": list(panel_notes(found)),
        "margin_of": measured_words(found.rule) or None,
        "days": [_day(day, far) for day, far in zip(found.course.days, found.margins, strict=True)],
        "flips": [
            {"at": after.at, "from": _words(before.says), "to": _words(after.says)}
            for before, after in found.course.flips()
        ],
        "unknown": [
            {"from": days[0].at, "to": days[-1].at, "days": len(days), "because": because}
            for because, days in unknown_stretches(found.course.days)
        ],
        "revisions": [_revision(each) for each in found.revisions],
        "moved": [_moved(each) for each in found.moved],
    }


def unknown_stretches(days: Sequence[Day]) -> list[tuple[str, list[Day]]]:
    """Days in a row on which nobody could have said, with the reason: undecided, and leaning neither way."""
    grouped = groupby(days, key=lambda day: day.verdict.because if day.says is None else "")
    return [(because, list(some)) for because, some in grouped if because]


def _day(day: Day, far: Margin | None) -> dict[str, Any]:
    verdict = day.verdict
    return {
        "as_of": day.at,
        "state": verdict.state,
        "outcome": _words(verdict.outcome),
        "leaning": _words(verdict.leaning),
        "margin": None if far is None else {"low": far.low, "high": far.high, "unit": far.unit},
        "because": verdict.because,
        "judged": day.judged,
    }


def _revision(each: Revision) -> dict[str, Any]:
    return {
        "source": each.source,
        "key": each.key,
        "column": each.column,
        "was": each.was,
        "now": each.now,
        "seen_at": each.seen_at,
        "said": _words(each.said),
        "says": _words(each.says),
    }


def _moved(each: Moved) -> dict[str, Any]:
    return {
        "number": each.number.shown,
        "what": each.number.what,
        "share_pct": each.share,
        "to": each.to,
        "first_decision": each.first_decision,
        "outcome": _words(each.outcome),
        "why_not": each.why_not or None,
    }


def _outcome(outcome: Outcome | None) -> dict[str, Any]:
    return {"outcome": None if outcome is None else outcome.model_dump(mode="json"), "words": _words(outcome)}


def _words(outcome: Outcome | None) -> str | None:
    return None if outcome is None else outcome.words()
