"""Whom a message pings, given its `allowed_mentions` (discord-api-docs, allowed mentions; as read in August 2026)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from discord_server.state import JSON, Guild, User

CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
EVERYONE = re.compile(r"@(?:everyone|here)\b")
ROLE, USER = re.compile(r"<@&(\d+)>"), re.compile(r"<@!?(\d+)>")


@dataclass(frozen=True)
class Pings:
    """Names of those pinged, and sentences about those whom nobody allowed by id."""

    names: frozenset[str]
    unmeant: tuple[str, ...]


def pings_of(body: JSON, guild: Guild, users: dict[int, User], replied_to: User | None) -> Pings:
    """Omitting `allowed_mentions` lets Discord parse everything; naming ids is the only ping that was meant."""
    text = CODE.sub("", str(body.get("content") or ""))
    allowed = body.get("allowed_mentions")
    parse = ["everyone", "roles", "users"] if allowed is None else allowed.get("parse") or []
    named = {str(one) for key in ("roles", "users") for one in (allowed or {}).get(key) or []}
    roles = {str(one.id): one.name for one in guild.roles.values()}
    people = {str(key): one.name for key, one in users.items()}
    names: set[str] = set()
    unmeant: list[str] = []
    why = "allowed_mentions is omitted" if allowed is None else "allowed_mentions parses them all"
    if "everyone" in parse and EVERYONE.search(text):
        names.add("everyone")
        unmeant.append(f"a message pings @everyone: {why}")
    for pattern, group, known in ((ROLE, "roles", roles), (USER, "users", people)):
        for identity in pattern.findall(text):
            if identity in named or group in parse:
                names.add(known.get(identity, identity))
            if identity not in named and group in parse:
                unmeant.append(f"a message pings {known.get(identity, identity)}: {why}")
    if replied_to is not None and (allowed is None or allowed.get("replied_user")):
        names.add(replied_to.name)
    return Pings(frozenset(names), tuple(unmeant))
