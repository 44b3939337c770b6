"""Answers about one market, one to four lines each: figures with their source and date, or why there are none."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from bot.chat.moving import left_out, moved, within
from bot.chat.replies import Offer, Reply
from bot.chat.spans import Span
from bot.chat.times import day, moment
from bot.chat.tools import MarketNow, SourceNow, Tools
from bot.leaves import Leaf, cites_under, leaves, reading, walk
from bot.review.desk import Card
from resolvers.outcome import No, Yes
from resolvers.rules.outcomes import YesOutcome
from resolvers.verdict import Citation, Verdict

MOST_LEAVES = 2
MOST_CITES = 3
MOST_ACTS = 3
MOST_SOURCES = 5
LINE_CHARS = 380
COUNTED = ("the number of", "how many", "the mean", "the sum", "the median", "the total")
"""How figures begin that are no single row's."""


def value(tools: Tools, slug: str) -> Reply:
    """How far it is: each comparison with both sides, the distance, the row it comes from and when that was seen."""
    market, verdict = tools.market(slug), tools.verdict(slug)
    if verdict is None:
        return Reply((_unjudged(market),), "value", confident=True, chart=None)
    lines = [_leaf(leaf) for leaf in leaves(verdict.trace)[:MOST_LEAVES]] or _read_off(verdict)
    return Reply((*_cut(lines), _stands(tools, market, verdict)), "value", slug, chart=slug)


def why(tools: Tools, slug: str) -> Reply:
    """Why it is as it is: the verdict's reason, and what it waits for."""
    market, verdict = tools.market(slug), tools.verdict(slug)
    if verdict is None:
        return Reply((_unjudged(market),), "why")
    because = verdict.because
    if because[1:2].islower():  # not `YES: …`
        because = because[:1].lower() + because[1:]
    lines = [_stands(tools, market, verdict), f"Because {because}."]
    lines += _waits(tools, slug, verdict)
    return Reply(tuple(_cut(lines)), "why", slug)


def needs(tools: Tools, slug: str) -> Reply:
    """What would turn it: each open comparison and how much is missing, or the criteria where there is none."""
    market, verdict = tools.market(slug), tools.verdict(slug)
    if market.state == "resolved":
        return Reply((_stands(tools, market, verdict),), "needs", slug)
    lines = [f"It needs: {_short(market.criteria, LINE_CHARS)}"]
    lines += [_missing(leaf) for leaf in leaves(verdict.trace)[:MOST_LEAVES]] if verdict is not None else []
    if verdict is not None and verdict.asks:
        lines.append(f"People have to answer: {verdict.asks[0].question}")
    return Reply(tuple(_cut(lines)), "needs", slug)


def needs_for_no(tools: Tools, slug: str) -> Reply:
    """What would make it NO: that nothing comes in time, or that what came does not last."""
    market, verdict, spec = tools.market(slug), tools.verdict(slug), tools.loaded.markets.get(slug)
    if market.state == "resolved":
        return Reply((_stands(tools, market, verdict),), "needs", slug)
    if spec is not None and not isinstance(spec.rule.outcome.how, YesOutcome):
        told = f"It has no NO; it asks for one of: {', '.join(spec.answers[:6]) or 'a number'}."
        return Reply((told, f"It needs: {_short(market.criteria, LINE_CHARS)}"), "needs", slug)
    lines = [f"NO unless this comes true before {moment(market.decides)}: {_short(market.criteria, LINE_CHARS)}"]
    if verdict is not None:
        lines += [_for_no(verdict)] if verdict.state == "pending" else [_stands(tools, market, verdict)]
        lines += [_missing(leaf) for leaf in leaves(verdict.trace)[:MOST_LEAVES]]
    return Reply(tuple(_cut(lines)), "needs", slug)


