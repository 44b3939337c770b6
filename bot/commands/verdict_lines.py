"""A verdict in a terminal: where it stands, why, and whose entries in the debate's own lists it hangs on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot import say

if TYPE_CHECKING:
    from bot.store import Store
    from resolvers.verdict import Verdict

MOST_ROWS = 6
"""Rows of own lists that are named below one verdict; `--json` has all that it cites."""


def stands(verdict: Verdict) -> str:
    """`reach-85: pending until 2026-01-01 00:00 leaning NO`."""
    answer = verdict.outcome or verdict.leaning
    leaning = "" if verdict.outcome or answer is None else " leaning"
    until = f" until {say.short(verdict.until)}" if verdict.until else ""
    return f"{verdict.slug}: {verdict.state}{until}{leaning} {answer.words() if answer else ''}".rstrip()


def lines(verdict: Verdict, rows: Sequence[str]) -> Iterator[str]:
    """The same with its reason, the panels that it asks, and `rows`, which say who entered what it hangs on."""
    yield stands(verdict)
    yield f"  {verdict.because}"
    yield from (f"  {ask.words()}" for ask in verdict.asks)
    yield from entries(rows)


def entries(rows: Sequence[str]) -> Iterator[str]:
    """The first of the rows, indented, and how many there are besides."""
    yield from (f"  {row}" for row in rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        yield f"  … and {say.many(len(rows) - MOST_ROWS, 'more row')} of own lists"


def hung_on(store: Store, verdicts: Sequence[Verdict]) -> list[list[str]]:
    """Of each verdict, who entered the rows of own lists that it cites, and on what evidence."""
    from bot.store import entered

    with store.reading() as connection:
        return [entered.told(connection, verdict.citations()) for verdict in verdicts]
