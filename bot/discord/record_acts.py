"""Which acts of the record the audit channel of one debate is told: a store may keep several debates."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from bot.discord.record_words import COPIED
from bot.store import schema, schema_people, schema_service, schema_talk
from bot.store.audit import Act
from bot.store.posts import AT_ONCE

KEPT_IN = {"plan": schema_service.plan_cards, "panel": schema_people.panels, "submission": schema_talk.submissions}
"""Kind of a numbered subject -> the rows that say of which debate it is; a proposal's market says so of it."""


def after(connection: sa.Connection, debate: str, act: int) -> list[Act]:
    """What is copied of the acts after that one: those of the debate, and what is about all debates, as a pause."""
    table = schema.audit
    ours = sa.or_(*(table.c.subject.startswith(each, autoescape=True) for each in COPIED))
    rows = connection.execute(sa.select(table).where(table.c.id > act, ours).order_by(table.c.id))
    found = [Act(*row) for row in rows]
    debates = _debates(connection, found)
    return [each for each in found if debates.get(each.subject, _told(each) or debate) == debate]


def _told(act: Act) -> str | None:
    """The debate that an act names itself, as the link of a person does."""
    told = json.loads(act.payload).get("debate")
    return told if isinstance(told, str) else None


def _debates(connection: sa.Connection, acts: Sequence[Act]) -> Mapping[str, str]:
    """Numbered subject -> its debate."""
    by_kind: dict[str, set[int]] = {}
    for kind, _, number in (each.subject.partition(" ") for each in acts):
        if number.isdecimal() and (kind == "proposal" or kind in KEPT_IN):
            by_kind.setdefault(kind, set()).add(int(number))
    found = {}
    for kind, numbers in by_kind.items():
        every = sorted(numbers)
        for start in range(0, len(every), AT_ONCE):
            rows = connection.execute(_of(kind, every[start : start + AT_ONCE]))
            found.update({f"{kind} {number}": str(debate) for number, debate in rows})
    return found


def _of(kind: str, numbers: Sequence[int]) -> sa.Select[int, str]:
    if kind != "proposal":
        table = KEPT_IN[kind].c
        return sa.select(table.id, table.debate).where(table.id.in_(numbers))
    proposal, market = schema.proposals.c, schema.markets.c
    joined = schema.proposals.join(schema.markets, market.id == proposal.market)
    return sa.select(proposal.id, market.debate).select_from(joined).where(proposal.id.in_(numbers))
