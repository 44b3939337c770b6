"""Definitions that nobody would read, for their names: worse than a fault in them, for nothing is said of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from resolvers.errors import Fault, Level

MISTAKEN = (".yml", ".json", ".YAML", ".YML")
"""Endings that are meant as `.yaml`."""

FORGOTTEN = ("", ".txt")
"""What an editor saves under where no ending is named; any other keeps a file out of the way on purpose."""

OWN_KEY: Mapping[str, re.Pattern[bytes]] = {
    "markets": re.compile(rb"^question:", re.MULTILINE),
    "sources": re.compile(rb"^(fetch|publisher):", re.MULTILINE),
}
"""What a definition of that folder has, and a note beside it has not."""

AT_TOP = frozenset(f"{name}{ending}" for name in ("claims", "stances") for ending in MISTAKEN)
ENOUGH = 65_536
"""Bytes of a file in which its own key stands, if it has it."""


def misplaced(path: Path) -> list[Fault]:
    """A fault for each file of a debate's folder that would be read if it had another name.

    Only a warning where nothing but its content shows that it is meant as a definition.
    """
    found = [_unread(each, "error") for each in sorted(path.glob("*")) if each.name in AT_TOP]
    for folder, own in OWN_KEY.items():
        others = (each for each in (path / folder).glob("*") if not each.name.endswith(".yaml"))
        found += [fault for each in sorted(others) for fault in _of(each, own)]
    return found


def _of(each: Path, own: re.Pattern[bytes]) -> Iterator[Fault]:
    if each.suffix in MISTAKEN:
        yield _unread(each, "error")
    elif each.suffix in FORGOTTEN and not each.name.startswith(".") and own.search(_beginning(each)):
        yield _unread(each, "warning")


def _unread(file: Path, level: Level) -> Fault:
    stem = file.stem if file.suffix in MISTAKEN else file.name.removesuffix(".txt").removesuffix(".yaml")
    return Fault("F-FOLDER", f"{file.name} is not read: call it {stem}.yaml", (), None, level, str(file), 1, 1)


def _beginning(file: Path) -> bytes:
    """What it begins with; nothing where it cannot be read, which is no trouble of the debate's."""
    if not file.is_file():  # a pipe would keep us waiting
        return b""
    try:
        with file.open("rb") as opened:
            return opened.read(ENOUGH)
    except OSError:
        return b""
