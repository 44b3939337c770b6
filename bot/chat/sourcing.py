"""Answers about sources that are called by name, by a part of it, or by where they are read."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.chat.best_shown import column_of
from bot.chat.replies import Reply
from bot.chat.subjects import Subject
from bot.chat.times import day, moment
from bot.chat.tools import Best, SourceNow, Tools
from bot.chat.wording import Said, parts, stem
from bot.chat.words import STOP

MOST = 4
READERS = 5
LEAST_CHARS = 3
"""Letters of a word that may begin a source's name."""
ADDRESS_WORTH = 0.4
"""A word of the address tells less than one of the name."""
_GENERAL = (
    "source sources feed feeds board page pages api csv json file site data numbers leaderboard html com org main www"
)
BEST = re.compile(
    r"\b(?:best|top|tops|topping|highest|max|maximum|sota|state of the art|leads?|leader|leading|first|record|ahead"
    r"|number (?:one|1)|no 1|score|scores|figure|frontier)\b"
)
"""How one asks for the best of a source."""
MOST_JOINED = 3
"""Words that may stand apart in a source's name, as in `swe bench` for swebench."""
GENERAL = frozenset(_GENERAL.split())
"""Words that belong to many sources, or to none."""


def sources_named(tools: Tools, said: Said) -> list[str]:
    """The sources that the words name best; none where no word does."""
    exact = [name for name in tools.titles.sources if name in said.words]
    if exact:
        return exact
    words = {part for word in said.words if word not in STOP for part in (word, *parts(word)) if part not in GENERAL}
    known = {
        stem(word)
        for word in words
        if len(word) >= LEAST_CHARS or any(char.isdigit() for char in word) or len(word) == 2
    }
    fits = {name: _fit(tools, name, known) for name in tools.titles.sources}
    most = max(fits.values(), default=0.0)
    return [name for name, fit in fits.items() if fit == most] if most > 0 else []


def called(tools: Tools, said: Said) -> list[str]:
    """The sources that are called by their whole name, however it is taken apart: `SWE-bench`, `metr 1.1`."""
    squeezed = {_squeezed(name): name for name in tools.titles.sources}
    words = said.words
    runs = {
        _squeezed("".join(words[at : at + count])) for count in range(1, MOST_JOINED + 1) for at in range(len(words))
    }
    return [name for short, name in squeezed.items() if short in runs]


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name)


def ranked(tools: Tools, name: str) -> bool:
    """Whether it has a column by which its rows can be ranked."""
    return column_of(tools.loaded.sources[name]) is not None


def unread(tools: Tools, name: str) -> bool:
    """Whether no market is about a source."""
    return not any(source.id == name for spec in tools.loaded.markets.values() for source in spec.sources)


def best(tools: Tools, name: str, said: Said) -> Reply:
    """The best figure that a source shows: how much, whose, since when it was seen, and where to look."""
    found, source = tools.best(name, said.words), tools.loaded.sources[name]
    now = {one.id: one for one in tools.sources()}
    state = now.get(name)
    where = f" {source.fetch.url}" if source.fetch.url else ""
    if found is None:
        why = f"{state.words}: {state.because}" if state and state.newest is None else f"{name} shows none"
        return Reply((f"I don't know the best figure of {name}: {why}.{where}",), "value")
    lines = [f"Best of {name}: {found.text}{_whose(found)}, seen since {day(found.since)}.{where}"]
    if state is not None:
        lines.append(f"{_line(state)}. It counts every row that the source shows; no rule was asked.")
    return Reply((*lines, _readers(tools, name)), "value")


def _whose(found: Best) -> str:
    others = "" if not found.ties else f" and {found.ties} more" if found.ties > 1 else " and one more"
    return f" by {found.key}{others} ({found.column})"


def _fit(tools: Tools, name: str, words: set[str]) -> float:
    names = {stem(part) for part in (*name.split("-"), name, name.replace("-", ""))}
    source = tools.loaded.sources[name]
    address = source.fetch.url or "" if source.fetch is not None else ""
    split = urlsplit(address)
    there = {
        stem(part)
        for part in re.findall(r"[a-z0-9]+", f"{split.hostname or ''} {split.path} {source.publisher}".lower())
    }
    fits = 0.0
    for word in words:
        if word in names or any(len(word) >= LEAST_CHARS and part.startswith(word) for part in names):
            fits += 1.0
        elif len(word) >= LEAST_CHARS and word in there:
            fits += ADDRESS_WORTH
    return fits


def told(tools: Tools, names: list[str]) -> Reply:
    """How each of them is, what it showed last, and which markets read it."""
    now = {one.id: one for one in tools.sources()}
    found = [now[name] for name in names if name in now]
    if len(found) == 1:
        return Reply((f"{_line(found[0])}.", _readers(tools, found[0].id)), "status")
    more = [f"And {len(found) - MOST + 1} more."] if len(found) > MOST else []
    return Reply((*(f"{_line(one)}." for one in found[: MOST - len(more)]), *more), "status")


def of_market(tools: Tools, about: Subject) -> list[str]:
    """The sources of the market that is meant, or of those that may be."""
    slugs = [about.slug] if about.slug is not None else [hit.slug for hit in about.choices]
    return list(dict.fromkeys(source for slug in slugs for source in tools.market(slug).sources))


def _line(one: SourceNow) -> str:
    seen = f", last seen well {moment(one.newest)}" if one.newest else ""
    because = f": {one.because}" if one.because and one.state != "live" else ""
    return f"{one.words}{seen}{because}"


def _readers(tools: Tools, name: str) -> str:
    reading = [one.slug for one in tools.markets() if name in one.sources and one.state != "resolved"]
    more = f" and {len(reading) - READERS} more" if len(reading) > READERS else ""
    return f"Read by {', '.join(reading[:READERS])}{more}." if reading else "No open market reads it."
