"""Judging depends on nothing but rule, evidence and instant."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_worlds import BOARD, daily, day, judged, rule, scores, seen, spec, world

from resolvers.durations import Duration
from resolvers.evidence import EvidenceInMemory, SourceEvidence, instant
from resolvers.freshness import LOST_AFTER, state_of
from resolvers.rules.cache import Cache
from resolvers.rules.catalogue import kinds
from resolvers.rules.columns import Table
from resolvers.rules.nodes import Compare, Literal_, Reduce, Rows, SourceUse
from resolvers.rules.states import Bounds, States

RULES = {
    "yes": ({"yes": "best - other >= 3 points and many > 2", "hold": "5 days"}, {}),
    "number": ({"number": "middle", "round": 1, "edges": ["30%", "60%"]}, {}),
    "choice": ({"choice": "top.key", "answers": {"A": "a", "B": "b", "other": "else"}}, {}),
    "date": ({"first_date": "best >= 70%", "edges": ["2027-02-01"]}, {"na": {"when": "many < 1"}}),
}
VALUES = {
    "best": {"max": "score", "from": "board"},
    "other": {"min": "score", "from": "board"},
    "many": {"count": "rows", "from": "board"},
    "middle": {"median": "score", "from": "board"},
    "top": {"argmax": "score", "from": "board"},
}
RULES_MADE = {name: rule(resolve, BOARD, values=VALUES, closes=60, **more) for name, (resolve, more) in RULES.items()}


def history(seed: int) -> SourceEvidence:
    luck = random.Random(seed)
    shown = {
        at: scores(**{key: f"{luck.randrange(1000) / 10}" for key in "abcde" if luck.random() > 0.2})
        for at in sorted(luck.sample(range(60), 6))
    }
    return seen(BOARD, daily(shown, 90))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(sorted(RULES)), st.integers(0, 100))
def test_the_same_three_give_the_same_bytes_with_a_shared_cache_or_a_fresh_one(seed, name, at):
    evidence = world(history(seed))
    shared = Cache()
    for other in RULES_MADE.values():
        judged(other, evidence, at, shared)
    again = judged(RULES_MADE[name], evidence, at, shared)
    assert again.model_dump_json() == judged(RULES_MADE[name], evidence, at).model_dump_json()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(sorted(RULES)), st.integers(0, 100))
def test_it_does_not_matter_whether_later_evidence_is_there_or_not(seed, name, at):
    source = history(seed)
    cut = EvidenceInMemory.of([SourceEvidence(BOARD, *Table(0, source, instant(day(at))).seen())])
    assert judged(RULES_MADE[name], world(source), at) == judged(RULES_MADE[name], cut, at)


LOOKS = st.sampled_from(["good", "failed", "gone", "refused", "unreadable"])
BOUNDS = Bounds(BOARD.fetch.late.us, BOARD.fetch.stale.us, LOST_AFTER.us, Duration.of_days(7).us)


STATED = st.sampled_from(["live", "late", "stale", "lost", "removed"])


@given(st.dictionaries(st.integers(0, 60), LOOKS, max_size=8), st.integers(0, 90), st.sampled_from([-1, 0, 1]), STATED)
def test_a_predicate_never_rules_out_what_freshness_says_of_an_instant(looks, at, shift, wanted):
    source = seen(BOARD, {when: scores(a="1") if look == "good" else look for when, look in looks.items()})
    t = instant(day(at)) + shift
    known = States(Table(0, source, t).sightings, BOUNDS).steps(wanted).value_at(t)
    said = state_of(source, t).state
    assert known is not False if said == wanted else known is not True or (wanted, said) == ("stale", "lost")


@given(st.dictionaries(st.integers(0, 60), LOOKS, max_size=8), st.integers(0, 90), st.sampled_from([-1, 0, 1]), STATED)
def test_a_sources_states_change_only_at_the_instants_that_are_looked_at(looks, at, shift, wanted):
    source = seen(BOARD, {when: scores(a="1") if look == "good" else look for when, look in looks.items()})
    t = instant(day(at)) + shift
    states = States(source.sightings, BOUNDS)
    assert states.steps(wanted).value_at(t) == states.at(wanted, t)


def test_every_kind_of_node_is_explained():
    assert list(kinds()) == [
        "rows", "reduce", "pick", "among", "field", "window", "literal", "calc", "compare", "logic", "at_least",
        "series", "along", "agree", "hold", "state", "panel", "outcome",
    ]  # fmt: skip
    assert all(len(text) > 40 for text in kinds().values())


@pytest.mark.parametrize("text", ["1", "1.50", "85"])
def test_no_parameter_is_lost_in_json(text):
    rows = Rows(sources=(SourceUse(source="board", view="main"),))
    reduce = Reduce(how="max", column="score", of=rows, unit="percent")
    node = Compare(op=">=", left=reduce, right=Literal_(value=text, unit="percent"))
    assert Compare.model_validate_json(node.model_dump_json()) == node


def test_a_verdict_survives_its_own_json():
    board = spec("board", {"score": {"unit": "percent"}})
    best = rule({"yes": "best >= 85%"}, board, values={"best": {"max": "score", "from": "board"}})
    found = judged(best, world(seen(board, daily({0: scores(a="90")}, 30))), 20)
    assert type(found).model_validate_json(found.model_dump_json()) == found
