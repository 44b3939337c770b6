"""Names by content: rules, nodes and filters that say the same have one name, made of the names of their parts.

The name is what judging goes by: two markets that ask the same thing of the same rows share the answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property

from pydantic import BaseModel, ConfigDict


class Named(BaseModel):
    """A frozen part of a rule that is told from others by what it says, and never by which object it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @cached_property
    def digest(self) -> str:
        """The part's name, made once: equal parts share one."""
        told = "\0".join(map(name_of, map(self.__dict__.__getitem__, type(self).model_fields)))
        return hashlib.sha256(f"{type(self).__name__}\0{told}".encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Named) and self.digest == other.digest)


def name_of(value: object) -> str:
    """One text for each different value of a field; texts are quoted, so that none can look like another."""
    return NAMES.get(type(value), _other)(value)


def _several(values: tuple[object, ...]) -> str:
    return f"({', '.join(map(name_of, values))})"


def _instant(at: datetime) -> str:
    """The instant, however its zone is written."""
    return at.astimezone(UTC).isoformat()


def _other(value: object) -> str:
    return value.digest if isinstance(value, Named) else repr(value)


NAMES: dict[type, Callable[..., str]] = {str: repr, tuple: _several, datetime: _instant}
