"""A sentence asked of the small world, as Discord asks it."""

from __future__ import annotations

from crux_builders import World

from bot.chat.answering import answer
from bot.chat.replies import Context, Reply
from bot.chat.store_tools import StoreTools, titles_of
from markets.load import Loaded


def tools_of(world: World, loaded: Loaded | None = None) -> StoreTools:
    """What an answer may read now, of the files as they are loaded or of others."""
    loaded = loaded or world.loaded
    return StoreTools(world.store, loaded, world.store.now(), titles_of(loaded))


def asked(world: World, said: str, loaded: Loaded | None = None, asker: str = "asker", **told: object) -> Reply:
    """The answer to one sentence; `told` are fields of its context."""
    tools = tools_of(world, loaded)
    return answer(tools, said, Context(asker, tools.now, **told))  # type: ignore[arg-type]  # as the tests spell them
