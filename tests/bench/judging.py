"""One cold and one warm pass over many distinct rules, against fetching the same rows with sqlite3 alone."""

from __future__ import annotations

import gc
import hashlib
import json
import multiprocessing
import os
import re
import resource
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rule_trees import Made, made

from bot.judging import Asked, Judged, judge_all
from bot.store import Store, load_evidence, open_store, schema
from bot.store.types import canonical
from bot.store.writing import insert_new
from resolvers.evidence import EvidenceInMemory
from resolvers.rules.nodes import Along, Node, Reduce, Rows, State
from resolvers.rules.rule import Rule
from resolvers.sources.spec import SourceSpec

TRIES = 3
"""Passes over a fresh copy of the store, each in a process of its own; told is the one whose ratio lies in the middle.

A shared machine is slow for seconds at a time, which a pass of many seconds has its share of, and the best of several
short reads never has. So raw reads that take about as long together are made just before a pass and just after it, and
the pass is held against their mean; against their best, too, which is told as `ratio_to_best`.
"""
RAW_TRIES = 5
TOLD = ("ratio", "ratio_to_best", "cold_s", "cold_cpu_s", "raw_s", "raw_best_s")
"""Of every pass."""
BATCH = 10_000
SPAN_COLUMNS = "row, key, observation, cells, snapshot, since, until, ended"


PEER_MS = 30
"""What a peer needs for one market, about, as its own documents tell."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What the judging process is told of the store that another process filled; rules as they lie in a store."""

    specs: Mapping[str, SourceSpec]
    rules: Mapping[str, str]
    as_of: datetime
    observations: int
    as_made: bool


