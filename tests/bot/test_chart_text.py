"""Guards: no title or name of a line is cut where it matters, or wider than its picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chart_text import ems, folded

QUESTION = "Will the best prompted model come within 3 points of the best trained function caller before April 2025?"
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=900)


@given(texts, st.floats(5, 80), st.integers(1, 3))
def test_no_line_is_wider_than_allowed_and_there_are_no_more_than_allowed(text: str, wide: float, most: int) -> None:
    lines = folded(text, wide, most).split("\n")
    assert len(lines) <= most
    assert all(ems(line) <= wide for line in lines)


def test_a_text_that_fits_keeps_every_word() -> None:
    assert folded(QUESTION, 47, 2).split() == QUESTION.split()


def test_two_lines_are_about_as_long() -> None:
    first, second = (ems(line) for line in folded(QUESTION, 47, 2).split("\n"))
    assert min(first, second) > 0.6 * max(first, second)


def test_what_is_too_long_keeps_its_beginning_and_its_end() -> None:
    told = folded(f"the number of rows of {'one board or another ' * 30}where the lab is North", 59, 2)
    assert told.startswith("the number of rows of") and told.endswith("where the lab is North") and "…" in told


@pytest.mark.parametrize("text", [QUESTION, "WILL MMMM WIN AGAINST WWWW?", "0123456789 points, 20%, “pass rate 2”"])
def test_the_letters_are_no_wider_than_reckoned(text: str) -> None:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    real = text_to_path.get_text_width_height_descent(text, FontProperties(size=100), ismath=False)[0] / 100
    assert real <= ems(text) <= real * 1.2
