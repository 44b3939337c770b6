"""What a code of the lint is: its level, what it says, how it looks, and a file that shows it beside one that does not.

Three levels: an error stops everything; not-ready passes a check but keeps a market from being opened; a warning may
be waived in the file with a reason (`allow: {D01: …}`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from markets.lint.subject import Found, Subject
from resolvers.errors import Level

Look = Callable[[Subject], Iterable[Found]]
Needs = Literal["file", "store", "both"]


@dataclass(frozen=True, slots=True)
class Case:
    """An example: what is changed of the debate in `examples.py` (file -> old text -> new), and what was seen when.

    `market` changes the market's own file; `files` adds or replaces whole files; `looks` are (day, CSV of the board).
    """

    market: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)
    debate: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    looks: tuple[tuple[str, str], ...] = ()
    today: str = "2026-12-01"


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that can be wrong with criteria. Without `look` the loader itself finds it, under the same code."""

    code: str
    level: Level
    says: str
    meaning: str
    fires: Case
    quiet: Case
    needs: Needs = "file"
    look: Look | None = None


CODES: dict[str, Code] = {}
"""Every code by name, in the order of the families."""


def code(
    name: str, level: Level, says: str, *, fires: Case, quiet: Case, needs: Needs = "file"
) -> Callable[[Look], Look]:
    """Register a look at a market as the code `name`; its docstring is what `crux explain` tells."""

    def registered(look: Look) -> Look:
        CODES[name] = Code(name, level, says, inspect.getdoc(look) or "", fires, quiet, needs, look)
        return look

    return registered


def loaded(name: str, level: Level, says: str, meaning: str, *, fires: Case, quiet: Case) -> None:
    """Register a code that the loader finds while it reads the file."""
    CODES[name] = Code(name, level, says, inspect.cleandoc(meaning), fires, quiet)
