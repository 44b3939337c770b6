"""From bytes to rows: every accident that a publisher has had gets the answer it deserves."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from resolvers.sources.reading import Note, Reading, read_body
from resolvers.sources.spec import ReadSpec, SourceSpec

Spec = Callable[[str], SourceSpec]
Made = Callable[[str], bytes]
Recorded = Callable[[str], dict[str, bytes]]


def spec(**fields: Any) -> ReadSpec:
    return ReadSpec.model_validate({"format": "json", "key": "k", "columns": {"x": {"unit": "percent"}}, **fields})


def read(body: str | bytes, reading: ReadSpec) -> Reading:
    return read_body(body if isinstance(body, bytes) else body.encode(), "s", reading)


def cells(reading: Reading) -> dict[str, dict[str, str | None]]:
    return {row.key: dict(row.cells) for row in reading.rows}


# --- the accidents that the issue names -------------------------------------------------------------------------


def test_271_percent_quarantines_its_row_says_so_and_keeps_the_rest(spec_of: Spec, made: Made) -> None:
    swebench = spec_of("swebench")
    reading = read_body(made("swebench/made-1-of-3.json"), swebench.id, swebench.read)
    assert reading.state == "good"
    assert [row.key for row in reading.rows] == [
        "20231010_rag_claude2",
        "20250101_made_alpha",
        "20250102_made_beta",
        "20250823_made_delta",
    ]
    assert reading.held == {"20250822_made_gamma"}
    gamma = reading.set_aside[0].cells
    assert (gamma["resolved"], gamma["name"]) == (None, "Made Gamma")
    because = "271.0 is not between 0 and 100 percent: the row is set aside"
    assert Note("quarantined", "20250822_made_gamma", "resolved", "271.0", because) in reading.notes


def test_only_the_figure_out_of_bounds_of_a_quarantined_row_is_unknown_and_the_rest_is_as_published() -> None:
    columns = {"x": {"unit": "percent", "between": [0, 100]}, "y": {"unit": "percent"}, "d": "date", "t": "text"}
    body = '[{"k":"a","x":-1,"y":271.0,"d":"soon","t":"T"},{"k":"b","x":101,"t":null},{"k":"c","x":1,"d":"N/A"}]'
    found = read(body, spec(columns=columns))
    assert {row.key: dict(row.cells) for row in found.set_aside} == {
        "a": {"x": None, "y": "271.0", "d": None, "t": "T"},
        "b": {"x": None},
    }
    assert (cells(found), found.held) == ({"c": {"x": "1"}}, frozenset({"a", "b"}))


def test_a_key_that_stands_on_a_quarantined_row_and_another_refuses_the_document() -> None:
    bounded = spec(columns={"x": {"unit": "percent", "between": [0, 100]}})
    for body in ('[{"k":"a","x":271},{"k":"a","x":27.1}]', '[{"k":"a","x":27.1},{"k":"a","x":271}]'):
        assert read(body, bounded) == Reading("refused", "the key 'a' stands on two rows that differ")


def test_a_date_that_is_none_makes_that_one_cell_unknown_and_says_so(spec_of: Spec, made: Made) -> None:
    swebench = spec_of("swebench")
    reading = read_body(made("swebench/made-2-of-3.json"), swebench.id, swebench.read)
    beta = cells(reading)["20250102_made_beta"]
    assert (beta["date"], beta["resolved"]) == (None, "61.2")
    because = "not a date: this cell is unknown"
    assert Note("unknown-cell", "20250102_made_beta", "date", "2508-22-", because) in reading.notes


def test_a_sentence_in_a_column_of_truth_values_is_unknown_for_that_cell(spec_of: Spec, made: Made) -> None:
    swebench = spec_of("swebench")
    reading = read_body(made("swebench/made-1-of-3.json"), swebench.id, swebench.read)
    assert cells(reading)["20250823_made_delta"]["checked"] is None
    assert cells(reading)["20250101_made_alpha"]["checked"] == "true"
    assert [note.text for note in reading.notes if note.kind == "unknown-cell"] == [
        "false (See README.md for info on how to get your results verified)"
    ]


def test_a_body_that_does_not_parse_is_unreadable_and_says_where(spec_of: Spec, recorded: Recorded) -> None:
    edit = spec_of("aider-edit")
    reading = read_body(recorded("aider-edit")["2024-07-12T170027Z"], edit.id, edit.read)
    because = "not YAML: line 685, column 2: did not find expected '-' indicator"
    assert reading == Reading("unreadable", because)


OLD_BFCL = {"format": "csv", "key": "Model", "columns": {"overall": {"from": "Overall Acc", "unit": "percent"}}}


def test_a_header_that_lacks_a_column_is_refused_by_its_shape(made: Made) -> None:
    reading = read(made("bfcl/2024-03-21T032918Z.header_shifted.csv"), ReadSpec.model_validate(OLD_BFCL))
    because = "record 1 has 17 cells under a header of 16: the columns are shifted"
    assert reading == Reading("refused", because)


def test_a_shifted_header_of_the_right_length_is_refused_by_the_anchor(made: Made) -> None:
    header, rest = made("bfcl/2024-03-21T032918Z.header_shifted.csv").split(b"\n", 1)
    anchored = {**OLD_BFCL, "anchor": {"key": "GPT-4-1106-Preview (FC)", "overall": "84.28%"}}
    reading = read(header.rstrip(b"\r") + b",More\n" + rest, ReadSpec.model_validate(anchored))
    assert reading.state == "refused"
    assert reading.because.startswith("the anchor row 'GPT-4-1106-Preview (FC)' is not there")


def test_a_well_formed_wrong_file_reads_well_for_nothing_in_it_can_show_it(spec_of: Spec, recorded: Recorded) -> None:
    bfcl = spec_of("bfcl-overall")
    wrong = read_body(recorded("bfcl-overall")["2025-04-26T045347Z"], bfcl.id, bfcl.read)
    assert (wrong.state, len(wrong.rows), wrong.notes) == ("good", 121, ())


def test_the_same_file_with_a_new_meaning_is_refused(spec_of: Spec, made: Made, recorded: Recorded) -> None:
    first_suite, v4 = spec_of("metr-1-0"), recorded("bfcl-v4")["2025-08-28T072734Z"]
    metr = read_body(made("metr/made-v1.1.yaml"), first_suite.id, first_suite.read)
    told = "benchmark_name reads 'METR-Horizon-v1.1', wanted 'METR-Horizon-v1': the same file with a new meaning"
    assert metr == Reading("refused", told)
    bfcl = read_body(v4, "bfcl-overall", spec_of("bfcl-overall").read)
    told = "the header has no 'Cost ($ Per 1k Function Calls)': renamed upstream, or another table"
    assert bfcl == Reading("refused", told)


# --- numbers, blanks, text ----------------------------------------------------------------------------------------


def test_figures_keep_the_digits_they_were_published_with() -> None:
    columns = {"a": {"unit": "percent"}, "b": {"unit": "percent"}, "c": {"type": "text"}, "d": {"type": "bool"}}
    body = '[{"k": "r", "a": 71.0, "b": "64.5%", "c": [1.50, "x", null, {"y": 1e2}], "d": true}]'
    assert cells(read(body, spec(columns=columns))) == {
        "r": {"a": "71.0", "b": "64.5%", "c": '[1.50,"x",null,{"y":1e2}]', "d": "true"}
    }


def test_a_publishers_blank_is_absent_and_no_unknown() -> None:
    body = '[{"k":"a","x":"N/A"},{"k":"b","x":""},{"k":"c","x":"-"},{"k":"d","x":null},{"k":"e"},{"k":"f","x":1}]'
    reading = read(body, spec())
    assert cells(reading) == {"a": {}, "b": {}, "c": {}, "d": {}, "e": {}, "f": {"x": "1"}}
    assert reading.notes == ()


def test_keys_stay_raw_and_several_columns_are_joined() -> None:
    body = 'who,what,x\n Claude ,  a,1\n"Claude",a,2\n'
    reading = read(body, spec(format="csv", key=["who", "what"]))
    assert list(cells(reading)) == [" Claude  |   a", "Claude | a"]


def test_a_byte_order_mark_and_newlines_inside_quotes_are_no_trouble() -> None:
    body = b'\xef\xbb\xbfk,x,Notes\r\na,64.5%,"two\r\nlines"\r\n\r\nb,0%,\r\n'
    reading = read(body, spec(format="csv", ignore=["Notes"]))
    assert cells(reading) == {"a": {"x": "64.5%"}, "b": {"x": "0%"}}


def test_the_same_rows_give_the_same_observations_whatever_stands_around_them() -> None:
    one = read('[{"k": "a", "x": 1.0}]', spec())
    two = read('[{"x":1.0,"more":[],"k":"a"},{"k":"b","x":2}]', spec())
    other_source = read_body(b'[{"k": "a", "x": 1.0}]', "t", spec())
    assert one.rows[0] == two.rows[0]
    assert one.rows[0].observation != other_source.rows[0].observation


# --- shape --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "state", "because"),
    [
        ("[]", "refused", "no rows at the top of the document: a non-empty list was wanted"),
        ("null", "refused", "no rows at the top of the document: a non-empty list was wanted"),
        ("5", "refused", "no rows at the top of the document: a non-empty list was wanted"),
        ('{"results": []}', "refused", "no rows at the top of the document: a non-empty list was wanted"),
        ("[1]", "refused", "row 1 at the top of the document is no mapping of columns to values"),
        ('[{"x": 1}]', "refused", "row 1 has no k, so it cannot be told from the others"),
        ('[{"k": "a", "y": 1}]', "refused", "no row has 'x' (column x): renamed upstream, or another table"),
        ('[{"k":"a","x":1},{"k":"a","x":2}]', "refused", "the key 'a' stands on two rows that differ"),
        ('[{"k": "a", "k": "b"}]', "unreadable", "the key 'k' stands twice in one object"),
        ('[{"k": "a", "x": NaN}]', "unreadable", "not JSON: NaN is no number"),
        ('[{"k": "a", "x": -Infinity}]', "unreadable", "not JSON: -Infinity is no number"),
        ('[{"k": "a", "x": 1}', "unreadable", "not JSON: line 1, column 20: Expecting ',' delimiter"),
        ('[{"k": "\\ud83d", "x": 1}]', "unreadable", "not JSON: half of a surrogate pair is no character"),
        ("[" * 65 + "]" * 65, "unreadable", "not read: nested over 64 levels deep"),
        ("[" * 100_000, "unreadable", "not read: nested over 64 levels deep"),
        (b"\xff\xfe[]", "unreadable", "not UTF-8: byte 0 cannot be decoded"),
        ("", "unreadable", "not JSON: line 1, column 1: Expecting value"),
        ("<html>Not found</html>", "unreadable", "not JSON: line 1, column 1: Expecting value"),
    ],
)
def test_json_of_another_shape_is_refused_and_what_is_no_json_unreadable(
    body: str | bytes, state: str, because: str
) -> None:
    reading = read(body, spec())
    assert (reading.state, reading.because, reading.rows) == (state, because, ())


@pytest.mark.parametrize(
    ("body", "state", "because"),
    [
        ("- {k: a, x: 1}\n- &b {k: b, x: 2}\n- *b\n", "unreadable", "not read: line 3 has an alias"),
        ("- {k: a, x: 1, x: 2}\n", "unreadable", "line 1: the key 'x' stands twice in one mapping"),
        ("- {[1]: a}\n", "unreadable", "not read: line 1 has a mapping or a list as a key"),
        ("- k: a\n---\n- k: b\n", "unreadable", "not YAML as agreed: 2 documents, one was wanted"),
        ("", "unreadable", "not YAML as agreed: 0 documents, one was wanted"),
        ("[" * 50_000, "unreadable", "not read: nested over 64 levels deep"),
        ("- k: 'a\n", "unreadable", "not YAML: line 2, column 1: found unexpected end of stream"),
        ("- k: a\x07\n", "unreadable", "not YAML: "),
        ("just words", "refused", "no rows at the top of the document"),
    ],
)
def test_yaml_that_could_be_understood_in_two_ways_is_unreadable(body: str, state: str, because: str) -> None:
    reading = read(body, spec(format="yaml"))
    assert (reading.state, reading.rows) == (state, ())
    assert reading.because.startswith(because)


def test_yaml_scalars_stay_the_text_that_was_published() -> None:
    columns = {"x": {"unit": "percent"}, "word": "text", "day": {"type": "date"}, "time": "text"}
    body = (
        "- {k: NO, x: 45.10, word: yes, day: 2025-01-01, time: 12:30:45}\n- {k: 0x10, x: 1, word: !!python/name:os a}\n"
    )
    assert cells(read(body, spec(format="yaml", columns=columns))) == {
        "NO": {"x": "45.10", "word": "yes", "day": "2025-01-01", "time": "12:30:45"},
        "0x10": {"x": "1", "word": "a"},
    }


@pytest.mark.parametrize(
    ("body", "state", "because"),
    [
        ("k,x\na,1\nb\n", "refused", "record 2 has 1 cells under a header of 2: the columns are shifted"),
        ("k,y\na,1\n", "refused", "the header has no 'x': renamed upstream, or another table"),
        ("k,x \na,1\n", "refused", "the header has no 'x': renamed upstream, or another table"),
        ("k,x,x\na,1,2\n", "refused", "the header names 'x' more than once"),
        ("k,x\n", "refused", "there is a header but no row under it"),
        ("k,x\na,1\na,2\n", "refused", "the key 'a' stands on two rows that differ"),
        ('k,x\na,"1\n', "unreadable", "not CSV: unexpected end of data"),
        ("", "unreadable", "not CSV: there is no header line"),
        ("k,x\na," + "1" * 200_000 + "\n", "unreadable", "not CSV: field larger than field limit (131072)"),
    ],
)
def test_csv_of_another_shape_is_refused(body: str, state: str, because: str) -> None:
    reading = read(body, spec(format="csv"))
    assert (reading.state, reading.because, reading.rows) == (state, because, ())


def test_a_row_that_stands_twice_just_the_same_counts_once_and_is_said() -> None:
    reading = read("k,x\na,1\na,1\n", spec(format="csv"))
    assert (list(cells(reading)), [note.kind for note in reading.notes]) == (["a"], ["duplicate-key"])


def test_a_published_column_named_nowhere_is_reported_and_an_ignored_one_is_not() -> None:
    reading = read('[{"k":"a","x":1,"new":2,"logo":3}]', spec(ignore=["logo"]))
    because = "published, but named neither in columns nor in ignore"
    assert reading.notes == (Note("unread-column", "", "new", "", because),)


def test_an_optional_column_may_be_in_no_row_and_that_is_said() -> None:
    optional = {"x": {"unit": "percent"}, "y": {"unit": "percent", "optional": True}}
    reading = read("k,x\na,1\n", spec(format="csv", columns=optional))
    assert (reading.state, reading.notes) == (
        "good",
        (Note("missing-column", "", "y", "", "no row of this body has it"),),
    )


def test_required_values_are_looked_for_in_every_record_of_a_csv() -> None:
    strict = spec(format="csv", require={"version": "v1"})
    assert read("k,x,version\na,1,v1\n", strict).state == "good"
    assert read("k,x,version\na,1,v1\nb,1,v2\n", strict).because == (
        "record 2: version reads 'v2', wanted 'v1': the same file with a new meaning"
    )


@pytest.mark.parametrize(
    ("body", "because"),
    [
        ('[{"k":"a","x":4.5}]', "anchor 'a': x reads 4.5, wanted 4.4%"),
        ('[{"k":"a"},{"k":"b","x":1}]', "anchor 'a': x reads nothing, wanted 4.4%"),
        ('[{"k":"b","x":4.4}]', "the anchor row 'a' is not there: another document, or its history was rewritten"),
        ('[{"k":"a","x":440}]', "the anchor row 'a' is quarantined: another document, or its history was rewritten"),
    ],
)
def test_an_anchor_that_reads_otherwise_refuses_the_document(body: str, because: str) -> None:
    anchored = spec(columns={"x": {"unit": "percent", "between": [0, 100]}}, anchor={"key": "a", "x": "4.4%"})
    assert read(body, anchored) == Reading("refused", because)
    assert read('[{"k":"a","x":4.40}]', anchored).state == "good"


def test_only_what_the_list_names_is_taken_and_what_it_names_in_vain_is_said() -> None:
    walk = {"each": "submissions", "key_as": "k", "listed_in": "manifest.[current, old][]"}
    body = {"manifest": {"current": ["a", "gone"], "old": None}, "submissions": {"a": {"x": 1}, "EXAMPLE": {"x": 99}}}
    reading = read(json.dumps(body), spec(rows=walk))
    assert cells(reading) == {"a": {"x": "1"}}
    assert [(note.kind, note.key) for note in reading.notes] == [("unlisted", "EXAMPLE"), ("listed-missing", "gone")]


def test_a_walk_of_two_levels_keeps_both_keys_and_the_outer_fields() -> None:
    walk = {"each": ["results", "agents"], "key_as": ["model", "scaffold"]}
    columns = {"x": {"from": "p50.estimate", "unit": "minutes"}, "day": {"type": "date"}}
    body = """
