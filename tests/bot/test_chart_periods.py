"""Guards: a rule that counts along months, quarters or years shows the figure of each by its name, in words too."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from bot.chart_lines import curves
from bot.charts import alt_text, draw, png
from bot.discord.cards_trace import is_drawn
from resolvers.outcome import Yes
from resolvers.verdict import Step, Verdict

OF = "[the best score], taken for each quarter from 2025-01-01 on over the rows first seen in it, read at its end"
LINE = "the best score, for each quarter"


def on(month: int, day: int = 1) -> datetime:
    return datetime(2025, month, day, tzinfo=UTC)


def period(name: str, value: str, at: datetime, because: str = "") -> Step:
    return Step(node="period", words=name, value=value, unit="percent", at=at, because=because)


def along(
    *steps: Step, words: str = f"at least 2 of the changes from one quarter to the next are rises of {OF}"
) -> Step:
    return Step(node="along", words=words, value="true", steps=steps)


def verdict(trace: Step, as_of: datetime) -> Verdict:
    found = {"state": "decided", "outcome": Yes(), "because": "2 of 2 rose", "instant": on(10), "semantics": 1}
    return Verdict.model_validate({"slug": "m", "as_of": as_of, "trace": trace, **found})


READ = along(period("2025 Q1", "72.9%", on(4)), period("2025 Q2", "1,084.9%", on(7)), period("2025 Q3", "88%", on(10)))


def test_each_quarter_is_a_point_where_it_was_read_and_the_words_say_the_same() -> None:
    shown = verdict(READ, on(10, 20))
    (curve,) = curves(shown.trace)
    assert (curve.words, curve.shown, curve.names) == (
        LINE, ["72.9", "1084.9", "88"], ("2025 Q1", "2025 Q2", "2025 Q3"),
    )  # fmt: skip
    axes = draw(shown, "Will it?", on(10)).axes[0]
    line = next(line for line in axes.lines if line.get_label() == LINE)
    assert list(line.get_xdata()) == [on(4), on(7), on(10)]
    assert [Decimal(str(value)) for value in line.get_ydata()] == [Decimal(text) for text in curve.shown]
    assert (line.get_drawstyle(), line.get_marker()) == ("default", "o"), "no quarter's figure stands until the next"
    named = {"2025 Q1: 72.9", "2025 Q2: 1084.9", "2025 Q3: 88"}
    assert named <= {text.get_text() for text in axes.texts}
    told = "The best score, for each quarter goes 2025 Q1 72.9 percent, 2025 Q2 1084.9 percent, 2025 Q3 88 percent."
    assert told in alt_text(shown, on(10))
    assert "when each was read (UTC)" in axes.get_xlabel()
    assert is_drawn(shown)


def test_a_quarter_that_nobody_can_read_is_a_gap_and_one_to_come_is_said_to_come() -> None:
    open_now = along(
        period("2025 Q1", "72.9%", on(4)),
        period("2025 Q2", "unknown", on(7), "board is lost"),
        period("2025 Q3", "88%", on(10)),
        period("2025 Q4", "unknown", on(10, 20), "not to be read before 2026-01-01"),
    )
    shown = verdict(open_now, on(10, 20))
    axes = draw(shown, "Will it?", None).axes[0]
    line = next(line for line in axes.lines if line.get_label() == LINE)
    drawn = [None if value != value else value for value in line.get_ydata()]
    assert (list(line.get_xdata()), drawn) == ([on(4), on(7), on(10)], [72.9, None, 88.0])
    told = "goes 2025 Q1 72.9 percent, 2025 Q2 no single figure, 2025 Q3 88 percent"
    why = "2025 Q2: board is lost; 2025 Q4: not to be read before 2026-01-01"
    assert f"{told}; {why}." in alt_text(shown, None)


def test_before_any_quarter_was_read_it_is_said_when_the_first_will_be() -> None:
    waits = along(period("2025 Q1", "unknown", on(2), "not to be read before 2025-04-01"))
    shown = verdict(waits, on(2))
    assert not is_drawn(shown)
    assert png(shown, "Will it?", decided_at=None).startswith(b"\x89PNG")
    told = "The best score, for each quarter (no figure yet: 2025 Q1: not to be read before 2025-04-01)."
    assert told in alt_text(shown, None)


def test_what_each_quarter_is_held_against_is_a_threshold() -> None:
    bar = Step(node="literal", words="80%", value="80%", unit="percent")
    words = f"in at least 2 quarters, {OF}, is at least 80%"
    shown = verdict(along(*READ.steps, bar, words=words), on(10, 20))
    assert [(curve.words, curve.threshold) for curve in curves(shown.trace)] == [(LINE, False), ("80%", True)]
    axes = draw(shown, "Will it?", None).axes[0]
    line = next(line for line in axes.lines if line.get_label() == "threshold 80%")
    assert list(line.get_ydata()) == [80.0, 80.0]


def test_a_quarter_that_was_revised_is_dotted_from_point_to_point() -> None:
    later = along(READ.steps[0], period("2025 Q2", "80%", on(7)), READ.steps[2])
    axes = draw(verdict(READ, on(10, 20)), "Will it?", None, None, later).axes[0]
    (dotted,) = [line for line in axes.lines if line.get_linestyle() == ":"]
    assert (list(dotted.get_ydata()), dotted.get_drawstyle()) == ([72.9, 80.0, 88.0], "default")
