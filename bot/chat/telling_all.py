"""Answers about the debate as a whole: who is ahead, what changed, which markets there are, and how the service is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.chat.intents import compiled
from bot.chat.moving import left_out, moved_by, within
from bot.chat.replies import Reply
from bot.chat.spans import Span
from bot.chat.subjects import SURE, YEAR, Subject, telling
from bot.chat.times import day, moment
from bot.chat.tools import MarketNow, Tools
from bot.chat.wording import Said, stem, words_of
from bot.chat.words import STOP
from bot.say import many
from markets.debate_spec import Pole
from markets.score import verdict
from markets.score_board import AxisScore, Board

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""Before anything that is on record."""
LISTED = 5
LINES = 4
TELLING_MARKETS = 3

POLES: tuple[Pole, ...] = ("plus", "minus")
Side = tuple[str, Pole]
"""An axis and one of its poles."""


def ahead(tools: Tools) -> Reply:
    """The axes on which resolved markets speak, in nats, with the verdict's words; nothing where none has resolved."""
    board = tools.board().frozen
    speaking = [each for each in board.axes if each.resolved.terms]
    if not speaking:
        return Reply((f"Nobody is yet: {_silence(board)}, so there is no evidence.",), "ahead")
    lines = []
    for each in speaking[:3]:
        score = each.resolved
        lines.append(f"Axis {each.axis}: {score.total:+.2f} nats, {score.verdict}{_towards(each)}.")
    markets = many(len({term.market for each in speaking for term in each.resolved.terms}), "resolved market")
    worth = max(each.resolved.effective for each in speaking)
    lines.append(f"From {markets}, worth {worth:.1f} independent ones; /scoreboard has all of it.")
    return Reply(tuple(lines), "ahead")


def _towards(each: AxisScore) -> str:
    """The side that an axis leans to; none where its verdict is that it leans to neither."""
    score = each.resolved
    if each.poles is None or score.verdict == verdict(0):
        return ""
    return f", towards “{each.poles.plus if score.total > 0 else each.poles.minus}”"


def _silence(board: Board) -> str:
    """Why no axis has any evidence."""
    if board.resolved:
        return f"{many(len(board.resolved), 'market')} resolved, and none of them bears on an axis of this debate"
    return f"none of the {len(board.open)} open markets has resolved" if board.open else "no market has opened"


@dataclass(frozen=True, slots=True)
class _Push:
    """An outcome of an open market, and how much likelier it is if a side of an axis is right: odds, over 1."""

    odds: float
    event: str
    slug: str
    claim: str
    side: Side


def needs(tools: Tools, said: Said) -> Reply:
    """What would speak for a side: the open markets that would move it most; for any side, where none is named."""
    pushes = sorted(_pushes(tools), key=lambda push: (-push.odds, push.slug))
    meant = _sides(tools, said)
    found = [push for push in pushes if push.side in meant] if meant else pushes
    if not found:
        return Reply(("I don't know: no open market of this debate bears on that.",), "needs", confident=False)
    lines = [
        f"{push.event} on {push.slug}: {push.odds:.1f} to 1 for {push.side[0]} {push.side[1]}, by {push.claim}."
        for push in list({push.slug: push for push in reversed(found)}.values())[::-1][:TELLING_MARKETS]
    ]
    return Reply(("The open markets that would speak for it most:", *lines), "needs")


def _sides(tools: Tools, said: Said) -> set[Side]:
    """The poles of axes whose words were said."""
    words = {stem(word) for word in said.words if word not in STOP}
    arguments = tools.loaded.arguments
    told = [
        (axis, pole, getattr(poles, pole))
        for axis, poles in (arguments.axes if arguments else {}).items()
        for pole in POLES
    ]
    fits = {(axis, pole): len(words & {stem(word) for word in words_of(text)}) for axis, pole, text in told}
    most = max(fits.values(), default=0)
    return {side for side, number in fits.items() if number == most} if most else set()


def _pushes(tools: Tools) -> Iterator[_Push]:
    arguments = tools.loaded.arguments
    for market in tools.markets():
        spec = tools.loaded.markets.get(market.slug)
        if spec is None or market.state == "resolved" or arguments is None:
            continue
        for link in spec.bears_on:
            claim = arguments.claims.get(link.claim)
            if claim is None or claim.pole is None:
                continue
            ratio = float(link.if_true / link.if_false)
            pole: Pole = claim.pole if ratio > 1 else "minus" if claim.pole == "plus" else "plus"
            yield _Push(max(ratio, 1 / ratio), link.event, market.slug, link.claim, (claim.axis, pole))


