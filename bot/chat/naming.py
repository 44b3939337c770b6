"""Which words of a sentence name something, which ask, and which do neither."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from bot.chat.examples import MARK, examples, merged, stemmed
from bot.chat.intents import compiled
from bot.chat.matching import Titles
from bot.chat.spelling import Speller, opened
from bot.chat.wording import FIGURE, Said, words_of
from bot.chat.words import STOP

QUOTING = 4
"""Words of a question in a row that are a quotation."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The asking part of a sentence, names out of it, as the examples are written; `whole`, and clause by clause.

    `strange` are the words of it that nothing here is called by and nobody asks with.
    """

    whole: tuple[str, ...]
    clauses: tuple[tuple[str, ...], ...]
    strange: tuple[str, ...]


def asked_part(said: Said, titles: Titles, question: str = "") -> Asked:
    """The sentence with a mark in place of each name, of each address, and of what it quotes of a `question`."""
    strange: list[str] = []
    quoted = words_of(question)
    clauses = [list(_tokens(_without(clause, quoted), titles, strange)) for clause in said.clauses]
    if said.addresses:
        clauses = [*clauses[:-1], [*(clauses[-1] if clauses else []), MARK]]
    whole = merged([token for clause in clauses for token in clause])
    return Asked(whole, tuple(merged(clause) for clause in clauses), tuple(strange))


def _without(clause: Sequence[str], quoted: Sequence[str]) -> tuple[str, ...]:
    """A clause with a mark for the longest stretch of a question that stands in it, if it is long enough."""
    same = SequenceMatcher(None, clause, quoted, autojunk=False).find_longest_match() if quoted else None
    if same is None or same.size < QUOTING:
        return tuple(clause)
    return (*clause[: same.a], MARK, *clause[same.a + same.size :])


def _tokens(words: tuple[str, ...], titles: Titles, strange: list[str]) -> Iterator[str]:
    for word in words:
        if word == MARK or titles.title(word) is not None or titles.called(word):
            yield MARK
            continue
        for part in opened([word]):
            yield _token(part, titles, strange)


def _token(word: str, titles: Titles, strange: list[str]) -> str:
    figure = word.isdigit() or FIGURE.fullmatch(word) is not None
    if stemmed(word) in examples().asking or word in STOP or (figure and not titles.likeness(word)):
        return stemmed(word)
    if titles.asked_of(word):
        return MARK
    if stemmed(word) in examples().words:
        return stemmed(word)
    if titles.named(word) or titles.likeness(word) == 1 or titles.told(word):
        return MARK
    spelled = speller().spelled(word, titles.likeness)
    if spelled != word:
        return stemmed(spelled)
    if titles.likeness(word):
        return MARK
    if stemmed(word) not in examples().words:
        strange.append(word)
    return stemmed(word)


@cache
def speller() -> Speller:
    """The words that sentences are asked with."""
    return Speller({*examples().spellings, *compiled().words, *STOP})
