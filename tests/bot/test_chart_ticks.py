"""Guards: every date under a picture can be read by itself: which month a day is of, and which year a month is of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.chart_lines import LIGHT
from bot.chart_ticks import tick_words, ticks
from bot.charts import draw
from resolvers.verdict import Step, Verdict


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type,misc]


def test_a_day_has_its_month_and_the_first_tick_and_each_new_year_their_year() -> None:
    days = [at(2024, 12, 15), at(2025, 1, 1), at(2025, 1, 15), at(2025, 2, 1)]
    assert tick_words(days) == ["15 Dec\n2024", "1 Jan\n2025", "15 Jan", "1 Feb"]


def test_months_years_and_hours_are_said_as_such() -> None:
    assert tick_words([at(2024, 11, 1), at(2025, 1, 1), at(2025, 3, 1)]) == ["Nov\n2024", "Jan\n2025", "Mar"]
    assert tick_words([at(2024, 1, 1), at(2025, 1, 1)]) == ["2024", "2025"]
    assert tick_words([at(2024, 1, 2, 18), at(2024, 1, 3), at(2024, 1, 3, 6)]) == [
        "18:00\n2 Jan 2024", "00:00\n3 Jan 2024", "06:00",
    ]  # fmt: skip


@pytest.mark.parametrize("days", [0.3, 1, 3, 9, 20, 31, 45, 80, 150, 400, 900, 4000])
@pytest.mark.parametrize("begins", [at(2024, 2, 25, 7), at(2025, 12, 30), at(2025, 10, 13)])
def test_there_are_some_dates_in_any_stretch_and_none_over_another(begins: datetime, days: float) -> None:
    found = ticks(begins, begins + timedelta(days=days))
    near = timedelta(days=days) * 0.05
    assert 2 <= len(found) <= 12
    assert all(one >= begins and other - one > near for one, other in pairwise(found))


def test_the_picture_of_a_turn_of_the_year_says_both_years_under_its_axis() -> None:
    steps = ((at(2025, 10, 13), "84.2"), (at(2025, 12, 17), "86"))
    best = Step(node="reduce", words="the best", value="86%", unit="percent", series=steps)
    verdict = Verdict(slug="m", as_of=at(2026, 1, 7), state="pending", because="Open", semantics=1, trace=best)
    axes = draw(verdict, "Will it?", None, palette=LIGHT).axes[0]
    shown = [label.get_text() for label in axes.get_xticklabels()]
    assert ["2025" in shown[0], "1 Jan\n2026" in shown] == [True, True]
    assert axes.xaxis.get_offset_text().get_text() == ""
