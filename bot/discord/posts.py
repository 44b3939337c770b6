"""What is to stand on Discord now: living cards, panels and plans, the talk about disputed ones, a copy of the record.

Rendering is pure; the rows change only where what they should show did, so this may be called as often as one likes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.discord import announcing, cards, panel_card, plan_card, price_course, record_acts, record_words, thread_words
from bot.discord.errors import caught
from bot.review.desk import Card, card
from bot.review.panels import open_panels, panel
from bot.review.publicity import may_show, words
from bot.review.undo import undo_until
from bot.store import Store, card_grounds, markets, plan_cards, posts, reviews, schema, submissions
from bot.store import schema_service as service
from bot.store import schema_talk as talk
from bot.store.entered import entered
from bot.store.posts import Kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """One message and what it should show."""

    kind: Kind
    key: str
    place: str
    body: Mapping[str, Any]


def found(
    store: Store,
    debate: str,
    now: datetime,
    *,
    role: int | None = None,
    announce: bool = False,
    may_write: bool = False,
    only: Collection[int] | None = None,
    undrawn: set[int] | None = None,
) -> list[Wanted]:
    """What every message of the debate should show now and does not yet; it only reads.

    A card that cannot be drawn stops no other. `role` is pinged with the first posting of each card. `announce`:
    proposals and resolutions are told to everyone, together with the cards, as reviewers are no insiders; where traders
    can be told on Manifold (`may_write`), a card waits until they are. `only`: no other proposals' cards are looked at.
    To `undrawn` those are added that could not be drawn.
    """
    cards_now = _cards(store, debate, now, role, announce, may_write, only, set() if undrawn is None else undrawn)
    made = [*cards_now, *_panels(store, debate, role), *_plans(store, debate, role)]
    with store.reading() as connection:
        there = posts.bodies(connection, [one.key for one in made])
    return [one for one in made if there.get(one.key) != one.body]


def put(store: Store, made: Sequence[Wanted], now: datetime) -> list[Wanted]:
    """Put down what was found; returns what is new."""
    if not made:
        return []
    with store.transaction() as connection:
        return [one for one in made if posts.want(connection, one.kind, one.key, one.place, one.body, at=now)]


def stamp(store: Store) -> tuple[Any, ...]:
    """What changes whenever something that is no proposal's card might: cheap to read."""
    with store.reading() as connection:
        acts = connection.execute(sa.select(sa.func.max(schema.audit.c.id))).scalar()
        plan = connection.execute(sa.select(sa.func.max(service.plan_cards.c.revision))).scalar()
        brought = connection.execute(sa.select(sa.func.count(), sa.func.max(talk.submissions.c.decided_at))).one()
    return acts, plan, tuple(brought)


def copy_record(store: Store, debate: str, since: int) -> int:
    """Put down a copy of a debate's decisions that stand on the record after act `since`, or after those copied last.

    Returns how many were copied.
    """
    with store.transaction() as connection:
        copied = copied_last(connection, debate)
        acts = record_acts.after(connection, debate, since if copied is None else copied)
        for number, text in record_words.messages(connection, acts):
            body = {"content": text, "mentions": [], "final": True}
            posts.want(connection, "record", f"record:{debate}:{number}", "channel:audit", body, at=store.now())
    return len(acts)


def copied_last(connection: sa.Connection, debate: str) -> int | None:
    """The act of a debate that was copied last: another debate that is served in between moves no mark but its own.

    Until 2026-11 there was one mark for all of them.
    """
    last = posts.newest(connection, "record", f"record:{debate}:") or posts.newest(connection, "record")
    number = "" if last is None else last.key.removeprefix("record:").removeprefix(f"{debate}:")
    return int(number) if number.isdecimal() else None


def newest_act(store: Store) -> int:
    """The number of the last act on the record."""
    with store.reading() as connection:
        return connection.execute(sa.select(sa.func.max(schema.audit.c.id))).scalar() or 0


