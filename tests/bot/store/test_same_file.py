"""Guards: a store that is moved away or replaced while it is open is noticed before the next word is written to it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import jobs
from bot.store import Store, open_store, switches
from bot.store.copying import copy_to
from bot.store.same_file import Replaced, Trouble

WAYS: list[Callable[[Store], AbstractContextManager[sa.Connection]]] = [Store.transaction, Store.reading]


@pytest.mark.parametrize("way", WAYS)
def test_a_store_that_was_moved_away_is_missed_not_made_anew_and_goes_on_once_it_is_back(
    store: Store, tmp_path: Path, way: Callable[[Store], AbstractContextManager[sa.Connection]]
) -> None:
    path = Path(store.name)
    path.rename(tmp_path / "elsewhere")
    with pytest.raises(Trouble, match=r"is gone: put it back where it was"), way(store):
        raise AssertionError("never reached")
    store.engine.dispose()  # so that the next one opens a connection of its own
    with pytest.raises(Trouble), way(store):
        raise AssertionError("never reached")
    assert not path.exists()
    (tmp_path / "elsewhere").rename(path)
    with way(store) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM audit").scalar_one() == 0


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_written_or_read_once_another_file_stands_in_the_stores_place(
    store: Store, tmp_path: Path, way: Callable[[Store], AbstractContextManager[sa.Connection]]
) -> None:
    path = Path(store.name)
    with way(store):
        pass
    copy_to(path, tmp_path / "copy")
    os.replace(tmp_path / "copy", path)
    with pytest.raises(Replaced, match="was replaced by another file"), way(store):
        raise AssertionError("never reached: it would be lost with the file that has no name any more")


@pytest.mark.parametrize("way", WAYS)
def test_a_file_in_the_place_of_the_stores_folder_is_a_sentence_too(
    tmp_path: Path, way: Callable[[Store], AbstractContextManager[sa.Connection]]
) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    store = open_store(folder / "crux.sqlite", now=lambda: datetime.now(UTC))
    with way(store):
        pass
    folder.rename(tmp_path / "elsewhere")
    folder.touch()
    with pytest.raises(Trouble, match=r"is gone: put it back where it was"), way(store):
        raise AssertionError("never reached")
    store.close()


def test_a_lock_that_cannot_be_made_is_a_sentence_and_no_fault_of_ours(store: Store) -> None:
    path = Path(f"{store.name}.manifold.lock")
    path.mkdir()
    with pytest.raises(Trouble, match="look at the rights of the store's folder"), store.alone("manifold"):
        raise AssertionError("never reached")


def test_a_store_in_trouble_is_told_once_and_anew_after_it_was_well(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Guards: eight jobs a minute do not fill the log of a night with one sentence."""
    jobs.troubles.over()
    path = Path(store.name)
    path.rename(tmp_path / "elsewhere")

    def write() -> None:
        with store.transaction() as connection:
            switches.switched(connection, "discord")

    with caplog.at_level("INFO", "crux.jobs"):
        came = [jobs.tried(f"job {n}", write) for n in range(20)]
        assert len({str(one) for one in came}) == 1
        assert [one.message for one in caplog.records] == [f"the store {path} is gone: put it back where it was; "
                                                           "nothing was changed"]  # fmt: skip
        assert jobs.troubles.over()
        jobs.tried("job 21", write)
    assert len(caplog.records) == 2
