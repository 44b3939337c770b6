"""Every write to Manifold is first a row: this is what such a row holds and what must keep it.

A row's key is unique, so that the same intention never stands twice; its payload is all that carrying it out needs, so
that a process that starts after a crash needs no file. The rows are kept in bot/store; here is no SQL.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from pydantic import TypeAdapter

from markets.changes import Change, Create, Fund, Update
from markets.manifold import Creation
from resolvers.outcome import Outcome

Kind = Literal["create", "update", "fund", "comment", "resolve", "unresolve", "trading"]

CREATION: TypeAdapter[Creation] = TypeAdapter(Creation)
OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)
NOTICE = re.compile(r"comment/[^/]+/proposal/(\d+)/(\d+)/(?:window|proposed)")


@dataclass(frozen=True)
class Write:
    """One intended write: JSON values only in `payload`; `mana` is reserved against the budget before it is sent."""

    kind: Kind
    slug: str
    key: str
    payload: Mapping[str, Any]
    mana: Decimal = Decimal(0)


@dataclass(frozen=True)
class Entry:
    """A row of the outbox. `fresh`: made just now and never sent; otherwise it may have been, and is read back first.

    `found` is what was read back when it was settled; None while the row is open.
    """

    id: int
    write: Write
    fresh: bool = False
    found: Mapping[str, Any] | None = None


class Outbox(Protocol):
    """Where intentions are kept. Each call is one committed transaction when it returns."""

    def begin(self, write: Write) -> Entry:
        """The row of that key: made now (fresh, its mana reserved), or the one that is open or settled already.

        A dropped row does not count: the next begin makes another. Refusal where the budget does not allow the mana.
        """
        ...

    def settle(self, entry: Entry, found: Mapping[str, Any]) -> None:
        """Close a row with what was read back, and book its mana; settling again with the same changes nothing."""
        ...

    def drop(self, entry: Entry, because: str, *, sent: bool = True) -> None:
        """Close a row that certainly had no effect, and release its mana; one never `sent` was not refused either."""
        ...

    def open_entries(self) -> Sequence[Entry]:
        """The rows begun and neither settled nor dropped, oldest first, none of them fresh."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a read-back is repeated before its silence counts.

    `stale_s`: reads of Manifold may be 15 s old. `in_flight_s`: a request whose line was cut may still be worked on;
    statements there end after 60 s, so what cannot be repeated safely (subsidies, comments) waits longer than that.
    """

    stale_s: float = 20.0
    in_flight_s: float = 80.0


def write_of(change: Change) -> Write:
    """A planned change as the write that carries it out."""
    if isinstance(change, Create):
        payload = {
            "creation": CREATION.dump_python(change.creation, mode="json"),
            "version": change.version,
            "opening": change.opening,
        }
        return Write("create", change.slug, f"create/{change.creation.key}", payload, change.cost_mana)
    if isinstance(change, Update):
        payload = {"market_id": change.market_id, "field": change.field, "before": change.before, "after": change.after}
        return Write(
            "update",
            change.slug,
            f"update/{change.market_id}/{change.number}/{change.field}/{_digest(payload)[:16]}",
            payload,
        )
    assert isinstance(change, Fund)
    payload = {"market_id": change.market_id, "amount_mana": str(change.amount_mana), "seen": list(change.seen)}
    return Write("fund", change.slug, f"fund/{change.market_id}/{change.target_mana}", payload, change.amount_mana)


def comment(slug: str, market_id: str, key: str, markdown: str, reply_to: str | None = None) -> Write:
    """A comment to be made once; `key` names the occasion, as `proposal/17/window`. Costs 1 mana.

    A mark of ten characters is added to its text: Manifold takes no key for comments, so this is how it is found again.
    """
    full_key = f"comment/{market_id}/{key}"
    mark = f"crux-{_digest({'key': full_key})[:10]}"
    payload = {"market_id": market_id, "markdown": f"{markdown}\n\n{mark}", "mark": mark, "reply_to": reply_to}
    return Write("comment", slug, full_key, payload, Decimal(1))


def window_notice(slug: str, market_id: str, proposal: int, round_: int, markdown: str) -> Write:
    """The comment that begins a proposal's window for objections, once a round."""
    return comment(slug, market_id, f"proposal/{proposal}/{round_}/window", markdown)


def first_notice(slug: str, market_id: str, proposal: int, round_: int, markdown: str) -> Write:
    """The comment that says that a proposal has been put to reviewers, once a round."""
    return comment(slug, market_id, f"proposal/{proposal}/{round_}/proposed", markdown)


def proposal_notices(market_id: str, proposal: int, round_: int) -> tuple[str, str]:
    """The keys of a round's two notices: that it is proposed, and that its window has begun."""
    start = f"comment/{market_id}/proposal/{proposal}/{round_}"
    return f"{start}/proposed", f"{start}/window"


def notice_of(write: Write) -> tuple[int, int] | None:
    """The proposal and its round of which a comment tells traders; None for any other write."""
    found = NOTICE.fullmatch(write.key)
    return (int(found[1]), int(found[2])) if found else None


def rests_on_a_proposal(write: Write) -> bool:
    """Whether a write may only be sent while the proposal that it speaks for stands as it did."""
    return write.kind in ("resolve", "unresolve", "trading") or notice_of(write) is not None


def resolve(slug: str, market_id: str, key: str, outcome: Outcome) -> Write:
    """A resolution to be carried out once; `key` names the decision, as `proposal/17`."""
    payload = {"market_id": market_id, "outcome": OUTCOME.dump_python(outcome, mode="json")}
    return Write("resolve", slug, f"resolve/{market_id}/{key}", payload)


def unresolve(slug: str, market_id: str, key: str) -> Write:
    """A resolution to be taken back, within ten minutes of it."""
    return Write("unresolve", slug, f"unresolve/{market_id}/{key}", {"market_id": market_id})


def trading(slug: str, market_id: str, key: str, closes: datetime) -> Write:
    """Trading ends at `closes`: now, or as it was before; `key` names the occasion, as `proposal/17/closed`."""
    return Write("trading", slug, f"trading/{market_id}/{key}", {"market_id": market_id, "closes": closes.isoformat()})


def moment_in(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _digest(payload: Mapping[str, Any]) -> str:
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
