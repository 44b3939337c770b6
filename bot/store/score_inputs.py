"""What scores rest on, on the record: each version of a market's scoring inputs, as an act whose place shows its time.

An act holds the inputs whole, so that a number given before a market resolved can be shown to have been given then.
What of the debate's arguments is scored (claims, voices, axes) goes on record in the same way, under the debate's name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store import audit, schema

ACT = "score-inputs"
ARGUMENTS = ""
"""Stands for a slug where a version is of the debate's arguments and not of a market's inputs."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the inputs of a market, and when it was put on record."""

    version: str
    told: Mapping[str, Any]
    at: datetime


@dataclass(slots=True)
class History:
    """All versions of one market's inputs in their order; `opened` is the one that stood at each opening, by number.

    Of a debate's arguments: those that stood at the opening of each of its markets, counted from 1 in their order.
    """

    versions: list[Version] = field(default_factory=list)
    opened: dict[int, Version] = field(default_factory=dict)


def keep(connection: sa.Connection, debate: str, made: Mapping[str, tuple[str, str]], at: datetime) -> tuple[str, ...]:
    """Put (version, canonical JSON) of each slug on record unless it is its newest there; returns the new slugs."""
    newest = {row.subject: json.loads(row.payload)["version"] for row in _acts(connection, schema.audit.c.act == ACT)}
    new = {slug: one for slug, one in made.items() if newest.get(_subject(debate, slug)) != one[0]}
    for slug, (version, canonical) in new.items():
        told = {"version": version, "inputs": json.loads(canonical)}
        audit.append(connection, at=at, actor="crux", act=ACT, subject=_subject(debate, slug), payload=told)
    return tuple(new)


def histories(connection: sa.Connection, debate: str) -> dict[str, History]:
    """slug (or ARGUMENTS) -> its versions, and the last one on record before each opening."""
    found: dict[str, History] = {}
    for row in _acts(connection, schema.audit.c.act.in_((ACT, "open"))):
        of, _, slug = row.subject.partition("/")
        if of != debate:
            continue
        history, said = found.setdefault(slug, History()), json.loads(row.payload)
        if row.act == ACT:
            history.versions.append(Version(said["version"], said["inputs"], row.at))
            continue
        if history.versions:
            history.opened[said["opening"]] = history.versions[-1]
        argued = found.setdefault(ARGUMENTS, History())
        if argued.versions:
            argued.opened[len(argued.opened) + 1] = argued.versions[-1]
    return found


def _subject(debate: str, slug: str) -> str:
    return f"{debate}/{slug}" if slug != ARGUMENTS else debate


def _acts(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[Any]:
    columns = schema.audit.c
    asked = sa.select(columns.act, columns.at, columns.subject, columns.payload).where(which).order_by(columns.id)
    return list(connection.execute(asked))
