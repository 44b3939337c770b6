"""The door of REST v10: counting, ordered faults, the token, bodies, and errors as Discord writes them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from discord_server.faults import Order
from discord_server.posting import Upload
from discord_server.problems import Refused
from discord_server.state import JSON
from discord_server.world import WORLD, World

Route = Callable[[web.Request], Awaitable[web.StreamResponse]]
PREFIX = "/api/v10"
MOST_BYTES = 200 * 1024 * 1024
"""A request larger than any that Discord would take is still read, so that it can be refused with words."""


def answer(body: object = None, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON with exactly `application/json` (a charset would make discord.py take it for text); 204 without a body."""
    if body is None:
        return web.Response(status=204)
    return web.Response(body=json.dumps(body).encode(), status=status, content_type="application/json", headers=headers)


def invalid(faults: list[str]) -> None:
    """Refuse as Discord does a form that breaks its limits, all faults at once."""
    if faults:
        raise Refused(400, 50035, "Invalid Form Body", faults)


def told_path(request: web.Request) -> str:
    return request.path.removeprefix(PREFIX)


def is_interaction(path: str) -> bool:
    """Interaction endpoints are outside the global limit and carry no token of the bot."""
    return path.startswith(("/interactions/", "/webhooks/"))


@web.middleware
async def door(request: web.Request, handler: Route) -> web.StreamResponse:
    """Every REST request passes here."""
    path, world = told_path(request), request.app[WORLD]
    if not request.path.startswith(PREFIX):
        return await handler(request)
    if not is_interaction(path):
        world.pace.count()
    order = world.faults.next_for(request.method, path)
    if world.faults.is_rest_down or (order and order.fault == "cut"):
        world.requests.append(f"{request.method} {path} -> cut")
        return cut(request)
    if order is not None and order.fault == "answer":
        world.requests.append(f"{request.method} {path} -> {order.status} (ordered)")
        return ordered(order)
    response = await carried_out(world, request, handler, path)
    if order is not None and order.fault == "slow":
        await asyncio.sleep(order.seconds)
    lost = order is not None and order.fault == "lose"
    world.requests.append(f"{request.method} {path} -> {response.status}{' (lost)' if lost else ''}")
    world.pulse.beat()
    return cut(request) if lost else response


async def carried_out(world: World, request: web.Request, route: Route, path: str) -> web.StreamResponse:
    try:
        check_token(world, request, path)
        return await understood(route, request)
    except Refused as refused:
        if not refused.ordered and not world.problems.is_excused(path):
            detail = f": {'; '.join(refused.faults)}" if refused.faults else ""
            shown = re.sub(r"interaction-\w+", "TOKEN", path)
            world.problems.tell(
                f"{request.method} {shown} was answered {refused.status} ({refused.code} {refused.text}){detail}"
            )
        body: JSON = {"code": refused.code, "message": refused.text}
        return answer(body | ({"errors": refused.errors} if refused.faults else {}), refused.status)


async def understood(route: Route, request: web.Request) -> web.StreamResponse:
    """A body in which something is missing or of the wrong type is refused, not our own failure."""
    try:
        return await route(request)
    except (KeyError, ValueError, TypeError, AttributeError) as unclear:
        raise Refused(400, 50035, "Invalid Form Body", [f"could not be read: {unclear!r}"]) from unclear


def check_token(world: World, request: web.Request, path: str) -> None:
    if is_interaction(path):
        return
    if world.faults.is_login_refused:
        raise Refused(401, 0, "401: Unauthorized", ordered=True)
    if request.headers.get("Authorization") != f"Bot {world.token}":
        raise Refused(401, 0, "401: Unauthorized")


def cut(request: web.Request) -> web.Response:
    """Break the connection; the answer goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def ordered(order: Order) -> web.Response:
    """The answer that a test ordered; 429 as Discord sends it, or as Cloudflare does."""
    if order.status != 429:
        return answer({"code": order.code, "message": f"{order.status}: ordered by the test"}, order.status)
    body = {
        "message": "You are being rate limited.",
        "retry_after": order.seconds,
        "global": order.everywhere,
        "code": 0,
    }
    headers = {"Retry-After": f"{order.seconds:g}"} | ({"Via": "1.1 google"} if order.via else {})
    return answer(body, 429, headers)


async def read_body(request: web.Request) -> tuple[JSON, dict[int, Upload]]:
    """The JSON body, or `payload_json` and the `files[n]` of a multipart one."""
    if not request.content_type.startswith("multipart/"):
        text = await request.text()
        return (json.loads(text) if text else {}), {}
    body: JSON = {}
    files: dict[int, Upload] = {}
    form = await request.post()
    for name, value in form.items():
        if isinstance(value, web.FileField):
            number = int(re.sub(r"\D", "", name) or 0)
            files[number] = Upload(value.filename, value.file.read())
            value.file.close()
        elif name == "payload_json":
            body = json.loads(str(value))
    return body, described(body, files)


def described(body: JSON, files: dict[int, Upload]) -> dict[int, Upload]:
    """Files with the names and alt texts that the body's list gives them; the list may be inside `data`."""
    listed = body.get("attachments") or (body.get("data") or {}).get("attachments") or []
    entries = {int(one["id"]): one for one in listed}
    return {
        number: Upload(
            entries.get(number, {}).get("filename") or one.filename,
            one.content,
            entries.get(number, {}).get("description"),
        )
        for number, one in files.items()
    }


def sizes(files: dict[int, Upload]) -> dict[str, int]:
    return {one.filename: len(one.content) for one in files.values()}


def number(request: web.Request, name: str) -> int:
    return int(request.match_info[name])


async def unknown(request: web.Request) -> web.Response:
    """No such route: told as a problem, and answered 404."""
    if not request.path.startswith(PREFIX):
        request.app[WORLD].problems.tell(f"{request.method} {request.path} is no address of this server")
        return web.Response(status=404)
    raise Refused(404, 0, "404: this server has no such route")


async def cdn(request: web.Request) -> web.Response:
    """The bytes of an attachment, without a token, as Discord's CDN gives them."""
    stored = request.app[WORLD].files.get(number(request, "attachment"))
    if stored is None:
        return web.Response(status=404)
    return web.Response(body=stored.content, content_type=stored.content_type)
