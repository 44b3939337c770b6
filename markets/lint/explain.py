"""What `crux explain` tells: a code's meaning with a file that fires it and one that does not; or all in short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from markets.lint.code import Code
from markets.lint.examples import shown
from markets.lint.run import ALL
from resolvers.errors import Refusal
from resolvers.rules.faults import nearest

FAMILIES: Mapping[str, str] = {
    "T": "times: instants and windows that can be read two ways",
    "S": "sources: missing, alone, stale, movable, rewritten, the market itself",
    "N": "numbers: units, ties, rounding, buckets, thresholds that are met already",
    "D": "words: vague, open, or hanging on somebody's phrase",
    "O": "outcomes: unreachable answers, N/A, figures that differ between text and rule",
    "J": "judgement: panels and whoever decides",
    "F": "form: Manifold's limits, terms elsewhere, subsidy, harm",
    "L": "links: what the outcome says about the debate's claims",
}
LOADER: Mapping[str, str] = {
    "Y-": "the YAML itself: tabs, anchors, doubled keys, depth, size (the line says what to write)",
    "F-": "fields: unknown, missing or of the wrong form; mana, slugs, folders, waivers (F-WAIVER)",
    "R-": "the rule: names, shapes, windows, formulas, patterns",
    "S-": "sources: unknown ones, their views and columns, registries that are not there",
    "A-": "the debate's arguments: axes, claims, voices, stances",
}
"""Faults of the loader, by family: each message says what was wanted."""


def overview() -> Iterator[tuple[str, str, str]]:
    """(code, level, one line) of every code, family by family, then the loader's families."""
    for each in ALL.values():
        yield each.code, each.level, each.says
    for prefix, said in LOADER.items():
        yield f"{prefix}…", "error", said


def meaning(name: str) -> str:
    """One code in full; Refusal with the nearest where there is none of that name."""
    name = name.strip()
    code = ALL.get(name.upper())
    if code is not None:
        return _told(code)
    family = LOADER.get(f"{name.upper().partition('-')[0]}-") if "-" in name else None
    if family is not None:
        return f"{name.upper()} (error): a fault found while a file is read.\n\n{family[:1].upper()}{family[1:]}.\n"
    if len(name) == 1 and name.upper() in FAMILIES:
        lines = [f"{each.code}  {each.level:9}  {each.says}" for each in ALL.values() if each.code[0] == name.upper()]
        return "\n".join([f"{name.upper()}: {FAMILIES[name.upper()]}", "", *lines, ""])
    raise Refusal(f"there is no code {name!r}{nearest(name.upper(), ALL, 0.3)}; `crux explain` lists them")


def _told(code: Code) -> str:
    waived = " It can be waived in the file: `allow: {" + code.code + ": why}`." if code.level == "warning" else ""
    store = " It is seen with `crux check --ready` only." if code.needs == "store" else ""
    return (
        f"{code.code} ({code.level}): {code.says}\n\n{code.meaning}{waived}{store}\n\n"
        f"--- fires {code.code} ---\n{shown(code.fires)}\n--- does not ---\n{shown(code.quiet)}"
    )
