"""Mana: reserved against a budget before a call, settled after it. A budget is never exceeded, whatever dies when."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa

from bot.store import schema
from resolvers.errors import Refusal


@dataclass(frozen=True, slots=True)
class Budget:
    """How much mana may ever be spent under a name; None sets no limit, and is written down all the same."""

    name: str
    limit_mana: Decimal | None


def committed_mana(connection: sa.Connection, budget: str | None = None) -> Decimal:
    """What a budget (or all of them) has spent, and what is reserved for calls whose end is not known yet."""
    return sum(
        (reserved if settled is None else settled for reserved, settled in _rows(connection, budget)), Decimal(0)
    )


def spent_mana(connection: sa.Connection, budget: str | None = None) -> Decimal:
    """What has really been spent: settled calls only."""
    return sum((settled for _, settled in _rows(connection, budget) if settled is not None), Decimal(0))


def reserve(connection: sa.Connection, entry: int, mana: Decimal, budget: Budget) -> None:
    """Set mana aside for one outbox entry, inside the transaction that writes the entry.

    Refusal, and nothing set aside, where the budget would be exceeded. An entry that was refused reserves anew.
    """
    if not mana.is_finite() or mana < 0:
        raise ValueError(f"{mana} mana cannot be reserved")
    if connection.dialect.name == "postgresql":  # two sums at once would both find room
        connection.exec_driver_sql("LOCK TABLE ledger IN SHARE ROW EXCLUSIVE MODE")
    committed = committed_mana(connection, budget.name)
    if budget.limit_mana is not None and committed + mana > budget.limit_mana:
        raise Refusal(
            f"budget {budget.name}: {mana:f} mana more would make {committed + mana:f} of {budget.limit_mana:f}; "
            "raise the limit, or do less"
        )
    connection.execute(sa.delete(schema.ledger).where(schema.ledger.c.outbox == entry))
    row = {"outbox": entry, "budget": budget.name, "reserved_mana": mana, "settled_mana": None}
    at = sa.select(schema.outbox.c.created_at).where(schema.outbox.c.id == entry).scalar_subquery()
    connection.execute(sa.insert(schema.ledger).values(**row, at=at))


def settle(connection: sa.Connection, entry: int, *, happened: bool) -> None:
    """The call's end is known: what was reserved is spent, or free again. Free calls have no row and need none."""
    table = schema.ledger
    spent = table.c.reserved_mana if happened else sa.literal(Decimal(0), table.c.settled_mana.type)
    mine = sa.and_(table.c.outbox == entry, table.c.settled_mana.is_(None))
    connection.execute(sa.update(table).where(mine).values(settled_mana=spent))


def _rows(connection: sa.Connection, budget: str | None) -> list[tuple[Decimal, Decimal | None]]:
    table = schema.ledger.c
    statement = sa.select(table.reserved_mana, table.settled_mana)
    if budget is not None:
        statement = statement.where(table.budget == budget)
    return [(reserved, settled) for reserved, settled in connection.execute(statement)]