def needs_of_both(tools: Tools, slug: str) -> Reply:
    """What it needs for YES and what makes it NO, where it was not said which; where it has no NO, what it needs."""
    for_yes, for_no = needs(tools, slug), needs_for_no(tools, slug)
    spec = tools.loaded.markets.get(slug)
    has_no = spec is None or isinstance(spec.rule.outcome.how, YesOutcome)
    if tools.market(slug).state == "resolved" or not has_no:
        return for_yes
    beyond = [line for line in for_no.lines[1:] if line not in for_yes.lines]
    by = f"NO if that does not come true before {moment(tools.market(slug).decides)}."
    return Reply((*for_yes.lines[:2], by, *beyond[:1]), "needs", slug)


def _for_no(verdict: Verdict) -> str:
    by = f" on {day(verdict.until)}" if verdict.until is not None else ""
    if isinstance(verdict.leaning, No):
        return f"Nothing has to happen for that: if nothing new is seen, it is NO{by}."
    if isinstance(verdict.leaning, Yes):
        return f"As it stands it becomes YES{by}; for NO what holds now must end, or be corrected, before that."
    return f"What comes out if nothing new is seen is open: {verdict.because}."


def chart(tools: Tools, slug: str) -> Reply:
    verdict = tools.verdict(slug)
    drawn = verdict is not None and any(step.series for step in walk(verdict.trace))
    if not drawn:
        told = "There is nothing to draw: this one does not hang on a figure over time, or nothing was seen of it yet."
        return Reply((told,), "chart", slug)
    assert verdict is not None
    return Reply((_stands(tools, tools.market(slug), verdict),), "chart", slug, chart=slug)


def changed(tools: Tools, slug: str, span: Span | None = None) -> Reply:
    """What came about in a span, or in the last seven days."""
    market = tools.market(slug)
    if span is not None and span.opening and market.state == "defined":
        told_of = (
            f"It has not opened yet; it opens {moment(market.opens)}, and what changed since is told from then on."
        )
        return Reply((told_of,), "changed", slug)
    if span is not None and span.opening and span.until is not None and market.opens and market.opens >= span.until:
        return Reply((f"It had not opened by then; it opened {moment(market.opens)}.",), "changed", slug)
    told = within(tools, span, market.opens)
    found = tools.happenings(told.since, slug, told.until)
    if not found:
        return Reply((f"Nothing was seen to change about it {told.none}.",), "changed", slug)
    figures = moved(tools, [slug], told) if market.state != "resolved" or told.until is not None else {}
    acts = [one for one in found if one.source is None or not figures]
    lines = [f"{day(one.at)}: {one.words}." for one in acts[-MOST_ACTS:]]
    more = left_out(found, len(acts), len(lines))
    lines += [f"{_capital(words)}." for words in figures.values()]
    lines[0] = f"{told.first}{more}: {lines[0]}"
    return Reply(tuple(_cut(lines)), "changed", slug)


def when(tools: Tools, slug: str) -> Reply:
    """When it opens, when trading ends and when it is decided, or where people are with what is decided already."""
    market, verdict = tools.market(slug), tools.verdict(slug)
    if market.state == "resolved":
        return Reply((_stands(tools, market, verdict),), "when", slug)
    over = market.closes is not None and market.closes <= tools.now
    opens = f"{'Opens' if market.state == 'defined' else 'Opened'} {moment(market.opens)}"
    trading = f"{opens}; trading {'closed' if over else 'closes'} {moment(market.closes)}"
    if verdict is not None and verdict.state == "decided":
        return Reply((f"{trading}.", _stands(tools, market, verdict)), "when", slug)
    lines = [f"{trading}; it is decided by what stands at {moment(market.decides)}."]
    card = tools.card(slug)
    if card is not None:
        lines.append(f"{card.proposal.outcome.words()} was proposed: {_people(card, tools.now)}.")
    elif verdict is not None and verdict.until is not None and verdict.state == "pending":
        lines.append(f"{_waited(verdict)} {moment(verdict.until)}.")
    return Reply(tuple(lines), "when", slug)


def _waited(verdict: Verdict) -> str:
    """What its day is: other evidence may turn what it leans to, and move the day."""
    if verdict.leaning is None:
        return "It waits until"
    return f"If nothing else is seen it is {verdict.leaning.words()}, known"


