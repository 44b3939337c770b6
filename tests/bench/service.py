"""The service under load: how long people wait, and the loop stalls, while all is judged; against a quiet one."""

from __future__ import annotations

import asyncio
import gc
import json
import multiprocessing
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from growing import body_read, cards_drawn
from judging import BATCH, Filled, fill
from rule_trees import made
from stalls import watched

from bot.chat.answering import answer
from bot.chat.replies import Context
from bot.chat.store_tools import StoreTools, titles_of
from bot.discord.cards import render
from bot.discord.posts import view_of
from bot.judging import asked, judge_all
from bot.proposing import propose_all
from bot.review import pausing
from bot.review.desk import card
from bot.service.judging import Judging
from bot.service.surroundings import Surroundings
from bot.service.threads import Threads, take_turns
from bot.store import Store, open_store, proposals, schema
from bot.store.writing import insert_new
from markets.load import Loaded
from markets.pausing import put_out_of_sight
from markets.spec import DebateSpec, MarketSpec, ReviewSpec
from resolvers.rules.rule import Rule

DEBATE = DebateSpec.model_validate(
    {"debate": "bench", "title": "A bench", "reviewers": {"ann": None, "ben": None}, "review": {"quorum": 2}}
)
PROPOSED_OF = 1000
"""Markets of which those that are decided are proposed at once."""
PROPOSED = 60
"""Proposals whose cards are asked for."""
STARTS = 7
NOUNS = ("model", "agent", "predictor", "lab", "scaffold", "release", "checkpoint", "system", "policy", "baseline")
DEEDS = ("beat", "reach", "pass", "match", "lead", "trail", "outscore", "equal", "double", "hold")


def run(markets: int, observations: int, sources: int, seed: int) -> dict[str, Any]:
    """Make a store of that size in another process, then ask it everything at once while all of it is judged."""
    with tempfile.TemporaryDirectory(prefix="crux-bench-") as folder:
        path = Path(folder) / "bench.sqlite"
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as another:
            told = another.submit(made_store, path, markets, observations, sources, seed).result()
        store = open_store(path, now=lambda: told.as_of)
        try:
            return asyncio.run(_measured(store, told, seed)) | _starting()
        finally:
            store.close()


def made_store(path: Path, markets: int, observations: int, sources: int, seed: int) -> Filled:
    """The evidence of the judging bench, and every one of its rules as an open market."""
    told = made(seed, markets, sources, observations)
    store = open_store(path, now=lambda: told.as_of)
    fill(store, told)
    rules = {slug: rule.model_dump_json() for slug, rule in told.rules.items()}
    filled = Filled(told.specs, rules, told.as_of, told.observations, True)
    specs, opened = [], []
    for number, spec in enumerate(_specs(filled, seed).values(), 1):
        specs.append(
            {"version": spec.version, "debate": "bench", "slug": spec.slug, "canonical": spec.frozen()}
            | {"description": "", "sources": list(spec.rule.sources()), "recorded_at": told.as_of}
        )
        opened.append(
            {"id": number, "debate": "bench", "slug": spec.slug, "opening": 1, "version": spec.version, "revision": 0}
            | {"market_id": f"m{number}", "url": f"https://manifold.markets/bench/{spec.slug}", "state": "open"}
            | {"type": spec.market_type, "answers": {}, "subsidy_mana": 0, "opened_at": told.as_of}
            | {"closes_at": spec.closes, "resolved_at": None}
        )
    with store.transaction(durable=False) as connection:
        for table, rows in ((schema.specs, specs), (schema.markets, opened)):
            for start in range(0, len(rows), BATCH):
                insert_new(connection, table, rows[start : start + BATCH])
    store.close()
    return filled


def _specs(told: Filled, seed: int) -> dict[str, MarketSpec]:
    """A market for each rule, with a question of its own."""
    luck = random.Random(seed)
    found = {}
    for number, (slug, text) in enumerate(told.rules.items()):
        rule = Rule.model_validate_json(text)
        words = f"{luck.choice(NOUNS)} {luck.choice(DEEDS)} {luck.choice(NOUNS)} {number % 97}"
        found[slug] = MarketSpec(
            debate="bench",
            slug=slug,
            question=f"Will some {words} on {rule.sources()[0] if rule.sources() else 'nothing'} {number}?",
            rule=rule,
            sources=tuple(told.specs[name] for name in rule.sources()),
            review=ReviewSpec(),
            reviewers=("ann", "ben"),
        )
    return found


