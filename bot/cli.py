"""The commands. Each imports what it needs when it runs, so that `crux check` starts without the store or Discord."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import say
from bot.commands import (
    backtest,
    database,
    desk,
    discord_setup,
    doctor,
    evidence,
    files,
    log,
    manifold,
    new,
    panels,
    people,
    play,
    rules,
    scoreboard,
    service,
    sources,
    start,
    status,
)
from bot.commands.whole_help import WholeHelp
from bot.settings_file import use_file
from resolvers.errors import CruxError, InputFault, Outside

DONE, FAULTS, USAGE, OUTSIDE = 0, 1, 2, 3
STDERR = 2
"""The last of the three numbers that a process begins with."""

app = typer.Typer(
    name="crux",
    cls=WholeHelp,
    help="Turns the predictions of a debate into Manifold markets and resolves them on dated, re-checkable evidence.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for room in (
    play,
    start,
    new,
    files,
    rules,
    manifold,
    evidence,
    sources,
    backtest,
    desk,
    panels,
    people,
    scoreboard,
    service,
    status,
    log,
    doctor,
    discord_setup,
    database,
):
    room.register(app)


@app.callback()
def everywhere(
    settings: Annotated[
        Path | None,
        typer.Option("--settings", help="Read the settings from this TOML file.", show_default=False),
    ] = None,
) -> None:
    """Turns the predictions of a debate into Manifold markets and resolves them on dated, re-checkable evidence."""
    use_file(settings)


@functools.cache
def command() -> Callable[..., Any]:
    """All commands, put together once: it takes a sixth of a small one's time."""
    return typer.main.get_command(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point: runs the command and turns what Crux says into an exit code."""
    _three_streams()
    try:
        command()(args=list(arguments) if arguments is not None else None)
    except CruxError as error:
        sys.stderr.write(_told(error))
        sys.exit(OUTSIDE if isinstance(error, Outside) else FAULTS)
    except OSError as error:
        told = f"crux: {error.filename or 'the system'}: {error.strerror}; mend that and try again"
        sys.stderr.write(f"{say.plain(told)}\n")
        sys.exit(OUTSIDE)
    except KeyboardInterrupt:
        sys.stderr.write("stopped; whatever had begun is in the store and goes on from there\n")
        sys.exit(130)


def _three_streams() -> None:
    """Where one of them was closed (`>&-`), nothing takes its number: a store opened there would be written over."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= STDERR:
        os.set_inheritable(number, True)
    os.close(number)
    for name, mode, missing in (("stdin", "r", sys.stdin), ("stdout", "w", sys.stdout), ("stderr", "w", sys.stderr)):
        if missing is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  # for as long as the process lives


def _told(error: CruxError) -> str:
    """What went wrong, line by line; text from outside that stands in it cannot steer the terminal."""
    if isinstance(error, InputFault):
        return "".join(f"{say.plain(str(fault))}\n" for fault in error.faults)
    return "".join(f"{say.plain(line)}\n" for line in f"crux: {error}".split("\n"))


if __name__ == "__main__":
    main()
