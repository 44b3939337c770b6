"""The pause: while it stands, nothing is proposed, applied or resolved; collecting and judging go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store import Store, switches
from resolvers.errors import Refusal

SWITCH = "pause"


@dataclass(frozen=True, slots=True)
class Pause:
    """Who paused everything, why and since when."""

    by: str
    because: str
    since: datetime

    def words(self) -> str:
        return f"paused by {self.by} since {self.since:%Y-%m-%d %H:%M} UTC: {self.because}"


def paused(store: Store) -> Pause | None:
    """The pause that stands; None where all goes on."""
    with store.reading() as connection:
        found = switches.switched(connection, SWITCH)
    return Pause(found.by, found.because, found.at) if found is not None and found.value else None


def resumed_at(store: Store) -> datetime | None:
    """When the last pause ended; None where nothing was ever paused, or all is paused now."""
    with store.reading() as connection:
        found = switches.switched(connection, SWITCH)
    return None if found is None or found.value else found.at


def pause(store: Store, by: str, because: str) -> Pause:
    """Stop everything that cannot be taken back; Refusal without a reason. Pausing twice changes nothing."""
    if not because.strip():
        raise Refusal("say why everything is to pause; it stands on the record")
    there = paused(store)
    if there is not None:
        return there
    with store.transaction() as connection:
        made = switches.switch(connection, SWITCH, True, by=by, because=because, at=store.now())
    return Pause(made.by, made.because, made.at)


def resume(store: Store, by: str) -> None:
    """Let everything go on; nothing happens where nothing is paused."""
    if paused(store) is not None:
        with store.transaction() as connection:
            switches.switch(connection, SWITCH, False, by=by, because="resumed", at=store.now())
