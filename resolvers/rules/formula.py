"""Formulas: one line of arithmetic, comparison and and/or/not, read by a small parser that keeps positions.

or-chain: and-chain (`or` and-chain)* · and-chain: negation (`and` negation)* · negation: `not` negation | comparison
comparison: sum [>= > <= < == != sum] · sum: product (+|- product)* · product: sign (*|/ sign)* · sign: [-] atom
atom: number [unit] | date | "text" | name | name.column | function(...) | removed(source) | ( or-chain )

Functions are min(a, b), max(a, b) and abs(a); of a source live(), late(), stale(), frozen(), removed() and lost().
Names are those under `values`; a number has its unit (85%, 10 points, 30 minutes), only a count has none. `top.lab` is
a column of a picked row. At most 500 characters, and 60 steps one upon the other.

Example:
    values:
      best: {max: score, from: board}
      top: {argmax: score, from: board, ties: first}
      rows_there: {count: rows, from: board}
    resolve:
      yes: best >= 85% and rows_there >= 10 and not (top.lab == "North" or stale(board))
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from resolvers import units
from resolvers.rules.faults import nearest
from resolvers.rules.unexpected import WORDS, is_foreign, no_operator, no_value, of_no_source, unknown_character

LONGEST = 500
"""Characters; a longer formula is several values that want names."""
DEEPEST = 20
"""Brackets and signs inside one another; keeps the parser's recursion small."""
MOST_STEPS = 60
"""Sums and products of a row, each upon the one before; keeps the recursions over a formula small."""

STATES = ("live", "late", "stale", "frozen", "removed", "lost")
FUNCTIONS = ("min", "max", "abs")

TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<date>\d{4}-\d{2}-\d{2})(?![\w-])
      | (?P<number>\d[\d_]*(?:\.\d+)?)
      | (?P<text>"[^"]*"|'[^']*')
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      | (?P<sign>>=|<=|==|!=|=>|=<|<>|&&|\|\||>|<|[-+*/(),%=≥≤≠&|!])""",
    re.VERBOSE | re.ASCII,
)


class FormulaFault(ValueError):
    """What is wrong with a formula, and at which character."""

    def __init__(self, message: str, offset: int, code: str = "formula") -> None:
        super().__init__(message)
        self.message, self.offset, self.code = message, offset, code


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written, with its unit's one name ("" where there is none)."""

    value: Decimal
    unit: str
    offset: int


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text in quotes, or a date (`is_date`)."""

    text: str
    offset: int
    is_date: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A value, or a column of a picked row."""

    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class Call:
    """min, max or abs of things; a state of a source (its id as raw text in `source`, a time in `span`)."""

    function: str
    parts: tuple[Formula, ...]
    offset: int
    source: str = ""
    span: str = ""


@dataclass(frozen=True, slots=True)
class Binary:
    """Two things and what joins them."""

    op: str
    left: Formula
    right: Formula
    offset: int


@dataclass(frozen=True, slots=True)
class Chain:
    """Several conditions joined by `and` or by `or`, or one under `not`."""

    op: Literal["all", "any", "not"]
    parts: tuple[Formula, ...]
    offset: int


Formula = Quantity | Quoted | Name | Call | Binary | Chain


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    offset: int


def tokens_of(text: str) -> list[Token]:
    """The words and signs of a formula; FormulaFault at the first character that is none."""
    if len(text) > LONGEST:
        raise FormulaFault(
            f"{len(text)} characters; a formula has at most {LONGEST}: name parts of it under values", LONGEST
        )
    found: list[Token] = []
    place = 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise FormulaFault(unknown_character(text, place), place)
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(Token(kind, match.group(), place))
        place = match.end()
        if kind == "name" and match.group() in STATES:
            place = _raw_source(text, place, found)
    found.append(Token("end", "", len(text)))
    return found


RAW_SOURCE = re.compile(r"\s*\(\s*([A-Za-z0-9][A-Za-z0-9_.-]*)?\s*(?:,\s*([A-Za-z0-9 ]+?)\s*)?\)")


