"""Links and files that people put forward: which may be looked at, and the look itself, through the one guarded door.

What comes back is kept under its hash for reviewers to see; nothing parses it, and no rule ever reads it.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit, urlunsplit

import httpx
from pydantic import ValidationError

from bot.service.surroundings import Surroundings
from bot.store import Store, bodies, submissions
from bot.store.submissions import Offered, Submission
from resolvers import fetch
from resolvers.errors import Refusal
from resolvers.sources.spec import Column, FetchSpec, ReadSpec, SourceSpec

MOST_CHARS = 500
LIMITS = fetch.Limits(
    max_bytes=2 * 1024 * 1024, total_s=10.0, connect_s=5.0, attempts=1, redirects=3, user_agent="crux/0.1 (evidence)"
)
"""A page that somebody names is looked at once, and not for long."""
FILE_LIMITS = replace(LIMITS, max_bytes=5 * 1024 * 1024, redirects=0)
"""A file that somebody hands in is taken from where Discord keeps it, and from nowhere else."""
TYPES: Mapping[str, str] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "txt",
    "text/csv": "csv",
    "application/csv": "csv",
    "application/json": "json",
    "application/yaml": "yaml",
    "application/x-yaml": "yaml",
    "text/yaml": "yaml",
    "text/x-yaml": "yaml",
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
}
"""Content type -> how a file of it is named; nothing else is kept."""
NAMED = frozenset({*TYPES.values(), "htm", "yml", "jpeg"})
"""How a name may end where the publisher does not say what it is."""
SAYS_NOTHING = ("", "application/octet-stream", "binary/octet-stream")
KEPT = "web pages, text, CSV, JSON, YAML, PDF, PNG and JPEG are kept"


def checked(url: str) -> str:
    """The link as it will be asked for; Refusal unless it is https, to a public host, on the usual port."""
    given = url.strip()
    if len(given) > MOST_CHARS:
        raise Refusal(f"the link has more than {MOST_CHARS} characters: give the address of the page itself")
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError:
        raise Refusal("this is no address of the web; write it as https://example.org/page") from None
    host = (parts.hostname or "").lower()
    if parts.scheme.lower() != "https" or not host:
        raise Refusal("only links that begin with https:// are looked at; write it as https://example.org/page")
    if parts.username is not None or parts.password is not None or port not in (None, 443):
        raise Refusal("a link with a name, a password or a port of its own is not looked at; give the plain address")
    if not given.isprintable() or " " in given or not _is_public(host):
        raise Refusal(f"{host} is no public host, so nothing is looked at there; give a page that anyone can open")
    named = f"[{host}]" if ":" in host else host.encode("idna").decode("ascii")
    return urlunsplit(SplitResult("https", named, parts.path, parts.query, ""))


def unfit(content_type: str | None, name: str) -> str | None:
    """Why what is of this type, or else of this name, is not kept; None where it is."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    ending = name.rpartition(".")[2].lower()
    if kind in TYPES or (kind in SAYS_NOTHING and "." in name and ending in NAMED):
        return None
    return f"it is {kind[:60] if kind not in SAYS_NOTHING else 'of no type that is told'}, and only {KEPT}"


def misnamed(name: str) -> str | None:
    """Why a file of this name is not kept, whatever type it is said to be; None where it is, or has no ending."""
    ending = name.rpartition(".")[2].lower()
    if "." not in name or ending in NAMED:
        return None
    return f"its name ends in .{ending[:20]}, and only {KEPT}; give it the ending of what it is"


def _is_public(host: str) -> bool:
    """Whether a name may be public at all; what it really leads to is looked at when it is asked for."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global and "%" not in host
    except ValueError:
        pass
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    last = host.rstrip(".").rpartition(".")[2]
    return "." in host.rstrip(".") and not last.isdigit() and last not in ("localhost", "local", "internal", "lan")


def put_forward(
    store: Store, offered: Offered, raw: bytes | None = None, what: str = "the words of the message"
) -> tuple[Submission, bool]:
    """Keep what somebody offers, and whether it is new; with `raw`, these very bytes (`what`) are kept of it."""
    with store.transaction() as connection:
        made, new = submissions.put(connection, offered, store.now())
        if new and raw is not None:
            sha256 = bodies.put(connection, raw)
            submissions.looked(connection, made, "fetched", what, sha256)
            made = submissions.get(connection, made.id)
    return made, new


class Looker:
    """Looks at the links that wait: each once, however many ask for it, and nobody's many before another's one."""

    def __init__(self, around: Surroundings, limits: fetch.Limits = LIMITS) -> None:
        self._around, self._limits = around, limits
        self._turn = asyncio.Lock()

    async def look(self) -> int:
        """Look at every link that waits, one after the other; how many. It never raises for a link or the network."""
        async with self._turn:
            done: set[int] = set()
            turns: Counter[str] = Counter()
            async with fetch.open_client(self._limits) as client:
                while (each := await self._next(done, turns)) is not None:
                    done.add(each.id)
                    turns[each.account] += 1
                    got = _fit(await _look(client, each.url, self._limits), each.url)
                    await self._around.threads.write(_put_down, self._around.store, each, got)
        return len(done)

    async def file(self, url: str, name: str) -> bytes:
        """The bytes of a file that was handed in, from the very address that Discord gave; Refusal where none came."""
        limits = replace(FILE_LIMITS, private_ok=self._limits.private_ok)
        async with fetch.open_client(limits) as client:
            got = _fit(await _look(client, url, limits), name)
        if got.body is None:
            raise Refusal(f"the file is not kept: {got.because or f'HTTP {got.status}'}")
        return got.body

    async def _next(self, done: Set[int], turns: Mapping[str, int]) -> Submission | None:
        """The oldest of whoever had the fewest looks so far; None where nothing waits."""
        waiting = await self._around.threads.read(_waiting, self._around.store, self._around.debate.debate)
        left = [one for one in waiting if one.id not in done]
        return min(left, key=lambda one: (turns[one.account], one.id), default=None)


async def _look(client: httpx.AsyncClient, url: str, limits: fetch.Limits) -> fetch.Fetched:
    try:
        given = FetchSpec(url=url)
    except ValidationError:  # kept by an older Crux, which took more for a link
        return fetch.Fetched(0, None, None, None, datetime.now(UTC), "this is no address of the web")
    source = SourceSpec(
        id="submission",
        publisher="a person",
        licence="unknown",
        fetch=given,
        read=ReadSpec(format="csv", key="key", columns={"text": Column(type="text")}),
    )
    return await fetch.fetch(client, source, now=lambda: datetime.now(UTC), sleep=asyncio.sleep, limits=limits)


def _fit(got: fetch.Fetched, name: str) -> fetch.Fetched:
    """What came, without its bytes where they are of no kind that is kept."""
    because = unfit(got.content_type, urlsplit(name).path) if got.body is not None else None
    return got if because is None else replace(got, body=None, because=because)


def _waiting(store: Store, debate: str) -> tuple[Submission, ...]:
    with store.reading() as connection:
        return tuple(submissions.waiting(connection, debate))


def _put_down(store: Store, seen: Submission, got: fetch.Fetched) -> None:
    with store.transaction() as connection:
        sha256 = bodies.put(connection, got.body) if got.body is not None else None
        state: submissions.SubmissionState = "fetched" if sha256 else "unreachable"
        submissions.looked(connection, seen, state, got.because or f"HTTP {got.status}", sha256)
