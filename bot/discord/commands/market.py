"""`/market`: the debate's markets listed, shown, explained, drawn and followed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

import discord
from discord import Interaction, app_commands

from bot.chat.store_tools import StoreTools
from bot.chat.subjects import MAYBE
from bot.chat.wording import read
from bot.discord.autocomplete import Market, index_of
from bot.discord.beginning import begun, not_too_many_charts, pressed
from bot.discord.commands.market_order import Place, needs, place, windows
from bot.discord.commands.market_words import Shown, embed, line, looked, rules, why
from bot.discord.gate import around_of
from bot.discord.market_press import MarketAct, Named, about
from bot.discord.pager import List, Listed, Turned, send_list
from bot.discord.pictures import market_chart
from bot.discord.respond import respond
from bot.discord.text import safe
from bot.store import Store, follows, markets
from bot.store.markets import state_now
from resolvers.errors import Refusal

State = Literal["open", "closed", "resolved", "defined", "followed"]
MOST_FOUND = 400
"""Markets that a search lists; the best come first."""


class MarketGroup(app_commands.Group):
    """What there is to see of a market."""

    def __init__(self) -> None:
        super().__init__(name="market", description="The markets of this debate", guild_only=True)

    @app_commands.command(name="list", description="The markets, by state or by a few words of theirs")
    @app_commands.describe(state="Only those in this state", query="A few words of the question")
    async def list_(
        self,
        interaction: Interaction[Any],
        state: State | None = None,
        query: app_commands.Range[str, 0, 80] | None = None,
    ) -> None:
        await send_list(interaction, "markets", state=state or "", query=query or "")

    @app_commands.command(description="A market: state, verdict, price, evidence and chart")
    @app_commands.describe(market="The market: pick one, or give its link or a few words")
    async def show(self, interaction: Interaction[Any], market: Market) -> None:
        not_too_many_charts(interaction)
        if await begun(interaction, public=True) is not None:
            shown, chart = await _seen(interaction, market)
            await respond(
                interaction,
                embed=_with_chart(embed(shown), chart),
                view=about(market, shown.market.url),
                files=[chart] if chart else [],
            )

    @app_commands.command(description="Why a market stands as it does: the rule, condition by condition")
    @app_commands.describe(market="The market: pick one, or give its link or a few words")
    async def why(self, interaction: Interaction[Any], market: Market) -> None:
        if await begun(interaction) is not None:
            await _tell_why(interaction, market)

    @app_commands.command(description="The evidence of a market over time, drawn")
    @app_commands.describe(market="The market: pick one, or give its link or a few words")
    async def chart(self, interaction: Interaction[Any], market: Market) -> None:
        not_too_many_charts(interaction)
        if await begun(interaction, public=True) is not None:
            await _draw(interaction, market)

    @app_commands.command(description="Tell me when something comes about on this market")
    @app_commands.describe(market="The market: pick one, or give its link or a few words")
    async def follow(self, interaction: Interaction[Any], market: Market) -> None:
        await follow(interaction, Named("follow", market))

    @app_commands.command(description="Tell me of this market no more")
    @app_commands.describe(market="The market: pick one, or give its link or a few words")
    async def unfollow(self, interaction: Interaction[Any], market: Market) -> None:
        await unfollow(interaction, Named("unfollow", market))


async def follow(interaction: Interaction[Any], named: Named) -> None:
    """Whoever asks is told of this market by direct message from now on."""
    who = await pressed(interaction)
    if who is None:
        return
    around = around_of(interaction)
    new = await around.threads.write(_follow, around.store, around.debate.debate, named.slug, who.account)
    told = f"You follow `{named.slug}`" + (" from now on" if new else " already")
    what = "a proposal, the time to object to it, a dispute, a resolution, or a source that fails"
    await respond(interaction, f"{told}: a direct message comes with {what}.")


async def unfollow(interaction: Interaction[Any], named: Named) -> None:
    """They are told of it no more."""
    who = await pressed(interaction)
    if who is None:
        return
    around = around_of(interaction)
    gone = await around.threads.write(_unfollow, around.store, around.debate.debate, named.slug, who.account)
    await respond(interaction, f"You {'no longer follow' if gone else 'did not follow'} `{named.slug}`.")


async def show_why(interaction: Interaction[Any], named: Named) -> None:
    if await pressed(interaction) is not None:
        await _tell_why(interaction, named.slug)


async def show_rules(interaction: Interaction[Any], named: Named) -> None:
    if await pressed(interaction) is not None:
        tools = await index_of(interaction).tools()
        shown = await _looked(interaction, tools, named.slug)
        await respond(interaction, rules(shown))


async def show_evidence(interaction: Interaction[Any], named: Named) -> None:
    await send_list(interaction, "evidence", query=named.slug)


async def show_chart(interaction: Interaction[Any], named: Named) -> None:
    not_too_many_charts(interaction)
    if await pressed(interaction) is not None:
        await _draw(interaction, named.slug)


ACTS: Mapping[str, MarketAct] = {
    "why": show_why,
    "rules": show_rules,
    "evidence": show_evidence,
    "chart": show_chart,
    "follow": follow,
    "unfollow": unfollow,
}


async def _tell_why(interaction: Interaction[Any], slug: str) -> None:
    tools = await index_of(interaction).tools()
    shown = await _looked(interaction, tools, slug)
    await respond(interaction, why(shown), view=about(slug, shown.market.url))


async def _draw(interaction: Interaction[Any], slug: str) -> None:
    shown, chart = await _seen(interaction, slug)
    if chart is None:
        text = f"There is nothing to draw of `{slug}`: it hangs on no figure over time, or nothing was seen of it yet."
        await respond(interaction, text)
        return
    because = safe(shown.verdict.because, 600) if shown.verdict else ""
    made = {"title": safe(shown.market.question, 200), "description": because}
    await respond(interaction, embed=_with_chart(made, chart), files=[chart])


async def _seen(interaction: Interaction[Any], slug: str) -> tuple[Shown, discord.File | None]:
    around, tools = around_of(interaction), await index_of(interaction).tools()
    shown = await _looked(interaction, tools, slug)
    return shown, await market_chart(around, tools, slug, shown.verdict)


async def _looked(interaction: Interaction[Any], tools: StoreTools, slug: str) -> Shown:
    around = around_of(interaction)
    return await around.threads.read(partial(looked, tools, slug, may_write=around.exchange.may_write))


def _with_chart(told: Mapping[str, Any], chart: discord.File | None) -> discord.Embed:
    image = {"image": {"url": f"attachment://{chart.filename}"}} if chart else {}
    return discord.Embed.from_dict({**told, **image})


def _follow(store: Store, debate: str, slug: str, account: str) -> bool:
    with store.transaction() as connection:
        mine = follows.of_account(connection, debate, account)
        if slug not in mine and len(mine) >= follows.MOST:
            raise Refusal(f"You follow {follows.MOST} markets already: let one go with /market unfollow.")
        return follows.follow(connection, debate, slug, account, store.now())


def _unfollow(store: Store, debate: str, slug: str, account: str) -> bool:
    with store.transaction() as connection:
        return follows.unfollow(connection, debate, slug, account)


def listed(tools: StoreTools, turned: Turned) -> Listed:
    """Markets of one state, what needs somebody first, or those that fit some words, the best first; in a thread."""
    loaded, store = tools.loaded, tools.store
    assert loaded.debate is not None
    with store.reading() as connection:
        there = {one.slug: one for one in markets.every(connection, loaded.debate.debate)}
        mine = follows.of_account(connection, loaded.debate.debate, str(turned.asker))
        needed, ends = needs(connection, loaded.debate.debate), windows(connection, loaded.debate.debate)
    words = read(turned.query).words
    hits = tools.titles.find(words, MOST_FOUND) if words else []

    def stands(slug: str) -> Place:
        return place(slug, there.get(slug), loaded.markets.get(slug), needed, ends)

    names = [hit.slug for hit in hits if hit.share >= MAYBE]
    names = names if words else sorted({*there, *loaded.markets}, key=stands)

    def state(slug: str) -> str:
        return state_now(there[slug], tools.now) if slug in there else "defined"

    def told(slug: str) -> str:
        market, spec = there.get(slug), loaded.markets.get(slug)
        at = (market.resolved_at or market.closes_at) if market else spec.opens if spec else None
        return line(slug, spec.question if spec else slug, state(slug), at, tools.now, needed.get(slug, ""))

    if turned.state == "followed":
        names = [slug for slug in names if slug in mine]
    elif turned.state:
        names = [slug for slug in names if state(slug) == turned.state]
    heading = " ".join(["Markets", turned.state, f"about {turned.query}" if turned.query else ""])
    return Listed(" ".join(heading.split()), names, "None. Try other words, or /market list without any.", told)


LISTS: Mapping[str, List] = {"markets": List(listed)}
