"""`crux panels`, `crux panel ID show|answer`: people answer what no column can tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import say
from bot.commands.options import LARGEST_ID, Debate, Json, SandboxFile
from resolvers.errors import Refusal
from resolvers.rules.faults import nearest

if TYPE_CHECKING:
    from bot.app import App
    from bot.review.panel_asking import Asking
    from bot.review.panels import PanelCard

ACTS = ("show", "answer")


def register(app: typer.Typer) -> None:
    app.command(name="panels")(list_panels)
    app.command()(panel)


def list_panels(
    all_: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    now: Annotated[
        bool, typer.Option("--now", help="First open, seat and close what is due, as the service does by itself.")
    ] = False,
    debate: Debate = None,
    sandbox: SandboxFile = None,
    json: Json = False,
) -> None:
    """Which questions are with people, who sits on them, and who has still to vote."""
    from bot.app import opened_app
    from bot.review.panels import open_panels

    with opened_app(debate) as app:
        if now:
            asyncio.run(_tend(app, sandbox))
        found = open_panels(app.store, app.debate.debate, living=not all_)
    if json:
        say.document([card_row(card) for card in found])
        return
    for card in found:
        _show(card)
    if not found:
        say.line("no panel is open")


def panel(
    number: Annotated[int, typer.Argument(metavar="ID", max=LARGEST_ID, help="The panel.")],
    act: Annotated[str, typer.Argument(metavar="show|answer")] = "show",
    person: Annotated[str | None, typer.Option("--as", help="Who you are in debate.yaml.")] = None,
    limb: Annotated[
        list[str] | None, typer.Option("--limb", metavar="NAME=yes|no|unclear", help="One for each part.")
    ] = None,
    row: Annotated[str | None, typer.Option("--row", help="Which row; not needed where there is one.")] = None,
    because: Annotated[str, typer.Option("--because", help="Why; posted when the panel closes.")] = "",
    debate: Debate = None,
    sandbox: SandboxFile = None,
    json: Json = False,
) -> None:
    """Look at a panel, or answer one row of it, once; nobody sees how you voted before it closes."""
    from bot.app import opened_app
    from bot.review import panels

    if act not in ACTS:
        raise Refusal(f"{act!r} is nothing to do with a panel{nearest(act, ACTS)}; say show or answer")
    with opened_app(debate) as app:
        card = panels.panel(app.store, number)
        if card.panel.debate != app.debate.debate:
            raise Refusal(
                f"panel {number} is of the debate {card.panel.debate}, and this is {app.debate.debate}; "
                "name that one's folder with --debate"
            )
        if act == "answer":
            if person is None:
                raise Refusal("say who you are: --as NAME")
            key = _row(card, row)
            card = asyncio.run(_answer(app, sandbox, number, person, key, _limbs(limb or ()), because))
    if json:
        say.document(card_row(card))
    else:
        _show(card)


def card_row(card: PanelCard) -> dict[str, Any]:
    """One panel as data; while it is open no vote is in it."""
    panel = card.panel
    return {
        "id": panel.id,
        "state": panel.state,
        "because": panel.because,
        "source": panel.source,
        "question": panel.terms.question,
        "limbs": card.limbs,
        "rows": list(panel.keys),
        "later": list(panel.later),
        "evidence": [asdict(one) for one in card.pack],
        "agree": panel.terms.agree,
        "of": panel.terms.seats,
        "seats": list(card.seats),
        "voted": list(card.voted),
        "missing": {person: list(rows) for person, rows in card.left.items()},
        "asked_at": card.asked_at,
        "until": panel.until,
        "last": panel.last,
        "closed_at": panel.closed_at,
        "snapshot": panel.snapshot,
        "revision": panel.revision,
        "markets": [market.slug for market in card.markets],
        "answers": [answer.row() for answer in card.answers],
        "draws": [
            {"draw": one.draw, "until": one.until, "rows": list(one.keys), "order": [each.row() for each in one.placed]}
            for one in card.draws
        ],
        "votes": [vote.told() | {"at": vote.at} for vote in card.votes],
    }


def _row(card: PanelCard, row: str | None) -> str:
    if row is not None:
        return row
    if len(card.panel.keys) != 1:
        raise Refusal(f"say which row you answer with --row: {', '.join(card.panel.keys)}")
    return card.panel.keys[0]


def _limbs(given: Sequence[str]) -> dict[str, str]:
    """`name=yes` as a pair; every fault at once."""
    pairs = [text.partition("=") for text in given]
    faults = [text for text, (name, found, word) in zip(given, pairs, strict=True) if not (name and found and word)]
    names = [name for name, _, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    told = [f"--limb {text!r} is no answer; write NAME=yes, NAME=no or NAME=unclear" for text in faults]
    told += [f"--limb {name} is given twice" for name in twice]
    if told:
        raise Refusal("; ".join(told))
    return {name: word for name, _, word in pairs}


async def _tend(app: App, sandbox: Path | None) -> None:
    from bot.judging import asked, judge_all
    from bot.review.panels import close_due, open_due, withdraw_due

    close_due(app.store, app.loaded, app.store.now())
    questions = [each for each in asked(app.store, app.loaded) if each.market is not None]
    verdicts = judge_all(app.store, questions, app.store.now()).verdicts
    withdraw_due(app.store, app.loaded, verdicts)
    open_due(app.store, app.loaded, verdicts)
    async with _asking(app, sandbox) as asking:
        await asking.seat_due()


async def _answer(
    app: App, sandbox: Path | None, number: int, person: str, key: str, limbs: dict[str, str], because: str
) -> PanelCard:
    from bot.commands.terminal import myself
    from bot.review.people import may_speak

    may_speak(app.store, app.debate.debate, myself(), person)
    async with _asking(app, sandbox) as asking:
        return await asking.vote(number, person=person, key=key, limbs=limbs, because=because, revision=None)


@asynccontextmanager
async def _asking(app: App, sandbox: Path | None) -> AsyncIterator[Asking]:
    from bot.review.panel_asking import Asking
    from bot.review.panel_holding import Positions, known_accounts
    from bot.service.exchange import connected
    from bot.service.threads import Threads

    threads = Threads()
    try:
        async with connected(app.settings, app.store, threads, sandbox) as exchange:
            accounts = known_accounts(app.store, threads, app.debate)
            yield Asking(app.store, threads, app.debate, Positions(lambda: exchange.client, accounts))
    finally:
        threads.close()


def _show(card: PanelCard) -> None:
    from bot.review.panel_words import answer_words, asking_text, closing_text

    text = asking_text(card) if card.panel.closed_at is None else closing_text(card)
    for line in text.split("\n"):
        say.line(line)
    for one in card.pack:
        cells = ", ".join(f"{name} = {cell}" for name, cell in one.cells.items())
        say.line(
            f"  {one.source}: {one.key}: {cells}; first seen {one.first_seen[:16]}, sha256 {one.sha256}, {one.link}"
        )
    for answer in card.answers:
        say.line(f"  answered: {answer_words(answer)}")
