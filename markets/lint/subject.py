"""One market under the lint: what it says, as written and as compiled, and what has been seen of its sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from markets.alike import Alike
from markets.file import Written
from markets.lint.common import of_kin
from markets.lint.figures import Amount, At, Figure, Reading, figures, pairs, places
from markets.lint.spelled import CLAIMING, spelled
from markets.lint.stated import Stated, stated, written
from markets.spec import DebateSpec, MarketSpec
from resolvers.errors import Level
from resolvers.evidence import Evidence
from resolvers.rules.naming import once
from resolvers.rules.nodes import Node
from resolvers.rules.panels import Panel
from resolvers.sources.spec import SourceSpec

Loc = tuple[str | int, ...]
Openers = Mapping[str, tuple[str, ...]]
N = TypeVar("N")
APART = bytes(code if chr(code).isdigit() or chr(code).islower() else 32 for code in range(128)).ljust(256)
"""Puts a space for all but small letters and digits: how text falls into words quickest."""


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
    shared: dict[Any, Any] = field(default_factory=dict)
    """What is worked out once for all markets of a debate."""
    common: dict[str, Any] = field(default_factory=dict, compare=False)
    """What is worked out once for all of its kin."""
    kept: dict[str, Any] = field(default_factory=dict, init=False, compare=False)
    """What is worked out once for this one."""

    @property
    def value(self) -> Mapping[str, Any]:
        return self.written.value

    @once
    def nodes(self) -> tuple[Node, ...]:
        """Every node of the rule."""
        return self.spec.rule.nodes()

    def of(self, kind: type[N]) -> list[N]:
        """The rule's nodes of one kind."""
        every: tuple[Any, ...] = self.nodes
        return [node for node in every if kind in type(node).__mro__]  # quicker than isinstance on a model

    @once
    def prose(self) -> tuple[tuple[Loc, str], ...]:
        """The author's own words, each with its place: question, fine print, the name of the last answer."""
        parts: list[tuple[Loc, str]] = [(("question",), self.spec.question)]
        if self.spec.fine_print:
            parts.append((("fine_print",), self.spec.fine_print))
        never = self.value["resolve"].get("never")
        if isinstance(never, str):
            parts.append((("resolve", "never"), never))
        return tuple(parts)

    @once
    def text(self) -> str:
        """All of the prose, for a search that is done once."""
        return "\n\n".join(text for _, text in self.prose)

    @once
    def words(self) -> frozenset[str]:
        """Every word of the prose in small letters: whether a search is worth its while is seen from them."""
        return frozenset(self.low.encode("ascii", "replace").translate(APART).decode("ascii").split())

    @once
    def low(self) -> str:
        """The text in small letters."""
        return self.text.lower()

    def opened(self, pattern: re.Pattern[str], openers: Openers) -> Iterator[re.Match[str]]:
        """Every match of a pattern in the text, as by its `finditer`, tried only where it may begin.

        `openers` has the words without one of which there is no match; by each, how a match begins, in small letters.
        """
        told = self.words.intersection(openers)  # by the few openers, not by all words
        if not told:
            return iter(())
        return matches(pattern, self.text, self.low, dict.fromkeys(each for word in told for each in openers[word]))

    @once
    def panels(self) -> tuple[Panel, ...]:
        return self.spec.rule.panels()

    def at(self, offset: int) -> tuple[Loc, int]:
        """Where a character of `text` stands: the place, and how far into it."""
        for loc, text in self.prose:
            if offset <= len(text):
                return loc, offset
            offset -= len(text) + 2
        return self.prose[-1][0], 0

    @once
    def stated(self) -> Stated:
        """Everything that occurs in the rule."""
        return self.stated_alike.opening(self.spec.opens)

    @of_kin
    def stated_alike(self) -> Stated:
        """The same without the opening."""
        found = stated(self.spec, self.shared.setdefault("houses", Alike()))
        for _, _, readings in self.figures_written:
            found.amounts |= {each for each in readings if isinstance(each, Amount)}
            found.moments |= {each.moment for each in readings if isinstance(each, At)}
        return found

    @of_kin
    def figures_written(self) -> tuple[tuple[Loc, str, tuple[Reading, ...]], ...]:
        """Every figure that the author wrote in the rule: place, as written, readings."""
        return tuple(written(self.spec, self.value, self.shared.setdefault("blocks", Alike())))

    @once
    def figures(self) -> tuple[tuple[Loc, Figure], ...]:
        """Every figure of the prose with the place it stands in."""
        heard = self.kept.get("heard")
        if heard is not None:
            return tuple(moved(each, at) for found, at in heard for each in found.figures)
        plain = self.words.isdisjoint(CLAIMING)
        return tuple(
            (loc, figure)
            for loc, text in self.prose
            for figure in (figures(text, self.names) if plain else _with_words(self, loc, text))
        )

    @once
    def figures_of_question(self) -> tuple[tuple[Loc, Figure], ...]:
        """Those of them that stand in the question."""
        heard = self.kept.get("heard")
        return tuple(each for each in (heard[0][0].figures if heard else self.figures) if each[0] == ("question",))

    def quiet(self, code: str) -> bool:
        """Whether it is known of a code that it sees nothing here."""
        return code in self.kept.get("quiet", ())

    @of_kin
    def names(self) -> frozenset[tuple[str, str]]:
        """Which word stands next to which number in all that the rule reads, and in what its panels are asked."""
        found = pairs([*self.stated_alike.texts, *self.asked])
        same: frozenset[tuple[str, str]] = self.shared.setdefault(("names", found), found)
        return same

    @of_kin
    def asked(self) -> tuple[str, ...]:
        """What the rule's panels read: their questions and limbs."""
        return tuple(text for panel in self.panels for text in (panel.question, *(limb.text for limb in panel.limbs)))

    @of_kin
    def figures_asked(self) -> tuple[tuple[str, Figure], ...]:
        """Every figure of that, with the text it stands in."""
        return tuple((text, figure) for text in self.asked for figure in _asked(text, self.names))

    @property
    def sources(self) -> tuple[SourceSpec, ...]:
        return self.spec.sources

    def named(self, source: str) -> Loc:
        """Where the file first names a source, or the block of values where it cannot be told."""
        return next(_naming(self.value, source, ()), ("values",) if "values" in self.value else ("resolve",))

    def place_of(self, text: str) -> Loc:
        """The first place in the rule's blocks where just this text stands, else where rows are filtered."""
        blocks = {name: self.value[name] for name in ("rows", "values", "resolve", "na") if name in self.value}
        return next(_standing(blocks, text, ()), self.block_of("where", "from"))

    def block_of(self, *keys: str) -> Loc:
        """The first place in the file with one of these keys, top down."""
        return next((loc for loc, _ in keyed(self.value, keys)), ("resolve",))


