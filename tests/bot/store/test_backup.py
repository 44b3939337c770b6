"""Guards: `crux db backup|restore`: a copy is whole, nothing is overwritten, a damaged copy changes nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from store_builders import Clock, body, day, source

from bot.store import Store, backup, load_evidence, open_store, record, restore
from resolvers.errors import Refusal

SOURCES = {"board": source()}


def scores(store: Store) -> list[str | None]:
    return [span.cells["score"] for span in load_evidence(store, SOURCES, day(9)).source("board").spans]


def test_a_copy_made_while_the_store_is_in_use_brings_back_that_moment(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    path = tmp_path / "crux.sqlite"
    record(store, SOURCES["board"], body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    copy = backup(path, tmp_path / "copies" / "one.sqlite")
    record(store, SOURCES["board"], body({"a": ("60.0", "x")}), seen_at=day(2), via="import")
    store.close()
    kept = restore(path, copy)
    again = open_store(path, now=clock)
    assert scores(again) == ["50.0"]
    again.close()
    assert kept is not None
    replaced = open_store(kept, now=clock)
    assert scores(replaced) == ["50.0", "60.0"]
    replaced.close()


def test_a_copy_overwrites_nothing(store: Store, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    with pytest.raises(Refusal, match="exists already"):
        backup(tmp_path / "crux.sqlite", tmp_path / "there")
    assert (tmp_path / "there").read_text() == "mine"


def test_a_damaged_copy_or_something_else_is_refused_and_the_store_stands(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    path = tmp_path / "crux.sqlite"
    record(store, SOURCES["board"], body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    copy = backup(path, tmp_path / "copy.sqlite")
    raw = copy.read_bytes()
    (tmp_path / "cut.sqlite").write_bytes(raw[: len(raw) // 2])
    (tmp_path / "text.sqlite").write_bytes(b"hello" * 999)
    store.close()
    for name in ("cut.sqlite", "text.sqlite", "absent.sqlite"):
        with pytest.raises(Refusal):
            restore(path, tmp_path / name)
    again = open_store(path, now=clock)
    assert scores(again) == ["50.0"]
    again.close()


def test_a_damaged_store_is_replaced_and_kept_as_it_lay(store: Store, tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "crux.sqlite"
    record(store, SOURCES["board"], body({"a": ("50.0", "x")}), seen_at=day(1), via="import")
    copy = backup(path, tmp_path / "copy.sqlite")
    store.close()
    path.write_bytes(b"rubbish" * 999)
    kept = restore(path, copy)
    assert kept is not None and kept.read_bytes() == b"rubbish" * 999
    again = open_store(path, now=clock)
    assert scores(again) == ["50.0"]
    again.close()


def test_a_copy_of_a_newer_schema_is_not_restored(store: Store, tmp_path: Path) -> None:
    copy = backup(tmp_path / "crux.sqlite", tmp_path / "copy.sqlite")
    other = backup(copy, tmp_path / "newer.sqlite")
    with closing(sqlite3.connect(other)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Refusal, match="newer than"):
        restore(tmp_path / "crux.sqlite", other)
