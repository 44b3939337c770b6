"""The replay debate uses the whole rule language on history that really happened."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from markets.lint.run import lint_all
from markets.load import Loaded, load_debate
from resolvers.rules.catalogue import kinds

FOLDER = Path(__file__).parents[2] / "markets" / "definitions" / "replay"
BODIES = FOLDER / "bodies"


@cache
def debate() -> Loaded:
    return load_debate(FOLDER)


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping inside a rule."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from parts(part)
    elif isinstance(value, list):
        for part in value:
            yield from parts(part)


@cache
def rules() -> tuple[dict[str, Any], ...]:
    return tuple(part for spec in debate().markets.values() for part in parts(json.loads(spec.rule.canonical())))


def test_every_market_loads_and_the_lint_finds_nothing_wrong_with_it() -> None:
    assert (debate().faults, lint_all(debate())) == ((), [])


def test_every_kind_of_node_is_used_by_a_question_about_real_history() -> None:
    asked = {kind for part in rules() if isinstance(kind := part.get("kind"), str)}
    panels = {source.id for spec in debate().markets.values() for source in spec.sources if source.id[:6] == "panel."}
    facts = {part["kind"] for part in rules() if "question" in part and "kind" in part}
    assert (set(kinds()) - asked - facts, len(panels)) == (set(), 2)


@pytest.mark.parametrize("how", ["quantile", "slope", "argmax", "top", "count", "max", "any", "rises"])
def test_this_way_to_make_a_value_is_used(how: str) -> None:
    assert any(part.get("how") == how for part in rules())


@pytest.mark.parametrize("key", ["carry", "ties", "at", "labels"])
def test_this_part_of_a_node_is_used(key: str) -> None:
    assert any(part.get(key) not in (None, False, [], "share") for part in rules())


@pytest.mark.parametrize("test", ["listed_in", "matching", "reckoned"])
def test_this_filter_is_used(test: str) -> None:
    assert any(part.get("test") == test for part in rules())


def test_every_recorded_body_stands_in_the_attribution_with_its_hash() -> None:
    lines = (BODIES / "ATTRIBUTION.md").read_text(encoding="utf-8").splitlines()
    told = {cells[1]: cells[7] for line in lines if len(cells := [cell.strip() for cell in line.split("|")]) == 9}
    there = {
        f"{path.parent.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in BODIES.glob("*/*")
    }
    assert {name: told.get(name) for name in there} == there
