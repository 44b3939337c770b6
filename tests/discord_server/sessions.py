"""Gateway sessions: what was dispatched to each, so that a RESUME can replay what a dropped connection missed."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntFlag

from discord_server.state import JSON
from discord_server.waiting import Pulse


class Intent(IntFlag):
    """Groups of events (discord-api-docs, gateway, looked at 2026-11-21); 0 means that everyone gets it."""

    ALWAYS = 0
    GUILDS = 1 << 0
    MEMBERS = 1 << 1
    PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intent.MEMBERS | Intent.PRESENCES | Intent.MESSAGE_CONTENT

Shape = Callable[[int], JSON]
"""An event's body for a session with these intents."""


@dataclass(frozen=True)
class Event:
    """One dispatch of a session; `on_sent` is told when it has been written to a socket."""

    seq: int
    name: str
    body: JSON
    on_sent: Callable[[], object] | None = None


@dataclass(eq=False)
class Connection:
    """A socket that serves a session; once `closing` holds a code, nothing more is sent."""

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    closing: int | None = None


@dataclass(eq=False)
class Session:
    """One identified client, connected or not."""

    id: str
    intents: int
    log: list[Event] = field(default_factory=list)
    connection: Connection | None = None
    turn: threading.Lock = field(default_factory=threading.Lock)

    def add(self, name: str, body: JSON, on_sent: Callable[[], object] | None = None) -> None:
        """Give the event its number; a test may dispatch from its own thread."""
        with self.turn:
            self.log.append(Event(len(self.log) + 1, name, body, on_sent))


class Sessions:
    """All sessions that may still be resumed."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self.all: dict[str, Session] = {}
        self.identified = 0
        self.resumed = 0

    @property
    def connected(self) -> list[Session]:
        return [one for one in list(self.all.values()) if one.connection is not None]

    def begin(self, intents: int) -> Session:
        self.identified += 1
        session = Session(secrets.token_hex(8), intents)
        self.all[session.id] = session
        return session

    def dispatch(
        self,
        name: str,
        shape: JSON | Shape,
        needs: Intent = Intent.ALWAYS,
        on_sent: Callable[[], object] | None = None,
    ) -> None:
        """Send an event to every session that asked for its group; from any thread."""
        for session in list(self.all.values()):
            if needs == 0 or session.intents & needs:
                session.add(name, shape if isinstance(shape, dict) else shape(session.intents), on_sent)
                self._wake(session.connection)
        self._pulse.beat()

    def close(self, code: int) -> None:
        """Close every connection with `code`; the sessions stay."""
        for session in self.connected:
            connection, session.connection = session.connection, None
            if connection is not None:
                connection.closing = code
                self._wake(connection)
        self._pulse.beat()

    def _wake(self, connection: Connection | None) -> None:
        if connection is not None:
            self._pulse.soon(connection.wake.set)
