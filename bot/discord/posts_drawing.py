"""A row as the arguments of a send or an edit: content, embed, fresh buttons, and the chart with its words."""

from __future__ import annotations

import hashlib
import io
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bot import charts
from bot.discord import cards_message, price_course
from bot.discord.buttons import view_of
from bot.discord.cards_message import CONTENT, Rendered, web
from bot.discord.errors import caught
from bot.discord.text import paragraph
from bot.review.desk import card
from bot.service.surroundings import Surroundings
from bot.store.posts import Post

KEPT_CHARTS = 128


@dataclass(frozen=True, slots=True)
class Told:
    """What one message shows; files and views are made anew for each call, as neither can be sent twice."""

    content: str
    embed: Mapping[str, Any] | None
    buttons: tuple[cards_message.Button, ...]
    picture: tuple[str, bytes, str] | None
    mentions: tuple[int, ...]

    def sending(self, post: Post, nonce: str) -> dict[str, Any]:
        """For the first time: only then are the roles pinged, and not again where it was deleted and is re-posted."""
        roles = [discord.Object(each) for each in self.mentions] if not post.losses else []
        told = self._told() | {"nonce": nonce}
        told |= {"allowed_mentions": discord.AllowedMentions(everyone=False, users=False, roles=roles)}
        told |= {"suppress_embeds": True} if self.embed is None else {}
        return told | ({"file": self._file()} if self.picture else {})

    def editing(self) -> dict[str, Any]:
        """All of it anew, with its attachments, so that nothing of an older version stays."""
        told = {"embed": None, "view": None} | self._told()
        told |= {"allowed_mentions": discord.AllowedMentions.none()}
        return told | {"attachments": [self._file()] if self.picture else []}

    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = {"content": self.content}
        if self.embed is not None:
            image = {"image": {"url": f"attachment://{self.picture[0]}"}} if self.picture else {}
            told["embed"] = discord.Embed.from_dict({**self.embed, **image})
        if self.buttons:
            told["view"] = view_of(self.buttons)
        return told

    def _file(self) -> discord.File:
        assert self.picture is not None
        name, data, alt = self.picture
        return discord.File(io.BytesIO(data), filename=name, description=alt)


class Drawing:
    """Makes what rows show; charts are drawn away from the loop and kept, as a proposal's never changes."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self._charts: OrderedDict[int, bytes] = OrderedDict()

    async def told(self, post: Post) -> Told:
        """What the row says the message should show."""
        body = post.wanted
        if "embed" in body:
            return await self._rendered(cards_message.of_body(body))
        link = web(str(body.get("link") or ""))
        buttons = (cards_message.Button("Open", "link", link),) if link else ()
        return Told(plain_content(body), None, buttons, None, tuple(body.get("mentions", ())))

    def is_of(self, post: Post, message: discord.Message) -> bool:
        """Whether a message in the channel is the one of this row."""
        mark = post.wanted.get("mark")
        if mark:
            return message.content.endswith(mark) or any(
                (embed.footer.text or "").startswith(mark) for embed in message.embeds
            )
        return message.content == plain_content(post.wanted)

    async def _rendered(self, made: Rendered) -> Told:
        picture = None
        if made.chart is not None:
            with caught(f"chart of proposal {made.chart}"):  # a card without its picture is better than no card
                data = await self._chart(made.chart)
                name = f"p{made.chart}-{hashlib.sha256(data).hexdigest()[:12]}.png"
                picture = (name, data, made.alt)
        return Told(made.content, made.embed, made.buttons, picture, made.mentions)

    async def _chart(self, proposal: int) -> bytes:
        if proposal not in self._charts:
            seen = await self.around.threads.read(card, self.around.store, proposal)
            verdict = seen.proposal.verdict
            decided_at = verdict.instant or seen.proposal.as_of
            price = await self.around.threads.read(price_course.drawn, self.around.store, seen.proposal)
            drawn = await self.around.threads.draw(
                charts.png,
                verdict,
                seen.frozen.question,
                decided_at=decided_at,
                price=price,
                backdrop=charts.behind(seen.frozen.rule),
            )
            self._charts[proposal] = drawn
            while len(self._charts) > KEPT_CHARTS:
                self._charts.popitem(last=False)
        return self._charts[proposal]


def plain_content(body: Mapping[str, Any]) -> str:
    """A message without an embed: `content` as our own renderers made it, or `text` with all markup taken out."""
    if body.get("content"):
        return str(body["content"])[:CONTENT]
    pings = "".join(f"<@&{int(each)}> " for each in body.get("mentions", ()))
    return pings + paragraph(str(body.get("text", "")), CONTENT - len(pings), commands=True)
