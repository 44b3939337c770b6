"""`/status`, `/help` and `/ask`: how the service is, what it can do, and questions in plain words."""

from __future__ import annotations

import math
import time
from typing import Any

from discord import Interaction, app_commands

from bot.discord.beginning import begun, pressed
from bot.discord.cards_message import lines
from bot.discord.commands.fund import purse
from bot.discord.gate import around_of
from bot.discord.respond import respond
from bot.discord.text import safe
from bot.say import many
from bot.service import overview
from bot.service.surroundings import Surroundings
from bot.store import posts

MOST = 4
"""Lines of a kind."""
BELIEVED_S = 10.0
"""A heartbeat that seems to take longer was not measured: discord.py 2.7.1 notes when one was sent only after its
sending, so an answer that is faster than that is counted from the one before, 41 s earlier (gateway.py, `ack`)."""
HELP = (
    "Ask me in plain words: mention me, reply to a card, write to me directly, or use `/ask`: “how close is …?”, "
    "“why hasn't … resolved?”, “who is ahead?”",
    "`/market` list, show, why, chart, follow, unfollow · `/evidence` list, add (a link or a file) · "
    "right-click a message > Apps > Use as evidence",
    "`/debate` `/claim` `/scoreboard` · `/status` · `/link` code, show, terminal",
    "Reviewers: `/review` queue, show, take, propose · `/dispute` · `/evidence` waiting, open, accept, refuse · "
    "`/fund` · admins: `/admin`. I never act on a sentence: whatever decides anything is a button.",
)


@app_commands.command(description="How the service is: lag, what waits, what ran last")
@app_commands.guild_only()
async def status(interaction: Interaction[Any]) -> None:
    """One screen of everything."""
    began = time.perf_counter()
    if await begun(interaction) is not None:
        around = around_of(interaction)
        lag = lag_words(time.perf_counter() - began, interaction.client.latency)
        notes = interaction.client.state.words()
        await respond(interaction, await around.threads.read(standing, around, lag, notes))


@app_commands.command(name="help", description="What I can do")
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def help_(interaction: Interaction[Any]) -> None:
    """What can be asked and done."""
    await respond(interaction, "\n".join(HELP))


@app_commands.command(description="Ask about the debate in plain words")
@app_commands.describe(question="Such as: how close is the SWE-bench one?")
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def ask(interaction: Interaction[Any], question: app_commands.Range[str, 1, 500]) -> None:
    """The same as saying it to the bot."""
    who = await pressed(interaction)
    if who is not None:
        interaction.client.talk.not_too_fast(who.account)
        answered = await interaction.client.talk.answered(who.account, question)
        await respond(interaction, answered.text, view=answered.view, files=answered.files)


def lag_words(answered_s: float, heartbeat_s: float) -> str:
    """How long Discord took to take this very answer, and the last heartbeat's way there and back where it is known."""
    told = f"{answered_s * 1000:.0f} ms for an answer"
    known = math.isfinite(heartbeat_s) and 0 <= heartbeat_s < BELIEVED_S
    return f"{told}, {heartbeat_s * 1000:.0f} ms for a heartbeat" if known else told


def standing(around: Surroundings, lag: str, notes: str) -> str:
    """Lines of what is worth telling; in a thread."""
    store, debate = around.store, around.debate
    pause, plan = overview.pause_row(store), overview.plan_row(store, debate.debate)
    waiting = overview.proposal_rows(store, debate.debate)
    with store.reading() as connection:
        queue = posts.counted(connection)
    told = [
        f"Discord: {safe(notes, 300)}, lag {lag}; messages waiting: {queue.get('open', 0) + queue.get('sending', 0)}"
    ]
    service = overview.service_row(store)
    told += [f"Service: {'runs' if service['running'] else 'does not run (this is only its Discord)'}"]
    if pause:
        since = f"<t:{int(pause['since'].timestamp())}:R>"
        told += [f"**PAUSED** by {safe(pause['by'], 60)} {since}: {safe(pause['because'], 200)}"]
    told += [f"Proposals open: {len(waiting)}"]
    told += [
        f"• P{one['id']} `{one['slug']}` {safe(one['answer'], 60)}, waits for {safe(one['waits_for'], 90)}"
        for one in waiting[:MOST]
    ]
    told += (
        [
            f"Plan `{plan['checksum'][:12]}`: {plan['state']}, {many(len(plan['lines']), 'change')}, "
            f"{plan['cost_mana']} mana"
        ]
        if plan
        else []
    )
    unwell = overview.sources_not_live(store, around.loaded())
    told += [f"Source {safe(one['id'], 60)}: {safe(one['words'], 160)}" for one in unwell[:MOST]]
    told += [f"… and {len(unwell) - MOST} more sources that are not live"] if len(unwell) > MOST else []
    told += [_job(row) for row in overview.job_rows(around.settings, store) if row["last"] is not None]
    return lines([*told, purse(overview.mana_row(store, debate))], 1950)


def _job(row: dict[str, Any]) -> str:
    because = f": {safe(row['because'], 90)}" if row["because"] else ""
    return f"{row['job']}: {row['state']} <t:{int(row['last'].timestamp())}:R>{because}"
