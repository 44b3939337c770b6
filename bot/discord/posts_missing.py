"""Which of our messages are gone although nobody told us: looked for at the start and every hour."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import discord
from discord import PartialMessageable

from bot.store import Store, posts
from bot.store.posts import Kind, Post

KINDS: tuple[Kind, ...] = ("card", "panel", "plan")
EVERY_S = 3600.0
Turn = Callable[[], Awaitable[None]]
PAGE = 100
"""Messages of one look into a channel's history: one request."""


def standing(store: Store) -> list[Post]:
    """The posts that may change yet and stand in a channel, as far as we know."""
    with store.reading() as connection:
        found = [one for kind in KINDS for one in posts.living(connection, kind)]
    return [one for one in found if one.message is not None and one.place.startswith("channel:")]


async def missing(channel: PartialMessageable, given: Sequence[Post], turn: Turn) -> list[Post]:
    """Those of one channel's posts whose message is no longer in its history, which is read from the oldest of them."""
    left = sorted((int(one.message), one) for one in given if one.message is not None)
    gone: list[Post] = []
    while left:
        first = left[0][0]
        await turn()
        page = [
            message.id
            async for message in channel.history(limit=PAGE, after=discord.Object(first - 1), oldest_first=True)
        ]
        last = page[-1] if len(page) == PAGE else left[-1][0]
        seen = [(number, one) for number, one in left if number <= last]
        gone += [one for number, one in seen if number not in page]
        left = left[len(seen) :]
    return gone
