"""A backtest says for every day what judging as of that day says, and judges only where something can have turned."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from random_worlds import LAST_DAY, made
from rule_worlds import BOARD, Shown, day, rule, scores, seen, spec, world

from resolvers.backtest.days import course
from resolvers.rules.judge import judge

WORLDS = 2000
"""The least that the requirement asks for; from a seed of its own each."""

DAYS = [day(number) for number in range(-1, LAST_DAY + 35, 3)]


def told(verdict):
    return verdict.state, verdict.outcome, verdict.leaning, verdict.until, verdict.instant, verdict.because


def test_every_day_is_what_plain_judging_says_of_it_and_little_is_judged(capsys: pytest.CaptureFixture[str]):
    kinds: Counter[str] = Counter()
    accidents: Counter[str] = Counter()
    judged = 0
    for seed in range(WORLDS):
        world = made(seed)
        found = course("made", world.rule, world.evidence, DAYS)
        for each in found.days:
            if not each.judged:
                assert told(each.verdict) == told(judge("made", world.rule, world.evidence, each.at)), (seed, each.at)
        assert found.evaluations <= found.changes + 20
        judged += found.evaluations
        kinds.update([*(node.kind for node in world.rule.nodes()), world.rule.type])
        accidents.update(world.accidents)
    with capsys.disabled():
        print(f"\n{WORLDS} worlds of {len(DAYS)} days, {judged} judged; nodes {dict(sorted(kinds.items()))}")
        print(f"accidents {dict(sorted(accidents.items()))}")
    assert min(accidents.values()) >= 100 and min(kinds.values()) >= 20


def irregular(luck: random.Random) -> dict[float, Shown]:
    """A board with one row that is looked at now and then."""
    found: dict[float, Shown] = {}
    at = 0.0
    while at < 40:
        found[at] = scores(a=luck.choice(["10", "60", "0"]))
        at += luck.choice([0.5, 1, 2, 8, 12])
    return found


def test_every_word_of_a_day_is_that_of_plain_judging_where_two_sources_are_looked_at_now_and_then():
    mirror = spec("mirror", {"score": {"unit": "percent", "between": [0, 100]}})
    values = {"one": {"max": "score", "from": "board"}, "two": {"max": "score", "from": "mirror"}}
    asked = rule({"yes": "one >= 50% and two >= 1%"}, BOARD, mirror, values=values)
    for seed in range(150):
        luck = random.Random(seed)
        evidence = world(seen(BOARD, irregular(luck)), seen(mirror, irregular(luck)))
        for each in course("made", asked, evidence, [day(number) for number in range(45)]).days:
            plain = judge("made", asked, evidence, each.at)
            assert (*told(each.verdict), each.verdict.asks) == (*told(plain), plain.asks), (seed, each.at)
