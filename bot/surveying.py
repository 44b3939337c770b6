"""What Manifold shows of our markets now, by few requests: its list of them, and some of them read whole.

A line of the list has no description. So a market is read whole where something about it is suspicious, and all others
in turn, `ROUND` of them an hour: of 10,000 none stays unread for longer than 25 hours, if plans are made hourly.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.store import Store, whole_reads
from bot.store.whole_reads import WholeRead
from markets.changes import Opened
from markets.live import LiveMarket
from markets.manifold import Manifold, Refused
from markets.plan import drifts
from resolvers.errors import Outside

ROUND = 400
"""Markets read whole in turn within an hour, below the 500 requests a minute that Manifold allows."""

HOUR = timedelta(hours=1)
AT_LEAST = 20
"""Of them in every survey, however soon it follows: all markets of a small debate."""

SUSPECTS = 100
UNLISTED = 200
"""How many of those that the list makes suspicious, or does not show, are read whole in one survey."""

GONE_FOR = timedelta(minutes=50)
"""What Manifold knew no market of is not asked for again for so long: no is an answer, and was looked at closely."""

READS_AT_ONCE = 8
ENOUGH_FAILURES = 8
"""So many markets that cannot be read are Manifold's trouble, not theirs: then no more are tried in this survey."""

SAME_S = 5.0
"""A change so close to a bet or a comment is that bet or comment."""

NEVER = datetime.min.replace(tzinfo=UTC)

log = logging.getLogger("crux.surveying")

Shown = Mapping[str, LiveMarket | None]


@dataclass(frozen=True, slots=True)
class Survey:
    """What was seen, by market id: None where Manifold has no such market, nothing where it could not be read now.

    `known` is what we knew when it was seen; `whole` are those that were read whole in this survey.
    """

    known: Mapping[str, Opened]
    live: Shown = field(default_factory=dict)
    whole: frozenset[str] = frozenset()

    def outdated(self, known: Mapping[str, Opened]) -> list[str]:
        """The markets that we have written to, or heard of, since."""
        return [now.market_id for slug, now in known.items() if self.known.get(slug) != now]

    def forgetting(self) -> Survey:
        """The same for somebody who is about to write: nothing in it counts as read whole just now."""
        return replace(self, whole=frozenset())

    def seeing(self, known: Mapping[str, Opened], read: Shown) -> Survey:
        """The same with these markets read whole besides."""
        return Survey(known, {**self.live, **read}, self.whole | read.keys())


@dataclass(frozen=True, slots=True)
class Surveyor:
    """Reads our account's markets, and writes down what was read whole when."""

    store: Store
    client: Manifold
    account_id: str

    async def look(self, known: Mapping[str, Opened]) -> Survey:
        """All of them; Outside where the list cannot be read to its end.

        One that cannot be read whole is what the list shows of it, or nothing.
        """
        ours = {each.market_id: each for each in known.values()}
        if not ours:
            return Survey(known)
        listed = await self.client.listed(self.account_id)
        now = self.store.now()
        with self.store.reading() as connection:
            before = whole_reads.of(connection, ours)
        gone = {number for number, last in before.items() if number not in listed and is_gone(last, now)}
        asked = {number: each for number, each in ours.items() if number not in gone}
        rows = {
            number: as_last_read(listed[number], ours[number], before.get(number)) for number in ours.keys() & listed
        }
        read = await self._tried(choose(asked, rows, before, now))
        self._keep(ours, read)
        return Survey(known, {**rows, **dict.fromkeys(gone), **read}, frozenset(read))

    async def whole(self, known: Mapping[str, Opened], wanted: Iterable[str]) -> dict[str, LiveMarket | None]:
        """These markets, each read whole now; Outside where one cannot be."""
        read = await _each(wanted, self.client.market)
        self._keep({each.market_id: each for each in known.values()}, read)
        return read

    async def _tried(self, wanted: Iterable[str]) -> dict[str, LiveMarket | None]:
        """Those of them that could be read; where too many could not, no more are begun."""
        unread: set[str] = set()

        async def one(number: str) -> LiveMarket | None:
            if len(unread) < ENOUGH_FAILURES:
                try:
                    return await self.client.market(number)
                except (Outside, Refused) as error:
                    log.warning("a market cannot be read", extra={"market": number, "because": str(error)})
            unread.add(number)
            return None

        read = await _each(wanted, one)
        return {number: market for number, market in read.items() if number not in unread}

    def _keep(self, ours: Mapping[str, Opened], read: Shown) -> None:
        at = self.store.now()
        rows = [
            WholeRead(
                number,
                market.fingerprint if market else None,
                ours[number].fingerprint,
                market.updated_at if market else None,
                at,
            )
            for number, market in read.items()
        ]
        if not rows:
            return
        with self.store.transaction(durable=False) as connection:
            before = whole_reads.gone(connection)
            whole_reads.keep(connection, rows)
        for number, market in read.items():
            if (market is None) != (number in before):
                _tell(ours[number], there=market is not None)


