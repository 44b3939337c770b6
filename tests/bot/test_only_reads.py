"""Guards: a service that will write nothing says so when it starts, and what would change that."""

from __future__ import annotations

from pathlib import Path

import pytest
from crux_builders import Crux
from new_stores import new_store

from bot.app import wall_clock
from bot.commands.service import only_reads
from bot.settings import Settings


@pytest.mark.parametrize("key", [None, "a-key"])
def test_a_store_of_a_sandbox_without_its_sandbox_is_only_read(crux: Crux, tmp_path: Path, key: str | None) -> None:
    store = new_store(tmp_path / "crux.sqlite", now=wall_clock)
    store.claim("sandbox", "creator")
    if key:
        crux.set(manifold_key=key)
    said = only_reads(Settings(), store, None)
    assert said is not None
    assert "this store's markets are on a sandbox, and none is named, so Crux only reads" in said
    assert said.endswith("name its file with --sandbox FILE")
    assert only_reads(Settings(), store, tmp_path / "sandbox.jsonl") is None
    store.close()


def test_without_a_key_it_is_said_that_nothing_is_posted(crux: Crux, tmp_path: Path) -> None:
    store = new_store(tmp_path / "crux.sqlite", now=wall_clock)
    said = only_reads(Settings(), store, None)
    assert said is not None
    assert said.startswith("no key is set, so Crux only reads, and nothing is opened, posted or resolved")
    crux.set(manifold_key="a-key")
    assert only_reads(Settings(), store, None) is None
    store.close()
