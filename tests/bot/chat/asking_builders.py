"""A sentence asked of the small world, as Discord asks it, and the tables of sentences asked of the bundled debates."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from crux_builders import World
from new_stores import new_store

from bot.chat.answering import answer
from bot.chat.matching import Titles
from bot.chat.replies import Context, Reply
from bot.chat.store_tools import StoreTools, titles_of
from bot.debates import BUNDLED
from markets.load import Loaded, load_debate

NOW = datetime(2026, 11, 21, tzinfo=UTC)
"""When the tables are asked: a Saturday."""
HERE = Path(__file__).parent
QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same reading in C where there is one: a table takes a tenth of the time."""

_INDEXED: dict[int, tuple[Loaded, Titles]] = {}
"""The index over each reading of the small world's files, which lives as long as the reading that it is told by."""

Line = dict[str, Any]
Answers = Callable[[str], tuple[tuple[Line, Reply], ...]]


def tools_of(world: World, loaded: Loaded | None = None) -> StoreTools:
    """What an answer may read now, of the files as they are loaded or of others."""
    loaded = loaded or world.loaded
    if id(loaded) not in _INDEXED:
        _INDEXED[id(loaded)] = (loaded, titles_of(loaded))
    return StoreTools(world.store, loaded, world.store.now(), _INDEXED[id(loaded)][1])


def asked(world: World, said: str, loaded: Loaded | None = None, asker: str = "asker", **told: object) -> Reply:
    """The answer to one sentence; `told` are fields of its context."""
    tools = tools_of(world, loaded)
    return answer(tools, said, Context(asker, tools.now, **told))  # type: ignore[arg-type]  # as the tests spell them


def said_to(tools: StoreTools, said: str, **told: object) -> Reply:
    """The answer of a bundled debate to one sentence; `told` are fields of its context."""
    return answer(tools, said, Context("asker", NOW, **told))  # type: ignore[arg-type]  # as the tests spell them


@functools.cache
def bundled(name: str) -> tuple[Loaded, Titles]:
    """A debate of ours and the index over it, read once; nothing changes either."""
    loaded = load_debate(BUNDLED / name)
    return loaded, titles_of(loaded)


def argued(folder: Path, name: str = "predictors-vs-agents", loaded: Loaded | None = None) -> StoreTools:
    """A bundled debate, or another reading of it, over an empty store."""
    there, titles = bundled(name)
    store = new_store(folder / f"{name}.sqlite", now=lambda: NOW)
    return StoreTools(store, loaded or there, NOW, titles_of(loaded) if loaded else titles)


@functools.cache
def entries(table: str) -> list[dict[str, Any]]:
    """The entries of a table: a line, or a talk of several."""
    text = (HERE / f"{table}.yaml").read_text(encoding="utf-8")
    read: list[dict[str, Any]] = yaml.load(text, Loader=QUICK)
    return read


def answers(tools: dict[str, StoreTools], table: str) -> Iterator[tuple[Line, Reply]]:
    """Every line of a table with its answer; in a talk, as Discord keeps it, the subject goes on from line to line."""
    for entry in entries(table):
        context, replied = Context("asker", NOW), entry.get("reply_to")
        before: list[Line] = [{"say": said, "asked": False} for said in entry.get("after") or ()]
        for line in [*before, *(entry.get("talk") or [entry])]:
            reply = answer(tools[entry["debate"]], line["say"], replace(context, slug=replied))
            if line.get("asked", True):
                yield line, reply
            context = Context(
                "asker",
                NOW,
                last_slug=line.get("market") or reply.slug or context.last_slug,
                last_intent=context.last_intent if reply.intent == "unknown" else reply.intent,
                choices=tuple(slug for slug, _ in reply.choices),
            )
