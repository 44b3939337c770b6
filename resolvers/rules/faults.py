"""Collecting every fault of a rule, each with its place, instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import get_close_matches
from reprlib import Repr
from typing import Any

from resolvers.errors import Fault, Level

Loc = tuple[str | int, ...]

MEANT = re.compile(r"; did you mean '([^']*)'")
SHORT = Repr()
SHORT.maxlevel, SHORT.maxdict, SHORT.maxlist, SHORT.maxtuple, SHORT.maxstring, SHORT.maxother = 2, 3, 3, 3, 60, 60


@dataclass
class Faults:
    """Every fault found so far."""

    found: list[Fault] = field(default_factory=list)

    def add(self, code: str, message: str, loc: Loc, offset: int | None = None, level: Level = "error") -> None:
        fault = Fault(code, message, loc, offset, level)
        if fault not in self.found:
            self.found.append(fault)

    @property
    def stopping(self) -> bool:
        return any(fault.level == "error" for fault in self.found)


def once(faults: Iterable[Fault]) -> list[Fault]:
    """The faults without those of a missing key that is there under a mistyped name: the typo says it all."""
    found = list(faults)
    if not found:
        return found
    typed = {(fault.loc[:-1], near[1]) for fault in found if fault.code == "unknown-key"
             for near in [MEANT.search(fault.message)] if near}  # fmt: skip
    return [
        fault for fault in found
        if fault.code != "missing" or not any(fault.loc == loc and f"`{key}:`" in fault.message for loc, key in typed)
    ]  # fmt: skip


def nearest(name: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """` (did you mean …?)` with the closest known name, or what is known."""
    names = list(known)
    close = get_close_matches(name, names, 1, likeness)
    if close:
        return f"; did you mean {close[0]!r}?"
    return "; known: " + ", ".join(sorted(names)[:12]) if names else "; none is defined"


def found_text(value: Any) -> str:
    """What stands where something else was wanted, in a few characters, however deep it is nested."""
    if value is None or isinstance(value, bool):
        return f"found {'nothing' if value is None else str(value).lower()}"
    return f"found {SHORT.repr(value)}"


def mapping(value: Any, loc: Loc, faults: Faults, what: str, like: str = "{name: ...}") -> Mapping[str, Any] | None:
    """The value as a mapping with text keys, or a fault that shows what one is `like`."""
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return value
    faults.add("shape", f"{what} is a mapping of names, as `{like}`; {found_text(value)}", loc)
    return None


def known_keys(block: Mapping[str, Any], known: Iterable[str], loc: Loc, faults: Faults) -> None:
    """A fault for each key that means nothing here."""
    names = tuple(known)
    for key in block:
        if key not in names:
            faults.add("unknown-key", f"{key!r} means nothing here{nearest(key, names)}", (*loc, key))


def instant_of(value: Any, loc: Loc, faults: Faults, decides: datetime | None = None) -> datetime | None:
    """A date (00:00 UTC), a time with its zone, or `T`; a fault for anything else."""
    if value == "T" and decides is not None:
        return decides
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            faults.add("date", f"{value.isoformat()} names no zone; write {value.isoformat()}Z for UTC", loc)
            return None
        try:
            return value.astimezone(UTC)
        except OverflowError:
            faults.add("date", f"{value.isoformat()} lies outside the calendar", loc)
            return None
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    faults.add("date", "a date is written 2027-07-01 (00:00 UTC) or 2027-07-01T12:00Z", loc)
    return None
