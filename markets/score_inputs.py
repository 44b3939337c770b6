"""What a market's scores rest on: its links, the words' probabilities, the stances on them, the price at opening.

Frozen when the market opens, as canonical JSON by hash. A later edit of any of it is another version; both are shown.
A link whose probabilities are not inside (0, 1) would settle a claim for good: it is left out (the lint refuses it).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from markets.debate import Arguments, stances_of
from markets.debate_events import Shares, event_outcomes, outcomes_of
from markets.debate_spec import Pole, Stance
from markets.fields import plain
from markets.spec import MarketSpec

Figure = Annotated[Decimal, PlainSerializer(plain, return_type=str)]
Part = Annotated[Fraction, BeforeValidator(Fraction), PlainSerializer(str, return_type=str)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ScoredLink(_Frozen):
    """A link with all it takes to score it: the outcomes under which its event holds, the claim's axis and pole."""

    claim: str
    event: str
    holds: tuple[str, ...]
    if_true: Figure
    if_false: Figure
    cluster: str
    axis: str | None = None
    pole: Pole | None = None

    @property
    def sign(self) -> int:
        """1 where the claim speaks for the plus side of its axis, -1 for the minus side, 0 for neither."""
        return {"plus": 1, "minus": -1, None: 0}[self.pole] if self.axis else 0


class ScoreInputs(_Frozen):
    """All of it for one market; `prices` are the outcomes' shares of the price when the market was created.

    `neutral` are the outcomes on which no link says anything, for or against.
    """

    market: str
    outcomes: tuple[str, ...]
    links: tuple[ScoredLink, ...]
    lexicon: dict[str, Figure]
    stances: tuple[Stance, ...] = ()
    events: dict[str, tuple[str, ...]]
    prices: dict[str, Part]
    neutral: tuple[str, ...] = ()

    def canonical(self) -> str:
        """Sorted keys, no spaces; numbers as text; `neutral` where there is any."""
        told = self.model_dump(mode="json", exclude=None if self.neutral else {"neutral"})
        return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def version(self) -> str:
        """sha256 of `canonical()`."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> ScoreInputs:
        """What `canonical()` says, read back."""
        return cls.model_validate({**told, "stances": [read_back(row) for row in told["stances"]]})

    @property
    def clusters(self) -> frozenset[str]:
        """The clusters it is in; a market without a link is its own."""
        return frozenset(link.cluster for link in self.links) or frozenset({f"market {self.market}"})


@dataclass(frozen=True, slots=True)
class Stand:
    """A stance as it counts for one market: against which price, or why it does not count."""

    stance: Stance
    prices: Shares | None = None
    because: str = ""


def inputs_of(spec: MarketSpec, arguments: Arguments | None) -> ScoreInputs:
    """A market's scoring inputs as the files have them now."""
    argued = arguments or Arguments()
    stances = stances_of(argued.stances, (link.claim for link in spec.bears_on), spec.slug)
    links = tuple(_links(spec, argued))
    outright = {stance.event or "YES" for stance in stances if stance.market is not None}
    return ScoreInputs(
        market=spec.slug,
        outcomes=outcomes_of(spec),
        links=links,
        lexicon=argued.lexicon if links or stances else {},
        stances=stances,
        events={event: event_outcomes(spec, event) or () for event in outright},
        prices=opening_prices(spec),
        neutral=spec.neutral,
    )


def _links(spec: MarketSpec, argued: Arguments) -> list[ScoredLink]:
    found = []
    for link in spec.bears_on:
        holds, claim = event_outcomes(spec, link.event), argued.claims.get(link.claim)
        if holds is None or not (0 < link.if_true < 1 and 0 < link.if_false < 1):
            continue
        made = ScoredLink(
            claim=link.claim,
            event=link.event,
            holds=holds,
            if_true=link.if_true,
            if_false=link.if_false,
            cluster=link.cluster or f"market {spec.slug}",
            axis=claim.axis if claim else None,
            pole=claim.pole if claim else None,
        )
        found.append(made)
    return found


def opening_prices(spec: MarketSpec) -> dict[str, Fraction]:
    """What a market costs the moment it opens: `initial` of a yes-or-no question, equal shares of all others."""
    if spec.answers:
        return {answer: Fraction(1, len(spec.answers)) for answer in spec.answers}
    yes = Fraction(spec.initial_pct if spec.initial_pct is not None else 50) / 100
    return {"YES": yes, "NO": 1 - yes}


def stands_when_frozen(
    frozen: ScoreInputs, opened_at: datetime, in_time: frozenset[str] | None = None
) -> tuple[Stand, ...]:
    """The stances as they stood at the opening, each against the price of that moment.

    `in_time` is for a market whose inputs were not on record then: the stances (`text_of`) known to be early enough.
    """
    stances = Arguments(stances=frozen.stances).in_force(opened_at)
    return tuple(Stand(stance, frozen.prices, _late(stance, in_time)) for stance in stances)


def stands_as_edited(
    now: ScoreInputs, frozen: ScoreInputs, opened_at: datetime, until: datetime, in_time: frozenset[str] | None
) -> tuple[Stand, ...]:
    """The stances of today's files, dated by `until` (when the answer was known, if it is).

    What somebody gave counts only if it was on record by then: `in_time` has `text_of` of each that was (None: all
    are). One that was not there at the opening has no price to be held against: nobody wrote down what the market cost
    by then.
    """
    old = {text_of(stance) for stance in Arguments(stances=frozen.stances).in_force(opened_at)}
    return tuple(
        Stand(stance, frozen.prices if text_of(stance) in old else None, _late(stance, in_time))
        for stance in Arguments(stances=now.stances).in_force(until)
    )


def _late(stance: Stance, in_time: frozenset[str] | None) -> str:
    """Why a number, or a word that somebody gave, does not count; what we read in a thread was there before."""
    if in_time is None or text_of(stance) in in_time:
        return ""
    if stance.credence is None and stance.kind == "read_from_thread":
        return ""
    return f"this {'word' if stance.credence is None else 'number'} was first put on record after the answer was known"


def text_of(stance: Stance) -> str:
    """A stance as one text, by which it is known again; a note on it may change."""
    return json.dumps(stance.model_dump(mode="json", exclude={"note", "readers"}), sort_keys=True)


def read_back(row: Mapping[str, Any]) -> dict[str, Any]:
    """A stance out of canonical JSON, where numbers are text; its file has them as numbers."""
    credence = row.get("credence")
    return {**row, "credence": None if credence is None else Decimal(credence)}
