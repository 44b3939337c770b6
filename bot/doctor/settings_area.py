"""The settings: whether they can be used, what in them does nothing, and who else may read the file."""

from __future__ import annotations

import stat

from bot.doctor.checks import Check, not_set_up, ok, wrong
from bot.settings import Settings, does_nothing, settings_file, unknown_variables
from resolvers.errors import Refusal


def examine() -> tuple[Settings | None, list[Check]]:
    """The settings, or None where they cannot be used; every fault is a line."""
    try:
        settings = Settings()
    except Refusal as refusal:
        return None, [_fault(line) for line in str(refusal).splitlines()]
    found = [_fault(does_nothing(name)) for name in unknown_variables()]
    path = settings_file()
    found.append(ok("settings", f"read from {path} and the environment" if path else "read from the environment"))
    return settings, [*found, *_file(settings)]


def _fault(line: str) -> Check:
    """What is wrong, and what to do: the last clause of every fault of a setting."""
    because, _, remedy = line.rpartition("; ")
    return wrong("settings", because, remedy)


def _file(settings: Settings) -> list[Check]:
    """A file with secrets in it is for its owner alone."""
    path = settings_file()
    if path is None or not path.exists():
        return [not_set_up("settings file", "there is none", "settings may stand in crux.toml, instead of variables")]
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH) and any(secret in text for secret in settings.secrets()):
        return [wrong("settings file", f"{path} holds a secret and others may read it", f"chmod 600 {path}")]
    return [ok("settings file", str(path))]
