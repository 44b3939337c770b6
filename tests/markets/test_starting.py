"""Guards: the debate that `crux init` writes is sound on any day, without a fault, a warning or a waiver."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from markets.lint.run import lint_all
from markets.load import Loaded, load_debate
from markets.starting import debate_name, starting_files


def begun(path: Path, today: date, name: str = "mine") -> Loaded:
    for place, text in starting_files(name, today).items():
        target = path / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return load_debate(path)


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 11, 21), date(2027, 12, 31), date(2028, 2, 29)])
def test_it_is_sound_whatever_the_day(today: date, tmp_path: Path) -> None:
    found = begun(tmp_path, today)
    assert [str(fault) for fault in (*found.faults, *lint_all(found))] == []
    assert len(found.markets) == 2
    for market in found.markets.values():
        assert market.allow == {}
        assert market.opens == datetime(today.year, today.month, today.day, tzinfo=UTC)
        assert 366 <= (market.closes - market.opens).days <= 731


def test_it_has_every_kind_of_file_once(tmp_path: Path) -> None:
    found = begun(tmp_path, date(2026, 11, 21))
    assert found.arguments is not None
    assert len(found.arguments.claims) == 1
    assert len(found.arguments.stances) == 2
    places = {source.fetch.file is not None for source in found.sources.values()}
    assert places == {True, False}, "one source in a file, one at an address"
    for path in tmp_path.rglob("*.yaml"):
        assert " # " in path.read_text(encoding="utf-8") or path.read_text(encoding="utf-8").startswith("# "), path


def test_two_debates_can_share_a_store_because_no_source_has_a_name_of_the_others(tmp_path: Path) -> None:
    one = begun(tmp_path / "one", date(2026, 11, 21), "one")
    two = begun(tmp_path / "two", date(2026, 11, 21), "two")
    assert not one.sources.keys() & two.sources.keys()


@pytest.mark.parametrize(
    ("folder", "name"),
    [("My Debate!", "my-debate"), ("x", "my-debate"), ("", "my-debate"), ("Ärger", "rger"), ("a" * 90, "a" * 30)],
)
def test_a_debates_name_is_made_of_its_folders(folder: str, name: str, tmp_path: Path) -> None:
    assert debate_name(folder) == name
    assert begun(tmp_path, date(2026, 11, 21), name).usable
