"""Recorded bodies of real sources, and the clock that plays them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from resolvers.errors import Fault, InputFault

STAMP = re.compile(r"^(\d{4})-(\d{2})-(\d{2})T(\d{2})(\d{2})(\d{2})Z$")


@dataclass(frozen=True, slots=True)
class Body:
    """One recorded body: what the publisher served from `published_at` on, until its next body."""

    source: str
    published_at: datetime
    path: Path


@dataclass(slots=True)
class PlayedClock:
    """The time of the replay; everything that asks for the time is given this."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def now_ms(self) -> int:
        return int(self.at.timestamp() * 1000)


def stamp(name: str) -> datetime | None:
    """`2024-12-21T221121Z` -> an aware datetime; None where the name is no such stamp."""
    found = STAMP.match(name)
    try:
        return datetime(*(int(part) for part in found.groups()), tzinfo=UTC) if found else None  # type: ignore[misc, arg-type]  # six ints
    except ValueError:
        return None


def load_recording(folder: Path) -> Mapping[str, Sequence[Body]]:
    """Every `SOURCE/STAMP.ext` below the folder, oldest first; files with other names are faults, all of them named."""
    bodies: dict[str, list[Body]] = {}
    faults = []
    for path in sorted(folder.glob("*/*")):
        published_at = stamp(path.stem)
        if published_at is None:
            faults.append(_misnamed(path))
        else:
            bodies.setdefault(path.parent.name, []).append(Body(path.parent.name, published_at, path))
    if not bodies and not faults:
        faults.append(
            Fault("D-bodies", "no recorded body here; wanted SOURCE/2024-12-21T221121Z.ext", path=str(folder))
        )
    if faults:
        raise InputFault(faults)
    return {source: sorted(found, key=lambda body: body.published_at) for source, found in bodies.items()}


def _misnamed(path: Path) -> Fault:
    return Fault(
        "D-name",
        "a recorded body is named by its UTC time; rename it as 2024-12-21T221121Z.ext",
        path=str(path),
        line=1,
        column=1,
    )
