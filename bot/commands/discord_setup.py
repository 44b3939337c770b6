"""`crux discord setup`: the steps at Discord's developer portal, and the link that invites the bot."""

from __future__ import annotations

import asyncio

import typer

from bot import say
from bot.commands.options import Json, SettingsFile
from bot.commands.whole_help import WholeHelp

PERMISSIONS = 309237763072
"""View Channel, Send Messages, Embed Links, Attach Files, Read Message History, Create Public Threads, Send Messages in
Threads: the least that the cards and their threads need."""

SCOPES = "bot applications.commands"
PLACEHOLDER = "YOUR_APPLICATION_ID"
PORTAL = "https://discord.com/developers/applications"

group = typer.Typer(help="Discord: setting the bot up.", cls=WholeHelp, no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="discord")


@group.callback()
def discord() -> None:
    """Discord: setting the bot up."""


@group.command()
def setup(settings: SettingsFile = None, json: Json = False) -> None:
    """Print the portal's steps and the invite link with the least permissions."""
    from bot.settings import Settings

    token = Settings().discord.token
    application = asyncio.run(_application(token.get_secret_value())) if token else None
    link = invite(application or PLACEHOLDER)
    if json:
        say.document({"invite": link, "permissions": PERMISSIONS, "application": application, "steps": steps(link)})
        return
    for number, step in enumerate(steps(link), 1):
        say.line(f"{number}. {step}")
    if application is None:
        why = "the token is not accepted" if token else "no token is set yet"
        say.aside(f"{why}: put the application's id in the link for {PLACEHOLDER}, or set the token and run this again")


def invite(application: str) -> str:
    """The address that invites the bot, with the least permissions (Discord's docs: OAuth2, bot authorisation)."""
    scope = SCOPES.replace(" ", "%20")
    return f"https://discord.com/oauth2/authorize?client_id={application}&scope={scope}&permissions={PERMISSIONS}"


def steps(link: str) -> list[str]:
    """What a person does, in order."""
    return [
        f"{PORTAL}: New Application.",
        "Installation: Install Link None, save; then Installation Contexts: Guild Install only.",
        "Bot: Public Bot off; all three Privileged Gateway Intents off; Reset Token.",
        'Set CRUX_DISCORD_TOKEN to the token, or token = "…" under [discord] in crux.toml (chmod 600).',
        "General Information: leave Interactions Endpoint URL empty.",
        f"Invite it to your server: {link}",
        "On the server: make a role Reviewer and give it to your reviewers; make a channel for reviews.",
        "User Settings, Advanced: Developer Mode on. Right-click, Copy ID: the server, the channels, the roles.",
        "Set CRUX_DISCORD_GUILD, CRUX_DISCORD_REVIEW_CHANNEL and CRUX_DISCORD_REVIEWER_ROLE to them; besides these "
        "there may be …_ANNOUNCE_CHANNEL, …_AUDIT_CHANNEL, …_SUBMITTER_ROLE and …_ADMIN_ROLE.",
        "Server Settings, Integrations: show the review commands to the role Reviewer only, if you like.",
        "crux doctor says what is missing; then crux run.",
    ]


async def _application(token: str) -> str | None:
    """The application's id, by the token; None where Discord does not say."""
    import httpx
    from discord.http import Route

    headers = {"Authorization": f"Bot {token}", "User-Agent": "DiscordBot (crux, 0.1)"}
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=15, headers=headers) as client:
            answer = await client.get(f"{Route.BASE}/applications/@me")
            return str(answer.json()["id"]) if answer.status_code == 200 else None
    except (httpx.HTTPError, ValueError, KeyError):
        return None
