"""What all panels on one question have come to, from the draws and votes that the store has."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from bot.review.panel_counting import Counted, Record
from bot.store import panels
from bot.store.panel_rows import Panel, PanelVote


def record_of(connection: sa.Connection, debate: str, source: str, *, since: datetime | None = None) -> Record:
    """Every draw on a question that has ended, in order; with `since` only those for a deadline not before it.

    A draw that is running, or was withdrawn before it ended, says nothing.
    """
    record = Record()
    for panel in panels.listing(connection, debate, source=source, living=False):
        if since is not None and panel.terms.until < since:
            continue
        for draw in panels.draws(connection, panel.id):
            if draw.draw < panel.draw or panel.until is None:
                record.end(Counted(panel.terms, draw.keys, panels.votes(connection, panel.id, draw.draw)))
    return record


def shown_of(connection: sa.Connection, panel: Panel, leaving: Collection[str]) -> list[PanelVote]:
    """The votes that may be shown once rows leave a panel: those on them, back to when they were first put to it."""
    shown: list[PanelVote] = []
    for key in leaving:
        for draw in reversed(panels.draws(connection, panel.id)):
            if key not in draw.keys:
                break
            shown += [vote for vote in panels.votes(connection, panel.id, draw.draw) if vote.key == key]
    return sorted(shown, key=lambda vote: vote.id)
