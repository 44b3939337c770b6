"""Filters held against the rows of one table: each span is in, out, or may be in (a cell that cannot be read)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne

from resolvers.rules.columns import ABSENT, Number, Table, Text
from resolvers.rules.filters import (
    AllOf,
    AnyOf,
    Filter,
    Has,
    ListedIn,
    Matching,
    Measured,
    Met,
    Not,
    OneOf,
    Present,
    Reckoned,
    columns_of,
    conjuncts,
    together,
)
from resolvers.rules.patterns import LONGEST_TEXT
from resolvers.rules.reckoning import reckoner

Labels = Mapping[str, str | None]
"""Label column -> the row's label, None where it has none yet."""
Test = Callable[[int, Labels], bool | None]
"""Span and its labels -> in, out, or None: it may be either."""

OPERATORS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {">=": ge, ">": gt, "<=": le, "<": lt, "==": eq, "!=": ne}
NO_LABELS: Labels = {}
Meant = Callable[[str], Mapping[Text, Number]]
"""A label column -> each of its texts as a number."""


def test_of(part: Filter, table: Table, labels: frozenset[str], meant: Meant = lambda _: {}) -> Test:
    """A filter as a function of a span; `labels` are columns joined from registries, `meant` reads numbers there."""
    if isinstance(part, AllOf | AnyOf):
        return _several([test_of(inner, table, labels, meant) for inner in part.parts], isinstance(part, AnyOf))
    if isinstance(part, Not):
        inner = test_of(part.part, table, labels, meant)
        return lambda place, joined: _inverse(inner(place, joined))
    if isinstance(part, Reckoned):
        return reckoner(part, lambda name: _number(name, table, labels, meant))
    if isinstance(part, Measured):
        return _measured(part, _number(part.column, table, labels, meant))
    decide = _decider(part)
    if part.column in labels:
        name = part.column
        return lambda place, joined: decide(joined.get(name))
    texts = table.texts(part.column)
    return lambda place, joined: decide(texts[place])


def _inverse(value: bool | None) -> bool | None:
    return None if value is None else not value


def _several(tests: Sequence[Test], settling: bool) -> Test:
    """Kleene's or (settled by True) and and (settled by False)."""

    def decide(place: int, joined: Labels) -> bool | None:
        found: bool | None = not settling
        for test in tests:
            value = test(place, joined)
            if value is settling:
                return settling
            if value is None:
                found = None
        return found

    return decide


def _number(name: str, table: Table, labels: frozenset[str], meant: Meant) -> Callable[[int, Labels], Number]:
    """The number of a span in a column of its own, or in one that is joined to it (None without a label)."""
    if name not in labels:
        numbers = table.numbers(name)
        return lambda place, joined: numbers[place]
    told = meant(name)
    return lambda place, joined: None if (text := joined.get(name)) is None else told.get(text)


def _measured(part: Measured, number: Callable[[int, Labels], Number]) -> Test:
    compare, wanted, without = OPERATORS[part.op], part.value, part.op == "!="

    def decide(place: int, joined: Labels) -> bool | None:
        value = number(place, joined)
        if isinstance(value, Decimal):
            return compare(value, wanted)
        return None if value is None else without

    return decide


def _decider(part: OneOf | Matching | Has | Present | Met | ListedIn) -> Callable[[Text], bool | None]:
    """What a text filter makes of one cell; an absent cell is never in."""
    if isinstance(part, Present):
        return lambda text: text is not ABSENT
    if isinstance(part, Met | ListedIn):
        return lambda text: None if text is None else text == "yes"
    holds = _holds(part)

    def decide(text: Text) -> bool | None:
        if isinstance(text, str):
            return holds(text)
        return None if text is None else False

    return decide


def _holds(part: OneOf | Matching | Has) -> Callable[[str], bool | None]:
    if isinstance(part, OneOf):
        values = frozenset(part.values)
        return lambda text: text in values
    if isinstance(part, Matching):
        pattern = re.compile(part.pattern)
        return lambda text: None if len(text) > LONGEST_TEXT else pattern.search(text) is not None
    wanted = part.value
    return lambda text: _has(text, wanted)


