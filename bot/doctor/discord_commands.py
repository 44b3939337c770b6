"""The commands that Discord shows: whether it has any, and whether they are those of this version of Crux."""

from __future__ import annotations

from pathlib import Path

from bot.commands.terminal import Elsewhere
from bot.doctor.checks import Check, not_set_up, ok, wrong
from bot.service.surroundings import Surroundings
from bot.service.threads import Threads
from bot.settings import Settings
from bot.store import Store, switches
from markets.load import Loaded

SWITCH = "discord.commands"
"""Where the client keeps the hash of what it sent last, and for which application."""

REMEDY = "crux run sends them anew when it starts, /admin sync at once"


def examine(known: int, application: str, store: Store | None, ours: str | None) -> Check:
    """`known` is how many Discord has, `ours` the hash of this version's."""
    name = "discord commands"
    if known == 0:
        return wrong(name, "Discord knows none", REMEDY)
    sent = None if store is None else _sent(store)
    if sent is None:
        return not_set_up(name, f"{known} known, none of them sent from this store", REMEDY)
    if sent["application"] != application:
        return wrong(name, f"they were sent for another application, {sent['application']}", REMEDY)
    if ours is not None and sent["sha256"] != ours:
        return wrong(name, "Discord has those of another version of Crux", REMEDY)
    return ok(name, f"{known} known, those of this version")


def hash_of_ours(settings: Settings, store: Store, folder: Path, loaded: Loaded) -> str:
    """The hash of the commands that this version of Crux would send."""
    from bot.discord.client import build, commands_hash

    threads = Threads()
    try:
        nowhere = Elsewhere("the doctor asks nothing of Manifold here")
        around = Surroundings(settings, store, threads, folder, lambda: loaded, nowhere, lambda job: None)
        return commands_hash(build(around).tree)
    finally:
        threads.close()


def _sent(store: Store) -> dict[str, str] | None:
    with store.reading() as connection:
        there = switches.switched(connection, SWITCH)
    return None if there is None else dict(there.value)
