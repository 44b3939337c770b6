"""Guards: law 2 and 10: caches equal the bytes, always; damaged bytes are named; a load is few statements."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from store_builders import Answer, Clock, body, day, source

from bot.store import (
    BrokenBody,
    Damaged,
    Store,
    forget_caches,
    forget_derived,
    load_evidence,
    open_store,
    record,
    rederive,
    schema,
    validators,
)
from bot.store.counting import newest_snapshot
from bot.store.evidence import Via
from resolvers.evidence import EvidenceInMemory, instant
from resolvers.sources.spec import SourceSpec

BOARD = source()
SOURCES = {"board": BOARD}

tables = st.dictionaries(
    st.sampled_from("abc"), st.tuples(st.sampled_from(["10.0", "20.0", "271.0", ""]), st.sampled_from("xy")), max_size=3
)
raws = st.one_of(tables.map(body), st.just(b"\xff\xfe\x00"), st.just(b"model,other\na,b\n"))
looks = st.one_of(st.tuples(st.just(200), raws), st.tuples(st.just(304), st.none()), st.tuples(st.just(503), st.none()))
histories = st.lists(st.tuples(st.integers(0, 12), looks, st.sampled_from(["fetch", "import"])), max_size=14)
good = st.tuples(st.just(200), tables.map(body))
unbroken = st.lists(good, min_size=3, max_size=9).map(lambda run: [(n, look, "fetch") for n, look in enumerate(run)])
"""One good body after the other, none late: the spans are taken further step by step and never told anew."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with nothing in it, to be copied: migrating anew for each example would take most of the time."""
    path = tmp_path_factory.mktemp("empty") / "s.sqlite"
    open_store(path, now=Clock()).close()
    return path


def newest(store: Store) -> int:
    with store.reading() as connection:
        return newest_snapshot(connection)


def live(store: Store, history: list[tuple[int, tuple[int, bytes | None], str]], spec: SourceSpec) -> None:
    """Let a history happen in the order given: seen at its day, recorded one day after another from day 100 on."""
    clock = store.now
    assert isinstance(clock, Clock)
    for number, (seen, (status, raw), via) in enumerate(history):
        clock.at = day(100 + number)
        given_via: Via = "import" if via == "import" and status == 200 else "fetch"
        last = validators(store, spec.id)
        confirms = last.body if last else None
        record(store, spec, Answer(status, raw, day(seen)), via=given_via, confirms=confirms)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=histories | unbroken, complete=st.booleans(), at=st.integers(0, 13), known=st.integers(99, 115))
def test_what_is_loaded_equals_what_the_bytes_say_whatever_came_when(
    empty: Path, history: list[tuple[int, tuple[int, bytes | None], str]], complete: bool, at: int, known: int
) -> None:
    spec = source(complete=complete)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(shutil.copy(empty, folder), now=Clock())
        live(store, history, spec)
        from_bytes = rederive(store, {"board": spec}, newest(store), day(at))
        kept = load_evidence(store, {"board": spec}, day(at))
        assert from_bytes.broken == ()
        assert kept == from_bytes.evidence
        told = load_evidence(store, {"board": spec}, day(at), day(known))
        assert told == _known_by(store, spec, at, known)
        forget_caches(store)
        assert load_evidence(store, {"board": spec}, day(at)) == kept
        forget_derived(store)
        assert load_evidence(store, {"board": spec}, day(at)) == kept
        store.close()


def _known_by(store: Store, spec: SourceSpec, at: int, known: int) -> EvidenceInMemory:
    """What the bytes recorded by a day say, by the id of the last of them: recording times run with the ids."""
    at_ = schema.snapshots.c
    with store.reading() as connection:
        last = connection.execute(sa.select(sa.func.max(at_.id)).where(at_.recorded_at <= instant(day(known)))).scalar()
    return rederive(store, {"board": spec}, last or 0, day(at)).evidence


def test_a_decision_is_rederived_as_of_its_last_snapshot_whatever_was_imported_later(store: Store) -> None:
    record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    last = newest(store)
    before = load_evidence(store, SOURCES, day(9))
    record(store, BOARD, body({"a": ("60.0", "x")}), seen_at=day(2), via="import")
    assert rederive(store, SOURCES, last, day(9)).evidence == before
    assert load_evidence(store, SOURCES, day(9)) != before


def _replace_bytes(store: Store, sha256: str, packed: bytes) -> None:
    """What a failing disk or a clumsy hand does; the triggers stand in the way of our own code only."""
    with store.transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER bodies_refuses_update")
        changed = sa.update(schema.bodies).where(schema.bodies.c.sha256 == sha256)
        connection.execute(changed.values(codec="raw", bytes=packed))


@pytest.mark.parametrize("packed", [body({"a": ("51.0", "x")}), b""])
def test_a_body_whose_bytes_changed_is_named_and_the_others_still_speak(store: Store, packed: bytes) -> None:
    first = record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    record(store, BOARD, body({"a": ("60.0", "x")}), seen_at=day(2), via="import")
    assert first.body is not None
    _replace_bytes(store, first.body, packed)
    made = rederive(store, SOURCES, newest(store), day(9))
    assert [(one.sha256, one.source) for one in made.broken] == [(first.body, "board")]
    assert isinstance(made.broken[0], BrokenBody)
    assert [(look.state) for look in made.evidence.source("board").sightings] == ["unreadable", "good"]


