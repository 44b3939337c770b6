"""Whether a sentence asks of a span (`what changed since Monday`) or of a day that is past (`where was it in July`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bot.chat import spans
from bot.chat.matching import Title
from bot.chat.spans import Span
from bot.chat.wording import Said, respoken, words_of

CHANGING = re.compile(
    r"\b(?:chang\w*|mov(?:e|es|ed|ing|ements?)|new|news|newly|neues|happen\w*|updat\w*|shift\w*|recap|miss(?:ed)?"
    r"|summar\w+|tl ?dr|digest|differ\w*|since|seit|depuis|activity|going on|went on|develop\w*|catch me up|fill me in"
    r"|sum(?:s|med)? up|round ?up|highlights|anything|progress)\b"
)
"""Words of a question about what came about; those of others name no span."""
PAST = re.compile(
    r"\b(?:was|were|wasnt|werent|did|didnt|had|hadnt|stood|would (?:\w+ ){0,2}have|wouldve|could (?:\w+ ){0,2}have"
    r"|back (?:in|on|at)|as (?:of|at|on)|judged|showed|said|used to|known|looked|came out)\b"
)
"""Words of a question about how it stood."""
AGO = re.compile(r"\bago\b")
FIRST_YEAR = 2000
"""Before it there were neither markets of this kind nor what they are about."""
USUAL, SINCE = ("this", "week"), ("since", "last", "week")
"""What stands in a sentence in place of any span, so that it is weighed as those with the usual one."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A sentence with the time that it names taken out, and that time: a span, or the instant as of which it asks.

    `besides`: how many words it has besides that time.
    """

    words: Said
    besides: int
    span: Span | None = None
    at: datetime | None = None


def dated(said: Said, now: datetime, changing: bool) -> Dated:
    """The sentence and its time; as it stands where it names none. `changing`: the talk was of changes before."""
    line = " ".join(said.words)
    told = spans.span(said.words, now) if changing or CHANGING.search(line) else None
    besides = len(spans.without(said.words))
    if told is not None:
        put = USUAL if told.until is not None or "since" not in line else SINCE
        return Dated(_without(said, put), besides, span=told)
    backwards = PAST.search(line) or AGO.search(line) or spans.DAY_SAID.search(line)
    at = spans.instant_said(said.words, now) if backwards else None
    return Dated(_without(said, ()), besides, at=at) if at is not None else undated(said)


def undated(said: Said) -> Dated:
    """A sentence as it stands, of which no time is taken out."""
    return Dated(said, len(said.words))


def long_gone(told: Dated) -> bool:
    """Whether the time that is asked about is over for so long that no record of ours can speak of it."""
    ended = told.at if told.at is not None else told.span.until if told.span is not None else None
    return ended is not None and ended.year < FIRST_YEAR


def in_title(said: Said, title: Title | None) -> bool:
    """Whether the time that a sentence names is one of those that the market's own title has."""
    if title is None:
        return False
    line = " ".join(words_of(f"{title.question} {title.slug.replace('-', ' ')}"))
    known = {word[:3] if word in spans.MONTHS else word for word in line.split()}
    phrase, words = spans.named(said.words)
    dates = {word[:3] if word in spans.MONTHS else word for word in words}
    return dates <= known if dates else bool(phrase) and f" {phrase} " in f" {line} "


def _without(said: Said, put: tuple[str, ...]) -> Said:
    """The sentence with other words in place of the time: of the first clause that names one."""
    whole = spans.without(said.words, put)
    clauses = [spans.without(clause, put) for clause in said.clauses]
    if sum(clause != before for clause, before in zip(clauses, said.clauses, strict=True)) != 1:
        return Said(whole, said.addresses, (whole,))
    return respoken(Said(whole, said.addresses, tuple(clauses)), lambda words: tuple(words))
