"""Panels: rows and facts that people judge; what nobody has answered is open, and is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from rule_worlds import compiled, daily, day, judged, rule, seen, spec, world

from resolvers.durations import Duration
from resolvers.evidence import instant
from resolvers.outcome import Answers, No, NotApplicable, Yes
from resolvers.rules.panels import Limb, Panel, question_hash, source_of
from resolvers.rules.rule import Rule
from resolvers.sources.reading import read_body

DOCS = spec("docs", {"title": "text", "score": {"unit": "percent", "between": [0, 100]}, "class": "text"})
PANEL = {"question": "Does the paper show it?", "limbs": {"author": "A listed lab wrote it.", "size": "Over 10B."}}
ROWS = {"papers": {"from": "docs"}}
EXISTS = {"yes": {"panel": PANEL, "over": "papers"}}


def papers(*keys: str) -> dict[str, dict[str, str]]:
    return {key: {"title": f"title of {key}"} for key in keys}


def answered(what: Rule, history: Mapping[float, Mapping[str, str]]) -> Any:
    """What the rule's panel had answered on which day: row key -> yes, no or unclear for its limbs."""
    source = source_of(what.panels()[0])
    limbs = [name for name in source.read.columns if name != "votes"]

    def cells(said: str) -> dict[str, str]:
        return {**dict.fromkeys(limbs, "yes"), limbs[-1]: said, "votes": "2 of 3"}

    return seen(source, {at: {key: cells(said) for key, said in shown.items()} for at, shown in history.items()})


def looked(until: int = 130) -> Any:
    return seen(DOCS, daily({0: papers(), 10: papers("a", "b")}, until))


def exists(**more: Any) -> Rule:
    return rule(more.pop("resolve", EXISTS), DOCS, rows=ROWS, **more)


def test_a_row_that_nobody_has_answered_is_asked_for_and_decides_nothing():
    what = exists()
    found = judged(what, world(looked()), 20)
    assert (found.state, found.leaning) == ("pending", None)
    [ask] = found.asks
    assert (ask.source, ask.keys, ask.limbs) == (what.panels()[0].source, ("a", "b"), PANEL["limbs"])
    assert (ask.seats, ask.agree, ask.until) == (3, 2, day(114))


def test_a_yes_decides_and_the_panels_snapshot_is_cited():
    what = exists()
    found = judged(what, world(looked(), answered(what, {30: {"a": "yes"}})), 40)
    assert (found.state, found.outcome, found.instant) == ("decided", Yes(), day(10))
    cited = [(cite.source, cite.key, cite.column, cite.text) for cite in found.citations()]
    source = what.panels()[0].source
    assert (source, "a", "author", "yes") in cited
    assert (source, "a", "votes", "2 of 3") in cited


def test_no_needs_an_answer_for_every_row():
    what = exists()
    some = judged(what, world(looked(), answered(what, {30: {"a": "no"}})), 110)
    every = judged(what, world(looked(), answered(what, {30: {"a": "no"}, 108: {"a": "no", "b": "no"}})), 110)
    assert (some.state, [ask.keys for ask in some.asks], some.until) == ("pending", [("b",)], day(114))
    assert (every.state, every.outcome, every.asks) == ("decided", No(), ())


def test_without_an_answer_in_time_nobody_knows():
    what = exists()
    before, after = judged(what, world(looked()), 113.9), judged(what, world(looked()), 114)
    assert (before.state, after.state, after.asks) == ("pending", "unknown", ())
    late = answered(what, {114: {"a": "no", "b": "no"}})
    assert judged(what, world(looked(), late), 120).state == "unknown"


def test_no_agreement_stays_open_unless_a_default_stands_for_it():
    open_, closed = exists(), exists(resolve={"yes": {"panel": {**PANEL, "default": "no"}, "over": "papers"}})
    unclear = {30: {"a": "unclear", "b": "no"}}
    assert judged(open_, world(looked(), answered(open_, unclear)), 120).state == "unknown"
    assert judged(closed, world(looked(), answered(closed, unclear)), 110).outcome == No()


