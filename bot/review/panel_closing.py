"""Closing: a draw is counted in one transaction, from its votes to the snapshot that the rules read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.review.panel_counting import Answer, Counted, Record, body_of, over
from bot.review.panel_record import record_of, shown_of
from bot.store import Store, panels
from bot.store.evidence import Given, take_down
from bot.store.panel_rows import Panel, PanelState
from markets.load import Loaded
from resolvers.errors import Outside
from resolvers.rules.panels import source_of
from resolvers.sources.reading import read_body


@dataclass(frozen=True, slots=True)
class Closed:
    """What became of a draw: the panel after it, the rows it answered, and the snapshot of them if there are any."""

    panel: Panel
    answers: tuple[Answer, ...]
    snapshot: int | None


def close_due(store: Store, loaded: Loaded, now: datetime) -> list[Closed]:
    """Count every draw whose time is over, or on which nothing that is missing could change an answer."""
    assert loaded.debate is not None
    with store.reading() as connection:
        there = panels.listing(connection, loaded.debate.debate)
    found = []
    for panel in there:
        with store.transaction() as connection:
            closed = close_if_due(connection, store, panels.get(connection, panel.id), now)
        found += [] if closed is None else [closed]
    return found


def close_if_due(connection: sa.Connection, store: Store, seen: Panel, now: datetime) -> Closed | None:
    """One panel, inside the caller's transaction: the last vote and what follows from it stand together or not at all.

    None where its draw goes on, or it waits for seats.
    """
    if seen.closed_at is not None:
        return None
    if seen.until is None:
        return _lapsed(connection, seen, now) if now >= seen.last else None
    *_, draw = panels.draws(connection, seen.id)
    votes = panels.votes(connection, seen.id, draw.draw)
    if now < min(seen.until, seen.last) and not over(seen.terms, draw.keys, votes, draw.seats):
        return None
    record = record_of(connection, seen.debate, seen.source)
    answers = record.end(Counted(seen.terms, draw.keys, votes))
    snapshot = _recorded(connection, store, seen, record, now) if answers else None
    return _ended(connection, seen, answers, snapshot, now)


def _recorded(connection: sa.Connection, store: Store, seen: Panel, record: Record, now: datetime) -> int:
    """The answers as a snapshot of the panel's source, seen now, earlier answers included."""
    source = source_of(seen.terms)
    body = body_of(seen.terms, record.answers.values())
    reading = read_body(body, source.id, source.read)
    if reading.state != "good":
        raise Outside(f"panel {seen.id} is not closed: its answers cannot be read back ({reading.because})")
    because = f"panel {seen.id}, draw {seen.draw}"
    return take_down(connection, store, source, Given(body, now, because=because), "panel")


def _ended(
    connection: sa.Connection, seen: Panel, answers: Mapping[str, Answer], snapshot: int | None, now: datetime
) -> Closed:
    again = _again(connection, seen, answers) if now < seen.last else []
    keys = [*again, *(key for key in seen.later if key not in again)] if again else []
    leaving = [key for key in seen.keys if key not in again]
    some = bool(answers) or seen.snapshot is not None
    to: PanelState = "open" if again else "answered" if some else "lapsed"
    made = panels.end_draw(
        connection,
        seen,
        to=to,
        keys=keys,
        snapshot=snapshot,
        shown=shown_of(connection, seen, leaving),
        because=_because(seen, answers, again),
        at=now,
    )
    return Closed(made, tuple(answers.values()), snapshot)


def _again(connection: sa.Connection, seen: Panel, answers: Collection[str]) -> list[str]:
    """The rows without agreement that other people are still to be asked about."""
    record = record_of(connection, seen.debate, seen.source, since=seen.terms.until)
    left = [key for key in seen.keys if key not in answers]
    return [key for key in left if record.tries.get(key, 0) < seen.terms.redraw]


def _lapsed(connection: sa.Connection, seen: Panel, now: datetime) -> Closed:
    because = f"nobody was seated in time: {seen.because}" if seen.because else "nobody was seated in time"
    to: PanelState = "answered" if seen.snapshot is not None else "lapsed"
    shown = shown_of(connection, seen, seen.keys)
    made = panels.end_draw(
        connection, seen, to=to, keys=(), snapshot=None, shown=shown, because=because + _silence(seen), at=now
    )
    return Closed(made, (), None)


def _because(seen: Panel, answers: Mapping[str, Answer], again: Collection[str]) -> str:
    told = "; ".join(f"{key}: {answer.said}, {answer.votes}" for key, answer in answers.items())
    left = [key for key in seen.keys if key not in answers]
    if not left:
        return told
    without = f"no agreement on {', '.join(left[:3])}" + (f" and {len(left) - 3} more" if len(left) > 3 else "")
    after = "; seats are drawn anew" if again else _silence(seen)
    return f"{told}; {without}{after}" if told else f"{without}{after}"


def _silence(seen: Panel) -> str:
    """What the rule takes for no agreement; the rules themselves count when."""
    said = "the answer stays open" if seen.terms.default is None else f"the rule takes {seen.terms.default} for it"
    return f"; {said}"
