"""Guards: how a rule would have behaved on the stored history, told and drawn."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
from crux_builders import START, Crux, World, body, day, living

from bot import backtest_chart, charts
from bot.backtesting import Backtest, as_document, backtest
from bot.judging import asked, judge_all
from bot.store import record
from resolvers.verdict import Verdict

STEP = 5


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Seventy days of looks: 85.5 percent on day 20, corrected to 84 on day 25, 88 from day 40 on."""
    async with living(tmp_path) as found:
        for number in range(0, 71, STEP):
            found.at(number)
            shown = {20: {"two": ("85.5", "north")}, 25: {"two": ("84.0", "north")}, 40: {"two": ("88.0", "north")}}
            found.see(**shown.get(number, {}))
        yield found


def lived(world: World, slug: str = "reach-85") -> Backtest:
    (question,) = asked(world.store, world.loaded, [slug])
    return backtest(world.store, question, None, None)


async def test_each_day_of_the_document_says_what_crux_verdict_says_as_of_that_day(world: World) -> None:
    found = lived(world)
    questions = asked(world.store, world.loaded, ["reach-85"])
    for told, each in zip(as_document(found)["days"], found.course.days, strict=True):
        (plain,) = judge_all(world.store, questions, each.at).verdicts
        wanted = (plain.state, plain.outcome and plain.outcome.words(), plain.leaning and plain.leaning.words())
        assert (told["state"], told["outcome"], told["leaning"]) == wanted


async def test_the_margin_of_each_day_is_that_of_the_figure_that_was_shown(world: World) -> None:
    """The best is 70.5% at first; YES from 85% on."""
    days = {told["as_of"]: told["margin"] for told in as_document(lived(world))["days"]}
    shown = {19: "-14.5", 20: "0.5", 24: "0.5", 25: "-1", 39: "-1", 40: "3", 44: "3"}
    assert {number: (days[day(number)]["low"], days[day(number)]["high"]) for number in shown} == {
        number: (far, far) for number, far in shown.items()
    }


async def test_a_figure_that_fell_again_inside_the_settling_time_decides_nothing_and_is_reported(world: World) -> None:
    document = as_document(lived(world))
    assert document["first_decision"]["at"] == day(45)
    assert [(flip["at"], flip["from"], flip["to"]) for flip in document["flips"][:2]] == [
        (day(20), "NO", "YES"),
        (day(25), "YES", "NO"),
    ]
    assert [(each["was"], each["now"], each["says"]) for each in document["revisions"]] == [
        ("85.5", "84.0", "NO"),
        ("84.0", "88.0", "YES"),
    ]


async def test_far_fewer_days_are_judged_than_there_are(world: World) -> None:
    document = as_document(lived(world))
    assert document["evaluations"] <= document["changes"] + 20
    assert sum(1 for each in document["days"] if each["judged"]) == document["evaluations"]
    assert document["evaluations"] < len(document["days"]) * 3 / 4


async def test_the_points_drawn_are_those_of_the_trace_as_it_was_seen(world: World) -> None:
    found = lived(world)
    seen, later = backtest_chart.seen_and_later(found)
    (curve,) = [each for each in charts.curves(seen) if not each.threshold]
    assert curve.shown == ["70.5", "85.5", "84", "88"]
    decided = found.course.first_decision
    assert decided is not None
    figure = charts.draw(backtest_chart._verdict(found), "Will it?", decided.at, seen, later)
    line = next(line for line in figure.axes[0].lines if line.get_label() == curve.words)
    assert [Decimal(str(value)) for value in line.get_ydata()][: len(curve.steps)] == [
        Decimal(each) for each in curve.shown
    ]


async def test_the_alt_text_says_the_same_numbers_as_the_trace(world: World) -> None:
    text = backtest_chart.alt_text(lived(world))
    steps = {"70.5": 0, "85.5": 20, "84": 25, "88": 40}
    assert f"goes {', '.join(f'{each} percent from {day(at):%Y-%m-%d}' for each, at in steps.items())}." in text
    assert "Decided by what was seen on" in text
    later = next(each for each in charts.curves(backtest_chart.seen_and_later(lived(world))[1]) if each.shown)
    assert later.shown == ["70.5", "88"], "by the last day the row of day 20 is known to read 88"
    told = "With what was seen later the largest score among the rows of board goes 70.5 percent from 2020-01-06, "
    assert f"{told}88 percent from 2020-01-26." in text


