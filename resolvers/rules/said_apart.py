"""What the words of a node leave unsaid, and a trader has to know: told once, below the sentence that decides."""

from __future__ import annotations

from collections.abc import Mapping

from resolvers.rules.cells import Expression, Worked
from resolvers.rules.filters import AllOf, AnyOf, Filter, Not, Reckoned
from resolvers.rules.phrase import Phrase

Asides = tuple[Phrase, ...]

BEST = Phrase(
    "The largest of no rows is lower than any number, the smallest higher than any; a condition that nothing but this "
    "would make true is open"
)
BETWEEN = Phrase(
    "A quantile lies on the straight line between the two rows nearest to it, counted from the smallest to the largest"
)
MIDDLE = Phrase("The median of an even number of rows lies half way between the two in the middle")
BY_ZERO = Phrase("What would be divided by zero is open, and so is what hangs on it")
DIFFER = Phrase("Where sources that have to agree differ, or one of them is silent, nothing is decided by them")


def _none_of(what: str) -> Phrase:
    return Phrase(f"Of no rows there is no {what}: what hangs on it is open")


NO_TOP = _none_of("top row")
OF_REDUCES: Mapping[str, Asides] = {
    "max": (BEST,),
    "min": (BEST,),
    "first": (_none_of("earliest value"),),
    "last": (_none_of("latest value"),),
    "mean": (_none_of("mean"),),
    "median": (_none_of("median"), MIDDLE),
    "quantile": (_none_of("quantile"), BETWEEN),
    "slope": (_none_of("slope"),),
    "total": (_none_of("published total"),),
}
"""By how a value is made of rows."""


def of_filter(where: Filter | None) -> Asides:
    """What is to be said of a filter that divides a row's cells."""
    return (BY_ZERO,) if _reckons(where) else ()


def _reckons(where: Filter | None) -> bool:
    if isinstance(where, AllOf | AnyOf):
        return any(map(_reckons, where.parts))
    if isinstance(where, Not):
        return _reckons(where.part)
    return isinstance(where, Reckoned) and (_divided(where.left) or _divided(where.right))


def _divided(part: Expression) -> bool:
    return isinstance(part, Worked) and (part.op == "/" or any(map(_divided, part.parts)))
