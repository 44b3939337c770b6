"""Guards: a chart shows what the trace says, and its words say the same numbers."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.charts import Curve, alt_text, curves, draw, png
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


def test_the_words_say_from_when_on_each_figure_stood_and_when_there_was_none() -> None:
    """Every step of the trace, as (figure, day), can be read from the words again."""
    words = alt_text(VERDICT, day(8))
    told = words.partition("The best score goes ")[2].removesuffix(".")
    steps = [each.partition(" from ")[::2] for each in told.split(", ")]
    assert steps == [
        ("no single figure" if text is None else f"{text} percent", f"{at:%Y-%m-%d}") for at, text in BEST.series
    ]


def test_a_line_that_nobody_knew_at_first_or_that_came_back_is_said_to_have_been_unknown() -> None:
    late = step("reduce", "the best", ((day(1), None), (day(3), "5"), (day(5), None), (day(6), "5")))
    told = alt_text(VERDICT.model_copy(update={"trace": late}), None)
    parts = ("no single figure from 2025-03-01", "5 percent from 2025-03-03", "no single figure from 2025-03-05")
    assert f"The best goes {', '.join(parts)}, 5 percent from 2025-03-06." in told


def test_a_figure_is_not_cut_onto_the_threshold_of_its_picture() -> None:
    steps = ((day(1), "84.99999999999991"), (day(3), "70.12345678"))
    bar = Step(node="literal", words="85%", value="85%", series=((day(1), "85"),), unit="percent")
    best = Step(node="reduce", words="the best", value="84.99999999999991%", series=steps, unit="percent")
    curve = curves(Step(node="compare", words="x", value="false", steps=(best, bar)))[0]
    assert [curve.figure(at) for at in range(2)] == ["84.9999999999999", "70.12"]


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
    said = [one for at in (day(2), day(15)) for one in draw(VERDICT, "Will it?", at).axes[0].texts]
    assert [one.get_ha() for one in said if one.get_text().startswith("YES\n")] == ["left", "right"]


COUNT = Step(node="count", words="the number of rows", value="", unit="count", series=((day(2), "3"), (day(9), "4")))
SIX = Step(node="literal", words="6", value="", series=((day(2), "6"),))
COUNTED = step("compare", "the number of rows is at least 6", steps=(COUNT, SIX))
BOTH = VERDICT.model_copy(update={"trace": step("and", "both", steps=(COMPARE, COUNTED))})
PRICE = Curve("what the market gave YES", "percent", ((day(4), "31.5"), (day(6), "40"), (day(10), "66.0")))


def test_a_count_and_a_percentage_share_no_axis_and_a_count_has_no_fractions() -> None:
    figure = draw(BOTH, "Will it?", day(8))
    said = [list(axes.get_legend_handles_labels()[1]) for axes in figure.axes]
    assert [one[-2:] for one in said] == [["the best score", "threshold 80%"], ["the number of rows", "threshold 6"]]
    assert [axes.get_ylabel() for axes in figure.axes] == ["percent", "count"]
    assert all(float(tick).is_integer() for tick in figure.axes[1].get_yticks())


def test_the_price_is_a_thin_panel_of_its_own_and_its_words_say_the_same_numbers() -> None:
    figure = draw(VERDICT, "Will it?", day(8), price=PRICE)
    (axes,) = figure.axes[1:]
    assert axes.get_ylabel() == "price, %"
    line = next(line for line in axes.lines if line.get_label() == PRICE.words)
    assert list(line.get_ydata())[:3] == [31.5, 40.0, 66.0]
    words = alt_text(VERDICT, day(8), price=PRICE)
    assert "What the market gave YES: 31.5 percent on 2025-03-04, 66.0 percent on 2025-03-10." in words


def test_the_picture_names_its_figures_and_its_words_name_the_same() -> None:
    texts = {one.get_text() for axes in draw(BOTH, "Will it?", day(8)).axes for one in axes.texts}
    words = alt_text(BOTH, day(8))
    named = {"61.7", "72.9", "82.7", "3", "4"}
    assert named <= texts
    assert all(each in words for each in named)
    told = "The number of rows goes 3 from 2025-03-02, 4 from 2025-03-09."
    assert told in words  # with a capital, and without the word count


def test_of_a_long_history_the_same_few_figures_are_named_in_the_picture_and_in_words() -> None:
    many = tuple((day(1) + timedelta(hours=number), f"{50 + number}.25") for number in range(40))
    long = VERDICT.model_copy(update={"trace": step("reduce", "the best score", many)})
    texts = {one.get_text() for one in draw(long, "Will it?", None).axes[0].texts}
    words = alt_text(long, None)
    assert {"50.25", "89.25"} <= texts
    assert all(each in words for each in texts)
    assert "(40 steps in all, these among them)" in words


def test_where_a_line_is_no_single_figure_any_more_it_is_shaded_and_said() -> None:
    ends = step("reduce", "the best score", ((day(1), "61.7"), (day(3), None)))
    bare = VERDICT.model_copy(update={"trace": ends})
    labels = draw(bare, "Will it?", None).axes[0].get_legend_handles_labels()[1]
    assert "no single figure: a range, or unknown" in labels
    told = "The best score stays at 61.7 percent from 2025-03-01; since 2025-03-03 it is no single figure."
    assert told in alt_text(bare, None)


def test_a_figure_of_many_decimals_is_read_with_two() -> None:
    fine = VERDICT.model_copy(update={"trace": step("reduce", "the slope", ((day(1), "23.41150560941"),))})
    assert "The slope stays at 23.41 percent from 2025-03-01." in alt_text(fine, None)
    assert [one.get_text() for one in draw(fine, "Will it?", None).axes[0].texts] == ["23.41"]


def test_a_rule_that_hangs_on_no_figure_says_so_in_its_picture() -> None:
    bare = VERDICT.model_copy(update={"trace": step("outcome", "read by people")})
    assert [one.get_text() for one in draw(bare, "Q?", None).axes[0].texts] == [
        "it hangs on no figure over time, or nothing was seen of it"
    ]


@pytest.mark.parametrize(
    "question", ["Will the price fall 10% from $10% to $1?", "Will $X^2^3$ win?", "Does {$a} beat?"]
)
def test_dollars_in_a_question_or_in_the_words_of_a_rule_make_no_formula(question: str) -> None:
    trace = step("reduce", question, ((day(1), "61.7"), (day(5), "72.9")))
    verdict = VERDICT.model_copy(update={"trace": trace})
    assert png(verdict, question, decided_at=day(8)).startswith(b"\x89PNG")


def test_the_words_tell_no_price_that_the_picture_does_not_show() -> None:
    price = Curve("what the market gave YES", "percent", ((day(2), "20.0"), (day(5), "30.0"), (day(20), "70.0")))
    said = alt_text(VERDICT, None, price=price)
    assert said.endswith("What the market gave YES: 20.0 percent on 2025-03-02, 30.0 percent on 2025-03-05.")


def seen_once(*series: tuple[datetime, str | None]) -> Verdict:
    """Judged a minute after the only look, as on the first day of a market."""
    best = step("reduce", "the best score", series or ((day(8), "74.2"),))
    trace = COMPARE.model_copy(update={"steps": (best, LIMIT)})
    return VERDICT.model_copy(update={"state": "pending", "trace": trace, "as_of": day(8) + timedelta(minutes=1)})


def test_what_was_seen_at_one_look_stands_in_the_middle_with_its_time_and_it_is_said_that_more_is_to_come() -> None:
    axes = draw(seen_once(), "Will it?", None).axes[0]
    low, high = axes.get_xlim()
    (dots,) = [line for line in axes.lines if line.get_marker() == "o"]
    assert [(at - low) / (high - low) for at in axes.convert_xunits(dots.get_xdata())] == [pytest.approx(0.5, abs=0.01)]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2025-03-08 00:00"]
    assert "all of it within an hour, each later look adds to the line" in axes.get_xlabel()


def test_a_course_of_some_hours_fills_the_picture() -> None:
    steps = tuple((day(8) + timedelta(hours=number), f"7{number}.2") for number in range(4))
    verdict = seen_once(*steps).model_copy(update={"as_of": day(8) + timedelta(hours=4)})
    axes = draw(verdict, "Will it?", None).axes[0]
    low, high = axes.get_xlim()
    (dots,) = [line for line in axes.lines if line.get_marker() == "o"]
    drawn = axes.convert_xunits(dots.get_xdata())
    assert (max(drawn) - min(drawn)) / (high - low) > 0.6
    assert "within an hour" not in axes.get_xlabel()
