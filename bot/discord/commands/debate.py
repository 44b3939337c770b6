"""`/debate`, `/claim` and `/scoreboard`: what it is about, who holds what, and who was right so far."""

from __future__ import annotations

from collections import Counter
from typing import Any

import discord
from discord import Interaction, app_commands

from bot import say
from bot.chat.store_tools import StoreTools
from bot.discord.autocomplete import ClaimName, index_of
from bot.discord.beginning import begun, not_too_many_charts
from bot.discord.cards_message import lines
from bot.discord.commands.fund import purse
from bot.discord.commands.market_words import STANDS
from bot.discord.gate import around_of
from bot.discord.pictures import scoreboard_picture
from bot.discord.respond import respond
from bot.discord.text import paragraph, safe
from bot.scoreboard_text import number
from bot.scoring import Standing
from bot.service.overview import mana_row
from bot.store import markets
from markets.debate_spec import Stance
from markets.score_board import AxisScore
from resolvers.errors import Refusal
from resolvers.rules.faults import nearest

SHOWN = 6
"""Axes, voices and stances of a kind in one answer."""


@app_commands.command(description="What this debate is about, its markets, its people and its purse")
@app_commands.guild_only()
async def debate(interaction: Interaction[Any]) -> None:
    """One screen of the debate."""
    if await begun(interaction) is not None:
        tools = await index_of(interaction).tools()
        await respond(interaction, await around_of(interaction).threads.read(about, tools))


@app_commands.command(description="A claim of the debate: who holds it, and what resolved markets say of it")
@app_commands.describe(name="Its name: pick one")
@app_commands.guild_only()
async def claim(interaction: Interaction[Any], name: ClaimName) -> None:
    """One claim, with stances and credit."""
    if await begun(interaction) is not None:
        tools = await index_of(interaction).tools()
        await respond(interaction, await around_of(interaction).threads.read(of_claim, tools, name))


@app_commands.command(description="Who was right so far, with the chart")
@app_commands.guild_only()
async def scoreboard(interaction: Interaction[Any]) -> None:
    """The axes and the voices, on what resolved markets say."""
    not_too_many_charts(interaction)
    if await begun(interaction, public=True) is None:
        return
    around, tools = around_of(interaction), await index_of(interaction).tools()
    found = await around.threads.read(tools.board)
    title = around.debate.title
    made = discord.Embed(title=safe(title, 200), description=board(found, int(tools.now.timestamp())))
    if not found.frozen.axes:
        await respond(interaction, embed=made)
        return
    picture = await scoreboard_picture(around, found.frozen, title)
    await respond(interaction, embed=made.set_image(url=f"attachment://{picture.filename}"), files=[picture])


def about(tools: StoreTools) -> str:
    """Title, text, counts and purse; in a thread."""
    loaded = tools.loaded
    spec = loaded.debate
    assert spec is not None
    with tools.store.reading() as connection:
        there = {one.slug: one.state for one in markets.every(connection, spec.debate)}
    counted = Counter(STANDS[state].lower() for state in there.values())
    counted["not on Manifold yet"] = sum(slug not in there for slug in loaded.markets)
    told = [f"**{safe(spec.title, 200)}**"]
    told += [paragraph(spec.about, 700)] if spec.about.strip() else []
    told += ["Markets: " + ", ".join(f"{many} {what}" for what, many in counted.items() if many)]
    arguments = loaded.arguments
    if arguments is not None:
        axes = f"{len(arguments.axes)} {'axis' if len(arguments.axes) == 1 else 'axes'}"
        voices = say.many(len(arguments.voices), "voice")
        told += [f"{say.many(len(arguments.claims), 'claim')} on {axes}, {voices}"]
    people = ", ".join(safe(name, 40) for name in list(spec.reviewers)[:12]) or "nobody"
    told += [f"Reviewers: {people}; {spec.review.quorum} have to agree. Sources: {len(loaded.sources)}"]
    return lines([*told, purse(mana_row(tools.store, spec))], 1900)


def of_claim(tools: StoreTools, name: str) -> str:
    """A claim with the stances in force and what resolved markets say of it; Refusal where there is none."""
    arguments = tools.loaded.arguments
    known = arguments.claims if arguments else {}
    if arguments is None or name not in known:
        raise Refusal(f"No claim is called {name[:60]!r}{nearest(name, known)}: pick one of the suggestions.")
    found = arguments.claims[name]
    side = f", {safe(found.pole, 20)} side" if found.pole else ""
    told = [f"**{safe(name, 80)}** (axis {safe(found.axis, 60)}{side}): {safe(found.text, 700)}"]
    stances = [one for one in arguments.in_force(tools.now) if one.claim == name]
    told += [_stance(one) for one in stances[:SHOWN]] or ["No voice has a stance on it."]
    told += [f"… and {len(stances) - SHOWN} more stances"] if len(stances) > SHOWN else []
    tests = sorted(slug for slug, spec in tools.loaded.markets.items() if any(b.claim == name for b in spec.bears_on))
    told += ["Tested by: " + ", ".join(f"`{slug}`" for slug in tests[:SHOWN])] if tests else ["No market tests it yet."]
    return lines([*told, _credit(tools.board(), name)], 1900)


def board(found: Standing, now: int) -> str:
    """Counts, axes and the voices that have a rank."""
    one = found.frozen
    resolved = say.many(len(one.resolved), "market")
    told = [f"{resolved} resolved, {len(one.not_applicable)} N/A, {len(one.open)} open (<t:{now}:f>)"]
    told += [_axis(each) for each in one.axes[:SHOWN]] or ["No axis is written down in this debate."]
    ranked = sorted((each for each in one.voices if each.rank), key=lambda each: each.rank or 0)
    told += [
        f"{each.rank}. {safe(each.voice, 60)}: log {number(each.log)}, Brier {each.brier:.2f}, "
        f"{say.many(each.markets, 'market')}"
        for each in ranked[:SHOWN]
    ] or ["No voice has a rank yet."]
    told += (
        [f"Edited since they opened: {', '.join(f'`{slug}`' for slug in found.changed[:SHOWN])}"]
        if found.changed
        else []
    )
    return lines(told, 3900)


def _axis(each: AxisScore) -> str:
    name = safe(each.axis, 60)
    if not each.resolved.terms:
        return f"• {name}: nothing resolved speaks on it"
    terms = ", ".join(f"`{term.market}` {number(term.adds)}" for term in each.resolved.terms[:3])
    return f"• {name}: {number(each.resolved.total)} nats, {safe(each.resolved.verdict, 60)} (from {terms})"


def _stance(one: Stance) -> str:
    held = f"{one.credence:f}" if one.credence is not None else one.word or ""
    date = f", <t:{int(one.as_of.timestamp())}:d>" if one.as_of else ""
    return f"• {safe(one.voice, 60)}: {safe(held, 40)} ({safe(one.kind.replace('_', ' '), 30)}{date})"


def _credit(found: Standing, name: str) -> str:
    credit = next((one for one in found.frozen.claims if one.claim == name), None)
    if credit is None or not (credit.direct.terms or credit.indirect.terms):
        return "Credit: no resolved market speaks of it."
    if not credit.scored:
        return f"Credit: not scored, because {safe(credit.because, 300)}"
    told = f"Credit: {number(credit.direct.total)} nats, {safe(credit.direct.verdict, 60)}"
    return told + (f"; {number(credit.indirect.total)} by claims it supports" if credit.indirect.terms else "")
