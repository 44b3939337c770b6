"""Law 2: no body breaks the reading, and none takes more time than its size."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from resolvers.sources.reading import Reading, read_body
from resolvers.sources.spec import ReadSpec

DOUBLED_S = 2.0
"""Far over what 200 KiB take, far under what they took while every key was counted anew (21 s)."""


def read(body: Any, **fields: Any) -> Reading:
    spec = ReadSpec.model_validate({"format": "json", "key": "k", "columns": {"x": "text"}, **fields})
    return read_body(body if isinstance(body, bytes) else json.dumps(body).encode(), "s", spec)


def test_a_key_made_by_a_function_that_meets_a_null_refuses_the_body() -> None:
    found = read([{"a": "1", "b": None, "x": "y"}], key="join('-', [a, b])")
    assert (found.state, found.rows) == ("refused", ())
    assert found.because.startswith("row 1 has a key that cannot be looked up: ")


def test_an_inner_field_of_the_outer_keys_name_is_no_name_to_be_listed() -> None:
    walk = {"each": ["models", "runs"], "key_as": ["model", "k"], "listed_in": "listed"}
    body = {"listed": ["m"], "models": {"m": {"runs": {"r": {"model": ["not", "a", "name"], "x": "y"}}}}}
    assert read(body, rows=walk) == Reading(
        "refused", 'model reads ["not","a","name"] in a row itself: no name that listed could list'
    )


@pytest.mark.parametrize(
    "rows", ["to_array(max_by(@, &x))", "sort_by(@, &x)", "@[?avg(a) > `1`]", "map(&length(x), @)"]
)
def test_a_path_that_this_document_does_not_suit_decides_nothing_and_raises_nothing(rows: str) -> None:
    found = read([{"k": "a", "x": "1", "a": []}, {"k": "b", "x": None, "a": {}}], rows=rows)
    assert (found.state in ("refused", "unreadable"), bool(found.because), found.rows) == (True, True, ())


def test_what_nobody_foresaw_in_a_paths_function_leaves_the_body_unreadable() -> None:
    spec = ReadSpec.model_validate({"format": "json", "key": "k", "columns": {"x": "text"}})
    unchecked = spec.model_copy(update={"rows": "rows[::0]"})  # as a version frozen before the check would have it
    found = read_body(b'{"rows": [{"k": "a", "x": "y"}]}', "s", unchecked)
    assert found == Reading("unreadable", "not read: ValueError: slice step cannot be zero")


def test_a_key_doubled_at_the_end_of_200_kib_is_found_in_no_time() -> None:
    pairs = ",".join(f'"{number:06}":1' for number in range(20_000))
    start = time.perf_counter()
    found = read(f'{{{pairs},"019999":2}}'.encode())
    assert time.perf_counter() - start < DOUBLED_S
    assert found == Reading("unreadable", "the key '019999' stands twice in one object")
