"""Discord's limits on application commands (discord-api-docs, application commands; as read in August 2026)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from discord_server.limits import too_long, too_many
from discord_server.state import JSON

SLASH, ON_USER, ON_MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP, TEXT = 1, 2, 3
MOST = {SLASH: 100, ON_USER: 15, ON_MESSAGE: 15}
"""Commands of each kind that one application may have."""
NAME = re.compile(r"^[-_'\w]{1,32}$")
ALL_TEXT, OPTIONS, CHOICES, TEXT_LENGTH = 8000, 25, 25, 100


def command_faults(command: JSON) -> list[str]:
    """Why Discord would refuse this command; empty when it would take it."""
    name = str(command.get("name") or "")
    if command.get("type", SLASH) != SLASH:
        return too_long(f"{name}: name", name, 32, 1) + (
            [f"{name}: no description"] if command.get("description") else []
        )
    faults = _named(name, name, command.get("description"))
    faults += _options(name, command.get("options") or [], depth=0)
    length = sum(map(len, _texts(command)))
    return faults + ([f"{name}: {length} characters in all, the most is {ALL_TEXT}"] if length > ALL_TEXT else [])


def _named(where: str, name: str, description: object) -> list[str]:
    faults = too_long(f"{where}: description", description, TEXT_LENGTH, 1)
    if not NAME.match(name) or name != name.lower():
        faults.append(f"{where}: the name {name!r} is not 1 to 32 small letters, digits, - or _")
    return faults


def _options(where: str, options: list[JSON], depth: int) -> list[str]:
    faults = too_many(f"{where}: options", len(options), OPTIONS)
    names = [one.get("name") for one in options]
    faults += [f"{where}: two options are called {name!r}" for name in {one for one in names if names.count(one) > 1}]
    kinds = [one.get("type") in (SUBCOMMAND, GROUP) for one in options]
    faults += [f"{where}: subcommands and plain options are mixed"] if any(kinds) and not all(kinds) else []
    demands = [bool(one.get("required")) for one in options]
    faults += (
        [f"{where}: a required option follows one that is not"] if demands != sorted(demands, reverse=True) else []
    )
    for one in options:
        faults += _option(f"{where} {one.get('name')}", one, depth)
    return faults


def _option(where: str, one: JSON, depth: int) -> list[str]:
    faults = _named(where, str(one.get("name") or ""), one.get("description"))
    if one.get("type") in (SUBCOMMAND, GROUP):
        too_deep = (one["type"] == GROUP and depth > 0) or depth > 1
        return (
            faults
            + ([f"{where}: nested too deeply"] if too_deep else [])
            + _options(where, one.get("options") or [], depth + 1)
        )
    choices = one.get("choices") or []
    faults += too_many(f"{where}: choices", len(choices), CHOICES)
    for choice in choices:
        faults += too_long(f"{where}: choice name", choice.get("name"), TEXT_LENGTH, 1)
        faults += too_long(f"{where}: choice value", choice.get("value"), TEXT_LENGTH)
    return faults + (
        [f"{where}: choices and autocomplete exclude each other"] if choices and one.get("autocomplete") else []
    )


def _texts(part: JSON) -> Iterator[str]:
    yield str(part.get("name") or "")
    yield str(part.get("description") or "")
    for choice in part.get("choices") or []:
        yield str(choice.get("name") or "")
        yield choice["value"] if isinstance(choice.get("value"), str) else ""
    for option in part.get("options") or []:
        yield from _texts(option)


def set_faults(commands: list[JSON]) -> list[str]:
    """Faults of a whole set: too many of a kind, or two of one kind with the same name."""
    faults: list[str] = []
    for kind, most in MOST.items():
        names = [one.get("name") for one in commands if one.get("type", SLASH) == kind]
        faults += too_many(f"commands of type {kind}", len(names), most)
        faults += [
            f"two commands of type {kind} are called {name!r}" for name in {n for n in names if names.count(n) > 1}
        ]
    return faults
