"""`/review` and `/dispute`: the queue, a card for oneself, taking one, and asking for a market to be judged now.

No outcome is ever made up here: what is proposed is what the rule says, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import discord
from discord import Interaction, app_commands

from bot.chat.store_tools import StoreTools
from bot.discord import buttons_cards, cards
from bot.discord.autocomplete import Market, Numbered, living
from bot.discord.beginning import begun
from bot.discord.buttons import Pressed, view_of
from bot.discord.cards_message import Rendered
from bot.discord.gate import allowed, around_of, reviewer
from bot.discord.market_press import MarketAct, Named
from bot.discord.pager import List, Listed, Turned, send_list
from bot.discord.posts import view_of as card_view
from bot.discord.respond import acknowledge, respond
from bot.discord.text import safe
from bot.judging import Judged, asked, judge_all
from bot.proposing import Proposed, propose_all
from bot.reversals import report_reversals
from bot.review.desk import Card, card
from bot.review.desk import reviewer as named_in_debate
from bot.review.pausing import paused
from bot.service.surroundings import Surroundings
from bot.store import Store, posts, proposals
from bot.told_short import answer, measured, shortened
from resolvers.errors import Refusal

URGENT: Mapping[str, int] = {"disputed": 0, "proposed": 1, "approved": 2, "agreed": 3}
"""In which order states stand in the queue; all others come after."""


class ReviewGroup(app_commands.Group):
    """For reviewers: what waits, and how to begin."""

    def __init__(self) -> None:
        super().__init__(name="review", description="For reviewers: proposals and what they wait for", guild_only=True)

    @app_commands.command(description="The proposals that wait, the most urgent first")
    async def queue(self, interaction: Interaction[Any]) -> None:
        await send_list(interaction, "queue")

    @app_commands.command(description="A proposal's card as it is now, for you alone, with its buttons")
    @app_commands.describe(proposal="Its number")
    async def show(self, interaction: Interaction[Any], proposal: Numbered) -> None:
        if await begun(interaction) is not None:
            made, link = await around_of(interaction).threads.read(_card, around_of(interaction), proposal)
            embed = discord.Embed.from_dict(dict(made.embed))
            text = f"The card itself: {link}" if link else "It is not posted yet."
            await respond(interaction, text, embed=embed, view=view_of(made.buttons))

    @app_commands.command(description="Show others that you look into a proposal; it binds nobody")
    @app_commands.describe(proposal="Its number")
    async def take(self, interaction: Interaction[Any], proposal: Numbered) -> None:
        allowed(interaction, "reviewer")
        await buttons_cards.take(interaction, Pressed("take", proposal, 0))

    @app_commands.command(description="Judge a market now and propose what its rule says, or be told why not")
    @app_commands.describe(market="The market: pick one, or give its link or a few words")
    async def propose(self, interaction: Interaction[Any], market: Market) -> None:
        await propose(interaction, Named("propose", market))


@app_commands.command(
    name="dispute", description="For reviewers: stop a proposal, with a reason that stands on the record"
)
@app_commands.describe(proposal="Its number")
@app_commands.guild_only()
async def dispute(interaction: Interaction[Any], proposal: Numbered) -> None:
    """The same form as on the card, for the proposal as it is now."""
    await vote(interaction, Pressed("dispute", proposal, 0))


async def vote(interaction: Interaction[Any], pressed: Pressed) -> None:
    """What the card's own button does, for the revision that stands now; the form says which."""
    allowed(interaction, "reviewer")
    around = around_of(interaction)
    revision = await around.threads.read(_revision, around.store, pressed.number)
    await interaction.client.acts[pressed.verb](interaction, Pressed(pressed.verb, pressed.number, revision))


async def propose(interaction: Interaction[Any], named: Named) -> None:
    """Judge one market now; its rule's answer goes to the reviewers, and the one who asked may not approve it."""
    allowed(interaction, "reviewer")
    if not await acknowledge(interaction, thinking=True):
        return
    _, person = await reviewer(interaction)
    around = around_of(interaction)
    named_in_debate(person, around.debate.reviewers)
    halted = await around.threads.read(paused, around.store)
    if halted is not None:
        raise Refusal(f"Nothing is proposed now: {halted.words()}")
    judged = await around.threads.judge(_judged, around, named.slug)
    made = await around.threads.write(_proposed, around.store, judged, person)
    interaction.client.poster.nudge()
    await respond(interaction, _told(judged, made))


