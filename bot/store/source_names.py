"""Whose a source's name is in this store."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from bot.store import schema
from bot.store.engine import Store
from bot.store.writing import insert_new
from resolvers.errors import Refusal


def claim_names(store: Store, debate: str, sources: Collection[str]) -> None:
    """Make these source names the debate's; Refusal, naming them all, where another debate has some of them.

    Evidence goes by the source's name, so that two debates with a source of one name would read each other's.
    """
    names = schema.source_names
    with store.reading() as connection:
        rows = connection.execute(sa.select(names).where(names.c.source.in_(list(sources))))
        owners: dict[str, str] = {row.source: row.debate for row in rows}
    taken = {source: owner for source, owner in owners.items() if owner != debate}
    if taken:
        told = ", ".join(f"{source} (of {owner})" for source, owner in sorted(taken.items()))
        raise Refusal(
            f"another debate in this store has sources of these names: {told}; rename them, "
            "or choose another store with CRUX_DATABASE_URL"
        )
    new = sorted(set(sources) - set(owners))
    if new:
        with store.transaction() as connection:
            insert_new(connection, names, [{"source": source, "debate": debate} for source in new])
