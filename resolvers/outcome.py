"""What a question may resolve to, whatever Manifold calls it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Yes(_Frozen):
    """The binary question came true."""

    kind: Literal["yes"] = "yes"

    def words(self) -> str:
        return "YES"


class No(_Frozen):
    """The binary question can no longer come true."""

    kind: Literal["no"] = "no"

    def words(self) -> str:
        return "NO"


class Probability(_Frozen):
    """A binary question that resolves in part; `percent` of 0..100 goes to YES (Manifold's MKT)."""

    kind: Literal["probability"] = "probability"
    percent: Decimal = Field(ge=0, le=100)

    def words(self) -> str:
        return f"{self.percent.normalize():f}%"


class Answers(_Frozen):
    """One or several answers of a question of many, with weights in percent that add up to 100.

    Used by choice, number (its bucket) and first_date (its bucket). `value` is what was measured, as text with
    its unit or as an ISO date, for people to read.
    """

    kind: Literal["answers"] = "answers"
    weights: dict[str, Decimal]
    value: str | None = None

    def words(self) -> str:
        shares = self.weights.items()
        text = (
            next(iter(self.weights))
            if len(self.weights) == 1
            else ", ".join(f"{answer} {weight.normalize():f}%" for answer, weight in shares)
        )
        known = self.value is None or any(self.value.casefold() == answer.casefold() for answer in self.weights)
        return text if known else f"{text} ({self.value})"


class NotApplicable(_Frozen):
    """Everyone gets their mana back (Manifold's CANCEL); `if_refused` is what is used where N/A is not granted."""

    kind: Literal["na"] = "na"
    if_refused: Yes | No | Probability | Answers | None = None

    def words(self) -> str:
        return "N/A"


def same_answer(one: BaseModel | None, other: BaseModel | None) -> bool:
    """Whether two outcomes pay the same, whatever figure was measured on the way."""
    if isinstance(one, Answers) and isinstance(other, Answers):
        return one.weights == other.weights
    return one == other


Outcome = Annotated[Yes | No | Probability | Answers | NotApplicable, Field(discriminator="kind")]
