"""How the tests are run: how many at once, in which order, and where their folders lie."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")  # only where folders of numbered runs are made, by pytest itself
ENOUGH_BYTES = 2 * 1024**3
"""A run needs some hundreds of MB at once; what a passed test leaves is removed after it."""

LONG = "long(seconds): a file that takes about so long on two cores, and is begun before all others"


def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means: two workers more than there are cores, as many tests wait on sockets most of the time."""
    return (os.cpu_count() or 1) + 2


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests' folders in memory where there is room: a store waits for its disk at every decision.

    Nothing here is lost with a killed process, and no test cuts the power. --basetemp and PYTEST_DEBUG_TEMPROOT
    choose another place. Dozens of tests start `crux` as a program: what Python has compiled is kept beside the
    sources, as it is by default, or each of them would compile all of it anew. At each of its locks httpcore looks for
    sniffio, which is nowhere: known to be missing, it is not searched for through all the tests' folders again.
    """
    config.addinivalue_line("markers", LONG)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]  # Python's own sign for that
    if config.option.basetemp is None and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the tests to the workers as --dist worksteal will: each begins with its share of the long files.

    A long file in the middle would keep one worker busy when all others have ended. The files stay whole, as their
    tests share what is costly to make.
    """
    hands = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    files = [list(some) for _, some in groupby(items, key=lambda one: one.path)]
    dealt = _dealt([some for some in files if _seconds(some)], hands)
    rest = [one for some in files if not _seconds(some) for one in some]
    items.clear()
    for number, mine in enumerate(dealt):
        left = len(rest) + sum(map(len, dealt[number:]))
        share = max(0, left // (hands - number) - len(mine))
        items += mine + rest[:share]
        del rest[:share]


def _dealt(long: Sequence[list[pytest.Item]], hands: int) -> list[list[pytest.Item]]:
    """The longest first, each to whoever has least to do."""
    found: list[list[pytest.Item]] = [[] for _ in range(hands)]
    busy_s = [0.0] * hands
    for some in sorted(long, key=_seconds, reverse=True):
        least = busy_s.index(min(busy_s))
        found[least] += some
        busy_s[least] += _seconds(some)
    return found


def _seconds(file: Sequence[pytest.Item]) -> float:
    mark = file[0].get_closest_marker("long")
    return float(mark.args[0]) if mark is not None else 0.0
