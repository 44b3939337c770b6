"""Guards: a sandbox that a running service keeps is joined by other commands; a mistyped file makes no new Manifold."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.platform import sandboxed
from resolvers.errors import Refusal


async def test_a_sandbox_that_is_being_served_is_joined_and_its_file_says_where_no_longer_than_that(
    tmp_path: Path,
) -> None:
    kept = tmp_path / "play.jsonl"
    async with sandboxed(kept) as first, sandboxed(kept) as second:
        assert first == second
        assert (tmp_path / "play.jsonl.serving").stat().st_mode & 0o077 == 0
    assert not (tmp_path / "play.jsonl.serving").exists()


async def test_a_sandbox_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="is no folder; make it first"):
        async with sandboxed(tmp_path / "none" / "play.jsonl"):
            pass
    assert not (tmp_path / "none").exists()
