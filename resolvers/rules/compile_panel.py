"""`panel:` blocks as panels, with every fault of them at its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from resolvers.durations import Duration
from resolvers.rules.faults import Loc, known_keys, mapping
from resolvers.rules.filters import Filter, Met, conjuncts, together
from resolvers.rules.nodes import FieldOf, Node, Rows, Window, row_sets, walk
from resolvers.rules.nodes_many import Agree
from resolvers.rules.panels import RESERVED, Limb, Panel
from resolvers.rules.rebuilding import rebuilt, with_each_rows
from resolvers.rules.scope import Scope
from resolvers.sources.spec import COLUMN_NAME

SETTINGS = ("seats", "agree", "for", "redraw", "default")
PANEL_KEYS = ("question", "limbs", *SETTINGS)
LONGEST_QUESTION = 500
LONGEST_LIMB = 300
LONGEST_NAME = 40
"""Characters."""
MOST_LIMBS = 20
"""More than anybody reads; from 6 on the lint warns."""
MOST_SEATS = 15
MOST_REDRAWS = 3
DEFAULTS = {"yes": "yes", "no": "no", "YES": "yes", "NO": "no", True: "yes", False: "no", "unknown": None}
"""What stands for no agreement, as people write it."""


def panel_of(block: Any, loc: Loc, scope: Scope) -> Panel | None:
    """The panel of a block; None after a fault."""
    found = mapping(block, loc, scope.faults, "panel")
    if found is None:
        return None
    before = len(scope.faults.found)
    known_keys(found, PANEL_KEYS, loc, scope.faults)
    for key in ("question", "limbs"):
        if key not in found:
            scope.faults.add("missing", f"a panel needs `{key}:`", loc)
    question = _sentence(found.get("question", "?"), LONGEST_QUESTION, (*loc, "question"), scope)
    limbs = _limbs(found.get("limbs", {"limb": "?"}), (*loc, "limbs"), scope)
    made = settled(found, loc, scope)
    if made is None or len(scope.faults.found) > before:
        return None
    return made.model_copy(update={"question": question, "limbs": limbs})


def settled(block: Mapping[str, Any], loc: Loc, scope: Scope) -> Panel | None:
    """A panel without its question: seats, time and what stands for no agreement, else as the house has it."""
    house = scope.defaults.panel
    seats = _count(block, "seats", house.seats, 1, MOST_SEATS, loc, scope)
    agree = _count(block, "agree", house.agree, 1, MOST_SEATS, loc, scope)
    redraw = _count(block, "redraw", 0, 0, MOST_REDRAWS, loc, scope)
    time = _time(block.get("for", house.for_), (*loc, "for"), scope)
    default = block.get("default", "unknown")
    if not isinstance(default, str | bool) or default not in DEFAULTS:
        scope.faults.add("shape", f"default is yes, no or unknown; found {default!r:.40}", (*loc, "default"))
        default = "unknown"
    if seats is None or agree is None or redraw is None or time is None:
        return None
    if not seats / 2 < agree <= seats:
        at: Loc = (*loc, "agree") if "agree" in block else (*loc, "seats") if "seats" in block else loc
        needed = f"{seats // 2 + 1} to {seats}" if seats > 2 else str(seats)
        scope.faults.add("panel", f"agree: of {seats} seats {needed} can agree without a tie; found {agree}", at)
        return None
    until = _until(scope, time, redraw, (*loc, "for"))
    if until is None:
        return None
    return Panel(
        question="", limbs=(), seats=seats, agree=agree, time=time, until=until, redraw=redraw,
        default=DEFAULTS[default], by_row=scope.runs,
    )  # fmt: skip


def _until(scope: Scope, time: Duration, redraw: int, loc: Loc) -> Any:
    try:
        return scope.decides + time * (1 + redraw)
    except OverflowError:
        scope.faults.add("window", "the panel's time reaches beyond the calendar", loc)
        return None


def _limbs(block: Any, loc: Loc, scope: Scope) -> tuple[Limb, ...]:
    found = mapping(block, loc, scope.faults, "limbs")
    if found is None:
        return ()
    if not 1 <= len(found) <= MOST_LIMBS:
        message = f"a panel's question has 1 to {MOST_LIMBS} limbs, as `{{author: A listed lab wrote it.}}`"
        scope.faults.add("panel", f"{message}; found {len(found)}", loc)
        return ()
    limbs = []
    for name, text in found.items():
        if not re.match(COLUMN_NAME, name) or len(name) > LONGEST_NAME or name in RESERVED:
            told = f"{name[:60]!r} is no name of a limb: at most {LONGEST_NAME} of a-z, 0-9 and _, but not "
            scope.faults.add("panel", f"{told}{' or '.join(RESERVED)}", (*loc, name))
        limbs.append(Limb(name=name, text=_sentence(text, LONGEST_LIMB, (*loc, name), scope)))
    texts = [limb.text for limb in limbs]
    for limb in limbs:
        if limb.text and texts.count(limb.text) > 1:
            scope.faults.add("panel", f"two limbs ask the same: {limb.text[:60]!r}", (*loc, limb.name))
            break
    return tuple(limbs)


def _sentence(text: Any, longest: int, loc: Loc, scope: Scope) -> str:
    """A text on one line, however the file breaks it."""
    if not isinstance(text, str) or not text.strip():
        scope.faults.add("panel", "a sentence is wanted here, which people can answer yes or no to", loc)
        return ""
    if len(text) > longest:
        scope.faults.add("panel", f"{len(text):,} characters; at most {longest}: shorten it", loc)
        return ""
    whole = " ".join(text.split())
    if not whole.isprintable():
        scope.faults.add("panel", "there is a character in this that cannot be printed; take it out", loc)
    return whole


def _count(block: Mapping[str, Any], key: str, house: int, least: int, most: int, loc: Loc, scope: Scope) -> int | None:
    value = block.get(key, house)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        message = f"{key} is a whole number from {least} to {most}; found {value!r:.40}"
        scope.faults.add("panel", message, (*loc, key))
        return None
    return value


def _time(value: Any, loc: Loc, scope: Scope) -> Duration | None:
    try:
        time = value if isinstance(value, Duration) else Duration.parse(str(value))
    except ValueError as error:
        scope.faults.add("duration", str(error), loc)
        return None
    if not time.us:
        scope.faults.add("panel", "people need time to answer; write 14 days", loc)
        return None
    return time


def same_question_twice(panels: list[tuple[Panel, Loc]], scope: Scope) -> None:
    """One question asked with other limbs would be two panels that look alike: a fault at the second."""
    first: dict[str, Panel] = {}
    for panel, loc in panels:
        other = first.setdefault(panel.question, panel)
        if other.limbs != panel.limbs:
            message = "this question is asked twice with different limbs; word it so that people can tell them apart"
            scope.faults.add("panel", message, (*loc, "question"))
        elif (other.seats, other.agree, other.time, other.redraw) != (
            panel.seats, panel.agree, panel.time, panel.redraw,
        ):  # fmt: skip
            message = "the same panel is asked twice, with other seats or another time; make them the same"
            scope.faults.add("panel", message, loc)


def met_of(node: Node, block: Any, loc: Loc, scope: Scope) -> Met | None:
    """A panel as what the rows of a set have to pass."""
    while isinstance(node, Window):
        node = node.of
    if not isinstance(node, Rows):
        scope.faults.add("shape", "ask the panel about the row set itself, before its top rows are taken", loc)
        return None
    panel = panel_of(block, loc, scope)
    if panel is None:
        return None
    scope.panels.append((panel, loc))
    return Met(panel=panel)


def asked_from_then(node: Node) -> Node:
    """What is read at one stated instant: panels are asked about its rows from then on, however the rows are named.

    With a default, people's time for a row that was there long before would have run out before they are asked.
    """
    if not any(_early(part) for rows in row_sets(node) for part in conjuncts(rows.where)):
        return node
    changed: Node = with_each_rows(node, _from_then)
    return changed


def _from_then(rows: Rows) -> Rows:
    parts = [
        Met(panel=rebuilt(part.panel, by_row=False)) if isinstance(part, Met) and _early(part) else part
        for part in conjuncts(rows.where)
    ]
    return rebuilt(rows, where=together(*parts))


def _early(part: Filter) -> bool:
    return isinstance(part, Met) and part.panel.by_row and part.panel.default is not None


def confirming(block: Any, of: FieldOf | Window | Agree, scope: Scope) -> Panel | None:
    """The panel that confirms a picked row's text: `confirm: panel`, or with seats, agree, for, redraw and default."""
    loc: Loc = ("resolve", "confirm")
    if block != "panel" and not isinstance(block, Mapping):
        scope.faults.add("shape", f"confirm is `panel`, or panel settings as {{seats: 5}}; found {block!r:.40}", loc)
        return None
    given: Mapping[str, Any] = {} if block == "panel" else block
    known_keys(given, SETTINGS, loc, scope.faults)
    made = settled(given, loc, scope)
    if made is None:
        return None
    field = next(node for node in walk(of) if isinstance(node, FieldOf))
    column, names = (
        field.column.replace("_", " "),
        " or ".join(use.source for rows in row_sets(of) for use in rows.sources),
    )
    question = f"Is the {column} that is named here right for the row of {names} it is named for?"
    limb = Limb(name="right", text=f"The {column} is the one that the criteria call for, on the evidence given.")
    return made.model_copy(update={"question": question, "limbs": (limb,), "by_row": False, "from_pick": True})
