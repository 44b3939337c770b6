"""What changed of late, in figures: a verdict beside the one that stood a week ago."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from bot.chat.times import day
from bot.chat.tools import Happening, Tools
from bot.leaves import Leaf, cites_under, leaves, reading
from resolvers.verdict import Citation, Verdict

WEEK = timedelta(days=7)
MOST_COMPARED = 40
"""Markets that are judged as of a week ago for one answer."""


def moved_by(tools: Tools, found: Sequence[Happening]) -> dict[str, str]:
    """Of the open markets whose sources showed something new: what their figures were and are; nothing of the others.

    Those whose answer turned stand first.
    """
    sources = {one.source for one in found if one.source is not None}
    now = [one for one in tools.markets() if one.state != "resolved" and not sources.isdisjoint(one.sources)]
    return moved(tools, [one.slug for one in now[:MOST_COMPARED]])


def moved(tools: Tools, slugs: Sequence[str]) -> dict[str, str]:
    """The same of the markets named, by slug."""
    told: list[tuple[bool, str, str]] = []
    for slug, then in tools.verdicts_at(slugs, tools.now - WEEK).items():
        now = tools.verdict(slug)
        words = _difference(then, now) if now is not None else None
        if now is not None and words is not None:
            told.append((_said(then) == _said(now), slug, words))
    return {slug: words for _, slug, words in sorted(told)}


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
    if _said(then) == _said(now):
        return ""
    return f"; it was {_said(then)}, now {_said(now)}"


def _said(verdict: Verdict) -> str:
    """`YES`, `pending, leaning NO` or `unknown`."""
    if verdict.outcome is not None:
        return verdict.outcome.words()
    return f"{verdict.state}, leaning {verdict.leaning.words()}" if verdict.leaning is not None else verdict.state