def _has(text: str, wanted: str) -> bool | None:
    """Whether a published list (compact JSON) holds a value; a text that is no list holds only itself."""
    if not text.startswith("["):
        return text == wanted
    try:
        found = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
    return wanted in [inner if isinstance(inner, str) else json.dumps(inner) for inner in found]


def split(part: Filter | None, labels: frozenset[str]) -> tuple[Filter | None, Filter | None]:
    """The conditions on the row's own cells, and those that ask a label."""
    parts = conjuncts(part)
    asking = [inner for inner in parts if labels.intersection(columns_of(inner))]
    own = [inner for inner in parts if not labels.intersection(columns_of(inner))]
    return together(*own), together(*asking)


def kept(part: Filter | None, table: Table) -> dict[int, bool]:
    """The spans that a filter on own cells lets through, in order, each with whether that is certain."""
    everything = range(len(table.spans))
    if part is None:
        return dict.fromkeys(everything, True)
    sure, possible = chosen(part, table, everything)
    if sure is possible:
        return dict.fromkeys(sure, True)
    return dict.fromkeys(possible, False) | dict.fromkeys(sure, True)


Places = Sequence[int]
"""Spans, in order."""


def chosen(part: Filter, table: Table, places: Places) -> tuple[Places, Places]:
    """Of these spans those that are in for sure, and those that are in or may be; one and the same where all is sure.

    Each different text of a column is looked at once; of several conditions each looks only at what the others left.
    """
    if isinstance(part, AllOf):
        sure = possible = places
        for inner in part.parts:
            sure, possible = _both(inner, table, sure, possible)
        return sure, possible
    if isinstance(part, AnyOf):
        found = [chosen(inner, table, places) for inner in part.parts]
        sure = _among(places, {place for some, _ in found for place in some})
        if all(some is every for some, every in found):
            return sure, sure
        return sure, _among(places, {place for _, some in found for place in some})
    if isinstance(part, Not):
        sure, possible = chosen(part.part, table, places)
        out = _without(places, possible)
        return out, out if sure is possible else _without(places, sure)
    if isinstance(part, Reckoned):
        decide = reckoner(part, lambda name: _number(name, table, frozenset(), lambda _: {}))
        found_of = {place: decide(place, NO_LABELS) for place in places}
        sure = [place for place in places if found_of[place]]
        return sure, [place for place in places if found_of[place] is not False]
    texts, told = table.texts(part.column), _told(part, table)
    ins = {text for text, value in told.items() if value}
    sure = [place for place in places if texts[place] in ins]
    maybes = ins | {text for text, value in told.items() if value is None}
    return sure, sure if len(maybes) == len(ins) else [place for place in places if texts[place] in maybes]


def _both(part: Filter, table: Table, sure: Places, possible: Places) -> tuple[Places, Places]:
    """What a further condition leaves of what is in for sure, and of what may be in."""
    if sure is possible:
        return chosen(part, table, sure)
    return chosen(part, table, sure)[0], chosen(part, table, possible)[1]


def _among(places: Places, wanted: set[int]) -> Places:
    return [place for place in places if place in wanted]


def _without(places: Places, gone: Places) -> Places:
    unwanted = set(gone)
    return [place for place in places if place not in unwanted]


def _told(part: OneOf | Matching | Has | Present | Measured | Met | ListedIn, table: Table) -> dict[Text, bool | None]:
    """What a condition makes of each different text of its column."""
    if not isinstance(part, Measured):
        decide = _decider(part)
        return {text: decide(text) for text in table.different(part.column)}
    compare, wanted, without = OPERATORS[part.op], part.value, part.op == "!="
    return {
        text: compare(value, wanted) if isinstance(value, Decimal) else None if value is None else without
        for text, value in table.read(part.column).items()
    }
