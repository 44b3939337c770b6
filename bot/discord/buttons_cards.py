"""What the buttons of a review card do: acknowledge, look at who it is, hand the word on, and tell what came of it.

The rules of reviewing stand in bot/review; here nothing is decided, and nothing is done before Discord knows that the
press has arrived.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from discord import Interaction

from bot.discord import cards
from bot.discord.buttons import Act, Pressed, view_of
from bot.discord.cards import RETRACT
from bot.discord.cards_message import Button, lines
from bot.discord.gate import allowed, around_of, reviewer
from bot.discord.modals import Form
from bot.discord.respond import acknowledge, respond
from bot.discord.text import address, plain, safe
from bot.review import deciding, objecting, taking, undo
from bot.review.desk import Card, card
from bot.review.quorum import Vote
from bot.service.surroundings import Surroundings
from bot.store import posts
from bot.store.entered import Entered, entered
from bot.store.reviews import CATEGORIES, Category
from bot.told_short import measured
from resolvers.errors import Refusal

UNSEEN = "approved on Discord, having seen revision {}"
MOST_LISTED = 15


async def approve(interaction: Interaction[Any], pressed: Pressed) -> None:
    """Ask back first, with the outcome and the revision that are agreed to."""
    if not await acknowledge(interaction, thinking=True):
        return
    await reviewer(interaction)
    seen = await _as_seen(interaction, pressed)
    outcome = safe(measured(seen.proposal.outcome), 300)
    does = f"r1:confirm:{pressed.number}:{pressed.revision}:{secrets.token_hex(4)}"
    text = (
        f"Approve **{outcome}** for “{safe(seen.frozen.question, 200)}”, proposal {pressed.number} as of revision "
        f"{pressed.revision}? Your name and this stand on the record."
    )
    await respond(interaction, text, view=view_of([Button(f"Yes, approve P{pressed.number}", "success", does)]))


async def confirm(interaction: Interaction[Any], pressed: Pressed) -> None:
    """The second press: now it counts."""
    if not await acknowledge(interaction, thinking=True):
        return
    await _decide(interaction, pressed, "approve", UNSEEN.format(pressed.revision), None)


async def reject(interaction: Interaction[Any], pressed: Pressed) -> None:
    await _form(interaction, pressed, "reject", "Reject proposal {}")


async def ask(interaction: Interaction[Any], pressed: Pressed) -> None:
    await _form(interaction, pressed, "ask", "Ask about proposal {}")


async def dispute(interaction: Interaction[Any], pressed: Pressed) -> None:
    await _form(interaction, pressed, "dispute", "Dispute proposal {}")


async def retract(interaction: Interaction[Any], pressed: Pressed) -> None:
    """Take one's own approval back, as long as the others that are needed have not been given."""
    await _form(interaction, pressed, "retract", "Retract your approval of proposal {}")


async def _form(interaction: Interaction[Any], pressed: Pressed, said: Vote, title: str) -> None:
    """A form is the acknowledgement; it is opened only for those who may use it."""
    allowed(interaction, "reviewer")

    async def sent(answer: Interaction[Any], given: Mapping[str, str]) -> None:
        category = next((one for one in CATEGORIES if one == given.get("category")), None)
        await _decide(answer, pressed, said, given["because"], category)

    form = Form(title.format(pressed.number), sent)
    if said in ("reject", "dispute"):
        form = form.choice("category", "What is wrong", CATEGORIES)
    await form.reason(label="Your question" if said == "ask" else "Why").open(interaction)


async def _decide(
    interaction: Interaction[Any], pressed: Pressed, said: Vote, because: str, category: Category | None
) -> None:
    """Who it is and what may be done is looked at now, not when the card or the form was opened."""
    who, person = await reviewer(interaction)
    decided = await deciding.decide(
        around_of(interaction),
        pressed.number,
        pressed.revision,
        actor=who,
        person=person,
        said=said,
        because=because,
        category=category,
        key=str(interaction.id),
    )
    interaction.client.poster.nudge()
    proposal = decided.card.proposal
    back = Button(RETRACT, "secondary", f"r1:retract:{proposal.id}:{proposal.revision}")
    offered = view_of([back]) if said == "approve" and proposal.state == "proposed" else None
    await respond(interaction, safe(decided.told, 1800, commands=True), view=offered)


async def take(interaction: Interaction[Any], pressed: Pressed) -> None:
    """Show the others that one looks into it."""
    if not await acknowledge(interaction, thinking=True):
        return
    _, person = await reviewer(interaction)
    around = around_of(interaction)
    names = tuple(around.debate.reviewers)
    await around.threads.write(taking.take, around.store, pressed.number, person, names)
    interaction.client.poster.nudge()
    await respond(interaction, f"Proposal {pressed.number} is shown as taken by {safe(person, 60)}; it binds nobody.")


