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
        sent = await self.around.threads.write(self._sent)
        if sent:
            self.around.wake("post")
        return {"reminded": sent}

    def _sent(self) -> int:
        store = self.around.store
        return sum(self._send(one) for one in due(store, self.around.loaded(), store.now()))

    def _send(self, one: Reminder) -> int:
        """In one transaction: that it was told, and what is to be posted; 0 where somebody was faster."""
        store = self.around.store
        with store.transaction() as connection:
            if not told(connection, one, store.now()):
                return 0
            body = {"text": one.text, "mentions": []}
            want(connection, "notice", f"remind/{one.key}", PLACE, body, at=store.now())
        return 1
