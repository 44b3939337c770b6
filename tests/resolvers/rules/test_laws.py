"""What counts, what does not, and what nobody can know: the laws of judging, one by one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rule_worlds import BOARD, FRACTIONS, SYSTEMS, daily, day, judged, rule, scores, seen, spec, world

from resolvers.outcome import Answers, No, NotApplicable, Yes

BEST = {"values": {"best": {"max": "score", "from": "board"}}}
OVER = {"yes": "best >= 85%"}


def over(**more):
    return rule({**OVER, **more.pop("resolve", {})}, BOARD, **BEST, **more)


def shares(**weights: str) -> Answers:
    return Answers(weights={label: Decimal(weight) for label, weight in weights.items()})


def test_a_correction_inside_the_settling_time_counts():
    board = world(seen(BOARD, daily({0: scores(a="80"), 50: scores(a="80", b="90"), 54: scores(a="80", b="84")}, 120)))
    assert judged(over(), board, 120).outcome == No()


def test_a_correction_after_the_settling_time_does_not_count():
    board = world(seen(BOARD, daily({0: scores(a="80"), 50: scores(a="80", b="90"), 58: scores(a="80", b="84")}, 120)))
    found = judged(over(), board, 120)
    assert (found.state, found.outcome, found.instant) == ("decided", Yes(), day(50))


def test_yes_is_decided_at_the_first_moment_at_which_it_has_settled():
    board = world(seen(BOARD, daily({0: scores(a="80"), 50: scores(a="90")}, 120)))
    before, after = judged(over(), board, 56.9), judged(over(), board, 57)
    assert (before.state, before.leaning) == ("pending", Yes())
    assert (after.state, after.outcome) == ("decided", Yes())


def test_no_is_not_said_before_the_end_has_settled():
    board = world(seen(BOARD, daily({0: scores(a="80")}, 120)))
    before, after = judged(over(), board, 106.9), judged(over(), board, 107)
    assert (before.state, before.leaning, before.until) == ("pending", No(), day(107))
    assert (after.state, after.outcome) == ("decided", No())


def test_a_gap_longer_than_the_bridge_makes_no_impossible():
    board = world(seen(BOARD, daily({0: scores(a="80")}, 120, missing=range(40, 48))))
    found = judged(over(), board, 120)
    assert found.state == "unknown"
    assert "no good sighting of board between 2027-02-09 00:00 UTC and 2027-02-18 00:00 UTC" in found.because


def test_a_gap_as_long_as_the_bridge_does_no_harm():
    board = world(seen(BOARD, daily({0: scores(a="80")}, 120, missing=range(40, 46))))
    assert judged(over(), board, 120).outcome == No()


def test_a_gap_before_yes_does_not_matter_to_yes():
    board = world(seen(BOARD, daily({0: scores(a="80"), 60: scores(a="90")}, 120, missing=range(40, 50))))
    assert judged(over(), board, 120).outcome == Yes()


def test_a_refused_source_stops_judging_until_it_is_well_seen_again():
    history = daily({0: scores(a="80")}, 120)
    history[50] = "refused"
    found = judged(over(), world(seen(BOARD, history)), 120)
    assert (found.state, found.outcome) == ("unknown", None)
    assert "shape or anchor refused at 2027-02-20" in found.because


@pytest.mark.parametrize("trouble", ["failed", "unreadable"])
def test_a_look_that_failed_changes_nothing(trouble: str):
    history = daily({0: scores(a="80")}, 120)
    history[50] = trouble
    assert judged(over(), world(seen(BOARD, history)), 120).outcome == No()


def in_ranges():
    """In which of three ranges the best row of the board is."""
    return rule({"number": "best", "edges": ["50%", "80%"]}, BOARD, closes=60, **BEST)


def test_a_best_row_that_vanished_unmatched_asks_instead_of_counting_as_withdrawn():
    history = daily({0: scores(a="70", b="90"), 20: scores(a="70")}, 120)
    found = judged(in_ranges(), world(seen(BOARD, history)), 70)
    assert found.state == "unknown"
    assert "vanished, unmatched: b" in found.because


def test_a_vanished_row_that_is_not_the_best_does_not_matter():
    history = daily({0: scores(a="90", b="70"), 20: scores(a="90")}, 120)
    assert judged(in_ranges(), world(seen(BOARD, history)), 70).outcome == Answers(
        weights={"80% or more": Decimal(100)}, value="90%"
    )


def test_a_row_that_came_back_had_been_there_all_the_time():
    history = daily({0: scores(a="70", b="90"), 58: scores(a="70"), 64: scores(a="70", b="90")}, 120)
    assert judged(in_ranges(), world(seen(BOARD, history)), 70).state == "decided"


def test_a_row_gone_from_a_complete_list_is_withdrawn():
    complete = spec("board", {"score": {"unit": "percent"}}, complete=True)
    history = daily({0: scores(a="70", b="90"), 20: scores(a="70")}, 120)
    ranked = rule({"number": "best", "edges": ["50%", "80%"]}, complete, closes=60, **BEST)
    assert judged(ranked, world(seen(complete, history)), 70).outcome == Answers(
        weights={"50% to under 80%": Decimal(100)}, value="70%"
    )


def test_an_unreadable_score_is_bounded_and_matters_only_where_it_could_decide():
    number = {"number": "best", "edges": ["50%", "80%"]}
    bounded = spec("board", {"score": {"unit": "percent", "between": [0, 85]}})
    decided = judged(
        rule(number, bounded, closes=60, **BEST), world(seen(bounded, daily({0: scores(a="82", b=None)}, 90))), 80
    )
    open_ = judged(
        rule(number, bounded, closes=60, **BEST), world(seen(bounded, daily({0: scores(a="60", b=None)}, 90))), 80
    )
    assert decided.state == "decided"
    assert (open_.state, "unreadable: score of b" in open_.because) == ("unknown", True)


LABELLED = {
    "rows": {"set": {"from": "board", "label": {"class": "systems"}}},
    "values": {"best": {"max": "score", "of": "set", "where": {"class": "P1"}}},
}
UNLABELLED_BOARD = spec("board", {"score": {"unit": "percent", "between": [0, 100]}})


def labelled(labels: dict[float, dict[str, str]], until: int = 150):
    return seen(
        SYSTEMS,
        daily({at: {key: {"class": text} for key, text in shown.items()} for at, shown in labels.items()}, until),
    )


def test_an_unlabelled_row_makes_an_interval_that_waits_for_its_label():
    ranked = rule({"number": "best", "edges": ["50%", "80%"]}, UNLABELLED_BOARD, SYSTEMS, closes=60, **LABELLED)
    board = seen(UNLABELLED_BOARD, daily({0: scores(a="60", b="90")}, 150))
    waiting = world(board, labelled({0: {"a": "P1"}}))
    late = world(board, labelled({0: {"a": "P1"}, 80: {"a": "P1", "b": "R2"}}))
    too_late = world(board, labelled({0: {"a": "P1"}, 91: {"a": "P1", "b": "R2"}}))
    assert (judged(ranked, waiting, 70).state, judged(ranked, waiting, 70).until) == ("pending", day(90))
    assert judged(ranked, waiting, 90).state == "unknown"
    assert judged(ranked, late, 80).outcome == Answers(weights={"50% to under 80%": Decimal(100)}, value="60%")
    assert judged(ranked, too_late, 95).state == "unknown"


def test_an_unlabelled_row_that_cannot_be_the_best_does_not_wait():
    ranked = rule({"number": "best", "edges": ["50%", "80%"]}, UNLABELLED_BOARD, SYSTEMS, closes=60, **LABELLED)
    board = seen(UNLABELLED_BOARD, daily({0: scores(a="60", b="40")}, 150))
    assert judged(ranked, world(board, labelled({0: {"a": "P1"}})), 67).state == "decided"


SETTLING = daily(
    {0: scores(a="60"), 40: scores(a="60", b="80"), 45: scores(a="60", b="84"), 64: scores(a="60", b="86")}, 150
)


@pytest.mark.parametrize(
    ("settle", "value"), [("first_release", "80%"), ({"as_known_at": "T"}, "84%"), ({"final_after": "7 days"}, "86%")]
)
def test_each_settlement_reads_another_value(settle: object, value: str):
    ranked = rule({"number": "best", "edges": ["81%", "85%"], "settle": settle}, BOARD, closes=60, **BEST)
    found = judged(ranked, world(seen(BOARD, SETTLING)), 80)
    assert (found.state, found.outcome.value) == ("decided", value)


@pytest.mark.parametrize(
    ("settle", "outcome"), [("first_release", No()), ({"as_known_at": "T"}, Yes()), ({"final_after": "3 days"}, No())]
)
def test_each_settlement_sees_another_run(settle: object, outcome: object):
    history = daily({0: scores(a="80"), 40: scores(a="90"), 42: scores(a="80")}, 150)
    found = judged(over(resolve={"settle": settle}), world(seen(BOARD, history)), 140)
    assert (found.state, found.outcome) == ("decided", outcome)


def test_tenths_are_exact_for_every_score_of_one_decimal():
    columns = {"score": {"unit": "percent"}}
    board = spec("board", columns)
    values = {
        "best": {"max": "score", "from": "board", "where": {"key": "best"}},
        "other": {"max": "score", "from": "board", "where": {"key": "other"}},
    }
    gap = rule({"yes": "other >= best - 10 points", "settle": "0 days"}, board, values=values, closes=5)
    wrong = []
    for tenth in range(1000):
        rows = scores(best=f"{(tenth + 100) / 10:.1f}", other=f"{tenth / 10:.1f}")
        if judged(gap, world(seen(board, {0: rows})), 1).outcome != Yes():
            wrong.append(tenth)
    assert wrong == []


def test_a_percentage_is_converted_for_a_column_of_fractions():
    values = {"best": {"max": "score", "from": "fractions"}}
    ranked = rule({"yes": "best >= 85%", "settle": "0 days"}, FRACTIONS, values=values)
    assert judged(ranked, world(seen(FRACTIONS, {0: scores(a="0.85")})), 1).outcome == Yes()


def test_three_tied_rows_share_a_hundred_percent_exactly():
    top = {"top": {"argmax": "score", "from": "board"}}
    answers = {"A": "a", "B": "b", "C": "c", "other": "else"}
    choice = rule({"choice": "top.key", "answers": answers}, BOARD, values=top, closes=10)
    found = judged(choice, world(seen(BOARD, daily({0: scores(a="9", b="9", c="9", d="1")}, 20))), 20)
    assert found.outcome.weights == {"A": Decimal("33.34"), "B": Decimal("33.33"), "C": Decimal("33.33")}
    assert sum(found.outcome.weights.values()) == 100


@pytest.mark.parametrize(("ties", "answer"), [("first", "A"), ("last", "B")])
def test_a_tie_may_go_to_the_row_seen_first_or_last(ties: str, answer: str):
    top = {"top": {"argmax": "score", "from": "board", "ties": ties}}
    choice = rule({"choice": "top.key", "answers": {"A": "a", "B": "b", "other": "else"}}, BOARD, values=top, closes=10)
    found = judged(choice, world(seen(BOARD, daily({0: scores(a="9"), 3: scores(a="9", b="9")}, 20))), 20)
    assert found.outcome.weights == {answer: Decimal(100)}


def test_a_source_silent_at_t_may_be_read_at_its_first_good_sighting_after():
    ranked = rule({"number": "best", "edges": ["50%", "80%"]}, BOARD, closes=60, **BEST)
    late = scores(a="60", b="90")
    history = {number: scores(a="60") for number in range(50)} | {66: late, 72: late}
    silent = {number: scores(a="60") for number in range(50)}
    waiting = judged(ranked, world(seen(BOARD, silent)), 70)
    assert (waiting.state, waiting.until) == ("pending", day(74))
    assert judged(ranked, world(seen(BOARD, history)), 80).outcome.value == "90%"
    assert judged(ranked, world(seen(BOARD, silent)), 81).state == "unknown"


def test_a_removed_source_makes_it_na_at_the_stated_instant_and_beats_no():
    gone = over(na={"when": "removed(board)", "before": day(80).date(), "if_refused": "NO"})
    history = daily({0: scores(a="80")}, 60) | dict.fromkeys(range(61, 120), "gone")
    early, found = judged(gone, world(seen(BOARD, history)), 70), judged(gone, world(seen(BOARD, history)), 87)
    assert (early.state, early.leaning) == ("pending", NotApplicable(if_refused=No()))
    assert (found.state, found.outcome, found.instant) == ("decided", NotApplicable(if_refused=No()), day(80))


def test_what_came_true_before_is_not_made_na():
    gone = over(na={"when": "removed(board)", "if_refused": "NO"})
    history = daily({0: scores(a="80"), 20: scores(a="90")}, 60) | dict.fromkeys(range(61, 120), "gone")
    assert judged(gone, world(seen(BOARD, history)), 120).outcome == Yes()


def test_a_source_that_is_back_at_the_stated_instant_is_not_removed():
    gone = over(na={"when": "removed(board)", "if_refused": "NO"})
    history = daily({0: scores(a="80")}, 120)
    history[50] = "gone"
    assert judged(gone, world(seen(BOARD, history)), 120).outcome == No()


def test_an_empty_group_is_lower_than_every_number_and_two_empty_groups_are_not_comparable():
    values = {
        "none": {"max": "score", "from": "board", "where": {"key": "nobody"}},
        "neither": {"max": "score", "from": "board", "where": {"key": "no one"}},
    }
    board = world(seen(BOARD, daily({0: scores(a="80")}, 120)))
    low = rule({"yes": "none >= 1%"}, BOARD, values={"none": values["none"]})
    both = rule({"yes": "none >= neither"}, BOARD, values=values)
    assert judged(low, board, 120).outcome == No()
    assert judged(both, board, 120).state == "unknown"


def test_division_by_zero_is_unknown_not_infinite():
    values = {
        "n": {"count": "rows", "from": "board", "where": {"key": "nobody"}},
        "all": {"count": "rows", "from": "board"},
    }
    ratio = rule({"yes": "all / n >= 2"}, BOARD, values=values)
    found = judged(ratio, world(seen(BOARD, daily({0: scores(a="80")}, 120))), 120)
    assert (found.state, "division by zero" in found.because) == ("unknown", True)


def test_a_first_date_falls_in_the_bucket_that_holds_the_start_of_its_run():
    dated = rule({"first_date": "best >= 85%", "hold": "7 days", "edges": ["2027-02-01", "2027-03-01"]}, BOARD, **BEST)
    board = world(seen(BOARD, daily({0: scores(a="80"), 31: scores(a="80", b="90")}, 130)))
    assert dated.answers() == (
        "before 2027-02-01",
        "from 2027-02-01, before 2027-03-01",
        "from 2027-03-01, before 2027-04-11",
        "not before 2027-04-11",
    )
    assert judged(dated, board, 60).outcome == Answers(
        weights={"from 2027-02-01, before 2027-03-01": Decimal(100)}, value="2027-02-01 00:00 UTC"
    )


def test_a_first_date_that_an_unknown_time_may_have_come_before_is_unknown():
    dated = rule({"first_date": "best >= 85%", "edges": ["2027-02-01", "2027-03-01"]}, BOARD, **BEST)
    history = daily({0: scores(a="80"), 40: scores(a="90")}, 130, missing=range(10, 25))
    same = daily({0: scores(a="80"), 28: scores(a="90")}, 130, missing=range(10, 25))
    assert judged(dated, world(seen(BOARD, history)), 130).state == "unknown"
    assert judged(dated, world(seen(BOARD, same)), 130).state == "decided"


def test_a_half_below_nought_is_rounded_away_from_it_and_the_criteria_say_so():
    lead = {"values": {"a": {"max": "score", "from": "board", "where": {"key": "a"}},
                       "b": {"max": "score", "from": "board", "where": {"key": "b"}}}}  # fmt: skip
    behind = rule({"number": "a - b", "round": 0, "edges": ["-2 points", "2 points"]}, BOARD, closes=60, **lead)
    shown = scores(a="50.0", b="52.5")
    found = judged(behind, world(seen(BOARD, daily({0: shown}, until=70))), 70)
    assert isinstance(found.outcome, Answers)
    assert (found.outcome.value, dict(found.outcome.weights)) == ("-3 points", {"under -2 points": Decimal(100)})
    assert "rounded to 0 decimal places, a half away from zero" in behind.outcome.words().text


def test_a_number_is_rounded_half_up_and_an_edge_belongs_to_the_bucket_above():
    ranked = rule({"number": "best", "round": 0, "edges": ["50%", "61%"]}, BOARD, closes=60, **BEST)
    found = judged(ranked, world(seen(BOARD, daily({0: scores(a="60.5")}, 80))), 80)
    assert found.outcome == Answers(weights={"61% or more": Decimal(100)}, value="61%")


def test_evidence_seen_after_as_of_is_not_looked_at():
    history = daily({0: scores(a="80"), 50: scores(a="90")}, 120)
    late, early = seen(BOARD, history), seen(BOARD, {at: shown for at, shown in history.items() if at <= 55})
    assert judged(over(), world(late), 55) == judged(over(), world(early), 55)


def test_the_first_source_that_answers_is_read_and_its_silence_gives_way_after_max_age():
    one, two = spec("one", {"score": {"unit": "percent"}}), spec("two", {"score": {"unit": "percent"}})
    values = {"best": {"max": "score", "from": ["one", "two"]}}
    ranked = rule({"number": "best", "edges": ["50%", "80%"]}, one, two, values=values, closes=60)
    second = seen(two, daily({0: scores(x="90")}, 80))
    live = world(seen(one, daily({0: scores(a="60")}, 80)), second)
    silent = world(seen(one, daily({0: scores(a="60")}, 50)), second)
    assert judged(ranked, live, 70).outcome.value == "60%"
    assert judged(ranked, silent, 70).outcome.value == "90%"


def test_the_trace_cites_observation_snapshot_and_body_of_the_deciding_row():
    board = seen(BOARD, daily({0: scores(a="80"), 50: scores(a="80", b="90")}, 120))
    found = judged(over(), world(board), 60)
    span = next(span for span in board.spans if span.key == "b")
    (cite,) = found.citations()
    assert (cite.source, cite.key, cite.column, cite.text) == ("board", "b", "score", "90")
    assert (cite.observation, cite.snapshot, cite.body, cite.seen_at) == (
        span.observation,
        span.snapshot,
        span.body,
        day(50),
    )
    compare = found.trace.steps[0].steps[0]
    assert compare.steps[0].series == ((day(0), "80"), (day(50), "90"))


def test_within_counts_only_rows_first_seen_in_the_window():
    values = {"new": {"max": "score", "from": "board", "within": {"from": "2027-01-11", "before": "2027-01-21"}}}
    ranked = rule({"number": "new", "edges": ["50%", "80%"]}, BOARD, values=values, closes=60)
    history = daily({0: scores(a="90"), 10: scores(a="90", b="60"), 20: scores(a="90", b="60", c="95")}, 80)
    assert judged(ranked, world(seen(BOARD, history)), 80).outcome.value == "60%"


def test_at_reads_the_value_of_another_day():
    values = {"then": {"max": "score", "from": "board", "at": "2027-01-11"}, "now": {"max": "score", "from": "board"}}
    risen = rule({"number": "now - then", "edges": ["1 point", "20 points"]}, BOARD, values=values, closes=60)
    history = daily({0: scores(a="60"), 30: scores(a="60", b="75.5")}, 80)
    assert judged(risen, world(seen(BOARD, history)), 80).outcome.value == "15.5 points"


def test_the_top_rows_can_be_reduced_again():
    values = {"few": {"top": "score", "from": "board", "n": 2}, "least": {"min": "score", "of": "few"}}
    ranked = rule({"number": "least", "edges": ["50%", "80%"]}, BOARD, values=values, closes=60)
    assert judged(ranked, world(seen(BOARD, daily({0: scores(a="90", b="70", c="60")}, 80))), 80).outcome.value == "70%"


def test_before_it_opens_nothing_is_said():
    later = over(opens=50)
    found = judged(later, world(seen(BOARD, daily({0: scores(a="90")}, 120))), 40)
    assert (found.state, found.outcome) == ("pending", None)
    assert found.because.startswith("it opens at 2027-02-20")


def test_a_source_without_any_evidence_is_unknown_not_a_crash():
    assert judged(over(), world(), 120).state == "unknown"


def test_a_late_reading_may_be_of_a_source_that_answers_at_no_other_time():
    one, two = spec("one", {"score": {"unit": "percent"}}), spec("two", {"score": {"unit": "percent"}})
    values = {"best": {"max": "score", "from": ["one", "two"]}}
    resolve = {"number": "best", "edges": ["50%", "80%"]}
    ranked = rule(resolve, one, two, values=values, closes=60, max_age="40 days")
    first = seen(one, daily({0: scores(a="60")}, 50) | {70: scores(a="60")})
    found = judged(ranked, world(first, seen(two, {62: scores(x="90"), 69: scores(x="90")})), 80)
    assert (found.state, found.outcome.value) == ("decided", "90%")
