"""What was read in which bytes, by which `read:` block; anything here can be read again from the bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from bot.store import bodies, schema
from bot.store.engine import Store
from bot.store.sightings import ANSWERED, Look
from bot.store.types import canonical
from bot.store.writing import insert_new
from resolvers.evidence import Row, SightingState
from resolvers.sources.reading import Reading, read_body
from resolvers.sources.spec import SourceSpec


@dataclass(frozen=True, slots=True)
class Kept:
    """A reading as stored: its state, how many observations nobody had seen before, its quarantined keys."""

    state: SightingState
    because: str
    new_observations: int
    quarantined: tuple[str, ...]


def ensure_readings(store: Store, source: SourceSpec) -> int:
    """Read every body of the source that this `read:` block has not read yet; returns how many there were."""
    with store.reading() as connection:
        missing = _unread(connection, source)
    for body in missing:
        read_one(store, source, body)
    return len(missing)


def read_one(store: Store, source: SourceSpec, body: str) -> Kept:
    """Read one stored body and keep what it says; Damaged where its bytes are not what they were."""
    with store.reading() as connection:
        raw = bodies.get(connection, body)
    reading = read_body(raw, source.id, source.read)
    with store.transaction(durable=False) as connection:
        new = _keep(connection, source, body, reading)
    return Kept(reading.state, reading.because, new, quarantined_keys(reading))


def kept_reading(connection: sa.Connection, source: SourceSpec, body: str) -> Kept | None:
    """What was read in a body before; None where this `read:` block has not read it."""
    read = schema.readings.c
    mine = sa.and_(read.body == body, read.source == source.id, read.read_hash == source.read.hash())
    found = connection.execute(sa.select(read.state, read.because, read.notes).where(mine)).one_or_none()
    if found is None:
        return None
    quarantined = dict.fromkeys(note["key"] for note in found.notes if note["kind"] == "quarantined")
    return Kept(found.state, found.because, 0, tuple(quarantined))


def quarantined_keys(reading: Reading) -> tuple[str, ...]:
    return tuple(dict.fromkeys(note.key for note in reading.notes if note.kind == "quarantined"))


def _unread(connection: sa.Connection, source: SourceSpec) -> list[str]:
    at, read = schema.snapshots.c, schema.readings.c
    same = sa.and_(read.body == at.body, read.source == at.source, read.read_hash == source.read.hash())
    statement = (
        sa.select(at.body, sa.func.min(at.id))
        .select_from(schema.snapshots.outerjoin(schema.readings, same))
        .where(at.source == source.id, at.body.is_not(None), at.status.in_(ANSWERED), read.id.is_(None))
        .group_by(at.body)
        .order_by(sa.func.min(at.id))
    )
    return [body for body, _ in connection.execute(statement)]


def _keep(connection: sa.Connection, source: SourceSpec, body: str, reading: Reading) -> int:
    read_hash = source.read.hash()
    insert_new(connection, schema.read_blocks, [{"hash": read_hash, "canonical": source.read.canonical()}])
    row = {
        "body": body,
        "source": source.id,
        "read_hash": read_hash,
        "state": reading.state,
        "because": reading.because,
        "notes": [asdict(note) for note in reading.notes],
    }
    if not insert_new(connection, schema.readings, [row]):
        return 0  # another collector has read it meanwhile
    table = schema.readings.c
    mine = sa.and_(table.body == body, table.source == source.id, table.read_hash == read_hash)
    return _keep_rows(connection, connection.execute(sa.select(table.id).where(mine)).scalar_one(), source.id, reading)


def _keep_rows(connection: sa.Connection, reading_id: int, source: str, reading: Reading) -> int:
    every = (*reading.rows, *reading.set_aside)
    if not every:
        return 0
    new = insert_new(connection, schema.observations, _told(source, reading.rows, set_aside=False))
    insert_new(connection, schema.observations, _told(source, reading.set_aside, set_aside=True))
    connection.execute(
        _LINK,
        [{"of": reading_id, "place": place, "wanted": row.observation} for place, row in enumerate(every)],
    )
    return new


def _told(source: str, rows: Iterable[Row], *, set_aside: bool) -> list[dict[str, Any]]:
    same = {"source": source, "set_aside": set_aside}
    return [{"hash": row.observation, "key": row.key, "cells": canonical(dict(row.cells)), **same} for row in rows]


_LINK = sa.insert(schema.reading_rows).from_select(
    ["reading", "position", "observation"],
    sa.select(
        sa.bindparam("of", type_=sa.BigInteger()),
        sa.bindparam("place", type_=sa.BigInteger()),
        schema.observations.c.id,
    ).where(schema.observations.c.hash == sa.bindparam("wanted")),
)


def stored_readings(
    connection: sa.Connection, source: str, read_hash: str, looks: Iterable[Look]
) -> dict[str, Reading]:
    """The good readings behind the looks, by body, from the stored rows: one statement."""
    wanted = {look.reading: look for look in looks if look.sighting.state == "good"}
    rows: dict[int, list[Row]] = {reading: [] for reading in wanted if reading is not None}
    aside: dict[int, list[Row]] = {reading: [] for reading in rows}
    known: dict[int, Row] = {}
    for reading, number, key, cells, observation, set_aside in _stored_rows(connection, source, read_hash):
        if reading in rows:
            row = known.get(number)
            if row is None:
                row = known[number] = Row(key, json.loads(cells), observation)
            (aside if set_aside else rows)[reading].append(row)
    return {
        look.sighting.body or "": Reading("good", rows=tuple(rows[reading]), set_aside=tuple(aside[reading]))
        for reading, look in wanted.items()
        if reading is not None
    }


def _stored_rows(connection: sa.Connection, source: str, read_hash: str) -> Iterable[Any]:
    read, link, seen = schema.readings.c, schema.reading_rows.c, schema.observations.c
    statement = (
        sa.select(link.reading, seen.id, seen.key, seen.cells, seen.hash, seen.set_aside)
        .select_from(
            schema.readings.join(schema.reading_rows, link.reading == read.id).join(
                schema.observations, seen.id == link.observation
            )
        )
        .where(read.source == source, read.read_hash == read_hash)
        .order_by(link.reading, link.position)
    )
    return connection.execute(statement)
