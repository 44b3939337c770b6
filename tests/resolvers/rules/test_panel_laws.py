"""Laws of panels, on made histories: an answer is worth a cell, and what is not asked for does not matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from rule_worlds import day, judged, rule, seen, spec, world

from resolvers.backtest.days import course
from resolvers.evidence import EvidenceInMemory
from resolvers.outcome import Answers
from resolvers.rules.judge import judge
from resolvers.rules.panels import source_of
from resolvers.rules.rule import Rule
from resolvers.verdict import Verdict

COLUMNS = {"score": {"unit": "percent", "between": [0, 100]}, "name": "text", "met": "bool"}
PANEL = {"question": "Is it so?", "limbs": {"so": "It is so."}, "for": "12 days"}
KEYS = ("a", "b", "c", "d")
SCORES = st.sampled_from(["10", "49.9", "50", "90"])
ROWS = st.dictionaries(st.sampled_from(KEYS), SCORES, max_size=4)
HISTORIES = st.dictionaries(st.integers(0, 44), ROWS, min_size=2, max_size=7)
ANSWERS = st.dictionaries(
    st.sampled_from(KEYS), st.tuples(st.integers(0, 56), st.sampled_from(["yes", "no", "unclear"])), max_size=4
)
RESOLVES = st.sampled_from(
    [
        {"yes": "best >= 50%", "hold": "3 days"},
        {"yes": "n >= 2 count"},
        {"yes": {"not": "some"}},
        {"yes": {"at_least": 1, "of": ["n >= 3 count", "some"]}},
        {"first_date": "best >= 50%", "edges": ["2027-01-20", "2027-02-04"]},
        {"number": "n", "edges": ["1 count", "2 count", "3 count"]},
        {"choice": "top.key", "answers": {"A": "a", "B": "b", "other": "else"}},
    ]
)
CLOSES, SETTLE, OVER = 45, 3, 45 + 60
"""T, how long corrections count, and a day on which nothing can come any more."""


def market(resolve: Mapping[str, Any], narrowed: Mapping[str, Any], complete: bool = False) -> Rule:
    block = {"from": "board", **narrowed}
    return rule(
        {**resolve, "settle": f"{SETTLE} days"},
        spec("board", COLUMNS, complete=complete),
        values={
            name: made
            for name, made in {
                "best": {"max": "score", **block},
                "n": {"count": "rows", **block},
                "some": {"any": "rows", **block},
                "top": {"argmax": "score", **block},
            }.items()
            if name in str(resolve)
        },
        opens=1,
        closes=CLOSES,
    )


def board(history: Mapping[int, Mapping[str, str]], met: Mapping[str, str | None], complete: bool) -> Any:
    """Looked at each day to the end; no row is ever taken for another."""
    shown: dict[float, Any] = {}
    rows: Mapping[str, str] = {}
    for number in range(OVER + 1):
        rows = history.get(number, rows)
        shown[number] = {key: {"score": text, "name": key, "met": met.get(key)} for key, text in rows.items()}
    return seen(spec("board", COLUMNS, complete=complete), shown)


def answers(what: Rule, given: Mapping[str, tuple[float, str]]) -> list[Any]:
    """The panel's answers, each on its day, none of them ever taken back."""
    shown: dict[float, dict[str, dict[str, str]]] = {}
    for at in sorted({at for at, _ in given.values()}):
        shown[at] = {key: {"so": said} for key, (when, said) in given.items() if when <= at}
    return [seen(source_of(what.panels()[0]), shown)] if shown else []


def once_there(history: Mapping[int, Mapping[str, str]], given: Mapping[str, tuple[int, str]]) -> Any:
    """The same answers, none of them before the row that it names was first seen."""
    first: dict[str, int] = {}
    for number in sorted(history):
        first.update({key: number for key in history[number] if key not in first})
    return {key: (max(at, first.get(key, 0)), said) for key, (at, said) in given.items()}


