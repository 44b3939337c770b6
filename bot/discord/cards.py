"""The review card: one proposal as its reviewers see it, from what the store knows; pure, and always within the limits.

Where it would be too long, lines of evidence go first, then of votes and objections, then the reason is shortened;
outcome, criterion and numbers always stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.chart_lines import Curve
from bot.charts import alt_text, behind
from bot.discord.announcing import window_over
from bot.discord.cards_message import EMBED, Button, Rendered, Style, ago, day, lines, size, web, when
from bot.discord.cards_trace import Leaf, is_drawn, leaves, nearest, sides, to_beat
from bot.discord.price_course import Priced
from bot.discord.text import address, plain, safe
from bot.review.desk import Card
from bot.review.quorum import CONTRADICTS, Doubts, last_words
from bot.store.entered import Entered
from bot.store.reviews import Objection, Review
from bot.told_short import measured, shortened
from resolvers.outcome import NotApplicable
from resolvers.verdict import Citation, Verdict

STATES: Mapping[str, tuple[str, int]] = {
    "proposed": ("WAITING FOR REVIEWERS", 0x1F5FBF),
    "approved": ("APPROVED by reviewers; traders are being told", 0x2E7D4F),
    "agreed": ("AGREED; traders may object", 0x2E7D4F),
    "disputed": ("DISPUTED; the sources are looked at again and it is judged anew", 0xC2570C),
    "resolving": ("BEING RESOLVED on Manifold", 0x7A3FA0),
    "resolved": ("RESOLVED on Manifold", 0x5B6472),
    "undoing": ("BEING UNDONE on Manifold", 0xB3261E),
    "undone": ("UNDONE on Manifold", 0xB3261E),
    "rejected": ("REJECTED by reviewers", 0xB3261E),
    "superseded": ("SUPERSEDED by a newer proposal", 0x5B6472),
    "withdrawn": ("WITHDRAWN", 0x5B6472),
}
"""State -> how it is said in words, and a colour that only repeats them."""
WINDOW_OVER = "AGREED; the time to object is over, and it waits to be resolved"
RETRACT = "Retract approval…"
SHOWN_LINES = 6
WHY, CRITERION, EARLIER, REASON, LINK = 700, 990, 400, 160, 200


@dataclass(frozen=True, slots=True)
class CardView:
    """What a card is drawn from. `criterion` is the text traders read, `said` every round's votes in order.

    `undo_until` is until when a resolution may be taken back; `role` is pinged when the card is first posted;
    `put_forward` are evidence lines that people brought, as (stance, text); `traders` says what traders know of it;
    `prices` are what the market gave the outcome, the newest first, and `price_line` the same over time as it is drawn;
    `window_over`: it is agreed and nobody may object any more, but it is not being resolved yet. `entered` says of
    cited rows of the debate's own lists who entered them.
    """

    card: Card
    criterion: str
    said: tuple[Review, ...] = ()
    undo_until: datetime | None = None
    role: int | None = None
    put_forward: tuple[tuple[str, str], ...] = ()
    traders: str = ""
    prices: tuple[Priced, ...] = ()
    price_line: Curve | None = None
    window_over: bool = False
    entered: Mapping[str, Entered] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Draft:
    """The parts of a card that may be shortened, and how many lines each has lost."""

    view: CardView
    why: str
    parts: Mapping[str, tuple[str, ...]]
    dropped: Mapping[str, int] = field(default_factory=dict)


def criterion_of(description: str, outcome: object = None) -> str:
    """The line of a market's text by which it resolves: its first, or the one about N/A."""
    _, _, after = description.partition("## How this resolves")
    said = [line[2:] for line in after.partition("\n## ")[0].splitlines() if line.startswith("- ")]
    if isinstance(outcome, NotApplicable):
        said = [line for line in said if "N/A" in line] or said
    return said[0] if said else description


