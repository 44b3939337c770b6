"""`crux propose|proposals|review|resolve|verify|status`: people decide, and anyone can check."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import say
from bot.commands.options import LARGEST_ID, Debate, Json, SandboxFile, Slugs
from resolvers.errors import Refusal

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
    app.command()(status)


def propose(slugs: Slugs = None, debate: Debate = None, json: Json = False) -> None:
    """Judge the open markets now and put every decided verdict to the reviewers.

    An answer that they rejected is put to them again where other cells decide it, or its market is named.
    """
    from bot.app import opened_app
    from bot.judging import asked, judge_all
    from bot.proposing import propose_all
    from bot.reversals import report_reversals

    with opened_app(debate) as app:
        questions = [each for each in asked(app.store, app.loaded, slugs) if each.market is not None]
        judged = judge_all(app.store, questions, app.store.now())
        turned = report_reversals(app.store, judged)
        made = propose_all(app.store, judged, again=slugs or ())
    if json:
        rows = [{"id": one.proposal.id, "slug": one.slug, "did": one.did} for one in made]
        say.document([*rows, *({"id": None, "slug": each.slug, "did": f"reversed: {each.words()}"} for each in turned)])
        return
    for each in turned:
        say.line(f"reversed: {each.words()}")
    for one in made:
        say.line(f"{one.slug}: {one.did}, proposal {one.proposal.id}: {one.proposal.outcome.words()}")
    if not made:
        say.line(f"nothing new to propose; {len(questions)} open markets judged")


def list_proposals(
    all_: Annotated[bool, typer.Option("--all", help="Ended ones too.")] = False, json: Json = False
) -> None:
    """What waits for reviewers, for traders, or for its window to pass."""
    from bot.app import opened_store
    from bot.reports import card_row
    from bot.review.desk import cards

    with opened_store(create=False) as (_, store):
        found = cards(store, living=not all_)
    if json:
        say.document([card_row(card) for card in found])
        return
    for card in found:
        _show(card)
    if not found:
        say.line("no proposal is open")


def review(
    number: Annotated[int, typer.Argument(metavar="ID", max=LARGEST_ID, help="The proposal.")],
    said: Annotated[str, typer.Argument(metavar="approve|reject|ask|dispute|answer")],
    person: Annotated[str, typer.Option("--as", help="Who you are in debate.yaml.")],
    because: Annotated[str, typer.Option("--because", help="Why; it stands on the record.")],
    objection: Annotated[
        int | None, typer.Option("--objection", max=LARGEST_ID, help="With answer: which objection.")
    ] = None,
    debate: Debate = None,
    json: Json = False,
) -> None:
    """Say what you think of a proposal, once a round; or answer a trader's objection to it."""
    from bot.app import opened_app
    from bot.reports import card_row
    from bot.review.desk import answer, card, vote

    with opened_app(debate) as app:
        seen = card(app.store, number)
        if seen.market.debate != app.debate.debate:
            raise Refusal(
                f"proposal {number} is of the debate {seen.market.debate}, and this is {app.debate.debate}; "
                "name that one's folder with --debate"
            )
        if said == "answer":
            answer(app.store, _objection(seen, objection), person=person, text=because, reviewers=app.debate.reviewers)
            after = card(app.store, number)
        else:
            after = vote(app.store, seen, person=person, said=said, because=because, reviewers=app.debate.reviewers)
    if json:
        say.document(card_row(after))
    else:
        _show(after)


def resolve(debate: Debate = None, sandbox: SandboxFile = None, json: Json = False) -> None:
    """Post the notices of what is approved, read objections back, and resolve what is past its window."""
    from bot.app import opened_app

    with opened_app(debate) as app:
        steps = asyncio.run(_resolve(app, sandbox))
    if json:
        say.document(
            [{"slug": one.slug, "proposal": one.proposal, "did": one.did, "because": one.because} for one in steps]
        )
    else:
        for one in steps:
            say.line(f"{one.slug}: proposal {one.proposal} {one.did}: {one.because}")
        if not steps:
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
            f"{found.resolutions} resolutions, {found.verified} verified; {found.proposals} proposals derived again, "
            f"{len(found.broken)} broken"
        )
    if not found.whole:
        raise typer.Exit(1)


def status(debate: Debate = None, json: Json = False) -> None:
    """Where the state lives, and one line for every market."""
    from bot.app import opened_app
    from bot.ready import standing
    from bot.reports import market_rows
    from bot.review.desk import cards

    with opened_app(debate) as app:
        rows = market_rows(app)
        stand = standing(app.store, app.loaded)
        open_proposals = len(cards(app.store, debate=app.debate.debate))
        where = app.store.name
    if json:
        told = {"database": where, "debate": str(app.folder), "markets": rows, "open_proposals": open_proposals}
        say.document({**told, "clean": stand.clean, "ready": stand.ready, "waits": stand.waits})
        return
    say.line(f"database {where}")
    say.line(f"debate   {app.folder}")
    columns = ("slug", "type", "state", "closes", "url")
    say.table("Markets", columns, ([row[column] for column in columns] for row in rows))
    say.line(f"{open_proposals} proposals open")
    say.line(stand.words())
    for slug, because in stand.because.items():
        say.line(f"{slug} waits: {because}")


async def _resolve(app: App, sandbox: Path | None) -> list[Stepped]:
    from bot.opening import Planner
    from bot.platform import platform
    from bot.resolving import Resolver

    async with platform(app.settings, app.store, sandbox) as there:
        await Planner(app.store, app.loaded, there).recover()
        resolver = Resolver(app.store, there.outbox(app.store, app.debate), there.carrier())
        return [*await resolver.announce_all(), *await resolver.resolve_all()]


def _objection(seen: Card, number: int | None) -> int:
    open_ones = [one.id for one in seen.objections if one.answered_at is None]
    if number is not None and number in [one.id for one in seen.objections]:
        return number
    if number is None and len(open_ones) == 1:
        return open_ones[0]
    listed = ", ".join(str(one) for one in open_ones) or "none is open"
    raise Refusal(f"say which objection to proposal {seen.proposal.id} you answer with --objection: {listed}")


def _show(card: Card) -> None:
    proposal = card.proposal
    say.line(f"proposal {proposal.id}: {card.market.slug} -> {proposal.outcome.words()}  [{proposal.state}]")
    say.line(f"  {card.frozen.question}")
    say.line(f"  {proposal.verdict.because}")
    for cite in proposal.verdict.citations()[:6]:
        say.line(f"  {cite.source}: {cite.key}, {cite.column} = {cite.text}, seen {say.short(cite.seen_at)}")
    for one in card.reviews:
        say.line(f"  {one.person}: {one.vote}: {one.because}")
    for objection in card.objections:
        answered = (
            f" (answered by {objection.answered_by}: {objection.answer})" if objection.answer else " (unanswered)"
        )
        say.line(f"  objection {objection.id} by {objection.by}: {objection.text}{answered}")
    if proposal.state == "proposed":
        say.line(f"  {card.wanted} more approvals wanted")
    if proposal.window_until and proposal.state in ("agreed", "resolving"):
        say.line(f"  traders may object until {say.short(proposal.window_until)}")
