"""What Discord would refuse of a message: every length that it counts, and what may not be empty."""

from __future__ import annotations

from bot.discord.cards_message import CONTENT, CUSTOM_ID, EMBED, LABEL, ROWS, VALUE, Rendered, size
from markets.fields import utf16

TITLE, DESCRIPTION, NAME, FOOTER, ALT, FIELDS, IN_A_ROW, THREAD = 256, 4096, 256, 2048, 1024, 25, 5, 100
"""Discord's further limits: discord.com/developers/docs/resources/message, looked at 2026-11-20."""


def faults(made: Rendered) -> list[str]:
    """Everything for which Discord would refuse it."""
    embed = made.embed
    fields = embed.get("fields", [])
    sizes = [("content", utf16(made.content), CONTENT), ("title", utf16(embed.get("title", "")), TITLE)]
    sizes += [("description", utf16(embed.get("description", "")), DESCRIPTION), ("alt text", utf16(made.alt), ALT)]
    sizes += [("footer", utf16(embed.get("footer", {}).get("text", "")), FOOTER), ("embed", size(embed), EMBED)]
    sizes += [(f"name of {one['name']}", utf16(one["name"]), NAME) for one in fields]
    sizes += [(f"value of {one['name']}", utf16(one["value"]), VALUE) for one in fields]
    sizes += [("fields", len(fields), FIELDS), ("buttons", len(made.buttons), IN_A_ROW * ROWS)]
    sizes += [(f"label {one.label}", utf16(one.label), LABEL) for one in made.buttons]
    sizes += [(f"id {one.does}", utf16(one.does), CUSTOM_ID) for one in made.buttons if one.style != "link"]
    sizes += [("thread", utf16(made.thread or ""), THREAD)]
    found = [f"{what} has {many}, at most {most} fit" for what, many, most in sizes if many > most]
    return found + [f"{one['name']!r} is empty" for one in fields if not one["value"].strip() or not one["name"]]
