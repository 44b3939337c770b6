"""The card of a panel: the question in limbs, the evidence pack, who sits and who has voted; pure.

While it is open nothing here tells how anyone voted, in no field, alt text or button.
"""

from __future__ import annotations

from typing import Any

from bot.discord.cards_message import EMBED, Button, Rendered, lines, size, when
from bot.discord.text import address, plain, safe
from bot.review.panel_counting import Answer
from bot.review.panels import PanelCard
from bot.store.panel_rows import PanelVote, Shown
from bot.told_short import shortened

STATES = {
    "open": ("OPEN; votes stay hidden until it closes", 0x1F5FBF),
    "answered": ("ANSWERED", 0x2E7D4F),
    "lapsed": ("LAPSED without an answer", 0xC2570C),
    "withdrawn": ("WITHDRAWN: nothing depends on it any more", 0x5B6472),
}
MOST = 12


def render(card: PanelCard, role: int | None = None) -> Rendered:
    """The message that shows a panel as it is now."""
    most = MOST
    embed = _embed(card, most)
    while size(embed) > EMBED and most > 1:
        most -= 1
        embed = _embed(card, most)
    panel = card.panel
    living = panel.closed_at is None
    ping = f"<@&{role}> " if role else ""
    button = Button("Answer…", "primary", f"r1:panel:{panel.id}:{panel.revision}")
    return Rendered(
        content=f"{ping}Panel {panel.id}: {safe(panel.terms.question, 300)}",
        embed=embed,
        buttons=(button,) if living and card.left else (),
        mentions=(role,) if role else (),
        mark=mark(panel.id),
        final=not living,
    )


def mark(number: int) -> str:
    """How the footer of a panel's card begins."""
    return f"Q{number} r"


def _embed(card: PanelCard, most: int) -> dict[str, Any]:
    panel = card.panel
    said, colour = STATES[panel.state]
    told = [f"**{safe(panel.terms.question, 500)}**", f"State: {said}"]
    told += [f"Asked by {safe(', '.join(one.slug for one in card.markets) or panel.slug, 300)}"]
    if panel.closed_at is not None:
        told += [f"Came to: {safe(panel.because, 500)}", f"Closed {when(panel.closed_at)}"]
    elif panel.until is not None:
        told += [f"Asked {when(card.asked_at)}"] if card.asked_at is not None else []
        told += [f"Deadline: {when(panel.until)}; {panel.terms.agree} of {panel.terms.seats} must agree"]
    else:
        told += [safe(panel.because or "Its seats are about to be drawn.", 300)]
    parts = [
        ("Each part has to be true", [f"• {safe(name, 60)}: {safe(text, 300)}" for name, text in card.limbs.items()])
    ]
    parts += [("Asked about", [f"• {safe(key, 120)}" for key in panel.keys])]
    parts += [("Evidence", [_shown(one) for one in card.pack])]
    parts += [("Seats, drawn by lot", [_seat(card, person) for person in card.seats])]
    if panel.closed_at is not None:
        parts += [("Votes", [_vote(one) for one in card.votes]), ("Answers", [_answer(one) for one in card.answers])]
    return {
        "title": plain(f"Panel {panel.id} on {panel.slug}", 200),
        "description": "\n".join(told),
        "color": colour,
        "fields": [
            {"name": name, "value": lines(part[:most], 1000, max(0, len(part) - most)), "inline": False}
            for name, part in parts
            if part
        ],
        "footer": {"text": f"{mark(panel.id)}{panel.revision} · draw {panel.draw} · {panel.source}"},
    }


def _shown(one: Shown) -> str:
    cells = shortened(", ".join(f"{name} {value}" for name, value in one.cells.items() if value))
    return f"• {safe(one.key, 60)}: {safe(cells, 120)} ({safe(one.source, 40)}, first seen {one.first_seen[:10]}) " + (
        address(one.link, 100) if one.link else ""
    )


def _seat(card: PanelCard, person: str) -> str:
    return f"• {safe(person, 60)}: {'has voted' if person in card.voted else 'has not voted yet'}"


def _vote(vote: PanelVote) -> str:
    said = ", ".join(f"{name} {word}" for name, word in vote.limbs.items())
    return f"• {safe(vote.person, 60)} on {safe(vote.key, 60)}: {safe(said, 120)} — {safe(vote.because, 120)}"


def _answer(answer: Answer) -> str:
    return f"• {safe(answer.key, 60)}: {safe(answer.said, 40)} ({safe(str(answer.votes), 60)})"