def price(tools: Tools, slug: str) -> Reply:
    found, market = tools.price(slug), tools.market(slug)
    if found is None:
        told = "it has not opened" if market.state == "defined" else "its price was not looked at yet"
        return Reply((f"I don't know, because {told}.",), "price", slug)
    shares = sorted(found.shares.items(), key=lambda each: -each[1])
    told = ", ".join(f"{name} {_percent(share)}" for name, share in shares[:4])
    return Reply((f"Manifold had it at {told} on {moment(found.at)}.",), "price", slug)


def _percent(share: Decimal) -> str:
    """A whole percent, and never certain where it is not."""
    whole = round(100 * share)
    if whole in (0, 100) and share not in (0, 1):
        return "over 99%" if whole else "under 1%"
    return f"{whole}%"


def rules(tools: Tools, slug: str) -> Reply:
    market = tools.market(slug)
    lines = [
        _short(market.criteria, LINE_CHARS * 2),
        f"Decided {moment(market.decides)}; all of it: {market.url or 'not opened yet'}",
    ]
    return Reply(tuple(lines), "rules", slug)


def evidence(tools: Tools, slug: str) -> Reply:
    """The cells the verdict rests on, and how the sources are."""
    verdict = tools.verdict(slug)
    sources = tools.sources(slug)
    cells = [_cell(cite) for cite in (verdict.citations() if verdict else ())[:MOST_CITES]]
    more = len(verdict.citations()) - len(cells) if verdict else 0
    lines = [*cells]
    if more > 0:
        lines[-1] += f"; and {more} more"
    if sources:
        told = ", ".join(_source(one) for one in sources[:MOST_SOURCES])
        told += f" and {len(sources) - MOST_SOURCES} more" if len(sources) > MOST_SOURCES else ""
        lines.append(f"Sources: {told}.")
    return Reply(
        tuple(_cut(lines)) or ("Nothing is on record for it yet.",), "evidence", slug, offers=(Offer("evidence", slug),)
    )


def _source(one: SourceNow) -> str:
    seen = f", last seen {day(one.newest)}" if one.newest else ""
    return f"{one.id} ({one.stands}{seen})"


def reviewers(tools: Tools, slug: str) -> Reply:
    """Who decides, and who has said what of the proposal that waits."""
    debate, card = tools.loaded.debate, tools.card(slug)
    assert debate is not None
    spec = tools.loaded.markets.get(slug)
    review = card.frozen.review if card is not None else spec.review if spec is not None else debate.review
    names = ", ".join(sorted(debate.reviewers))
    needed = (card.quorum.needed if card is not None else 0) or review.quorum
    lines = [f"{needed} of {names} have to agree; then traders have {review.window} to object."]
    if review.auto_after is not None:
        lines.append(f"If nobody says a word for {review.auto_after}, it goes on by itself.")
    if card is None:
        lines.append("Nothing is proposed for it now.")
    else:
        said = ", ".join(f"{one.person}: {one.vote}" for one in card.reviews) or "nobody has voted yet"
        stands = f"{card.wanted} more wanted" if card.proposal.state == "proposed" else _people(card, tools.now)
        lines.append(f"Proposal {card.proposal.id}, {card.proposal.outcome.words()}: {said}; {stands}.")
    return Reply(tuple(_cut(lines)), "reviewers", slug)


def link(tools: Tools, slug: str) -> Reply:
    market = tools.market(slug)
    told = market.url or f"It has not opened yet; it opens {moment(market.opens)}."
    return Reply((market.question, told), "link", slug)


def _leaf(leaf: Leaf) -> str:
    if leaf.holds == "unknown" and leaf.distance is None:
        why = leaf.because or "one side of it is unknown"
        last = (
            f" The last figure was {leaf.last[1]}, since {day(leaf.last[0])}, against {leaf.right}."
            if leaf.last
            else ""
        )
        return f"I don't know, because {why}. It asks whether {leaf.words}.{last}"
    side = f" ({_row(leaf.cites[0])})" if leaf.cites and not leaf.left_words.startswith(COUNTED) else ""
    return f"{_capital(leaf.left_words)}: {leaf.left}{side}, against {leaf.right}{_apart(leaf)}."


