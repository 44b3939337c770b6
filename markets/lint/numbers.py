"""N: numbers that have no unit, no tie or rounding rule, or that say nothing because they are already met."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from markets.lint.clashing import barring, clashes
from markets.lint.code import Case, code, loaded
from markets.lint.examples import SEEN
from markets.lint.figures import Amount, Figure, Reading, amount, places
from markets.lint.reach import truth_of
from markets.lint.relations import comparison
from markets.lint.roles import Roles, text_at
from markets.lint.subject import Found, Loc, Subject
from resolvers import units
from resolvers.rules.nodes import Calc, Compare, FieldOf, Literal_, Logic, Node, Reduce, base_rows, children, walk
from resolvers.rules.outcomes import NumberOutcome

SAID = {">": "more than", "<": "less than", ">=": "at least", "<=": "at most"}
DENIAL = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
FLIPPED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}

HOLDING = re.compile(r"[<>-]")
LAST = re.compile(r"(>=|<=|>|<)([^<>]*)\Z")
FIRST = re.compile(r"\s*(>=|<=|>|<)")
AWAY = re.compile(r"-\s*\Z")
TIMES = re.compile(r"\s*\*")
MOST_TOLD = 4
"""Of so many values at most a baseline has to tell how they stand: it is a sentence."""
WORDLIKE = re.compile(r"[\w.]")
"""How a number stands in a formula: what comes before it, and what after."""

NUMBER = {
    "before July 2027?": "at the start of July 2027?",
    "reach 85%": "stand at",
    "Will a row of the board": "Where will the best row of the board",
}
WITH_EDGES = {
    **NUMBER,
    "yes: best >= 85%": "number: best\n  edges: [60%, 70%, 80%]\n  round: 1",
    "event: YES": "event: 80% or more",
    "if_refused: NO": "if_refused: 80% or more",
    "whoever ran it.": "whoever ran it. Buckets begin at 60%, 70% and 80%, after rounding to 1 decimal place.",
}
BOTH_TOLD = {
    "baseline: The best row stood at 70.5% on 2026-11-30.": "baseline: The best row of 2 stood at 70.5% on 2026-11-30.",
    "best >= 85%": "best >= 85% and there >= 5",
    "values:\n": "values:\n  there: {count: rows, from: board}\n",
    "whoever ran it.": "whoever ran it; at least 5 rows have to be there.",
}
LEADER = {
    "Will a row of the board reach 85% before July 2027?": "Will the best row be of north before July 2027?",
    "best: {max: score, from: board}": "top: {argmax: score, from: board}",
    "best >= 85%": 'top.lab == "north"',
    "whoever ran it.": "whoever ran it; north is a lab.",
}
TWO_VIEWS = {
    "reach 85%": "of south come within 3 points of north",
    "best: {max: score, from: board}": "north: {max: score, from: board, where: {lab: north}}\n"
    "  south: {max: score, from: board, where: {lab: south}}",
    "best >= 85%": "south >= north - 3 points",
}


loaded(
    "N01",
    "error",
    "Threshold {x} has no unit, or its unit differs from the source's ({u}).",
    """A bare 85 may be percent, points or tasks. Write the unit; where the source publishes fractions, 85% is
    converted. What is in two different measures cannot be compared or added.""",
    fires=Case({"best >= 85%": "best >= 85"}),
    quiet=Case({"max: score": "max: trials", "best >= 85%": "best >= 85", "reach 85%": "reach 85 trials"}),
)


def worded_otherwise(it: Subject) -> Iterator[Found]:
    """What the code below sees in the fine print."""
    yield from _worded(it, [each for each in it.figures if each[0] != ("question",)])


@code(
    "N02",
    "error",
    'Comparison is strict or inclusive? Text says "{word}", rule says {op}.',
    by="passage",
    first=worded_otherwise,
    fires=Case({"reach 85%": "stand above 85%"}),
    quiet=Case({"reach 85%": "stand above 85%", "best >= 85%": "best > 85%"}),
)
def strict_or_not(it: Subject) -> Iterator[Found]:
    """More than, over and above leave the figure itself out (`>`); at least, reach and or more let it in (`>=`).
    Filters of rows and how many conditions have to hold are read as well; and at most is not at least.
    """
    yield from _worded(it, it.figures_of_question if it.quiet("N02") else it.figures)


def _worded(it: Subject, figured: Iterable[tuple[Loc, Figure]]) -> Iterator[Found]:
    """The words before and after some figures, against what the rule holds."""
    texts = dict(it.prose)
    for loc, figure in figured:
        said = comparison(texts[loc], figure)
        if said is None:
            continue
        if said[1] == ">=" and loc != ("question",) and not Roles.of(it).floors.isdisjoint(figure.readings):
            continue
        held = {op for op, wanted in _thresholds_of_kin(it) if wanted in figure.readings}
        if said[1] in held:
            continue
        if held:
            op = min(held)
            whole = f"the text says {said[0]!r}, the rule says {SAID[op]} {figure.text.strip()} (`{op}`)"
            yield Found(f"{whole}: say the same in both", loc, figure.at)
        elif loc == ("question",) and any(it.stated.has(each) for each in figure.readings):
            whole = f"the text says {said[0]!r}, but the rule holds nothing against {figure.text.strip()}"
            yield Found(f"{whole}: say what it does with it", loc, figure.at)


def _thresholds_of_kin(it: Subject) -> Sequence[tuple[str, object]]:
    if "thresholds" not in it.common:
        it.common["thresholds"] = tuple(_thresholds(it))
    return it.common["thresholds"]  # type: ignore[no-any-return]  # as just put there


def _thresholds(it: Subject) -> Iterator[tuple[str, object]]:
    """Every number that something is held against, with the relation; what stands under `not` says the opposite.

    Numbers that rows are filtered by, how many conditions of a list have to hold, and what panels are asked count too.
    """
    denied = {id(inner) for node in it.of(Logic) if node.op == "not" for inner in children(node)}
    for node in it.of(Compare):
        if node.op not in SAID:
            continue
        for side, op in ((node.right, node.op), (node.left, FLIPPED[node.op])):
            if isinstance(side, Literal_) and side.value is not None and side.unit != "date":
                yield DENIAL[op] if id(node) in denied else op, amount(side.value, side.unit)
    for entry in it.figures_written:
        yield from _filtered(it, *entry)
    for panel_text, figure in it.figures_asked:
        said = comparison(panel_text, figure)
        if said is not None:
            yield from ((said[1], each) for each in figure.readings)


def _filtered(it: Subject, loc: Loc, text: str, readings: tuple[Reading, ...]) -> Iterator[tuple[str, object]]:
    """The relations of a number that rows are filtered by, or that counts how many conditions have to hold."""
    plain = [each for each in readings if isinstance(each, Amount)]
    if loc[-1] in ("at_least", "agree", "hold"):
        yield from ((">=", each) for each in plain)
    for op in _relations(text_at(it.value, loc), text.strip()):
        yield from ((op, each) for each in plain)


@lru_cache(maxsize=8192)
def _relations(formula: str, number: str) -> frozenset[str]:
    """Every relation that a formula holds a number in; in any, where the number is taken away from something."""
    found: set[str] = set()
    for at in places(formula, number) if HOLDING.search(formula) else ():
        before, end = formula[:at], at + len(number)
        last = LAST.search(before)
        if not WORDLIKE.match(formula, end):
            found |= {last[1]} if last is not None and not last[2].strip() else set()
            found |= SAID.keys() if AWAY.search(before) else set()
        if not WORDLIKE.match(before[-1:]):
            first = FIRST.match(formula, end)
            found |= {FLIPPED[first[1]]} if first is not None else set()
            found |= {last[1]} if last is not None and TIMES.match(formula, end) else set()
    return frozenset(found)


@code(
    "N03",
    "error",
    "No tie rule for a best-of or a choice.",
    by="rule",
    fires=Case(LEADER),
    quiet=Case({**LEADER, "argmax: score, from: board": "argmax: score, from: board, ties: first"}),
)
def tied(it: Subject) -> Iterator[Found]:
    """Every pick has a tie rule by construction: `share`, unless the file says otherwise, and a choice then pays tied
    answers equally. A yes-or-no question cannot share, so a tie would leave it unknown: write `ties: first` or `last`.
    """
    for node in it.of(Compare):
        for side in (node.left, node.right):
            if isinstance(side, FieldOf) and side.of.ties == "share" and side.of.how != "top":
                said = "rows that tie for the top would leave this condition open"
                yield Found(f"{said}: write `ties: first` or `ties: last`", it.block_of("ties", "argmax", "argmin"))
                return


@code(
    "N04",
    "error",
    "No rounding rule for a numeric answer.",
    by="rule",
    fires=Case({**WITH_EDGES, "  round: 1\n": "", ", after rounding to 1 decimal place": ""}),
    quiet=Case(WITH_EDGES),
)
def no_rounding(it: Subject) -> Iterator[Found]:
    """A best of 79.96% is 80.0% to one reader and under 80% to another. Say with `round:` how many decimals count."""
    how = it.spec.rule.outcome.how
    if isinstance(how, NumberOutcome) and how.round is None:
        yield Found(
            "nothing says how the number is rounded: write `round: 1`, and in the text “rounded to 1 decimal place”",
            ("resolve", "number"),
        )


loaded(
    "N05",
    "error",
    "Buckets overlap, leave a gap, or lack an open end.",
    """Edges rise, so that buckets neither overlap nor leave a gap, and both ends are open by construction. Edges out of
    order, outside the market's window, or beyond what the column can show make buckets that nothing falls in.""",
    fires=Case({**WITH_EDGES, "[60%, 70%, 80%]": "[60%, 80%, 70%]"}),
    quiet=Case(WITH_EDGES),
)


