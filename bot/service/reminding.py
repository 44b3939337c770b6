"""Reminders as the service sends them: each once, as a notice with a link to what it is about, once that is up."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from bot.jobs import Told
from bot.review.reminding import Reminder, due, told
from bot.service.surroundings import Surroundings
from bot.store.posts import find, want

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
        sent = [one for one in found if await threads.write(self._send, one)]
        if not sent:
            return {"reminded": 0}
        self.around.wake("post")
        return {"reminded": len(sent), "about": list(dict.fromkeys(map(_about, sent)))}

    def _send(self, one: Reminder) -> bool:
        """In one transaction: that it was told, and what is to be posted.

        False where somebody was faster, or where the card that it is about is not up: it is due again until it is.
        """
        store = self.around.store
        with store.transaction() as connection:
            link = self._link(connection, one)
            if link is None or not told(connection, one, store.now()):
                return False
            body = {"text": one.text, "mentions": [], "link": link}
            want(connection, "notice", f"remind/{one.key}", PLACE, body, at=store.now())
        return True

    def _link(self, connection: sa.Connection, one: Reminder) -> str | None:
        """Where the card stands that a reminder is about; None while there is none to look at."""
        about = f"card:{one.proposal}" if one.proposal is not None else f"panel:{one.panel}"
        there, settings = find(connection, about), self.around.settings.discord
        if there is None or there.message is None:
            return None
        return f"https://discord.com/channels/{settings.guild}/{settings.channels.review}/{there.message}"


def _about(one: Reminder) -> str:
    return f"proposal {one.proposal}" if one.proposal is not None else f"panel {one.panel}"
