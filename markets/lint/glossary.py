"""A paragraph of the fine print that says what names mean (`P0: … P1: …`): each once, and alike in every market."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from markets.lint.subject import Found, Subject

DEFINED = re.compile(r"(?<![\w-])([A-Z]\w{0,3}):\s")
PARAGRAPH = re.compile(r"(?:[^\n]|\n(?!\s*\n))+")


@dataclass(frozen=True, slots=True)
class Glossary:
    """Where the paragraph stands in the fine print, and the names it defines, in order, each with a sentence."""

    start: int
    end: int
    names: tuple[str, ...]
    meanings: tuple[str, ...]


@dataclass
class Tally:
    """How often each was told, and the same with the commonest first."""

    times: Counter[str] = field(default_factory=Counter)

    @cached_property
    def ranked(self) -> list[tuple[str, int]]:
        return self.times.most_common()


@dataclass(frozen=True, slots=True)
class Told:
    """The glossaries of a debate by market; how often they give a name a meaning, and a meaning a name."""

    markets: dict[str, Glossary | None]
    meanings: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    names: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))


@lru_cache(maxsize=16_384)
def glossary_of(fine_print: str) -> Glossary | None:
    """The first paragraph that defines two names or more."""
    if fine_print.count(":") < 2:
        return None
    for match in PARAGRAPH.finditer(fine_print):
        names = tuple(DEFINED.findall(match.group()))
        if len(names) > 1:
            told = [" ".join(each.split()) for each in DEFINED.split(match.group())[2::2]]
            meanings = tuple(each.partition(". ")[0].rstrip(".") for each in told)
            return Glossary(match.start(), match.end(), names, meanings)
    return None


def own_glossary(it: Subject) -> Glossary | None:
    """That of a market; of a passage of its prose, what it was given."""
    kept = it.kept
    found: Glossary | None = kept["glossary"] if "glossary" in kept else glossary_of(it.spec.fine_print)
    return found


def misdefined(it: Subject) -> Iterator[Found]:
    """A name defined twice, and a glossary that is not the one the debate's other markets have."""
    own = glossary_of(it.spec.fine_print)
    if own is None:
        return
    for name, times in Counter(own.names).items():
        if times > 1:
            yield Found(f"{name} is defined {times} times: one of them is another name", ("fine_print",), own.start)
    told = _told(it)
    counted = list(_pairs(told.markets.get(it.spec.slug)))
    for name, meaning in zip(own.names, own.meanings, strict=True):
        named = [text for known_as, text in counted if known_as == name]
        meant = [known_as for known_as, text in counted if text == meaning]
        if _other(meaning, told.meanings[name], named) or _other(name, told.names[meaning], meant):
            said = f"{name} is not defined as in the other markets of this debate"
            yield Found(f"{said}: define it alike", ("fine_print",), own.start)


def _other(value: str, told: Tally, own: list[str]) -> bool:
    """Whether most others tell another value; what this market itself told, `own`, is counted in `told`."""
    times = told.times[value] - own.count(value)
    return any(everywhere - own.count(theirs) > times for theirs, everywhere in told.ranked[: 1 + len(own)])


def _told(it: Subject) -> Told:
    """What the glossaries of the debate tell."""
    found: Told | None = it.shared.get("glossaries")
    if found is None:
        found = it.shared["glossaries"] = Told({each.slug: glossary_of(each.fine_print) for each in it.others})
        for glossary in found.markets.values():
            for name, meaning in _pairs(glossary):
                found.meanings[name].times[meaning] += 1
                found.names[meaning].times[name] += 1
    return found


def _pairs(glossary: Glossary | None) -> Iterator[tuple[str, str]]:
    return zip(glossary.names, glossary.meanings, strict=True) if glossary else iter(())


def within(it: Subject, at: int) -> bool:
    """Whether a character of the fine print stands in its glossary."""
    own = own_glossary(it)
    return own is not None and own.start <= at < own.end


def known(it: Subject, text: str) -> bool:
    """Whether the glossary defines a name."""
    own = own_glossary(it)
    return own is not None and text in own.names
