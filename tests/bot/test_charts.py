"""Guards: a chart shows what the trace says, and its words say the same numbers."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from decimal import Decimal

from bot.charts import alt_text, curves, draw, png
from resolvers.outcome import Yes
from resolvers.verdict import Step, Verdict


def day(number: int) -> datetime:
    return datetime(2025, 3, number, tzinfo=UTC)


def step(
    node: str, words: str, series: tuple[tuple[datetime, str | None], ...] = (), steps: tuple[Step, ...] = ()
) -> Step:
    return Step(node=node, words=words, value="", unit="percent" if series else None, series=series, steps=steps)


BEST = step("reduce", "the best score", ((day(1), "61.7"), (day(3), None), (day(5), "72.9"), (day(8), "82.7")))
LIMIT = step("literal", "80%", ((day(1), "80"),))
COMPARE = step("compare", "the best score is at least 80%", steps=(BEST, LIMIT))
VERDICT = Verdict(
    slug="best-80",
    as_of=day(16),
    state="decided",
    outcome=Yes(),
    because="True from 2025-03-08: the best score was 82.7%, against 80%",
    instant=day(8),
    semantics=1,
    trace=step("outcome", "YES if the best score is at least 80%", steps=(COMPARE,)),
)


def test_every_known_point_of_the_trace_is_plotted_and_unknown_stretches_are_gaps() -> None:
    axes = draw(VERDICT, "Will it?", day(8)).axes[0]
    line = next(line for line in axes.lines if line.get_label() == "the best score")
    plotted = [None if value != value else Decimal(str(value)) for value in line.get_ydata()]
    assert plotted[:4] == [None if text is None else Decimal(text) for _, text in BEST.series]
    assert plotted[4:] == [Decimal("82.7")]  # drawn on to when it was judged


def test_the_threshold_is_a_line_of_its_own() -> None:
    axes = draw(VERDICT, "Will it?", day(8)).axes[0]
    line = next(line for line in axes.lines if line.get_label() == "threshold 80%")
    assert list(line.get_ydata()) == [80.0, 80.0]


def test_later_revisions_are_dotted_only_where_they_differ() -> None:
    revised = BEST.model_copy(update={"series": (*BEST.series[:3], (day(8), "79.1"))})
    later = COMPARE.model_copy(update={"steps": (revised, LIMIT)})
    axes = draw(VERDICT, "Will it?", day(8), None, later).axes[0]
    dotted = [line for line in axes.lines if line.get_linestyle() == ":"]
    assert [list(line.get_ydata())[3] for line in dotted] == [79.1]
    assert not [
        line for line in draw(VERDICT, "Will it?", day(8), None, COMPARE).axes[0].lines if line.get_linestyle() == ":"
    ]


def test_the_words_say_every_figure_of_the_trace() -> None:
    words = alt_text(VERDICT, day(8))
    for curve in curves(VERDICT.trace):
        assert all(figure in words for figure in curve.shown)
    assert "2025-03-08" in words


def test_a_chart_is_a_png_of_the_promised_size_and_the_same_every_time() -> None:
    picture = png(VERDICT, "Will it?", decided_at=day(8))
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", picture[16:24]) == (1200, 675)
    assert picture == png(VERDICT, "Will it?", decided_at=day(8))


def test_a_trace_without_figures_still_gives_a_picture() -> None:
    bare = VERDICT.model_copy(update={"trace": step("outcome", "read by people")})
    assert png(bare, "Q?", decided_at=None)[:4] == b"\x89PNG"


def test_what_was_seen_is_drawn_before_what_it_was_corrected_to() -> None:
    slip = BEST.model_copy(update={"series": (*BEST.series[:3], (day(8), "88.0"), (day(9), "82.7"))})
    seen = COMPARE.model_copy(update={"steps": (slip, LIMIT)})
    axes = draw(VERDICT, "Will it?", day(8), seen, COMPARE).axes[0]
    line = next(line for line in axes.lines if line.get_label() == "the best score")
    assert list(line.get_ydata())[3:5] == [88.0, 82.7]
    assert "88.0" in alt_text(VERDICT, day(8), seen)


def test_the_outcome_stands_on_the_side_of_its_line_that_has_more_room() -> None:
    sides = [draw(VERDICT, "Will it?", at).axes[0].texts[0].get_ha() for at in (day(2), day(15))]
    assert sides == ["left", "right"]