def test_a_body_that_cannot_be_unpacked_is_named(store: Store) -> None:
    made = record(store, BOARD, body({f"m{n}": ("50.0", "x") for n in range(99)}), seen_at=day(1), via="import")
    assert made.body is not None
    with store.transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER bodies_refuses_update")
        connection.exec_driver_sql("UPDATE bodies SET bytes = CAST(x'00' || substr(bytes, 2) AS BLOB)")
    assert [one.sha256 for one in rederive(store, SOURCES, newest(store), day(9)).broken] == [made.body]


def test_reading_damaged_bytes_anew_stops_and_says_which(store: Store) -> None:
    made = record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    assert made.body is not None
    forget_derived(store)
    _replace_bytes(store, made.body, b"other")
    with pytest.raises(Damaged, match=made.body):
        load_evidence(store, SOURCES, day(9))


@contextmanager
def statements(engine: sa.Engine) -> Iterator[list[str]]:
    """Every statement that reaches the database meanwhile, transactions' own words included."""
    seen: list[str] = []

    def hear(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    yield seen
    event.remove(engine, "before_cursor_execute", hear)


def _many(store: Store, count: int) -> Mapping[str, SourceSpec]:
    sources = {f"s{number}": source(f"s{number}") for number in range(count)}
    for name, spec in sources.items():
        record(store, spec, body({name: ("50.0", "x")}), seen_at=day(1), via="import")
        record(store, spec, body({name: ("60.0", "x")}), seen_at=day(2), via="import")
    return sources


@pytest.mark.parametrize(("count", "known_on"), [(1, None), (10, None), (1, day(999)), (10, day(999))])
def test_loading_takes_at_most_four_statements_a_source(store: Store, count: int, known_on: datetime | None) -> None:
    sources = _many(store, count)
    clock = store.now
    assert isinstance(clock, Clock)
    if known_on is not None:  # recorded after that day: told from the rows instead of the kept spans
        clock.at = day(1001)
        for spec in sources.values():
            record(store, spec, body({"z": ("1.0", "x")}), seen_at=day(0.5), via="import")
    with statements(store.engine) as seen:
        load_evidence(store, sources, day(9), known_on)
    assert len(seen) <= 4 * count


def test_spans_taken_away_behind_our_back_are_told_again(store: Store) -> None:
    record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    whole = load_evidence(store, SOURCES, day(9))
    with store.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM spans")
    assert load_evidence(store, SOURCES, day(9)) == whole


def test_a_snapshot_not_yet_read_when_its_process_died_is_read_by_the_next_load(store: Store) -> None:
    record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    raw = body({"a": ("60.0", "x")})
    forget_derived(store)  # as after a kill between keeping the bytes and reading them
    record(store, BOARD, raw, seen_at=day(2), via="import")
    scores = [span.cells["score"] for span in load_evidence(store, SOURCES, day(9)).source("board").spans]
    assert scores == ["50.0", "60.0"]


@pytest.mark.parametrize(
    ("bodies", "told"),
    [
        ([{"a": ("50.0", "x")}, {"c": ("50.0", "x")}], ["a a rekeyed", "a c current"]),
        (
            [{"a": ("50.0", "x")}, {"c": ("50.0", "x")}, {"c": ("60.0", "x")}],
            ["a a rekeyed", "a c changed", "a c current"],
        ),
        (
            [{"a": ("50.0", "x"), "b": ("9.0", "y")}, {"b": ("9.0", "y")}, {"a": ("51.0", "x"), "b": ("9.0", "y")}],
            ["a a vanished", "b b current", "a a current"],
        ),
        (
            [{"a": ("50.0", "x")}, {"b": ("50.0", "x")}, {"a": ("70.0", "y"), "b": ("50.0", "x")}],
            ["a a rekeyed", "a b current", "a (2) a current"],
        ),
        (
            [{"a": ("271.0", "x")}, {"a": ("271.0", "y")}, {"a": ("50.0", "y")}, {"a": ("271.0", "x")}],
            ["a a changed", "a a changed", "a a current"],
        ),
        (
            [{"a": ("50.0", "x")}, {"b": ("50.0", "x")}, {"a": ("271.0", "x"), "b": ("50.0", "x")}],
            ["a a rekeyed", "a b current", "a (2) a current"],
        ),
        ([{"a": ("50.0", "x")}, {"c": ("271.0", "x")}], ["a a vanished", "c c current"]),
        ([{"a": ("271.0", "x")}, {"c": ("50.0", "x")}], ["a a vanished", "c c current"]),
    ],
)
def test_taken_further_step_by_step_the_spans_are_those_of_the_whole_story(
    store: Store, bodies: list[dict[str, tuple[str, str]]], told: list[str]
) -> None:
    for number, rows in enumerate(bodies):
        record(store, BOARD, body(rows), seen_at=day(number), via="import")
    spans = load_evidence(store, SOURCES, day(9)).source("board").spans
    assert [f"{span.row} {span.key} {span.ended}" for span in spans] == told


def test_two_bodies_of_the_same_instant_are_told_alike_whichever_came_first(store: Store, tmp_path: Path) -> None:
    other = open_store(tmp_path / "other.sqlite", now=Clock())
    raws = [body({"a": ("50.0", "x")}), body({"a": ("60.0", "x")}), body({"a": ("70.0", "x")})]
    for where, order in ((store, raws), (other, raws[::-1])):
        for raw in order:
            record(where, BOARD, raw, seen_at=day(1), via="import")
    told = [load_evidence(where, SOURCES, day(9)).source("board").spans for where in (store, other)]
    assert [(span.cells, span.ended) for span in told[0]] == [(span.cells, span.ended) for span in told[1]]
    assert len(told[0]) == 1
    other.close()