async def test_the_line_of_what_was_revised_ends_with_the_history(world: World) -> None:
    found = lived(world)
    seen, later = backtest_chart.seen_and_later(found)
    axes = charts.draw(backtest_chart._verdict(found), "Will it?", None, seen, later).axes[0]
    (dotted,) = [line for line in axes.lines if line.get_linestyle() == ":"]
    assert (list(dotted.get_ydata()), dotted.get_xdata()[-1]) == ([70.5, 88.0, 88.0], found.last)


async def test_the_text_names_what_the_margin_is_of_and_says_no_answer_twice(world: World, crux: Crux) -> None:
    here = crux.on(world.folder, world.database)
    told = here("backtest", "reach-85").out
    assert "margin, the largest score among the rows of board is at least 85%: nearest 0.5 points on 2020-01-26" in told
    never = here("backtest", "reach-95", "--to", "2020-03-16").out
    assert ": NO: there was no such time before 2020-03-06" in never and "NO: NO" not in never


async def test_the_picture_has_its_size_on_a_light_and_on_a_dark_ground(world: World) -> None:
    found = lived(world)
    light, dark = backtest_chart.png(found, "Will it?"), backtest_chart.png(found, "Will it?", dark=True)
    assert [struct.unpack(">II", each[16:24]) for each in (light, dark)] == [(1200, 675), (1200, 675)]
    assert light != dark


async def test_a_market_that_opens_later_is_lived_through_as_if_it_had_opened_when_the_history_began(
    tmp_path: Path,
) -> None:
    async with living(tmp_path, opens=day(300), closes=day(360)) as world:
        for number, score in ((0, "70.0"), (5, "90.0"), (10, "90.0"), (15, "90.0")):
            record(
                world.store, world.loaded.sources["board"], body(START | {"x": (score, "north")}), seen_at=day(number)
            )
        world.at(20)
        document = as_document(lived(world))
        assert (document["as_if_opened"], document["first_decision"]["at"]) == (day(0), day(10))


async def test_the_command_tells_the_same_and_writes_the_picture_with_its_words(
    world: World, crux: Crux, tmp_path: Path
) -> None:
    picture = tmp_path / "picture.png"
    here = crux.on(world.folder, world.database)
    ran = here("backtest", "reach-85", "--chart", picture)
    assert (ran.code, ran.out.splitlines()[1].split(":")[0]) == (0, f"  first decision, {day(45):%Y-%m-%d}")
    assert picture.read_bytes()[:4] == b"\x89PNG" and "88 percent" in picture.with_suffix(".txt").read_text()
    assert here("backtest", "reach-85", "--json").json["slug"] == "reach-85"


async def test_the_last_day_is_told_as_it_stands_now_though_it_is_not_over(world: World, crux: Crux) -> None:
    """A look at noon of day 70 shows 91 percent; the clock stands at 18:00."""
    world.at(70.5)
    world.see(two=("91.0", "north"))
    world.at(70.75)
    document = as_document(lived(world))
    last, before = document["days"][-1], document["days"][-2]
    assert (document["to"], document["so_far"]) == (day(70.75), day(70.75))
    assert [(each["as_of"], each["margin"]["low"]) for each in (before, last)] == [(day(70), "3"), (day(70.75), "6")]
    assert document["evaluations"] <= document["changes"] + 20
    (plain,) = judge_all(world.store, asked(world.store, world.loaded, ["reach-85"]), day(70.75)).verdicts
    assert found_same(lived(world).course.days[-1].verdict, plain)


def found_same(one: Verdict, other: Verdict) -> bool:
    """The same but for the trace, which a day on which nothing turned takes from the day before."""
    return one.model_copy(update={"trace": other.trace}) == other


async def test_a_day_that_is_over_is_not_told_as_so_far(world: World) -> None:
    document = as_document(lived(world))
    assert (document["to"], document["so_far"], document["days"][-1]["as_of"]) == (day(70), None, day(70))


async def test_where_the_history_began_today_its_only_day_is_told_as_so_far(tmp_path: Path) -> None:
    async with living(tmp_path) as here:
        here.at(0.25).see()
        here.at(0.5)
        document = as_document(lived(here))
        assert ([each["as_of"] for each in document["days"]], document["so_far"]) == ([day(0.5)], day(0.5))


