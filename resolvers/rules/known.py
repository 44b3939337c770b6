"""What one load has compiled before: many markets of a debate name the same row sets and values in the same words."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from resolvers.durations import Duration
from resolvers.rules.defaults import HouseDefaults
from resolvers.rules.faults import Loc
from resolvers.rules.nodes import Node
from resolvers.rules.panels import Panel

if TYPE_CHECKING:
    from resolvers.rules.scope import Scope

MOST_ALIKE = 8
"""Meanings kept of one block's words: what it names may be written otherwise in another market."""


@dataclass(frozen=True, slots=True)
class Before:
    """A name compiled without a fault: its node, the names it asked for in order, its panels.

    `words` are those of the name and of all names under it; only where they are the same does it mean the same.
    """

    node: Node
    asked: tuple[str, ...]
    panels: tuple[tuple[Panel, Loc], ...]
    words: dict[str, str]


@dataclass
class Known:
    """Row sets and values of the markets read so far, which have the sources and the house defaults in common."""

    found: dict[Hashable, list[Before]] = field(default_factory=dict)
    settling: dict[Duration, HouseDefaults] = field(default_factory=dict)
    """The house defaults by how long corrections count."""

    def of(self, name: str, scope: Scope) -> Before | None:
        """What a name came to in a market that says the same of it and of all that it rests on."""
        for before in self.found.get(_key(name, scope), ()):
            if all(words_of(each, scope) == words for each, words in before.words.items()):
                return before
        return None

    def keep(self, name: str, scope: Scope, node: Node, panels: tuple[tuple[Panel, Loc], ...]) -> None:
        """Remember a name that was compiled without a fault."""
        alike = self.found.setdefault(_key(name, scope), [])
        if len(alike) < MOST_ALIKE:
            words = {each: words_of(each, scope) for each in _under(name, scope)}
            alike.append(Before(node, tuple(scope.asked.get(name, ())), panels, words))


def settling(defaults: HouseDefaults, after: Duration, known: Known | None) -> HouseDefaults:
    """The defaults of a market whose corrections count for so long: the same for all that have them in common."""
    if known is None:
        return defaults.model_copy(update={"settle": after})
    if after not in known.settling:
        known.settling[after] = defaults.model_copy(update={"settle": after})
    return known.settling[after]


def words_of(name: str, scope: Scope) -> str:
    """A name's block as it was written: texts, numbers, lists and maps, each told apart from the others."""
    known = scope.words.get(name)
    if known is None:
        known = scope.words[name] = _written(name, scope.values_block, scope.rows_block)
    return known


def _written(name: str, values: Any, rows: Any) -> str:
    if name in values:
        return f"values {values[name]!r}"
    return f"rows {rows[name]!r}" if name in rows else ""


def _key(name: str, scope: Scope) -> Hashable:
    return (name, words_of(name, scope), scope.decides, scope.runs)


def _under(name: str, scope: Scope) -> list[str]:
    """A name and all that it rests on, each once."""
    found, ahead = {name: None}, [name]
    while ahead:
        for each in scope.asked.get(ahead.pop(), ()):
            if each not in found:
                found[each] = None
                ahead.append(each)
    return list(found)
