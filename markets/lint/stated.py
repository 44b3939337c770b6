"""The figures of a rule: all that occur in it, and those that its author wrote in the file.

What occurs is read from the compiled rule, whatever its nodes are called; what was written from the file's own blocks,
so that house defaults need not be told again in prose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from markets.alike import Alike
from markets.fields import in_words, plain
from markets.lint.figures import Amount, At, Figure, Reading, Span, amount, figures
from markets.spec import OVERRIDES, MarketSpec
from resolvers.durations import FORM as DURATION
from resolvers.rules.naming import Named
from resolvers.rules.nodes import FieldOf, Pick, Reduce, Rows
from resolvers.rules.panels import Panel
from resolvers.rules.rule import Rule
from resolvers.units import SECONDS, WORDS

Loc = tuple[str | int, ...]
Entry = tuple[Loc, str, tuple[Reading, ...]]
"""A figure that the author wrote: its place, as written, its readings."""

NAMES_ONLY = frozenset({"from", "label", "matching", "has", "unit", "clock", "ties", "agree", "answers", "panel"})
"""What stands under these keys of a rule's blocks is names, texts of rows, or prose of its own."""

PROSE = frozenset({"never", "label", "question", "limbs"})
"""The author's own words inside a compiled rule: they justify no figure of the author's other words."""

UNITED = frozenset({"value", "edges"})
"""Fields whose numbers have the unit that stands beside them."""

PEOPLE = frozenset({"seats", "agree", "redraw"})
PANEL = (*PEOPLE, "for")
"""What a panel's block says in figures."""

COUNTED_IN = {
    3: {"k", "thousand", "thousands"},
    6: {"m", "million", "millions"},
    9: {"b", "bn", "billion", "billions"},
    12: {"t", "trillion", "trillions"},
}
"""How the name of a column ends that counts in thousands, millions, billions, trillions."""

SHARED = (Rows, Reduce, Pick, FieldOf, Panel)
"""Parts of rules that many markets have alike."""

SPELLED_UNITS = "|".join(filter(str.isalpha, WORDS))
IN_FORMULA = re.compile(rf"(?<![\w.])(?P<number>\d[\d_]*(?:\.\d+)?)(?:\s*(?P<unit>%|(?:{SPELLED_UNITS})(?!\w)))?")
"""A number of a formula, with its unit where it has one."""

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\S*")
MICROSECOND = timedelta(microseconds=1)


@dataclass
class Stated:
    """What occurs in a rule: amounts, instants, and the texts (of columns, sources, filters) that may be names."""

    amounts: set[Amount] = field(default_factory=set)
    moments: set[datetime] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    decides: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    opens: datetime | None = None
    """Apart from the other instants, for it is all that markets of one kin do not share; None leaves it out."""

    def has(self, reading: Reading) -> bool:
        """Whether a figure, so read, occurs."""
        if isinstance(reading, Amount):
            return self.bare(reading) in self.amounts
        if isinstance(reading, At):
            return self.instant(reading.moment)
        if isinstance(reading, Span):
            if self.instant(reading.start):
                return self.instant(reading.end)
            return self.opens is not None and reading.start <= self.opens and reading.end == self.decides
        every = self.moments if self.opens is None else (*self.moments, self.opens)
        return any(format(moment, reading.form) == reading.text for moment in every)

    def opening(self, opens: datetime) -> Stated:
        """The same with an opening among its instants."""
        return Stated(self.amounts, self.moments, self.texts, self.decides, opens)

    def instant(self, moment: datetime) -> bool:
        """Whether an instant occurs."""
        return moment in self.moments or moment == self.opens

    def has_any(self, readings: Iterable[Reading]) -> bool:
        """Whether a figure occurs, read in one way or another."""
        return any(self.has(each) for each in readings)

    def bare(self, reading: Amount) -> Amount:
        """`40 billion` as the 40 of a column that counts in billions, as `params_b`; any other amount as it is."""
        grown = reading.unit.removeprefix("e")
        if not grown.isdigit():
            return reading
        ends = {text.rpartition("_")[2] for text in self.texts if "_" in text}
        return Amount(reading.value, "") if ends & COUNTED_IN[int(grown)] else reading


