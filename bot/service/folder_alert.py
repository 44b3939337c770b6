"""What the audit channel is told of the debate's files: that they cannot be used, and, once, that they can again."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from bot.store import Store
from bot.store import schema_talk as schema
from bot.store.posts import want

NAMED = 5
"""Faults named in an alert; `crux status` has all of them."""
BROKEN = "The debate's files cannot be used; the last good ones stay in use."
MENDED = "The debate's files can be used again, and are in use."


def news_of_folder(store: Store, debate: str, faults: Sequence[str]) -> str | None:
    """What is to be told now: the faults where others were told last, that they are mended where some were; or None."""
    text = "\n".join([BROKEN, *faults[:NAMED]]) if faults else MENDED
    post = schema.posts.c
    of_folder = post.key.startswith(f"folder/{debate}/", autoescape=True)
    newest = sa.select(post.wanted).where(post.kind == "alert", of_folder).order_by(post.id.desc()).limit(1)
    with store.reading() as connection:
        last = connection.execute(newest).scalar()
    told = MENDED if last is None else str(last.get("text", ""))
    return None if told == text else text


def tell_of_folder(store: Store, debate: str, text: str) -> None:
    """Put it down to be posted, where Discord is set up."""
    at = store.now()
    with store.transaction() as connection:
        want(connection, "alert", f"folder/{debate}/{at:%Y%m%dT%H%M%S.%f}", "channel:audit", {"text": text}, at=at)
