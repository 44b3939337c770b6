"""Random rule trees of every kind of node, made from a seed alone, as markets that can be rendered."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from markets.spec import MarketSpec, ReviewSpec
from resolvers.rules.compile import RuleBlocks, compile_rule
from resolvers.rules.defaults import HouseDefaults
from resolvers.rules.panels import source_of
from resolvers.rules.rule import Rule
from resolvers.sources.spec import SourceSpec

OPENS = datetime(2027, 1, 1, tzinfo=UTC)
CLOSES = datetime(2028, 3, 1, tzinfo=UTC)
COLUMNS: dict[str, Any] = {
    "pass_rate": {"unit": "percent"},
    "other_rate": {"unit": "fraction"},
    "trials": {"unit": "count"},
    "cost": {"unit": "usd"},
    "maker": "text",
    "model_name": "text",
    "released": {"type": "date"},
    "made": {"type": "date", "is": "published"},
}
VIEWS = {"open_only": {"where": {"maker": ["A", "B_c"]}}, "long": {"where": {"model_name": {"matching": "(?i)[(]x"}}}}


def _spec(id: str, columns: dict[str, Any], **read: Any) -> SourceSpec:
    fetch = {"file": f"{id}.csv"} if id == "systems" else {"url": f"https://{id}.example/scores.json"}
    block = {"format": "json", "key": "key", "columns": columns, **read}
    return SourceSpec.model_validate(
        {"id": id, "publisher": "Somebody", "licence": "CC0 1.0", "fetch": fetch, "read": block}
    )


SOURCES = {
    spec.id: spec
    for spec in (
        _spec("board", COLUMNS, views=VIEWS),
        _spec("mirror", COLUMNS, views=VIEWS),
        _spec("systems", {"class": "text", "size_class": "text"}, complete=True),
    )
}
PANEL = {"question": "Is it really so in 2027?", "limbs": {"first_part": "One thing is so.", "other": "So is another"}}
REDUCES = ("max", "min", "first", "last", "sum", "mean", "median", "total")
WHERES: tuple[Any, ...] = (
    {"maker": "A"},
    {"maker": ["A", "B, or C", "D_e"]},
    {"maker": {"not": ["A", "B"]}},
    {"model_name": {"matching": "^[(]FC"}},
    {"model_name": {"not": {"matching": "x|y"}}},
    {"model_name": "present"},
    {"other_rate": {"not": "present"}, "trials": "present"},
    "trials >= 3 and pass_rate > 12.5%",
    "released >= 2027-02-01 and released < 2027-09-01",
    "maker == 'A' or not trials <= 4",
    "pass_rate >= 2 * max(other_rate, 50% / trials)",
    {"model_name": {"listed_in": "mirror.long", "from": "released", "for": "1 day", "where": "trials >= 2"}},
)
WINDOWS = (
    {"from": "2027-03-01"},
    {"before": "2027-12-01T12:30Z"},
    {"from": "2027-03-01", "before": "2027-12-01"},
)
STATES = ("live(board)", "late(board)", "stale(mirror)", "removed(board)", "frozen(board, 1 day)")


class Tree:
    """The blocks of one market on their way; `luck` alone decides."""

    def __init__(self, luck: random.Random) -> None:
        self.luck = luck
        self.values: dict[str, Any] = {}

    def named(self, block: Any) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = block
        return name

    def rows(self) -> dict[str, Any]:
        luck = self.luck
        frozen = [{"source": "board", "unless_frozen": "30 days"}, "mirror"]
        found: dict[str, Any] = {
            "from": luck.choice(["board", "mirror.long", "board.open_only", ["board", "mirror"], frozen])
        }
        if luck.random() < 0.6:
            found["where"] = luck.choice(WHERES)
        if luck.random() < 0.1:
            found["panel"] = {**PANEL, **luck.choice([{}, {"redraw": 1}, {"default": "no"}])}
        if luck.random() < 0.3:
            found["within"] = luck.choice(
                [
                    {"from": "2027-03-01"},
                    {"before": "2027-12-01T12:30Z"},
                    {"from": "2027-03-01", "before": "2027-12-01"},
                ]
            )
            found["clock"] = luck.choice(["seen", "published"])
        return found

    def number(self) -> str:
        """A number's name, in percent."""
        luck, column = self.luck, self.luck.choice(["pass_rate", "other_rate"])
        what = luck.randrange(6)
        if what == 0:
            return self.named({"quantile": column, "q": luck.choice(["90%", "12.5%"]), **self.rows()})
        if what == 1:
            return self.named({luck.choice(["max", "last"]): column, "carry": True, **self.rows()})
        if what == 2:
            return self.named({"max": column, "agree": ["board", "mirror"]})
        if what == 3:
            top = self.named({luck.choice(["argmax", "argmin"]): "cost", "ties": self.ties(), **self.rows()})
            return f"{top}.{column}"
        at = {"at": "2027-06-01"} if luck.random() < 0.3 else {}
        return self.named({luck.choice(REDUCES): column, **self.rows(), **at})

    def ties(self) -> Any:
        return self.luck.choice(["share", "first", "last", {"earliest": "released"}, {"latest": "released"}])

    def compare(self) -> str:
        luck = self.luck
        sign = luck.choice([">=", ">", "<=", "<"])
        what = luck.randrange(6)
        if what == 0:
            counted = {"count": "rows", **self.rows()} if luck.random() < 0.5 else {"distinct": "maker", **self.rows()}
            return f"{self.named(counted)} {sign} {luck.choice([1, 2, 1500])}"
        if what == 1:
            few = self.named({"top": "pass_rate", "n": luck.choice([1, 3]), **self.rows()})
            return f"{self.named({'count': 'rows', 'of': few, 'where': {'maker': 'A'}})} {sign} 2"
        if what == 2:
            slope = {"slope": "pass_rate", "per": luck.choice(["1 day", "365 days"]), "clock": "published"}
            return f"{self.named({**slope, 'from': 'board'})} {sign} {luck.choice(['1 point', '2.5 points'])}"
        if what == 3:
            text = self.named({"argmax": "pass_rate", "from": "board", "ties": "first", "label": {"class": "systems"}})
            return f'{text}.class {luck.choice(["==", "!="])} "P_1"'
        left, right = self.number(), self.number()
        calc = luck.choice(
            [
                f"{luck.choice([1, 85, '0.5'])}%",
                f"{right} - 1 point",
                f"max({right}, 10%)",
                f"abs({right}) + 2.5 points",
            ]
        )
        return f"{left} {sign} {calc}"

    def condition(self, depth: int) -> Any:
        luck = self.luck
        if depth <= 0 or luck.random() < 0.35:
            return self.leaf()
        parts = [self.condition(depth - 1) for _ in range(luck.choice([2, 2, 3]))]
        what = luck.randrange(4)
        if what == 0:
            return {"not": parts[0]}
        if what == 1:
            return {"at_least": luck.randrange(1, len(parts)), "of": parts}
        return {luck.choice(["all", "any"]): parts}

    def leaf(self) -> Any:
        luck = self.luck
        what = luck.randrange(9)
        if what == 0:
            state = luck.choice(
                ["live(board)", "late(board)", "stale(mirror)", "removed(board)", "frozen(board, 1 day)"]
            )
            return luck.choice([state, f"not {state}"])
        if what == 1:
            return {"any": "rows", **self.rows()}
        if what == 2:
            return {"panel": PANEL}
        if what == 3:
            series = {"per": luck.choice(["month", "quarter"]), "from": "2027-01-01", "before": "2028-01-01"}
            inner = {"count": "rows", "from": "board"}
            whole = {**series, "value": inner, "read": luck.choice(["0 days", "1 day", "20 days"])}
            ways: list[dict[str, Any]] = [{"rises": whole}, {"falls": whole}, {"each": whole, "is": "> 5"}]
            return {"at_least": luck.choice([1, 2]), **luck.choice(ways)}
        return self.compare()

    def resolve(self) -> dict[str, Any]:
        luck = self.luck
        what = luck.randrange(5)
        hold = luck.choice([{}, {"hold": "1 day"}, {"hold": "36 hours"}])
        if what == 0:
            edges = {"edges": ["2027-04-01", "2027-07-01T06:00Z"], "never": "not before March 2028"}
            return {"first_date": self.condition(2), **edges, **hold}
        if what == 1:
            rows = {"from": luck.choice(["board", ["board", "mirror"]]), "label": {"size_class": "systems"}}
            top = self.named({"argmax": "pass_rate", "ties": self.ties(), **rows})
            answers = {"P, or Q": ["P", "Q"], "R_1": "R_1", "Something else": "else"}
            confirm = {"confirm": "panel"} if luck.random() < 0.3 else {}
            return {"choice": f"{top}.{luck.choice(['size_class', 'maker'])}", "answers": answers, **confirm}
        if what == 2:
            return {"number": self.number(), "edges": ["1%", "50.5%"], "round": luck.choice([0, 1, 2])}
        return {"yes": self.condition(3), **hold}


