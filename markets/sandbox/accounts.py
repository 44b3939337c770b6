"""The six people and two topics every sandbox starts with, and the file that tells their keys to others."""

from __future__ import annotations

import json
import random
import uuid
from pathlib import Path
from typing import Any

from markets.sandbox.entities import Account, Topic
from markets.sandbox.state import State

DAY_MS = 86_400_000
OLD_DAYS = 800  # of an established account
OPENING_BALANCE = 1_000_000.0  # mana
ACTORS = ("creator", "trader1", "trader2", "trader3", "trader4", "mod")
NEWCOMER = "trader3"
TOPICS = {"public": ("ai", "AI"), "curated": ("curated", "Curated")}


def seed(state: State, now: int) -> None:
    """Make the accounts and topics of a new sandbox."""
    if state.accounts.rows:
        return
    for actor in ACTORS:
        state.accounts.put(_account(state, actor, now))
    for privacy, (slug, name) in TOPICS.items():
        topic = Topic(id=str(_uuid(state.rng)), slug=slug, name=name, created_time=now, privacy=privacy)
        state.topics.put(topic)


def _account(state: State, actor: str, now: int) -> Account:
    newcomer = actor == NEWCOMER
    return Account(
        id=state.new_id(state.accounts, 28),
        key=str(_uuid(state.rng)),
        actor=actor,
        username=actor,
        name=actor.capitalize(),
        created_time=now - (1 if newcomer else OLD_DAYS) * DAY_MS,
        balance=OPENING_BALANCE,
        trusted=not newcomer,
        moderator=actor == "mod",
    )


def _uuid(rng: random.Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def accounts_json(state: State) -> dict[str, Any]:
    """Keys by actor and topic slugs by kind, as replay programs take them."""
    keys: dict[str, Any] = {account.actor: account.key for account in state.accounts if account.actor in ACTORS}
    keys["topics"] = {topic.privacy: topic.slug for topic in state.topics}
    return keys


def write_accounts(state: State, path: Path) -> None:
    """Write the accounts file, readable by its owner only."""
    fresh = path.with_name(path.name + ".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(accounts_json(state), indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)
