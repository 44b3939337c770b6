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
    Matching,
    Measured,
    Not,
    OneOf,
    Present,
    columns_of,
    conjuncts,
    together,
)
from resolvers.rules.patterns import LONGEST_TEXT

Labels = Mapping[str, str | None]
"""Label column -> the row's label, None where it has none yet."""
Test = Callable[[int, Labels], bool | None]
"""Span and its labels -> in, out, or None: it may be either."""

OPERATORS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {">=": ge, ">": gt, "<=": le, "<": lt, "==": eq, "!=": ne}
NO_LABELS: Labels = {}


def test_of(part: Filter, table: Table, labels: frozenset[str]) -> Test:
    """A filter as a function of a span; `labels` are the columns joined from registries."""
    if isinstance(part, AllOf | AnyOf):
        return _several([test_of(inner, table, labels) for inner in part.parts], isinstance(part, AnyOf))
    if isinstance(part, Not):
        inner = test_of(part.part, table, labels)
        return lambda place, joined: _inverse(inner(place, joined))
    if isinstance(part, Measured):
        return _measured(part, table.numbers(part.column))
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


def _measured(part: Measured, numbers: Sequence[Number]) -> Test:
    compare, wanted = OPERATORS[part.op], part.value

    def decide(place: int, joined: Labels) -> bool | None:
        value = numbers[place]
        if isinstance(value, Decimal):
            return compare(value, wanted)
        return None if value is None else False

    return decide


def _decider(part: OneOf | Matching | Has | Present) -> Callable[[Text], bool | None]:
    """What a text filter makes of one cell; an absent cell is never in."""
    if isinstance(part, Present):
        return lambda text: text is not ABSENT
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


def kept(part: Filter | None, table: Table) -> list[tuple[int, bool]]:
    """The spans that a filter on own cells lets through, in order, each with whether that is certain."""
    if part is None:
        return [(place, True) for place in range(len(table.spans))]
    sure, possible = places_of(part, table)
    if len(sure) == len(possible):
        return [(place, True) for place in sorted(sure)]
    return [(place, place in sure) for place in sorted(possible)]


Places = tuple[set[int], set[int]]
"""The spans that are in for sure, and those that are in or may be."""


def places_of(part: Filter, table: Table) -> Places:
    """A filter over a whole table at once: each different text of a column is looked at once."""
    if isinstance(part, AllOf | AnyOf):
        found = [places_of(inner, table) for inner in part.parts]
        join = set.intersection if isinstance(part, AllOf) else set.union
        return join(*(sure for sure, _ in found)), join(*(possible for _, possible in found))
    if isinstance(part, Not):
        sure, possible = places_of(part.part, table)
        everything = set(range(len(table.spans)))
        return everything - possible, everything - sure
    if isinstance(part, Measured):
        return _measured_places(part, table.numbers(part.column))
    decide = _decider(part)
    ins: set[int] = set()
    maybes: set[int] = set()
    for text, places in table.postings(part.column).items():
        value = decide(text)
        if value is not False:
            (ins if value else maybes).update(places)
    return ins, ins | maybes if maybes else ins


def _measured_places(part: Measured, numbers: Sequence[Number]) -> Places:
    compare, wanted = OPERATORS[part.op], part.value
    sure = {place for place, value in enumerate(numbers) if type(value) is Decimal and compare(value, wanted)}
    open_ = {place for place, value in enumerate(numbers) if value is None}
    return sure, sure | open_ if open_ else sure