def changed(tools: Tools, span: Span | None = None) -> Reply:
    """What came about in a span, or in the last seven days; the newest last."""
    opened = _first_opening(tools) if span is not None and span.opening else None
    if span is not None and span.opening and opened is None:
        return Reply(("No market of this debate has opened yet, so nothing changed since.",), "changed")
    if span is not None and span.until is not None and opened is not None and opened >= span.until:
        return Reply((f"No market of this debate had opened by then; the first opened {moment(opened)}.",), "changed")
    told = within(tools, span, opened)
    found = tools.happenings(told.since, until=told.until)
    if not found:
        line = f"Nothing {told.none}: no market moved and no source showed anything new."
        known = told.until is None or bool(tools.happenings(BEGINNING, until=told.until))
        return Reply((line,), "changed", confident=known)
    figures = moved_by(tools, found, told)
    acts = [one for one in found if one.slug is not None]
    lines = [f"{day(one.at)}: {one.slug}: {one.words}." for one in acts[-(2 if figures else 3) :]]
    earlier = left_out(found, len(acts), len(lines))
    shown = list(figures.items())[: LINES - len(lines)]
    lines += [f"{slug}: {words}." for slug, words in shown]
    if len(figures) > len(shown):
        lines[-1] += f" So {len(figures) - len(shown)} more moved."
    seen = [one.words for one in found if one.slug is None]
    if seen and len(lines) < LINES:
        lines.append(f"Evidence: {'; '.join(seen[:3])}{_and_more(len(seen) - 3)}.")
    lines[0] = f"{told.first}{earlier}: {lines[0]}"
    return Reply(tuple(lines), "changed")


def _and_more(number: int) -> str:
    return f" and {number} more" if number > 0 else ""


def _first_opening(tools: Tools) -> datetime | None:
    opened = (market.opens for market in tools.markets() if market.state != "defined")
    return min((at for at in opened if at is not None), default=None)


def when(tools: Tools) -> Reply:
    """Of no market in particular: what is decided next."""
    coming = sorted(
        (market for market in tools.markets() if market.state != "resolved" and _ahead(market.decides, tools.now)),
        key=lambda market: (market.decides or tools.now, market.slug),
    )
    if not coming:
        return Reply(("Nothing is left to be decided.",), "when", confident=False)
    lines = [f"{day(market.decides)}: {market.question}" for market in coming[:3]]
    return Reply(("Which market? These are decided next:", *lines), "when", confident=False)


def status(tools: Tools) -> Reply:
    """Whether the service runs, and which sources are not as they should be."""
    last, quiet = tools.last_run(), [one for one in tools.sources() if one.state != "live"]
    first = f"I'm here; the last job ended {moment(last)}." if last else "I'm here; no job of the service has run yet."
    if not quiet:
        return Reply((first, "Every source is live."), "status")
    told = "; ".join(one.words for one in quiet[:4])
    more, there = _and_more(len(quiet) - 4), many(len(tools.sources()), "source")
    return Reply((first, f"{len(quiet)} of {there} not live: {told}{more}."), "status")


def help_(tools: Tools) -> Reply:
    lines = (
        f"I answer from the record about {many(len(tools.titles), 'market')}: how close one is, why it stands as it "
        "does, what it needs, its chart, price, criteria, evidence, deadlines, who decides, and who is ahead.",
        "Mention me, reply to a card, or write to me: “how close is the SWE-bench one?”, “what changed since Monday?”, "
        "“how close was it on 1 October?”, “how do I add evidence?”, “what does ‘settle’ mean?”.",
        "I never act on a sentence: approving, disputing and adding evidence go through buttons and /commands.",
    )
    return Reply(lines, "help")


def listed(tools: Tools, said: Said, about: Subject) -> Reply:
    """The markets that the words are about, or those open now."""
    words = telling(said.words, tools.titles)
    hits = tools.titles.find(words, LISTED, compiled().faint)
    if hits:
        plainly = hits[0].share >= SURE and not all(YEAR.fullmatch(word) for word in words)
        lines = [f"{hit.slug}: {hit.question}" for hit in hits[:4]]
        return Reply(
            tuple(lines),
            "list",
            confident=plainly,
            choices=tuple((hit.slug, hit.question) for hit in hits),
        )
    if words and about.foreign:
        return Reply((f"No market here is about that; there are {len(tools.titles)}: /market list.",), "list")
    markets = [market for market in tools.markets() if market.state != "resolved"]
    states = Counter(market.state for market in tools.markets())
    closed = f"{states['closed']} have closed and are not resolved, " if states["closed"] else ""
    told = (
        f"{states['open']} are open, {closed}{states['defined']} have not opened, {states['resolved']} have resolved."
    )
    shown = [market for market in markets if market.state == "open"] or markets
    return Reply((told, *_lines(shown), "/market list has all of them."), "list")


def _lines(markets: Iterable[MarketNow]) -> list[str]:
    return [f"{market.slug}: {market.question}" for market in list(markets)[:2]]


def _ahead(at: datetime | None, now: datetime) -> bool:
    return at is not None and at > now
