"""What was made of the very same objects before: many files of a debate have blocks in common, which are one object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass
class Alike(Generic[V]):
    """Results by the objects that they came from, which nobody changes; by which they are, not by what they say.

    It keeps those objects, so that no other can come to stand in their place while this lives.
    """

    found: dict[tuple[int, ...], tuple[Sequence[object], V]] = field(default_factory=dict)

    def of(self, parts: Sequence[object]) -> V | None:
        """What was kept of the very same parts, in this order."""
        known = self.found.get(tuple(map(id, parts)))
        return None if known is None else known[1]

    def keep(self, parts: Sequence[object], made: V) -> V:
        self.found[tuple(map(id, parts))] = (parts, made)
        return made
