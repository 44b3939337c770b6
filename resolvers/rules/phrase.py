"""A piece of the English that a trader reads, with the figures it must show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

PLAIN = re.compile(r"^[\w.+/ -]*$(?<!\.)")
"""Letters, figures and a few marks that no sentence is made of."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """`text` is the English; `figures` are the numbers with units, dates and durations of the rule that occur in it."""

    text: str
    figures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.figures and (missing := [figure for figure in self.figures if figure not in self.text]):
            raise ValueError(f"{self.text!r} does not show {missing}")

    @classmethod
    def of(cls, template: str, *parts: Phrase | str, figures: Iterable[str] = ()) -> Phrase:
        """Fill `{}` places in order; the figures of all parts are kept, `figures` adds those of plain strings."""
        texts = [part.text if isinstance(part, Phrase) else part for part in parts]
        found = [figure for part in parts if isinstance(part, Phrase) for figure in part.figures]
        return cls(template.format(*texts), tuple(dict.fromkeys([*found, *figures])))

    @classmethod
    def listed(cls, parts: Iterable[Phrase], joint: str) -> Phrase:
        """Several phrases with `joint` between them."""
        phrases = tuple(parts)
        figures = dict.fromkeys(figure for phrase in phrases for figure in phrase.figures)
        return cls(joint.join(phrase.text for phrase in phrases), tuple(figures))


def named(value: str) -> str:
    """A cell's text in running text; in quotes where its marks could be read as the sentence's."""
    return value if PLAIN.match(value) and "_" not in value else f"“{value}”"


def spoken(column: str) -> str:
    """A column's name in running text; one of several words in quotes, or it would be read as prose."""
    return f"“{column.replace('_', ' ')}”" if "_" in column else column
