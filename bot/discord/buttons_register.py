"""Gives a new client the buttons of cards and what they do."""

from __future__ import annotations

from typing import Any

from discord import app_commands

from bot.discord import buttons_cards, buttons_panels, buttons_plans
from bot.discord.buttons import Press
from bot.service.surroundings import Surroundings


def register(tree: app_commands.CommandTree[Any], around: Surroundings) -> None:
    """Every verb of a card's button, a plan's and a panel's."""
    client = tree.client
    client.acts.update(buttons_cards.ACTS)
    client.acts.update(buttons_plans.ACTS)
    client.acts.update(buttons_panels.ACTS)
    client.add_dynamic_items(Press)
