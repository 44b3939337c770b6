"""What is to stand on Discord now: living cards, panels and plans, the talk about disputed ones, a copy of the record.

Rendering is pure; the rows change only where what they should show did, so this may be called as often as one likes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.discord import cards, panel_card, plan_card
from bot.discord.errors import caught
from bot.discord.text import safe
from bot.review.desk import Card, card
from bot.review.panels import open_panels, panel
from bot.review.publicity import may_show, words
from bot.review.undo import undo_until
from bot.store import Store, audit, markets, plan_cards, posts, proposals, reviews, schema, submissions
from bot.store import schema_service as service
from bot.store import schema_talk as talk
from bot.store.posts import Kind

MOST_ACTS = 8
"""Acts in one message of the copy of the record."""
ALIVE = tuple(state for state in proposals.NEXT if state not in proposals.ENDED)
COPIED = ("proposal ", "plan ", "panel ", "switch ", "person ", "objection ")
"""Beginnings of the subjects whose acts are copied to the audit channel; fetches and openings would drown them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One message and what it should show."""

    kind: Kind
    key: str
    place: str
    body: Mapping[str, Any]


def wanted(
    store: Store,
    debate: str,
    now: datetime,
    *,
    role: int | None = None,
    announce: bool = False,
    may_write: bool = False,
) -> list[Wanted]:
    """Put down what every message of the debate should show now; returns what is new.

    `role` is pinged with the first posting of each card. `announce`: proposals and resolutions are told to everyone,
    together with the cards, as reviewers are no insiders; where traders can be told on Manifold (`may_write`), a card
    waits until they are.
    """
    return put(store, found(store, debate, now, role=role, announce=announce, may_write=may_write), now)


def found(
    store: Store,
    debate: str,
    now: datetime,
    *,
    role: int | None = None,
    announce: bool = False,
    may_write: bool = False,
) -> list[Wanted]:
    """What differs from what was put down before; it only reads. A card that cannot be drawn stops no other."""
    cards_now = _cards(store, debate, now, role, announce, may_write)
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
    """What changes whenever a card might: cheap to read, so that nothing is rendered in vain."""
    with store.reading() as connection:
        acts = connection.execute(sa.select(sa.func.max(schema.audit.c.id))).scalar()
        prices = connection.execute(sa.select(sa.func.max(service.price_samples.c.at))).scalar()
        taken = connection.execute(sa.select(sa.func.count(), sa.func.max(schema.takes.c.at))).one()
        plan = connection.execute(sa.select(sa.func.max(service.plan_cards.c.revision))).scalar()
        brought = connection.execute(sa.select(sa.func.count(), sa.func.max(talk.submissions.c.decided_at))).one()
    return acts, prices, tuple(taken), plan, tuple(brought)


def copy_record(store: Store, since: int) -> int:
    """Put down a copy of the decisions that stand on the record after act `since`, or after those copied last.

    Returns how many were copied.
    """
    with store.transaction() as connection:
        last = posts.newest(connection, "record")
        after = int(last.key.removeprefix("record:")) if last is not None else since
        acts = _acts(connection, after)
        for start in range(0, len(acts), MOST_ACTS):
            part = acts[start : start + MOST_ACTS]
            text = "\n".join(_act_line(act) for act in part)
            body = {"content": text, "mentions": [], "final": True}
            posts.want(connection, "record", f"record:{part[-1].id}", "channel:audit", body, at=store.now())
    return len(acts)


def newest_act(store: Store) -> int:
    """The number of the last act on the record."""
    with store.reading() as connection:
        return connection.execute(sa.select(sa.func.max(schema.audit.c.id))).scalar() or 0


def _acts(connection: sa.Connection, after: int) -> list[audit.Act]:
    table = schema.audit
    ours = sa.or_(*(table.c.subject.startswith(each, autoescape=True) for each in COPIED))
    rows = connection.execute(sa.select(table).where(table.c.id > after, ours).order_by(table.c.id))
    return [audit.Act(*row) for row in rows]


def _act_line(act: audit.Act) -> str:
    return (
        f"<t:{int(act.at.timestamp())}:f> **{safe(act.actor, 60)}** {safe(act.act, 40)} {safe(act.subject, 60)} "
        f"`{act.id} {act.hash[:12]}`"
    )


def _cards(
    store: Store, debate: str, now: datetime, role: int | None, announce: bool, may_write: bool
) -> Iterator[Wanted]:
    """The cards of every living proposal, and of those that ended but whose card does not say so for good yet.

    A new one waits for the notice to traders.
    """
    with store.reading() as connection:
        ours = {one.id for one in markets.every(connection, debate)}
        alive = [one.id for one in proposals.listing(connection, states=ALIVE) if one.market in ours]
        known = [int(one.key.removeprefix("card:")) for one in posts.living(connection, "card")]
    for number in sorted({*alive, *known}):
        with caught(f"card {number}"):
            seen = card(store, number)
            shown = number in known or may_show(seen, may_write=may_write, now=now)
            if shown and seen.market.debate == debate:
                yield from _of_card(store, seen, now, role, may_write)
                yield from _announced(seen) if announce else ()


def _of_card(store: Store, seen: Card, now: datetime, role: int | None, may_write: bool) -> Iterator[Wanted]:
    view = view_of(store, seen, now, role, may_write=may_write)
    made = cards.render(view)
    key = f"card:{seen.proposal.id}"
    yield Wanted("card", key, "channel:review", made.body())
    if made.thread is not None:
        for review in view.said:
            body = {"content": cards.spoken(review), "mentions": [], "final": True}
            yield Wanted("said", f"said:review:{review.id}", f"thread:{key}", body)


def _announced(seen: Card) -> Iterator[Wanted]:
    """What everyone is told of it, once each: that it was proposed, and that it was resolved."""
    proposal, question = seen.proposal, safe(seen.frozen.question, 200)
    outcome = safe(proposal.outcome.words(), 300)
    link = {"mentions": [], "final": True, "link": seen.market.url}
    because = safe(proposal.verdict.because, 500)
    text = f"**Proposed: {outcome}** for “{question}” (proposal {proposal.id}). {because}. Reviewers look at it now."
    yield Wanted("notice", f"announce:proposal:{proposal.id}", "channel:announce", {"content": text, **link})
    if proposal.state == "resolved":
        text = f"**Resolved: {outcome}** for “{question}” (proposal {proposal.id})."
        yield Wanted("notice", f"announce:resolved:{proposal.id}", "channel:announce", {"content": text, **link})


def view_of(
    store: Store, seen: Card, now: datetime, role: int | None = None, *, may_write: bool = False
) -> cards.CardView:
    """A proposal as its card shows it."""
    proposal = seen.proposal
    with store.reading() as connection:
        description = markets.spec(connection, proposal.version).description
        said = reviews.reviews(connection, proposal, all_rounds=True)
        brought = submissions.of_market(connection, seen.market.debate, seen.market.slug)
    until = undo_until(seen)
    return cards.CardView(
        card=seen,
        criterion=cards.criterion_of(description, proposal.outcome),
        said=said,
        undo_until=until if until is not None and now < until else None,
        role=role,
        traders=words(seen, may_write=may_write) if proposal.closed_at is None else "",
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