def _cards(
    store: Store,
    debate: str,
    now: datetime,
    role: int | None,
    announce: bool,
    may_write: bool,
    only: Collection[int] | None,
    undrawn: set[int],
) -> Iterator[Wanted]:
    """The cards of every living proposal, and of those that ended but whose card does not say so for good yet.

    A new one waits for the notice to traders.
    """
    with store.reading() as connection:
        numbers = only if only is not None else card_grounds.grounds(connection, debate)
        known = card_grounds.shown_cards(connection)
    for number in sorted(numbers):
        with caught(f"card {number}") as failed:
            seen = card(store, number)
            shown = number in known or may_show(seen, may_write=may_write, now=now)
            if shown and seen.market.debate == debate:
                yield from _of_card(store, seen, now, role, may_write)
                yield from _announced(store, seen, now) if announce else ()
        if failed.words is not None:
            undrawn.add(number)


def _of_card(store: Store, seen: Card, now: datetime, role: int | None, may_write: bool) -> Iterator[Wanted]:
    view = view_of(store, seen, now, role, may_write=may_write)
    made = cards.render(view)
    key = f"card:{seen.proposal.id}"
    yield Wanted("card", key, "channel:review", made.body())
    yield from (Wanted("said", name, f"thread:{key}", body) for name, body in thread_words.said(view, made))


def _announced(store: Store, seen: Card, now: datetime) -> Iterator[Wanted]:
    """What everyone is told of it: that it was proposed, until when to object, and that it was resolved."""
    with store.reading() as connection:
        known = posts.bodies(connection, announcing.keys(seen))
    yield from (Wanted("notice", key, "channel:announce", body) for key, body in announcing.told(seen, known, now))


def view_of(
    store: Store, seen: Card, now: datetime, role: int | None = None, *, may_write: bool = False
) -> cards.CardView:
    """A proposal as its card shows it."""
    proposal = seen.proposal
    with store.reading() as connection:
        description = markets.spec(connection, proposal.version).description
        said = reviews.reviews(connection, proposal, all_rounds=True)
        brought = submissions.of_market(connection, seen.market.debate, seen.market.slug)
        priced, drawn = price_course.course(connection, proposal), price_course.of_card(connection, proposal)
        rows = entered(connection, proposal.verdict.citations())
    until = undo_until(seen)
    return cards.CardView(
        card=seen,
        criterion=cards.criterion_of(description, proposal.outcome),
        said=said,
        undo_until=until if until is not None and now < until else None,
        role=role,
        prices=priced,
        price_line=drawn,
        window_over=announcing.window_over(seen, now),
        traders=words(seen, may_write=may_write) if proposal.closed_at is None else "",
        entered=rows,
        put_forward=tuple((one.stance, f"{one.url} {one.note}") for one in brought if one.state == "accepted"),
    )


def _panels(store: Store, debate: str, role: int | None) -> Iterator[Wanted]:
    there = {one.panel.id: one for one in open_panels(store, debate)}
    with store.reading() as connection:
        known = [int(one.key.removeprefix("panel:")) for one in posts.living(connection, "panel")]
    for number in sorted({*there, *known}):
        with caught(f"panel {number}"):
            seen = there.get(number) or panel(store, number)
            if seen.panel.debate == debate:
                yield Wanted("panel", f"panel:{number}", "channel:review", panel_card.render(seen, role).body())


def _plans(store: Store, debate: str, role: int | None) -> Iterator[Wanted]:
    with store.reading() as connection:
        there = plan_cards.living(connection, debate)
        known = [int(one.key.removeprefix("plan:")) for one in posts.living(connection, "plan")]
        numbers = sorted({*known, *([there.id] if there else [])})
        plans = [plan_cards.get(connection, number) for number in numbers]
    for one in plans:
        with caught(f"plan {one.id}"):
            if one.debate == debate:
                yield Wanted("plan", f"plan:{one.id}", "channel:review", plan_card.render(one, role).body())
