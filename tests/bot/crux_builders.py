"""A small debate lived through by hand: its files, a clock that is told the time, a store, a sandbox on a socket."""

from __future__ import annotations

import asyncio
import io
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE
from typing import Any

import httpx
import pytest
from new_stores import new_store

from bot.cli import main
from bot.judging import asked, judge_all
from bot.opening import Planner
from bot.platform import Platform, connect
from bot.proposing import propose_all
from bot.resolving import Resolver, Stepped
from bot.review.desk import Card, cards, vote
from bot.store import Recorded, Store, accept, markets, open_store, record
from bot.verifying import Verified, verify
from markets.load import Loaded, load_debate
from markets.outbox import Patience
from markets.plan import Limits
from markets.sandbox.server import Sandbox
from resolvers.tls import trusted
from resolvers.verdict import Verdict

BASE = datetime(2020, 1, 6, tzinfo=UTC)
"""Day 0 of the played time: long past whenever the tests run, so that a command at the real time comes after it."""
FAR = {
    "opens": datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1),
    "closes": datetime(2090, 1, 1, tzinfo=UTC),
}
"""Markets of now: their windows began yesterday, as they were looked at (`seen_now`), and end long after the tests."""
PATIENCE = Patience(stale_s=2.0, in_flight_s=4.0)
REVIEWERS = ("ann", "ben", "cat")
NOT_RUN = (
    "not run without the store: T08 S03 S04 S10 S11 S12 N06 N07 N08 O04 "
    "(crux check --ready runs them, and tells which file was edited after its market had opened)\n"
)
"""What `crux check` adds where it read a market."""

DEBATE = """\
debate: small
title: A small debate
reviewers: {ann: {}, ben: {}, cat: {}}
review: {quorum: 2, window: 48 hours}
defaults: {settle: 2 days, bridge: 10 days, max_age: 10 days, lost_after: 20 days}
limits: {max_mana: 5000, budget: 9000, changed: 25%}
"""
SOURCE = """\
publisher: A board
licence: CC0 1.0
fetch: {url: "http://127.0.0.1:9/scores.csv"}
read:
  format: csv
  key: name
  columns:
    score: {unit: percent, between: [0, 100]}
    lab: text
  anchor: {key: base, score: 10.0%}
"""
LABS = """\
publisher: This debate
licence: CC0 1.0
fetch: {file: registries/labs.csv}
read:
  format: csv
  key: key
  columns: {country: text}
"""
HEAD = "opens: {opens}\ncloses: {closes}\nsubsidy: 200\n"
BEST = "values:\n  best: {max: score, from: board}\n"
LOST = "If the board is lost, archived copies count once reviewers have accepted them.\n"
STOOD = "baseline: The best row shows 70.5%, of south.\n"
FINE = f"{STOOD}fine_print: Rows shown before {{closes}} count. {LOST}"
MARKETS = {
    "reach-85": f"question: Will a row reach 85%?\n{HEAD}{BEST}resolve:\n  yes: best >= 85%\n{FINE}",
    "reach-95": f"question: Will a row reach 95%?\n{HEAD}{BEST}resolve:\n  yes: best >= 95%\n{FINE}",
    "leader": f"question: Whose row will lead?\n{HEAD}values:\n  top: {{argmax: score, from: board}}\n"
    f"resolve:\n  choice: top.lab\n  answers: {{North: north, South: south, Another: else}}\n{FINE}",
    "when-80": f"question: When will a row first show 80%?\n{HEAD}{BEST}resolve:\n  first_date: best >= 80%\n"
    f"  edges: [{{edge}}]\n  never: not before {{edge_words}}\n{STOOD}"
    f"fine_print: The answers begin at {{edge}}. {LOST}",
}
START = {"base": ("10.0", "south"), "one": ("70.5", "south")}

Rows = Mapping[str, tuple[str, str]]


def day(number: float) -> datetime:
    return BASE + timedelta(days=number)


