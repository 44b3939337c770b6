"""Random rules over random histories with every accident of real sources, made from a seed alone."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from rule_worlds import compiled, day, observation, spec

from resolvers.evidence import EvidenceInMemory, Row, Sighting, SourceEvidence, instant
from resolvers.rules.panels import source_of
from resolvers.rules.rule import Rule
from resolvers.sources.spec import SourceSpec
from resolvers.sources.table import Reading
from resolvers.timeline import source_evidence

COLUMNS = {
    "score": {"unit": "percent", "between": [0, 100]},
    "trials": {"unit": "count"},
    "maker": "text",
    "made": {"type": "date", "is": "published"},
}
BOARD = spec("board", COLUMNS)
OTHER = spec("other", COLUMNS, complete=True)
SYSTEMS = spec("systems", {"class": "text"}, complete=True)
LAST_DAY = 40


@dataclass
class Made:
    """One rule, its evidence, and which accidents happened in it."""

    rule: Rule
    evidence: EvidenceInMemory
    accidents: Counter[str] = field(default_factory=Counter)


def made(seed: int) -> Made:
    """The world of a seed."""
    luck = random.Random(seed)
    accidents: Counter[str] = Counter()
    sources = [_board(luck, BOARD, accidents), _board(luck, OTHER, accidents), _systems(luck, accidents)]
    rule = _rule(luck)
    return Made(rule, EvidenceInMemory.of([*sources, *_answers(luck, accidents, rule)]), accidents)


class _History:
    """A board's rows as they go on from look to look."""

    def __init__(self, luck: random.Random, accidents: Counter[str]) -> None:
        self.luck, self.accidents, self.named = luck, accidents, 0
        self.rows: dict[str, dict[str, str | None]] = {}
        self.held: frozenset[str] = frozenset()
        for _ in range(luck.randrange(4)):
            self.come()

    def come(self) -> None:
        key = f"r{self.named}"
        self.named += 1
        self.rows[key] = {
            "score": f"{self.luck.randrange(300, 1000) / 10}",
            "trials": str(self.luck.randrange(1, 9)),
            "maker": self.luck.choice(["A", "B", "C"]),
            "made": f"2027-01-{self.luck.randrange(1, 29):02d}",
        }

    def go_on(self) -> None:
        luck = self.luck
        self.held = frozenset()
        what = luck.choice(["come", "come", "revise", "rekey", "vanish", "quarantine", "blank", "still", "still"])
        if what == "still" or (what != "come" and not self.rows):
            return
        if what == "come":
            self.come()
            return
        self.accidents[what] += 1
        key = luck.choice(sorted(self.rows))
        if what == "revise":
            self.rows[key] = {**self.rows[key], "score": f"{luck.randrange(300, 1000) / 10}"}
        elif what == "rekey":
            self.rows[f"{key}x"] = self.rows.pop(key)
        elif what == "vanish":
            del self.rows[key]
        elif what == "blank":
            self.rows[key] = {**self.rows[key], "score": None}
        else:
            self.held = frozenset({key})


def _board(luck: random.Random, what: SourceSpec, accidents: Counter[str]) -> SourceEvidence:
    history = _History(luck, accidents)
    sightings: list[Sighting] = []
    readings: dict[str, Reading] = {}
    at = luck.choice([-3.0, 0.0, 0.5, 4.0])
    while at <= LAST_DAY + 15:
        moment = instant(day(at))
        recorded = moment
        if luck.random() < 0.1:
            accidents["late import"] += 1
            recorded = instant(day(at + luck.randrange(1, 30)))
        trouble = luck.random()
        if trouble < 0.06:
            state = luck.choice(["failed", "unreadable", "refused", "gone"])
            accidents[state] += 1
            because = "HTTP 404 Not Found" if state == "gone" else f"made {state}"
            kept: Any = "failed" if state == "gone" else state
            sightings.append(Sighting(len(sightings), moment, recorded, kept, None, because))
        else:
            if luck.random() < 0.35:
                history.go_on()
            body, reading = _reading(what, history)
            readings[body] = reading
            sightings.append(Sighting(len(sightings), moment, recorded, "good", body))
        if luck.random() < 0.05:
            accidents["gap"] += 1
            at += luck.randrange(5, 14)
        at += luck.choice([0.5, 1.0, 1.0, 2.0])
    luck.shuffle(sightings)
    return source_evidence(what, sightings, readings)


