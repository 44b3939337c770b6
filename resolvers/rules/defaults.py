"""The house defaults a market starts from, and the three ways of choosing what counts as known."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from resolvers.durations import Duration

Ties = Literal["share", "first", "last"]
Clock = Literal["seen", "published"]


class HouseDefaults(BaseModel):
    """What holds in a debate unless a market says otherwise; written out in every description.

    `clock`: which of a row's two times counts for `within`, `first` and `last`. `max_age`: how old a source's last
    good sighting may be for it to answer in a list. `bridge`: the longest gap between good sightings over which a
    state lasts. `settle`: how long after the deciding instant corrections still count. `label_settle`: the same for
    labels of our registries. `lost_after`: how long after T a first good sighting may still serve.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    clock: Clock = "seen"
    max_age: Duration = Duration.of_days(7)
    bridge: Duration = Duration.of_days(7)
    settle: Duration = Duration.of_days(7)
    label_settle: Duration = Duration.of_days(30)
    lost_after: Duration = Duration.of_days(14)
    ties: Ties = "share"


class Settlement(BaseModel):
    """Which knowledge decides: `final_after` (as corrected within `after`), `first_release` or `as_known_at` (T)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    how: Literal["final_after", "first_release", "as_known_at"] = "final_after"
    after: Duration = Duration.of_days(7)

    @property
    def wait_us(self) -> int:
        """Microseconds between the instant a run or reading ends and the instant it is decided."""
        return self.after.us if self.how == "final_after" else 0
