"""Rows of a debate's own lists that a verdict rests on: by whom each was entered, and on what evidence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from bot.store import schema
from bot.store.posts import AT_ONCE
from resolvers.verdict import Citation

EVIDENCE, BY = "evidence", ("by", "second_by")
"""What the columns of a list are called in which people say why a row is as it is, and who says so."""


@dataclass(frozen=True, slots=True)
class Entered:
    """One row of a list: the address or words it rests on (empty where none is given), and who signed it."""

    source: str
    key: str
    evidence: str
    by: tuple[str, ...]

    def words(self, link: Callable[[str], str] = str, name: Callable[[str], str] = str) -> str:
        """`entered by ann and ben, on https://…`; `link` and `name` make both safe for where they are shown."""
        on = f"on {link(self.evidence)}" if self.evidence else "with no evidence given"
        return f"entered by {' and '.join(map(name, self.by))}, {on}" if self.by else f"entered {on}"


def entered(connection: sa.Connection, cites: Iterable[Citation]) -> dict[str, Entered]:
    """Observation -> how it was entered, of each row cited whose source has a column for that; in the order cited."""
    wanted = list(dict.fromkeys(cite.observation for cite in cites))
    table, found = schema.observations.c, dict[str, Entered]()
    for start in range(0, len(wanted), AT_ONCE):
        mine = table.hash.in_(wanted[start : start + AT_ONCE])
        rows = connection.execute(sa.select(table.hash, table.source, table.key, table.cells).where(mine))
        for observation, source, key, text in rows:
            cells = json.loads(text)
            if EVIDENCE in cells or BY[0] in cells:
                by = tuple(str(cells[name]) for name in BY if cells.get(name))
                found[observation] = Entered(source, key, str(cells.get(EVIDENCE) or ""), by)
    return {observation: found[observation] for observation in wanted if observation in found}


def told(connection: sa.Connection, cites: Iterable[Citation]) -> list[str]:
    """The same as lines for a terminal, each row once: `labs: two: entered by ann, on https://…`."""
    rows = dict.fromkeys(entered(connection, cites).values())
    return [f"{one.source}: {one.key}: {one.words()}" for one in rows]