def _apart(leaf: Leaf) -> str:
    if leaf.distance is None:
        return ""
    if leaf.distance.startswith("-"):
        return f": {leaf.distance[1:]} {'short' if leaf.holds == 'false' else 'below'}"
    return ": the very same" if leaf.distance.split()[0] == "0" else f": {leaf.distance} above"


def _missing(leaf: Leaf) -> str:
    if leaf.holds == "true":
        return f"This holds now: {leaf.words} ({leaf.left})."
    if leaf.distance is None:
        return f"Not known now: {leaf.words}{f', because {leaf.because}' if leaf.because else ''}."
    return f"Now {leaf.left} against {leaf.right}{_apart(leaf)}."


def _read_off(verdict: Verdict) -> list[str]:
    """Of a question without a comparison: what it reads, now."""
    step = reading(verdict.trace)
    if step is None:
        return []
    cites = cites_under(step)
    where = f" ({_cell(cites[0])})" if cites else ""
    if step.value in ("unknown", ""):
        return [f"I don't know, because {step.because or verdict.because}."]
    return [f"{_capital(step.words)}: {step.value}{where}."]


def _stands(tools: Tools, market: MarketNow, verdict: Verdict | None) -> str:
    """Its state in one line, and where people are with it."""
    if market.state == "resolved":
        return f"Resolved {market.outcome or ''}, {day(market.resolved_at)}: {market.question}"
    if verdict is None:
        return f"{_capital(market.state)}: {market.question}"
    if verdict.state == "decided" and verdict.outcome is not None and market.past:
        return f"By the rule it was {verdict.outcome.words()}, as of {day(verdict.as_of)}."
    if verdict.state == "decided" and verdict.outcome is not None:
        people = _people(tools.card(market.slug), tools.now)
        return f"By the rule it is {verdict.outcome.words()}, as of {day(verdict.as_of)}; {people}."
    leaning = f"; if nothing more came, {verdict.leaning.words()}" if verdict.leaning is not None else ""
    until = f" until {day(verdict.until)}" if verdict.until is not None else ""
    return f"{_capital(verdict.state)}{until}{leaning} (as of {day(verdict.as_of)})."


def _people(card: Card | None, now: datetime) -> str:
    """Where people are with what the rule says."""
    if card is None:
        return "people have yet to agree"
    if card.proposal.state == "proposed":
        more = "1 more approval" if card.wanted == 1 else f"{card.wanted} more approvals"
        return f"proposal {card.proposal.id} waits for {more}"
    until = card.proposal.window_until
    if card.proposal.state == "agreed" and until is not None:
        objecting = f"traders may object until {moment(until)}" if now < until else "the time to object is over"
        return f"{_agreed(card)}, and {objecting}"
    return f"proposal {card.proposal.id} is {card.proposal.state}"


def _agreed(card: Card) -> str:
    """Who let it go on."""
    if card.quorum.needed == 0:
        return "nobody said a word against it, which its definition lets decide"
    return "one interested person has decided so" if card.frozen.review.declare else "reviewers have agreed"


def _waits(tools: Tools, slug: str, verdict: Verdict) -> list[str]:
    """The first source that keeps it from being known."""
    quiet = [one for one in tools.sources(slug) if one.state != "live"]
    if verdict.state in ("unknown", "pending") and quiet:
        return [f"{quiet[0].words}: {quiet[0].because}."]
    return []


def _unjudged(market: MarketNow) -> str:
    return f"I don't know, because nothing was seen of its sources yet: {market.question}"


def _row(cite: Citation) -> str:
    """Whose figure it is, where the figure itself stands beside it."""
    return f"{cite.key} in {cite.source}, seen {day(cite.seen_at)}"


def _cell(cite: Citation) -> str:
    return f"{cite.key}, {cite.text or 'unknown'} in {cite.source}, seen {day(cite.seen_at)}"


def _cut(lines: list[str], most: int = 4) -> list[str]:
    return [_short(line, LINE_CHARS) for line in lines[:most]]


def _short(text: str, budget: int) -> str:
    return text if len(text) <= budget else f"{text[: budget - 1].rstrip()}…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
