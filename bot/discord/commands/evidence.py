"""`/evidence` and the menu "Use as evidence": what a verdict rests on, and what people put forward besides."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import discord
from discord import Interaction, app_commands

from bot.chat.store_tools import StoreTools
from bot.discord.autocomplete import Market
from bot.discord.beginning import begun
from bot.discord.cards import cite_line
from bot.discord.commands.evidence_form import Attached, EvidenceForm, Quoted
from bot.discord.gate import allowed, around_of, reviewer
from bot.discord.market_press import MarketAct, Named
from bot.discord.pager import List, Listed, Turned, send_list
from bot.discord.respond import acknowledge, respond
from bot.discord.text import address, safe
from bot.evidence_links import misnamed
from bot.review.desk import reviewer as named_in_debate
from bot.store import Store, bodies, submissions
from bot.store.submissions import Said, Submission
from resolvers.errors import Refusal

Number = app_commands.Range[int, 1, 10**9]
Reason = app_commands.Range[str, 5, 500]


class EvidenceGroup(app_commands.Group):
    """Evidence: cited by a rule, or put forward by people."""

    def __init__(self) -> None:
        super().__init__(name="evidence", description="What verdicts rest on, and what people bring", guild_only=True)

    @app_commands.command(name="list", description="What a market's verdict rests on, and what people put forward")
    @app_commands.describe(market="The market: pick one, or give its link or a few words")
    async def list_(self, interaction: Interaction[Any], market: Market) -> None:
        await send_list(interaction, "evidence", query=market)

    @app_commands.command(description="Put forward a link or a file for reviewers to look at")
    @app_commands.describe(
        market="The market: pick one, or give its link or a few words",
        file="Instead of a link: text, CSV, JSON, YAML, HTML, PDF, PNG or JPEG, up to 5 MiB",
    )
    async def add(self, interaction: Interaction[Any], market: Market, file: discord.Attachment | None = None) -> None:
        who = allowed(interaction, "submitter")
        attached = Attached.of(file) if file else None
        if attached is not None:
            interaction.client.files.require(who.account)
        await EvidenceForm(market, attached=attached).open(interaction)

    @app_commands.command(description="For reviewers: what was kept of a submission, as a file, for you alone")
    @app_commands.describe(submission="Its number")
    async def open(self, interaction: Interaction[Any], submission: Number) -> None:
        if await begun(interaction, "reviewer") is not None:
            around = around_of(interaction)
            made, data = await around.threads.read(_kept, around.store, around.debate.debate, submission)
            kept = discord.File(io.BytesIO(data), filename=_name(made), description=f"Submission {made.id}, as kept")
            told = f"Submission {made.id} for `{made.slug}`, by {safe(made.name, 60)}: {len(data):,} bytes, unchanged. "
            await respond(interaction, told + "It comes from outside: open it with care.", files=[kept])

    @app_commands.command(description="For reviewers: what was put forward and waits for a word")
    async def waiting(self, interaction: Interaction[Any]) -> None:
        await send_list(interaction, "waiting")

    @app_commands.command(description="For reviewers: note a submission on the card; it changes no verdict")
    @app_commands.describe(submission="Its number", because="Why; it stands on the record")
    async def accept(self, interaction: Interaction[Any], submission: Number, because: Reason) -> None:
        await _decide(interaction, submission, "accepted", because)

    @app_commands.command(description="For reviewers: put a submission aside")
    @app_commands.describe(submission="Its number", because="Why; it stands on the record")
    async def refuse(self, interaction: Interaction[Any], submission: Number, because: Reason) -> None:
        await _decide(interaction, submission, "refused", because)


@app_commands.context_menu(name="Use as evidence")
@app_commands.guild_only()
async def use_as_evidence(interaction: Interaction[Any], message: discord.Message) -> None:
    """Put forward what somebody said, with who said it, where, and the hash of the words."""
    allowed(interaction, "submitter")
    quoted = Quoted(message.author.name, message.jump_url, message.content)
    await EvidenceForm(quoted=quoted).open(interaction)


async def add(interaction: Interaction[Any], named: Named) -> None:
    """The form is the acknowledgement; it opens only for those who may send it."""
    allowed(interaction, "submitter")
    await EvidenceForm(named.slug).open(interaction)


ACTS: Mapping[str, MarketAct] = {"submit": add}


async def _decide(interaction: Interaction[Any], number: int, said: Said, because: str) -> None:
    allowed(interaction, "reviewer")
    if not await acknowledge(interaction, thinking=True):
        return
    _, person = await reviewer(interaction)
    around = around_of(interaction)
    named_in_debate(person, around.debate.reviewers)
    made = await around.threads.write(_decided, around.store, number, said, person, because)
    interaction.client.poster.nudge()
    await respond(interaction, f"Submission {made.id} for `{made.slug}` is {made.state}. No verdict is changed by it.")


def _kept(store: Store, debate: str, number: int) -> tuple[Submission, bytes]:
    """A submission and its bytes; Refusal where nothing is kept of it."""
    with store.reading() as connection:
        made = submissions.get(connection, number)
        if made.debate != debate or made.sha256 is None:
            raise Refusal(
                f"nothing is kept of submission {number}: it is {made.state}, {made.because or 'and no more'}"
            )
        return made, bodies.get(connection, made.sha256)


def _name(made: Submission) -> str:
    """How the file is called: as it was handed in, or by its number; no letter of it steers a path."""
    name = made.url.rpartition("/")[2] if made.url.startswith("file:") else f"submission-{made.id}.txt"
    name += ".txt" if misnamed(name) else ""  # kept by an older Crux, which looked at the type alone
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[-80:].lstrip(".") or f"submission-{made.id}"


def _decided(store: Store, number: int, said: Said, person: str, because: str) -> Submission:
    with store.transaction() as connection:
        return submissions.decide(connection, number, said, by=person, because=because, at=store.now())


def of_market(tools: StoreTools, turned: Turned) -> Listed:
    """The cells that the verdict cites, then what people put forward; in a thread."""
    verdict = tools.verdict(turned.query)
    assert tools.loaded.debate is not None
    with tools.store.reading() as connection:
        brought = submissions.of_market(connection, tools.loaded.debate.debate, turned.query)
    lines = [f"{cite_line(cite)} bytes `{cite.body[:12]}`" for cite in verdict.citations()] if verdict else []
    lines += [submission_line(each) for each in brought]
    return Listed(f"Evidence of {turned.query}", lines, "The rule cites no cell, and nobody has put anything forward.")


def undecided(tools: StoreTools, turned: Turned) -> Listed:
    """What waits for a reviewer's word; in a thread."""
    assert tools.loaded.debate is not None
    with tools.store.reading() as connection:
        found = submissions.undecided(connection, tools.loaded.debate.debate)
    return Listed("Put forward and not decided", found, "Nothing waits.", partial(submission_line, with_market=True))


def submission_line(each: Submission, *, with_market: bool = False) -> str:
    """One link that somebody brought: number, side, who, what they say, what came of looking at it."""
    where = f"`{each.slug}` " if with_market else ""
    kept = f", bytes `{each.sha256[:12]}`" if each.sha256 else ""
    why = f": {safe(each.because, 60)}" if each.because and each.state != "fetched" else ""
    return (
        f"• S{each.id} {where}{each.stance}, by {safe(each.name, 40)} <t:{int(each.at.timestamp())}:R>, "
        f"{each.state}{why}{kept}: {address(each.url, 110)} {safe(each.note, 60)}"
    )


LISTS: Mapping[str, List] = {
    "evidence": List(of_market),
    "waiting": List(undecided, "reviewer"),
}
