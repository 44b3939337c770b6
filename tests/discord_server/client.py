"""What the official client composes, and what it does not let a person do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from discord_server import posting
from discord_server.interactions import Field, Modal
from discord_server.limits import CHECKBOX, CHECKBOXES, IN_LABEL, RADIOS, TEXT_INPUT, TYPED, UPLOAD
from discord_server.payloads import attachments_json, channel_json, member_json, role_json, user_json
from discord_server.posting import Upload
from discord_server.state import JSON, SELECTS, Channel, Message, Role, User
from discord_server.world import World

SUBCOMMAND, GROUP, TEXT, WHOLE, TRUTH, WHO, WHERE, ROLE, MENTIONABLE, FRACTION, FILE = range(1, 12)
PLAIN: dict[int, type | tuple[type, ...]] = {TEXT: str, WHOLE: int, TRUTH: bool, FRACTION: (int, float)}
IN_BOT_DM = 1
ADMINISTRATOR_BITS = (1 << 53) - 1


class ClientRefuses(AssertionError):
    """The official client would not let a person do this."""


@dataclass(frozen=True)
class Scene:
    """Who acts, and where; with `force` the client's refusals are passed over."""

    world: World
    person: User
    place: Channel
    force: bool


@dataclass
class Resolved:
    """Things named by id in an interaction, with their bodies."""

    world: World
    parts: dict[str, JSON] = field(default_factory=dict)

    def id_of(self, thing: object) -> str:
        """The id by which a person, role, channel or file is named; its body is put with the others."""
        thing = getattr(thing, "user", thing)
        if isinstance(thing, User):
            self._put("users", thing.id, user_json(thing))
            if thing.id in self.world.guild.members:
                self._put("members", thing.id, member_json(self.world.guild, thing, with_user=False, permissions=True))
        elif isinstance(thing, Role):
            self._put("roles", thing.id, role_json(thing))
        elif isinstance(thing, Channel):
            self._put("channels", thing.id, channel_json(thing) | {"permissions": "0"})
        elif isinstance(thing, Upload):
            return self._upload(thing)
        else:
            raise ClientRefuses(f"{thing!r} is no person, role, channel or file")
        return str(thing.id)

    def _upload(self, one: Upload) -> str:
        shelf = Message(0, Channel(0, "uploads"), self.world.bot, {}, "")
        shelf.attachments = posting.attach(self.world, shelf, {}, {0: one})
        self._put("attachments", shelf.attachments[0].id, attachments_json(shelf)[0])
        return str(shelf.attachments[0].id)

    def _put(self, kind: str, identity: int, body: JSON) -> None:
        self.parts.setdefault(kind, {})[str(identity)] = body


def slash_body(scene: Scene, path: str, given: Mapping[str, object], typed_in: str | None = None) -> JSON:
    """The body of a slash command, or of autocomplete when `typed_in` names the option that is being typed."""
    name, *words = path.split()
    command = find_command(scene, 1, name)
    resolved = Resolved(scene.world)
    body: JSON = {"id": command["id"], "name": name, "type": 1}
    inside, level = body, command
    for word in words:
        level = _one(level, word, path)
        inside["options"] = [{"name": word, "type": level["type"]}]
        inside = inside["options"][0]
    shapes = {str(one["name"]): one for one in level.get("options") or []}
    faults = _faults(path, shapes, given, typed_in)
    if faults and not scene.force:
        raise ClientRefuses("; ".join(faults))
    inside["options"] = [
        _option(shapes.get(key), key, value, key == typed_in, resolved) for key, value in given.items()
    ]
    return _with(body, command, resolved)


def _with(body: JSON, command: JSON, resolved: Resolved) -> JSON:
    body |= {"resolved": resolved.parts} if resolved.parts else {}
    return body | ({"guild_id": command["guild_id"]} if "guild_id" in command else {})


def find_command(scene: Scene, kind: int, name: str) -> JSON:
    """The command as the person is offered it; a hidden one needs force."""
    found = next((one for one in scene.world.all_commands() if one["type"] == kind and one["name"] == name), None)
    if found is None:
        raise ClientRefuses(
            f"there is no command {name!r}; there are {sorted(one['name'] for one in scene.world.all_commands())}"
        )
    needed = found.get("default_member_permissions")
    held = scene.world.guild.permissions(scene.person.id)
    hidden = needed is not None and (int(needed) & ~held or (int(needed) == 0 and held != ADMINISTRATOR_BITS))
    contexts = found.get("contexts")
    if (
        scene.place.guild_id is None
        and not scene.force
        and ("guild_id" in found or (contexts and IN_BOT_DM not in contexts))
    ):
        raise ClientRefuses(f"{name!r} is not offered in direct messages")
    if hidden and scene.place.guild_id and not scene.force:
        raise ClientRefuses(f"{name!r} is not shown to {scene.person.name}: it wants the permissions {needed}")
    return found


def _one(level: JSON, word: str, path: str) -> JSON:
    for one in level.get("options") or []:
        if one["name"] == word and one["type"] in (SUBCOMMAND, GROUP):
            return dict(one)
    raise ClientRefuses(f"/{path}: there is no {word!r} in {level['name']!r}")


