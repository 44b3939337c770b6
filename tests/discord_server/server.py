"""The server as a test holds it: its sockets, its people, and what there is to see."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from aiohttp import web

from discord_server import callbacks, rest_application, rest_messages
from discord_server.clock import Clock
from discord_server.faults import Faults
from discord_server.gateway import LISTENING, serve
from discord_server.interactions import Interaction
from discord_server.meddling import Meddling
from discord_server.payloads import member_json
from discord_server.people import Person
from discord_server.rest import MOST_BYTES, PREFIX, cdn, door, unknown
from discord_server.sessions import Intent
from discord_server.state import JSON, Channel, Guild, Message, Role, User
from discord_server.waiting import Pulse, on_server_loop
from discord_server.world import BOT_PERMISSIONS, WORLD, World

T = TypeVar("T")

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAw.local.not-a-secret-of-anyone"
ANSWER_WITHIN_S = 3.0
"""A click's first answer (discord-api-docs, receiving and responding, as read in August 2026)."""


class DiscordServer(Meddling):
    """Discord on 127.0.0.1 with one guild; use it in the loop of an async test, or `in_thread` of any."""

    def __init__(
        self,
        *,
        guild: str = "Crux test",
        channels: Iterable[str] = ("review", "announce", "audit", "chat"),
        roles: Iterable[str] | Mapping[str, int] = ("Reviewer", "Submitter", "Admin"),
        bot_permissions: int = BOT_PERMISSIONS,
        allowed_intents: int = 0,
        answer_within_s: float = ANSWER_WITHIN_S,
        token: str = TOKEN,
    ) -> None:
        """`allowed_intents` are the privileged ones that are switched on; `roles` may give permission bits by name."""
        self.world = World(self._listen, answer_within_s, allowed_intents, token)
        self.world.found(guild, channels, roles, bot_permissions)
        self._people: dict[str, Person] = {}
        self._runners: list[web.AppRunner] = []
        self._wants_gateway, self._gateway_port = True, 0
        self._site: web.TCPSite | None = None
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pulse(self) -> Pulse:
        return self.world.pulse

    async def start(self) -> Self:
        """Open both ports; the addresses are known from here on."""
        self.pulse.loop = asyncio.get_running_loop()
        rest = web.Application(middlewares=[door], client_max_size=MOST_BYTES)
        rest[WORLD] = self.world
        for method, path, act in [*rest_messages.ROUTES, *rest_application.ROUTES, *callbacks.ROUTES]:
            rest.router.add_route(method, PREFIX + path, act)
        rest.router.add_get(r"/cdn/attachments/{channel:\d+}/{attachment:\d+}/{name}", cdn)
        rest.router.add_route("*", "/{rest:.*}", unknown)
        self.world.address = f"http://127.0.0.1:{await self._open(rest)}"
        gateway = web.Application()
        gateway[WORLD], gateway[LISTENING] = self.world, asyncio.Event()
        gateway.router.add_get("/gateway/", serve)
        runner = web.AppRunner(gateway, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        self._runners.append(runner)
        await self._match_gateway()
        self.world.gateway_address = f"ws://127.0.0.1:{self._gateway_port}/gateway/"
        return self

    async def _open(self, app: web.Application) -> int:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        self._runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return int(runner.addresses[0][1])

    async def stop(self) -> None:
        self.world.sessions.close(1001)
        self._wants_gateway = False
        await self._match_gateway()
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @classmethod
    @contextmanager
    def in_thread(cls, **wanted: Any) -> Iterator[Self]:
        """The server on a loop of its own, so that a test may wait for a subprocess; arguments as for the class."""
        server, loop = cls(**wanted), asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="discord-server", daemon=True)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(server.start(), loop).result()
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        """Carry out `doing` on the server's own loop and wait for it; only for a server in a thread."""
        loop = self.pulse.loop
        if loop is None:
            raise RuntimeError("the server has not been started")
        return asyncio.run_coroutine_threadsafe(doing, loop).result()

    def _listen(self, wanted: bool) -> None:
        self._wants_gateway = wanted
        if self._runners:
            self._runners[1].app[LISTENING].set() if wanted else self._runners[1].app[LISTENING].clear()

            def soon() -> None:
                task = asyncio.ensure_future(self._match_gateway())
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

            self.pulse.soon(soon)

    async def _match_gateway(self) -> None:
        """Open or close the gateway's port, as wanted now."""
        async with self._turn:
            if self._wants_gateway and self._site is None:
                self._runners[1].app[LISTENING].set()
                self._site = web.TCPSite(self._runners[1], "127.0.0.1", self._gateway_port)
                await self._site.start()
                self._gateway_port = int(self._runners[1].addresses[0][1])
            elif not self._wants_gateway and self._site is not None:
                await self._site.stop()
                self._site = None

    @property
    def rest_address(self) -> str:
        return f"{self.world.address}{PREFIX}"

    @property
    def gateway_address(self) -> str:
        return self.world.gateway_address

    @property
    def cdn_address(self) -> str:
        """Where files that were sent lie."""
        return self.world.address

    @property
    def token(self) -> str:
        return self.world.token

    @property
    def clock(self) -> Clock:
        return self.world.clock

    @property
    def faults(self) -> Faults:
        return self.world.faults

    @property
    def bot(self) -> User:
        return self.world.bot

    @property
    def application_id(self) -> int:
        return self.world.application_id

    @property
    def guild(self) -> Guild:
        return self.world.guild

    @property
    def channels(self) -> dict[str, Channel]:
        return self.world.guild.channels

    @property
    def roles(self) -> dict[str, Role]:
        return self.world.guild.roles

    @property
    def threads(self) -> list[Channel]:
        return list(self.world.guild.threads.values())

    @property
    def interactions(self) -> list[Interaction]:
        return list(self.world.interactions.values())

    @property
    def ready(self) -> bool:
        """Whether a client is connected and identified."""
        return bool(self.world.sessions.connected)

    @property
    def identified(self) -> int:
        """How often a client has identified since the start."""
        return self.world.sessions.identified

    @property
    def resumed(self) -> int:
        return self.world.sessions.resumed

    @property
    def requests(self) -> list[str]:
        """Every REST request with its answer, as 'POST /channels/1/messages -> 200'."""
        return list(self.world.requests)

    @property
    def raw_commands(self) -> list[JSON]:
        return self.world.all_commands()

    @property
    def commands(self) -> list[str]:
        """What can be run: 'market show', 'Use as evidence'."""
        return [name for one in self.raw_commands for name in _leaves(one, "")]

    @property
    def peak_rps(self) -> int:
        """The most REST requests within any one second, interaction endpoints not counted."""
        return self.world.pace.peak

    def problems(self) -> list[str]:
        """Everything that was done wrong so far; a test ends by asserting that there is nothing."""
        silent = [sentence for one in self.interactions for sentence in one.problems()]
        return self.world.problems.told(silent + self.world.pace.problems())

    def forgive(self, pattern: str) -> None:
        """Problems that match this regular expression are meant to happen in this test."""
        self.world.problems.forgive(pattern)

    def person(self, name: str, roles: Iterable[str] = (), *, bot: bool = False, member: bool = True) -> Person:
        """A member of the guild (or a stranger); the same name is the same person."""
        if name not in self._people:
            user = self.world.new_user(name, bot)
            self._people[name] = Person(self.world, user)
            if member:
                self.guild.members[user.id] = {self.roles[one].id for one in roles}
                body = member_json(self.guild, user) | {"guild_id": str(self.guild.id)}
                self.world.sessions.dispatch("GUILD_MEMBER_ADD", body, Intent.MEMBERS)
        return self._people[name]

    def webhook(self, name: str) -> Person:
        """An account that only writes, as an integration does."""
        return Person(self.world, self.world.new_user(name, bot=True, webhook=True))

    @on_server_loop
    async def until(self, there: Callable[[], T], within_s: float = 120.0) -> T:
        """The first true value of `there`; looked at after every request and event, and ten times a second."""
        return await self.world.until(there, within_s, "what was waited for")

    @on_server_loop
    async def together(self, *acts: Coroutine[Any, Any, T]) -> list[T]:
        """Several acts at once, such as two people's presses; what came of them in the same order."""
        return list(await asyncio.gather(*acts))

    @on_server_loop
    async def answer_to(self, message: Message, within_s: float = 120.0) -> Message:
        """The bot's first message in the same channel after this one."""

        def answers() -> list[Message]:
            return [one for one in message.channel.messages if one.id > message.id and one.author is self.bot]

        return (await self.world.until(answers, within_s, f"an answer to {message.text!r}"))[0]


def _leaves(one: JSON, before: str) -> Iterator[str]:
    name = f"{before} {one['name']}".strip()
    inside = [part for part in one.get("options") or [] if part["type"] in (1, 2)]
    if not inside:
        yield name
    for part in inside:
        yield from _leaves(part, name)
