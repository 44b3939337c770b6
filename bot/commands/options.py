"""Options that several commands share, spelled once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.settings_file import use_file
from resolvers.errors import Refusal

SANDBOX = "sandbox"
"""What a store calls a sandbox of its own."""

LARGEST_ID = 2**63 - 1
"""The largest number a database gives to a row."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, all else on stderr.")]
Debate = Annotated[
    Path | None, typer.Option("--debate", envvar="CRUX_DEBATE", help="The debate folder.", show_default=False)
]
SandboxFile = Annotated[
    Path | None,
    typer.Option("--sandbox", help="Use a Manifold of your own on 127.0.0.1, kept in this file.", show_default=False),
]


def chosen_settings(path: Path | None) -> Path | None:
    """Read the settings from this file; None leaves it as it is."""
    if path is not None:
        use_file(path)
    return path


SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        help="Read the settings from this TOML file, instead of CRUX_SETTINGS or ./crux.toml.",
        show_default=False,
        callback=chosen_settings,
    ),
]
Slugs = Annotated[
    list[str] | None, typer.Argument(help="Markets by slug; all of them if none is named.", show_default=False)
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Read only what was seen by this time (ISO, with zone; a date is 00:00 UTC)."),
]
KnownOn = Annotated[str | None, typer.Option("--known-on", help="Read only what our store had recorded by this time.")]


def check_picture(chart: Path | None) -> None:
    """Refusal where a picture would bear another ending, perhaps that of the words that are written beside it."""
    if chart is not None and chart.suffix.lower() != ".png":
        raise Refusal(f"--chart {chart}: a picture is written as PNG, its words beside it; name it {chart.stem}.png")


def moment(text: str | None, option: str) -> datetime | None:
    """`2025-05-08` or `2025-05-08T14:35Z` as an aware datetime; a time without a zone is refused."""
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
        if parsed.tzinfo is None:
            if len(text) > len("2025-05-08"):
                raise Refusal(f"{option}: {text!r} has no zone; write {text}Z for UTC")
            parsed = parsed.replace(tzinfo=UTC)
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError):  # the second where its zone takes it out of the calendar
        raise Refusal(f"{option}: {text!r} is no time; write 2025-05-08 or 2025-05-08T14:35Z") from None
