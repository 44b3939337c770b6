"""`crux propose|proposals|review|resolve|verify`: people decide, and anyone can check."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import say
from bot.commands.options import LARGEST_ID, Debate, Json, SandboxFile, Slugs

if TYPE_CHECKING:
    from bot.app import App
    from bot.resolving import Stepped
    from bot.review.desk import Card


def register(app: typer.Typer) -> None:
    app.command()(propose)
    app.command(name="proposals")(list_proposals)
    app.command()(review)
    app.command()(resolve)
    app.command()(verify)


def propose(
    slugs: Slugs = None,
    person: Annotated[
        str | None, typer.Option("--as", help="Who puts it forward; who proposes does not approve.", show_default=False)
    ] = None,
    debate: Debate = None,
    json: Json = False,
) -> None:
    """Judge the open markets now and put every decided verdict to the reviewers.

    An answer that they rejected is put to them again where other cells decide it, or its market is named.
    """
    from bot.app import opened_app
    from bot.commands.verdict_lines import entries, hung_on, stands
    from bot.judging import asked, judge_all
    from bot.proposing import propose_all
    from bot.reversals import report_reversals
    from bot.review.pausing import paused

    with opened_app(debate) as app:
        by = None if person is None else speaking(app, person)
        questions = [each for each in asked(app.store, app.loaded, slugs) if each.market is not None]
        judged = judge_all(app.store, questions, app.store.now())
        turned = report_reversals(app.store, judged)
        made = propose_all(app.store, judged, again=slugs or (), by=by)
        stop = paused(app.store)
        hangs = [] if json else hung_on(app.store, [one.proposal.verdict for one in made])
    if json:
        rows = [{"id": one.proposal.id, "slug": one.slug, "did": one.did} for one in made]
        say.document([*rows, *({"id": None, "slug": each.slug, "did": f"reversed: {each.words()}"} for each in turned)])
        return
    for each in turned:
        say.line(f"reversed: {each.words()}")
    for one, rows_of_lists in zip(made, hangs, strict=True):
        say.line(f"{one.slug}: {one.did}, proposal {one.proposal.id}: {one.proposal.outcome.words()}")
        for line in entries(rows_of_lists if one.did != "withdrawn" else ()):
            say.line(line)
    if stop is not None:
        say.line(f"{stop.words()}; nothing is proposed until `crux resume`")
    elif not made:
        why = "" if slugs else "; `crux verdict` says why of each"
        say.line(f"nothing new to propose; {say.many(len(questions), 'open market')} judged{why}")
        for verdict in judged.verdicts if slugs else ():
            say.line(f"  {stands(verdict)}: {verdict.because}")


def list_proposals(
    all_: Annotated[bool, typer.Option("--all", help="Ended ones too.")] = False, json: Json = False
) -> None:
    """What waits for reviewers, for traders, or for its window to pass."""
    from bot.app import opened_store
    from bot.commands.verdict_lines import hung_on
    from bot.reports import card_row
    from bot.review.desk import cards

    with opened_store(create=False) as (_, store):
        found = cards(store, living=not all_)
        rows = hung_on(store, [card.proposal.verdict for card in found])
    if json:
        say.document([card_row(card, entries) for card, entries in zip(found, rows, strict=True)])
        return
    for card, entries in zip(found, rows, strict=True):
        _show(card, entries)
    if not found:
        say.line("no proposal is open")


def review(
    number: Annotated[int, typer.Argument(metavar="ID", max=LARGEST_ID, help="The proposal.")],
    said: Annotated[str, typer.Argument(metavar="approve|reject|ask|dispute|retract|answer|take|undo")],
    because: Annotated[str, typer.Option("--because", help="Why; it stands on the record.")] = "",
    person: Annotated[
        str | None, typer.Option("--as", help="Who you are in debate.yaml; a linked account may leave it out.")
    ] = None,
    category: Annotated[
        str | None,
        typer.Option("--category", help="too early, wrong value, wrong source, ambiguous or tampered source."),
    ] = None,
    objection: Annotated[
        int | None, typer.Option("--objection", max=LARGEST_ID, help="With answer: which objection.")
    ] = None,
    debate: Debate = None,
    sandbox: SandboxFile = None,
    json: Json = False,
) -> None:
    """Say what you think of a proposal, once a round; take it, answer an objection to it, or undo it in ten minutes.

    An approval given by mistake can be retracted for as long as others are missing; the record keeps both.
    Your positions on Manifold are read first: who holds shares in a market has no word on it.
    """
    from bot.app import opened_app
    from bot.commands.reviewing import Said, carried_out
    from bot.commands.verdict_lines import hung_on
    from bot.reports import card_row

    with opened_app(debate) as app:
        after, told = asyncio.run(carried_out(app, sandbox, Said(number, said, person, because, category, objection)))
        (rows,) = hung_on(app.store, [after.proposal.verdict])
    if json:
        say.document(card_row(after, rows))
        return
    for line in told:
        say.line(line)
    _show(after, rows)


def resolve(debate: Debate = None, sandbox: SandboxFile = None, json: Json = False) -> None:
    """Post the notices of what is approved, read objections back, and resolve what is past its window."""
    from bot.app import opened_app
    from bot.review.pausing import paused

    with opened_app(debate) as app:
        steps = asyncio.run(_resolve(app, sandbox))
        stop = paused(app.store)
    if json:
        say.document(
            [{"slug": one.slug, "proposal": one.proposal, "did": one.did, "because": one.because} for one in steps]
        )
    else:
        for one in steps:
            say.line(f"{one.slug}: proposal {one.proposal} {one.did}: {one.because}")
        if stop is not None:
            say.line(f"{stop.words()}; nothing is resolved until `crux resume`")
        elif not steps:
            say.line("nothing is agreed")
    if any(one.did == "open" for one in steps):
        raise typer.Exit(3)
    if any(one.did == "refused" for one in steps):
        raise typer.Exit(1)


def verify(json: Json = False) -> None:
    """Derive every decision again from the stored bytes alone; exit 1 if one does not hold."""
    from bot.app import opened_store
    from bot.reports import verified_row
    from bot.verifying import verify as walk

    with opened_store(create=False) as (_, store):
        found = walk(store)
    if json:
        say.document(verified_row(found))
    else:
        for one in found.broken:
            say.line(f"broken: {one.slug} (proposal {one.proposal}): {one.because}")
        for body in found.bodies:
            say.line(f"damaged: {body.source} {body.sha256}: {body.because}")
        for link in found.record:
            say.line(f"record, row {link.id}: {link.because}")
        say.line(
            f"{say.many(found.resolutions, 'resolution')}, {found.verified} verified; "
            f"{say.many(found.proposals, 'proposal')} derived again, "
            f"{len(found.broken)} broken"
        )
    if not found.whole:
        raise typer.Exit(1)


def speaking(app: App, person: str) -> str:
    """The reviewer for whom this account of the machine speaks; Refusal where it may not."""
    from bot.commands.terminal import myself
    from bot.review.desk import reviewer
    from bot.review.people import may_speak

    reviewer(person, app.debate.reviewers)
    may_speak(app.store, app.debate.debate, myself(), person)
    return person


async def _resolve(app: App, sandbox: Path | None) -> list[Stepped]:
    from bot.opening import Planner
    from bot.platform import platform
    from bot.resolving import Resolver

    async with platform(app.settings, app.store, sandbox) as there:
        await Planner(app.store, app.loaded, there).recover()
        resolver = Resolver(app.store, there.outbox(app.store, app.debate), there.carrier())
        return [*await resolver.announce_all(), *await resolver.resolve_all()]


def positions_read(card: Card) -> list[str]:
    """Whose positions nobody could look at before their word counted: said, so that others may weigh it."""
    unread = [
        one.person
        for one in card.reviews
        if one.facts and not (one.facts.get("positions") or {"accounts": 1})["accounts"]
    ]
    return (
        [f"no Manifold account is known of {', '.join(sorted(set(unread)))}: no positions were read"] if unread else []
    )


def _show(card: Card, rows: Sequence[str]) -> None:
    from bot.commands.verdict_lines import entries
    from bot.leaves import leaves
    from bot.review.undo import undo_until
    from bot.told_short import measured, shortened

    proposal, verdict = card.proposal, card.proposal.verdict
    thresholds = [leaf.right for leaf in leaves(verdict.trace)]
    say.line(f"proposal {proposal.id}: {card.market.slug} -> {measured(proposal.outcome)}  [{proposal.state}]")
    say.line(f"  {card.frozen.question}")
    say.line(f"  {shortened(verdict.because)}")
    for cite in verdict.citations()[:6]:
        told = shortened(str(cite.text), thresholds)
        say.line(f"  {cite.source}: {cite.key}, {cite.column} = {told}, seen {say.short(cite.seen_at)}")
    for row in entries(rows):
        say.line(row)
    for one in card.reviews:
        category = f" [{one.category}]" if one.category else ""
        say.line(f"  {one.person}: {one.vote}{category}: {one.because}")
    for objection in card.objections:
        answered = (
            f" (answered by {objection.answered_by}: {objection.answer})" if objection.answer else " (unanswered)"
        )
        say.line(f"  objection {objection.id} by {objection.by}: {objection.text}{answered}")
    if card.earlier is not None:
        say.line(f"  before it: {card.earlier.words()}")
    if proposal.state == "proposed":
        say.line(f"  {say.many(card.wanted, 'more approval')} wanted, of {card.quorum.needed}")
        for doubt in card.quorum.because:
            say.line(f"  more must agree: {doubt}")
        if not card.published:
            say.line("  traders have not been told of it yet: `crux resolve` posts the notice")
    if (until := undo_until(card)) is not None and until > datetime.now(UTC):
        say.line(f"  it can be taken back until {say.short(until)}: crux review {proposal.id} undo")
    if card.taken_by and proposal.closed_at is None:
        say.line(f"  {card.taken_by} looks into it")
    for line in positions_read(card):
        say.line(f"  {line}")
    if proposal.window_until and proposal.state in ("agreed", "resolving"):
        say.line(f"  traders may object until {say.short(proposal.window_until)}")
