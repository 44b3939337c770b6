"""Guards: whatever is written into a definition has faults with places; nothing raises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from market_builders import REPLAY, as_json

from markets.load import load_debate
from markets.load_market import Shared, load_markets
from markets.load_source import load_source
from markets.yaml12 import read_yaml

LOADED = load_debate(REPLAY)
assert LOADED.debate is not None
SHARED = Shared(LOADED.debate, LOADED.sources, frozenset())
ODD = st.sampled_from(
    [None, True, 0, -1, 1.5, "", "T", "x", [], {}, ["a"], {"a": 1}, [[1]], "2025-13-01", "7 days", "100%", "-5%",
     "a and", "(((", "best >= 85%", "x" * 600, {"not": {"not": "x"}}, {"matching": "["}, "best - best",
     "1/0", "removed(x)"]
)  # fmt: skip
Way = tuple[str | int, ...]


def ways(value: Any, way: Way = ()) -> Iterator[Way]:
    """Every place inside a document but the document itself."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*way, step)
        yield from ways(inner, (*way, step))


def changed(value: Any, way: Way, to: Any) -> Any:
    """The document with one place written anew."""
    if not way:
        return to
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[way[0]] = changed(copy[way[0]], way[1:], to)
    return copy


def documents(kind: str) -> list[Any]:
    return [as_json(read_yaml(file.read_bytes()).value) for file in sorted(REPLAY.glob(f"{kind}/*.yaml"))]


@st.composite
def spoilt(draw: st.DrawFn, kind: str) -> Any:
    value = draw(st.sampled_from(documents(kind)))
    for _ in range(draw(st.integers(1, 3))):
        places = list(ways(value))
        if places:
            value = changed(value, draw(st.sampled_from(places)), draw(ODD))
    return value


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoilt("markets"))
def test_a_spoilt_market_file_is_a_spec_or_has_faults(tmp_path: Path, value: Any) -> None:
    file = tmp_path / "some-slug.yaml"
    file.write_text(json.dumps(value), encoding="utf-8")
    specs, faults = load_markets(file, SHARED)
    assert (not specs) == any(fault.level == "error" for fault in faults)
    assert all(fault.line >= 1 and fault.column >= 1 for fault in faults)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoilt("sources"))
def test_a_spoilt_source_file_is_a_spec_or_has_faults(tmp_path: Path, value: Any) -> None:
    file = tmp_path / "some-source.yaml"
    file.write_text(json.dumps(value), encoding="utf-8")
    spec, faults = load_source(file, REPLAY)
    assert spec is not None or faults
    assert all(fault.line >= 1 and fault.column >= 1 for fault in faults)
