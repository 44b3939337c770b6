"""What new evidence costs a running service: one large body read while the loop ticks, and the cards of many proposals.

A card is drawn from a dozen short reads; only those that the record has something new about should be.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from stalls import watched

from bot.discord.posts import found, put
from bot.discord.redrawing import Redrawing
from bot.review.desk import card, vote
from bot.service.apart import Apart
from bot.service.threads import Threads
from bot.store import Store, record
from resolvers.sources.spec import SourceSpec

BODY_BYTES = 20_000_000
CARDS = 200
SOURCE = SourceSpec.model_validate(
    {
        "id": "large",
        "publisher": "A bench",
        "licence": "CC0",
        "fetch": {"url": "https://example.org/large.json", "every": "1 day"},
        "read": {
            "format": "json",
            "rows": "rows",
            "key": "id",
            "columns": {"score": "number", "name": "text", "lab": "text"},
        },
    }
)


async def body_read(store: Store, threads: Threads, seed: int) -> dict[str, Any]:
    """Twenty million bytes of JSON put on the record and read as collecting does it, while the loop ticks."""
    raw = await asyncio.to_thread(_body, seed)
    seen_at = store.now() - timedelta(minutes=1)
    begun = time.perf_counter()
    async with watched() as stalls:
        came = await threads.record(record, store, SOURCE, raw, seen_at=seen_at, read=Apart().read)
    took_s = time.perf_counter() - begun
    told = {"body_bytes": len(raw), "body_rows": came.new_observations, "body_read_s": round(took_s, 1)}
    return told | stalls.told("body")


def _body(seed: int) -> bytes:
    luck = random.Random(seed)
    notes = "x" * 120
    rows, size = [], 0
    while size < BODY_BYTES:
        number = len(rows)
        row = f'{{"id": "row-{number}", "score": {luck.random() * 100:.2f}, "name": "Model {number} \\ud83d\\ude00", '
        rows.append(f'{row}"lab": "Lab {number % 40}", "notes": "{notes}"}}')
        size += len(rows[-1]) + 2
    return f'{{"rows": [{", ".join(rows)}]}}'.encode()


async def cards_drawn(store: Store, threads: Threads, numbers: list[int]) -> dict[str, Any]:
    """The cards of living proposals: all of them, then what one look at a source and one vote ask for."""
    numbers, redrawing, now = numbers[:CARDS], Redrawing(aged_s=3600.0), 0.0
    told: dict[str, Any] = {"cards_living": len(numbers)}

    def drawn() -> int:
        due = redrawing.due(store, "bench", now)
        mine = due.cards.intersection(numbers)
        put(store, found(store, "bench", store.now(), only=mine), store.now())
        redrawing.done(due, now)
        return len(mine)

    def looked() -> None:
        record(store, SOURCE, b"", seen_at=store.now())

    def voted() -> None:
        vote(store, card(store, numbers[0]), person="ann", said="reject", because="a bench", reviewers=("ann", "ben"))

    async with watched() as stalls:
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("first", lambda: None),
            ("after_a_look", looked),
            ("after_a_vote", voted),
        )
        for name, act in steps:
            await threads.write(act)
            begun = time.perf_counter()
            told[f"cards_drawn_{name}"] = await threads.read(drawn)
            told[f"cards_{name}_ms"] = round(1000 * (time.perf_counter() - begun), 1)
    return told | stalls.told("cards")
