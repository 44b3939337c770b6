"""`crux init`: a debate folder to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import say
from bot.commands.options import Json
from resolvers.errors import Refusal


def register(app: typer.Typer) -> None:
    app.command()(init)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make; it may be there if it is empty.")],
    json: Json = False,
) -> None:
    """Write a small debate that passes `crux check`, to change piece by piece into your own."""
    from datetime import UTC, datetime

    from bot.debates import BUNDLED
    from markets.starting import debate_name, starting_files

    _check_empty(folder)
    taken = {path.name for path in BUNDLED.iterdir() if path.is_dir()}
    files = starting_files(debate_name(folder.resolve().name, taken), datetime.now(UTC))
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if json:
        say.document({"folder": str(folder), "written": [str(folder / name) for name in files], "next": _next(folder)})
        return
    for name in files:
        say.line(str(folder / name))
    say.aside("what to type next:")
    for line in _next(folder):
        say.aside(f"  {line}")


def _check_empty(folder: Path) -> None:
    if folder.is_dir():
        there = sorted(path.name for path in folder.iterdir())
        if there:
            more = ", …" if len(there) > 3 else ""
            raise Refusal(
                f"{folder} is not empty ({', '.join(there[:3])}{more}): nothing was written; name a new folder"
            )
    elif folder.exists() or folder.is_symlink():
        raise Refusal(f"{folder} is a file: nothing was written; name a new folder")


def _next(folder: Path) -> list[str]:
    """Commands to type, in the order of use."""
    from shlex import quote

    crux, here = say.program(), quote(str(folder))
    return [
        f"export CRUX_DEBATE={quote(str(folder.resolve()))}",
        f"{crux} check {here}",
        f"{crux} collect",
        f"{crux} verdict",
        f"{crux} backtest open-within-5-points",
        f"{crux} check --ready",
        f"{crux} new market",
        f"{crux} run --sandbox play.jsonl",
    ]