def run(markets: int, observations: int, sources: int, seed: int) -> dict[str, Any]:
    """Make a store of that size, judge everything twice, and compare with the database alone.

    Each part has a process of its own, so that the memory told is what judging takes.
    """
    with tempfile.TemporaryDirectory(prefix="crux-bench-") as folder:
        path = Path(folder) / "bench.sqlite"
        told: Filled = apart(made_store, path, markets, observations, sources, seed)
        tries = [tried(path, Path(folder) / "tried.sqlite", told) for _ in range(TRIES)]
    middle = sorted(tries, key=lambda one: float(one["ratio"]))[TRIES // 2]
    every = {f"{name}_of_each_try": [one[name] for one in tries] for name in TOLD}
    peaks = {name: max(int(one[name]) for one in tries) for name in ("peak_mib", "peak_warm_mib")}
    return middle | every | peaks


def apart(work: Callable[..., Any], *given: Any) -> Any:
    """What comes of it in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as another:
        return another.submit(work, *given).result()


def tried(path: Path, copy: Path, told: Filled) -> dict[str, Any]:
    """One cold and one warm pass over a copy of the store, with the raw reads before and after them."""
    shutil.copyfile(path, copy)
    on_disk(copy)
    reads: list[float] = apart(raw_reads, copy)
    found: dict[str, Any] = apart(judged, copy, told)
    reads += apart(raw_reads, copy)
    raw_s = statistics.mean(reads)
    for beside in copy.parent.glob(f"{copy.name}*"):
        beside.unlink()
    return found | {
        "raw_s": round(raw_s, 4),
        "raw_best_s": round(min(reads), 4),
        "ratio": round(found["cold_s"] / raw_s, 2),
        "ratio_to_best": round(found["cold_s"] / min(reads), 2),
        "ratio_warm": round(found["warm_s"] / raw_s, 2),
    }


def raw_reads(path: Path) -> list[float]:
    """Seconds of each of several raw reads."""
    return [_timed(lambda: raw(path))[1] for _ in range(RAW_TRIES)]


def made_store(path: Path, markets: int, observations: int, sources: int, seed: int) -> Filled:
    """Fill a store, and say whether what it holds is what was made."""
    told = made(seed, markets, sources, observations)
    store = open_store(path, now=lambda: told.as_of)
    fill(store, told)
    same = _facts(load_evidence(store, told.specs, told.as_of)) == _facts(told.evidence)
    store.close()
    rules = {slug: rule.model_dump_json() for slug, rule in told.rules.items()}
    return Filled(told.specs, rules, told.as_of, told.observations, same)


def on_disk(path: Path) -> None:
    """Wait until the evidence lies on the disk: or the first verdicts kept would wait for all of it."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def judged(path: Path, told: Filled) -> dict[str, Any]:
    """One cold and one warm pass."""
    rules = {slug: Rule.model_validate_json(text) for slug, text in told.rules.items()}
    questions = [Asked(slug, rule.hash(), rule, _read(told, rule)) for slug, rule in rules.items()]
    store = open_store(path, now=lambda: told.as_of)
    statements, connects = Counter[str](), Counter[str]()
    sa.event.listen(store.engine, "before_cursor_execute", lambda *given: statements.update([given[2].split()[0]]))
    sys.addaudithook(lambda event, _: connects.update([event]) if event == "socket.connect" else None)
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu = time.process_time()
    cold, cold_s = _timed(lambda: judge_all(store, questions, told.as_of))
    cold_cpu_s = time.process_time() - cpu
    cold_statements = sum(number for word, number in statements.items() if word not in ("BEGIN", "PRAGMA"))
    cold_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    states, names = Counter(verdict.state for verdict in cold.verdicts), _names(cold)
    evaluated_cold = cold.evaluated
    del cold  # a pass that follows does not hold the verdicts of the one before
    statements.clear()
    warm, warm_s = _timed(lambda: judge_all(store, questions, told.as_of))
    warm_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    same_verdicts = names == _names(warm)
    store.close()
    used_s = _timed(lambda: raw(path, parse=True))[1]
    return {
        "markets": len(rules),
        "distinct_rules": len({rule.hash() for rule in rules.values()}),
        "observations": told.observations,
        "sources": len(told.specs),
        "evidence_as_made": told.as_made,
        "nodes": dict(sorted(Counter(_kinds(rules)).items())),
        "distinct_reads": len(_reads(rules)),
        "verdicts": dict(states),
        "cold_s": round(cold_s, 3),
        "cold_cpu_s": round(cold_cpu_s, 3),
        "warm_s": round(warm_s, 3),
        "raw_and_json_s": round(used_s, 4),
        "ms_per_market": round(cold_s / len(rules) * 1000, 3),
        "peer_ms_per_market": PEER_MS,
        "evaluated_cold": evaluated_cold,
        "evaluated_warm": warm.evaluated,
        "same_verdicts": same_verdicts,
        "statements_cold": cold_statements,
        "statements_per_source": round(cold_statements / len(told.specs), 2),
        "statements_warm": sum(number for word, number in statements.items() if word not in ("BEGIN", "PRAGMA")),
        "http": connects["socket.connect"],
        "peak_mib": cold_kib // 1024,
        "peak_warm_mib": warm_kib // 1024,
        "peak_before_judging_mib": before_kib // 1024,
    }


def _names(found: Judged) -> list[str]:
    """Each verdict's bytes, by hash."""
    return [hashlib.sha256(verdict.model_dump_json().encode()).hexdigest() for verdict in found.verdicts]


def _facts(evidence: EvidenceInMemory) -> list[tuple[Any, ...]]:
    """Every span but for the snapshots' numbers, which the store gives."""
    return [
        (name, span.row, span.key, span.observation, span.cells, span.body, span.since, span.until, span.ended)
        for name, source in evidence.sources.items()
        for span in source.spans
    ]


def raw(path: Path, *, parse: bool = False) -> int:
    """Every span with the columns that judging uses, by sqlite3 alone; with `parse`, also json.loads of the cells."""
    connection = sqlite3.connect(path)
    rows = []
    for (timeline,) in connection.execute("SELECT id FROM timelines").fetchall():
        some = connection.execute(f"SELECT {SPAN_COLUMNS} FROM spans WHERE timeline = ?", (timeline,)).fetchall()
        if parse:
            json.loads(f"[{','.join(row[3] for row in some)}]")
        rows.append(some)
    connection.close()
    return sum(map(len, rows))


def fill(store: Store, told: Made) -> None:
    """Write the made evidence as collecting would have left it: looks, bodies, observations, and their spans."""
    tables: dict[sa.Table, list[dict[str, Any]]] = {
        schema.bodies: [],
        schema.read_blocks: [],
        schema.snapshots: [],
        schema.readings: [],
        schema.observations: [],
        schema.timelines: [],
        schema.spans: [],
    }
    looks = sorted(
        (look.seen_at, name, look.snapshot) for name, one in told.evidence.sources.items() for look in one.sightings
    )
    ids = {(name, snapshot): number for number, (_, name, snapshot) in enumerate(looks, 1)}
    for number, (name, source) in enumerate(told.evidence.sources.items(), 1):
        block = source.spec.read.hash()
        tables[schema.read_blocks].append({"hash": block, "canonical": source.spec.read.canonical()})
        for look in source.sightings:
            tables[schema.bodies].append({"sha256": look.body, "codec": "none", "bytes": b""})
            tables[schema.snapshots].append(
                {
                    "id": ids[name, look.snapshot],
                    "source": name,
                    "seen_at": look.seen_at,
                    "recorded_at": look.recorded_at,
                }
                | {"via": "fetch", "status": 200, "body": look.body, "awaits": False, "because": ""}
            )
            tables[schema.readings].append(
                {"body": look.body, "source": name, "read_hash": block, "state": "good", "because": "", "notes": []}
            )
        last = source.sightings[-1]
        tables[schema.timelines].append(
            {
                "id": number,
                "source": name,
                "read_hash": block,
                "last_snapshot": ids[name, last.snapshot],
                "good_body": last.body,
            }
            | {"good_seen_at": last.seen_at, "spans": len(source.spans)}
        )
        for position, span in enumerate(source.spans):
            cells = canonical(dict(span.cells))
            tables[schema.observations].append(
                {"hash": span.observation, "source": name, "key": span.key, "cells": cells}
            )
            tables[schema.spans].append(
                {"timeline": number, "position": position, "row": span.row, "key": span.key, "cells": cells}
                | {"observation": span.observation, "snapshot": ids[name, span.snapshot], "since": span.since}
                | {"until": span.until, "ended": span.ended}
            )
    tables[schema.snapshots].sort(key=lambda each: int(each["id"]))
    with store.transaction(durable=False) as connection:
        for table, rows in tables.items():
            for start in range(0, len(rows), BATCH):
                insert_new(connection, table, rows[start : start + BATCH])


def _read(told: Filled, rule: Rule) -> dict[str, SourceSpec]:
    return {name: told.specs[name] for name in rule.sources()}


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    gc.collect()
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


def _kinds(rules: Mapping[str, Rule]) -> list[str]:
    """The kind of every node of every rule; outcomes, labels, filters and reduces count as kinds besides."""
    found: list[str] = []
    for rule in rules.values():
        found.append(f"outcome {rule.type}")
        for node in rule.nodes():
            found += [node.kind, *_details(node)]
            if isinstance(node, Rows):
                found += [f"where {kind}" for kind in sorted(set(TESTS.findall(node.model_dump_json())))]
    return found


TESTS = re.compile(r'"test":"(met|listed_in)"')
"""The filters that no cell of a row can tell."""


def _details(node: Node) -> list[str]:
    """What makes a node more than its kind."""
    if isinstance(node, Rows):
        frozen = any(use.unless_frozen is not None for use in node.sources)
        told = {"label": node.labels, "where": node.where, "precedence": len(node.sources) > 1, "unless_frozen": frozen}
        return [name for name, there in told.items() if there]
    if isinstance(node, Reduce):
        return [f"reduce {node.how}", *(["carry"] if node.carry else [])]
    if isinstance(node, State):
        return [f"state {node.state}"]
    return ["series"] if isinstance(node, Along) else []


def _reads(rules: Mapping[str, Rule]) -> set[str]:
    """Every distinct (source, where, reduce)."""
    return {
        node.model_dump_json()
        for rule in rules.values()
        for node in rule.nodes()
        if isinstance(node, Reduce) or node.kind == "pick"
    }
