"""Prepared places to kill in, each made once by the real commands, in the order of a market's life."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from new_stores import existing_store
from stage import Stage, stage

from bot.store import markets

APPROVALS = [f"review 2 approve --as {who} --because agreed" for who in ("ann", "bob")]
DECIDED = datetime(2026, 2, 9, tzinfo=UTC)
"""A week and a day after the markets' end: everything has settled."""
WINDOW = timedelta(hours=49)
LIVE = ["half-solved", "who-leads"]
"""The markets that everything here is about."""

BEFORE = "system,maker,score\nbaseline,Nobody,10\nfirst-light,North,40.5\nlong-road,South,38\n"
AFTER = "system,maker,score\nbaseline,Nobody,10\nfirst-light,North,62.5\nlong-road,South,62.5\n"
"""The board as the markets open and as they end: half is solved meanwhile, and two share the first place."""


@dataclass
class Prepared:
    """Folders to start from; each is made when it is first wanted."""

    root: Path

    @property
    def ready(self) -> Path:
        """A store with its schema and first evidence, both markets ready to open, nothing on Manifold."""
        return self._made("ready", None, self._see)

    @property
    def opened(self) -> Path:
        """Both markets live; two traders hold something in each."""
        return self._made("opened", self.ready, self._open)

    @property
    def decided(self) -> Path:
        """Both decided by what was seen, nothing proposed yet."""
        return self._made("decided", self.opened, self._decide)

    @property
    def proposed(self) -> Path:
        """Both put to the reviewers."""
        return self._made("proposed", self.decided, lambda there: self._ran(there, "propose"))

    @property
    def approved(self) -> Path:
        """The second of them approved by two people; no notice yet."""
        return self._made("approved", self.proposed, lambda there: self._ran(there, *APPROVALS))

    @property
    def agreed(self) -> Path:
        """Its notice posted, and its window past."""
        return self._made("agreed", self.approved, self._agree)

    @property
    def resolved(self) -> Path:
        """The second resolved, within its ten minutes."""
        return self._made("resolved", self.agreed, lambda there: self._ran(there, "resolve"))

    def _made(self, name: str, before: Path | None, act: Callable[[Stage], object]) -> Path:
        folder = self.root / name
        if not folder.exists():
            made = self.root / f"{name}-in-making"
            with stage(made, before) as there:
                act(there)
            made.rename(folder)
        return folder

    def _ran(self, there: Stage, *commands: str) -> None:
        ran = there.run(*commands)
        assert set(ran.codes) == {0}, ran.err

    def _see(self, there: Stage) -> None:
        self._ran(there, "db upgrade")
        assert there.look(BEFORE).codes == (0,)
        assert there.run("check --ready").err == "clean 2 of 2, ready 2 of 2\n"

    def _open(self, there: Stage) -> None:
        self._ran(there, "apply")
        assert opened(there) == LIVE
        state = there.state()
        for market in state["markets"]:
            answers = [row["id"] for row in state["answers"] if row["contract_id"] == market["id"]]
            for number, who in enumerate(("trader1", "trader2")):
                bet = {"contractId": market["id"], "amount": 30, "outcome": ("YES", "NO")[number]}
                there.post(who, "/v0/bet", bet | ({"answerId": answers[0]} if answers else {}))

    def _decide(self, there: Stage) -> None:
        """Look once before the markets end and once when all has settled."""
        for days in (10, 0):
            there.at(DECIDED - timedelta(days=days))
            assert there.look(AFTER).codes == (0,)

    def _agree(self, there: Stage) -> None:
        self._ran(there, "resolve")
        there.later(WINDOW)


def opened(there: Stage) -> list[str]:
    """The markets that our store and Manifold both have, by slug."""
    known = {row["id"] for row in there.state()["markets"]}
    store = existing_store(there.store, now=lambda: DECIDED)
    with contextlib.closing(store), store.reading() as connection:
        return sorted(market.slug for market in markets.every(connection) if market.market_id in known)
