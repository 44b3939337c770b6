"""How the tests are run: how many at once, and where their folders lie."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")  # only where folders of numbered runs are made, by pytest itself
ENOUGH_BYTES = 2 * 1024**3
"""A run needs some hundreds of MB at once; what a passed test leaves is removed after it."""


def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means: one worker more than there are cores, as many tests wait on sockets most of the time."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests' folders in memory where there is room: a store waits for its disk at every decision.

    Nothing here is lost with a killed process, and no test cuts the power. --basetemp and PYTEST_DEBUG_TEMPROOT
    choose another place.
    """
    if config.option.basetemp is None and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
