"""`crux db …`: the schema and copies of the one file of state."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import say
from bot.commands.options import Json
from bot.commands.whole_help import WholeHelp

group = typer.Typer(
    help="The store: its schema, and copies of it.", cls=WholeHelp, no_args_is_help=True, rich_markup_mode=None
)


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="db")


@group.command()
def upgrade(json: Json = False) -> None:
    """Bring the store to the newest schema; an existing one is copied first."""
    from bot.app import store_url
    from bot.settings import Settings
    from bot.store import upgrade as bring_up

    url = store_url(Settings())
    kept = bring_up(url)
    _told(json, {"database": url, "kept": str(kept) if kept else None}, f"{url} is at the newest schema")


@group.command()
def backup(
    target: Annotated[Path, typer.Argument(help="Where the copy goes; must not exist yet.")], json: Json = False
) -> None:
    """Copy the whole store, even while it is in use."""
    from bot.app import store_url
    from bot.settings import Settings
    from bot.store import backup as copy

    made = copy(store_url(Settings()), target)
    _told(json, {"copy": str(made)}, f"copied to {made}")


@group.command()
def restore(
    copy: Annotated[Path, typer.Argument(help="A copy that `crux db backup` made.")], json: Json = False
) -> None:
    """Put a copy in the store's place; the store that was there is kept beside it."""
    from bot.app import store_url
    from bot.settings import Settings
    from bot.store import restore as put_back

    kept = put_back(store_url(Settings()), copy)
    _told(json, {"kept": str(kept) if kept else None}, f"restored; the store before it is kept as {kept}")


def _told(json: bool, document: dict[str, str | None], text: str) -> None:
    if json:
        say.document(document)
    else:
        say.line(text)
