"""A look at a source and the act that puts it on the record: written together, so that neither is there alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from bot.store import audit, schema
from bot.store.types import canonical
from bot.store.writing import insert_row
from resolvers.evidence import moment

ACT = "look"
"""What the record calls it; its subject is `snapshot 17`, its hash covers every look before it."""

COLUMNS = (
    "id", "source", "seen_at", "recorded_at", "via", "status", "body", "awaits", "etag", "last_modified", "url",
    "because",
)  # fmt: skip
"""Everything that stands in a snapshot's row; a column added later needs a digest of its own, or old looks break."""


def add(connection: sa.Connection, **row: Any) -> int:
    """Write one look and its act, inside the caller's transaction; returns the snapshot's id."""
    made = insert_row(connection, schema.snapshots, **row)
    told = {"source": row["source"], "digest": digest({"id": made, **row})}
    at = moment(row["recorded_at"])
    audit.append(connection, at=at, actor="crux", act=ACT, subject=f"snapshot {made}", payload=told)
    return made


def digest(row: Mapping[str, Any]) -> str:
    """sha256 over a snapshot's row; TypeError where a value in it is none that was ever written."""
    content = [int(row[name]) if name == "awaits" else row[name] for name in COLUMNS]
    return hashlib.sha256(canonical(content).encode()).hexdigest()
