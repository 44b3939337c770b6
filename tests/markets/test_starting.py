"""Guards: the debate that `crux init` writes is sound on any day, without a fault, a warning or a waiver."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from markets.lint.run import lint_all
from markets.load import Loaded, load_debate
from markets.starting import debate_name, starting_files


def begun(path: Path, now: datetime, name: str = "mine") -> Loaded:
    for place, text in starting_files(name, now).items():
        target = path / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return load_debate(path)


NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 21, 12, 5, 1, tzinfo=UTC),
        datetime(2027, 12, 31, 23, 59, tzinfo=UTC),
        datetime(2028, 2, 29, 13, 20, tzinfo=UTC),
    ],
)
def test_it_is_sound_whatever_the_day_and_opens_when_there_was_time_to_look(now: datetime, tmp_path: Path) -> None:
    found = begun(tmp_path, now)
    assert [str(fault) for fault in (*found.faults, *lint_all(found))] == []
    assert len(found.markets) == 2
    for market in found.markets.values():
        assert market.allow == {}
        assert timedelta(minutes=10) <= market.opens - now <= timedelta(minutes=25)
        assert 365 <= (market.closes - market.opens).days <= 731


def test_it_has_every_kind_of_file_once(tmp_path: Path) -> None:
    found = begun(tmp_path, NOON)
    assert found.arguments is not None
    assert len(found.arguments.claims) == 1
    assert len(found.arguments.stances) == 2
    places = {source.fetch.file is not None for source in found.sources.values()}
    assert places == {True, False}, "one source in a file, one at an address"
    for path in tmp_path.rglob("*.yaml"):
        assert " # " in path.read_text(encoding="utf-8") or path.read_text(encoding="utf-8").startswith("# "), path


def test_two_debates_can_share_a_store_because_no_source_has_a_name_of_the_others(tmp_path: Path) -> None:
    one = begun(tmp_path / "one", NOON, "one")
    two = begun(tmp_path / "two", NOON, "two")
    assert not one.sources.keys() & two.sources.keys()


@pytest.mark.parametrize(
    ("folder", "name"),
    [("My Debate!", "my-debate"), ("x", "my-debate"), ("", "my-debate"), ("Ärger", "rger"), ("a" * 90, "a" * 30)],
)
def test_a_debates_name_is_made_of_its_folders(folder: str, name: str, tmp_path: Path) -> None:
    assert debate_name(folder) == name
    assert begun(tmp_path, NOON, name).usable
