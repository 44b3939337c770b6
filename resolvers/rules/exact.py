"""Values at an instant: exact intervals of numbers, truth with unknown, sets of possible texts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from resolvers.units import Exact

INF = math.inf
Ref = tuple[int, int]
"""Which published row stands behind a value: (number of the source in this judging, number of its span)."""


@dataclass(slots=True, eq=True)
class Amount:
    """A number known to lie in [low, high]; a point where both agree. `because` says why it is no point.

    `defined` is False where there is no number at all (no sighting, an empty group's mean, a division by zero).
    `rows` are the rows that decide the bounds, for citing.
    """

    low: Exact
    high: Exact
    because: str = ""
    rows: tuple[Ref, ...] = ()
    defined: bool = True

    @property
    def point(self) -> bool:
        low, high = self.low, self.high  # only infinities are floats
        return self.defined and type(low) is not float and (low is high or low == high)

    @property
    def wide(self) -> Amount:
        """What it may be if the best of no rows were any number at all; the same where no group may be empty."""
        return self


@dataclass(slots=True, eq=True)
class MaybeEmpty(Amount):
    """A number that rests on a group of perhaps no rows, whose largest is then -∞ and whose smallest ∞.

    Such an infinity may make a comparison false, for nothing qualifies, but never true: a class that was only renamed
    would pay out. [`least`, `most`] holds what the number would be if the best of no rows could be any number.
    """

    least: Exact = -INF
    most: Exact = INF

    @property
    def wide(self) -> Amount:
        return Amount(self.least, self.most, self.because, self.rows)


EMPTY_GROUP = "a group is empty"
"""Why a comparison is open that only an empty group would make true."""


class EarlyAmount(Amount):
    """No number yet: it is read at a stated instant that has not come."""

    __slots__ = ()


def undefined(because: str) -> Amount:
    """No number, and why."""
    return Amount(-INF, INF, because, (), False)


def without(*parts: Amount) -> Amount:
    """What comes of parts of which one is no number: none yet where one of them is not read yet."""
    kind = EarlyAmount if any(type(part) is EarlyAmount for part in parts) else Amount
    return kind(-INF, INF, reasons(*parts), (), False)


@dataclass(frozen=True, slots=True)
class Truth:
    """True, False or None (unknown, `because`)."""

    value: bool | None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Early(Truth):
    """Not said yet: a part is read at a stated instant that has not come.

    It is neither true nor false nor unknown: no evidence could make it true at this instant.
    """


TRUE = Truth(True)
FALSE = Truth(False)


@dataclass(frozen=True, slots=True)
class Texts:
    """What a picked row's text may be: tied rows each with their text (None: unreadable or unlabelled).

    `certain` is False where it is open which of the rows is picked; then `because` says why.
    """

    options: tuple[tuple[str | None, Ref], ...]
    certain: bool = True
    because: str = ""
    tied: bool = False


class EarlyTexts(Texts):
    """No text yet: it is read at a stated instant that has not come."""

    __slots__ = ()


def arithmetic(op: str, left: Amount, right: Amount) -> Amount:
    """One of + - * / min max on intervals; the result holds every value the parts could give."""
    if not (left.defined and right.defined):
        return without(left, right)
    found = OPERATIONS[op](left, right)
    if found is None or is_nan(found[0]) or is_nan(found[1]):
        return undefined(reasons(left, right) or WHY_NOT.get(op, f"infinity has no such value: {EMPTY_GROUP}"))
    low, high = found
    because = "" if low is high or low == high else reasons(left, right)
    if type(left) is MaybeEmpty or type(right) is MaybeEmpty:
        least, most = _whatever(OPERATIONS[op](left.wide, right.wide))
        return MaybeEmpty(low, high, because, left.rows + right.rows, True, least, most)
    return Amount(low, high, because, left.rows + right.rows)


def _whatever(found: Bounds | None) -> Bounds:
    """Bounds, or any number where there are none."""
    return (-INF, INF) if found is None or is_nan(found[0]) or is_nan(found[1]) else found


def reasons(*parts: Amount | Truth | Texts) -> str:
    """The reasons of several parts, each once, in order."""
    return "; ".join(dict.fromkeys(part.because for part in parts if part.because))


WHY_NOT = {"/": "division by zero"}
Bounds = tuple[Exact, Exact]


def _plus(x: Exact, y: Exact) -> Exact:
    """x + y; an infinity swallows any number, however large, without making a float of it."""
    if isinstance(x, float):
        return x + y if isinstance(y, float) else x
    return y if isinstance(y, float) else x + y


def _times(x: Exact, y: Exact) -> Exact:
    """x * y, with the sign alone of what an infinity meets."""
    if isinstance(x, float) or isinstance(y, float):
        return _sign(x) * _sign(y)
    return x * y


def _sign(x: Exact) -> Exact:
    """An infinity (or no number) as it is, any other number as -1, 0 or 1."""
    return x if isinstance(x, float) else (x > 0) - (x < 0)


def _add(a: Amount, b: Amount) -> Bounds:
    if a.low is a.high and b.low is b.high:
        total = _plus(a.low, b.low)
        return total, total
    return _plus(a.low, b.low), _plus(a.high, b.high)


def _subtract(a: Amount, b: Amount) -> Bounds:
    if a.low is a.high and b.low is b.high:
        rest = _plus(a.low, -b.low)
        return rest, rest
    return _plus(a.low, -b.high), _plus(a.high, -b.low)


def _multiply(a: Amount, b: Amount) -> Bounds | None:
    if a.point and b.point:
        product = a.low * b.low
        return product, product
    return _corners(a, b, _times)


def _divide(a: Amount, b: Amount) -> Bounds | None:
    if b.low <= 0 <= b.high:
        return None
    return _corners(a, b, _quotient)


def _quotient(x: Exact, y: Exact) -> Exact:
    if isinstance(y, float):
        return math.nan if isinstance(x, float) else 0
    return x * _sign(y) if isinstance(x, float) else Fraction(x) / Fraction(y)


def is_nan(value: Exact) -> bool:
    """Whether infinities met that have no sum or product."""
    return type(value) is float and value != value


def _corners(a: Amount, b: Amount, op: Callable[[Exact, Exact], Exact]) -> Bounds | None:
    found = [op(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    if any(map(is_nan, found)):
        return None
    return min(found), max(found)


OPERATIONS: dict[str, Callable[[Amount, Amount], Bounds | None]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "min": lambda a, b: (min(a.low, b.low), min(a.high, b.high)),
    "max": lambda a, b: (max(a.low, b.low), max(a.high, b.high)),
}


def absolute(value: Amount) -> Amount:
    """|value|, on an interval."""
    if not value.defined or value.low >= 0:
        return value
    high = max(-value.low, value.high)
    low = 0 if value.high >= 0 else -value.high
    because = value.because if low != high else ""
    if type(value) is MaybeEmpty:
        wide = absolute(value.wide)
        return MaybeEmpty(low, high, because, value.rows, True, wide.low, wide.high)
    return Amount(low, high, because, value.rows)


def compare(op: str, left: Amount, right: Amount) -> Truth:
    """`left op right` on intervals: unknown only where the two overlap so that it matters.

    What only the infinity of an empty group would make true is unknown as well.
    """
    if not (left.defined and right.defined):
        early = type(left) is EarlyAmount or type(right) is EarlyAmount
        return Early(None, reasons(left, right)) if early else Truth(None, reasons(left, right))
    # Only infinities are floats; asking that first spares two slow comparisons of fractions.
    if type(left.low) is float and left.low == left.high == right.low == right.high:
        return Truth(None, reasons(left, right) or "both groups are empty")
    found = COMPARISONS[op](left, right)
    if found and (type(left) is MaybeEmpty or type(right) is MaybeEmpty):
        holds = COMPARISONS[op](left.wide, right.wide)
        return TRUE if holds else Truth(None, reasons(left, right) or EMPTY_GROUP)
    return TRUE if found else FALSE if found is False else Truth(None, reasons(left, right))


def _at_least(a: Amount, b: Amount) -> bool | None:
    return True if a.low >= b.high else False if a.high < b.low else None


def _over(a: Amount, b: Amount) -> bool | None:
    return True if a.low > b.high else False if a.high <= b.low else None


def _equal(a: Amount, b: Amount) -> bool | None:
    if a.high < b.low or b.high < a.low:
        return False
    return True if a.low == a.high == b.low == b.high else None


def _inverse(value: bool | None) -> bool | None:
    return None if value is None else not value


COMPARISONS: dict[str, Callable[[Amount, Amount], bool | None]] = {
    ">=": _at_least,
    ">": _over,
    "<=": lambda a, b: _at_least(b, a),
    "<": lambda a, b: _over(b, a),
    "==": _equal,
    "!=": lambda a, b: _inverse(_equal(a, b)),
}


def negate(value: Truth) -> Truth:
    """Kleene's not."""
    return value if value.value is None else FALSE if value.value else TRUE


def conjunction(parts: Iterable[Truth]) -> Truth:
    """Kleene's and: one False settles it, else one unknown leaves it open."""
    return _combined(tuple(parts), False)


def disjunction(parts: Iterable[Truth]) -> Truth:
    """Kleene's or: one True settles it, else one unknown leaves it open."""
    return _combined(tuple(parts), True)


def _combined(parts: tuple[Truth, ...], settling: bool) -> Truth:
    if any(part.value is settling for part in parts):
        return TRUE if settling else FALSE
    open_parts = [part for part in parts if part.value is None]
    if open_parts:
        return opened(open_parts, settling)
    return FALSE if settling else TRUE


def opened(parts: Sequence[Truth], any_is_enough: bool) -> Truth:
    """Of parts that are unknown or not said yet: what can still come true at this instant, and what cannot."""
    early = [part for part in parts if type(part) is Early]
    if not early:
        return Truth(None, reasons(*parts))
    others = [part for part in parts if type(part) is not Early]
    return Truth(None, reasons(*others)) if others and any_is_enough else Early(None, reasons(*early))


def same_text(options: Texts, wanted: tuple[str, ...]) -> Truth:
    """Whether the picked text is one of `wanted`: sure only where every row it could be agrees."""
    if type(options) is EarlyTexts:
        return Early(None, options.because)
    if not options.options:
        return Truth(None, options.because or "no eligible row")
    found = {None if text is None else text in wanted for text, _ in options.options}
    if found == {True}:
        return TRUE
    if found == {False}:
        return FALSE
    return Truth(
        None, options.because or ("tied rows differ" if options.tied else "the text of the picked row is unknown")
    )
