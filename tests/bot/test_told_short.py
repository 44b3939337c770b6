"""Guards: a long figure is told with as many digits as tell it from the threshold and the figure before, no more."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.told_short import answer, figures, measured, shortened
from resolvers.outcome import Answers, NotApplicable, Yes


@pytest.mark.parametrize(
    ("published", "told"),
    [
        ("the best is 88.49182739105591%, against 85%", "the best is 88.49%, against 85%"),
        ("the best is 84.99999999999991%, against 85%", "the best is 84.9999999999999%, against 85%"),
        ("the best is 85.00001234567%, against 85%", "the best is 85.00001%, against 85%"),
        ("88.5, 70.1234 and 1,234.5678 stay", "88.5, 70.1234 and 1,234.5678 stay"),
        ("14.45817260894438 points under", "14.46 points under"),
        ("a share of 0.0001234567", "a share of 0.000123"),
        ("it was 1,234,567.123456 usd", "it was 1,234,567.12 usd"),
        ("at -3.14159265, not 3", "at -3.14, not 3"),
        ("two (score 80.1 → 84.99999999)", "two (score 80.1 → 84.99999999)"),
        ("three (score 69.9990001)", "three (score 69.999)"),
        ("four (score 0.849999999), against 85%", "four (score 0.849999999), against 85%"),
        ("five (score 0.8512345678)", "five (score 0.851)"),
        (f"{'1' * 500}.1234567 and 2.1234567", f"{'1' * 500}.1234567 and 2.12"),
        (f"{'1' * 40}.123456 of them", f"{'1' * 40}.12 of them"),
    ],
)
def test_a_long_figure_is_cut_no_further_than_its_sentence_allows(published: str, told: str) -> None:
    assert shortened(published) == told


def test_a_figure_that_was_revised_in_its_last_digits_shows_them() -> None:
    assert shortened("88.49182739105591", ["88.49182739105583"]) == "88.4918273910559"
    assert shortened("88.49182739105591", ["88.49082739105583", "85%"]) == "88.492"
    assert shortened("88.49182739105583 → 88.49182739105591") == "88.4918273910558 → 88.4918273910559"
    assert shortened("70.54182739105562 → 88.49182739105591") == "70.54 → 88.49"


@pytest.mark.parametrize(
    "text",
    ["https://x.example/a?v=1.23456789", "version 1.2.3456789", "gpt-4.1234567", "2026-11-23T19:47:50.664531+00:00"],
)
def test_names_addresses_versions_and_times_are_no_figures(text: str) -> None:
    assert shortened(text) == text


@pytest.mark.parametrize("text", ["1,2,3.14159265", "0.84999999,85", "12,34.5678912", "1," * 8 + "1.2345678"])
def test_a_list_without_spaces_is_not_read_as_one_figure(text: str) -> None:
    assert shortened(text) == text


@pytest.mark.parametrize("text", ["1," * 30_000 + "1x", "111," * 900 + "1x", " ".join(["1.2345678"] * 20_000)])
def test_a_cell_full_of_digits_costs_no_time_and_stays_as_it_is(text: str) -> None:
    assert shortened(text) == text


DECIMALS = st.decimals(-1000, 1000, places=12).map(lambda one: f"{one:f}")


@given(DECIMALS, DECIMALS)
def test_a_short_figure_stands_on_the_same_side_of_the_threshold(figure: str, threshold: str) -> None:
    (told,) = figures(shortened(figure, [threshold]))
    exact, limit = Decimal(figure), Decimal(threshold)
    assert (told > limit, told == limit) == (exact > limit, exact == limit)
    assert abs(told - exact) <= Decimal("0.005")
    assert len(f"{told:f}") <= len(f"{exact:f}")


def test_what_was_measured_stands_behind_a_dash_and_not_in_brackets_within_brackets() -> None:
    dated = Answers(weights={"before 2026-11-25": Decimal(100)}, value="2026-11-23 19:47 UTC")
    assert (answer(dated), measured(dated)) == ("before 2026-11-25", "before 2026-11-25 — 2026-11-23 19:47 UTC")
    ranged = Answers(weights={"60% to under 80%": Decimal(100)}, value="70.54182739105562%")
    assert (answer(ranged), measured(ranged)) == ("60% to under 80%", "60% to under 80% — 70.54%")
    chosen = Answers(weights={"North": Decimal(100)}, value="north")
    assert (answer(chosen), measured(chosen)) == ("North", "North")
    assert [measured(one) for one in (Yes(), NotApplicable())] == ["YES", "N/A"]
