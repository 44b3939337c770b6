"""The steps of nodes over several things: periods of a series, rows of a top, rows that were carried forward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from resolvers.evidence import Instant, instant
from resolvers.rules.coverage import shown
from resolvers.rules.exact import Ref
from resolvers.rules.making import built, moment
from resolvers.rules.nodes import Reduce, unit_of
from resolvers.rules.nodes_many import Along
from resolvers.rules.sweep import Events, active
from resolvers.rules.topped import Asking, Topped
from resolvers.verdict import Step

if TYPE_CHECKING:
    from resolvers.rules.trace import Tracer


def along_step(tracer: Tracer, node: Along, t: Instant) -> Step:
    """A count along a series: which periods or changes satisfy it, and each period's value."""
    evaluator, knowing = tracer.evaluator, tracer.knowing
    truth = evaluator.truths(node, knowing, t, t + 1).values[0]
    found = [evaluator.truths(part, knowing, t, t + 1).values[0].value for part in node.parts]
    yes = [name for name, value in zip(node.names(), found, strict=True) if value]
    told = f"{len(yes)} of {len(found)}" + (f": {', '.join(yes)}" if yes else "")
    unknown = found.count(None)
    told += f"; {unknown} unknown" if unknown else ""
    because = f"{told}; {truth.because}" if truth.because else told
    bar = (tracer.step(node.bar, t),) if node.bar is not None else ()
    value = {True: "true", False: "false", None: "unknown"}[truth.value]
    return tracer.made(node, value, t, because, steps=(*_periods(tracer, node, t), *bar))


def _periods(tracer: Tracer, node: Along, t: Instant) -> tuple[Step, ...]:
    """One step for each period, with what its value rests on."""
    from resolvers.rules.trace import amount_text  # each of the two modules needs the other

    steps = []
    for name, part in zip(node.of.names(), node.of.parts, strict=True):
        assert part.at is not None
        at = min(instant(part.at), t)
        amount = tracer.evaluator.amounts(part, tracer.knowing, t, t + 1).values[0]
        unit = unit_of(part)
        steps.append(
            built(
                Step, node="period", words=name, value=amount_text(amount, unit), unit=unit or None, at=moment(at),
                known_at=moment(tracer.known_at(at)), because=amount.because, cites=(), series=(),
                steps=(tracer.step(part.of, at),),
            )
        )  # fmt: skip
    return tuple(steps)


def top_places(tracer: Tracer, node: Reduce, top: Topped, events: Events, t: Instant) -> tuple[int, list[int]]:
    """The spans of the top rows that a reduce counts at t, none of which is counted as simple."""
    evaluator = tracer.evaluator
    registries, bridge = evaluator.registries(node.of), evaluator.defaults.bridge.us
    asking = Asking(top, events.lines.table, registries, tracer.known_at(t), bridge)
    return 0, [entry.place for _, entry in asking.rows(active(events, t))]


def carried(tracer: Tracer, rows: Sequence[Ref], t: Instant) -> str:
    """Which of the deciding rows were gone at t and kept their last value."""
    told = []
    for number, place in rows:
        table = tracer.cache.by_number(number)
        row = table.layout.row_of[place]
        absences = table.absences(table.layout.rows[row]) if row >= 0 else []
        told += [
            f"carried forward: {table.spans.key[place]}, not seen any more at {shown(gone.since)}"
            for gone in absences
            if gone.since <= min(t, tracer.known_at(t)) and (gone.back is None or gone.back > t)
        ]
    return "; ".join(dict.fromkeys(told))
