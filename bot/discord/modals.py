"""The forms behind the buttons: a reason with its category, an answer to a trader, a panel's limbs.

A form may stay open for minutes, so everything is looked at again when it is sent; what was typed is given back where
it comes to nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import discord
from discord import Interaction, ui

from bot.discord.errors import SafeModal
from bot.discord.respond import acknowledge
from bot.discord.text import plain
from resolvers.errors import CruxError, Refusal

SHORTEST, LONGEST = 10, 1000
"""Characters of a reason: enough to say something, and little enough to be read."""
MOST_SELECTS = 4
"""A form has five parts, and one is the reason."""
PLACEHOLDER = "It stands on the record, with your name."

Sent = Callable[[Interaction[Any], Mapping[str, str]], Awaitable[None]]
"""What is done with a form that was sent: name of each part -> what was chosen or typed."""


class Form(SafeModal):
    """A form of choices and texts; `sent` gets them once Discord knows that we have them."""

    def __init__(self, title: str, sent: Sent) -> None:
        super().__init__(title)
        self._sent = sent
        self._parts: dict[str, ui.Select[Any] | ui.TextInput[Any]] = {}

    def choice(self, name: str, label: str, options: Sequence[str], description: str = "") -> Form:
        """A part in which one of a few words is chosen."""
        choices = [discord.SelectOption(label=plain(each, 100), value=each[:100]) for each in options]
        chosen: ui.Select[Any] = ui.Select(options=choices, placeholder="Choose one", required=True)
        return self._with(name, label, chosen, description)

    def reason(self, name: str = "because", label: str = "Why", description: str = PLACEHOLDER) -> Form:
        """A part in which some sentences are typed."""
        typed: ui.TextInput[Any] = ui.TextInput(
            style=discord.TextStyle.paragraph, min_length=SHORTEST, max_length=LONGEST, required=True
        )
        return self._with(name, label, typed, description)

    def _with(self, name: str, label: str, part: ui.Select[Any] | ui.TextInput[Any], description: str) -> Form:
        self._parts[name] = part
        told = plain(description, 100) if description else None
        self.add_item(ui.Label(text=plain(label, 45), description=told, component=part))
        return self

    @property
    def given(self) -> dict[str, str]:
        """What was chosen and typed."""
        return {
            name: part.value if isinstance(part, ui.TextInput) else next(iter(part.values), "")
            for name, part in self._parts.items()
        }

    async def on_submit(self, interaction: Interaction[Any]) -> None:
        if not await acknowledge(interaction, thinking=True):
            return
        given = self.given
        try:
            await self._sent(interaction, given)
        except CruxError as refused:
            typed = [given[name] for name, part in self._parts.items() if isinstance(part, ui.TextInput)]
            raise Refusal("\n".join([str(refused), "What you wrote:", *typed])) from refused
