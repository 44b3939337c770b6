"""What a bot may do in a channel, reckoned as Discord reckons it (its docs, Permissions, 2026-08)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

ADMINISTRATOR = 1 << 3

NEEDED = {
    "View Channel": 1 << 10,
    "Send Messages": 1 << 11,
    "Embed Links": 1 << 14,
    "Attach Files": 1 << 15,
    "Read Message History": 1 << 16,
    "Create Public Threads": 1 << 35,
    "Send Messages in Threads": 1 << 38,
}
"""The least that Crux needs, by the names of the server's settings; their sum is in the invite link."""

ALL = sum(NEEDED.values())


def permissions_in(
    channel: Mapping[str, Any], guild: str, me: str, my_roles: Sequence[str], roles: Mapping[str, int]
) -> int:
    """The bits: those of the roles, then the channel's overwrites for everyone, for the roles, for the bot itself."""
    bits = roles.get(guild, 0)
    for role in my_roles:
        bits |= roles.get(role, 0)
    if bits & ADMINISTRATOR:
        return ALL | ADMINISTRATOR
    overwrites = {str(one["id"]): one for one in channel.get("permission_overwrites") or ()}
    for ids in ((guild,), tuple(my_roles), (me,)):
        chosen = [overwrites[one] for one in ids if one in overwrites]
        deny = _together(int(one["deny"]) for one in chosen)
        allow = _together(int(one["allow"]) for one in chosen)
        bits = (bits & ~deny) | allow
    return bits


def missing(bits: int) -> list[str]:
    """The names of what is needed and not there."""
    return [name for name, bit in NEEDED.items() if not bits & bit]


def _together(bits: Any) -> int:
    whole = 0
    for each in bits:
        whole |= each
    return whole
