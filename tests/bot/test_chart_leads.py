"""Guards: the picture of a question about who leads says who led when, and its words say the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from matplotlib.colors import to_hex

from bot.chart_leads import HIGH, LOW, Led
from bot.chart_lines import DARK, Curve
from bot.charts import Backdrop, alt_text, draw
from resolvers.verdict import Step, Verdict

SECOND = timedelta(seconds=1)


def day(number: int) -> datetime:
    return datetime(2025, 3, 1, tzinfo=UTC) + timedelta(days=number)


PICK = Step(
    node="pick", words="the row with the largest score", value="b", unit="percent",
    series=((day(0), "61.7"), (day(9), "88")),
)  # fmt: skip
LEADER = Verdict(
    slug="m", as_of=day(30), state="pending", because="It is open", semantics=1,
    trace=Step(node="field", words="the model of the row with the largest score", value="b", steps=(PICK,)),
)  # fmt: skip


def led(*steps: tuple[int, str]) -> Backdrop:
    return Backdrop(led=(Led("the model", tuple((day(at), who) for at, who in steps)),))


def test_a_strip_under_the_figures_names_who_led_in_each_stretch_and_the_words_say_the_same() -> None:
    backdrop = led((0, "o1-preview"), (9, "gpt-5 (high)"))
    figures, strip = draw(LEADER, "Who leads?", None, backdrop=backdrop).axes
    assert {"61.7", "88"} <= {text.get_text() for text in figures.texts}
    assert [text.get_text() for text in strip.texts] == ["o1-preview", "gpt-5 (high)", "the model of that row"]
    bars = [one.get_paths()[0].get_extents() for one in strip.collections]
    drawn = [(round(bar.x0 - bars[0].x0, 6), round(bar.x1 - bars[0].x0, 6)) for bar in bars]
    assert drawn == [(0, 9), (9, 30)]
    assert "The model of that row was o1-preview from 2025-03-01, gpt-5 (high) from 2025-03-10." in alt_text(
        LEADER, None, backdrop=backdrop
    )


def test_a_name_that_does_not_fit_its_stretch_stands_in_the_legend_by_a_number() -> None:
    long = "2025-04-17-01-20-35--o3-mini-high-diff"
    strip = draw(LEADER, "Who leads?", None, backdrop=led((0, "a"), (9, long), (12, "b"))).axes[1]
    assert [text.get_text() for text in strip.texts][:3] == ["a", "1", "b"]
    assert strip.get_legend_handles_labels()[1] == [f"1: {long}"]


def test_whoever_led_too_briefly_to_be_seen_has_no_number_that_points_at_nothing() -> None:
    seconds = Backdrop(led=(Led("the model", ((day(0), "a"), (day(9), "brief"), (day(9) + SECOND, "b"))),))
    strip = draw(LEADER, "Who leads?", None, backdrop=seconds).axes[1]
    assert strip.get_legend_handles_labels()[1] == ["others, for a shorter time"]
    assert "brief from 2025-03-10, b from 2025-03-10" in alt_text(LEADER, None, backdrop=seconds)


def test_a_strip_below_several_panels_is_high_enough_for_its_names() -> None:
    count = Step(node="count", words="the rows", value="3", unit="count", series=((day(0), "3"), (day(9), "4")))
    both = LEADER.model_copy(update={"trace": Step(node="and", words="both", value="true", steps=(count, PICK))})
    price = Curve("what the market gave A", "percent", ((day(2), "30"), (day(9), "60")))
    figure = draw(both, "Who leads?", None, price=price, backdrop=led((0, "alpha"), (9, "beta")))
    figure.draw_without_rendering()
    strip = figure.axes[-1]
    names = [text.get_window_extent() for text in strip.texts[:2]]
    (low, high) = (strip.transData.transform((0, at))[1] for at in (LOW, HIGH))
    assert [(name.y0 >= low, name.y1 <= high) for name in names] == [(True, True)] * 2


def test_what_was_before_the_picture_begins_is_cut_at_its_edge() -> None:
    figure = draw(LEADER, "Who leads?", None, backdrop=led((-30, "a long while ago"), (9, "b")))
    figure.draw_without_rendering()
    strip = figure.axes[1]
    panel = strip.get_window_extent()
    assert [text.get_window_extent().x0 >= panel.x0 for text in strip.texts] == [True] * 3


def test_of_many_leaders_the_ones_that_led_longest_are_named_and_the_others_are_told_of() -> None:
    steps = [(at, f"2025-04-17-a-very-long-name-{at}") for at in range(12)]
    strip = draw(LEADER, "Who leads?", None, backdrop=led(*steps)).axes[1]
    labels = strip.get_legend_handles_labels()[1]
    assert (len(labels), labels[-1]) == (7, "others, for a shorter time")
    words = alt_text(LEADER, None, backdrop=led(*steps))
    assert "(12 in all, the last 10 of them here)" in words and f"{steps[-1][1]} from 2025-03-12" in words


def test_a_stretch_in_which_nobody_knows_is_grey_and_no_leader_and_the_strip_is_dark_on_a_dark_ground() -> None:
    steps = ((0, "a"), (9, "unknown"), (20, "b"))
    strip = draw(LEADER, "Who leads?", day(15), palette=DARK, backdrop=led(*steps)).axes[1]
    assert [to_hex(bar.get_facecolor()[0]) for bar in strip.collections] == [DARK.lines[0], DARK.grid, DARK.lines[1]]
    assert to_hex(strip.get_facecolor()) == DARK.paper
    grounds = [to_hex(text.get_bbox_patch().get_facecolor()) for text in strip.texts[:3]]
    assert grounds == [DARK.lines[0], DARK.grid, DARK.lines[1]], "no line of the decision goes through a name"


@pytest.mark.parametrize("steps", [(), ((0, "alone"),)])
def test_one_leader_or_none_breaks_no_picture(steps: tuple[tuple[int, str], ...]) -> None:
    assert len(draw(LEADER, "Who leads?", None, backdrop=led(*steps)).axes) == 1 + len(steps)
