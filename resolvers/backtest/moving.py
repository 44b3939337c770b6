"""What the first decision hangs on: each number of a rule moved a little, and when it would have been decided then."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from resolvers import units
from resolvers.durations import Duration
from resolvers.evidence import Evidence
from resolvers.outcome import Outcome
from resolvers.rules.cache import Cache
from resolvers.rules.judge import judge
from resolvers.rules.outcomes import NumberOutcome
from resolvers.rules.rule import Rule

SHARES = (-20, -10, -5, 5, 10, 20)
"""Percent by which each number is moved."""

NO_OTHER = "there is no whole number so near"
NO_SHARE = "a quantile lies between 0% and 100%"

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a rule: what it is (threshold, length, filter, edge), as written, and where in the rule.

    A value that is named once and used in several conditions, as in the outcome and in N/A, stands in each of them:
    its number has as many `places`, and is moved in all of them at once.
    """

    what: str
    shown: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """A number moved by `share` percent to `to`: the first day on which the rule is decided, and what; None if not.

    `why_not` tells of a number that cannot be moved so (edges would cross, a run would not fit).
    """

    number: Number
    share: int
    to: str
    first_decision: datetime | None
    outcome: Outcome | None
    why_not: str = ""


def numbers(rule: Rule) -> list[Number]:
    """Every number that the author wrote into the rule and that can be a little more or less."""
    found: dict[tuple[str, str, str], list[Place]] = {}
    for place, node, around in _dicts(rule.model_dump(mode="json"), (), ()):
        for name, what, shown in _written(node):
            given = node.get("made") == "given"
            what += _on(around) if given else ""
            own = around[-1] if given or node.get("kind") == "literal" else node
            same = (what, shown, json.dumps(own, sort_keys=True))
            found.setdefault(same, []).append((*place, name))
    how = rule.outcome.how
    edges = how.edges if isinstance(how, NumberOutcome) else ()
    shown_edges = [units.show(units.exact(edge), rule.unit) for edge in edges]
    return [
        *(Number(what, shown, tuple(places)) for (what, shown, _), places in found.items()),
        *(Number("edge", shown, (("outcome", "how", "edges", at),)) for at, shown in enumerate(shown_edges)),
    ]


def moved(slug: str, rule: Rule, evidence: Evidence, days: Sequence[datetime]) -> list[Moved]:
    """Each number moved by each of SHARES, and the first of `days` (in order) on which the rule is decided then."""
    document = rule.model_dump(mode="json")
    return [_moved(slug, document, number, share, evidence, days) for number in numbers(rule) for share in SHARES]


def first_decided(
    slug: str, rule: Rule, evidence: Evidence, days: Sequence[datetime]
) -> tuple[datetime, Outcome] | None:
    """The first day on which a rule is decided, found by halving: what is decided once stays decided."""
    low, high, found = 0, len(days), None
    cache = Cache()
    if not days or judge(slug, rule, evidence, days[-1], cache=cache).state != "decided":
        return None
    while low < high:
        middle = (low + high) // 2
        verdict = judge(slug, rule, evidence, days[middle], cache=cache)
        if verdict.state == "decided" and verdict.outcome is not None:
            high, found = middle, (days[middle], verdict.outcome)
        else:
            low = middle + 1
    return found


def _moved(
    slug: str, document: dict[str, Any], number: Number, share: int, evidence: Evidence, days: Sequence[datetime]
) -> Moved:
    changed = copy.deepcopy(document)
    for *path, last in number.places:
        block: Any = changed
        for step in path:
            block = block[step]
        before, block[last] = block[last], _changed(block[last], share)
    to = _as_shown(block, last)
    if before == block[last]:
        return Moved(number, share, to, None, None, "zero stays zero" if _zero(before) else NO_OTHER)
    if last == "q" and Decimal(block[last]) > 100:
        return Moved(number, share, to, None, None, NO_SHARE)
    try:
        rule = Rule.model_validate(changed)
    except ValueError as error:
        return Moved(number, share, to, None, None, str(error).splitlines()[0])
    if number.what == "edge" and _cross(changed["outcome"]["how"]["edges"]):
        return Moved(number, share, to, None, None, "the edges would cross")
    found = first_decided(slug, rule, evidence, days)
    return Moved(number, share, to, *(found or (None, None)))


def _cross(edges: list[str]) -> bool:
    return any(Decimal(low) >= Decimal(high) for low, high in pairwise(edges))


def _changed(value: str | int, share: int) -> str | int:
    """A number or a duration, moved; exactly for numbers, to the second for durations, to the next whole for counts."""
    if isinstance(value, int):
        return round(Fraction(value) * (100 + share) / 100)
    if " " in value:
        return str(Duration(seconds=round(Duration.parse(value).total_seconds() * (100 + share) / 100)))
    return units.plain(Fraction(Decimal(value)) * (100 + share) / 100)


def _as_shown(node: dict[str, Any] | list[Any], last: str | int) -> str:
    value: str | int = node[last]  # type: ignore[index]  # a list with a place, or a mapping with a name
    unit = node.get("unit", "") if isinstance(node, dict) and last == "value" else ""
    if isinstance(value, int) or " " in value:
        return str(value)
    return units.show(units.exact(Decimal(value)), "percent" if last == "q" else unit or "")


def _zero(value: str | int) -> bool:
    return str(value) == "0"


Around = tuple[dict[str, Any], ...]
"""The mappings around one, the outermost first."""


def _on(around: Around) -> str:
    """` on long_rate` for a number that a filter reckons with: the first column that the filter compares."""
    test = next((each for each in reversed(around) if "test" in each), {})
    columns = (each["column"] for _, each, _ in _dicts(test, (), ()) if isinstance(each.get("column"), str))
    return next((f" on {column}" for column in columns), "")


def _dicts(value: Any, place: Place, around: Around) -> Iterator[tuple[Place, dict[str, Any], Around]]:
    """Every mapping inside the rule's own JSON: nodes, filters, uses of sources, and the mappings around each."""
    if isinstance(value, dict):
        yield place, value, around
        for name, inner in value.items():
            yield from _dicts(inner, (*place, name), (*around, value))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _dicts(inner, (*place, number), around)


WRITTEN = {
    ("kind", "literal"): ("value", "number"),
    ("made", "given"): ("value", "number in a filter"),
    ("test", "measured"): ("value", "filter"),
    ("test", "listed_in"): ("time", "time to be listed"),
    ("kind", "hold"): ("length", "run"),
    ("kind", "series"): ("read", "reading after"),
    ("kind", "state"): ("after", "frozen after"),
    ("kind", "at_least"): ("n", "of so many"),
    ("kind", "along"): ("n", "of so many"),
}
"""The field that holds a number, and what it is, for each kind of mapping that has one."""


def _written(node: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The numbers of one mapping: (name of the field, what it is, as people read it)."""
    found = [WRITTEN[mark] for mark in node.items() if isinstance(mark[1], str) and mark in WRITTEN]
    if node.get("kind") == "reduce":
        found += [("q", "quantile"), ("per", "slope per")]
    if node.get("kind") == "pick" and node["how"] == "top":
        found.append(("n", "top"))
    if "unless_frozen" in node:
        found.append(("unless_frozen", "passed over after"))
    for name, what in found:
        value = node.get(name)
        if value is not None and not str(value).startswith("0 ") and node.get("unit") != "date":
            more = f" on {node['column']}" if what == "filter" else ""
            yield name, what + more, _as_shown(node, name)
