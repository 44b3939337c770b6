"""Law 4: a row that is there with an impossible figure is unknown, never absent, and only where that matters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from rule_worlds import BOARD, day, judged, rule, world

from resolvers.evidence import EvidenceInMemory, Sighting, instant
from resolvers.sources.reading import read_body
from resolvers.timeline import source_evidence

Rows = Sequence[Mapping[str, str]]
B, A_SPOILT, A_LOW, A_HIGH = (
    {"key": "b", "score": "60", "class": "P0"},
    {"key": "a", "score": "271.0", "class": "R2"},
    {"key": "a", "score": "27.1", "class": "R2"},
    {"key": "a", "score": "97.1", "class": "R2"},
)


def published(changes: Mapping[int, Rows], until: int) -> EvidenceInMemory:
    """The board's own bytes looked at each day, read as they are."""
    sightings, readings = [], {}
    shown: Rows = ()
    for number in range(until + 1):
        shown = changes.get(number, shown)
        raw = json.dumps(shown).encode()
        readings[raw.hex()] = read_body(raw, BOARD.id, BOARD.read)
        at = instant(day(number))
        sightings.append(Sighting(number, at, at, readings[raw.hex()].state, raw.hex()))
    return world(source_evidence(BOARD, sightings, readings))


def verdict(changes: Mapping[int, Rows], formula: str = "best >= 85%", **values: Any) -> tuple[str, str | None]:
    """State and outcome of a market that closed at day 100, judged at day 120."""
    made = rule({"yes": formula}, BOARD, values={"best": {"max": "score", "from": "board"}} | values)
    found = judged(made, published(changes, 120), 120)
    return found.state, None if found.outcome is None else str(found.outcome)


def test_a_row_first_seen_in_quarantine_makes_a_bar_nobody_else_reached_unknown_and_not_no() -> None:
    assert verdict({0: [B, A_SPOILT]})[0] == "unknown"


@pytest.mark.parametrize(
    ("formula", "values"),
    [
        ("best >= 55%", {}),
        ("best >= 85%", {"best": {"max": "score", "from": "board", "where": {"class": "P0"}}}),
        ("best >= 101%", {}),
        ("rows >= 2", {"rows": {"count": "rows", "from": "board"}}),
    ],
)
def test_a_quarantined_row_does_not_matter_where_none_of_its_possible_figures_would(
    formula: str, values: dict[str, Any]
) -> None:
    assert verdict({0: [B, A_SPOILT]}, formula, **values)[0] == "decided"


@pytest.mark.parametrize(("mended", "told"), [(A_LOW, "no"), (A_HIGH, "yes")])
def test_once_mended_before_it_settled_the_row_is_judged_as_any_other(mended: Mapping[str, str], told: str) -> None:
    state, outcome = verdict({0: [B], 10: [B, A_SPOILT], 13: [B, mended]})
    assert (state, told in (outcome or "").lower()) == ("decided", True)


def test_a_quarantined_row_that_went_away_unmended_stays_unknown() -> None:
    assert verdict({0: [B, A_SPOILT], 50: [B]})[0] == "unknown"


def test_a_row_whose_blank_score_turned_impossible_is_unknown_and_not_blank() -> None:
    assert verdict({0: [B, {"key": "a", "class": "R2"}], 50: [B, A_SPOILT]})[0] == "unknown"


def test_a_row_quarantined_later_is_judged_by_what_stood_before() -> None:
    assert verdict({0: [B, A_LOW], 50: [B, A_SPOILT]})[0] == "decided"
