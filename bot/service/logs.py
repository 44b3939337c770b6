"""Logs: one line an event on stderr, as text or JSON, of our own parts and of the libraries alike, without a secret."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.service.redacting import Redact, redactor
from bot.settings import Settings

QUIET = ("httpx", "httpcore", "discord", "apscheduler", "alembic", "asyncio", "aiohttp", "matplotlib")
"""Libraries that are heard from WARNING on: httpx tells whole addresses at INFO, discord.py tokens at DEBUG."""


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
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    return [structlog.processors.format_exc_info, _line]


def _one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What is None says nothing."""
    return {name: value for name, value in event.items() if value is not None}


def _line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """`2026-11-21T09:35:10Z info crux.jobs: ran job=plan state=done`, and a stack trace below where there is one."""
    trace = event.pop("exception", "")
    head = [event.pop("timestamp", ""), event.pop("level", ""), f"{event.pop('logger', '')}:", event.pop("event", "")]
    rest = [f"{name}={value!r}" for name, value in event.items()]
    line = " ".join(" ".join(str(part) for part in [*head, *rest]).splitlines())
    return f"{line}\n{trace}" if trace else line