def _raw_source(text: str, place: int, found: list[Token]) -> int:
    """After `removed` and its kin, the bracket holds a source's id as it stands (dots and hyphens included).

    For `frozen` a time may follow: `frozen(board, 90 days)`.
    """
    bracket = RAW_SOURCE.match(text, place)
    if bracket is None:
        return place
    found.append(Token("source", bracket.group(1) or "", bracket.start(1) if bracket.group(1) else place))
    if bracket.group(2):
        found.append(Token("span", bracket.group(2), bracket.start(2)))
    return bracket.end()


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = tokens_of(text)
        self.place = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        token = self.next
        self.place += 1
        return token

    def accept(self, *texts: str) -> Token | None:
        if self.next.kind in ("sign", "name") and self.next.text in texts:
            return self.take()
        return None

    def whole(self) -> Formula:
        found = self.alternatives()
        if self.next.kind != "end":
            raise FormulaFault(self._unjoined(), self.next.offset)
        return found

    def _unjoined(self) -> str:
        """What to say of the next token, with which nothing can go on after what was read."""
        after = self.tokens[self.place + 1].text if self.next.kind != "end" else ""
        if after[:1].isdigit() and self.tokens[self.place + 2].text == "%":
            after += "%"
        return no_operator(self.next.text, self.tokens[self.place - 1].text, after)

    def deeper(self, offset: int) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FormulaFault(
                f"brackets and signs lie more than {DEEPEST} deep: name parts of it under values", offset
            )

    def alternatives(self) -> Formula:
        return self.chain("or", "any", self.conjuncts)

    def conjuncts(self) -> Formula:
        return self.chain("and", "all", self.negation)

    def chain(self, word: str, op: Literal["all", "any"], part: Callable[[], Formula]) -> Formula:
        offset = self.next.offset
        parts = [part()]
        while self.accept(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Chain(op, tuple(parts), offset)

    def negation(self) -> Formula:
        sign = self.accept("not")
        if sign is None:
            return self.comparison()
        self.deeper(sign.offset)
        found = Chain("not", (self.negation(),), sign.offset)
        self.depth -= 1
        return found

    def comparison(self) -> Formula:
        left = self.sum()
        sign = self.accept(">=", "<=", "==", "!=", ">", "<")
        if sign is None:
            return left
        found = Binary(sign.text, left, self.sum(), sign.offset)
        if (second := self.accept(">=", "<=", "==", "!=", ">", "<")) is not None:
            raise FormulaFault("comparisons do not chain; write `a < b and b < c`", second.offset)
        return found

    def sum(self) -> Formula:
        found = self.product()
        while (sign := self.accept("+", "-")) is not None:
            found = Binary(sign.text, found, self.product(), sign.offset)
        return found

    def product(self) -> Formula:
        found = self.signed()
        while (sign := self.accept("*", "/")) is not None:
            found = Binary(sign.text, found, self.signed(), sign.offset)
        return found

    def signed(self) -> Formula:
        sign = self.accept("-")
        if sign is None:
            return self.atom()
        self.deeper(sign.offset)
        inner = self.signed()
        self.depth -= 1
        if isinstance(inner, Quantity):
            return Quantity(-inner.value, inner.unit, sign.offset)
        return Binary("*", Quantity(Decimal(-1), "", sign.offset), inner, sign.offset)

    def atom(self) -> Formula:
        token = self.take()
        if token.kind == "number":
            return self.quantity(token)
        if token.kind == "date":
            return Quoted(token.text, token.offset, is_date=True)
        if token.kind == "text":
            return Quoted(token.text[1:-1], token.offset)
        if token.kind == "name" and token.text not in WORDS:
            return self.named(token)
        if token.text == "(":
            self.deeper(token.offset)
            found = self.alternatives()
            self.close(token)
            self.depth -= 1
            return found
        before = self.tokens[self.place - 2].text if self.place > 1 else ""
        raise FormulaFault(no_value(token.text, before), token.offset)

    def quantity(self, token: Token) -> Quantity:
        unit = ""
        following = self.next
        if following.text in units.WORDS and following.kind in ("sign", "name"):
            unit = units.WORDS[self.take().text]
        elif following.kind == "name" and following.text not in WORDS:
            if is_foreign(following.text):
                raise FormulaFault(self._unjoined(), following.offset)
            said = f"{following.text!r} is no unit{nearest(following.text, set(units.WORDS.values()))}"
            raise FormulaFault(said, following.offset, "unit")
        return Quantity(Decimal(token.text.replace("_", "")), unit, token.offset)

    def named(self, token: Token) -> Formula:
        if self.next.kind == "source":
            source = self.take().text
            span = self.take().text if self.next.kind == "span" else ""
            return Call(token.text, (), token.offset, source, span)
        if token.text in STATES and self.next.kind in ("sign", "name", "text"):
            raise FormulaFault(
                of_no_source(token.text, [each.text for each in self.tokens[self.place :]]), token.offset
            )
        if self.next.text != "(" or self.next.kind != "sign":
            return Name(token.text, token.offset)
        if token.text not in FUNCTIONS:
            raise FormulaFault(
                f"{token.text!r} is no function{nearest(token.text, (*FUNCTIONS, *STATES))}", token.offset
            )
        opening = self.take()
        self.deeper(opening.offset)
        parts = [self.alternatives()]
        while self.accept(","):
            parts.append(self.alternatives())
        self.close(opening)
        self.depth -= 1
        return Call(token.text, tuple(parts), token.offset)

    def close(self, opening: Token) -> None:
        if self.accept(")") is None:
            token = self.next
            message = "this bracket is never closed" if token.kind == "end" else self._unjoined()
            raise FormulaFault(message, opening.offset if token.kind == "end" else token.offset)


@lru_cache(maxsize=4096)
def parse(text: str) -> Formula:
    """A formula's tree; FormulaFault says what is wrong and at which character."""
    found = _Parser(text).whole()
    level = [found]
    for _ in range(MOST_STEPS + 1):
        level = [part for each in level for part in parts_of(each)]
        if not level:
            return found
    said = f"more than {MOST_STEPS} steps, one upon the other: name parts of it under values"
    raise FormulaFault(said, level[0].offset)


def parts_of(tree: Formula) -> tuple[Formula, ...]:
    """What a formula joins."""
    if isinstance(tree, Binary):
        return (tree.left, tree.right)
    return tree.parts if isinstance(tree, Call | Chain) else ()
