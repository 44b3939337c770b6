"""What changed of late, in figures: a verdict beside the one that stood before, a week ago where no span is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.chat.spans import INSTANT, Span
from bot.chat.times import day
from bot.chat.tools import MOST_HAPPENINGS, Happening, Tools
from bot.leaves import Leaf, cites_under, leaves, reading
from resolvers.verdict import Citation, Verdict

WEEK = timedelta(days=7)
MOST_COMPARED = 40
"""Markets that are judged as of a week ago for one answer."""


@dataclass(frozen=True, slots=True)
class Within:
    """A span with its words at the beginning of an answer, and where there is nothing to tell."""

    since: datetime
    until: datetime | None
    first: str
    none: str


def within(tools: Tools, span: Span | None, opened: datetime | None = None) -> Within:
    """The span that was asked for, or the last seven days; of one since the opening, from when that was."""
    if span is None:
        since = tools.now - WEEK
        return Within(since, None, f"In the week since {day(since)}", f"since {day(since)}")
    if span.opening:
        span = Span(opened or tools.now, span.until, opening=True)
    words = span.words()
    return Within(span.since, span.until, words, f"{words[:1].lower()}{words[1:]}")


def left_out(found: Sequence[Happening], acts: int, shown: int) -> str:
    """What stands behind the span where not all of its acts are told; `found` is all that is known of the span."""
    least = "at least " if len(found) >= MOST_HAPPENINGS else ""
    return f", the last {shown} and {least}{acts - shown} more before them" if acts > shown else ""


def moved_by(tools: Tools, found: Sequence[Happening], told: Within) -> dict[str, str]:
    """Of the open markets whose sources showed something new: what their figures were and are; nothing of the others.

    Those whose answer turned stand first.
    """
    sources = {one.source for one in found if one.source is not None}
    now = [one for one in tools.markets() if one.state != "resolved" and not sources.isdisjoint(one.sources)]
    return moved(tools, [one.slug for one in now[:MOST_COMPARED]], told)


def moved(tools: Tools, slugs: Sequence[str], told: Within) -> dict[str, str]:
    """The same of the markets named, by slug: the verdicts at the two ends of a span beside each other."""
    found: list[tuple[bool, str, str]] = []
    ended = tools.verdicts_at(slugs, told.until - INSTANT) if told.until is not None else {}
    for slug, then in tools.verdicts_at(slugs, told.since).items():
        now = ended.get(slug) if told.until is not None else tools.verdict(slug)
        words = _difference(then, now) if now is not None else None
        if now is not None and words is not None:
            found.append((said_of(then) == said_of(now), slug, words))
    return {slug: words for _, slug, words in sorted(found)}


def _difference(then: Verdict, now: Verdict) -> str | None:
    """`the best score was 71%, is 74.2% (south in board, seen 2026-11-20), against 85%`; None where nothing moved."""
    was, turned = {leaf.left_words: leaf for leaf in leaves(then.trace)}, _turned(then, now)
    for leaf in leaves(now.trace):
        before = was.get(leaf.left_words)
        if before is not None and before.left != leaf.left:
            return f"{_side(leaf, before)}, against {leaf.right}{turned}"
    before_step, step = reading(then.trace), reading(now.trace)
    if before_step is not None and step is not None and step.value != before_step.value and not leaves(now.trace):
        return f"{step.words} was {before_step.value or 'not known'}, is {step.value}{_row(cites_under(step))}{turned}"
    return turned.removeprefix("; ") or None


def _side(leaf: Leaf, before: Leaf) -> str:
    was = "was not known" if before.left in ("unknown", "") else f"was {before.left}"
    return f"{leaf.left_words} {was}, is {leaf.left}{_row(leaf.cites)}"


def _row(cites: Iterable[Citation]) -> str:
    newest = max(cites, key=lambda cite: cite.seen_at, default=None)
    return f" ({newest.key} in {newest.source}, seen {day(newest.seen_at)})" if newest else ""


def _turned(then: Verdict, now: Verdict) -> str:
    if said_of(then) == said_of(now):
        return ""
    return f"; it was {said_of(then)}, now {said_of(now)}"


def said_of(verdict: Verdict) -> str:
    """`YES`, `pending, leaning NO` or `unknown`."""
    if verdict.outcome is not None:
        return verdict.outcome.words()
    return f"{verdict.state}, leaning {verdict.leaning.words()}" if verdict.leaning is not None else verdict.state
