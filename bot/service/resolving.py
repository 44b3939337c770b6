"""Resolving as the service does it: finish what was begun, then notices, objections and what is past its window."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from bot.hearing import IN_A_RUN, Hearing
from bot.jobs import Told
from bot.opening import Planner
from bot.platform import Platform
from bot.resolving import Resolver, Stepped
from bot.review.pausing import paused
from bot.service.exchange import Connected
from bot.service.surroundings import Surroundings
from bot.store import Store
from bot.store.posts import want


@dataclass
class Resolving:
    """The `resolve` job."""

    around: Surroundings
    exchange: Connected
    hearing: Hearing = field(default_factory=lambda: Hearing(IN_A_RUN))

    async def run(self) -> Told:
        """Everything that agreed proposals are due; while all is paused, only what takes back."""
        if not self.exchange.may_write:
            return {"skipped": "no key is set: read-only"}
        halted = await self.around.threads.read(paused, self.around.store)
        steps = await self.exchange.carry(self._carried)
        if self.around.settings.discord.token is not None:
            await self.around.threads.write(alarm, self.around.store, steps)
        if steps:
            self.around.wake("post")
        return _told(steps) | ({"paused": halted.words()} if halted is not None else {})

    async def _carried(self, there: Platform) -> list[Stepped]:
        store = self.around.store
        if paused(store) is None:
            await Planner(store, self.around.loaded(), there).recover()
        outbox = replace(there.outbox(store, self.around.debate), patient=True)
        resolver = Resolver(store, outbox, there.carrier(), self.hearing)
        return [*await resolver.announce_all(), *await resolver.resolve_all()]


def alarm(store: Store, steps: list[Stepped]) -> None:
    """Tell the operator of what Manifold refuses, once a day for each proposal: the service alone cannot mend it."""
    for step in steps:
        if step.did == "refused":
            at, text = store.now(), f"Proposal {step.proposal} ({step.slug}): {step.because}"
            with store.transaction() as connection:
                body = {"text": text, "mentions": []}
                key = f"refused/{step.proposal}/{at:%Y-%m-%d}"
                want(connection, "alert", key, "channel:audit", body, at=at)


def _told(steps: list[Stepped]) -> dict[str, Any]:
    """By what was done: which markets; and why, where something is in the way."""
    told: dict[str, Any] = {}
    for step in steps:
        told.setdefault(step.did, []).append(step.slug)
    stuck = {step.slug: step.because for step in steps if step.did in ("refused", "open", "held")}
    return told | ({"because": stuck} if stuck else {})