ACTS: Mapping[str, MarketAct] = {"propose": propose}


def _judged(around: Surroundings, slug: str) -> Judged:
    store = around.store
    questions = asked(store, around.loaded(), [slug])
    if questions[0].market is None:
        raise Refusal(f"{slug} has not opened on Manifold yet, so there is nothing to propose.")
    if questions[0].market.state == "resolved":
        raise Refusal(f"{slug} is resolved already.")
    return judge_all(store, questions, store.now())


def _proposed(store: Store, judged: Judged, person: str) -> list[Proposed]:
    report_reversals(store, judged)
    slugs = [question.slug for question in judged.questions]
    return propose_all(store, judged, again=slugs, by=person)


def _told(judged: Judged, made: list[Proposed]) -> str:
    (verdict,) = judged.verdicts
    said = measured(verdict.outcome) if verdict.outcome else verdict.state
    because = f"{safe(said, 200)}, because {safe(shortened(verdict.because), 700)}"
    asof = f"as of <t:{int(verdict.as_of.timestamp())}:f>"
    for one in made:
        number = one.proposal.id
        if one.did == "withdrawn":
            return f"Proposal {number} is withdrawn: judged {asof}, the rule says {because}"
        return f"Proposal {number} is {one.did}: judged {asof}, the rule says {because}"
    if verdict.state == "decided":
        return f"Nothing new: judged {asof}, the rule says {because}, and the living proposal says so already."
    until = f" Not before <t:{int(verdict.until.timestamp())}:F>." if verdict.until else ""
    return (
        f"Nothing is proposed: judged {asof}, the rule says {because}.{until} No outcome is made up by hand; if the "
        "evidence is missing, bring it with /evidence add."
    )


def _revision(store: Store, number: int) -> int:
    with store.reading() as connection:
        return proposals.get(connection, number).revision


def _card(around: Surroundings, number: int) -> tuple[Rendered, str]:
    """The card as it is now, and where it stands."""
    store, discord_settings = around.store, around.settings.discord
    seen = card(store, number)
    if seen.market.debate != around.debate.debate:
        raise Refusal(f"Proposal {number} belongs to another debate.")
    made = cards.render(card_view(store, seen, store.now(), may_write=around.exchange.may_write))
    with store.reading() as connection:
        post = posts.find(connection, f"card:{number}")
    if post is None:
        raise Refusal(f"The card of proposal {number} goes up together with the notice to traders: look again soon.")
    if post.message is None:
        return made, ""
    place = f"{discord_settings.guild}/{discord_settings.channels.review}/{post.message}"
    return made, f"https://discord.com/channels/{place}"


def queue(tools: StoreTools, turned: Turned) -> Listed:
    """Living proposals: those that wait for votes first, then by the end of their window; in a thread."""
    assert tools.loaded.debate is not None
    found = living(tools.store, tools.loaded.debate.debate)
    found.sort(key=lambda one: (URGENT.get(one.state, len(URGENT)), one.window_until or one.created_at))
    return Listed(
        "Proposals", found, "Nothing waits for anybody.", lambda one: _line(card(tools.store, one.id), tools.now)
    )


def _line(one: Card, now: datetime) -> str:
    proposal = one.proposal
    ends = proposal.window_until if proposal.state == "agreed" else None
    until = f", until <t:{int(ends.timestamp())}:R>" if ends is not None and now < ends else ""
    votes = f", {one.wanted} of {one.quorum.needed} approvals missing" if proposal.state == "proposed" else ""
    taken = f", taken by {safe(one.taken_by, 40)}" if one.taken_by else ""
    return (
        f"• P{proposal.id} **{safe(answer(proposal.outcome), 80)}** — {safe(one.frozen.question, 110)}: "
        f"{cards.stands(one, now)}{until}{votes}, proposed <t:{int(proposal.created_at.timestamp())}:R>{taken}"
    )


LISTS: Mapping[str, List] = {"queue": List(queue, "reviewer")}