def tree(seed: int) -> MarketSpec:
    """The market of a seed; what does not fit together is drawn again."""
    luck = random.Random(seed)
    for _ in range(200):
        rule = _rule(luck)
        if rule is not None:
            return _market(rule, luck)
    raise AssertionError(f"seed {seed} makes no rule")


def _rule(luck: random.Random) -> Rule | None:
    made = Tree(luck)
    resolve = made.resolve()
    settle: Any = luck.choice([None, "1 day", "9 days", "first_release", {"as_known_at": "T"}])
    if settle is not None:
        resolve["settle"] = settle
    na: dict[str, Any] | None = None
    if luck.random() < 0.4:
        refused = {"yes": "NO", "number": "1% to under 50.5%"}.get(next(iter(resolve)), "Something else")
        refused = "not before March 2028" if "first_date" in resolve else refused
        na = {"when": luck.choice(["removed(board)", "lost(mirror) or stale(board)"]), "if_refused": refused}
        na |= luck.choice([{}, {"before": "2027-05-01"}])
    overrides: dict[str, Any] = {} if luck.random() < 0.5 else {"max_age": "1 day", "bridge": "3 days", "ties": "first"}
    blocks = RuleBlocks(
        opens=OPENS,
        closes=CLOSES,
        decides=CLOSES + timedelta(hours=luck.choice([0, 30])),
        resolve=resolve,
        values=made.values,
        na=na,
        overrides=overrides,
    )
    rule, _ = compile_rule(blocks, sources=SOURCES, defaults=HouseDefaults())
    return rule


def _market(rule: Rule, luck: random.Random) -> MarketSpec:
    known = {**SOURCES, **{panel.source: source_of(panel) for panel in rule.panels()}}
    return MarketSpec(
        debate="made",
        slug="made-tree",
        question="Will it be so?",
        subsidy_mana=Decimal(100),
        rule=rule,
        sources=tuple(known[each] for each in rule.sources()),
        fine_print=luck.choice(["", "The author's own words."]),
        review=luck.choice([ReviewSpec(), ReviewSpec(quorum=1, declare=True)]),
        reviewers=("one", "two"),
    )