def stated(spec: MarketSpec, alike: Alike[Stated]) -> Stated:
    """Everything that occurs in a market's rule, the durations of its defaults among it, but for its opening.

    `alike` are the markets before, by what they have of the house. How many people it asks is none of the rule's
    counts, or any 2 or 3 in the prose would pass for one.
    """
    around = (spec.rule.defaults, spec.review, *spec.sources)
    house = alike.of(around) or alike.keep(around, _of_house(spec))
    found = Stated(set(house.amounts), set(house.moments), set(house.texts), spec.decides)
    fields = spec.rule.__dict__
    for name in _names_of(Rule):
        if name not in ("opens", "defaults"):
            _collect(fields[name], name, found)
    return found


def _of_house(spec: MarketSpec) -> Stated:
    """What occurs in a rule without its author's doing: the house's defaults, its review, the names of sources."""
    found = Stated()
    for part in spec.rule.defaults.__dict__.values():
        if isinstance(part, str | timedelta):
            _collect(part, "", found)
    for span in filter(None, (spec.review.window, spec.review.auto_after)):
        found.amounts.add(Amount(_seconds(span), "span"))
    for source in spec.sources:
        found.texts |= {source.id, source.publisher, _credited(source.attribution, source.id)}
    return found


@lru_cache(maxsize=1024)
def _credited(attribution: str, name: str) -> str:
    """The words of a source's attribution that name this very thing: their digits stand in its id too."""
    words = attribution.split() if any(char.isdigit() for char in attribution) else ()
    numbers = {word: re.findall(r"\d+", word) for word in words if "/" not in word}
    return " ".join(word for word in words if numbers.get(word) and all(each in name for each in numbers[word]))


def _collect(value: Any, key: str, found: Stated) -> None:
    """What occurs in one field of a compiled rule, which is called `key`."""
    KINDS[type(value)](value, key, found)


def _of_text(value: str, _: str, found: Stated) -> None:
    length = DURATION.fullmatch(value) if value[:1].isdigit() else None
    if length is not None:
        found.amounts.add(amount(int(length[1]), length[2]))
    else:
        found.texts.add(value)


def _of_shared(value: Any, _: str, found: Stated) -> None:
    told = _told(value)
    found.amounts |= told.amounts
    found.moments |= told.moments
    found.texts |= told.texts


def _of_model(value: BaseModel, _: str, found: Stated) -> None:
    _fields(value, found)


def _of_list(value: Iterable[Any], key: str, found: Stated) -> None:
    for part in value:
        _collect(part, key, found)


def _of_map(value: Mapping[str, Any], _: str, found: Stated) -> None:
    for inner, part in value.items():
        if isinstance(part, Decimal):
            _number(part, inner, found)
        elif inner not in PROSE:
            _collect(part, inner, found)


def _of_moment(value: datetime, _: str, found: Stated) -> None:
    found.moments.add(value.astimezone(UTC))


def _of_length(value: timedelta, _: str, found: Stated) -> None:
    found.amounts.add(Amount(_seconds(value), "span"))


def _of_count(value: int, key: str, found: Stated) -> None:
    if key not in PEOPLE and (key, value) != ("n", 1):
        found.amounts.add(Amount(Decimal(value), "places" if key == "round" else ""))


def _of_nothing(value: Any, key: str, found: Stated) -> None:
    """Truth values and what is left out are no figures."""


class _Kinds(dict[type, Callable[[Any, str, Stated], None]]):
    """What is done with each kind of value."""

    def __missing__(self, kind: type) -> Callable[[Any, str, Stated], None]:
        known = ((str, _of_text), (SHARED, _of_shared), (BaseModel, _of_model), ((tuple, list), _of_list),
                 (dict, _of_map), (datetime, _of_moment), (timedelta, _of_length), (bool, _of_nothing),
                 (int, _of_count))  # fmt: skip
        self[kind] = next((does for kinds, does in known if issubclass(kind, kinds)), _of_nothing)
        return self[kind]


KINDS = _Kinds()


@lru_cache(maxsize=8192)
def _told(part: Named) -> Stated:
    """The same of a part of a rule that many markets have alike: worked out once."""
    found = Stated()
    _fields(part, found)
    return found


