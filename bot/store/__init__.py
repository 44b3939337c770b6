"""The memory: tables in the river's order, and the only SQL there is.

Evidence in: `record`, `accept`. Evidence out: `load_evidence`, and `rederive` from the bytes alone.
The rest by module, over a connection of `Store.transaction()` or `Store.reading()`: `markets`, `proposals`, `reviews`,
`resolutions`, `verdicts`, `ledger`, `audit`; `outbox.Outbox` makes its own transactions.
"""

from bot.store.acceptances import accept, awaiting
from bot.store.backup import backup, restore
from bot.store.bodies import Damaged
from bot.store.counting import Counts, by_source, counts
from bot.store.engine import Store
from bot.store.evidence import Recorded, record, validators
from bot.store.forgetting import forget_caches, forget_derived
from bot.store.loading import load_evidence
from bot.store.opening import open_store
from bot.store.readings import ensure_readings
from bot.store.rederiving import BrokenBody, Rederived, rederive
from bot.store.upgrading import upgrade
from bot.store.verdicts import evidence_name, newest_snapshots

__all__ = [
    "BrokenBody",
    "Counts",
    "Damaged",
    "Recorded",
    "Rederived",
    "Store",
    "accept",
    "awaiting",
    "backup",
    "by_source",
    "counts",
    "ensure_readings",
    "evidence_name",
    "forget_caches",
    "forget_derived",
    "load_evidence",
    "newest_snapshots",
    "open_store",
    "record",
    "rederive",
    "restore",
    "upgrade",
    "validators",
]
