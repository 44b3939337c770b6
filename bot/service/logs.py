"""Logs: one line an event on stderr, as text or JSON, of our own parts and of the libraries alike, without a secret."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.say import plain
from bot.service.redacting import Redact, redactor
from bot.settings import Settings

QUIET = ("httpx", "httpcore", "discord", "apscheduler", "alembic", "asyncio", "aiohttp", "matplotlib")
"""Libraries that are heard from WARNING on: httpx tells whole addresses at INFO, discord.py tokens at DEBUG."""

FRACTION = re.compile(r"\.\d+(?=Z$)")
"""Of a second: people need none, and JSON keeps it."""

WITHIN = re.compile(r"[\s=\"]")

OF_NO_USE = ("PyNaCl is not installed", "davey is not installed", "maximum number of running instances reached")
"""Warnings about voices, which a bot of text has none of, and about a round that is still being run."""


def _of_use(record: logging.LogRecord) -> bool:
    return not any(each in str(record.msg) for each in OF_NO_USE)


class _Redacting(ProcessorFormatter):
    """The last step before the line is written: whatever was put together, no secret is in it."""

    def __init__(self, redact: Redact, **named: Any) -> None:
        super().__init__(**named)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every log of this process to `stream` (stderr), as the settings want it."""
    handler = handler_for(settings.secrets(), settings.service.log, stream or sys.stderr)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.service.log_level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_shared(), ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def handler_for(secrets: Iterable[str], form: str, stream: TextIO) -> logging.Handler:
    """A handler that writes whole lines without secrets."""
    handler = logging.StreamHandler(stream)
    handler.addFilter(_of_use)
    handler.setFormatter(
        _Redacting(
            redactor(secrets),
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *_shared()],
            processors=[ProcessorFormatter.remove_processors_meta, *_renderers(form)],
        )
    )
    return handler


def _shared() -> list[Processor]:
    return [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _one_line,
    ]


def _renderers(form: str) -> list[Processor]:
    if form == "json":
        return [structlog.processors.format_exc_info, _with_about, structlog.processors.JSONRenderer(default=_as_text)]
    return [structlog.processors.format_exc_info, _line]


def _one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What is empty says nothing."""
    return {name: value for name, value in event.items() if value is not None and value != "" and value != []}


def _with_about(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What a sentence is about stands beside it for machines; the sentence says it to people."""
    about = event.pop("about", None) or {}
    return {**event, **{name: value for name, value in about.items() if value is not None and name not in event}}


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """`2026-11-21T09:35:10Z info crux.record: ann approved …`, and a stack trace below where there is one."""
    trace = event.pop("exception", "")
    event.pop("about", None)
    at = FRACTION.sub("", str(event.pop("timestamp", "")))
    head = [at, event.pop("level", ""), f"{event.pop('logger', '')}:", event.pop("event", "")]
    rest = [f"{name}={_shown(value)}" for name, value in event.items()]
    line = plain(" ".join(str(part) for part in [*head, *rest]))
    return f"{line}\n{trace}" if trace else line


def _shown(value: object) -> str:
    """A value as a person would write it: in quotes only where it would run into the next."""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return json.dumps(text, ensure_ascii=False) if not text or WITHIN.search(text) else text
