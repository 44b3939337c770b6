"""What stands in the tables of panels, as values: the question, its draws of seats, the votes; no SQL."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from bot.store.types import canonical
from resolvers.rules import panels as rules

PanelState = Literal["open", "answered", "lapsed", "withdrawn"]
ENDED: frozenset[PanelState] = frozenset({"answered", "lapsed", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Placed:
    """One person's place in a draw: the hash they were ordered by, whether they sit, and if not why."""

    person: str
    hash: str
    seated: bool
    because: str

    def row(self) -> dict[str, object]:
        return {"person": self.person, "hash": self.hash, "seated": self.seated, "because": self.because}


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the evidence pack: its cells as known when it was put to people, and where anyone can check them."""

    key: str
    source: str
    cells: Mapping[str, str | None]
    first_seen: str
    snapshot: int
    sha256: str
    link: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A question put to people about some rows; `terms` is the rule's own panel.

    `until` is when the seats' time is over (None while none are drawn), `last` the instant from which on answers come
    too late, `later` the rows that wait for the next draw, `draw` the newest draw on this question.
    """

    id: int
    debate: str
    slug: str
    source: str
    terms: rules.Panel
    keys: tuple[str, ...]
    later: tuple[str, ...]
    pack: tuple[Shown, ...]
    draw: int
    state: PanelState
    because: str
    opened_at: datetime
    until: datetime | None
    last: datetime
    closed_at: datetime | None
    snapshot: int | None
    revision: int


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw of seats: which rows it was asked about, and everyone on the list in the order of the draw."""

    panel: int
    draw: int
    keys: tuple[str, ...]
    placed: tuple[Placed, ...]
    drawn_at: datetime
    until: datetime

    @property
    def seats(self) -> tuple[str, ...]:
        return tuple(one.person for one in self.placed if one.seated)


@dataclass(frozen=True, slots=True)
class PanelVote:
    """One person's word on one row. Nothing shows it before it is counted."""

    id: int
    panel: int
    draw: int
    person: str
    key: str
    limbs: Mapping[str, str]
    because: str
    salt: str
    at: datetime

    def told(self) -> dict[str, Any]:
        """What stands on the record once the vote is counted; hashed before that."""
        told = {"panel": self.panel, "draw": self.draw, "person": self.person, "key": self.key}
        return told | {"limbs": dict(self.limbs), "because": self.because, "salt": self.salt}

    @property
    def commitment(self) -> str:
        return commitment(self.told())


def commitment(told: Mapping[str, Any]) -> str:
    """sha256 of a vote with its salt as canonical JSON: binds the vote, and tells nothing of it."""
    return hashlib.sha256(canonical(dict(told)).encode()).hexdigest()


def placed_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Placed, ...]:
    """A draw's order as it is stored."""
    return tuple(Placed(row["person"], row["hash"], row["seated"], row["because"]) for row in rows)


def pack_hash(pack: Iterable[Shown]) -> str:
    """sha256 of an evidence pack as canonical JSON: what stands on the record of it."""
    return hashlib.sha256(canonical([asdict(one) for one in pack]).encode()).hexdigest()


def pack_read(rows: Iterable[Mapping[str, Any]]) -> tuple[Shown, ...]:
    """An evidence pack as it is stored."""
    return tuple(Shown(**row) for row in rows)
