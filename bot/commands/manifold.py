"""`crux plan`, `crux apply`, `crux sandbox`: what stands on Manifold."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import say
from bot.commands.options import Debate, Json, SandboxFile
from resolvers.errors import Refusal

if TYPE_CHECKING:
    from bot.app import App
    from bot.opening import Planner
    from bot.surveying import Survey
    from markets.apply import Applied
    from markets.outbox import Write
    from markets.plan import Limits, Plan

Only = Annotated[list[str] | None, typer.Option("--only", metavar="SLUG", help="Only this market; may be repeated.")]
Restore = Annotated[
    list[str] | None, typer.Option("--restore", metavar="SLUG", help="Put this market's drift back as the file has it.")
]
MaxMana = Annotated[
    float | None, typer.Option("--max-mana", help="The most this plan may cost, instead of the file's.")
]
Many = Annotated[bool, typer.Option("--yes-many", help="Let it change more than a quarter of the live markets.")]


LET_OTHERS_S = 0.3
"""Between two parts of a plan: longer than others wait before they look again whether it is their turn."""


def register(app: typer.Typer) -> None:
    app.command()(plan)
    app.command()(apply)
    app.command()(sandbox)


def plan(
    debate: Debate = None,
    sandbox: SandboxFile = None,
    only: Only = None,
    restore: Restore = None,
    max_mana: MaxMana = None,
    yes_many: Many = False,
    text: Annotated[
        bool, typer.Option("--text", help="Also show each description that would be posted, now or once it may open.")
    ] = False,
    json: Json = False,
) -> None:
    """Show what would change on Manifold, what it would cost, and where Manifold moved on its own."""
    from bot.app import opened_app
    from bot.commands.plan_shown import as_json, show

    with opened_app(debate) as app:
        made = asyncio.run(_plan(app, sandbox, only, restore, _limits(app, max_mana, yes_many)))
    if json:
        say.document(as_json(made, app.loaded.markets))
    else:
        show(made, app.loaded.markets if text else {}, _again(sandbox, only, restore, yes_many))
    if made.refusals:
        raise typer.Exit(1)


def apply(
    debate: Debate = None,
    sandbox: SandboxFile = None,
    checksum: Annotated[
        str | None, typer.Option("--checksum", help="Carry out just the plan with this checksum (its start is enough).")
    ] = None,
    only: Only = None,
    restore: Restore = None,
    max_mana: MaxMana = None,
    yes_many: Many = False,
    json: Json = False,
) -> None:
    """Carry out a plan, change by change; after a crash the same command goes on, and makes nothing twice."""
    from bot.app import opened_app

    with opened_app(debate) as app:
        limits = _limits(app, max_mana, yes_many)
        reviewed, before, done = asyncio.run(_apply(app, sandbox, checksum, only, restore, limits))
    _applied(reviewed, before, done, json)
    if done.open or before.open:
        raise typer.Exit(3)
    if done.refused or before.refused:
        raise typer.Exit(1)


def sandbox(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 0,
    state: Annotated[
        Path | None, typer.Option("--state", help="Where it keeps its state; without it, in memory only.")
    ] = None,
    accounts: Annotated[Path | None, typer.Option("--accounts", help="Write the accounts' keys to this file.")] = None,
) -> None:
    """Serve a Manifold of your own on 127.0.0.1 until stopped; prints its address when it is ready."""
    from markets.sandbox.journal import StateFileError
    from markets.sandbox.serving import serve

    try:
        serve(state, port, accounts)
    except StateFileError as error:
        raise Refusal(str(error)) from None
    except OSError as error:
        if error.filename is not None:  # the file of its state or of its accounts, and not the port
            raise
        raise Refusal(f"cannot serve on port {port}: {error.strerror}; choose another with --port") from None


def _limits(app: App, max_mana: float | None, yes_many: bool) -> Limits:
    from markets.plan import Limits

    told = app.debate.limits
    most = told.max_mana if max_mana is None else Decimal(str(max_mana))
    if not most.is_finite() or most < 0:
        raise Refusal(f"--max-mana: {most} is no amount of mana; write a number such as 5000")
    return Limits(max_mana=most, changed_pct=told.changed, yes_many=yes_many)


async def _plan(
    app: App, sandbox: Path | None, only: list[str] | None, restore: list[str] | None, limits: Limits
) -> Plan:
    from bot.opening import Planner
    from bot.platform import reached

    _known(app, [*(only or ()), *(restore or ())])
    async with reached(app.settings, app.store, sandbox) as there:
        planner = Planner(app.store, app.loaded, there.platform, gated=True, early=True)
        made, survey = await planner.draw(limits, only=only, restore=(put_back := frozenset(restore or ())))
        if planner.has_begun():
            with there.turn():
                await planner.recover()
        return await _as_of_now(planner, made, survey, limits, only, put_back)


async def _apply(
    app: App,
    sandbox: Path | None,
    checksum: str | None,
    only: list[str] | None,
    restore: list[str] | None,
    limits: Limits,
) -> tuple[Plan, Applied, Applied]:
    from bot.opening import PART, Planner
    from bot.platform import reached
    from markets.apply import Applied, require
    from markets.changes import in_parts

    _known(app, [*(only or ()), *(restore or ())])
    put_back, done = frozenset(restore or ()), Applied()
    async with reached(app.settings, app.store, sandbox) as there:
        planner = Planner(app.store, app.loaded, there.platform, gated=True)
        made, survey = await planner.draw(limits, only=only, restore=put_back)
        with there.turn():
            before = await planner.recover()
        reviewed = await _as_of_now(planner, made, survey, limits, only, put_back)
        if checksum is not None and reviewed.checksum.startswith(checksum) and len(checksum) >= 8:
            checksum = reviewed.checksum
        require(reviewed, checksum)
        for number, part in enumerate(in_parts(reviewed.changes, PART)):
            if number:
                await asyncio.sleep(LET_OTHERS_S)
            with there.turn(begun=number > 0):
                done.add(await planner.apply_part(part, restore=put_back, tell=say.aside))
        planner.keep_edits()
    done.refused += done.stale
    return reviewed, before, done


async def _as_of_now(
    planner: Planner, made: Plan, survey: Survey, limits: Limits, only: list[str] | None, restore: frozenset[str]
) -> Plan:
    """The plan with what was written since Manifold was read, by whomever."""
    if not planner.is_outdated(survey):
        return made
    return (await planner.draw(limits, survey, only=only, restore=restore))[0]


def _known(app: App, slugs: list[str]) -> None:
    from resolvers.rules.faults import nearest

    unknown = [slug for slug in slugs if slug not in app.loaded.markets]
    if unknown:
        raise Refusal(f"no market is called {unknown[0]!r}{nearest(unknown[0], app.loaded.markets)}")


def _again(sandbox: Path | None, only: list[str] | None, restore: list[str] | None, yes_many: bool) -> str:
    """The options that make `crux apply` see the same plan."""
    said = [f"--sandbox {sandbox}"] if sandbox else []
    said += [f"--only {slug}" for slug in only or ()] + [f"--restore {slug}" for slug in restore or ()]
    return " ".join([*said, *(["--yes-many"] if yes_many else [])])


def _applied(reviewed: Plan, before: Applied, done: Applied, json: bool) -> None:
    rows = [(write, "done earlier, found now") for write, _ in before.done]
    rows += [(write, "done") for write, _ in done.done]
    refused, left_open = [*before.refused, *done.refused], [*before.open, *done.open]
    if json:
        told = {
            "checksum": reviewed.checksum,
            "done": [{"kind": write.kind, "slug": write.slug, "how": how} for write, how in rows],
            "refused": _reasons(refused),
            "open": _reasons(left_open),
        }
        say.document(told)
        return
    for write, how in rows:
        say.line(f"{write.kind} {write.slug}: {how}")
    for write, because in refused:
        say.line(f"{write.kind} {write.slug}: refused: {because}")
    for write, because in left_open:
        say.line(f"{write.kind} {write.slug}: open, the next run reads it back first: {because}")
    if not rows and not refused and not left_open:
        say.line("nothing to change")
    if reviewed.waiting:
        say.aside(f"waiting: {say.many(len(reviewed.waiting), 'market')}; {say.program()} plan says of each why")


def _reasons(rows: list[tuple[Write, str]]) -> list[dict[str, str]]:
    return [{"kind": write.kind, "slug": write.slug, "because": because} for write, because in rows]
