"""How one does what a sentence cannot do, with the command: told from ways.yaml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from bot.chat.replies import Offer, Reply, Verb
from bot.chat.spelling import opened
from bot.chat.wording import Said
from markets.yaml12 import read_yaml

POINTING = re.compile(
    r"\b(?:put|submit|add|send|post|upload|bring|share|drop|report|give|hand|show|do with|file) \w{0,3}\s?"
    r"(?:it|this|that|them|these|those)\b"
)
"""What is to be done with something that was named before."""
BEGUN = 3
"""Letters of the beginning of a word by which it is known."""
REMEMBERED = 64
"""Sentences of which the way is kept in mind: it is asked for more than once of each."""


class Way(BaseModel):
    """A way to do something: the words it is asked for with, what is said of it, and the button beside it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    asked: tuple[str, ...]
    says: tuple[str, ...]
    offers: Verb | None = None
    where: bool = True


class Table(BaseModel):
    """ways.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asking: tuple[str, ...]
    after: tuple[str, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class _Compiled:
    asking: re.Pattern[str]
    after: re.Pattern[str]
    ways: tuple[tuple[re.Pattern[str], Way], ...]
    words: frozenset[str]
    beginnings: tuple[str, ...]


def way(said: Said) -> Way | None:
    """The way that is asked for; None where none is, or where it is one that nobody has written down."""
    return _way("\n".join(" ".join(opened(clause)) for clause in said.clauses))


def near(said: Said) -> Way | None:
    """The way that a sentence speaks of, though it asks for none."""
    return _first(table(), " ".join(opened(said.words)), where=True)


def known(word: str) -> bool:
    """Whether it is a word with which ways are asked for."""
    found = table()
    return word in found.words or word.startswith(found.beginnings)


def told(found: Way, slug: str | None, proposal: int | None) -> Reply:
    """The way in its own words, with its button where a market is meant."""
    offers = (Offer(found.offers, slug, proposal),) if found.offers is not None and slug is not None else ()
    return Reply(found.says, "how-to", slug, offers=offers)


def grouped(line: str) -> str:
    """Round brackets only group: nothing is captured."""
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", line)


@lru_cache(REMEMBERED)
def _way(lines: str) -> Way | None:
    """The first way whose words follow the asking within a clause; all that was said counts where it is asked last."""
    found = table()
    whole = lines.replace("\n", " ")
    for line in lines.split("\n"):
        asked = found.asking.search(line)
        if asked is None:
            continue
        rest, where = line[asked.end() :], asked.group().startswith("where")
        told = _first(found, rest, where)
        if told is None and POINTING.search(rest):
            told = _first(found, whole, where)
        if told is not None:
            return told
    return _first(found, whole, where=False) if found.after.search(whole) else None


def _first(found: _Compiled, line: str, where: bool) -> Way | None:
    return next((each for pattern, each in found.ways if pattern.search(line) and (each.where or not where)), None)


@cache
def table() -> _Compiled:
    """The bundled table, read once."""
    raw = resources.files("bot.chat").joinpath("ways.yaml").read_bytes()
    read = Table.model_validate(read_yaml(raw).value)
    lines = [*read.asking, *read.after, *(line for each in read.ways for line in each.asked)]
    literal = [found for line in lines for found in re.findall(r"([a-z]{2,})(\\w[*+])?", re.sub(r"\\b", " ", line))]
    return _Compiled(
        _any(read.asking),
        _any(read.after),
        tuple((_any(each.asked), each) for each in read.ways),
        frozenset(word for word, _ in literal),
        tuple(sorted({word for word, more in literal if more and len(word) >= BEGUN})),
    )


def _any(lines: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(grouped, lines))})(?![\w-])")
