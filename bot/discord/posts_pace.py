"""How fast messages are sent, and what Discord's refusals mean for a message."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import aiohttp
import discord

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between acts: Discord allows 50 requests a second in all, and few edits of old messages (30046).

    `gap_s` lies between two edits of one message, `old_gap_s` where it is older than an hour; `poll_s` is how often the
    rows are looked at, `redraw_s` how often all is drawn although nothing seems to have changed.
    """

    per_second: float = 20.0
    gap_s: float = 2.0
    old_gap_s: float = 60.0
    poll_s: float = 2.0
    redraw_s: float = 60.0
    first_wait_s: float = 2.0
    longest_wait_s: float = 300.0
    parked_s: float = 3600.0
    at_once: int = 8

    def wait(self, attempts: int) -> float:
        """How long before something is tried again, after so many attempts."""
        return min(self.first_wait_s * 2.0 ** min(max(0, attempts), 20), self.longest_wait_s)


class Limit:
    """Lets requests through at most so many a second, whoever asks."""

    def __init__(self, per_second: float, sleep: Sleep) -> None:
        self._apart, self._sleep, self._next = 1.0 / per_second, sleep, 0.0

    async def turn(self) -> None:
        """Wait for one's turn."""
        now = asyncio.get_running_loop().time()
        mine = max(now, self._next)
        self._next = mine + self._apart
        if mine > now:
            await self._sleep(mine - now)


Meaning = Literal["vanished", "gone", "parked", "archived", "later", "unknown"]

UNKNOWN_MESSAGE, UNKNOWN_USER = 10008, 10013
CLOSED_TO_US, ARCHIVED, TOO_MANY_EDITS, THREAD_THERE = 50007, 50083, 30046, 160004
CODES: dict[int, Meaning] = {
    UNKNOWN_MESSAGE: "vanished",
    UNKNOWN_USER: "gone",
    CLOSED_TO_US: "gone",
    ARCHIVED: "archived",
    TOO_MANY_EDITS: "later",
}
"""discord.com/developers/docs/topics/opcodes-and-status-codes, looked at 2026-11-20."""
NETWORK = (aiohttp.ClientError, OSError, TimeoutError)


def meaning(error: BaseException) -> Meaning | None:
    """What a failed send or edit says about the message; None for a fault of our own.

    vanished: it was deleted | gone: nobody can see it | parked: it may not stand there | archived: its thread is |
    later: too much at once | unknown: it may or may not have been done.
    """
    if isinstance(error, NETWORK):
        return "unknown"
    if not isinstance(error, discord.HTTPException):
        return None
    if error.code in CODES:
        return CODES[error.code]
    if error.status >= 500:
        return "unknown"
    return "later" if error.status == 429 else "parked"
