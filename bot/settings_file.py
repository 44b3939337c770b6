"""Which settings file was named on the command line; apart from the settings, which take a while to load."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path

_named: ContextVar[Path | None] = ContextVar("crux_settings_file", default=None)


def use_file(path: Path | None) -> None:
    """Read the settings from this file from now on; None leaves it to CRUX_SETTINGS and the working folder."""
    _named.set(path)


def named_file() -> Path | None:
    """The file that was named."""
    return _named.get()
