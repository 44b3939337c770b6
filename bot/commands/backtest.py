"""`crux backtest`: how a market's criteria would have behaved on the history that is stored."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import say
from bot.commands.options import Debate, Json, check_picture, moment

if TYPE_CHECKING:
    from bot.backtesting import Backtest

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
        str | None, typer.Option("--to", help="The last day (ISO); by default that of the last look.")
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
    span = f"{say.many(len(days), 'day')}, {say.day(days[0].at)} to {say.day(days[-1].at)}"
    say.line(f"{found.asked.slug}: {span}, {judged}")
    told, own = found.rule.opens, found.asked.rule.opens
    if told != own:
        when = say.day if say.day(told) != say.day(own) else say.short
        say.line(f"  as if it had opened on {when(told)}, not on {when(own)}")
    if first is None:
        last = days[-1].verdict
        leaning = f", leaning {last.leaning.words()}" if last.leaning else ""
        say.line(f"  not decided by then: {last.state}{leaning}: {last.because}")
    elif first.verdict.outcome is not None:
        answer, because = first.verdict.outcome.words(), first.verdict.because
        said = because if because.startswith(f"{answer}:") else f"{answer}: {because}"
        say.line(f"  first decision, {say.day(first.at)}: {said}")
    if found.undone:
        say.line(f"  hindsight: {found.undone}")
    _tell_days(found)
    _tell_turns(found)
    _tell_moves(found)


def _tell_days(found: Backtest) -> None:
    from bot.backtesting import unknown_stretches
    from resolvers.backtest.margin import measured_words

    far = [(day, margin) for day, margin in zip(found.course.days, found.margins, strict=True) if margin is not None]
    closest = min((pair for pair in far if pair[1].size is not None), key=lambda pair: pair[1].size or 0, default=None)
    if closest is not None:
        near, last = closest[1].words(), far[-1][1].words()
        say.line(f"  margin, {measured_words(found.rule)}: nearest {near} on {say.day(closest[0].at)}; last {last}")
    for because, some in unknown_stretches(found.course.days)[:MOST_LINES]:
        say.line(f"  nobody could have said, {say.day(some[0].at)} to {say.day(some[-1].at)}: {because}")


def _tell_turns(found: Backtest) -> None:
    for before, after in found.course.flips()[:MOST_LINES]:
        said = [day.says.words() if day.says else "neither way" for day in (before, after)]
        say.line(f"  turned, {say.day(after.at)}: {said[0]} -> {said[1]}")
    for each in found.revisions[:MOST_LINES]:
        gone = "taken out" if each.now is None else f"revised to {each.now}"
        say.line(f"  revision, {say.day(each.seen_at)}: {each.key}, {each.column}: {each.was} {gone}")


def _tell_moves(found: Backtest) -> None:
    told: Counter[str] = Counter()
    for number in dict.fromkeys(each.number for each in found.moved):
        came: dict[str, list[str]] = {}
        for each in found.moved:
            if each.number == number:
                when = f"{each.outcome.words()} {say.day(each.first_decision)}" if each.outcome else "undecided"
                came.setdefault(each.why_not or when, []).append(f"{each.share:+d}%")
        parts = [f"by {', '.join(shares)}: {when}" for when, shares in came.items()]
        name = f"{number.what} {number.shown}"
        told[name] += 1
        which = f" (no. {told[name]} of that name)" if told[name] > 1 else ""
        say.line(f"  {name}{which} moved {'; '.join(parts)}")
