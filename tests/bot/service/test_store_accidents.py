"""Guards: a store that is moved away, put back or replaced under a running service loses nothing, and is told once."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from service_builders import of_a_file
from test_process import crux_run, wait_until_opened

from bot.store.copying import copy_to

pytestmark = pytest.mark.long(30)

WITHIN_S = 90.0
PACES: dict[str, Any] = {
    f"service_every_{job}": "1 second" for job in ("plan", "collect", "judge", "resolve", "prices", "panels")
}


@pytest.fixture
def debate(tmp_path: Path) -> Path:
    return of_a_file(tmp_path)


def wait(true: Callable[[], bool], process: subprocess.Popen[str], log: Path) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not true():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def test_a_store_moved_away_is_told_once_and_everything_goes_on_by_itself_once_it_is_back(
    tmp_path: Path, debate: Path
) -> None:
    log, path = tmp_path / "log", tmp_path / "crux.sqlite"
    with crux_run(tmp_path, "--sandbox", tmp_path / "sandbox.jsonl", **PACES) as process:
        wait_until_opened(tmp_path, process)
        path.rename(tmp_path / "away")
        wait(lambda: "is gone: put it back" in log.read_text(), process, log)
        time.sleep(3)  # each job comes several times meanwhile
        (tmp_path / "away").rename(path)
        wait(lambda: "the store can be written again" in log.read_text(), process, log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert log.read_text().count("is gone: put it back") == 1
    assert "Traceback" not in log.read_text()


def test_a_service_whose_store_is_replaced_ends_with_a_sentence_and_the_next_goes_on_with_the_new_one(
    tmp_path: Path, debate: Path
) -> None:
    """As where a copy is restored while it runs: what it would write would be lost with the file that has no name."""
    log, path = tmp_path / "log", tmp_path / "crux.sqlite"
    with crux_run(tmp_path, "--sandbox", tmp_path / "sandbox.jsonl", **PACES) as process:
        wait_until_opened(tmp_path, process)
        copy_to(path, tmp_path / "copy")
        for beside in ("-wal", "-shm"):
            path.with_name(f"{path.name}{beside}").unlink(missing_ok=True)
        os.replace(tmp_path / "copy", path)
        assert process.wait(WITHIN_S) == 1
    said = log.read_text()
    assert f"crux: the store {path} was replaced by another file while this process had it open: this one" in said
    assert "Traceback" not in said
    with crux_run(tmp_path, "--sandbox", tmp_path / "sandbox.jsonl", **PACES) as process:
        wait(lambda: log.read_text().count("crux.service: started") == 2, process, log)
        wait_until_opened(tmp_path, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
