"""A copy of the store every day, beside it, the newest few kept; and what nothing rests on is thinned once a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.jobs import Told
from bot.service.surroundings import Surroundings
from bot.store import backup
from bot.store.engine import sqlite_path
from bot.store.thinning import thin

EVERY = timedelta(days=1)
STAMP = "%Y%m%dT%H%M%SZ"
STAMPED = re.compile(r"\.daily-(\d{8}T\d{6}Z)$")


@dataclass
class Copying:
    """The `backup` job."""

    around: Surroundings
    _thinned_at: datetime | None = None

    async def run(self) -> Told:
        """Copy the store where the newest copy is a day old; the oldest copies beyond those kept go. Then thin it."""
        copied = await self.around.threads.read(self._copied)
        return copied | await self.around.threads.read(self._thinned)

    def _thinned(self) -> dict[str, object]:
        """What the copy still has goes from the store itself; where nothing is copied, it goes all the same."""
        store, now = self.around.store, self.around.store.now()
        if self._thinned_at is not None and timedelta(0) <= now - self._thinned_at < EVERY:
            return {}
        gone = thin(store, now).rows
        self._thinned_at = now  # only now: where it failed, the next run tries again
        return {"thinned": gone} if gone else {}

    def _copied(self) -> dict[str, object]:
        store, kept = self.around.store, self.around.settings.service.backups
        path = sqlite_path(str(store.engine.url)) if store.is_sqlite else None
        if path is None or not kept:
            return {"skipped": "PostgreSQL brings its own copies" if path is None else "no copies are wanted"}
        now = store.now()
        there = copies(path)
        past = [one for one in there if taken_at(one) <= now]  # a clock may have been set back since
        if past and now - taken_at(past[-1]) < EVERY:
            return {"newest": past[-1].name}
        made = path.with_name(f"{path.name}.daily-{now.strftime(STAMP)}")
        backup(path, made)
        gone = [*there, made][:-kept]
        for old in gone:
            old.unlink(missing_ok=True)
        return {"made": made.name, "gone": len(gone)}


def copies(path: Path) -> list[Path]:
    """The daily copies beside a store, oldest first."""
    found = (each for each in path.parent.glob(f"{path.name}.daily-*") if STAMPED.search(each.name))
    return sorted(found, key=lambda each: each.name)


def taken_at(copy: Path) -> datetime:
    """When a daily copy was begun, by its name."""
    found = STAMPED.search(copy.name)
    assert found is not None
    return datetime.strptime(found[1], STAMP).replace(tzinfo=UTC)
