"""Answers as of a day gone by: judged by what had been seen by then, and said to be so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.chat import telling
from bot.chat.moving import said_of
from bot.chat.replies import Intent, Reply
from bot.chat.times import moment
from bot.chat.tools import Tools

OF_A_DAY: Mapping[Intent, Callable[[Tools, str], Reply]] = {
    "value": telling.value,
    "why": telling.why,
    "needs": telling.needs,
    "price": telling.price,
    "evidence": telling.evidence,
}
"""What may be asked of a market as it stood; the rest is as it is now."""
NOW = "This is as of now; of a day gone by I tell only how a market stood."


def then(tools: Tools, intent: Intent, slug: str, at: datetime) -> Reply:
    """The answer as it would have been at an instant, with what this record itself held then where that differs."""
    past = tools.at(at)
    told = OF_A_DAY[intent](past, slug)
    opened = ", before it opened" if past.market(slug).state == "defined" else ""
    lines = [f"As of {moment(at)}{opened}, by what had been seen by then:", *told.lines[:2]]
    known, seen = tools.verdicts_at([slug], at).get(slug), past.verdict(slug)
    if known is not None and seen is not None and said_of(known) != said_of(seen) and intent != "price":
        lines.append(f"By what stood on our own record by then it was {said_of(known)}; the rest came in later.")
    else:
        lines += told.lines[2:3]
    return replace(told, lines=tuple(lines), slug=slug, chart=None, offers=())
