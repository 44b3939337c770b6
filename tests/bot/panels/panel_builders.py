"""A debate whose market asks people about rows, its panelists, and what a service does for their panels."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from crux_builders import BASE, DEBATE, LOST, START, World, living

from bot.review.panel_asking import Asking
from bot.review.panel_holding import Positions, known_accounts
from bot.review.panel_seating import Look
from bot.review.panels import Closed, PanelCard, answer, close_due, open_due, open_panels, panel, withdraw_due
from bot.service.threads import Threads
from bot.store.panel_rows import Panel
from markets.manifold import Manifold
from resolvers.verdict import Verdict

PEOPLE = ("dora", "emil", "fred", "gina", "hugo")
QUESTION = "Was the row's system built without reward?"
SLUG = "reward-free-60"
LIMBS = {"data": "Its maker says what it was trained on.", "free": "No reward is named among it."}
TRADERS = {"dora": "trader1", "emil": "trader2"}
"""Which of the sandbox's traders a panelist is on Manifold."""


def market(panel: Mapping[str, str] | None = None, opens: str = f"{BASE:%Y-%m-%d}", closes: str = "2020-03-06") -> str:
    """The market's file; `panel` replaces settings of the panel."""
    settings = {"seats": "3", "agree": "2", "for": "10 days"} | dict(panel or {})
    told = ", ".join(f"{name}: {value}" for name, value in settings.items())
    limbs = ", ".join(f"{name}: {text}" for name, text in LIMBS.items())
    return f"""\
question: Will a system built without reward reach 60%?
opens: {opens}
closes: {closes}
subsidy: 200
rows:
  good: {{from: board, where: {{score: present}}}}
values:
  built:
    max: score
    of: good
    panel: {{question: "{QUESTION}", limbs: {{{limbs}}}, {told}}}
resolve:
  yes: built >= 60%
baseline: The best row shows 70.5%, of south, and no panel has answered yet.
fine_print: >
  Rows shown before {closes} count if {settings["agree"]} of {settings["seats"]} people agree within {settings["for"]}.
  {LOST}"""


def debate(people: tuple[str, ...] = PEOPLE) -> str:
    named = ", ".join(
        f"{name}: {{manifold: {TRADERS[name]}}}" if name in TRADERS else f"{name}: {{}}" for name in people
    )
    return DEBATE + f"panelists: {{{named}}}\n"


@dataclass
class Sitting:
    """A world with a panel in it, and what becomes of it."""

    world: World
    threads: Threads = field(default_factory=Threads)
    client: Manifold | None = None  # another than the world's own

    @property
    def asking(self) -> Asking:
        assert self.world.loaded.debate is not None
        store, debate = self.world.store, self.world.loaded.debate
        client = self.client or self.world.platform.client
        return Asking(
            store, self.threads, debate, Positions(lambda: client, known_accounts(store, self.threads, debate))
        )

    def verdicts(self) -> list[Verdict]:
        return self.world.judge(SLUG)

    @property
    def verdict(self) -> Verdict:
        return self.verdicts()[0]

    async def tend(self) -> list[Closed]:
        """What the service does in one pass, at the clock's time."""
        store, loaded = self.world.store, self.world.loaded
        closed = close_due(store, loaded, store.now())
        found = self.verdicts()
        withdraw_due(store, loaded, found)
        open_due(store, loaded, found)
        await self.asking.seat_due()
        return closed

    @property
    def card(self) -> PanelCard:
        """The newest panel."""
        return open_panels(self.world.store, "small", living=False)[-1]

    def panels(self) -> list[Panel]:
        return [card.panel for card in open_panels(self.world.store, "small", living=False)]

    def vote(self, person: str, key: str, said: str = "yes", **more: Any) -> PanelCard:
        """One vote; `said` is for every limb, `limbs` for each."""
        told: dict[str, Any] = {"limbs": dict.fromkeys(LIMBS, said), "because": f"{person} read of {key}"}
        told |= {"revision": None, "looked": Look(False, ""), "number": self.card.panel.id} | more
        number = told.pop("number")
        return answer(self.world.store, number, person=person, key=key, **told)

    def agree(self, key: str, said: str = "yes") -> PanelCard:
        """Two of the three seats say the same of a row."""
        for person in self.card.seats[:2]:
            made = self.vote(person, key, said)
        return made

    def later(self, days: float) -> Sitting:
        """Days pass; the board is looked at every five days, as it stands."""
        end = self.world.clock.at + timedelta(days=days)
        while self.world.clock.at + timedelta(days=5) <= end:
            self.world.clock.at += timedelta(days=5)
            self.world.see()
        self.world.clock.at = end
        return self

    def again(self, number: int) -> PanelCard:
        return panel(self.world.store, number)


@asynccontextmanager
async def sitting(
    path: Path, *, people: tuple[str, ...] = PEOPLE, files: Mapping[str, str] | None = None, **settings: str
) -> AsyncIterator[Sitting]:
    """A hall in `path`; `settings` are of the panel."""
    given = {"debate.yaml": debate(people), f"markets/{SLUG}.yaml": market(settings), **(files or {})}
    async with living(path, given) as world:
        world.see(**START)
        await world.at(1).open_markets()
        world.at(3).see()
        hall = Sitting(world)
        try:
            yield hall
        finally:
            hall.threads.close()
