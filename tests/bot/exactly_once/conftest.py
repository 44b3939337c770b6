"""Where the killing starts from, and a way to say what was done."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from prepared import Prepared
from scenes import Theatre


@pytest.fixture(scope="session")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Theatre:
    return Theatre(Prepared(tmp_path_factory.mktemp("prepared")), tmp_path_factory.mktemp("played"))


@pytest.fixture
def say(capfd: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print past pytest's capture, so that the points are seen in every run."""

    def told(text: str) -> None:
        with capfd.disabled():
            sys.stderr.write(f"{text}\n")

    return told
