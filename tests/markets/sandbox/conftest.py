"""A running sandbox and a way to talk to it over a real socket."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from markets.sandbox.server import Sandbox

START = 1_790_000_000_000  # unix ms
MINUTE = 60_000
DAY = 86_400_000


@dataclass
class Reply:
    status: int
    body: Any


@dataclass
class Api:
    """Sends requests as one of the actors ("nobody" sends no key)."""

    sandbox: Sandbox
    base_url: str
    session: aiohttp.ClientSession

    async def __call__(self, who: str, method: str, path: str, body: Any = None, **query: str) -> Reply:
        headers = {} if who == "nobody" else {"Authorization": f"Key {self.sandbox.accounts[who].key}"}
        url = self.base_url + path
        async with self.session.request(method, url, json=body, params=query, headers=headers) as answer:
            return Reply(answer.status, await answer.json(content_type=None))

    async def binary(self, **fields: Any) -> str:
        """A new binary market of the creator; its id."""
        body = {"question": "Will it rain?", "outcomeType": "BINARY", "liquidityTier": 100, **fields}
        return str((await self("creator", "POST", "/v0/market", body)).body["id"])

    async def multi(self, *answers: str, **fields: Any) -> tuple[str, list[str]]:
        """A new multiple choice market; its id and those of its answers."""
        body = {"question": "Who?", "outcomeType": "MULTIPLE_CHOICE", "liquidityTier": 100, "answers": answers}
        market = str((await self("creator", "POST", "/v0/market", {**body, **fields})).body["id"])
        return market, [answer["id"] for answer in (await self.get(market))["answers"]]

    async def get(self, market: str) -> Any:
        return (await self("nobody", "GET", f"/v0/market/{market}")).body

    async def bet(self, who: str, market: str, amount: float, side: str = "YES", **fields: Any) -> Any:
        body = {"contractId": market, "amount": amount, "outcome": side, **fields}
        return (await self(who, "POST", "/v0/bet", body)).body

    def balances(self) -> dict[str, float]:
        return {who: account.balance for who, account in self.sandbox.accounts.items()}


Start = Callable[..., Any]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts sandboxes, all stopped at the end; the clock stands at START unless told otherwise."""
    running: list[Sandbox] = []
    async with aiohttp.ClientSession() as session:

        async def begin(path: Path | None = None, **options: Any) -> Api:
            sandbox = Sandbox(path, **{"now": lambda: START, "rng": random.Random(5), **options})
            running.append(sandbox)
            return Api(sandbox, await sandbox.start(), session)

        yield begin
        for sandbox in running:
            await sandbox.stop()


@pytest.fixture
async def api(start: Start) -> Api:
    """A fresh sandbox that forgets everything."""
    begun: Api = await start()
    return begun
