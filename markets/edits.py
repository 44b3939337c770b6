"""What two versions of a definition differ in, in a market file's words: a market keeps the one it opened with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from markets.render import NO_AI

SAYS = {
    "question": "question",
    "type": "the kind of outcome",
    "answers": "the answers",
    "review": "review",
    "semantics": "what this version of Crux takes rules to mean",
}
"""Parts of a frozen definition, each as an author calls it."""

OF_RULE = {
    "opens": "opens",
    "closes": "closes",
    "decides": "decides",
    "outcome": "the rule (rows, values, resolve)",
    "na": "na",
}
DATED = frozenset({"opens", "closes", "decides"})
MIDNIGHT = "T00:00:00Z"
SECTIONS = {"Where things stood": "baseline", "Fine print": "fine_print"}
"""Headings of the posted text under which the author's own words stand."""

SECTION = re.compile(r"^## (.+)$", re.MULTILINE)


def differing(before: str, after: str) -> tuple[str, ...]:
    """The parts that are not the same in two frozen definitions (canonical JSON), each named once; () if all are.

    A date is told with what it was and is. Where only the text differs that is composed from all of it, as after an
    update of Crux or a source's other name, that is said.
    """
    old, new = json.loads(before), json.loads(after)
    found = tuple(dict.fromkeys(_parts(old, new)))
    return found or (("the text composed from it",) if old != new else ())


def _parts(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    yield from (words for part, words in SAYS.items() if old.get(part) != new.get(part))
    yield from _of_rule(old.get("rule", {}), new.get("rule", {}))
    reads, reading = old.get("reads", {}), new.get("reads", {})
    for source in sorted({*reads, *reading}):
        if reads.get(source) != reading.get(source):
            said = "how {} is read" if source in reads and source in reading else "whether {} is read"
            yield said.format(source)
    own, mine = _sections(old.get("text", "")), _sections(new.get("text", ""))
    yield from (words for heading, words in SECTIONS.items() if own.get(heading) != mine.get(heading))


def _of_rule(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    follows = all(rule.get("decides") == rule.get("closes") for rule in (old, new))
    for part, words in OF_RULE.items():
        if old.get(part) != new.get(part) and not (part == "decides" and follows):
            yield f"{words} ({_day(old.get(part))}, now {_day(new.get(part))})" if part in DATED else words
    defaults, house = old.get("defaults", {}), new.get("defaults", {})
    yield from (name for name in sorted({*defaults, *house}) if defaults.get(name) != house.get(name))
    if old.get("settlement") != new.get("settlement"):
        yield "settle"


def _day(at: Any) -> str:
    """An instant as an author would write it."""
    return str(at).removesuffix(MIDNIGHT)


def _sections(text: str) -> dict[str, str]:
    """heading -> what stands under it; fine print may have headings of its own, and comes last."""
    own, _, fine = text.removesuffix(NO_AI).partition("\n## Fine print\n")
    parts = SECTION.split(own)
    said = {heading: under.strip() for heading, under in zip(parts[1::2], parts[2::2], strict=True)}
    return {**said, "Fine print": fine.strip()}
