"""The lines of a plan as values: what would change on Manifold, what moved there, what waits, and what it all costs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Literal

from markets.fields import plain
from markets.manifold import Creation

Field = Literal["question", "closes", "description"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A market of ours as it was last known to us: what was posted, which version is frozen, what was paid in.

    `text` is the sha256 of the Markdown last posted, `fingerprint` that of Manifold's own document read back after it;
    `subsidy_mana` is the sum of our subsidies by Manifold's ledger, `subsidies` their row ids there; `updates` counts
    what we wrote anew since, so that putting the same drift back twice is two writes. `trades_until` is when trading
    ends where we moved that for a proposal's sake; `resolution` is Manifold's word for what we resolved it to,
    `resolution_pct` the probability where it was one.
    """

    slug: str
    market_id: str
    version: str
    question: str
    closes: datetime
    text: str
    fingerprint: str
    subsidy_mana: Decimal = Decimal(0)
    subsidies: tuple[str, ...] = ()
    opening: int = 1
    updates: int = 0
    trades_until: datetime | None = None
    resolution: str | None = None
    resolution_pct: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Create:
    """Make a market that is not there yet."""

    slug: str
    version: str
    creation: Creation
    opening: int = 1
    kind: Literal["create"] = "create"

    @property
    def cost_mana(self) -> Decimal:
        return self.creation.cost_mana

    def words(self) -> str:
        subsidy = f", {plain(self.creation.subsidy_mana)} of it subsidy" if self.creation.subsidy_mana else ""
        return f"create {self.slug}: {self.creation.market_type}, {plain(self.cost_mana)} mana{subsidy}"


@dataclass(frozen=True, slots=True)
class Update:
    """Write one field anew; none of what is frozen changes by it."""

    slug: str
    market_id: str
    field: Field
    before: str
    after: str
    number: int = 0
    kind: Literal["update"] = "update"

    @property
    def cost_mana(self) -> Decimal:
        return Decimal(0)

    def words(self) -> str:
        return f"update {self.slug}: {self.field}"


@dataclass(frozen=True, slots=True)
class Fund:
    """Pay more subsidy in, up to `target_mana` in all; `seen` are the ledger rows that were there before."""

    slug: str
    market_id: str
    amount_mana: Decimal
    target_mana: Decimal
    seen: tuple[str, ...] = ()
    kind: Literal["fund"] = "fund"

    @property
    def cost_mana(self) -> Decimal:
        return self.amount_mana

    def words(self) -> str:
        return f"fund {self.slug}: {plain(self.amount_mana)} mana, {plain(self.target_mana)} in all"


Change = Create | Update | Fund


@dataclass(frozen=True, slots=True)
class Drift:
    """Manifold moved though the file did not: shown, and put back only where that is asked for."""

    slug: str
    field: Literal["question", "closes", "description", "market", "resolution"]
    ours: str
    theirs: str

    def words(self) -> str:
        return f"drift {self.slug}: {self.field} is {self.theirs}, we posted {self.ours}"


@dataclass(frozen=True, slots=True)
class NewVersion:
    """The file says something else than what the market opened with: shown, never applied.

    `differs` are the parts of the two that are not the same, in an author's words; empty where that was not looked at.
    """

    slug: str
    opened: str
    file: str
    differs: tuple[str, ...] = ()

    def words(self) -> str:
        where = f"; they differ in {', '.join(self.differs)}" if self.differs else ""
        return (
            f"new version {self.slug}: the file is now {self.file[:12]}, the market opened with {self.opened[:12]} "
            f"and keeps it{where}; undo the edit, or ask the new question under a new slug"
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A definition that makes no change now, and why; `unopened` where there is no market of it yet."""

    slug: str
    because: str
    unopened: bool = False

    def words(self) -> str:
        return f"waiting {self.slug}: {self.because}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one plan may do; `yes_many` and a higher `max_mana` are a person's further word."""

    max_mana: Decimal = Decimal(5000)
    changed_pct: Decimal = Decimal(25)
    yes_many: bool = False


@dataclass(frozen=True)
class Plan:
    """The changes in the order they are carried out, and all that is only shown."""

    changes: tuple[Change, ...] = ()
    drifts: tuple[Drift, ...] = ()
    new_versions: tuple[NewVersion, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    refusals: tuple[str, ...] = ()

    @property
    def cost_mana(self) -> Decimal:
        return sum((change.cost_mana for change in self.changes), Decimal(0))

    @property
    def checksum(self) -> str:
        """sha256 of the changes as canonical JSON: who applies by it carries out what was reviewed, nothing else."""
        return hashlib.sha256("\n".join(sorted(map(_row, self.changes))).encode()).hexdigest()

    @property
    def marks(self) -> dict[str, str]:
        """A short hash of each change, by which a later plan is known to be the rest of this one -> its slug."""
        return {hashlib.sha256(_row(change).encode()).hexdigest()[:16]: change.slug for change in self.changes}

    def only(self, slugs: Iterable[str]) -> Plan:
        """The part of the plan about these markets."""
        kept = frozenset(slugs)
        return Plan(
            tuple(each for each in self.changes if each.slug in kept),
            tuple(each for each in self.drifts if each.slug in kept),
            tuple(each for each in self.new_versions if each.slug in kept),
            tuple(each for each in self.waiting if each.slug in kept),
        )

    def lines(self) -> list[str]:
        """The plan as people read it, one line a thing."""
        return [each.words() for each in (*self.changes, *self.drifts, *self.new_versions, *self.waiting)]


def in_parts(changes: Sequence[Change], most: int) -> list[tuple[Change, ...]]:
    """The same changes in the same order, at most so many together; those of one market that follow stay together."""
    made: list[tuple[Change, ...]] = []
    for _, group in groupby(changes, key=lambda change: change.slug):
        mine = tuple(group)
        if made and len(made[-1]) + len(mine) <= most:
            made[-1] += mine
        else:
            made.append(mine)
    return made


def text_hash(markdown: str) -> str:
    """sha256 of a description as posted."""
    return hashlib.sha256(markdown.encode()).hexdigest()


def same_moment(live: datetime | None, wanted: datetime) -> bool:
    """Whether two moments agree as far as Manifold keeps them, to the millisecond."""
    return live is not None and abs(live - wanted) < timedelta(milliseconds=1)


def _row(change: Change) -> str:
    """A change as canonical JSON."""
    return json.dumps(asdict(change), sort_keys=True, default=_canonical)


def _canonical(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} stands in no plan")
