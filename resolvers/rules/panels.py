"""Panels: people who answer a written question about a row, limb by limb, where no column could tell.

The question and its limbs name the panel, by hash; whoever asks the same shares the answers. An answer is a snapshot
of the source `panel.<hash>`, which no file declares: it is read like any other source, and cited like one.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property, lru_cache
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from resolvers.durations import Duration
from resolvers.evidence import Instant, instant
from resolvers.rules.naming import Named, once
from resolvers.rules.node_base import date_words, missing
from resolvers.rules.phrase import Phrase
from resolvers.sources.spec import SourceSpec

PREFIX = "panel."
"""How the id of a panel's source begins; no file may have such a name."""
FACT = "answer"
"""The row key under which a question that is about no row is answered."""
RESERVED = ("key", "votes")
"""Columns of a panel's answers that are no limbs."""
UNANSWERED = "no panel answer yet"
"""How the reason begins where a panel has not answered."""


class Limb(Named):
    """One part of a panel's question: a short name, and the sentence that has to be true."""

    name: str
    text: str


class Panel(Named):
    """A question to people: yes where every limb is met, no where one is not, open where they do not agree.

    `time` is what each draw of seats has, `redraw` how often seats are drawn anew; answers seen before `until` count.
    With a `default`, a row counts by it once it was there for the whole time of all draws (`by_row`: counted from
    when the row was first seen, for questions that may be decided early; else until `until`).
    With `from_pick` its time runs from when there is a pick to confirm, which may be later than `until` has it.
    """

    question: str
    limbs: tuple[Limb, ...]
    seats: int = Field(ge=1)
    agree: int = Field(ge=1)
    time: Duration
    until: AwareDatetime
    redraw: int = Field(default=0, exclude_if=missing)
    default: Literal["yes", "no"] | None = Field(default=None, exclude_if=missing)
    by_row: bool = Field(default=False, exclude_if=missing)
    from_pick: bool = Field(default=False, exclude_if=missing)

    @cached_property
    def source(self) -> str:
        """The id of the source that holds the answers: `panel.` and 12 hex digits of the question's hash."""
        return PREFIX + question_hash(self.question, {limb.name: limb.text for limb in self.limbs})[:12]

    @property
    def names(self) -> tuple[str, ...]:
        """The limbs by name."""
        return tuple(limb.name for limb in self.limbs)

    @once
    def draws_us(self) -> int:
        """Microseconds that all draws of seats have together."""
        return self.time.us * (1 + self.redraw)

    @once
    def last(self) -> Instant:
        """The first instant at which an answer comes too late."""
        return instant(self.until)

    @property
    def decides(self) -> Instant:
        """The instant that is asked about: T, or the stated one of N/A."""
        return self.last - self.draws_us

    def last_for(self, start: Instant) -> Instant:
        """When an answer about a row first seen at `start` comes too late: with a default after its time."""
        if self.default is not None and self.by_row:
            return min(start + self.draws_us, self.last)
        return self.last

    def asked(self) -> Phrase:
        """The panel inside a sentence."""
        return Phrase(f"a panel answers yes to “{self.question}”", figures_in(self.question))

    def words(self) -> Phrase:
        """What is put to whom, and what comes of silence."""
        limbs = "; ".join(f"{limb.name.replace('_', ' ')}: {limb.text.rstrip('.')}" for limb in self.limbs)
        each = "this is met" if len(self.limbs) == 1 else f"each of these {len(self.limbs)} is met"
        seats = f"{self.seats} seat{'s' if self.seats > 1 else ''}"
        agree, time, until = f"{self.agree} of {self.seats}", str(self.time), date_words(self.until)
        times = "once" if self.redraw == 1 else f"{self.redraw} times"
        redraw = "" if not self.redraw else f" (drawn anew at most {times})"
        silence = "the answer stays open" if self.default is None else f"{self.default} is taken for the answer"
        late = self.default is not None and self.by_row
        in_time = " (about a row only those in that time from when the row was first seen)" if late else ""
        counts = f"answers given before {until} count{in_time}, and without agreement by then {silence}"
        if self.from_pick:
            counts = f"that time runs from when what is picked has settled, and without agreement by then {silence}"
        text = (
            f"The panel on “{self.question}” answers yes where {each}: {limbs}. It has {seats}; {agree} must agree "
            f"within {time}{redraw}; {counts}"
        )
        return Phrase(text, tuple(dict.fromkeys((seats, agree, time, *(() if self.from_pick else (until,))))))


def question_hash(question: str, limbs: dict[str, str]) -> str:
    """sha256 of the question and its limbs as canonical JSON (sorted keys, no spaces): a panel's name."""
    told = {"question": question, "limbs": limbs}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def figures_in(text: str) -> tuple[str, ...]:
    """The words of a question that hold a figure."""
    words = (word.strip(".,;:?!()“”\"'") for word in text.split())
    return tuple(dict.fromkeys(word for word in words if any(char.isdigit() for char in word)))


@lru_cache(maxsize=4096)
def source_of(panel: Panel) -> SourceSpec:
    """The source that holds a panel's answers, read the same way for every panel.

    A body is {"question": the question, "answers": [{"key": the row's key, or `answer`, "limbs": {limb: yes, no or
    unclear}, "votes": "2 of 3"}]}; one that answers another question is refused.
    """
    columns: dict[str, Any] = {
        name: {"type": "text", "from": f"limbs.{name}", "optional": True} for name in panel.names
    }
    columns["votes"] = {"type": "text", "optional": True}
    return SourceSpec.model_validate(
        {
            "id": panel.source,
            "publisher": "the panel",
            "licence": "CC0 1.0",
            "fetch": {"file": f"panels/{panel.source.removeprefix(PREFIX)}.json", "every": "1 hour"},
            "read": {
                "format": "json",
                "rows": "answers",
                "key": "key",
                "columns": columns,
                "require": {"question": panel.question},
            },
        }
    )


def is_panel(source: str) -> bool:
    """Whether a source's id is that of a panel."""
    return source.startswith(PREFIX)
