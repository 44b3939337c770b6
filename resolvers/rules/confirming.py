"""`confirm: panel`: what the criteria picked is put to people before it decides."""

from __future__ import annotations

from dataclasses import dataclass

from resolvers.rules.asks import ask_of
from resolvers.rules.evaluate import Evaluator
from resolvers.rules.exact import Texts
from resolvers.rules.panels import UNANSWERED, Panel
from resolvers.rules.trace import Tracer
from resolvers.verdict import Ask, Citation, Step


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the panel says of the picked rows' texts: yes to all, no to one, or not yet; `asks` is what is open."""

    value: bool | None
    because: str
    step: Step
    asks: tuple[Ask, ...] = ()


def confirmed(panel: Panel, found: Texts, evaluator: Evaluator, tracer: Tracer) -> Confirmed:
    """Each picked row with its text, as `row is text`, looked up among the panel's answers."""
    table = evaluator.cache.table(panel.source)
    answers = evaluator.said_of(panel)
    keys = [pair_key(evaluator, ref, text) for text, ref in found.options if text is not None]
    said: dict[str, str | None] = {}
    cites: list[Citation] = []
    for key in dict.fromkeys(keys):
        given = answers.of_key(key)
        history = answers.heard(given, panel.last)
        said[key] = next((label for known, label in reversed(history) if known <= tracer.knowing.k), None)
        told = answers.limbs_at(given, panel.last, tracer.knowing.k)
        cites += [tracer.citation((table.number, place), column) for place, column in told]
    wrong = [key for key, answer in said.items() if answer == "no"]
    missing = [key for key, answer in said.items() if answer is None]
    value = False if wrong else None if missing else True
    because = f"{UNANSWERED} ({panel.source}): {', '.join(missing)}" if missing else ""
    if wrong:
        because = f"the panel does not confirm that {', '.join(wrong)}"
    shown = {True: "yes", False: "no", None: "unknown"}[value]
    step = Step(node="panel", words=panel.asked().text, value=shown, because=because, cites=tuple(cites))
    open_ = missing and not wrong and evaluator.as_of < panel.last
    return Confirmed(value, because, step, (ask_of(panel, missing),) if open_ else ())


def pair_key(evaluator: Evaluator, ref: tuple[int, int], text: str) -> str:
    """How a picked row and its text are named to the panel: `system is R2`."""
    return f"{evaluator.cache.by_number(ref[0]).spans.key[ref[1]]} is {text}"