def _tell(ours: Opened, *, there: bool) -> None:
    """That a market has gone from Manifold, or is back: once."""
    about = {"about": {"market": ours.slug, "id": ours.market_id}}
    if there:
        log.info(f"Manifold knows {ours.slug} again (market {ours.market_id})", extra=about)
    else:
        words = f"Manifold knows no market {ours.market_id} ({ours.slug}): ask its moderators whether it was deleted"
        log.warning(f"{words}; nothing is posted or resolved there until it is back", extra=about)


def as_last_read(row: LiveMarket, ours: Opened, before: WholeRead | None) -> LiveMarket:
    """A line of the list with the description that was last read; never read since we posted it, it is as we did."""
    counts = before is not None and before.posted == ours.fingerprint
    return replace(
        row, fingerprint=(before.fingerprint if before and counts else None) or ours.fingerprint, whole=False
    )


def is_gone(last: WholeRead, now: datetime) -> bool:
    """Whether Manifold said a short while ago that it knows no such market."""
    return last.fingerprint is None and timedelta(0) <= now - last.read_at < GONE_FOR


def choose(
    ours: Mapping[str, Opened], rows: Mapping[str, LiveMarket], before: Mapping[str, WholeRead], now: datetime
) -> list[str]:
    """Which markets to read whole: those not listed, those that drifted or were edited, and others in turn.

    Of each kind only so many, those longest unread first; what was resolved keeps its description and has no turn.
    """

    def unread_since(number: str) -> tuple[datetime, str]:
        last = before.get(number)
        return (last.read_at if last and last.posted == ours[number].fingerprint else NEVER, number)

    read = [number for number in rows if number in before]
    back = {number for number in read if before[number].fingerprint is None}  # it was not known there, and is listed
    edited = back | {number for number in read if is_edited(rows[number], before[number])}
    drifted = {number for number, row in rows.items() if drifts(ours[number], row)}
    suspects = sorted(
        edited | drifted, key=lambda number: (number not in back, number not in edited, *unread_since(number))
    )
    unlisted = sorted(ours.keys() - rows.keys(), key=unread_since)
    living = sorted((number for number, row in rows.items() if not row.resolved), key=unread_since)
    turn = living[: share(max((one.read_at for one in before.values()), default=NEVER), now)]
    return list(dict.fromkeys([*unlisted[:UNLISTED], *suspects[:SUSPECTS], *turn]))


def is_edited(row: LiveMarket, before: WholeRead) -> bool:
    """Whether somebody seems to have edited a living market since it was read whole, by Manifold's own times.

    A hint only: what is edited within seconds of a bet or a comment looks like that, and waits for its turn.
    """
    at = row.updated_at
    if row.resolved or at is None or before.updated_at is None or at <= before.updated_at:
        return False
    return all(other is None or abs((at - other).total_seconds()) > SAME_S for other in (row.bet_at, row.commented_at))


def share(last: datetime, now: datetime) -> int:
    """How many markets have their turn now, where the last was read at `last`: `ROUND` in an hour."""
    since = (now - last) / HOUR if last != NEVER else 1.0
    return max(AT_LEAST, min(ROUND, math.ceil(ROUND * since)))


async def _each(
    wanted: Iterable[str], read: Callable[[str], Awaitable[LiveMarket | None]]
) -> dict[str, LiveMarket | None]:
    """What each of them is, a few at once; the first trouble ends it all."""
    left, found = iter(wanted), dict[str, LiveMarket | None]()

    async def reader() -> None:
        for number in left:
            found[number] = await read(number)

    readers = [asyncio.create_task(reader()) for _ in range(READS_AT_ONCE)]
    try:
        await asyncio.gather(*readers)
    finally:
        for one in readers:
            one.cancel()
    return found
