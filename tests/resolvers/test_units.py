"""Units: which mix, and how a number is written."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers import units


@pytest.mark.parametrize(
    ("left", "sign", "right", "unit"),
    [
        ("percent", "-", "percent", "points"),
        ("percent", "-", "points", "percent"),
        ("percent", "+", "points", "percent"),
        ("points", "+", "points", "points"),
        ("minutes", "-", "minutes", "minutes"),
        ("date", "-", "date", "days"),
        ("date", "+", "days", "date"),
        ("count", "+", "", "count"),
    ],
)
def test_sums_have_the_unit_of_their_meaning(left, sign, right, unit):
    assert units.added(left, right, sign) == unit


@pytest.mark.parametrize(
    ("left", "sign", "right"), [("points", "-", "percent"), ("minutes", "+", "usd"), ("percent", "-", "")]
)
def test_what_does_not_add_up_is_refused(left, sign, right):
    with pytest.raises(units.UnitFault):
        units.added(left, right, sign)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (85, "percent", "85%"),
        (Fraction(1, 2), "percent", "0.5%"),
        (1, "points", "1 point"),
        (Fraction(-5, 2), "points", "-2.5 points"),
        (120, "minutes", "120 minutes"),
        (5, "count", "5"),
        (Fraction(1, 3), "", "0.333333333333"),
        (738000, "date", "2021-07-29"),
        (float("-inf"), "percent", "none"),
    ],
)
def test_a_number_is_shown_with_its_unit(value, unit, text):
    assert units.show(value, unit) == text


def test_a_time_is_converted_exactly_and_other_measures_are_not():
    assert units.converted(2, "hours", "minutes") == 120
    assert units.converted(Fraction(85, 100), "fraction", "percent") == 85
    assert units.converted(5, "minutes", "percent") is None


@given(st.decimals(-10000, 10000, places=4))
def test_a_number_with_an_end_is_written_out_in_full(value):
    assert Decimal(units.plain(units.exact(value))) == value
