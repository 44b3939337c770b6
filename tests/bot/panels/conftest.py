"""Panels lived through: the small debate with questions that people answer, and Manifold accounts that may trade."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from panel_builders import Sitting, sitting


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Sitting]:
    """Day 3: the market is open, two rows have been seen that the panel is asked about; nothing is opened yet."""
    async with sitting(tmp_path) as begun:
        yield begun
