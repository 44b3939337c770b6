"""The store: whether it is there, of this version, may be written, has room, and is copied."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from bot.app import store_url
from bot.doctor.checks import Check, not_set_up, ok, wrong
from bot.say import many
from bot.service.copies import copies, taken_at
from bot.service.health import written
from bot.settings import Settings
from bot.store import Store, open_store
from bot.store.engine import Now, sqlite_path
from resolvers.errors import CruxError, Refusal

LEAST_FREE = 256 * 1024 * 1024
"""Bytes; below that a single day of evidence may not find room."""

COPY_AGE = timedelta(days=2)


def examine(settings: Settings, now: Now) -> tuple[Store | None, list[Check]]:
    """The store, or None where it cannot be opened."""
    try:
        url = store_url(settings)
        store = open_store(url, now=now, create=False)
    except Refusal as refusal:
        return None, [_refused(str(refusal))]
    except CruxError as error:
        what = "store rights" if "may not be written" in str(error) else "store"
        remedy = (
            "let the user who runs crux write it and its folder" if what != "store" else "look at the disk under it"
        )
        return None, [wrong(what, str(error), remedy)]
    found = [ok("store", store.name), ok("migrations", "the schema is the newest")]
    found.append(_writable(store))
    path = sqlite_path(str(store.engine.url)) if store.is_sqlite else None
    if path is not None:
        found += [_room(path), _copied(path, settings, now())]
    return store, found


def _refused(told: str) -> Check:
    """A store that is not there yet is no fault; one of another schema is one of its own name."""
    if told.startswith("there is no store"):
        return not_set_up("store", told)
    because, _, remedy = told.partition(": ")
    if "has schema" in told:
        return wrong("migrations", because, remedy)
    return wrong("store", told, "choose another with CRUX_DATABASE_URL, or restore a copy with crux db restore")


def _writable(store: Store) -> Check:
    try:
        written(store)
    except CruxError as error:
        return wrong("store rights", str(error), f"let the user who runs crux write {store.name} and its folder")
    return ok("store rights", "may be written")


def _room(path: Path) -> Check:
    free, size = shutil.disk_usage(path.resolve().parent).free, path.stat().st_size
    if free < size:
        because = f"{free >> 20} MiB are free, less than a copy of the store needs ({size >> 20} MiB)"
        return wrong("disk", because, "make room, or keep fewer copies with CRUX_SERVICE_BACKUPS")
    if free < LEAST_FREE:
        return wrong("disk", f"only {free >> 20} MiB are free", "make room")
    return ok("disk", f"{free >> 20} MiB free")


def _copied(path: Path, settings: Settings, now: datetime) -> Check:
    there = copies(path)
    if not settings.service.backups:
        return not_set_up("copies", "none are wanted", "set CRUX_SERVICE_BACKUPS to how many daily copies to keep")
    if not there:
        return not_set_up("copies", "there is none yet", "crux run makes one a day")
    age = now - taken_at(there[-1])
    if age > COPY_AGE:
        because = f"the newest copy, {there[-1].name}, is {many(age.days, 'day')} old"
        return wrong("copies", because, "look at crux jobs backup, or copy by hand with crux db backup")
    return ok("copies", f"{len(there)}, the newest {there[-1].name}")
