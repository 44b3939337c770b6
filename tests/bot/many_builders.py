"""Many markets that live already: on Manifold, in the outbox and in the store, made without a request for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from bot.store import Store, schema, whole_reads
from bot.store.whole_reads import WholeRead
from markets.live import fingerprint, ms_of
from markets.manifold import Creation
from markets.outbox import write_of
from markets.plan import Create
from markets.sandbox.entities import Market
from markets.sandbox.faults import Faults, Rule
from markets.sandbox.server import Sandbox

LIST = "GET /v0/markets"
WHOLE = "GET /v0/market/{id}"
DOC = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "As posted."}]}]}


@dataclass
class Watched(Faults):
    """Faults that also keep what was asked for, and call `then` before each request is answered."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    then: Callable[[str, str], None] = lambda route, path: None

    def pick(self, method: str, *paths: str) -> Rule | None:
        path, template = paths
        self.asked.append((f"{method} {template}", path))
        self.then(f"{method} {template}", path)
        return super().pick(method, *paths)

    def counted(self) -> Counter[str]:
        """How often each route was asked for, and forgets it."""
        told = Counter(route for route, _ in self.asked)
        self.asked.clear()
        return told

    def read_whole(self) -> list[str]:
        """Which markets were read whole, in order."""
        return [path.rpartition("/")[2] for route, path in self.asked if route == WHOLE]


def watched(sandbox: Sandbox) -> Watched:
    sandbox.faults = Watched()
    return sandbox.faults


def number(count: int) -> str:
    """The id of the market of that number."""
    return f"many{count:06}"


def many(
    store: Store, sandbox: Sandbox, count: int, *, first: int = 0, apart_ms: int = 1, version: str = "v"
) -> list[str]:
    """So many markets of ours, opened before now with `apart_ms` between two; their ids, oldest first."""
    now = store.now()
    made = [number(n) for n in range(first, first + count)]
    opened = [now - timedelta(days=1) + timedelta(milliseconds=n * apart_ms) for n in range(count)]
    rows: list[dict[str, Any]] = []
    for n, market_id in enumerate(made):
        creation = Creation(
            market_id, f"Will {market_id} come?", "BINARY", "As posted.", now + timedelta(days=50), Decimal(100)
        )
        at = ms_of(opened[n])
        sandbox.state.markets.put(_market(sandbox, creation, at))
        write = write_of(Create(market_id, version, creation))
        found = {"market_id": market_id, "url": "", "market_slug": market_id, "created_at": None, "answers": {}}
        found |= {"fingerprint": fingerprint(DOC), "subsidy_mana": "0", "subsidies": []}
        row = {
            "debate": "small",
            "kind": "create",
            "key": write.key,
            "slug": write.slug,
            "payload": dict(write.payload),
        }
        row |= {"mana": write.mana, "state": "done", "attempts": 1, "because": "", "answer": found}
        rows.append(row | {"created_at": opened[n], "closed_at": opened[n], "closing": first + n})
    sandbox.state.open_changes.clear()
    with store.transaction() as connection:
        connection.execute(sa.insert(schema.outbox), rows)
    return made


def read_before(store: Store, ids: Sequence[str]) -> None:
    """As if each of them had been read whole an hour ago, the last one last."""
    begun = store.now() - timedelta(hours=1)
    made = fingerprint(DOC)
    rows = [WholeRead(one, made, made, begun, begun + timedelta(milliseconds=n)) for n, one in enumerate(ids)]
    with store.transaction() as connection:
        whole_reads.keep(connection, rows)


def _market(sandbox: Sandbox, creation: Creation, at: int) -> Market:
    return Market(
        id=creation.key,
        creator_id=sandbox.accounts["creator"].id,
        question=creation.question,
        slug=creation.key,
        outcome_type="BINARY",
        mechanism="cpmm-1",
        created_time=at,
        description=DOC,
        close_time=ms_of(creation.closes),
        pool_yes=100,
        pool_no=100,
        total_liquidity=100,
        last_updated_time=at,
    )
