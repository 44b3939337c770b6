"""Manifold: whether it can be reached, the key works, the account is this store's, and the clocks agree."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from bot.doctor.checks import Check, not_set_up, ok, wrong
from bot.settings import Settings
from bot.store import Store
from bot.store.engine import Now

WAIT_S = 15.0
SKEW = timedelta(minutes=1)
"""Deadlines are held against the clock: more than this is worth mending."""


async def examine(settings: Settings, store: Store | None, now: Now) -> list[Check]:
    """One request; without a key only whether anybody answers. A store that began with a sandbox needs none of it."""
    owner = store.owner() if store is not None else None
    if owner is not None and owner[0] == "sandbox":
        remedy = "run with --sandbox FILE as before; choose another store for the real one"
        return [not_set_up("manifold", "this store belongs to a sandbox of your own", remedy)]
    key = settings.manifold_key.get_secret_value() if settings.manifold_key else None
    path = "/v0/me" if key else "/v0/search-markets?limit=1"
    headers = {"Authorization": f"Key {key}"} if key else {}
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=WAIT_S) as client:
            answer = await client.get(f"{settings.manifold_url.rstrip('/')}{path}", headers=headers)
    except httpx.HTTPError as error:
        because = f"{settings.manifold_url} cannot be reached ({type(error).__name__})"
        remedy = "wait if Manifold is down; otherwise look at CRUX_MANIFOLD_URL and the network"
        return [wrong("manifold", because, remedy)]
    if answer.status_code >= 500:
        because = (
            f"{settings.manifold_url} is in trouble: it answered {answer.status_code} {answer.reason_phrase}".rstrip()
        )
        return [wrong("manifold", because, "wait: crux run asks again by itself, and does nothing twice")]
    found = [ok("manifold", f"{settings.manifold_url} answers"), *_clock(answer, now())]
    if key is None:
        remedy = "set CRUX_MANIFOLD_KEY to the market account's API key"
        return [*found, not_set_up("manifold key", "none is set, so Crux only reads", remedy)]
    return [*found, *_key(answer, settings, store)]


def _clock(answer: httpx.Response, now: datetime) -> list[Check]:
    """Our clock against the Date that the server sent."""
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return []
    if theirs.tzinfo is None:  # `-0000`: of no zone that anybody named
        return []
    apart = abs(now - theirs)
    if apart > SKEW:
        because = f"this machine's clock and {answer.url.host}'s are {apart.total_seconds():.0f} s apart"
        return [wrong("clock", because, "set the clock, or let NTP do it")]
    return [ok("clock", "right to the minute")]


def _key(answer: httpx.Response, settings: Settings, store: Store | None) -> list[Check]:
    if answer.status_code in (401, 403):
        return [wrong("manifold key", "Manifold refuses it", "copy the API key anew from the account's settings page")]
    if answer.status_code != 200:
        return [wrong("manifold key", f"Manifold answered {answer.status_code}", "try again in some minutes")]
    who = _who(answer)
    if who is None:
        because = f"{settings.manifold_url} answers, but not as Manifold does"
        return [wrong("manifold key", because, "look at CRUX_MANIFOLD_URL, and whether a network's login page answers")]
    owner = None if store is None else store.owner()
    if owner is not None and owner != (settings.manifold_url, who.get("id")):
        here = f"{who.get('username')} on {settings.manifold_url}"
        because = f"the key is of {here}, and the store belongs to {owner[1]} on {owner[0]}"
        return [wrong("manifold account", because, "use that account's key, or another store with CRUX_DATABASE_URL")]
    return [ok("manifold key", f"works, as {who.get('username')} with {who.get('balance') or 0:.0f} mana")]


def _who(answer: httpx.Response) -> dict[str, Any] | None:
    """The account that a key is of; None where something else than Manifold has answered."""
    try:
        who = answer.json()
    except ValueError:
        return None
    known = isinstance(who, dict) and "id" in who and isinstance(who.get("balance") or 0, int | float)
    return who if known else None
