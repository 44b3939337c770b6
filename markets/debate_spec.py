"""What a debate's files may say of its arguments: axes, voices, the lexicon, claims and stances, each in one form.

    debate.yaml   axes: {R: {plus: …, minus: …}}   voices: {NAME: {attribution: signed, positions: {R: 1}}}
                  lexicon: {near_certain: 0.97, guesses: 0.65, doubts: 0.25}
    claims.yaml   claims: {NAME: {axis: R, pole: plus, text: …, origin: [{thread: "001", line: 134}], supports: [NAME]}}
    stances.yaml  stances: [{voice: NAME, claim: NAME, word: guesses, as_of: undated, kind: read_from_thread, …}]

A claim is data: its wording is ours, its origin a pointer, never a quotation. Stances are only ever added.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

from markets.fields import MOMENT_FORM, plain, read_amount, read_moment

UNDATED = "undated"
FURTHEST = 2
"""Positions run from -2 (wholly on the minus side of an axis) to 2."""

Pole = Literal["plus", "minus"]
Kind = Literal["read_from_thread", "given", "claimed"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,59}$")]
AxisName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,19}$")]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]


def read_credence(value: Any) -> Decimal:
    """A probability strictly between 0 and 1: nobody who can still be moved says either."""
    number = read_amount(value)
    if not 0 < number < 1:
        raise ValueError(f"{number} is not inside (0, 1): somebody that sure could never be moved; write 0.97 or 0.03")
    return number


def read_day(value: Any) -> datetime | None:
    """`undated` -> None, which is before every date; anything else is a moment."""
    return None if value is None or value == UNDATED else read_moment(value)


Credence = Annotated[
    Decimal,
    BeforeValidator(read_credence),
    PlainSerializer(lambda number: plain(number), return_type=str),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
]
"""A probability inside (0, 1)."""

Day = Annotated[
    datetime | None,
    BeforeValidator(read_day),
    PlainSerializer(lambda day: UNDATED if day is None else day.isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"{MOMENT_FORM}|^{UNDATED}$", "examples": [UNDATED, "2026-12-01"]}),
]
"""When something was said; None where nobody wrote it down."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AxisSpec(_Frozen):
    """One question that divides the debate, and what each of its two poles holds."""

    plus: Text
    minus: Text


class VoiceSpec(_Frozen):
    """Somebody who holds a position; nobody is identified who did not sign.

    `second-hand` is known only from what `by` says of them: shown apart and never ranked. `claimed_by` is who has made
    an unsigned voice their own since; `positions` run from -2 to 2, an axis left out means that none is known.
    """

    attribution: Literal["unsigned", "signed", "second-hand"]
    thread: str | None = None
    by: str | None = None
    claimed_by: Annotated[str, Field(min_length=1)] | None = None
    positions: dict[AxisName, Annotated[int, Field(strict=True, ge=-FURTHEST, le=FURTHEST)]] = Field(
        default_factory=dict
    )
    note: str = ""

    @property
    def hearsay(self) -> bool:
        return self.attribution == "second-hand"

    @model_validator(mode="after")
    def _known_from_somebody(self) -> VoiceSpec:
        if self.hearsay and not self.by:
            raise ValueError("a second-hand voice is known from somebody: add `by:` with that voice's name")
        if self.by and not self.hearsay:
            raise ValueError("`by` says from whom a second-hand voice is known: take it out, or write second-hand")
        if self.claimed_by and self.attribution != "unsigned":
            raise ValueError(f"only an unsigned voice can be claimed, this one is {self.attribution}: take it out")
        return self


class Origin(_Frozen):
    """Where a claim was made: a pointer to a line of a thread (from 1)."""

    thread: Annotated[str, Field(min_length=1)]
    line: Annotated[int, Field(strict=True, ge=1)]


class Claim(_Frozen):
    """One statement that could be shown true, in our words.

    `pole` is the side of its axis that it speaks for; without one it speaks for neither. `supports` and `against` name
    claims that it is evidence for or against, `same_as` the same idea elsewhere, `presupposes` what has to hold (any
    one of several) before this one means anything. `markets_wanted` notes a question that is not asked yet.
    """

    axis: str
    pole: Pole | None = None
    text: Text
    origin: Annotated[tuple[Origin, ...], Field(min_length=1)]
    supports: tuple[Name, ...] = ()
    against: tuple[Name, ...] = ()
    same_as: tuple[Name, ...] = ()
    presupposes: tuple[Name, ...] = ()
    markets_wanted: str | None = None


class Stance(_Frozen):
    """A voice's position on a claim (or outright on an event of a market), dated.

    `kind`: read_from_thread by us (a word, and who read it so), given by the person, or claimed: a number that somebody
    adds to the voice they have made their own. `credence` is a probability in (0, 1); without one the word counts.
    """

    voice: str
    claim: str | None = None
    market: str | None = None
    event: str | None = None
    word: str | None = None
    credence: Credence | None = None
    as_of: Day = None
    kind: Kind
    readers: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    second_reading: str | None = None
    note: str = ""

    @property
    def about(self) -> tuple[str, str]:
        """What it is about: a claim, or a market and its event. A later stance of the voice about it replaces it."""
        return (self.claim, "") if self.claim is not None else (f"market {self.market}", self.event or "YES")

    @model_validator(mode="after")
    def _says_something(self) -> Stance:
        if (self.claim is None) == (self.market is None):
            raise ValueError("a stance is on one claim, or on one market: write `claim:` or `market:`")
        if self.event is not None and self.market is None:
            raise ValueError("`event` goes with `market:`: take it out")
        if self.word is None and self.credence is None:
            raise ValueError("a stance says how firmly: add `word:` (of the lexicon) or `credence:`")
        if self.kind != "read_from_thread" and self.as_of is None:
            raise ValueError(f"what is {self.kind} has its day: add `as_of: 2026-12-01`")
        if self.kind != "read_from_thread" and self.readers:
            raise ValueError("`readers` are those who read a thread: take it out, or write read_from_thread")
        if self.second_reading is not None and (self.word is None or len(set(self.readers)) < 2):
            raise ValueError("`second_reading` is a second reader's word: add `word:` and two `readers:`")
        return self


class ClaimsFile(_Frozen):
    """claims.yaml."""

    claims: dict[Name, Claim]


class StancesFile(_Frozen):
    """stances.yaml; rows are only ever added."""

    stances: tuple[Stance, ...]


__all__ = [
    "AxisName",
    "AxisSpec",
    "Claim",
    "ClaimsFile",
    "Credence",
    "Origin",
    "Stance",
    "StancesFile",
    "VoiceSpec",
    "Word",
]
