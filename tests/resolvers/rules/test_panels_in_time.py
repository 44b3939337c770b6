"""When a panel's answer counts, for which row, until when it is asked for, and what is cited of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from rule_worlds import SYSTEMS, daily, day, judged, rule, seen, spec, world

from resolvers.evidence import instant
from resolvers.outcome import Answers, No, NotApplicable, Yes
from resolvers.rules.panels import source_of
from resolvers.rules.rule import Rule
from resolvers.verdict import Verdict

DOCS = spec("docs", {"title": "text", "score": {"unit": "percent", "between": [0, 100]}, "class": "text"})
PANEL = {"question": "Is it so?", "limbs": {"so": "It is so."}}
FACT = {"yes": {"panel": PANEL}}
EXISTS = {"yes": {"panel": PANEL, "over": "papers"}}
ROWS = {"papers": {"from": "docs"}}
COUNTED = {"n": {"count": "rows", "from": "docs", "panel": PANEL}}
NUMBER = {"number": "n", "edges": ["1 count", "2 count"]}
ALPHA, OTHER = {"title": "Alpha paper", "score": "50"}, {"title": "Another thing", "score": "10"}


def answered(what: Rule, history: Mapping[float, Mapping[str, str]]) -> Any:
    """What the rule's panel was seen to say on which day: row key -> yes, no or unclear."""
    source = source_of(what.panels()[0])
    [limb] = [name for name in source.read.columns if name != "votes"]
    shown = {
        at: {key: {limb: said, "votes": "2 of 3"} for key, said in answers.items()} for at, answers in history.items()
    }
    return seen(source, shown)


def fact(**panel: Any) -> Rule:
    return rule({"yes": {"panel": {**PANEL, **panel}}}, DOCS)


def told(found: Verdict) -> tuple[object, ...]:
    return found.state, found.outcome


def cited(found: Verdict) -> list[tuple[str, str, str | None, Any]]:
    """What is cited of a panel: key, column, text, and when it was seen."""
    return [
        (cite.key, cite.column, cite.text, cite.seen_at)
        for cite in found.citations()
        if cite.source.startswith("panel.")
    ]


def text_of(what: Rule) -> str:
    return " ".join(phrase.text for phrase in what.phrases())


def test_the_same_no_given_again_at_the_end_is_the_last_word():
    what = fact()
    evidence = world(answered(what, {40: {"answer": "no"}, 101: {"answer": "no"}}))
    assert told(judged(what, evidence, 110)) == told(judged(what, evidence, 150)) == ("decided", No())
    assert told(judged(what, world(answered(what, {40: {"answer": "no"}})), 150))[0] == "unknown"
    assert "so is the first no that is given, or seen to stand, at 2027-04-11 or later" in text_of(what)


def test_the_same_no_given_again_at_the_instant_of_na_is_the_last_word():
    na = {"when": {"panel": PANEL}, "before": day(60).date(), "if_refused": "NO"}
    what = rule({"yes": "n >= 5 count"}, DOCS, values={"n": {"count": "rows", "from": "docs"}}, na=na)
    board = seen(DOCS, daily({0: {"a": ALPHA}}, 130))
    evidence = world(board, answered(what, {30: {"answer": "no"}, 61: {"answer": "no"}}))
    assert told(judged(what, evidence, 112)) == ("decided", No())


CHOICE = {"choice": "top.class", "confirm": "panel", "answers": {"R2": "R2", "other": "else"}}
BOARD = spec("board", {"score": {"unit": "percent", "between": [0, 100]}})
TOP = {
    "rows": {"ranked": {"from": "board", "label": {"class": "systems"}}},
    "values": {"top": {"argmax": "score", "of": "ranked"}},
}
LATE_LABEL = {0: {"z": {"class": "R2"}}, 118: {"z": {"class": "R2"}, "a": {"class": "R2"}}}


