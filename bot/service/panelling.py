"""Panels as the service keeps them going: opened where a rule asks people, closed when they answered or are late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.jobs import Told
from bot.review.panel_asking import Asking
from bot.service.surroundings import Surroundings
from bot.store import panels
from resolvers.verdict import Verdict


@dataclass
class Panelling:
    """The `panels` job; `verdicts` are the newest of each market, which say whom they ask."""

    around: Surroundings
    verdicts: Callable[[], Mapping[str, Verdict]]

    async def run(self) -> Told:
        """Open, seat, withdraw and close what is due; an answer that came in is evidence, so judging follows."""
        told: dict[str, Any] = await self.around.threads.judge(self._due)
        if told["closed"]:
            self.around.wake("judge")
        if any(told.values()):
            self.around.wake("post")
        seated = await Asking.of(self.around).seat_due()
        if seated:
            self.around.wake("post")
        return told | {"seated": len(seated)}

    def _due(self) -> dict[str, Any]:
        from bot.review.panels import close_due, open_due, withdraw_due

        store, loaded, verdicts = self.around.store, self.around.loaded(), list(self.verdicts().values())
        with store.reading() as connection:
            there = panels.listing(connection, self.around.debate.debate)
        if not there and not any(verdict.asks for verdict in verdicts):
            return {"opened": 0, "closed": 0, "withdrawn": 0}
        closed = close_due(store, loaded, store.now())
        opened = open_due(store, loaded, verdicts)
        withdrawn = withdraw_due(store, loaded, verdicts)
        return {"opened": len(opened), "closed": len(closed), "withdrawn": len(withdrawn)}
