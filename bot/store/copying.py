"""Copies of the store that are whole even while it is being written, and putting one back."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from resolvers.errors import Outside, Refusal

BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a database that is in use."""


def copy_to(path: Path, target: Path) -> None:
    """Copy a SQLite store to a new file, complete as of one instant, by SQLite's own backup.

    The copy appears under its name only once it is whole. Refusal where the target exists, there is no store, or what
    is there is damaged; Outside where the system did not let it be read or written, which says nothing of the store.
    """
    if not path.exists():
        raise Refusal(f"there is no store at {path}")
    if target.exists():
        raise Refusal(f"{target} exists already; choose another name, nothing is overwritten")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
            found = copy.execute("PRAGMA quick_check").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)
    except sqlite3.OperationalError as error:
        partial.unlink(missing_ok=True)
        mend = "look at the room on that disk, and at the rights of both files and their folders"
        raise Outside(f"{path} cannot be copied to {target}: {error}; {mend}") from error
    except sqlite3.DatabaseError as error:
        partial.unlink(missing_ok=True)
        raise Refusal(f"{path} is no whole SQLite database: {error}") from error
    os.replace(partial, target)


def replace_by(copy: Path, path: Path) -> Path | None:
    """Put a copy in the store's place; what was there is kept under the name that is returned (None: nothing was).

    Refusal where the copy is damaged: the store is then as it was. No other process may have the store open.
    """
    incoming = path.with_name(path.name + ".incoming")
    incoming.unlink(missing_ok=True)
    copy_to(copy, incoming)
    kept = _keep(path) if path.exists() else None
    for suffix in BESIDE:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    os.replace(incoming, path)
    return kept


def _keep(path: Path) -> Path:
    number = 1
    while (kept := path.with_name(f"{path.name}.replaced-{number}")).exists():
        number += 1
    try:
        copy_to(path, kept)
    except (Refusal, Outside):  # damaged, which may be the very reason for restoring: keep it as it lies there
        for suffix in ("", *BESIDE):
            there = path.with_name(path.name + suffix)
            if there.exists():
                there.rename(kept.with_name(kept.name + suffix))
    return kept
