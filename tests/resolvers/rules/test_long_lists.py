"""Medians and quantiles of many rows: only the middle of a long list is looked at, and that must tell no less."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.rules.lines import Entry
from resolvers.rules.median import Median
from resolvers.rules.quantile import Quantile
from resolvers.units import Exact

MANY = st.lists(st.integers(0, 60), min_size=1, max_size=80)
WIDE = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=2)
OPEN = st.lists(st.tuples(st.integers(-5, 65), st.integers(0, 20)), max_size=4)


def entry(low: int, high: int, sure: bool) -> Entry:
    return Entry(sure, Decimal(low), Decimal(high), 0, 0, 0, "" if sure and low == high else "open")


def amount(
    made: Median | Quantile, sure: list[int], wide: list[tuple[int, int]], open_: list[tuple[int, int]]
) -> tuple[Exact, Exact]:
    """What is told of all these rows, after some others came and went."""
    rows = [(value, value, True) for value in sure]
    rows += [(low, low + width, True) for low, width in wide] + [(low, low + width, False) for low, width in open_]
    for number, row in enumerate([(1, 50, True), (30, 30, True), (2, 3, False), *rows]):
        made.put(number, entry(*row))
    for number in range(3):
        made.drop(number)
    found = made.value()
    return found.low, found.high


def between(values: list[int], q: Fraction) -> Fraction:
    values = sorted(values)
    place = (len(values) - 1) * q
    low = int(place)
    return values[low] + (place - low) * (values[min(low + 1, len(values) - 1)] - values[low])


def hull(sure: list[int], wide: list[tuple[int, int]], open_: list[tuple[int, int]], q: Fraction) -> tuple[object, ...]:
    """The least and the greatest that any choice of the open rows, at either end, gives."""
    chosen = [some for size in range(len(open_) + 1) for some in combinations(open_, size)]
    ends = [(low, low + width) for low, width in wide]
    found = [
        between([*sure, *values], q)
        for some in chosen
        for values in product(*ends, *((low, low + width) for low, width in some))
    ]
    return min(found), max(found)


@settings(max_examples=300, deadline=None)
@given(MANY, WIDE, OPEN, st.integers(0, 20))
def test_the_hull_of_a_quantile_of_many_rows_is_what_every_choice_of_the_open_ones_gives(
    sure: list[int], wide: list[tuple[int, int]], open_: list[tuple[int, int]], twentieth: int
) -> None:
    q = Fraction(twentieth, 20)
    assert amount(Quantile(0, q), sure, wide, open_) == hull(sure, wide, open_, q)


@settings(max_examples=300, deadline=None)
@given(MANY, WIDE, OPEN)
def test_the_hull_of_a_median_of_many_rows_is_what_every_choice_of_the_open_ones_gives(
    sure: list[int], wide: list[tuple[int, int]], open_: list[tuple[int, int]]
) -> None:
    assert amount(Median(0), sure, wide, open_) == hull(sure, wide, open_, Fraction(1, 2))
