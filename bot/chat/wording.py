"""A sentence somebody typed as plain lower-case words, whatever markup, marks or accents it came with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST_CHARS = 600
"""Of a message that are read: a question fits in it, and a wall of text costs no time."""

WEB = re.compile(r"https?://\S+", re.IGNORECASE)
MARKUP = re.compile(r"<(?:@[!&]?|#|a?:\w+:|t:|/[\w -]+:)[^>\s]*>")
HIDDEN = re.compile(
    r"~~.*?~~|```.*?```|^[^\S\n]*>>> (?P<rest>.*)|^[^\S\n]*>(?!=?\d)>* ?(?P<line>[^\n]*)", re.DOTALL | re.MULTILINE
)
"""What nobody says by it: what is struck out or only shown, and somebody else's words. A mark quotes its line, three
with a space quote all that follows, as Discord's clients have it (github.com/brussell98/discord-markdown, looked at
2026-11-21); `>85%` is a comparison. What begins first hides the marks of the others."""
UNIT = re.compile(r"^(\d+)(?:pts?|pp|pct|points?)$")
CLAUSE = re.compile(r"[.!?;,:]+(?:\s|$)|\n|[()\[\]…—]|\s[-–]+\s|\.\.+")
OWNED = re.compile(r"(?<=\d)['’`´‘]s\b")
"""After a figure, what belongs to it: no part of the figure."""
DECIMAL = re.compile(r"\d+\.\d+")
FIGURE = re.compile(r"(?:0|\d{2,})\.(?!0+%?$)\d+%?|\d+(?:\.\d+)?%")
"""What is surely a measure (`84.9`, `0.6`, `7%`) and not the number of an edition (`2.0`, `3.1`)."""
WORD = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*%?")
_TENS = "ten twenty thirty forty fifty sixty seventy eighty ninety"
ROUND = {name: str(10 * number) for number, name in enumerate(_TENS.split(), start=1)}
_ONES = "one two three four five six seven eight nine"
ONES = {name: number for number, name in enumerate(_ONES.split(), start=1)}
LETTERS = str.maketrans(
    {"τ": "tau", "α": "alpha", "β": "beta", "ß": "ss", "≤": "<=", "–": "-"} | dict.fromkeys("'’`´‘")
)
"""Apostrophes go; letters and marks by which names are written elsewhere."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message: its words in order, the addresses in it, and its words clause by clause."""

    words: tuple[str, ...]
    addresses: tuple[str, ...]
    clauses: tuple[tuple[str, ...], ...]


def read(text: str) -> Said:
    """Take a message apart; mentions, emoji and markup are no words."""
    text = text[: MOST_CHARS * 4]
    addresses = tuple(WEB.findall(text))
    rest = MARKUP.sub(" ", WEB.sub(" ", HIDDEN.sub(" ", text)))
    plain = plainly(rest)[:MOST_CHARS]
    clauses = tuple(tuple(map(numbered, WORD.findall(part))) for part in CLAUSE.split(plain))
    return Said(tuple(word for part in clauses for word in part), addresses, tuple(part for part in clauses if part))


def quoted(text: str) -> str:
    """What a message quotes, without the marks before it."""
    found = (match["rest"] or match["line"] for match in HIDDEN.finditer(text[: MOST_CHARS * 4]))
    return "\n".join(words for words in found if words)


def respoken(said: Said, words: Callable[[Sequence[str]], tuple[str, ...]]) -> Said:
    """The same with the words of each clause put otherwise."""
    clauses = tuple(words(clause) for clause in said.clauses)
    return Said(tuple(word for part in clauses for word in part), said.addresses, clauses)


def numbered(word: str) -> str:
    """`ninety` -> `90`, `eighty-five` -> `85`, `10pts` -> `10`: a number, however it is written."""
    if word[:1].isdigit():
        return UNIT.sub(r"\1", word)
    tens, _, units = word.partition("-")
    if tens in ROUND and (units in ONES or not units):
        return str(int(ROUND[tens]) + ONES.get(units, 0))
    return word


def words_of(text: str) -> list[str]:
    """Every word of a text, however long it is."""
    return [numbered(word) for word in WORD.findall(plainly(text))]


def plainly(text: str) -> str:
    """Lower case without accents and apostrophes: `What’s` -> `whats`, but `2.0's` -> `2.0`."""
    flat = OWNED.sub("", unicodedata.normalize("NFKD", text)).translate(LETTERS)
    return "".join(char for char in flat if not unicodedata.combining(char)).lower()


def stem(word: str) -> str:
    """A word without the endings of number and tense; crude, and the same for titles and questions."""
    for ending, least, put in (("ies", 5, "y"), ("ing", 6, ""), ("ed", 5, ""), ("es", 5, "e"), ("s", 4, "")):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            word = word.removesuffix(ending) + put
            break
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def parts(word: str) -> tuple[str, ...]:
    """The ways a compound is written: `swe-bench` -> swe-bench, swe, bench, swebench; a single word is itself."""
    if word.isalpha():  # nearly every word
        return (word,)
    if DECIMAL.fullmatch(word.rstrip("%")):
        whole, _, rest = word.rstrip("%").partition(".")
        return (whole, word.rstrip("%")) if set(rest) == {"0"} else (word.rstrip("%"),)
    pieces = tuple(piece for piece in re.split(r"[-.]", word.rstrip("%")) if piece)
    if len(pieces) < 2:
        return (word.rstrip("%"),)
    return (*pieces, "".join(pieces))
