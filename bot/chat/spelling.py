"""Words evened out before they are compared: slang, what is run together, and slips of the keys (slang.yaml)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict
from rapidfuzz import process
from rapidfuzz.distance import OSA

from markets.yaml12 import read_yaml

SPELLED = 0.74
"""How alike a misspelt word and a known one are at least, 1 being the same."""
SHORT = 3
"""Words up to this length are taken as they stand, but for letters that changed places."""

Likeness = Callable[[str], float]
"""How alike a word is to the nearest one of the titles, 0 to 1."""

PERCENT = re.compile(r"(?<!\w)%")
"""A sign that stands by itself."""
ODDS = re.compile(r"(?<![\w.])p(?=\()", re.IGNORECASE)
"""`P(…)`, as forecasters write a probability."""
_TO = "how need want have has had going like able got love willing supposed"
_FOR = "date deadline chart graph wait odds price rules evidence source sources good time vote what not"
TO = frozenset(_TO.split())
"""Before a 2 that stands for `to`."""
FOR = frozenset(_FOR.split())
"""Before a 4 that stands for `for`, where an article follows."""
ARTICLES = frozenset(("the", "a", "an", "this", "that", "it", "me", "us", "my"))


class Slang(BaseModel):
    """slang.yaml: each map from what is typed to what it stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    short: dict[str, str]
    whole: dict[str, str]
    names: dict[str, str]
    marks: dict[str, str]


@cache
def slang() -> Slang:
    """The bundled table, read once."""
    raw = resources.files("bot.chat").joinpath("slang.yaml").read_bytes()
    return Slang.model_validate(read_yaml(raw).value)


def evened(words: Sequence[str]) -> tuple[str, ...]:
    """The words as they are meant: `wat wud u need 2 see` -> `what would you need to see`."""
    table = slang()
    found: list[str] = []
    for word, after in zip(words, [*words[1:], ""], strict=False):
        before = found[-1] if found else ""
        if word == "2" and before in TO and after.isalpha():
            found.append("to")
        elif word == "4" and (before in FOR or after in ARTICLES) and after.isalpha():
            found.append("for")
        else:
            found += (table.short.get(word) or table.names.get(word) or _unstretched(word)).split()
    return tuple(found)


def marked(text: str) -> str:
    """The text with words in place of the signs that say what they would."""
    for sign, word in slang().marks.items():
        text = text.replace(sign, word)
    return PERCENT.sub(" percent ", ODDS.sub(" probability of ", text))


def opened(words: Iterable[str]) -> tuple[str, ...]:
    """The same with what is run together taken apart: `whats` -> `what is`."""
    table = slang().whole
    return tuple(part for word in words for part in table.get(word, word).split())


def _unstretched(word: str) -> str:
    """`heyyyy` -> `hey`, `sooo` -> `so`: no word has a letter three times in a row."""
    if not word.isalpha() or len(word) < SHORT + 1:
        return word
    found = ""
    for at, letter in enumerate(word):
        if word[at : at + 3] != letter * 3 and not (found[-1:] == letter and word[at - 2 : at + 1] == letter * 3):
            found += letter
    return found


class Speller:
    """Known words, and the nearest of them to one that is not known."""

    def __init__(self, known: Collection[str]) -> None:
        self.known = frozenset(known)
        self._long = sorted(word for word in self.known if len(word) > SHORT)
        few = [word for word in sorted(self.known) if len(word) <= SHORT + 1]
        self._sorted: Mapping[str, str] = {"".join(sorted(word)): word for word in few}

    def spelled(self, word: str, likeness: Likeness) -> str:
        """The word as it is known, where it is nearer to that than to a word of the titles; else itself."""
        if word in self.known or not word.isalpha():
            return word
        if len(word) <= SHORT + 1:
            return word if likeness(word) else self._sorted.get("".join(sorted(word)), word)
        near = process.extractOne(word, self._long, scorer=OSA.normalized_similarity, score_cutoff=SPELLED)
        if near is None or near[0][0] != word[0] or near[1] <= likeness(word):
            return word
        return near[0]
