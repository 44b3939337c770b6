"""What a format makes of a body, before columns and units: records by their published field names, or a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from resolvers.evidence import Row

NoteKind = Literal[
    "quarantined",
    "unknown-cell",
    "unread-column",
    "missing-column",
    "duplicate-key",
    "unlisted",
    "listed-missing",
]
ReadingState = Literal["good", "unreadable", "refused"]

SHOWN_CHARS = 80
"""How much of a strange text a note repeats."""


@dataclass(frozen=True, slots=True)
class Note:
    """One oddity met while reading: in which row (`key`) and column, the text that stood there, and what was done."""

    kind: NoteKind
    key: str
    column: str
    text: str
    because: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A body as rows, in the document's order, with everything odd about it.

    `unreadable`: it does not parse. `refused`: it parses, but it is not the document agreed on (shape, anchor,
    required values); both have a `because` and no rows. `set_aside` are rows that are visibly there but quarantined:
    the cells out of bounds are None (unknown), the others as published, and what stood before may stand on.
    """

    state: ReadingState
    because: str = ""
    rows: tuple[Row, ...] = ()
    notes: tuple[Note, ...] = ()
    set_aside: tuple[Row, ...] = ()

    @property
    def held(self) -> frozenset[str]:
        """The keys of the rows set aside."""
        return frozenset(row.key for row in self.set_aside)


class Unreadable(ValueError):
    """The bytes are not a document of the declared format."""


class Refused(ValueError):
    """The document parses but has not the shape or the content that was agreed on."""


@dataclass(frozen=True, slots=True)
class Table:
    """Records in the document's order, the field names found in any of them, and notes made on the way."""

    fields: tuple[str, ...]
    records: Sequence[Mapping[str, Any]]
    notes: tuple[Note, ...] = field(default=())


class Figure(str):
    """A number of a JSON document as it was written: text that is rendered without quotes."""

    __slots__ = ()


def shown(text: str) -> str:
    """A text from outside, cut to what a person needs to see of it."""
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"


def as_text(value: Any) -> str | None:
    """A value of a JSON or YAML document as published text: a figure as written, a list or mapping as compact JSON."""
    if value is None or isinstance(value, str):
        return value
    return compact(value)


def compact(value: Any) -> str:
    """JSON without spaces, with every figure as it was written; at most as deep as the formats allow."""
    if isinstance(value, Figure):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{compact(v)}" for name, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