@code(
    "N06",
    "warning",
    "Current value {v} lies outside, or in the outermost 5%, of the buckets.",
    needs="store",
    fires=Case(
        {
            **WITH_EDGES,
            "[60%, 70%, 80%]": "[75%, 80%, 85%]",
            "60%, 70% and 80%": "75%, 80% and 85%",
            "if_refused: 80% or more": "if_refused: 85% or more",
            "event: 80% or more": "event: 85% or more",
        },
        looks=(("2026-11-30", SEEN),),
    ),
    quiet=Case(WITH_EDGES, looks=(("2026-11-30", SEEN),)),
)
def at_the_edge(it: Subject) -> Iterator[Found]:
    """Where the present value already lies beyond the inner buckets, nearly all of the money goes on one answer."""
    from markets.lint.today import current

    how = it.spec.rule.outcome.how
    if not isinstance(how, NumberOutcome) or len(how.edges) < 2:
        return
    value = current(it, how.of)
    low, high = units.exact(how.edges[0]), units.exact(how.edges[-1])
    margin = (high - low) * units.exact(Decimal("0.05"))
    if value is not None and not low + margin <= value <= high - margin:
        said = f"the value now, {units.show(value, how.unit)}, lies outside the inner 90% of the buckets"
        yield Found(f"{said}: set the edges around it", ("resolve", "edges"))