def test_a_pick_that_hung_on_a_late_label_is_put_to_the_panel_for_all_of_its_time():
    what = rule(CHOICE, BOARD, SYSTEMS, **TOP)
    board = seen(BOARD, daily({0: {"a": {"score": "60"}}}, 160))
    labels = seen(SYSTEMS, daily(LATE_LABEL, 160))
    found = [judged(what, world(board, labels), at) for at in (118, 131.9, 132)]
    assert [(each.state, each.until, [ask.keys for ask in each.asks]) for each in found] == [
        ("pending", day(132), [("a is R2",)]), ("pending", day(132), [("a is R2",)]), ("unknown", None, []),
    ]  # fmt: skip
    right = world(board, labels, answered(what, {125: {"a is R2": "yes"}}))
    assert judged(what, right, 126).outcome == Answers(weights={"R2": Decimal(100)}, value="R2")
    assert "that time runs from when what is picked has settled" in text_of(what)


def test_a_pick_that_settles_when_the_panels_time_from_t_is_over_can_still_be_confirmed():
    what = rule({**CHOICE, "settle": "20 days"}, BOARD, SYSTEMS, **TOP)
    board = seen(BOARD, daily({0: {"a": {"score": "60"}}}, 160))
    labels = seen(SYSTEMS, daily({0: {"a": {"class": "R2"}}}, 160))
    found = judged(what, world(board, labels), 121)
    assert (found.state, found.until, [ask.until for ask in found.asks]) == ("pending", day(134), [day(134)])


@pytest.mark.parametrize(("panel", "last"), [({}, 114), ({"redraw": 1}, 128), ({"for": "30 days"}, 130)])
def test_a_fact_is_asked_for_until_all_draws_are_over(panel: dict[str, Any], last: float):
    what = fact(**panel)
    for at in (100, 106, 107, 110, last - 0.1):
        found = judged(what, world(), at)
        assert (found.state, [(ask.keys, ask.until) for ask in found.asks]) == ("pending", [(("answer",), day(last))])
    assert (judged(what, world(), last).state, judged(what, world(), last).asks) == ("unknown", ())


def test_a_fact_is_asked_for_where_the_rest_of_the_condition_held_long_ago():
    both = {"yes": {"all": ["n >= 1 count", {"panel": PANEL}]}}
    what = rule(both, spec("docs", {"title": "text"}, complete=True), values={"n": {"count": "rows", "from": "docs"}})
    there = {number: {"a": {"title": "x"}} if 20 <= number < 40 else {} for number in range(131)}
    board = seen(spec("docs", {"title": "text"}), there)
    found = judged(what, world(board), 109)
    assert (found.state, [ask.keys for ask in found.asks]) == ("pending", [("answer",)])


@pytest.mark.parametrize(("default", "outcome"), [("yes", Yes()), ("no", No())])
def test_a_default_answers_for_a_fact_once_the_time_is_over(default: str, outcome: object):
    what = fact(default=default)
    before, after = judged(what, world(), 113.9), judged(what, world(), 114)
    assert (before.state, len(before.asks)) == ("pending", 1)
    assert told(after) == told(judged(what, world(), 200)) == ("decided", outcome)
    other = "no" if default == "yes" else "yes"
    assert told(judged(what, world(answered(what, {105: {"answer": other}})), 120)) == (
        "decided", No() if other == "no" else Yes(),
    )  # fmt: skip


def rekeyed(until: int = 130) -> dict[float, Any]:
    """A row that goes by p1, then by p1-v2; from day 22 on another row goes by p1."""
    shown: dict[float, Any] = {number: {"p1": ALPHA} for number in range(20)}
    shown |= {number: {"p1-v2": ALPHA} for number in range(20, 22)}
    return shown | {number: {"p1-v2": ALPHA, "p1": OTHER} for number in range(22, until)}


def test_a_row_keeps_its_answer_under_a_new_key():
    what = rule({**EXISTS, "hold": "30 days"}, DOCS, rows=ROWS)
    evidence = world(seen(DOCS, rekeyed()), answered(what, {10: {"p1": "yes"}}))
    assert told(judged(what, evidence, 60)) == ("decided", Yes())


