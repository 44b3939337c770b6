"""Answering a press, a command or a modal in the one way that is still open: first answer, placeholder, or follow-up.

Discord gives three seconds for the first answer and fifteen minutes for the rest; what comes later reaches nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import aiohttp
import discord
from discord import Interaction, InteractionResponseType
from discord.app_commands import Choice

log = logging.getLogger("crux.discord")

CONTENT = 2000
CHOICE = 100
UNREACHABLE = (discord.HTTPException, discord.InteractionResponded, aiohttp.ClientError, OSError, TimeoutError)
"""How an answer fails that Discord no longer takes, or whose own answer was lost on the way."""
_FILLED = "crux: placeholder filled"


async def acknowledge(interaction: Interaction[Any], *, thinking: bool = False, ephemeral: bool = True) -> bool:
    """Tell Discord that the press has arrived; False where that failed, and then nothing may be changed (trap 1)."""
    try:
        await interaction.response.defer(thinking=thinking, ephemeral=ephemeral)
    except UNREACHABLE as lost:
        log.info("press %s could not be acknowledged, so nothing was done: %s", interaction.id, lost)
        return False
    return True


async def open_modal(interaction: Interaction[Any], modal: discord.ui.Modal) -> bool:
    """Open a form; False where that failed."""
    try:
        await interaction.response.send_modal(modal)
    except UNREACHABLE as lost:
        log.info("press %s could not be answered with a form: %s", interaction.id, lost)
        return False
    return True


async def respond(
    interaction: Interaction[Any],
    text: str | None = None,
    *,
    ephemeral: bool = True,
    embed: discord.Embed | None = None,
    view: discord.ui.View | None = None,
    files: Sequence[discord.File] = (),
) -> bool:
    """Answer whoever pressed, by default so that only they see it; False where it is too late for any answer.

    An autocomplete can only be answered with a choice: it gets the text as its one choice.
    """
    try:
        if interaction.type is discord.InteractionType.autocomplete:
            await _one_choice(interaction, text or "")
        else:
            await _message(interaction, _arguments(text, embed, view, files), ephemeral=ephemeral)
    except UNREACHABLE as lost:
        log.info("no answer reached the person behind %s: %s", interaction.id, lost)
        return False
    return True


def _arguments(
    text: str | None, embed: discord.Embed | None, view: discord.ui.View | None, files: Sequence[discord.File]
) -> dict[str, Any]:
    given: dict[str, Any] = {"content": text[:CONTENT] if text else None, "embed": embed, "view": view}
    given |= {"files": list(files) or None}
    return {name: value for name, value in given.items() if value is not None}


async def _message(interaction: Interaction[Any], told: dict[str, Any], *, ephemeral: bool) -> None:
    """The first answer, what fills "is thinking…", or a message behind it."""
    nobody = discord.AllowedMentions.none()
    if not interaction.response.is_done():
        await interaction.response.send_message(**told, ephemeral=ephemeral, allowed_mentions=nobody)
    elif _is_waiting(interaction):
        interaction.extras[_FILLED] = True
        attachments = {"attachments": told.pop("files")} if "files" in told else {}
        await interaction.edit_original_response(**told, **attachments, allowed_mentions=nobody)
    else:
        await interaction.followup.send(**told, ephemeral=ephemeral, allowed_mentions=nobody)


def _is_waiting(interaction: Interaction[Any]) -> bool:
    """Whether a placeholder stands that the first message has to fill; its visibility was chosen when it was made."""
    deferred = interaction.response.type is InteractionResponseType.deferred_channel_message
    return deferred and not interaction.extras.get(_FILLED)


async def _one_choice(interaction: Interaction[Any], text: str) -> None:
    if not interaction.response.is_done():
        await interaction.response.autocomplete([Choice(name=(text or "…")[:CHOICE], value="")])
