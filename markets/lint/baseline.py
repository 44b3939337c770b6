"""What a market turns on as it stands today, and whether the baseline tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import MAX_PREC, Context, Decimal
from fractions import Fraction
from math import isfinite

from markets.lint.spelled import VALUES
from markets.lint.subject import Subject
from markets.lint.today import current, evaluator
from resolvers import units
from resolvers.evidence import instant
from resolvers.rules.knowing import Knowing
from resolvers.rules.nodes import Calc, Compare, Literal_, Node, Reduce, is_condition, is_text, unit_of, walk
from resolvers.rules.outcomes import ChoiceOutcome, NumberOutcome
from resolvers.units import Exact

NUMBER = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?")
ISO_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
NONE = ("no", "none", "nobody", "nothing", "never", "not", "zero")
ONE = ("one", "once")
EXACT = Context(prec=MAX_PREC)
"""However long the numbers of a sentence are."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing that the outcome turns on: `shown` as it stands today (`70.5%`, the text that leads), the parts it is
    made of, and what tells as much (how far it is from what it is compared with).
    """

    shown: str
    number: bool = True
    parts: tuple[Standing, ...] = ()
    instead: tuple[str, ...] = ()


def standing(it: Subject) -> list[Standing] | None:
    """Everything that the outcome turns on and that is known today; None where nothing is measured at all."""
    how = it.spec.rule.outcome.how
    if isinstance(how, ChoiceOutcome):
        assert it.seen is not None
        at = instant(it.seen.now)
        texts = evaluator(it).texts(how.of, Knowing("fixed", at)).value_at(at)
        found = [text for text, _ in texts.options if text is not None]
        labels = tuple(label for text in found if (label := how.answer_for(text)) is not None)
        return [Standing(found[0], False, instead=(*found[1:], *labels))] if found else []
    if isinstance(how, NumberOutcome):
        return [each for each in [_told_of(it, how.of)] if each is not None]
    compared = [node for node in walk(how.when) if isinstance(node, Compare) and _measured(node)]
    if not compared:
        return None
    chief = [node for node in compared if not _of_any_row(node)] or compared
    return list(dict.fromkeys(each for node in chief for each in _compared(it, node)))


def _of_any_row(node: Compare) -> bool:
    """Whether it asks only that there are rows at all, as the best of them tells already."""
    left, bar = node.left, node.right
    counts = isinstance(left, Reduce) and left.how == "count"
    least = bar.value if isinstance(bar, Literal_) else None
    return counts and ((node.op == ">=" and least == 1) or (node.op == ">" and least == 0))


def _compared(it: Subject, node: Compare) -> list[Standing]:
    """The sides of a comparison that are known; of two the difference tells as much as both."""
    sides = [each for each in (_told_of(it, side) for side in _measured(node)) if each is not None]
    found = [value for side in _measured(node) if (value := current(it, _unmoved(side))) is not None]
    values = [Fraction(value) for value in found if isfinite(value)]
    if len(sides) < 2 or len(values) < 2:
        return sides
    unit = unit_of(_unmoved(node.left))
    gap = units.show(_short(abs(values[0] - values[1])), "points" if unit == "percent" else unit)
    return [replace(each, instead=(gap,)) for each in sides]


def _told_of(it: Subject, node: Node) -> Standing | None:
    """A number as it stands, with those that it is made of; None where it is not known."""
    value = current(it, node)
    if value is None or not isfinite(value):  # the best of no rows is no figure
        return None
    parts = [part for part in node.parts if not isinstance(part, Literal_)] if isinstance(node, Calc) else []
    told = [each for each in (_told_of(it, part) for part in parts) if each is not None]
    return Standing(units.show(_short(value), unit_of(node)), parts=tuple(told) if len(told) == len(parts) else ())


def _unmoved(node: Node) -> Node:
    """What a written number is added to, or taken from."""
    if isinstance(node, Calc) and node.op in ("+", "-") and isinstance(node.parts[1], Literal_):
        return _unmoved(node.parts[0])
    return node


def _measured(node: Compare) -> list[Node]:
    """The sides of a comparison that are no plain number."""
    return [
        side
        for side in (node.left, node.right)
        if not isinstance(side, Literal_) and unit_of(side) != "date" and not is_condition(side) and not is_text(side)
    ]


def _short(value: Exact) -> Exact:
    """At most six places, for showing."""
    return value if isinstance(value, (int, float)) else Fraction(round(value * 10**6), 10**6)


def stands_in(said: str, wanted: Standing) -> bool:
    """Whether a sentence tells how one thing stands: itself, all that it is made of, or as much in another way."""
    tells = _tells if wanted.number else _names
    if any(tells(said, each) for each in (wanted.shown, *wanted.instead)):
        return True
    return bool(wanted.parts) and all(stands_in(said, part) for part in wanted.parts)


def _names(said: str, shown: str) -> bool:
    return shown.lower() in said.lower()


def _tells(said: str, shown: str) -> bool:
    """Whether a sentence shows a number to the places it is written with, or in words; the parts of a date are none."""
    number, said = NUMBER.search(shown), ISO_DAY.sub(" ", said)
    if number is None:
        return _names(said, shown)
    wanted = Decimal(number.group().replace(",", ""))
    words = [
        *(NONE if wanted == 0 else ()),
        *(ONE if wanted == 1 else ()),
        *(w for w, n in VALUES.items() if n == wanted),
    ]
    if any(re.search(rf"\b{word}\b", said, re.IGNORECASE) for word in words):
        return True
    written = (Decimal(found.replace(",", "")) for found in NUMBER.findall(said))
    return any(wanted.quantize(each, context=EXACT) == each for each in written)
