"""Several questions about one market in one sentence: `what is the price and when does it close?`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from bot.chat.intents import compiled, meant
from bot.chat.matching import Titles
from bot.chat.replies import Intent
from bot.chat.spelling import opened
from bot.chat.subjects import telling, without_names
from bot.chat.wording import Said

_BEGINS = "what when who whom whose why how where which is are does do did has have can show tell"
BEGINS = frozenset(_BEGINS.split())
"""Words with which a question begins."""
_WISHES = (
    "odds price chart graph plot link url rules criteria evidence sources deadline close value number score status"
)
WISHES = frozenset(_WISHES.split())
"""What is wished for in a word: `odds and close date`."""
BEFORE = frozenset(("the", "a", "its", "your", "current", "latest", "and", "also", "please", "exact"))
"""What may stand before it."""
AND = frozenset(("and", "also", "plus"))
"""What may stand between two of them."""
MOST = 2
"""Questions that one answer has room for."""


def asked_together(said: Said, titles: Titles, able: Collection[Intent]) -> tuple[Intent, ...]:
    """What is asked, in order, where the patterns tell of two questions and of one market; else nothing."""
    parts = [part for clause in said.clauses for part in _parts(clause)]
    if sum(_names(part, titles) for part in parts) > 1:
        return ()
    questions = [part for part in parts if _begins(part)]
    if len(questions) != MOST:
        return ()
    found = [meant(without_names(Said(part, (), (part,)), titles), titles.likeness).intent for part in questions]
    asked = tuple(dict.fromkeys(intent for intent in found if intent is not None and intent in able))
    return asked if len(asked) == len(found) == MOST else ()


def _parts(clause: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """A clause, cut where `and` is followed by what begins a question or a wish."""
    following = enumerate(pairwise(clause))
    cuts = [at for at, (word, _) in following if word in AND and _begins(clause[at + 1 :])]
    for start, end in pairwise([-1, *cuts, len(clause)]):
        if clause[start + 1 : end]:
            yield tuple(clause[start + 1 : end])


def _begins(part: Sequence[str]) -> bool:
    """Whether a question begins there, or a wish in a word."""
    if opened(part[:1])[0] in BEGINS:
        return True
    return next((word for word in part if word not in BEFORE), "") in WISHES


def _names(part: Sequence[str], titles: Titles) -> bool:
    """Whether it may say which market is meant, or speak of something else."""
    return any(word not in compiled().faint for word in telling(part, titles))
