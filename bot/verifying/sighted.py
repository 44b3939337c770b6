"""Every look and every body, those that no decision rests on as well: held to the record and to their own bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store import BrokenBody, Damaged, bodies, looks, schema
from bot.store.audit import BrokenLink
from bot.store.raw import UNREADABLE, each
from bot.verifying.told import Seen

RESTORE = "put a copy of the store back with `crux db restore`, then `crux verify`"
"""What to do about a look that is not what it was: the record knows its hash, and only a copy knows the look."""


@dataclass(frozen=True, slots=True)
class Sighted:
    """What is wrong with the looks, and with the bytes behind them."""

    looks: tuple[BrokenLink, ...]
    bodies: tuple[BrokenBody, ...]


def sighted(connection: sa.Connection, seen: Mapping[int, Seen]) -> Sighted:
    """Hold every look to the record (`seen`, by snapshot) and every body to its sha256; one pass over each table."""
    found: list[BrokenLink] = []
    shown: dict[str, str] = {}  # the bodies that looks name, with the source that showed each first
    there = set()
    for row in each(connection, schema.snapshots):
        there.add(row["id"])
        found += _look_faults(row, seen.get(row["id"]))
        if row["body"] is not None:
            shown.setdefault(str(row["body"]), str(row["source"]))
    found += [
        BrokenLink(told.act, f"look {number} at {told.source} is on the record, and gone: {RESTORE}")
        for number, told in seen.items()
        if number not in there
    ]
    damaged = list(_damaged(connection, shown, found))
    return Sighted(tuple(found), tuple(damaged))


def _look_faults(row: Mapping[str, Any], told: Seen | None) -> Iterator[BrokenLink]:
    place = f"look {row['id']} at {row['source']}"
    if told is None:
        yield BrokenLink(0, f"{place} is on no record: nobody looked; {RESTORE}")
        return
    try:
        made = bytes.fromhex(looks.digest(row))
    except UNREADABLE:  # a value that was never written
        made = b""
    if made != told.digest:
        yield BrokenLink(told.act, f"{place} is not what was seen and recorded: {RESTORE}")


def _damaged(connection: sa.Connection, shown: Mapping[str, str], found: list[BrokenLink]) -> Iterable[BrokenBody]:
    """Bodies that are gone or not what they were; those that no look gave go to `found`."""
    kept = set()
    for row in each(connection, schema.bodies):
        name = str(row["sha256"])
        kept.add(name)
        if name not in shown:
            found.append(BrokenLink(0, f"body {name} is on no record: no look gave it; {RESTORE}"))
            continue
        try:
            bodies.unpacked(name, str(row["codec"]), row["bytes"])
        except Damaged as error:
            yield BrokenBody(name, shown[name], error.because)
    yield from (BrokenBody(name, source, "they are gone") for name, source in shown.items() if name not in kept)
