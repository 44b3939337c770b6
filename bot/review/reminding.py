"""Reminders: what waits for people, told once at half of its time and once when nine tenths of it are over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.review.desk import Card, readable, unanswered
from bot.review.panel_words import unvoted
from bot.review.pausing import paused
from bot.review.quorum import last_words
from bot.store import Store, reviews, schema
from bot.store.writing import insert_new
from bot.told_short import answer
from markets.load import Loaded

STAGES = (("soon", 0.9), ("half", 0.5))
"""Which reminder is due from which part of the time on, the later one first."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing that waits; `key` names it and which time it is told, so that it is told once."""

    key: str
    text: str
    proposal: int | None = None
    panel: int | None = None
    people: tuple[str, ...] = ()


def due(store: Store, loaded: Loaded, now: datetime) -> list[Reminder]:
    """What is to be told now and has not been: missing votes, objections without an answer, windows and panels ending.

    A later reminder takes an earlier one's place where both are due. Nothing while all is paused. Writes nothing: who
    tells it says so with `told`.
    """
    if loaded.debate is None or paused(store) is not None:
        return []
    named = tuple(loaded.debate.reviewers)
    found = [one for each in readable(store, loaded.debate.debate) for one in _of_card(store, each, named, now)]
    found += _panels(store, loaded.debate.debate, now)
    with store.reading() as connection:
        there = set(connection.execute(sa.select(schema.reminders.c.key)).scalars())
    return [one for one in found if one.key not in there]


def told(connection: sa.Connection, reminder: Reminder, at: datetime) -> bool:
    """Put down that it was told, in the transaction that has it posted; False where somebody was faster."""
    return insert_new(connection, schema.reminders, [{"key": reminder.key, "at": at}]) == 1


def stage(since: datetime, until: datetime, now: datetime) -> str | None:
    """How far a time has run: None, half, or soon over."""
    whole = until - since
    if whole <= timedelta(0):
        return None
    return next((name for name, part in STAGES if now - since >= whole * part), None)


def _of_card(store: Store, seen: Card, named: tuple[str, ...], now: datetime) -> Iterator[Reminder]:
    proposal, slug, window = seen.proposal, seen.market.slug, seen.frozen.review.window
    start = f"proposal/{proposal.id}/{proposal.round}"
    if proposal.state == "proposed":
        since = _round_since(store, seen)
        spoken = {person for person, word in last_words(seen.reviews).items() if word != "retract"}
        missing = tuple(one for one in named if one not in spoken)
        part = stage(since, since + (seen.frozen.review.auto_after or window), now)
        if part and missing:
            are = "is" if seen.wanted == 1 else "are"
            count = f"{seen.wanted} of {seen.quorum.needed} approvals {are} missing"
            text = f"{slug}: {count}; no word yet from {', '.join(missing)}"
            yield Reminder(f"{start}/votes/{part}", text, proposal.id, people=missing)
        elif part and (stuck := seen.stuck(named)):
            yield Reminder(f"{start}/stuck/{part}", f"{slug}: {stuck}", proposal.id, people=named)
    for objection in unanswered(seen.objections):
        part = stage(objection.at, proposal.window_until or objection.at + window, now)
        if part:
            text = f"{slug}: {objection.by}'s objection waits for a reviewer's answer and holds the resolution"
            yield Reminder(f"{start}/objection/{objection.id}/{part}", text, proposal.id, people=named)
    if proposal.state == "agreed" and proposal.window_until is not None and now < proposal.window_until:
        part = stage(proposal.window_until - window, proposal.window_until, now)
        if part:
            until = f"{proposal.window_until:%Y-%m-%d %H:%M} UTC"
            text = f"{slug} resolves as {answer(proposal.outcome)} after {until}; until then a dispute stops it"
            yield Reminder(f"{start}/window/{part}", text, proposal.id, people=named)


def _round_since(store: Store, seen: Card) -> datetime:
    """When this round began: with the proposal, or with the dispute that ended the round before."""
    if seen.proposal.round == 1:
        return seen.proposal.created_at
    with store.reading() as connection:
        said = reviews.reviews(connection, seen.proposal, all_rounds=True)
    return max((one.at for one in said if one.vote == "dispute"), default=seen.proposal.created_at)


def _panels(store: Store, debate: str, now: datetime) -> Iterator[Reminder]:
    """The open panels on which somebody has yet to answer; names, never answers."""
    for waiting in unvoted(store, debate):
        part = stage(waiting.since, waiting.until, now) if now < waiting.until else None
        if part:
            yield Reminder(f"{waiting.key}/{part}", waiting.words(), panel=waiting.panel, people=tuple(waiting.left))
