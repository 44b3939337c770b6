"""The gateway's end of a websocket: HELLO, IDENTIFY or RESUME, heartbeats, and events in order."""

from __future__ import annotations

import asyncio
import contextlib
import json

from aiohttp import WSMsgType, web

from discord_server.payloads import guild_json, member_json, user_json
from discord_server.rest_application import application_flags
from discord_server.sessions import PRIVILEGED, Connection, Intent, Session
from discord_server.state import JSON
from discord_server.world import WORLD, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, MEMBERS, INVALID, HELLO, ACK = 0, 1, 2, 6, 8, 9, 10, 11
HEARTBEAT_MS = 41250
CLOSING_S = 10.0
"""Time for a closing frame to be written once the reader has stopped."""
NOT_AUTHENTICATED, BAD_TOKEN, BAD_INTENTS, DISALLOWED_INTENTS = 4003, 4004, 4013, 4014


async def serve(request: web.Request) -> web.StreamResponse:
    """One websocket from HELLO to its end."""
    world = request.app[WORLD]
    if not request.app[LISTENING].is_set():
        return web.Response(status=503)
    socket = web.WebSocketResponse(max_msg_size=0)
    await socket.prepare(request)
    await socket.send_str(json.dumps({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}}))
    line = Line(world, socket)
    try:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await line.hear(json.loads(message.data))
    finally:
        await line.end()
    return socket


class Line:
    """One websocket and the session that it serves."""

    def __init__(self, world: World, socket: web.WebSocketResponse) -> None:
        self._world, self._socket = world, socket
        self._session: Session | None = None
        self._connection = Connection()
        self._pump: asyncio.Task[None] | None = None

    async def hear(self, said: JSON) -> None:
        op, body = said.get("op"), said.get("d")
        if op == HEARTBEAT:
            await self._socket.send_str(json.dumps({"op": ACK, "d": None}))
        elif op == IDENTIFY:
            await self._identify(body or {})
        elif op == RESUME:
            await self._resume(body or {})
        elif self._session is None:
            await self._socket.close(code=NOT_AUTHENTICATED)
        elif op == MEMBERS:
            send_members(self._world, self._session, body or {})

    async def _identify(self, body: JSON) -> None:
        intents = body.get("intents")
        forbidden = int(intents or 0) & PRIVILEGED & ~self._world.allowed_intents
        if self._world.faults.identify_code is not None:
            await self._socket.close(code=self._world.faults.identify_code)
        elif body.get("token") != self._world.token:
            await self._socket.close(code=BAD_TOKEN)
        elif intents is None:
            await self._socket.close(code=BAD_INTENTS)
        elif forbidden:
            await self._socket.close(code=DISALLOWED_INTENTS)
        else:
            session = self._world.sessions.begin(int(intents))
            welcome(self._world, session)
            self._serve(session, 0)

    async def _resume(self, body: JSON) -> None:
        session = self._world.sessions.all.get(str(body.get("session_id")))
        if body.get("token") != self._world.token or self._world.faults.is_login_refused:
            await self._socket.close(code=BAD_TOKEN)
        elif session is None:
            await self._socket.send_str(json.dumps({"op": INVALID, "d": False}))
        else:
            self._world.sessions.resumed += 1
            session.add("RESUMED", {"_trace": []})
            self._serve(session, int(body.get("seq") or 0))

    def _serve(self, session: Session, seq: int) -> None:
        if session.connection is not None:
            session.connection.closing = 4000
            session.connection.wake.set()
        self._session, session.connection = session, self._connection
        self._pump = asyncio.create_task(self._send_all(session, seq))

    async def _send_all(self, session: Session, sent: int) -> None:
        """Send what the log holds beyond `sent`, and what comes after, until the connection is to be closed."""
        with contextlib.suppress(ConnectionError):
            while self._connection.closing is None:
                self._connection.wake.clear()
                for event in session.log[sent:]:
                    if self._connection.closing is not None:
                        break
                    await self._socket.send_str(
                        json.dumps({"op": DISPATCH, "t": event.name, "s": event.seq, "d": event.body})
                    )
                    sent = event.seq
                    if event.on_sent is not None:
                        event.on_sent()
                self._world.pulse.beat()
                if self._connection.closing is None:
                    await self._connection.wake.wait()
            await self._socket.close(code=self._connection.closing)

    async def end(self) -> None:
        if self._session is not None and self._session.connection is self._connection:
            self._session.connection = None
        if self._pump is not None:
            if self._connection.closing is None:
                self._pump.cancel()
            await asyncio.wait({self._pump}, timeout=CLOSING_S)
        self._world.pulse.beat()


def welcome(world: World, session: Session) -> None:
    """READY, and the guild if the client asked for guilds."""
    guilds = session.intents & Intent.GUILDS
    session.add(
        "READY",
        {
            "v": 10,
            "user": user_json(world.bot) | {"verified": True, "mfa_enabled": True, "flags": 0},
            "guilds": [{"id": str(world.guild.id), "unavailable": True}] if guilds else [],
            "session_id": session.id,
            "resume_gateway_url": world.gateway_address,
            "session_type": "normal",
            "application": {"id": str(world.application_id), "flags": application_flags(world)},
            "private_channels": [],
        },
    )
    if guilds:
        wanted = world.guild.members if session.intents & Intent.MEMBERS else [world.bot.id]
        body = guild_json(world.guild, [world.users[one] for one in wanted], len(world.guild.members))
        session.add("GUILD_CREATE", body)


def send_members(world: World, session: Session, asked: JSON) -> None:
    """GUILD_MEMBERS_CHUNK; the whole list only with the members intent, by id or by the name's beginning always."""
    members = [world.users[one] for one in world.guild.members]
    typed, ids = str(asked.get("query") or "").lower(), [int(one) for one in asked.get("user_ids") or []]
    if ids:
        found = [one for one in members if one.id in ids]
    elif typed or session.intents & Intent.MEMBERS:
        found = [one for one in members if one.name.lower().startswith(typed)][: int(asked.get("limit") or 0) or None]
    else:
        world.problems.tell("all members were asked for without the members intent")
        found = []
    body: JSON = {
        "guild_id": str(world.guild.id),
        "members": [member_json(world.guild, one) for one in found],
        "chunk_index": 0,
        "chunk_count": 1,
        "not_found": [str(one) for one in ids if one not in world.guild.members],
    }
    session.add("GUILD_MEMBERS_CHUNK", body | ({"nonce": asked["nonce"]} if asked.get("nonce") else {}))
    if session.connection is not None:
        session.connection.wake.set()


LISTENING: web.AppKey[asyncio.Event] = web.AppKey("listening", asyncio.Event)
