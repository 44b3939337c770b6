"""What a person holds in a market, and what it costs, read from Manifold at the very moment they decide."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.review.desk import Card
from bot.review.doubting import sample_of
from bot.review.people import accounts_of
from bot.service.surroundings import Surroundings
from bot.store.prices import Sample
from markets.manifold import Manifold
from resolvers.errors import CruxError, Refusal

PATIENCE_S = 45.0
"""How long positions are waited for before the vote is refused: nobody is assumed to hold nothing."""
PRICE_S = 10.0
"""How long a price is waited for; without it the last one kept counts."""
UNLINKED = "no Manifold account of theirs is known, so nobody has looked whether they hold shares"


class TryAgain(Refusal):
    """Refused for now: the same act may be right in some minutes."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was read before a word may count. `positions` goes on the record; `held` where they hold shares."""

    positions: Mapping[str, Any]
    held: bool
    price: Sample | None


async def looked(around: Surroundings, seen: Card, person: str) -> Looked:
    """The person's positions in the card's market, and its price now.

    Refusal where their account is known and Manifold cannot be read; where no account is known, that is said.
    """
    usernames, ids = await _accounts(around, person)
    client = _client(around)
    at = around.store.now()
    if not usernames and not ids:
        price = await _price(client, seen, at)
        return Looked({"accounts": [], "because": UNLINKED}, False, price)
    if client is None:
        raise _unread(person, "this command does not reach the Manifold of this store")
    try:
        async with asyncio.timeout(PATIENCE_S):
            held, accounts = await _held(client, seen, usernames, ids)
    except TimeoutError:
        raise _unread(person, f"no answer in {PATIENCE_S:g} s") from None
    except TryAgain:
        raise
    except CruxError as error:
        raise _unread(person, str(error)) from None
    price = await _price(client, seen, at)
    return Looked({"accounts": sorted(accounts), "read_at": at.isoformat(), "holds": held}, held, price)


async def _accounts(around: Surroundings, person: str) -> tuple[list[str], list[str]]:
    """The usernames that debate.yaml declares, and the ids of linked accounts."""
    debate = around.debate
    declared = debate.reviewers.get(person)
    linked = (await around.threads.read(accounts_of, around.store, debate.debate, person)).get("manifold")
    return [declared.manifold] if declared and declared.manifold else [], [linked.account] if linked else []


def _client(around: Surroundings) -> Manifold | None:
    try:
        return around.exchange.client
    except CruxError:  # a command that is not at this store's Manifold
        return None


async def _held(client: Manifold, seen: Card, usernames: list[str], ids: list[str]) -> tuple[bool, set[str]]:
    accounts = set(ids)
    for username in usernames:
        found = await client.account(username)
        if found is None:
            raise TryAgain(
                f"debate.yaml says that this is {username} on Manifold, and nobody there has that name: mend it"
            )
        accounts.add(found.id)
    market = seen.market.market_id
    if await client.market(market) is None:  # positions of an unknown market are an empty list, not an error
        raise TryAgain(f"Manifold knows no market {market}, so nobody can see who holds shares in it")
    rows = [row for account in sorted(accounts) for row in await client.positions(market, account)]
    return any(row.has_shares for row in rows if row.user_id in accounts), accounts


async def _price(client: Manifold | None, seen: Card, at: datetime) -> Sample | None:
    """The market's price now; None where it cannot be read in time: then the last one kept counts."""
    if client is None:
        return None
    try:
        async with asyncio.timeout(PRICE_S):
            live = await client.market(seen.market.market_id)
    except (TimeoutError, CruxError):
        return None
    return None if live is None or live.resolved else sample_of(seen.market, live, at)


def _unread(person: str, because: str) -> TryAgain:
    told = f"nobody can see now whether {person} holds shares in this market ({because}): nothing was taken down"
    return TryAgain(f"{told}; try again in some minutes")


def refuse_if_held(looked_: Looked, person: str) -> None:
    """Refusal of a word by somebody who holds shares in the market they would decide."""
    if looked_.held:
        raise Refusal(
            f"{person} holds shares in this market, so their word does not count here (read at "
            f"{looked_.positions['read_at']}, as you decided); as a holder, object under the notice on Manifold"
        )
