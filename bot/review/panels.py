"""Panels as people see them: the card, and one person's answer to one row. No Discord in it.

While a panel is open nothing here tells how anyone voted, only who has; that holds for all of its card.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.review.panel_closing import Closed, close_due, close_if_due
from bot.review.panel_counting import WORDS, Answer
from bot.review.panel_opening import open_due, withdraw_due
from bot.review.panel_record import record_of
from bot.review.panel_seating import Look
from bot.store import Store, markets, panels
from bot.store.markets import Market
from bot.store.panel_rows import Draw, Panel, PanelVote, Shown
from resolvers.errors import Refusal
from resolvers.rules.faults import nearest

__all__ = ["Closed", "PanelCard", "answer", "close_due", "open_due", "open_panels", "panel", "withdraw_due"]

LONGEST_REASON = 2000
"""Characters of a reason; it stands on the record and in the post after closing."""


@dataclass(frozen=True, slots=True)
class PanelCard:
    """All that anyone sees of one panel. `votes` is empty until it closes.

    `voted` are the seats that have answered every row, `left` each other seat's rows that wait for it. `answers` are
    those of this question that stand, of this panel or an earlier one. `markets` are those that ask it.
    """

    panel: Panel
    seats: tuple[str, ...]
    voted: tuple[str, ...]
    left: Mapping[str, tuple[str, ...]]
    votes: tuple[PanelVote, ...]
    answers: tuple[Answer, ...]
    draws: tuple[Draw, ...]
    markets: tuple[Market, ...]

    @property
    def missing(self) -> int:
        """How many seats have rows left to answer."""
        return len(self.left)

    @property
    def asked_at(self) -> datetime | None:
        """When those who sit were drawn, and so asked; None where nobody sits."""
        return self.draws[-1].drawn_at if self.seats else None

    @property
    def pack(self) -> tuple[Shown, ...]:
        return self.panel.pack

    @property
    def limbs(self) -> dict[str, str]:
        """limb -> the sentence that has to be true."""
        return {limb.name: limb.text for limb in self.panel.terms.limbs}


def panel(store: Store, number: int) -> PanelCard:
    """One panel with everything that may be seen of it; Refusal where there is none."""
    with store.reading() as connection:
        return card_of(connection, panels.get(connection, number))


def open_panels(store: Store, debate: str, *, living: bool = True) -> list[PanelCard]:
    """The debate's panels that are open, or all of them."""
    with store.reading() as connection:
        return [card_of(connection, one) for one in panels.listing(connection, debate, living=living)]


def card_of(connection: sa.Connection, seen: Panel) -> PanelCard:
    draws = panels.draws(connection, seen.id)
    votes = panels.votes(connection, seen.id)
    running = seen.until is not None and seen.closed_at is None
    seats = draws[-1].seats if draws and (running or seen.closed_at is not None) else ()
    given = {(vote.person, vote.key) for vote in votes if draws and vote.draw == draws[-1].draw}
    asked = draws[-1].keys if draws else ()
    rows = {person: tuple(key for key in asked if (person, key) not in given) for person in seats}
    record = record_of(connection, seen.debate, seen.source)
    return PanelCard(
        panel=seen,
        seats=seats,
        voted=tuple(person for person in seats if not rows[person]),
        left={person: left for person, left in rows.items() if left},
        votes=votes if seen.closed_at is not None else (),
        answers=tuple(record.answers.values()),
        draws=draws,
        markets=asking(connection, seen),
    )


def asking(connection: sa.Connection, seen: Panel) -> tuple[Market, ...]:
    """The markets on Manifold, not yet resolved, whose definitions read this panel."""
    there = markets.every(connection, seen.debate, living=True)
    return tuple(one for one in there if seen.source in markets.spec(connection, one.version).sources)


def answer(
    store: Store,
    number: int,
    *,
    person: str,
    key: str,
    limbs: Mapping[str, str],
    because: str,
    revision: int | None,
    looked: Look,
) -> PanelCard:
    """Take down one seat's word on one row, limb by limb; with the last that matters, the draw is counted.

    `revision` is what the person saw (None: whatever it is now), `looked` what reading their positions just now found.
    Refusal: not seated, a position, answered already, over, another question than was seen.
    """
    with store.transaction() as connection:
        now = store.now()
        seen = panels.get(connection, number)
        _open(seen, revision, now)
        *_, draw = panels.draws(connection, number)
        _seated(draw, person, key)
        if looked.barred:
            raise Refusal(f"{person} may not vote on panel {number}: {looked.because}")
        given: dict[str, Any] = {
            "person": person,
            "key": key,
            "limbs": _words(seen, limbs, because),
            "because": because.strip(),
        }
        salt, positions = secrets.token_hex(16), looked.because or "none held"
        panels.vote(connection, seen, **given, salt=salt, positions=positions, at=now)
        close_if_due(connection, store, seen, now)
        return card_of(connection, panels.get(connection, number))


def _open(seen: Panel, revision: int | None, now: datetime) -> None:
    if seen.closed_at is not None:
        raise Refusal(f"panel {seen.id} is {seen.state}: {seen.because}")
    if revision is not None and revision != seen.revision:
        raise Refusal(f"panel {seen.id} changed since you looked: it is at draw {seen.draw} now; look again")
    if seen.until is None:
        raise Refusal(f"panel {seen.id} has no seats yet: {seen.because or 'they are about to be drawn'}")
    if now >= min(seen.until, seen.last):
        raise Refusal(f"panel {seen.id}: the time of this draw was over at {seen.until:%Y-%m-%d %H:%M} UTC")


def _seated(draw: Draw, person: str, key: str) -> None:
    if person not in draw.seats:
        raise Refusal(f"{person!r} has no seat on panel {draw.panel}; {', '.join(draw.seats)} have")
    if key not in draw.keys:
        raise Refusal(f"panel {draw.panel} does not ask about {key!r}{nearest(key, draw.keys)}")


def _words(seen: Panel, limbs: Mapping[str, str], because: str) -> dict[str, str]:
    """One word for each limb, in the question's order; every fault at once."""
    names = seen.terms.names
    faults = [f"{name!r} is no limb{nearest(name, names)}" for name in limbs if name not in names]
    faults += [f"{name} is not answered" for name in names if name not in limbs]
    faults += [
        f"{name} is {word!r}; say {', '.join(WORDS[:-1])} or {WORDS[-1]}"
        for name, word in limbs.items()
        if name in names and word not in WORDS
    ]
    faults += _unreasoned(because)
    if faults:
        raise Refusal("; ".join(faults))
    return {name: limbs[name] for name in names}


def _unreasoned(because: str) -> Collection[str]:
    if not because.strip():
        return ["say why: it stands on the record beside the vote, and is posted when the panel closes"]
    if len(because) > LONGEST_REASON:
        return [f"the reason has {len(because):,} characters; at most {LONGEST_REASON:,}"]
    return []
