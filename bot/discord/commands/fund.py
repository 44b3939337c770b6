"""`/fund`: mana added to a market, asked twice, reserved against the debate's budget, and paid once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from discord import Interaction, app_commands

from bot.discord.autocomplete import Market
from bot.discord.beginning import purser
from bot.discord.errors import SafeView
from bot.discord.gate import around_of
from bot.discord.market_press import MarketAct, MarketPress, Named
from bot.discord.respond import acknowledge, respond
from bot.discord.text import safe
from bot.opening import Planner
from bot.platform import Platform
from bot.review.pausing import paused
from bot.service.overview import mana_row
from bot.service.surroundings import Surroundings
from bot.store import Store, ledger, markets, posts
from bot.store.ledger import Budget
from bot.store.markets import Market as Opened
from bot.store.outbox import Outbox
from markets.apply import opened_after, perform
from markets.outbox import Write
from resolvers.errors import Refusal

MOST_MANA = 1_000_000


class FundGroup(app_commands.Group):
    """Mana for markets, within the debate's budget."""

    def __init__(self) -> None:
        super().__init__(name="fund", description="Mana for markets, within the debate's budget", guild_only=True)

    @app_commands.command(description="For reviewers and admins: add mana to a market; it asks once more")
    @app_commands.describe(market="The market: pick one, or give its link or a few words", amount="Whole mana")
    async def market(
        self, interaction: Interaction[Any], market: Market, amount: app_commands.Range[int, 1, MOST_MANA]
    ) -> None:
        await offer(interaction, market, amount)

    @app_commands.command(description="The debate's purse: spent, reserved, left")
    async def status(self, interaction: Interaction[Any]) -> None:
        purser(interaction)
        if await acknowledge(interaction, thinking=True):
            around = around_of(interaction)
            row = await around.threads.read(mana_row, around.store, around.debate)
            await respond(interaction, f"{purse(row)}\n{await _balance(around)}")


def purse(row: Mapping[str, Any]) -> str:
    """The purse in words."""
    of = f" of a budget of {row['budget']}" if row["budget"] else ", no budget is set"
    return f"Mana: {row['spent']} spent and {row['reserved']} reserved{of}."


@dataclass(frozen=True, slots=True)
class Quote:
    """What an amount would mean: the market, and what the budget leaves."""

    market: Opened
    left: Decimal | None


async def offer(interaction: Interaction[Any], slug: str, amount: int) -> None:
    """Say what it would cost and what is left, with the button that does it."""
    purser(interaction)
    if not await acknowledge(interaction, thinking=True):
        return
    around = around_of(interaction)
    quote = await around.threads.read(_quoted, around, slug, Decimal(amount))
    left = "no budget is set" if quote.left is None else f"{quote.left:f} of the budget are left"
    text = (
        f"Add **{amount} mana** to `{slug}`, which has {quote.market.subsidy_mana:f}? It cannot be taken back; {left}."
        f"\n{await _balance(around)}"
    )
    named = Named("fund-yes", slug, f"{amount}.{secrets.token_hex(4)}")
    await respond(interaction, text, view=SafeView(MarketPress(named, f"Yes, add {amount} mana", "success")))


async def ask_how(interaction: Interaction[Any], named: Named) -> None:
    """From a sentence in chat: the command, for an amount has to be typed."""
    purser(interaction)
    await respond(interaction, f"Say how much: `/fund market market:{named.slug} amount:…`; it asks once more.")


async def confirmed(interaction: Interaction[Any], named: Named) -> None:
    """The second press: the same one again pays nothing more, whatever is lost on the way."""
    who = purser(interaction)
    if not await acknowledge(interaction, thinking=True):
        return
    around = around_of(interaction)
    amount = _amount(named.more)
    quote = await around.threads.read(_quoted, around, named.slug, amount, named.more)
    paid = partial(_paid, around, quote.market, amount, named.more, f"discord {who.name}")
    found = await around.exchange.carry(paid)
    told = f"{amount:f} mana were added to {named.slug}"
    await around.threads.write(_receipt, around.store, named, f"{told} by {who.name} on Discord.", quote.market.url)
    around.wake("post")
    interaction.client.poster.nudge()
    await respond(interaction, f"{safe(told, 200)}; Manifold has booked {safe(str(found['amount_mana']), 40)}.")


ACTS: Mapping[str, MarketAct] = {"fund": ask_how, "fund-yes": confirmed}


def _amount(more: str) -> Decimal:
    """The button's amount; it may be forged, so it is bounded as the command's is."""
    digits = more.partition(".")[0]
    if not digits.isdigit() or not 1 <= int(digits) <= MOST_MANA:
        raise Refusal("This button names no amount of mana: use /fund market.")
    return Decimal(digits)


def _quoted(around: Surroundings, slug: str, amount: Decimal, nonce: str | None = None) -> Quote:
    """Refusal where the market is not open, or the amount is over a limit or the budget."""
    store, debate = around.store, around.debate
    halted = paused(store)
    if halted is not None:
        raise Refusal(f"Nothing is spent now: {halted.words()}")
    if not around.exchange.may_write:
        raise Refusal("No key for Manifold is set, so Crux only reads: the operator sets CRUX_MANIFOLD_KEY.")
    if amount > debate.limits.max_mana:
        raise Refusal(f"{amount:f} mana are over the limit of {debate.limits.max_mana:f} for one act (debate.yaml).")
    with store.reading() as connection:
        market = markets.find(connection, debate.debate, slug)
        committed = ledger.committed_mana(connection, debate.debate)
    if market is None or market.state != "open":
        raise Refusal(f"{slug} is not open on Manifold, so no mana can be added to it.")
    budget = debate.limits.budget
    left = None if budget is None else budget - committed
    if nonce is None and left is not None and amount > left:
        raise Refusal(f"{amount:f} mana are more than the {left:f} that the budget leaves.")
    return Quote(market, left)


async def _balance(around: Surroundings) -> str:
    if not around.exchange.may_write:
        return "No key for Manifold is set: nothing can be paid."
    account = await around.exchange.client.me()
    return f"{safe(account.username, 60)} has {account.balance_mana:.0f} mana on Manifold."


async def _paid(
    around: Surroundings, market: Opened, amount: Decimal, nonce: str, actor: str, there: Platform
) -> dict[str, Any]:
    """One payment from its row to its closing, under a key that the confirmation alone has."""
    store, debate = around.store, around.debate
    outbox = Outbox(store, debate.debate, Budget(debate.debate, debate.limits.budget), actor)
    known = opened_after(outbox.settled_entries()).get(market.slug)
    seen = sorted(known.subsidies) if known is not None else []
    payload = {"market_id": market.market_id, "amount_mana": str(amount), "seen": seen}
    write = Write("fund", market.slug, f"fund/{market.market_id}/discord/{nonce}", payload, amount)
    found = await perform(write, outbox, there.carrier())
    Planner(store, around.loaded(), there).write_down()
    return found


def _receipt(store: Store, named: Named, text: str, url: str) -> None:
    with store.transaction() as connection:
        key = f"fund:{named.slug}:{named.more}"
        body = {"text": text, "mentions": [], "link": url}
        posts.want(connection, "notice", key, "channel:announce", body, at=store.now())