def test_a_default_stands_once_a_row_had_its_time():
    what = exists(resolve={"yes": {"panel": {**PANEL, "default": "no"}, "over": "papers"}})
    found = judged(what, world(looked()), 107)
    assert (found.state, found.outcome) == ("decided", No())
    dated = {"first_date": {"panel": {**PANEL, "default": "no"}, "over": "papers"}, "edges": ["2027-01-20"]}
    first = exists(resolve=dated)
    history = seen(DOCS, daily({0: papers(), 10: papers("a"), 40: papers("a", "b")}, 130))
    says = answered(first, {41: {"b": "yes"}})
    assert judged(first, world(history, says), 50).outcome == Answers(
        weights={"from 2027-01-20, before 2027-04-11": Decimal(100)}, value="2027-02-10 00:00 UTC"
    )


def test_an_earlier_row_that_may_still_count_holds_a_date_open():
    what = exists(resolve={"first_date": {"panel": PANEL, "over": "papers"}, "edges": ["2027-01-20"]})
    history = seen(DOCS, daily({0: papers(), 10: papers("a"), 40: papers("a", "b")}, 130))
    found = judged(what, world(history, answered(what, {41: {"b": "yes"}})), 60)
    assert (found.state, [ask.keys for ask in found.asks]) == ("pending", [("a",)])


def test_an_answer_that_comes_late_counts_from_when_the_row_was_first_seen():
    what = exists(resolve={"first_date": {"panel": PANEL, "over": "papers"}, "edges": ["2027-01-20"]})
    found = judged(what, world(looked(), answered(what, {90: {"a": "yes", "b": "no"}})), 98)
    assert found.outcome.value == "2027-01-11 00:00 UTC"


def test_a_panel_counts_only_the_rows_it_says_yes_to():
    counted = rule(
        {"number": "n", "edges": ["2 count", "3 count"]},
        DOCS,
        values={"n": {"count": "rows", "from": "docs", "panel": PANEL}},
        closes=60,
    )
    history = seen(DOCS, daily({0: papers("a", "b", "c")}, 100))
    open_ = judged(counted, world(history, answered(counted, {5: {"a": "yes"}})), 70)
    known = judged(
        counted, world(history, answered(counted, {5: {"a": "yes"}, 68: {"a": "yes", "b": "yes", "c": "no"}})), 70
    )
    assert (open_.state, [ask.keys for ask in open_.asks]) == ("pending", [("b", "c")])
    assert (known.state, known.outcome.value) == ("decided", "2")


def test_a_row_that_cannot_be_the_best_is_not_asked_for():
    ranked = rule(
        {"number": "best", "edges": ["50%", "80%"]},
        DOCS,
        values={"best": {"max": "score", "from": "docs", "panel": PANEL}},
        closes=60,
    )
    rows = {"a": {"score": "60"}, "b": {"score": "40"}, "c": {"score": "90"}}
    found = judged(ranked, world(seen(DOCS, daily({0: rows}, 100)), answered(ranked, {5: {"a": "yes"}})), 70)
    assert [ask.keys for ask in found.asks] == [("c",)]


def test_a_condition_that_is_false_anyway_asks_nobody():
    both = {"yes": {"all": ["n >= 3 count", {"panel": PANEL, "over": "papers"}]}}
    what = rule(both, DOCS, rows=ROWS, values={"n": {"count": "rows", "from": "docs"}})
    few, many = world(looked()), world(seen(DOCS, daily({0: papers("a", "b", "c")}, 130)))
    assert judged(what, few, 20).asks == ()
    assert [ask.keys for ask in judged(what, many, 20).asks] == [("a", "b", "c")]


FACT = {"yes": {"panel": PANEL}}


def test_a_fact_is_asked_for_at_the_end_and_a_no_given_then_is_the_last_word():
    what = rule(FACT, DOCS)
    assert judged(what, world(), 50).asks == ()
    at_end = judged(what, world(), 101)
    assert (at_end.state, [ask.keys for ask in at_end.asks]) == ("pending", [("answer",)])
    found = judged(what, world(answered(what, {103: {"answer": "no"}, 105: {"answer": "yes"}})), 110)
    assert (found.state, found.outcome) == ("decided", No())
    assert judged(what, world(), 114).state == "unknown"


