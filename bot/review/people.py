"""Who somebody is: accounts on Discord, Manifold and a terminal, linked to one person by a code.

A code is shown once, lives fifteen minutes, works once, and is kept only as its hash.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from bot.store import Store, identities
from bot.store.identities import Code, Identity, Platform
from resolvers.errors import Refusal

LIVES = timedelta(minutes=15)
TRIES = 5
TRIES_IN = timedelta(hours=1)
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0, O, 1, I or L: a code is read from one screen and typed on another."""
LENGTH = 12
"""31 to the 12th: five wrong tries an hour never find one."""
CODE = re.compile(rf"\b[{LETTERS}]{{4}}-[{LETTERS}]{{4}}-[{LETTERS}]{{4}}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the platform tells it: its own id for the account, and the name it shows."""

    platform: Platform
    account: str
    name: str


def person_of(store: Store, debate: str, actor: Actor) -> str | None:
    """The person behind an account; None where it is linked to nobody."""
    with store.reading() as connection:
        found = identities.of_account(connection, debate, actor.platform, actor.account)
    return found.person if found else None


def accounts_of(store: Store, debate: str, person: str) -> Mapping[Platform, Identity]:
    """A person's linked accounts by platform."""
    with store.reading() as connection:
        return identities.of_person(connection, debate, person)


def issue_code(store: Store, debate: str, person: str, platform: Platform, *, account: str | None = None) -> str:
    """A code by which an account on `platform` becomes this person's; an earlier one for the same ends.

    `account`: only that account may show it. Refusal where the person has an account there already.
    """
    drawn = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    made = "-".join(drawn[place : place + 4] for place in range(0, LENGTH, 4))
    with store.transaction() as connection:
        there = identities.of_person(connection, debate, person).get(platform)
        if there is not None:
            raise Refusal(f"{person} has the {platform} account {there.name} already: unlink that one first")
        at = store.now()
        identities.put_code(connection, Code(hashed(made), debate, person, platform, account, at, at + LIVES, None))
    return made


def redeem(store: Store, debate: str, actor: Actor, code: str) -> str:
    """The account that shows a code is linked to the person it was made for; returns that person.

    Refusal: no such code (also one used, too old, or another account's), too many wrong tries, or linked otherwise.
    """
    with store.transaction() as connection:
        at = store.now()
        if identities.tried(connection, debate, actor.platform, actor.account, at - TRIES_IN) >= TRIES:
            raise Refusal(f"{TRIES} codes in an hour were wrong: wait an hour, then ask for a new one")
        spent = identities.spend(
            connection, hashed(code), debate=debate, platform=actor.platform, account=actor.account, at=at
        )
        if spent is None:
            identities.wrong(connection, debate, actor.platform, actor.account, at)
        else:
            _link(connection, spent, actor)
    if spent is None:
        raise Refusal("this is no code that works here: it may be used, over 15 minutes old, or another account's")
    return spent.person


def _link(connection: sa.Connection, spent: Code, actor: Actor) -> None:
    at = spent.used_at or spent.made_at
    identities.link(
        connection,
        debate=spent.debate,
        person=spent.person,
        platform=actor.platform,
        account=actor.account,
        name=actor.name,
        at=at,
        by=f"{actor.platform} {actor.account}",
    )


def unlink(store: Store, debate: str, person: str, platform: Platform, *, by: str) -> Identity:
    """A person's account there is nobody's any more; Refusal where there is none."""
    with store.transaction() as connection:
        there = identities.of_person(connection, debate, person).get(platform)
        if there is None:
            raise Refusal(f"{person} has no {platform} account linked")
        identities.unlink(connection, there, at=store.now(), by=by)
    return there


def hashed(code: str) -> str:
    """What is kept of a code, however it was typed."""
    return hashlib.sha256("".join(letter for letter in code.upper() if letter in LETTERS).encode()).hexdigest()


def may_speak(store: Store, debate: str, actor: Actor | None, person: str) -> None:
    """Refusal unless this account may speak for this person.

    On Discord and Manifold only a linked account does. A terminal is the operator's: it may speak for whoever has no
    terminal account of their own, and is not linked to somebody else itself.
    """
    if actor is None:
        return
    is_ = person_of(store, debate, actor)
    if is_ == person:
        return
    if is_ is not None:
        raise Refusal(f"this {actor.platform} account is {is_}'s, not {person}'s: one person, one vote")
    if actor.platform != "terminal":
        raise Refusal(f"this {actor.platform} account is linked to nobody: `crux link {person}` gives a code for it")
    own = accounts_of(store, debate, person).get("terminal")
    if own is not None:
        raise Refusal(f"{person} speaks as {own.name} in a terminal, and this is {actor.name}: use that account")
