"""Every look at a source is on the record: those of before are put there now, as they stand, in the order of their ids.

What this cannot promise: a look that was changed, added or taken away before this upgrade goes on the record as it
stands now; only proposals made before tell of such a look, by the digests that they froze. Their acts are by
`upgrade`, at the time of the upgrade, so that nobody takes them for acts of the moment of looking.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store.audit import START, Act, row_hash
from bot.store.looks import ACT, COLUMNS, digest
from bot.store.types import Moment, canonical

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BATCH_ROWS = 10_000

audit = sa.table(
    "audit",
    sa.column("id"),
    sa.column("at", Moment()),
    *(sa.column(name, sa.Text()) for name in ("actor", "act", "subject", "payload", "prev_hash", "hash")),
)
snapshots = sa.table("snapshots", *(sa.column(name) for name in COLUMNS))


def upgrade() -> None:
    connection = op.get_bind()
    looks = connection.execute(_untold(connection), execution_options={"yield_per": BATCH_ROWS}).mappings()
    last = connection.execute(sa.select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1)).one_or_none()
    number, before = (last.id, last.hash) if last else (0, START)
    acts = _acts(looks, number, before, datetime.now(UTC))
    while batch := list(islice(acts, BATCH_ROWS)):
        connection.execute(sa.insert(audit), batch)


def downgrade() -> None:
    """The record is never cut: its acts stay, and a later upgrade puts only newer looks there."""


def _untold(connection: sa.Connection) -> sa.Select[Any]:
    """The looks after the last one on the record: all of them, but for a store that was at this revision before."""
    told = sa.select(audit.c.subject).where(audit.c.act == ACT).order_by(audit.c.id.desc()).limit(1)
    last = str(connection.execute(told).scalar_one_or_none() or "snapshot 0").partition(" ")[2]
    return sa.select(snapshots).where(snapshots.c.id > int(last)).order_by(snapshots.c.id)


def _acts(looks: Iterable[Any], number: int, before: str, at: datetime) -> Iterator[dict[str, Any]]:
    for look in looks:
        number += 1
        told = canonical({"source": look["source"], "digest": digest(look)})
        act = Act(number, at, "upgrade", ACT, f"snapshot {look['id']}", told, before, "")
        made = row_hash(act)
        row = {"id": number, "at": at, "actor": act.actor, "act": ACT, "subject": act.subject, "payload": told}
        yield {**row, "prev_hash": before, "hash": made}
        before = made
