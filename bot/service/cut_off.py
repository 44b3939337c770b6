"""Writes to Manifold that were begun and whose end nobody knows yet, as after a kill: what they are, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.store import Store, schema
from bot.store.acts_told import WRITES

BY_APPLY = frozenset({"create", "update", "fund"})
"""Kinds of writes that a plan is made of; all others rest on a proposal."""
MOST_NAMED = 5
INDENT = " " * 9


def begun_rows(store: Store, debate: str | None) -> list[dict[str, Any]]:
    """Each write that was begun and is not closed, the oldest first: `slug, kind, mana` (reserved for it), `since`."""
    table = schema.outbox.c
    begun = sa.select(table.slug, table.kind, table.mana, table.created_at).where(table.state == "open")
    begun = begun if debate is None else begun.where(table.debate == debate)
    with store.reading() as connection:
        rows = connection.execute(begun.order_by(table.id)).all()
    return [{"slug": slug, "kind": kind, "mana": f"{mana:f}", "since": at} for slug, kind, mana, at in rows]


def words(rows: Sequence[Mapping[str, Any]], *, running: bool, paused: bool, program: str, more: str = "") -> list[str]:
    """What was begun, what becomes of it, and the command that sees to it; `more` is what that needs besides."""
    if not rows:
        return []
    named = [f"{WRITES.get(row['kind'], row['kind']).format(row['slug'])}{_reserved(row)}" for row in rows[:MOST_NAMED]]
    left = f" and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else ""
    since = min(row["since"] for row in rows)
    begun = f"BEGUN    since {since:%Y-%m-%d %H:%M}, its end not known: {', '.join(named)}{left}"
    if running:
        waits = f"everything is paused and so is this; after `{program} resume` " if paused else ""
        does = "the service looks on Manifold what came of it and finishes it; nothing is done twice"
        return [begun, f"{INDENT}{waits}{does}"]
    planned = {row["kind"] in BY_APPLY for row in rows}
    again = [f"`{program} {name}{more}`" for name, of in (("apply", True), ("resolve", False)) if of in planned]
    return [
        begun,
        f"{INDENT}if no such command runs now, it was cut off: run {' and '.join(again)} again",
        f"{INDENT}each is looked up on Manifold first: what happened there is booked, its mana spent;",
        f"{INDENT}what did not is done now with the mana reserved for it, or given up; nothing is done twice",
    ]


def _reserved(row: Mapping[str, Any]) -> str:
    return f" ({row['mana']} mana reserved)" if row["mana"] != "0" else ""
