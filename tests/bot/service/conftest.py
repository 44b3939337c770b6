"""A service of a small debate in the test's own folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from service_builders import Scene, scene


@pytest.fixture
async def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """Day 0: the debate's markets may open, nothing has been seen or opened yet."""
    async with scene(tmp_path, monkeypatch) as begun:
        yield begun
