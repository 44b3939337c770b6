"""A paragraph of the fine print that says what names mean (`P0: … P1: …`): each once, and alike in every market."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from markets.lint.subject import Found, Subject
from markets.spec import MarketSpec

DEFINED = re.compile(r"(?<![\w-])([A-Z]\w{0,3}): ")
PARAGRAPH = re.compile(r"(?:[^\n]|\n(?!\s*\n))+")


@dataclass(frozen=True, slots=True)
class Glossary:
    """Where the paragraph stands in the fine print, and the names it defines, in order, each with a sentence."""

    start: int
    end: int
    names: tuple[str, ...]
    meanings: tuple[str, ...]


def glossary_of(fine_print: str) -> Glossary | None:
    """The first paragraph that defines two names or more."""
    if fine_print.count(": ") < 2:
        return None
    for match in PARAGRAPH.finditer(fine_print):
        names = tuple(DEFINED.findall(match.group()))
        if len(names) > 1:
            told = [" ".join(each.split()) for each in DEFINED.split(match.group())[2::2]]
            meanings = tuple(each.partition(". ")[0].rstrip(".") for each in told)
            return Glossary(match.start(), match.end(), names, meanings)
    return None


def misdefined(it: Subject) -> Iterator[Found]:
    """A name defined twice, and a glossary that is not the one the debate's other markets have."""
    own = glossary_of(it.spec.fine_print)
    if own is None:
        return
    for name, times in Counter(own.names).items():
        if times > 1:
            yield Found(f"{name} is defined {times} times: one of them is another name", ("fine_print",), own.start)
    others = _glossaries(it)
    for name, meaning in zip(own.names, own.meanings, strict=True):
        elsewhere = [pair for each in others for pair in zip(each.names, each.meanings, strict=True)]
        if _other(name, meaning, elsewhere) or _other(meaning, name, [(text, named) for named, text in elsewhere]):
            said = f"{name} is not defined as in the other markets of this debate"
            yield Found(f"{said}: define it alike", ("fine_print",), own.start)


def _other(key: str, value: str, elsewhere: list[tuple[str, str]]) -> bool:
    """Whether most others that have the key give it another value."""
    told = Counter(theirs for known_as, theirs in elsewhere if known_as == key)
    common, times = told.most_common(1)[0] if told else (value, 0)
    return common != value and times > told[value]


def _glossaries(it: Subject) -> list[Glossary]:
    found = it.shared.get("glossaries")
    if found is None:
        found = it.shared["glossaries"] = {each.slug: _of(each) for each in it.others}
    return [each for slug, each in found.items() if each is not None and slug != it.spec.slug]


def _of(spec: MarketSpec) -> Glossary | None:
    return glossary_of(spec.fine_print)


def within(it: Subject, at: int) -> bool:
    """Whether a character of the fine print stands in its glossary."""
    own = glossary_of(it.spec.fine_print)
    return own is not None and own.start <= at < own.end


def known(it: Subject, text: str) -> bool:
    """Whether the glossary defines a name."""
    own = glossary_of(it.spec.fine_print)
    return own is not None and text in own.names
