"""Guards: YAML 1.2 meaning; duplicate keys, tabs, anchors and aliases are faults, each at its place."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markets.places import placed
from markets.yaml12 import read_yaml
from resolvers.errors import Fault


def faults(text: str | bytes) -> list[tuple[int, int, str]]:
    document = read_yaml(text if isinstance(text, bytes) else text.encode())
    return [(fault.line, fault.column, fault.code) for fault in document.faults]


def test_words_dates_and_numbers_mean_what_a_forecaster_means() -> None:
    text = "a: NO\nb: yes\nc: on\nd: 2026-12-05\ne: 1.50\nf: 7\ng: 012\nh: 12:30\ni: true\nj: null\nk: 1_000\nl: 0x1f\n"
    assert read_yaml(text.encode()).value == {
        "a": "NO", "b": "yes", "c": "on", "d": "2026-12-05", "e": Decimal("1.50"), "f": 7, "g": "012", "h": "12:30",
        "i": True, "j": None, "k": "1_000", "l": "0x1f",
    }  # fmt: skip


def test_a_fraction_keeps_its_published_digits() -> None:
    assert str(read_yaml(b"x: 0.10").value["x"]) == "0.10"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: 1\na: 2\n", [(2, 1, "Y-DUPLICATE")]),
        ("a: {b: 1, b: 2, b: 3}\n", [(1, 11, "Y-DUPLICATE"), (1, 17, "Y-DUPLICATE")]),
        ("1: x\n", [(1, 1, "Y-KEY")]),
        ("? [a]\n: 3\n", [(1, 3, "Y-KEY")]),
        ("a: 1\n\tb: 2\n", [(2, 1, "Y-TAB")]),
        ("a: b\tc\n", [(1, 5, "Y-TAB")]),
        ("a: &x 1\n", [(1, 4, "Y-ANCHOR")]),
        ("a: &x 1\nb: &x 2\n", [(1, 4, "Y-ANCHOR"), (2, 4, "Y-ANCHOR")]),
        ("a: &x 1\nb: *x\n", [(1, 4, "Y-ANCHOR"), (2, 4, "Y-ALIAS")]),
        ("a: !!str 5\n", [(1, 4, "Y-TAG")]),
        ("a: !!python/object/apply:os.system [ls]\n", [(1, 4, "Y-TAG")]),
        ("a: 1\n---\nb: 2\n", [(2, 1, "Y-DOCUMENTS")]),
        ("a: [1\nb: 2\n", [(1, 4, "Y-SYNTAX")]),
        ("a: 1e999999\n", [(1, 4, "Y-NUMBER")]),
        ("a: x\x00y\n", [(1, 5, "Y-CHARACTER")]),
        (b"a: 1\nb: \xff\n", [(2, 4, "Y-ENCODING")]),
    ],
)
def test_what_has_no_place_in_a_definition_is_a_fault_at_its_place(text: str | bytes, wanted: object) -> None:
    assert faults(text) == wanted


def test_several_faults_of_one_file_are_found_at_once() -> None:
    text = "a: &x 1\na: 2\nb:\t3\n4: c\nd: {e: 1, e: 2}\n"
    assert [code for _, _, code in faults(text)] == ["Y-ANCHOR", "Y-DUPLICATE", "Y-TAB", "Y-KEY", "Y-DUPLICATE"]


def test_the_rest_of_a_file_with_doubled_keys_can_still_be_checked() -> None:
    assert read_yaml(b"a: 1\na: 2\nb: 3\n").value == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    "text",
    [
        "[" * 500_000,
        "{a: " * 200_000,
        "- " * 400_000,
        "? " * 400_000,
        "x" * 1_000_001,
        "a: " + "9" * 900_000,
        "[" * 500_000 + "1e999",
    ],
)
def test_hostile_files_are_refused_quickly(text: str) -> None:
    began = time.monotonic()
    assert len(faults(text)) == 1
    assert time.monotonic() - began < 5


def test_a_bomb_of_aliases_is_not_expanded() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)]
    document = read_yaml("\n".join(lines).encode())
    assert document.value is None
    assert {fault.code for fault in document.faults} == {"Y-ANCHOR", "Y-ALIAS"}


def test_an_offset_counts_on_inside_its_text() -> None:
    text = "resolve:\n  yes: best >= 85\n  note: 'a b'\n  long: |\n    x y\n"
    found = placed(
        text,
        [
            Fault("R", "", ("resolve", "yes"), offset=8),
            Fault("R", "", ("resolve", "note"), offset=2),
            Fault("R", "", ("resolve", "long"), offset=2),
        ],
    )
    assert [(fault.line, fault.column) for fault in found] == [(2, 16), (3, 12), (5, 7)]


def test_a_missing_key_points_at_what_it_is_missing_from() -> None:
    found = placed("a:\n  b: 1\n", [Fault("F-MISSING", "", ("a", "c")), Fault("F-MISSING", "", ("d",))])
    assert [(fault.line, fault.column) for fault in found] == [(2, 3), (1, 1)]


@given(st.binary(max_size=300))
def test_no_bytes_whatever_raise(raw: bytes) -> None:
    document = read_yaml(raw)
    assert all(fault.line >= 1 and fault.column >= 1 for fault in document.faults)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"%#?, \n\t19e.", max_size=60))
def test_no_text_of_yaml_signs_raises(text: str) -> None:
    document = read_yaml(text.encode())
    assert all(fault.line >= 1 and fault.column >= 1 for fault in document.faults)