def definitions(opens: datetime = BASE, closes: datetime = BASE + timedelta(days=60)) -> dict[str, str]:
    """path inside the folder -> text: one board, one registry; two yes-or-no questions, a choice, a date."""
    edge = opens + (closes - opens) / 2
    dates = {"opens": f"{opens:%Y-%m-%d}", "closes": f"{closes:%Y-%m-%d}"}
    dates |= {"edge": f"{edge:%Y-%m-%d}, {closes:%Y-%m-%d}", "edge_words": f"{closes:%Y-%m-%d}"}
    found = {"debate.yaml": DEBATE, "sources/board.yaml": SOURCE, "sources/labs.yaml": LABS}
    found["registries/labs.csv"] = "key,country\nnorth,Norway\nsouth,Chile\n"
    for slug, text in MARKETS.items():
        for name, value in dates.items():
            text = text.replace("{" + name + "}", value)
        found[f"markets/{slug}.yaml"] = text
    return found


def folder(path: Path, changes: Mapping[str, str] | None = None, **dates: datetime) -> Path:
    """The debate on disk, with what `changes` (path inside -> text) adds or replaces."""
    for name, text in {**definitions(**dates), **(changes or {})}.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return path


def seen_now(debate: Path, database: Path) -> None:
    """Looks at the board of a debate on disk, as its markets open and this moment: what they need to be ready."""
    store = (open_store if database.exists() else new_store)(database, now=lambda: datetime.now(UTC))
    loaded = load_debate(debate)
    opens = min(spec.opens for spec in loaded.markets.values())
    for at in (min(opens, store.now()), store.now()):
        record(store, loaded.sources["board"], body(START), seen_at=at)
    store.close()


def body(rows: Rows) -> bytes:
    """Rows of name -> (score, lab) as the board's CSV."""
    return "\n".join(["name,score,lab", *(f"{name},{score},{lab}" for name, (score, lab) in rows.items()), ""]).encode()


