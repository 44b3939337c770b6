"""One market under the lint: what it says, as written and as compiled, and what has been seen of its sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from markets.file import Written
from markets.lint.figures import Amount, At, Figure, Reading, figures, pairs
from markets.lint.spelled import CLAIMING, spelled
from markets.lint.stated import Stated, stated, written
from markets.spec import DebateSpec, MarketSpec
from resolvers.errors import Level
from resolvers.evidence import Evidence
from resolvers.rules.nodes import Node
from resolvers.rules.panels import Panel
from resolvers.sources.spec import SourceSpec

Loc = tuple[str | int, ...]
N = TypeVar("N")
WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Found:
    """One thing to say: the message, its place in the file, and a level where it is not the code's own."""

    message: str
    loc: Loc
    offset: int | None = None
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the store knows of a market's sources, read as of `now`, and whether the market is live already."""

    evidence: Evidence
    now: datetime
    opened: bool = False


@dataclass(frozen=True)
class Subject:
    """What a code looks at. `others` are the debate's markets, `arguments` its claims where it has any."""

    spec: MarketSpec
    written: Written
    debate: DebateSpec
    others: Sequence[MarketSpec] = ()
    arguments: Any = None
    seen: Seen | None = None
    shared: dict[str, Any] = field(default_factory=dict)
    """What is worked out once for all markets of a debate."""

    @property
    def value(self) -> Mapping[str, Any]:
        return self.written.value

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every node of the rule."""
        return self.spec.rule.nodes()

    def of(self, kind: type[N]) -> Iterator[N]:
        """The rule's nodes of one kind."""
        return (node for node in self.nodes if isinstance(node, kind))

    @cached_property
    def prose(self) -> tuple[tuple[Loc, str], ...]:
        """The author's own words, each with its place: question, fine print, the name of the last answer."""
        parts: list[tuple[Loc, str]] = [(("question",), self.spec.question)]
        if self.spec.fine_print:
            parts.append((("fine_print",), self.spec.fine_print))
        never = self.value["resolve"].get("never")
        if isinstance(never, str):
            parts.append((("resolve", "never"), never))
        return tuple(parts)

    @cached_property
    def text(self) -> str:
        """All of the prose, for a search that is done once."""
        return "\n\n".join(text for _, text in self.prose)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the prose in small letters: whether a search is worth its while is seen from them."""
        return frozenset(WORD.findall(self.text.lower()))

    @cached_property
    def panels(self) -> tuple[Panel, ...]:
        return self.spec.rule.panels()

    def at(self, offset: int) -> tuple[Loc, int]:
        """Where a character of `text` stands: the place, and how far into it."""
        for loc, text in self.prose:
            if offset <= len(text):
                return loc, offset
            offset -= len(text) + 2
        return self.prose[-1][0], 0

    @cached_property
    def stated(self) -> Stated:
        found = stated(self.spec)
        for _, _, readings in self.figures_written:
            found.amounts |= {each for each in readings if isinstance(each, Amount)}
            found.moments |= {each.moment for each in readings if isinstance(each, At)}
        return found

    @cached_property
    def figures_written(self) -> tuple[tuple[Loc, str, tuple[Reading, ...]], ...]:
        """Every figure that the author wrote in the rule: place, as written, readings."""
        return tuple(written(self.spec, self.value))

    @cached_property
    def figures(self) -> tuple[tuple[Loc, Figure], ...]:
        """Every figure of the prose with the place it stands in."""
        plain = self.words.isdisjoint(CLAIMING)
        return tuple(
            (loc, figure)
            for loc, text in self.prose
            for figure in (figures(text, self.names) if plain else _with_words(text, self.names))
        )

    @cached_property
    def names(self) -> frozenset[tuple[str, str]]:
        """Which word stands next to which number in all that the rule reads, and in what its panels are asked."""
        return pairs([*self.stated.texts, *self.asked])

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """What the rule's panels read: their questions and limbs."""
        return tuple(text for panel in self.panels for text in (panel.question, *(limb.text for limb in panel.limbs)))

    @property
    def sources(self) -> tuple[SourceSpec, ...]:
        return self.spec.sources

    def named(self, source: str) -> Loc:
        """Where the file first names a source, or the block of values where it cannot be told."""
        return next(_naming(self.value, source, ()), ("values",) if "values" in self.value else ("resolve",))

    def block_of(self, *keys: str) -> Loc:
        """The first place in the file with one of these keys, top down."""
        return next(_keyed(self.value, keys, ()), ("resolve",))


def _with_words(text: str, names: frozenset[tuple[str, str]]) -> list[Figure]:
    """The figures of a text, spelled ones among them, but not within a glossary, which is alike in every market."""
    from markets.lint.glossary import glossary_of

    found = figures(text, names)
    taken = {each.at for each in found if not each.soft}
    own = glossary_of(text)
    for each in spelled(text):
        if each.at not in taken and not (own is not None and own.start <= each.at < own.end):
            found.append(each)
    return sorted(found, key=lambda each: each.at)


def _naming(value: Any, source: str, loc: Loc) -> Iterator[Loc]:
    if isinstance(value, Mapping):
        for key in ("rows", "values", "resolve", "na") if not loc else value:
            if key in value:
                yield from _naming(value[key], source, (*loc, key))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _naming(part, source, (*loc, place))
    elif isinstance(value, str) and (value == source or value.startswith(f"{source}.") or f"({source})" in value):
        yield loc


def _keyed(value: Any, keys: Sequence[str], loc: Loc) -> Iterator[Loc]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key in keys:
                yield (*loc, key)
            yield from _keyed(part, keys, (*loc, key))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _keyed(part, keys, (*loc, place))
