"""Reminders as the service sends them: each once, as a notice for whoever posts notices."""

from __future__ import annotations

from dataclasses import dataclass

from bot.jobs import Told
from bot.review.reminding import Reminder, due, told
from bot.service.surroundings import Surroundings
from bot.store.posts import want

PLACE = "channel:review"


@dataclass
class Reminding:
    """The `remind` job."""

    around: Surroundings

    async def run(self) -> Told:
        """Say what waits too long, once for each time it is due."""
        if self.around.settings.discord.token is None:  # they would wait there, and all be posted some day
            return {"skipped": "Discord is not set up"}
        store, threads = self.around.store, self.around.threads
        found = await threads.read(due, store, self.around.loaded(), store.now())
        sent = sum([await threads.write(self._send, one) for one in found])
        if sent:
            self.around.wake("post")
        return {"reminded": sent}

    def _send(self, one: Reminder) -> int:
        """In one transaction: that it was told, and what is to be posted; 0 where somebody was faster."""
        store = self.around.store
        with store.transaction() as connection:
            if not told(connection, one, store.now()):
                return 0
            body = {"text": one.text, "mentions": []}
            want(connection, "notice", f"remind/{one.key}", PLACE, body, at=store.now())
        return 1
