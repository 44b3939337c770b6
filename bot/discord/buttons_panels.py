"""What the button of a panel's card does: the rows that wait for this seat, and a form for each with its limbs.

Seats are drawn from the debate's published list, so no role is asked for: the person behind the account has to sit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from discord import Interaction

from bot.discord.buttons import Act, Pressed, view_of
from bot.discord.cards_message import Button
from bot.discord.gate import allowed, around_of, linked
from bot.discord.modals import MOST_SELECTS, Form
from bot.discord.respond import acknowledge, respond
from bot.discord.text import plain, safe
from bot.review.panel_asking import Asking
from bot.review.panel_counting import WORDS
from bot.review.panels import PanelCard, panel
from resolvers.errors import Refusal

MOST_ROWS = 20


async def rows(interaction: Interaction[Any], pressed: Pressed) -> None:
    """The rows that wait for this person, each with a button of its own."""
    if not await acknowledge(interaction, thinking=True):
        return
    _, person = await linked(interaction, "anyone")
    seen = await _panel(interaction, pressed)
    left = seen.left.get(person, ())
    if not left:
        seated = person in seen.seats
        raise Refusal("You have answered every row." if seated else f"{person} has no seat on panel {pressed.number}.")
    numbered = [(seen.panel.keys.index(key), key) for key in left if key in seen.panel.keys][:MOST_ROWS]
    told = [f"• {safe(key, 80)}" for _, key in numbered]
    buttons = [
        Button(
            plain(f"Answer for {key}", 40), "primary", f"r1:panel-row:{pressed.number}:{seen.panel.revision}:{place}"
        )
        for place, key in numbered
    ]
    await respond(interaction, "\n".join(["Rows that wait for you:", *told]), view=view_of(buttons))


async def row(interaction: Interaction[Any], pressed: Pressed) -> None:
    """The form for one row; its limbs are read first, as the form itself is the acknowledgement."""
    allowed(interaction, "anyone")
    seen = await _panel(interaction, pressed)
    place = int(pressed.more) if pressed.more.isdecimal() else -1
    if not 0 <= place < len(seen.panel.keys):
        raise Refusal(f"Panel {pressed.number} does not ask about that row any more: press Answer on its card again.")
    key = seen.panel.keys[place]

    async def sent(form: Interaction[Any], given: Mapping[str, str]) -> None:
        _, person = await linked(form, "anyone")
        said = {name: given[name] for name in seen.limbs} if "limbs" not in given else _lines(given["limbs"])
        after = await Asking.of(around_of(form)).vote(
            pressed.number, person=person, key=key, limbs=said, because=given["because"], revision=pressed.revision
        )
        form.client.poster.nudge()
        left = len(after.left.get(person, ()))
        more = f"; {left} more {'row waits' if left == 1 else 'rows wait'} for you" if left else ""
        await respond(
            form, f"Your answer on {safe(key, 80)} is on the record and stays hidden until the panel closes{more}."
        )

    await _form(seen, key, sent).open(interaction)


def _form(seen: PanelCard, key: str, sent: Any) -> Form:
    form = Form(f"Panel {seen.panel.id}: {key}", sent)
    if len(seen.limbs) <= MOST_SELECTS:
        for name, text in seen.limbs.items():
            form = form.choice(name, name.replace("_", " "), WORDS, text)
    else:
        told = f"One line each, as {next(iter(seen.limbs))}: yes. " + ", ".join(seen.limbs)
        form = form.reason("limbs", "Each part: yes, no or unclear", told)
    return form.reason()


def _lines(typed: str) -> dict[str, str]:
    """`author: yes` a line -> limb and word, as typed; what is no limb or no word is refused later, all at once."""
    found = (line.partition(":") for line in typed.splitlines() if line.strip())
    return {name.strip(): word.strip().casefold() for name, _, word in found}


async def _panel(interaction: Interaction[Any], pressed: Pressed) -> PanelCard:
    around = around_of(interaction)
    return await around.threads.read(panel, around.store, pressed.number)


ACTS: Mapping[str, Act] = {"panel": rows, "panel-row": row}
