"""The buttons of cards: all they know stands in their custom_id, so they work for as long as their message stands.

`r1:<verb>:<number>:<revision>`, and for a confirmation a word more; `r1` is how these are read. What a verb does stands
in the client's table of acts, so that a button here imports nothing of what it leads to.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import discord
from discord import Interaction, ui

from bot.discord.cards_message import Button, Style
from bot.discord.client_words import OLD_CARD
from bot.discord.errors import SafeItem, SafeView, link_button
from bot.discord.respond import respond

FORM = r"r1:(?P<verb>[a-z-]{1,24}):(?P<number>[0-9]{1,15}):(?P<revision>[0-9]{1,9})(?::(?P<more>[0-9a-z]{1,16}))?"
STYLES: Mapping[Style, discord.ButtonStyle] = {
    "primary": discord.ButtonStyle.primary,
    "secondary": discord.ButtonStyle.secondary,
    "success": discord.ButtonStyle.success,
    "danger": discord.ButtonStyle.danger,
    "link": discord.ButtonStyle.link,
}


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button says: which thing, as of which revision, and a word more where there is one. Forgeable."""

    verb: str
    number: int
    revision: int
    more: str = ""


Act = Callable[[Interaction[Any], Pressed], Awaitable[None]]


class Press(SafeItem, template=FORM):
    """A button of one of our messages."""

    def __init__(self, pressed: Pressed, label: str = "·", style: Style = "secondary") -> None:
        self.pressed = pressed
        super().__init__(ui.Button(label=label, style=STYLES[style], custom_id=custom_id(pressed)))

    @classmethod
    async def from_custom_id(cls, interaction: Interaction[Any], item: ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(_read(match))

    async def press(self, interaction: Interaction[Any]) -> None:
        act: Act | None = interaction.client.acts.get(self.pressed.verb)
        if act is None:
            await respond(interaction, OLD_CARD)
        else:
            await act(interaction, self.pressed)


def custom_id(pressed: Pressed) -> str:
    """The text by which the button is known again."""
    more = f":{pressed.more}" if pressed.more else ""
    return f"r1:{pressed.verb}:{pressed.number}:{pressed.revision}{more}"


def button_of(button: Button) -> SafeItem | ui.Button[Any]:
    """A button as discord.py sends it."""
    if button.style == "link":
        return link_button(button.label, button.does)
    match = re.fullmatch(FORM, button.does)
    if match is None:
        raise ValueError(f"{button.does!r} is no custom_id of ours; write r1:verb:number:revision")
    return Press(_read(match), button.label, button.style)


def view_of(buttons: Iterable[Button]) -> SafeView:
    """Buttons as one view, fresh for one sending."""
    return SafeView(*(button_of(each) for each in buttons))


def _read(match: re.Match[str]) -> Pressed:
    return Pressed(match["verb"], int(match["number"]), int(match["revision"]), match["more"] or "")
