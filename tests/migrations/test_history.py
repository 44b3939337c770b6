"""Guards: the migrations make what the code describes, from every revision, from an installed package, in one piece."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from bot.store import open_store, schema
from bot.store.engine import make_engine
from bot.store.upgrading import alembic_config, known_revisions, revision_of, upgrade
from migrations.guards import guard_names
from resolvers.errors import Refusal

PROJECT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def schema_of(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return set(rows)


def test_the_code_knows_the_newest_migration() -> None:
    scripts = ScriptDirectory.from_config(alembic_config("sqlite:///x"))
    assert scripts.get_heads() == [schema.HEAD]
    assert known_revisions() == tuple(sorted(script.revision for script in scripts.walk_revisions()))


def test_the_migrations_make_exactly_the_tables_that_the_code_describes(tmp_path: Path) -> None:
    told = subprocess.run([sys.executable, "-m", "migrations", "check"], cwd=PROJECT, capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")


def test_a_table_without_its_migration_is_told(tmp_path: Path) -> None:
    upgrade(tmp_path / "s.sqlite")
    with closing(sqlite3.connect(tmp_path / "s.sqlite")) as connection:
        connection.execute("DROP TABLE ledger")
    with pytest.raises(Exception, match=r"add_table.*ledger"):
        command.check(alembic_config(f"sqlite:///{tmp_path / 's.sqlite'}"))


@pytest.mark.parametrize("revision", known_revisions())
def test_a_store_of_every_revision_reaches_the_newest_and_is_copied_first(tmp_path: Path, revision: str) -> None:
    fresh, old = tmp_path / "fresh.sqlite", tmp_path / "old.sqlite"
    upgrade(fresh)
    upgrade(old, revision)
    if revision != schema.HEAD:
        with pytest.raises(Refusal, match="run `crux db upgrade`"):
            open_store(old, now=lambda: NOW)
    before = schema_of(old)
    saved = upgrade(old, now=NOW)
    assert schema_of(old) == schema_of(fresh)
    if revision == schema.HEAD:
        assert saved is None
    else:
        assert saved == tmp_path / f"old.sqlite.before-{schema.HEAD}.20260101T000000Z"
        assert schema_of(saved) == before


def test_evidence_survives_an_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    upgrade(path, "0001")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO bodies VALUES ('h', 'raw', x'00')")
    upgrade(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM bodies").fetchall() == [("h", "raw", b"\0")]


def test_kept_verdicts_survive_being_appended_and_back(tmp_path: Path) -> None:
    path, kept = tmp_path / "s.sqlite", [("v1", "e1", 1, "{}"), ("v1", "e2", 2, "{}"), ("v2", "e1", 1, "{}")]
    upgrade(path, "0013")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany("INSERT INTO verdicts VALUES (?, ?, ?, ?)", kept)
    upgrade(path)
    command.downgrade(alembic_config(f"sqlite:///{path}"), "0013")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM verdicts ORDER BY version, as_of").fetchall() == kept


def test_a_newer_schema_is_not_upgraded(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    upgrade(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Refusal, match="newer than"):
        upgrade(path)


def test_down_to_nothing_and_up_again(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    upgrade(path)
    whole = schema_of(path)
    command.downgrade(alembic_config(f"sqlite:///{path}"), "base")
    assert {name for name, _ in schema_of(path)} == {"alembic_version"}
    upgrade(path)
    assert schema_of(path) == whole


def test_every_insert_only_table_has_its_guards(tmp_path: Path) -> None:
    upgrade(tmp_path / "s.sqlite")
    wanted = {name for table in schema.INSERT_ONLY for name in guard_names(table)}
    assert wanted <= {name for name, _ in schema_of(tmp_path / "s.sqlite")}


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    upgrade(path, "0003")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE ledger (mine TEXT)")  # 0004 makes the outbox first, then stumbles over this
    before = schema_of(path)
    with pytest.raises(sa.exc.OperationalError, match="already exists"):
        upgrade(path)
    engine = make_engine(str(path))
    assert (schema_of(path), revision_of(engine)) == (before, "0003")
    engine.dispose()


def test_the_migrations_run_from_an_installed_package(tmp_path: Path) -> None:
    """Only what a wheel holds, from a folder that is not the project's, under a name that needs escaping."""
    site = tmp_path / "site 100%"
    for package in ("bot", "markets", "resolvers", "migrations"):
        shutil.copytree(PROJECT / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    code = "from bot.store.upgrading import upgrade; import migrations; upgrade('s.sqlite'); print(migrations.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(site)}
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.startswith(str(site))
    upgrade(tmp_path / "here.sqlite")
    assert schema_of(tmp_path / "s.sqlite") == schema_of(tmp_path / "here.sqlite")
