"""Words of a picture fitted into it: broken into lines by how wide they are, and never cut where it matters."""

from __future__ import annotations

NARROW = frozenset("iljtfrI.,:;'|!()[]/- ")
EM_NARROW, EM_PLAIN, EM_WIDE = 0.38, 0.64, 0.82
"""Widths in parts of the size of the type, a little over those of DejaVu Sans: no line is wider than reckoned."""
WIDE = frozenset("ABCDEGHKMNOQRUVWXYZmw%@&—…")
FOREIGN = 1.0
"""A letter outside Latin may be as wide as the type is high."""
NARROWER, MOST_NARROWER = 0.97, 24
"""How lines are made even: in such steps, down to about half."""
EM_SHARE = 0.0168
"""Part of a panel's width that an em of the smallest type takes."""
FROM_START, FROM_END = 250, 150
"""Letters of a longer text that are looked at: more fit no two lines."""


def ems(text: str) -> float:
    """How wide a text is, in parts of the size of the type."""
    return sum(_em(letter) for letter in text)


def _em(letter: str) -> float:
    if letter in NARROW:
        return EM_NARROW
    if letter in WIDE:
        return EM_WIDE
    return EM_PLAIN if letter < "\u0250" or letter in "“”‘’" else FOREIGN


def folded(text: str, wide: float, most: int) -> str:
    """A text on at most so many lines of so many ems; one that is longer still loses words of its middle, not its end.

    What differs between two such texts, and the date of a question, mostly stands at the end.
    """
    long = len(text) > FROM_START + FROM_END
    shown = f"{text[:FROM_START]} … {text[-FROM_END:]}" if long else text
    words = [part for word in shown.split() for part in _parted(word, wide)]
    lines = _lines(words, wide)
    while len(lines) > most and len(words) > 2:
        middle = len(words) // 2
        words = [*words[: middle - 1], "…", *words[middle + 1 :]] if "…" not in words else _less(words)
        lines = _lines(words, wide)
    return "\n".join(_even(words, wide, len(lines))[:most])


def _even(words: list[str], wide: float, many: int) -> list[str]:
    """As many lines, but no last one of a single word: each as narrow as the number of lines allows."""
    lines = _lines(words, wide)
    for _ in range(MOST_NARROWER if many > 1 else 0):
        narrower = _lines(words, wide := wide * NARROWER)
        if len(narrower) > many or any(ems(line) > wide for line in narrower):
            break
        lines = narrower
    return lines


def _less(words: list[str]) -> list[str]:
    """One word less, beside the gap, on its longer side."""
    gap = words.index("…")
    place = gap - 1 if gap > len(words) - gap - 1 else gap + 1
    return [*words[:place], *words[place + 1 :]]


def _lines(words: list[str], wide: float) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and ems(f"{lines[-1]} {word}") <= wide:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _parted(word: str, wide: float) -> list[str]:
    """A word that fits no line, in parts that do."""
    parts = [""]
    for letter in word:
        if parts[-1] and ems(parts[-1] + letter) > wide:
            parts.append("")
        parts[-1] += letter
    return parts
