"""The operator's guide says what the program does: its settings can be read, every line of the doctor is explained."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from crux_builders import Crux

from bot.settings import Settings, defaults
from bot.settings_file import use_file

TOP = Path(__file__).parents[3]
GUIDE = (TOP / ".github/OPERATING.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    return found[1]


def flat(table: dict[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in table.items():
        found |= flat(value, f"{before}{name}.") if isinstance(value, dict) else {f"{before}{name}": value}
    return found


def test_its_settings_file_names_every_setting_and_can_be_used(crux: Crux, tmp_path: Path) -> None:
    assert set(flat(tomllib.loads(block("toml")))) == set(defaults())
    path = tmp_path / "crux.toml"
    path.write_text(block("toml").replace('"…"', '"some-secret"'), encoding="utf-8")
    use_file(path)
    try:
        found = Settings()
    finally:
        use_file(None)
    assert (found.service.port, found.discord.roles.admin) == (8080, 901234567890123456)


def test_its_paces_are_the_defaults() -> None:
    written = flat(tomllib.loads(block("toml")))
    paces = {name: value for name, value in defaults().items() if name.startswith("service.every.")}
    assert {name: written[name] for name in paces} == paces


def test_it_explains_every_line_of_the_doctor() -> None:
    table = {name for row in re.findall(r"^\| (`.*?) \|", GUIDE, re.MULTILINE) for name in re.findall(r"`(.*?)`", row)}
    named = set()
    for path in (TOP / "bot/doctor").glob("*_area.py"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'\bwrong\(\s*f?"([a-z][a-z ]*?)(?: \{|")', text))
    assert named >= {"store", "disk", "clock", "outbox", "discord server"}
    explained = {name.removesuffix(" NAME") for name in table}
    assert named - explained == {"discord"}  # Discord itself is down: the line says so


def test_the_unit_waits_longer_for_the_end_than_the_service_takes() -> None:
    from bot.commands.service import ENDS_WITHIN_S

    stop = re.search(r"TimeoutStopSec=(\d+)", block("ini"))
    assert stop is not None
    assert int(stop[1]) > ENDS_WITHIN_S