def test_a_fact_that_was_not_so_in_spring_may_be_so_in_summer():
    what = rule(FACT, DOCS)
    early = judged(what, world(answered(what, {40: {"answer": "no"}})), 60)
    late = judged(what, world(answered(what, {40: {"answer": "no"}, 70: {"answer": "yes"}})), 80)
    assert (early.state, late.state, late.outcome, late.instant) == ("pending", "decided", Yes(), day(56))


def test_a_panel_may_say_that_it_is_na():
    na = {"when": {"panel": PANEL}, "before": day(60).date(), "if_refused": "NO"}
    what = rule({"yes": "n >= 5 count"}, DOCS, values={"n": {"count": "rows", "from": "docs"}}, na=na)
    assert judged(what, world(looked()), 50).asks == ()
    waiting = judged(what, world(looked()), 62)
    assert [ask.keys for ask in waiting.asks] == [("answer",)]
    for said, outcome in (("yes", NotApplicable(if_refused=No())), ("no", No())):
        assert judged(what, world(looked(), answered(what, {63: {"answer": said}})), 108).outcome == outcome


TOP = {"values": {"top": {"argmax": "score", "from": "docs"}}, "closes": 60}
CHOICE = {"choice": "top.class", "confirm": "panel", "answers": {"R2": "R2", "other": "else"}}
RANKED = daily({0: {"a": {"score": "60", "class": "R2"}, "b": {"score": "40", "class": "P1"}}}, 100)


def test_a_choice_waits_for_the_panel_to_confirm_what_was_picked():
    what = rule(CHOICE, DOCS, **TOP)
    waiting = judged(what, world(seen(DOCS, RANKED)), 68)
    assert (waiting.state, waiting.until, waiting.leaning.weights) == ("pending", day(81), {"R2": Decimal(100)})
    assert [ask.keys for ask in waiting.asks] == [("a is R2",)]


def test_the_only_row_is_not_picked_while_it_may_not_count():
    values = {"top": {"argmax": "score", "from": "docs", "panel": PANEL}}
    what = rule({**CHOICE, "confirm": "panel"}, DOCS, values=values, closes=60)
    one = seen(DOCS, daily({0: {"a": {"score": "60", "class": "R2"}}}, 100))
    found = judged(what, world(one), 68)
    assert (found.state, found.leaning, [ask.keys for ask in found.asks]) == ("pending", None, [("a",)])


@pytest.mark.parametrize(("said", "state"), [("yes", "decided"), ("no", "unknown")])
def test_a_confirmed_choice_decides_and_a_denied_one_is_unknown(said: str, state: str):
    what = rule(CHOICE, DOCS, **TOP)
    found = judged(what, world(seen(DOCS, RANKED), answered(what, {69: {"a is R2": said}})), 70)
    assert (found.state, found.asks) == (state, ())
    assert (what.panels()[0].source, "a is R2", "right", said) in [
        (cite.source, cite.key, cite.column, cite.text) for cite in found.citations()
    ]


def test_the_question_and_its_limbs_name_the_panel():
    what = exists()
    assert what.panels()[0].source == "panel." + question_hash(PANEL["question"], PANEL["limbs"])[:12]
    assert what.panels()[0].source in what.sources()


def test_the_description_says_who_is_asked_what_and_how_long():
    text = " ".join(phrase.text for phrase in exists().phrases())
    assert "a panel answers yes to “Does the paper show it?”" in text
    assert "author: A listed lab wrote it; size: Over 10B" in text
    assert "3 seats; 2 of 3 must agree within 14 days" in text


