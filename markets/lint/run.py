"""Running the lint over a debate: every code over every market, waivers taken off, each fault at its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from markets.file import Written
from markets.lint import form, links, numbers, outcomes, panels, sources, times, words
from markets.lint.code import CODES, Code
from markets.lint.passages import listen, remember
from markets.lint.subject import Found, Seen, Subject
from markets.load import Loaded
from markets.pausing import without_collecting
from markets.places import placed
from resolvers.errors import Fault
from resolvers.rules.faults import nearest

FAMILIES = {"T": times, "S": sources, "N": numbers, "D": words, "O": outcomes, "J": panels, "F": form, "L": links}
ALL: Mapping[str, Code] = dict(sorted(CODES.items(), key=lambda each: ("TSNDOJFL".index(each[0][0]), each[0])))
"""Every code, family by family."""

WITHOUT_STORE = tuple(each.code for each in ALL.values() if each.look is not None and each.needs == "file")
LOOKS_AND_STORE = tuple((each, each.look) for each in ALL.values() if each.look is not None)
LOOKS = tuple((each, look) for each, look in LOOKS_AND_STORE if each.needs != "store")
"""Every code with its look; the latter those that also see something without evidence."""
IN_PART = frozenset({"O06", "N02"})
"""Codes that ask themselves which part of what they see is quiet."""
WITH_STORE = tuple(each.code for each in ALL.values() if each.needs != "file")
"""The codes that are not run, or not wholly, without evidence."""


def lint(it: Subject) -> list[Fault]:
    """Every fault of one market, at its place; with evidence (`it.seen`) also those that only it can show.

    Waived warnings are left out. A waiver that names no code, an error, or nothing that is there is a fault itself.
    """
    looks = LOOKS if it.seen is None else LOOKS_AND_STORE
    listen(it)
    quiet = it.kept.get("quiet", frozenset()) - IN_PART
    found = [_fault(each, one) for each, look in looks if each.code not in quiet for one in look(it)]
    remember(it, (fault.code for fault in found))
    it.kept.clear()  # some of it names the market again: a ring that would stay until the collector comes
    kept = [*_unwaived(it, found), *_waivers(it, found)]
    made = placed(it.written.text, kept, frozenset()) if kept else []
    return [replace(fault, path=it.written.path) for fault in made]


def _fault(each: Code, found: Found) -> Fault:
    return Fault(each.code, found.message, found.loc, found.offset, found.level or each.level)


def _unwaived(it: Subject, found: Iterable[Fault]) -> Iterator[Fault]:
    allowed = it.spec.allow
    return (fault for fault in found if fault.level != "warning" or fault.code not in allowed)


def _waivers(it: Subject, found: Iterable[Fault]) -> Iterator[Fault]:
    """What is wrong with `allow:` itself."""
    levels = {(fault.code, fault.level) for fault in found}
    for name in it.spec.allow:
        known = ALL.get(name)
        loc = ("allow", name)
        if known is None:
            yield Fault("F-WAIVER", f"there is no code {name!r}{nearest(name, ALL, 0.3)}; see `crux explain`", loc)
        elif (name, "warning") in levels:
            continue
        elif known.level != "warning" and name != "S09":
            yield Fault("F-WAIVER", f"{name} is {_kind(known)} and cannot be waived: mend it, and take this out", loc)
        elif it.seen is not None or known.needs == "file":
            yield Fault("F-WAIVER", f"nothing here needs {name} waived: take it out", loc)


def _kind(known: Code) -> str:
    return "an error" if known.level == "error" else "what keeps a market from opening"


def subjects(loaded: Loaded, seen: Mapping[str, Seen] | None = None) -> Iterator[Subject]:
    """Every market of a debate as the lint sees it; `seen` goes by slug."""
    if loaded.debate is None:
        return
    shared: dict[str, Any] = {}
    kin: dict[object, dict[str, Any]] = {}
    arguments = getattr(loaded, "arguments", None)
    others = tuple(loaded.markets.values())
    for slug, spec in loaded.markets.items():
        written = loaded.written.get(slug)
        if written is not None:
            common = kin.setdefault(written.kin, {}) if written.kin is not None else {}
            yield Subject(spec, written, loaded.debate, others, arguments, (seen or {}).get(slug), shared, common)


def lint_all(loaded: Loaded, seen: Mapping[str, Seen] | None = None) -> list[Fault]:
    """Every fault of every market that loaded, in the order of files and lines; what a family shares is said once."""
    with without_collecting():
        found = dict.fromkeys(fault for it in subjects(loaded, seen) for fault in lint(it))
    return sorted(found, key=lambda fault: (fault.path, fault.line, fault.column, fault.code))


__all__ = ["ALL", "FAMILIES", "WITHOUT_STORE", "WITH_STORE", "Written", "lint", "lint_all", "subjects"]
