"""What everyone on the server is told of a proposal: that it stands, until when to object and how, how it ended; pure.

Three messages at most, each of one thing and edited in place when that changes. The small line below each is how it is
found again in the channel whatever else of it has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.discord.cards_message import when
from bot.discord.text import safe
from bot.review.desk import Card, unanswered
from bot.review.notices import by_silence
from bot.review.undo import undo_until
from bot.say import many
from bot.told_short import measured, shortened

HOW = (
    "Reply to Crux's comment on the market if you hold a position there; an objection holds the resolution until a "
    "reviewer has answered it."
)
STANDS: Mapping[str, str] = {
    "approved": "Reviewers agree; the time for objections is about to begin.",
    "agreed": "Reviewers agree; holders of positions may object now.",
    "disputed": "A reviewer disputes it: the sources are looked at again, and it is judged anew. Nothing is resolved.",
    "resolving": "It is being resolved on Manifold.",
    "resolved": "It is resolved on Manifold.",
    "undoing": "A reviewer takes the resolution back.",
    "undone": "The resolution was taken back; it is looked at and judged again.",
    "rejected": "Reviewers rejected it. Nothing is resolved.",
    "superseded": "A newer proposal took its place. Nothing is resolved by this one.",
    "withdrawn": "It was withdrawn: the evidence no longer decides it. Nothing is resolved.",
}
"""State -> what has become of it, for those who only read."""
WAITS = "Reviewers agree; the time to object is over, and it waits to be resolved."
AGAIN = "It was disputed and judged again, and reviewers look at it anew."


def told(seen: Card, known: Collection[str], now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """(key, body) of each message there should be; `known` are the keys of those that stand already."""
    yield proposed_key(seen), _body(seen, "proposed", _proposed(seen, now))
    for number in range(1, seen.proposal.round + 1):
        key = f"announce:window:{seen.proposal.id}:{number}"
        runs = number == seen.proposal.round and seen.proposal.state == "agreed"
        if runs or key in known:
            yield key, _body(seen, f"objections {number}", _window(seen, now, runs=runs))
    key = f"announce:resolved:{seen.proposal.id}"
    if seen.proposal.state == "resolved" or key in known:
        yield key, _body(seen, "resolved", _resolved(seen))


def window_over(seen: Card, now: datetime) -> bool:
    """Whether it is agreed, nobody may object any more, and it is not being resolved yet."""
    until = seen.proposal.window_until
    return seen.proposal.state == "agreed" and until is not None and now >= until


def keys(seen: Card) -> list[str]:
    """Every key under which a message about it may stand."""
    number = seen.proposal.id
    windows = [f"announce:window:{number}:{each}" for each in range(1, seen.proposal.round + 1)]
    return [proposed_key(seen), *windows, f"announce:resolved:{number}"]


def proposed_key(seen: Card) -> str:
    """Of the message that it was proposed."""
    return f"announce:proposal:{seen.proposal.id}"


def _body(seen: Card, which: str, text: str) -> dict[str, Any]:
    mark = f"-# P{seen.proposal.id} · {which}"
    return {"content": f"{text}\n{mark}", "mark": mark, "mentions": [], "final": True, "link": seen.market.url}


def _named(seen: Card) -> tuple[str, str]:
    """The outcome, and of what."""
    outcome = safe(measured(seen.proposal.outcome), 300)
    return outcome, f"“{safe(seen.frozen.question, 200)}” (proposal {seen.proposal.id})"


def _proposed(seen: Card, now: datetime) -> str:
    outcome, what = _named(seen)
    because = safe(shortened(seen.proposal.verdict.because), 500)
    return f"**Proposed: {outcome}** for {what}.\nWhy: {because}.\n{_stands(seen, now)}"


def _stands(seen: Card, now: datetime) -> str:
    state, review = seen.proposal.state, seen.frozen.review
    if window_over(seen, now):
        return WAITS
    if state != "proposed":
        return STANDS[state]
    who = "Reviewers look at it again, after a dispute" if seen.proposal.round > 1 else "Reviewers look at it now"
    who = "One interested person decides, as was said when this opened" if review.declare else who
    after = f"Once it is agreed, holders may object for {review.window} before anything is resolved."
    silent = f" If nobody says a word for {review.auto_after}, it goes on by itself." if review.auto_after else ""
    return f"{who}; nothing is decided. {after}{silent}"


def _window(seen: Card, now: datetime, *, runs: bool) -> str:
    outcome, what = _named(seen)
    until = seen.proposal.window_until
    over = f"The time to object to **{outcome}** for {what} is over"
    if not runs or until is None:
        return f"{over}. {STANDS.get(seen.proposal.state, AGAIN)}"
    waiting = unanswered(seen.objections)
    held = f"\n**Held:** {many(len(waiting), 'objection')} without a reviewer's answer." if waiting else ""
    if window_over(seen, now):
        return f"{over}; {_agreed(seen)}, and it waits to be resolved.{held}"
    return (
        f"**Object until {when(until)}** if **{outcome}** is wrong for {what}: {_agreed(seen)}, and nothing is "
        f"resolved before that.\n{HOW}{held}"
    )


def _agreed(seen: Card) -> str:
    silent = (seen.proposal.facts or {}).get("auto_after")
    if silent:
        return by_silence(silent)[0].lower() + by_silence(silent)[1:]
    return "one interested person has decided so" if seen.frozen.review.declare else "reviewers agree on it"


def _resolved(seen: Card) -> str:
    outcome, what = _named(seen)
    if seen.proposal.state != "resolved":
        by = f" by {safe(seen.undone[0], 60)}: {safe(seen.undone[1], 300)}" if seen.undone else ""
        return f"**Taken back: {outcome}** for {what}{by}. It is looked at and judged again."
    until = undo_until(seen)
    undo = f" Reviewers may take it back until {when(until)}." if until else ""
    because = safe(shortened(seen.proposal.verdict.because), 500)
    return f"**Resolved: {outcome}** for {what}. Why: {because}.{undo}"
