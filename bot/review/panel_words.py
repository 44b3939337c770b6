"""What is told of a panel outside its card: who has still to vote, and after closing the votes with their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

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
    return "\n".join([*lines, f"Drawn by lot: {', '.join(seats)}; {card.missing} to vote."])


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
