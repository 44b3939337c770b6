"""First answers to interactions, follow-ups by token, and the rules of both."""

from __future__ import annotations

from aiohttp import web

from discord_server import posting
from discord_server.interactions import (
    AUTOCOMPLETE,
    CHOICES,
    COMMAND,
    COMPONENT,
    DEFER,
    DEFER_UPDATE,
    MODAL_SUBMIT,
    OPEN_MODAL,
    SAY,
    TOKEN_LIVES_S,
    UPDATE,
    Choice,
    Interaction,
    Modal,
)  # fmt: skip
from discord_server.limits import choice_faults, message_faults, modal_faults
from discord_server.payloads import message_json, user_json
from discord_server.posting import Origin, Upload
from discord_server.problems import Refused
from discord_server.rest import answer, invalid, number, read_body, sizes
from discord_server.state import EPHEMERAL, JSON, LOADING, Message
from discord_server.world import WORLD, World

MESSAGE_KIND = {COMMAND: 20, COMPONENT: 19, MODAL_SUBMIT: 0, AUTOCOMPLETE: 0}


async def callback(request: web.Request) -> web.Response:
    """The first answer: once, and within three seconds of the click."""
    world = request.app[WORLD]
    body, files = await read_body(request)
    one = world.interactions.get(number(request, "interaction"))
    if one is None or one.token != request.match_info["token"]:
        raise Refused(404, 10062, "Unknown interaction")
    kind = int(body.get("type") or 0)
    check_first(world, one, kind)
    carry_out(world, one, kind, body.get("data") or {}, files)
    one.answered_at, one.answer_type = world.clock.seconds(), kind
    if request.query.get("with_response") not in ("1", "true"):
        return answer()
    return answer(told(world, one))


def check_first(world: World, one: Interaction, kind: int) -> None:
    if one.answered_at is not None:
        if kind == OPEN_MODAL and one.deferred:
            world.problems.tell(f"{one.person.name}'s {one.said} was deferred, and then sent a modal")
        elif not one.ordered:
            world.problems.tell(f"{one.person.name}'s {one.said} was answered a second time")
        raise Refused(400, 40060, "Interaction has already been acknowledged.", ordered=one.ordered)
    if one.expired or one.age_s > world.answer_within_s:
        waited_s = world.clock.seconds() - (one.delivered_at if one.delivered_at is not None else one.sent_at)
        late = waited_s > world.answer_within_s and not one.expired
        if late:
            world.problems.tell(
                f"{one.person.name}'s {one.said} was answered after {waited_s:.1f} s, not {world.answer_within_s:g}"
            )
        raise Refused(404, 10062, "Unknown interaction", ordered=not late)


def carry_out(world: World, one: Interaction, kind: int, body: JSON, files: dict[int, Upload]) -> None:
    """Do what an answer of this type asks for; refuse what does not fit the interaction."""
    fits = {
        AUTOCOMPLETE: (CHOICES,),
        COMMAND: (SAY, DEFER, OPEN_MODAL),
        COMPONENT: (SAY, DEFER, DEFER_UPDATE, UPDATE, OPEN_MODAL),
        MODAL_SUBMIT: (SAY, DEFER, *((DEFER_UPDATE, UPDATE) if one.source else ())),
    }
    if kind not in fits[one.kind]:
        if kind == OPEN_MODAL and one.kind == MODAL_SUBMIT:
            world.problems.tell(f"a modal was sent in answer to {one.person.name}'s {one.said}, which was a modal's")
        raise Refused(400, 50035, "Invalid Form Body", [f"an answer of type {kind} does not fit {one.said}"])
    if kind in (SAY, DEFER):
        checked(body, files, kind)
        one.original = say(
            world, one, body | ({"flags": int(body.get("flags") or 0) | LOADING} if kind == DEFER else {}), files
        )
    elif kind == UPDATE and one.source is not None:
        invalid(message_faults(body, sizes(files), must_say=False))
        posting.edit(world, one.source, keeping_flags(one.source, body), files)
        one.updates += 1
    elif kind == CHOICES:
        invalid(choice_faults(body.get("choices") or []))
        one.choices = [Choice(str(each["name"]), each["value"]) for each in body.get("choices") or []]
    elif kind == OPEN_MODAL:
        invalid(modal_faults(body))
        one.modal = Modal(body, one)


def checked(body: JSON, files: dict[int, Upload], kind: int = SAY) -> None:
    invalid(message_faults(body, sizes(files), must_say=kind != DEFER))


