"""What a published cell means, exactly and without repairs."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.sources.cells import means_something, outside, parse_bool, parse_date, parse_number, same_value
from resolvers.sources.spec import Column


def column(**fields: object) -> Column:
    return Column.model_validate(fields)


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("64.5%", "percent", "64.5"),
        ("64.5", "percent", "64.5"),
        ("64.5%", "fraction", "0.645"),
        ("0.645", "fraction", "0.645"),
        ("1.3%", "points", "1.3"),
        ("+3 %", "percent", "3"),
        (" -0.50 ", "points", "-0.50"),
        ("95.83333333333334", "percent", "95.83333333333334"),
        ("$0.79", "usd", "0.79"),
        ("1e3", "count", "1000"),
        (".5", "fraction", "0.5"),
    ],
)
def test_a_number_is_read_exactly_in_its_columns_unit(text: str, unit: str, number: str) -> None:
    assert parse_number(text, column(unit=unit)) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("1,234", "count"),
        ("about 5", "count"),
        ("64.5%", "minutes"),
        ("$0.79", "percent"),
        ("NaN", "percent"),
        ("Infinity", "usd"),
        ("1_000", "count"),
        ("٣", "count"),
        ("1e999", "count"),
        ("0." + "1" * 40, "fraction"),
        (".", "count"),
        ("%", "percent"),
        ("5 5", "count"),
        ("2508-22-", "count"),
    ],
)
def test_what_is_not_plainly_a_number_is_unknown_and_never_repaired(text: str, unit: str) -> None:
    assert parse_number(text, column(unit=unit)) is None


def test_reading_a_number_does_not_depend_on_the_callers_precision() -> None:
    with localcontext() as context:
        context.prec = 3
        number = parse_number("95.83333333333334%", column(unit="fraction"))
    assert str(number) == "0.9583333333333334"


@pytest.mark.parametrize(
    ("text", "truth"), [("true", True), ("False", False), ("YES", True), ("no", False), ("false (see README)", None)]
)
def test_a_sentence_is_no_truth_value(text: str, truth: bool | None) -> None:
    assert parse_bool(text) is truth


@pytest.mark.parametrize(
    ("text", "form", "zone", "moment"),
    [
        ("2025-08-22", "yyyy-mm-dd", "UTC", datetime(2025, 8, 22, tzinfo=UTC)),
        ("2025-08-22", "yyyy-mm-dd", "America/New_York", datetime(2025, 8, 22, 4, tzinfo=UTC)),
        ("9/6/2025", "d/m/yyyy", "UTC", datetime(2025, 6, 9, tzinfo=UTC)),
        ("9/6/2025", "m/d/yyyy", "UTC", datetime(2025, 9, 6, tzinfo=UTC)),
        ("2025-10-02T12:00:00+02:00", "yyyy-mm-dd", "UTC", datetime(2025, 10, 2, 10, tzinfo=UTC)),
    ],
)
def test_a_date_lies_at_the_start_of_its_day_in_the_sources_zone(
    text: str, form: str, zone: str, moment: datetime
) -> None:
    assert parse_date(text, column(type="date", format=form), zone) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2508-22-",
        "2025-13-01",
        "2025-02-30",
        "22/8/2025",
        "2025-10-02T12:00:00",
        "2025-10-02 12:00:00Z",
        "soon",
        "2025",
    ],
)
def test_what_is_no_date_is_unknown(text: str) -> None:
    assert parse_date(text, column(type="date")) is None


def test_the_bounds_of_a_column_are_inclusive_and_in_its_unit() -> None:
    share = column(unit="fraction", between=[0, 1])
    assert [outside(text, share) for text in ("0", "1", "100%", "100.01%", "-0.1", "N/A")] == [
        False,
        False,
        False,
        True,
        True,
        False,
    ]


def test_two_texts_say_the_same_where_their_values_are_equal() -> None:
    percent, day, truth, words = column(unit="percent"), column(type="date"), column(type="bool"), column(type="text")
    assert same_value("4.4", "4.40%", percent)
    assert same_value("2025-01-01", "2025-01-01T00:00:00Z", day)
    assert same_value("True", "yes", truth)
    assert not same_value("4.4", "4.40", words)
    assert not same_value("N/A", "N/A", percent)


@given(st.text(), st.sampled_from(["percent", "fraction", "usd", "minutes", ""]))
def test_any_text_in_any_column_is_read_or_unknown_but_never_an_accident(text: str, unit: str) -> None:
    number = parse_number(text, column(type="number", unit=unit or None))
    assert number is None or number.is_finite()
    assert parse_bool(text) in (True, False, None)
    moment = parse_date(text, column(type="date"))
    assert moment is None or moment.tzinfo is not None
    assert means_something(text, column(type="text")) is ("\x00" not in text)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**6), max_value=10**6))
def test_a_published_decimal_is_kept_to_the_last_digit(value: Decimal) -> None:
    assert parse_number(str(value), column(unit="percent")) == value
