"""The thread of a proposal that is discussed: every word and objection, and, once it is over, how it ended; pure.

The last line closes the thread: with it the poster puts it into the archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.discord.cards import STATES, CardView, spoken
from bot.discord.cards_message import Rendered, when
from bot.discord.text import safe
from bot.store.reviews import Objection
from bot.told_short import measured

LONG = 1500


def said(view: CardView, made: Rendered) -> Iterator[tuple[str, dict[str, Any]]]:
    """(key, body) of each line in the order in which it was said; nothing where nobody discusses it."""
    if made.thread is None:
        return
    lines = [(one.at, f"said:review:{one.id}", spoken(one)) for one in view.said]
    for one in view.card.objections:
        lines.append((one.at, f"said:objection:{one.id}", _objected(one)))
        if one.answered_at is not None:
            lines.append((one.answered_at, f"said:answer:{one.id}", _answered(one)))
    for _, key, text in sorted(lines):
        yield key, {"content": text, "mentions": [], "final": True}
    if made.final:
        yield f"said:end:{view.card.proposal.id}", {"content": _end(view), "mentions": [], "final": True, "ends": True}


def _objected(one: Objection) -> str:
    return f"**{safe(one.by, 60)}** objects on Manifold: {safe(one.text, LONG)}"


def _answered(one: Objection) -> str:
    return f"**{safe(one.answered_by or '', 60)}** answers {safe(one.by, 60)}: {safe(one.answer or '', LONG)}"


def _end(view: CardView) -> str:
    proposal = view.card.proposal
    outcome = safe(measured(proposal.outcome), 300)
    ended = f" {when(proposal.closed_at)}" if proposal.closed_at else ""
    over = f"Proposal {proposal.id} (**{outcome}**) is over: {STATES[proposal.state][0]}{ended}."
    return f"{over} This thread goes to the archive; the card keeps the whole course."
