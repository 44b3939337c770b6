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
    of_rule: Look | None = None
    """Where this sees nothing in a market, without evidence, `look` sees nothing in any market of its kin."""
    of_passage: Look | None = None
    """Where this sees nothing in any passage of the prose, `look` sees nothing, or asks for that itself."""
    of_links: Look | None = None
    """As `of_rule`, in those of its kin with the very same links to claims."""
    of_prose: Look | None = None
    """The same, where the passage alone decides, whatever the rule is."""


CODES: dict[str, Code] = {}
"""Every code by name, in the order of the families."""

READING: dict[str, Code] = {}
"""Every code of what is found while files are read, before there is a market to lint."""


def code(
    name: str, level: Level, says: str, *, fires: Case, quiet: Case, needs: Needs = "file",
    by: Literal["rule", "passage", "links", "prose"] | None = None, first: Look | None = None,
) -> Callable[[Look], Look]:  # fmt: skip
    """Register a look at a market as the code `name`; its docstring is what `crux explain` tells.

    `by` says what it hangs on: what markets of one kin share; that and single passages of the prose, or these alone;
    that and the links to claims.
    `first` is a quicker look that sees something wherever the look itself does.
    """

    def registered(look: Look) -> Look:
        told = inspect.getdoc(look) or ""
        of_kin = [first or look if by == kind else None for kind in ("rule", "passage", "links", "prose")]
        CODES[name] = Code(name, level, says, told, fires, quiet, needs, look, *of_kin)
        return look

    return registered


def loaded(name: str, level: Level, says: str, meaning: str, *, fires: Case, quiet: Case) -> None:
    """Register a code that the loader finds while it reads the file."""
    CODES[name] = Code(name, level, says, inspect.cleandoc(meaning), fires, quiet)


def read(name: str, meaning: str, *, fires: Case, quiet: Case, level: Level = "error") -> None:
    """Register a code of a fault in the files themselves: it says of each what is wrong, and this what to do."""
    told = inspect.cleandoc(meaning)
    first = " ".join(told.partition("\n\n")[0].split()).partition(": ")[0]
    READING[name] = Code(name, level, f"{first.removesuffix('.')}.", told, fires, quiet)
