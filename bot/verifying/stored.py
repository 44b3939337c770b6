"""The tables as they stand, read so that nothing spoilt ends the walk; and where they are not what was told."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from bot.store import audit, schema
from bot.store.audit import BrokenLink
from bot.store.digests import digests
from bot.store.prices import Sample
from bot.store.raw import UNREADABLE, rows, undecodable
from bot.store.types import canonical
from bot.verifying.sighted import Sighted, sighted
from bot.verifying.told import Told, Wanted, replay
from resolvers.evidence import moment

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """One look at all that was decided and done, and the record of it."""

    proposals: Mapping[int, Row]
    reviews: Mapping[int, Row]
    objections: Mapping[int, Row]
    resolutions: Mapping[int, Row]  # by proposal
    markets: Mapping[int, Row]
    specs: Mapping[str, Row]
    outbox: Mapping[str, Row]  # by key
    ledger: Mapping[str, Row]
    acceptances: Mapping[tuple[int, str], Row]
    identities: Mapping[int, Row]
    prices: Mapping[tuple[int, int], Sample]  # by market and moment, those that approvals may rest on
    links: tuple[BrokenLink, ...]
    told: Told
    looks: Mapping[tuple[str, int], str]
    sighted: Sighted
    newest: frozenset[int]  # those snapshots that proposals name as their last, as far as they are there


def stored(connection: sa.Connection) -> Stored:
    """Read everything; the evidence is hashed, and derived again later."""
    done = {row["proposal"]: row for row in rows(connection, schema.resolutions)}
    links: list[BrokenLink] = []
    told = replay(audit.walk(connection, _heads(done.values()), links))
    outbox = rows(connection, schema.outbox)
    keys = {row["id"]: row["key"] for row in outbox}
    made = {row["id"]: row for row in rows(connection, schema.proposals)}
    return Stored(
        proposals=made,
        reviews={row["id"]: row for row in rows(connection, schema.reviews)},
        objections={row["id"]: row for row in rows(connection, schema.objections)},
        resolutions=done,
        markets={row["id"]: row for row in rows(connection, schema.markets)},
        specs={row["version"]: row for row in rows(connection, schema.specs)},
        outbox={row["key"]: {**row, "subject": f"{row['debate']}/{row['slug']}"} for row in outbox},
        ledger={keys.get(row["outbox"], f"row {row['outbox']}"): row for row in rows(connection, schema.ledger)},
        identities={row["id"]: row for row in rows(connection, schema.identities)},
        prices=_prices(connection),
        acceptances={(row["snapshot"], row["person"]): row for row in rows(connection, schema.acceptances)},
        links=tuple(links),
        told=told,
        looks=_looks(connection, told),
        sighted=sighted(connection, told.seen),
        newest=_there(connection, {row["last_snapshot"] for row in made.values()}),
    )


def _prices(connection: sa.Connection) -> dict[tuple[int, int], Sample]:
    """Every price that was kept; one that cannot be read is as one that is gone."""
    found = {}
    for row in rows(connection, schema.price_samples):
        try:
            shares = {name: Decimal(text) for name, text in row["shares"].items()}
            found[row["market"], row["at"]] = Sample(row["market"], moment(row["at"]), shares, row["liquidity_mana"])
        except (*UNREADABLE, AttributeError, ArithmeticError):
            continue
    return found


def _heads(done: Iterable[Row]) -> list[str]:
    return [str(row["receipt"].get("audit_head")) for row in done if isinstance(row["receipt"], Mapping)]


def _looks(connection: sa.Connection, told: Told) -> dict[tuple[str, int], str]:
    """The hashes that the record names, made of today's snapshots."""
    wanted: dict[str, set[int]] = {}
    for number, looks in told.looks.items():
        for source in looks:
            wanted.setdefault(source, set()).add(int(told.proposals[number]["last_snapshot"]))
    try:
        return digests(connection, wanted)
    except sa.exc.OperationalError as error:
        if undecodable(error):  # a look that cannot be read is not as it was: no hash holds
            return {}
        raise


def _there(connection: sa.Connection, numbers: set[int]) -> frozenset[int]:
    at = schema.snapshots.c.id
    return frozenset(connection.execute(sa.select(at).where(at.in_(sorted(numbers)))).scalars())


def differing(row: Row, wanted: Wanted) -> list[str]:
    """Each column that is not what the record says, in words."""
    return [
        f"{column} is {_short(row[column])}, by the record it is {_short(value)}"
        for column, value in wanted.items()
        if not _same(row[column], value)
    ]


def unlike(
    name: str, there: Mapping[Any, Row], wanted: Mapping[Any, Wanted], acts: Mapping[Any, int] | None = None
) -> list[BrokenLink]:
    """Rows of a table that are gone, that nobody told of, or not as told; number 0 where no act tells of it."""
    found = []
    for key in [*wanted, *(key for key in there if key not in wanted)]:
        what = [f"{name} {_key(key)}"]
        if key not in there:
            what.append("is on the record, and gone from its table")
        elif key not in wanted:
            what.append("is on no record")
        elif faults := differing(there[key], wanted[key]):
            what.append(f"is not what the record says: {'; '.join(faults)}")
        if len(what) > 1:
            found.append(BrokenLink((acts or {}).get(key, 0), " ".join(what)))
    return found


def sha256(text: Any) -> str:
    """The hash of a stored text; of what is no text, that of its words."""
    return hashlib.sha256(str(text).encode()).hexdigest()


def _key(key: Hashable) -> str:
    return ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _same(stored: Any, told: Any) -> bool:
    if isinstance(told, (dict, list)) and isinstance(stored, (dict, list)):
        try:
            return canonical(stored) == canonical(told)
        except (ValueError, RecursionError):  # a NaN, which was never written
            return False
    return bool(stored == told)


def _short(value: Any) -> str:
    if isinstance(value, (dict, list)):
        value = str(value)
    words = "nothing" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return words if len(words) <= 60 else f"{words[:59]}…"
