"""What a backtest tells besides the days: the margin, what revisions turned, and what the decision hangs on."""

from __future__ import annotations

from collections import Counter

from random_worlds import made
from rule_worlds import BOARD, daily, day, rule, scores, seen, spec, world

from resolvers.backtest.days import course, every_day
from resolvers.backtest.margin import Margin, margin, measured_words
from resolvers.backtest.moving import first_decided, moved, numbers
from resolvers.backtest.undone import revisions, undone
from resolvers.outcome import No, Yes
from resolvers.rules.cache import Cache
from resolvers.rules.judge import judge

BEST = {"best": {"max": "score", "from": "board"}}
DAYS = every_day(day(0), day(60))


def over(**resolve):
    return rule({"yes": "best >= 85%", **resolve}, BOARD, values=BEST, closes=50)


def climbing():
    return world(seen(BOARD, daily({0: scores(a="70"), 20: scores(a="86"), 30: scores(a="95")}, 60)))


def slipping():
    """86 percent for three days, then corrected to 80."""
    return world(seen(BOARD, daily({0: scores(a="70"), 20: scores(a="86"), 23: scores(a="80")}, 60)))


def test_the_first_decision_comes_when_the_run_has_settled_and_later_days_cost_nothing():
    found = course("made", over(), climbing(), DAYS)
    first = found.first_decision
    assert first is not None and (first.at, first.verdict.outcome) == (day(27), Yes())
    assert found.evaluations < 12


def test_the_margin_is_left_less_right_as_known_on_that_day():
    assert margin(over(), climbing(), day(10), Cache()) == Margin("-15", "-15", "points")
    assert margin(over(), climbing(), day(25), Cache()) == Margin("1", "1", "points")


def test_a_margin_nobody_knows_is_said_to_be_unknown():
    silent = world(seen(BOARD, {0: scores(a="70")}))
    assert margin(over(), silent, day(30), Cache()) == Margin(None, None, "points")


def test_the_margin_of_a_number_is_its_way_to_the_nearest_edge():
    asked = rule({"number": "best", "edges": ["50%", "90%"]}, BOARD, values=BEST, closes=50)
    assert margin(asked, climbing(), day(25), Cache()) == Margin("-4", "-4", "points")


def test_a_figure_that_was_corrected_is_named_with_what_it_turned():
    evidence = slipping()
    (turned,) = [each for each in revisions(course("made", over(), evidence, DAYS), evidence) if each.said == Yes()]
    assert (turned.key, turned.was, turned.now, turned.seen_at, turned.says) == ("a", "86", "80", day(23), No())


def test_a_figure_that_another_row_overtook_is_no_revision():
    evidence = world(seen(BOARD, daily({0: scores(a="70"), 20: scores(a="70", b="86")}, 60)))
    assert revisions(course("made", over(), evidence, DAYS), evidence) == []


def test_a_decision_that_a_later_correction_would_have_undone_is_told():
    hasty = over(settle="1 day")
    evidence = slipping()
    decision = judge("made", hasty, evidence, day(25))
    assert decision.outcome == Yes()
    assert "would not be decided" in undone("made", hasty, evidence, decision, day(60))


def test_a_decision_that_stands_in_hindsight_is_not_spoken_of():
    decision = judge("made", over(), climbing(), day(40))
    assert undone("made", over(), climbing(), decision, day(60)) == ""


def test_every_number_of_the_rule_is_moved_and_the_day_it_would_have_been_decided_is_found():
    asked = over(hold="10 days")
    assert [(each.what, each.shown) for each in numbers(asked)] == [("run", "10 days"), ("number", "85%")]
    found = {
        (each.number.what, each.share): (each.to, each.first_decision)
        for each in moved("made", asked, climbing(), DAYS)
    }
    assert found[("number", 5)] == ("89.25%", day(47))
    assert found[("number", -20)] == ("68%", day(17))
    assert found[("run", 20)] == ("12 days", day(39))
    assert found[("number", 20)] == ("102%", day(57))


def test_edges_that_would_cross_are_not_moved():
    asked = rule({"number": "best", "edges": ["50%", "52%"]}, BOARD, values=BEST, closes=50)
    found = {(each.number.shown, each.share): each.why_not for each in moved("made", asked, climbing(), DAYS)}
    assert (found[("50%", 5)], found[("50%", -5)]) == ("the edges would cross", "")


def test_a_quantile_is_not_moved_beyond_all_rows():
    values = {"upper": {"quantile": "score", "q": "90%", "from": "board"}}
    asked = rule({"yes": "upper >= 85%"}, BOARD, values=values, closes=50)
    found = {each.share: each.why_not for each in moved("made", asked, climbing(), DAYS) if each.number.shown == "90%"}
    assert (found[10], found[20]) == ("", "a quantile lies between 0% and 100%")


