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
from bot.discord.cards import cite_lines, stands
from bot.discord.cards_message import ago, day, lines, web, when
from bot.discord.cards_trace import leaves
from bot.discord.commands.unopened import waits_for
from bot.discord.text import plain, safe
from bot.review.desk import Card
from bot.told_short import measured, shortened
from resolvers.verdict import Verdict

STANDS: Mapping[str, str] = {
    "open": "OPEN",
    "closed": "CLOSED, not resolved yet",
    "resolved": "RESOLVED",
    "defined": "NOT ON MANIFOLD YET",
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
    now: datetime
    sources: tuple[SourceNow, ...] = ()
    waits: str = ""


def looked(tools: StoreTools, slug: str, *, may_write: bool = True) -> Shown:
    """Read it; to be run in a thread. `waits` is what a market that should have opened waits for."""
    card = tools.card(slug)
    if card is not None:
        with tools.store.reading() as connection:
            card = card if put_up(connection, [card.proposal.id]) else None
    waits = waits_for(tools, slug, may_write=may_write)
    market, verdict, price = tools.market(slug), tools.verdict(slug), tools.price(slug)
    return Shown(market, verdict, price, card, tools.now, tools.sources(slug), waits)


def embed(shown: Shown) -> dict[str, Any]:
    """The market as an embed within Discord's limits."""
    market, verdict = shown.market, shown.verdict
    priced = [price_line(shown.price)] if market.state != "defined" else []
    told = [_state(shown), _verdict(verdict, market.state), *priced, *_proposal(shown.card, shown.now)]
    cites = verdict.citations() if verdict else ()
    fields = [("Criterion", f"> {safe(market.criteria, 420)}" if market.criteria else "in the market's text")]
    if cites:
        fields.append(("Evidence", lines(_cites(verdict), 1000)))
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
    told = [f"**{safe(market.question, 200)}**", _state(shown), _verdict(verdict, market.state)]
    if verdict is not None:
        for leaf in leaves(verdict.trace)[:SHOWN_LEAVES]:
            apart = f", {safe(leaf.apart(), 60)}" if leaf.apart() else ""
            told.append(f"◦ {safe(leaf.words, 200)}: {safe(shortened(leaf.value), 60)}{apart}")
        told += _cites(verdict)
        told += [f"People are asked: {safe(ask.question, 200)}" for ask in verdict.asks[:1]]
    unwell = [one for one in shown.sources if one.state != "live"]
    told += [f"Source {safe(one.id, 60)} is {safe(one.state, 30)}: {safe(one.because, 150)}" for one in unwell[:3]]
    return lines([*told, *_proposal(shown.card, shown.now)], 1900)


def _cites(verdict: Verdict | None) -> list[str]:
    return cite_lines(verdict, verdict.citations()[:SHOWN_CITES]) if verdict else []


def rules(shown: Shown) -> str:
    """The criterion as traders read it, and where the evidence comes from."""
    market = shown.market
    told = [f"**{safe(market.question, 200)}**", f"> {safe(market.criteria or 'see the text of the market', 1200)}"]
    told += [f"Decided by: {', '.join(safe(each, 60) for each in market.sources) or 'nothing that is fetched'}"]
    told += [f"Decided as of {when(market.decides)}"] if market.decides else []
    return lines(told, 1900)


def line(slug: str, question: str, state: str, at: datetime | None, now: datetime, needs: str = "") -> str:
    """One market in a list; `at` is when it resolved, closes or opens, `needs` what it waits for from people."""
    needed = f"; **{safe(needs, 80)}**" if needs else ""
    return f"• {safe(question, 110)} — `{slug}` {STANDS.get(state, state)}{_dated(state, at, now)}{needed}"


def _dated(state: str, at: datetime | None, now: datetime) -> str:
    if at is None or state == "resolved":
        return f" {ago(at)}" if at else ""
    if state == "defined":
        return f", opens {ago(at)}" if now < at else f", was to open {day(at)}"
    return f", trading {'closes' if now < at else 'closed'} {ago(at)}"


def price_line(price: Price | None) -> str:
    """What it costs, by whom and since when."""
    if price is None:
        return "Price: not read yet"
    best = sorted(price.shares.items(), key=lambda one: -one[1])[:SHOWN_SHARES]
    told = ", ".join(f"{safe(name, 40)} {_percent(share)}" for name, share in best)
    return f"Price: {told} (Manifold, {ago(price.at)})"


def _percent(share: Decimal) -> str:
    return f"{(share * 100).quantize(Decimal('0.1')):f}%"


def _state(shown: Shown) -> str:
    market = shown.market
    told = f"State: {STANDS[market.state]}"
    if market.state == "defined" and shown.waits:
        was = f": it was to open on {day(market.opens)} and" if market.opens else ": it"
        return f"{told}{was} waits for {safe(shown.waits, 500, commands=True)}"
    if market.outcome:
        told += f" as **{safe(shortened(market.outcome), 200)}**"
    at = {"resolved": market.resolved_at, "defined": market.opens}.get(market.state, market.closes)
    word = {"resolved": "on", "defined": "opens", "open": "trading closes", "closed": "trading closed"}[market.state]
    return f"{told}, {word} {when(at)}" if at else told


def _verdict(verdict: Verdict | None, state: str) -> str:
    if verdict is None:
        return "Verdict: it cannot be judged now"
    answer = verdict.outcome or verdict.leaning
    lean = "" if verdict.outcome or answer is None else "leaning to "
    told = f"{', ' if lean else ' '}{lean}**{safe(measured(answer), 200)}**" if answer else ""
    because = shortened(verdict.because[:1].upper() + verdict.because[1:])
    says = "By today's evidence its rule would say" if state == "defined" else "The rule says"
    return f"{says}: {verdict.state}{told} ({ago(verdict.as_of)}). {safe(because, 600)}"


def _proposal(card: Card | None, now: datetime) -> list[str]:
    if card is None:
        return []
    proposal = card.proposal
    until = proposal.window_until
    window = f", until {when(until)}" if until and proposal.state == "agreed" and now < until else ""
    return [f"Proposal {proposal.id}: **{safe(measured(proposal.outcome), 200)}**, {stands(card, now)}{window}"]
