"""Guards: laws 1 and 2, evidence: bytes first, late and unaccepted imports, two collectors at once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta

import pytest
import sqlalchemy as sa
from store_builders import Answer, Clock, body, day, opened, source

from bot.store import (
    Store,
    accept,
    awaiting,
    by_source,
    counts,
    ensure_readings,
    evidence_name,
    load_evidence,
    newest_snapshots,
    record,
    schema,
    validators,
)
from bot.store.counting import Counts, SourceCounts, newest_snapshot
from bot.store.evidence import Validators
from resolvers.errors import Refusal
from resolvers.evidence import SourceEvidence, instant
from resolvers.sources.spec import SourceSpec

BOARD = source()
SOURCES = {"board": BOARD}


def rows_of(store: Store, table: sa.Table) -> int:
    with store.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def seen(store: Store, at: float, known_on: float | None = None) -> SourceEvidence:
    known = None if known_on is None else day(known_on)
    return load_evidence(store, SOURCES, day(at), known).source("board")


def scores(store: Store, at: float, known_on: float | None = None) -> dict[str, str | None]:
    spans = seen(store, at, known_on).spans
    return {span.row: span.cells["score"] for span in spans if span.until is None}


def test_a_body_is_kept_read_and_told_as_spans(store: Store) -> None:
    made = record(store, BOARD, body({"a": ("50.0", "x"), "b": ("60.0", "y")}), seen_at=day(1), via="import")
    assert (made.state, made.new_observations, made.quarantined, made.awaits) == ("good", 2, (), False)
    assert scores(store, 2) == {"a": "50.0", "b": "60.0"}


def test_nothing_is_known_before_it_was_seen(store: Store) -> None:
    record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    assert scores(store, 0.5) == {}


def test_a_changed_row_is_two_observations_each_at_its_time(store: Store) -> None:
    record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    record(store, BOARD, body({"a": ("55.0", "x")}), seen_at=day(2), via="import")
    assert (scores(store, 1.5), scores(store, 2.5)) == ({"a": "50.0"}, {"a": "55.0"})
    assert [span.ended for span in seen(store, 3).spans] == ["changed", "current"]
    assert [span.ended for span in seen(store, 1.5).spans] == ["current"]


def test_bytes_that_do_not_parse_are_kept_and_the_last_good_state_stands(store: Store) -> None:
    record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    made = record(store, BOARD, b"\xff\xfe\x00", seen_at=day(2), via="import")
    assert (made.state, made.body is not None) == ("unreadable", True)
    assert scores(store, 3) == {"a": "50.0"}
    assert [look.state for look in seen(store, 3).sightings] == ["good", "unreadable"]


def test_a_row_out_of_bounds_is_quarantined_said_so_and_the_rest_kept(store: Store) -> None:
    made = record(store, BOARD, body({"a": ("271.0", "x"), "b": ("60.0", "y")}), seen_at=day(1), via="import")
    assert (made.state, made.new_observations, made.quarantined) == ("good", 1, ("a",))
    assert scores(store, 2) == {"b": "60.0", "a": None}
    assert counts(store) == Counts(snapshots=1, observations=1, quarantined=1)
    assert by_source(store) == {"board": SourceCounts(1, 1, 1, day(1))}


def test_a_quarantined_row_keeps_its_earlier_state(store: Store) -> None:
    record(store, BOARD, body({"a": ("50.0", "x"), "b": ("60.0", "y")}), seen_at=day(1), via="import")
    record(store, BOARD, body({"a": ("271.0", "x"), "b": ("61.0", "y")}), seen_at=day(2), via="import")
    record(store, BOARD, body({"a": ("51.0", "x"), "b": ("61.0", "y")}), seen_at=day(3), via="import")
    assert (scores(store, 2.5), scores(store, 4)) == ({"a": "50.0", "b": "61.0"}, {"a": "51.0", "b": "61.0"})


def test_a_row_first_seen_out_of_bounds_is_there_with_that_cell_unknown_until_it_is_mended(store: Store) -> None:
    record(store, BOARD, body({"b": ("60.0", "y"), "a": ("271.0", "x")}), seen_at=day(1), via="import")
    record(store, BOARD, body({"b": ("60.0", "y"), "a": ("71.0", "x")}), seen_at=day(2), via="import")
    assert [(span.row, dict(span.cells), span.ended) for span in seen(store, 3).spans] == [
        ("b", {"score": "60.0", "org": "y"}, "current"),
        ("a", {"score": None, "org": "x"}, "changed"),
        ("a", {"score": "71.0", "org": "x"}, "current"),
    ]
    assert (scores(store, 1.5), scores(store, 3)) == ({"b": "60.0", "a": None}, {"b": "60.0", "a": "71.0"})


def test_a_row_that_was_read_with_an_unreadable_cell_is_not_the_one_set_aside(store: Store) -> None:
    for at, text in enumerate(["271.0", "soon", "-3"], start=1):
        record(store, BOARD, body({"a": (text, "x")}), seen_at=day(at), via="import")
    assert [span.ended for span in seen(store, 9).spans] == ["changed", "changed", "current"]
    assert counts(store) == Counts(snapshots=3, observations=1, quarantined=2)


def test_a_304_confirms_the_body_whose_validators_were_sent(store: Store) -> None:
    sent = record(store, BOARD, Answer(200, body({"a": ("50.0", "x")}), day(1), etag='"e1"')).body
    assert sent is not None
    assert validators(store, "board") == Validators('"e1"', None, sent)
    made = record(store, BOARD, Answer(304, None, day(2)), confirms=sent)
    first, second = seen(store, 3).sightings
    assert (made.state, second.state, second.body) == ("good", "good", first.body)


def test_a_304_confirms_no_body_that_was_recorded_after_its_request_had_left(store: Store) -> None:
    sent = record(store, BOARD, Answer(200, body({"a": ("50.0", "x")}), day(1), etag='"e1"')).body
    record(store, BOARD, Answer(200, body({"a": ("60.0", "x")}), day(2), etag='"e2"'))
    assert record(store, BOARD, Answer(304, None, day(3)), confirms=sent).body == sent
    assert scores(store, 4) == {"a": "50.0"}


def test_a_304_with_nothing_to_confirm_is_a_failure(store: Store) -> None:
    told = "304, but no body is kept that could be unchanged"
    elsewhere = record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import").body
    for confirms in (None, "0" * 64, elsewhere):
        made = record(store, BOARD, Answer(304, None, day(2)), confirms=confirms)
        assert (made.state, made.body, made.because) == ("failed", None, told)


@pytest.mark.parametrize(
    ("answer", "because"),
    [
        (Answer(0, None, day(2), because="timed out after 60 s"), "timed out after 60 s"),
        (Answer(404, None, day(2), because="HTTP 404 Not Found"), "HTTP 404 Not Found"),
        (Answer(404, b"<html>gone</html>", day(2)), "HTTP 404"),
        (Answer(200, None, day(2), because="over 64 MiB"), "over 64 MiB"),
    ],
)
def test_a_look_that_failed_is_a_snapshot_too_and_moves_nothing(store: Store, answer: Answer, because: str) -> None:
    record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    record(store, BOARD, answer)
    last = seen(store, 3).sightings[-1]
    assert (last.state, last.body, last.because) == ("failed", None, because)
    assert scores(store, 3) == {"a": "50.0"}


def test_a_late_import_tells_the_past_anew_but_not_what_was_known_then(store: Store, clock: Clock) -> None:
    clock.at = day(10)
    record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    record(store, BOARD, body({"a": ("70.0", "x")}), seen_at=day(5), via="import")
    clock.at = day(20)
    record(store, BOARD, body({"a": ("60.0", "x")}), seen_at=day(3), via="import")
    assert [span.cells["score"] for span in seen(store, 30).spans] == ["50.0", "60.0", "70.0"]
    assert [span.cells["score"] for span in seen(store, 30, known_on=15).spans] == ["50.0", "70.0"]


def test_recording_time_never_runs_backwards(store: Store, clock: Clock) -> None:
    clock.at = day(10)
    record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    clock.at = day(9)
    record(store, BOARD, body({"a": ("51.0", "x")}), seen_at=day(2), via="import")
    assert [look.recorded_at for look in seen(store, 30).sightings] == [instant(day(10))] * 2


def test_an_import_from_the_future_is_refused(store: Store, clock: Clock) -> None:
    with pytest.raises(Refusal, match="in the future"):
        record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=clock.at + timedelta(seconds=1), via="import")
    assert rows_of(store, schema.snapshots) == 0


def test_the_same_look_twice_is_one_snapshot(store: Store) -> None:
    first = record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    second = record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    assert (second.snapshot, second.repeated, rows_of(store, schema.snapshots)) == (first.snapshot, True, 1)


def test_two_collectors_at_once_leave_one_body_one_reading_and_no_row_twice(store: Store) -> None:
    raw = body({f"m{n}": (f"{n}.5", "x") for n in range(50)})
    ready = threading.Barrier(4)

    def collect(number: int) -> None:
        ready.wait()
        record(store, BOARD, Answer(200, raw, day(1) + timedelta(microseconds=number)))

    threads = [threading.Thread(target=collect, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tables = (schema.bodies, schema.readings, schema.observations, schema.reading_rows, schema.snapshots)
    assert [rows_of(store, table) for table in tables] == [1, 1, 50, 50, 4]
    assert len(seen(store, 2).spans) == 50


def test_an_import_seen_after_a_live_market_opened_does_not_count(store: Store) -> None:
    opened(store, at=day(2))
    record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    late = record(store, BOARD, body({"a": ("99.0", "x")}), seen_at=day(3), via="import")
    assert (late.awaits, scores(store, 10)) == (True, {"a": "50.0"})
    assert [one.snapshot for one in awaiting(store)] == [late.snapshot]


def test_an_import_for_another_source_than_a_live_market_reads_counts(store: Store) -> None:
    opened(store, at=day(2), sources=("other",))
    made = record(store, BOARD, body({"a": ("99.0", "x")}), seen_at=day(3), via="import")
    assert (made.awaits, scores(store, 10)) == (False, {"a": "99.0"})


def test_a_fetch_after_a_live_market_opened_counts_at_once(store: Store) -> None:
    opened(store, at=day(2))
    assert not record(store, BOARD, Answer(200, body({"a": ("50.0", "x")}), day(3))).awaits


def test_an_accepted_import_counts_from_its_acceptance_on_and_changes_nothing_before(
    store: Store, clock: Clock
) -> None:
    opened(store, at=day(2))
    clock.at = day(10)
    late = record(store, BOARD, body({"a": ("99.0", "x")}), seen_at=day(3), via="import")
    clock.at = day(20)
    first = accept(store, late.snapshot, "ann", "I have the same file", quorum=2)
    before = scores(store, 30)
    second = accept(store, late.snapshot, "bob", "so do I", quorum=2)
    assert (first, before, scores(store, 30), scores(store, 30, known_on=15)) == (None, {}, {"a": "99.0"}, {})
    assert second is not None and second > late.snapshot and awaiting(store) == ()


def test_nobody_accepts_an_import_twice(store: Store) -> None:
    opened(store, at=day(2))
    late = record(store, BOARD, body({"a": ("99.0", "x")}), seen_at=day(3), via="import")
    accept(store, late.snapshot, "ann", "yes", quorum=2)
    with pytest.raises(Refusal, match="already"):
        accept(store, late.snapshot, "ann", "yes again", quorum=2)
    assert scores(store, 10) == {}


def test_a_changed_read_block_reads_the_old_bodies_anew(store: Store) -> None:
    record(store, BOARD, body({"a": ("50.0", "x"), "b": ("140.0", "y")}), seen_at=day(1), via="import")
    wider = source(columns={"score": {"unit": "percent", "between": [0, 200]}, "org": "text"})
    assert ensure_readings(store, wider) == 1
    spans = load_evidence(store, {"board": wider}, day(2)).source("board").spans
    assert {span.key for span in spans} == {"a", "b"}
    assert scores(store, 2) == {"a": "50.0", "b": None}


def evidence_version(store: Store, sources: Mapping[str, SourceSpec]) -> str:
    newest = newest_snapshots(store, sources)
    return evidence_name({name: (spec.read.hash(), newest.get(name, 0)) for name, spec in sources.items()})


def test_the_version_of_evidence_changes_with_every_look_that_counts_and_with_the_read_block(store: Store) -> None:
    versions = [evidence_version(store, SOURCES)]
    record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    versions.append(evidence_version(store, SOURCES))
    record(store, BOARD, Answer(304, None, day(2)))
    versions.append(evidence_version(store, SOURCES))
    versions.append(evidence_version(store, {"board": source(complete=True)}))
    assert len(set(versions)) == 4
    assert evidence_version(store, SOURCES) == versions[2]


def test_a_source_never_seen_has_no_sightings(store: Store) -> None:
    assert (seen(store, 5).sightings, seen(store, 5).spans) == ((), ())


def test_a_proposal_freezes_the_newest_snapshot(store: Store) -> None:
    with store.reading() as connection:
        assert newest_snapshot(connection) == 0
    made = record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    with store.reading() as connection:
        assert newest_snapshot(connection) == made.snapshot
