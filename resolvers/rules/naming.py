"""Names by content: rules, nodes and filters that say the same have one name, made of the names of their parts.

The name is what judging goes by: two markets that ask the same thing of the same rows share the answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict

V = TypeVar("V")


class once(Generic[V]):
    """What is made when it is first asked for, and then kept with the object.

    As functools.cached_property, but without the lock that Python 3.11 takes for each of tens of thousands.
    """

    def __init__(self, make: Callable[[Any], V]) -> None:
        self.make, self.name = make, ""
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, part: Any, owner: type | None = None) -> V:
        if part is None:
            raise AttributeError(self.name)
        made = part.__dict__[self.name] = self.make(part)
        return made


class Named(BaseModel):
    """A frozen part of a rule that is told from others by what it says, and never by which object it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(once,))

    @once
    def digest(self) -> str:
        """The part's name, made once: equal parts share one."""
        kind = type(self)
        return _name(kind, tuple(map(self.__dict__.__getitem__, _fields(kind))))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """The same part with other fields, and nothing that was made of the old ones: no name and no English."""
        copied = super().model_copy(update=update, deep=deep)
        for made in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[made]
        return copied

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Named) and self.digest == other.digest)


@lru_cache(maxsize=8192)
def _name(kind: type[Named], values: tuple[object, ...]) -> str:
    """The name of a part with these values; equal ones are written alike, and many markets say the same."""
    told = [NAMES[type(value)](value) for value in values]
    return hashlib.sha256("\0".join([kind.__name__, *told]).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@lru_cache
def _fields(kind: type[BaseModel]) -> tuple[str, ...]:
    return tuple(kind.model_fields)


def _several(values: tuple[object, ...]) -> str:
    return f"({', '.join([NAMES[type(value)](value) for value in values])})"


def _instant(at: datetime) -> str:
    """The instant, however its zone is written."""
    return at.astimezone(UTC).isoformat()


class _Names(dict[type, Callable[..., str]]):
    """How each kind of value is named: a part by its own name, anything else as Python writes it.

    One text for each different value of a field; texts are quoted, so that none can look like another.
    """

    def __missing__(self, kind: type) -> Callable[..., str]:
        found: Callable[..., str] = attrgetter("digest") if issubclass(kind, Named) else repr
        self[kind] = found
        return found


NAMES = _Names({tuple: _several, datetime: _instant})