def test_an_answer_to_another_question_is_refused():
    source = source_of(exists().panels()[0])
    body = '{"question": "%s", "answers": [{"key": "a", "limbs": {"author": "yes", "size": "unclear"}}]}'
    good, other = (read_body((body % text).encode(), source.id, source.read) for text in (PANEL["question"], "Else?"))
    assert (good.state, good.rows[0].cells) == ("good", {"author": "yes", "size": "unclear"})
    assert other.state == "refused"


FAULTS = [
    ({"question": "Q?", "limbs": {}}, "a panel's question has 1 to 20 limbs"),
    ({"question": "Q?", "limbs": {f"l{n}": f"Limb {n}." for n in range(1000)}}, "found 1000"),
    ({"question": "Q?", "limbs": {"a": "Same.", "b": "Same."}}, "two limbs ask the same"),
    ({"question": "Q?", "limbs": {"votes": "x"}}, "no name of a limb"),
    ({"question": "Q?", "limbs": {"A-b": "x"}}, "no name of a limb"),
    ({"question": "Q?", "limbs": {"a": "x" * 1_000_000}}, "1,000,000 characters; at most 300"),
    ({"question": "Q" * 1_000_000, "limbs": {"a": "x"}}, "1,000,000 characters; at most 500"),
    ({"question": "Q?", "limbs": {"a": {"b": {"c": "x"}}}}, "a sentence is wanted here"),
    ({"limbs": {"a": "x"}}, "a panel needs `question:`"),
    ({**PANEL, "seats": 2, "agree": 3}, "of 2 seats 2 can agree"),
    ({**PANEL, "seats": 4}, "of 4 seats 3 to 4 can agree"),
    ({**PANEL, "seats": "many"}, "seats is a whole number"),
    ({**PANEL, "for": "0 days"}, "people need time to answer"),
    ({**PANEL, "for": "soon"}, "is no duration"),
    ({**PANEL, "default": "maybe"}, "default is yes, no or unknown"),
    ({**PANEL, "qestion": "Q?"}, "did you mean 'question'?"),
    ("Q?", "panel is a mapping of names"),
]


@pytest.mark.parametrize(("block", "told"), FAULTS)
def test_a_panel_that_cannot_be_asked_is_refused_at_its_place(block: object, told: str):
    found, faults = compiled({"yes": {"panel": block, "over": "papers"}}, DOCS, rows=ROWS)
    assert found is None
    assert any(told in fault.message and fault.loc[:3] == ("resolve", "yes", "panel") for fault in faults), faults
    assert all(len(fault.message) < 500 for fault in faults)


def test_one_question_with_two_sets_of_limbs_is_refused():
    other = {"question": PANEL["question"], "limbs": {"author": "Somebody wrote it."}}
    resolve = {"yes": {"any": [EXISTS["yes"], {"panel": other, "over": "papers"}]}}
    assert "asked twice with different limbs" in compiled(resolve, DOCS, rows=ROWS)[1][0].message


def test_house_settings_of_panels_can_be_changed_for_a_market_and_for_a_panel():
    market = exists(panel={"seats": 5, "agree": 4})
    one = exists(panel={"seats": 5, "agree": 4}, resolve={"yes": {"panel": {**PANEL, "agree": 3, "for": "1 week"}}})
    assert [(p.seats, p.agree, str(p.time)) for p in (market.panels()[0], one.panels()[0])] == [
        (5, 4, "14 days"), (5, 3, "7 days"),
    ]  # fmt: skip
    assert one.panels()[0].until == day(107)


def test_a_panel_with_another_deadline_remembers_nothing_of_the_one_it_was_made_from():
    """Guards: what is made once of a part (its name, its last instant) is made anew for a copy."""
    limbs = (Limb(name="a", text="It is so."),)
    first = Panel(question="Is it?", limbs=limbs, seats=3, agree=2, time=Duration.of_days(2), until=day(10))
    before = (first.digest, first.last, first.source, hash(first))
    later = first.model_copy(update={"until": day(20)})
    assert (later.last, later.source) == (instant(day(20)), first.source)
    assert later.digest != first.digest and later != first
    assert later == first.model_copy(update={"until": day(20)})
    assert (first.digest, first.last, first.source, hash(first)) == before
