"""What the buttons of a plan's card do: approve by its very checksum after asking back, or refuse with a reason."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from discord import Interaction

from bot.discord import plan_card
from bot.discord.buttons import Act, Pressed, view_of
from bot.discord.cards_message import Button
from bot.discord.gate import allowed, around_of, reviewer
from bot.discord.modals import Form
from bot.discord.respond import acknowledge, respond
from bot.review.plans import decide_plan
from bot.store import Store, plan_cards
from bot.store.plan_cards import PlanCard


async def approve(interaction: Interaction[Any], pressed: Pressed) -> None:
    """Ask back first, with the cost."""
    if not await acknowledge(interaction, thinking=True):
        return
    await reviewer(interaction)
    plan = await _plan(interaction, pressed)
    does = f"r1:plan-confirm:{pressed.number}:{pressed.revision}:{secrets.token_hex(4)}"
    await respond(interaction, plan_card.confirmation(plan), view=view_of([Button("Yes, apply it", "success", does)]))


async def confirm(interaction: Interaction[Any], pressed: Pressed) -> None:
    """The second press: now it counts."""
    if not await acknowledge(interaction, thinking=True):
        return
    await _decide(interaction, pressed, "approve", f"approved on Discord, having seen revision {pressed.revision}")


async def refuse(interaction: Interaction[Any], pressed: Pressed) -> None:
    """Say why not."""
    allowed(interaction, "reviewer")

    async def sent(form: Interaction[Any], given: Mapping[str, str]) -> None:
        await _decide(form, pressed, "refuse", given["because"])

    await Form("Refuse the plan", sent).reason().open(interaction)


async def _decide(interaction: Interaction[Any], pressed: Pressed, said: str, because: str) -> None:
    _, person = await reviewer(interaction)
    around = around_of(interaction)
    plan = await _plan(interaction, pressed)
    after = await around.threads.write(
        decide_plan,
        around.store,
        plan.checksum,
        pressed.revision,
        person,
        said,
        because,
        str(interaction.id),
        reviewers=around.debate.reviewers,
    )
    around.wake("plan")
    interaction.client.poster.nudge()
    await respond(interaction, f"Plan {after.checksum[:12]} is {after.state}.")


async def _plan(interaction: Interaction[Any], pressed: Pressed) -> PlanCard:
    around = around_of(interaction)
    return await around.threads.read(_read, around.store, pressed.number)


def _read(store: Store, number: int) -> PlanCard:
    with store.reading() as connection:
        return plan_cards.get(connection, number)


ACTS: Mapping[str, Act] = {"plan-approve": approve, "plan-confirm": confirm, "plan-refuse": refuse}
