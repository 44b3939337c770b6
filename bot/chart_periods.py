"""The figures of a rule that counts along months, quarters or years: one for each, at the instant it was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.chart_curve import Curve, short
from bot.leaves import FIGURE
from resolvers.verdict import Step

OPENS, TAKEN = "[", "], taken for each "
"""Between them stands what is taken of each period, in the words of a series; behind them, which periods."""
UNREAD = "not to be read before"
"""How the reason of a period begins whose time has not come: it is no gap."""
UNKNOWN = ("unknown", "none")
NOTE_CHARS = 160


def periods(step: Step) -> Iterator[Curve]:
    """The line of a count along a series, and the figure that each is held against; nothing for any other step."""
    found = [each for each in step.steps if each.node == "period"]
    if step.node != "along" or not found:
        return
    read = [each for each in found if not each.because.startswith(UNREAD)] or found[:1]
    steps = tuple((each.at, _figure(each.value)) for each in read if each.at is not None)
    names = tuple(each.words for each in read if each.at is not None)
    note = short("; ".join(_notes(found)), NOTE_CHARS)
    yield Curve(_words(step.words), found[0].unit, steps, note=note, names=names)
    yield from (_bar(each, steps) for each in step.steps if each.node == "literal" and _figure(each.value) is not None)


def _notes(found: Sequence[Step]) -> Iterator[str]:
    """What is known of each period that has no figure, and of those to come when the first will be read."""
    waiting = [each for each in found if each.because.startswith(UNREAD)]
    for each in [one for one in found if one not in waiting and _figure(one.value) is None] + waiting[:1]:
        yield f"{each.words}: {each.because if each.value in UNKNOWN else each.value}"


def _bar(step: Step, steps: Sequence[tuple[datetime, str | None]]) -> Curve:
    return Curve(step.words, step.unit, ((steps[0][0], _figure(step.value)),), threshold=True)


def _words(along: str) -> str:
    """`the largest score among the rows of board, for each quarter`."""
    before, taken, behind = along.rpartition(TAKEN)
    return f"{before.partition(OPENS)[2]}, for each {behind.split()[0]}" if taken else along


def _figure(value: str) -> str | None:
    """A value as it stands in a trace as decimal text; None for a range, or what nobody knows."""
    found = FIGURE.fullmatch(value)
    return found[1].replace(",", "") if found else None
