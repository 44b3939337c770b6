"""What is quiet in a market because it was quiet in its kin: passages of prose, and the rule itself, looked at once.

A large debate has families of markets that say most things in the same words. Of a market with kin, prose is taken
apart into passages, and a code that sees nothing in any of them sees nothing in the whole. Only that nothing is wrong
is ever taken over from another market: wherever anything is, the code looks at this very market, from end to end.

Passages part where a sentence ends with its line: no figure, and nothing that a code goes by, reaches over a full
stop, the end of the line and a capital letter. Two sentences that belong together (`If they have not, …`) stay so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import NamedTuple

from markets.lint import form, links, numbers, outcomes, panels, sources, times, words
from markets.lint.agreeing import AS_TOLD, Told, compared_as_told
from markets.lint.code import CODES, Look
from markets.lint.figures import Figure, figures
from markets.lint.glossary import Glossary, own_glossary
from markets.lint.lasting import DAYS
from markets.lint.roles import OF_EDGES
from markets.lint.spelled import CLAIMING
from markets.lint.subject import Loc, Subject, moved

PARTS = re.compile(r"\.\n+(?=[A-Z])(?!(?:If|Otherwise|Else|And|Or|To|Before)\b)", re.ASCII)
"""After a small letter: where one passage ends and another begins."""
SMALL = frozenset(ascii_lowercase)
FINE_PRINT: Loc = ("fine_print",)
Prose = tuple[tuple[Loc, str], ...]
FAMILIES = (times, sources, numbers, words, outcomes, panels, form, links)
"""All that register codes: only then are these the codes that hang on one thing or another."""

OF_RULES = {each.code: each.of_rule for each in CODES.values() if each.of_rule is not None}
OF_PASSAGES = {each.code: each.of_passage for each in CODES.values() if each.of_passage is not None}
OF_PROSE = {each.code: each.of_prose for each in CODES.values() if each.of_prose is not None}
OF_LINKS = frozenset(each.code for each in CODES.values() if each.of_links is not None)
NOTHING: frozenset[str] = frozenset()
SEEN_IN_PASSAGES = {"D01", "D02", "F03", "N02", "O06", "S05"}
LENGTHS = frozenset(word for unit in DAYS for word in (unit, f"{unit}s"))
BIG_WORDS = CLAIMING.union(words.VAGUE_WORDS, words.TERM_WORDS, sources.TRUTH_WORDS, LENGTHS)
NO_NAMES: frozenset[tuple[str, str]] = frozenset()
NOTHING_TOLD = Told(frozenset(), frozenset(), frozenset(), frozenset())
"""By these one sees that a passage is nothing to the codes that look at passages."""

OF_PARTS = frozenset(OF_PASSAGES.keys() | OF_PROSE.keys())
REACHING = re.compile(r"\b(?:if|when|once|no)\b", re.IGNORECASE)
REACH = 80
"""So near to the end of a question these words may belong to what the fine print begins with (as O05 reads them)."""


class Passage(NamedTuple):
    """Some of a market's prose, with its glossary where that lies in it (by its place there)."""

    prose: Prose
    glossary: Glossary | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What was found of a passage: the codes that see something in it, its figures, and what these tell."""

    loud: frozenset[str]
    figures: tuple[tuple[Loc, Figure], ...]
    told: Told
    counts: bool
    """Whether it matters to what the whole tells: it has figures, or words and signs that say what others are about."""


@dataclass(frozen=True, slots=True)
class Alone:
    """What a passage shows whatever the rule is: codes that see something, whether it counts, all if it is mute."""

    loud: frozenset[str]
    counts: bool
    mute: Heard | None


def listen(it: Subject) -> None:
    """Note in `it` what is quiet in it, if another of its kin was looked at before; of the first only the figures."""
    if it.seen is not None or it.written.kin is None:
        return
    parts = passages(it)
    quiet: frozenset[str] | None = it.common.get("quiet")
    if quiet is None:
        it.__dict__["figures"] = tuple(moved(each, at) for passage, at in parts for each in _figures(it, passage))
        return
    known: dict[Passage, Heard] = it.common.setdefault("heard", {})
    heard = []
    for passage, at in parts:
        found = known.get(passage)
        if found is None:
            found = known[passage] = _hear(it, passage)
        heard.append((found, at))
    loud = frozenset().union(*[found.loud for found, _ in heard])
    links: dict[int, tuple[object, frozenset[str]]] = it.common["links"]
    _, of_links = links.get(id(it.spec.bears_on), (None, NOTHING))
    it.kept["quiet"] = quiet | of_links | (OF_PARTS - loud) | _told_alike(it, heard)
    it.kept["heard"] = heard


def _told_alike(it: Subject, heard: Sequence[tuple[Heard, int]]) -> frozenset[str]:
    """That the prose tells all that the rule has, where another with the same figures does, whenever it opens."""
    known: dict[tuple[int, ...], frozenset[str]] = it.common.setdefault("told alike", {})
    figured = tuple([id(found) for found, _ in heard if found.counts])
    if figured not in known:
        part = part_of(it)
        part.kept["heard"] = heard
        known[figured] = frozenset() if any(True for _ in compared_as_told(part)) else AS_TOLD
    return known[figured]


def remember(it: Subject, found: Iterable[str]) -> None:
    """Note for the kin of a market what is quiet in its rule and links; `found` are the codes that saw anything."""
    if it.seen is not None or it.written.kin is None:
        return
    known: dict[int, tuple[object, frozenset[str]]] = it.common.setdefault("links", {})
    first = "quiet" not in it.common
    if not first and id(it.spec.bears_on) in known:
        return
    loud = frozenset(found)
    if first:
        quicker = frozenset(name for name, look in OF_RULES.items() if look is not CODES[name].look)
        spared = frozenset(name for name in quicker if _quiet(OF_RULES[name], it))
        it.common["quiet"] = OF_RULES.keys() - loud - (quicker - spared)
    known[id(it.spec.bears_on)] = (it.spec.bears_on, OF_LINKS - loud)


def passages(it: Subject) -> list[tuple[Passage, int]]:
    """The passages of a market, and where in the fine print each begins.

    The last answer's name goes with the last of them; the question with the first, unless nothing reaches over its end.
    """
    question, fine = it.spec.question, it.spec.fine_print
    if not fine:
        return [(Passage(it.prose, None), 0)]
    own = own_glossary(it)
    found = [(Passage(((FINE_PRINT, text),), _within(own, at, text)), at) for text, at in _parted(fine, own)]
    if question.endswith("?") and not REACHING.search(question, max(0, len(question) - REACH)):
        found.insert(0, (Passage(it.prose[:1], None), 0))
    else:
        found[0] = (found[0][0]._replace(prose=(it.prose[0], *found[0][0].prose)), 0)
    if len(it.prose) > 2:
        last, at = found[-1]
        found[-1] = (last._replace(prose=(*last.prose, *it.prose[2:])), at)
    return found


def _parted(fine: str, own: Glossary | None) -> list[tuple[str, int]]:
    """The parts of the fine print, each with its place; what says what names mean is in one."""
    starts = [0, *[match.end() for match in PARTS.finditer(fine) if fine[match.start() - 1] in SMALL]]
    if own is not None:
        starts = [at for at in starts if not own.start < at < own.end]
    return [(fine[start:end], start) for start, end in zip(starts, [*starts[1:], len(fine)], strict=True)]


def _within(own: Glossary | None, at: int, text: str) -> Glossary | None:
    """The glossary by its place in a part of the fine print, if it lies there."""
    if own is None or not at <= own.start < at + len(text):
        return None
    return replace(own, start=own.start - at, end=own.end - at)


def _hear(it: Subject, passage: Passage) -> Heard:
    """Look at one passage as if it were all that the market says."""
    alone = _alone(it, passage)
    if alone.mute is not None:
        return alone.mute
    part = part_of(it, passage)
    part.__dict__["figures"] = _figures(it, passage)
    loud = frozenset(name for name, look in OF_PASSAGES.items() if not _quiet(look, part))
    heard = Heard(loud | alone.loud, part.figures, Told.of(part), bool(part.figures) or alone.counts)
    part.kept.clear()
    return heard


def _alone(it: Subject, passage: Passage) -> Alone:
    """What can be told of a passage whatever the rule is, once for all markets of the debate."""
    known: dict[Prose, Alone] = it.shared.setdefault("alone", {})
    found = known.get(passage.prose)
    if found is None:
        part = part_of(it, passage)
        loud = frozenset(name for name, look in OF_PROSE.items() if not _quiet(look, part))
        counts = ";" in part.text or ":" in part.text or OF_EDGES.search(part.text) is not None
        mute = Heard(loud, (), NOTHING_TOLD, counts) if _mute(part) else None
        found = known[passage.prose] = Alone(loud, counts, mute)
        part.kept.clear()
    return found


def _mute(part: Subject) -> bool:
    """Whether a passage has nothing that any code of `OF_PASSAGES` could see: figures, names, addresses, big words."""
    text = part.text
    if OF_PASSAGES.keys() != SEEN_IN_PASSAGES or "/" in text or "www." in part.low:
        return False
    worded = any(char.isdigit() for char in text) or not part.words.isdisjoint(BIG_WORDS)
    return not worded and not any(figures(each, NO_NAMES) for _, each in part.prose)


def _figures(it: Subject, passage: Passage) -> tuple[tuple[Loc, Figure], ...]:
    """The figures of a passage, read once for all rules that have the same names in them."""
    known: dict[tuple[Passage, object], tuple[tuple[Loc, Figure], ...]] = it.shared.setdefault("figures", {})
    key = (passage, it.names)
    found = known.get(key)
    if found is None:
        found = known[key] = part_of(it, passage).figures
    return found


def part_of(it: Subject, passage: Passage | None = None) -> Subject:
    """The same market, or one passage of it, as if nobody knew when it opens."""
    part = Subject(it.spec, it.written, it.debate, it.others, it.arguments, None, it.shared, it.common)
    part.__dict__["stated"] = it.stated_alike
    if passage is not None:
        part.__dict__["prose"] = passage.prose
        part.kept["glossary"] = passage.glossary
    return part


def _quiet(look: Look, it: Subject) -> bool:
    return next(iter(look(it)), None) is None
