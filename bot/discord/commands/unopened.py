"""Why a market whose opening day has come does not stand on Manifold yet: what it waits for, in words; in a thread."""

from __future__ import annotations

import re

from bot.chat.store_tools import StoreTools
from bot.ready import readiness
from bot.review.pausing import paused
from bot.store import plan_cards


def waits_for(tools: StoreTools, slug: str, *, may_write: bool) -> str:
    """What a defined market waits for; empty where it has opened, or its day has not come."""
    spec = tools.loaded.markets.get(slug)
    if spec is None or tools.market(slug).state != "defined" or tools.now < spec.opens:
        return ""
    if tools.now >= spec.closes:
        return "new dates from its author: its closing day passed before it was ever opened"
    halted = paused(tools.store)
    if halted is not None:
        return f"the end of a pause: everything is {halted.words()}"
    if not may_write:
        return "the operator, who has set no key to Manifold"
    (mine,) = readiness(tools.store, tools.loaded, [slug])
    if mine.ready:
        return _plan(tools, spec.debate, slug)
    return f"its definition to be ready: {'; '.join(filter(None, [mine.because(), mine.twin]))}"


def _plan(tools: StoreTools, debate: str, slug: str) -> str:
    with tools.store.reading() as connection:
        plan = plan_cards.living(connection, debate)
    whole = re.compile(rf"(?<![\w-]){re.escape(slug)}(?![\w-])")  # `reach` stands in no line of `reach-85`
    if plan is None or not any(whole.search(line) for line in plan.lines):
        return "the next plan"
    name = plan.checksum[:12]
    if plan.state == "approved":
        return f"plan {name}, which is approved and being carried out"
    return f"a reviewer's word on plan {name}" + (", which is over a limit" if plan.refusals else "")
