"""Column types that fit SQLite's STRICT tables and PostgreSQL alike."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from resolvers.evidence import instant, moment

Int = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
"""64 bits on both; as a lone primary key it is SQLite's rowid."""

Flag = sa.Boolean(create_constraint=False).with_variant(sa.INTEGER(), "sqlite")
"""True or false; STRICT tables know no BOOLEAN."""

Micros = Int
"""An instant as the engine counts it, microseconds since 1970: for evidence, which is read by the hundred thousand."""


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware datetime: integer microseconds on SQLite (exact, sortable), timestamptz on PostgreSQL.

    SQLAlchemy's own DateTime drops the zone on SQLite; a naive value is refused with ValueError here.
    """

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.INTEGER())

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        micros = instant(value)
        return moment(micros) if dialect.name == "postgresql" else micros

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        return value if value is None or dialect.name == "postgresql" else moment(value)


class Mana(sa.types.TypeDecorator[Decimal]):
    """An exact amount of mana: decimal text on SQLite, numeric on PostgreSQL; summed in Python, never as a float."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(sa.Numeric() if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else f"{value:f}"

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Json(sa.types.TypeDecorator[Any]):
    """A JSON document: canonical text on SQLite, JSONB on PostgreSQL. None is NULL, never the word `null`."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.JSONB(none_as_null=True))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else canonical(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else json.loads(value)


def canonical(value: Any) -> str:
    """A JSON value as the one text it is hashed by: keys sorted, no spaces, ASCII; NaN and infinities refused."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
