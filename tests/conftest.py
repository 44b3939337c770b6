"""How the tests are run: one worker more than there are cores, as many of them wait on sockets most of the time."""

from __future__ import annotations

import os


def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means here."""
    return (os.cpu_count() or 1) + 1