async def _measured(store: Store, told: Filled, seed: int) -> dict[str, Any]:
    threads = Threads()
    take_turns()
    loaded = Loaded(DEBATE, _specs(told, seed), dict(told.specs), (), {}, None)
    slugs, luck = list(loaded.markets), random.Random(seed)
    titles = await threads.read(titles_of, loaded)
    every = await threads.judge(_proposed, store, loaded, slugs[:PROPOSED_OF])
    numbers = every[:PROPOSED]
    gc.collect(1)
    put_out_of_sight()  # as the service does with what stays
    idle_kib = _resident_kib()
    around = _around(store, loaded, threads)
    busy: dict[str, list[float]] = {}
    async with watched() as stalls:
        quiet = await _asked_of(store, loaded, titles, threads, numbers, slugs, luck, rounds=40)
        begun = time.perf_counter()
        judging = asyncio.create_task(Judging(around).run())
        while not judging.done():
            some = await _asked_of(store, loaded, titles, threads, numbers, slugs, luck, rounds=5)
            for name, times in some.items():
                busy.setdefault(name, []).extend(times)
        told_by_job = await judging
        judging_s = time.perf_counter() - begun
    most_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = await cards_drawn(store, threads, every) | await body_read(store, threads, seed)
    threads.close()
    return {
        "markets": len(slugs),
        "observations": told.observations,
        "judging_s": round(judging_s, 2),
        "judged": told_by_job["due"],
        **{f"{name}_quiet_ms": _told(times) for name, times in quiet.items()},
        **{f"{name}_judging_ms": _told(times) for name, times in busy.items()},
        **stalls.told(),
        "resident_idle_mib": idle_kib // 1024,
        "resident_most_mib": most_kib // 1024,
        **grown,
        "load_average": [round(each, 1) for each in os.getloadavg()],
    }


def _around(store: Store, loaded: Loaded, threads: Threads) -> Surroundings:
    """What the job of a service that is paused needs: it judges everything, and proposes nothing."""
    pausing.pause(store, "ann", "a bench")
    nothing: Any = None
    return Surroundings(nothing, store, threads, Path(), lambda: loaded, nothing, lambda job: None)


def _proposed(store: Store, loaded: Loaded, slugs: list[str]) -> list[int]:
    """Some proposals, for their cards to be made."""
    judged = judge_all(store, asked(store, loaded, slugs), store.now())
    propose_all(store, judged)
    with store.reading() as connection:
        return [one.id for one in proposals.listing(connection)]


async def _asked_of(
    store: Store,
    loaded: Loaded,
    titles: Any,
    threads: Threads,
    numbers: list[int],
    slugs: list[str],
    luck: random.Random,
    *,
    rounds: int,
) -> dict[str, list[float]]:
    """What people ask, one after the other: a name while it is typed, a card, a question in plain words."""
    found: dict[str, list[float]] = {"autocomplete": [], "card": [], "chat": []}

    async def timed(name: str, work: Callable[[], Awaitable[object]]) -> None:
        begun = time.perf_counter()
        await work()
        found[name].append(time.perf_counter() - begun)

    async def typed() -> object:
        return titles.suggest(f"{luck.choice(NOUNS)} {luck.choice(DEEDS)[:3]}")

    async def shown() -> object:
        number = luck.choice(numbers)
        return await threads.read(lambda: render(view_of(store, card(store, number), store.now())))

    async def spoken() -> object:
        slug = luck.choice(slugs[:400])
        tools = StoreTools(store, loaded, store.now(), titles)
        return await threads.read(answer, tools, f"how close is {slug}?", Context("asker", store.now()))

    for _ in range(rounds):
        await timed("autocomplete", typed)
        if numbers:
            await timed("card", shown)
        await timed("chat", spoken)
    return found


def _told(times: list[float]) -> dict[str, float]:
    """Milliseconds: the middle one, the 95th of 100, the longest."""
    ordered = sorted(1000 * each for each in times) or [0.0]
    return {
        "median": round(statistics.median(ordered), 1),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
        "most": round(ordered[-1], 1),
        "times": len(ordered),
    }


def _resident_kib() -> int:
    """What the process holds in memory now."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


def _starting() -> dict[str, Any]:
    """`crux --help` against the interpreter that does nothing, each at its quickest of several."""
    bare = min(_ran([sys.executable, "-c", "pass"]) for _ in range(STARTS))
    helped = min(_ran([sys.executable, "-m", "bot.cli", "--help"]) for _ in range(STARTS))
    loads = subprocess.run(
        [sys.executable, "-c", "import sys, json, bot.cli; print(json.dumps(sorted(sys.modules)))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    heavy = {"sqlalchemy", "discord", "apscheduler", "matplotlib", "pydantic", "httpx"} & set(json.loads(loads.stdout))
    return {
        "bare_interpreter_ms": round(1000 * bare, 1),
        "crux_help_ms": round(1000 * helped, 1),
        "crux_help_ratio": round(helped / bare, 2),
        "crux_help_imports": sorted(heavy),
    }


def _ran(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - begun
