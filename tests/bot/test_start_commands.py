"""Guards: `crux init DIR`, and what can be typed next without a network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from crux_builders import Crux


def test_what_it_writes_passes_the_check_without_a_word(crux: Crux, tmp_path: Path) -> None:
    ran = crux("init", tmp_path / "My debate")
    assert ran.code == 0
    assert "crux check" in ran.err
    assert all(Path(line).is_file() for line in ran.out.splitlines())
    checked = crux("check", tmp_path / "My debate", "--json")
    assert (checked.code, checked.json) == (0, {"markets": 2, "unread": [], "faults": []})


def test_as_json_it_names_what_it_wrote_and_what_to_type_next(crux: Crux, tmp_path: Path) -> None:
    told = crux("init", tmp_path / "mine", "--json").json
    assert sorted(told) == ["folder", "next", "written"]
    assert {Path(each) for each in told["written"]} == {
        each for each in (tmp_path / "mine").rglob("*") if each.is_file()
    }


def test_the_file_source_is_collected_judged_and_lived_through_at_once(crux: Crux, tmp_path: Path) -> None:
    crux("init", tmp_path / "mine")
    crux.on(tmp_path / "mine", tmp_path / "crux.sqlite")
    collected = crux("collect", "mine-scores", "--json")
    assert [(each["state"], each["new_observations"]) for each in collected.json] == [("good", 5)]
    (verdict,) = crux("verdict", "open-within-5-points", "--json").json
    assert (verdict["state"], verdict["leaning"]["kind"]) == ("pending", "no")
    assert "74.2%" in verdict["because"]
    lived = crux("backtest", "open-within-5-points", "--json")
    assert (lived.code, len(lived.json["days"])) == (0, 1)
    ready = crux("check", "--ready", "--json").json
    assert {each["slug"]: each["waits"] for each in ready["dry_run"]} == {
        "open-within-5-points": [],
        "polyglot-95-date": ["S04"],
    }


def test_a_folder_with_something_in_it_is_left_as_it_is(crux: Crux, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    ran = crux("init", tmp_path / "mine")
    assert (ran.code, ran.out) == (1, "")
    assert "is not empty (notes.txt): nothing was written; name a new folder" in ran.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    ran = crux("init", tmp_path / "mine" / "notes.txt")
    assert (ran.code, "is a file: nothing was written" in ran.err) == (1, True)


def test_an_empty_folder_will_do(crux: Crux, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert crux("init", tmp_path / "mine").code == 0


@pytest.mark.parametrize("bundled", ["replay", "predictors-vs-agents"])
def test_a_folder_called_like_a_debate_that_comes_with_crux_gets_another_name(
    crux: Crux, tmp_path: Path, bundled: str
) -> None:
    assert crux("init", tmp_path / bundled).code == 0
    assert f"\ndebate: {bundled}-2\n" in (tmp_path / bundled / "debate.yaml").read_text()
    assert crux("check", tmp_path / bundled, "--json").json == {"markets": 2, "unread": [], "faults": []}


def test_beginning_and_reading_up_load_neither_the_store_nor_discord(tmp_path: Path) -> None:
    told = (
        "import sys\nfrom bot.cli import main\n"
        f"for asked in (['init', {str(tmp_path / 'mine')!r}], ['rules'], ['rules', 'max'], ['rules', '--json']):\n"
        "    try:\n        main(asked)\n    except SystemExit as ended:\n        assert not ended.code, ended.code\n"
        "heavy = ('sqlalchemy', 'alembic', 'discord', 'httpx', 'aiohttp', 'matplotlib', 'bot.store')\n"
        "print('loaded:', [name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("CRUX_")}
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, env=env, check=True)
    assert ran.stderr.splitlines()[-1] == "loaded: []"


def test_the_rules_are_told_in_a_table_by_name_and_as_json(crux: Crux) -> None:
    table = crux("rules")
    assert table.code == 0
    for word in ("reduce", "listed_in", "first_date", "as_known_at", "max_age: 7 days"):
        assert word in table.out
    one = crux("rules", "hold")
    assert "without a break" in one.out or "unbroken" in one.out
    assert "hold: 7 days" in one.out
    assert {"rows", "formula", "settle"} <= {each["name"] for each in crux("rules", "--json").json["entries"]}
    assert crux("rules", "hold", "--json").json["name"] == "hold"
    wrong = crux("rules", "hodl")
    assert (wrong.code, "did you mean 'hold'?" in wrong.err) == (1, True)
