"""The slash commands, their buttons and the ears for chat, given to a new client."""

from __future__ import annotations

import time
from typing import Any

from discord import app_commands

from bot.discord.autocomplete import Index
from bot.discord.beginning import CHARTS
from bot.discord.commands import admin, debate, evidence, fund, market, people, review, system
from bot.discord.commands.evidence_form import FILES, look
from bot.discord.market_press import MarketPress
from bot.discord.pace import PersonalPace
from bot.discord.pager import Page
from bot.discord.talk import Talk
from bot.evidence_links import Looker
from bot.service.surroundings import Surroundings

SINGLE: tuple[app_commands.Command[Any, ..., Any], ...] = (
    review.dispute,
    debate.debate,
    debate.claim,
    debate.scoreboard,
    system.status,
    system.help_,
    system.ask,
)


def register(tree: app_commands.CommandTree[Any], around: Surroundings) -> None:
    """Every command; what the client keeps in memory for them; what they begin with."""
    client = tree.client
    client.index = Index(around, time.monotonic)
    client.links = Looker(around)
    client.charts = PersonalPace(time.monotonic, CHARTS)
    client.files = PersonalPace(time.monotonic, FILES)
    client.talk = Talk(client, around, client.index, time.monotonic)
    client.lists = {**market.LISTS, **evidence.LISTS, **review.LISTS}
    client.market_acts = {**market.ACTS, **evidence.ACTS, **review.ACTS, **fund.ACTS, **admin.ACTS}
    client.market_acts["which"] = client.talk.chosen
    client.add_dynamic_items(MarketPress, Page)
    client.hears.append(client.talk.hear)

    async def look_at_links() -> None:
        await look(client.links)

    client.starts += [client.index.keep, look_at_links]
    for group in (
        market.MarketGroup(),
        evidence.EvidenceGroup(),
        review.ReviewGroup(),
        fund.FundGroup(),
        people.LinkGroup(),
        admin.AdminGroup(),
    ):
        tree.add_command(group)
    for single in SINGLE:
        tree.add_command(single)
    tree.add_command(evidence.use_as_evidence)