async def test_the_text_and_the_picture_show_the_day_that_is_not_over(tmp_path: Path, crux: Crux) -> None:
    async with living(tmp_path) as here:
        here.see()
        here.at(5.5).see(two=("80.0", "north"))
        told = crux.on(here.folder, here.database)("backtest", "reach-85", "--to", "2020-01-11T18:00Z").out
        assert "2020-01-06 to 2020-01-11 18:00 UTC (so far)" in told.splitlines()[0]
        assert "nearest -5 points on 2020-01-11 18:00 UTC (so far); last -5 points" in told
        here.at(5.75)
        found = lived(here)
        seen, later = backtest_chart.seen_and_later(found)
        (curve,) = [each for each in charts.curves(seen) if not each.threshold]
        assert curve.steps == ((day(0), "70.5"), (day(5.5), "80"))
        axes = charts.draw(backtest_chart._verdict(found), "Will it?", None, seen, later).axes[0]
        line = next(line for line in axes.lines if line.get_label() == curve.words)
        assert (line.get_xdata()[-1], line.get_ydata()[-1]) == (day(5.75), 80.0)
        assert "80 percent" in backtest_chart.alt_text(found)


async def test_a_market_without_history_or_with_its_days_turned_round_is_told_what_to_do(
    tmp_path: Path, crux: Crux
) -> None:
    async with living(tmp_path) as world:
        here = crux.on(world.folder, world.database)
        nothing = here("backtest", "reach-85")
        assert (nothing.code, "`crux collect` looks now" in nothing.err) == (1, True)
        world.see()
        turned = here("backtest", "reach-85", "--from", "2021-01-02", "--to", "2020-01-20")
        assert (turned.code, "turn them round" in turned.err) == (1, True)


ASKED = """\
question: Has a row of a northern lab reached 60%?
opens: 2020-01-06
closes: 2020-03-06
subsidy: 200
values:
  built:
    count: rows
    from: board
    where: score >= 60%
    panel: {question: Is it of the north?, limbs: {north: Its maker is.}, seats: 3, agree: 2, for: 10 days, default: NO}
resolve:
  yes: built >= 1
baseline: none
fine_print: Rows of 60% shown before 2020-03-06 count.
"""
FACT = """\
question: Has a lab of the north opened?
opens: 2020-01-06
closes: 2020-03-06
subsidy: 200
resolve:
  yes:
    panel: {question: Has it?, limbs: {north: It lies there.}, seats: 3, agree: 2, for: 10 days}
baseline: none
fine_print: What was so before 2020-03-06 counts.
"""


async def test_a_history_in_which_no_panel_was_asked_is_said_to_tell_nothing_of_it(tmp_path: Path) -> None:
    async with living(tmp_path, {"markets/asked.yaml": ASKED}) as found:
        found.at(3)
        found.see()
        (note,) = as_document(lived(found, "asked"))["panels"]
        asked = "the panel on “Is it of the north?” gave no answer in this history"
        assert note.startswith(asked)
        assert note.endswith("counts as no once its time is over, and no backtest tells what people would say")


async def test_of_a_market_that_reads_only_a_panel_nobody_is_told_to_collect(tmp_path: Path, crux: Crux) -> None:
    async with living(tmp_path, {"markets/fact.yaml": FACT}) as found:
        told = crux.on(found.folder, found.database)("backtest", "fact")
        assert (told.code, "crux collect" in told.err) == (1, False)
        assert "it reads only what a panel answers" in told.err


async def test_long_figures_are_cut_in_the_text_and_whole_in_the_document(tmp_path: Path, crux: Crux) -> None:
    async with living(tmp_path) as found:
        found.at(3)
        found.see(two=("72.123456789", "north"))
        here = crux.on(found.folder, found.database)
        assert "nearest -12.88 points on" in here("backtest", "reach-85").out
        assert here("backtest", "reach-85", "--json").json["days"][0]["margin"]["low"] == "-12.876543211"


async def test_a_picture_under_another_ending_is_refused_before_anything_is_written(
    world: World, crux: Crux, tmp_path: Path
) -> None:
    ran = crux.on(world.folder, world.database)("backtest", "reach-85", "--chart", tmp_path / "f.txt")
    assert (ran.code, "name it f.png" in ran.err, (tmp_path / "f.txt").exists()) == (1, True, False)
