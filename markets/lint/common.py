"""What is worked out once for all markets of one kin: those whose rule, sources and review are the very same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

V = TypeVar("V")


class of_kin(Generic[V]):
    """What is made when it is first asked for by one of a kin, and kept in `common`, which all of them have.

    It may hang on nothing that is a market's own: its opening, its prose, its name, its links, what was seen.
    """

    def __init__(self, make: Callable[[Any], V]) -> None:
        self.make, self.name, self.kept = make, "", ""
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self.kept = name, f"{owner.__name__}.{name}"

    def __get__(self, part: Any, owner: type | None = None) -> V:
        if part is None:
            raise AttributeError(self.name)
        common: dict[str, Any] = part.common
        if self.kept not in common:
            common[self.kept] = self.make(part)
        made: V = common[self.kept]
        part.__dict__[self.name] = made
        return made
