"""The laws of judging, held by every kind of condition and value on made histories full of accidents."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_texts import rule_of
from rule_worlds import SYSTEMS, day, judged, seen, spec

from resolvers.evidence import EvidenceInMemory, SourceEvidence, instant
from resolvers.rules.cache import Cache
from resolvers.rules.columns import Table
from resolvers.rules.retrace import retrace
from resolvers.rules.rule import Rule
from resolvers.verdict import Verdict

COLUMNS = {
    "score": {"unit": "percent", "between": [0, 100]},
    "cost": {"unit": "usd", "between": [0, 100]},
    "date": {"type": "date", "is": "published"},
    "kind": "text",
}
BOARD, MIRROR = spec("board", COLUMNS), spec("mirror", COLUMNS, complete=True)
LAST = 60
CLOSES = "closes: 2027-02-20\n"
VALUES = """
rows:
  labelled: {from: board, label: {class: systems}}
values:
  best: {max: score, from: board}
  kept: {min: score, from: board, carry: yes}
  few: {top: score, n: 2, of: labelled}
  mine: {count: rows, of: few, where: {class: P1}}
  cheap: {max: cost, of: few, where: cost <= 60 usd}
  first: {argmin: cost, of: few}
  upper: {quantile: score, q: 75%, from: board}
  trend: {slope: score, per: 10 days, clock: published, from: board}
  same: {max: score, agree: [board, mirror]}
  backed: {max: score, from: [{source: board, unless_frozen: 9 days}, mirror]}
  then: {argmax: score, from: board, at: 2027-01-21}
  dated: {argmax: score, from: board, ties: {earliest: date}}
  kinds: {distinct: class, of: labelled}
  some: {count: rows, from: board, where: score >= 2 * cost / 1 usd * 1% and score > 10%}
  inside: {count: rows, of: labelled, within: {from: 2027-01-05, before: 2027-02-10}, clock: seen}
  month: {per: month, from: 2027-01-01, before: 2027-02-01, value: {max: score, from: board}, read: 8 days}
