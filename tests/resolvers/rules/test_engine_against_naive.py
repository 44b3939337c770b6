"""The step engine says at every instant what a slow, instant-by-instant reading of the same laws says."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import naive_rules as naive
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_worlds import day, judged, rule, seen, spec, world

from resolvers.evidence import SourceEvidence, instant
from resolvers.rules.cache import Cache
from resolvers.rules.defaults import HouseDefaults
from resolvers.rules.evaluate import Evaluator
from resolvers.rules.knowing import Knowing
from resolvers.rules.nodes import Reduce

BRIDGE = 7 * naive.DAY
KEYS = ("a", "b", "c", "d")
VALUES = st.sampled_from(["10", "49.9", "50", "50.1", "90", None])
ROWS = st.dictionaries(st.sampled_from(KEYS), VALUES.map(lambda text: {"score": text}), max_size=4)
SHOWN = st.one_of(ROWS, ROWS, ROWS, st.sampled_from(["refused", "failed", "unreadable"]))
HISTORIES = st.dictionaries(st.integers(0, 40), SHOWN, min_size=1, max_size=9)
HOW = st.sampled_from(["max", "min", "count", "sum", "mean", "median", "quantile"])
COLUMNS = {"score": {"unit": "percent", "between": [0, 100]}}


def board(history: dict[float, Any], complete: bool) -> SourceEvidence:
    return seen(spec("board", COLUMNS, complete=complete), history)


def value_of(how: str) -> dict[str, str]:
    if how == "count":
        return {"count": "rows", "from": "board"}
    return {how: "score", "from": "board", **({"q": "75%"} if how == "quantile" else {})}


@settings(max_examples=300, deadline=None)
@given(HISTORIES, st.booleans(), HOW, st.integers(0, 45), st.integers(0, 20))
def test_a_reduce_at_any_t_and_k_is_what_trying_every_combination_gives(history, complete, how, t_day, later):
    source = board(history, complete)
    made = rule({"yes": "value >= 1" + ("" if how == "count" else "%")}, source.spec, values={"value": value_of(how)})
    node = next(node for node in made.nodes() if isinstance(node, Reduce))
    t, k = instant(day(t_day)), instant(day(t_day + later))
    cache = Cache()
    cache.turn_to(world(source), instant(day(80)))
    found = Evaluator(cache, HouseDefaults(), 0, instant(day(80))).reduced(node, Knowing("fixed", k)).value_at(t)
    if not naive.sightings_known(source, t, BRIDGE):
        assert not found.defined
        return
    wanted = naive.bounds("count" if how == "count" else how, source, t, k) if how != "count" else counted(source, t, k)
    if wanted is None:
        assert not found.defined
    else:
        assert found.defined
        assert (found.low, found.high) == wanted


def counted(source: SourceEvidence, t: int, k: int) -> tuple[int, int]:
    """Rows are counted whether or not their score can be read, or is there."""
    options = [naive.options_of(spans, t, k, "score", 0, 100) for spans in naive.rows_of(source)]
    there = [choice for choice in options if choice is not None]
    return sum(1 for choice in there if None not in choice), len(there)


@settings(max_examples=300, deadline=None)
@given(
    HISTORIES,
    st.booleans(),
    st.sampled_from(["max", "min", "median", "quantile"]),
    st.integers(0, 12),
    st.integers(0, 10),
    st.integers(20, 90),
)
def test_runs_are_those_that_trying_every_start_finds(history, complete, how, hold, settle, as_of):
    source = board(history, complete)
    made = rule(
        {"yes": "value >= 50%", "hold": f"{hold} days", "settle": f"{settle} days"},
        source.spec,
        values={"value": value_of(how)},
        opens=1,
        closes=45,
    )
    trimmed = seen(source.spec, {at: shown for at, shown in history.items() if at <= as_of})
    sure, maybe = naive.first_runs(
        trimmed, how, Fraction(50), instant(day(1)), instant(day(45)), hold * naive.DAY, settle * naive.DAY, BRIDGE,
        instant(day(as_of)),
    )  # fmt: skip
    found = judged(made, world(source), as_of)
    if sure is not None:
        assert (found.state, found.outcome.words(), instant(found.instant)) == ("decided", "YES", sure)
    elif as_of < 45 + settle:
        assert found.state == "pending"
    elif not naive.looked_at_after(trimmed, instant(day(45)), settle):
        assert found.state in ("pending", "unknown") and (found.state == "unknown" or as_of < 45 + settle + 14)
    elif maybe is not None:
        assert found.state == "unknown"
    else:
        assert (found.state, found.outcome.words()) == ("decided", "NO")


@settings(max_examples=200, deadline=None)
@given(HISTORIES, st.integers(0, 12), st.integers(0, 10), st.lists(st.integers(2, 90), min_size=2, max_size=4))
def test_what_is_decided_never_changes_with_later_evidence(history, hold, settle, moments):
    source = board(history, False)
    made = rule(
        {"yes": "value >= 50%", "hold": f"{hold} days", "settle": f"{settle} days"},
        source.spec,
        values={"value": value_of("max")},
        closes=45,
    )
    verdicts = [judged(made, world(source), moment) for moment in sorted(moments)]
    decided = [(v.outcome, v.instant, v.because, v.trace.steps[0].value) for v in verdicts if v.state == "decided"]
    assert len(set(map(repr, decided))) <= 1
    states = [verdict.state == "decided" for verdict in verdicts]
    assert states == sorted(states)
