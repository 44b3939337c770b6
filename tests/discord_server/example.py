"""The example bot in a process of its own, for the tests of the server itself."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from discord_server.server import DiscordServer
from discord_server.sitecustom import pointing_at

EXAMPLE = Path(__file__).with_name("example_bot.py")
PATIENCE_S = 20.0
"""In place of Discord's 3 s for a first answer, so that no test rests on how fast a loaded machine is."""
INTENTS = 1 << 0 | 1 << 9 | 1 << 12
WITH_CONTENT = INTENTS | 1 << 15
CHANNELS = ["review", "chat"]


class Program:
    """The example bot as a process of its own."""

    def __init__(self, server: DiscordServer, folder: Path, intents: int = INTENTS, token: str | None = None) -> None:
        wanted = {"EXAMPLE_TOKEN": token or server.token, "EXAMPLE_INTENTS": str(intents)}
        self._told = folder / "told"
        with self._told.open("w") as told:
            command = [sys.executable, "-P", "-W", "ignore", str(EXAMPLE)]
            environment = os.environ | pointing_at(server, folder) | wanted
            self.process = subprocess.Popen(command, env=environment, stdout=told, stderr=subprocess.STDOUT)

    @property
    def told(self) -> str:
        return self._told.read_text()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def running(folder: Path, *, intents: int = INTENTS, **wanted: Any) -> Iterator[tuple[DiscordServer, Program]]:
    """A server in a thread and the example bot connected to it."""
    settings = {"channels": CHANNELS, "roles": ["Reviewer"], "answer_within_s": PATIENCE_S} | wanted
    with DiscordServer.in_thread(**settings) as server:
        program = Program(server, folder, intents)
        try:
            server.run(server.until(lambda: server.ready, 60))
            yield server, program
        finally:
            program.close()


def raw(server: DiscordServer, method: str, path: str, body: object) -> str:
    """What the bot says of one request which it makes."""
    given = {"method": method, "path": path, "body": json.dumps(body)}
    return server.run(server.run(server.person("eve").slash("raw", given, force=True)).settled(60)).text
