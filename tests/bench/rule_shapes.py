"""The shapes of the bench's rules: every kind of node, each rule with numbers of its own. Pure and seeded."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

TRACKS = ("standard", "custom", "text", "voice")
CLASSES = ("P0", "P1", "M", "P2", "R1", "R2")
ORGANISATIONS = tuple(f"lab {number}" for number in range(12))
LABELS = "recipes"
"""The registry."""

Blocks = dict[str, Any]


POOL = 2
"""Filters in use on one leaderboard: markets of one debate ask the same groups again and again."""


def usual(source: str) -> Blocks | str:
    """The filter that most markets on this leaderboard use."""
    return _filter(random.Random(f"{source} 0"))


def filters(luck: random.Random, source: str) -> Blocks | str:
    """One of the few filters that are in use on this leaderboard."""
    return _filter(random.Random(f"{source} {luck.randrange(POOL)}"))


def _filter(own: random.Random) -> Blocks | str:
    kind = own.randrange(6)
    if kind == 0:
        return {"track": own.choice(TRACKS), "checked": True}
    if kind == 1:
        return {"class": own.sample(CLASSES, 2), "track": own.choice(TRACKS)}
    if kind == 2:
        return f"trials >= {own.randrange(50, 400, 50)} and track == {own.choice(TRACKS)}"
    if kind == 3:
        return {"org": own.choice(ORGANISATIONS)}
    if kind == 4:
        return {"track": {"not": own.choice(TRACKS)}, "class": {"matching": own.choice(("^P", "^R", "1$"))}}
    return {"org": own.sample(ORGANISATIONS, 3), "checked": "present"}


def threshold(luck: random.Random, low: int = 60, high: int = 99) -> str:
    return f"{luck.randrange(low * 10, high * 10) / 10}%"


def best_over(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    values = {"best": {"max": "score", "from": source, "where": filters(luck, source)}}
    return {"values": values, "resolve": {"yes": f"best >= {threshold(luck)}", "hold": f"{luck.randrange(1, 40)} days"}}


def gap(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    values = {
        "best": {"max": "score", "from": source},
        "group": {"max": "score", "from": source, "where": filters(luck, source)},
        "spread": f"best - group + {luck.randrange(0, 9)} points",
    }
    condition = f"group >= best - {luck.randrange(1, 60) / 10} points and not spread > {luck.randrange(5, 30)} points"
    na = {"when": f"removed({source}) or lost({source})", "if_refused": "NO"}
    return {"values": values, "resolve": {"yes": condition, "hold": f"{luck.randrange(7, 60)} days"}, "na": na}


def first_time(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    days = (closes - opens).days
    edges = [(opens + timedelta(days=days * part // 5)).date().isoformat() for part in range(1, 5)]
    values = {"many": {"count": "rows", "from": source, "where": usual(source)}}
    resolve = {
        "first_date": f"many >= {luck.randrange(20, 900)}",
        "hold": "7 days",
        "edges": edges,
        "never": "not in time",
    }
    return {"values": values, "resolve": resolve}


def top_class(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    column = luck.choice(("class", "org"))
    values = {"top": {"argmax": "score", "from": source, "where": usual(source)}}
    answers = {"the first": ["P0", "lab 0", "lab 1"], "the second": ["R1", "R2", "lab 2"], "other": "else"}
    na = {"when": f"entries < {luck.randrange(2, 40)}", "if_refused": "other"}
    values["entries"] = {"count": "rows", "from": source, "where": usual(source)}
    return {"values": values, "resolve": {"choice": f"top.{column}", "answers": answers}, "na": na}


def labelled(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    rows = {"set": {"from": "board0", "label": {"recipe": LABELS}, "where": filters(luck, "board0")}}
    values = {
        "best": {"max": "score", "of": "set"},
        "group": {
            "max": "score",
            "of": "set",
            "where": {"recipe": luck.choice((["P0", "P1"], ["M"], ["R1", "R2"], ["P0", "P1", "M"]))},
        },
    }
    return {"rows": rows, "values": values, "resolve": {"yes": f"group >= best - {luck.randrange(0, 50) / 10} points"}}


def middle(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    source = f"board{numbered(source) % 12}"
    how = ("median", "mean", "min", "sum", "distinct", "last")[numbered(source) % 6]
    column = "org" if how == "distinct" else "minutes"
    values = {"value": {how: column, "from": source, "where": usual(source)}}
    unit = "" if how == "distinct" else " minutes"
    edges = [f"{edge}{unit}" for edge in sorted(luck.sample(range(2, 500), 4))]
    return {"values": values, "resolve": {"number": "value", "round": 1, "edges": edges}}


def windowed(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    middle_ = opens + timedelta(days=luck.randrange(30, 100))
    values = {
        "then": {"max": "score", "from": source, "where": usual(source), "at": middle_.date().isoformat()},
        "new": {"max": "score", "from": source, "within": {"from": "2025-01-01"}},
    }
    return {
        "values": values,
        "resolve": {"yes": f"new > then + {luck.randrange(1, 90) / 10} points or new >= {threshold(luck, 90)}"},
    }


def fallback(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    source, other = alike(source), another(source)
    values = {
        "some": {"any": "rows", "from": [source, other], "where": "score >= 80%"},
        "few": {"top": "score", "from": [source, other], "n": 5},
        "least": {"min": "score", "of": "few"},
    }
    return {"values": values, "resolve": {"yes": f"some and least * 2 >= {threshold(luck, 90)}", "settle": "3 days"}}


def picked_number(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    values = {"quick": {"argmin": "minutes", "from": source, "where": usual(source), "ties": "first"}}
    condition = f"quick.score >= {threshold(luck, 20, 90)} and quick.class != R2"
    return {
        "values": values,
        "resolve": {"yes": condition, "settle": luck.choice(("first_release", "as_known_at", "10 days"))},
    }


ASKED = "board1"
"""The leaderboard whose rows a panel is asked about."""
ASKED_ROWS: Blocks = {"org": ORGANISATIONS[0], "track": TRACKS[0]}
ROW_PANEL: Blocks = {"question": "Was this system built by the lab itself?", "limbs": {"own": "The lab says so."}}
FACTS = tuple(
    {"question": f"Has the {ordinal} thing been announced?", "limbs": {"said": "Its maker said so in public."}}
    for ordinal in ("first", "second", "third")
)
"""Questions that no column answers; nobody has answered the last."""


def numbered(source: str) -> int:
    return int(source.removeprefix("board"))


def dated(source: str) -> str:
    """A leaderboard near by that prints the day of each row: every tenth does."""
    number = numbered(source)
    return f"board{number - (number - 1) % 10}" if number else "board1"


def alike(source: str) -> str:
    """One of three leaderboards: what only twenty of a thousand ask, they ask of these."""
    return f"board{numbered(source) % 3}"


def another(source: str) -> str:
    """A second leaderboard with the same units."""
    return f"board{numbered(source) % 3 + 2}"


def by_fact(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    days = f"{luck.randrange(7, 30)} days"
    return {
        "resolve": {"yes": {"panel": {**luck.choice(FACTS), "for": days, "default": luck.choice(("no", "unknown"))}}}
    }


def met(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    values = {"own": {"count": "rows", "from": ASKED, "where": ASKED_ROWS, "panel": ROW_PANEL}}
    return {"values": values, "resolve": {"yes": f"own >= {luck.randrange(5, 60)}"}}


def listed(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    there = {"listed_in": "board0", "as": "org", "from": "released", "for": "60 days", "where": "score >= 90%"}
    where = {"class": "P0", "track": TRACKS[1], "org": there}
    values = {"listed": {"count": "rows", "from": dated(source), "where": where}}
    return {"values": values, "resolve": {"yes": f"listed >= {luck.randrange(3, 90)}", "hold": "14 days"}}


def by_quarter(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    before = datetime(closes.year, (closes.month - 1) // 3 * 3 + 1, 1, tzinfo=UTC).date().isoformat()
    series = {"per": "quarter", "from": "2024-10-01", "before": before}
    values = {"new": {**series, "value": {"count": "rows", "from": alike(source), "where": usual(alike(source))}}}
    each = {"each": "new", "is": f">= {luck.randrange(1, 400)}"}
    resolve = {
        "yes": {
            "at_least": 1,
            **luck.choice(({"rises": "new"}, each)),
        },
        "settle": f"{luck.randrange(1, 9)} days",
    }
    return {"values": values, "resolve": resolve}


def two_of_three(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    values = {
        "best": {"max": "score", "from": source},
        "group": {"max": "score", "from": source, "where": usual(source)},
        "many": {"count": "rows", "from": source, "where": usual(source)},
    }
    of = [f"best >= {threshold(luck)}", f"group >= {threshold(luck)}", f"many >= {luck.randrange(20, 900)}"]
    return {"values": values, "resolve": {"yes": {"at_least": 2, "of": of}, "hold": f"{luck.randrange(1, 40)} days"}}


def few_of_top(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    source = alike(source)
    values = {
        "few": {"top": "score", "from": source, "n": 5},
        "some": {"count": "rows", "of": "few", "where": {"class": luck.sample(CLASSES[:4], 2)}},
    }
    return {
        "values": values,
        "resolve": {"yes": f"some >= {luck.randrange(1, 5)}", "hold": f"{luck.randrange(1, 9)} days"},
    }


def agreeing(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    values = {"best": {"max": "score", "agree": [alike(source), another(source)]}}
    return {"values": values, "resolve": {"yes": f"best >= {threshold(luck)}"}}


def upper(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    source = alike(source)
    values = {"upper": {"quantile": "score", "q": "90%", "from": source, "where": {"org": ORGANISATIONS[1]}}}
    return {"values": values, "resolve": {"yes": f"upper >= {threshold(luck, 45, 70)}", "hold": "7 days"}}


def trend(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    source = alike(source)
    values = {"trend": {"slope": "minutes", "per": "30 days", "from": source, "where": {"org": ORGANISATIONS[1]}}}
    return {"values": values, "resolve": {"yes": f"trend >= {luck.randrange(-900, -90) / 10} minutes"}}


def carried(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    values = {"best": {"max": "score", "from": source, "where": usual(source), "carry": True}}
    return {"values": values, "resolve": {"yes": f"best >= {threshold(luck)}", "hold": f"{luck.randrange(1, 40)} days"}}


def unless_frozen(luck: random.Random, source: str, opens: datetime, closes: datetime, number: int) -> Blocks:
    first = {"source": alike(source), "unless_frozen": "60 days"}
    values = {"best": {"max": "score", "from": [first, another(source)]}}
    condition = f"best >= {threshold(luck)} and not frozen({another(source)}, {luck.randrange(3, 9) * 10} days)"
    return {"values": values, "resolve": {"yes": condition}}


COMMON = (best_over, gap, first_time, top_class, labelled, middle, windowed, fallback, picked_number, best_over)
"""What most questions ask."""
SHAPES = (
    *(*COMMON, by_fact, met, listed),
    *(*COMMON, by_quarter, two_of_three, few_of_top),
    *(*COMMON, agreeing, upper, trend),
    *(*COMMON[:8], carried, unless_frozen),
)
"""The shapes of a bench's rules, over and over: of a thousand rules each kind of node is in twenty or more."""
