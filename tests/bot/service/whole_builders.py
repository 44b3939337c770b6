"""The whole of it on sockets: a publisher, a Manifold, a Discord with people, and real processes that may be killed."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import whole_process
from aiohttp import web
from crux_builders import START, body, folder
from discord_server import DiscordServer, Interaction, Message, NeverCame, Person
from discord_server.clock import Clock as DiscordClock
from service_builders import ALONE, board
from whole_process import Order, SharedClock

from bot.review.people import Actor, issue_code, redeem
from bot.store import Store, open_store
from bot.store.last_looks import last_looks
from markets.sandbox.server import Sandbox

REVIEWERS = ("ann", "ben", "cat", "dan", "eve", "fay")
PATIENT_S = 60.0
"""How long a condition is waited for; on a loaded machine, too."""
LAST_S = 8.0
"""How long the answer to a press is waited for where it may have been lost."""
LEASE_S = 11.0
"""After this a killed holder is followed."""
DAYS = 7
"""From opening to the deadline."""
HERE = Path(__file__).parents[3]
EVERY = ("plan", "collect", "judge", "resolve", "remind", "prices", "panels")


class Stamps(DiscordClock):
    """Discord's messages bear everybody's time; how long a press waits is measured by a real clock."""

    def __init__(self, shared: SharedClock) -> None:
        self._shared = shared
        super().__init__()

    def now(self) -> datetime:
        return self._shared.now()


@dataclass
class Publisher:
    """Shows the board; `next_ones` are what the next looks get instead."""

    clock: SharedClock
    rows: dict[str, tuple[str, str]] = field(default_factory=lambda: dict(START))
    next_ones: list[str] = field(default_factory=list)
    good_at: datetime | None = None
    met: Counter[str] = field(default_factory=Counter)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        what = self.next_ones.pop(0) if self.next_ones else "shows the board"
        self.met[what] += 1
        if what == "never ends":
            return await self._endless(request)
        if what == "fails":
            return web.Response(status=500)
        if what == "rubbish":
            return web.Response(body=b"\x00<html>\xff,,,\n\x1b", content_type="text/csv")
        if what == "cuts off" and request.transport is not None:
            request.transport.abort()
        self.good_at = self.clock.now()
        return web.Response(body=body(self.rows), content_type="text/csv")

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        told = web.StreamResponse()
        await told.prepare(request)
        while request.transport is not None and not request.transport.is_closing():
            await told.write(b"x" * 65536)
            await asyncio.sleep(0.01)
        return told


@dataclass
class Mother:
    """The program of whole_process: starts processes, and says how they ended."""

    process: subprocess.Popen[bytes]
    _turn: threading.Lock = field(default_factory=threading.Lock)

    async def start(self, order: Order) -> int:
        number = await asyncio.to_thread(self._asked, order.line())
        assert number is not None
        return number

    async def ended(self, number: int) -> int | None:
        """Its exit code, negative for a signal; None while it lives."""
        return await asyncio.to_thread(self._asked, f"{number}\n".encode())

    def _asked(self, line: bytes) -> int | None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with self._turn:
            self.process.stdin.write(line)
            self.process.stdin.flush()
            found: int | None = json.loads(self.process.stdout.readline())
            return found


@contextmanager
def mothering() -> Iterator[Mother]:
    """It imports Crux once, for as many tests as share it."""
    found = [str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CRUX_")}
    environment |= {"PYTHONPATH": os.pathsep.join(found)}
    told = [sys.executable, "-W", "ignore", str(Path(whole_process.__file__))]
    with subprocess.Popen(told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"ready\n"
        yield Mother(process)
        process.stdin.close()  # which ends it


@dataclass(frozen=True)
class Told:
    """A person was told that a word of theirs counts."""

    person: str
    proposal: int
    said: str


@dataclass
class Whole:
    """Everything, and the hands of a test."""

    path: Path
    clock: SharedClock
    mother: Mother
    sandbox: Sandbox
    url: str
    publisher: Publisher
    discord: DiscordServer
    store: Store
    people: dict[str, Person]
    met: Counter[str] = field(default_factory=Counter)
    told: list[Told] = field(default_factory=list)
    sent: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    service: int | None = None
    deaths: int = 0
    pending: list[Interaction] = field(default_factory=list)

    @property
    def log(self) -> str:
        return (self.path / "log").read_text(encoding="utf-8", errors="replace")

    def _order(self, command: Sequence[str], out: str) -> Order:
        given = {"DEBATE": self.path / "debate", "DATABASE_URL": f"sqlite:///{self.path / 'crux.sqlite'}"}
        given |= {"MANIFOLD_URL": self.url, "MANIFOLD_KEY": self.sandbox.accounts["creator"].key}
        given |= {"DISCORD_TOKEN": self.discord.token, "DISCORD_GUILD": self.discord.guild.id}
        for name in ("review", "announce", "audit"):
            given[f"DISCORD_{name.upper()}_CHANNEL"] = self.discord.channels[name].id
        for name in ("reviewer", "submitter", "admin"):
            given[f"DISCORD_{name.upper()}_ROLE"] = self.discord.roles[name.capitalize()].id
        given |= {f"SERVICE_EVERY_{name.upper()}": "1 second" for name in EVERY}
        environment = {f"CRUX_{name}": str(value) for name, value in given.items()}
        where = self.discord
        return Order(
            command, environment, str(self.path / out), str(self.path / "clock"), where.rest_address,
            where.gateway_address,
        )  # fmt: skip

    async def begin(self, *more: str) -> int:
        """A service is started, and nothing is waited for."""
        return await self.mother.start(self._order(["run", *more], "log"))

    async def up(self) -> None:
        """A service runs and is connected; one that was killed is followed."""
        if self.service is None:
            self.clock.add(LEASE_S)
            self.service = await self.begin()
            self.met["started"] += 1
        await self.until(lambda: self.discord.ready, "it is connected")

    async def until(self, there: object, what: str, within_s: float = PATIENT_S) -> None:
        try:
            await self.discord.until(there, within_s)  # type: ignore[arg-type]
        except NeverCame as never:
            raise AssertionError(f"{what}: {never}\n{self.log[-6000:]}") from None

    async def kill(self) -> None:
        """SIGKILL, at whatever it is doing; what it was asked by people comes to nothing, or does not."""
        if self.service is None:
            return
        dead, self.service = self.service, None
        os.kill(dead, signal.SIGKILL)
        self.deaths += 1
        self._forsake()
        await self.gone(dead, -signal.SIGKILL)
        await self.until(lambda: not self.discord.ready, "Discord saw it go")
        self._forsake()

    def _forsake(self) -> None:
        """Nobody answers what is waited for now."""
        for one in self.pending:
            one.ordered = True
        self.pending.clear()

    async def end(self) -> None:
        """SIGTERM; it has to end well."""
        if self.service is None:
            return
        ending, self.service = self.service, None
        os.kill(ending, signal.SIGTERM)
        await self.gone(ending, 0)

    async def gone(self, number: int, wanted: int) -> None:
        for _ in range(int(PATIENT_S / 0.02)):
            code = await self.mother.ended(number)
            if code is not None:
                assert code == wanted, f"it ended with {code}, not {wanted}:\n{self.log[-6000:]}"
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"process {number} does not end:\n{self.log[-6000:]}")

    async def crux(self, *command: str) -> tuple[int, str]:
        """Another command beside the service: how it ended, and what it said."""
        name = f"said-{self.met['commands']}"
        self.met["commands"] += 1
        number = await self.mother.start(self._order(command, name))
        while (code := await self.mother.ended(number)) is None:  # noqa: ASYNC110  # it rings no bell
            await asyncio.sleep(0.02)
        return code, (self.path / name).read_text(encoding="utf-8")

    async def later(self, **much: float) -> None:
        """Time goes on for everybody at once; if a service runs, the board is looked at again."""
        self.clock.add(timedelta(**much).total_seconds())
        since = self.clock.now()
        self.discord.world.nonces.clear()  # Discord remembers one for some minutes
        if self.service is not None and timedelta(**much) >= timedelta(hours=2):
            await self.until(lambda: self._looked(since), "the board is looked at")

    def _looked(self, since: datetime) -> bool:
        last = last_looks(self.store).get("board")
        return last is not None and last.at >= since

    async def press(self, who: Person, message: Message, label: str) -> Interaction | None:
        """Press a button if it is there; None where there was none, or nobody can say what came of it."""
        button = message.control(label)
        if message.deleted or button is None or button.get("disabled") or not self.discord.ready:
            return None
        return await self.answered(await who.press(message, label, wait=False))

    async def answered(self, one: Interaction) -> Interaction | None:
        deaths = self.deaths
        self.pending.append(one)
        try:
            await self.discord.until(lambda: one.has_settled() or self.deaths != deaths, LAST_S)
        except NeverCame:
            one.ordered = True  # lost on the way
        if one in self.pending:
            self.pending.remove(one)
        return one if one.has_settled() and not one.failed and self.deaths == deaths else None

    def count(self, one: Interaction, person: str, proposal: int, said: str) -> None:
        """Remember that this person was told so."""
        if f"{person}: {said} is on the record" in one.text:
            self.told.append(Told(person, proposal, said))
            self.met[f"{said} told"] += 1

    def card(self, number: int) -> Message | None:
        found = [one for one in self.discord.channels["review"].messages if footer(one).startswith(f"P{number} r")]
        return found[-1] if found else None

    async def approve(self, name: str, number: int) -> None:
        """Both presses."""
        card = self.card(number)
        first = None if card is None else await self.press(self.people[name], card, "Approve")
        if first is None or not first.messages or not first.messages[-1].buttons:
            return
        self.sent[name, number, "approve"] += 1
        shown = first.messages[-1]
        second = await self.press(self.people[name], shown, shown.buttons[0])
        if second is not None:
            self.count(second, name, number, "approve")

    async def form(self, name: str, number: int, label: str, said: str, **given: str) -> None:
        """A button that opens a form, and the form."""
        card, who = self.card(number), self.people[name]
        opened = None if card is None else await self.press(who, card, label)
        if opened is None or opened.modal is None or not self.discord.ready:
            return
        values = {one: given.get(one, "I have looked at it closely") for one in opened.modal.labels}
        values |= {"What is wrong": "too early"} if "What is wrong" in values else {}
        self.sent[name, number, said] += 1
        came = await self.answered(await who.submit(opened.modal, values, wait=False))
        if came is not None:
            self.count(came, name, number, said)


def footer(message: Message) -> str:
    return next((str(one.get("footer", {}).get("text", "")) for one in message.embeds), "")


@asynccontextmanager
async def published(publisher: Publisher) -> AsyncIterator[None]:
    app = web.Application()
    app.router.add_get("/{tail:.*}", publisher.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    publisher.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def whole(
    path: Path, mother: Mother, seed: int, changes: Mapping[str, str] | None = None
) -> AsyncIterator[Whole]:
    """A debate of a week that begins at the next midnight; no service has been started."""
    clock = SharedClock(path / "clock")
    sandbox = Sandbox(path / "sandbox.jsonl", now=clock.ms, rng=random.Random(seed))
    publisher = Publisher(clock)
    there = DiscordServer(answer_within_s=PATIENT_S)
    there.world.clock = Stamps(clock)
    url = await sandbox.start()
    store = open_store(path / "crux.sqlite", now=clock.now)
    try:
        async with published(publisher), there:
            begun = (clock.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            named = ALONE.replace(
                "{ann: {}, ben: {}, cat: {}}", "{" + ", ".join(f"{one}: {{}}" for one in REVIEWERS) + "}"
            )
            own = {"debate.yaml": named, "sources/board.yaml": board(publisher.url), **(changes or {})}
            folder(path / "debate", own, opens=begun, closes=begun + timedelta(days=DAYS))
            people = {name: there.person(name, roles=["Reviewer"]) for name in REVIEWERS}
            for name, who in people.items():
                actor = Actor("discord", str(who.id), name)
                redeem(store, "small", actor, issue_code(store, "small", name, "discord"))
            (path / "log").touch()
            made = Whole(path, clock, mother, sandbox, url, publisher, there, store, people)
            try:
                yield made
            finally:
                if made.service is not None:
                    os.kill(made.service, signal.SIGKILL)
    finally:
        await sandbox.stop()
        store.close()
        clock.close()
