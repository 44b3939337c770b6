"""What goes into an answer and what comes out of it: plain values, of which Discord and a terminal each make theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Intent = Literal[
    "value", "why", "needs", "ahead", "chart", "changed", "when", "price", "rules", "evidence", "reviewers", "list",
    "link", "help", "status", "claim", "queue", "keeping", "social", "how-to", "meaning", "mana", "propose-act",
    "unknown",
]  # fmt: skip

Verb = Literal[
    "approve", "reject", "ask", "dispute", "retract", "propose", "evidence", "follow", "unfollow", "fund", "pause",
    "resume",
]  # fmt: skip
"""What a button may be offered for; nothing is done by a sentence."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where a sentence was said: the proposal or market of its thread or reply, and what this person spoke of last.

    `choices` are the markets that the last answer offered, where it asked which of them was meant; `chosen` is the
    market and `wanted` what is asked of it, where a button said so.
    """

    asker: str
    now: datetime
    proposal: int | None = None
    slug: str | None = None
    last_slug: str | None = None
    last_intent: Intent | None = None
    choices: tuple[str, ...] = ()
    chosen: str | None = None
    wanted: Intent | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A button in place of an act: what it does, and to which market or proposal."""

    verb: Verb
    slug: str | None = None
    proposal: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of one to four lines of plain text (whoever shows it escapes it).

    `slug` is the market it is about, `chart` the market whose chart belongs to it, `choices` the markets that could
    have been meant (slug, title), `suggestions` what could be asked instead. `confident`: the market and the question
    were told clearly; otherwise the lines say what was understood. `readings` are what else may have been asked of the
    market. `keep`: whether this person's sentences may be kept from now on, where they asked for that to change.
    `anew`: it names a time, so that whoever chooses a market asks the whole sentence again of that one.
    """

    lines: tuple[str, ...]
    intent: Intent
    slug: str | None = None
    confident: bool = True
    chart: str | None = None
    choices: tuple[tuple[str, str], ...] = ()
    offers: tuple[Offer, ...] = ()
    suggestions: tuple[str, ...] = ()
    readings: tuple[Intent, ...] = ()
    keep: bool | None = None
    anew: bool = False