def test_a_figure_that_moves_within_its_bucket_turns_nothing_but_may_be_a_revision():
    asked = rule({"number": "best", "edges": ["50%", "90%"]}, BOARD, values=BEST, closes=50)
    found = course("made", asked, slipping(), DAYS)
    assert (found.flips(), len(found.turns())) == ([], 2)
    assert [(each.was, each.now) for each in revisions(found, slipping())] == [("70", "86"), ("86", "80")]


def test_whole_numbers_and_times_of_other_nodes_are_moved_too():
    asked = rule(
        {"yes": {"at_least": 2, "of": ["best >= 85%", "upper >= 70%", "frozen(board, 30 days)"]}},
        BOARD,
        values={**BEST, "upper": {"quantile": "score", "q": "75%", "from": "board"}},
        closes=50,
    )
    shown = {(each.what, each.shown) for each in numbers(asked)}
    assert shown == {
        ("of so many", "2"),
        ("number", "85%"),
        ("number", "70%"),
        ("quantile", "75%"),
        ("frozen after", "30 days"),
    }
    found = {(each.number.what, each.share): (each.to, each.why_not) for each in moved("m", asked, climbing(), DAYS)}
    assert found[("of so many", 5)] == ("2", "there is no whole number so near")
    assert found[("frozen after", -10)] == ("27 days", "")


def test_a_number_of_a_value_that_is_used_twice_is_one_number_and_is_moved_in_both_places():
    asked = rule(
        {"yes": "high >= 1 and high >= low"},
        BOARD,
        values={
            "high": {"count": "rows", "from": "board", "where": "score >= 85%"},
            "low": {"count": "rows", "from": "board", "where": "score < 20%"},
        },
        closes=50,
    )
    found = numbers(asked)
    assert {(each.what, each.shown, len(each.places)) for each in found} == {
        ("number", "1", 1),
        ("filter on score", "85%", 2),
        ("filter on score", "20%", 1),
    }
    decided = {(each.number.shown, each.share): each.first_decision for each in moved("m", asked, climbing(), DAYS)}
    assert (decided[("85%", -20)], decided[("85%", 5)], decided[("85%", 20)]) == (day(7), day(37), day(57))


def test_a_number_that_a_filter_reckons_with_is_named_by_what_it_is_compared_with():
    board = spec("board", {"long": {"unit": "percent"}, "short": {"unit": "percent"}})
    value = {"worse": {"count": "rows", "from": "board", "where": "long >= 2 * short and short >= 0%"}}
    found = numbers(rule({"yes": "worse >= 1"}, board, values=value, closes=50))
    assert {(each.what, each.shown) for each in found} == {
        ("number", "1"),
        ("number in a filter on long", "2"),
        ("filter on short", "0%"),
    }


def test_a_zero_is_said_to_stay_zero_however_it_is_moved():
    asked = rule({"yes": "best > 0%"}, BOARD, values=BEST, closes=50)
    assert {each.why_not for each in moved("made", asked, climbing(), DAYS)} == {"zero stays zero"}


def test_of_several_comparisons_the_margin_is_of_the_first_that_is_no_mere_look_whether_there_are_rows():
    values = {**BEST, "there": {"count": "rows", "from": "board"}}
    asked = rule({"yes": "there >= 1 and best >= 85%"}, BOARD, values=values, closes=50)
    assert margin(asked, climbing(), day(25), Cache()) == Margin("1", "1", "points")
    assert measured_words(asked) == "the largest score among the rows of board is at least 85%"
    alone = rule({"yes": "there >= 1"}, BOARD, values=values, closes=50)
    assert margin(alone, climbing(), day(25), Cache()) == Margin("0", "0", "count")


def test_a_rule_that_compares_texts_has_no_margin():
    board = spec("board", {"score": {"unit": "percent"}, "lab": "text"})
    asked = rule({"yes": 'top.lab == "north"'}, board, values={"top": {"argmax": "score", "from": "board"}}, closes=50)
    assert (margin(asked, world(), day(25), Cache()), measured_words(asked)) == (None, "")


def test_halving_finds_the_first_decision_that_living_through_every_day_finds():
    found = Counter()
    for seed in range(3, 400, 5):
        world = made(seed)
        first = course("made", world.rule, world.evidence, DAYS).first_decision
        plain = None if first is None else (first.at, first.verdict.outcome)
        assert first_decided("made", world.rule, world.evidence, DAYS) == plain, seed
        found[plain is not None] += 1
    assert min(found[True], found[False]) >= 10
