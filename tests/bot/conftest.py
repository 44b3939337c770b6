"""A small debate lived through in the test's own folder, and a way to run commands there."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from crux_builders import Crux, World, copied, living


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The debate on day 0, nothing seen or opened yet."""
    async with living(tmp_path) as begun:
        yield begun


@pytest.fixture
def crux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crux:
    """`crux(...)` runs a command; no CRUX_ variable is set but those that the test sets."""
    for name in [name for name in os.environ if name.startswith("CRUX_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return Crux(monkeypatch, tmp_path)


@pytest.fixture
def copy(lived: Path, tmp_path: Path) -> Path:
    """The store of the file's own `lived`, to do harm to."""
    return copied(lived, tmp_path / "copy.sqlite")
