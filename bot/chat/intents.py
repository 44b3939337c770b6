"""What a sentence asks, told by the patterns of intents.yaml in their order; where none fits, that is an answer too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.chat.replies import Intent, Verb
from bot.chat.spelling import Likeness
from bot.chat.ways import grouped, way
from bot.chat.wording import Said
from bot.chat.words import STOP
from markets.yaml12 import read_yaml

SPELLED = 0.74
"""How alike a misspelt word and a word of the patterns are at least, 1 being the same."""
SHORT = 3
"""Words up to this length are taken as they stand."""

WINNING = frozenset(("win", "wins", "winning", "won", "lose", "loses", "prevail", "side", "sides", "camp", "camps"))


class Table(BaseModel):
    """intents.yaml: pattern lines by what they stand for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    polite: tuple[str, ...]
    meddling: tuple[str, ...]
    elsewhere: tuple[str, ...]
    everyday: tuple[str, ...]
    mana: tuple[str, ...]
    camps: tuple[str, ...]
    turning: tuple[str, ...]
    asking: tuple[str, ...]
    acts: dict[Verb, tuple[str, ...]]
    asked: tuple[dict[Intent, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Meant:
    """What a sentence was taken for: a question, or an act with its verb; None where no pattern fits.

    `turning`: it turns to another subject (`and the ARC one?`); `camps`: it asks who of the debate was right;
    `winning`: it has a word that is said of sides rather than of a market.
    """

    intent: Intent | None
    verb: Verb | None = None
    turning: bool = False
    camps: bool = False
    winning: bool = False


@dataclass(frozen=True, slots=True)
class Patterns:
    """The table, compiled; `faint` are the words that questions are asked with, `words` all that stand in it."""

    meddling: re.Pattern[str]
    elsewhere: re.Pattern[str]
    everyday: re.Pattern[str]
    mana: re.Pattern[str]
    purse: tuple[str, ...]
    camps: re.Pattern[str]
    turning: re.Pattern[str]
    asking: re.Pattern[str]
    acts: tuple[tuple[Verb, re.Pattern[str]], ...]
    asked: tuple[tuple[Intent, re.Pattern[str]], ...]
    faint: frozenset[str]
    words: frozenset[str]
    spellings: tuple[str, ...]


def meant(said: Said, likeness: Likeness, ours: Callable[[str], bool] = lambda word: False) -> Meant:
    """The intent of a sentence; words that are nearer to a pattern's than to a title's are spelled as there.

    `ours`: whether a word is one of the debate's, which is no matter of everyday life then.
    """
    patterns = compiled()
    clauses = [" ".join(_spelled(word, patterns, likeness) for word in part) for part in said.clauses]
    line = " ".join(clauses)
    if patterns.meddling.search(line):
        return Meant("unknown")
    of_life = patterns.everyday.search(" ".join(said.words))
    if of_life is not None and not all(map(ours, of_life.group().split())):
        return Meant("unknown")
    if way(said) is not None:
        return Meant("how-to")
    if patterns.mana.search(" ".join(said.words)):  # as it was typed: `pure` is no purse
        return Meant("mana")
    if patterns.elsewhere.search(line):
        return Meant("unknown")
    told = [clause for clause in clauses if not patterns.asking.match(clause)]
    verb = next((verb for clause in told for verb, pattern in patterns.acts if pattern.match(clause)), None)
    if verb is not None:
        return Meant("propose-act", verb)
    found = next((intent for intent, pattern in patterns.asked if pattern.search(line)), None)
    winning = not WINNING.isdisjoint(said.words)
    return Meant(
        found, None, patterns.turning.match(line) is not None, patterns.camps.search(line) is not None, winning
    )


def of_purse(word: str) -> bool:
    """Whether it is a word with which mana is asked about, or begins as one: `burned` as `burn`."""
    return word.startswith(compiled().purse)


@cache
def compiled() -> Patterns:
    """The patterns of the bundled table, read once."""
    raw = resources.files("bot.chat").joinpath("intents.yaml").read_bytes()
    table = Table.model_validate(read_yaml(raw).value)
    before = rf"^(?:(?:{'|'.join(_grouped(table.polite))}) )*"
    asked = [(intent, lines) for block in table.asked for intent, lines in block.items()]
    questions = [
        *table.camps,
        *table.turning,
        *table.asking,
        *(line for _, lines in asked for line in lines),
    ]
    commands = [*table.meddling, *(line for lines in table.acts.values() for line in lines)]
    faint = {word for line in questions for word in _words(line)}
    words = faint | {word for line in commands for word in _words(line)}
    return Patterns(
        _any(table.meddling),
        _any(table.elsewhere),
        _any(table.everyday),
        _any(table.mana),
        tuple(sorted({word for line in table.mana for word in _words(line)})),
        _any(table.camps),
        _any(table.turning, before),
        _any(table.asking, before),
        tuple((verb, _any(lines, before)) for verb, lines in table.acts.items()),
        tuple((intent, _any(lines)) for intent, lines in asked),
        frozenset(faint),
        frozenset(words),
        tuple(sorted(words | {word for word in STOP if len(word) > SHORT})),
    )


def _words(line: str) -> set[str]:
    """Every word that a pattern spells out, with and without a last letter that may be left out."""
    found = re.findall(r"([a-z]{3,})(\?)?", re.sub(r"\\[a-z]\S?", " ", line))
    return {word for word, _ in found} | {word[:-1] for word, maybe in found if maybe}


def _any(lines: Iterable[str], before: str = r"\b") -> re.Pattern[str]:
    return re.compile(rf"(?:{before}(?:{'|'.join(_grouped(lines))}))(?![\w-])")


def _grouped(lines: Iterable[str]) -> list[str]:
    return [grouped(line) for line in lines]


def _spelled(word: str, patterns: Patterns, likeness: Likeness) -> str:
    if len(word) <= SHORT or word in patterns.words or word in STOP or not word.isalpha():
        return word
    near = process.extractOne(word, patterns.spellings, scorer=OSA.normalized_similarity, score_cutoff=SPELLED)
    if near is None or near[0][0] != word[0] or near[1] <= likeness(word):
        return word
    return near[0]
