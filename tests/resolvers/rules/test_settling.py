"""What decides once it has settled stays decided: first releases, looks that are due, and labels that may come."""

from __future__ import annotations

import pytest
from rule_worlds import BOARD, SYSTEMS, daily, day, judged, rule, scores, seen, spec, world

from resolvers.outcome import No, NotApplicable, Yes

BEST = {"values": {"best": {"max": "score", "from": "board"}}}
PLAIN = spec("board", {"score": {"unit": "percent", "between": [0, 100]}})


def over(**more):
    return rule({"yes": "best >= 85%", **more.pop("resolve", {})}, BOARD, **BEST, **more)


def labelled(labels: dict[float, dict[str, str]], until: int = 200):
    shown = {at: {key: {"class": text} for key, text in of.items()} for at, of in labels.items()}
    return seen(SYSTEMS, daily(shown, until))


@pytest.mark.parametrize(
    ("history", "hold", "opens", "outcome"),
    [
        ({0: scores(a="40"), 10: scores(a="90")}, "0 days", 20, No()),
        ({0: scores(a="90"), 10: scores(a="40")}, "0 days", 20, Yes()),
        ({0: scores(z="10"), 5: scores(z="10", a="90"), 15: scores(z="10", a="40")}, "30 days", 0, Yes()),
    ],
)
def test_a_first_release_counts_however_early_it_was_corrected(history, hold: str, opens: int, outcome: object):
    made = over(resolve={"settle": "first_release", "hold": hold}, opens=opens)
    found = judged(made, world(seen(BOARD, daily(history, 120))), 120)
    assert (found.state, found.outcome) == ("decided", outcome)


def seen_once(*, again: float | None = None, then: str = "90"):
    history = daily({0: scores(a="80")}, 4) | {5: scores(a="90")}
    return world(seen(BOARD, history if again is None else history | {again: scores(a=then)}))


LONG_BRIDGE = {"resolve": {"settle": "2 days"}, "bridge": "10 days"}


def test_nothing_settles_while_nobody_looks():
    found = judged(over(**LONG_BRIDGE), seen_once(), 7)
    assert (found.state, found.leaning) == ("pending", Yes())
    assert "no good sighting yet after 2027-01-06 00:00 UTC of board" in found.because


@pytest.mark.parametrize(("then", "state"), [("90", "decided"), ("80", "pending")])
def test_a_run_settles_at_the_first_look_after_our_outage_with_what_that_shows(then: str, state: str):
    assert judged(over(**LONG_BRIDGE), seen_once(again=12, then=then), 11.9).state == "pending"
    assert judged(over(**LONG_BRIDGE), seen_once(again=12, then=then), 12).state == state


def test_what_was_settled_by_a_late_look_does_not_change_with_looks_after_it():
    history = daily({0: scores(a="80")}, 4) | {5: scores(a="90"), 12: scores(a="90"), 13: scores(a="80")}
    first, later = (judged(over(**LONG_BRIDGE), world(seen(BOARD, history)), at) for at in (12, 40))
    assert (first.state, first.instant, later.state, later.instant) == ("decided", day(5), "decided", day(5))


def test_without_settling_no_look_is_waited_for():
    assert judged(over(resolve={"settle": "0 days"}), seen_once(), 5).state == "decided"


@pytest.mark.parametrize(("at", "state"), [(107, "pending"), (121, "unknown")])
def test_no_needs_a_look_after_the_end(at: int, state: str):
    board = world(seen(BOARD, daily({0: scores(a="80")}, 98)))
    assert judged(over(), board, at).state == state


def test_no_comes_with_the_look_after_the_end_that_was_due():
    board = world(seen(BOARD, daily({0: scores(a="80")}, 98) | {110: scores(a="80")}))
    assert [judged(over(), board, at).state for at in (109, 110)] == ["pending", "decided"]


@pytest.mark.parametrize(("at", "state"), [(67, "pending"), (81, "unknown")])
def test_a_reading_at_the_end_needs_a_look_after_it(at: int, state: str):
    ranked = rule({"number": "best", "edges": ["50%", "80%"]}, BOARD, closes=60, **BEST)
    assert judged(ranked, world(seen(BOARD, daily({0: scores(a="60")}, 58))), at).state == state


def test_a_reading_at_the_end_settles_with_the_look_that_was_due():
    ranked = rule({"number": "best", "edges": ["50%", "80%"]}, BOARD, closes=60, **BEST)
    history = daily({0: scores(a="60")}, 58) | {70: scores(a="55"), 71: scores(a="90")}
    assert [judged(ranked, world(seen(BOARD, history)), at).state for at in (69, 70)] == ["pending", "decided"]
    assert judged(ranked, world(seen(BOARD, history)), 90).outcome.value == "55%"


def test_the_source_that_answered_is_the_one_to_look_at_again():
    two = spec("second", {"score": {"unit": "percent", "between": [0, 100]}})
    made = rule(
        {"yes": "best >= 85%", "settle": "2 days"},
        PLAIN,
        two,
        values={"best": {"max": "score", "from": ["board", "second"]}},
    )
    silent = seen(PLAIN, daily({0: scores(a="80")}, 4) | {5: scores(a="90")})
    other = seen(two, daily({0: scores(a="80")}, 120))
    assert judged(made, world(silent, other), 9).state == "pending"


LABELS = {
    "rows": {"set": {"from": "board", "label": {"class": "systems"}}},
    "values": {"p": {"max": "score", "of": "set", "where": {"class": "P0"}}, "n": {"count": "rows", "from": "board"}},
}


