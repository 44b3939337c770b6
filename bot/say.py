"""How commands speak: one JSON document on stdout where asked for, plain tables otherwise, all else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

PIPED_WIDTH = 130
"""Columns of a table that goes into a file or a pipe."""

WIDE = 3
"""What parts two columns of a table; where there is no room for that, one does."""

EDGES = 2
"""Beside the first column, and the last."""

LONG_WORD = 40
"""Characters of a word that may be cut all the same: an address, say."""


def program() -> str:
    """How this program was called, so that a suggestion can be typed as it stands."""
    called = sys.argv[0]
    return "crux" if not called.endswith("crux") else called


def document(value: Any) -> None:
    """Print the one JSON document of a `--json` run; what UTF-8 cannot hold (in file names) as JSON escapes."""
    text = json.dumps(value, ensure_ascii=False, indent=1, default=str)
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")


def line(text: str = "") -> None:
    """One line of the answer a person asked for; text from outside cannot break out of it or steer the terminal."""
    sys.stdout.write(plain(text) + "\n")


def aside(text: str) -> None:
    """Progress, advice and warnings: stderr, so that the answer can be piped."""
    sys.stderr.write(_plain(text) + "\n")
    sys.stderr.flush()


def plain(text: str) -> str:
    """Text on one line, without a character that could steer a terminal."""
    return _plain(" ".join(text.splitlines()))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on stdout, as wide as the terminal, cells as plain text (no markup is read in them).

    On a terminal no word is cut; where it is too narrow for that, each row stands below the other, cell by cell.
    """
    cells = [[_plain(cell) for cell in row] for row in rows]
    console = Console(file=sys.stdout, markup=False, highlight=False)
    widths: Sequence[int | None] | None = [None for _ in columns]
    tight = False
    if console.is_terminal:
        wanted = [_wanted(column, [row[number] for row in cells], number) for number, column in enumerate(columns)]
        widths = _widths(wanted, console.width - EDGES - WIDE * len(columns))
        if tight := widths is None:
            widths = _widths(wanted, console.width - EDGES - len(columns))
    else:
        console.width = PIPED_WIDTH
    if widths is None:
        _one_below_the_other(title, columns, cells)
        return
    drawn = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, int(not tight)))
    for number, column in enumerate(columns):
        drawn.add_column(column, overflow="fold", no_wrap=number == 0, width=widths[number])
    for row in cells:
        drawn.add_row(*row)
    console.print(drawn)


def _wanted(column: str, cells: Sequence[str], number: int) -> tuple[int, int]:
    """The width in which no word of a column is cut (its first is not even wrapped), and that of it on one line."""
    whole = max(map(cell_len, (column, *cells)))
    words = (cell_len(word) for text in (column, *cells) for word in text.split())
    return whole if number == 0 else min(max(words, default=0), LONG_WORD), whole


def _widths(wanted: Sequence[tuple[int, int]], room: int) -> list[int] | None:
    """The width of each column in so much room, what wants least more first; None where words would be cut."""
    widths, room = [least for least, _ in wanted], room - sum(least for least, _ in wanted)
    if room < 0:
        return None
    for number in sorted(range(len(wanted)), key=lambda number: wanted[number][1] - wanted[number][0]):
        more = min(wanted[number][1] - wanted[number][0], room)
        widths[number] += more
        room -= more
    return widths


def _one_below_the_other(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table as lines, those of a row under its first cell; empty cells are left out."""
    if title:
        line(title)
    for first, *rest in rows:
        line(first)
        for column, cell in zip(columns[1:], rest, strict=True):
            if cell:
                line(f"  {column}: {cell}")


def _plain(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return short(cell)
    text = str(cell)
    return "".join(char if char.isprintable() else "�" for char in text)


def short(at: datetime | None) -> str:
    """A time as people read it: `2025-05-08 14:35` UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if at else ""


def day(at: datetime | None) -> str:
    """A day as people read it: `2025-05-08`, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d") if at else ""


def clock(at: datetime, now: datetime) -> str:
    """A time to the second: `12:31:05` if it is of today, else with its day; UTC."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    return at.strftime("%H:%M:%S" if at.date() == now.date() else "%Y-%m-%d %H:%M:%S")


def span(seconds: float) -> str:
    """How long, in the largest unit that says enough: `40 s`, `12 min`, `3 h`, `9 days`."""
    for unit, length, least in (("days", 86_400, 2), ("h", 3_600, 2), ("min", 60, 2)):
        if seconds >= least * length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} s"


def ago(at: datetime, now: datetime) -> str:
    """`12:31:05 (40 s ago)`, or `12:31:05 (in 20 s)` where it is still to come."""
    seconds = (now - at).total_seconds()
    return f"{clock(at, now)} ({f'{span(seconds)} ago' if seconds >= 0 else f'in {span(-seconds)}'})"


def took(seconds: float) -> str:
    """`took 0.4 s`; below a tenth of a second in thousandths."""
    return f"took {seconds:.1f} s" if seconds >= 0.1 else f"took {max(1, round(seconds * 1000))} ms"


def many(number: int, thing: str) -> str:
    """`1 day`, `2 days`; `1 copy`, `2 copies`."""
    if number == 1:
        return f"1 {thing}"
    return f"{number} {thing[:-1]}ies" if thing[-1:] == "y" and thing[-2:-1] not in "aeiou" else f"{number} {thing}s"
