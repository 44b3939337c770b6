"""Rows through time: what stays, changes, comes, goes, and is only called otherwise."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from resolvers.evidence import Cell, Row, Sighting, SightingState, Span
from resolvers.sources.reading import Reading
from resolvers.sources.spec import ReadSpec, SourceSpec
from resolvers.timeline import source_evidence, spans_of

Rows = Mapping[str, Mapping[str, Cell]]
RETURNED_S = 5.0
"""About ten times what it takes, and a tenth of what it took while every returning row looked at all the others."""


def spec(**fields: object) -> ReadSpec:
    score = {"unit": "percent", "between": [0, 100]}
    columns = {"score": score, "cost": {"unit": "usd", "between": [0, None]}, "name": "text", "folder": "text"}
    return ReadSpec.model_validate({"format": "json", "key": "folder", "columns": columns, **fields})


def reading(rows: Rows, aside: Rows | None = None) -> Reading:
    return Reading("good", "", made(rows), (), made(aside or {}))


def made(rows: Rows) -> tuple[Row, ...]:
    return tuple(Row(key, dict(cells), f"{key}{sorted(cells.items())}") for key, cells in rows.items())


def sighting(at: int, body: str | None, state: SightingState = "good", number: int | None = None) -> Sighting:
    return Sighting(number if number is not None else at, at, at + 1000, state, body)


def live(*states: Rows, **fields: object) -> list[tuple[str, str, int, int | None, str]]:
    """(row, key, since, until, ended) of every span after these states were seen at 1, 2, 3, …"""
    readings = {f"b{at}": reading(rows) for at, rows in enumerate(states, start=1)}
    sightings = [sighting(at, f"b{at}") for at in range(1, len(states) + 1)]
    return told(spans_of(spec(**fields), sightings, readings))


def told(spans: Sequence[Span]) -> list[tuple[str, str, int, int | None, str]]:
    return [(span.row, span.key, span.since, span.until, span.ended) for span in spans]


A, B, C = {"score": "50", "name": "Alpha"}, {"score": "61.2", "name": "Beta"}, {"score": "7", "name": "Gamma"}
DOUBTED: Mapping[str, Cell] = {"score": None, "name": "Alpha"}
"""What is left of a row whose score is out of bounds."""


def test_a_row_seen_unchanged_is_one_span_from_its_first_sighting() -> None:
    assert live({"a": A}, {"a": A, "b": B}, {"a": A, "b": B}) == [
        ("a", "a", 1, None, "current"),
        ("b", "b", 2, None, "current"),
    ]


def test_a_mislabelled_row_corrected_later_is_two_observations_each_at_its_time() -> None:
    wrong, right = {"score": "86.7", "name": "gpt-5 (high)"}, {"score": "86.7", "name": "gpt-5 (medium)"}
    assert live({"a": wrong}, {"a": right}) == [("a", "a", 1, 2, "changed"), ("a", "a", 2, None, "current")]


def test_a_row_under_a_new_key_is_joined_where_one_gone_and_one_new_agree_in_every_other_cell() -> None:
    assert live({"a": A, "b": B}, {"a2": A, "b": B}) == [
        ("a", "a", 1, 2, "rekeyed"),
        ("b", "b", 1, None, "current"),
        ("a", "a2", 2, None, "current"),
    ]


def test_two_gone_rows_that_agree_are_joined_with_neither() -> None:
    assert live({"a": A, "b": A}, {"c": A}) == [
        ("a", "a", 1, 2, "vanished"),
        ("b", "b", 1, 2, "vanished"),
        ("c", "c", 2, None, "current"),
    ]


def test_one_gone_row_and_two_new_ones_that_agree_stay_apart() -> None:
    assert [span[4] for span in live({"a": A}, {"b": A, "c": A})] == ["vanished", "current", "current"]


def test_a_row_under_a_new_key_with_another_score_is_not_joined() -> None:
    assert live({"a": A}, {"a2": {**A, "score": "50.1"}}) == [
        ("a", "a", 1, 2, "vanished"),
        ("a2", "a2", 2, None, "current"),
    ]


def test_an_unknown_cell_agrees_with_nothing_for_nobody_knows_what_stood_there() -> None:
    unknown: dict[str, Cell] = {"score": None, "name": "Alpha"}
    assert [span[4] for span in live({"a": unknown}, {"b": unknown})] == ["vanished", "current"]


def test_rows_with_nothing_to_compare_are_never_joined() -> None:
    assert [span[4] for span in live({"a": {}}, {"b": {}})] == ["vanished", "current"]


def test_a_row_gone_from_a_list_declared_complete_is_withdrawn() -> None:
    assert live({"a": A, "b": B}, {"b": B}, complete=True)[0] == ("a", "a", 1, 2, "withdrawn")
    assert live({"a": A, "b": B}, {"b": B})[0] == ("a", "a", 1, 2, "vanished")


def test_a_key_that_comes_back_goes_on_as_the_same_row_in_a_new_span() -> None:
    assert live({"a": A, "b": B}, {"b": B}, {"a": A, "b": B}) == [
        ("a", "a", 1, 2, "vanished"),
        ("b", "b", 1, None, "current"),
        ("a", "a", 3, None, "current"),
    ]


def test_a_row_keeps_its_name_through_two_renamings_and_back() -> None:
    assert [(row, key) for row, key, *_ in live({"a": A}, {"a2": A}, {"a3": A}, {"a": A})] == [
        ("a", "a"),
        ("a", "a2"),
        ("a", "a3"),
        ("a", "a"),
    ]


def test_a_key_taken_over_by_another_row_while_its_first_bearer_lives_on_is_a_row_of_its_own() -> None:
    assert live({"a": A}, {"a2": A}, {"a2": A, "a": C}) == [
        ("a", "a", 1, 2, "rekeyed"),
        ("a", "a2", 2, None, "current"),
        ("a (2)", "a", 3, None, "current"),
    ]


def test_a_key_that_returns_just_as_its_first_bearer_is_renamed_again_is_a_row_of_its_own() -> None:
    assert live({"a": A}, {"a2": A}, {"a": C, "a3": A}) == [
        ("a", "a", 1, 2, "rekeyed"),
        ("a", "a2", 2, 3, "rekeyed"),
        ("a (2)", "a", 3, None, "current"),
        ("a", "a3", 3, None, "current"),
    ]


def test_twenty_thousand_rows_that_come_back_take_no_longer_than_they_did_to_come() -> None:
    many: Rows = {f"k{number}": {"score": str(number)} for number in range(20_000)}
    start = time.perf_counter()
    spans = live(many, {"one": {"name": "Alpha"}}, many)
    assert time.perf_counter() - start < RETURNED_S
    assert len({row for row, *_ in spans}) == len(many) + 1
    assert len(spans) == 2 * len(many) + 1


def test_a_quarantined_row_keeps_its_earlier_observation() -> None:
    quarantined = reading({"b": B}, {"a": {**DOUBTED, "name": "Other"}})
    assert read_in_turn(reading({"a": A, "b": B}), quarantined) == [
        ("a", A, 1, None, "current"),
        ("b", B, 1, None, "current"),
    ]


def read_in_turn(*readings: Reading) -> list[tuple[str, Mapping[str, Cell], int, int | None, str]]:
    """(row, cells, since, until, ended) of every span after these readings at 1, 2, 3, …"""
    sightings = [sighting(at, f"b{at}") for at in range(1, len(readings) + 1)]
    spans = spans_of(spec(), sightings, {f"b{at}": one for at, one in enumerate(readings, start=1)})
    return [(span.row, span.cells, span.since, span.until, span.ended) for span in spans]


def test_a_row_first_seen_in_quarantine_stands_unknown_until_its_figure_is_mended() -> None:
    assert read_in_turn(reading({"b": B}, {"a": DOUBTED}), reading({"a": A, "b": B})) == [
        ("b", B, 1, None, "current"),
        ("a", DOUBTED, 1, 2, "changed"),
        ("a", A, 2, None, "current"),
    ]


def test_a_quarantined_row_that_goes_away_ends_as_any_row() -> None:
    assert read_in_turn(reading({"b": B}, {"a": DOUBTED}), reading({"b": B})) == [
        ("b", B, 1, None, "current"),
        ("a", DOUBTED, 1, 2, "vanished"),
    ]


def test_a_quarantined_row_is_joined_with_no_row_under_another_key() -> None:
    mended_elsewhere = read_in_turn(reading({}, {"a": DOUBTED}), reading({"b": A}))
    spoilt_elsewhere = read_in_turn(reading({"a": A}), reading({}, {"b": DOUBTED}))
    assert [span[4] for span in mended_elsewhere] == ["vanished", "current"]
    assert [span[4] for span in spoilt_elsewhere] == ["vanished", "current"]


def test_a_row_still_in_quarantine_is_told_with_what_it_shows_now() -> None:
    other = {**DOUBTED, "name": "Alpha (checked)"}
    assert read_in_turn(reading({}, {"a": DOUBTED}), reading({}, {"a": DOUBTED}), reading({}, {"a": other})) == [
        ("a", DOUBTED, 1, 3, "changed"),
        ("a", other, 3, None, "current"),
    ]


def test_a_quarantined_row_keeps_its_earlier_figure_though_another_cell_never_could_be_read() -> None:
    unread: Mapping[str, Cell] = {"score": "50", "name": None}
    assert read_in_turn(reading({"a": unread}), reading({}, {"a": {**unread, "score": None}})) == [
        ("a", unread, 1, None, "current")
    ]


def test_a_figure_that_was_blank_before_its_quarantine_is_unknown_and_not_blank() -> None:
    pending: Mapping[str, Cell] = {"name": "Alpha", "cost": "2"}
    assert read_in_turn(reading({"a": pending}), reading({}, {"a": {**pending, "score": None}})) == [
        ("a", pending, 1, 2, "changed"),
        ("a", {**pending, "score": None}, 2, None, "current"),
    ]


def test_only_good_sightings_move_a_span() -> None:
    readings = {"b1": reading({"a": A}), "b2": Reading("unreadable", "not YAML"), "b4": reading({"a": B})}
    sightings = [
        sighting(1, "b1"),
        sighting(2, "b2", "unreadable"),
        sighting(3, None, "failed"),
        sighting(4, "b4", "refused"),
        sighting(5, "b1"),
    ]
    assert told(spans_of(spec(), sightings, readings)) == [("a", "a", 1, None, "current")]


def test_a_span_names_the_snapshot_and_the_body_that_first_showed_it() -> None:
    readings = {"b1": reading({"a": A}), "b2": reading({"a": A, "b": B})}
    spans = spans_of(spec(), [sighting(1, "b1", number=7), sighting(2, "b2", number=8)], readings)
    assert [(span.key, span.snapshot, span.body) for span in spans] == [("a", 7, "b1"), ("b", 8, "b2")]


ASIDE: list[Mapping[str, Cell]] = [DOUBTED, {**DOUBTED, "cost": "2"}, {**DOUBTED, "cost": None}]
STATES: st.SearchStrategy[list[Rows]] = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from([A, B, C, {"score": None}, {}]), max_size=4),
    min_size=1,
    max_size=7,
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Sighting], dict[str, Reading]]:
    states = draw(STATES)
    readings = {}
    sightings = []
    for at, rows in enumerate(states, start=1):
        aside = draw(st.dictionaries(st.sampled_from("abcd"), st.sampled_from(ASIDE)))
        readings[f"b{at}"] = reading(rows, {key: cells for key, cells in aside.items() if key not in rows})
        sightings.append(sighting(at, f"b{at}", draw(st.sampled_from(["good", "good", "good", "failed", "refused"]))))
    return sightings, readings


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_snapshots_were_imported_does_not_matter(
    history: tuple[list[Sighting], dict[str, Reading]], random: object
) -> None:
    sightings, readings = history
    shuffled = list(sightings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert spans_of(spec(), shuffled, readings) == spans_of(spec(), sightings, readings)


@given(histories())
def test_what_was_known_earlier_is_what_a_later_history_says_of_that_time(
    history: tuple[list[Sighting], dict[str, Reading]],
) -> None:
    sightings, readings = history
    whole = spans_of(spec(), sightings, readings)
    for count in range(len(sightings)):
        now = sightings[count].seen_at
        then = {(s.row, s.key, s.observation, s.since) for s in whole if s.since <= now and (s.until or now + 1) > now}
        earlier = spans_of(spec(), sightings[: count + 1], readings)
        assert {(s.row, s.key, s.observation, s.since) for s in earlier if s.until is None} == then


@given(histories())
def test_the_rows_of_every_good_sighting_are_the_spans_alive_then(
    history: tuple[list[Sighting], dict[str, Reading]],
) -> None:
    sightings, readings = history
    spans = spans_of(spec(), sightings, readings)
    for seen in sightings:
        if seen.state != "good":
            continue
        read = readings[seen.body or ""]
        alive = {s.key: s.observation for s in spans if s.since <= seen.seen_at and (s.until or 99) > seen.seen_at}
        shown = {row.key: row.observation for row in read.rows}
        assert {key: seen for key, seen in alive.items() if key not in read.held} == shown
        assert read.held <= set(alive)


@given(histories())
def test_no_two_rows_bear_one_name_at_one_time_and_spans_of_a_row_never_overlap(
    history: tuple[list[Sighting], dict[str, Reading]],
) -> None:
    spans = spans_of(spec(), *history)
    for one in spans:
        assert one.until is None or one.since < one.until
        assert (one.ended == "current") is (one.until is None)
        for other in spans:
            if one is not other and one.row == other.row:
                assert (one.until or 99) <= other.since or (other.until or 99) <= one.since


def test_the_evidence_of_a_source_has_its_sightings_in_the_order_they_could_be_known() -> None:
    described = {"id": "s", "publisher": "P", "licence": "L", "fetch": {"file": "x"}}
    source = SourceSpec.model_validate({**described, "read": spec()})
    readings = {"b1": reading({"a": A}), "b2": reading({"a": B})}
    later, sooner = sighting(2, "b2", number=1), sighting(1, "b1", number=2)
    evidence = source_evidence(source, [later, sooner], readings)
    assert evidence.sightings == (sooner, later)
    assert [span.since for span in evidence.spans] == [1, 2]