@dataclass
class Clock:
    """Time that stands until it is told to go on."""

    at: datetime = BASE

    def __call__(self) -> datetime:
        return self.at

    def ms(self) -> int:
        return int(self.at.timestamp() * 1000)

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@dataclass
class World:
    """The debate while it is lived through; every act is at the clock's time."""

    path: Path
    clock: Clock
    store: Store
    loaded: Loaded
    sandbox: Sandbox
    url: str
    platform: Platform
    rows: dict[str, tuple[str, str]] = field(default_factory=lambda: dict(START))

    @property
    def folder(self) -> Path:
        return self.path / "debate"

    @property
    def database(self) -> Path:
        return self.path / "crux.sqlite"

    def at(self, number: float) -> World:
        """Go on to a day."""
        assert day(number) >= self.clock.at, "time goes forward"
        self.clock.at = day(number)
        return self

    def see(self, **rows: tuple[str, str]) -> Recorded:
        """A look at the board, which shows what it did and these rows besides."""
        self.rows |= rows
        return self.see_bytes(body(self.rows))

    def see_bytes(self, raw: bytes, source: str = "board") -> Recorded:
        return record(self.store, self.loaded.sources[source], raw, seen_at=self.clock.at)

    def back_fill(self, seen_on: float, **rows: tuple[str, str]) -> Recorded:
        """A body of the board recorded elsewhere on an earlier day, which a reviewer accepts at once."""
        raw = body(START | rows)
        made = record(self.store, self.loaded.sources["board"], raw, seen_at=day(seen_on), via="import")
        assert made.awaits
        assert accept(self.store, made.snapshot, "ann", "the archive has it") is not None
        return made

    def weekly(self, until: float) -> World:
        """Look once every five days until a day; nothing changes."""
        while self.clock.at + timedelta(days=5) <= day(until):
            self.clock.at += timedelta(days=5)
            self.see()
        return self.at(until)

    @property
    def planner(self) -> Planner:
        return Planner(self.store, self.loaded, self.platform)

    async def open_markets(self) -> None:
        planner = self.planner
        done = await planner.apply(await planner.plan(Limits()))
        assert not done.refused, done.refused

    def market(self, slug: str) -> markets.Market:
        with self.store.reading() as connection:
            found = markets.find(connection, "small", slug)
        assert found is not None
        return found

    def judge(self, *slugs: str, as_of: datetime | None = None, known_on: datetime | None = None) -> list[Verdict]:
        questions = asked(self.store, self.loaded, slugs or None)
        return list(judge_all(self.store, questions, as_of or self.clock.at, known_on).verdicts)

    def propose(self, *again: str) -> list[tuple[str, str]]:
        """What proposing did: (slug, what)."""
        questions = [each for each in asked(self.store, self.loaded) if each.market]
        judged = judge_all(self.store, questions, self.clock.at)
        return [(one.slug, one.did) for one in propose_all(self.store, judged, again=again)]

    def card(self, slug: str = "reach-85") -> Card:
        """The newest proposal on a market."""
        return [one for one in cards(self.store, living=False) if one.market.slug == slug][-1]

    def vote(self, person: str, said: str = "approve", *, seen: Card | None = None, because: str = "I read it") -> Card:
        return vote(self.store, seen or self.card(), person=person, said=said, because=because, reviewers=REVIEWERS)

    def approve(self, slug: str = "reach-85", *people: str) -> Card:
        for person in people or ("ann", "ben"):
            self.vote(person, seen=self.card(slug))
        return self.card(slug)

    @property
    def resolver(self) -> Resolver:
        assert self.loaded.debate is not None
        return Resolver(self.store, self.platform.outbox(self.store, self.loaded.debate), self.platform.carrier())

    async def everything(self) -> list[Stepped]:
        """What `crux resolve` does."""
        return [*await self.resolver.announce_all(), *await self.resolver.resolve_all()]

    async def carry_on(self) -> list[Stepped]:
        """The same, but for what it tells of first notices."""
        return [one for one in await self.everything() if one.did != "published"]

    async def say(self, who: str, path: str, **told: Any) -> Any:
        """Somebody else's request to Manifold."""
        headers = {"Authorization": f"Key {self.sandbox.accounts[who].key}"}
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, verify=trusted()) as client:
            answer = await client.post(path, json=told, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ask(self, path: str, **query: str) -> Any:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, verify=trusted()) as client:
            return (await client.get(path, params=query)).json()

    async def bet(self, who: str, slug: str = "reach-85", outcome: str = "NO") -> None:
        await self.say(who, "/v0/bet", contractId=self.market(slug).market_id, amount=20, outcome=outcome)

    async def reply(self, who: str, text: str, slug: str = "reach-85") -> None:
        """An answer to the newest notice."""
        there = self.card(slug)
        told = {"contractId": there.market.market_id, "replyToCommentId": there.proposal.comment_id, "markdown": text}
        await self.say(who, "/v0/comment", **told)

    async def comments(self, slug: str = "reach-85") -> list[Any]:
        """The market's comments, oldest first."""
        found = await self.ask("/v0/comments", contractId=self.market(slug).market_id)
        return sorted(found, key=lambda one: one["createdTime"])

    async def live(self, slug: str = "reach-85") -> Any:
        return await self.ask(f"/v0/market/{self.market(slug).market_id}")

    async def agreed(self) -> None:
        """As far as an approved, announced proposal of YES on reach-85: day 9, window until day 11."""
        await self.decided()
        self.approve()
        assert [one.did for one in await self.carry_on()] == ["announced", "waiting"]

    async def decided(self) -> None:
        """As far as proposing YES on reach-85, day 9: seen from day 0, opened on 1, 88.5% on 5, settled on 7."""
        self.see()
        await self.at(1).open_markets()
        self.at(5).see(two=("88.5", "north"))
        self.at(9).see()
        assert self.propose() == [("reach-85", "proposed"), ("when-80", "proposed")]


