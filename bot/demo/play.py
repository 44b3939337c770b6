"""The demo's story: recorded history lived through body by body, by the code that would live through the real one."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from httpx import AsyncClient

from bot import say
from bot.collecting import look_at_all
from bot.debates import BUNDLED, load
from bot.demo.drawing import draw_all
from bot.demo.people import OBJECTED, Readers, Traders
from bot.demo.publisher import Publisher
from bot.demo.recording import Body, PlayedClock, load_recording
from bot.demo.registries import Registries
from bot.judging import Asked, asked, judge_all
from bot.opening import Planner
from bot.platform import SANDBOX_PATIENCE, Platform, connect
from bot.proposing import propose_all
from bot.resolving import Resolver
from bot.reversals import report_reversals
from bot.review.desk import Card, card, cards
from bot.store import Counts, Store, counts, markets, open_store
from bot.store.ledger import spent_mana
from bot.verifying import Verified, verify
from markets.load import Loaded
from markets.plan import Limits as PlanLimits
from markets.sandbox.server import Sandbox
from resolvers.errors import Fault, InputFault
from resolvers.fetch import Limits, open_client
from resolvers.sources.spec import SourceSpec
from resolvers.tls import trusted
from resolvers.verdict import Verdict

DEBATE = "replay"
LOOK = timedelta(minutes=5)
"""How long after a body is published the demo looks."""
BETWEEN = timedelta(days=7)
"""How often it looks when nothing new is published: mostly answered with 304."""
AFTERWARDS = timedelta(days=24)
"""How long it goes on after the last body, so that what that decided can settle, be reviewed and resolve."""
LIMITS = Limits(private_ok=True, attempts=1, total_s=20)


@dataclass(frozen=True, slots=True)
class Played:
    """What the demo leaves behind: where, what was done, and what verifying it found."""

    folder: Path
    database: Path
    charts: tuple[Path, ...]
    counts: Counts
    questions: tuple[Asked, ...]
    verdicts: tuple[Verdict, ...]
    verified: Verified
    mana_spent: str
    left_open: tuple[int, ...]


async def play(bodies: Path | None) -> Played:
    """Live through the recording in a temporary folder, and verify what came of it."""
    recording = load_recording(bodies or BUNDLED / DEBATE / "bodies")
    folder = Path(tempfile.mkdtemp(prefix="crux-demo-"))
    say.aside(f"everything is kept in {folder}")
    debate = folder / "debate"
    shutil.copytree(BUNDLED / DEBATE, debate, ignore=shutil.ignore_patterns("bodies"))
    debate, loaded = load(debate)
    _all_known(recording, loaded)
    start = min(body.published_at for found in recording.values() for body in found) - timedelta(days=1)
    clock = PlayedClock(start)
    store = open_store(folder / "crux.sqlite", now=clock.now)
    try:
        async with _stage(folder, recording, clock, store, debate, loaded) as story:
            await story.live()
            return await asyncio.to_thread(story.end)
    finally:
        store.close()


def _all_known(recording: Mapping[str, Sequence[Body]], loaded: Loaded) -> None:
    unknown = sorted(set(recording) - set(loaded.sources))
    if unknown:
        known = ", ".join(sorted(loaded.sources))
        raise InputFault(
            [
                Fault("D-source", f"no source is called {name!r}; known: {known}", path=str(recording[name][0].path))
                for name in unknown
            ]
        )


@asynccontextmanager
async def _stage(
    folder: Path,
    recording: Mapping[str, Sequence[Body]],
    clock: PlayedClock,
    store: Store,
    debate: Path,
    loaded: Loaded,
) -> AsyncIterator[Story]:
    """The sandbox and the publishers' server, up while the story is told."""

    async def sleep(seconds: float) -> None:
        clock.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    sandbox = Sandbox(folder / "sandbox.jsonl", now=clock.now_ms, rng=random.Random(2024))  # noqa: S311  # same ids each run
    publisher = Publisher(recording, clock)
    url, pages = await sandbox.start(), await publisher.start()
    try:
        key = sandbox.accounts["creator"].key
        async with connect(url, key, store, address="sandbox", patience=SANDBOX_PATIENCE, sleep=sleep) as platform:
            sources = {
                name: source if source.fetch.file is not None and name not in recording else _served(source, pages)
                for name, source in loaded.sources.items()
            }
            here = replace(loaded, sources=sources)
            theirs = AsyncClient(base_url=url, trust_env=False, verify=trusted())
            async with open_client(LIMITS) as client, theirs:
                people = Registries(BUNDLED / DEBATE, debate), Traders(theirs, sandbox), Readers(store)
                yield Story(folder, debate, recording, clock, store, here, platform, client, *people)
    finally:
        await publisher.stop()
        await sandbox.stop()