def _faults(path: str, shapes: dict[str, JSON], given: Mapping[str, object], typed_in: str | None) -> list[str]:
    faults = [f"/{path} has no option {name!r}; it has {sorted(shapes)}" for name in given if name not in shapes]
    if typed_in is not None:
        return faults + (
            [] if (shapes.get(typed_in) or {}).get("autocomplete") else [f"/{path}: {typed_in!r} does not complete"]
        )
    for name, shape in shapes.items():
        if name not in given:
            faults += [f"/{path} needs {name!r}"] if shape.get("required") else []
        else:
            faults += _value_faults(f"/{path} {name}", shape, given[name])
    return faults


def _value_faults(where: str, shape: JSON, value: object) -> list[str]:
    if shape["type"] in PLAIN and not isinstance(value, PLAIN[shape["type"]]):
        return [f"{where}: {value!r} is of the wrong type"]
    offered = [one["value"] for one in shape.get("choices") or []]
    if offered and value not in offered and value not in [one["name"] for one in shape["choices"]]:
        return [f"{where}: {value!r} is not among {offered}"]
    size = len(value) if isinstance(value, str) else value
    if isinstance(size, (int, float)) and shape["type"] in (TEXT, WHOLE, FRACTION):
        least = shape.get("min_length" if shape["type"] == TEXT else "min_value")
        most = shape.get(
            "max_length" if shape["type"] == TEXT else "max_value", 6000 if shape["type"] == TEXT else None
        )
        if (least is not None and size < least) or (most is not None and size > most):
            return [f"{where}: {size} is not within {least} and {most}"]
    return []


def _option(shape: JSON | None, name: str, value: object, focused: bool, resolved: Resolved) -> JSON:
    kind = shape["type"] if shape is not None else TEXT
    if kind in (WHO, WHERE, ROLE, MENTIONABLE, FILE):
        value = resolved.id_of(value)
    for one in (shape or {}).get("choices") or []:
        value = one["value"] if value == one["name"] else value
    return {"name": name, "type": kind, "value": value} | ({"focused": True} if focused else {})


def submit_body(world: World, modal: Modal, given: Mapping[str, object], force: bool) -> JSON:
    """A modal as it is sent; what is not given keeps what the modal was filled with."""
    fields = modal.fields
    values = {one.custom_id: given.get(one.label, given.get(one.custom_id, None)) for one in fields}
    known = {name for one in fields for name in (one.label, one.custom_id)}
    faults = [f"the modal has no field {name!r}; it has {modal.labels}" for name in given if name not in known]
    resolved = Resolved(world)
    sent = {one.custom_id: _typed(one, values[one.custom_id], resolved, faults) for one in fields}
    if faults and not force:
        raise ClientRefuses("; ".join(faults))
    components = [_filled(number, part, sent) for number, part in enumerate(modal.shape["components"], start=1)]
    return {"custom_id": modal.custom_id, "components": components} | (
        {"resolved": resolved.parts} if resolved.parts else {}
    )


def _filled(number: int, part: JSON, sent: dict[str, JSON]) -> JSON:
    shape: JSON = {"type": part["type"], "id": number}
    if part["type"] == IN_LABEL:
        return shape | {"component": sent[str(part["component"]["custom_id"])] | {"id": 100 + number}}
    if "components" in part:
        return shape | {
            "components": [sent[str(one["custom_id"])] | {"id": 100 + number} for one in part["components"]]
        }
    return shape


def _typed(one: Field, value: Any, resolved: Resolved, faults: list[str]) -> JSON:
    kind = int(one.shape["type"])
    shape: JSON = {"type": kind, "custom_id": one.custom_id}
    if kind == TEXT_INPUT:
        text = str(one.value if value is None else value)
        faults += _text_faults(one, text)
        return shape | {"value": text}
    if kind == CHECKBOX:
        return shape | {"value": bool(one.shape.get("default") if value is None else value)}
    chosen = [] if value is None else [value] if not isinstance(value, (list, tuple)) else list(value)
    if kind == UPLOAD or (kind in SELECTS and kind != 3):
        ids = [resolved.id_of(each) for each in chosen]
        faults += [f"{one.label!r} is wanted"] if one.required and not ids else []
        return shape | {"values": ids}
    options = one.shape.get("options") or []
    picked = pick(one.label, options, chosen, faults) if chosen else [o["value"] for o in options if o.get("default")]
    faults += [f"{one.label!r} is wanted"] if one.required and not picked else []
    if kind == RADIOS:
        return shape | {"value": picked[0] if picked else None}
    most = int(one.shape.get("max_values") or (len(options) if kind == CHECKBOXES else 1))
    faults += [f"{one.label!r} takes {most} at most"] if len(picked) > most else []
    return shape | {"values": picked}


def _text_faults(one: Field, text: str) -> list[str]:
    least, most = int(one.shape.get("min_length") or 0), int(one.shape.get("max_length") or TYPED)
    if one.required and not text:
        return [f"{one.label!r} is wanted"]
    return (
        [f"{one.label!r} has {len(text)} characters, wanted {least} to {most}"]
        if text and not least <= len(text) <= most
        else []
    )


def pick(where: str, options: Sequence[JSON], wanted: Sequence[object], faults: list[str]) -> list[str]:
    """Options by value or by label, as values."""
    picked: list[str] = []
    for one in wanted:
        match = next((str(each["value"]) for each in options if one in (each["value"], each["label"])), None)
        if match is None:
            faults.append(f"{where!r} does not offer {one!r}; it offers {[each['label'] for each in options]}")
            match = str(one)
        picked.append(match)
    return picked
