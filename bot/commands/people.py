"""`crux link`, `crux pause|resume`: who is who, and the switch that stops everything that cannot be taken back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import say
from bot.commands.options import Debate, Json, SandboxFile
from resolvers.errors import Refusal

if TYPE_CHECKING:
    from bot.app import App
    from bot.review.people import Actor
    from bot.store.identities import Platform


def register(app: typer.Typer) -> None:
    app.command()(link)
    app.command()(pause)
    app.command()(resume)


def link(
    name: Annotated[str | None, typer.Argument(help="Who you are in debate.yaml; none lists everybody.")] = None,
    manifold: Annotated[
        str | None, typer.Option("--manifold", metavar="USERNAME", help="Link this account on Manifold.")
    ] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="The code stands in a comment on Manifold: read it.")
    ] = False,
    code: Annotated[str | None, typer.Option("--code", help="Link this terminal by a code that Discord gave.")] = None,
    here: Annotated[bool, typer.Option("--here", help="Link this terminal's own account.")] = False,
    unlink: Annotated[
        str | None, typer.Option("--unlink", metavar="PLATFORM", help="discord, manifold or terminal.")
    ] = None,
    debate: Debate = None,
    sandbox: SandboxFile = None,
    json: Json = False,
) -> None:
    """Link a person to their accounts: prints a code for the bot's `/link code`, good for 15 minutes.

    With --manifold the code is posted as a comment by that account under one of our markets, and read with --confirm.
    The machine of the operator is trusted for a person's first link; once they have a terminal account, only that.
    """
    from bot.app import opened_app

    with opened_app(debate) as app:
        told = _linked(app, name, manifold, confirm, code, here, unlink, sandbox)
        people = _people(app)
    if json:
        say.document({"told": told, "people": people})
        return
    for line in told:
        say.line(line)
    if name is None and code is None:
        for each in people:
            say.line(f"{each['person']}: {each['platform']} {each['name']}")
        if not people:
            say.line("nobody is linked yet")


def _linked(
    app: App,
    name: str | None,
    manifold: str | None,
    confirm: bool,
    code: str | None,
    here: bool,
    unlink: str | None,
    sandbox: Path | None,
) -> list[str]:
    from bot.commands.terminal import myself
    from bot.review import people

    debate, me = app.debate.debate, myself()
    if code is not None:
        person = people.redeem(app.store, debate, me, code)
        return [f"{me.account} is {person} from now on"]
    if name is None:
        return []
    _trusted(app, me, name)
    if unlink is not None:
        gone = people.unlink(app.store, debate, name, _platform(unlink), by=f"terminal {me.account}")
        return [f"{gone.name} on {gone.platform} is no longer {name}"]
    if here:
        if "discord" in people.accounts_of(app.store, debate, name):
            raise Refusal(f"{name} is on Discord already: ask the bot there for a code, then `crux link --code CODE`")
        person = people.redeem(app.store, debate, me, people.issue_code(app.store, debate, name, "terminal"))
        return [f"{me.account} is {person} from now on, and --as may be left out"]
    if manifold is not None or confirm:
        return asyncio.run(_manifold(app, name, manifold, sandbox))
    made = people.issue_code(app.store, debate, name, "discord")
    return [f"code for {name}: {made}", f"within 15 minutes, type on Discord: /link code code:{made}"]


def _trusted(app: App, me: Actor, name: str) -> None:
    from bot.review.desk import reviewer
    from bot.review.people import accounts_of, may_speak

    reviewer(name, app.debate.reviewers)
    if "terminal" in accounts_of(app.store, app.debate.debate, name):
        may_speak(app.store, app.debate.debate, me, name)


def _platform(said: str) -> Platform:
    from bot.store.identities import PLATFORMS
    from resolvers.rules.faults import nearest

    found = next((one for one in PLATFORMS if one == said), None)
    if found is None:
        raise Refusal(f"{said!r} is no platform{nearest(said, PLATFORMS)}; say one of {', '.join(PLATFORMS)}")
    return found


async def _manifold(app: App, name: str, username: str | None, sandbox: Path | None) -> list[str]:
    from bot.commands.terminal import at_the_desk
    from bot.review import linking

    async with at_the_desk(app, sandbox) as around:
        if username is None:
            account = await linking.confirm(around, name)
            return [f"{account} on Manifold is {name} from now on"]
        made = await linking.begin(around, name, username)
        return [
            f"code for {name}: {made}",
            f"post it as {username} in a comment under any market within 15 minutes, then `crux link {name} --confirm`",
        ]


def _people(app: App) -> list[dict[str, str]]:
    from bot.store import identities

    with app.store.reading() as connection:
        found = identities.linked(connection, app.debate.debate)
    return [{"person": one.person, "platform": one.platform, "name": one.name} for one in found]


Because = Annotated[str, typer.Option("--because", help="Why; it stands on the record.")]
As = Annotated[str | None, typer.Option("--as", help="Who you are in debate.yaml.", show_default=False)]


def pause(because: Because, person: As = None, debate: Debate = None) -> None:
    """Stop proposing, applying and resolving until `crux resume`; collecting and judging go on."""
    from bot.app import opened_app
    from bot.review.pausing import pause as stop

    with opened_app(debate, whole=False) as app:
        say.line(stop(app.store, _speaks(app, person), because).words())


def resume(person: As = None, debate: Debate = None) -> None:
    """Let everything go on after a pause."""
    from bot.app import opened_app
    from bot.review.pausing import resume as go_on

    with opened_app(debate, whole=False) as app:
        go_on(app.store, _speaks(app, person))
        say.line("nothing is paused")


def _speaks(app: App, named: str | None) -> str:
    from bot.commands.desk import speaking
    from bot.commands.terminal import speaker

    return speaking(app, speaker(app, named))
