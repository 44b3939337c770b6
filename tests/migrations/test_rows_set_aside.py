"""Guards: laws 2 and 4: a store from before rows set aside were kept reads those bodies again, and only those."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from bot.store import load_evidence, open_store, record, rederive
from bot.store.upgrading import alembic_config, upgrade
from migrations.guards import guard_names
from resolvers.evidence import instant
from resolvers.sources.spec import SourceSpec

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SEEN = datetime(2026, 1, 1, tzinfo=UTC)
FIGURE = {"unit": "percent", "between": [0, 100]}
SPOILT, SOUND = b"model,score\na,271.0\nb,60.0\n", b"model,score\nc,50.0\n"


def source(name: str) -> SourceSpec:
    block = {"format": "csv", "key": "model", "columns": {"score": FIGURE}}
    described: dict[str, Any] = {"id": name, "publisher": "P", "licence": "CC0", "fetch": {"file": "x"}, "read": block}
    return SourceSpec.model_validate(described)


SOURCES = {name: source(name) for name in ("spoilt", "sound")}


@contextmanager
def written(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection, connection:
        yield connection


def put(connection: sqlite3.Connection, table: str, **row: Any) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def old_store(path: Path) -> None:
    """Two sources as schema 0006 kept them: of the row with 271.0 nothing but its key."""
    upgrade(path, "0006")
    at = instant(SEEN)
    with written(path) as connection:
        for number, (name, raw, key, held) in enumerate(
            [("spoilt", SPOILT, "b", ["a"]), ("sound", SOUND, "c", [])], start=1
        ):
            body, block = hashlib.sha256(raw).hexdigest(), SOURCES[name].read.hash()
            cells = json.dumps({"score": "60.0" if key == "b" else "50.0"}, separators=(",", ":"))
            told = json.dumps([name, key, json.loads(cells)], sort_keys=True, separators=(",", ":"))
            observation = hashlib.sha256(told.encode()).hexdigest()
            put(connection, "bodies", sha256=body, codec="raw", bytes=raw)
            put(connection, "snapshots", id=number, source=name, seen_at=at, recorded_at=at, via="fetch", status=200,
                body=body, awaits=0, because="")  # fmt: skip
            connection.execute("INSERT OR IGNORE INTO read_blocks VALUES (?, '{}')", (block,))
            put(connection, "readings", id=number, body=body, source=name, read_hash=block, state="good", because="",
                notes="[]", held=json.dumps(held))  # fmt: skip
            put(connection, "observations", id=number, hash=observation, source=name, key=key, cells=cells)
            put(connection, "reading_rows", reading=number, position=0, observation=number)
            put(connection, "timelines", id=number, source=name, read_hash=block, last_snapshot=number, good_body=body,
                good_seen_at=at, spans=1)  # fmt: skip
            put(connection, "spans", timeline=number, position=0, row=key, key=key, observation=observation,
                cells=cells, snapshot=number, since=at, until=None, ended="current")  # fmt: skip
        put(connection, "verdicts", version="v", evidence="e", as_of=at, verdict="{}")


def scores(path: Path) -> dict[str, str | None]:
    with closing(open_store(path, now=lambda: NOW)) as store:
        kept = load_evidence(store, SOURCES, NOW)
        assert kept == rederive(store, SOURCES, 99, NOW).evidence
        return {span.key: span.cells["score"] for name in SOURCES for span in kept.source(name).spans}


def test_an_upgraded_store_tells_the_rows_that_it_had_set_aside(tmp_path: Path) -> None:
    old_store(tmp_path / "s.sqlite")
    upgrade(tmp_path / "s.sqlite")
    assert scores(tmp_path / "s.sqlite") == {"a": None, "b": "60.0", "c": "50.0"}


def test_what_was_read_without_such_rows_is_kept_and_guarded_as_before(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    old_store(path)
    upgrade(path)
    with written(path) as connection:
        assert connection.execute("SELECT source FROM readings").fetchall() == [("sound",)]
        assert connection.execute("SELECT source, spans FROM timelines").fetchall() == [("sound", 1)]
        assert connection.execute("SELECT count(*) FROM spans").fetchall() == [(1,)]
        assert connection.execute("SELECT count(*) FROM verdicts").fetchall() == [(0,)]
        guards = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        with pytest.raises(sqlite3.IntegrityError, match="insert-only"):
            connection.execute("DELETE FROM readings")
    assert {name for table in ("readings", "reading_rows", "observations") for name in guard_names(table)} <= guards


def test_going_back_forgets_the_rows_set_aside_and_coming_again_tells_them(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with closing(open_store(path, now=lambda: NOW)) as store:
        record(store, SOURCES["spoilt"], SPOILT, seen_at=SEEN, via="import")
        record(store, SOURCES["sound"], SOUND, seen_at=SEEN, via="import")
    command.downgrade(alembic_config(f"sqlite:///{path}"), "0006")
    with written(path) as connection:
        assert connection.execute("SELECT source FROM readings").fetchall() == [("sound",)]
        assert connection.execute("SELECT key FROM observations ORDER BY key").fetchall() == [("b",), ("c",)]
    upgrade(path)
    assert scores(path) == {"a": None, "b": "60.0", "c": "50.0"}
