"""Guards: laws 2 and 8: another account, a newer schema, a killed process, insert-only by the database itself."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable
from store_builders import Clock, body, day, opened, proposed, source

from bot.store import Store, accept, audit, load_evidence, open_store, record, reviews, schema
from bot.store.engine import make_engine
from resolvers.errors import Outside, Refusal

PROJECT = Path(__file__).parents[3]


def test_a_store_is_made_where_there_is_none_and_found_again(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "crux.sqlite"
    first = open_store(path, now=clock)
    first.claim("https://api.manifold.markets", "u1")
    first.close()
    again = open_store(f"sqlite:///{path}", now=clock, create=False)
    again.claim("https://api.manifold.markets", "u1")
    again.close()


def test_a_store_in_a_folder_that_is_not_there_is_a_slip_and_makes_nothing(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(Refusal, match=r"there is no folder .*deep.*mend CRUX_DATABASE_URL"):
        open_store(tmp_path / "deep" / "crux.sqlite", now=clock)
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_is_not_there_is_not_made_unasked(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(Refusal, match="there is no store"):
        open_store(tmp_path / "x.sqlite", now=clock, create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("platform", "account"), [("https://dev.manifold.markets", "u1"), ("http://m", "u2")])
def test_a_store_of_another_account_is_refused(store: Store, platform: str, account: str) -> None:
    store.claim("http://m", "u1")
    with pytest.raises(Refusal, match=r"store of another account.*CRUX_DATABASE_URL"):
        store.claim(platform, account)


def test_a_database_of_a_newer_schema_is_refused_and_left_alone(store: Store, tmp_path: Path, clock: Clock) -> None:
    with store.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    before = (tmp_path / "crux.sqlite").read_bytes()
    with pytest.raises(Refusal, match=r"schema 9999, newer than .*update Crux"):
        open_store(tmp_path / "crux.sqlite", now=clock)
    assert (tmp_path / "crux.sqlite").read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"not a database at all, but a long enough text" * 40, b"SQLite format 3\x00" * 99]
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, clock: Clock, content: bytes) -> None:
    path = tmp_path / "x.sqlite"
    path.write_bytes(content)
    with pytest.raises(Refusal, match="no database of Crux"):
        open_store(path, now=clock)
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_refused(tmp_path: Path, clock: Clock) -> None:
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    with pytest.raises(Refusal, match="a database of something else"):
        open_store(tmp_path / "x.sqlite", now=clock)


def test_a_store_in_memory_is_refused(clock: Clock) -> None:
    with pytest.raises(Refusal, match="forget everything"):
        open_store("sqlite://", now=clock)


def _filled(store: Store) -> None:
    """At least one row in every insert-only table."""
    record(store, source(), body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    opened(store, "early", at=day(0))
    late = record(store, source(), body({"a": ("60.0", "x")}), seen_at=day(2), via="import")
    accept(store, late.snapshot, "ann", "seen it")
    seen = proposed(store)
    with store.transaction() as connection:
        reviews.review(connection, seen, person="ann", vote="approve", because="so", at=day(12))
        panel: dict[str, object] = {"debate": "d", "slug": "s", "source": "panel.0", "terms": {}, "later": []}
        panel |= {"keys": ["answer"], "pack": [], "draw": 1, "state": "open", "because": "", "revision": 0}
        panel |= {"id": 1, "opened_at": day(1), "until": day(2), "last": day(3)}
        connection.execute(sa.insert(schema.panels).values(panel))
        draw = {"panel": 1, "draw": 1, "keys": ["answer"], "placed": [], "drawn_at": day(1), "until": day(2)}
        connection.execute(sa.insert(schema.panel_draws).values(draw))
        said = {"panel": 1, "draw": 1, "person": "ann", "key": "answer", "limbs": {}, "because": "so", "salt": "0"}
        said |= {"at": day(1)}
        connection.execute(sa.insert(schema.panel_votes).values(said))


@pytest.mark.parametrize("table", schema.INSERT_ONLY)
def test_the_database_itself_refuses_to_change_or_delete_what_is_insert_only(store: Store, table: str) -> None:
    _filled(store)
    column = next(column.name for column in schema.metadata.tables[table].columns if not column.primary_key)
    acts = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    acts.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    for act in acts:
        with pytest.raises(sa.exc.IntegrityError, match="is insert-only"), store.transaction() as connection:
            connection.exec_driver_sql(act)


def test_the_database_itself_refuses_a_snapshot_recorded_before_the_newest(store: Store) -> None:
    _filled(store)
    for column in ("recorded_at", "id"):
        row = "SELECT * FROM snapshots WHERE id = 1"
        with store.transaction() as connection:
            values = dict(connection.exec_driver_sql(row).one()._mapping)
        values |= {"id": 99, "recorded_at": 0} if column == "recorded_at" else {"id": 0}
        with pytest.raises(sa.exc.IntegrityError, match="in order"), store.transaction() as connection:
            connection.execute(sa.insert(schema.snapshots).values(values))


def test_every_table_is_strict(store: Store) -> None:
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT name, strict FROM pragma_table_list WHERE type = 'table'").all()
    strict = {name for name, is_strict in rows if is_strict}
    assert set(schema.metadata.tables) <= strict


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction() as connection:
        audit.append(connection, at=day(1), actor="a", act="b", subject="c", payload={})
        raise RuntimeError
    with store.reading() as connection:
        assert audit.acts(connection) == ()


def test_a_reader_sees_one_state_while_a_writer_commits(store: Store) -> None:
    with store.reading() as connection:
        assert audit.acts(connection) == ()
        with store.transaction() as writer:
            audit.append(writer, at=day(1), actor="a", act="b", subject="c", payload={})
        assert audit.acts(connection) == ()


KILLED = """
import sys, time
from datetime import datetime, UTC
from bot.store import audit, open_store
now = lambda: datetime(2026, 1, 1, tzinfo=UTC)
store = open_store(sys.argv[1], now=now)
with store.transaction() as connection:
    audit.append(connection, at=now(), actor="a", act="committed", subject="s", payload={})