def _served(source: SourceSpec, pages: str) -> SourceSpec:
    """The source with its address on our own server; how it is read stays as it is. A panel's answers come so too."""
    address = {"url": f"{pages}/{source.id}", "file": None}
    return source.model_copy(update={"fetch": source.fetch.model_copy(update=address)})


@dataclass(slots=True)
class Story:
    """The demo while it runs."""

    folder: Path
    debate: Path
    recording: Mapping[str, Sequence[Body]]
    clock: PlayedClock
    store: Store
    loaded: Loaded
    platform: Platform
    client: AsyncClient
    registries: Registries
    traders: Traders
    readers: Readers
    objected: bool = False
    states: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)

    async def live(self) -> None:
        """Every instant at which something is published, is due to be looked at, or is waited for."""
        bodies = [body for found in self.recording.values() for body in found]
        last = max(body.published_at for body in bodies) + AFTERWARDS
        agenda = {at: {*self.loaded.sources} for at in _weekly(self.clock.at, last)}
        lists = [name for name, source in self.loaded.sources.items() if source.fetch.file is not None]
        for body in bodies:
            agenda.setdefault(body.published_at + LOOK, set()).update([body.source, *lists])
        while agenda:
            at = min(agenda)
            self.clock.at = max(self.clock.at, at)
            for due, names in await self._tick(agenda.pop(at)):
                if at < due <= last:
                    agenda.setdefault(due, set()).update(names)

    async def _tick(self, sources: Collection[str]) -> list[tuple[datetime, Collection[str]]]:
        """One instant: look at these sources, open, judge, propose, review, resolve.

        Returns when something is due next, with the sources to look at then.
        """
        await self._look(sources)
        await self._open()
        with self.store.reading() as connection:
            living = [one.slug for one in markets.every(connection, living=True)]
        questions = asked(self.store, self.loaded, living) if living else []
        judged = await asyncio.to_thread(judge_all, self.store, questions, self.clock.at)
        for reversal in report_reversals(self.store, judged):
            self._say(f"reversed  {reversal.words()}")
        for done in propose_all(self.store, judged):
            self._say(f"{done.did:9} {done.slug}: {done.proposal.outcome.words()} (proposal {done.proposal.id})")
        open_ones = await self._decide()
        windows = [(one.proposal.window_until, ()) for one in open_ones]
        untils = [(one.until, each.sources) for each, one in zip(questions, judged.verdicts, strict=True)]
        return [(at + LOOK, names) for at, names in (*windows, *untils) if at] + self._disputed(open_ones)

    def _disputed(self, open_ones: Sequence[Card]) -> list[tuple[datetime, Collection[str]]]:
        """A disputed proposal is judged again the next day."""
        waiting = any(one.proposal.state == "disputed" for one in open_ones)
        return [(self.clock.at + timedelta(days=1), ())] if waiting else []

    async def _look(self, sources: Collection[str]) -> None:
        now = self.clock.at
        bodies = [body for found in self.recording.values() for body in found if body.published_at <= now]
        self.registries.keep(bodies)
        published = {body.source for body in bodies}
        chosen = [
            source
            for name, source in self.loaded.sources.items()
            if name in sources
            and (name in published or (source.fetch.file is not None and (self.debate / source.fetch.file).exists()))
        ]
        looks = await look_at_all(self.client, self.store, chosen, base=self.debate, limits=LIMITS, sleep=asyncio.sleep)
        for source, came in looks:
            before, self.states[source.id] = self.states.get(source.id), came.state
            if came.state != "good" and came.state != before:
                self._say(f"{came.state:9} {source.id}: {came.because}")
            elif came.new_observations:
                more = f", {len(came.quarantined)} quarantined" if came.quarantined else ""
                self._say(f"seen      {source.id}: {came.new_observations} new observations{more}")

    async def _open(self) -> None:
        now = self.clock.at
        with self.store.reading() as connection:
            there = {one.slug for one in markets.every(connection)}
        if not [one for one in self.loaded.markets.values() if one.slug not in there and one.opens <= now < one.closes]:
            return
        assert self.loaded.debate is not None
        planner = Planner(self.store, self.loaded, self.platform, gated=True)
        plan = await planner.plan(PlanLimits(max_mana=self.loaded.debate.limits.max_mana))
        for waiting in plan.waiting:
            if waiting.because.startswith("not ready") and waiting.because != self.held.get(waiting.slug):
                self.held[waiting.slug] = waiting.because
                self._say(f"waiting   {waiting.slug}: {waiting.because}")
        for _, because in (await planner.apply(plan, checksum=plan.checksum)).refused:
            self._say(f"refused   {because}")
        with self.store.reading() as connection:
            made = [one for one in markets.every(connection) if one.slug not in there]
        for market in made:
            self._say(f"opened    {market.slug} ({market.type})")
            await self.traders.bet(market)

    async def _decide(self) -> Sequence[Card]:
        """Readers vote, the notice goes out, traders object, what is past its window resolves. What is open then."""
        if not (open_ones := cards(self.store)):
            return open_ones
        for text in self.readers.read():
            self._say(f"review    {text}")
        assert self.loaded.debate is not None
        outbox = self.platform.outbox(self.store, self.loaded.debate)
        resolver = Resolver(self.store, outbox, self.platform.carrier())
        for one in [*await resolver.announce_all(), *await resolver.resolve_all()]:
            if one.did != "waiting":
                self._say(f"{one.did:9} {one.slug}: {one.because}")
            if one.did == "announced" and one.slug == OBJECTED and not self.objected:
                self.objected = True
                seen = card(self.store, one.proposal)
                await self.traders.object(seen.market, seen.proposal.comment_id or "")
        return cards(self.store)

    def end(self) -> Played:
        """Verify everything, draw a chart for each resolution, and count."""
        assert self.loaded.debate is not None
        questions = asked(self.store, self.loaded)
        verdicts = judge_all(self.store, questions, self.clock.at).verdicts
        charts = draw_all(self.store, questions, self.clock.at, self.folder / "charts")
        with self.store.reading() as connection:
            mana = spent_mana(connection, self.loaded.debate.debate)
        return Played(
            folder=self.folder,
            database=self.folder / "crux.sqlite",
            charts=charts,
            counts=counts(self.store),
            questions=tuple(questions),
            verdicts=verdicts,
            verified=verify(self.store),
            mana_spent=f"{mana:f}",
            left_open=tuple(one.proposal.id for one in cards(self.store)),
        )

    def _say(self, text: str) -> None:
        say.aside(f"{self.clock.at:%Y-%m-%d}  {text}")


def _weekly(start: datetime, end: datetime) -> list[datetime]:
    """Every seventh day at noon."""
    first = start.replace(hour=12, minute=0, second=0, microsecond=0)
    return [first + BETWEEN * number for number in range((end - first) // BETWEEN + 1)]
