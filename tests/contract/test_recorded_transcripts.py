"""Requirement: the sandbox answers as the recorded server did, request for request."""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCENARIOS = sorted(path.stem for path in (HERE / "transcripts").glob("*.json"))


def load_replay() -> ModuleType:
    spec = importlib.util.spec_from_file_location("replay", HERE / "replay.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


replay = load_replay()


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Iterator[argparse.Namespace]:
    """A sandbox in a process of its own, and the replay program's options for it."""
    folder = tmp_path_factory.mktemp("sandbox")
    accounts = folder / "accounts.json"
    command = [sys.executable, "-m", "markets.sandbox", "--state", folder / "state.jsonl", "--accounts", accounts]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        base_url = server.stdout.readline().strip()
        yield replay.options(["--base-url", base_url, "--accounts", str(accounts), "--settle", "0"])
        server.terminate()
        assert server.wait(10) == 0


def differences(report: dict[str, Any]) -> list[str]:
    return [
        f"step {step['step']} {step['actor']} {step['request']}: {each['what']} at {each['path']}:"
        f" want {each['want']!r} got {each['got']!r}"
        for step in report["steps"]
        for each in step["diffs"]
    ]


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_sandbox_answers_a_recorded_scenario_as_the_server_did(name: str, options: argparse.Namespace) -> None:
    scenario = json.loads((HERE / "transcripts" / f"{name}.json").read_text())
    assert differences(replay.replay(scenario, options)) == []


def test_the_replay_program_sees_a_wrong_answer(options: argparse.Namespace) -> None:
    scenario = json.loads((HERE / "transcripts" / "create_mc_costs.json").read_text())
    scenario["steps"][1]["response"]["totalLiquidity"] = 101
    assert len(differences(replay.replay(scenario, options))) == 1
