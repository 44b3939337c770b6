"""The house defaults a market starts from, and the three ways of choosing what counts as known."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from resolvers.durations import Duration

Ties = Literal["share", "first", "last"]
Clock = Literal["seen", "published"]


class PanelDefaults(BaseModel):
    """How panels sit: of `seats` people `agree` have to say the same, within the time `for`.

    Example:
        values:
          fresh:
            count: rows
            from: board
            panel: {question: Is it a new system?, limbs: {new: No row showed it before.}, seats: 5, agree: 3}
        resolve:
          yes: fresh >= 3
    """

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    seats: int = Field(default=3, ge=1, le=15, strict=True)
    agree: int = Field(default=2, ge=1, le=15, strict=True)
    for_: Duration = Field(default=Duration.of_days(14), alias="for")

    @model_validator(mode="after")
    def _can_agree(self) -> PanelDefaults:
        if not self.seats / 2 < self.agree <= self.seats:
            raise ValueError(f"panel.agree: of {self.seats} seats {self.seats // 2 + 1} to {self.seats} can agree")
        if not self.for_.us:
            raise ValueError("panel.for: people need time to answer; write 14 days")
        return self


class HouseDefaults(BaseModel):
    """What holds in a debate unless a market says otherwise; written out in every description.

    `clock`: which of a row's two times counts for `within`, `first` and `last`. `max_age`: how old a source's last
    good sighting may be for it to answer in a list. `bridge`: the longest gap between good sightings over which a
    state lasts. `settle`: how long after the deciding instant corrections still count. `label_settle`: the same for
    labels of our registries. `lost_after`: how long after T a first good sighting may still serve.
    `frozen_after`: how long a source shows no new row before it counts as frozen.
    `panel`: seats, how many of them have to agree, and how long they have.

    Example:
        values:
          best: {max: score, from: [board, mirror]}
        resolve:
          yes: best >= 85%
        max_age: 3 days
        bridge: 3 days
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    clock: Clock = "seen"
    max_age: Duration = Duration.of_days(7)
    bridge: Duration = Duration.of_days(7)
    settle: Duration = Duration.of_days(7)
    label_settle: Duration = Duration.of_days(30)
    lost_after: Duration = Duration.of_days(14)
    ties: Ties = "share"
    frozen_after: Duration = Duration.of_days(180)
    panel: PanelDefaults = PanelDefaults()


class Settlement(BaseModel):
    """Which knowledge decides: as corrected within some days (`final_after`), as first released, or as known at T.

    `settle: 7 days` and `settle: {final_after: 7 days}` are one: corrections up to 7 days after the deciding instant
    count. `settle: first_release`: each row counts with the value that it first showed. `settle: {as_known_at: T}`:
    what was known at the deciding instant, whatever is corrected later.

    Example:
        values:
          best: {max: score, from: board}
        resolve:
          yes: best >= 85%
          settle: {as_known_at: T}
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    how: Literal["final_after", "first_release", "as_known_at"] = "final_after"
    after: Duration = Duration.of_days(7)

    @property
    def wait_us(self) -> int:
        """Microseconds between the instant a run or reading ends and the instant it is decided."""
        return self.after.us if self.how == "final_after" else 0