async def evidence(interaction: Interaction[Any], pressed: Pressed) -> None:
    """Every cell the verdict rests on, with its date, source and bytes; for anyone on the server."""
    if not await acknowledge(interaction, thinking=True):
        return
    allowed(interaction, "anyone")
    around = around_of(interaction)
    seen = await around.threads.read(public, around, pressed.number)
    rows = await around.threads.read(_entered, around, seen)
    links = {name: one.fetch.url or "" for name, one in _sources(interaction)}
    await respond(interaction, evidence_text(seen, links, rows))


def _entered(around: Surroundings, seen: Card) -> Mapping[str, Entered]:
    with around.store.reading() as connection:
        return entered(connection, seen.proposal.verdict.citations())


def public(around: Surroundings, number: int) -> Card:
    """A proposal that stands on a card of this debate: the number may be forged, and this button is anybody's."""
    with around.store.reading() as connection:
        up = posts.find(connection, f"card:{number}") is not None
    seen = card(around.store, number) if up else None
    if seen is None or seen.market.debate != around.debate.debate:
        raise Refusal(f"No proposal {number} stands here.")
    return seen


def _sources(interaction: Interaction[Any]) -> list[tuple[str, Any]]:
    return list(around_of(interaction).loaded().sources.items())


def evidence_text(seen: Card, links: Mapping[str, str], rows: Mapping[str, Entered] | None = None) -> str:
    """The cells line by line, of those of the debate's own lists who entered them, and where sources are published."""
    cites = seen.proposal.verdict.citations()
    told = [f"**Evidence of proposal {seen.proposal.id}**, judged as of {seen.proposal.as_of:%Y-%m-%d %H:%M} UTC"]
    told += [
        f"{cards.cite_line(cite, row=(rows or {}).get(cite.observation))} bytes `{cite.body[:12]}`"
        for cite in cites[:MOST_LISTED]
    ]
    told += [f"… and {len(cites) - MOST_LISTED} more"] if len(cites) > MOST_LISTED else []
    told += ["The rule cites no cell: it rests on what did not appear."] if not cites else []
    named = dict.fromkeys(cite.source for cite in cites)
    told += [f"{safe(name, 60)}: {address(links[name], 150)}" for name in named if links.get(name)]
    kept: list[str] = []
    for line in told:
        if sum(map(len, kept)) + len(kept) + len(line) > 1900:
            return "\n".join([*kept, "…"])
        kept.append(line)
    return "\n".join(kept)


async def answer(interaction: Interaction[Any], pressed: Pressed) -> None:
    """Which objections wait, each with a button of its own."""
    if not await acknowledge(interaction, thinking=True):
        return
    await reviewer(interaction)
    around = around_of(interaction)
    seen = await around.threads.read(card, around.store, pressed.number)
    waiting = [one for one in seen.objections if one.answered_at is None][:MOST_LISTED]
    if not waiting:
        raise Refusal(f"No objection to proposal {pressed.number} waits for an answer any more.")
    told = [f"• {safe(one.by, 60)}: {safe(one.text, 100)}" for one in waiting]
    buttons = [Button(plain(f"Answer {one.by}", 40), "primary", f"r1:answer-one:{one.id}:0") for one in waiting]
    text = lines(["Objections that hold the resolution:", *told], 1900)
    await respond(interaction, text, view=view_of(buttons))


async def answer_one(interaction: Interaction[Any], pressed: Pressed) -> None:
    """The answer to one objection."""
    allowed(interaction, "reviewer")

    async def sent(form: Interaction[Any], given: Mapping[str, str]) -> None:
        who, person = await reviewer(form)
        told = await objecting.answer(
            around_of(form), pressed.number, actor=who, person=person, text=given["because"], key=str(form.id)
        )
        form.client.poster.nudge()
        await respond(form, safe(told, 1800, commands=True))

    posted = "It is posted under the objection on Manifold."
    await Form("Answer an objection", sent).reason(label="Your answer", description=posted).open(interaction)


async def undo_it(interaction: Interaction[Any], pressed: Pressed) -> None:
    """Take a resolution back, within its ten minutes."""
    allowed(interaction, "reviewer")

    async def sent(form: Interaction[Any], given: Mapping[str, str]) -> None:
        who, person = await reviewer(form)
        told = await undo.undo(around_of(form), pressed.number, person, given["because"], str(form.id), actor=who)
        form.client.poster.nudge()
        await respond(form, safe(told, 1800, commands=True))

    await Form(f"Undo the resolution of {pressed.number}", sent).reason().open(interaction)


async def _as_seen(interaction: Interaction[Any], pressed: Pressed) -> Card:
    """The card, if it still is what the person saw."""
    around = around_of(interaction)
    seen = await around.threads.read(card, around.store, pressed.number)
    await around.threads.read(deciding.unmoved, around.store, seen, pressed.revision)
    return seen


ACTS: Mapping[str, Act] = {
    "approve": approve,
    "confirm": confirm,
    "reject": reject,
    "ask": ask,
    "dispute": dispute,
    "retract": retract,
    "take": take,
    "evidence": evidence,
    "answer": answer,
    "answer-one": answer_one,
    "undo": undo_it,
}
