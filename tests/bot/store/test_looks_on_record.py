"""Guards: law 10: a look and its act are there together or not at all; no change to either evidence table is unseen."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from store_builders import Answer, Clock, body, day, opened, source

from bot.store import Store, accept, open_store, record, validators
from bot.verifying import verify

PROJECT = Path(__file__).parents[3]
BOARD = source()

KILLED = """
import json, os, shutil, signal, sqlite3, sys
from sqlalchemy import event
sys.path.insert(0, "tests/bot/store")
from store_builders import BOARD_BODY, Clock, day, source
from bot.store import open_store, record
from bot.verifying import verify

def looked(path, kill_at):
    store, seen = open_store(path, now=Clock()), []
    @event.listens_for(store.engine, "after_cursor_execute")
    def hear(*_):
        seen.append(1)
        if len(seen) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
    record(store, source(), BOARD_BODY, seen_at=day(2), via="import")
    os._exit(0)

def there(path):
    store = open_store(path, now=Clock())
    whole = verify(store).whole
    store.close()
    with sqlite3.connect(path) as connection:
        ask = "SELECT (SELECT count(*) FROM snapshots), (SELECT count(*) FROM audit WHERE act = 'look')"
        return [*connection.execute(ask).fetchone(), whole]

found = []
for kill_at in range(1, 200):
    path = shutil.copy(sys.argv[1], f"{sys.argv[1]}.{kill_at}")
    child = os.fork() or looked(path, kill_at)
    ended = os.waitpid(child, 0)[1]
    found.append(there(path))
    if ended == 0:
        break
