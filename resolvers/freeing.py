"""Dropping very many values without keeping other threads waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def let_go(kept: dict[Any, Any] | list[Any]) -> None:
    """Empty it one by one.

    Freeing millions of objects by one call would keep every other thread waiting until it is done: 0.3 s for the
    verdicts of 10,000 markets (2026-11-21).
    """
    take: Callable[[], Any] = kept.popitem if isinstance(kept, dict) else kept.pop
    while kept:
        take()