def render(view: CardView) -> Rendered:
    """The message that shows a proposal as it is now."""
    proposal = view.card.proposal
    draft = _draft(view)
    embed = _embed(draft)
    while size(embed) > EMBED:
        draft = _shorter(draft)
        embed = _embed(draft)
    decided_at = proposal.verdict.instant or proposal.as_of
    drawn = is_drawn(proposal.verdict)
    backdrop = behind(view.card.frozen.rule)
    ping = f"<@&{view.role}> " if view.role else ""
    return Rendered(
        content=f"{ping}Proposal {proposal.id}: {safe(measured(proposal.outcome), 300)}",
        embed=embed,
        buttons=_buttons(view),
        chart=proposal.id if drawn else None,
        alt=plain(alt_text(proposal.verdict, decided_at, price=view.price_line, backdrop=backdrop), 1000)
        if drawn
        else "",
        mentions=(view.role,) if view.role else (),
        mark=mark(proposal.id),
        thread=plain(f"P{proposal.id} {view.card.frozen.question}", 90) if _discussed(view) else None,
        final=proposal.closed_at is not None and view.undo_until is None and proposal.state != "undoing",
    )


def stands(card: Card, now: datetime) -> str:
    """Where a proposal is, in words, as of a moment."""
    return WINDOW_OVER if window_over(card, now) else STATES[card.proposal.state][0]


def mark(proposal: int) -> str:
    """How the footer of a proposal's card begins."""
    return f"P{proposal} r"


def spoken(review: Review) -> str:
    """One person's word with its reason, as it is posted in the thread."""
    return f"**{safe(review.person, 60)}** {_word(review)}: {safe(review.because, 1500)}"


_SAID = {
    "approve": "approves",
    "reject": "rejects",
    "ask": "asks",
    "dispute": "disputes",
    "retract": "takes the approval back",
}


def cite_line(cite: Citation, beside: Sequence[str] = (), row: Entered | None = None) -> str:
    """One published cell: what it says, of what, where and since when; a row that is only there is told by its name.

    `beside` are figures from which the cell's own has to be told apart; `row` is who entered it, and on what evidence.
    """
    seen = f"({safe(cite.source, 40)}, seen {day(cite.seen_at)})"
    if row is not None:
        seen += f", {row.words(lambda given: address(given, LINK) if web(given) else safe(given, LINK), _name)}"
    if cite.column == "key" or cite.text == cite.key:
        return f"• there is a row {safe(cite.key, 60)} {seen}"
    told = safe(shortened(cite.text, beside) if cite.text is not None else "unknown", 60)
    return f"• {told}: {safe(cite.key, 60)}, {safe(cite.column, 40)} {seen}"


def cite_lines(verdict: Verdict, cites: Sequence[Citation], entered: Mapping[str, Entered] | None = None) -> list[str]:
    """The same of some of a verdict's cells, told apart from the thresholds of its rule and the figures before."""
    beside = [figure for leaf in leaves(verdict.trace) for figure in (leaf.threshold, leaf.before)]
    return [cite_line(cite, beside, (entered or {}).get(cite.observation)) for cite in cites]


def _name(person: str) -> str:
    return safe(person, 60)


def _draft(view: CardView) -> _Draft:
    card = view.card
    verdict = card.proposal.verdict
    speaks, against = sides(verdict)
    brought = {
        side: [f"• {safe(text, 200)} (put forward, not counted)" for stance, text in view.put_forward if stance == side]
        for side in ("for", "against")
    }
    contrary = cite_lines(verdict, against, view.entered) + brought["against"]
    second = shortened(card.doubts.second or "")
    contrary += [f"• a second source says otherwise: {safe(second, 200)}"] if second else []
    parts = {
        "speaks": tuple(cite_lines(verdict, speaks, view.entered) + brought["for"]),
        "against": tuple(contrary),
        "rule": tuple(_leaf_line(leaf) for leaf in leaves(verdict.trace)),
        "votes": tuple(_vote_line(review) for review in card.reviews),
        "objections": tuple(_objection_line(one) for one in card.objections),
    }
    return _Draft(view, shortened(verdict.because), parts)