print(json.dumps(found))
"""
KILLED = KILLED.replace("BOARD_BODY, Clock", "Clock").replace("BOARD_BODY", repr(body({"a": ("50.0", "x")})))


def test_a_process_killed_after_any_statement_leaves_a_look_with_its_act_or_neither(store: Store) -> None:
    record(store, BOARD, body({"a": ("40.0", "x")}), seen_at=day(1), via="import")
    store.close()
    told = subprocess.run(
        [sys.executable, "-c", KILLED, store.name], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    found = json.loads(told.stdout)
    assert {tuple(each) for each in found} == {(1, 1, True), (2, 2, True)}
    assert found == sorted(found)


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    seen: list[str] = []

    def hear(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", hear)
    yield seen
    event.remove(store.engine, "before_cursor_execute", hear)


def test_putting_a_look_on_the_record_takes_two_statements_that_walk_no_table(store: Store) -> None:
    for number in range(3):
        record(store, BOARD, body({"a": (f"{number}.0", "x")}), seen_at=day(number), via="import")
    with statements(store) as seen:
        record(store, BOARD, Answer(500, None, day(9)))
    mine = [one for one in seen if "audit" in one]
    assert len(mine) == 2
    with store.reading() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {mine[0]}", (1, 0)).fetchall()
    assert [row[-1] for row in plan] == ["SCAN audit"]  # from its end, by its key: no sorting


def test_the_same_look_twice_is_one_act(store: Store) -> None:
    for _ in range(2):
        record(store, BOARD, body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    with store.reading() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM audit")).scalar_one() == 1


def test_an_import_counted_by_its_acceptance_is_a_look_on_the_record_too(store: Store) -> None:
    opened(store, at=day(2))
    late = record(store, BOARD, body({"a": ("99.0", "x")}), seen_at=day(3), via="import")
    counted = accept(store, late.snapshot, "ann", "I have the same file")
    with store.reading() as connection:
        acts = connection.execute(sa.text("SELECT act, subject FROM audit WHERE subject LIKE 'snapshot %' ORDER BY id"))
        assert [tuple(row) for row in acts] == [
            ("look", f"snapshot {late.snapshot}"),
            ("look", f"snapshot {counted}"),
            ("accept-import", f"snapshot {late.snapshot}"),
        ]
    assert not verify(store).bodies


TABLES = st.dictionaries(
    st.sampled_from("abc"), st.tuples(st.sampled_from(["10.0", "20.0", "271.0"]), st.sampled_from("xy")), max_size=3
)
RAWS = st.one_of(TABLES.map(body), st.just(body({f"m{n}": ("50.0", "x") for n in range(99)})), st.just(b"\xff\x00"))
LOOKS = st.one_of(st.tuples(st.just(200), RAWS), st.tuples(st.just(304), st.none()), st.tuples(st.just(503), st.none()))
HISTORIES = st.lists(
    st.tuples(st.integers(0, 12), LOOKS, st.sampled_from(["fetch", "import"]), st.sampled_from(["s", "t"])),
    min_size=1,
    max_size=8,
)
NUMBERS = ("id", "seen_at", "recorded_at", "status", "awaits")
TEXTS = ("source", "via", "body", "etag", "last_modified", "url", "because")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "s.sqlite"
    open_store(path, now=Clock()).close()
    return path


def live(path: Path, history: list[Any]) -> None:
    """Let a history happen in the order given, whenever each look was seen."""
    clock = Clock()
    store = open_store(path, now=clock)
    for number, (seen, (status, raw), via, name) in enumerate(history):
        clock.at = day(100 + number)
        last = validators(store, name)
        how = "import" if via == "import" and status == 200 else "fetch"
        answer = Answer(status, raw, day(seen), etag="e" if seen % 2 else None)
        record(store, source(name), answer, via=how, confirms=last.body if last else None)  # type: ignore[arg-type]  # one of Via's words
    store.close()


def mutate(connection: sqlite3.Connection, data: st.DataObject) -> None:
    """One row of one of the two tables changed in one column, taken away, or added."""
    table = data.draw(st.sampled_from(["snapshots", "bodies"]))
    rows = connection.execute(f"SELECT rowid, * FROM {table}").fetchall()
    assume(rows)
    at = data.draw(st.sampled_from(rows))[0]
    act = data.draw(st.sampled_from(["change", "change", "change", "delete", "insert"]))
    if act == "delete":
        connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (at,))
    elif act == "insert" and table == "bodies":
        connection.execute("INSERT INTO bodies VALUES (?, 'raw', x'00')", (data.draw(st.text("0123456789abcdef")),))
    elif act == "insert":
        new = data.draw(st.sampled_from([0, -1, len(rows) + 1, 2**40]))
        others = "source, seen_at, recorded_at, via, status, body, awaits, etag, last_modified, url, because"
        connection.execute(f"INSERT INTO snapshots SELECT ?, {others} FROM snapshots WHERE id = ?", (new, at))
    elif table == "snapshots":
        column = data.draw(st.sampled_from(NUMBERS + TEXTS))
        change(connection, column, at, data)
    else:
        spoil(connection, at, data)


def change(connection: sqlite3.Connection, column: str, at: int, data: st.DataObject) -> None:
    was = connection.execute(f"SELECT {column} FROM snapshots WHERE id = ?", (at,)).fetchone()[0]
    bodies = [name for (name,) in connection.execute("SELECT sha256 FROM bodies")]
    told = st.integers(-9, 2**50) if column in NUMBERS else st.sampled_from(["", "x", "s", "t", *bodies])
    now = data.draw(told.filter(lambda one: one != was))
    try:
        connection.execute(f"UPDATE snapshots SET {column} = ? WHERE id = ?", (now, at))
    except sqlite3.IntegrityError:  # another look has that id
        assume(False)


def spoil(connection: sqlite3.Connection, at: int, data: st.DataObject) -> None:
    name, codec, packed = connection.execute("SELECT * FROM bodies WHERE rowid = ?", (at,)).fetchone()
    column = data.draw(st.sampled_from(["sha256", "codec", "bytes"]))
    if column == "sha256":
        connection.execute("UPDATE bodies SET sha256 = ? WHERE rowid = ?", (name[::-1] + "0", at))
    elif column == "codec":
        now = data.draw(st.sampled_from(["raw", "zlib", "gzip", ""]).filter(lambda one: one != codec))
        connection.execute("UPDATE bodies SET codec = ? WHERE rowid = ?", (now, at))
    else:
        place = data.draw(st.integers(0, len(packed) - 1))
        now = packed[:place] + bytes([packed[place] ^ data.draw(st.integers(1, 255))]) + packed[place + 1 :]
        assume(codec == "raw" or not _says_the_same(packed, now))
        connection.execute("UPDATE bodies SET bytes = ? WHERE rowid = ?", (now, at))


def _says_the_same(packed: bytes, now: bytes) -> bool:
    """Whether the packing only was changed, as in its last unused bits: the body is then what it was."""
    try:
        return zlib.decompress(packed) == zlib.decompress(now)
    except zlib.error:
        return False


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(history=HISTORIES, data=st.data())
def test_no_single_change_to_looks_or_bodies_goes_unseen(empty: Path, history: list[Any], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(empty, folder))
        live(path, history)
        assert _whole(path)
        with closing(sqlite3.connect(path)) as connection, connection:
            for table in ("snapshots", "bodies"):
                for (name,) in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
                ).fetchall():
                    connection.execute(f'DROP TRIGGER "{name}"')
            mutate(connection, data)
        assert not _whole(path)


def _whole(path: Path) -> bool:
    store = open_store(path, now=Clock())
    try:
        return verify(store).whole
    finally:
        store.close()
