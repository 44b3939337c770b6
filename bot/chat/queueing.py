"""Answers about what waits for reviewers, and which of it waits for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.chat.replies import Reply
from bot.chat.subjects import Subject
from bot.chat.telling import reviewers
from bot.chat.times import day
from bot.chat.tools import Tools
from bot.review.desk import Card
from bot.review.quorum import last_words

SHOWN = 2


def queue(tools: Tools, asker: str, about: Subject) -> Reply:
    """How many proposals want votes, the oldest of them, and the asker's own part where their account is known."""
    if about.slug is not None and about.named:
        return _of_market(tools, about.slug)
    waiting = [card for card in tools.waiting() if card.proposal.state == "proposed"]
    debate = tools.loaded.debate
    assert debate is not None
    person = tools.person(asker)
    mine = _for(person, waiting) if person in debate.reviewers else None
    if not waiting:
        return Reply(("Nothing waits for reviewers now.",), "queue")
    number = "1 proposal waits" if len(waiting) == 1 else f"{len(waiting)} proposals wait"
    lines = [f"{number} for votes; /review queue has all of it."]
    if mine is not None:
        told = ", ".join(f"P{card.proposal.id}" for card in mine[:8]) or "none"
        lines.append(f"Without your vote, {person}: {told}.")
    lines += [_line(card) for card in (mine or waiting)[:SHOWN]]
    return Reply(tuple(lines), "queue")


def _of_market(tools: Tools, slug: str) -> Reply:
    """Of one market: what has been said, and who has said nothing."""
    told, card, debate = reviewers(tools, slug), tools.card(slug), tools.loaded.debate
    assert debate is not None
    if card is None:
        return replace(told, intent="queue")
    voted = {person for person, word in last_words(card.reviews).items() if word != "retract"}
    silent = sorted(name for name in debate.reviewers if name not in voted)
    line = f"Not heard yet: {', '.join(silent)}." if silent else "Every reviewer has said something."
    return replace(told, intent="queue", lines=(*told.lines, line))


def _for(person: str | None, waiting: Sequence[Card]) -> list[Card]:
    """Those on which this person has not voted and may: a question is no vote, and who proposed has spoken."""
    others = [card for card in waiting if card.proposal.proposed_by != person]
    return [card for card in others if last_words(card.reviews).get(person or "", "ask") in ("ask", "retract")]


def _line(card: Card) -> str:
    one = card.proposal
    since = f"since {day(one.created_at)}, {card.wanted} more wanted"
    return f"P{one.id}, {one.outcome.words()}, {since}: {card.frozen.question}"