def told(found: Verdict) -> tuple[object, ...]:
    return found.state, found.outcome, found.instant


def paid(found: Verdict) -> tuple[object, ...]:
    """What a verdict pays: an answer about a further row may still say that it was so earlier."""
    weights = found.outcome.weights if isinstance(found.outcome, Answers) else found.outcome
    return found.state, weights


@settings(max_examples=150, deadline=None)
@given(HISTORIES, st.booleans(), ANSWERS, RESOLVES)
def test_an_answer_is_worth_what_a_cell_of_the_row_would_be(history, complete, given_, resolve):
    """Whenever it was given: yes is true, no is false, and none at all is a cell that cannot be read."""
    asked = market(resolve, {"panel": PANEL}, complete)
    plain = market(resolve, {"where": {"met": True}}, complete)
    given_ = once_there(history, given_)
    cells = {key: {"yes": "true", "no": "false"}.get(said) for key, (_, said) in given_.items()}
    one = judged(asked, world(board(history, {}, complete), *answers(asked, given_)), OVER)
    other = judged(plain, world(board(history, cells, complete)), OVER)
    assert told(one) == told(other), (one.because, other.because)


@settings(max_examples=120, deadline=None)
@given(
    HISTORIES, ANSWERS, RESOLVES, st.sampled_from(["yes", "no", "unknown"]),
    st.lists(st.integers(2, 80), min_size=2, max_size=5),
)  # fmt: skip
def test_what_is_decided_never_changes_with_later_answers(history, given_, resolve, default, moments):
    what = market(resolve, {"panel": {**PANEL, "default": default}})
    evidence = world(board(history, {}, False), *answers(what, given_))
    verdicts = [judged(what, evidence, moment) for moment in sorted(moments)]
    decided = [paid(found) for found in verdicts if found.state == "decided"]
    assert len(set(map(repr, decided))) <= 1
    states = [found.state == "decided" for found in verdicts]
    assert states == sorted(states)


@settings(max_examples=120, deadline=None)
@given(HISTORIES, ANSWERS, RESOLVES, st.integers(CLOSES + SETTLE + 1, CLOSES + 11), st.booleans())
def test_after_t_only_the_rows_that_are_asked_for_can_turn_the_verdict(history, given_, resolve, as_of, said):
    what = market(resolve, {"panel": PANEL})
    given_ = {key: (at, text) for key, (at, text) in once_there(history, given_).items() if at <= as_of}
    before = judged(what, with_answers(what, history, given_), as_of + 0.5)
    keys = {key for ask in before.asks for key in ask.keys}
    assert (before.state == "pending") == bool(keys)
    open_ = [key for key in KEYS if given_.get(key, (0, "unclear"))[1] == "unclear"]
    others = {key: (as_of + 0.25, "yes" if said else "no") for key in open_ if key not in keys}
    after = judged(what, with_answers(what, history, {**given_, **others}), as_of + 0.5)
    assert paid(after) == paid(before)
    every = dict.fromkeys(open_, (as_of + 0.25, "yes" if said else "no"))
    assert judged(what, with_answers(what, history, {**given_, **every}), as_of + 0.5).asks == ()


@settings(max_examples=25, deadline=None)
@given(HISTORIES, ANSWERS, RESOLVES, st.sampled_from(["yes", "no", "unknown"]))
def test_a_backtest_judges_again_whenever_an_answer_or_its_time_could_turn_a_verdict(history, given_, resolve, default):
    what = market(resolve, {"panel": {**PANEL, "default": default}})
    evidence = with_answers(what, history, given_)
    for each in course("made", what, evidence, [day(number) for number in range(80)]).days:
        plain = judge("made", what, evidence, each.at)
        assert (paid(each.verdict), each.verdict.until) == (paid(plain), plain.until)


def with_answers(what: Rule, history: Any, given_: Mapping[str, tuple[float, str]]) -> EvidenceInMemory:
    return world(board(history, {}, False), *answers(what, given_))
