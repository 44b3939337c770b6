"""Everything the sandbox remembers, with undo for a refused request and a look back for stale reads."""

from __future__ import annotations

import random
import string
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeVar

from markets.sandbox.entities import Account, Answer, Bet, Comment, Market, Position, Provision, Topic, Txn

LETTERS = string.ascii_letters + string.digits
REMEMBERED_CHANGES = 20_000  # how far back stale reads can look


class HasId(Protocol):
    """Anything kept in a table."""

    @property
    def id(self) -> str:
        """The key in its table."""


Row = TypeVar("Row", bound=HasId)
Change = tuple["Table[Any]", str, Any]


class Table(Generic[Row]):
    """Records of one kind by id, findable by the fields named in `by` (which never change in a record)."""

    def __init__(self, name: str, kind: type[Row], by: Iterable[str] = ()) -> None:
        self.name = name
        self.kind = kind
        self.rows: dict[str, Row] = {}
        self.indexes: dict[str, dict[Any, dict[str, None]]] = {field: {} for field in by}
        self.log: Callable[[Table[Row], str, Row | None], None] = lambda table, key, old: None

    def get(self, key: str | None) -> Row | None:
        """The record with that id."""
        return None if key is None else self.rows.get(key)

    def __getitem__(self, key: str) -> Row:
        return self.rows[key]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def where(self, field: str, value: Any) -> list[Row]:
        """The records whose field has that value, oldest first."""
        return [self.rows[key] for key in self.indexes[field].get(value, ())]

    def put(self, row: Row) -> Row:
        """Keep a new or changed record."""
        self.log(self, row.id, self.rows.get(row.id))
        self.restore(row.id, row)
        return row

    def restore(self, key: str, row: Row | None) -> None:
        """Set or remove a record without noting it as a change."""
        known = self.rows.get(key)
        if row is None:
            del self.rows[key]
        else:
            self.rows[key] = row
        for field, index in self.indexes.items():
            if row is None:
                del index[getattr(known, field)][key]
            elif known is None:
                index.setdefault(getattr(row, field), {})[key] = None


class State:
    """All tables, and the random source from which every id comes."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.accounts: Table[Account] = Table("account", Account, ["key", "username"])
        self.markets: Table[Market] = Table("market", Market, ["slug", "creator_id"])
        self.answers: Table[Answer] = Table("answer", Answer, ["contract_id"])
        self.bets: Table[Bet] = Table("bet", Bet, ["contract_id", "user_id"])
        self.positions: Table[Position] = Table("position", Position, ["contract_id"])
        self.txns: Table[Txn] = Table("txn", Txn, ["from_id", "to_id"])
        self.comments: Table[Comment] = Table("comment", Comment, ["contract_id", "user_id"])
        self.provisions: Table[Provision] = Table("provision", Provision, ["contract_id"])
        self.topics: Table[Topic] = Table("topic", Topic, ["slug"])
        self.tables: list[Table[Any]] = [
            self.accounts, self.markets, self.answers, self.bets, self.positions,
            self.txns, self.comments, self.provisions, self.topics,
        ]  # fmt: skip
        self.open_changes: list[Change] = []
        self.past: deque[tuple[int, Change]] = deque(maxlen=REMEMBERED_CHANGES)
        for table in self.tables:
            table.log = self._note

    def _note(self, table: Table[Any], key: str, old: Any) -> None:
        self.open_changes.append((table, key, old))

    def new_id(self, table: Table[Any], length: int = 10) -> str:
        """A random id that is not taken."""
        while True:
            key = self.random_text(length)
            if key not in table.rows:
                return key

    def random_text(self, length: int) -> str:
        """Letters and digits."""
        return "".join(self.rng.choices(LETTERS, k=length))

    def commit(self, now: int) -> list[tuple[Table[Any], Any]]:
        """End a request that succeeded; the records it changed, each once."""
        for change in self.open_changes:
            self.past.append((now, change))
        changed = {(table.name, key): (table, table.rows[key]) for table, key, _ in self.open_changes}
        self.open_changes.clear()
        return list(changed.values())

    def rollback(self) -> None:
        """Undo everything since the last commit."""
        for table, key, old in reversed(self.open_changes):
            table.restore(key, old)
        self.open_changes.clear()

    def answers_of(self, market_id: str) -> list[Answer]:
        """The answers of a market by index."""
        return sorted(self.answers.where("contract_id", market_id), key=lambda answer: answer.index)

    @contextmanager
    def as_of(self, then: int) -> Iterator[None]:
        """Show everything as it was at an earlier instant, for as long as the block lasts."""
        undone: list[Change] = []
        try:
            for at, (table, key, old) in reversed(self.past):
                if at > then:
                    undone.append((table, key, table.rows[key]))
                    table.restore(key, old)
            yield
        finally:
            for table, key, newer in reversed(undone):
                table.restore(key, newer)
