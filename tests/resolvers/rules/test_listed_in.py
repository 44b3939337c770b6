"""Membership bound to a row: was this model in that list within 90 days of its release?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_worlds import compiled, daily, day, judged, rule, seen, spec, world

from resolvers.outcome import No, Yes

DOCS = spec("docs", {"model": "text", "release": {"type": "date", "optional": True}, "title": "text"})
ARENA = spec(
    "arena", {"model": "text", "rank": {"unit": "count", "between": [1, 500]}}, views={"top": {"where": {"rank": 1}}}
)
TOP20 = {"listed_in": "arena", "from": "release", "for": "30 days", "where": "rank <= 20 count"}


def market(where: Any = None, **more: Any) -> Any:
    return rule({"yes": "papers"}, DOCS, ARENA, values={"papers": block(where)}, **more)


def block(where: Any = None) -> dict[str, Any]:
    return {"any": "rows", "from": "docs", "where": {"model": where or TOP20}}


def docs(release: str | None = "2027-01-21", model: str | None = "m", until: int = 130) -> Any:
    cells = {"model": model} | ({} if release is None else {"release": release})
    return seen(DOCS, daily({0: {}, 25: {"paper": cells}}, until))


def arena(ranks: dict[float, str | None], until: int = 130, name: str = "m", missing: range | None = None) -> Any:
    changes = {at: {"row": {"model": name, "rank": rank}} if rank else {} for at, rank in ranks.items()}
    return seen(ARENA, daily({0: {}, **changes}, until, missing=missing))


def test_a_model_listed_in_its_time_counts_from_when_its_row_was_seen():
    found = judged(market(), world(docs(), arena({0: "40", 45: "12", 47: "60"})), 60)
    assert (found.state, found.outcome, found.instant) == ("decided", Yes(), day(25))
    assert ("arena", "row", "model", "m") in [(c.source, c.key, c.column, c.text) for c in found.citations()]


def test_a_model_that_was_there_before_its_time_began_was_there_in_it():
    assert judged(market(), world(docs(), arena({0: "12", 26: "60"})), 60).outcome == Yes()


@pytest.mark.parametrize("ranks", [{0: "12", 15: "60"}, {0: "40", 51: "12"}, {0: "40"}])
def test_listed_too_early_too_late_or_too_low_does_not_count(ranks: dict[float, str]):
    assert judged(market(), world(docs(), arena(ranks)), 120).outcome == No()


def test_while_the_time_runs_nobody_knows():
    recent = docs("2027-04-01")
    what = market()
    before, after = (judged(what, world(recent, arena({0: "40"})), at) for at in (115, 125))
    assert (before.state, before.until) == ("pending", day(120))
    assert (after.state, after.outcome) == ("decided", No())
    assert judged(what, world(recent, arena({0: "40", 115: "3"})), 118).outcome == Yes()


def test_a_time_in_which_nobody_looked_is_never_a_no():
    found = judged(market(), world(docs(), arena({0: "40"}, missing=range(24, 44))), 135)
    assert found.state == "unknown"
    assert "not known whether it is listed in arena in time: paper" in found.because


def test_a_rank_that_cannot_be_read_leaves_it_open():
    unread = {"row": {"model": "m", "rank": None}}
    board = seen(ARENA, daily({0: {}, 30: unread, 33: {"row": {"model": "m", "rank": "90"}}}, 130))
    assert judged(market(), world(docs(), board), 135).state == "unknown"


def test_a_row_without_a_date_is_not_listed_and_one_that_cannot_be_read_may_be():
    listed = arena({0: "1"})
    assert judged(market(), world(docs(None), listed), 120).outcome == No()
    undated = seen(DOCS, daily({0: {}, 25: {"paper": {"model": "m", "release": None}}}, 130))
    assert judged(market(), world(undated, listed), 135).state == "unknown"


def test_it_can_be_denied_and_may_name_a_view():
    assert judged(market({"not": TOP20}), world(docs(), arena({0: "40"})), 120).outcome == Yes()
    top = {"listed_in": "arena.top", "as": "model", "from": "release", "for": "30 days"}
    assert judged(market(top), world(docs(), arena({0: "2"})), 120).outcome == No()
    assert judged(market(top), world(docs(), arena({0: "2", 30: "1"})), 120).outcome == Yes()


def test_the_criteria_name_the_other_source_and_the_time():
    text = market().phrases()[0].text
    assert "model is listed in arena (where rank is at most 20) (there as model) at some time" in text
    assert "in the 30 days from the row's release" in text
    assert set(market().sources()) == {"docs", "arena"}


RANKS = st.sampled_from(["3", "20", "21", "90", None])


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.integers(0, 110), RANKS, min_size=1, max_size=6),
    st.integers(0, 95), st.integers(0, 95), st.booleans(),
)  # fmt: skip
def test_it_is_what_a_look_at_each_day_of_the_rows_time_finds(ranks, released, first_seen, denied):
    """A row's time runs from its date, whenever the row itself was first seen."""
    release = (day(released)).date().isoformat()
    rows = seen(DOCS, daily({0: {}, first_seen: {"paper": {"model": "m", "release": release}}}, 130))
    rank: str | None = None
    listed = False
    for number in range(131):
        rank = ranks.get(number, rank)
        listed = listed or (released <= number < released + 30 and rank is not None and int(rank) <= 20)
    found = judged(market({"not": TOP20} if denied else None), world(rows, arena(dict(ranks))), 130)
    assert (found.state, found.outcome) == ("decided", Yes() if listed is not denied else No()), found.because


FAULTS = [
    ({"listed_in": "arena", "for": "30 days"}, "listed_in needs `from:`"),
    ({"listed_in": "arena", "from": "release"}, "listed_in needs `for:`"),
    ({**TOP20, "from": "title"}, "'title' is a text; the time begins at a date of the row"),
    ({**TOP20, "as": "modle"}, "did you mean 'model'?"),
    ({**TOP20, "as": "rank"}, "names are compared as text"),
    ({**TOP20, "for": "0 days"}, "has no length"),
    ({**TOP20, "listed_in": "arna"}, "did you mean 'arena'?"),
    ({**TOP20, "whre": "rank <= 20 count"}, "did you mean 'where'?"),
    ({**TOP20, "where": {"model": TOP20}}, "'listed_in'"),
]


@pytest.mark.parametrize(("where", "told"), FAULTS)
def test_a_membership_that_cannot_be_asked_is_refused_at_its_place(where: object, told: str):
    found, faults = compiled({"yes": "papers"}, DOCS, ARENA, values={"papers": block(where)})
    assert found is None
    assert any(told in fault.message and fault.loc[:4] == ("values", "papers", "where", "model") for fault in faults), (
        faults
    )
