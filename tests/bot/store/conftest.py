"""A real store in a file for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from new_stores import new_store
from store_builders import Clock

from bot.store import Store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    opened = new_store(tmp_path / "crux.sqlite", now=clock)
    yield opened
    opened.close()