def _reading(what: SourceSpec, history: _History) -> tuple[str, Reading]:
    shown = {key: cells for key, cells in history.rows.items() if key not in history.held}
    rows = tuple(Row(key, dict(cells), observation(what.id, key, cells)) for key, cells in shown.items())
    aside = tuple(_set_aside(what, key, history.rows[key]) for key in sorted(history.held))
    told = repr((what.id, sorted(map(repr, shown.items())), sorted(history.held)))
    return hashlib.sha256(told.encode()).hexdigest(), Reading("good", "", rows, set_aside=aside)


def _set_aside(what: SourceSpec, key: str, cells: dict[str, str | None]) -> Row:
    """A row whose score stood out of bounds."""
    unknown = {**cells, "score": None}
    return Row(key, unknown, observation(what.id, key, unknown))


def _answers(luck: random.Random, accidents: Counter[str], rule: Rule) -> list[SourceEvidence]:
    """What panels answered, some of it late, some of it taken back."""
    found = []
    for panel in rule.panels():
        what = source_of(panel)
        sightings: list[Sighting] = []
        readings: dict[str, Reading] = {}
        answers: dict[str, str] = {}
        for number, at in enumerate(range(3, LAST_DAY + 12, 6)):
            for key in ("r0", "r1", "r2", "answer"):
                if luck.random() < 0.2:
                    accidents["answer taken back"] += key in answers
                    answers[key] = luck.choice(["yes", "yes", "no", "unclear"])
            cells = {key: {panel.names[0]: said} for key, said in answers.items()}
            rows = tuple(Row(key, told, observation(what.id, key, told)) for key, told in cells.items())
            body = hashlib.sha256(repr((what.id, sorted(answers.items()))).encode()).hexdigest()
            readings[body] = Reading("good", "", rows)
            sightings.append(Sighting(number, instant(day(at)), instant(day(at)), "good", body))
        found.append(source_evidence(what, sightings, readings))
    return found


def _systems(luck: random.Random, accidents: Counter[str]) -> SourceEvidence:
    """The registry of classes, filled in as time goes on."""
    sightings: list[Sighting] = []
    readings: dict[str, Reading] = {}
    classes: dict[str, str] = {}
    for number, at in enumerate(range(0, LAST_DAY + 15, 3)):
        for key in ("r0", "r1", "r2", "r3", "r0x"):
            if luck.random() < 0.15:
                accidents["relabel"] += key in classes
                classes[key] = luck.choice(["P", "R"])
        rows = tuple(
            Row(key, {"class": name}, observation("systems", key, {"class": name})) for key, name in classes.items()
        )
        body = hashlib.sha256(repr(sorted(classes.items())).encode()).hexdigest()
        readings[body] = Reading("good", "", rows)
        sightings.append(Sighting(number, instant(day(at)), instant(day(at)), "good", body))
    return source_evidence(SYSTEMS, sightings, readings)


def _rule(luck: random.Random) -> Rule:
    found = None
    while found is None:
        resolve, values, rows, more = _blocks(luck)
        found, faults = compiled(
            resolve, BOARD, OTHER, SYSTEMS, values=values, rows=rows, closes=LAST_DAY, opens=luck.choice([0, 5]), **more
        )
        assert found is not None or all(fault.code in ALLOWED for fault in faults if fault.level == "error"), faults
    return found


ALLOWED = {"not-yet"}
"""Faults that a combination may have; then another is drawn."""


NOT_C = {"not": "C"}
WINDOWS: list[dict[str, Any]] = [
    {},
    {},
    {},
    {"within": {"from": day(3)}},
    {"within": {"before": day(20)}},
    {"at": day(15)},
]


def _from(luck: random.Random) -> Any:
    return luck.choice(["board", "board", "other", ["board", "other"]])


def _where(luck: random.Random) -> dict[str, Any]:
    found: Any = luck.choice(
        [None, None, {"maker": "A"}, {"maker": ["A", "B"]}, "trials >= 3", {"maker": {"not": "C"}}]
    )
    return {"where": found} if found is not None else {}


def _value(luck: random.Random) -> dict[str, Any]:
    how = luck.choice(["max", "max", "min", "count", "median", "mean", "first", "last"])
    value: dict[str, Any] = {"count": "rows"} if how == "count" else {how: "score"}
    window: Any = luck.choice(
        [{}, {}, {}, {"within": {"from": day(3)}}, {"within": {"before": day(20)}}, {"at": day(15)}]
    )
    return {**value, "from": _from(luck), **_where(luck), **window}