def say(
    world: World, one: Interaction, body: JSON, files: dict[int, Upload], reply_to: Message | None = None
) -> Message:
    """A message made with the interaction's token; with flag 64 only that person sees it."""
    only_for = one.person.id if int(body.get("flags") or 0) & EPHEMERAL else None
    metadata = {
        "id": str(one.id),
        "type": one.kind,
        "user": user_json(one.person),
        "authorizing_integration_owners": {"0": str(world.guild.id)},
    }
    reply = reply_to or (one.source if one.kind == COMPONENT else None)
    origin = Origin(one.token, only_for, reply, metadata, MESSAGE_KIND[one.kind] if reply_to is None else 19)
    return posting.post(world, one.channel, world.bot, body, files, origin)


def told(world: World, one: Interaction) -> JSON:
    """The body of `with_response=1`: `interaction` always, and `resource` where there is a message."""
    message = one.original if one.answer_type in (SAY, DEFER) else one.source if one.answer_type == UPDATE else None
    shape: JSON = {"interaction": {"id": str(one.id), "type": one.kind}}
    if message is not None:
        ephemeral = {"response_message_ephemeral": message.ephemeral, "response_message_loading": message.loading}
        shape["interaction"] |= {"response_message_id": str(message.id), **ephemeral}
        shape["resource"] = {"type": one.answer_type, "message": message_json(message, world.guild)}
    return shape


def by_token(request: web.Request) -> tuple[World, Interaction]:
    """The interaction of a follow-up, if it has been answered and is not older than 15 minutes."""
    world = request.app[WORLD]
    one = world.interaction(request.match_info["token"])
    if one is None or number(request, "application") != world.application_id or one.answered_at is None:
        raise Refused(404, 10015, "Unknown Webhook", ordered=one is not None and one.expired)
    if one.age_s > TOKEN_LIVES_S:
        world.problems.tell(
            f"{one.person.name}'s {one.said}: its token was used after {one.age_s / 60:.0f} min; 15 are allowed"
        )
        raise Refused(401, 50027, "Invalid Webhook Token")
    return world, one


async def follow_up(request: web.Request) -> web.Response:
    """A further message; the first one after a deferral fills the placeholder, whatever its own flags say."""
    world, one = by_token(request)
    body, files = await read_body(request)
    checked(body, files)
    if one.answer_type == DEFER and one.original is not None and one.original.loading:
        return answer(message_json(fill(world, one.original, body, files), world.guild))
    message = say(world, one, body, files, one.original)
    one.followups.append(message)
    return answer(message_json(message, world.guild))


def fill(world: World, placeholder: Message, body: JSON, files: dict[int, Upload]) -> Message:
    message = posting.edit(world, placeholder, keeping_flags(placeholder, body, filled=True), files)
    message.body["allowed_mentions"] = body.get("allowed_mentions")
    posting.note_mentions(world, message)
    return message


def keeping_flags(message: Message, body: JSON, filled: bool = False) -> JSON:
    """An edit cannot make a message public or private; filling a placeholder ends its loading."""
    kept = message.flags & (EPHEMERAL | (0 if filled else LOADING))
    return body | {"flags": (int(body.get("flags") or 0) & ~(EPHEMERAL | LOADING)) | kept}


def token_message(request: web.Request, one: Interaction) -> Message:
    """@original, or a message that was made with this token."""
    wanted = request.match_info["message"]
    made = {str(each.id): each for each in [*([one.original] if one.original else []), *one.followups]}
    message = made.get(wanted)
    if wanted == "@original":
        message = one.source if one.answer_type in (DEFER_UPDATE, UPDATE) else one.original
    elif one.source is not None and wanted == str(one.source.id):
        message = one.source
    if message is None or message.deleted:
        gone = message is not None and message.id in one.world.gone
        raise Refused(404, 10008, "Unknown Message", ordered=gone)
    return message


async def edit_by_token(request: web.Request) -> web.Response:
    world, one = by_token(request)
    body, files = await read_body(request)
    message = token_message(request, one)
    invalid(message_faults(body, sizes(files), must_say=False))
    one.updates += 1
    if message.loading:
        return answer(message_json(fill(world, message, body, files), world.guild))
    return answer(message_json(posting.edit(world, message, keeping_flags(message, body), files), world.guild))


async def get_by_token(request: web.Request) -> web.Response:
    world, one = by_token(request)
    return answer(message_json(token_message(request, one), world.guild))


async def delete_by_token(request: web.Request) -> web.Response:
    world, one = by_token(request)
    posting.delete(world, token_message(request, one))
    return answer()


HOOK = r"/webhooks/{application:\d+}/{token}"
MESSAGE = HOOK + r"/messages/{message:\d+|@original}"
ROUTES = [
    ("POST", r"/interactions/{interaction:\d+}/{token}/callback", callback),
    ("POST", HOOK, follow_up),
    ("PATCH", MESSAGE, edit_by_token),
    ("GET", MESSAGE, get_by_token),
    ("DELETE", MESSAGE, delete_by_token),
]