@code(
    "N07",
    "not-ready",
    "Already true, or impossible, on the opening snapshot.",
    by="rule",
    needs="both",
    fires=Case(looks=(("2026-11-30", SEEN.replace("70.5", "88.5")),), market={"70.5%": "88.5%"}),
    quiet=Case(looks=(("2026-11-30", SEEN),)),
)
def already(it: Subject) -> Iterator[Found]:
    """A market whose answer is known as it opens pays whoever reads first. The rule is judged on what is seen today, as
    if it had opened; and without the store, a threshold that the column cannot reach (or cannot miss) is seen from the
    bounds in the source's file, and so are conditions on one value that no number meets together (`best >= 80% and
    best < 80%`), or one of which every number meets, and filters that no row can pass.
    """
    from markets.lint.today import known_already

    root = it.spec.rule.outcome.how.root()
    chained = it.of(Logic)
    denied = any(node.op == "not" for node in chained)
    for said in dict.fromkeys([*(() if denied or not chained else clashes(root)), *barring(it.nodes)]):
        yield Found(f"{said}: mend one of the conditions", _head(it))
    for node in () if denied else walk(root):
        truth = truth_of(node, it.sources) if isinstance(node, Compare) else None
        if truth is not None:
            shown = node.words().text
            said = f"it can never be that {shown}" if truth is False else f"it is always so that {shown}"
            yield Found(f"{said}: see the bounds of the column, and move the threshold", _head(it))
    if it.seen is not None:
        said = known_already(it)
        if said:
            yield Found(said, _head(it))


