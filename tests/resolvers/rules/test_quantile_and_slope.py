"""Quantiles and slopes, exact, with whatever the rows that may be there could make of them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_texts import rule_of, told
from rule_worlds import daily, judged, scores, seen, spec, world

from resolvers.rules.exact import Amount
from resolvers.rules.lines import Entry
from resolvers.rules.quantile import Quantile
from resolvers.rules.slope import Slope

BOARD = spec("board", {"score": {"unit": "percent", "between": [0, 100]}, "date": {"type": "date", "is": "published"}})
NUMBER = "closes: 2027-03-02\nvalues: {v: VALUE}\nresolve: {number: v, edges: [EDGES]}"


def value_of(value: str, rows, edges: str = "10%, 90%"):
    made = rule_of(NUMBER.replace("VALUE", value).replace("EDGES", edges), BOARD)
    return judged(made, world(seen(BOARD, daily({0: rows}, 90))), 80)


@pytest.mark.parametrize(("q", "value"), [("0%", "10%"), ("50%", "30%"), ("90%", "74%"), ("100%", "90%")])
def test_a_quantile_lies_on_the_line_between_two_values(q: str, value: str):
    rows = scores(a="10", b="20", c="30", d="50", e="90")
    assert value_of(f"{{quantile: score, q: {q}, from: board}}", rows).outcome.value == value


def test_the_quantile_of_no_rows_is_unknown():
    assert value_of("{quantile: score, q: 90%, from: board}", {}).state == "unknown"


def by_hand(values: list[int], q: Fraction) -> Fraction:
    values = sorted(values)
    place = (len(values) - 1) * q
    low = int(place)
    return values[low] + (place - low) * (values[min(low + 1, len(values) - 1)] - values[low])


NUMBERS = st.lists(st.integers(0, 100), min_size=1, max_size=5)
SPANS = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 20)), max_size=3)


@settings(max_examples=200, deadline=None)
@given(NUMBERS, SPANS, st.integers(0, 20))
def test_the_hull_of_a_quantile_is_what_every_choice_of_the_open_rows_gives(sure, open_, twentieth):
    q = Fraction(twentieth, 20)
    made = Quantile(0, q)
    for row, value in enumerate(sure):
        made.put(row, entry(value, value, True))
    for row, (low, width) in enumerate(open_, len(sure)):
        made.put(row, entry(low, low + width, False))
    ends = [(low, low + width) for low, width in open_]
    chosen = [some for size in range(len(ends) + 1) for some in combinations(ends, size)]
    found = [by_hand([*sure, *values], q) for some in chosen for values in product(*some)]
    assert (made.value().low, made.value().high) == (min(found), max(found))


def entry(low: int, high: int, sure: bool, clock: int | None = 0) -> Entry:
    return Entry(sure, Decimal(low), Decimal(high), 0, 0, clock, "" if sure else "open")


DATED = {
    "a": {"score": "10", "date": "2027-01-01"},
    "b": {"score": "20", "date": "2027-01-11"},
    "c": {"score": "40", "date": "2027-01-31"},
}
SLOPE = "{slope: score, per: 10 days, clock: published, from: board}"


def test_a_slope_is_told_in_points_per_the_span_that_was_asked_for():
    assert value_of(SLOPE, DATED, "1 point, 20 points").outcome.value == "10 points"
    weekly = value_of(SLOPE.replace("10 days", "7 days"), DATED, "1 point, 20 points")
    assert weekly.outcome.value == "7 points"


def test_a_slope_is_an_exact_quotient():
    rows = DATED | {"d": {"score": "41", "date": "2027-01-31"}}
    days, values = [0, 10, 30, 30], [10, 20, 40, 41]
    n, x, y = 4, sum(days), sum(values)
    exact = Fraction(
        n * sum(a * b for a, b in zip(days, values, strict=True)) - x * y, n * sum(a * a for a in days) - x * x
    )
    made = Slope(0, 10)
    for row, (at, value) in enumerate(zip(days, values, strict=True)):
        made.put(row, entry(value, value, True, at))
    assert made.value() == Amount(exact * 10, exact * 10)
    assert value_of(SLOPE, rows, "10 points, 11 points").outcome.weights == {
        "10 points to under 11 points": Decimal(100)
    }


@pytest.mark.parametrize(
    "rows",
    [
        {"a": DATED["a"]},
        {**DATED, "d": {"score": None, "date": "2027-02-01"}},
        {**DATED, "d": {"score": "40", "date": None}},
    ],
)
def test_a_slope_is_unknown_where_anything_it_rests_on_is_open(rows):
    assert value_of(SLOPE, rows, "1 point").state == "unknown"


def test_rows_that_come_change_and_go_leave_no_trace_in_a_slope():
    made = Slope(0, 1)
    for row in range(3):
        made.put(row, entry(row * row, row * row, True, row))
    made.put(1, entry(50, 50, True, 7))
    made.drop(2)
    other = Slope(0, 1)
    other.put(0, entry(0, 0, True, 0))
    other.put(1, entry(50, 50, True, 7))
    assert made.value() == other.value()


FAULTS = {
    "no share": ("{quantile: score, from: board}", "missing", ("values", "v"), "q is the share"),
    "a bare share": ("{quantile: score, q: 90, from: board}", "shape", ("values", "v", "q"), "as `q: 90%`"),
    "over everything": ("{quantile: score, q: 190%, from: board}", "shape", ("values", "v", "q"), "0% to 100%"),
    "no time": ("{slope: score, from: board}", "missing", ("values", "v"), "as `per: 365 days`"),
    "no length": ("{slope: score, per: 0 days, from: board}", "duration", ("values", "v", "per"), "needs some time"),
    "a date": ("{slope: date, per: 9 days, from: board}", "unit", ("values", "v", "slope"), "needs a number"),
    "another's key": ("{max: score, q: 90%, from: board}", "unknown-key", ("values", "v", "q"), "means nothing here"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_says_what_was_wanted(case: str):
    value, code, loc, message = FAULTS[case]
    text = NUMBER.replace("VALUE", value).replace("EDGES", "10%")
    assert (code, loc, True) in [(c, where, message in said) for c, where, said in told(text, BOARD)]
