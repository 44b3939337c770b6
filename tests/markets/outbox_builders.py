"""An outbox that needs no store, and a plan carried out with it as the product does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markets.apply import Applied, Carrier, apply_changes, require
from markets.changes import Plan
from markets.outbox import Entry, Write


@dataclass
class OutboxInMemory:
    """Keeps its rows as long as the test lives."""

    rows: list[Entry] = field(default_factory=list)
    dropped: dict[int, str] = field(default_factory=dict)

    def begin(self, write: Write) -> Entry:
        for row in self.rows:
            if row.write.key == write.key and row.id not in self.dropped:
                return row
        self.rows.append(Entry(len(self.rows), write))
        return Entry(len(self.rows) - 1, write, fresh=True)

    def settle(self, entry: Entry, found: Mapping[str, Any]) -> None:
        self.rows[entry.id] = Entry(entry.id, entry.write, found=dict(found))

    def drop(self, entry: Entry, because: str, *, sent: bool = True) -> None:
        self.dropped[entry.id] = because

    def open_entries(self) -> Sequence[Entry]:
        return [row for row in self.rows if row.found is None and row.id not in self.dropped]


async def apply_plan(plan: Plan, outbox: OutboxInMemory, carrier: Carrier, *, checksum: str | None = None) -> Applied:
    """Refusal before the first change where the plan is over its limits, or another than the one that was looked at."""
    require(plan, checksum)
    return await apply_changes(plan.changes, outbox, carrier)