def _shorter(draft: _Draft) -> _Draft:
    """One line less, of evidence first, or half the reason; every call makes the card shorter."""
    long = next((name for name, part in draft.parts.items() if len(part) > 1), None)
    if long is None and len(draft.why) > 40:
        return replace(draft, why=draft.why[: len(draft.why) // 2] + "…")
    name = long or next(name for name, part in draft.parts.items() if part)
    dropped = {**draft.dropped, name: draft.dropped.get(name, 0) + 1}
    return replace(draft, parts={**draft.parts, name: draft.parts[name][:-1]}, dropped=dropped)


def _embed(draft: _Draft) -> dict[str, Any]:
    view = draft.view
    card, proposal = view.card, view.card.proposal
    said, colour = STATES[proposal.state]
    said = WINDOW_OVER if view.window_over else said
    told = [f"**Proposed: {safe(measured(proposal.outcome), 500)}**", f"State: {said}", f"Why: {safe(draft.why, WHY)}"]
    told += [*_turns(proposal.verdict), *_price(view), *_deadlines(view)]
    told += [f"Before it: {safe(card.earlier.words(), EARLIER)}"] if card.earlier else []
    told += [view.traders] if view.traders else []
    told += [f"Taken by {safe(card.taken_by, 60)}"] if card.taken_by else []
    fields = [("Criterion", f"> {safe(view.criterion, CRITERION)}")]
    fields += [("The rule, leaf by leaf", _part(draft, "rule", "no leaf"))]
    fields += [("Evidence for", _part(draft, "speaks", "the rule cites no cell: it rests on what did not appear"))]
    fields += [("Evidence against", _part(draft, "against", "nothing that Crux has read"))]
    fields += [(_votes_name(card), _part(draft, "votes", "nobody has voted yet"))]
    fields += [("Objections of traders", _part(draft, "objections", "too many to show"))] if card.objections else []
    embed: dict[str, Any] = {
        "title": safe(card.frozen.question, 200),
        "description": "\n".join(told),
        "color": colour,
        "fields": [{"name": name, "value": value, "inline": False} for name, value in fields],
        "footer": {"text": f"{mark(proposal.id)}{proposal.revision} · rules {proposal.version[:8]}…"},
    }
    address = web(card.market.url)
    return {**embed, "url": address} if address else embed


def _part(draft: _Draft, name: str, nothing: str) -> str:
    part = draft.parts[name]
    more = draft.dropped.get(name, 0) + max(0, len(part) - SHOWN_LINES)
    return lines(part[:SHOWN_LINES] or [nothing], 1000, more)


def _leaf_line(leaf: Leaf) -> str:
    told = f"{leaf.short(leaf.measured)} against {leaf.threshold}" if leaf.measured else shortened(leaf.value)
    apart = f": **{safe(leaf.apart(), 60)}**" if leaf.distance is not None else ""
    truth = {True: "TRUE", False: "FALSE", None: "UNKNOWN" if leaf.value == "unknown" else "READ"}[leaf.holds]
    return f"• {truth} {safe(leaf.words, 200)} — {safe(told, 120)}{apart}"


def _turns(verdict: Verdict) -> list[str]:
    """What would change the verdict: the leaf that is nearest to turning, or the figure that another row must beat."""
    found = leaves(verdict.trace)
    leaf, beaten = nearest(found), to_beat(verdict.trace)
    if leaf is not None and not leaf.distance:
        return [f"Exactly at {safe(leaf.threshold, 60)}: the smallest move may turn it"]
    if leaf is not None:
        way = "lower" if (leaf.distance or 0) > 0 else "higher"
        moved = f"{safe(leaf.short(leaf.measured), 60)} were {safe(leaf.gap(), 60)} {way}"
        return [f"Turns if {moved}, past {safe(leaf.threshold, 60)}"]
    if beaten is not None:
        figure, way = beaten
        return [f"Turns if another row showed a {way} figure than the leading one's {safe(shortened(figure), 60)}"]
    return [f"Turns if this changed: {safe(found[0].words, 200)}"] if found else []


def _price(view: CardView) -> list[str]:
    """What the market gives the outcome now and gave it before, and whether that disagrees."""
    doubts = view.card.doubts
    told = [f"{one.share:.0%} {one.words} ({day(one.at)})" for one in view.prices if one.words]
    before = f"; {', '.join(told)}" if told else ""
    if doubts.share is None or doubts.sampled_at is None:
        newest = next((one for one in view.prices if not one.words), None)
        if newest is None:
            return ["Price: not known"]
        return [f"Price: the market gave this outcome {newest.share:.0%} when last read, {day(newest.at)}{before}"]
    now = f"{doubts.share:.0%} ({ago(doubts.sampled_at)})"
    gives = "gives" if doubts.open else "gave"
    return [f"Price: the market {gives} this outcome {now}{before}; {_agrees(doubts, doubts.share)}"]


def _agrees(doubts: Doubts, share: Decimal) -> str:
    """Whether the price speaks for the outcome; it DISAGREES where that asks for one more approval."""
    now, then = "says nothing either way", "said nothing either way"
    if share < min(CONTRADICTS, doubts.even / 2):
        now, then = "DISAGREES", "disagreed"
    elif f"{share:.0%}" != f"{doubts.even:.0%}":  # as it is shown
        now, then = ("agrees", "agreed") if share > doubts.even else ("leans the other way", "leaned the other way")
    return f"it {now}" if doubts.open else f"it {then}; trading is closed"


def _deadlines(view: CardView) -> list[str]:
    card, proposal = view.card, view.card.proposal
    if view.undo_until is not None:
        return [f"Deadline: it can be undone until {when(view.undo_until)}"]
    if proposal.closed_at is not None:
        return [f"Ended {when(proposal.closed_at)}"]
    if proposal.state == "agreed" and proposal.window_until is not None:
        may = "could object until" if view.window_over else "may object until"
        return [f"Deadline: traders {may} {when(proposal.window_until)}"]
    after = card.frozen.review.auto_after
    if after is not None and proposal.state == "proposed" and not card.reviews:
        return [f"Deadline: if nobody says a word it goes on by itself {when(proposal.created_at + after)}"]
    if proposal.state in ("approved", "resolving", "undoing"):
        return ["Deadline: none, Manifold is being told"]
    if proposal.state == "disputed":
        return ["Deadline: none, it goes to a new vote or is withdrawn once its sources were looked at again"]
    closes = card.market.closes_at
    shut = "closes" if card.doubts.open else "closed"
    trading = f"; trading {shut} {when(closes)}" if closes is not None else ""
    return [f"Deadline: none, it waits for people since {when(proposal.created_at)}{trading}"]


def _votes_name(card: Card) -> str:
    approvals = list(last_words(card.reviews).values()).count("approve")
    why = f" ({'; '.join(card.quorum.because)})" if card.quorum.because else ""
    return plain(f"Votes: {approvals} of {card.quorum.needed} approve{why}", 250)


def _vote_line(review: Review) -> str:
    return f"• {safe(review.person, 60)} {_word(review)}: {safe(review.because, REASON)}"


def _word(review: Review) -> str:
    return _SAID[review.vote] + (f" ({review.category})" if review.category else "")


def _objection_line(one: Objection) -> str:
    answer = f" — answered by {safe(one.answered_by, 60)}" if one.answered_by else " — **NOT ANSWERED, it holds**"
    return f"• {safe(one.by, 60)}: {safe(one.text, REASON)}{answer}"


def _discussed(view: CardView) -> bool:
    return any(review.vote == "dispute" for review in view.said) or bool(view.card.objections)


def _buttons(view: CardView) -> tuple[Button, ...]:
    card, proposal = view.card, view.card.proposal

    def press(label: str, style: Style, verb: str) -> Button:
        return Button(label, style, f"r1:{verb}:{proposal.id}:{proposal.revision}")

    made = _verbs(view, press)
    made.append(press(f"Evidence ({len(proposal.verdict.citations())})", "secondary", "evidence"))
    address = web(card.market.url)
    return tuple(made + ([Button("Market", "link", address)] if address else []))


def _verbs(view: CardView, press: Callable[[str, Style, str], Button]) -> list[Button]:
    """What may be done in this state."""
    state = view.card.proposal.state
    made: list[Button] = []
    if state == "proposed":
        made += [press("Approve", "success", "approve"), press("Reject…", "danger", "reject")]
        made += [press("Ask…", "primary", "ask")]
        if "approve" in last_words(view.card.reviews).values():
            made.append(press(RETRACT, "secondary", "retract"))
    if state in ("proposed", "approved", "agreed"):
        made.append(press("Dispute…", "danger", "dispute"))
    if state == "proposed" and view.card.taken_by is None:
        made.append(press("Take", "secondary", "take"))
    if _unanswered(view.card.objections) and view.card.proposal.closed_at is None:
        made.append(press("Answer objection…", "primary", "answer"))
    if view.undo_until is not None and state == "resolved":
        made.append(press("Undo…", "danger", "undo"))
    return made


def _unanswered(objections: Sequence[Objection]) -> bool:
    return any(one.answered_at is None for one in objections)
