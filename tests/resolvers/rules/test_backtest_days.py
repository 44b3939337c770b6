"""A backtest says for every day what judging as of that day says, and judges only where something can have turned."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime

import pytest
from random_worlds import LAST_DAY, made
from rule_worlds import BOARD, Shown, day, rule, scores, seen, spec, world

from resolvers.backtest.days import course, every_day
from resolvers.rules.judge import judge
from resolvers.rules.rule import Rule
from resolvers.verdict import Verdict

pytestmark = pytest.mark.long(70)

WORLDS = 2000
"""The least that the requirement asks for; from a seed of its own each."""
PARTS = 4
"""So that workers can share them; each part keeps its share of every limit."""

FIRST, LAST = -1, LAST_DAY + 34
"""From the day before the first look to well after everything has settled."""
MANY = 26
WHOLE = 25
"""Of so many worlds one is lived through day by day from beginning to end, the others over some days."""
ANEW = 4
"""Of so many worlds one has its judged days judged anew, too: what one day remembers may mislead none after it."""


def days_of(seed: int) -> list[datetime]:
    """Days in a row from anywhere in the history, every third day of it, or all of it; at one time of the day."""
    luck = random.Random(seed)
    at = luck.choice([0, 0, 0.25, 0.77])
    if seed % WHOLE == 0:
        return [*(day(number + at) for number in range(FIRST, LAST + 1)), *day_not_over(luck, LAST + at)]
    if seed % 2:
        begins = luck.randrange(FIRST, LAST - MANY + 2)
        days = every_day(day(begins + at), day(begins + MANY - 1 + at))
        return [*days, *day_not_over(luck, begins + MANY - 1 + at)]
    return [day(number + at) for number in range(FIRST + seed // 2 % 3, LAST + 1, 3)]


def day_not_over(luck: random.Random, last: float) -> list[datetime]:
    """Of every second history the day that is not over: some hours after the last one that is."""
    return [day(last + luck.choice([0.001, 0.3, 0.5, 0.99]))] if luck.random() < 0.5 else []


def test_the_day_that_is_not_over_comes_last_as_it_stands():
    assert every_day(day(0), day(2)) == [day(0), day(1), day(2)]
    assert every_day(day(0), day(2.5)) == [day(0), day(1), day(2), day(2.5)]
    assert every_day(day(0), day(0.5)) == [day(0), day(0.5)]


def told(verdict: Verdict) -> tuple[object, ...]:
    """All that a verdict says, but for the trace and the day on which it says it."""
    answer = verdict.state, verdict.outcome, verdict.leaning, verdict.until, verdict.instant
    return *answer, verdict.because, verdict.asks


def kinds_of(rule: Rule) -> list[str]:
    """The kind of each node, of each series that one counts along, and of the outcome."""
    nodes = rule.nodes()
    return [*(node.kind for node in nodes), *(node.of.kind for node in nodes if node.kind == "along"), rule.type]


@pytest.mark.timeout(1200)  # a minute and a half of work, which a busy machine may take ten for
@pytest.mark.parametrize("part", range(PARTS))
def test_every_day_is_what_plain_judging_says_of_it_and_little_is_judged(capsys: pytest.CaptureFixture[str], part: int):
    kinds: Counter[str] = Counter()
    accidents: Counter[str] = Counter()
    judged, lived = 0, 0
    for seed in range(part, WORLDS, PARTS):
        world, days = made(seed), days_of(seed)
        found = course("made", world.rule, world.evidence, days)
        for each in found.days:
            if not each.judged or seed % ANEW == 0:
                assert told(each.verdict) == told(judge("made", world.rule, world.evidence, each.at)), (seed, each.at)
        assert found.evaluations <= found.changes + 20, seed
        judged, lived = judged + found.evaluations, lived + len(days)
        kinds.update(kinds_of(world.rule))
        accidents.update(world.accidents)
    with capsys.disabled():
        print(f"\n{WORLDS // PARTS} worlds of {lived} days, {judged} judged; nodes {dict(sorted(kinds.items()))}")
        print(f"accidents {dict(sorted(accidents.items()))}")
    assert min(accidents.values()) >= 100 // PARTS and min(kinds.values()) >= 20 // PARTS


@pytest.mark.parametrize(("seed", "part_of_day"), [(27, 0), (180, 0), (402, 0), (1476, 0), (8581, 0.77)])
def test_on_days_that_once_were_passed_over_it_is_judged(seed: int, part_of_day: float):
    """The clock turned each: a run from the opening, a row seen after a gap, an answer for a new row, and a run that
    ended as another source began to answer.
    """
    world = made(seed)
    days = [day(number + part_of_day) for number in range(FIRST, LAST + 1)]
    for each in course("made", world.rule, world.evidence, days).days:
        assert told(each.verdict) == told(judge("made", world.rule, world.evidence, each.at)), each.at


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
            assert told(each.verdict) == told(plain), (seed, each.at)