def test_na_waits_for_a_label_by_which_it_may_have_come_true_before():
    made = rule({"yes": "p >= 85%"}, PLAIN, SYSTEMS, na={"when": "n < 5", "before": "2027-02-20"}, **LABELS)
    board = seen(PLAIN, daily({0: scores(a="60"), 30: scores(a="60", b="90")}, 200))
    label = labelled({0: {"a": "P0"}, 62: {"a": "P0", "b": "P0"}})
    none = labelled({0: {"a": "P0"}})
    assert [judged(made, world(board, label), at).state for at in (58, 61, 62)] == ["pending", "pending", "decided"]
    assert judged(made, world(board, label), 90).outcome == Yes()
    waiting, given_up = judged(made, world(board, none), 79), judged(made, world(board, none), 80)
    assert (waiting.state, waiting.until) == ("pending", day(80))
    assert (given_up.state, given_up.outcome) == ("decided", NotApplicable())


def test_na_waits_for_a_look_by_which_it_may_have_come_true_before():
    other = spec("other", {"score": {"unit": "percent"}})
    made = rule(
        {"yes": "best >= 85%", "settle": "2 days"},
        BOARD,
        other,
        values={**BEST["values"], "n": {"count": "rows", "from": "other"}},
        na={"when": "n < 5", "before": "2027-01-11"},
    )
    watched = seen(other, daily({0: scores(a="1")}, 200))
    silent = daily({0: scores(a="80")}, 4) | {5: scores(a="90")}
    waiting = world(seen(BOARD, silent), watched)
    looked = world(seen(BOARD, silent | {20: scores(a="90")}), watched)
    assert [judged(made, waiting, at).state for at in (12, 25, 26)] == ["pending", "pending", "unknown"]
    assert judged(made, looked, 20).outcome == Yes()


DISTINCT = {"values": {"n": {"distinct": "class", "from": "board", "label": {"class": "systems"}}}}


def test_different_labels_are_counted_as_they_were_known_then():
    made = rule({"yes": "n >= 2"}, PLAIN, SYSTEMS, **DISTINCT)
    board = seen(PLAIN, daily({0: scores(a="60", b="50")}, 200))
    found = judged(made, world(board, labelled({0: {"a": "P0", "b": "P0"}, 40: {"a": "P0", "b": "R2"}})), 200)
    assert (found.state, found.outcome, found.instant) == ("decided", Yes(), day(40))


@pytest.mark.parametrize(("settle", "at"), [({"as_known_at": "T"}, 40), ("first_release", 40), ("7 days", 40)])
def test_different_labels_are_counted_under_every_settlement(settle: object, at: int):
    made = rule({"yes": "n >= 2", "settle": settle}, PLAIN, SYSTEMS, **DISTINCT)
    board = seen(PLAIN, daily({0: scores(a="60", b="50")}, 200))
    found = judged(made, world(board, labelled({0: {"a": "P0", "b": "P0"}, 40: {"a": "P0", "b": "R2"}})), 200)
    assert (found.state, found.outcome, found.instant) == ("decided", Yes(), day(at))


def test_as_known_at_t_a_label_that_was_corrected_later_had_been_counted_then():
    made = rule({"number": "n", "edges": [2], "settle": {"as_known_at": "T"}}, PLAIN, SYSTEMS, **DISTINCT)
    board = seen(PLAIN, daily({0: scores(a="60", b="50")}, 200))
    labels = labelled({0: {"a": "P0", "b": "R2"}, 110: {"a": "P0", "b": "P0"}})
    assert judged(made, world(board, labels), 200).outcome.value == "2"


def test_a_first_label_that_settles_before_its_row_had_left_the_registry_unlabelled_counts():
    """A first label counts from nine days before it came, and so from before its row was withdrawn without one."""
    made = rule(
        {"yes": "best >= 60%", "settle": "0 days"},
        PLAIN,
        SYSTEMS,
        rows={"set": {"from": "board", "label": {"class": "systems"}}},
        values={"best": {"max": "score", "of": "set", "where": {"class": "P"}}},
        closes=20,
        label_settle="9 days",
    )
    labels = seen(SYSTEMS, daily({0: {"a": {"class": None}}, 3: {}, 5: {"a": {"class": "P"}}}, 40))
    found = judged(made, world(seen(PLAIN, daily({0: scores(a="70")}, 40)), labels), 40)
    assert (found.state, found.outcome) == ("decided", Yes())


ALONE = {
    "as_known_at": ({0: scores(a="80"), 40: scores(a="90"), 42: scores(a="80")}, Yes()),
    "first_release": ({0: scores(z="1"), 40: scores(z="1", a="80"), 41: scores(z="1", a="90")}, No()),
    "final_after": ({0: scores(z="1"), 95: scores(z="1", a="90"), 101: scores(z="1", a="80")}, No()),
}
"""Histories on which one policy alone comes to this outcome, and the other two to its opposite."""
POLICIES = {
    "as_known_at": {"as_known_at": "T"},
    "first_release": "first_release",
    "final_after": {"final_after": "7 days"},
}


@pytest.mark.parametrize("policy", POLICIES)
def test_each_settlement_decides_otherwise_than_the_other_two(policy: str):
    history, alone = ALONE[policy]
    evidence = world(seen(BOARD, daily(history, 150)))
    found = {name: judged(over(resolve={"settle": settle}), evidence, 140).outcome for name, settle in POLICIES.items()}
    other = No() if alone == Yes() else Yes()
    assert found == {name: alone if name == policy else other for name in POLICIES}