def test_a_row_does_not_inherit_the_answer_of_the_row_that_had_its_key_before():
    what = rule(NUMBER, DOCS, values=COUNTED)
    board = seen(DOCS, rekeyed())
    found = judged(what, world(board, answered(what, {10: {"p1": "yes"}})), 110)
    assert (found.state, [ask.keys for ask in found.asks]) == ("pending", [("p1",)])
    apart = judged(what, world(board, answered(what, {10: {"p1": "yes"}, 30: {"p1": "no"}})), 110)
    assert (apart.state, apart.outcome.value) == ("decided", "1")
    again = judged(what, world(board, answered(what, {10: {"p1": "yes"}, 30: {"p1": "yes"}})), 110)
    assert (again.state, again.outcome.value) == ("decided", "2")


def test_an_unclear_answer_is_none_until_all_draws_are_over():
    asked = {"n": {**COUNTED["n"], "panel": {**PANEL, "redraw": 1, "default": "no"}}}
    what = rule(NUMBER, DOCS, values=asked)
    board = seen(DOCS, daily({0: {"a": ALPHA}}, 140))
    unclear = judged(what, world(board, answered(what, {104: {"a": "unclear"}})), 115)
    assert (unclear.state, [ask.keys for ask in unclear.asks], unclear.until) == ("pending", [("a",)], day(128))
    drawn_anew = world(board, answered(what, {104: {"a": "unclear"}, 116: {"a": "yes"}}))
    assert judged(what, drawn_anew, 117).outcome.value == "1"
    assert judged(what, world(board, answered(what, {104: {"a": "unclear"}})), 128).outcome.value == "0"


def test_na_by_a_fact_has_one_deadline_in_rule_ask_and_text():
    na = {"when": {"panel": PANEL}, "before": day(60).date(), "if_refused": "NO"}
    what = rule({"yes": "n >= 5 count"}, DOCS, values={"n": {"count": "rows", "from": "docs"}}, na=na)
    board = seen(DOCS, daily({0: {"a": ALPHA}}, 130))
    [ask] = judged(what, world(board), 73.9).asks
    assert (ask.until, what.panels()[0].until) == (day(74), day(74))
    assert "answers given before 2027-03-16 count" in text_of(what)
    for at, outcome in ((73.9, NotApplicable(if_refused=No())), (74, None)):
        assert judged(what, world(board, answered(what, {at: {"answer": "yes"}})), 112).outcome == outcome
    assert judged(what, world(board), 80).asks == ()


def test_one_question_for_na_and_for_the_outcome_has_its_time_for_each():
    na = {"when": {"panel": PANEL}, "before": day(60).date(), "if_refused": "NO"}
    what = rule({"yes": {"any": ["n >= 5 count", {"panel": PANEL}]}}, DOCS, values={
        "n": {"count": "rows", "from": "docs"}}, na=na)  # fmt: skip
    assert [panel.until for panel in what.panels()] == [day(114), day(74)]
    assert len({panel.source for panel in what.panels()}) == 1
    for date in ("2027-04-25", "2027-03-16"):
        assert f"answers given before {date} count" in text_of(what)


def test_rows_that_a_no_keeps_out_are_cited_with_the_no():
    what = rule(EXISTS, DOCS, rows=ROWS)
    board = seen(DOCS, daily({0: {"a": ALPHA, "b": OTHER}}, 130))
    found = judged(what, world(board, answered(what, {20: {"a": "no", "b": "no"}})), 110)
    assert told(found) == ("decided", No())
    assert cited(found) == [
        ("a", "so", "no", day(20)), ("a", "votes", "2 of 3", day(20)),
        ("b", "so", "no", day(20)), ("b", "votes", "2 of 3", day(20)),
    ]  # fmt: skip


def test_of_a_best_only_the_no_that_keeps_a_better_row_out_is_cited():
    best = {"best": {"max": "score", "from": "docs", "panel": PANEL}}
    what = rule({"number": "best", "edges": ["50%"]}, DOCS, values=best)
    rows = {"low": {"score": "10"}, "mid": {"score": "40"}, "high": {"score": "90"}}
    board = seen(DOCS, daily({0: rows}, 130))
    found = judged(what, world(board, answered(what, {20: {"low": "no", "mid": "yes", "high": "no"}})), 110)
    assert found.outcome.value == "40%"
    assert [(key, text) for key, column, text, _ in cited(found) if column == "so"] == [("mid", "yes"), ("high", "no")]


