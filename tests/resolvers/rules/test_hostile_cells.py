"""No cell and no word of an author stops the judging: what cannot be reckoned with is unknown, or a fault."""

from __future__ import annotations

import time

import pytest
from rule_worlds import BOARD, compiled, daily, judged, rule, scores, seen, spec, world

from resolvers.rules.faults import Faults, instant_of
from resolvers.rules.formula import FormulaFault, parse

BEST = {"values": {"best": {"max": "score", "from": "board"}}}


@pytest.mark.parametrize(
    ("zone", "cell"), [("Asia/Tokyo", "9999-12-31T23:30Z"), ("America/New_York", "0001-01-01T01:00Z")]
)
def test_a_date_at_the_edge_of_the_calendar_is_unknown(zone: str, cell: str):
    dated = spec("board", {"released": "date"}, zone=zone)
    made = rule({"yes": "first >= 2027-03-01"}, dated, values={"first": {"max": "released", "from": "board"}})
    assert judged(made, world(seen(dated, daily({0: {"a": {"released": cell}}}, 120))), 120).state == "unknown"


def test_a_list_nested_beyond_reading_is_unknown():
    tagged = spec("board", {"score": {"unit": "percent"}, "tags": "text"})
    values = {"best": {"max": "score", "from": "board", "where": {"tags": {"has": "x"}}}}
    rows = {"a": {"score": "90", "tags": "[" * 100_000}}
    assert (
        judged(
            rule({"yes": "best >= 85%"}, tagged, values=values), world(seen(tagged, daily({0: rows}, 120))), 120
        ).state
        == "unknown"
    )


@pytest.mark.parametrize("formula", ["b*b*b*b + n", "n - b*b*b*b", "n * (b*b*b*b)", "n / (b*b*b*b)"])
def test_a_number_too_large_for_a_float_meets_an_empty_group(formula: str):
    plain = spec("board", {"score": {"type": "number"}})
    values = {
        "b": {"max": "score", "from": "board"},
        "n": {"max": "score", "from": "board", "where": {"key": "nobody"}},
    }
    made = rule({"yes": f"{formula} >= 1"}, plain, values=values)
    assert judged(made, world(seen(plain, daily({0: scores(a="9e99")}, 120))), 120).state == "decided"


def test_what_cannot_be_reckoned_with_makes_one_market_unknown(monkeypatch: pytest.MonkeyPatch):
    def overflow(*_: object) -> None:
        raise OverflowError("too large")

    monkeypatch.setattr("resolvers.rules.exact.compare", overflow)
    found = judged(rule({"yes": "best >= 85%"}, BOARD, **BEST), world(seen(BOARD, daily({0: scores(a="90")}, 9))), 9)
    assert (found.state, found.outcome) == ("unknown", None)
    assert found.because == "judging made failed: OverflowError: too large"


@pytest.mark.parametrize("pattern", ["a{0,50}a{0,50}b", ".+-.+x"])
def test_the_worst_accepted_patterns_end_soon_and_long_cells_are_unknown(pattern: str):
    tagged = spec("board", {"score": {"unit": "percent"}, "tags": "text"})
    values = {"best": {"max": "score", "from": "board", "where": {"tags": {"matching": pattern}}}}
    made = rule({"yes": "best >= 85%"}, tagged, values=values)
    started = time.monotonic()
    found = {
        size: judged(made, world(seen(tagged, daily({0: {"a": {"score": "90", "tags": text * size}}}, 120))), 120).state
        for text in ("a", "-")
        for size in (300, 301)
    }
    assert (found, time.monotonic() - started < 10) == ({300: "decided", 301: "unknown"}, True)


@pytest.mark.parametrize("text", ["best >= \u0668\u0665%", "best\u00a0>= 85%", "best >= 8\uff15%"])
def test_a_formula_is_written_in_plain_digits_and_spaces(text: str):
    with pytest.raises(FormulaFault):
        parse(text)


def test_an_instant_outside_the_calendar_is_a_fault():
    faults = Faults()
    assert instant_of("9999-12-31T23:59-23:00", ("opens",), faults) is None
    assert [fault.code for fault in faults.found] == ["date"]


@pytest.mark.parametrize(
    ("blocks", "code", "told"),
    [
        ({"resolve": {"yes": "best >= 85%", "hold": "999999 weeks"}, **BEST}, "duration", "over 100 years"),
        ({"resolve": {"yes": "best >= 85%", "settle": "999999 weeks"}, **BEST}, "duration", "over 100 years"),
        ({"values": {"best": {"max": "score", "from": []}}}, "missing", "names no source"),
        ({"values": {"best": {"maks": "score", "from": "board"}}}, "unknown-key", "did you mean 'max'?"),
    ],
)
def test_slips_are_faults_that_say_what_is_meant(blocks, code: str, told: str):
    blocks = {"resolve": {"yes": "best >= 85%"}, **blocks}
    made, faults = compiled(blocks.pop("resolve"), BOARD, **blocks)
    assert made is None
    assert [fault.code for fault in faults if told in fault.message] == [code]


def test_bounds_that_are_too_long_are_faults_of_the_market():
    made, faults = compiled({"yes": "best >= 85%"}, BOARD, **BEST, bridge="999999 weeks")
    assert (made, [fault.loc for fault in faults]) == (None, [("bridge",)])
