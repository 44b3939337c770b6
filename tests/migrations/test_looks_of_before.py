"""Guards: law 10: looks of a store made before looks were on the record are put there by the upgrade, as they stand."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from alembic import command

from bot.store import audit, open_store
from bot.store.upgrading import alembic_config, upgrade
from bot.verifying import Verified, verify

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BODY = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
LOOKS = [
    (1, "board", 5_000, 9_000, "import", 200, BODY, 0, None, None, "http://a/", ""),
    (2, "board", 4_000, 9_000, "import", 200, BODY, 1, "e", "m", "http://a/", ""),
    (3, "labs", 9_500, 9_500, "fetch", 500, None, 0, None, None, "http://b/", "HTTP 500, and no body"),
]


def old(path: Path, *, acts: int = 0) -> Path:
    """A store of revision 0007 with three looks, and as many acts as asked for."""
    upgrade(path, "0007")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO bodies VALUES (?, 'raw', x'00')", (BODY,))
        connection.executemany(f"INSERT INTO snapshots VALUES ({', '.join('?' * 12)})", LOOKS)
        before = audit.START
        for number in range(1, acts + 1):
            made = audit.row_hash(audit.Act(number, NOW, "crux", "reversal", "m", "{}", before, ""))
            row = (number, int(NOW.timestamp() * 1_000_000), "crux", "reversal", "m", "{}", before, made)
            connection.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            before = made
    return path


def found(path: Path) -> Verified:
    store = open_store(path, now=lambda: NOW)
    try:
        return verify(store)
    finally:
        store.close()


def acts(path: Path) -> list[tuple[int, str, str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT id, actor, act, subject FROM audit ORDER BY id").fetchall()


def test_the_looks_of_an_older_store_go_on_the_record_after_what_stood_there(tmp_path: Path) -> None:
    path = old(tmp_path / "s.sqlite", acts=2)
    upgrade(path)
    assert acts(path)[2:] == [(2 + number, "upgrade", "look", f"snapshot {number}") for number in (1, 2, 3)]
    assert found(path).whole, found(path)


def test_after_the_upgrade_a_change_to_an_older_look_shows(tmp_path: Path) -> None:
    path = old(tmp_path / "s.sqlite")
    upgrade(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER snapshots_refuses_update")
        connection.execute("UPDATE snapshots SET seen_at = 3000 WHERE id = 2")
    assert [(link.id, link.because[:46]) for link in found(path).record] == [
        (2, "look 2 at board is not what was seen and recor")
    ]


def test_upgraded_twice_no_look_is_on_the_record_twice(tmp_path: Path) -> None:
    path = old(tmp_path / "s.sqlite", acts=1)
    upgrade(path)
    before = acts(path)
    command.downgrade(alembic_config(f"sqlite:///{path}"), "0007")
    upgrade(path, now=NOW)
    assert acts(path) == before
    assert found(path).whole


def test_a_store_without_looks_gets_no_acts(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    upgrade(path)
    assert acts(path) == []
