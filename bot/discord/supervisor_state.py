"""How the connection to Discord stands: told by the supervisor, read by `/status`, `crux status` and `crux doctor`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.store import Store, switches

SWITCH = "discord"
"""Under this name the last lasting state stands in the store, for commands of other processes."""
Standing = Literal["off", "connecting", "ready", "waiting", "stopped"]


@dataclass(slots=True)
class DiscordState:
    """off (no token) | connecting | ready | waiting (tries again at `retry_at`) | stopped (for good, `because`)."""

    standing: Standing = "off"
    because: str = ""
    since: datetime | None = None
    retry_at: datetime | None = None
    tries: int = 0
    notes: dict[str, str] = field(default_factory=dict)
    """What is wrong besides, by its subject: channels that cannot be written, commands that were refused."""

    def becomes(self, standing: Standing, because: str = "", *, at: datetime, retry_at: datetime | None = None) -> None:
        self.standing, self.because, self.since, self.retry_at = standing, because, at, retry_at

    def words(self) -> str:
        told = self.standing + (f": {self.because}" if self.because else "")
        return "; ".join([told, *(f"{what}: {why}" for what, why in sorted(self.notes.items()))])


def remember(store: Store, standing: Standing, because: str) -> None:
    """Keep a lasting state in the store, on the record once for each change."""
    value: dict[str, Any] = {"standing": standing, "because": because}
    with store.transaction() as connection:
        there = switches.switched(connection, SWITCH)
        if there is None or there.value != value:
            switches.switch(connection, SWITCH, value, by="crux", because=because or standing, at=store.now())


def remembered(store: Store) -> tuple[Standing, str] | None:
    """The last lasting state and why; None where Discord was never reached from this store."""
    with store.reading() as connection:
        there = switches.switched(connection, SWITCH)
    return None if there is None else (there.value["standing"], there.value["because"])