results:
  m:
    day: 2025-01-01
    agents:
      s: {p50: {estimate: 5.50}}
      null: {p50: {estimate: 6}}
"""
    reading = read(body, spec(format="yaml", rows=walk, key=["model", "scaffold"], columns=columns))
    assert cells(reading) == {
        "m | s": {"x": "5.50", "day": "2025-01-01"},
        "m | null": {"x": "6", "day": "2025-01-01"},
    }
    assert reading.notes == ()


def test_a_float_computed_inside_a_path_never_becomes_a_value() -> None:
    computed = {"x": {"from": "to_number(y)", "unit": "percent"}, "y": {"unit": "percent"}}
    assert cells(read('[{"k":"a","y":1.5}]', spec(columns=computed))) == {"a": {"x": None, "y": "1.5"}}


# --- the read block itself ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"rows": "results[?name==", "format": "json"}, "is no JMESPath"),
        ({"columns": {"x": {"from": "a..b", "unit": "percent"}}}, "'a..b' is no JMESPath"),
        ({"anchor": {"key": "a", "z": "1"}}, "anchor: there is no column 'z'"),
        ({"anchor": {"x": "1"}}, "anchor: give the key of a known row"),
        ({"format": "csv", "rows": "results"}, "a CSV file has one table"),
        ({"columns": {}}, "columns: name at least one"),
        ({"key": []}, "key: name at least one column"),
        ({"rows": {"each": ["a", "b"], "key_as": "k"}}, "write one name for each level"),
        ({"columns": {"x": {"type": "text", "unit": "percent"}}}, "a column of text has no unit"),
    ],
)
def test_a_read_block_that_cannot_work_is_refused_when_it_is_loaded(fields: dict[str, Any], wanted: str) -> None:
    with pytest.raises(ValidationError, match=wanted.replace("(", "[(]").replace("..", "[.][.]")):
        spec(**fields)
