"""A reviewer's desk in the test's own folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from desk_builders import Desk, desk_in


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Five reviewers; day 0, nothing seen or opened yet."""
    async with desk_in(tmp_path) as begun:
        yield begun
