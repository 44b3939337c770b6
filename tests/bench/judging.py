"""One cold and one warm pass over many distinct rules, against fetching the same rows with sqlite3 alone."""

from __future__ import annotations

import gc
import json
import resource
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rule_trees import Made, made

from bot.judging import Asked, judge_all
from bot.store import Store, load_evidence, open_store, schema
from bot.store.types import canonical
from bot.store.writing import insert_new
from resolvers.evidence import EvidenceInMemory
from resolvers.rules.nodes import Reduce, Rows

RAW_TRIES = 5
BATCH = 10_000
SPAN_COLUMNS = "row, key, observation, cells, snapshot, since, until, ended"


def run(markets: int, observations: int, sources: int, seed: int) -> dict[str, Any]:
    """Make a store of that size, judge everything twice, and compare with the database alone."""
    told = made(seed, markets, sources, observations)
    with tempfile.TemporaryDirectory(prefix="crux-bench-") as folder:
        path = Path(folder) / "bench.sqlite"
        store = open_store(path, now=lambda: told.as_of)
        fill(store, told)
        same = _facts(load_evidence(store, told.specs, told.as_of)) == _facts(told.evidence)
        store.close()
        store = open_store(path, now=lambda: told.as_of)
        questions = [Asked(slug, rule.hash(), rule, _read(told, rule)) for slug, rule in told.rules.items()]
        statements, connects = Counter[str](), Counter[str]()
        sa.event.listen(store.engine, "before_cursor_execute", lambda *given: statements.update([given[2].split()[0]]))
        sys.addaudithook(lambda event, _: connects.update([event]) if event == "socket.connect" else None)
        before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        cold, cold_s = _timed(lambda: judge_all(store, questions, told.as_of))
        cold_statements = sum(number for word, number in statements.items() if word not in ("BEGIN", "PRAGMA"))
        statements.clear()
        warm, warm_s = _timed(lambda: judge_all(store, questions, told.as_of))
        store.close()
        raw_s = min(_timed(lambda: raw(path))[1] for _ in range(RAW_TRIES))
        used_s = min(_timed(lambda: raw(path, parse=True))[1] for _ in range(RAW_TRIES))
    return {
        "markets": len(told.rules),
        "distinct_rules": len({rule.hash() for rule in told.rules.values()}),
        "observations": told.observations,
        "sources": len(told.specs),
        "evidence_as_made": same,
        "nodes": dict(sorted(Counter(_kinds(told)).items())),
        "distinct_reads": len(_reads(told)),
        "verdicts": dict(Counter(verdict.state for verdict in cold.verdicts)),
        "cold_s": round(cold_s, 3),
        "warm_s": round(warm_s, 3),
        "raw_s": round(raw_s, 4),
        "ratio": round(cold_s / raw_s, 2),
        "ratio_warm": round(warm_s / raw_s, 2),
        "raw_and_json_s": round(used_s, 4),
        "evaluated_cold": cold.evaluated,
        "evaluated_warm": warm.evaluated,
        "same_verdicts": cold.verdicts == warm.verdicts,
        "statements_cold": cold_statements,
        "statements_per_source": round(cold_statements / len(told.specs), 2),
        "statements_warm": sum(number for word, number in statements.items() if word not in ("BEGIN", "PRAGMA")),
        "http": connects["socket.connect"],
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "peak_before_judging_mib": before_kib // 1024,
    }


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
                {"body": look.body, "source": name, "read_hash": block, "state": "good", "because": ""}
                | {"notes": [], "held": []}
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


def _read(told: Made, rule: Any) -> dict[str, Any]:
    return {name: told.specs[name] for name in rule.sources()}


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    gc.collect()
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


def _kinds(told: Made) -> list[str]:
    """The kind of every node of every rule; outcomes, filters, labels and precedence count as kinds of their own."""
    found: list[str] = []
    for rule in told.rules.values():
        found.append(f"outcome {rule.type}")
        for node in rule.nodes():
            found.append(node.kind)
            if isinstance(node, Rows):
                found += ["label"] * bool(node.labels) + ["where"] * (node.where is not None)
                found += ["precedence"] * (len(node.sources) > 1)
    return found


def _reads(told: Made) -> set[str]:
    """Every distinct (source, where, reduce)."""
    return {
        node.model_dump_json()
        for rule in told.rules.values()
        for node in rule.nodes()
        if isinstance(node, Reduce) or node.kind == "pick"
    }
