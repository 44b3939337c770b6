"""What keeps a person off a panel: a position in any market that asks it, read on Manifold at that moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.review.panel_seating import Look
from bot.review.people import accounts_of
from bot.service.threads import Threads
from bot.store import Store
from bot.store.markets import Market
from markets.manifold import Manifold
from markets.spec import DebateSpec
from resolvers.errors import CruxError, Outside

PATIENCE_S = 45.0
"""How long one person's positions are waited for: nobody is assumed to hold nothing."""
UNKNOWN = "no Manifold account of theirs is known, so nobody has looked whether they hold shares"


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts by which one person's positions show: usernames that debate.yaml declares, ids of linked ones."""

    usernames: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


AccountsOf = Callable[[str], Awaitable[Accounts]]
ClientOf = Callable[[], Manifold]
"""The client to read with; CruxError where this process does not reach the store's Manifold."""


@dataclass(frozen=True, slots=True)
class Positions:
    """Reads a person's positions with any client, also one without a key.

    Outside where an account is known and Manifold cannot be read. Where none is known there is nothing to read.
    """

    client_of: ClientOf
    accounts_of: AccountsOf

    async def __call__(self, person: str, markets: Sequence[Market]) -> Look:
        known = await self.accounts_of(person)
        if not known.usernames and not known.ids:
            return Look(False, UNKNOWN)
        try:
            async with asyncio.timeout(PATIENCE_S):
                slugs = await self._held(known, markets)
        except TimeoutError:
            raise _unread(person, f"no answer in {PATIENCE_S:g} s") from None
        except CruxError as error:
            raise _unread(person, str(error)) from None
        return Look(True, f"holds a position in {', '.join(slugs)}") if slugs else Look(False, "")

    async def _held(self, known: Accounts, markets: Sequence[Market]) -> list[str]:
        client = self.client_of()
        accounts = set(known.ids)
        for username in known.usernames:
            found = await client.account(username)
            if found is None:
                raise Outside(f"debate.yaml says that this is {username} on Manifold, and nobody there has that name")
            accounts.add(found.id)
        return [market.slug for market in markets if await _holds(client, market, accounts)]


def known_accounts(store: Store, threads: Threads, debate: DebateSpec) -> AccountsOf:
    """A person's accounts as debate.yaml declares them and as they linked them by a code."""

    async def of(person: str) -> Accounts:
        declared = [one.manifold for one in (debate.panelists.get(person), debate.reviewers.get(person)) if one]
        linked = (await threads.read(accounts_of, store, debate.debate, person)).get("manifold")
        usernames = tuple(dict.fromkeys(name for name in declared if name))
        return Accounts(usernames, (linked.account,) if linked else ())

    return of


async def _holds(client: Manifold, market: Market, accounts: set[str]) -> bool:
    if await client.market(market.market_id) is None:  # positions of an unknown market are an empty list, not an error
        raise Outside(f"Manifold knows no market {market.market_id}, so nobody can see who holds shares in it")
    rows = [row for account in sorted(accounts) for row in await client.positions(market.market_id, account)]
    return any(row.has_shares for row in rows if row.user_id in accounts)


def _unread(person: str, because: str) -> Outside:
    told = f"nobody can see now whether {person} holds shares in a market that asks this ({because})"
    return Outside(f"{told}: nothing was taken down; try again in some minutes")
