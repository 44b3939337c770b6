"""Reading is total: no bytes raise, and reading twice gives the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.sources.reading import read_body
from resolvers.sources.spec import ReadSpec

ROOT = Path(__file__).parents[3]
COLUMNS: dict[str, Any] = {
    "x": {"unit": "percent", "between": [0, 100]},
    "b": {"type": "bool", "optional": True},
    "d": {"type": "date", "optional": True},
    "t": {"type": "text", "optional": True, "from": "t"},
}
FORMATS: list[dict[str, Any]] = [
    {"format": "csv"},
    {"format": "json"},
    {"format": "yaml"},
    {"format": "json", "rows": {"each": ["a", "b"], "key_as": ["k", "l"], "listed_in": "m[]"}},
    {"format": "json", "rows": "join(',', a)"},
    {"format": "json", "key": "join('-', [k, x])"},
    {"format": "json", "rows": {"each": ["a", "b"], "key_as": ["x", "k"], "listed_in": "m"}},
    {"format": "json", "rows": "sort_by(rows, &x)[?length(t) > `0`]", "require": {"max(a)": "1"}},
    {"format": "yaml", "rows": "results[?x=='1'].rows[]", "require": {"v": "1"}},
]


def sane(raw: bytes, spec: ReadSpec) -> None:
    once, twice = read_body(raw, "s", spec), read_body(raw, "s", spec)
    assert once == twice
    assert (once.state == "good") is bool(once.rows or once.held)
    assert (once.state == "good") is (once.because == "")
    keys = [row.key for row in once.rows]
    assert len(keys) == len(set(keys))
    assert not once.held & set(keys)
    assert all(None in row.cells.values() for row in once.set_aside)


def spec(fields: dict[str, Any]) -> ReadSpec:
    return ReadSpec.model_validate({"key": "k", "columns": COLUMNS, **fields})


WORDS = st.sampled_from(["k", "x", "b", "d", "t", "a", "m", "v", "results", "rows", "1", "271.0", "N/A", "2508-22-"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


@given(st.binary(max_size=300), st.sampled_from(FORMATS))
def test_random_bytes_never_raise(raw: bytes, fields: dict[str, Any]) -> None:
    sane(raw, spec(fields))


@given(st.text(alphabet='k,x"\n\r\t{}[]:&*-|>%!#1a \x00\ud800', max_size=80), st.sampled_from(FORMATS))
def test_random_marks_never_raise(text: str, fields: dict[str, Any]) -> None:
    sane(text.encode("utf-8", "surrogatepass"), spec(fields))


@given(VALUES, st.sampled_from(FORMATS))
def test_random_documents_never_raise(value: Any, fields: dict[str, Any]) -> None:
    sane(json.dumps(value).encode("utf-8", "surrogatepass"), spec(fields))


@pytest.mark.parametrize("name", ["tau2", "bfcl-overall", "aider-edit", "epoch-gso", "metr-1-0"])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_recorded_bodies_with_a_few_bytes_changed_never_raise(name: str, data: st.DataObject) -> None:
    replay = ROOT / "markets" / "definitions" / "replay"
    read = ReadSpec.model_validate(yaml.safe_load((replay / "sources" / f"{name}.yaml").read_text())["read"])
    raw = bytearray(min((replay / "bodies" / name).iterdir()).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    sane(bytes(raw), read)


def test_a_body_over_the_size_bound_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolvers.sources.reading.MAX_BYTES", 10)
    read = read_body(b"k,x\n" + b"a,1\n" * 3, "s", spec({"format": "csv"}))
    assert (read.state, read.because) == ("unreadable", "16 bytes, over the 10 that are read")
