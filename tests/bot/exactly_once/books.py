"""What stands at the end, so that two ends can be compared: the sandbox's whole state, and our own side of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from new_stores import existing_store
from stage import Stage

from bot.store import ledger, markets, proposals, reviews
from bot.store.ledger import Budget
from bot.store.outbox import Outbox
from bot.verifying import verify

DEBATE = "killed"
BY_CHANCE = {"created_time", "last_updated_time", "last_comment_time", "last_drizzle_time", "resolution_time"}
"""Of each row of the sandbox: when, by a clock that moves with every wait."""
IDS_BY_CHANCE = ("txns", "provisions", "comments")
MARK = re.compile(r"crux-[0-9a-f]{10}")


@dataclass(frozen=True)
class Books:
    """Both sides of the account. `sandbox`: every row it has, each as JSON; the rest is our store's."""

    sandbox: dict[str, list[str]]
    outbox: list[tuple[str, str, str, Decimal]]
    committed_mana: Decimal
    spent_mana: Decimal
    markets: list[tuple[Any, ...]]
    proposals: list[tuple[int, str, bool]]
    votes: list[tuple[int, str, str]]

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [json.loads(row) for row in self.sandbox[table]]

    def balances(self) -> dict[str, float]:
        """What everybody has left of the million."""
        return {row["actor"]: row["balance"] for row in self.rows("accounts")}

    def payments(self) -> list[tuple[str, float]]:
        """What we paid, and for what, in no order."""
        me = next(row["id"] for row in self.rows("accounts") if row["actor"] == "creator")
        return sorted((row["category"], row["amount"]) for row in self.rows("txns") if row["from_id"] == me)


def books(stage: Stage) -> Books:
    """The books of a stage; nothing may be open in the outbox, and every decision and the record must verify."""
    return books_of(stage.store, stage.state())


def books_of(path: Path, state: dict[str, Any]) -> Books:
    store = existing_store(path, now=lambda: datetime.now(UTC))
    try:
        outbox = Outbox(store, DEBATE, Budget(DEBATE, None))
        assert outbox.open_entries() == ()
        assert verify(store).whole
        with store.reading() as connection:
            return Books(
                sandbox=_sandbox(state),
                outbox=sorted((row.kind, row.slug, row.state, row.mana) for row in outbox.rows()),
                committed_mana=ledger.committed_mana(connection),
                spent_mana=ledger.spent_mana(connection),
                markets=[
                    (one.slug, one.market_id, one.type, one.state, one.subsidy_mana, one.closes_at)
                    for one in markets.every(connection)
                ],
                proposals=[(one.id, one.state, one.comment_id is not None) for one in proposals.listing(connection)],
                votes=[
                    (one.id, said.person, said.vote)
                    for one in proposals.listing(connection)
                    for said in reviews.reviews(connection, one, all_rounds=True)
                ],
            )
    finally:
        store.close()


def _sandbox(state: dict[str, Any]) -> dict[str, list[str]]:
    texts = {row["id"]: f"{row['contract_id']}/{row['text']}" for row in state["answers"]}
    comments = {row["id"]: MARK.findall(json.dumps(row["content"])) for row in state["comments"]}
    tables = {name: rows for name, rows in state.items() if isinstance(rows, list)}
    return {name: sorted(_row(name, row, texts, comments) for row in rows) for name, rows in tables.items()}


def _row(table: str, row: dict[str, Any], texts: dict[str, str], comments: dict[str, list[str]]) -> str:
    """A row without what chance or the clock put in: answers by their words, comments by our mark."""
    kept = {name: value for name, value in row.items() if name not in BY_CHANCE}
    kept["extra"] = {name: value for name, value in row.get("extra", {}).items() if name != "payoutStartTime"}
    if table in IDS_BY_CHANCE:
        del kept["id"]
    if table == "comments":
        kept["content"] = comments[row["id"]]
        kept["reply_to"] = comments.get(row.get("reply_to", ""))
    told = json.dumps(kept, sort_keys=True)
    for answer, text in texts.items():
        told = told.replace(answer, text)
    return told
