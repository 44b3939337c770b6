"""What is told of a panel outside its card: who has still to vote, and after closing the votes with their reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.review.panel_counting import Answer
from bot.review.panels import PanelCard, open_panels
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Unvoted:
    """Seats of one draw that have rows left to answer: person -> rows. `key` names the draw, once for all time."""

    key: str
    panel: int
    question: str
    since: datetime
    until: datetime
    left: Mapping[str, tuple[str, ...]]

    def words(self) -> str:
        """One line for a reminder: names, no votes."""
        names = ", ".join(self.left)
        return f"panel {self.panel} waits for {names} until {self.until:%Y-%m-%d %H:%M} UTC: “{self.question}”"


def unvoted(store: Store, debate: str) -> list[Unvoted]:
    """Every seat that has not voted, by panel: a query for whoever reminds."""
    found = []
    for card in open_panels(store, debate):
        panel = card.panel
        if panel.until is not None and card.left:
            key = f"panel/{panel.id}/{panel.draw}"
            since = card.draws[-1].drawn_at  # a draw's time runs from its own lots, not from the first ones
            found.append(Unvoted(key, panel.id, panel.terms.question, since, panel.until, card.left))
    return found


def asking_text(card: PanelCard) -> str:
    """The panel while it is open: what is asked of whom, until when, and who has voted; not how."""
    panel = card.panel
    lines = [f"Panel {panel.id}: {panel.terms.question}"]
    lines += [f"- {name.replace('_', ' ')}: {text}" for name, text in card.limbs.items()]
    if panel.until is None:
        return "\n".join([*lines, panel.because or "Its seats are about to be drawn."])
    lines.append(f"{panel.terms.agree} of {panel.terms.seats} must agree until {panel.until:%Y-%m-%d %H:%M} UTC.")
    seats = [f"{person} (has voted)" if person in card.voted else person for person in card.seats]
    drawn = f" {card.asked_at:%Y-%m-%d %H:%M} UTC" if card.asked_at else ""
    return "\n".join([*lines, f"Drawn by lot{drawn}: {', '.join(seats)}; {card.missing} to vote."])


def seats_line(panel: Mapping[str, Any]) -> str:
    """One line for a screen, of `seats_row`: who was asked when, until when, and who has voted; never how."""
    what = f"panel {panel['id']} on {panel['slug']}"
    if panel["asked_at"] is None or panel["until"] is None:
        return f"{what}: nobody sits on it yet; {panel['because'] or 'its seats are about to be drawn'}"
    voted, others = panel["voted"], [person for person in panel["seats"] if person not in panel["voted"]]
    told = [f"{_and(voted)} {'has' if len(voted) == 1 else 'have'} voted"] if voted else []
    told += [f"{_and(others)} {'has' if len(others) == 1 else 'have'} not"] if voted and others else []
    told += [f"nobody of {_and(others)} has voted"] if not voted else []
    return f"{what}: asked {panel['asked_at']:%Y-%m-%d %H:%M}, until {panel['until']:%Y-%m-%d %H:%M}; {', '.join(told)}"


def seats_row(card: PanelCard) -> dict[str, Any]:
    """Who sits on a panel and since when, as data."""
    panel = card.panel
    return {
        "id": panel.id,
        "slug": panel.slug,
        "question": panel.terms.question,
        "because": panel.because,
        "asked_at": card.asked_at,
        "until": panel.until,
        "seats": list(card.seats),
        "voted": list(card.voted),
    }


def _and(people: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(people[:-1]), *people[-1:]]))


def closing_text(card: PanelCard) -> str:
    """The panel after closing: what it came to, and every vote with its reason."""
    panel = card.panel
    lines = [f"Panel {panel.id} is {panel.state}: {panel.terms.question}", panel.because]
    for vote in card.votes:
        said = ", ".join(f"{name.replace('_', ' ')} {word}" for name, word in vote.limbs.items())
        again = f", draw {vote.draw}" if len(card.draws) > 1 else ""
        lines.append(f"- {vote.key}, {vote.person}{again}: {said}. {vote.because}")
    return "\n".join(lines)


def answer_words(answer: Answer) -> str:
    """`one: no (free no; 2 of 3)`"""
    limbs = ", ".join(f"{name} {word}" for name, word in answer.limbs.items())
    return f"{answer.key}: {answer.said} ({limbs}; {answer.votes})"
