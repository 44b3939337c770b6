"""Verdicts kept so that what has not changed is not judged again; a cache, which may be dropped."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.store import schema
from bot.store.writing import insert_new
from resolvers.evidence import instant
from resolvers.verdict import Verdict


def get(connection: sa.Connection, version: str, evidence: str, as_of: datetime) -> Verdict | None:
    """The verdict of a spec's version on that evidence (`loading.evidence_version`) at that instant, if it is kept."""
    table = schema.verdicts.c
    mine = sa.and_(table.version == version, table.evidence == evidence, table.as_of == instant(as_of))
    text = connection.execute(sa.select(table.verdict).where(mine)).scalar_one_or_none()
    return None if text is None else Verdict.model_validate_json(text)


def put(connection: sa.Connection, version: str, evidence: str, verdict: Verdict) -> None:
    """Keep a verdict under the instant it was made for."""
    row = {"version": version, "evidence": evidence, "as_of": instant(verdict.as_of)}
    insert_new(connection, schema.verdicts, [row | {"verdict": verdict.model_dump_json()}])


def forget(connection: sa.Connection) -> None:
    """Drop them all, as after a change of the engine's semantics."""
    connection.execute(sa.delete(schema.verdicts))
