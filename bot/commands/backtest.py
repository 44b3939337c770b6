"""`crux backtest`: how a market's criteria would have behaved on the history that is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import say
from bot.commands.options import Debate, Json, check_picture, moment

if TYPE_CHECKING:
    from bot.backtesting import Backtest
    from resolvers.backtest.days import Day

MOST_LINES = 12
"""Of one kind in the text; --json has all."""


def register(app: typer.Typer) -> None:
    app.command()(backtest)


def backtest(
    slug: Annotated[str, typer.Argument(help="The market.")],
    since: Annotated[
        str | None, typer.Option("--from", help="The first day (ISO); by default that of the first look.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--to", help="The last day or moment (ISO); by default the last look's day, or now."),
    ] = None,
    chart: Annotated[Path | None, typer.Option(help="Draw it as PNG, 1200 by 675, into this file.")] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Draw on a dark ground.")] = False,
    debate: Debate = None,
    json: Json = False,
) -> None:
    """The verdict on every day of the stored history, the margin, and how it moves with the rule's numbers."""
    from bot.app import opened_app
    from bot.backtesting import as_document
    from bot.backtesting import backtest as live_through
    from bot.judging import asked

    check_picture(chart)
    with opened_app(debate) as app:
        (question,) = asked(app.store, app.loaded, [slug])
        found = live_through(app.store, question, moment(since, "--from"), moment(until, "--to"))
        title = question.frozen.question if question.frozen else app.loaded.markets[slug].question
    if chart is not None:
        _draw(found, title, chart, dark)
    if json:
        say.document(as_document(found))
    else:
        _tell(found)


def _draw(found: Backtest, title: str, chart: Path, dark: bool) -> None:
    from bot.backtest_chart import alt_text, png

    chart.write_bytes(png(found, title, dark=dark))
    chart.with_suffix(".txt").write_text(alt_text(found) + "\n", encoding="utf-8")
    say.aside(f"drawn: {chart}, and the same in words: {chart.with_suffix('.txt')}")


def _tell(found: Backtest) -> None:
    days, first = found.course.days, found.course.first_decision
    judged = (
        f"{say.many(found.course.evaluations, 'judging')} on {say.many(found.course.changes, 'change')} of evidence"
    )
    say.line(f"{found.asked.slug}: {say.many(len(days), 'day')}, {_span(found, days)}, {judged}")
    told, own = found.rule.opens, found.asked.rule.opens
    if told != own:
        when = say.day if say.day(told) != say.day(own) else say.short
        say.line(f"  as if it had opened on {when(told)}, not on {when(own)}")
    for line in (*_outcome(found, first), *_days(found), *_turns(found), *_panels(found), *_moves(found)):
        say.line(f"  {line}")


def _outcome(found: Backtest, first: Day | None) -> Iterator[str]:
    """How it was decided first, or how it stands, and what hindsight says."""
    from bot.told_short import reason

    if first is None:
        last = found.course.days[-1].verdict
        leaning = f", leaning {last.leaning.words()}" if last.leaning else ""
        yield _read(found, f"not decided by then: {last.state}{leaning}: {last.because}")
    elif first.verdict.outcome is not None:
        answer, because = first.verdict.outcome.words(), reason(first.verdict)
        said = because if because.startswith(f"{answer}:") else f"{answer}: {because}"
        yield _read(found, f"first decision, {_when(found, first.at)}: {said}")
    if found.undone:
        yield _read(found, f"hindsight: {found.undone}")


def _days(found: Backtest) -> Iterator[str]:
    from bot.backtesting import unknown_stretches
    from resolvers.backtest.margin import measured_words

    far = [(day, margin) for day, margin in zip(found.course.days, found.margins, strict=True) if margin is not None]
    closest = min((pair for pair in far if pair[1].size is not None), key=lambda pair: pair[1].size or 0, default=None)
    if closest is not None:
        near, last = (_read(found, margin.words()) for margin in (closest[1], far[-1][1]))
        yield f"margin, {measured_words(found.rule)}: nearest {near} on {_when(found, closest[0].at)}; last {last}"
    for because, some in unknown_stretches(found.course.days)[:MOST_LINES]:
        yield _read(found, f"nobody could have said, {_span(found, some)}: {because}")


def _turns(found: Backtest) -> Iterator[str]:
    for before, after in found.course.flips()[:MOST_LINES]:
        said = [day.says.words() if day.says else "neither way" for day in (before, after)]
        yield _read(found, f"turned, {_when(found, after.at)}: {said[0]} -> {said[1]}")
    for each in found.revisions[:MOST_LINES]:
        gone = "taken out" if each.now is None else f"revised to {each.now}"
        yield f"revision, {say.day(each.seen_at)}: {each.key}, {each.column}: {each.was} {gone}"


def _panels(found: Backtest) -> Iterator[str]:
    from bot.backtesting import panel_notes

    yield from panel_notes(found)


def _moves(found: Backtest) -> Iterator[str]:
    told: Counter[str] = Counter()
    for number in dict.fromkeys(each.number for each in found.moved):
        came: dict[str, list[str]] = {}
        for each in found.moved:
            if each.number == number:
                when = f"{each.outcome.words()} {_when(found, each.first_decision)}" if each.outcome else "undecided"
                came.setdefault(each.why_not or when, []).append(f"{each.share:+d}%")
        parts = [f"by {', '.join(shares)}: {when}" for when, shares in came.items()]
        name = f"{number.what} {number.shown}"
        told[name] += 1
        which = f" (no. {told[name]} of that name)" if told[name] > 1 else ""
        yield _read(found, f"{name}{which} moved {'; '.join(parts)}")


def _span(found: Backtest, days: Sequence[Day]) -> str:
    """`2025-02-01 to 2025-03-01`, or the one day."""
    return " to ".join(dict.fromkeys(_when(found, each.at) for each in (days[0], days[-1])))


def _when(found: Backtest, at: datetime | None) -> str:
    """`2025-03-01`; of the day that is not over the time as well, so that nobody takes it for all of it."""
    return f"{say.short(at)} UTC (so far)" if at is not None and at == found.so_far else say.day(at)


def _read(found: Backtest, text: str) -> str:
    """A sentence with its long figures cut, none onto a number of the rule; --json has every digit."""
    from bot.told_short import shortened

    return shortened(text, [each.number.shown for each in found.moved])
