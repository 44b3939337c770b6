"""Who is who where: accounts linked to the people of a debate, the codes that link them, and tries that were none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from bot.store import audit, schema
from bot.store.writing import insert_new, insert_row
from resolvers.errors import Refusal

Platform = Literal["discord", "manifold", "terminal"]

PLATFORMS: tuple[Platform, ...] = get_args(Platform)


@dataclass(frozen=True, slots=True)
class Identity:
    """One account of one person; `account` is the platform's own id, `name` what it was called when it was linked."""

    id: int
    debate: str
    person: str
    platform: Platform
    account: str
    name: str
    linked_at: datetime
    unlinked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Code:
    """A link code as it is kept: only its hash, whom it links, and which account has to show it if that is known."""

    hash: str
    debate: str
    person: str
    platform: Platform
    account: str | None
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None


def of_account(connection: sa.Connection, debate: str, platform: Platform, account: str) -> Identity | None:
    """Whose account this is; None where it is linked to nobody."""
    table = schema.identities.c
    found = _select(connection, debate, table.platform == platform, table.account == account)
    return found[0] if found else None


def of_person(connection: sa.Connection, debate: str, person: str) -> Mapping[Platform, Identity]:
    """A person's linked accounts, one a platform at most."""
    return {one.platform: one for one in _select(connection, debate, schema.identities.c.person == person)}


def last_name(connection: sa.Connection, platform: str, account: str) -> str | None:
    """What an account was called when it was linked last; None where it never was."""
    table = schema.identities.c
    mine = sa.and_(table.platform == platform, table.account == account)
    return connection.execute(sa.select(table.name).where(mine).order_by(table.id.desc()).limit(1)).scalar()


def linked(connection: sa.Connection, debate: str) -> tuple[Identity, ...]:
    """Every account that is linked now."""
    return _select(connection, debate)


def _select(connection: sa.Connection, debate: str, *which: sa.ColumnElement[bool]) -> tuple[Identity, ...]:
    table = schema.identities.c
    statement = sa.select(schema.identities).where(table.debate == debate, table.unlinked_at.is_(None), *which)
    return tuple(Identity(*row) for row in connection.execute(statement.order_by(table.id)))


def link(
    connection: sa.Connection,
    *,
    debate: str,
    person: str,
    platform: Platform,
    account: str,
    name: str,
    at: datetime,
    by: str,
) -> Identity:
    """This account is this person's from now on, on the record; Refusal where either is linked to another already.

    Linking again what is linked changes nothing.
    """
    row = {"debate": debate, "person": person, "platform": platform, "account": account, "name": name, "linked_at": at}
    if not insert_new(connection, schema.identities, [{**row, "unlinked_at": None}]):
        there = of_account(connection, debate, platform, account)
        if there is not None and there.person == person:
            return there
        if there is not None:
            raise Refusal(f"this {platform} account is {there.person}'s already: one account is one person")
        raise Refusal(f"{person} has another {platform} account already: unlink that one first")
    made = of_account(connection, debate, platform, account)
    assert made is not None
    told = {"identity": made.id, "debate": debate, "person": person, "platform": platform, "account": account}
    audit.append(connection, at=at, actor=by, act="link", subject=f"person {person}", payload=told | {"name": name})
    return made


def unlink(connection: sa.Connection, seen: Identity, *, at: datetime, by: str) -> None:
    """This account is nobody's any more, on the record; Refusal where that has happened already."""
    table = schema.identities
    mine = sa.and_(table.c.id == seen.id, table.c.unlinked_at.is_(None))
    if connection.execute(sa.update(table).where(mine).values(unlinked_at=at)).rowcount != 1:
        raise Refusal(f"{seen.person}'s {seen.platform} account was unlinked already")
    told = {"identity": seen.id, "debate": seen.debate, "platform": seen.platform}
    audit.append(connection, at=at, actor=by, act="unlink", subject=f"person {seen.person}", payload=told)


def put_code(connection: sa.Connection, code: Code) -> None:
    """Keep a new code; any older one of the same person and platform is spent by it."""
    table = schema.link_codes
    same = sa.and_(
        table.c.debate == code.debate,
        table.c.person == code.person,
        table.c.platform == code.platform,
        table.c.used_at.is_(None),
    )
    connection.execute(sa.update(table).where(same).values(used_at=code.made_at))
    row: dict[str, Any] = {"hash": code.hash, "debate": code.debate, "person": code.person, "platform": code.platform}
    row |= {"account": code.account, "made_at": code.made_at, "expires_at": code.expires_at, "used_at": code.used_at}
    connection.execute(sa.insert(table).values(**row))


def open_codes(
    connection: sa.Connection, debate: str, person: str, platform: Platform, at: datetime
) -> tuple[Code, ...]:
    """The codes that this person may still show there."""
    table = schema.link_codes.c
    mine = sa.and_(table.debate == debate, table.person == person, table.platform == platform)
    still = sa.and_(table.used_at.is_(None), table.expires_at > at)
    return tuple(Code(*row) for row in connection.execute(sa.select(schema.link_codes).where(mine, still)))


def spend(
    connection: sa.Connection, hash_: str, *, debate: str, platform: Platform, account: str, at: datetime
) -> Code | None:
    """Use a code up, once; None where it is none, another platform's or account's, too old, or used."""
    table = schema.link_codes
    good = sa.and_(
        table.c.hash == hash_,
        table.c.debate == debate,
        table.c.platform == platform,
        sa.or_(table.c.account.is_(None), table.c.account == account),
        table.c.used_at.is_(None),
        table.c.expires_at > at,
    )
    if connection.execute(sa.update(table).where(good).values(used_at=at)).rowcount != 1:
        return None
    return Code(*connection.execute(sa.select(table).where(table.c.hash == hash_)).one())


def tried(connection: sa.Connection, debate: str, platform: Platform, account: str, since: datetime) -> int:
    """How many codes this account has shown since then that were none."""
    table = schema.link_tries.c
    mine = sa.and_(table.debate == debate, table.platform == platform, table.account == account, table.at > since)
    return int(connection.execute(sa.select(sa.func.count()).select_from(schema.link_tries).where(mine)).scalar_one())


def wrong(connection: sa.Connection, debate: str, platform: Platform, account: str, at: datetime) -> None:
    """This account has shown a code that is none."""
    insert_row(connection, schema.link_tries, debate=debate, platform=platform, account=account, at=at)