@asynccontextmanager
async def living(path: Path, changes: Mapping[str, str] | None = None, **dates: datetime) -> AsyncIterator[World]:
    """A world in `path`; its store and its sandbox's state file stay there for commands to go on with."""
    clock = Clock()
    loaded = load_debate(folder(path / "debate", changes, **dates))
    assert loaded.usable, loaded.faults
    store = new_store(path / "crux.sqlite", now=clock)
    sandbox = Sandbox(path / "sandbox.jsonl", now=clock.ms, rng=random.Random(3))
    url = await sandbox.start()
    try:
        key = sandbox.accounts["creator"].key
        async with connect(url, key, store, address="sandbox", patience=PATIENCE, sleep=clock.sleep) as platform:
            yield World(path, clock, store, loaded, sandbox, url, platform)
    finally:
        await sandbox.stop()
        store.close()


@dataclass(frozen=True)
class Ran:
    """One command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Crux:
    """Runs commands in this process, with an environment of their own."""

    patch: pytest.MonkeyPatch
    path: Path

    def __call__(self, *arguments: object) -> Ran:
        out, err, code = io.StringIO(), io.StringIO(), 0
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main([str(each) for each in arguments])
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
        return Ran(code, out.getvalue(), err.getvalue())

    def set(self, **variables: object) -> Crux:
        """CRUX_ variables, by their names in lower case without the prefix."""
        for name, value in variables.items():
            self.patch.setenv(f"CRUX_{name.upper()}", str(value))
        return self

    def on(self, debate: Path, database: Path) -> Crux:
        return self.set(debate=debate, database_url=f"sqlite:///{database}")


def copied(database: Path, target: Path) -> Path:
    """A copy of a store to do harm to."""
    with sqlite3.connect(database) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    return target


def harm(database: Path, table: str, *statements: tuple[str, Sequence[object]]) -> None:
    """Change a store behind its own back: the table's guards dropped, as somebody with the file could."""
    with sqlite3.connect(database) as connection:
        guards = connection.execute("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name=?", (table,))
        for (name,) in guards.fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement, values in statements:
            assert connection.execute(statement, values).rowcount > 0, statement
    connection.close()


def flipped(raw: bytes) -> bytes:
    """The same bytes with one bit turned, in the middle."""
    at = len(raw) // 2
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


async def _asked(state: Path, who: str, requests: Sequence[tuple[str, Mapping[str, Any] | None]]) -> list[Any]:
    sandbox = Sandbox(state)
    url = await sandbox.start()
    try:
        headers = {"Authorization": f"Key {sandbox.accounts[who].key}"}
        async with httpx.AsyncClient(base_url=url, trust_env=False, verify=trusted(), headers=headers) as client:
            answers = [
                await (client.get(path) if told is None else client.post(path, json=told)) for path, told in requests
            ]
        assert all(answer.status_code == 200 for answer in answers), [answer.text for answer in answers]
        return [answer.json() for answer in answers]
    finally:
        await sandbox.stop()


def elsewhere(state: Path, *requests: tuple[str, Mapping[str, Any] | None], who: str = "creator") -> list[Any]:
    """Requests of another client of the account, to the Manifold kept in a file, between two commands."""
    return asyncio.run(_asked(state, who, requests))


@contextmanager
def served(state: Path | None = None) -> Iterator[tuple[str, Mapping[str, str]]]:
    """`crux sandbox` as a process of its own: its address and the keys of its accounts."""
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "accounts.json"
        told = [sys.executable, "-m", "bot.cli", "sandbox", "--accounts", str(keys)]
        process = subprocess.Popen([*told, *(["--state", str(state)] if state else [])], stdout=PIPE, text=True)
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip(), json.loads(keys.read_text())
        finally:
            process.terminate()
            assert process.wait(10) == 0
            assert process.stdout is not None
            process.stdout.close()


def lived_once(life: Callable[[Path], Coroutine[Any, Any, None]]) -> Any:
    """A fixture `lived`: the store of a life that is lived once for all the tests of a file; `copy` is for harm."""

    @pytest.fixture(scope="module", name="lived")
    def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
        path = tmp_path_factory.mktemp("lived")
        asyncio.run(life(path))
        return path / "crux.sqlite"

    return lived


def verified(database: Path) -> Verified:
    """What verifying finds in a store."""
    store = open_store(database, now=lambda: BASE)
    try:
        return verify(store)
    finally:
        store.close()
