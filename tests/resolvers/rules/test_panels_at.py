"""Guards: rows that are read as they stood on one day are asked about from then on, however the rule names them."""

from __future__ import annotations

from typing import Any

import pytest
from rule_worlds import daily, day, judged, rule, seen, spec, world

from resolvers.outcome import Yes
from resolvers.rules.panels import source_of

DOCS = spec("docs", {"title": "text"})
PANEL = {"question": "Is it so?", "limbs": {"so": "It is so."}, "default": "no"}
AT = day(60).date().isoformat()
NAMED = {"from": "docs", "panel": PANEL}
WRITTEN: dict[str, dict[str, Any]] = {
    "in the value": {"values": {"n": {"count": "rows", **NAMED, "at": AT}}},
    "under rows": {"rows": {"asked": NAMED}, "values": {"n": {"count": "rows", "of": "asked", "at": AT}}},
    "narrowed": {
        "rows": {"asked": NAMED},
        "values": {"n": {"count": "rows", "of": "asked", "where": {"title": "Alpha"}, "at": AT}},
    },
    "a row set of another": {
        "rows": {"asked": NAMED, "alphas": {"of": "asked", "where": {"title": "Alpha"}}},
        "values": {"n": {"count": "rows", "of": "alphas", "at": AT}},
    },
}


MONTHS = {"per": "month", "from": "2027-01-01", "before": "2027-04-01", "value": {"count": "rows", **NAMED}}


def test_a_row_of_a_period_is_asked_about_once_the_period_is_read() -> None:
    what = rule({"yes": {"at_least": 1, "each": "some", "is": ">= 1"}}, DOCS, values={"some": MONTHS})
    board = seen(DOCS, daily({0: {"a": {"title": "Alpha"}}}, 130))
    assert [(ask.keys, ask.until) for ask in judged(what, world(board), 40).asks] == [(("a",), day(114))]


@pytest.mark.parametrize("default", ["yes", "no"])
def test_no_default_makes_it_na_before_the_panel_could_be_asked(default: str) -> None:
    counted: dict[str, dict[str, Any]] = {"m": {"count": "rows", "from": "docs"}, "n": {"count": "rows", **NAMED}}
    counted["n"]["panel"] = {**PANEL, "default": default}
    what = rule({"yes": "m >= 2"}, DOCS, values=counted, na={"when": "n >= 1", "before": AT})
    board = seen(DOCS, daily({0: {"a": {"title": "Alpha"}}}, 130))
    found = judged(what, world(board), 70)
    assert (found.state, [(ask.keys, ask.until) for ask in found.asks]) == ("pending", [(("a",), day(114))])


@pytest.mark.parametrize("written", WRITTEN)
def test_a_row_that_was_there_long_before_the_stated_day_is_asked_about_from_then_on(written: str) -> None:
    """Its own time would be over before anybody was asked, and the default would stand."""
    what = rule({"yes": "n >= 1"}, DOCS, **WRITTEN[written])
    board = seen(DOCS, daily({0: {"a": {"title": "Alpha"}}}, 130))
    found = judged(what, world(board), 70)
    assert [(ask.keys, ask.until) for ask in found.asks] == [(("a",), day(114))]
    answers: dict[float, Any] = {71: {"a": {"so": "yes", "votes": "2 of 3"}}}
    assert judged(what, world(board, seen(source_of(what.panels()[0]), answers)), 110).outcome == Yes()
