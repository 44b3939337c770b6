"""The best figure that a source shows now, whatever the rule of any market would count of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import Decimal

from bot.chat.tools import Best
from bot.store import Store, load_evidence
from resolvers.evidence import Span, instant, moment
from resolvers.sources.cells import outside, parse_number
from resolvers.sources.spec import Column, SourceSpec

PLACES = frozenset(("rank", "place", "position"))
"""Columns of which the smallest is the best."""
UNITS = ("percent", "fraction", "points", "minutes", "hours")
"""Units of a figure of which more is better, the more telling first; counts and prices tell of no best."""
BESIDE = frozenset(("error", "stderr", "se", "ci", "low", "high", "lower", "upper", "cost", "share", "rate"))
"""Words of the names of columns that stand beside a score and are none."""


def best_of(store: Store, source: SourceSpec, now: datetime, said: Collection[str] = ()) -> Best | None:
    """The row that leads in the column that is spoken of, or in the first that can lead; None where there is none."""
    column = column_of(source, said)
    if column is None:
        return None
    spans = load_evidence(store, {source.id: source}, now).source(source.id).spans
    at = instant(now)
    standing = [span for span in spans if span.ended == "current" and (span.until is None or span.until > at)]
    rows = list(_figures(standing, source.read.columns[column], column))
    if not rows:
        return None
    wanted = (min if column in PLACES else max)(figure for figure, _ in rows)
    lead = sorted((span for figure, span in rows if figure == wanted), key=lambda span: (span.since, span.key))
    unit = source.read.columns[column].unit
    return Best(lead[0].key, column, _shown(wanted, unit), unit, moment(lead[0].since), len(lead) - 1)


def column_of(source: SourceSpec, said: Collection[str] = ()) -> str | None:
    """The column of which the most words are said; else a score before a place; None where none can be ranked."""
    numbers = {name: column for name, column in source.read.columns.items() if column.kind == "number"}
    able = [
        name for name, column in numbers.items()
        if name in PLACES or (column.unit in (*UNITS, None) and BESIDE.isdisjoint(name.split("_")))
    ]  # fmt: skip

    def rank(name: str) -> tuple[int, int, int]:
        unit = numbers[name].unit
        place = UNITS.index(unit) if unit in UNITS else len(UNITS)
        return (-sum(part in said for part in name.split("_")), place, able.index(name))

    return min(able, key=rank, default=None)


def _figures(standing: Collection[Span], column: Column, name: str) -> Iterator[tuple[Decimal, Span]]:
    for span in standing:
        text = span.cells.get(name)
        figure = parse_number(text, column) if text is not None and not outside(text, column) else None
        if figure is not None:
            yield figure, span


def _shown(figure: Decimal, unit: str | None) -> str:
    """`74.2%`, `38 minutes`, `1480`."""
    if unit == "fraction":
        figure, unit = figure * 100, "percent"
    text = f"{figure.normalize():f}"
    return f"{text}%" if unit == "percent" else f"{text} {unit or ''}".strip()