"""
CONDITIONS = {
    "all": "{all: [best >= 97%, {not: kept >= 30%}]}",
    "any": "{any: [best >= 99%, {any: rows, from: mirror, where: {kind: z, cost: 70 usd}}]}",
    "at least": "{at_least: 2, of: [best >= 97%, kept >= 50%, mine >= 2]}",
    "top": "mine >= 2 and cheap >= 20 usd",
    "picked of top": "first.score >= 90%",
    "quantile": "upper >= 90%",
    "slope": "trend >= 8 points",
    "agree": "same >= 90%",
    "unless frozen": "backed <= 50%",
    "frozen": "frozen(board, 24 days)",
    "at": "then.score >= 90%",
    "ties": "dated.kind == z",
    "distinct": "kinds >= 2 and best < 60%",
    "reckoned": "some >= 4",
    "window": "inside >= 5",
    "each": '{at_least: 1, each: month, is: ">= 80%"}',
}
SETTLES = ("2 days", "first_release", "{as_known_at: T}")
HOLDS = ("0 days", "9 days")
ASKED = st.tuples(st.sampled_from(sorted(CONDITIONS)), st.sampled_from(SETTLES), st.sampled_from(HOLDS))
SEEDS = st.integers(0, 100_000)


def rule_for(asked: tuple[str, str, str]):
    condition, settle, hold = asked
    text = f"yes: '{CONDITIONS[condition]}'" if CONDITIONS[condition][0] != "{" else f"yes: {CONDITIONS[condition]}"
    resolve = f"resolve:\n  {text}\n  settle: {settle}\n  hold: {hold}\n"
    return rule_of(f"label_settle: 4 days\n{CLOSES}{VALUES}{resolve}", BOARD, MIRROR, SYSTEMS)


def history(seed: int, what: str) -> dict[float, Any]:
    """Rows that come, change, lose a cell and go, and looks that fail."""
    luck = random.Random(f"{seed} {what}")
    rows: dict[str, dict[str, str | None]] = {}
    shown: dict[float, Any] = {}
    for number in range(LAST + 15):
        for _ in range(luck.choice([0, 0, 0, 1, 1])):
            key = luck.choice("abcdef")
            if key in rows and luck.random() < 0.1:
                del rows[key]
                continue
            rows[key] = {
                "score": luck.choice([None, *["20", "50", "60", "60", "80", "97"] * 3]),
                "cost": luck.choice([None, *["10", "30", "30", "70"] * 5]),
                "date": luck.choice([None, *["2027-01-03", "2027-01-20", "2027-02-01"] * 5]),
                "kind": luck.choice(["x", "y", "y", "z"]),
            }
        trouble = luck.random()
        if trouble < 0.9:
            shown[number] = {key: dict(cells) for key, cells in rows.items()} if trouble < 0.895 else "refused"
    return shown


def filled(shown: dict[float, Any], seed: int) -> dict[float, Any]:
    """The same history with something readable in every cell that could not be read."""
    luck = random.Random(seed)
    choices = {"score": ["0", "55", "100"], "cost": ["0", "40", "100"], "date": ["2026-12-01", "2027-01-25"]}
    chosen: dict[tuple[str, str], str] = {}

    def cell(key: str, name: str, text: str | None) -> str:
        return chosen.setdefault((key, name), luck.choice(choices[name])) if text is None else text

    return {
        at: what
        if isinstance(what, str)
        else {key: {name: cell(key, name, text) for name, text in cells.items()} for key, cells in what.items()}
        for at, what in shown.items()
    }


def systems(seed: int) -> SourceEvidence:
    luck = random.Random(f"{seed} systems")
    labels: dict[str, dict[str, str]] = {}
    shown: dict[float, Any] = {}
    for number in range(LAST + 15):
        if luck.random() < 0.15:
            labels[luck.choice("abcdef")] = {"class": luck.choice(["P1", "R2"])}
        shown[number] = {key: dict(cells) for key, cells in labels.items()}
    return seen(SYSTEMS, shown)


def evidence(seed: int, fill: int | None = None) -> EvidenceInMemory:
    boards = [(what, history(seed, what.id)) for what in (BOARD, MIRROR)]
    made = [seen(what, shown if fill is None else filled(shown, fill)) for what, shown in boards]
    return EvidenceInMemory.of([*made, systems(seed)])


def said(verdict: Verdict) -> str:
    return verdict.outcome.words() if verdict.outcome is not None else ""


@settings(max_examples=60, deadline=None)
@given(SEEDS, ASKED, ASKED, st.integers(0, LAST + 14))
def test_a_shared_cache_and_the_order_of_sources_change_no_byte(seed, asked, other, at):
    made = evidence(seed)
    shared = Cache()
    judged(rule_for(other), made, at, shared)
    turned = EvidenceInMemory.of([*reversed(made.sources.values())])
    found = judged(rule_for(asked), made, at, shared).model_dump_json()
    assert found == judged(rule_for(asked), turned, at).model_dump_json()


@settings(max_examples=60, deadline=None)
@given(SEEDS, ASKED, st.integers(0, LAST + 14))
def test_evidence_of_later_changes_nothing(seed, asked, at):
    made = evidence(seed)
    cut = [SourceEvidence(each.spec, *Table(0, each, instant(day(at))).seen()) for each in made.sources.values()]
    assert judged(rule_for(asked), made, at) == judged(rule_for(asked), EvidenceInMemory.of(cut), at)


@settings(max_examples=150, deadline=None)
@given(SEEDS, ASKED, st.integers(30, LAST + 14), SEEDS)
def test_what_is_decided_with_unreadable_cells_is_so_whatever_they_hold(seed, asked, at, fill):
    found = judged(rule_for(asked), evidence(seed), at)
    if found.state == "decided":
        assert said(judged(rule_for(asked), evidence(seed, fill), at)) == said(found)


@settings(max_examples=100, deadline=None)
@given(SEEDS, ASKED, st.lists(st.integers(10, LAST + 14), min_size=2, max_size=4))
def test_what_is_decided_stays_decided(seed, asked, moments):
    made = evidence(seed)
    verdicts = [judged(rule_for(asked), made, at) for at in sorted(moments)]
    decided = [verdict.state == "decided" for verdict in verdicts]
    assert decided == sorted(decided)
    assert len({(said(v), v.instant) for v in verdicts if v.state == "decided"}) <= 1


PAIRS = {
    "at least one is any": ("{at_least: 1, of: [A, B, C]}", "{any: [A, B, C]}"),
    "at least all is all": ("{at_least: 3, of: [A, B, C]}", "{all: [A, B, C]}"),
    "not all is any not": ("{not: {all: [A, B, C]}}", "{any: [{not: A}, {not: B}, {not: C}]}"),
    "not any is all not": ("{not: {any: [A, B, C]}}", "{all: [{not: A}, {not: B}, {not: C}]}"),
    "not two of three": ("{not: {at_least: 2, of: [A, B, C]}}", "{at_least: 2, of: [{not: A}, {not: B}, {not: C}]}"),
    "a formula is a mapping": ("A and (B or not C)", "{all: [A, {any: [B, {not: C}]}]}"),
}
PARTS = {"A": "best >= 60%", "B": "mine >= 1", "C": "same >= 60%"}


@pytest.mark.parametrize("pair", PAIRS)
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, at=st.integers(10, LAST + 14))
def test_conditions_that_say_the_same_are_judged_the_same(pair, seed, at):
    made = evidence(seed)
    found = []
    for text in PAIRS[pair]:
        for name, part in PARTS.items():
            text = text.replace(name, part)
        settled = f"label_settle: 4 days\n{CLOSES}{VALUES}resolve:\n  settle: 2 days\n  yes: {text}\n"
        verdict = judged(rule_of(settled, BOARD, MIRROR, SYSTEMS), made, at)
        found.append((verdict.state, said(verdict), verdict.instant, verdict.until))
    assert found[0] == found[1]


def states_met(name, wanted):
    """How a condition stands in one history after the other, until all that is wanted has been met."""
    found = set()
    for seed in range(40):
        found.add(judged(rule_for((name, SETTLES[seed % 3], HOLDS[seed % 2])), evidence(seed), 74).state)
        if wanted <= found:
            break
    return found


@pytest.mark.parametrize("name", sorted(CONDITIONS))
def test_every_kind_of_condition_is_decided_in_some_histories_and_open_in_others(name):
    wanted = {"decided", "unknown"} | ({"conflicting"} if name == "agree" else set())
    assert wanted <= states_met(name, wanted)


@pytest.mark.parametrize("name", sorted(CONDITIONS))
def test_every_rule_survives_its_own_json_and_can_be_drawn(name):
    made = rule_for((name, SETTLES[0], HOLDS[0]))
    again = Rule.model_validate_json(made.canonical())
    assert (again, again.hash(), again.phrases()) == (made, made.hash(), made.phrases())
    for as_seen in (False, True):
        drawn = retrace(made, evidence(5), day(50), as_seen=as_seen)
        assert drawn == retrace(again, evidence(5), day(50), as_seen=as_seen)
        assert drawn.value in ("true", "false", "unknown")