@code(
    "N08",
    "not-ready",
    "Baseline is missing from the description.",
    needs="store",
    fires=Case({**BOTH_TOLD, " row of 2 stood": " row stood"}, looks=(("2026-11-30", SEEN),)),
    quiet=Case(BOTH_TOLD, looks=(("2026-11-30", SEEN),)),
)
def no_baseline(it: Subject) -> Iterator[Found]:
    """A trader should read where things stand as the market opens: `baseline:` in a sentence, with today's figures (or
    the answer that leads) in it. Where several values are compared each is told; of two that are held against each
    other how far they are apart will do; of more than 4, any 4; and that there is a row at all, its figure
    tells. When the sources move on before the opening, so must the sentence.
    """
    from markets.lint.baseline import standing, stands_in

    shown, said = standing(it), it.spec.baseline
    if shown is None or (said and not shown):
        return
    untold = [each for each in shown if not stands_in(said, each)]
    if shown and len(shown) - len(untold) >= min(len(shown), MOST_TOLD):
        return
    what = ", ".join(dict.fromkeys(each.shown for each in untold)) or "not known yet"
    remedy = "write the baseline anew" if said else "write `baseline:` with it"
    yield Found(f"the description does not say where things stand ({what}): {remedy}", ("baseline",) if said else ())


@code(
    "N09",
    "warning",
    "Metric can be met in a trivial way: group may be empty, denominator may be 0.",
    by="rule",
    fires=Case(TWO_VIEWS),
    quiet=Case(
        {
            **TWO_VIEWS,
            "south >= north - 3 points": "south >= north - 3 points and there >= 1",
            "values:\n": "values:\n  there: {count: rows, from: board, where: {lab: north}}\n",
            "whoever ran it.": "whoever ran it; at least 1 row of north has to be there.",
        }
    ),
)
def trivially_met(it: Subject) -> Iterator[Found]:
    """The best of no rows is below every number, so "within 3 points of the best of a group" holds while the group is
    empty. Ask for its rows as well (`count` at least 1), or waive it with the reason why it cannot be empty.

    A division by zero is unknown here and never met.
    """
    if any(node.op == "not" for node in it.of(Logic)):
        return
    counted = [base_rows(node.of) for node in it.of(Reduce) if node.how in ("count", "any")]
    for node in walk(it.spec.rule.outcome.how.root()):
        if not isinstance(node, Compare):
            continue
        for group in walk(node):
            if not isinstance(group, Reduce) or group.how not in ("max", "min"):
                continue
            rows = base_rows(group.of)
            narrowed = rows.where is not None or any(use.where is not None for use in rows.sources)
            if narrowed and rows not in counted and _met(node, group):
                said = f"without any row, {group.words().text} would meet the condition"
                remedy = "ask for its rows too (a `count` of at least 1, told in the text)"
                yield Found(f"{said}: {remedy}, or say in `allow` why there always is one", _head(it))


def _met(node: Compare, empty: Reduce) -> bool:
    """Whether an empty group makes the comparison true whatever the rest is."""
    left, right = _infinite(node.left, empty), _infinite(node.right, empty)
    if left * right:
        return False
    if node.op in (">=", ">"):
        return left > 0 or right < 0
    return node.op in ("<=", "<") and (left < 0 or right > 0)


def _infinite(node: Node, empty: Reduce) -> int:
    """The sign of the infinity that an empty group makes of a number; 0 where it stays one."""
    if node == empty:
        return -1 if empty.how == "max" else 1
    if isinstance(node, Calc) and node.op in ("+", "-"):
        signs = [_infinite(part, empty) for part in node.parts]
        signs = [signs[0], *(-sign if node.op == "-" else sign for sign in signs[1:])]
        return next((sign for sign in signs if sign), 0)
    return 0


def _head(it: Subject) -> Loc:
    return ("resolve", it.spec.rule.type)