def _blocks(luck: random.Random) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]:
    values: dict[str, Any] = {"one": _value(luck), "two": _value(luck)}
    rows: dict[str, Any] = {"labelled": {"from": "board", "label": {"class": "systems"}}}
    values["top"] = {"argmax": "score", "of": "labelled", "ties": luck.choice(["share", "first", "last"])}
    values["best_p"] = {"max": "score", "of": "labelled", "where": {"class": "P"}}
    values["best"] = {"max": "score", "of": "labelled"}
    values["leader"] = {"argmax": "score", "from": "board", "ties": {"earliest": "made"}, **luck.choice([{}, AT_15])}
    values["few"] = {"top": "score", "n": 3, "from": "board"}
    values["few_a"] = {"count": "rows", "of": "few", "where": {"maker": "A"}}
    values["both"] = {"max": "score", "agree": ["board", "other"], **_where(luck)}
    values["upper"] = {"quantile": "score", "q": "75%", "from": "board"}
    values["trend"] = {"slope": "score", "per": "30 days", "from": "board", "clock": "published"}
    values["kept"] = {luck.choice(["max", "last"]): "score", "from": "board", "where": {"maker": "A"}, "carry": True}
    values["unless"] = {"max": "score", "from": [{"source": "board", "unless_frozen": "10 days"}, "other"]}
    values["dense"] = {"count": "rows", "from": "board", "where": "score >= 6% * trials"}
    values["listed"] = {"count": "rows", "from": "board", "where": {"maker": LISTED}}
    values["asked"] = {"count": "rows", "from": "board", "panel": PANEL, **_where(luck)}
    values["share"] = {"per": "month", "from": day(0), "before": day(31), "value": {"count": "rows", "from": "board"}}
    condition = _condition(luck, values)
    resolve: dict[str, Any] = luck.choice(
        [
            {"yes": condition, "hold": f"{luck.choice([0, 0, 3, 7])} days"},
            {"yes": condition, "hold": f"{luck.choice([0, 0, 3, 7])} days"},
            {"first_date": condition, "edges": [day(12), day(25)], "hold": f"{luck.choice([0, 5])} days"},
            {"choice": luck.choice(["top.class", "top.maker"]), "answers": {"P or A": ["P", "A"], "Else": "else"}},
            {"number": "best", "edges": ["50%", "70%", "90%"]},
        ]
    )
    settle: Any = luck.choice(["0 days", "2 days", "5 days", "first_release", {"as_known_at": "T"}])
    resolve["settle"] = settle
    more: dict[str, Any] = {}
    if luck.random() < 0.3:
        when = luck.choice(["removed(board)", "stale(board)", "lost(other)", "late(board) and live(other)"])
        more["na"] = {"when": when, **luck.choice([{}, {"before": day(20)}])}
    if luck.random() < 0.3:
        more["label_settle"] = "9 days"
    return resolve, values, rows, more


AT_15 = {"at": day(15)}
LISTED = {"listed_in": "other", "as": "maker", "from": "made", "for": "9 days"}
LIMBS = {"meant": "It is what the question means."}
QUESTION = "Is this row what the question means?"
PANEL: dict[str, Any] = {"question": QUESTION, "limbs": LIMBS, "for": "5 days"}


def _condition(luck: random.Random, values: dict[str, Any]) -> Any:
    def against(name: str) -> str:
        counted = "count" in values[name]
        return f"{name} >= {luck.randrange(1, 6)}" if counted else f"{name} >= {luck.randrange(45, 99)}%"

    plain = against("one")
    return luck.choice(
        [
            plain,
            plain,
            f"{plain} and {against('two')}",
            f"{plain} or not {against('two')}",
            f"best_p >= best - {luck.randrange(1, 20)} points",
            f"best >= {luck.randrange(60, 99)}% and live(board)",
            "top.class == P",
            "leader.maker == A",
            "few_a >= 2",
            f"both >= {luck.randrange(60, 99)}%",
            f"upper >= {luck.randrange(50, 90)}%",
            f"trend >= {luck.randrange(-9, 9)} points",
            f"kept >= {luck.randrange(60, 99)}%",
            f"unless >= {luck.randrange(60, 99)}%",
            f"dense >= {luck.randrange(1, 4)}",
            f"listed >= {luck.randrange(1, 3)}",
            f"asked >= {luck.randrange(1, 3)}",
            f"frozen(board, {luck.randrange(3, 15)} days)",
            {"at_least": 2, "of": [plain, against("two"), f"best >= {luck.randrange(60, 99)}%"]},
            {"any": [plain, {"not": against("two")}]},
            {"at_least": 1, "each": "share", "is": f"> {luck.randrange(0, 6)}"},
            {"panel": {**PANEL, "default": "no"}},
            {"panel": PANEL, "over": "labelled"},
        ]
    )