def matches(pattern: re.Pattern[str], text: str, low: str, begins: Iterable[str]) -> Iterator[re.Match[str]]:
    """Every match of a pattern in a text, tried only where one of `begins` stands in `low`, the text in small letters.

    A match begins where a word does.
    """
    if len(low) != len(text):  # a letter of which the small form is two: places differ
        yield from pattern.finditer(text)
        return
    end = 0
    for at in sorted({at for each in begins for at in places(low, each)}):
        before = low[at - 1] if at else " "
        if at < end or before.isalnum() or before == "_":
            continue
        match = pattern.match(text, at)
        if match is not None:
            yield match
            end = match.end()


def opening(*words: str, **others: str | tuple[str, ...]) -> Openers:
    """Words with which a match begins; and others, each with how a match with it begins."""
    told = {word: (word,) for word in words}
    return told | {word: (each,) if isinstance(each, str) else each for word, each in others.items()}


def moved(placed: tuple[Loc, Figure], at: int) -> tuple[Loc, Figure]:
    """A figure of a passage as it stands in the whole."""
    loc, figure = placed
    if not at or loc != ("fine_print",):
        return placed
    return loc, Figure(figure.text, figure.at + at, figure.readings, figure.soft, figure.name)


def _with_words(it: Subject, loc: Loc, text: str) -> list[Figure]:
    """The figures of a text, spelled ones among them, but not within a glossary, which is alike in every market."""
    from markets.lint.glossary import glossary_of, own_glossary

    found = figures(text, it.names)
    taken = {each.at for each in found if not each.soft}
    own = own_glossary(it) if loc == ("fine_print",) else glossary_of(text)
    for each in spelled(text):
        if each.at not in taken and not (own is not None and own.start <= each.at < own.end):
            found.append(each)
    return sorted(found, key=lambda each: each.at)


@lru_cache(maxsize=4096)
def _asked(text: str, names: frozenset[tuple[str, str]]) -> tuple[Figure, ...]:
    """The figures of what a panel is asked; many markets ask the same."""
    return tuple(figures(text, names))


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


def _standing(value: Any, text: str, loc: Loc) -> Iterator[Loc]:
    if isinstance(value, Mapping | list):
        for key, part in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _standing(part, text, (*loc, key))
    elif value == text:
        yield loc


def keyed(value: Any, keys: Sequence[str], loc: Loc = ()) -> Iterator[tuple[Loc, Any]]:
    """Every place in a block with one of these keys, top down, and what stands there."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key in keys:
                yield (*loc, key), part
            yield from keyed(part, keys, (*loc, key))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from keyed(part, keys, (*loc, place))
