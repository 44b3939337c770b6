"""What the scoreboard takes from a debate's arguments, frozen when its markets open: axes, claims, voices, numbers.

An edit of a pole, of what a claim presupposes or supports, of a position or of who is known second-hand would change
scores of markets that have long resolved: such an edit is another version, and both are shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from markets.debate import Arguments
from markets.debate_spec import AxisSpec, Pole, Stance
from markets.score_inputs import read_back, text_of

T = TypeVar("T")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ScoredClaim(_Frozen):
    """A claim as it is scored: its axis and the side it speaks for, what it lends credit to, what it waits for."""

    axis: str
    pole: Pole | None = None
    supports: tuple[str, ...] = ()
    presupposes: tuple[str, ...] = ()


class ScoredVoice(_Frozen):
    """A voice as it is scored: whether it is known second-hand, and its positions from -2 to 2."""

    hearsay: bool = False
    positions: dict[str, int] = {}


class ScoredArguments(_Frozen):
    """All of it for one debate; `numbers` are the probabilities that voices gave for claims, in the file's order."""

    axes: dict[str, AxisSpec] = {}
    claims: dict[str, ScoredClaim] = {}
    voices: dict[str, ScoredVoice] = {}
    numbers: tuple[Stance, ...] = ()

    def canonical(self) -> str:
        """Sorted keys, no spaces; numbers as text."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @property
    def version(self) -> str:
        """sha256 of `canonical()`."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> ScoredArguments:
        """What `canonical()` says, read back."""
        return cls.model_validate({**told, "numbers": [read_back(row) for row in told["numbers"]]})

    def in_order_of(self, other: ScoredArguments) -> ScoredArguments:
        """The same, its names in the order in which the other has them: that of the files, which JSON does not keep."""
        return ScoredArguments(
            axes=_ordered(self.axes, other.axes),
            claims=_ordered(self.claims, other.claims),
            voices=_ordered(self.voices, other.voices),
            numbers=self.numbers,
        )

    def given_before(self, first: datetime | None, on_record: Mapping[str, datetime] | None) -> tuple[Stance, ...]:
        """The newest number of each voice for each claim, of those given before `first` (None: of all).

        `on_record` says when each (`text_of`) was first put on record: a number counts from then on and not from the
        day that is written on it. Without a record the dates are all there is.
        """
        if first is None or on_record is None:
            return Arguments(stances=self.numbers).in_force(first)
        early = tuple(one for one in self.numbers if text_of(one) in on_record and on_record[text_of(one)] < first)
        return Arguments(stances=early).in_force(first)


def _ordered(mine: Mapping[str, T], names: Iterable[str]) -> dict[str, T]:
    return {name: mine[name] for name in dict.fromkeys([*names, *mine]) if name in mine}


def scored_arguments(arguments: Arguments | None) -> ScoredArguments:
    """What is scored of the arguments as the files have them."""
    argued = arguments or Arguments()
    return ScoredArguments(
        axes=dict(argued.axes),
        claims={
            name: ScoredClaim(axis=each.axis, pole=each.pole, supports=each.supports, presupposes=each.presupposes)
            for name, each in argued.claims.items()
        },
        voices={
            name: ScoredVoice(hearsay=each.hearsay, positions=dict(each.positions))
            for name, each in argued.voices.items()
        },
        numbers=numbers_among(argued.stances),
    )


def numbers_among(stances: Iterable[Stance]) -> tuple[Stance, ...]:
    """Those that give a probability for a claim: what a prior can rest on."""
    return tuple(one for one in stances if one.credence is not None and one.claim is not None)


def as_first_frozen(versions: Sequence[ScoredArguments], numbers: Iterable[Stance]) -> ScoredArguments:
    """Each axis, claim and voice as it stood when first a market opened with it.

    `versions` are those that stood at the openings, in order; `numbers` all that ever came on record, in order: of two
    that a voice gave for one claim on one day the first stands, for rows are only ever added.
    """
    axes: dict[str, AxisSpec] = {}
    claims: dict[str, ScoredClaim] = {}
    voices: dict[str, ScoredVoice] = {}
    for one in versions:
        axes, claims, voices = one.axes | axes, one.claims | claims, one.voices | voices
    kept: dict[object, Stance] = {}
    for number in numbers:
        kept.setdefault((number.voice, number.about, number.as_of), number)
    return ScoredArguments(axes=axes, claims=claims, voices=voices, numbers=tuple(kept.values()))


def edited_names(frozen: ScoredArguments, today: ScoredArguments) -> tuple[str, ...]:
    """`voice nora`, `claim one-good-demo`, `axis R` for each that differs, has come or has gone since."""
    parts: tuple[tuple[str, Mapping[str, object], Mapping[str, object]], ...] = (
        ("axis", frozen.axes, today.axes),
        ("claim", frozen.claims, today.claims),
        ("voice", frozen.voices, today.voices),
    )
    return tuple(
        f"{kind} {name}"
        for kind, then, now in parts
        for name in dict.fromkeys([*then, *now])
        if then.get(name) != now.get(name)
    )
