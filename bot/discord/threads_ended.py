"""A thread goes to the archive once all is said in it; one that is gone, or archived already, is no error."""

from __future__ import annotations

import logging

import discord
import sqlalchemy as sa

from bot.store import schema_talk as schema
from bot.store.posts import ENDED, Post

log = logging.getLogger("crux.discord")

UNKNOWN_CHANNEL = 10003
"""What Discord says of a thread that was deleted: discord.com/developers/docs/topics/opcodes-and-status-codes."""


async def archive(client: discord.Client, thread: int) -> None:
    """Archive it; where Discord does not let us, it archives itself after a week without a word."""
    try:
        there = await client.fetch_channel(thread)
        if isinstance(there, discord.Thread) and not there.archived:
            await there.edit(archived=True)
    except (discord.Forbidden, discord.NotFound) as error:
        log.info("thread %d is left as it is: %s", thread, error)


async def wake(client: discord.Client, thread: int) -> bool:
    """Take it out of the archive, so that it can be written to again; False where it is locked, or gone."""
    try:
        there = await client.fetch_channel(thread)
        if isinstance(there, discord.Thread) and there.locked:
            log.info("thread %d was locked by somebody: nothing more is said in it", thread)
            return False
        if isinstance(there, discord.Thread):
            await there.edit(archived=False)
    except (discord.Forbidden, discord.NotFound) as error:
        log.info("thread %d cannot be written to any more: %s", thread, error)
        return False
    log.info("thread %d taken out of the archive", thread)
    return True


def is_gone(place: str, error: BaseException) -> bool:
    """Whether a word could not be said because its thread was deleted."""
    deleted = isinstance(error, discord.HTTPException) and error.code == UNKNOWN_CHANNEL
    return deleted and place.startswith("thread:")


def is_early(connection: sa.Connection, last: Post) -> bool:
    """Whether something is still to be said in the thread before its last line: it would wake the thread again."""
    table = schema.posts.c
    before = (table.place == last.place, table.id < last.id, table.state.not_in(ENDED))
    return connection.execute(sa.select(sa.func.count()).where(*before)).scalar_one() > 0
