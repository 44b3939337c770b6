"""Guards: judging a large store in bounded memory: parts that share no source, one after another, the same verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from store_builders import body, day, source

from bot import judging
from bot.judging import Asked, judge_all
from bot.store import Store, record
from resolvers.rules.compile import RuleBlocks, compile_rule
from resolvers.rules.defaults import HouseDefaults

SOURCES = {name: source(name) for name in ("alone", "left", "right")}


def question(slug: str, *names: str) -> Asked:
    """Whether the best of one source, or of each of two, reaches 60%."""
    specs = {name: SOURCES[name] for name in names}
    values = {f"best_{name}": {"max": "score", "from": name} for name in names}
    yes = " and ".join(f"{value} >= 60%" for value in values)
    blocks = RuleBlocks(opens=day(0), closes=day(40), values=values, resolve={"yes": yes})
    rule, faults = compile_rule(blocks, sources=specs, defaults=HouseDefaults())
    assert rule is not None, faults
    return Asked(slug, rule.hash(), rule, specs)


@pytest.fixture
def seen(store: Store) -> Store:
    for number, (name, spec) in enumerate(SOURCES.items()):
        for at in range(0, 50, 5):
            record(store, spec, body({name: (f"{40 + number * at}.0", "x")}), seen_at=day(at), via="import")
    return store


QUESTIONS = [question("b", "left", "right"), question("a", "alone"), question("c", "left"), question("d", "right")]


@contextmanager
def loads_and_verdicts(store: Store) -> Iterator[list[str]]:
    """Each reading of spans and each writing of verdicts, in order."""
    told: list[str] = []

    def hear(conn: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("SELECT spans"):
            told.append("spans")
        elif statement.startswith("INSERT INTO verdicts"):
            told.append("verdicts")

    event.listen(store.engine, "before_cursor_execute", hear)
    yield told
    event.remove(store.engine, "before_cursor_execute", hear)


def test_questions_that_share_no_source_are_judged_one_part_after_another(
    seen: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_all(seen, QUESTIONS, day(49))  # the spans are told
    monkeypatch.setattr(judging, "MOST_SPANS", 1)
    with loads_and_verdicts(seen) as told:
        judge_all(seen, QUESTIONS, day(48))
    assert told == ["spans", "spans", "verdicts", "spans", "verdicts"]


def test_a_small_store_is_judged_in_one_part(seen: Store) -> None:
    judge_all(seen, QUESTIONS, day(49))
    with loads_and_verdicts(seen) as told:
        judge_all(seen, QUESTIONS, day(48))
    assert told == ["spans", "spans", "spans", "verdicts"]


def test_parts_do_not_change_a_verdict_nor_the_order_of_what_was_asked(
    seen: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = judge_all(seen, QUESTIONS, day(49), day(2000))  # asked as known on a day, none is taken from the cache
    monkeypatch.setattr(judging, "MOST_SPANS", 1)
    apart = judge_all(seen, QUESTIONS, day(49), day(2000))
    assert apart == together
    assert [verdict.slug for verdict in apart.verdicts] == ["b", "a", "c", "d"]
    assert {verdict.state for verdict in apart.verdicts} == {"decided"}
