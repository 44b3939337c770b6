"""Guards: of two services started on one store at the same moment one runs, and the other says so and ends."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from service_builders import of_a_file
from test_process import crux_run, store_of, wait_until_opened

from bot.store import audit
from bot.verifying import verify

pytestmark = pytest.mark.long(20)

WITHIN_S = 90.0


@pytest.fixture
def debate(tmp_path: Path) -> Path:
    return of_a_file(tmp_path)


def test_of_two_services_started_at_the_same_moment_one_runs_and_everything_is_done_once(
    tmp_path: Path, debate: Path
) -> None:
    options = ("--sandbox", tmp_path / "sandbox.jsonl")
    with crux_run(tmp_path, *options) as one, crux_run(tmp_path, *options) as other:
        deadline = time.monotonic() + WITHIN_S
        while one.poll() is None and other.poll() is None:
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.1)
        runs, ended = (one, other) if one.poll() is None else (other, one)
        assert ended.returncode == 1
        wait_until_opened(tmp_path, runs)
        runs.send_signal(signal.SIGTERM)
        assert runs.wait(30) == 0
    said = (tmp_path / "log").read_text()
    assert "one service at a time runs a store: stop that one first" in said
    assert (said.count("crux.service: started"), "Traceback" in said) == (1, False)
    store = store_of(tmp_path)
    with store.reading() as connection:
        opened = [one.subject for one in audit.acts(connection) if one.act == "open"]
    assert sorted(opened) == [f"small/{slug}" for slug in ("leader", "reach-85", "reach-95", "when-80")]
    assert verify(store).whole
    store.close()
