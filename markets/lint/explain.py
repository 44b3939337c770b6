"""What `crux explain` tells: a code's meaning with a file that fires it and one that does not; or all in short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from markets.lint import broken_arguments, broken_files, broken_rules
from markets.lint.code import READING, Code
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
READ_FAMILIES: Mapping[str, str] = {
    "Y": "the YAML itself",
    "F": "fields, files and folders",
    "R": "the rule as it is put together",
    "S": "the sources that it reads",
    "A": "the debate's arguments: axes, claims, voices, stances",
}
"""Faults found while files are read, by family."""

FOUND_IN = (broken_files, broken_rules, broken_arguments)
"""Where the codes of those families stand."""

EVERY: Mapping[str, Code] = {**ALL, **dict(sorted(READING.items(), key=lambda each: "YFRSA".index(each[0][0])))}


def overview() -> Iterator[tuple[str, str, str]]:
    """(code, level, one line) of every code, family by family: first the lint's, then what reading a file finds."""
    for each in EVERY.values():
        yield each.code, each.level, each.says


def meaning(name: str) -> str:
    """One code in full, or all of a family (`T`, `R-`); Refusal with the nearest where there is none of that name."""
    wanted = name.strip().upper()
    code = EVERY.get(wanted)
    if code is not None:
        return _told(code)
    family, only_reading = wanted.removesuffix("-"), wanted.endswith("-")
    said = [] if only_reading else [FAMILIES[family]] if family in FAMILIES else []
    said += [READ_FAMILIES[family]] if family in READ_FAMILIES else []
    if not said:
        raise Refusal(f"there is no code {name.strip()!r}{nearest(wanted, EVERY, 0.3)}; `crux explain` lists them")
    codes = [each for each in EVERY.values() if each.code[0] == family and (each.code in READING or not only_reading)]
    lines = [f"{each.code:16}  {each.level:9}  {each.says}" for each in codes]
    return "\n".join([f"{family}: {'; '.join(said)}", "", *lines, ""])


def _told(code: Code) -> str:
    by_waiver = code.level == "warning" and code.code in ALL
    waived = " It can be waived in the file: `allow: {" + code.code + ": why}`." if by_waiver else ""
    store = " It is seen with `crux check --ready` only." if code.needs == "store" else ""
    says = "" if code.code in READING else f"{code.says}\n\n"
    return (
        f"{code.code} ({code.level}): {says}{code.meaning}{waived}{store}\n\n"
        f"--- fires {code.code} ---\n{shown(code.fires)}\n--- does not ---\n{shown(code.quiet)}"
    )