@lru_cache(maxsize=256)
def _names_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields of a model: pydantic looks them up anew each time."""
    return tuple(model.model_fields)


def _fields(model: BaseModel, found: Stated) -> None:
    written = model.__dict__
    unit = written.get("unit")
    for name in _names_of(type(model)):
        part = written[name]
        if part is None:
            continue
        if isinstance(part, Decimal):
            _number(part, unit if name in UNITED and isinstance(unit, str) else name, found)
        elif name == "edges" and isinstance(unit, str):
            for edge in part:
                _number(edge, unit, found)
        elif name not in PROSE:
            _collect(part, name, found)


def _number(value: Any, unit: str, found: Stated) -> None:
    if unit == "date" and 1 <= value <= date.max.toordinal():
        day = date.fromordinal(int(value))
        found.moments.add(datetime(day.year, day.month, day.day, tzinfo=UTC))
    elif isinstance(value, Decimal):
        known = unit in SECONDS or unit in ("percent", "points", "usd", "mana", "elo")
        found.amounts.add(amount(value, unit if known else ""))


def _seconds(length: timedelta) -> Decimal:
    return Decimal(length // MICROSECOND) / 1_000_000


def written(spec: MarketSpec, value: Mapping[str, Any], alike: Alike[tuple[Entry, ...]]) -> Iterator[Entry]:
    """Every figure that the author wrote in the rule's blocks, and T; `alike` are blocks that were read before."""
    for name in ("rows", "values", "resolve", "na", *OVERRIDES, "review"):
        if name in value:
            block = (name, value[name])
            known = alike.of(block)
            yield from alike.keep(block, tuple(_written(value[name], (name,)))) if known is None else known
    at = "decides" if value.get("decides") is not None else "closes"
    yield (at,), in_words(spec.decides), (At(spec.decides),)


def _written(value: Any, loc: Loc) -> Iterator[tuple[Loc, str, tuple[Reading, ...]]]:
    key = loc[-1]
    if isinstance(value, dict):
        for inner, part in value.items():
            if inner == "panel" and isinstance(part, dict):
                asked = {name: part[name] for name in PANEL if name in part}
                yield from _written(asked, (*loc, inner))
            if inner == "from":
                yield from _of_sources(part, (*loc, inner))
            if inner == "never" or (inner in NAMES_ONLY and not isinstance(part, int)):
                continue
            yield from _equals(part, (*loc, inner)) if inner == "where" else _written(part, (*loc, inner))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _written(part, (*loc, place))
    elif isinstance(value, str):
        for figure in _in_formula(value):
            yield loc, figure.text, figure.readings
    elif isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        unit = "places" if key == "round" else ""
        yield loc, _shown(value, unit), (Amount(Decimal(value), unit),)


def _of_sources(value: Any, loc: Loc) -> Iterator[tuple[Loc, str, tuple[Reading, ...]]]:
    """What stands under `from`: the day on which a window begins, or sources, where only what follows them counts."""
    if isinstance(value, str) and ISO_DAY.fullmatch(value):
        yield from _written(value, loc)
    for place, part in enumerate(value) if isinstance(value, list) else ():
        if isinstance(part, dict):
            yield from _written({key: each for key, each in part.items() if key != "source"}, (*loc, place))


def _equals(value: Any, loc: Loc) -> Iterator[tuple[Loc, str, tuple[Reading, ...]]]:
    """A filter: a formula, or columns with what they equal, where a text is a name unless it is wholly a figure."""
    if isinstance(value, str) and loc[-1] == "where":
        yield from _written(value, loc)
    elif isinstance(value, dict):
        for inner, part in value.items():
            if inner not in NAMES_ONLY:
                yield from _equals(part, (*loc, inner))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _equals(part, (*loc, place))
    elif isinstance(value, str):
        found = _in_formula(value)
        if len(found) == 1 and found[0].text == value.strip():
            yield loc, found[0].text, found[0].readings
    else:
        yield from _written(value, loc)


@lru_cache(maxsize=8192)
def _in_formula(text: str) -> tuple[Figure, ...]:
    """The figures of a formula, a date or a duration; what stands in quotes is text. Many markets say the same."""
    if not any(char.isdigit() for char in text):
        return ()
    bare = "".join(part if not place % 2 else " " * len(part) for place, part in enumerate(text.split('"')))
    return tuple(each for each in figures(as_prose(bare), frozenset()) if not each.name and not each.soft)


def as_prose(formula: str) -> str:
    """A formula with its numbers as prose has them: `-5points` as `-5 points`, `0.85 fraction` as 85%."""
    return IN_FORMULA.sub(_spaced, formula)


def _spaced(match: re.Match[str]) -> str:
    digits, unit = match["number"].replace("_", ""), match["unit"]
    if unit == "fraction":
        return f"{plain(Decimal(digits) * 100)}%"
    return digits + unit if unit == "%" else f"{digits} {unit}" if unit else digits


def _shown(value: int | Decimal, unit: str) -> str:
    text = plain(Decimal(value))
    return f"{text} decimal place{'' if value == 1 else 's'}" if unit else text
