"""Guards: what is no YAML is told at the place to mend, with what to write, however far below the reader stumbled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markets.yaml12 import read_yaml

SLIPS = {
    "a double quote never closed": ('a: "Will it\nb: 1\nc: 2\n', 1, 4, 'never closed: write "'),
    "a single quote never closed": ("a: 'Will it\nb: 1\nc: 2\n", 1, 4, "never closed: write '"),
    "a quote in brackets never closed": ('a: {b: "YES, c: 1}\nd: 2\n', 1, 8, 'never closed: write "'),
    "a quote closed by the next one": ('a: "Will it\nb: 1\nc: "said"\n', 1, 4, "closed on line 3 only"),
    "a quote closed by an apostrophe": ("a: 'Will it\nb: 1\nc: that's so\n", 1, 4, "closed on line 3 only"),
    "an apostrophe inside": ("a: 'the board's row'\n", 1, 15, "a ' inside it is written ''"),
    "quotes inside": ('a: "the "best" row"\n', 1, 10, 'a " inside it is written \\"'),
    "a backslash": ('a: "a \\d"\n', 1, 7, "write two"),
    "a second colon": ("a: Now: will it\n", 1, 7, "into quotes"),
    "a second colon in brackets": ("a: {b: c: d}\n", 1, 9, "commas"),
    "a bracket never closed": ("a: {b: c\nd: 1\n", 1, 4, "write } where it ends"),
    "a list never closed": ("a: {b: [c, d: 1}\n", 1, 16, "before this } the [ of column 8 is still open"),
    "a bracket too many": ("a: {b: c}}\nd: 1\n", 1, 10, "this } closes none"),
    "the wrong bracket": ("a: {b: c]}\nd: 1\n", 1, 9, "the { of column 4 is still open"),
    "an odd beginning": ("a: @b\n", 1, 4, "begins with @ is quoted"),
    "no colon": ("a: 1\nsubsidy 200\nb: 2\n", 2, 1, "no `key: value`"),
    "no blank": ("a: 1\nsubsidy:200\nb: 2\n", 2, 1, "no `key: value`"),
    "no blank after a dash": ("a:\n  -{b: 1, c: 2}\n", 2, 12, "after the dash"),
    "out of line": ("a:\n   b: 1\n  c: 2\n", 3, 3, "line it up"),
    "nothing between commas": ("a: [b, , c]\n", 1, 8, "a value is missing before this"),
    "text beside a block's sign": ("a: | text\n  more\n", 1, 6, "on the line below its | or >"),
    "text after brackets": ("a: {b: c} d\n", 1, 11, "goes on after what stands before it"),
    "text outside": ("- a\nb: c\n", 2, 1, ""),
    "a lone star": ("a: * b\n", 1, 5, "begins with & or * is quoted"),
    "too deep": ("a: 1\n b: 2\n", 2, 3, "deeper than those it belongs with"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_once_where_it_was_made_and_how_to_mend_it(slip: str) -> None:
    text, line, column, said = SLIPS[slip]
    (fault,) = read_yaml(text.encode()).faults
    assert (fault.code, fault.line, fault.column) == ("Y-SYNTAX", line, column), str(fault)
    assert said in fault.message
    assert "this is no YAML" not in fault.message


@pytest.mark.parametrize("text", ["0\u20280:", "0:\u2028:", "a: 1\x85 b: 2", "a: 'x\u2028b: 'c'", "a:\r - b: c: d"])
def test_whatever_ends_a_line_a_slip_is_a_fault(text: str) -> None:
    assert [fault.code for fault in read_yaml(text.encode()).faults] == ["Y-SYNTAX"]


@given(st.text(st.sampled_from("ab:-'\"[]{},|>&*#%\u2028\x85\r\n é"), max_size=40))
def test_any_text_is_read_or_is_a_fault(text: str) -> None:
    assert all(fault.line > 0 and fault.column > 0 for fault in read_yaml(text.encode()).faults)


def test_an_alias_that_is_no_yaml_either_is_told_as_an_alias() -> None:
    assert [fault.code for fault in read_yaml(b"a: *Will it\n").faults] == ["Y-ALIAS"]
