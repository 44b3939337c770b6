"""The buttons below an answer: for what was asked to be done, for what could have been meant, or to see more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from discord import ui

from bot.chat.replies import Intent, Offer, Reply
from bot.chat.store_tools import StoreTools
from bot.discord.buttons import Press, Pressed
from bot.discord.cards_message import LABEL, Style, web
from bot.discord.errors import SafeItem, SafeView, link_button
from bot.discord.market_press import NONE, MarketPress, Named
from bot.discord.text import plain
from bot.store import Store, markets, proposals

OF_PROPOSAL: dict[str, tuple[str, Style]] = {
    "approve": ("Approve P{}", "success"),
    "reject": ("Reject P{}…", "danger"),
    "ask": ("Ask about P{}…", "primary"),
    "dispute": ("Dispute P{}…", "danger"),
    "retract": ("Retract approval of P{}…", "secondary"),
}
OF_MARKET: dict[str, tuple[str, str, Style]] = {
    "propose": ("propose", "Judge and propose", "primary"),
    "evidence": ("submit", "Put forward evidence…", "primary"),
    "follow": ("follow", "Follow", "primary"),
    "unfollow": ("unfollow", "Follow no more", "secondary"),
    "fund": ("fund", "Add mana", "primary"),
}
OF_ALL: dict[str, tuple[str, Style]] = {"pause": ("Pause everything…", "danger"), "resume": ("Resume", "primary")}
LABELS: dict[Intent, str] = {
    "value": "How close?",
    "why": "Why?",
    "needs": "What would decide it?",
    "chart": "Chart",
    "changed": "What changed?",
    "when": "When?",
    "price": "Price",
    "rules": "Rules",
    "evidence": "Evidence",
    "reviewers": "Who decides?",
    "link": "Link",
}
"""What may be asked of one market, as a button."""
MOST_CHOICES = 5


def view_of_reply(store: Store, tools: StoreTools, reply: Reply) -> SafeView | None:
    """Fresh buttons for one sending; each goes through the same gate and asks the same as everywhere. In a thread."""
    made: list[SafeItem | ui.Button[Any]] = []
    for offer in reply.offers:
        made += _offered(store, tools, offer)
    for slug, title in reply.choices[:MOST_CHOICES]:
        made.append(MarketPress(Named("which", slug, _again(reply)), plain(title, LABEL) or slug, "primary"))
    if reply.slug is not None:
        made += [
            MarketPress(Named("which", reply.slug, each), LABELS[each]) for each in reply.readings if each in LABELS
        ]
    if not made and reply.slug is not None and reply.confident:
        made = list(_more(tools, reply.slug))
    return SafeView(*made) if made else None


def _again(reply: Reply) -> str:
    """What a choice of a market asks of it: the same, or how close it is; an act, and what names a time, anew."""
    if reply.intent == "propose-act" or reply.anew:
        return ""
    return reply.intent if reply.intent in LABELS else "value"


def _offered(store: Store, tools: StoreTools, offer: Offer) -> Iterator[SafeItem]:
    if offer.verb in OF_ALL:
        label, style = OF_ALL[offer.verb]
        yield MarketPress(Named(offer.verb, NONE), label, style)
    elif offer.verb in OF_MARKET and offer.slug is not None:
        verb, label, style = OF_MARKET[offer.verb]
        yield MarketPress(Named(verb, offer.slug), f"{label}: {offer.slug}"[:LABEL], style)
    elif offer.verb in OF_PROPOSAL:
        living = _living(store, tools, offer)
        label, style = OF_PROPOSAL[offer.verb]
        if living is not None:
            yield Press(Pressed(offer.verb, living.id, living.revision), label.format(living.id), style)
        elif offer.slug is not None:
            told = f"No proposal is open. Judge {offer.slug}"[:LABEL]
            yield MarketPress(Named("propose", offer.slug), told, "secondary")


def _living(store: Store, tools: StoreTools, offer: Offer) -> proposals.Proposal | None:
    """The proposal it is about, if it has not ended and may be spoken of: nobody learns of one before traders do."""
    assert tools.loaded.debate is not None
    with store.reading() as connection:
        if offer.proposal is not None:
            found: proposals.Proposal | None = proposals.get(connection, offer.proposal)
        else:
            there = markets.find(connection, tools.loaded.debate.debate, offer.slug or "")
            found = proposals.living(connection, there.id) if there is not None else None
    return found if found is not None and found.closed_at is None and tools.shown(found.id) else None


def _more(tools: StoreTools, slug: str) -> Iterator[SafeItem | ui.Button[Any]]:
    yield MarketPress(Named("evidence", slug), "Evidence")
    yield MarketPress(Named("rules", slug), "Rules")
    address = web(tools.market(slug).url or "")
    if address:
        yield link_button("Market", address)