@pytest.mark.parametrize(
    ("given", "when", "said"),
    [({103: "yes"}, 103, "yes"), ({40: "yes", 50: "yes"}, 40, "yes"), ({40: "no", 102: "no"}, 102, "no")],
)
def test_what_a_panel_says_of_a_fact_is_cited_from_the_look_that_counted(given: dict[float, str], when: int, said: str):
    what = fact()
    evidence = world(answered(what, {at: {"answer": text} for at, text in given.items()}))
    found = judged(what, evidence, 120)
    assert told(found) == ("decided", Yes() if said == "yes" else No())
    assert cited(found) == [("answer", "so", said, day(when)), ("answer", "votes", "2 of 3", day(when))]
    source = evidence.source(what.panels()[0].source)
    [look] = [look for look in source.sightings if look.seen_at == instant(day(when))]
    assert {(cite.snapshot, cite.body) for cite in found.citations()} == {(look.snapshot, look.body)}


MIRROR = spec("mirror", {"class": "text"})
DATED = spec("docs", {"class": "text", "day": "date"})
LISTED = {"listed_in": "mirror", "from": "day", "for": "90 days"}


def test_a_row_whose_own_time_ends_long_after_t_is_waited_for():
    listed = {"n": {"count": "rows", "from": "docs", "where": {"class": LISTED}}}
    what = rule({"number": "n", "edges": ["1 count"]}, DATED, MIRROR, values=listed)
    rows = {"a": {"class": "X", "day": day(140).date().isoformat()}}
    evidence = world(seen(DATED, daily({0: rows}, 330)), seen(MIRROR, daily({0: {}}, 330)))
    for at in (110, 191, 229):
        found = judged(what, evidence, at)
        assert (found.state, found.until) == ("pending", day(230))
    assert told(judged(what, evidence, 230))[0] == "decided"
    assert "Where the 90 days from a row's day on end after T, they are waited for" in text_of(what)


def test_a_row_that_would_not_count_anyway_is_not_waited_for():
    listed = {"n": {"count": "rows", "from": "docs", "where": {"class": LISTED, "day": {"not": "2998-12-31"}}}}
    what = rule({"number": "n", "edges": ["1 count"]}, DATED, MIRROR, values=listed)
    rows = {
        "a": {"class": "X", "day": day(50).date().isoformat()},
        "b": {"class": "Y", "day": "2998-12-31"},
    }
    evidence = world(seen(DATED, daily({0: rows}, 330)), seen(MIRROR, daily({0: {}}, 330)))
    assert (judged(what, evidence, 110).until, judged(what, evidence, 141).state) == (day(140), "decided")


def test_a_source_that_was_taken_down_is_cited_with_what_stood_there_last():
    what = rule({"yes": "removed(docs)"}, DOCS)
    gone = {**daily({0: {"a": ALPHA}}, 30), **dict.fromkeys(range(31, 60), "gone")}
    found = judged(what, world(seen(DOCS, gone)), 50)
    assert told(found) == ("decided", Yes())
    assert [(c.source, c.key, c.text, c.snapshot, c.seen_at) for c in found.citations()] == [
        ("docs", "a", "a", 30, day(30)),
    ]  # fmt: skip


def test_na_waits_for_answers_that_may_complete_a_run_before_it_though_an_earlier_one_stays_open():
    """An early gap leaves a first run open for ever; a later one before N/A hangs on an answer that may come."""
    what = rule(
        {"yes": "n >= 1 and best >= 50%"},
        DOCS,
        values={"n": COUNTED["n"], "best": {"max": "score", "from": "docs"}},
        na={"when": "best < 40%", "before": "2027-03-02", "if_refused": "NO"},
        closes=100,
    )
    board: dict[float, Any] = {0: {}} | {number: {} for number in range(20, 30)}
    board |= {number: {"a": {"title": "Alpha", "score": "60"}} for number in range(30, 40)}
    board |= {number: {"a": {"title": "Alpha", "score": "10"}} for number in range(40, 120)}
    docs = seen(DOCS, board)
    before = judged(what, world(docs, answered(what, {})), 68)
    after = judged(what, world(docs, answered(what, {70: {"a": "yes"}})), 71)
    assert (before.state, [ask.keys for ask in before.asks]) == ("pending", [("a",)])
    assert told(after) == ("decided", Yes())
