"""Guards: what people type is understood, what is not is said to be so, and no answer is wrong with confidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.chat.answering import answer
from bot.chat.replies import Context, Reply
from bot.chat.store_tools import StoreTools, titles_of
from bot.debates import BUNDLED
from bot.store import open_store
from markets.load import load_debate

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HERE = Path(__file__).parent
TABLES = ("phrases", "phrases_blind", "phrases_other")
LEAST = 0.93
"""Share of all phrases that are right at least; the aim is 95 of 100."""

Line = dict[str, Any]


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> dict[str, StoreTools]:
    """Both debates over empty stores: understanding is told apart from knowing."""
    found = {}
    for name in ("predictors-vs-agents", "replay"):
        loaded = load_debate(BUNDLED / name)
        store = open_store(tmp_path_factory.mktemp(name) / "crux.sqlite", now=lambda: NOW)
        found[name] = StoreTools(store, loaded, NOW, titles_of(loaded))
    return found


def answers(tools: dict[str, StoreTools], table: str) -> Iterator[tuple[Line, Reply]]:
    """Every line of a table with its answer; in a talk, as Discord keeps it, the subject goes on from line to line."""
    for entry in yaml.safe_load((HERE / f"{table}.yaml").read_text(encoding="utf-8")):
        context = Context("asker", NOW)
        for line in entry.get("talk") or [entry]:
            reply = answer(tools[entry["debate"]], line["say"], context)
            yield line, reply
            context = Context(
                "asker",
                NOW,
                last_slug=line.get("market") or reply.slug or context.last_slug,
                last_intent=context.last_intent if reply.intent == "unknown" else reply.intent,
                choices=tuple(slug for slug, _ in reply.choices),
            )


def came_to(line: Line, reply: Reply) -> str:
    """right, unsure (it asked back, or said that it does not know), or wrong with confidence."""
    offered = {slug for slug, _ in reply.choices}
    if line.get("any_of"):
        right = reply.slug is None and offered >= set(line["any_of"])
    else:
        right = reply.slug == line["market"]
    if right and reply.intent == line["intent"]:
        return "right"
    return "unsure" if reply.intent == "unknown" or not reply.confident else "wrong"


@pytest.mark.parametrize("table", TABLES)
def test_no_phrase_is_answered_wrongly_with_confidence(tools: dict[str, StoreTools], table: str) -> None:
    wrong = [
        (line["say"], line["intent"], line["market"], reply.intent, reply.slug)
        for line, reply in answers(tools, table)
        if came_to(line, reply) == "wrong"
    ]
    assert wrong == []


def test_more_than_nine_of_ten_phrases_are_understood(
    tools: dict[str, StoreTools], capsys: pytest.CaptureFixture[str]
) -> None:
    counts = {table: Counter(came_to(*each) for each in answers(tools, table)) for table in TABLES}
    whole = sum(counts.values(), Counter[str]())
    with capsys.disabled():
        for table, count in [*counts.items(), ("all", whole)]:
            told = ", ".join(f"{number} {what}" for what, number in sorted(count.items()))
            print(f"\n  chat, {table}: {count['right'] / count.total():.1%} right of {count.total()} ({told})", end="")
    assert whole["right"] / whole.total() >= LEAST


@pytest.mark.parametrize("table", TABLES)
def test_every_answer_has_one_to_four_lines_and_repeats_no_mention(tools: dict[str, StoreTools], table: str) -> None:
    for line, reply in answers(tools, table):
        assert 1 <= len(reply.lines) <= 4, line["say"]
        assert "@everyone" not in " ".join(reply.lines)


def test_no_sentence_ever_acts_but_may_be_offered_a_button(tools: dict[str, StoreTools]) -> None:
    acts = [(line, reply) for line, reply in answers(tools, "phrases") if line["intent"] == "propose-act"]
    named = [reply for line, reply in acts if line["market"]]
    assert acts
    assert all(reply.offers and "never act" in reply.lines[0] for reply in named)
    assert all(offer.slug == reply.slug for reply in named for offer in reply.offers)
