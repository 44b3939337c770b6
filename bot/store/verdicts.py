"""Verdicts kept in bulk, so that a pass with nothing new judges nothing; a cache, which may be dropped."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from bot.store import schema
from bot.store.engine import Store
from bot.store.types import canonical
from bot.store.writing import insert_new
from resolvers.evidence import instant
from resolvers.verdict import Verdict

TOGETHER = 250
"""Verdicts written by one statement: each is some ten thousand characters, and there may be thousands of them."""

Key = tuple[str, str]
"""(version of the definition, name of the evidence it was judged on)."""


def newest_snapshots(store: Store, sources: Collection[str]) -> dict[str, int]:
    """The last look of each source that counts, by one statement; sources never looked at are left out."""
    at = schema.snapshots.c
    statement = (
        sa.select(at.source, sa.func.max(at.id))
        .where(at.source.in_(list(sources)), at.awaits.is_(sa.false()))
        .group_by(at.source)
    )
    with store.reading() as connection:
        newest: dict[str, int] = dict(connection.execute(statement).all())
    return newest


def evidence_name(reads: Mapping[str, tuple[str, int]]) -> str:
    """A short name for (read block, newest snapshot) of each source: the same name, the same evidence."""
    return hashlib.sha256(canonical([[name, *told] for name, told in sorted(reads.items())]).encode()).hexdigest()


def get_many(connection: sa.Connection, evidence: Collection[str], as_of: datetime) -> dict[Key, Verdict]:
    """Every kept verdict on any of these evidences at that instant, by one statement."""
    table = schema.verdicts.c
    statement = sa.select(table.version, table.evidence, table.verdict).where(table.as_of == instant(as_of))
    wanted = frozenset(evidence)
    return {
        (version, name): Verdict.model_validate_json(text)
        for version, name, text in connection.execute(statement)
        if name in wanted
    }


def newest_of(connection: sa.Connection, version: str) -> Verdict | None:
    """The newest verdict kept of one definition."""
    table = schema.verdicts.c
    statement = sa.select(table.verdict).where(table.version == version).order_by(table.as_of.desc()).limit(1)
    text = connection.execute(statement).scalar_one_or_none()
    return None if text is None else Verdict.model_validate_json(text)


def latest_before(store: Store, versions: Collection[str], as_of: datetime) -> dict[str, Verdict]:
    """The newest verdict kept of each definition from before that instant, by one statement."""
    table = schema.verdicts
    newest = (
        sa.select(table.c.version, sa.func.max(table.c.as_of).label("as_of"))
        .where(table.c.as_of < instant(as_of))
        .group_by(table.c.version)
        .subquery()
    )
    same = sa.and_(table.c.version == newest.c.version, table.c.as_of == newest.c.as_of)
    statement = sa.select(table.c.version, table.c.verdict).join_from(table, newest, same)
    wanted = frozenset(versions)
    with store.reading() as connection:
        return {
            version: Verdict.model_validate_json(text)
            for version, text in connection.execute(statement)
            if version in wanted
        }


def put_many(connection: sa.Connection, rows: Iterable[tuple[str, str, Verdict]]) -> None:
    """Keep verdicts, each under its definition's version and its evidence's name; a few hundred texts at a time."""
    waiting = iter(rows)
    while some := list(islice(waiting, TOGETHER)):
        insert_new(connection, schema.verdicts, [_row(*each) for each in some])


def forget_before(connection: sa.Connection, as_of: datetime) -> int:
    """Drop what was kept of earlier instants but the newest of each definition; how many rows there were."""
    table = schema.verdicts
    kept = table.alias()
    newest = sa.select(sa.func.max(kept.c.as_of)).where(kept.c.version == table.c.version)
    old = sa.and_(table.c.as_of < instant(as_of), table.c.as_of < newest.correlate(table).scalar_subquery())
    return connection.execute(sa.delete(table).where(old)).rowcount


def _row(version: str, name: str, verdict: Verdict) -> dict[str, Any]:
    return {"version": version, "evidence": name, "as_of": instant(verdict.as_of), "verdict": verdict.model_dump_json()}


def forget(connection: sa.Connection) -> None:
    """Drop them all, as after a change of the engine's semantics."""
    connection.execute(sa.delete(schema.verdicts))