with store.transaction() as connection:
    audit.append(connection, at=now(), actor="a", act="lost", subject="s", payload={})
    print("inside", flush=True)
    time.sleep(60)
"""


def test_a_process_killed_inside_a_transaction_loses_nothing_committed_and_nothing_half_done(
    tmp_path: Path, clock: Clock
) -> None:
    path = tmp_path / "crux.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    store = open_store(path, now=clock)
    with store.transaction() as connection:
        audit.append(connection, at=day(1), actor="a", act="after", subject="s", payload={})
        assert [act.act for act in audit.acts(connection)] == ["committed", "after"]
        assert audit.broken_links(connection) == ()
    store.close()


RACING = """
import sys
from datetime import datetime, UTC
from bot.store import audit, open_store
now = lambda: datetime(2026, 1, 1, tzinfo=UTC)
store = open_store(sys.argv[1], now=now)
for number in range(20):
    with store.transaction() as connection:
        audit.append(connection, at=now(), actor=sys.argv[2], act="write", subject="s", payload={})
"""


def test_processes_that_make_the_same_store_at_once_share_it(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "crux.sqlite"
    started = [
        subprocess.Popen([sys.executable, "-c", RACING, str(path), str(number)], cwd=PROJECT, stderr=subprocess.PIPE)
        for number in range(4)
    ]
    told = [process.communicate(timeout=500)[1].decode() for process in started]
    assert told == [""] * 4
    store = open_store(path, now=clock)
    with store.reading() as connection:
        assert (len(audit.acts(connection)), audit.broken_links(connection)) == (80, ())
    store.close()


def test_a_store_that_another_writes_while_it_is_to_be_switched_to_wal_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "crux.sqlite"
    with closing(sqlite3.connect(path, check_same_thread=False, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (x)")
        other.execute("BEGIN IMMEDIATE")
        ending = threading.Timer(0.5, other.execute, ["COMMIT"])
        ending.start()
        engine = make_engine(str(path))
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        engine.dispose()
        ending.join()


def test_one_process_at_a_time_is_alone_at_an_act(store: Store) -> None:
    with store.alone("apply"):
        with store.alone("resolve"):
            pass
        with pytest.raises(Refusal, match="another process is at `apply`"), store.alone("apply"):
            pass
    with store.alone("apply"):
        pass


def test_a_process_is_alone_at_an_act_by_whatever_link_it_names_the_store(store: Store, tmp_path: Path) -> None:
    (tmp_path / "link.sqlite").symlink_to(Path(store.name).resolve())
    linked = open_store(tmp_path / "link.sqlite", now=store.now)
    with store.alone("apply"), pytest.raises(Refusal, match="another process"), linked.alone("apply"):
        pass
    linked.close()


def test_a_store_that_cannot_be_written_is_told_in_a_sentence(store: Store) -> None:
    with pytest.raises(Outside, match="may not be written"), store.transaction() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
        audit.append(connection, at=day(1), actor="a", act="b", subject="c", payload={})


def test_a_fault_of_ours_in_sql_is_not_passed_off_as_trouble_outside(store: Store) -> None:
    with pytest.raises(sa.exc.OperationalError, match="no such table"), store.transaction() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")


def test_every_table_can_be_made_on_postgresql() -> None:
    dialect = postgresql.dialect()
    for table in schema.metadata.sorted_tables:
        text = str(CreateTable(table).compile(dialect=dialect))
        assert "INTEGER" not in text.replace("BIGINTEGER", "")
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=dialect))


def test_importing_the_store_brings_neither_alembic_nor_http(tmp_path: Path) -> None:
    code = "import sys, bot.store; print(sorted({'alembic', 'httpx', 'discord'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def test_an_open_store_reads_what_a_closed_one_wrote(store: Store, tmp_path: Path, clock: Clock) -> None:
    record(store, source(), body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    before = load_evidence(store, {"board": source()}, day(9))
    store.close()
    again = open_store(tmp_path / "crux.sqlite", now=clock)
    assert load_evidence(again, {"board": source()}, day(9)) == before
    again.close()
