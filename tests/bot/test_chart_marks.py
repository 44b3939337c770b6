"""Guards: a chart shows where answers part, why a line ends, and what would have been said where there is no figure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.chart_dress import _in_columns
from bot.chart_leads import Led
from bot.chart_lines import LIGHT, Curve, curves
from bot.chart_marks import Limits
from bot.charts import Backdrop, alt_text, draw, png
from bot.told_short import reason
from resolvers.outcome import Answers, Yes
from resolvers.verdict import Step, Verdict

LONG = "Will the best prompted model come within 3 points of the best trained function caller before April 1, 2025?"


def day(number: int) -> datetime:
    return datetime(2025, 3, number, tzinfo=UTC)


def line(
    words: str, *figures: tuple[int, str | None], unit: str = "percent", value: str = "", because: str = ""
) -> Step:
    series = tuple((day(at), figure) for at, figure in figures)
    return Step(node="reduce", words=words, value=value, unit=unit, because=because, series=series)


def verdict(*steps: Step) -> Verdict:
    trace = Step(node="outcome", words="the outcome", value="", steps=steps)
    return Verdict(slug="m", as_of=day(16), state="pending", because="It is open", semantics=1, trace=trace)


BEST = line("the best", (1, "8.8"), (5, "9"))
LED = (Led("the model", ((day(1), "a"), (day(4), "b"))),)
TENTHS = Backdrop(Limits(("5", "10", "15", "20"), "percent"))


def test_a_long_question_stands_whole_above_its_chart() -> None:
    title = draw(verdict(BEST), LONG, None).axes[0].get_title(loc="left")
    assert title.split() == LONG.split() and title.count("\n") == 1


def test_the_limits_of_the_answers_around_the_figures_are_drawn_and_all_are_named() -> None:
    axes = draw(verdict(BEST), "Q?", None, backdrop=TENTHS).axes[0]
    drawn = [line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == "--" or len(line.get_ydata()) == 2]
    assert sorted(set(drawn) & {5.0, 10.0, 15.0, 20.0}) == [5.0, 10.0]
    assert "the answers part at 5%, 10%, 15%, 20%" in axes.get_legend_handles_labels()[1]
    assert {"5%", "10%"} <= {text.get_text() for text in axes.texts}
    assert "The answers part at 5%, 10%, 15%, 20%." in alt_text(verdict(BEST), None, backdrop=TENTHS)


def test_the_limits_stand_in_the_panel_of_their_unit() -> None:
    count = line("the rows", (1, "3"), unit="count")
    first, second = draw(verdict(count, BEST), "Q?", None, backdrop=TENTHS).axes
    named = [axes.get_legend_handles_labels()[1] for axes in (first, second)]
    assert ["the answers part at" in " ".join(each) for each in named] == [False, True]


def test_the_limits_of_a_date_are_upright_lines_within_the_picture() -> None:
    limits = Backdrop(Limits(times=(day(7), datetime(2026, 1, 1, tzinfo=UTC))))
    axes = draw(verdict(BEST), "Q?", None, backdrop=limits).axes[0]
    upright = [line.get_xdata()[0] for line in axes.lines if list(line.get_ydata()) == [0, 1]]
    assert upright == [day(7)]
    assert "the answers part at 2025-03-07, 2026-01-01" in axes.get_legend_handles_labels()[1]


def test_a_line_that_has_come_to_a_range_ends_in_a_bar_of_it_and_its_words_say_the_same() -> None:
    open_now = line("the rows", (1, "6"), (4, None), unit="count", value="16 to 18", because="vanished: a")
    (curve,) = curves(open_now)
    assert curve.span == (Decimal(16), Decimal(18))
    axes = draw(verdict(open_now), "Q?", None).axes[0]
    assert [16.0, 18.0] in [list(line.get_ydata()) for line in axes.lines]
    assert "16 to 18" in [text.get_text() for text in axes.texts]
    assert axes.get_ylim()[1] > 18
    assert "since 2025-03-04 it is no single figure: 16 to 18." in alt_text(verdict(open_now), None)


def test_a_line_that_ends_among_others_has_a_cross_and_says_why() -> None:
    lost = line("the other", (1, "61.7"), (4, None), value="unknown", because="board is lost: not seen since")
    axes = draw(verdict(BEST, lost), "Q?", None).axes[0]
    crosses = [(list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines if line.get_marker() == "x"]
    assert crosses == [([day(4)], [61.7]), ([], [])]  # the last one is that of the legend
    assert "board is lost: not seen since" in [text.get_text() for text in axes.texts]
    assert "where a line ends: a range from there on, or unknown" in axes.get_legend_handles_labels()[1]
    assert "it is no single figure: board is lost: not seen since." in alt_text(verdict(BEST, lost), None)


def test_a_line_that_goes_on_without_its_row_says_so() -> None:
    because = "carried forward: a, not seen any more at 2025-03-04 00:00 UTC"
    gone = line("the best", (1, "61.7"), value="61.7%", because=because)
    texts = [" ".join(text.get_text().split()) for text in draw(verdict(gone), "Q?", None).axes[0].texts]
    assert because in texts
    assert because in alt_text(verdict(gone), None)


def test_lines_without_any_figure_break_no_picture_and_say_why() -> None:
    never = line("the newest", (1, None), unit="count", value="unknown", because="never looked at")
    told = "the newest (no figure yet: never looked at)"
    assert png(verdict(never), "Q?", decided_at=None).startswith(b"\x89PNG")
    alone, beside = draw(verdict(never), "Q?", None).axes[0], draw(verdict(BEST, never), "Q?", None).axes[1]
    for axes in (alone, beside):
        assert told in [" ".join(text.get_text().split()) for text in axes.texts]
    assert "The newest (no figure yet: never looked at)." in alt_text(verdict(BEST, never), None)


def test_where_there_is_no_figure_it_is_drawn_what_would_have_been_said_and_its_words_say_the_same() -> None:
    said = Backdrop(said=((day(1), "NO"), (day(4), "neither way"), (day(6), "YES")))
    axes = draw(verdict(), "Q?", None, backdrop=said).axes[0]
    assert axes.get_legend_handles_labels()[1] == ["NO", "neither way", "YES"]
    bars = [one.get_paths()[0].get_extents() for one in axes.collections]
    begins = [round(bar.x0 - bars[0].x0, 6) for bar in bars]
    assert (begins, round(bars[-1].x1 - bars[0].x0, 6)) == ([0, 3, 5], 15)
    told = "it would have been NO from 2025-03-01, neither way from 2025-03-04, YES from 2025-03-06."
    assert told in alt_text(verdict(), None, backdrop=said)
    assert "would have been" not in alt_text(verdict(BEST), None, backdrop=said)


def test_of_one_day_it_is_said_in_words() -> None:
    axes = draw(verdict(), "Q?", None, backdrop=Backdrop(said=((day(16), "NO"),))).axes[0]
    assert [text.get_text() for text in axes.texts] == ["what would have been said on 2025-03-16: NO"]


def test_a_figure_does_not_stand_across_the_line_of_the_decision() -> None:
    texts = draw(verdict(BEST), "Q?", day(5) + timedelta(hours=5)).axes[0].texts
    assert {text.get_text(): text.get_ha() for text in texts if text.get_text() in ("8.8", "9")} == {
        "8.8": "left",
        "9": "right",
    }


def test_in_a_low_panel_the_words_of_the_decision_take_one_line_and_cover_no_figure() -> None:
    shown = verdict(line("the best", (1, "61.7"), (5, "72.9"), (8, "82.7")), line("the rows", (2, "3"), unit="count"))
    price = Curve("what the market gave YES", "percent", ((day(2), "30"), (day(9), "60")))
    figure = draw(shown.model_copy(update={"outcome": Yes()}), LONG, day(8), price=price, backdrop=Backdrop(led=LED))
    figure.draw_without_rendering()
    axes = figure.axes[0]
    (said,) = [text for text in axes.texts if "YES" in text.get_text()]
    assert said.get_text() == "YES, 2025-03-08"
    assert said.get_window_extent().y0 > axes.transData.transform((0, 82.7))[1]


def test_what_was_seen_later_stays_below_the_words_of_the_decision() -> None:
    later = line("the best", (1, "8.8"), (5, "9"), (14, "30"))
    axes = draw(verdict(BEST), "Q?", day(5), None, verdict(later).trace).axes[0]
    low, high = axes.get_ylim()
    assert (30 - low) / (high - low) < 0.85


def test_what_was_seen_later_of_several_lines_has_the_colour_of_each() -> None:
    other = line("the other", (1, "7"), (5, "8"))
    later = verdict(line("the best", (1, "8.9"), (5, "9")), line("the other", (1, "7.2"), (5, "8")))
    both = draw(verdict(BEST, other), "Q?", None, None, later.trace).axes[0]
    assert [line.get_color() for line in both.lines if line.get_linestyle() == ":"][:2] == list(LIGHT.lines[:2])
    alone = draw(verdict(BEST), "Q?", None, None, later.trace).axes[0]
    assert alone.get_legend_handles_labels()[1].count("with what was seen later") == 1


def test_a_long_outcome_stands_within_its_panel_and_leaves_it_its_width() -> None:
    outcome = Answers(weights={"from 2025-04-01, before 2025-07-01": "1"}, value="2025-05-08 14:40 UTC")
    decided = verdict(BEST).model_copy(update={"state": "decided", "outcome": outcome})
    figure = draw(decided, "Q?", day(8))
    figure.draw_without_rendering()
    (said,) = [text for text in figure.axes[0].texts if "2025-04-01" in text.get_text()]
    panel = figure.axes[0].get_window_extent()
    assert said.get_window_extent().x1 <= panel.x1 and panel.width > figure.bbox.width * 0.9
    assert " ".join(said.get_text().split()) == f"{outcome.words()} 2025-03-08"


def test_the_words_of_the_decision_cover_no_figure_however_many_lines_they_take() -> None:
    outcome = Answers(weights={"from 2025-04-01, before 2025-07-01": "1"}, value="2025-05-08 14:40 UTC")
    best = line("the best", (1, "61.7"), (4, "82.7"), (9, "88"))
    decided = verdict(best).model_copy(update={"state": "decided", "outcome": outcome})
    figure = draw(decided, LONG, day(5), backdrop=Backdrop(Limits(times=(day(3), day(12))), led=LED))
    figure.draw_without_rendering()
    texts = figure.axes[0].texts
    (said,) = [text.get_bbox_patch().get_window_extent() for text in texts if "2025-04-01" in text.get_text()]
    figures = [text for text in texts if text.get_text() in ("61.7", "82.7", "88")]
    assert [text.get_text() for text in figures if said.overlaps(text.get_window_extent())] == []
    assert len(figures) == 3


def test_no_note_stands_across_the_line_of_the_decision() -> None:
    """The range at the end, and why a line goes on: both begin before the decision where it would go through them."""
    open_now = line("the rows", (1, "6"), (4, None), unit="count", value="16 to 18", because="vanished: a")
    gone = line("the best", (1, "61.7"), value="61.7%", because="carried forward: a, not seen any more")
    for step, words in ((open_now, "16 to 18"), (gone, "carried forward")):
        figure = draw(verdict(step), "Q?", day(15))
        figure.draw_without_rendering()
        axes = figure.axes[0]
        (note,) = [text for text in axes.texts if words in text.get_text()]
        at = axes.transData.transform((axes.convert_xunits(day(15)), 0))[0]
        assert note.get_window_extent().x1 <= at


def test_no_share_over_a_hundred_percent_stands_on_an_axis_of_shares_below_it() -> None:
    high = draw(verdict(line("the best", (1, "95.83"), (5, "98.25"))), "Q?", day(8)).axes[0]
    assert max(high.get_yticks()) <= 100
    over = draw(verdict(line("the growth", (1, "95"), (5, "140"))), "Q?", None).axes[0]
    assert max(over.get_yticks()) > 100


def test_of_figures_that_would_cover_one_another_in_a_low_panel_one_is_written() -> None:
    near, count = line("the other", (1, "7.7")), line("the rows", (1, "3"), unit="count")
    price = Curve("what the market gave YES", "percent", ((day(2), "30"), (day(9), "60")))
    axes = draw(verdict(BEST, near, count), "Q?", None, price=price, backdrop=TENTHS).axes[0]
    assert {"7.7", "8.8"} & {text.get_text() for text in axes.texts} == {"8.8"}


def test_many_short_names_of_lines_stand_in_two_columns_and_long_ones_are_cut_in_none() -> None:
    names, columns = _in_columns([f"line {at}" for at in range(8)])
    assert (names, columns) == ([f"line {at}" for at in range(8)], 2)
    long = [f"the number of rows of board {at} where the lab is one of a dozen others, or of none" for at in range(8)]
    assert _in_columns(long)[1] == 1


def test_an_answer_that_is_the_value_itself_is_said_once() -> None:
    answer = Answers(weights={"Anthropic": "1"})
    said = "At 2026-01-01 00:00 UTC the lab was Anthropic: Anthropic"
    decided = verdict().model_copy(update={"state": "decided", "outcome": answer, "because": said})
    assert alt_text(decided, None).startswith("At 2026-01-01 00:00 UTC the lab was Anthropic.")
    other = decided.model_copy(update={"because": "At T it was anthropic: Anthropic"})
    assert reason(other) == "At T it was anthropic: Anthropic"
    assert reason(decided.model_copy(update={"outcome": Yes()})) == said


def test_a_long_answer_that_was_said_all_along_stays_within_the_picture() -> None:
    figure = draw(verdict(), "Q?", None, backdrop=Backdrop(said=((day(16), "a lab of the north " * 8),)))
    figure.canvas.draw()
    drawn = [text.get_window_extent() for text in figure.axes[0].texts]
    assert [(box.x0 >= 0, box.x1 <= figure.bbox.width) for box in drawn] == [(True, True)]
