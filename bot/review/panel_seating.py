"""Who sits on a panel: a published draw over a published list, so that anyone can check that nobody was hand-picked."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from bot.store.panel_rows import Placed
from markets.spec import DebateSpec
from resolvers.rules.panels import Panel, question_hash

NOT_NEEDED = "the seats were filled before"
SAT_BEFORE = "sat on this before; others come first"


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at somebody's interests found: whether it keeps them off the panel, and what there is to say."""

    barred: bool
    because: str


Interests = Callable[[str], Awaitable[Look]]
"""person -> what speaks against them now: a position, their own proposal."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A whole draw in its order; `short` says why it seats nobody."""

    placed: tuple[Placed, ...]
    short: str = ""

    @property
    def seats(self) -> tuple[str, ...]:
        return tuple(one.person for one in self.placed if one.seated)


def listed(debate: DebateSpec) -> tuple[str, ...]:
    """The published list: the debate's panelists, or its reviewers where it names none."""
    return tuple(sorted(debate.panelists or debate.reviewers))


def lot(terms: Panel, draw: int, person: str) -> str:
    """sha256 of `question hash:number of the draw:name`, by which people are put in order."""
    question = question_hash(terms.question, {limb.name: limb.text for limb in terms.limbs})
    return hashlib.sha256(f"{question}:{draw}:{person}".encode()).hexdigest()


def order(terms: Panel, draw: int, people: Collection[str], sat: Collection[str]) -> list[tuple[str, str]]:
    """(person, lot) in the order of the draw: who has not sat on this panel comes first, each group by its lots."""
    lots = [(person, lot(terms, draw, person)) for person in people]
    return sorted(lots, key=lambda one: (one[0] in sat, one[1], one[0]))


async def drawn(terms: Panel, draw: int, people: Collection[str], sat: Collection[str], interests: Interests) -> Drawn:
    """Fill the seats in the order of the draw; `interests` is asked of each person until they are filled.

    Where fewer may sit than must agree, nobody sits: `short` says so.
    """
    placed: list[Placed] = []
    seats = 0
    for person, mark in order(terms, draw, people, sat):
        full = seats == terms.seats
        look = Look(True, NOT_NEEDED) if full else await interests(person)
        seats += not look.barred
        told = look.because or (SAT_BEFORE if person in sat else "")
        placed.append(Placed(person, mark, not look.barred, told))
    if seats < terms.agree:
        return Drawn(tuple(placed), _short(terms, placed, seats))
    return Drawn(tuple(placed))


def _short(terms: Panel, placed: Sequence[Placed], seats: int) -> str:
    out = "; ".join(f"{one.person}: {one.because}" for one in placed if not one.seated)
    return (
        f"{seats} of {len(placed)} people on the list may sit, and {terms.agree} must agree"
        f"{f' ({out})' if out else ''}: name more under `panelists:` in debate.yaml"
    )


def misdrawn(terms: Panel, draw: int, placed: Sequence[Placed], sat: Collection[str]) -> str | None:
    """What is wrong with a draw by its own record: its order, or somebody seated out of turn; None if nothing."""
    names = [one.person for one in placed]
    if [(one.person, one.hash) for one in placed] != order(terms, draw, names, sat):
        return "its seats are not in the order of the draw"
    seats = 0
    for one in placed:
        if one.because == NOT_NEEDED and (one.seated or seats < terms.seats):
            return f"{one.person} was passed over though there was a seat"
        if not one.seated and not one.because:
            return f"{one.person} was passed over without a reason"
        seats += one.seated
    return f"{seats} people sit on {terms.seats} seats" if seats > terms.seats else None
