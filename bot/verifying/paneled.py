"""Panels held to the record: seats as drawn, votes as promised by their hash, and every answer as the votes have it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.frozen import Frozen
from bot.review.panel_counting import Counted, Record, body_of
from bot.store import Damaged, Store, bodies, schema
from bot.store.audit import BrokenLink
from bot.store.markets import Spec
from bot.store.panel_rows import commitment, pack_hash, pack_read
from bot.store.raw import rows
from bot.verifying.paneled_told import GARBAGE, Ballot, PanelsTold, panel_of, panels_told
from bot.verifying.stored import unlike
from resolvers.evidence import instant
from resolvers.rules import panels as rules


def panel_faults(store: Store) -> tuple[BrokenLink, ...]:
    """Everything about panels that the record does not bear out; it is the record itself that must be whole already."""
    with store.reading() as connection:
        told = panels_told(connection)
        return (*told.faults, *_tables(connection, told), *_counted(connection, told), *_terms(connection, told))


def _tables(connection: sa.Connection, told: PanelsTold) -> Iterator[BrokenLink]:
    """The tables as they stand against the record."""
    there = {row["id"]: row for row in rows(connection, schema.panels)}
    yield from unlike("panel", there, told.panels)
    draws = {(row["panel"], row["draw"]): row for row in rows(connection, schema.panel_draws)}
    yield from unlike("draw of panel", draws, told.draws)
    votes = {row["id"]: row for row in rows(connection, schema.panel_votes)}
    given = {number: {**row, "commitment": _commitment(row)} for number, row in votes.items()}
    yield from unlike("panel vote", given, told.votes)
    for number, row in there.items():
        try:
            same = pack_hash(pack_read(row["pack"])) == told.packs.get(number)
        except GARBAGE:
            same = False
        if not same:
            yield BrokenLink(0, f"the evidence pack of panel {number} is not the one that people were shown")


def _commitment(row: Mapping[str, Any]) -> str:
    try:
        return commitment({name: value for name, value in row.items() if name not in ("id", "at")})
    except GARBAGE:
        return ""


def _counted(connection: sa.Connection, told: PanelsTold) -> Iterator[BrokenLink]:
    """Every answer counted again from the votes that were shown, and held against the snapshot of it."""
    records: dict[tuple[str, str], Record] = {}
    looks = {row["id"]: row for row in _panel_looks(connection)}
    unsaid = set(looks)
    for act, at, number, said in told.ends:
        row = told.panels[number]
        record = records.setdefault((row["debate"], row["source"]), Record())
        answers = {}
        if said["running"] and said["state"] != "withdrawn":
            draw = told.draws[number, said["draw"]]
            answers = record.end(Counted(panel_of(row), draw["keys"], _of(told, number, said["draw"])))
        look = looks.get(said["snapshot"])  # the same answer at the same instant is one look, whichever draw gave it
        unsaid.discard(said["snapshot"])
        because = _unsaid(connection, bool(answers), look, body_of(panel_of(row), record.answers.values()), at, row)
        if because:
            yield BrokenLink(act, f"panel {number}, draw {said['draw']}: {because}")
    for number, row in told.panels.items():
        hidden = [vote for vote in told.votes if told.votes[vote]["panel"] == number and vote not in told.shown]
        if row["closed_at"] is not None and hidden:
            yield BrokenLink(0, f"panel {number} is closed, and {len(hidden)} of its votes were never shown")
    for left in sorted(unsaid):
        yield BrokenLink(0, f"look {left} is said to be a panel's answer, and no panel gave it")


def _of(told: PanelsTold, panel: int, draw: int) -> list[Ballot]:
    mine = [number for number, vote in told.votes.items() if (vote["panel"], vote["draw"]) == (panel, draw)]
    return [told.shown[number] for number in sorted(mine) if number in told.shown]


def _unsaid(
    connection: sa.Connection,
    some: bool,
    look: Mapping[str, Any] | None,
    body: bytes,
    at: datetime,
    row: Mapping[str, Any],
) -> str | None:
    """Where a draw's end and the snapshot of it do not say the same."""
    if look is None:
        return "its votes came to an answer, and there is no snapshot of it" if some else None
    if not some:
        return f"look {look['id']} says that there was an answer, and its votes came to none"
    if (look["source"], look["seen_at"]) != (row["source"], instant(at)):
        return f"look {look['id']} is not of this panel at its closing"
    try:
        same = bodies.get(connection, str(look["body"])) == body
    except Damaged:
        return None  # told of with the bodies
    return None if same else f"look {look['id']} does not say what its votes came to"


def _panel_looks(connection: sa.Connection) -> Iterable[dict[str, Any]]:
    at = schema.snapshots.c
    statement = sa.select(at.id, at.source, at.seen_at, at.body).where(at.via == "panel")
    return [dict(row._mapping) for row in connection.execute(statement)]


def _terms(connection: sa.Connection, told: PanelsTold) -> Iterator[BrokenLink]:
    """Panels that sit on other terms than a frozen definition has them; only their deadline may be a later one."""
    specs = rows(connection, schema.specs)
    for number, row in told.panels.items():
        terms = panel_of(row)
        if not any(_has(spec, terms) for spec in specs if spec["debate"] == row["debate"]):
            yield BrokenLink(0, f"panel {number} sits on terms that no definition has: its question, seats or time")


def _has(spec: Mapping[str, Any], terms: rules.Panel) -> bool:
    try:
        there = Frozen.of(Spec(**{**spec, "sources": tuple(spec["sources"])})).rule.panels()
    except GARBAGE:  # told of with the decisions that rest on it
        return False
    return any(panel.model_copy(update={"until": terms.until}) == terms for panel in there)
