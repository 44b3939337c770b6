"""What a rule says about its evidence at an instant, and why, step by step."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from resolvers.outcome import Outcome

VerdictState = Literal["decided", "pending", "unknown", "conflicting"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(_Frozen):
    """One published cell a value rests on: which observation, first shown by which snapshot, in which bytes."""

    source: str
    key: str
    column: str
    text: str | None
    observation: str
    snapshot: int
    body: str
    seen_at: datetime


class Step(_Frozen):
    """One step of the reasoning: a node in words, its value at `at` as known at `known_at`, and what it rests on.

    `series` is the step function of a numeric node over the market's window, as known when it was judged:
    (seen_at, decimal text or None where unknown). It is all a chart needs.
    """

    node: str
    words: str
    value: str
    unit: str | None = None
    at: datetime | None = None
    known_at: datetime | None = None
    because: str = ""
    cites: tuple[Citation, ...] = ()
    series: tuple[tuple[datetime, str | None], ...] = ()
    steps: tuple[Step, ...] = ()


class Ask(_Frozen):
    """A panel that could turn the verdict: its source, what is asked limb by limb, and of which rows.

    `keys` are the rows nobody has answered yet, in order of their first sighting, or `answer` where the question is
    about no row; `more` counts those beyond the first 200. Answers given at `until` or later come too late.
    """

    source: str
    question: str
    limbs: dict[str, str]
    keys: tuple[str, ...]
    more: int = 0
    seats: int
    agree: int
    until: datetime

    def words(self) -> str:
        rows = ", ".join(self.keys[:3]) + (f" and {len(self.keys) - 3 + self.more} more" if len(self.keys) > 3 else "")
        return f"asks {self.source}, {self.agree} of {self.seats}: “{self.question}” of {rows}"


class Verdict(_Frozen):
    """decided (may be proposed) | pending (too early, settling, waiting; `until` when) | unknown | conflicting.

    `leaning` is what would come out if nothing more were seen; never proposed. `instant` is the moment the decision
    rests on (the run's start for yes and first_date, T otherwise). `asks` are the panels whose answers could turn it.
    """

    slug: str
    as_of: datetime
    state: VerdictState
    outcome: Outcome | None = None
    because: str
    until: datetime | None = None
    leaning: Outcome | None = None
    instant: datetime | None = None
    asks: tuple[Ask, ...] = ()
    semantics: int
    trace: Step

    def citations(self) -> tuple[Citation, ...]:
        """Every cell the verdict rests on, in the order of the trace, without repeats."""
        found: dict[tuple[str, str, str], Citation] = {}
        pending = [self.trace]
        while pending:
            step = pending.pop(0)
            for cite in step.cites:
                found.setdefault((cite.source, cite.observation, cite.column), cite)
            pending = [*step.steps, *pending]
        return tuple(found.values())
