"""Whether something was said to us, and what it is about by where it was said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import discord

from bot.chat.replies import Intent
from bot.service.surroundings import Surroundings
from bot.store import Store, posts

NUMBERED = re.compile(r"\b(?:card:|proposal[:/]|resolved:|window:)(\d{1,15})\b")
"""In the keys and places of messages of ours: which proposal they are about."""


@dataclass(frozen=True, slots=True)
class About:
    """What a place is about; `addressed`: it was said to us and to nobody else; `chosen`: what a button named."""

    proposal: int | None = None
    slug: str | None = None
    intent: Intent | None = None
    addressed: bool = True
    chosen: str | None = None


async def place_of(around: Surroundings, message: discord.Message, me: int, answers: Mapping[int, str]) -> About | None:
    """What a message to us is about by its place; None where it is not for us."""
    addressed = _is_to_us(message, me)
    in_thread = not isinstance(message.channel, (discord.TextChannel, discord.DMChannel))
    if not addressed and not (in_thread and message.content):
        return None
    replied = message.reference.message_id if message.reference is not None else None
    found, slug = await around.threads.read(_proposal, around.store, [replied, message.channel.id])
    if found is None and not addressed:
        return None
    return About(found, answers.get(replied or 0, slug), addressed=addressed)


def _is_to_us(message: discord.Message, me: int) -> bool:
    """A direct message, our name in it, or a reply to what we said; @everyone is not us."""
    if message.guild is None or any(one.id == me for one in message.mentions):
        return True
    reference = message.reference
    replied = reference.resolved if reference is not None else None
    return isinstance(replied, discord.Message) and replied.author.id == me


def _proposal(store: Store, messages: Sequence[int | None]) -> tuple[int | None, str | None]:
    """The proposal that one of these messages of ours is about; without one, the market that a follower was told of."""
    slug: str | None = None
    with store.reading() as connection:
        for number in messages:
            post = posts.of_message(connection, str(number)) if number is not None else None
            found = NUMBERED.search(f"{post.place} {post.key}") if post is not None else None
            if found is not None:
                return int(found[1]), None
            slug = slug or (str(post.wanted.get("about") or "") or None if post is not None else None)
    return None, slug
