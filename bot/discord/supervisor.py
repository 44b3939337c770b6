"""Keeps a client connected for as long as the service runs, and never takes the service down with it.

Network trouble and Discord's own are waited out, 5 s to 15 min apart (a thousand logins a day reset the token); a
wrong token or a missing intent ends Discord for good with one plain message, and everything else goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import aiohttp
import discord

from bot.discord.client import CruxClient, build
from bot.discord.supervisor_state import DiscordState, remember, remembered
from bot.service.surroundings import Surroundings

__all__ = ["DiscordState", "remembered", "supervise"]

log = logging.getLogger("crux.discord")

FIRST_S, LONGEST_S = 5.0, 900.0
STEADY_S = 600.0
"""Only after this long is a connection held to have been good, and the next wait short again."""
CLOSING_S = 5.0
"""For saying goodbye (close code 1000) before the connection is simply dropped."""
HOPELESS = {
    4004: "Discord refuses the token: reset it in the developer portal and set discord.token",
    4010: "Discord refuses the connection's shard: this bot is set up for another way of connecting",
    4011: "Discord asks for sharding: this bot stands on too many servers; it is made for one",
    4012: "Discord no longer speaks this version of its gateway: update Crux",
    4013: "Discord does not know an intent that Crux asks for: update Crux",
    4014: "Discord forbids an intent that Crux asks for: look at the bot's intents in the developer portal",
}
TROUBLE = (OSError, TimeoutError, aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound)

Sleep = Callable[[float], Awaitable[None]]
Build = Callable[..., CruxClient]


def _without_trace(record: logging.LogRecord) -> bool:
    """discord.py tells a lost connection with its whole stack; one line says the same."""
    if record.getMessage().startswith("Attempting a reconnect") and record.exc_info:
        record.msg = f"{record.getMessage()} ({record.exc_info[1]!r})"
        record.args, record.exc_info = (), None
    return True


logging.getLogger("discord.client").addFilter(_without_trace)


async def supervise(
    around: Surroundings,
    stop: asyncio.Event,
    *,
    state: DiscordState | None = None,
    sleep: Sleep = asyncio.sleep,
    make: Build = build,
) -> None:
    """Stay connected until `stop` is set, or until Discord refuses us for good; returns then."""
    known = state or DiscordState()
    because = _missing(around)
    wait = FIRST_S
    while because is None and not stop.is_set():
        known.tries += 1
        known.becomes("connecting", known.because, at=around.store.now())
        begun = asyncio.get_running_loop().time()
        failed = await _connected(around, stop, known, make)
        if stop.is_set():
            break
        because = hopeless(failed)
        if because is None:
            steady = asyncio.get_running_loop().time() - begun >= STEADY_S
            wait = FIRST_S if steady else wait
            await _wait(around, stop, known, failed, wait, sleep)
            wait = min(wait * 2, LONGEST_S)
    if because is not None:
        log.error("Discord is off: %s. Everything else goes on.", because)
        known.becomes("stopped", because, at=around.store.now())
        await around.threads.write(remember, around.store, "stopped", because)
    else:
        known.becomes("off", "the service ends", at=around.store.now())


def hopeless(error: BaseException | None) -> str | None:
    """What is wrong for good and what to do; None where trying again may help."""
    if isinstance(error, discord.LoginFailure):
        return HOPELESS[4004]
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return HOPELESS[4014]
    if isinstance(error, discord.ConnectionClosed):
        return HOPELESS.get(error.code)
    return None


def _missing(around: Surroundings) -> str | None:
    given = around.settings.discord
    if given.token is None or not given.token.get_secret_value():
        return "no token is set; set discord.token (crux discord setup shows how)"
    if given.guild is None:
        return "no server is set; set discord.guild (crux discord setup shows how)"
    return None


async def _connected(
    around: Surroundings, stop: asyncio.Event, known: DiscordState, make: Build
) -> BaseException | None:
    """One client's life; what ended it, None where it was told to."""
    token = around.settings.discord.token
    assert token is not None
    client = make(around, state=known)
    async with client:
        living = asyncio.create_task(client.start(token.get_secret_value()), name="discord")
        told = asyncio.create_task(stop.wait(), name="discord stop")
        await asyncio.wait({living, told}, return_when=asyncio.FIRST_COMPLETED)
        failed = living.exception() if living.done() and not living.cancelled() else None
        await _ended(client, living, told)
    return failed


async def _ended(client: CruxClient, *tasks: asyncio.Task[object]) -> None:
    """Say goodbye, for a moment at most, and leave no task behind."""
    closing = asyncio.create_task(client.close(), name="discord close")
    await asyncio.wait({closing}, timeout=CLOSING_S)
    for each in (*tasks, closing):
        each.cancel()
    await asyncio.gather(*tasks, closing, return_exceptions=True)


async def _wait(
    around: Surroundings,
    stop: asyncio.Event,
    known: DiscordState,
    failed: BaseException | None,
    wait: float,
    sleep: Sleep,
) -> None:
    """Sleep before the next try, unless the service ends first."""
    if failed is not None and not isinstance(failed, (*TROUBLE, discord.ConnectionClosed)):
        log.error("the Discord client failed; it is started anew", exc_info=failed)
    because = f"{type(failed).__name__}: {failed}" if failed is not None else "the connection ended"
    at = around.store.now()
    known.becomes("waiting", because, at=at, retry_at=at + timedelta(seconds=wait))
    log.warning("Discord cannot be reached (%s); next try in %.0f s", because, wait)
    sleeping = asyncio.ensure_future(sleep(wait))
    told = asyncio.create_task(stop.wait())
    await asyncio.wait({sleeping, told}, return_when=asyncio.FIRST_COMPLETED)
    for each in (sleeping, told):
        each.cancel()
    await asyncio.gather(sleeping, told, return_exceptions=True)
