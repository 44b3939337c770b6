"""What an answer may read, and nothing that writes: the one place behind which a model could answer later."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bot.chat.matching import Titles
from bot.review.desk import Card
from bot.scoring import Standing
from markets.load import Loaded
from resolvers.verdict import Verdict

MOST_HAPPENINGS = 200
"""Of a span that is asked about: where there are more, only so many of the newest are known."""


@dataclass(frozen=True, slots=True)
class MarketNow:
    """A market as the store and the files have it; `state` is open, closed (trading is over), resolved, or defined
    (not opened yet).

    `past`: it is told as it was at an earlier instant. `subsidy_mana` is what was ever put into it.
    """

    slug: str
    question: str
    state: str
    url: str | None
    opens: datetime | None
    closes: datetime | None
    decides: datetime | None
    criteria: str
    sources: tuple[str, ...]
    resolved_at: datetime | None = None
    outcome: str | None = None
    past: bool = False
    subsidy_mana: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Purse:
    """The debate's mana: spent, reserved for calls whose end is not known, and the limit; None where there is none."""

    spent: Decimal
    reserved: Decimal
    budget: Decimal | None


@dataclass(frozen=True, slots=True)
class Best:
    """The best figure that a source shows: whose, of which column, as published, and when it was first seen so."""

    key: str
    column: str
    text: str
    unit: str | None
    since: datetime
    ties: int


@dataclass(frozen=True, slots=True)
class Price:
    """What a market cost when it was last looked at: share by outcome or answer, 0 to 1."""

    at: datetime
    shares: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class SourceNow:
    """How a source is: its state, since when, why, and when it was last seen well."""

    id: str
    state: str
    because: str
    newest: datetime | None

    @property
    def stands(self) -> str:
        """`live`, or `never read`."""
        return "never read" if self.state == "never" else self.state

    @property
    def words(self) -> str:
        """`board is live`; `board was never read`."""
        return f"{self.id} {'was' if self.state == 'never' else 'is'} {self.stands}"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that came about: when, to which market (None for a source, which is named then), in words."""

    at: datetime
    slug: str | None
    words: str
    source: str | None = None


class Tools(Protocol):
    """Read-only: each call looks into the store once, and none of them changes or fetches anything."""

    @property
    def titles(self) -> Titles: ...
    @property
    def loaded(self) -> Loaded: ...
    @property
    def now(self) -> datetime: ...
    def slug_of_proposal(self, number: int) -> str | None: ...
    def slug_at(self, address: str) -> str | None: ...
    def market(self, slug: str) -> MarketNow: ...
    def markets(self) -> tuple[MarketNow, ...]: ...
    def verdict(self, slug: str) -> Verdict | None: ...
    def verdicts_at(self, slugs: Sequence[str], at: datetime) -> Mapping[str, Verdict]: ...
    def card(self, slug: str) -> Card | None: ...
    def price(self, slug: str) -> Price | None: ...
    def board(self) -> Standing: ...
    def sources(self, slug: str | None = None) -> tuple[SourceNow, ...]: ...
    def happenings(
        self, since: datetime, slug: str | None = None, until: datetime | None = None
    ) -> tuple[Happening, ...]: ...
    def at(self, then: datetime) -> Tools: ...
    def purse(self) -> Purse: ...
    def best(self, source: str, said: Collection[str] = ()) -> Best | None: ...
    def last_run(self) -> datetime | None: ...
    def waiting(self) -> tuple[Card, ...]: ...
    def person(self, account: str) -> str | None: ...
    def keeps(self, account: str) -> bool: ...
