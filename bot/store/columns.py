"""How tables are declared: one metadata, STRICT tables, and short words for the columns that recur."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.types import Int

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *parts: sa.schema.SchemaItem, clustered: bool = False) -> sa.Table:
    """A STRICT table; `clustered` keeps the rows in the order of their primary key (SQLite: WITHOUT ROWID)."""
    return sa.Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=not clustered)


def text(name: str, *parts: sa.schema.SchemaItem, key: bool = False) -> sa.Column[str]:
    """Text that is never missing."""
    return sa.Column(name, sa.Text(), *parts, primary_key=key, nullable=False)


def maybe(name: str, *parts: sa.schema.SchemaItem) -> sa.Column[str | None]:
    """Text that may be missing."""
    return sa.Column(name, sa.Text(), *parts, nullable=True)


def number() -> sa.Column[int]:
    """The row's own number, given by the database."""
    return sa.Column("id", Int, primary_key=True)


def integer(name: str, *parts: sa.schema.SchemaItem, key: bool = False) -> sa.Column[int]:
    """A whole number that is never missing."""
    return sa.Column(name, Int, *parts, primary_key=key, nullable=False, autoincrement=False)
