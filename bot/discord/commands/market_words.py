"""A market as it is shown: state, verdict, price and evidence, each figure with its source and its date; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.chat.store_tools import StoreTools
from bot.chat.tools import MarketNow, Price, SourceNow
from bot.discord.autocomplete import put_up
from bot.discord.cards import STATES, cite_line
from bot.discord.cards_message import lines, web, when
from bot.discord.cards_trace import leaves
from bot.discord.text import plain, safe
from bot.review.desk import Card
from resolvers.verdict import Verdict

STANDS: Mapping[str, str] = {
    "open": "OPEN",
    "closed": "CLOSED, not resolved yet",
    "resolved": "RESOLVED",
    "defined": "NOT OPENED YET",
}
COLOURS: Mapping[str, int] = {"open": 0x1F5FBF, "closed": 0xC2570C, "resolved": 0x5B6472, "defined": 0x7A3FA0}
SHOWN_CITES = 4
SHOWN_LEAVES = 5
SHOWN_SHARES = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """All that is shown of one market, read at one moment."""

    market: MarketNow
    verdict: Verdict | None
    price: Price | None
    card: Card | None
    sources: tuple[SourceNow, ...] = ()


def looked(tools: StoreTools, slug: str) -> Shown:
    """Read it; to be run in a thread."""
    card = tools.card(slug)
    if card is not None:
        with tools.store.reading() as connection:
            card = card if put_up(connection, [card.proposal.id]) else None
    return Shown(tools.market(slug), tools.verdict(slug), tools.price(slug), card, tools.sources(slug))


def embed(shown: Shown) -> dict[str, Any]:
    """The market as an embed within Discord's limits."""
    market, verdict = shown.market, shown.verdict
    told = [_state(market), _verdict(verdict), price_line(shown.price), *_proposal(shown.card)]
    cites = verdict.citations() if verdict else ()
    fields = [("Criterion", f"> {safe(market.criteria, 950)}" if market.criteria else "in the market's text")]
    if cites:
        fields.append(("Evidence", lines([cite_line(cite) for cite in cites[:SHOWN_CITES]], 1000)))
    made: dict[str, Any] = {
        "title": safe(market.question, 200),
        "description": "\n".join(told),
        "color": COLOURS[market.state],
        "fields": [{"name": name, "value": value, "inline": False} for name, value in fields],
        "footer": {"text": plain(market.slug, 80)},
    }
    address = web(market.url or "")
    return {**made, "url": address} if address else made


def why(shown: Shown) -> str:
    """The verdict with its reason, each condition as it stands, and the sources that are not well."""
    market, verdict = shown.market, shown.verdict
    told = [f"**{safe(market.question, 200)}**", _state(market), _verdict(verdict)]
    if verdict is not None:
        for leaf in leaves(verdict.trace)[:SHOWN_LEAVES]:
            apart = f", {safe(leaf.apart(), 60)}" if leaf.apart() else ""
            told.append(f"◦ {safe(leaf.words, 200)}: {safe(leaf.value, 60)}{apart}")
        told += [cite_line(cite) for cite in verdict.citations()[:SHOWN_CITES]]
        told += [f"People are asked: {safe(ask.question, 200)}" for ask in verdict.asks[:1]]
    unwell = [one for one in shown.sources if one.state != "live"]
    told += [f"Source {safe(one.id, 60)} is {safe(one.state, 30)}: {safe(one.because, 150)}" for one in unwell[:3]]
    return lines([*told, *_proposal(shown.card)], 1900)


def rules(shown: Shown) -> str:
    """The criterion as traders read it, and where the evidence comes from."""
    market = shown.market
    told = [f"**{safe(market.question, 200)}**", f"> {safe(market.criteria or 'see the text of the market', 1200)}"]
    told += [f"Decided by: {', '.join(safe(each, 60) for each in market.sources) or 'nothing that is fetched'}"]
    told += [f"Decided as of {when(market.decides)}"] if market.decides else []
    return lines(told, 1900)


def line(slug: str, question: str, state: str, at: datetime | None) -> str:
    """One market in a list."""
    word = "resolved" if state == "resolved" else "opens" if state == "defined" else "closes"
    date = f", {word} <t:{int(at.timestamp())}:R>" if at else ""
    return f"• {safe(question, 110)} — `{slug}` {STANDS.get(state, state)}{date}"


def price_line(price: Price | None) -> str:
    """What it costs, by whom and since when."""
    if price is None:
        return "Price: not read yet"
    best = sorted(price.shares.items(), key=lambda one: -one[1])[:SHOWN_SHARES]
    told = ", ".join(f"{safe(name, 40)} {_percent(share)}" for name, share in best)
    return f"Price: {told} (Manifold, <t:{int(price.at.timestamp())}:R>)"


def _percent(share: Decimal) -> str:
    return f"{(share * 100).quantize(Decimal('0.1')):f}%"


def _state(market: MarketNow) -> str:
    told = f"State: {STANDS[market.state]}"
    if market.outcome:
        told += f" as **{safe(market.outcome, 200)}**"
    at = {"resolved": market.resolved_at, "defined": market.opens}.get(market.state, market.closes)
    word = {"resolved": "on", "defined": "opens", "open": "trading closes", "closed": "trading closed"}[market.state]
    return f"{told}, {word} {when(at)}" if at else told


def _verdict(verdict: Verdict | None) -> str:
    if verdict is None:
        return "Verdict: it cannot be judged now"
    answer = verdict.outcome or verdict.leaning
    lean = "" if verdict.outcome or answer is None else "leaning "
    told = f" {lean}**{safe(answer.words(), 200)}**" if answer else ""
    asof = f"<t:{int(verdict.as_of.timestamp())}:R>"
    return f"The rule says: {verdict.state}{told} ({asof}), because {safe(verdict.because, 600)}"


def _proposal(card: Card | None) -> list[str]:
    if card is None:
        return []
    proposal = card.proposal
    until = proposal.window_until
    window = f", until {when(until)}" if until and proposal.state == "agreed" else ""
    return [f"Proposal {proposal.id}: **{safe(proposal.outcome.words(), 200)}**, {STATES[proposal.state][0]}{window}"]
